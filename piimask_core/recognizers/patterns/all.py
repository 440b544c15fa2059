"""All of our patterns together."""

from collections.abc import Iterable

from piimask_core.entities import Recognizer

from . import answers, ids, links, network, numbers, phones, secrets
from .pattern import Pattern
from .rows import gate
from .search import patterns as patterns_of

PATTERNS: tuple[Pattern, ...] = (
    *links.ROWS,
    *numbers.ROWS,
    *phones.ROWS,
    *network.ROWS,
    *secrets.ROWS,
    *ids.ROWS,
    *answers.ROWS,
)

_may_find = gate(PATTERNS)


def may_find(text: str) -> bool:
    """Whether any of ``PATTERNS`` could find something; lossless and cheap."""
    return _may_find(text)


def patterns(rows: Iterable[Pattern] | None = None) -> Recognizer:
    """A recognizer of these patterns; without any given, of ``PATTERNS``."""
    return patterns_of(PATTERNS if rows is None else rows)
