"""A message as the events of its content blocks (v3), with its values back."""

from collections.abc import Iterator, Mapping
from typing import Any

from piimask_core import StreamUnmasker
from piimask_core.restorer import Restorer

from .messages import REASONING, map_block
from .restoring import Visiting, arguments_stream, restored

_TEXTS = {"text-delta": "text", "tool-call-delta": "args"}
"""Deltas that are added up, and where what they add stands."""


class ProtocolStream:
    """Events of one message in, restored events out: a buffer for each block."""

    def __init__(self, restorer: Restorer) -> None:
        self._restorer = restorer
        self._tools: dict[Any, str] = {}
        self._blocks: dict[Any, tuple[StreamUnmasker, str]] = {}

    def feed(self, event: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """The event, and before the end of a block what was held back of it."""
        kind, index = event.get("event"), event.get("index")
        if kind == "content-block-start":
            content = event["content"]
            self._tools[index] = str(content.get("name") or "")
            yield {**event, "content": self._begun(content, index)}
        elif kind == "content-block-delta":
            yield {**event, "delta": self._delta(event["delta"], index)}
        elif kind == "content-block-finish":
            yield from self._rest(index)
            content = map_block(event["content"], Visiting(self._restorer))
            yield {**event, "content": content}
        elif kind == "message-finish":
            yield from self.flush()
            yield event
        else:
            yield event

    def flush(self) -> list[Mapping[str, Any]]:
        """What was held back of blocks that did not end."""
        return [rest for index in [*self._blocks] for rest in self._rest(index)]

    def _begun(self, content: Mapping[str, Any], index: Any) -> Any:
        """A block as it begins: mostly empty, and never yet a whole."""
        for kind, key in _TEXTS.items():
            if isinstance(content.get(key), str) and content.get("type") != "tool_call":
                return {**content, key: self._fed(kind, content[key], index)}
        if content.get("type") in REASONING:
            return content
        return map_block(content, Visiting(self._restorer))

    def _delta(self, delta: Mapping[str, Any], index: Any) -> Any:
        kind = delta.get("type", "")
        if key := _TEXTS.get(kind):
            return {**delta, key: self._fed(kind, delta.get(key) or "", index)}
        if kind == "block-delta" and delta["fields"].get("type") not in REASONING:
            return restored(delta, self._restorer)
        return delta

    def _fed(self, kind: str, text: str, index: Any) -> str:
        if index not in self._blocks:
            tool = self._tools.get(index, "")
            stream = (
                self._restorer.stream()
                if kind == "text-delta"
                else arguments_stream(self._restorer, tool, "args")
            )
            self._blocks[index] = stream, kind
        return self._blocks[index][0].feed(text)

    def _rest(self, index: Any) -> Iterator[Mapping[str, Any]]:
        if index not in self._blocks:
            return
        stream, kind = self._blocks.pop(index)
        if rest := stream.flush():
            delta = {"type": kind, _TEXTS[kind]: rest}
            yield {"event": "content-block-delta", "index": index, "delta": delta}
