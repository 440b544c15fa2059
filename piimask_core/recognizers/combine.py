"""Recognizers put together, and the one that is used when none is given."""

import re
from collections.abc import Sequence
from functools import cache
from threading import Lock

from piimask_core.entities import Entity, Recognizer

from .address_rows import ADDRESSES
from .addresses import addresses
from .dates import DATES
from .disguise import disguised
from .gate import GATES, two_stage
from .patterns import PATTERNS, patterns
from .presidio import presidio


def union(*recognizers: Recognizer) -> Recognizer:
    """Whatever any of them finds; overlaps are left to ``entities.resolve``."""

    def recognize(text: str) -> Sequence[Entity]:
        return [entity for each in recognizers for entity in each(text)]

    return recognize


def default_recognizer(gate: str = "lossless") -> Recognizer:
    """Our patterns and Presidio's, disguised values too; one instance for all.

    ``gate``: what stands before it. "lossless" lets a text pass unread only where
    nothing can be found, "fast" also where little is likely, "off" none. Presidio is
    loaded with the first text that is read, not before. ValueError for another gate.
    """
    if gate not in GATES:
        raise ValueError(f"gate is one of {', '.join(GATES)}")
    with _BUILDING:
        return _default(gate)


_BUILDING = Lock()  # functools.cache alone may build twice when two threads race


@cache
def _default(gate: str) -> Recognizer:
    return two_stage(GATES[gate], _everything())


@cache
def _everything() -> Recognizer:
    rows = patterns((*PATTERNS, *ADDRESSES, *DATES))
    return disguised(union(rows, addresses, _likely(presidio())))


_COUNTED = re.compile(r"[0-9](?:[ ,.\-][0-9]){4,}")
_COUNT = "01234567890123456789"


def _likely(recognizer: Recognizer) -> Recognizer:
    """Without two things that Presidio finds and that tell of nobody: a UUID, and
    somebody who counts, ``1-2-3-4-5-6-7``."""

    def is_likely(text: str, entity: Entity) -> bool:
        value = text[entity.start : entity.end]
        counts = _COUNTED.fullmatch(value) and re.sub(r"\D", "", value) in _COUNT
        return entity.type != "UUID" and not counts

    def recognize(text: str) -> Sequence[Entity]:
        return [entity for entity in recognizer(text) if is_likely(text, entity)]

    return recognize
