"""Streams with their values back: each answer as far as it can no longer change."""

from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Generator,
    Iterator,
    Sequence,
)
from typing import Any, Generic, Protocol, TypeVar

from llama_index.core.base.llms.types import (
    ChatResponse,
    CompletionResponse,
    TextBlock,
)

from piimask_core.restorer import Restorer

from .messages import map_blocks
from .restoring import THINKING, Beside, Growing, restored_extra, restored_message

T = TypeVar("T")


class ChatStream:
    """Cumulative answers in, restored cumulative answers out.

    The text of an answer is the sum of the pieces shown so far.
    """

    def __init__(self, restorer: Restorer) -> None:
        self._text = restorer.stream()
        self._growing = Growing(restorer)
        self._beside = Beside(self._growing)
        self._shown = ""
        self._seen = ""
        self._last: ChatResponse | None = None

    def feed(self, response: ChatResponse) -> ChatResponse:
        """The answer so far, as far as it can no longer change."""
        self._last = response
        delta = self._text.feed(self._piece(response))
        self._shown += delta
        return self._answer(
            response, None if response.delta is None and not delta else delta
        )

    def flush(self) -> ChatResponse | None:
        """One more answer if anything was held back of the last."""
        if self._last is None:
            return None
        rest = self._text.flush()
        self._shown += rest
        self._growing.is_over = True
        answer = self._answer(self._last, rest)
        answer.additional_kwargs.pop(THINKING, None)
        return answer if rest or self._growing.has_held else None

    def _piece(self, response: ChatResponse) -> str:
        """What is new: as the provider says, or else by comparison."""
        if response.delta is not None:
            return response.delta
        content = response.message.content or ""
        before, self._seen = self._seen, content
        return content.removeprefix(before)

    def _answer(self, response: ChatResponse, delta: str | None) -> ChatResponse:
        message = response.message
        blocks = self._blocks(message.blocks)
        bare = message.model_copy(update={"blocks": []})
        restored = restored_message(bare, self._growing)
        return response.model_copy(
            update={
                "message": restored.model_copy(update={"blocks": blocks}),
                "delta": delta,
                "additional_kwargs": restored_extra(
                    response.additional_kwargs, self._beside
                ),
            }
        )

    def _blocks(self, blocks: Sequence[Any]) -> list[Any]:
        """A single text is what was shown of it."""
        texts = [i for i, block in enumerate(blocks) if isinstance(block, TextBlock)]
        if len(texts) > 1:
            return map_blocks(blocks, self._growing)
        at = texts[0] if texts else len(blocks)
        return [
            *map_blocks(blocks[:at], self._growing),
            *([TextBlock(text=self._shown)] if texts or self._shown else []),
            *map_blocks(blocks[at + 1 :], self._growing),
        ]


class CompletionStream:
    """The same for the answers of ``stream_complete``."""

    def __init__(self, restorer: Restorer) -> None:
        self._text = restorer.stream()
        self._beside = Beside(Growing(restorer))
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
                    response.additional_kwargs, self._beside
                ),
            }
        )


class TokenStream:
    """The same for the bare texts of a streaming query engine."""

    def __init__(self, restorer: Restorer, over: Callable[[], None]) -> None:
        self._text = restorer.stream()
        self._over = over

    def feed(self, text: str) -> str:
        """The piece as far as it can no longer change."""
        return self._text.feed(text)

    def flush(self) -> str | None:
        """What was held back."""
        rest = self._text.flush()
        self._over()
        return rest or None


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
