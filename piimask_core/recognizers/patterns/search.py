"""How is a text searched for many patterns at little cost?

A regex runs only where its row's needs are met and, where the row says how its matches
begin, at such places alone. A long text is read around its digits, but for the rows
that need none.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, partial
from itertools import chain, starmap

from piimask_core.entities import Entity, Recognizer

from .look import DIGITS, Look
from .pattern import Pattern
from .rows import Row, Rows

_LONG = 600
_REACH = 100
"""Characters from a digit, and then up to a space, in which a match that needs one
begins and ends."""


def patterns(rows: Iterable[Pattern]) -> Recognizer:
    """A recognizer of these patterns."""
    chosen = tuple(rows)
    all_rows = Rows(chosen)
    numbered = Rows(row for row in chosen if row.digits)
    others = Rows(row for row in chosen if not row.digits)

    def recognize(text: str) -> Sequence[Entity]:
        whole = Look(text, 0, len(text))
        if len(text) <= _LONG or not whole.digits:
            return list(_found(all_rows, text, whole))
        found = list(_found(others, text, whole))
        for start, end in _near_digits(text):
            found += _found(numbered, text, Look(text, start, end))
        return found

    return recognize


def _found(rows: Rows, text: str, look: Look) -> Iterator[Entity]:
    for row in rows.possible(look, len(text)):
        it = row.pattern
        regex = _compiled(it.regex)
        group = "value" if "value" in regex.groupindex else 0
        for match in _matches(regex, row, text, look):
            if it.check is None or it.check(match[group]):
                yield Entity(it.type, *match.span(group), it.score)


def _matches(
    regex: re.Pattern[str], row: Row, text: str, look: Look
) -> Iterable[re.Match[str]]:
    """The matches that do not overlap, from left to right."""
    if row.pattern.within:
        stretches = look.solid(row.pattern.within)
        return chain.from_iterable(starmap(partial(regex.finditer, text), stretches))
    if not row.pattern.at:
        return regex.finditer(text, look.start, look.end)
    found: list[re.Match[str]] = []
    done = look.start
    for start in _starts(row, look):
        if start >= done and (match := regex.match(text, start, look.end)):
            found.append(match)
            done = match.end()
    return found


def _starts(row: Row, look: Look) -> Sequence[int]:
    at = row.pattern.at
    if at == "number":
        return look.numbers()
    if at == "text":
        return () if look.start else (0,)
    if at != "word":
        return look.places(at)
    said = [row.stems[each] for each in row.stems.keys() & look.stems]
    places = [p for word in (*said, *row.pattern.words) for p in look.places(word)]
    return sorted(places) if len(places) > 1 else places


@cache
def _compiled(regex: str) -> re.Pattern[str]:
    """Compiled with the first text that needs it: all of them would take a while."""
    return re.compile(regex, re.IGNORECASE)


def _near_digits(text: str) -> list[tuple[int, int]]:
    """The parts of a long text that have digits, each from space to space."""
    parts: list[tuple[int, int]] = []
    start = end = 0
    for match in DIGITS.finditer(text):
        if match.end() + _REACH <= end:
            continue
        if match.start() - _REACH > end:
            if end:
                parts.append((start, end))
            start = text.rfind(" ", end, match.start() - _REACH) + 1 or end
        end = text.find(" ", match.end() + _REACH) + 1 or len(text)
    parts.append((start, end))
    return parts
