"""Recognizers put together, and the one that is used when none is given."""

from collections.abc import Sequence
from functools import cache
from threading import Lock

from piimask_core.entities import Entity, Recognizer

from .gate import has_trigger, two_stage
from .patterns import patterns
from .presidio import presidio


def union(*recognizers: Recognizer) -> Recognizer:
    """Whatever any of them finds; overlaps are left to ``entities.resolve``."""

    def recognize(text: str) -> Sequence[Entity]:
        return [entity for each in recognizers for entity in each(text)]

    return recognize


def default_recognizer() -> Recognizer:
    """Our patterns and Presidio's behind the gate; one instance for all.

    Presidio is loaded with the first text that passes the gate, not before.
    """
    with _BUILDING:
        return _default()


_BUILDING = Lock()  # functools.cache alone may build twice when two threads race


@cache
def _default() -> Recognizer:
    return two_stage(has_trigger, union(patterns(), presidio()))
