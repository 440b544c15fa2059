"""The calls of the class that is being sunset, with its faults mended."""

import doctest
import json
from pathlib import Path
from typing import Any

import pytest

from langchain_piimask import Masker, MemoryVault, Registry, compat
from langchain_piimask.compat import PresidioReversibleAnonymizer
from piimask_core import InputError
from piimask_core.errors import SealError

JANE = "jane@example.com"
BOB = "bob@company.com"
KEY = bytes(range(32))


@pytest.fixture
def anonymizer(masker: Masker) -> PresidioReversibleAnonymizer:
    return PresidioReversibleAnonymizer(masker=masker, key=KEY)


def test_the_example_runs() -> None:
    """As it stands in the docstring, with the default masker."""
    assert doctest.testmod(compat).failed == 0


def test_a_text_goes_and_comes_back(anonymizer: PresidioReversibleAnonymizer) -> None:
    """The same value keeps its placeholder from one call to the next."""
    assert anonymizer.anonymize(f"{JANE}, {BOB}") == "<EMAIL_1>, <EMAIL_2>"
    assert anonymizer.anonymize(f"again {BOB}") == "again <EMAIL_2>"
    assert anonymizer.deanonymize("to < EMAIL_2 > or <EMAIL_9>") == (
        f"to {BOB} or <EMAIL_9>"
    )


@pytest.mark.parametrize(
    "text",
    [
        'Jo "JJ" O\\Neil and (x) \\1 $1',
        f"{JANE} typed <EMAIL_1>",
        "<EMAIL_ADDRESS>",
        "",
    ],
)
def test_what_broke_the_old_class_comes_back(
    anonymizer: PresidioReversibleAnonymizer, text: str
) -> None:
    """Values that mean something to a pattern, and what looks like a placeholder."""
    assert anonymizer.deanonymize(anonymizer.anonymize(text)) == text


def test_only_some_types_may_be_looked_for(masker: Masker) -> None:
    """By their names at Presidio; and a call may let some values stand."""
    some = PresidioReversibleAnonymizer(["US_SSN"], masker=masker)
    assert some.anonymize(f"{JANE} 123-45-6789") == f"{JANE} <SSN_1>"

    every = PresidioReversibleAnonymizer(masker=masker)
    told = every.anonymize(f"{JANE} {BOB}", language="en", allow_list=[JANE])
    assert told == f"{JANE} <EMAIL_1>"
    assert every.anonymize(JANE) == "<EMAIL_2>"


def test_the_mapping_can_be_read_and_reset(
    anonymizer: PresidioReversibleAnonymizer,
) -> None:
    """In both directions, by type; what was typed is in neither."""
    anonymizer.anonymize(f"{JANE} <EMAIL_1> 123-45-6789")
    assert anonymizer.deanonymizer_mapping == {
        "EMAIL_ADDRESS": {"<EMAIL_1>": JANE},
        "US_SSN": {"<SSN_1>": "123-45-6789"},
    }
    assert anonymizer.anonymizer_mapping["EMAIL_ADDRESS"] == {JANE: "<EMAIL_1>"}
    assert repr(anonymizer) == "PresidioReversibleAnonymizer(3 values)"

    anonymizer.reset_deanonymizer_mapping()
    assert anonymizer.deanonymizer_mapping == {}
    assert anonymizer.deanonymize("<EMAIL_1>") == "<EMAIL_1>"


@pytest.mark.parametrize("name", ["there/mapping.json", "mapping.yaml"])
def test_a_saved_mapping_is_sealed_and_goes_on(
    anonymizer: PresidioReversibleAnonymizer, tmp_path: Path, name: str
) -> None:
    """In another process, with its vault, the same placeholders come again."""
    path = tmp_path / name
    anonymizer.anonymize(JANE)
    anonymizer.save_deanonymizer_mapping(path)
    assert "jane" not in path.read_text()

    fresh = Masker(vault=MemoryVault())
    later = PresidioReversibleAnonymizer(masker=fresh, key=KEY)
    later.load_deanonymizer_mapping(str(path))
    assert later.deanonymize("<EMAIL_1>") == JANE
    assert later.anonymize(f"x@company.com {JANE}") == "<EMAIL_2> <EMAIL_1>"

    wrong = PresidioReversibleAnonymizer(masker=fresh, key=bytes(32))
    with pytest.raises(SealError):
        wrong.load_deanonymizer_mapping(path)


@pytest.mark.parametrize(
    "saved", ["", "[]", json.dumps({"PERSON": {"Made Up": "Jane Roe"}}), "a: b"]
)
def test_a_file_of_another_kind_is_refused(
    anonymizer: PresidioReversibleAnonymizer, tmp_path: Path, saved: str
) -> None:
    """Without a word of what stands in it."""
    path = tmp_path / "mapping.json"
    path.write_text(saved)
    with pytest.raises(InputError) as raised:
        anonymizer.load_deanonymizer_mapping(path)
    assert "Roe" not in str(raised.value)
    assert raised.value.__context__ is None


def test_no_file_is_written_in_clear(masker: Masker, tmp_path: Path) -> None:
    """Without a key nothing is written and nothing read."""
    open_one = PresidioReversibleAnonymizer(masker=masker)
    with pytest.raises(InputError, match="key="):
        open_one.save_deanonymizer_mapping(tmp_path / "x.json")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "instead"),
    [
        ({"operators": {}}, "policy="),
        ({"languages_config": {}}, "recognizer="),
    ],
)
def test_what_is_not_taken_over_says_what_to_use(settings: Any, instead: str) -> None:
    """Fakers and their seed are not needed, and not refused."""
    with pytest.raises(InputError, match=instead):
        PresidioReversibleAnonymizer(**settings)
    PresidioReversibleAnonymizer(add_default_faker_operators=False, faker_seed=1)


def test_a_call_that_cannot_be_kept_raises(
    anonymizer: PresidioReversibleAnonymizer,
) -> None:
    """Another language, a strategy that guesses."""
    with pytest.raises(InputError, match="language"):
        anonymizer.anonymize(JANE, language="xx")
    with pytest.raises(InputError, match="guessed"):
        anonymizer.deanonymize("x", lambda text, mapping: text)


def test_a_registry_may_be_shared(masker: Masker) -> None:
    """With anything else that masks the same conversation."""
    registry = Registry()
    masker.mask(JANE, registry)
    one = PresidioReversibleAnonymizer(masker=masker, registry=registry)

    assert one.anonymize(f"{BOB} {JANE}") == "<EMAIL_2> <EMAIL_1>"
