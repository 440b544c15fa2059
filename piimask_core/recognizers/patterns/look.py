"""What does a text have of that which patterns need? Read once, asked by many rows."""

import re
import string
from collections.abc import Callable, Iterator
from operator import itemgetter

# The characters that re.IGNORECASE takes for an ASCII letter and str.lower does not.
_TWINS = {0x130: "i", 0x131: "i", 0x17F: "s", 0x212A: "k"}
DIGITS = re.compile(r"\d+")
_DIGITS_ASCII = re.compile(r"[0-9]+")
_DIGIT_ASCII = re.compile(r"[0-9]")
_LOWER = string.ascii_lowercase.encode()
_LETTERS = bytes(c if c in _LOWER else 32 for c in bytes(range(256)).lower())
_SPACE = re.compile(r"\s")
STEM = 5
_MOST = 255
"""Digits in a row beyond which they are not counted."""


def folded(text: str) -> str:
    """As many characters, in lower case as ``re.IGNORECASE`` understands it."""
    return text.lower() if text.isascii() else text.translate(_TWINS).lower()


_head: Callable[[bytes], bytes] = itemgetter(slice(STEM))


def stems_of(raw: bytes) -> Iterator[bytes]:
    """How the words of a text begin: letters of ASCII in a row, in lower case."""
    return map(_head, raw.translate(_LETTERS).split())


def stem(word: str) -> bytes:
    """What counts of a word."""
    return word[:STEM].encode()


class Look:
    """``text[start:end]``, and what it has.

    ``folded``: the part in lower case. ``stems``: how its words begin. ``sizes``: how
    many digits its groups of digits have, in order, and ``digits``, these together.
    """

    __slots__ = (
        *("_numbers", "_places", "_solid", "_text", "_wide"),
        *("digits", "end", "folded", "sizes", "start", "stems"),
    )

    def __init__(self, text: str, start: int, end: int) -> None:
        said = text if end - start == len(text) else text[start:end]
        self._text, self.start, self.end = text, start, end
        self._places: dict[str, list[int]] = {}
        self._solid: dict[str, list[tuple[int, int]]] = {}
        self._numbers: list[int] | None = None
        self._wide = -1
        if said.isascii():
            self.folded = said.lower()
            found = _DIGIT_ASCII.search(said) and _DIGITS_ASCII.findall(said)
        else:
            self.folded = folded(said)
            found = DIGITS.findall(said)
        self.stems = set(stems_of(self.folded.encode(errors="surrogatepass")))
        self.digits = 0
        self.sizes = b""
        if found:
            sizes = list(map(len, found))
            self.digits = sum(sizes)
            self.sizes = bytes(sizes if max(sizes) < _MOST else _capped(sizes))

    @property
    def wide(self) -> int:
        """The most characters without white space."""
        if self._wide < 0:
            self._wide = max(map(len, self.folded.split()), default=0)
        return self._wide

    def numbers(self) -> list[int]:
        """Where groups of digits begin, or what stands before them of ``+(``."""
        if self._numbers is None:
            self._numbers = found = []
            for match in DIGITS.finditer(self._text, self.start, self.end):
                at = match.start()
                for sign in range(max(at - 2, self.start), at):
                    if not self._text[sign:at].strip("+("):
                        found.append(sign)
                found.append(at)
        return self._numbers

    def places(self, said: str) -> list[int]:
        """Where this begins a word."""
        found = self._places.get(said)
        if found is None:
            self._places[said] = found = []
            low = self.folded
            at = low.find(said)
            while at >= 0:
                if not (at and low[at - 1].isalpha()):
                    found.append(self.start + at)
                at = low.find(said, at + 1)
        return found

    def solid(self, said: str) -> list[tuple[int, int]]:
        """The stretches without white space that have this, each with what ends it."""
        found = self._solid.get(said)
        if found is None:
            self._solid[said] = found = []
            low, done = self.folded, 0
            at = low.find(said)
            while at >= 0:
                begin = max(low.rfind(" ", done, at), low.rfind("\n", done, at), done)
                space = _SPACE.search(low, at + len(said))
                done = space.end() if space else len(low)
                found.append((self.start + begin, self.start + done))
                at = low.find(said, done)
        return found


def _capped(sizes: list[int]) -> list[int]:
    return [min(size, _MOST) for size in sizes]
