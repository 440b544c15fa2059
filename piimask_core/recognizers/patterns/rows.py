"""Which of many patterns could match a text? Most are ruled out together."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from .look import STEM, Look, stem
from .pattern import Pattern

_CALM_MARKS = " \n,.;!?'\""


class Row:
    """A pattern, ready to be asked for."""

    __slots__ = ("pattern", "stems")

    def __init__(self, pattern: Pattern) -> None:
        self.pattern = pattern
        self.stems = {stem(word): word[:STEM] for word in pattern.starts}
        """What counts of a word, and the same as a text."""


class Rows:
    """Patterns by what they need, as sets of bits: bit n stands for the nth of them."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._rows = tuple(map(Row, patterns))
        most = max((row.pattern.digits for row in self._rows), default=0)
        self._enough = [self._bits(partial(_needs, n)) for n in range(most + 1)]
        self._wordless = self._bits(lambda row: not row.words and not row.starts)
        self._of: dict[bytes, int] = {}
        for at, row in enumerate(self._rows):
            for each in row.stems:
                self._of[each] = self._of.get(each, 0) | 1 << at
        self._stems = frozenset(self._of)
        self._marks = self._groups(lambda row: row.marks)
        self._words = self._groups(lambda row: row.words)
        self._sizes = [
            (_runs(runs), run, bits)
            for (runs, run), bits in self._groups(
                lambda row: (row.runs, row.run) if row.runs or row.run else None
            )
        ]
        self._wide = self._groups(lambda row: row.wide)

    def _bits(self, holds: Callable[[Pattern], bool]) -> int:
        rows = enumerate(self._rows)
        return sum(1 << at for at, row in rows if holds(row.pattern))

    def _groups(self, need: Callable[[Pattern], Any]) -> list[tuple[Any, int]]:
        """What rows need, each need with the bits of its rows."""
        groups: dict[Any, int] = {}
        for at, row in enumerate(self._rows):
            if wanted := need(row.pattern):
                groups[wanted] = groups.get(wanted, 0) | 1 << at
        return list(groups.items())

    def possible(self, look: Look, length: int) -> Iterator[Row]:
        """Those of which all needs are met, in a text of so many characters."""
        left = self._left(look)
        while left:
            bit = left & -left
            left ^= bit
            row = self._rows[bit.bit_length() - 1]
            if not 0 < row.pattern.longest < length:
                yield row

    def _left(self, look: Look) -> int:
        low = look.folded
        left = self._enough[min(look.digits, len(self._enough) - 1)]
        for marks, bits in self._marks:
            if left & bits and not any_in(marks, low):
                left &= ~bits
        said = self._wordless
        for each in self._stems & look.stems:
            said |= self._of[each]
        for words, bits in self._words:
            if left & bits & ~said and any_in(words, low):
                said |= bits
        left &= said
        if look.digits:
            longest = max(look.sizes)
            for runs, run, bits in self._sizes:
                long = run and run <= longest
                if left & bits and not long and not any_in(runs, look.sizes):
                    left &= ~bits
        for wide, bits in self._wide:
            if left & bits and look.wide < wide:
                left &= ~bits
        return left


def _needs(digits: int, row: Pattern) -> bool:
    return row.digits <= digits


def _runs(sizes: Iterable[str]) -> list[bytes]:
    return [bytes(map(int, each)) for each in sizes]


def gate(patterns: Iterable[Pattern]) -> Callable[[str], bool]:
    """A cheap yes or no: where it says no, none of these patterns finds anything."""
    rows = Rows(patterns)

    def may_find(text: str) -> bool:
        for _ in rows.possible(Look(text, 0, len(text)), len(text)):
            return True
        return False

    return may_find


def calm_words(rows: Iterable[Pattern]) -> tuple[frozenset[bytes], tuple[str, ...]]:
    """The words without one of which no row finds anything in a calm text.

    That has letters and the marks of sentences only, and each full stop ends a word.
    The first are how words begin, as ``stems_of`` gives them; the others may stand
    anywhere. ValueError where a row needs no word.
    """
    starts: set[bytes] = set()
    words: set[str] = set()
    for row in rows:
        marks = row.marks
        if row.digits or (marks and not any(mark in _CALM_MARKS for mark in marks)):
            continue
        if not row.words and not row.starts:
            raise ValueError("a row that may match any text")
        starts.update(map(stem, row.starts))
        words.update(word for word in row.words if _is_calm(word))
    return frozenset(starts), _shortest(words)


def _is_calm(word: str) -> bool:
    inside = word.replace(". ", "").removesuffix(".")
    calm = all(c.isalpha() or c in _CALM_MARKS for c in inside)
    return calm and word.isascii() and "." not in inside


def _shortest(words: Iterable[str]) -> tuple[str, ...]:
    """The words without those that hold another one."""
    kept: list[str] = []
    for word in sorted(words, key=lambda word: (len(word), word)):
        if not any_in(kept, word):
            kept.append(word)
    return tuple(kept)


def any_in(words: Iterable[Any], text: Any) -> bool:
    for word in words:  # noqa: SIM110 - a loop: any() takes twice as long
        if word in text:
            return True
    return False
