"""Which values that this session knows stand in a text? Flat, however many it knows.

Values whose letters matter are kept by their words: a hash for each beginning of a
value, word by word, and what ends there; flat, so that a large session makes no work
for the garbage collector. Numbers, which people write with any separators, are kept
by their bare characters. A look-up walks the text's words once; the size of the
registry never enters.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from .entities import Entity, label_of
from .identity import compact, identity, is_compact

_NAMES = {"PERSON", "LOCATION", "ORG"}
"""Single words of these are often words of the language: Will, Reading, Target."""

Identity = Callable[[str, str], str]
"""(label, value) -> the key that equal forms share; see ``identity.identity``."""

_NO_SPACES = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
"""Scripts written without spaces (Thai, Lao, Japanese, Chinese, Korean): each
character is a word."""

_WORD = rf"[{_NO_SPACES}]|[^\W_{_NO_SPACES}]+"
_WORDS = re.compile(_WORD)
_PARTS = re.compile(rf"{_WORD}|[^\w\s]|_")
_JOIN = re.compile(r"[\s.\-()/:_\u2010-\u2015\u2212]{0,4}")
_DIGIT = re.compile(r"\d")

_DEEPEST = 64
"""A value of more words is found by its first ones, and only as it is written."""


class Known:
    """The values of one session, ready to be found again."""

    __slots__ = (
        "_begins",
        "_ends",
        "_keys",
        "_long",
        "_longest",
        "_numbers",
        "_paths",
        "_phones",
        "_starts",
    )

    def __init__(self) -> None:
        self._begins: set[str] = set()
        self._paths: set[int] = set()
        self._ends: dict[int, tuple[_End, ...]] = {}
        self._keys: set[tuple[str, str, bool]] = set()
        self._long: dict[int, tuple[tuple[str, str], ...]] = {}
        self._numbers: dict[str, set[str]] = {}
        self._phones: dict[str, set[str]] = {}
        self._starts: set[str] = set()
        self._longest = 0

    def add(self, type: str, value: str, key: str, *, told: bool = False) -> None:
        """Remember a value of a type under its identity key.

        ``told``: somebody said that it is one, so a single word of a place or a
        company is found in any case too.
        """
        label = label_of(type)
        if is_compact(label):
            self._add_number(type, label, compact(value), key)
        else:
            self._add_words(type, label, value, key, told)

    def find(self, text: str, same: Identity = identity) -> list[Entity]:
        """Every known value in the text, at word boundaries, in any equal form."""
        found: list[Entity] = []
        if self._numbers and _DIGIT.search(text):
            found += self._find_numbers(text, same)
        begins = self._begins
        if begins and any(word.lower() in begins for word in _WORDS.findall(text)):
            found += dict.fromkeys(self._find_words(text, same))
        return found

    def may_begin(self, words: Iterable[str]) -> bool:
        """Whether a value may stand in a text of these words, in lower case, and no
        digits."""
        return not self._begins.isdisjoint(words)

    def _add_number(self, type: str, label: str, form: str, key: str) -> None:
        self._numbers.setdefault(form, set()).add(type)
        self._longest = max(self._longest, len(form) + 3)  # room for a calling code
        if label == "PHONE":
            self._phones.setdefault(key, set()).add(type)
        letters = len(form) - len(form.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        self._starts.update(form[:n] for n in range(1, letters + 1))

    def _add_words(
        self, type: str, label: str, value: str, key: str, told: bool
    ) -> None:
        first = _WORDS.search(value)
        if first is None:
            return
        lead, rest = value[: first.start()], value[first.start() :]
        parts = [part.lower() for part in _PARTS.findall(rest)]
        self._begins.add(parts[0])
        path = 0
        for part in parts[:_DEEPEST]:
            path = hash((path, part))
            self._paths.add(path)
        if len(parts) > _DEEPEST:
            self._long[path] = _with(self._long.get(path, ()), (type, value))
            return
        is_name = label == "PERSON" or (label in _NAMES and not told)
        exact = is_name and len(parts) == 1  # Will, not will
        end = (type, len(lead), exact)
        self._ends[path] = _with(self._ends.get(path, ()), end)
        self._keys.add((type, value if exact else key, exact))

    def _find_words(self, text: str, same: Identity) -> Iterator[Entity]:
        parts = [(m.group().lower(), m.start(), m.end()) for m in _PARTS.finditer(text)]
        long: set[tuple[str, str]] = set()
        for first, (word, start, _) in enumerate(parts):
            if word not in self._begins:
                continue
            path = 0
            for at in range(first, min(first + _DEEPEST, len(parts))):
                word, _, end = parts[at]
                path = hash((path, word))
                if path not in self._paths:
                    break
                long.update(self._long.get(path, ()))
                for type, lead, exact in self._ends.get(path, ()):
                    begin = max(start - lead, 0)
                    value = text[begin:end]
                    key = value if exact else same(label_of(type), value)
                    if (type, key, exact) in self._keys:
                        yield Entity(type, begin, end)
        for type, value in long:
            begin = text.find(value)
            while begin >= 0:
                yield Entity(type, begin, begin + len(value))
                begin = text.find(value, begin + len(value))

    def _find_numbers(self, text: str, same: Identity) -> Iterator[Entity]:
        groups = [
            (match.start(), match.end(), bare)
            for match in _WORDS.finditer(text)
            if (bare := compact(match[0]))
        ]
        for at, (start, end, joined) in enumerate(groups):
            if not (_DIGIT.search(joined) or joined in self._starts):
                continue
            begin = start - (start > 0 and text[start - 1] == "+")
            while len(joined) <= self._longest:
                for type in self._types(joined, text[begin:end], same):
                    yield Entity(type, begin, end)
                at += 1
                if at == len(groups) or not _JOIN.fullmatch(text, end, groups[at][0]):
                    break
                _, end, more = groups[at]
                joined += more

    def _types(self, joined: str, written: str, same: Identity) -> set[str]:
        """What a number is, read bare and, if it can be one, as a phone number."""
        types = self._numbers.get(joined, set())
        if self._phones and len(joined) >= 7:
            types = types | self._phones.get(same("PHONE", written), set())
        return types


T = TypeVar("T")


def _with(some: tuple[T, ...], new: T) -> tuple[T, ...]:
    return some if new in some else (*some, new)


_End = tuple[str, int, bool]
"""(type, how many characters stand before the first word, only as written)"""
