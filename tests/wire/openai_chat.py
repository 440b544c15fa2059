"""OpenAI's chat completions, plain and streamed."""

import time
from collections.abc import Iterator

from wire.replies import Answer, Json, new_id, pieces, sse


def plain(request: Json, answer: Answer) -> Json:
    """The whole answer as one object."""
    message: Json = {"role": "assistant", "content": answer.text or None}
    if answer.calls:
        message["tool_calls"] = [
            {
                "id": id_,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments_json},
            }
            for id_, call in answer.calls
        ]
    choice = {"index": 0, "message": message, "finish_reason": _why(answer)}
    return {
        **_head(request, "chat.completion"),
        "choices": [{**choice, "logprobs": None}],
        "usage": _usage(answer),
    }


def stream(request: Json, answer: Answer, size: int) -> Iterator[bytes]:
    """The answer in chunks of `size` characters."""
    head = _head(request, "chat.completion.chunk")
    wants_usage = (request.get("stream_options") or {}).get("include_usage")
    for delta, why in _deltas(answer, size):
        choice = {"index": 0, "delta": delta, "finish_reason": why, "logprobs": None}
        chunk = {**head, "choices": [choice]}
        yield sse({**chunk, "usage": None} if wants_usage else chunk)
    if wants_usage:
        yield sse({**head, "choices": [], "usage": _usage(answer)})
    yield b"data: [DONE]\n\n"


def _deltas(answer: Answer, size: int) -> Iterator[tuple[Json, str | None]]:
    yield {"role": "assistant", "content": ""}, None
    for piece in pieces(answer.text, size):
        yield {"content": piece}, None
    for index, (id_, call) in enumerate(answer.calls):
        start = {"name": call.name, "arguments": ""}
        first = {"index": index, "id": id_, "type": "function", "function": start}
        yield {"tool_calls": [first]}, None
        for piece in pieces(call.arguments_json, size):
            part = {"index": index, "function": {"arguments": piece}}
            yield {"tool_calls": [part]}, None
    yield {}, _why(answer)


def _head(request: Json, kind: str) -> Json:
    return {
        "id": new_id("chatcmpl"),
        "object": kind,
        "created": int(time.time()),
        "model": request.get("model", "wire"),
    }


def _why(answer: Answer) -> str:
    return "tool_calls" if answer.calls else "stop"


def _usage(answer: Answer) -> Json:
    return {
        "prompt_tokens": 7,
        "completion_tokens": answer.tokens,
        "total_tokens": 7 + answer.tokens,
    }
