"""Whatever a graph streams, in any of its modes, with its values back."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessageChunk, BaseMessage

from piimask_core.restorer import Restorer

from .protocol import ProtocolStream
from .restoring import MessageStream, OutputStream, restored

Rewrap = Callable[[Any], Any]
"""A piece's data -> the piece, in the form in which the graph gives it."""


class GraphStream:
    """Pieces in, restored pieces out.

    What comes in parts has a buffer for each whole that it belongs to: the chunks of
    a message, the events of a message (v3), texts of somebody's own. Anything else is
    a whole. ``mode``: as it was asked for, one or a list; ``has_ns``: with subgraphs;
    ``is_typed``: the pieces are dicts that say what they are (version v2).
    """

    def __init__(
        self,
        restorers: Callable[[], Restorer],
        *,
        mode: str | Sequence[str],
        has_ns: bool,
        is_typed: bool,
    ) -> None:
        self._restorers = restorers
        self._mode = mode
        self._has_ns = has_ns
        self._is_typed = is_typed
        self._streams: dict[Any, tuple[Any, Rewrap]] = {}

    def feed(self, piece: Any) -> Iterator[Any]:
        """The piece as far as it can no longer change; maybe nothing, maybe two."""
        ns, mode, data, rewrap = self._opened(piece)
        if mode == "messages":
            yield from self._message(ns, data, rewrap)
        elif mode == "custom" and isinstance(data, str | AIMessageChunk):
            stream = self._stream((mode, ns), rewrap, OutputStream)
            if shown := stream.feed(data):
                yield rewrap(shown)
        elif self._is_typed:
            yield {**restored(piece, self._restorers()), "type": mode, "ns": ns}
        else:
            yield rewrap(restored(data, self._restorers()))

    def flush(self) -> Iterator[Any]:
        """What is left when the stream is over."""
        for stream, rewrap in self._streams.values():
            rest = stream.flush()
            for each in rest if isinstance(rest, list) else [rest]:
                if each is not None:
                    yield rewrap(each)

    def _opened(self, piece: Any) -> tuple[Any, Any, Any, Rewrap]:
        """(namespace, mode, data, how to give other data in its place)."""
        if self._is_typed:
            typed: Mapping[str, Any] = piece
            return (
                typed["ns"],
                typed["type"],
                typed["data"],
                lambda data: {**typed, "data": data},
            )
        named, is_many = self._has_ns, not isinstance(self._mode, str)
        if not named and not is_many:
            return (), str(self._mode), piece, lambda data: data
        *before, data = piece
        ns = before[0] if named else ()
        mode = before[-1] if is_many else self._mode
        return ns, mode, data, lambda data: (*before, data)

    def _message(self, ns: Any, data: Any, rewrap: Rewrap) -> Iterator[Any]:
        message, told = data
        told = restored(told, self._restorers())

        def both(shown: Any) -> Any:
            return rewrap((shown, told))

        if isinstance(message, AIMessageChunk):
            stream = self._stream(("chunks", ns, message.id), both, MessageStream)
            yield both(stream.feed(message))
        elif isinstance(message, BaseMessage):
            yield both(restored(message, self._restorers()))
        else:
            key = (
                "events",
                ns,
                told.get("run_id"),
                told.get("langgraph_checkpoint_ns"),
            )
            for event in self._stream(key, both, ProtocolStream).feed(message):
                yield both(event)

    def _stream(self, key: Any, rewrap: Rewrap, kind: Callable[[Any], Any]) -> Any:
        if key not in self._streams:
            made = self._restorers if kind is OutputStream else self._restorers()
            self._streams[key] = kind(made), rewrap
        return self._streams[key][0]


def graph_pieces(pieces: Iterator[Any], stream: GraphStream) -> Iterator[Any]:
    """A graph's whole stream."""
    for piece in pieces:
        yield from stream.feed(piece)
    yield from stream.flush()


async def graph_apieces(
    pieces: AsyncIterator[Any], stream: GraphStream
) -> AsyncIterator[Any]:
    """See ``graph_pieces``."""
    async for piece in pieces:
        for shown in stream.feed(piece):
            yield shown
    for rest in stream.flush():
        yield rest
