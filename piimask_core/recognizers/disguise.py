"""Values in disguise: escaped, encoded, spelled out, spaced out, in look-alikes.

``disguised(recognizer)`` reads a text as it is and, only where something is there to
undo, as it reads undone; what is found there is told by where it stands in the text,
disguise and all. The readings are in ``normalise``, ``encoded``,
``spelled``, ``numbers`` and ``broken``.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from piimask_core.entities import Entity, Recognizer
from piimask_core.undone import Undone

from .broken import DIGIT_SIGN, broken_views, joined, without_letters
from .encoded import PACKED_SIGN, decoded_pieces, rotated
from .normalise import may_be_escaped, other_views, plainly
from .numbers import may_spell_digits, plain_numbers, spelled_numbers
from .spelled import may_spell_address, plain_addresses

_SIGN = re.compile(rf"[A-Z0-9](?:{PACKED_SIGN}|{DIGIT_SIGN})")

_ROTATED = re.compile(r"\brot[ \-]?13\b", re.IGNORECASE)

_NESTED = 2
"""How deep base64 in base64 is read."""


def disguised(recognizer: Recognizer) -> Recognizer:
    """What the recognizer finds, and what it finds with disguises undone.

    An encoded piece is one entity, of the type of the surest value in it. What is found
    only by a reading that may be wrong scores slightly lower.
    """

    def recognize(text: str) -> Sequence[Entity]:
        return _read(text, recognizer, _NESTED)

    return recognize


def may_find(text: str) -> bool:
    """Whether there may be anything to undo.

    Lossless: where this says no, ``disguised`` finds what its recognizer finds.
    """
    return (
        may_be_escaped(text)
        or _SIGN.search(text) is not None
        or may_spell_address(text)
        or may_spell_digits(text)
        or ("13" in text and _ROTATED.search(text) is not None)
    )


def _read(text: str, recognizer: Recognizer, depth: int) -> list[Entity]:
    found = list(recognizer(text))
    if not may_find(text):
        return found
    surest = {(each.type, each.start, each.end): each for each in found}
    plain = sorted(found, key=lambda each: each.start)
    starts = [each.start for each in plain]
    for each in _undone(text, recognizer, depth):
        each = _whole(each, plain, starts)
        place = each.type, each.start, each.end
        if place not in surest or each.score > surest[place].score:
            surest[place] = each
    there = set(found)
    return found + [each for each in surest.values() if each not in there]


def _whole(entity: Entity, plain: Sequence[Entity], starts: list[int]) -> Entity:
    """With what was misread as beginning inside its disguise: ``%[40example.com/x]``.

    Else that would win by its length, and leave of this one what two may share.
    """
    inside = slice(bisect_right(starts, entity.start), bisect_left(starts, entity.end))
    end = max((each.end for each in plain[inside]), default=entity.end)
    return replace(entity, end=end) if end > entity.end else entity


def _undone(text: str, recognizer: Recognizer, depth: int) -> Iterator[Entity]:
    plain = plainly(text)
    for view in (plain, *other_views(text, plain)):
        if view:
            yield from _placed(recognizer(view.text), view)
    said = plain.text if plain else text
    yield from _placed(_spoken(said, recognizer), plain)
    if depth:
        yield from _placed(_encoded(said, recognizer, depth), plain)


def _placed(found: Iterable[Entity], reading: Undone | None) -> Iterator[Entity]:
    """Entities of a reading by where they stand in the text."""
    for entity in found:
        if reading is None:
            yield entity
        elif entity.start < entity.end:
            start, end = reading.span(entity.start, entity.end)
            yield replace(entity, start=start, end=end)


_READINGS: tuple[Callable[[str], Undone | None], ...] = (
    plain_addresses,
    plain_numbers,
    joined,
    without_letters,
)
"""Each gives the text with values written plainly, or None; in this order."""

_CLEAR = 0.5
"""Less sure entities of such a reading are none: a doubt on top of another."""

_CLOSE = 0.05
"""How much less sure an entity is that was found only by one of these."""


def _spoken_view(text: str) -> Undone | None:
    view: Undone | None = None
    for reading in _READINGS:
        if step := reading(view.text if view else text):
            view = step.over(view)
    return view


def _spoken(text: str, recognizer: Recognizer) -> Iterator[Entity]:
    view = _spoken_view(text)
    if view:
        yield from _doubtful(recognizer(view.text), view)
    yield from spelled_numbers(text)
    for view, may_be in broken_views(text):
        yield from _doubtful(filter(may_be, recognizer(view.text)), view)
    if "13" in text and (told := _ROTATED.search(text)):
        said = text[: told.end()] + rotated(text[told.end() :])
        yield from (e for e in recognizer(said) if e.type == "EMAIL_ADDRESS")


def _encoded(text: str, recognizer: Recognizer, depth: int) -> Iterator[Entity]:
    pieces = decoded_pieces(text)
    if pieces is None:
        return
    surest: dict[tuple[int, int], Entity] = {}
    for entity in _read(pieces.text, recognizer, depth - 1):
        for piece in pieces.holding(entity.start, entity.end):
            place = piece.start, piece.end
            best = surest.get(place)
            if best is None or _rank(entity) > _rank(best):
                surest[place] = entity
    for (start, end), entity in surest.items():
        yield replace(entity, start=start, end=end)


def _rank(entity: Entity) -> tuple[float, int]:
    return entity.score, entity.end - entity.start


def _doubtful(found: Iterable[Entity], view: Undone) -> Iterator[Entity]:
    for entity in _placed(found, view):
        if entity.score >= _CLEAR:
            yield replace(entity, score=entity.score - _CLOSE)
