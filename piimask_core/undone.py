"""A text with its disguises undone, and where each stretch of it stood before."""

import re
from bisect import bisect_right
from collections.abc import Callable


class Undone:
    """``text`` is the undone text; ``span`` tells where a stretch of it stood."""

    __slots__ = ("_plain", "_whole", "text")

    def __init__(
        self, text: str, plain: list[int], whole: list[tuple[int, int, bool]]
    ) -> None:
        self.text = text
        self._plain = plain  # where each part begins, undone ...
        self._whole = whole  # ... and as it was: start, end, disguised

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters of ``text[start:end]``, which are some, stood.

        A disguised part counts as a whole; what was removed counts between two of them.
        """
        first = bisect_right(self._plain, start) - 1
        last = bisect_right(self._plain, end - 1) - 1
        begin, _, disguised = self._whole[first]
        from_, until, ends_disguised = self._whole[last]
        return (
            begin if disguised else begin + start - self._plain[first],
            until if ends_disguised else from_ + end - self._plain[last],
        )

    def over(self, before: "Undone | None") -> "Undone":
        """This, when what it was made from had been undone itself."""
        if before is None:
            return self
        return _Twice(self, before)

    def saying(self, text: str) -> "Undone":
        """The same places with another text, of as many characters."""
        return Undone(text, self._plain, self._whole)

    @classmethod
    def of(cls, text: str) -> "Undone":
        """A text of which every character stands in its old place."""
        return cls(text, [0], [(0, len(text), False)])


class _Twice(Undone):
    """Undone, and then undone once more."""

    __slots__ = ("_after", "_before")

    def __init__(self, after: Undone, before: Undone) -> None:
        self.text = after.text
        self._after, self._before = after, before

    def span(self, start: int, end: int) -> tuple[int, int]:
        return self._before.span(*self._after.span(start, end))

    def saying(self, text: str) -> Undone:
        return _Twice(self._after.saying(text), self._before)


Decode = Callable[[re.Match[str]], str]
"""What stands undisguised for a match."""


def undo(text: str, disguise: re.Pattern[str], decode: Decode) -> Undone | None:
    """The text with each match decoded; None where that changes nothing."""
    parts: list[str] = []
    plain: list[int] = []
    whole: list[tuple[int, int, bool]] = []
    at = length = 0
    for match in disguise.finditer(text):
        undone = decode(match)
        start, end = match.span()
        if undone == match[0]:
            continue
        plain += (length, length + start - at)
        whole += ((at, start, False), (start, end, True))
        parts += (text[at:start], undone)
        length += start - at + len(undone)
        at = end
    if not parts:
        return None
    plain.append(length)
    whole.append((at, len(text), False))
    parts.append(text[at:])
    return Undone("".join(parts), plain, whole)
