"""What the wire server answers: a sentence or tool calls, made from the request."""

import json
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from threading import Lock
from typing import Any

Json = dict[str, Any]

PLACEHOLDER = re.compile(r"<[A-Z][A-Z0-9_]*_[1-9][0-9]{0,8}[B-Z]?>")


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The model wants a tool called; text arguments are sent exactly as they are."""

    name: str
    arguments: Json | str

    @property
    def arguments_json(self) -> str:
        if isinstance(self.arguments, str):
            return self.arguments
        return json.dumps(self.arguments, ensure_ascii=False)


Reply = str | ToolCall | Sequence[str | ToolCall]
Replier = Callable[[Json], Reply]
"""The parsed request in, the model's reply out."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply in one shape: some text, then tool calls, each with its id."""

    text: str
    calls: tuple[tuple[str, ToolCall], ...] = ()

    @classmethod
    def of(cls, reply: Reply) -> "Answer":
        parts = [reply] if isinstance(reply, str | ToolCall) else reply
        return cls(
            text="".join(part for part in parts if isinstance(part, str)),
            calls=tuple(
                (new_id("call"), part) for part in parts if isinstance(part, ToolCall)
            ),
        )

    @property
    def tokens(self) -> int:
        return 1 + len(self.text.split()) + len(self.calls)


def echo(request: Json) -> str:
    """The default reply, a new sentence: ``Noted <EMAIL_1> and <SSN_1>.``"""
    found = placeholders(request)
    if not found:
        return "Noted."
    *most, last = found
    return f"Noted {', '.join(most)} and {last}." if most else f"Noted {last}."


def in_turn(*replies: Reply | Replier) -> Replier:
    """The replies one after the other; the last is repeated for ever."""
    lock = Lock()
    left = list(replies)

    def reply(request: Json) -> Reply:
        with lock:
            this = left.pop(0) if len(left) > 1 else left[0]
        return this(request) if callable(this) else this

    return reply


def placeholders(request: Json) -> list[str]:
    """The placeholders of the last user message, or of all messages if it has none."""
    last = PLACEHOLDER.findall("\n".join(strings(_last_user_content(request))))
    found = last or PLACEHOLDER.findall("\n".join(strings(messages(request))))
    return list(dict.fromkeys(found))


def last_user_text(request: Json) -> str:
    """The text of the last message with the role ``user``, its blocks in one."""
    content = _last_user_content(request)
    if isinstance(content, str):
        return content
    return "".join(block.get("text", "") for block in content)


def _last_user_content(request: Json) -> str | list[Json]:
    for message in reversed(messages(request)):
        if message.get("role") == "user":
            content: str | list[Json] = message["content"]
            return content
    return ""


def messages(request: Json) -> list[Json]:
    """The request's messages, in whichever of the three shapes they came."""
    sent: str | list[object] = request.get("messages") or request.get("input") or []
    if isinstance(sent, str):
        return [{"role": "user", "content": sent}]
    return [message for message in sent if isinstance(message, dict)]


def strings(data: object) -> Iterator[str]:
    """Every string in a JSON value, keys too, from the first to the last."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for key, value in data.items():
            yield key
            yield from strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from strings(value)


def pieces(text: str, size: int) -> Iterator[str]:
    """The text cut every `size` characters."""
    return (text[at : at + size] for at in range(0, len(text), size))


def new_id(kind: str) -> str:
    """An id never given before: equal ids make clients overwrite earlier messages."""
    return f"{kind}_{''.join(secrets.choice(ascii_lowercase) for _ in range(16))}"


def sse(data: Json, event: str = "") -> bytes:
    """One server-sent event."""
    name = f"event: {event}\n" if event else ""
    return f"{name}data: {json.dumps(data)}\n\n".encode()
