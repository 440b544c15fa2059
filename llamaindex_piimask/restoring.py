"""Put the values back into what comes out: whole answers, streams, extras."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator, Mapping
from typing import Any, Generic, Protocol, TypeVar

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    TextBlock,
    ToolCallBlock,
)

from piimask_core import InputError, StreamUnmasker
from piimask_core.restore import json_escape, restore, unfinished
from piimask_core.tree import Visit

from .messages import map_block, map_extra, map_message

Values = Mapping[str, str]
T = TypeVar("T")

JSON_START = re.compile(r'\s*(?:```(?:json)?\s*)?(?:\[\s*)?\{\s*"')
"""Text that is JSON: matches ``{"to": ``, not ``{x}``, ``[1] Jane``."""

_JSON_PERHAPS = re.compile(
    r"\s*(?:`{0,2}|(?:```(?:j(?:s(?:o(?:n\s*)?)?)?|\s*))?(?:\[\s*)?(?:\{\s*)?)\Z"
)
"""A beginning that may still turn out to be JSON."""

_THINKING = {"thinking_delta"}


def restored_text(text: str, values: Values) -> str:
    """A text with its values back, escaped where the text is JSON."""
    encode = json_escape if JSON_START.match(text) else None
    return restore(text, values, encode=encode)


def restored_message(message: ChatMessage, values: Values) -> ChatMessage:
    """A message with its values back; what it cannot read stays masked."""
    try:
        return map_message(message, _restoring(values), extra=_lenient)
    except (InputError, RecursionError):
        return message


def restored_extra(extra: Mapping[str, Any], values: Values) -> dict[str, Any]:
    """An answer's extras with their values back; thinking stays as it is."""
    visit = _restoring(values)
    return {
        key: value if key in _THINKING else _lenient(value, visit)
        for key, value in extra.items()
    }


class TextStream:
    """One text that arrives in pieces; whether it is JSON shows at its beginning."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._lead = ""
        self._inner: StreamUnmasker | None = None

    def feed(self, text: str) -> str:
        """Take a piece in, give out what can no longer change."""
        if self._inner is None:
            text, self._lead = self._lead + text, ""
            if _JSON_PERHAPS.match(text):
                self._lead = text
                return ""
            encode = json_escape if JSON_START.match(text) else None
            self._inner = StreamUnmasker(self._values, encode=encode)
        return self._inner.feed(text)

    def flush(self) -> str:
        """Give out what was held back; the stream is over."""
        lead, self._lead = self._lead, ""
        return self._inner.flush() if self._inner else lead


class ChatStream:
    """Cumulative answers in, restored cumulative answers out.

    The text of an answer is the sum of the pieces shown so far.
    """

    def __init__(self, values: Values) -> None:
        self._values = values
        self._text = TextStream(values)
        self._shown = ""
        self._seen = ""
        self._last: ChatResponse | None = None
        self._cut = False

    def feed(self, response: ChatResponse) -> ChatResponse:
        """The answer so far, as far as it can no longer change."""
        self._last, self._cut = response, False
        delta = self._text.feed(self._piece(response))
        self._shown += delta
        message = self._message(response.message, self._uncut)
        return response.model_copy(
            update={
                "message": message,
                "delta": None if response.delta is None and not delta else delta,
                "additional_kwargs": restored_extra(
                    response.additional_kwargs, self._values
                ),
            }
        )

    def flush(self) -> ChatResponse | None:
        """One more answer if anything was held back of the last."""
        rest = self._text.flush()
        self._shown += rest
        if self._last is None or not (rest or self._cut):
            return None
        last, whole = self._last, _restoring(self._values)
        extra = restored_extra(last.additional_kwargs, self._values)
        return last.model_copy(
            update={
                "message": self._message(last.message, whole),
                "delta": rest,
                "additional_kwargs": {
                    k: v for k, v in extra.items() if k not in _THINKING
                },
            }
        )

    def _piece(self, response: ChatResponse) -> str:
        """What is new: as the provider says, or else by comparison."""
        if response.delta is not None:
            return response.delta
        content = response.message.content or ""
        before, self._seen = self._seen, content
        return content.removeprefix(before)

    def _message(self, message: ChatMessage, visit: Visit) -> ChatMessage:
        texts = sum(isinstance(block, TextBlock) for block in message.blocks)
        blocks = [self._block(block, texts == 1, visit) for block in message.blocks]
        if not texts and self._shown:
            blocks.append(TextBlock(text=self._shown))
        bare = message.model_copy(update={"blocks": []})
        return map_message(bare, visit, extra=_lenient).model_copy(
            update={"blocks": blocks}
        )

    def _block(self, block: Any, is_only: bool, visit: Visit) -> Any:
        if isinstance(block, TextBlock) and is_only:
            return block.model_copy(update={"text": self._shown})
        if isinstance(block, ToolCallBlock) and isinstance(block.tool_kwargs, str):
            return block.model_copy(update={"tool_kwargs": visit(block.tool_kwargs)})
        return map_block(block, visit)

    def _uncut(self, text: str) -> str:
        """Restored without the unfinished placeholder at its end."""
        ready = unfinished(text)
        self._cut = self._cut or ready < len(text)
        return restored_text(text[:ready], self._values)


class CompletionStream:
    """The same for the answers of ``stream_complete``."""

    def __init__(self, values: Values) -> None:
        self._values = values
        self._text = TextStream(values)
        self._shown = ""
        self._seen = ""
        self._last: CompletionResponse | None = None

    def feed(self, response: CompletionResponse) -> CompletionResponse:
        """The text so far, as far as it can no longer change."""
        before, self._seen = self._seen, response.text
        piece = response.delta
        if piece is None:
            piece = response.text.removeprefix(before)
        return self._next(response, self._text.feed(piece))

    def flush(self) -> CompletionResponse | None:
        """One more answer if anything was held back of the last."""
        rest = self._text.flush()
        return self._next(self._last, rest) if self._last and rest else None

    def _next(self, response: CompletionResponse, delta: str) -> CompletionResponse:
        self._last = response
        self._shown += delta
        return response.model_copy(
            update={
                "text": self._shown,
                "delta": delta,
                "additional_kwargs": restored_extra(
                    response.additional_kwargs, self._values
                ),
            }
        )


class TokenStream:
    """The same for the bare texts of a streaming query engine."""

    def __init__(self, values: Values) -> None:
        self._text = TextStream(values)

    def feed(self, text: str) -> str:
        """The piece as far as it can no longer change."""
        return self._text.feed(text)

    def flush(self) -> str | None:
        """What was held back."""
        return self._text.flush() or None


class Stream(Protocol, Generic[T]):
    """Takes each answer of a stream and gives what to show of it."""

    def feed(self, response: T, /) -> T: ...

    def flush(self) -> T | None: ...


def driven(source: Iterator[T], stream: Stream[T]) -> Generator[T, None, None]:
    """The restored stream; closing it closes the source."""
    try:
        for response in source:
            yield stream.feed(response)
        if (rest := stream.flush()) is not None:
            yield rest
    finally:
        if isinstance(source, Generator):
            source.close()


async def adriven(
    source: AsyncIterator[T], stream: Stream[T]
) -> AsyncGenerator[T, None]:
    """The restored stream; closing it closes the source."""
    try:
        async for response in source:
            yield stream.feed(response)
        if (rest := stream.flush()) is not None:
            yield rest
    finally:
        if isinstance(source, AsyncGenerator):
            await source.aclose()


def _restoring(values: Values) -> Visit:
    return lambda text: restored_text(text, values)


def _lenient(value: Any, visit: Visit) -> Any:
    """A restore that fails must never cost the answer."""
    try:
        return map_extra(value, visit)
    except (InputError, RecursionError):
        return value
