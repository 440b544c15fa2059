"""Put the values back into what comes out: whole messages, chunks, snapshots."""

from collections.abc import Mapping
from typing import Any

from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.runnables.utils import AddableDict

from piimask_core import InputError, StreamUnmasker
from piimask_core.restore import json_escape, restore, unfinished

from .messages import JSON_TEXT, REASONING, map_any, map_message

Values = Mapping[str, str]


def restored(output: Any, values: Values) -> Any:
    """Any output of a chain with its values back; what it cannot read stays masked."""
    try:
        return map_any(output, lambda text: restore(text, values))
    except (InputError, RecursionError):
        return output


def restored_message(message: BaseMessage, values: Values) -> BaseMessage:
    """A whole message with its values back, tool arguments on the parsed tree.

    Itself where something in it cannot be read: that must never cost the answer.
    """
    try:
        return _restored(message, values)
    except (InputError, RecursionError):
        return message


def _restored(message: BaseMessage, values: Values) -> BaseMessage:
    whole = map_message(message, lambda text: restore(text, values))
    if isinstance(message, AIMessage) and message.invalid_tool_calls:
        calls = [
            {**call, "args": restore(call["args"] or "", values, encode=json_escape)}
            for call in message.invalid_tool_calls
        ]
        whole = whole.model_copy(update={"invalid_tool_calls": calls})
    return whole


class MessageStream:
    """Chunks of one message in, restored chunks out: a buffer for each channel."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._channels: dict[tuple[Any, ...], StreamUnmasker] = {}

    def feed(self, chunk: AIMessageChunk) -> AIMessageChunk:
        """The chunk with what can no longer change of it restored."""
        content, calls = self._content(chunk.content), self._calls(chunk)
        if chunk.chunk_position == "last":
            content, calls = self._flushed(content, calls)
        extra = {
            key: restored(value, self._values)
            for key, value in chunk.additional_kwargs.items()
            if key != "tool_calls"
        }
        return _rebuilt(chunk, content, calls, extra)

    def flush(self) -> AIMessageChunk | None:
        """What was held back, where no chunk said that it was the last."""
        content, calls = self._flushed("", [])
        if not content and not calls:
            return None
        return AIMessageChunk(content=content, tool_call_chunks=calls)

    def _content(self, content: Any) -> Any:
        if isinstance(content, str):
            return self._channel("text").feed(content)
        return [self._block(block, at) for at, block in enumerate(content)]

    def _block(self, block: Any, at: int) -> Any:
        if isinstance(block, str):
            return self._channel("text").feed(block)
        if block.get("type") in REASONING:
            return block
        where = block.get("index", at)
        fed = dict(block)
        for key, value in block.items():
            if (key == "text" or key in JSON_TEXT) and isinstance(value, str):
                fed[key] = self._channel("block", where, key).feed(value)
        return fed

    def _calls(self, chunk: AIMessageChunk) -> list[Any]:
        return [
            {**call, "args": self._channel("call", call["index"]).feed(call["args"])}
            if call["args"]
            else call
            for call in chunk.tool_call_chunks
        ]

    def _channel(self, *key: Any) -> StreamUnmasker:
        if key not in self._channels:
            in_json = key[0] == "call" or key[-1] in JSON_TEXT
            encode = json_escape if in_json else None
            self._channels[key] = StreamUnmasker(self._values, encode=encode)
        return self._channels[key]

    def _flushed(self, content: Any, calls: list[Any]) -> tuple[Any, list[Any]]:
        """The content and calls with every channel's rest added to them."""
        for key, channel in self._channels.items():
            rest = channel.flush()
            if not rest:
                continue
            if key[0] == "call":
                calls = [*calls, _call_rest(key[1], rest)]
            elif key[0] == "text":
                content = (
                    content + rest if isinstance(content, str) else [*content, rest]
                )
            else:
                content = [*(content or []), _block_rest(key[1], key[2], rest)]
        return content, calls


def _call_rest(index: Any, rest: str) -> dict[str, Any]:
    return {
        "type": "tool_call_chunk",
        "index": index,
        "args": rest,
        "name": None,
        "id": None,
    }


def _block_rest(index: Any, key: str, rest: str) -> dict[str, Any]:
    kind = "text" if key == "text" else "input_json_delta"
    return {"type": kind, "index": index, key: rest}


def _rebuilt(
    chunk: AIMessageChunk, content: Any, calls: list[Any], extra: dict[str, Any]
) -> AIMessageChunk:
    """A new chunk, so that its tool calls are read anew from the restored pieces."""
    kept = {
        name: getattr(chunk, name)
        for name in ("id", "name", "response_metadata", "usage_metadata")
    }
    return AIMessageChunk(
        content=content,
        tool_call_chunks=calls,
        additional_kwargs=extra,
        chunk_position=chunk.chunk_position,
        **kept,
    )


class OutputStream:
    """Whatever a chain streams: texts, message chunks, dicts of them, snapshots.

    A dict that adds up (``AddableDict``) has a stream for each key. Any other object
    is a snapshot that the next one replaces: its unfinished tails are not shown.
    """

    def __init__(self, values: Values) -> None:
        self._values = values
        self._text = StreamUnmasker(values)
        self._message = MessageStream(values)
        self._keys: dict[str, OutputStream] = {}
        self._last: Any = None

    def feed(self, piece: Any) -> Any:
        """The piece restored as far as it can no longer change."""
        if isinstance(piece, str):
            return self._text.feed(piece)
        if isinstance(piece, AIMessageChunk):
            return self._message.feed(piece)
        if isinstance(piece, AddableDict):
            return AddableDict(
                {
                    key: self._keys.setdefault(key, OutputStream(self._values)).feed(v)
                    for key, v in piece.items()
                }
            )
        whole = restored(piece, self._values)
        shown = restored(_cut(piece), self._values)
        self._last = None if shown == whole else whole
        return shown

    def flush(self) -> list[Any]:
        """What is left when the stream is over."""
        rests: list[Any] = [self._text.flush(), self._message.flush(), self._last]
        for key, stream in self._keys.items():
            rests += [AddableDict({key: rest}) for rest in stream.flush()]
        return [rest for rest in rests if rest is not None and rest != ""]


def _cut(snapshot: Any) -> Any:
    """A snapshot without the unfinished placeholders at the end of its texts."""
    try:
        return map_any(snapshot, lambda text: text[: unfinished(text)])
    except (InputError, RecursionError):
        return snapshot
