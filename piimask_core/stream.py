"""Restore a text that arrives in pieces, cut anywhere."""

from collections.abc import Mapping

from .restore import Encode, restore, unfinished


class StreamUnmasker:
    """Text in, restored text out: ``feed`` each piece, ``flush`` at the end.

    Holds back only a tail that can still become a placeholder, at most 44
    characters. The pieces that come out, joined, are the whole text restored.
    """

    __slots__ = ("_encode", "_held", "_values")

    def __init__(
        self, values: Mapping[str, str], *, encode: Encode | None = None
    ) -> None:
        self._values = values
        self._encode = encode
        self._held = ""

    def feed(self, text: str) -> str:
        """Take a piece in, give out what can no longer change."""
        text = self._held + text
        ready = unfinished(text)
        self._held = text[ready:]
        return restore(text[:ready], self._values, encode=self._encode)

    def flush(self) -> str:
        """Give out what was held back; the stream is over."""
        text, self._held = self._held, ""
        return restore(text, self._values, encode=self._encode)

    def __repr__(self) -> str:
        return f"StreamUnmasker(holding {len(self._held)} characters)"
