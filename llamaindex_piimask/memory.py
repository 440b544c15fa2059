"""Chat memory that holds placeholders, and carries the registry to restore them."""

from collections.abc import Sequence
from typing import Any, Self

from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.memory import ChatSummaryMemoryBuffer, Memory
from llama_index.core.memory.types import DEFAULT_CHAT_STORE_KEY, BaseMemory
from pydantic import Field, InstanceOf, PrivateAttr, SerializeAsAny

from piimask_core import Masker, Registry
from piimask_core.carrying import Carrier
from piimask_core.session import enclosing_registry, layer, scope_of

from .held import Held
from .messages import STAMP, map_messages
from .restoring import Restoring, restored_message


class PIIMaskMemory(Held, BaseMemory):
    """Any memory, at rest with placeholders only; the app puts and gets real values.

    Messages carry the registry along: as a handle, which only a vault that has the
    session can use; with ``key`` (32 bytes) with the values too, sealed, so that
    another process with the key goes on where this one stopped. Each message brings
    what is new since the one before it.

    The conversation is ``registry``, else the one that the messages found in
    ``memory`` belong to, else the id of the memory (``session_id``,
    ``chat_store_key``), else ``pii_session``, else a new one. Let the model join it:
    ``PIIMaskedLLM(llm, registry=memory.registry)``, before anything else opens that
    session in a new process. One process writes at a time; for more, share a vault.
    Without the key and elsewhere, it raises RegistryLost. Where ``memory`` has a model
    of its own, for summaries or facts, make that a ``PIIMaskedLLM`` too: else what it
    invents (``<EMAIL_9>``) may one day be somebody.
    """

    memory: SerializeAsAny[BaseMemory]
    given: InstanceOf[Registry] | None = Field(default=None, exclude=True, repr=False)
    key: bytes | None = Field(default=None, exclude=True, repr=False)

    _carrier: Carrier = PrivateAttr()

    def __init__(
        self,
        memory: BaseMemory,
        *,
        masker: Masker | None = None,
        registry: Registry | None = None,
        key: bytes | None = None,
    ) -> None:
        fields: dict[str, Any] = {"memory": memory, "given": registry, "key": key}
        super().__init__(masker=masker, **fields)
        self._carrier = Carrier(self.own_masker, registry=registry, key=key)

    @classmethod
    def class_name(cls) -> str:
        """The name under which it is serialized."""
        return "PIIMaskMemory"

    @classmethod
    def from_defaults(
        cls,
        memory: BaseMemory | None = None,
        *,
        masker: Masker | None = None,
        registry: Registry | None = None,
        key: bytes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Around a memory, or around a new ``Memory.from_defaults(**kwargs)``."""
        inner = memory or Memory.from_defaults(**kwargs)
        return cls(inner, masker=masker, registry=registry, key=key)

    @property
    def registry(self) -> Registry:
        """The conversation's registry; reads the memory the first time it is asked.

        In async code, await any of the methods before.
        """
        return self._carrier.registry or self._opened(self.memory.get_all())

    def get(
        self, input: str | ChatMessage | None = None, **kwargs: Any
    ) -> list[ChatMessage]:
        """The history with its values."""
        asked = self._masked_input(self.registry, input)
        with layer(self.registry):
            found = self.memory.get(asked, **kwargs)
        return self._restored(found)

    async def aget(
        self, input: str | ChatMessage | None = None, **kwargs: Any
    ) -> list[ChatMessage]:
        """The history with its values."""
        registry = await self._aregistry()
        asked = self._masked_input(registry, input)
        with layer(registry):
            found = await self.memory.aget(asked, **kwargs)
        return self._restored(found)

    def get_all(self, **kwargs: Any) -> list[ChatMessage]:
        """Everything there is, with its values."""
        found = self.memory.get_all(**kwargs)
        return self._restored(found)

    async def aget_all(self, **kwargs: Any) -> list[ChatMessage]:
        """Everything there is, with its values."""
        await self._aregistry()
        return self._restored(await self.memory.aget_all(**kwargs))

    def put(self, message: ChatMessage) -> None:
        """Keep a message, masked."""
        self.put_messages([message])

    async def aput(self, message: ChatMessage) -> None:
        """Keep a message, masked."""
        await self.aput_messages([message])

    def put_messages(self, messages: list[ChatMessage]) -> None:
        """Keep messages, masked."""
        if not messages:
            return
        registry = self.registry
        if isinstance(self.memory, ChatSummaryMemoryBuffer):
            self._carrier.restart()  # it drops messages, with what they carry
        stamped, stamp = self._in(registry, messages)
        with layer(registry):
            self.memory.put_messages(stamped)
        self._carrier.stored(stamp)

    async def aput_messages(self, messages: list[ChatMessage]) -> None:
        """Keep messages, masked."""
        if not messages:
            return
        registry = await self._aregistry()
        if isinstance(self.memory, ChatSummaryMemoryBuffer):
            self._carrier.restart()
        stamped, stamp = self._in(registry, messages)
        with layer(registry):
            await self.memory.aput_messages(stamped)
        self._carrier.stored(stamp)

    def set(self, messages: list[ChatMessage]) -> None:
        """Keep these messages, masked, in the place of all others."""
        registry = self.registry
        self._carrier.restart()
        if not messages:
            return self.memory.set([])
        stamped, stamp = self._in(registry, messages)
        self.memory.set(stamped)
        self._carrier.stored(stamp)

    async def aset(self, messages: list[ChatMessage]) -> None:
        """Keep these messages, masked, in the place of all others."""
        registry = await self._aregistry()
        self._carrier.restart()
        if not messages:
            return await self.memory.aset([])
        stamped, stamp = self._in(registry, messages)
        await self.memory.aset(stamped)
        self._carrier.stored(stamp)

    def reset(self) -> None:
        """Forget the messages; the registry goes on, and never gives a number again."""
        self._opened(self.memory.get_all())
        self.memory.reset()
        self._carrier.restart()

    async def areset(self) -> None:
        """Forget the messages; the registry goes on, and never gives a number again."""
        await self._aregistry()
        await self.memory.areset()
        self._carrier.restart()

    def _held(self) -> dict[str, Any]:
        return {
            "memory": self.memory,
            "masker": self.masker,
            "registry": self._carrier.registry,
            "key": self.key,
        }

    def __reduce_ex__(self, protocol: object) -> tuple[Any, ...]:
        if self.key is not None:
            raise TypeError("This memory holds a key: pickle the memory inside it.")
        return super().__reduce_ex__(protocol)

    async def _aregistry(self) -> Registry:
        return self._carrier.registry or self._opened(await self.memory.aget_all())

    def _opened(self, found: Sequence[ChatMessage]) -> Registry:
        """The registry that all messages found so far belong to."""
        stamps = [
            message.additional_kwargs[STAMP]
            for message in found
            if STAMP in message.additional_kwargs
        ]
        return self._carrier.open(stamps, self._fresh)

    def _fresh(self) -> Registry:
        """The registry of a conversation of which nothing is stored yet."""
        masker = self.own_masker
        name = getattr(self.memory, "session_id", None) or getattr(
            self.memory, "chat_store_key", None
        )
        if isinstance(name, str) and name != DEFAULT_CHAT_STORE_KEY:
            return masker.registry(name)
        scope = scope_of(masker, None)
        if scope is not None:
            return scope.registry
        return Registry(tenant=masker.tenant, vault=masker.vault)

    def _in(
        self, registry: Registry, messages: Sequence[ChatMessage]
    ) -> tuple[list[ChatMessage], dict[str, Any]]:
        """The messages masked, and the stamp that the last one carries."""
        masked, mentioned = _masked(self.own_masker, registry, messages)
        *most, last = masked
        stamp = self._carrier.stamp(registry, mentioned)
        extra = {**last.additional_kwargs, STAMP: stamp}
        return [*most, last.model_copy(update={"additional_kwargs": extra})], stamp

    def _masked_input(self, registry: Registry, input: str | ChatMessage | None) -> Any:
        if isinstance(input, ChatMessage):
            return _masked(self.own_masker, registry, [input])[0][0]
        if isinstance(input, str):
            layered = enclosing_registry() == registry
            return self.own_masker.mask(input, registry, layered=layered)
        return input

    def _restored(self, found: Sequence[ChatMessage]) -> list[ChatMessage]:
        """Real messages without a stamp: a provider would be sent it."""
        registry = self._opened(found)
        layered = enclosing_registry() == registry
        visit = Restoring(self.own_masker.restorer(registry, layered=layered))
        return [restored_message(message, visit) for message in found]


def _masked(
    masker: Masker, registry: Registry, messages: Sequence[ChatMessage]
) -> tuple[list[ChatMessage], set[str]]:
    """The messages masked, and the placeholders that they mention."""
    mentioned: set[str] = set()
    masked = masker.mask_with(
        lambda visit: map_messages(messages, visit),
        registry,
        layered=enclosing_registry() == registry,
        mentioned=mentioned,
    )
    return masked, mentioned
