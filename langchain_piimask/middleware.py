"""Masking inside an agent: real values in its state, placeholders at its model."""

import warnings
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple, Self, cast

from langchain_core.messages import BaseMessage, ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from piimask_core import InputError, Masker, Registry, RestorePolicy, default_masker
from piimask_core.restore import Declared, Place, Policy
from piimask_core.session import Scope, ephemeral, layer
from piimask_core.tree import Visit, from_source, walk_schema

from .chat_model import PIIMaskedChatModel
from .graph_values import map_graph
from .held import ButHeld, OnlyHeld, ours_in, stamped
from .last_hop import RESTORED, LastHop
from .messages import every_text, map_message, map_messages, map_settings
from .restoring import restored, restored_message
from .sessions import enclosing_of, scope_of
from .tool_gate import GatedTool, ToolGate, gated
from .tool_proxy import ToolProxy

if TYPE_CHECKING:
    from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
    from langchain.agents.middleware.types import ToolCallRequest
    from langgraph.types import Command

    _Middleware = AgentMiddleware[Any, Any, Any]
else:
    _Middleware = object  # langchain is an extra, and slow to load: see _based


class PIIMaskMiddleware(_Middleware):
    """For ``create_agent``: the model sees placeholders, everything else is real.

    State, streams, human approval, structured output and tools have real values; what
    goes to the model, the tools' descriptions and results too, is masked. Put it
    first in the list, so that a fallback model or a tool selector further in gets
    masked text as well; before it only what must see the vendor's own class of model,
    such as prompt caching. Wrap models that other middleware asks about the state (a
    summarizer) in ``PIIMaskedChatModel``.

    ``tools`` says what each tool gets: "real", "masked" (its arguments stay
    placeholders), "block" (a call with personal data in it is not made), or for each
    argument the types, ``{"send_email": {"to": {"EMAIL"}}}``. Without it, all get
    real values, except as the masker's restore policy has it; with it, a tool that is
    not named gets placeholders. The session is found as by ``PIIMaskedChatModel``;
    give the agent a ``thread_id``, or each call of the model numbers anew. Inside of
    ``with_pii_masking`` tools get placeholders.

    >>> from langchain.agents import create_agent
    >>> from langchain_piimask import PIIMaskMiddleware
    >>> from langchain_piimask.testing import FakeChatModel
    >>> from piimask_core.testing import FakeModel, echo
    >>> model = FakeChatModel(fake=FakeModel(echo))
    >>> agent = create_agent(model, middleware=[PIIMaskMiddleware()])
    >>> asked = {"messages": [("human", "I am jane@example.com")]}
    >>> *_, answer = agent.invoke(asked)["messages"]
    >>> answer.text
    'I am jane@example.com'
    >>> model.fake.seen[-1]
    'I am <EMAIL_1>'
    """

    def __new__(cls, *args: Any, **settings: Any) -> Self:
        """An instance of this class and of ``AgentMiddleware``, loaded only now."""
        based: Any = _based
        made: Self = super().__new__(based(cls))
        return made

    def __init__(
        self,
        *,
        masker: Masker | None = None,
        registry: Registry | None = None,
        tools: Mapping[str, Declared] | None = None,
    ) -> None:
        super().__init__()
        self.tools = []  # the framework's: tools that a middleware brings along
        self._masker = _declaring(masker or default_masker(), tools or {})
        self._registry = registry
        self._maskers = {frozenset[str](): self._masker}
        self._warned: set[str] = set()

    def wrap_model_call(
        self,
        request: "ModelRequest[Any]",
        handler: "Callable[[ModelRequest[Any]], ModelResponse[Any]]",
    ) -> "ModelResponse[Any]":
        """Mask the request, swap the model, restore what no swapped model did."""
        call = self._call(request)
        masked = call.masked(request)
        with layer(call.scope.registry):
            response = handler(masked)
        return call.restored(response)

    async def awrap_model_call(
        self,
        request: "ModelRequest[Any]",
        handler: "Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]]",
    ) -> "ModelResponse[Any]":
        """See ``wrap_model_call``."""
        call = self._call(request)
        masked = call.masked(request)
        with layer(call.scope.registry):
            response = await handler(masked)
        return call.restored(response)

    def wrap_tool_call(
        self,
        request: "ToolCallRequest",
        handler: "Callable[[ToolCallRequest], ToolMessage | Command[Any]]",
    ) -> "ToolMessage | Command[Any]":
        """Call the tool with what it may have, or not at all: see ``tools``."""
        request, settle = self._gated(request)
        result: ToolMessage | Command[Any] = settle(handler(request))
        return result

    async def awrap_tool_call(
        self,
        request: "ToolCallRequest",
        handler: "Callable[[ToolCallRequest], Awaitable[ToolMessage | Command[Any]]]",
    ) -> "ToolMessage | Command[Any]":
        """See ``wrap_tool_call``."""
        request, settle = self._gated(request)
        result: ToolMessage | Command[Any] = settle(await handler(request))
        return result

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def _call(self, request: "ModelRequest[Any]") -> "_Call":
        answers = _answers(request.response_format).difference(
            self._declared(), map(_name, request.tools)
        )
        self._warn(request.tools, answers)
        masker = self._maskers.get(answers)
        if masker is None:
            policy = _Answering(self._masker.restore, answers)
            masker = self._maskers[answers] = replace(self._masker, restore=policy)
        return _Call(masker, self._scope(None), set())

    def _scope(self, config: RunnableConfig | None) -> Scope:
        found = scope_of(self._masker, self._registry, config)
        return found or ephemeral(self._masker)

    def _declared(self) -> Mapping[str, Declared]:
        policy = self._masker.restore
        return policy.tools if isinstance(policy, RestorePolicy) else {}

    def _warn(self, tools: Sequence[Any], answers: Collection[str]) -> None:
        """Say once of a tool that it was forgotten."""
        declared = self._declared()
        if not declared:
            return
        names = {_name(tool) for tool in tools} - {""}
        new = names - {*declared, *answers, *self._warned}
        if new:
            self._warned |= new
            warnings.warn(
                f"Not declared in tools=, so given placeholders: {sorted(new)}.",
                stacklevel=2,
            )

    def _gated(self, request: "ToolCallRequest") -> "tuple[ToolCallRequest, _Settle]":
        """With a gate before its tool, and how to take what comes of it.

        Inside of a layer the tool is behind a proxy, and what another middleware says
        in its place, or adds, is masked as well.
        """
        config = request.runtime.config
        registry, is_layered = self._scope(config)
        gate = ToolGate(self._masker, registry)
        if is_layered:
            settle = partial(self._masker.mask_with, registry=registry, layered=True)
            return gated(request, ToolProxy, gate), lambda result: settle(
                lambda visit: map_graph(result, from_source(visit, "tool"))
            )
        if (enclosing := enclosing_of(config)) and enclosing != registry:
            raise InputError(
                "The middleware and what is around the agent have different "
                "registries, so nobody could restore: give both the same."
            )
        if gate.declared:
            request = gated(request, GatedTool, gate)
        return request, lambda result: result


