"""A tool between placeholders and values: real arguments in, masked results out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from llama_index.core.tools import (
    AsyncBaseTool,
    BaseTool,
    FunctionTool,
    ToolOutput,
)
from llama_index.core.workflow import Context

from piimask_core import (
    InputError,
    Masker,
    PIIMaskError,
    Registry,
    RestorePolicy,
    SessionRequired,
    default_masker,
)
from piimask_core.entities import LITERAL
from piimask_core.grammar import find
from piimask_core.restore import Declared, Place, Policy
from piimask_core.restorer import Restorer
from piimask_core.session import enclosing_registry, ephemeral, layer, scope_of
from piimask_core.tree import Visit, from_source

from .messages import map_blocks, texts_of
from .tool_parts import (
    KNOWN,
    awaited,
    bare,
    is_a_pause,
    map_raw,
    names_of,
    parameters_of,
    signature_of,
    told_as_output,
)


def mask_tool(
    tool: BaseTool | Callable[..., Any],
    *,
    masker: Masker | None = None,
    registry: Registry | None = None,
    policy: Declared = "real",
    real_state: bool = False,
) -> FunctionTool:
    """The tool for an agent whose messages hold placeholders; metadata stays.

    The app masks what it asks and unmasks the answer, with the same registry, and the
    agent's model needs no wrapper: messages, events and memory hold placeholders only.
    (A system prompt or description that the app writes is sent as it is written.)

    ``policy`` says what its arguments may hold: "real" values; "masked", placeholders
    only; "block", and it is not called while any argument holds a value; or, for each
    argument, the entity types it may get, as in ``{"to": {"EMAIL"}}``. The masker's
    ``restore`` policy holds too: nothing comes back in a URL of a strange host, and
    under a strict one only what is declared here by argument.

    The result is masked: blocks, ``raw_output`` (an object that nobody can read
    becomes its text), and the text of an error, which never raises in the agent.
    ``raw_input`` is what the model gave. Spans of the agent show placeholders; the
    tool itself runs outside of any layer of masking, and has no span.

    ``real_state``: for an agent whose model is a ``PIIMaskedLLM`` with no layer of
    masking around it, so that its messages hold real values. Then arguments come real
    and are masked as the policy says, and the result goes back real, for that model to
    mask. Without it, such an agent is shown placeholders that nobody restores.

    At each call raises SessionRequired where nothing says which conversation it is,
    MaskingError where the arguments (nothing was called then) or the result could not
    be masked, InputError where the tool is blocked.
    """
    if not isinstance(tool, BaseTool):
        tool = FunctionTool.from_defaults(tool)
    masker = masker or default_masker()
    name = tool.metadata.get_name()
    restore = _declared(masker.restore, name, policy)
    method = "call" if isinstance(tool, AsyncBaseTool) else "__call__"
    given = _Masked(tool, masker, registry, policy, restore, real_state)

    def call(*args: Any, **kwargs: Any) -> ToolOutput:
        now = given.opened(args, kwargs)
        output: Any = None
        with layer(None):  # outside of any
            try:
                output = bare(tool, method)(*now.args, **now.kwargs)
            except Exception as error:
                output = error
        return now.answer(output)

    async def acall(*args: Any, **kwargs: Any) -> ToolOutput:
        now = given.opened(args, kwargs)
        output: Any = None
        with layer(None):  # outside of any
            try:
                output = await awaited(tool, now.args, now.kwargs)
            except Exception as error:
                output = error
        return now.answer(output)

    for each in (call, acall):
        each.__name__, each.__doc__ = name, tool.metadata.description
        if isinstance(tool, FunctionTool):
            vars(each)["__signature__"] = signature_of(tool.real_fn)
    return FunctionTool(
        fn=call,
        async_fn=acall,
        metadata=tool.metadata,
        callback=_as_it_is,
        async_callback=_as_it_came,
    )


@dataclass(frozen=True, slots=True, repr=False)
class _Masked:
    """How one tool is to be called."""

    tool: BaseTool
    masker: Masker
    registry: Registry | None
    policy: Declared
    restore: Policy
    real_state: bool

    def opened(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> "_Call":
        """Everything that a call needs, before anything is called."""
        is_real = self.real_state and enclosing_registry() is None
        registry = self._settled(is_real)
        context = {k: v for k, v in kwargs.items() if isinstance(v, Context)}
        told = {k: v for k, v in kwargs.items() if k not in context}
        names = [*names_of(self.tool, len(args)), *told]
        values: Sequence[Any] = [*args, *told.values()]
        shown, given = values, frozenset[str]()
        if not is_real:
            settler = self.masker.restorer(registry, layered=True)
            values = [settler.arguments(self.name, value) for value in values]
        if not is_real or self.policy != "real":
            self._check_names(told, registry)
            masked = self.masker.mask(
                values, registry, layered=not is_real, source="model"
            )
            shown = shown if is_real else masked
            before = values if self.policy == "real" else masked
            values, given = self._for_tool(names, before, values, registry)
        at = len(args)
        return _Call(
            self,
            registry,
            is_real,
            values[:at],
            {**dict(zip(told, values[at:], strict=True)), **context},
            {"args": shown[:at], "kwargs": dict(zip(told, shown[at:], strict=True))},
            given,
        )

    @property
    def name(self) -> str:
        """What the tool is called by."""
        return self.tool.metadata.get_name()

    def _settled(self, is_real: bool) -> Registry:
        enclosing = enclosing_registry()
        if enclosing and self.registry and self.registry != enclosing:
            raise InputError(
                "The tool and what is around the agent have different registries, so "
                "nobody could restore: give both the same."
            )
        scope = scope_of(self.masker, self.registry)
        if scope is None and not is_real:
            raise SessionRequired(
                "Nothing could restore what this tool masks: give mask_tool the "
                "registry with which the agent's messages are masked."
            )
        return (scope or ephemeral(self.masker)).registry

    def _check_names(self, names: Iterable[str], registry: Registry) -> None:
        """A model can make up names too, for a tool that takes any."""
        own = parameters_of(self.tool)
        strange = [name for name in names if name not in own]
        held = {t for name in strange for t in self.masker.unmasked(name, registry)}
        if held:
            types = ", ".join(sorted(held))
            raise InputError(f"{self.name}: the name of an argument holds {types}.")

    def _for_tool(
        self,
        names: Sequence[str],
        masked: Sequence[Any],
        before: Sequence[Any],
        registry: Registry,
    ) -> tuple[list[Any], frozenset[str]]:
        """The arguments as the policy has them, and what stayed masked in them."""
        view = registry.view()
        held = set(map(_label, _placeholders(masked, view))) - {LITERAL}
        if self.policy == "block" and held:
            labels = ", ".join(sorted(held))
            raise InputError(f"{self.name} is blocked: its arguments hold {labels}.")
        audit = self.masker.audit_of(registry)
        restorer = Restorer(view, policy=self.restore, audit=audit)
        values = []
        for argument, value, was in zip(names, masked, before, strict=True):
            (back,) = restorer.arguments(self.name, {argument: value}).values()
            # A number that was masked comes back as a text
            values.append(was if str(back) == str(was) else back)
        refused = {
            each.placeholder for each in restorer.unrestored if each.reason == "refused"
        }
        # What was typed like one of them is not to be told from it in a result
        return values, frozenset(refused.difference(_literals(masked, view)))


@dataclass(frozen=True, slots=True, repr=False)
class _Call:
    """One call: what the tool gets, what the model gave, what stayed masked."""

    how: _Masked
    registry: Registry
    is_real: bool
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    shown: Mapping[str, Any]
    given: frozenset[str]

    def answer(self, output: ToolOutput | Exception) -> ToolOutput:
        """What goes into the agent's state."""
        if isinstance(output, PIIMaskError) or is_a_pause(output):
            raise output  # type: ignore[misc]  # both are exceptions
        if self.is_real:
            return self._real(output)
        made = told_as_output(self.how.name, output)
        masker = self.how.masker

        def walker(visit: Visit) -> tuple[list[Any], Any]:
            told = cache(from_source(visit, "tool"))  # mostly one text, told twice
            return map_blocks(made.blocks, told), map_raw(made.raw_output, told)

        blocks, raw = masker.mask_with(walker, self.registry)
        masker.proven(texts_of(blocks), self.registry)
        return self._made(made, blocks, raw)

    def _real(self, output: ToolOutput | Exception) -> ToolOutput:
        """With the values back of what the tool was given masked, and no others."""
        if isinstance(output, Exception):
            raise output
        if not self.given:
            return output
        view = self.registry.view()
        mine = {each: view[each] for each in self.given}
        restorer = Restorer(mine, policy=self.how.masker.restore)
        blocks = map_blocks(output.blocks, restorer.text)
        raw = restorer.tree(output.raw_output, types=KNOWN)
        return self._made(output, blocks, raw)

    def _made(self, output: ToolOutput, blocks: list[Any], raw: Any) -> ToolOutput:
        made = ToolOutput(
            tool_name=output.tool_name,
            blocks=blocks,
            raw_input=dict(self.shown),
            raw_output=raw,
            is_error=output.is_error,
        )
        if getattr(output, "exception", None) is not None:  # not in older releases
            made._exception = RuntimeError(made.content)
        return made


def _declared(policy: Policy, name: str, declared: Declared) -> Policy:
    """The masker's policy, and what is declared for this tool."""
    tools = RestorePolicy(tools={name: declared})
    if isinstance(policy, RestorePolicy):
        return replace(policy, tools=tools.tools)

    def both(label: str, place: Place) -> bool:
        return tools(label, place) and policy(label, place)

    return both


def _placeholders(values: Sequence[Any], view: Mapping[str, str]) -> set[str]:
    """The issued ones in all texts of this."""
    found = {text[s:e] for text in texts_of(values) for s, e in find(text)}
    return found.intersection(view)


def _literals(values: Sequence[Any], view: Mapping[str, str]) -> set[str]:
    """What was typed like a placeholder."""
    found = _placeholders(values, view)
    return {view[each] for each in found if _label(each) == LITERAL}


def _label(placeholder: str) -> str:
    return placeholder[1:].rpartition("_")[0]


def _as_it_is(output: ToolOutput) -> ToolOutput:
    return output


async def _as_it_came(output: ToolOutput) -> ToolOutput:
    return output
