"""Which placeholders in an agent's state are ours: tools got them instead of values."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any, Self

from langchain_core.messages import AIMessage, BaseMessage

from piimask_core.grammar import find
from piimask_core.tree import Visit, from_source

from .last_hop import RESTORED
from .messages import every_text, map_arguments
from .restoring import UNRESTORED

EPOCH = "pii_epoch"
"""Key in ``response_metadata``: of which registry its placeholders are."""


def stamped(message: BaseMessage, epoch: str) -> BaseMessage:
    """Of whose placeholders it is, where some are left in what a tool gets."""
    told = {k: v for k, v in message.response_metadata.items() if k != RESTORED}
    if any(True for _ in _refused(message)):
        told[EPOCH] = epoch
    return message.model_copy(update={"response_metadata": told})


def _refused(message: BaseMessage) -> Iterator[tuple[str, str]]:
    """(tool, placeholder) for each that was not restored in its arguments."""
    if isinstance(message, AIMessage):
        for event in message.response_metadata.get(UNRESTORED, ()):
            if event.get("reason") == "refused" and event.get("tool"):
                yield event["tool"], event["placeholder"]


def ours_in(messages: Sequence[BaseMessage], epoch: str) -> set[tuple[str, str]]:
    """The placeholders in the state that this registry has left there."""
    return {
        each
        for message in messages
        if message.response_metadata.get(EPOCH) == epoch
        for each in _refused(message)
    }


class ButHeld:
    """A visit that leaves arguments alone in which we left placeholders.

    They would be taken for typed ones, and sent as something else than the model said.
    """

    def __init__(self, visit: Visit, ours: Collection[tuple[str, str]]) -> None:
        self._visit = visit
        self._ours = ours

    def __call__(self, text: str) -> str:
        return self._visit(text)

    def from_source(self, source: str) -> Self:
        """See ``tree.from_source``."""
        return type(self)(from_source(self._visit, source), self._ours)

    def arguments(self, tool: str, key: str, arguments: Any) -> Any:
        """See ``messages.map_message``."""
        if self._holds(tool, arguments):
            return arguments
        return map_arguments(tool, key, arguments, self._visit)

    def _holds(self, tool: str, arguments: Any) -> bool:
        texts = every_text(arguments)
        found = {(tool, text[s:e]) for text in texts for s, e in find(text)}
        return bool(found) and found <= set(self._ours)


class OnlyHeld(ButHeld):
    """The same for the others: those arguments alone."""

    def __call__(self, text: str) -> str:
        return text

    def arguments(self, tool: str, key: str, arguments: Any) -> Any:
        """See ``messages.map_message``."""
        if not self._holds(tool, arguments):
            return arguments
        return map_arguments(tool, key, arguments, self._visit)
