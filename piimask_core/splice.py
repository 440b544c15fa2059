"""Put pieces into a text, and see to it that no seam reads as a placeholder."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from .grammar import find


class Piece(NamedTuple):
    """What takes the place of ``text[start:end]``; ``ours`` marks a placeholder."""

    start: int
    end: int
    text: str
    ours: bool


def splice(text: str, pieces: Sequence[Piece]) -> tuple[str, list[tuple[int, int]]]:
    """The text with the pieces in it, and where in it our placeholders stand."""
    parts: list[str] = []
    ours: list[tuple[int, int]] = []
    at = length = 0
    for piece in pieces:
        between = text[at : piece.start]
        parts += between, piece.text
        length += len(between)
        if piece.ours:
            ours.append((length, length + len(piece.text)))
        length += len(piece.text)
        at = piece.end
    parts.append(text[at:])
    return "".join(parts), ours


def settle(
    text: str, ours: list[tuple[int, int]], literal: Callable[[str], str]
) -> str:
    """The text with everything masked that reads as a placeholder and is not ours.

    Two harmless stretches can become one where something between them went away.
    ``literal`` gives the placeholder for such a stretch.
    """
    while strays := sorted(set(find(text)) - set(ours)):
        pieces = [Piece(s, e, text[s:e], True) for s, e in ours]
        pieces += [Piece(s, e, literal(text[s:e]), True) for s, e in strays]
        text, ours = splice(text, sorted(pieces))
    return text
