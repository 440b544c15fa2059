"""The explicit pair for a chain: mask here, unmask there."""

import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackManager
from langchain_core.messages import BaseMessage
from langchain_core.prompt_values import ChatPromptValue
from langchain_core.runnables import Runnable, RunnableConfig

from piimask_core import Masker, Registry, SessionRequired, default_masker
from piimask_core.restorer import Restorer
from piimask_core.session import Scope
from piimask_core.waiting import aside

from .messages import instruct, map_any
from .restoring import OutputStream, restored
from .sessions import scope_of

_runs: OrderedDict[UUID, Registry] = OrderedDict()
"""Registries of chains without a session, by the id of the chain's run; the newest."""
_runs_lock = threading.Lock()
_MOST_RUNS = 10_000


class _Half(Runnable[Any, Any]):
    """What both halves have: a masker, and a registry that both must find."""

    def __init__(
        self, *, masker: Masker | None = None, registry: Registry | None = None
    ) -> None:
        self._masker = masker or default_masker()
        self._registry = registry

    def _scope(self, config: RunnableConfig | None) -> Scope:
        found = scope_of(self._masker, self._registry, config)
        if found is not None:
            return found
        callbacks = (config or {}).get("callbacks")
        run = getattr(callbacks, "parent_run_id", None)
        if not isinstance(callbacks, BaseCallbackManager) or run is None:
            raise SessionRequired(
                "PIIMask and PIIUnmask cannot find each other here. Call the chain "
                'with {"configurable": {"session_id": ...}}, inside pii_session(...), '
                "or give both the same registry=."
            )
        return Scope(_registry_of_run(run, self._masker.tenant), False)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class PIIMask(_Half):
    """Masks what passes: a text, messages, a prompt, documents, a dict of them.

    Put it after the prompt (``prompt | PIIMask() | llm``), so that what the template
    adds is masked as well, and the model is told of placeholders in the system
    message (a plain text has none, and gets none).
    """

    def invoke(
        self, input: Any, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Any:
        """The input with placeholders. Raises MaskingError, SessionRequired."""
        scope = self._scope(config)
        mentioned: set[str] = set()
        masked = self._masker.mask_with(
            lambda visit: map_any(input, visit),
            scope.registry,
            layered=scope.layered,
            mentioned=mentioned,
        )
        return self._instructed(masked) if mentioned else masked

    async def ainvoke(
        self, input: Any, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Any:
        """See ``invoke``."""
        return await aside(self._masker.vault, partial(self.invoke, input, config))

    def _instructed(self, masked: Any) -> Any:
        instruction = self._masker.tells
        if isinstance(masked, ChatPromptValue):
            messages = instruct(masked.to_messages(), instruction)
            return ChatPromptValue(messages=messages)
        if isinstance(masked, list) and all(isinstance(m, BaseMessage) for m in masked):
            return instruct(masked, instruction)
        return masked


class PIIUnmask(_Half):
    """Restores what passes, streams piece by piece."""

    def invoke(
        self, input: Any, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Any:
        """The output with its values back. Raises SessionRequired."""
        return restored(input, self._restorers(config)())

    async def ainvoke(
        self, input: Any, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Any:
        """See ``invoke``."""
        return await aside(self._masker.vault, partial(self.invoke, input, config))

    def transform(
        self, input: Iterator[Any], config: RunnableConfig | None = None, **kwargs: Any
    ) -> Iterator[Any]:
        """The pieces restored as they come."""
        return restored_pieces(input, self._restorers(config))

    def atransform(
        self,
        input: AsyncIterator[Any],
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[Any]:
        """See ``transform``."""
        return restored_apieces(input, self._restorers(config))

    def _restorers(self, config: RunnableConfig | None) -> Callable[[], Restorer]:
        """Found now, in the caller's context; values fill while the chain runs."""
        scope = self._scope(config)
        return partial(self._masker.restorer, scope.registry, layered=scope.layered)


def restored_pieces(
    pieces: Iterator[Any], restorers: Callable[[], Restorer]
) -> Iterator[Any]:
    """A stream of a chain's output, restored."""
    stream = OutputStream(restorers)
    for piece in pieces:
        shown = stream.feed(piece)
        if not isinstance(shown, str) or shown:
            yield shown
    yield from stream.flush()


async def restored_apieces(
    pieces: AsyncIterator[Any], restorers: Callable[[], Restorer]
) -> AsyncIterator[Any]:
    """See ``restored_pieces``."""
    stream = OutputStream(restorers)
    async for piece in pieces:
        shown = stream.feed(piece)
        if not isinstance(shown, str) or shown:
            yield shown
    for rest in stream.flush():
        yield rest


def _registry_of_run(run: UUID, tenant: str) -> Registry:
    with _runs_lock:
        if run not in _runs:
            _runs[run] = Registry(tenant=tenant)
            if len(_runs) > _MOST_RUNS:
                _runs.popitem(last=False)
        return _runs[run]
