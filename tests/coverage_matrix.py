"""Which roads to a model are covered: a page that is made by going each of them.

A list of cells makes a page: a row for each road and placement, a column for each
mode. A cell's ``go`` is called once in a test run; the page says what came of it.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

COVERED = "yes"
FAILS = "FAILS"


class Cell(NamedTuple):
    """One road, gone in one mode, with masking in one place.

    ``go`` fails if a value reaches the model or a placeholder the user. Where a mode
    does not apply, ``reason`` says why, and ``go`` must raise ``raises``.
    """

    road: str
    placement: str
    mode: str
    go: Callable[[], None]
    reason: str = ""
    raises: type[Exception] = Exception

    def __str__(self) -> str:
        return f"{self.road}, {self.placement}, {self.mode}"


@cache
def outcome(cell: Cell) -> str:
    """What came of it: ``COVERED``, the reason why it does not apply, or ``FAILS``."""
    try:
        cell.go()
    except Exception as error:
        if cell.reason and isinstance(error, cell.raises):
            return cell.reason
        return FAILS
    return FAILS if cell.reason else COVERED


def page(title: str, about: str, cells: Sequence[Cell], modes: Sequence[str]) -> str:
    """The page in Markdown. Raises KeyError where a cell of the table is missing."""
    found = {cell[:3]: outcome(cell) for cell in cells}
    rows = dict.fromkeys((cell.road, cell.placement) for cell in cells)
    said = found.values()
    reasons = dict.fromkeys(each for each in said if each not in (COVERED, FAILS))
    notes = {reason: f"n/a ({n})" for n, reason in enumerate(reasons, 1)}
    notes |= {COVERED: COVERED, FAILS: FAILS}
    lines = [
        _row(["Road", "Masked", *modes]),
        _row(["---"] * (len(modes) + 2)),
        *(
            _row([*row, *(notes[found[(*row, mode)]] for mode in modes)])
            for row in rows
        ),
    ]
    told = [f"{n}. {reason}" for n, reason in enumerate(reasons, 1)]
    parts = [f"# {title}", about, "\n".join(lines), "\n".join(told)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _row(texts: Sequence[str]) -> str:
    return f"| {' | '.join(texts)} |"
