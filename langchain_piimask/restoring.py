"""Put the values back into what comes out: whole messages, chunks, snapshots."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeVar, cast

from langchain_core.documents import Document
from langchain_core.messages import AIMessageChunk, BaseMessage, ToolCallChunk
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.prompt_values import PromptValue
from langchain_core.runnables.utils import AddableDict

from piimask_core import StreamUnmasker
from piimask_core.audit import Unrestored
from piimask_core.grammar import unfinished
from piimask_core.restore import STRUCTURED
from piimask_core.restorer import UNNAMED, Restorer
from piimask_core.tree import Types

from .messages import (
    ARGUMENTS,
    JSON_TEXT,
    MEDIA,
    REASONING,
    STRUCTURE,
    map_any,
    map_block,
    map_document,
    map_message,
    map_prompt,
    tool_of,
)

M = TypeVar("M", bound=BaseMessage)
_Path = tuple[Any, ...]

UNRESTORED = "pii_unrestored"
"""Key in ``response_metadata`` of an answer for what was not restored in it."""

"""No tool's name: a call must not slip past the restore policy for want of one."""


def restored(output: Any, restorer: Restorer) -> Any:
    """Any output of a chain with its values back; what it cannot read stays masked."""
    visit = Visiting(restorer)
    types: Types = {
        BaseMessage: lambda message, _: restored_message(message, restorer),
        PromptValue: lambda prompt, _: map_prompt(prompt, visit),
        Document: lambda document, _: map_document(document, visit),
    }
    try:
        return restorer.tree(output, types=types)
    except Exception:  # an object of somebody's own: it must never cost the answer
        return output


def restored_message(message: M, restorer: Restorer, *, is_json: bool = False) -> M:
    """A whole message with its values back, tool arguments as the policy has them.

    Itself where something in it cannot be read: that must never cost the answer.
    ``is_json``: its text is JSON.
    """
    noted = len(restorer.unrestored)
    try:
        whole = map_message(message, Visiting(restorer, is_json))
        if getattr(message, "artifact", None) is not None:
            artifact = restored(message.artifact, restorer)  # type: ignore[attr-defined]  # asked for
            whole = whole.model_copy(update={"artifact": artifact})
    except Exception:
        return message
    told = _told(message.response_metadata, restorer.unrestored[noted:])
    return whole.model_copy(update={"response_metadata": told})


class Visiting:
    """Restores each text that a walker comes to, and what a tool gets."""

    def __init__(self, restorer: Restorer, is_json: bool = False) -> None:
        self._restorer = restorer
        self._is_json = is_json

    def __call__(self, text: str) -> str:
        if self._is_json and _begins_json(text):
            return self._restorer.json(text)
        return self._restorer.text(text)

    def arguments(self, tool: str, key: str, arguments: Any) -> Any:
        """Arguments as they stand under this key of a call, parsed or as text."""
        if isinstance(arguments, str):
            return arguments_stream(self._restorer, tool, key).whole(arguments)
        return self._restorer.arguments(tool or UNNAMED, arguments)


def _begins_json(text: str) -> bool:
    """Whether it can be JSON at all: a model that was asked for it may talk instead."""
    return text.lstrip().startswith(("{", "[", '"'))


def arguments_stream(restorer: Restorer, tool: str, key: str) -> StreamUnmasker:
    if key in JSON_TEXT:
        return restorer.json_stream(tool=tool or UNNAMED)
    return StreamUnmasker(restorer, sink=STRUCTURED, tool=tool or UNNAMED)


def _told(metadata: dict[str, Any], events: list[Unrestored]) -> dict[str, Any]:
    """Metadata that say what was not restored, each once: calls stand in two places."""
    if not events:
        return metadata
    return {**metadata, UNRESTORED: [asdict(event) for event in dict.fromkeys(events)]}


