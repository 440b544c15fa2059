"""The record names every setting, is the same each time, and holds no value."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from core.helpers import BOB, JANE, blind, masker_for

from piimask_core import Entity, InputError, Masker, MemoryVault, RestorePolicy, by_type
from piimask_core.described import fingerprint
from piimask_core.evaluate import Example, evaluate
from piimask_core.recognizers import default_recognizer, patterns
from piimask_core.report import Declared, declared, markdown, record
from piimask_core.restore import Place
from piimask_core.sinks import json_lines
from piimask_core.testing import recognizing
from piimask_core.topic import lexical

PLAIN = Masker(recognizer=blind)


def shout(type: str, value: str) -> str:
    return value.upper()


def never(label: str, place: Place) -> bool:
    return False


CHANGES: Mapping[str, Any] = {
    "recognizer": [
        patterns(),
        default_recognizer(),
        default_recognizer(gate="off"),
        recognizing({"EMAIL_ADDRESS": [JANE]}),
        recognizing({"EMAIL_ADDRESS": [BOB]}),
    ],
    "profile": ["healthcare", "gdpr"],
    "topic": [lexical, str.join],
    "tuning": ["recall"],
    "vendor_retention": ["unknown", "zero"],
    "allow": [["jane"], ["john"]],
    "deny": [{"ID": ["made-up-1"]}, {"ID": ["made-up-2"]}],
    "mode": ["observe"],
    "policy": [by_type({"URL": "keep"}), by_type({}, default="strip")],
    "operators": [{"shout": shout}, {"shout": str.upper}],
    "threshold": [0.5, {"PERSON": 0.9}, {"PERSON": 0.8}],
    "tenant": ["acme"],
    "vault": [MemoryVault(ttl=60), MemoryVault(max_age=60)],
    "phone_region": ["GB"],
    "max_chars": [10],
    "instruction": ["", "Keep them."],
    "restore": [
        RestorePolicy.strict(),
        RestorePolicy.standard(hosts=["a.test"]),
        RestorePolicy.standard(tools={"send": "real"}),
        RestorePolicy.standard(tools={"send": {"to": ["EMAIL"]}}),
        never,
    ],
    "prove": [False],
    "audit": [print, json_lines("a"), json_lines("b")],
    "audit_key": [b"1" * 16, b"2" * 16],
    "region": ["eu"],
}
"""Setting -> other values for it. A new setting fails a test until it is here."""


def changed(name: str, value: object) -> Masker:
    given: dict[str, Any] = {name: value}
    if name == "region":
        given["vault"] = MemoryVault(region="eu")
    return replace(PLAIN, **given)


@pytest.mark.parametrize("name", [each.name for each in fields(Masker) if each.init])
def test_every_setting_is_told(name: str) -> None:
    """Each value of it gives a record, and a page, of its own."""
    records = [record(PLAIN), *(record(changed(name, v)) for v in CHANGES[name])]
    told = [json.dumps(each["settings"][name], sort_keys=True) for each in records]

    assert len(set(told)) == len(told)
    assert len({markdown(each) for each in records}) == len(records)


def test_the_operators_by_type_are_those_of_the_policy() -> None:
    """As it decides where nothing else is known."""
    masker = replace(PLAIN, policy=by_type({"US_SSN": "strip"}))
    decided = record(masker)["operators by type"]

    assert decided["SSN"] == "strip" and decided["EMAIL"] == "placeholder"


def test_a_policy_that_needs_a_text_says_so() -> None:
    """It is not the record that fails."""

    def policy(entity: Entity, context: object) -> str:
        raise LookupError

    decided = record(replace(PLAIN, policy=policy))["operators by type"]
    assert set(decided.values()) == {"depends on the text"}


SAME = """
import json, sys
from piimask_core import Masker
from piimask_core.report import markdown, record
masker = Masker()
first = markdown(record(masker))
masker.mask("call me on 555-123-4567, jane@example.com", masker.registry("s"))
assert markdown(record(masker)) == first
print(first)
"""


def test_it_is_the_same_in_every_run_and_after_use() -> None:
    """With another hash seed too: caches that fill are no settings."""
    runs = [
        subprocess.run(  # noqa: S603
            [sys.executable, "-W", "ignore", "-c", SAME],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parents[2])},
        ).stdout
        for seed in ("1", "2")
    ]

    assert runs[0] == runs[1] != ""


def test_no_value_stands_in_it() -> None:
    """Not of a recognizer's list, nor the key, nor a text of the session."""
    masker = replace(
        masker_for({"EMAIL_ADDRESS": [JANE]}), audit_key=b"a very secret key 00"
    )
    masker.mask(JANE, masker.registry("s"))
    told = json.dumps(record(masker)) + markdown(record(masker))

    assert JANE not in told and "secret" not in told


def test_what_is_measured_and_declared_is_in_it() -> None:
    """With the name and the size of the set."""
    mail = Entity("EMAIL", 3, 3 + len(JANE))
    report = evaluate(patterns(), [Example(f"to {JANE}", (mail,))])
    said = Declared(patterns=(2, 6), reason="A | B\nC", vendor="V", retention="days:30")
    page = markdown(record(PLAIN, said, measured={"made.jsonl": report.to_dict()}))

    assert "- Pattern 2: placeholders" in page and "days:30" in page
    assert "A \\| B C" in page
    assert "| made.jsonl | EMAIL | 1 | 1.000 [" in page
    assert "Nothing was measured" in markdown(record(PLAIN))


@pytest.mark.parametrize(
    "text",
    [
        '{"patterns": [8]}',
        '{"retention": "jane@example.com"}',
        '{"jane@example.com": 1}',
        '"jane@example.com"',
        "{",
        "",
    ],
)
def test_a_declaration_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    """Without showing it."""
    path = tmp_path / "declared.json"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        declared(path)
    assert JANE not in str(caught.value) and caught.value.__context__ is None
    with pytest.raises(InputError):
        declared(tmp_path / "none.json")


@pytest.mark.parametrize(
    "measured", [{}, {"examples": JANE}, [], None, {"examples": 1}]
)
def test_a_measurement_that_is_none_is_refused(measured: Any) -> None:
    """A record with half of one would be worse."""
    with pytest.raises(InputError) as caught:
        record(PLAIN, measured={"x": measured})
    assert JANE not in str(caught.value)


def counting(start: int) -> Any:
    """A function with state: what it counts is no setting, where it starts is."""
    count = 0

    def call() -> int:
        nonlocal count
        count += 1
        return start + count

    return call


def test_state_is_no_part_of_a_fingerprint() -> None:
    """But what the function closes over is."""
    call = counting(1)
    before = fingerprint(call)
    call()

    assert fingerprint(call) == before == fingerprint(counting(1))
    assert fingerprint(counting(2)) != before
    assert fingerprint({"a": 1, "b": {2, 3}}) == fingerprint({"b": {3, 2}, "a": 1})
    assert fingerprint(["a", ["b"]]) != fingerprint(["a", "b"])
