"""The edge around a compiled agent or graph, whose state holds placeholders only."""

from collections.abc import AsyncIterator, Iterator
from copy import copy
from typing import Any

from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import merge_configs

from piimask_core import RegistryLost
from piimask_core.session import Scope
from piimask_core.tree import Visit

from .around import Around, asteps, context_of, steps
from .graph_stream import GraphStream, graph_apieces, graph_pieces
from .graph_values import map_graph
from .restoring import restored

EPOCH = "pii_epoch"
"""Key in a checkpoint's metadata for whose placeholders it holds."""


class AroundGraph(Around):
    """Every stream mode and every event restored; the state as the app knows it.

    A thread goes on only with the registry by which it was masked: each call raises
    RegistryLost where the vault has another, for that one's numbers name others.
    """

    def invoke(
        self, input: Any, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Any:
        """See ``Pregel.invoke``."""
        self._check(config)
        return super().invoke(input, config, **kwargs)

    async def ainvoke(
        self, input: Any, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Any:
        """See ``Pregel.ainvoke``."""
        await self._acheck(config)
        return await super().ainvoke(input, config, **kwargs)

    def stream(
        self, input: Any, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Iterator[Any]:
        """See ``Pregel.stream``."""
        scope = self._scope(config)
        self._check(config)
        masked, inner = self._entered(input, config, scope)
        return self._pieces(masked, inner, scope, kwargs)

    def astream(
        self, input: Any, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[Any]:
        """See ``Pregel.astream``."""
        scope = self._scope(config)
        masked, inner = self._entered(input, config, scope)
        return self._checked(self._apieces(masked, inner, scope, kwargs), config)

    def stream_events(
        self,
        input: Any,
        config: RunnableConfig | None = None,
        *,
        version: Any = "v2",
        **kwargs: Any,
    ) -> Any:
        """See ``Pregel.stream_events``."""
        scope = self._scope(config)
        self._check(config)
        masked, inner = self._entered(input, config, scope)
        return self._restoring(scope).stream_events(
            masked, inner, version=version, **kwargs
        )

    def astream_events(
        self,
        input: Any,
        config: RunnableConfig | None = None,
        *,
        version: Any = "v2",
        **kwargs: Any,
    ) -> Any:
        """See ``Pregel.astream_events``."""
        if version != "v3":
            events = super().astream_events(input, config, version=version, **kwargs)
            return self._checked(events, config)
        scope = self._scope(config)
        masked, inner = self._entered(input, config, scope)
        return self._restoring(scope).astream_events(
            masked, inner, version=version, **kwargs
        )

    def get_state(self, config: RunnableConfig, **kwargs: Any) -> Any:
        """The state with its values. See ``Pregel.get_state``."""
        self._check(config)
        return self._out(self._graph.get_state(config, **kwargs), config)

    async def aget_state(self, config: RunnableConfig, **kwargs: Any) -> Any:
        """See ``get_state``."""
        await self._acheck(config)
        return self._out(await self._graph.aget_state(config, **kwargs), config)

    def get_state_history(self, config: RunnableConfig, **kwargs: Any) -> Iterator[Any]:
        """Every state with its values. See ``Pregel.get_state_history``."""
        self._check(config)
        states = self._graph.get_state_history(config, **kwargs)
        return (self._out(state, config) for state in states)

    def aget_state_history(
        self, config: RunnableConfig, **kwargs: Any
    ) -> AsyncIterator[Any]:
        """See ``get_state_history``."""
        states = self._graph.aget_state_history(config, **kwargs)
        restored = (self._out(state, config) async for state in states)
        return self._checked(restored, config)

    def update_state(self, config: RunnableConfig, values: Any, *more: Any) -> Any:
        """Mask the values and put them in. See ``Pregel.update_state``."""
        self._check(config)
        masked, _ = self._entered(values, config, self._scope(config))
        return self._graph.update_state(config, masked, *more)

    async def aupdate_state(
        self, config: RunnableConfig, values: Any, *more: Any
    ) -> Any:
        """See ``update_state``."""
        await self._acheck(config)
        masked, _ = self._entered(values, config, self._scope(config))
        return await self._graph.aupdate_state(config, masked, *more)

    @property
    def _graph(self) -> Any:
        return self.bound

    def _entered(
        self, input: Any, config: RunnableConfig | None, scope: Scope
    ) -> tuple[Any, RunnableConfig]:
        masked, inner = super()._entered(input, config, scope)
        inner["metadata"] = {**inner["metadata"], EPOCH: scope.registry.epoch}
        return masked, inner

    def _saved(self, config: RunnableConfig | None) -> tuple[Any, RunnableConfig]:
        """Where the graph keeps its threads, and which one this is."""
        whole = merge_configs(self._graph.config, config)
        is_named = "thread_id" in whole.get("configurable", {})
        saver = getattr(self._graph, "checkpointer", None) if is_named else None
        return (saver if hasattr(saver, "get_tuple") else None), whole

    def _check(self, config: RunnableConfig | None) -> None:
        saver, whole = self._saved(config)
        if saver is not None:
            self._refuse_another(saver.get_tuple(whole), config)

    async def _acheck(self, config: RunnableConfig | None) -> None:
        saver, whole = self._saved(config)
        if saver is not None:
            self._refuse_another(await saver.aget_tuple(whole), config)

    async def _checked(
        self, pieces: AsyncIterator[Any], config: RunnableConfig | None
    ) -> AsyncIterator[Any]:
        await self._acheck(config)
        async for piece in pieces:
            yield piece

    def _refuse_another(self, saved: Any, config: RunnableConfig | None) -> None:
        epoch = saved and saved.metadata.get(EPOCH)
        if epoch and epoch != self._scope(config).registry.epoch:
            raise RegistryLost(
                "This thread was masked with a registry that this vault does not have, "
                "so its placeholders cannot be restored. Give all processes one vault, "
                "or start a new thread."
            )

    def _map(self, input: Any, visit: Visit) -> Any:
        return map_graph(input, visit)

    def _out(self, state: Any, config: RunnableConfig) -> Any:
        return restored(state, self._restorers(self._scope(config))())

    def _pieces(
        self, masked: Any, inner: RunnableConfig, scope: Scope, kwargs: Any
    ) -> Iterator[Any]:
        context = context_of(scope)
        pieces = context.run(self._graph.stream, masked, inner, **kwargs)
        return graph_pieces(steps(pieces, context), self._stream(scope, kwargs))

    def _apieces(
        self, masked: Any, inner: RunnableConfig, scope: Scope, kwargs: Any
    ) -> AsyncIterator[Any]:
        context = context_of(scope)
        pieces = context.run(self._graph.astream, masked, inner, **kwargs)
        return graph_apieces(asteps(pieces, context), self._stream(scope, kwargs))

    def _stream(self, scope: Scope, kwargs: Any) -> GraphStream:
        return GraphStream(
            self._restorers(scope),
            mode=kwargs.get("stream_mode") or self._graph.stream_mode,
            has_ns=bool(kwargs.get("subgraphs")),
            is_typed=kwargs.get("version") == "v2",
        )

    def _restoring(self, scope: Scope) -> Any:
        """A copy of the graph that streams what is restored.

        Of that the framework makes the events of v3, and what a run ends with.
        """
        graph = copy(self._graph)

        def stream(masked: Any, config: Any = None, **kwargs: Any) -> Iterator[Any]:
            return self._pieces(masked, config, scope, kwargs)

        def astream(
            masked: Any, config: Any = None, **kwargs: Any
        ) -> AsyncIterator[Any]:
            return self._apieces(masked, config, scope, kwargs)

        vars(graph).update(stream=stream, astream=astream)
        return graph
