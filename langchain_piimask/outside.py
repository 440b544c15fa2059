"""How a tool is run outside of a layer: real values, and nobody who looks on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.runnables import RunnableConfig

from piimask_core import Masker, Registry
from piimask_core.restore import Place, Policy
from piimask_core.restorer import Restorer
from piimask_core.session import layer
from piimask_core.tree import from_source

from .graph_values import map_graph
from .guard import Guard
from .restoring import restored
from .sessions import LAYER, REGISTRY

_SCRATCHPAD = "__pregel_scratchpad"
_SEND = "__pregel_send"
_RUNTIME = "__pregel_runtime"
_TASK = "__pregel_task_id"
_NOT_GIVEN = {
    LAYER,
    _TASK,
    *("__pregel_checkpointer", "__pregel_stream", "__pregel_read"),
}
"""By these a graph called in the tool would go on in the masked one: write its real
state to that one's checkpoints, and its real steps to that one's stream."""


@dataclass(frozen=True)
class _Going:
    """A policy that takes every text for one that this tool gets."""

    policy: Policy
    tool: str

    def __call__(self, label: str, place: Place) -> bool:
        return self.policy(label, replace(place, tool=self.tool, argument=""))


class Border:
    """Between a masked graph and a tool that runs outside of its layer."""

    def __init__(self, masker: Masker, registry: Registry, tool: str) -> None:
        self.registry = registry
        self._masker = masker
        self._policy = _Going(masker.restore, tool)

    def masked(self, tree: Any) -> Any:
        """What comes from outside. Raises MaskingError."""
        return self._masker.mask_with(
            lambda visit: map_graph(tree, from_source(visit, "tool")), self.registry
        )

    def real(self, tree: Any) -> Any:
        """What goes there, with the values that the tool may have in any argument."""
        return restored(tree, Restorer(self.registry.view(), policy=self._policy))

    def config(self, config: RunnableConfig) -> RunnableConfig:
        """The config outside: no tracer, no checkpoints; writers that mask.

        What waits for somebody (``interrupt``) works: what is asked is masked, the
        answer is real. A model called there has the guard that it has inside.
        """
        inside = config.get("configurable", {})
        outside = {k: v for k, v in inside.items() if k not in _NOT_GIVEN}
        outside[REGISTRY] = self.registry
        if scratchpad := inside.get(_SCRATCHPAD):
            outside[_SCRATCHPAD] = self._scratchpad(scratchpad)
        if send := inside.get(_SEND):
            outside[_SEND] = lambda writes: send(self.masked(list(writes)))
        if runtime := inside.get(_RUNTIME):
            outside[_RUNTIME] = self.runtime(runtime)
        guard = Guard(self._masker, self.registry)
        told = self.real(config.get("metadata") or {})
        return {
            **config,
            "callbacks": [guard],
            "configurable": outside,
            "metadata": told,
        }

    def runtime(self, runtime: Any, **changed: Any) -> Any:
        """A runtime whose custom stream is masked."""
        writer = self._writer(runtime.stream_writer)
        return replace(runtime, stream_writer=writer, **changed)

    def _writer(self, write: Callable[[Any], None]) -> Callable[[Any], None]:
        return lambda piece: write(self.masked(piece))

    def _scratchpad(self, scratchpad: Any) -> Any:
        """What was answered to an interrupt, for the one who asked."""

        def null_resume(consume: bool = False) -> Any:
            return self.real(scratchpad.get_null_resume(consume))

        return replace(
            scratchpad,
            resume=[self.real(each) for each in scratchpad.resume],
            get_null_resume=null_resume,
        )

    @contextmanager
    def crossed(self) -> Iterator[None]:
        """Everything inside runs outside of the layer, and is traced by nobody."""
        from langgraph.pregel._tools import _tool_call_writer
        from langsmith import tracing_context

        write = _tool_call_writer.get()
        undo = _tool_call_writer.set(write and self._writer(write))
        try:
            with tracing_context(enabled=False), layer(None):
                yield
        finally:
            _tool_call_writer.reset(undo)
