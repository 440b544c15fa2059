"""A chat history that carries the registry: placeholders at rest, values in the app."""

from collections.abc import Sequence
from typing import Any

from langchain_core.chat_history import BaseChatMessageHistory
from langchain_core.messages import BaseMessage

from piimask_core import Masker, Registry, default_masker
from piimask_core.carrying import Carrier

from .messages import map_whole
from .restoring import restored_message

STAMP = "piimask"
"""Key in ``additional_kwargs`` of a stored message for what it carries."""


class PIIMaskChatMessageHistory(BaseChatMessageHistory):
    """Around any chat history: what is stored holds no value in clear.

    Messages are masked on their way in and restored on their way out. With them goes
    the registry: its handle, or with ``key`` (32 bytes) its values too, sealed, so
    that a new process goes on with the same placeholders. Without a key the values
    stay in the masker's vault, and a process whose vault lacks them raises
    RegistryLost. ``session`` names the conversation where the history is still empty.
    """

    def __init__(
        self,
        history: BaseChatMessageHistory,
        *,
        masker: Masker | None = None,
        registry: Registry | None = None,
        session: str | None = None,
        key: bytes | None = None,
    ) -> None:
        self._history = history
        self._masker = masker or default_masker()
        self._session = session
        self._carrier = Carrier(self._masker, registry=registry, key=key)

    @property
    def registry(self) -> Registry:
        """The registry of this conversation; chains find it through the history."""
        return self._carrier.registry or self._opened(self._history.messages)

    @property
    def messages(self) -> list[BaseMessage]:  # type: ignore[override]  # read only
        """The messages with their values."""
        return self._out(self._history.messages)

    async def aget_messages(self) -> list[BaseMessage]:
        """The messages with their values."""
        return self._out(await self._history.aget_messages())

    def add_messages(self, messages: Sequence[BaseMessage]) -> None:
        """Mask the messages and store them."""
        if messages:
            masked, stamp = self._in(messages, self._opened(self._history.messages))
            self._history.add_messages(masked)
            self._carrier.stored(stamp)

    async def aadd_messages(self, messages: Sequence[BaseMessage]) -> None:
        """Mask the messages and store them."""
        if messages:
            registry = self._opened(await self._history.aget_messages())
            masked, stamp = self._in(messages, registry)
            await self._history.aadd_messages(masked)
            self._carrier.stored(stamp)

    def clear(self) -> None:
        """Forget the messages. The registry goes on: numbers are never given again."""
        self._history.clear()
        self._carrier.restart()

    async def aclear(self) -> None:
        """See ``clear``."""
        await self._history.aclear()
        self._carrier.restart()

    def __repr__(self) -> str:
        return f"PIIMaskChatMessageHistory({type(self._history).__name__})"

    def __str__(self) -> str:
        """Not the messages, as in the base class: this one is printed by accident."""
        return repr(self)

    def _in(
        self, messages: Sequence[BaseMessage], registry: Registry
    ) -> tuple[list[BaseMessage], dict[str, Any]]:
        """The messages masked, and the stamp that the last one carries."""
        mentioned: set[str] = set()
        *most, last = self._masker.mask_with(
            lambda visit: [map_whole(each, visit) for each in messages],
            registry,
            mentioned=mentioned,
        )
        stamp = self._carrier.stamp(registry, mentioned)
        extra = {**last.additional_kwargs, STAMP: stamp}
        return [*most, last.model_copy(update={"additional_kwargs": extra})], stamp

    def _out(self, messages: Sequence[BaseMessage]) -> list[BaseMessage]:
        restorer = self._masker.restorer(self._opened(messages))
        return [restored_message(_unstamped(m), restorer) for m in messages]

    def _opened(self, messages: Sequence[BaseMessage]) -> Registry:
        stamps = [
            message.additional_kwargs[STAMP]
            for message in messages
            if STAMP in message.additional_kwargs
        ]
        return self._carrier.open(stamps, self._fresh)

    def _fresh(self) -> Registry:
        """The registry of a conversation of which nothing is stored yet."""
        if self._session is not None:
            return self._masker.registry(self._session)
        return Registry(tenant=self._masker.tenant, vault=self._masker.vault)


def _unstamped(message: BaseMessage) -> BaseMessage:
    if STAMP not in message.additional_kwargs:
        return message
    kept = {k: v for k, v in message.additional_kwargs.items() if k != STAMP}
    return message.model_copy(update={"additional_kwargs": kept})
