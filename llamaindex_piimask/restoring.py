"""Put the values back into what comes out: whole answers, growing ones, extras."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, TypeVar

from llama_index.core.base.llms.types import (
    ChatMessage,
)

from piimask_core import InputError, StreamUnmasker
from piimask_core.grammar import unfinished
from piimask_core.restore import STRUCTURED
from piimask_core.restorer import Restorer, map_arguments
from piimask_core.surroundings import TEXT
from piimask_core.tree import Visit, walk

from .messages import map_extra, map_message

T = TypeVar("T")

UNRESTORED = "pii_unrestored"
"""Key under which an answer lists the placeholders that stayed in it, and why."""

THINKING = "thinking_delta"
"""Key under which a stream brings what is never touched."""


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
        key: value if key == THINKING else _lenient(value, visit)
        for key, value in extra.items()
        if key != UNRESTORED
    }
    return {**restored, **unrestored(visit.restorer, inside)}


def unrestored(restorer: Restorer, inside: Sequence[Any] = ()) -> dict[str, Any]:
    """What stayed in an answer, each once, as an entry for its extras or metadata."""
    ours = [asdict(each) for each in dict.fromkeys(restorer.unrestored)]
    return {UNRESTORED: [*inside, *ours]} if inside or ours else {}


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
