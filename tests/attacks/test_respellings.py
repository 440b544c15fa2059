"""A respelled placeholder is put right if it was issued, and left alone if not."""

from attacks.corpus import cases
from attacks.kinds import wrong_with

RESPELLINGS = cases("respellings.jsonl")


def test_there_are_as_many_as_promised() -> None:
    """At least 40, all of them different."""
    assert len({case["spelled"] for case in RESPELLINGS}) == len(RESPELLINGS) >= 40


def test_each_is_restored_if_it_was_issued_and_only_then() -> None:
    """Whole and cut at every point; under another number it stays as it is."""
    wrong = [f"{case['id']}: {out}" for case in RESPELLINGS for out in wrong_with(case)]

    assert not wrong, "\n".join(wrong)
