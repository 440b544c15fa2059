"""Allow and deny lists: what is never, and what is always personal data.

An entry is a text, found exactly as it is written at word boundaries; ``folded`` finds
it in any case and spacing, ``matching`` whatever a regular expression matches. A
pattern that takes too long fails the masking: it is never skipped.
"""

import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from .entities import Entity
from .errors import InputError
from .known import Known

if TYPE_CHECKING:
    from regex import Pattern  # type: ignore[import-untyped]  # it has no types

TIMEOUT = 0.5
"""Seconds that all patterns of a list have for one text."""

_LONGEST = 1_000


class Listed(NamedTuple):
    """An entry of a list: "exact", "folded" or "regex", and its text."""

    how: str
    text: str

    def __repr__(self) -> str:
        return f"Listed({self.how})"


Entry = str | Listed


def folded(text: str) -> Listed:
    """A text in any case and spacing."""
    return Listed("folded", text)


def matching(pattern: str) -> Listed:
    """Whatever a regular expression matches (of the ``regex`` package, with a
    time-out).

    In an allow list it has to match the whole value. Put ``(?i)`` before it for any
    case.
    """
    return Listed("regex", pattern)


class Lists:
    """The entries of a list by type, ready to be found; immutable."""

    def __init__(self, entries: Mapping[str, Sequence[Entry]]) -> None:
        """Raises InputError for an entry that could not be found, or no pattern."""
        self._words = {"exact": Known(), "folded": Known()}
        self._used: set[str] = set()
        self._patterns: list[tuple[str, Pattern[str]]] = []
        for type, listed in entries.items():
            if isinstance(listed, str):
                raise InputError("A list is a sequence of entries, not one text.")
            for entry in listed:
                self._add(type, entry)

    def __bool__(self) -> bool:
        return bool(self._used or self._patterns)

    def find(self, text: str) -> list[Entity]:
        """Everything in a text that is listed. Raises TimeoutError."""
        found = self.words(text)
        for type, start, end in self._matches(text):
            found.append(Entity(type, start, end))
        return found

    def words(self, text: str) -> list[Entity]:
        """The listed texts in a text, without what patterns match."""
        return [
            Entity(entity.type.removeprefix(_MARK), entity.start, entity.end)
            for how in self._used
            for entity in self._words[how].find(text, _SAME[how])
        ]

    def matches_whole(self, value: str, ends: float) -> bool:
        """Whether a pattern matches all of a value, by then; see ``deadline``. Raises
        TimeoutError."""
        return any(
            pattern.fullmatch(value, timeout=_left(ends))
            for _, pattern in self._patterns
        )

    def _matches(self, text: str) -> Iterator[tuple[str, int, int]]:
        ends = deadline()
        for type, pattern in self._patterns:
            for match in pattern.finditer(text, timeout=_left(ends)):
                if match.end() > match.start():
                    yield type, match.start(), match.end()

    def _add(self, type: str, entry: Entry) -> None:
        how, text = entry if isinstance(entry, Listed) else ("exact", entry)
        if how == "regex" and isinstance(text, str):
            self._patterns.append((type, _compiled(text)))
            return
        if not isinstance(text, str) or not any(map(str.isalnum, text)):
            raise InputError("An entry of a list is a text with a letter or a digit.")
        self._used.add(how)
        text = text.strip()
        self._words[how].add(f"{_MARK}{type}", text, _SAME[how]("", text))

    def __repr__(self) -> str:
        return "Lists()"


class Stretches:
    """Stretches of a text, to be asked about many others."""

    def __init__(self, stretches: Iterable[Entity]) -> None:
        self._ordered = sorted((each.start, each.end) for each in stretches)
        self._starts = [start for start, _ in self._ordered]
        ends = [end for _, end in self._ordered]
        self._furthest = list(accumulate(ends, max))
        self._nearest = list(accumulate(reversed(ends), min))[::-1]

    def cover(self, entity: Entity) -> bool:
        """Whether one of them holds all of an entity."""
        at = bisect_right(self._starts, entity.start)
        return at > 0 and self._furthest[at - 1] >= entity.end

    def stand_in(self, entity: Entity) -> bool:
        """Whether an entity holds all of one of them."""
        at = bisect_left(self._starts, entity.start)
        return at < len(self._nearest) and self._nearest[at] <= entity.end


def deadline() -> float:
    """When patterns that begin now have to be done with one text."""
    return time.monotonic() + TIMEOUT


_MARK = "LISTED "
"""Before a type: no rule of a type's own, such as for names, holds for the entries."""


def _as_written(label: str, value: str) -> str:
    return value


def _folded(label: str, value: str) -> str:
    return " ".join(value.lower().split())


_SAME: Mapping[str, Callable[[str, str], str]] = {
    "exact": _as_written,
    "folded": _folded,
}


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


@cache
def _compiled(pattern: str) -> "Pattern[str]":
    import regex

    compiled = None
    if len(pattern) <= _LONGEST:
        with suppress(regex.error):
            compiled = regex.compile(pattern)
    if compiled is None:  # raised out here: a pattern may hold values
        raise InputError(
            f"A pattern of a list is no regular expression of up to {_LONGEST}"
            " characters."
        )
    return compiled
