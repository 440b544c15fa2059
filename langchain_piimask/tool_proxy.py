"""A tool of an agent whose state is masked: placeholders around it, values in it."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from langchain_core.messages import ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool, ToolException
from pydantic import PrivateAttr, ValidationError

from piimask_core import PIIMaskError

from .outside import Border
from .tool_gate import GatedTool, ToolGate


class ToolProxy(GatedTool):
    """The run that is traced shows placeholders, and the tool gets values.

    Its arguments are what the masker's policy lets it have; its result, an error, what
    it writes to a stream and what it asks somebody are masked.
    """

    _border: Border = PrivateAttr()

    @classmethod
    def around(cls, tool: BaseTool, gate: ToolGate) -> "ToolProxy":
        """See ``GatedTool.around``."""
        made = super().around(tool, gate)
        assert isinstance(made, cls)  # noqa: S101  # for the type checker
        made._border = Border(gate.masker, gate.registry, tool.name)
        return made

    def invoke(
        self, input: Any, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Any:
        """A run of its own, around that of the tool."""
        return BaseTool.invoke(self, input, config, **kwargs)

    async def ainvoke(
        self, input: Any, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Any:
        """See ``invoke``."""
        return await BaseTool.ainvoke(self, input, config, **kwargs)

    def _to_args_and_kwargs(
        self, tool_input: Any, tool_call_id: str | None
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Not validated here: a schema may want to see values."""
        call = {"name": self.name, "args": tool_input, "id": tool_call_id}
        return (), {"call": {**call, "type": "tool_call"}}

    def _run(self, call: dict[str, Any], *, config: RunnableConfig) -> Any:
        if refused := self._refused(call):
            return refused
        call, outside = self._real(call), self._border.config(config)
        output: Any = None
        with self._border.crossed():
            try:
                output = self.real.invoke(call, outside)
            except Exception as error:
                output = error
        return self._answer(output, call)

    async def _arun(self, call: dict[str, Any], *, config: RunnableConfig) -> Any:
        if refused := self._refused(call):
            return refused
        call, outside = self._real(call), self._border.config(config)
        output: Any = None
        with self._border.crossed():
            try:
                output = await self.real.ainvoke(call, outside)
            except Exception as error:
                output = error
        return self._answer(output, call)

    def _real(self, call: dict[str, Any]) -> dict[str, Any]:
        """The call with its values, and with what the framework has put into it."""
        given = call["args"]
        said = self._said(given)
        restorer = self._gate.masker.restorer(self._gate.registry)
        real = restorer.arguments(self.name, said)
        for name in given.keys() - said.keys():
            real[name] = self._injected(given[name])
        return {**call, "args": real}

    def _injected(self, value: Any) -> Any:
        from langgraph.prebuilt import ToolRuntime
        from langgraph.store.base import BaseStore

        if isinstance(value, BaseStore):
            return value
        if not isinstance(value, ToolRuntime):
            return self._border.real(value)
        state, config = self._border.real(value.state), value.config
        tools = [t.real if isinstance(t, GatedTool) else t for t in value.tools]
        return self._border.runtime(
            value, state=state, config=self._border.config(config), tools=tools
        )

    def _answer(self, output: Any, call: Mapping[str, Any]) -> Any:
        """What goes into the state, or is raised there."""
        if isinstance(output, ValidationError):
            return self._border.masked(self._misfit(output, call))
        if isinstance(output, Exception):
            raise _retold(output, self._border.masked)
        return self._border.masked(output)

    def _misfit(self, error: ValidationError, call: Mapping[str, Any]) -> Any:
        """What a model is told of arguments that do not fit, as the framework does."""
        from langgraph.prebuilt.tool_node import ToolInvocationError

        said = self._said(call["args"])
        own = [e for e in error.errors() if not e["loc"] or e["loc"][0] in said]
        missing = [e for e in error.errors() if e["type"] == "missing" and e not in own]
        told = ToolInvocationError(self.name, error, said, [*own, *missing])
        return ToolMessage(
            told.message,
            name=self.name,
            tool_call_id=call["id"],
            status="error",
        )


def _retold(error: Exception, masked: Callable[[Any], Any]) -> Exception:
    """An error of the same kind, of which nothing but a masked text is left."""
    from langgraph.errors import GraphBubbleUp

    if isinstance(error, PIIMaskError):
        return error
    if isinstance(error, GraphBubbleUp):
        return type(error)(*masked(error.args))
    text = masked(str(error))
    try:
        kind: Any = type(error)
        made: Exception = _bare(kind).__new__(_bare(kind))
        made.args = (text,)
    except TypeError:
        return ToolException(text)
    return made


@cache
def _bare(kind: Any) -> Any:
    """The class without its own way of saying what it holds."""
    told = {
        "__module__": kind.__module__,
        "__str__": lambda self: self.args[0],
        "__repr__": lambda self: f"{kind.__name__}({self.args[0]!r})",
    }
    return type(kind.__name__, (kind,), told)
