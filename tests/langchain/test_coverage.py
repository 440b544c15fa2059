"""Every road to a model is gone in every mode, and the docs say what came of it."""

from pathlib import Path

import pytest

from coverage_matrix import COVERED, FAILS, Cell, outcome
from langchain_roads import CELLS, coverage

PAGE = Path(__file__).parents[2] / "docs" / "langchain-coverage.md"


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_no_value_leaves_by_this_road(cell: Cell) -> None:
    """Or the mode does not apply, and raises."""
    if not cell.reason:
        cell.go()
    else:
        with pytest.raises(cell.raises):
            cell.go()


def test_the_page_in_the_docs_is_what_was_found() -> None:
    """No cell fails, none is unknown; the command in ``langchain_roads`` writes it."""
    assert {outcome(cell) for cell in CELLS if not cell.reason} == {COVERED}
    assert FAILS not in coverage()
    assert PAGE.read_text() == coverage()
