"""Which pieces of a text are base64 or hex of readable text, and what do they say?

A piece is read only where what it says is text: an id, a hash or an image is passed
over. All pieces of a text are put together into one, so that a recognizer reads once.
"""

import base64
import binascii
import codecs
import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

_CHARACTER = r"[A-Za-z0-9+/_\-]"
PACKED_SIGN = (
    rf"(?<=[A-Z2-7]){_CHARACTER}{{8}}"
    r"|(?<=[2-7])[0-9a-fA-F][ :][2-7][0-9a-fA-F][ :][2-7]"
)
"""What follows a capital letter or a digit in whatever may be base64 or hex."""

_BASE64 = re.compile(
    rf"{_CHARACTER}{{12,}}+"
    rf"(?:(?<={_CHARACTER}{{60}})\r?\n{_CHARACTER}++)*={{0,2}}"
)
_HEX = re.compile(
    r"(?<![0-9a-z])(?:0x)?((?:[2-7][0-9a-f]){6,}+(?![0-9a-z])"
    r"|[2-7][0-9a-f](?:[ :][2-7][0-9a-f](?![0-9a-z])){5,}+)",
    re.IGNORECASE,
)
_HEX_SIGN = re.compile(r"[2-7][0-9a-fA-F](?:[2-7][0-9a-fA-F]|[ :][2-7])")
_NO_HEX = re.compile(r"[^0-9A-Fa-f]")
_BREAK = re.compile(r"[/_\-]")
_STANDARD = str.maketrans("-_", "+/", "\r\n=")
_SEPARATOR = "\n\x00\n"
_MOST_BREAKS = 4


class Piece(NamedTuple):
    """``text[start:end]`` is encoded, and says ``said``."""

    start: int
    end: int
    said: str


class Pieces:
    """What all the encoded pieces of a text say, in one ``text``."""

    def __init__(self, pieces: list[Piece]) -> None:
        self._pieces = pieces
        self._starts: list[int] = []
        at = 0
        for piece in pieces:
            self._starts.append(at)
            at += len(piece.said) + len(_SEPARATOR)
        self.text = _SEPARATOR.join(piece.said for piece in pieces)

    def holding(self, start: int, end: int) -> Iterator[Piece]:
        """The pieces that say any of ``text[start:end]``."""
        first = bisect_right(self._starts, start) - 1
        last = bisect_right(self._starts, end - 1) - 1
        yield from self._pieces[first : last + 1]


def decoded_pieces(text: str) -> Pieces | None:
    """The pieces that say something; None where there are none."""
    found = [piece for match in _BASE64.finditer(text) for piece in _unpacked(match)]
    for match in _HEX.finditer(text) if _HEX_SIGN.search(text) else ():
        said = _text_of(bytes.fromhex(_NO_HEX.sub("", match[1])))
        if said:
            found.append(Piece(*match.span(), said))
    return Pieces(found) if found else None


def rotated(text: str) -> str:
    """The text with its letters moved by 13 places."""
    return codecs.encode(text, "rot13")


def _unpacked(match: re.Match[str]) -> Iterator[Piece]:
    """The whole run, or what follows ``id-``, ``key_`` or a slash in it."""
    run = match[0]
    said = _from_base64(run)
    if said:
        yield Piece(*match.span(), said)
        return
    breaks = [each.end() for each in _BREAK.finditer(run)]
    for begin, end in zip([0, *breaks], [*breaks, len(run) + 1], strict=True):
        piece = run[begin : end - 1]
        if said := _from_base64(piece):
            yield Piece(match.start() + begin, match.start() + end - 1, said)
    for begin in breaks[:_MOST_BREAKS]:
        if said := _from_base64(run[begin:]):
            yield Piece(match.start() + begin, match.end(), said)


def _from_base64(run: str) -> str:
    packed = run.translate(_STANDARD)
    if len(packed) < 12 or packed.islower() or packed[1:].islower():
        return ""  # a word
    packed = packed[: len(packed) - (len(packed) % 4 == 1)]
    try:
        raw = base64.b64decode(packed + "=" * (-len(packed) % 4))
    except binascii.Error:
        return ""
    return _text_of(raw)


def _text_of(raw: bytes) -> str:
    """What the bytes say; nothing where they are hardly text."""
    if raw.count(0) * 3 > len(raw):
        raw = raw.replace(b"\0", b"")  # UTF-16, of ASCII
    said = raw.decode(errors="replace")
    readable = sum(c.isprintable() or c in "\r\n\t" for c in said) - said.count(
        "\ufffd"
    )
    return said if len(said) >= 6 and readable >= 0.85 * len(said) else ""