class MessageStream:
    """Chunks of one message in, restored chunks out: a buffer for each channel.

    A channel is a path into the message: its text, a text in a block, the arguments of
    a call, a text beside the content.
    """

    def __init__(self, restorer: Restorer, *, is_json: bool = False) -> None:
        self._restorer = restorer
        self._is_json = is_json
        self._channels: dict[_Path, StreamUnmasker] = {}
        self._tools: dict[_Path, str] = {}
        self._blocks: dict[_Path, dict[str, Any]] = {}
        self._ids: dict[Any, str] = {}
        self._told: set[Unrestored] = set()

    def feed(self, chunk: M) -> M:
        """The chunk with what can no longer change of it restored."""
        if not isinstance(chunk, AIMessageChunk):
            return restored_message(chunk, self._restorer)
        try:
            return cast("M", self._fed(chunk))
        except Exception:  # it must never cost the answer
            return chunk

    def flush(self) -> AIMessageChunk | None:
        """What was held back or not told, where no chunk said that it was the last."""
        empty = AIMessageChunk(content="")
        rest = self._finished(empty)
        return None if rest == empty else rest

    def _fed(self, chunk: AIMessageChunk) -> AIMessageChunk:
        beside = {k: v for k, v in chunk.additional_kwargs.items() if k != "tool_calls"}
        fed = _rebuilt(
            chunk,
            content=self._content(chunk.content),
            tool_call_chunks=[self._call(call) for call in chunk.tool_call_chunks],
            additional_kwargs=self._parts(beside, ("beside",)),
        )
        return self._finished(fed) if chunk.chunk_position == "last" else fed

    def _content(self, content: Any) -> Any:
        if isinstance(content, str):
            return self._text(content, ("text",))
        return [self._block(block, at) for at, block in enumerate(content)]

    def _block(self, block: Any, at: int) -> Any:
        if isinstance(block, str):
            return self._text(block, ("text",))
        kind, index = block.get("type"), block.get("index")
        if kind in REASONING:
            return block
        if kind in MEDIA or (tool_of(block) and index is None):
            return map_block(block, Visiting(self._restorer))
        path: _Path = ("block", (at,) if index is None else index)
        self._blocks[path] = {k: block[k] for k in ("type", "index") if k in block}
        return self._parts(block, path)

    def _call(self, call: ToolCallChunk) -> ToolCallChunk:
        args, index, name = call["args"], call["index"], call["name"] or ""
        if index is None:  # a whole call: nothing can be added to it
            stream = arguments_stream(self._restorer, name, "args")
            return {**call, "args": stream.whole(args)} if args else call
        path = ("call", index)
        if call["id"] and self._ids.setdefault(index, call["id"]) != call["id"]:
            self._ids[index] = call["id"]  # another call where one has been
            self._tools.pop(path, None)
            self._channels.pop((*path, "args"), None)
        if name:
            self._tools.setdefault(path, name)
        tool = self._tools.get(path, "")
        return {**call, "args": args and self._part(args, (*path, "args"), tool)}

    def _parts(self, parts: Mapping[str, Any], path: _Path) -> dict[str, Any]:
        """What a block or a dict in it says, each text on a channel of its own."""
        if name := tool_of(parts):
            self._tools.setdefault(path, name)
        tool = self._tools.get(path, "")
        return {k: self._part(value, (*path, k), tool) for k, value in parts.items()}

    def _part(self, value: Any, path: _Path, tool: str) -> Any:
        key = path[-1]
        if key in STRUCTURE or key == "name":
            return value
        if key in ARGUMENTS and (tool or key in JSON_TEXT):
            if not isinstance(value, str):
                return self._restorer.arguments(tool or UNNAMED, value)
            if path not in self._channels:
                self._channels[path] = arguments_stream(self._restorer, tool, key)
        if isinstance(value, str):
            return self._text(value, path)
        if isinstance(value, dict):
            return self._parts(value, path)
        return restored(value, self._restorer)

    def _text(self, text: str, path: _Path) -> str:
        if path not in self._channels:
            if not text.strip():
                return text
            is_json = self._is_json and path[-1] == "text" and _begins_json(text)
            make = self._restorer.json_stream if is_json else self._restorer.stream
            self._channels[path] = make()
        return self._channels[path].feed(text)

    def _finished(self, chunk: AIMessageChunk) -> AIMessageChunk:
        """The chunk with every channel's rest, and with what was not restored."""
        text, blocks, calls = "", list[Any](), list(chunk.tool_call_chunks)
        beside = chunk.additional_kwargs
        for (kind, *keys), channel in self._channels.items():
            if not (rest := channel.flush()):
                continue
            if kind == "text":
                text = rest
            elif kind == "call":
                calls.append(tool_call_chunk(args=rest, index=keys[0]))
            elif kind == "beside":
                beside = _grown(beside, keys, rest)
            else:
                block = self._blocks[kind, keys[0]]
                blocks.append(_grown(block, keys[1:], rest))
        return _rebuilt(
            chunk,
            content=_added(chunk.content, text, blocks),
            tool_call_chunks=calls,
            additional_kwargs=beside,
            response_metadata=_told(chunk.response_metadata, self._fresh()),
        )

    def _fresh(self) -> list[Unrestored]:
        """What was not restored and has not been told yet."""
        fresh = [e for e in self._restorer.unrestored if e not in self._told]
        self._told.update(fresh)
        return fresh


