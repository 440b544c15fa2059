"""Recognizers put together, and the one that is used when none is given."""

import re
import warnings
from collections.abc import Sequence
from functools import cache
from threading import Lock

from piimask_core.entities import Entity, Recognizer

from . import names as embedded
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


def default_recognizer(
    gate: str = "lossless", *, names: bool | Recognizer = True, language: str = "en"
) -> Recognizer:
    """Our patterns and Presidio's, and names, disguised too; one instance for all.

    Presidio and the model of names are loaded with the first text that they read.

    Args:
        gate: What stands before the patterns. "lossless" lets a text pass unread only
            where they can find nothing, "fast" also where little is likely, "off" none.
        names: Whether people, places and organizations are found; or what finds them,
            if not the embedded model: ``presidio(analyzer)`` with a model of your own.
        language: Of the texts, by its two letters. The embedded model reads English:
            for another language names are off, and a ``UserWarning`` says so once.

    Raises:
        ValueError: There is no such gate.
    """
    if gate not in GATES:
        raise ValueError(f"gate is one of {', '.join(GATES)}")
    with _BUILDING:
        if names is True and language != _READ:
            _warn(language)
            names = False
        if callable(names):
            return _gated(gate, _rules(language), names)
        return _default(gate, names, language)


_BUILDING = Lock()  # functools.cache alone may build twice when two threads race
_READ = "en"


@cache
def _embedded() -> Recognizer:
    read = _likely(embedded.names())

    def recognize(text: str) -> Sequence[Entity]:
        if len(text) < _UUID_LENGTH or "-" not in text:
            return read(text)
        # a model of words takes its letters for a place; it names nobody
        return read(_UUID.sub("|" * _UUID_LENGTH, text))

    return recognize


@cache
def _warn(language: str) -> None:
    warnings.warn(
        f"No model of names for the language {language!r}: people, places and"
        " organizations are not masked, only what patterns find. Bring a recognizer"
        " of your own: default_recognizer(names=presidio(analyzer, language=...)).",
        stacklevel=4,
    )


@cache
def _default(gate: str, names: bool, language: str) -> Recognizer:
    rules = _rules(language)
    if names:
        return _gated(gate, rules, _embedded())
    return two_stage(GATES[gate], disguised(rules))


@cache
def _rules(language: str) -> Recognizer:
    rows = patterns((*PATTERNS, *ADDRESSES, *DATES))
    return union(rows, addresses, _likely(presidio(language=language)))


def _gated(gate: str, rules: Recognizer, names: Recognizer) -> Recognizer:
    may_match = GATES[gate]
    everything = disguised(beside(rules, names))

    def recognize(text: str) -> Sequence[Entity]:
        # what the gate lets pass is in no disguise either
        return everything(text) if may_match(text) else names(text)

    return recognize


def beside(rules: Recognizer, names: Recognizer) -> Recognizer:
    """What rules find, and names beside it.

    Where a name would reach into a value of digits, or with an ``@``, which a model
    may take for a part of it, the names are read once more without these values.
    """

    def recognize(text: str) -> Sequence[Entity]:
        found, named = rules(text), names(text)
        firm = [each for each in found if named and _is_firm(text, each)]
        if _meet(firm, named):
            named = names(_without(text, firm))
        return [*found, *named]

    return recognize


_COUNTABLE = re.compile("[0-9@]")


def _is_firm(text: str, entity: Entity) -> bool:
    countable = _COUNTABLE.search(text, entity.start, entity.end)
    return countable is not None and entity.score >= embedded.BALANCED


def _meet(some: Sequence[Entity], others: Sequence[Entity]) -> bool:
    """Whether one of these overlaps one of those."""
    reach = [0, 0]
    both = [
        *((e.start, e.end, 0) for e in some),
        *((e.start, e.end, 1) for e in others),
    ]
    for start, end, side in sorted(both):
        if start < reach[1 - side]:
            return True
        reach[side] = max(reach[side], end)
    return False


def _without(text: str, entities: Sequence[Entity]) -> str:
    """The text, as long as it was, with marks where the entities stand."""
    parts: list[str] = []
    at = 0
    for each in sorted(entities, key=lambda each: each.start):
        if each.end > at:
            start = max(at, each.start)
            parts += text[at:start], "|" * (each.end - start)
            at = each.end
    return "".join([*parts, text[at:]])


_UUID = re.compile(r"(?i:[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})", re.ASCII)
_UUID_LENGTH = 36
_COUNTED = re.compile(r"[0-9](?:[ ,.\-][0-9]){4,}")
_COUNT = "01234567890123456789"
_PUBLIC = re.compile(
    r"\b(?:air(?:ports?|lines?|ways)|(?:railway |train |bus )?stations?|terminal|depot"
    r"|stadium|arena|coliseum|ballroom|amphitheat(?:er|re)|theat(?:er|re)|auditorium"
    r"|(?:concert|music) hall|museum)\W*\Z",
    re.IGNORECASE,
)
"""Union Station, Example Airlines: everybody goes there. Not: Union Station Road."""


def _likely(recognizer: Recognizer) -> Recognizer:
    """Without what tells of nobody: a UUID, somebody who counts, ``1-2-3-4-5-6-7``,
    and places that are open to all and those who bring people there."""

    def is_likely(text: str, entity: Entity) -> bool:
        value = text[entity.start : entity.end]
        if entity.type in ("LOCATION", "ORGANIZATION"):
            return _PUBLIC.search(value) is None
        counts = _COUNTED.fullmatch(value) and re.sub(r"\D", "", value) in _COUNT
        return entity.type != "UUID" and not counts

    def recognize(text: str) -> Sequence[Entity]:
        return [entity for entity in recognizer(text) if is_likely(text, entity)]

    return recognize
