"""The page of roads tells what happened, and nothing that did not."""

import pytest

from coverage_matrix import FAILS, Cell, outcome, page


def passes() -> None:
    """A road on which nothing is lost."""


def leaks() -> None:
    """A road on which something is."""
    raise AssertionError("seen")


def refuses() -> None:
    """A road that does not exist."""
    raise NotImplementedError


TABLE = [
    (Cell("a", "at the model", "invoke", passes), "yes"),
    (Cell("a", "at the model", "invoke", leaks), FAILS),
    (Cell("a", "at the model", "invoke", refuses), FAILS),
    (Cell("b", "around", "v3", refuses, "no v3", NotImplementedError), "no v3"),
    (Cell("b", "around", "v3", leaks, "no v3", NotImplementedError), FAILS),
    (Cell("b", "around", "v3", passes, "no v3", NotImplementedError), FAILS),
]


@pytest.mark.parametrize(("cell", "expected"), TABLE)
def test_a_cell_says_what_came_of_it(cell: Cell, expected: str) -> None:
    """What does not apply has to raise what it is said to raise."""
    assert outcome(cell) == expected


def test_a_page_has_a_row_for_each_road_and_its_reasons_below() -> None:
    """Each reason once, with a number."""
    cells = [
        Cell("a", "around", "invoke", passes),
        Cell("a", "around", "v3", refuses, "There is no v3.", NotImplementedError),
    ]
    told = page("Roads", "All of them.", cells, ["invoke", "v3"])

    assert told == (
        "# Roads\n\nAll of them.\n\n"
        "| Road | Masked | invoke | v3 |\n| --- | --- | --- | --- |\n"
        "| a | around | yes | n/a (1) |\n\n1. There is no v3.\n"
    )


def test_no_cell_of_a_page_may_be_unknown() -> None:
    """A page is not made while one is missing."""
    with pytest.raises(KeyError):
        page("Roads", "", [Cell("a", "around", "invoke", passes)], ["invoke", "v3"])
