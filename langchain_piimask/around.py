"""Masked where it enters, restored where it leaves: the edge around a chain."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextvars import Context, copy_context
from functools import partial
from typing import Any

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import ensure_config, merge_configs

from piimask_core import Masker, Registry
from piimask_core.restorer import Restorer
from piimask_core.session import Scope, ephemeral, layer
from piimask_core.tree import Visit, from_source

from .events import restored_events
from .guard import Guard
from .messages import map_any, map_json
from .restoring import restored
from .runnables import restored_apieces, restored_pieces
from .sessions import LAYER, scope_of


class Around(Runnable[Any, Any]):
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
        context = context_of(scope)
        pieces = steps(context.run(self.bound.stream, masked, inner, **kwargs), context)
        return restored_pieces(pieces, self._restorers(scope))

    def astream(
        self, input: Any, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[Any]:
        """See ``Runnable.astream``."""
        scope = self._scope(config)
        masked, inner = self._entered(input, config, scope)
        context = context_of(scope)
        pieces = asteps(
            context.run(self.bound.astream, masked, inner, **kwargs), context
        )
        return restored_apieces(pieces, self._restorers(scope))

    def astream_events(  # type: ignore[override]  # of which v3 is not ours
        self,
        input: Any,
        config: RunnableConfig | None = None,
        *,
        version: Any = "v2",
        **kwargs: Any,
    ) -> AsyncIterator[Any]:
        """The events of the chain inside, each as the app would see it.

        Raises NotImplementedError for v3, which the framework has for chat models and
        graphs only.
        """
        if version == "v3":
            raise NotImplementedError(
                f"There is no v3 of the events of a {type(self.bound).__name__}."
            )
        scope = self._scope(config)
        masked, inner = self._entered(input, config, scope)
        context = context_of(scope)
        ask: Any = self.bound.astream_events
        events = context.run(ask, masked, inner, version=version, **kwargs)
        return restored_events(asteps(events, context), self._restorers(scope))

    def _scope(self, config: RunnableConfig | None) -> Scope:
        found = scope_of(self._masker, self._registry, config)
        return found or ephemeral(self._masker)

    def _entered(
        self, input: Any, config: RunnableConfig | None, scope: Scope
    ) -> tuple[Any, RunnableConfig]:
        """The masked input, and the config that announces this layer and its guard."""
        inner: Any = ensure_config(config)
        configurable = inner.get("configurable", {})
        told = {key: inner.get(key) for key in ("metadata", "tags", "run_name")}
        named = {k: v for k, v in configurable.items() if isinstance(v, str)}

        def walker(visit: Visit) -> tuple[Any, Any, Any]:
            app = from_source(visit, "app")
            return self._map(input, visit), map_json(told, app), _each(named, app)

        masked, traced, renamed = self._masker.mask_with(
            walker, scope.registry, layered=scope.layered
        )
        # A tracer tells of a session by its name, unless the metadata do.
        changed = {k: v for k, v in renamed.items() if v != named[k]}
        traced["metadata"] = {**changed, **(traced["metadata"] or {})}
        inner.update({k: v for k, v in traced.items() if v is not None})
        inner["configurable"] = {**configurable, LAYER: scope.registry}
        guard = Guard(self._masker, scope.registry)
        return masked, merge_configs(inner, {"callbacks": [guard]})

    def _map(self, input: Any, visit: Visit) -> Any:
        return map_any(input, visit)

    def _restorers(self, scope: Scope) -> Callable[[], Restorer]:
        return partial(self._masker.restorer, scope.registry, layered=scope.layered)

    def __repr__(self) -> str:
        return f"with_pii_masking({self.bound!r})"


def _each(texts: Mapping[str, str], visit: Visit) -> dict[str, str]:
    return {key: visit(text) for key, text in texts.items()}


def context_of(scope: Scope) -> Context:
    """A context in which the layer is announced, for the steps of a generator."""
    context = copy_context()
    context.run(lambda: layer(scope.registry).__enter__())
    return context


def steps(pieces: Iterator[Any], context: Context) -> Iterator[Any]:
    end = object()
    try:
        while (piece := context.run(next, pieces, end)) is not end:
            yield piece
    finally:
        if close := getattr(pieces, "close", None):
            context.run(close)


async def asteps(pieces: AsyncIterator[Any], context: Context) -> AsyncIterator[Any]:
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
