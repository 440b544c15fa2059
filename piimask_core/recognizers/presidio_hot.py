"""Where in a text Presidio's own patterns can match at all.

Each of them needs a digit or a colon, or hexadecimal letters between two dashes or two
dots. ``may_find`` asks for that. ``hot`` leaves out long stretches without any, and
``shapes`` says what is there, so that a pattern is tried only where it can match.
"""

import re
from bisect import bisect_right
from collections.abc import Callable
from typing import NamedTuple

# Presidio's regex engine knows digits of newer Unicode versions than Python may do;
# they lie between these two.
NEWER = "\U00010d40-\U0001efff"
_AFTER = (
    r"(?<=[^:.\-])"  # a digit
    r"|(?<=:)[0-9A-Fa-f]{0,4}:"  # IPv6 and MAC addresses may have letters only,
    r"|(?<=-)[0-9A-Fa-f]{2,4}-"  # and so may a MAC address with dashes, and a UUID
    r"|(?<=\.)[0-9A-Fa-f]{4}\."
)
TRIGGER = re.compile(rf"[\d:.\-{NEWER}](?:{_AFTER})")
_ASCII_TRIGGER = re.compile(rf"[0-9:.\-](?:{_AFTER})")  # twice as fast


def may_find(text: str) -> bool:
    """Whether ``presidio()`` without an analyzer might find anything in the text."""
    trigger = _ASCII_TRIGGER if text.isascii() else TRIGGER
    return trigger.search(text) is not None


class Hot(NamedTuple):
    """What is left of a text, and how its positions become the text's own."""

    text: str
    origin: Callable[[int], int]


_COLD = re.compile(rf"(?<![^\d:{NEWER}])[^\d:{NEWER}]{{100,}}")
_DASHED = re.compile(r"-[0-9A-Fa-f]{2,4}-|\.[0-9A-Fa-f]{4}\.")
_LETTER = re.compile(r"[^\W\d_]")
# Over blanks no pattern reaches further before its first digit and behind its last one,
# but for the extension of a phone number: that is written with fewer letters.
_BEFORE = 16
_BEHIND = 48
_LETTERS = 12
_GAP = " \0\0\0\0 "  # no pattern crosses it


def hot(text: str) -> Hot:
    """The text without its cold stretches.

    Cuts are made at blanks only. So what is read in the rest is what is read in the
    text: no match reaches over a cut, and what looks around sees a blank as before.
    """
    if len(text) < 250:
        return Hot(text, _same)
    cuts = [
        cut
        for match in _COLD.finditer(text)
        if (cut := _cut(text, *match.span())) is not None
    ]
    if not cuts:
        return Hot(text, _same)
    parts: list[str] = []
    starts = [0]
    origins = [0]
    position = 0
    for start, end in cuts:
        parts.append(text[position:start])
        starts.append(starts[-1] + start - position + len(_GAP))
        origins.append(end)
        position = end
    parts.append(text[position:])

    def origin(place: int) -> int:
        part = bisect_right(starts, place) - 1
        return origins[part] + place - starts[part]

    return Hot(_GAP.join(parts), origin)


def _same(place: int) -> int:
    return place


def _cut(text: str, start: int, end: int) -> tuple[int, int] | None:
    """What may be left out of a stretch without digit and colon."""
    left = text.find(" ", start + _BEHIND, end) if start else 0
    right = text.rfind(" ", start, end - _BEFORE) if end < len(text) else len(text)
    if left < 0 or right <= left:
        return None
    if start and len(_LETTER.findall(text, start, left)) <= _LETTERS:
        return None
    return None if _DASHED.search(text, left, right) else (left, right)


_RUN = re.compile(rf"[\d{NEWER}]+")
_MIXED = re.compile(rf"[\d{NEWER}](?:(?=[^\W\d_])|(?<=[^\W\d_].)|(?<=\].))")
_LONG = re.compile(r"[13][^\W_]{25}")
_HEX = re.compile(r"[:.\-][0-9A-Fa-f]{0,4}[:.\-]")
_MONTH = re.compile(
    rf"-(?:(?<=[^\W\d_]{{3}}-)(?=[\d{NEWER}])|(?<=[\d{NEWER}]-)(?=[^\W\d_]{{3}}))"
)


class Shapes(NamedTuple):
    """What a text has, or what a pattern needs: both are read the same way.

    ``run`` is the longest run of digits, nine at most. ``marks`` are those of ``-./:``
    and ``m`` for a letter beside a digit, ``l`` for 26 letters and digits in a row,
    ``h`` for up to four hexadecimal digits between two of the marks, ``d`` for a
    number beside the dash of three letters.
    """

    run: int
    marks: frozenset[str]

    def are_in(self, has: "Shapes") -> bool:
        """Whether a text that has those may have these."""
        return self.run <= has.run and self.marks <= has.marks


def shapes(text: str) -> Shapes:
    """What the text has of that which patterns need."""
    marks = {mark for mark in "-./:" if mark in text}
    if _MIXED.search(text):
        marks.add("m")
    if _LONG.search(text):
        marks.add("l")
    if marks & {"-", ".", ":"} and _HEX.search(text):
        marks.add("h")
    if "-" in marks and _MONTH.search(text):
        marks.add("d")
    run = max(map(len, _RUN.findall(text)), default=0)
    return Shapes(min(run, 9), frozenset(marks))
