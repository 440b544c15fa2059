"""OpenAI's Responses, plain and streamed."""

import time
from collections.abc import Iterator
from itertools import count

from wire.replies import Answer, Json, ToolCall, new_id, pieces, sse


def plain(request: Json, answer: Answer) -> Json:
    """The whole answer as one object."""
    return _response(request, new_id("resp"), _items(answer), answer)


def stream(request: Json, answer: Answer, size: int) -> Iterator[bytes]:
    """The answer in chunks of `size` characters."""
    numbers = count()
    for event in _events(request, answer, size):
        yield sse({**event, "sequence_number": next(numbers)}, event["type"])


def _events(request: Json, answer: Answer, size: int) -> Iterator[Json]:
    id_ = new_id("resp")
    items = _items(answer)
    begun = _response(request, id_, [], None)
    yield {"type": "response.created", "response": begun}
    yield {"type": "response.in_progress", "response": begun}
    for index, item in enumerate(items):
        steps = _text_steps if item["type"] == "message" else _call_steps
        for step in steps(item, size):
            yield {**step, "output_index": index}
    done = _response(request, id_, items, answer)
    yield {"type": "response.completed", "response": done}


def _text_steps(item: Json, size: int) -> Iterator[Json]:
    (part,) = item["content"]
    empty = {**part, "text": ""}
    at = {"item_id": item["id"], "content_index": 0}
    opened = {**item, "content": [], "status": "in_progress"}
    yield {"type": "response.output_item.added", "item": opened}
    yield {"type": "response.content_part.added", **at, "part": empty}
    for piece in pieces(part["text"], size):
        delta = {"delta": piece, "logprobs": []}
        yield {"type": "response.output_text.delta", **at, **delta}
    whole = {"text": part["text"], "logprobs": []}
    yield {"type": "response.output_text.done", **at, **whole}
    yield {"type": "response.content_part.done", **at, "part": part}
    yield {"type": "response.output_item.done", "item": item}


def _call_steps(item: Json, size: int) -> Iterator[Json]:
    name = "response.function_call_arguments"
    at = {"item_id": item["id"]}
    opened = {**item, "arguments": "", "status": "in_progress"}
    yield {"type": "response.output_item.added", "item": opened}
    for piece in pieces(item["arguments"], size):
        yield {"type": f"{name}.delta", **at, "delta": piece}
    whole = {"arguments": item["arguments"], "name": item["name"]}
    yield {"type": f"{name}.done", **at, **whole}
    yield {"type": "response.output_item.done", "item": item}


def _items(answer: Answer) -> list[Json]:
    said = [_message(answer.text)] if answer.text else []
    return said + [_call(id_, call) for id_, call in answer.calls]


def _message(text: str) -> Json:
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    return {
        "type": "message",
        "id": new_id("msg"),
        "status": "completed",
        "role": "assistant",
        "content": [part],
    }


def _call(id_: str, call: ToolCall) -> Json:
    return {
        "type": "function_call",
        "id": new_id("fc"),
        "call_id": id_,
        "name": call.name,
        "arguments": call.arguments_json,
        "status": "completed",
    }


def _response(
    request: Json, id_: str, items: list[Json], answer: Answer | None
) -> Json:
    return {
        "id": id_,
        "object": "response",
        "created_at": int(time.time()),
        "status": "completed" if answer else "in_progress",
        "model": request.get("model", "wire"),
        "output": items,
        "parallel_tool_calls": True,
        "tool_choice": request.get("tool_choice", "auto"),
        "tools": request.get("tools", []),
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "temperature": 1.0,
        "top_p": 1.0,
        "usage": _usage(answer) if answer else None,
    }


def _usage(answer: Answer) -> Json:
    return {
        "input_tokens": 7,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": answer.tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 7 + answer.tokens,
    }
