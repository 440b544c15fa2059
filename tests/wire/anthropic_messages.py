"""Anthropic's messages, plain and streamed."""

import json
from collections.abc import Iterator

from wire.replies import Answer, Json, ToolCall, new_id, pieces, sse


def plain(request: Json, answer: Answer) -> Json:
    """The whole answer as one object."""
    said = [{"type": "text", "text": answer.text}] if answer.text else []
    used = [
        {**_tool_use(id_, call), "input": json.loads(call.arguments_json)}
        for id_, call in answer.calls
    ]
    return {
        **_message(request),
        "content": said + used,
        "stop_reason": _why(answer),
        "usage": {"input_tokens": 7, "output_tokens": answer.tokens},
    }


def stream(request: Json, answer: Answer, size: int) -> Iterator[bytes]:
    """The answer in chunks of `size` characters."""
    return (sse(event, event["type"]) for event in _events(request, answer, size))


def _events(request: Json, answer: Answer, size: int) -> Iterator[Json]:
    yield {"type": "message_start", "message": _message(request)}
    yield {"type": "ping"}
    blocks = list(_blocks(answer))
    for index, (block, kind, key, text) in enumerate(blocks):
        at = {"index": index}
        yield {"type": "content_block_start", **at, "content_block": block}
        for piece in pieces(text, size):
            delta = {"type": kind, key: piece}
            yield {"type": "content_block_delta", **at, "delta": delta}
        yield {"type": "content_block_stop", **at}
    why = {"stop_reason": _why(answer), "stop_sequence": None}
    usage = {"output_tokens": answer.tokens}
    yield {"type": "message_delta", "delta": why, "usage": usage}
    yield {"type": "message_stop"}


def _blocks(answer: Answer) -> Iterator[tuple[Json, str, str, str]]:
    """Each block as it starts, and how the rest of it comes."""
    if answer.text:
        yield {"type": "text", "text": ""}, "text_delta", "text", answer.text
    for id_, call in answer.calls:
        block = _tool_use(id_, call)
        yield block, "input_json_delta", "partial_json", call.arguments_json


def _tool_use(id_: str, call: ToolCall) -> Json:
    return {"type": "tool_use", "id": id_, "name": call.name, "input": {}}


def _message(request: Json) -> Json:
    return {
        "id": new_id("msg"),
        "type": "message",
        "role": "assistant",
        "model": request.get("model", "wire"),
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 7, "output_tokens": 1},
    }


def _why(answer: Answer) -> str:
    return "tool_use" if answer.calls else "end_turn"
