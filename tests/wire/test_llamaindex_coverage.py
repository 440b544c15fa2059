"""Every road through LlamaIndex to a model, and the page that tells of it."""

import pytest

from coverage_matrix import COVERED, FAILS, Cell, outcome
from wire.llamaindex_coverage import CELLS, PAGE, made

pytestmark = pytest.mark.filterwarnings(  # an agent looks at each of its attributes
    "ignore:is_running called:DeprecationWarning",
    "ignore::pydantic.warnings.PydanticDeprecatedSince20",
    "ignore::pydantic.warnings.PydanticDeprecatedSince211",
)


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_road_is_covered_or_refused(cell: Cell) -> None:
    """No value is sent and the app gets real ones; what does not apply raises."""
    if outcome(cell) == FAILS:
        cell.go()  # to show why

    assert outcome(cell) == (cell.reason or COVERED)


def test_the_page_says_what_happens() -> None:
    """It is made by going all roads, and is as it was written down."""
    assert PAGE.read_text() == made()
