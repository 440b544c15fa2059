"""What a tool may be given, whether a model or a person has written the call."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from langchain_core.messages import ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool
from pydantic import PrivateAttr

from piimask_core import Masker, Registry, RestorePolicy
from piimask_core.grammar import find
from piimask_core.restore import Declared
from piimask_core.restorer import Restorer

from .messages import every_text

if TYPE_CHECKING:
    from langgraph.prebuilt.tool_node import ToolCallRequest


@dataclass(frozen=True, repr=False)
class ToolGate:
    """The declarations of an agent's tools, in one session."""

    masker: Masker
    registry: Registry

    @property
    def declared(self) -> Mapping[str, Declared]:
        """What is said of each tool; nothing said: all get real values."""
        policy = self.masker.restore
        return policy.tools if isinstance(policy, RestorePolicy) else {}

    def refusal(self, name: str, arguments: Any, call: str | None) -> Any:
        """What the model is told instead of a result, where the tool is blocked."""
        if self.declared.get(name) != "block":
            return None
        every = Restorer(self.registry.view(), policy=lambda label, place: True)
        if every.arguments(name, arguments) == arguments and not any(
            any(find(text)) or self.masker.unmasked(text, self.registry)
            for text in every_text(arguments)
        ):
            return None
        return ToolMessage(
            f"Not called: {name} may not be given personal data, nor placeholders "
            "that stand for it.",
            name=name,
            tool_call_id=call,
            status="error",
        )

    def let(self, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Real arguments without the values that this tool must not have."""
        if not self.declared or self.declared.get(name) == "real":
            return arguments
        masked = self.masker.mask(arguments, self.registry, source="model")
        restorer = self.masker.restorer(self.registry)
        # A number that was masked comes back as a text.
        return {
            key: arguments[key] if str(value) == str(arguments.get(key)) else value
            for key, value in restorer.arguments(name, masked).items()
        }


class GatedTool(BaseTool):
    """A tool that gets what is declared, though somebody edits its call."""

    real: BaseTool
    _gate: ToolGate = PrivateAttr()

    @classmethod
    def around(cls, tool: BaseTool, gate: ToolGate) -> "GatedTool":
        """The tool behind this gate."""
        made = cls(name=tool.name, description="", real=tool)
        made.args_schema = tool.args_schema
        made._gate = gate
        return made

    def invoke(
        self, input: Any, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Any:
        """The tool's own run, or why there is none."""
        return self._refused(input) or self.real.invoke(self._let(input), config)

    async def ainvoke(
        self, input: Any, config: RunnableConfig | None = None, **kwargs: Any
    ) -> Any:
        """See ``invoke``."""
        refused = self._refused(input)
        return refused or await self.real.ainvoke(self._let(input), config)

    def _run(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    @property
    def _injected_args_keys(self) -> frozenset[str]:
        return self.real._injected_args_keys

    def _said(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments without what the framework has put in."""
        return self._filter_injected_args(dict(given))

    def _refused(self, call: Mapping[str, Any]) -> Any:
        return self._gate.refusal(self.name, self._said(call["args"]), call["id"])

    def _let(self, call: Mapping[str, Any]) -> dict[str, Any]:
        said = self._said(call["args"])
        return {**call, "args": {**call["args"], **self._gate.let(self.name, said)}}


def gated(
    request: "ToolCallRequest", kind: type[GatedTool], gate: ToolGate
) -> "ToolCallRequest":
    """The request with its tool behind the gate, and any to which it may be sent on."""
    runtime = request.runtime
    tools: list[BaseTool] = [kind.around(tool, gate) for tool in runtime.tools]
    tool = request.tool and kind.around(request.tool, gate)
    return replace(request, tool=tool, runtime=replace(runtime, tools=tools))
