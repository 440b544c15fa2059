"""The attack corpus: every case is a line of data, and every class has to hold.

The classes are the rows of the threat table (A1 to A51; T5 is a trap met by the
adapters), each split where it has several kinds of attack. ``kinds.py`` tells how a
kind of case is run. Some rows need more than the core and are tested elsewhere, or
wait for what they test:

- A15 (threads) and A27, A28, A42, A43 (crash, size, loss and failure of a store) are
  not cases of one input and one output: the registry's own tests and the benchmark.
- A22, A24 (checkpoints) and A23 (traces): with the adapters, in ``tests/langchain`` and
  ``tests/wire``.
- A26, A46, A47 (values at rest, rotation of keys, erasure of one person) wait for a
  durable vault, A50 for differential privacy, A52 for an audit that is required.
- A30 (time): a bait's cost is measured in ``tests/core``.
- A19, A20, A40 stand here with plain containers and sinks; messages, tools and
  embeddings of a framework are in the adapters' tests.
"""

import json
from collections.abc import Mapping, Sequence

import pytest
from attacks.corpus import HERE, Case, cases
from attacks.kinds import wrong_with

CASES = [
    case
    for name in ("cases.jsonl", "exfiltration.jsonl", "respellings.jsonl")
    for case in cases(name)
]
CLASSES = sorted({case["class"] for case in CASES})
PEERS = json.loads((HERE / "peers.json").read_text(encoding="utf-8"))


def failures(of_class: str) -> Mapping[str, Sequence[str]]:
    """The cases of a class that fail -> what is wrong."""
    found = {
        case["id"]: wrong_with(case) for case in CASES if case["class"] == of_class
    }
    return {name: wrong for name, wrong in found.items() if wrong}


@pytest.mark.parametrize("of_class", CLASSES)
def test_every_case_of(of_class: str) -> None:
    """Not one of them gets through."""
    assert failures(of_class) == {}


def test_there_are_as_many_as_promised() -> None:
    """At least 300 cases in 45 classes, each with its preset, no two the same."""
    assert len(cases("cases.jsonl")) >= 300
    assert len({case["class"] for case in cases("cases.jsonl")}) >= 45
    assert {case["preset"] for case in CASES} == {"standard", "strict"}
    assert len({case["id"] for case in CASES}) == len(CASES)
    assert len({_attack(case) for case in CASES}) == len(CASES)


def _attack(case: Case) -> str:
    return json.dumps({k: v for k, v in case.items() if k not in ("id", "class")})


def test_the_score_beside_the_peers(capsys: pytest.CaptureFixture[str]) -> None:
    """Row by row of the threat table; P passes, F fails, - has no such feature.

    Ours is counted here, over all cases of a row. The peers' letters are data, from one
    trial of the row on each; A33 and A41 were read in their source, not run.
    """
    peers, table = PEERS["peers"], PEERS["rows"]
    of_row: dict[str, list[Case]] = {}
    for case in CASES:
        of_row.setdefault(case["class"].split()[0], []).append(case)
    lines = [f"{'':42}{''.join(f'{peer:>5}' for peer in peers)}   ours"]
    for row, (title, verdicts) in table.items():
        total = len(of_row[row])
        failed = sum(len(failures(name)) for name in _classes(of_row[row]))
        must = "*" if any(case["must"] for case in of_row[row]) else " "
        letters = "".join(f"{letter:>5}" for letter in verdicts)
        verdict = "F" if failed else "P"
        score = f"{verdict} {total - failed}/{total}"
        lines.append(f"{row:5}{must}{title:36}{letters}   {score}")

    with capsys.disabled():
        print("\n\n" + "\n".join([*lines, "* must hold for a release"]))  # noqa: T201

    assert set(of_row) == set(table)


def _classes(listed: Sequence[Case]) -> set[str]:
    return {case["class"] for case in listed}
