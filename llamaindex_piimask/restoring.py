"""Put the values back into what comes out: whole answers, streams, extras."""

from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Callable,
    Generator,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Generic, Protocol, TypeVar

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    TextBlock,
)

from piimask_core import InputError, StreamUnmasker
from piimask_core.grammar import unfinished
from piimask_core.restore import STRUCTURED
from piimask_core.restorer import Restorer, map_arguments
from piimask_core.surroundings import TEXT
from piimask_core.tree import Visit, walk

from .messages import map_blocks, map_extra, map_message

T = TypeVar("T")

UNRESTORED = "pii_unrestored"
"""Key under which an answer lists the placeholders that stayed in it, and why."""

_THINKING = "thinking_delta"


class Restoring:
    """Visits the texts of a whole answer, and the arguments of its tool calls."""

    def __init__(self, restorer: Restorer) -> None:
        self.restorer = restorer

    def __call__(self, text: str) -> str:
        """A text with its values."""
        return self.restorer.text(text)

    def arguments(self, tool: str, arguments: Any) -> Any:
        """A tool's arguments, or the text of them, with what the tool may get."""
        if isinstance(arguments, str):
            return _stream(self.restorer, tool, True).whole(arguments)
        return self.restorer.arguments(tool, arguments)


class Growing(Restoring):
    """Visits answers of which each is the one before it and a little more.

    Each text is read on from where it was, so that it is restored once, and what stays
    is noted once. What can still change is held back until ``is_over``.
    """

    def __init__(self, restorer: Restorer) -> None:
        super().__init__(restorer)
        self.is_over = False
        self.has_held = False
        self._read: dict[tuple[Any, ...], list[_Read]] = {}

    def __call__(self, text: str) -> str:
        """The text so far."""
        return self._on(text)

    def arguments(self, tool: str, arguments: Any) -> Any:
        """The arguments so far; where they are parsed, each text in them so far."""
        if isinstance(arguments, str):
            return self._on(arguments, tool, True)

        def on(text: str, argument: str, name: str) -> str:
            return self._on(text, tool, False, argument, name)

        try:
            return map_arguments(arguments, on)
        except (InputError, RecursionError):
            return arguments

    def _on(
        self,
        text: str,
        tool: str = "",
        is_json: bool = False,
        argument: str = "",
        name: str = "",
    ) -> str:
        place = (tool, is_json, argument, name)
        known = self._read.setdefault(place, [])
        before = [each for each in known if self._goes_on(text, each.seen)]
        if before:
            read = max(before, key=lambda each: len(each.seen))
        else:
            read = _Read(_stream(self.restorer, *place))
            known.append(read)
        read.shown += read.stream.feed(text[len(read.seen) :])
        read.seen = text
        if self.is_over and (rest := read.stream.flush()):
            read.shown += rest
            self.has_held = True
        return read.shown

    def _goes_on(self, text: str, seen: str) -> bool:
        return text == seen if self.is_over else text.startswith(seen)


class Beside(Restoring):
    """Visits what comes beside each answer of a stream: pieces, or the same again."""

    def __init__(self, growing: Growing) -> None:
        super().__init__(growing.restorer)
        self._growing = growing
        self._whole = cache(growing.restorer.text)

    def __call__(self, text: str) -> str:
        """The text restored, but for an end that could be cut from a placeholder."""
        ready = unfinished(text, self.restorer.labels)
        return self._whole(text[:ready]) + text[ready:]

    def arguments(self, tool: str, arguments: Any) -> Any:
        """As they stand in the answer."""
        return self._growing.arguments(tool, arguments)


def restored_message(message: ChatMessage, visit: Restoring) -> ChatMessage:
    """A message with its values back; what cannot be read stays masked."""
    try:
        return map_message(message, visit, extra=_lenient)
    except (InputError, RecursionError):
        return message


def restored_extra(extra: Mapping[str, Any], visit: Restoring) -> dict[str, Any]:
    """An answer's extras with their values back, and what was not restored of it.

    Thinking stays as it is, and so does what a layer inside did not restore.
    """
    inside = extra.get(UNRESTORED, ())
    restored = {
        key: value if key == _THINKING else _lenient(value, visit)
        for key, value in extra.items()
        if key != UNRESTORED
    }
    return {**restored, **unrestored(visit.restorer, inside)}


def unrestored(restorer: Restorer, inside: Sequence[Any] = ()) -> dict[str, Any]:
    """What stayed in an answer, each once, as an entry for its extras or metadata."""
    ours = [asdict(each) for each in dict.fromkeys(restorer.unrestored)]
    return {UNRESTORED: [*inside, *ours]} if inside or ours else {}


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
        answer.additional_kwargs.pop(_THINKING, None)
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


@dataclass(slots=True)
class _Read:
    """A text as far as it was read, and what was shown of it."""

    stream: StreamUnmasker
    seen: str = ""
    shown: str = ""


def _stream(
    restorer: Restorer, tool: str, is_json: bool, argument: str = "", name: str = ""
) -> StreamUnmasker:
    return StreamUnmasker(
        restorer,
        sink=STRUCTURED if tool else TEXT,
        is_json=is_json,
        tool=tool,
        argument=argument,
        name=name,
    )


def _walked(tree: Any, visit: Visit) -> Any:
    try:
        return walk(tree, visit, other=lambda leaf: leaf)
    except (InputError, RecursionError):
        return tree


def _lenient(value: Any, visit: Visit) -> Any:
    """A restore that fails must never cost the answer."""
    try:
        return map_extra(value, visit)
    except (InputError, RecursionError):
        return value