_Settle = Callable[[Any], Any]


@cache
def _based(cls: type) -> type:
    """The class, with langchain's own as its last base."""
    try:
        from langchain.agents.middleware import AgentMiddleware
    except ImportError:
        raise ImportError(
            "PIIMaskMiddleware needs langchain: pip install 'llm-piimask[agents]'"
        ) from None
    if issubclass(cls, AgentMiddleware):
        return cls
    told = {"__doc__": cls.__doc__, "__module__": cls.__module__}
    return type(cls.__name__, (cls, AgentMiddleware), told)


def _declaring(masker: Masker, tools: Mapping[str, Declared]) -> Masker:
    if not tools:
        return masker
    policy = masker.restore
    if not isinstance(policy, RestorePolicy):
        raise InputError(
            "tools= goes with a RestorePolicy; a function of your own decides by "
            "place.tool."
        )
    return replace(masker, restore=replace(policy, tools={**policy.tools, **tools}))


def _answers(response_format: Any) -> frozenset[str]:
    """The names of tools that are none: by them a model gives structured output."""
    if response_format is None:
        return frozenset()
    from langchain.agents.structured_output import ProviderStrategy, ToolStrategy

    if isinstance(response_format, ProviderStrategy):
        return frozenset()
    if not isinstance(response_format, ToolStrategy):
        schema = getattr(response_format, "schema", response_format)
        response_format = ToolStrategy(schema)
    return frozenset(spec.name for spec in response_format.schema_specs)


