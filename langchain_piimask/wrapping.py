"""One line around a whole chain: masked where it enters, restored where it leaves."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextvars import Context, copy_context
from functools import partial
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import (
    Runnable,
    RunnableConfig,
    RunnableParallel,
    RunnableSequence,
)
from langchain_core.runnables.base import RunnableBindingBase
from langchain_core.runnables.branch import RunnableBranch
from langchain_core.runnables.config import ensure_config, merge_configs
from langchain_core.runnables.fallbacks import RunnableWithFallbacks
from langchain_core.runnables.passthrough import RunnableAssign

from piimask_core import Masker, Registry, default_masker
from piimask_core.restorer import Restorer
from piimask_core.session import Scope, ephemeral, layer

from .chat_model import PIIMaskedChatModel
from .guard import Guard
from .messages import map_any
from .restoring import restored
from .runnables import restored_apieces, restored_pieces
from .sessions import LAYER, scope_of


def with_pii_masking(
    runnable: Runnable[Any, Any],
    *,
    masker: Masker | None = None,
    registry: Registry | None = None,
) -> Runnable[Any, Any]:
    """The runnable with its input masked and its output restored, streams included.

    Every chat model that can be seen inside (sequence, parallel, binding, fallbacks,
    branch, assign) is wrapped too, so that what a template or a retriever adds does
    not pass. A model that cannot be seen, because a function calls it, is guarded:
    it raises UnmaskedText rather than get a value. A bare chat model becomes a
    ``PIIMaskedChatModel``. The chain given is not changed.
    """
    masker = masker or default_masker()
    if isinstance(runnable, BaseChatModel):
        if isinstance(runnable, PIIMaskedChatModel):
            return runnable
        return PIIMaskedChatModel(runnable, masker=masker, registry=registry)
    return _Around(_with_masked_models(runnable, masker), masker, registry)


class _Around(Runnable[Any, Any]):
    """Opens no run of its own: the chain's run, and so its trace, is masked."""

    def __init__(
        self, bound: Runnable[Any, Any], masker: Masker, registry: Registry | None
    ) -> None:
        self.bound = bound
        self._masker = masker
        self._registry = registry

    @property
    def InputType(self) -> Any:  # the framework's name
        """What the chain takes."""
        return self.bound.InputType

    @property
    def OutputType(self) -> Any:  # the framework's name
        """What the chain gives."""
        return self.bound.OutputType

    def invoke(
        self, input: Any, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Any:
        """See ``Runnable.invoke``."""
        scope = self._scope(config)
        masked, inner = self._entered(input, config, scope)
        with layer(scope.registry):
            output = self.bound.invoke(masked, inner, **kwargs)
        return restored(output, self._restorers(scope)())

    async def ainvoke(
        self, input: Any, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Any:
        """See ``Runnable.ainvoke``."""
        scope = self._scope(config)
        masked, inner = self._entered(input, config, scope)
        with layer(scope.registry):
            output = await self.bound.ainvoke(masked, inner, **kwargs)
        return restored(output, self._restorers(scope)())

    def stream(
        self, input: Any, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Iterator[Any]:
        """See ``Runnable.stream``."""
        scope = self._scope(config)
        masked, inner = self._entered(input, config, scope)
        context = _context(scope)
        pieces = _steps(
            context.run(self.bound.stream, masked, inner, **kwargs), context
        )
        return restored_pieces(pieces, self._restorers(scope))

    def astream(
        self, input: Any, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[Any]:
        """See ``Runnable.astream``."""
        scope = self._scope(config)
        masked, inner = self._entered(input, config, scope)
        context = _context(scope)
        pieces = _asteps(
            context.run(self.bound.astream, masked, inner, **kwargs), context
        )
        return restored_apieces(pieces, self._restorers(scope))

    def _scope(self, config: RunnableConfig | None) -> Scope:
        found = scope_of(self._masker, self._registry, config)
        return found or ephemeral(self._masker)

    def _entered(
        self, input: Any, config: RunnableConfig | None, scope: Scope
    ) -> tuple[Any, RunnableConfig]:
        """The masked input, and the config that announces this layer and its guard."""
        masked = self._masker.mask_with(
            lambda visit: map_any(input, visit), scope.registry, layered=scope.layered
        )
        inner = ensure_config(config)
        inner["configurable"] = {
            **inner.get("configurable", {}),
            LAYER: scope.registry,
        }
        guard = Guard(self._masker, scope.registry)
        return masked, merge_configs(inner, {"callbacks": [guard]})

    def _restorers(self, scope: Scope) -> Callable[[], Restorer]:
        return partial(self._masker.restorer, scope.registry, layered=scope.layered)

    def __repr__(self) -> str:
        return f"with_pii_masking({self.bound!r})"


def _context(scope: Scope) -> Context:
    """A context in which the layer is announced, for the steps of a generator."""
    context = copy_context()
    context.run(lambda: layer(scope.registry).__enter__())
    return context


def _steps(pieces: Iterator[Any], context: Context) -> Iterator[Any]:
    end = object()
    try:
        while (piece := context.run(next, pieces, end)) is not end:
            yield piece
    finally:
        if close := getattr(pieces, "close", None):
            context.run(close)


async def _asteps(pieces: AsyncIterator[Any], context: Context) -> AsyncIterator[Any]:
    end = object()

    async def step() -> Any:
        return await anext(pieces, end)

    try:
        while True:
            piece = await asyncio.create_task(step(), context=context)
            if piece is end:
                return
            yield piece
    finally:
        if close := getattr(pieces, "aclose", None):
            await asyncio.create_task(close(), context=context)


def _with_masked_models(runnable: Any, masker: Masker) -> Any:
    """A copy of the chain with every chat model in sight wrapped."""

    def inside(part: Any) -> Any:
        return _with_masked_models(part, masker)

    if isinstance(runnable, PIIMaskedChatModel):
        return runnable
    if isinstance(runnable, BaseChatModel):
        return PIIMaskedChatModel(runnable, masker=masker)
    if isinstance(runnable, RunnableBindingBase):
        return runnable.model_copy(update={"bound": inside(runnable.bound)})
    if isinstance(runnable, RunnableSequence):
        steps = [inside(step) for step in runnable.steps]
        first, *middle, last = steps
        return runnable.model_copy(
            update={"first": first, "middle": middle, "last": last}
        )
    if isinstance(runnable, RunnableParallel):
        named = {key: inside(step) for key, step in runnable.steps__.items()}
        return runnable.model_copy(update={"steps__": named})
    if isinstance(runnable, RunnableAssign):
        return runnable.model_copy(update={"mapper": inside(runnable.mapper)})
    if isinstance(runnable, RunnableWithFallbacks):
        return runnable.model_copy(
            update={
                "runnable": inside(runnable.runnable),
                "fallbacks": [inside(part) for part in runnable.fallbacks],
            }
        )
    if isinstance(runnable, RunnableBranch):
        pairs = [(inside(test), inside(part)) for test, part in runnable.branches]
        return runnable.model_copy(
            update={"branches": pairs, "default": inside(runnable.default)}
        )
    return runnable
