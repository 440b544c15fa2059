"""What must be masked together, so that restoring gives the text back exactly.

A value inside a URL, a link target or a fetched attribute would not be restored there:
the whole stretch becomes one entity, restored as it was. Inside a string of JSON a
value is escaped when it comes back, so it is kept unescaped, or with its quotes.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import NamedTuple

from .entities import LITERAL, Entity, label_of
from .jsontext import JsonInText, escape, unescape
from .restore import ADDRESSES
from .surroundings import Stretch, stretches

_CHANGES = re.compile(r'["\\\x00-\x1f]')
_TRAILING = ".,;:!?*_~'\")]}>`"


class Widened(NamedTuple):
    """An entity, whether it was made here, and its value where that is another text."""

    entity: Entity
    is_new: bool = False
    value: str | None = None


def widened(
    text: str, entities: Sequence[Entity], mints: Callable[[Entity], bool]
) -> list[Widened]:
    """Entities, in order and without overlap, that come back exactly.

    ``mints``: which of them get a placeholder. Nothing is widened over the others:
    they are removed for good, or placeholders already.
    """
    plain = [Widened(entity) for entity in entities]
    if not any(mints(entity) for entity in entities):
        return plain
    for stretch in stretches(text):
        plain = _over_stretch(text, plain, stretch, mints)
    if '{"' in text or '["' in text or _NESTED.search(text):
        plain = _in_json(text, plain, mints)
    return plain


_NESTED = re.compile(r'[\[{]\s*["\[{]')


def _over_stretch(
    text: str,
    all_of_them: list[Widened],
    stretch: Stretch,
    mints: Callable[[Entity], bool],
) -> list[Widened]:
    first = bisect_left(all_of_them, stretch.start + 1, key=lambda w: w.entity.end)
    last = bisect_left(all_of_them, stretch.end, key=lambda w: w.entity.start)
    inside = all_of_them[first:last]
    if all(_comes_back(text, w.entity, stretch) for w in inside):
        return all_of_them
    if not all(w.is_new or mints(w.entity) for w in inside):
        return all_of_them  # what is removed stays so, and so does what is ours
    start = min(stretch.start, inside[0].entity.start)
    least = max(w.entity.end for w in inside)
    end = max(least, start + len(text[start : stretch.end].rstrip(_TRAILING)))
    whole = Widened(Entity("URL", start, end), True)
    return [*all_of_them[:first], whole, *all_of_them[last:]]


def _comes_back(text: str, entity: Entity, stretch: Stretch) -> bool:
    if entity.type == LITERAL:
        return True
    said = text[stretch.start : stretch.end].rstrip(_TRAILING)
    is_all = entity.start <= stretch.start and entity.end >= stretch.start + len(said)
    if is_all and (entity.start < stretch.start or not stretch.is_opened):
        return True  # its placeholder stands before the stretch
    is_address = label_of(entity.type) in ADDRESSES
    return is_address and (is_all or stretch.is_said_by(text, entity.start, entity.end))


def _in_json(
    text: str,
    all_of_them: list[Widened],
    mints: Callable[[Entity], bool],
) -> list[Widened]:
    reader, at = JsonInText(), 0  # finds where the outermost string began
    result: list[Widened] = []
    for each in all_of_them:
        entity = each.entity
        written = text[entity.start : entity.end]
        if not (each.is_new or mints(entity)) or _CHANGES.search(written) is None:
            result.append(each)
            continue
        reader.feed(text[at : entity.start])
        at = entity.start
        if reader.opened is None:
            result.append(each)
            continue
        meant = _unescaped(written, reader.levels)
        if meant is not None:
            result.append(each._replace(value=meant))
            continue
        start = reader.opened
        over = [w for w in result if w.entity.end > start]
        if not all(w.is_new or mints(w.entity) for w in over):
            result.append(each)
            continue
        start = min([start, *(w.entity.start for w in over)])
        result = result[: len(result) - len(over)]
        result.append(Widened(Entity(entity.type, start, entity.end), True))
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
