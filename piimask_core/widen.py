"""What must be masked together, so that restoring gives the text back exactly.

A value inside a URL, a link target or a fetched attribute would not be restored there:
the whole stretch becomes one entity, restored as it was. Inside a string of JSON a
value is escaped when it comes back, so it is kept unescaped, or with its quotes.
"""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from .entities import LITERAL, Entity, label_of
from .jsontext import JsonInText, escape, unescape
from .restore import ADDRESSES
from .surroundings import Stretch, stretches

_CHANGES = re.compile(r'["\\\x00-\x1f]')
_STRING = re.compile(r'[\[{]\s*["\[{]|,\s*"')
_TRAILING = ".,;:!?*_~'\")]}>`"


class Widened(NamedTuple):
    """An entity, whether it was made here, and its value where that is another text.

    ``is_cut``: something was removed from what was written.
    """

    entity: Entity
    is_new: bool = False
    value: str | None = None
    is_cut: bool = False


Becomes = Callable[[Entity], str | None]
"""What an entity is as a part of a larger one: its own text, or what replaces it for
good. None: it can be no part, for it is a placeholder already."""


def widened(
    text: str,
    entities: Sequence[Entity],
    *,
    mints: Callable[[Entity], bool],
    becomes: Becomes,
) -> list[Widened]:
    """Entities, in order and without overlap, that come back exactly.

    ``mints``: which of them get a placeholder. What is removed for good stays so: it
    is left out of the value of what is widened over it.
    """
    if not any(mints(entity) for entity in entities):
        return [Widened(entity) for entity in entities]
    result = _over_stretches(text, entities, mints, becomes)
    return _in_json(text, result, mints, becomes) if _STRING.search(text) else result


def _over_stretches(
    text: str,
    entities: Sequence[Entity],
    mints: Callable[[Entity], bool],
    becomes: Becomes,
) -> list[Widened]:
    result: list[Widened] = []
    rest = iter([*map(Widened, entities), None])
    each = next(rest)
    for stretch in stretches(text):
        while each and each.entity.start < stretch.end:
            result.append(each)
            each = next(rest)
        first = len(result)
        while first and result[first - 1].entity.end > stretch.start:
            first -= 1
        inside = result[first:]
        if any(
            (w.is_new or mints(w.entity)) and not _comes_back(text, w, stretch)
            for w in inside
        ):
            start = min(stretch.start, inside[0].entity.start)
            end = max(inside[-1].entity.end, _said_end(text, stretch))
            whole = _merged(text, Entity("URL", start, end), inside, becomes)
            result[first:] = inside if whole is None else [whole]
    while each:
        result.append(each)
        each = next(rest)
    return result


def _merged(
    text: str, entity: Entity, parts: Sequence[Widened], becomes: Becomes
) -> Widened | None:
    """One entity for all of them; None where one can be no part of it."""
    value: list[str] = []
    at = entity.start
    for part in parts:
        start, end = part.entity.start, part.entity.end
        said = text[start:end] if part.is_new else becomes(part.entity)
        if said is None:
            return None
        value += text[at:start], (part.value or "") if part.is_cut else said
        at = end
    written = text[entity.start : entity.end]
    meant = "".join([*value, text[at : entity.end]])
    is_cut = meant != written
    return Widened(entity, True, meant if is_cut else None, is_cut)


def _comes_back(text: str, what: Widened, stretch: Stretch) -> bool:
    entity = what.entity
    if entity.type == LITERAL:
        return True
    is_all = entity.start <= stretch.start and entity.end >= _said_end(text, stretch)
    if is_all and (entity.start < stretch.start or not stretch.is_opened):
        return True  # its placeholder stands before the stretch
    is_address = label_of(entity.type) in ADDRESSES
    return is_address and (is_all or stretch.is_said_by(text, entity.start, entity.end))


def _said_end(text: str, stretch: Stretch) -> int:
    """Without the punctuation that ends a sentence, where that may follow a value."""
    said = text[stretch.start : stretch.end].rstrip(_TRAILING)
    end = stretch.start + len(said)
    if stretch.is_opened and text[end : end + 1] != ")":
        return stretch.end
    return end


def _in_json(
    text: str,
    entities: Sequence[Widened],
    mints: Callable[[Entity], bool],
    becomes: Becomes,
) -> list[Widened]:
    reader, at = JsonInText(), 0  # finds where the outermost string began
    result: list[Widened] = []
    for each in entities:
        entity = each.entity
        written = text[entity.start : entity.end] if each.value is None else each.value
        reader.feed(text[at : entity.start])
        opened, levels, at = reader.opened, reader.levels, entity.end
        reader.feed("x" * (entity.end - entity.start))  # as a value is when it is put
        if not (each.is_new or mints(entity)) or _CHANGES.search(written) is None:
            result.append(each)
            continue
        meant = _unescaped(written, levels)
        if opened is None or meant is not None:
            result.append(each if opened is None else each._replace(value=meant))
            continue
        first = len(result)
        while first and result[first - 1].entity.end > opened:
            first -= 1
        parts = [*result[first:], each]
        start = min(opened, parts[0].entity.start)
        whole = _merged(text, Entity(entity.type, start, entity.end), parts, becomes)
        result[first:] = parts if whole is None else [whole]
    return result


def _unescaped(written: str, levels: int) -> str | None:
    """What is meant, if escaping it so many times gives the same text again."""
    meant: str | None = written
    for _ in range(levels):
        meant = None if meant is None else unescape(meant)
    again = meant
    for _ in range(levels):
        again = None if again is None else escape(again)
    return meant if again == written else None