def _name(tool: Any) -> str:
    """What a tool is called by; nothing for one that the provider runs itself."""
    if isinstance(tool, Mapping):
        return str(tool.get("function", {}).get("name", ""))
    return str(tool.name)


def _retold(tool: Any, schema: dict[str, Any]) -> Any:
    """The tool itself with another description, if that is all there is to change."""
    if not isinstance(tool, BaseTool):
        return schema
    described = schema.get("function", {}).get("description", "")
    told = tool.model_copy(update={"description": described})
    return told if convert_to_openai_tool(told) == schema else schema


@dataclass(frozen=True)
class _Answering:
    """A policy that takes the tools which only carry an answer for an answer."""

    policy: Policy
    answers: Collection[str]

    def __call__(self, label: str, place: Place) -> bool:
        if place.tool in self.answers:
            place = replace(place, tool="", argument="")
        return self.policy(label, place)


class _Call(NamedTuple):
    """One call of the model: how it is masked, and how its answer is read."""

    masker: Masker
    scope: Scope
    shown: set[str]
    """The placeholders that stand in the request."""

    def masked(self, request: "ModelRequest[Any]") -> "ModelRequest[Any]":
        """The request as any model may see it, and a model that restores."""
        registry, is_layered = self.scope
        schemas = [_schema(tool) for tool in request.tools]
        ours = set() if is_layered else ours_in(request.messages, registry.epoch)

        def walker(visit: Visit) -> tuple[list[BaseMessage], Any, Any, Any]:
            app = from_source(visit, "app")
            return (
                map_messages(request.messages, ButHeld(visit, ours)),
                request.system_message and map_message(request.system_message, visit),
                walk_schema(schemas, app),
                map_settings(request.model_settings, app),
            )

        messages, system, told, settings = self.masker.mask_with(
            walker, registry, layered=is_layered, mentioned=self.shown
        )
        if ours:
            messages = self.masker.mask_with(
                lambda visit: map_messages(messages, OnlyHeld(visit, ours)),
                registry,
                layered=True,
                mentioned=self.shown,
            )
        # Here as well: a fallback would go on where the model that we put in refuses.
        texts = frozenset(every_text([messages, system, told, settings]))
        self.masker.proven(texts, registry)
        tools = [
            tool if after == before else _retold(tool, after)
            for tool, before, after in zip(request.tools, schemas, told, strict=True)
        ]
        model = request.model
        bound = model.bound if isinstance(model, PIIMaskedChatModel) else model
        return request.override(
            model=LastHop(
                bound=bound,
                masker=self.masker,
                registry=registry,
                restores=not is_layered,
                seen_to=texts,
            ),
            messages=cast("Any", messages),
            system_message=system,
            tools=tools,
            model_settings=settings,
        )

    def restored(self, response: "ModelResponse[Any]") -> "ModelResponse[Any]":
        """With its values, if the model that we put in did not see to it."""
        registry, is_layered = self.scope
        if is_layered:
            return response
        messages, structured = response.result, response.structured_response
        if not any(RESTORED in m.response_metadata for m in messages):
            restorer = self.masker.restorer(registry, shown=self.shown)
            messages = [restored_message(m, restorer) for m in messages]
            structured = restored(structured, restorer)
        return replace(
            response,
            result=[stamped(m, registry.epoch) for m in messages],
            structured_response=structured,
        )


def _schema(tool: Any) -> dict[str, Any]:
    return tool if isinstance(tool, dict) else convert_to_openai_tool(tool)
