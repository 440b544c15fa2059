"""What a pattern is, and how a text is searched for many of them at little cost.

A regex runs only where its row's necessary conditions hold: enough digits, one of its
marks, one of its words. They are tested with plain string searches, so that most rows
cost next to nothing on most texts.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from functools import cache
from typing import NamedTuple

from piimask_core.entities import Entity, Recognizer


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regex for one type. The value is the group ``value``, or the whole match.

    Case never matters. A ``check`` may still refuse the value; put such a regex into
    a lookahead if a refused match must not hide another one that begins inside it.

    The last three say what a text must have before the regex is worth a try: one of
    ``words`` (lower-case ASCII, anywhere, inside other words too), that many decimal
    ``digits``, one of the characters ``marks`` (no letters). A text that the regex
    matches must satisfy them all. With ``longest``, texts of more characters are left
    alone: what is an answer in a short message is any number in a long one.
    """

    type: str
    regex: str
    score: float
    check: Callable[[str], bool] | None = None
    _: KW_ONLY
    words: tuple[str, ...] = ()
    digits: int = 0
    marks: str = ""
    longest: int = 0


def patterns(rows: Iterable[Pattern]) -> Recognizer:
    """A recognizer of these patterns."""
    chosen = tuple(rows)

    def recognize(text: str) -> Sequence[Entity]:
        whole = [_part(text, 0, len(text))]
        is_long = len(text) > _LONG and whole[0].digits > 0
        near = _near_digits(text) if is_long else whole
        return [
            entity
            for row in chosen
            if _is_possible(row, whole[0], len(text))
            for part in (near if row.digits else whole)
            if part is whole[0] or _is_possible(row, part, len(text))
            for entity in _find(row, text, part)
        ]

    return recognize


def gate(rows: Iterable[Pattern]) -> Callable[[str], bool]:
    """A cheap yes or no: where it says no, none of these patterns finds anything.

    A text without digits, the usual one, is asked only for what the rows that need
    no digit could start from.
    """
    chosen = tuple(rows)
    bare = [row for row in chosen if not row.digits]
    alone = {mark for row in bare if not row.words for mark in row.marks}
    alone.update(word for row in bare if not row.marks for word in row.words)
    starts = _shortest(alone)
    guarded = sorted(
        {(row.marks, row.words) for row in bare if row.marks and row.words}
    )
    always = any(not row.words and not row.marks for row in bare)
    rest = sorted(
        {(r.digits, r.longest, r.marks, r.words) for r in chosen if r.digits},
        key=lambda condition: (len(condition[3]), condition),
    )
    least = min((condition[0] for condition in rest), default=sys.maxsize)

    def may_find(text: str) -> bool:
        folded = _folded(text)
        if always or _any_in(starts, folded):
            return True
        for marks, words in guarded:
            if _any_in(marks, folded) and _any_in(words, folded):
                return True
        digits = _digits(text)
        if digits < least:
            return False
        length = len(text)
        for enough, longest, marks, words in rest:
            if (
                digits >= enough
                and not 0 < longest < length
                and (not marks or _any_in(marks, folded))
                and (not words or _any_in(words, folded))
            ):
                return True
        return False

    return may_find


_CALM_MARKS = " \n,.;!?'\""


def calm_words(rows: Iterable[Pattern]) -> tuple[str, ...]:
    """The words without one of which no row finds anything in a calm text.

    That has letters and the marks of sentences only, and each full stop ends a word.
    ValueError where a row needs no word.
    """
    words: set[str] = set()
    for row in rows:
        marks = row.marks
        if row.digits or (marks and not any(mark in _CALM_MARKS for mark in marks)):
            continue
        if not row.words:
            raise ValueError("a row that may match any text")
        words.update(word for word in row.words if _is_calm(word))
    return _shortest(words)


def _is_calm(word: str) -> bool:
    inside = word.replace(". ", "").removesuffix(".")
    calm = all(c.isalpha() or c in _CALM_MARKS for c in inside)
    return calm and word.isascii() and "." not in inside


def _shortest(words: Iterable[str]) -> tuple[str, ...]:
    """The words without those that hold another one."""
    kept: list[str] = []
    for word in sorted(words, key=lambda word: (len(word), word)):
        if not _any_in(kept, word):
            kept.append(word)
    return tuple(kept)


# The characters that re.IGNORECASE takes for an ASCII letter and str.lower does not.
_TWINS = {0x130: "i", 0x131: "i", 0x17F: "s", 0x212A: "k"}
_DIGIT = re.compile(r"\d")
_DIGITS = re.compile(r"\d+")
_DIGIT_ASCII = re.compile(r"[0-9]")


def _folded(text: str) -> str:
    return text.lower() if text.isascii() else text.translate(_TWINS).lower()


def _digits(text: str) -> int:
    if text.isascii():
        return len(_DIGIT_ASCII.findall(text)) if _DIGIT_ASCII.search(text) else 0
    return len(_DIGIT.findall(text))


def _any_in(words: Iterable[str], text: str) -> bool:
    # A loop, for any() with a generator takes twice as long.
    for word in words:  # noqa: SIM110
        if word in text:
            return True
    return False


class _Part(NamedTuple):
    """``text[start:end]``, and what the conditions of rows ask of it."""

    start: int
    end: int
    folded: str
    digits: int


def _part(text: str, start: int, end: int) -> _Part:
    said = text[start:end]
    return _Part(start, end, _folded(said), _digits(said))


def _is_possible(row: Pattern, part: _Part, length: int) -> bool:
    return (
        part.digits >= row.digits
        and not 0 < row.longest < length
        and (not row.marks or _any_in(row.marks, part.folded))
        and (not row.words or _any_in(row.words, part.folded))
    )


@cache
def _compiled(regex: str) -> re.Pattern[str]:
    """Compiled with the first text that needs it: all of them would take a while."""
    return re.compile(regex, re.IGNORECASE)


_LONG = 600
_REACH = 100
"""Characters from a digit, and then up to a space, in which a match that needs one
begins and ends."""


def _near_digits(text: str) -> list[_Part]:
    """The parts of a long text that have digits, each from space to space."""
    parts: list[_Part] = []
    start = end = 0
    for match in _DIGITS.finditer(text):
        if match.end() + _REACH <= end:
            continue
        if match.start() - _REACH > end:
            if end:
                parts.append(_part(text, start, end))
            start = text.rfind(" ", end, match.start() - _REACH) + 1 or end
        end = text.find(" ", match.end() + _REACH) + 1 or len(text)
    parts.append(_part(text, start, end))
    return parts


def _find(row: Pattern, text: str, part: _Part) -> Iterator[Entity]:
    regex = _compiled(row.regex)
    group = "value" if "value" in regex.groupindex else 0
    for match in regex.finditer(text, part.start, part.end):
        if row.check is None or row.check(match[group]):
            start, end = match.span(group)
            yield Entity(row.type, start, end, row.score)
