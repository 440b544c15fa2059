"""Which values that this session knows stand in a text? Flat, however many it knows.

Two dictionaries: a tree of words for values whose letters matter, and one of bare
characters for numbers that people write with any separators. A look-up walks the
text's words once; the size of the registry never enters.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from .entities import Entity, label_of
from .identity import compact, identity, is_compact

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


class _Node:
    """One word of a known value: the words that may follow, the values ending here
    and the long ones that go on from here."""

    __slots__ = ("ends", "long", "next")

    def __init__(self) -> None:
        self.next: dict[str, _Node] = {}
        self.ends: set[_End] = set()
        self.long: set[tuple[str, str]] = set()


class Known:
    """The values of one session, ready to be found again."""

    __slots__ = ("_longest", "_numbers", "_phones", "_starts", "_words")

    def __init__(self) -> None:
        self._words = _Node()
        self._numbers: dict[str, set[str]] = {}
        self._phones: dict[str, set[str]] = {}
        self._starts: set[str] = set()
        self._longest = 0

    def add(self, type: str, value: str, key: str) -> None:
        """Remember a value of a type under its identity key."""
        label = label_of(type)
        if is_compact(label):
            self._add_number(type, label, compact(value), key)
        else:
            self._add_words(type, label, value, key)

    def find(self, text: str, same: Identity = identity) -> list[Entity]:
        """Every known value in the text, at word boundaries, in any equal form."""
        found: list[Entity] = []
        if self._numbers and _DIGIT.search(text):
            found += self._find_numbers(text, same)
        begins = self._words.next
        if begins and any(word.lower() in begins for word in _WORDS.findall(text)):
            found += self._find_words(text, same)
        return found

    def may_begin(self, words: Iterable[str]) -> bool:
        """Whether a value may stand in a text of these words, in lower case, and no
        digits."""
        return not self._words.next.keys().isdisjoint(words)

    def _add_number(self, type: str, label: str, form: str, key: str) -> None:
        self._numbers.setdefault(form, set()).add(type)
        self._longest = max(self._longest, len(form) + 3)  # room for a calling code
        if label == "PHONE":
            self._phones.setdefault(key, set()).add(type)
        letters = len(form) - len(form.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        self._starts.update(form[:n] for n in range(1, letters + 1))

    def _add_words(self, type: str, label: str, value: str, key: str) -> None:
        first = _WORDS.search(value)
        if first is None:
            return
        lead, rest = value[: first.start()], value[first.start() :]
        parts = [part.lower() for part in _PARTS.findall(rest)]
        node = self._words
        for part in parts[:_DEEPEST]:
            if (step := node.next.get(part)) is None:
                step = node.next[part] = _Node()
            node = step
        if len(parts) > _DEEPEST:
            node.long.add((type, value))
            return
        exact = label == "PERSON" and len(parts) == 1  # Will, not will
        node.ends.add((type, value if exact else key, lead, exact))

    def _find_words(self, text: str, same: Identity) -> Iterator[Entity]:
        parts = [(m.group().lower(), m.start(), m.end()) for m in _PARTS.finditer(text)]
        long: set[tuple[str, str]] = set()
        for at, (_, start, _) in enumerate(parts):
            node: _Node | None = self._words
            while at < len(parts):
                word, _, end = parts[at]
                node = node.next.get(word) if node else None
                if node is None:
                    break
                long |= node.long
                for type, key, lead, exact in node.ends:
                    begin = start - len(lead)
                    value = text[max(begin, 0) : end]
                    if key == (value if exact else same(label_of(type), value)):
                        yield Entity(type, begin, end)
                at += 1
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


_End = tuple[str, str, str, bool]
"""(type, key, what stands before the first word, only as written)"""