_KEPT = ("id", "name", "response_metadata", "usage_metadata", "chunk_position")


def _rebuilt(chunk: AIMessageChunk, **changed: Any) -> AIMessageChunk:
    """A new chunk, so that its tool calls are read anew from the restored pieces."""
    kept = {name: getattr(chunk, name) for name in _KEPT}
    return AIMessageChunk(**{**kept, **changed})


def _grown(tree: Mapping[str, Any], path: Sequence[str], rest: str) -> dict[str, Any]:
    """The tree with more text at the end of the path."""
    key, *deeper = path
    at = tree.get(key)
    grown = _grown(at or {}, deeper, rest) if deeper else (at or "") + rest
    return {**tree, key: grown}


def _added(content: Any, text: str, blocks: list[Any]) -> Any:
    """A content with more text, and with more of its blocks."""
    if isinstance(content, str) and not blocks:
        return content + text
    before = ([content] if content else []) if isinstance(content, str) else content
    return [*before, *([text] if text else []), *blocks]


class OutputStream:
    """Whatever a chain streams: texts, message chunks, dicts of them, snapshots.

    A dict that adds up (``AddableDict``) has a stream for each key. Any other object
    is a snapshot that the next one replaces: its unfinished tails are not shown.
    """

    def __init__(self, restorers: Callable[[], Restorer]) -> None:
        self._restorers = restorers
        self._restorer = restorers()
        self._text = self._restorer.stream()
        self._message: MessageStream | None = None
        self._keys: dict[str, OutputStream] = {}
        self._last: Any = None

    def feed(self, piece: Any) -> Any:
        """The piece restored as far as it can no longer change."""
        if isinstance(piece, str):
            return self._text.feed(piece)
        if isinstance(piece, AIMessageChunk):
            self._message = self._message or MessageStream(self._restorer)
            return self._message.feed(piece)
        if isinstance(piece, AddableDict):
            return AddableDict({k: self._key(k).feed(v) for k, v in piece.items()})
        shown = _cut(piece, self._restorer)
        self._last = None if shown is piece else piece
        return restored(shown, self._restorer)

    def flush(self) -> list[Any]:
        """What is left when the stream is over."""
        rests: list[Any] = [self._text.flush(), restored(self._last, self._restorer)]
        if self._message is not None:
            rests.append(self._message.flush())
        for key, stream in self._keys.items():
            rests += [AddableDict({key: rest}) for rest in stream.flush()]
        return [rest for rest in rests if rest is not None and rest != ""]

    def _key(self, key: str) -> "OutputStream":
        if key not in self._keys:
            self._keys[key] = OutputStream(self._restorers)
        return self._keys[key]


def _cut(snapshot: Any, restorer: Restorer) -> Any:
    """A snapshot without the unfinished placeholders at the end of its texts."""

    def cut(text: str) -> str:
        return text[: unfinished(text, restorer.labels)]

    try:
        mapped = map_any(snapshot, cut)
        return snapshot if mapped == snapshot else mapped
    except Exception:  # what cannot be read is shown as it is
        return snapshot
