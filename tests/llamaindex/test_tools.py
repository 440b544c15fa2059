"""mask_tool: what a tool gets, and what an agent gets of it."""

import functools
import inspect
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Annotated, Any

import pytest
from llama_index.core.agent.workflow import AgentWorkflow, FunctionAgent, ReActAgent
from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseGen,
    ImageBlock,
    LLMMetadata,
    MessageRole,
    TextBlock,
    ToolCallBlock,
)
from llama_index.core.base.response.schema import Response
from llama_index.core.instrumentation.span_handlers import SimpleSpanHandler
from llama_index.core.llms.function_calling import FunctionCallingLLM
from llama_index.core.llms.llm import ToolSelection
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.schema import NodeWithScore, TextNode
from llama_index.core.tools import FunctionTool, ToolMetadata
from llama_index.core.tools.calling import acall_tool, call_tool
from llama_index.core.tools.types import BaseTool, ToolOutput
from llama_index.core.workflow import (
    Context,
    HumanResponseEvent,
    InputRequiredEvent,
)
from llama_index_instrumentation import get_dispatcher
from pydantic import Field

from llamaindex_piimask import (
    InputError,
    Masker,
    MaskingError,
    PIIMaskedLLM,
    Registry,
    RestorePolicy,
    SessionRequired,
    UnmaskedText,
    mask_tool,
    pii_session,
)
from llamaindex_piimask.testing import FakeLLM
from piimask_core.session import enclosing_registry, layer
from piimask_core.testing import FakeModel, failing, scripted

pytestmark = pytest.mark.filterwarnings(  # an agent looks at each of its attributes
    "ignore:is_running called:DeprecationWarning",
    "ignore::pydantic.warnings.PydanticDeprecatedSince20",
    "ignore::pydantic.warnings.PydanticDeprecatedSince211",
)

JANE, BOB, SSN = "jane@example.com", "bob@company.com", "123-45-6789"


@pytest.fixture
def registry(masker: Masker) -> Registry:
    """A conversation that has Jane's address and number, as <EMAIL_1> and <SSN_1>."""
    made = masker.registry("s")
    masker.mask([JANE, SSN], made)
    return made


class Got(list[Any]):
    """Keeps what a tool was called with."""

    def find(self, mail: str, note: str = "") -> str:
        """Look an order up."""
        self.append((mail, note))
        return f"{mail} and {BOB}"

    async def afind(self, mail: str, note: str = "") -> str:
        """Look an order up."""
        return self.find(mail, note)


def tool_of(function: Callable[..., Any]) -> FunctionTool:
    return FunctionTool.from_defaults(function, name="find", description="Find it.")


# Called by itself


@pytest.mark.parametrize(
    ("policy", "mail", "note"),
    [
        ("real", JANE, SSN),
        ("masked", "<EMAIL_1>", "<SSN_1>"),
        ({"mail": {"EMAIL_ADDRESS"}}, JANE, "<SSN_1>"),
        ({"mail": {"EMAIL"}, "note": {"EMAIL"}}, JANE, "<SSN_1>"),
        ({"note": ["SSN"]}, "<EMAIL_1>", SSN),
        ({}, "<EMAIL_1>", "<SSN_1>"),
    ],
)
async def test_a_tool_gets_what_is_declared(
    masker: Masker, registry: Registry, policy: Any, mail: str, note: str
) -> None:
    """By name and by position, sync and async; the result is masked in any case."""
    got = Got()
    tool = mask_tool(tool_of(got.find), masker=masker, registry=registry, policy=policy)
    given = {"mail": "<EMAIL_1>", "note": "<SSN_1>"}

    outputs = [
        tool(**given),
        tool.call(*given.values()),
        await tool.acall(**given),
        call_tool(tool, given),
        await acall_tool(tool, given),
    ]

    assert got == [(mail, note)] * 5
    for output in outputs:
        assert BOB not in repr(output) and JANE not in repr(output)
        assert output.content.endswith(" and <EMAIL_2>")
        assert output.tool_name == "find" and not output.is_error
    assert outputs[0].raw_input == {"args": [], "kwargs": given}
    assert outputs[1].raw_input == {"args": list(given.values()), "kwargs": {}}


async def test_an_async_function_is_a_tool_too(
    masker: Masker, registry: Registry
) -> None:
    """Given as such, without a tool around it."""
    got = Got()
    tool = mask_tool(got.afind, masker=masker, registry=registry)

    output = await tool.acall(mail="<EMAIL_1>")

    assert got == [(JANE, "")]
    assert output.content == "<EMAIL_1> and <EMAIL_2>"


def test_what_agents_know_a_tool_by_stays(masker: Masker, registry: Registry) -> None:
    """Name, description, schema, whether it answers directly, its signature."""
    plain = FunctionTool.from_defaults(Got().find, return_direct=True)

    tool = mask_tool(plain, masker=masker, registry=registry)

    assert tool.metadata is plain.metadata
    assert inspect.signature(tool.real_fn) == inspect.signature(plain.real_fn)
    assert tool.real_fn.__name__ == "find" and not tool.requires_context


def test_a_respelled_placeholder_is_put_right(
    masker: Masker, registry: Registry
) -> None:
    """Also for a tool that gets what is declared."""
    for policy in ("real", {"mail": {"EMAIL"}}):
        got = Got()
        tool = mask_tool(got.find, masker=masker, registry=registry, policy=policy)

        output = tool(mail="[EMAIL_1]")

        assert got == [(JANE, "")]
        assert output.raw_input["kwargs"] == {"mail": "<EMAIL_1>"}


def test_an_invented_placeholder_is_not_restored_then_nor_later(
    masker: Masker, registry: Registry
) -> None:
    """What the tool says of it stays text, though the number is given later."""
    got = Got()
    tool = mask_tool(got.find, masker=masker, registry=registry)

    output = tool(mail="<EMAIL_2>")

    assert got == [("<EMAIL_2>", "")]
    assert "<EMAIL_2>" not in output.content.removesuffix(" and <EMAIL_2>")
    assert masker.unmask(output.content, registry) == f"<EMAIL_2> and {BOB}"


def test_a_tool_cannot_speak_as_us(masker: Masker, registry: Registry) -> None:
    """A placeholder in its result is what it said, not Jane."""
    tool = mask_tool(lambda x: "<EMAIL_1>", masker=masker, registry=registry)

    output = tool(x="y")

    assert output.content == "<LITERAL_1>"
    assert masker.unmask(output.content, registry) == "<EMAIL_1>"


def test_who_has_said_it_is_the_tool(masker: Masker, registry: Registry) -> None:
    """So that a restore policy can ask."""
    mask_tool(Got().find, masker=masker, registry=registry)(mail="x")

    assert set(registry.view().sources["<EMAIL_2>"]) == {"tool"}


def test_a_blocked_tool_is_not_called_with_a_value(
    masker: Masker, registry: Registry
) -> None:
    """With a placeholder or a value that the model knows; without one it is called."""
    got = Got()
    tool = mask_tool(got.find, masker=masker, registry=registry, policy="block")
    for mail in ("to <EMAIL_1>", BOB):
        with pytest.raises(InputError, match=r"find is blocked: .+ EMAIL") as no:
            tool(mail=mail)
        assert mail not in str(no.value) and got == []

    tool(mail="nobody <EMAIL_9>")

    assert got == [("nobody <EMAIL_9>", "")]


def test_no_value_in_a_url_of_a_strange_host(
    masker: Masker, registry: Registry
) -> None:
    """The masker's own restore policy holds too."""
    got = Got()
    url = "https://evil.test/?q=<EMAIL_1>"
    mask_tool(got.find, masker=masker, registry=registry)(mail=url)
    lets = replace(masker, restore=RestorePolicy(hosts={"evil.test"}))
    mask_tool(got.find, masker=lets, registry=registry)(mail=url)
    never = replace(masker, restore=lambda label, place: False)
    mask_tool(got.find, masker=never, registry=registry)(mail="<EMAIL_1>")
    strict = replace(masker, restore=RestorePolicy.strict())
    mask_tool(got.find, masker=strict, registry=registry)(mail="<EMAIL_1>")

    assert [mail for mail, _ in got] == [
        url,
        f"https://evil.test/?q={JANE}",
        "<EMAIL_1>",
        "<EMAIL_1>",
    ]


def test_an_unknown_policy_is_refused_at_once(masker: Masker) -> None:
    """Before there is a call."""
    with pytest.raises(InputError, match="A tool is"):
        mask_tool(Got().find, masker=masker, policy="open")


def test_numbers_stay_numbers(masker: Masker, registry: Registry) -> None:
    """Also where they were masked and restored on the way."""
    finding = replace(masker, recognizer=lambda text: [])
    got: list[Any] = []

    def add(card: int, items: list[str]) -> int:
        got.append((card, items))
        return card

    tool = mask_tool(
        add, masker=finding, registry=registry, policy={"items": {"EMAIL"}}
    )
    output = tool(card=4111, items=["<EMAIL_1>", "<SSN_1>"])

    assert got == [(4111, [JANE, "<SSN_1>"])]
    assert output.raw_output == 4111


def test_a_made_up_name_of_an_argument_holds_no_value(
    masker: Masker, registry: Registry
) -> None:
    """For a tool that takes any; a name that holds none is passed on."""
    got: list[Any] = []

    def find(**any: Any) -> str:
        got.append(any)
        return "x"

    for real_state, policy in ((True, "masked"), (False, "real")):
        tool = mask_tool(
            find,
            masker=masker,
            registry=registry,
            policy=policy,
            real_state=real_state,
        )
        with pytest.raises(InputError, match="name of an argument holds EMAIL") as no:
            tool(**{JANE: 1})
        assert got == [] and JANE not in str(no.value)

    tool(what=BOB, ctx=SSN)
    assert got == [{"what": BOB, "ctx": SSN}]


def test_nothing_but_a_context_passes_as_it_is(
    masker: Masker, registry: Registry
) -> None:
    """Whatever the name that the model gives it."""
    got: list[Any] = []

    def find(ctx: Context, mail: str) -> str:
        got.append((ctx, mail))
        return mail

    tool = mask_tool(
        find, masker=masker, registry=registry, policy="masked", real_state=True
    )
    output = tool(ctx=JANE, mail=JANE)

    assert got == [("<EMAIL_1>", "<EMAIL_1>")] and output.content == JANE


def test_what_the_app_gives_a_tool_is_not_the_models(
    masker: Masker, registry: Registry
) -> None:
    """Defaults and partial parameters reach it as they are, and are not told."""
    got: list[Any] = []

    def find(what: str, by: str = Field(default=BOB), to: str = "") -> str:
        got.append((what, by, to))
        return "x"

    plain = FunctionTool.from_defaults(find, partial_params={"to": JANE})
    for policy in ("real", "masked", "block"):
        tool = mask_tool(plain, masker=masker, registry=registry, policy=policy)
        output = tool(what="y")

        assert got.pop() == ("y", BOB, JANE)
        assert output.raw_input == {"args": [], "kwargs": {"what": "y"}}


# Results of every kind


class Strange:
    """An object that nobody can read, with a value in it."""

    def __str__(self) -> str:
        return f"of {JANE}"


RESULTS: dict[str, Any] = {
    "text": f"of {JANE}",
    "tree": {"who": [JANE, {JANE: 1}]},
    "node": TextNode(text=JANE, metadata={"by": BOB}),
    "hits": [NodeWithScore(node=TextNode(text=JANE), score=0.5)],
    "answer": Response(JANE, [NodeWithScore(node=TextNode(text=BOB))], {"x": SSN}),
    "block": TextBlock(text=JANE),
    "blocks": [TextBlock(text="jane@exam"), TextBlock(text="ple.com")],
    "image": [ImageBlock(image=b"abcd"), TextBlock(text=JANE)],
    "message": ChatMessage(JANE),
    "object": Strange(),
    "nested object": {"x": [Strange()]},
    "bytes": JANE.encode(),
    "nothing": None,
}


@pytest.mark.parametrize("kind", RESULTS)
async def test_no_part_of_a_result_holds_a_value(
    masker: Masker, registry: Registry, kind: str
) -> None:
    """Content, raw output, whatever it is."""
    tool = mask_tool(lambda: RESULTS[kind], masker=masker, registry=registry)
    for output in (tool(), await tool.acall()):
        shown = repr(output) + repr(output.__dict__) + str(output.raw_output)
        for value in (JANE, BOB, SSN):
            assert value not in shown
        assert ("<EMAIL_1>" in shown) == (kind != "nothing")
    if kind == "image":
        assert output.raw_output[0] == RESULTS[kind][0]


def test_a_value_where_nothing_is_changed_is_refused(
    masker: Masker, registry: Registry
) -> None:
    """Such as the link of an image."""
    link = ImageBlock(url=f"https://x.io/{SSN}.png")
    with pytest.raises(UnmaskedText):
        mask_tool(lambda: link, masker=masker, registry=registry)()


async def test_an_error_is_told_without_a_value(
    masker: Masker, registry: Registry
) -> None:
    """As an answer that says so, with an exception that holds no value either."""

    def fail(mail: str) -> str:
        raise ValueError(f"no order of {mail}")

    tool = mask_tool(fail, masker=masker, registry=registry)
    for output in (tool(mail="<EMAIL_1>"), await tool.acall(mail="<EMAIL_1>")):
        assert output.is_error
        assert output.content == output.raw_output == "no order of <EMAIL_1>"
        assert repr(output.exception) == "RuntimeError('no order of <EMAIL_1>')"
        assert output.exception and output.exception.__context__ is None


def test_when_masking_fails_nothing_is_called_or_told(
    masker: Masker, registry: Registry
) -> None:
    """Before the call it is not made; after it its result is dropped."""
    got = Got()
    broken = replace(masker, recognizer=failing)
    tool = mask_tool(got.find, masker=broken, registry=registry)
    with pytest.raises(MaskingError) as raised:
        tool(mail=JANE)
    assert got == [] and JANE not in repr(raised.value)
    assert raised.value.__context__ is None

    dropped = mask_tool(lambda: f"of {JANE}", masker=broken, registry=registry)
    with pytest.raises(MaskingError) as raised:
        dropped()
    assert JANE not in repr(raised.value)


# Which conversation


def test_a_session_around_the_call_is_enough(masker: Masker) -> None:
    """Without one it is refused, as nobody could restore."""
    tool = mask_tool(Got().find, masker=masker)
    with pytest.raises(SessionRequired):
        tool(mail="x")
    with pii_session("s"):
        assert tool(mail="x").content == "x and <EMAIL_1>"
    assert masker.unmask("<EMAIL_1>", masker.registry("s")) == BOB


def test_another_registry_than_the_one_around_is_refused(masker: Masker) -> None:
    """Its placeholders would mean something else."""
    tool = mask_tool(Got().find, masker=masker, registry=masker.registry("other"))
    with layer(masker.registry("s")), pytest.raises(InputError, match="registries"):
        tool(mail="x")


async def test_the_tool_itself_runs_outside_of_the_layer(
    masker: Masker, registry: Registry
) -> None:
    """What masks inside it must restore by itself."""
    seen: list[Any] = []

    def look() -> str:
        seen.append(enclosing_registry())
        return "x"

    tool = mask_tool(look, masker=masker)
    with layer(registry):
        tool()
        await tool.acall()
        assert enclosing_registry() == registry
    assert seen == [None, None]


# Tools of other kinds


class Old(BaseTool):
    """A tool with nothing but ``__call__``."""

    @property
    def metadata(self) -> ToolMetadata:
        return ToolMetadata("Says it again.", name="old")

    def __call__(self, input: Any) -> ToolOutput:
        return ToolOutput("old", f"{input} {BOB}", raw_input={}, raw_output=input)


async def test_a_tool_that_is_no_function(masker: Masker, registry: Registry) -> None:
    """Sync or async; the name of its argument is that of its schema."""
    tool = mask_tool(
        Old(), masker=masker, registry=registry, policy={"input": {"EMAIL"}}
    )
    given = {"input": "<EMAIL_1>"}
    outputs = [
        tool("<EMAIL_1>"),
        tool(**given),
        await tool.acall(**given),
        call_tool(tool, given),
        await acall_tool(tool, given),
    ]

    for output in outputs:
        assert (output.content, output.raw_output) == (
            "<EMAIL_1> <EMAIL_2>",
            "<EMAIL_1>",
        )


async def test_spans_show_placeholders(masker: Masker, registry: Registry) -> None:
    """The span of the tool is that of the outside."""
    tool = mask_tool(tool_of(Got().find), masker=masker, registry=registry)
    old = mask_tool(Old(), masker=masker, registry=registry)
    handler = _Arguments()
    dispatcher = get_dispatcher()
    dispatcher.add_span_handler(handler)
    try:
        tool(mail="<EMAIL_1>")
        await tool.acall(mail="<EMAIL_1>")
        old(input="<EMAIL_1>")
        await old.acall(input="<EMAIL_1>")
    finally:
        dispatcher.span_handlers.remove(handler)

    assert "<EMAIL_1>" in "".join(handler.seen)
    assert JANE not in "".join(handler.seen)


def test_what_a_tool_is_decorated_with_stays(
    masker: Masker, registry: Registry
) -> None:
    """Only the framework's span is left out."""
    called: list[str] = []

    def noting(method: Any) -> Any:
        @functools.wraps(method)
        def noted(*args: Any, **kwargs: Any) -> Any:
            called.append(method.__name__)
            return method(*args, **kwargs)

        return noted

    class Own(Old):
        __call__ = noting(Old.__call__)

    mask_tool(Own(), masker=masker, registry=registry)(input="x")
    assert called == ["__call__"]


class _Arguments(SimpleSpanHandler):
    """Notes what each span is told."""

    seen: list[str] = []  # noqa: RUF012  # a field

    def new_span(self, id_: str, bound_args: Any, *args: Any, **kwargs: Any) -> Any:
        self.seen.append(repr(bound_args.arguments))
        return super().new_span(id_, bound_args, *args, **kwargs)

    def prepare_to_exit_span(
        self, id_: str, bound_args: Any, *args: Any, **kwargs: Any
    ) -> Any:
        self.seen.append(repr(kwargs))
        return super().prepare_to_exit_span(id_, bound_args, *args, **kwargs)


# In agents


class Caller(FakeLLM, FunctionCallingLLM):
    """Calls a tool where the fake answers with one as JSON."""

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(is_chat_model=True, is_function_calling_model=True)

    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        text = self.fake.answer(self._read(messages, kwargs))
        block: Any = TextBlock(text=text)
        if text.startswith("{"):
            block = ToolCallBlock(tool_call_id="c1", tool_name="find", tool_kwargs=text)
        message = ChatMessage(role=MessageRole.ASSISTANT, blocks=[block])
        return ChatResponse(message=message)

    def stream_chat(
        self, messages: Sequence[ChatMessage], **kwargs: Any
    ) -> ChatResponseGen:
        answer = self.chat(messages, **kwargs)
        yield answer.model_copy(update={"delta": answer.message.content})

    def _prepare_chat_with_tools(
        self,
        tools: Any,
        user_msg: Any = None,
        chat_history: Any = None,
        verbose: bool = False,
        allow_parallel_tool_calls: bool = False,
        tool_required: bool = False,
        **kwargs: Any,
    ) -> dict[str, Any]:
        specs = [tool.metadata.to_openai_tool() for tool in tools]
        return {"messages": chat_history, "tools": specs}

    def get_tool_calls_from_response(
        self, response: ChatResponse, error_on_no_tool_call: bool = True, **kwargs: Any
    ) -> list[ToolSelection]:
        return [
            ToolSelection(
                tool_id="c1",
                tool_name=block.tool_name,
                tool_kwargs=json.loads(str(block.tool_kwargs)),
            )
            for block in response.message.blocks
            if isinstance(block, ToolCallBlock)
        ]


CALL = '{"mail": "<EMAIL_1>", "note": "hello"}'
REACT = (
    'Thought: x.\nAction: find\nAction Input: {"mail": "<EMAIL_1>", "note": "hello"}'
)
FOUND = "Found <EMAIL_2>."


def function_agent(tool: Any, wrap: Any, **options: Any) -> tuple[Any, FakeModel]:
    fake = FakeModel(scripted(CALL, FOUND))
    return FunctionAgent(llm=wrap(Caller(fake=fake)), tools=[tool], **options), fake


def react_agent(tool: Any, wrap: Any, **options: Any) -> tuple[Any, FakeModel]:
    fake = FakeModel(scripted(REACT, f"Thought: y.\nAnswer: {FOUND}"))
    return ReActAgent(llm=wrap(FakeLLM(fake)), tools=[tool], **options), fake


def workflow(tool: Any, wrap: Any, **options: Any) -> tuple[Any, FakeModel]:
    agent, fake = function_agent(tool, wrap, name="a", description="x", **options)
    return AgentWorkflow(agents=[agent], root_agent="a"), fake


AGENTS = [function_agent, react_agent, workflow]


def memory_of() -> ChatMemoryBuffer:
    """One without a database."""
    return ChatMemoryBuffer.from_defaults(token_limit=100_000)


async def told(agent: Any, text: str, **options: Any) -> tuple[str, str]:
    """The answer, and all events as one text."""
    handler = agent.run(text, **{"memory": memory_of(), **options})
    events = [repr(event) async for event in handler.stream_events()]
    return str(await handler), "\n".join(events)


@pytest.mark.parametrize("agent_of", AGENTS)
@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("with_layer", [False, True])
async def test_an_agent_that_holds_placeholders(
    masker: Masker,
    registry: Registry,
    agent_of: Any,
    streaming: bool,
    with_layer: bool,
) -> None:
    """A bare model, or a masked one in a layer: the tool alone sees values."""
    got = Got()

    def wrap(llm: Any) -> Any:
        return PIIMaskedLLM(llm, masker=masker) if with_layer else llm

    tool = mask_tool(tool_of(got.find), masker=masker, registry=registry)
    agent, fake = agent_of(tool, wrap, streaming=streaming)
    asked = masker.mask(f"Where is the order of {JANE}?", registry)
    memory = memory_of()

    if with_layer:
        with layer(registry):
            answer, events = await told(agent, asked, memory=memory)
    else:
        answer, events = await told(agent, asked, memory=memory)

    assert got == [(JANE, "hello")]
    assert masker.unmask(answer, registry) == f"Found {BOB}."
    everywhere = "\n".join([*fake.seen, events, repr(memory.get_all())])
    assert JANE not in everywhere and BOB not in everywhere
    assert "<EMAIL_1> and <EMAIL_2>" in everywhere


@pytest.mark.parametrize("agent_of", AGENTS)
@pytest.mark.parametrize(
    ("policy", "mail"), [("real", JANE), ("masked", "<EMAIL_1>"), ({}, "<EMAIL_1>")]
)
async def test_an_agent_with_a_masked_model_holds_values(
    masker: Masker, registry: Registry, agent_of: Any, policy: Any, mail: str
) -> None:
    """The tool gets what the policy says, the state what is real, the model neither."""
    got = Got()
    tool = mask_tool(
        tool_of(got.find),
        masker=masker,
        registry=registry,
        policy=policy,
        real_state=True,
    )
    agent, fake = agent_of(
        tool, lambda llm: PIIMaskedLLM(llm, masker=masker, registry=registry)
    )

    answer, events = await told(agent, f"Where is the order of {JANE}?")

    assert got == [(mail, "hello")]
    assert answer == f"Found {BOB}."
    assert f"{JANE} and {BOB}" in events and "<EMAIL" not in events
    assert JANE not in "".join(fake.seen) and BOB not in "".join(fake.seen)


@pytest.mark.parametrize("agent_of", AGENTS)
async def test_a_blocked_tool_tells_the_agent(
    masker: Masker, registry: Registry, agent_of: Any
) -> None:
    """The run goes on; the tool was not called."""
    got = Got()
    tool = mask_tool(
        tool_of(got.find), masker=masker, registry=registry, policy="block"
    )
    agent, fake = agent_of(tool, lambda llm: llm)

    answer, _ = await told(agent, "Where is <EMAIL_1>?")

    assert answer == FOUND and got == []
    assert "find is blocked" in "".join(fake.seen)


def test_a_typed_placeholder_stays_what_was_typed(masker: Masker) -> None:
    """With real state, arguments are not read as placeholders."""
    registry = masker.registry("s")
    masker.mask(JANE, registry)
    for policy in ("real", "masked", {"mail": {"EMAIL"}}):
        got = Got()
        tool = mask_tool(
            got.find, masker=masker, registry=registry, policy=policy, real_state=True
        )

        output = tool(mail="<EMAIL_1>")

        assert got == [("<EMAIL_1>", "")]
        assert output.content == f"<EMAIL_1> and {BOB}"

    both = mask_tool(
        got.find, masker=masker, registry=registry, policy="masked", real_state=True
    )
    assert both(mail="<EMAIL_1>", note=JANE).content == f"<EMAIL_1> and {BOB}"


def test_with_real_state_an_error_is_the_tools_own(masker: Masker) -> None:
    """The model around masks it, as everything."""

    def fail() -> str:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        mask_tool(fail, masker=masker, real_state=True)()


def test_in_a_layer_the_state_is_never_taken_for_real(
    masker: Masker, registry: Registry
) -> None:
    """What the app declares is wrong there, and would leak."""
    tool = mask_tool(Got().find, masker=masker, real_state=True)

    with layer(registry):
        assert tool(mail="<EMAIL_1>").content == "<EMAIL_1> and <EMAIL_2>"


async def test_a_tool_with_a_context_gets_it(
    masker: Masker, registry: Registry
) -> None:
    """And the state that it keeps is its own."""
    got: list[Any] = []

    async def find(ctx: Context, mail: Annotated[str, "whose"], note: str) -> str:
        """Look an order up."""
        got.append(await ctx.store.get("told", default=mail))
        return f"of {mail}"

    plain = FunctionTool.from_defaults(async_fn=find)
    tool = mask_tool(plain, masker=masker, registry=registry)
    agent, fake = function_agent(tool, lambda llm: llm)

    _, events = await told(agent, "Where is <EMAIL_1>?")

    assert got == [JANE]
    assert "of <EMAIL_1>" in "".join(fake.seen)
    assert JANE not in events + "".join(fake.seen)


async def test_a_tool_that_waits_for_somebody_waits(
    masker: Masker, registry: Registry
) -> None:
    """The workflow's own exceptions are not told as errors."""
    yes: dict[str, Any] = {"response": "yes"}

    async def find(ctx: Context, mail: str, note: str) -> str:
        """Look an order up."""
        told = await ctx.wait_for_event(
            HumanResponseEvent, waiter_event=InputRequiredEvent()
        )
        return f"{told.get('response')} {mail}"

    plain = FunctionTool.from_defaults(async_fn=find)
    agent, fake = function_agent(
        mask_tool(plain, masker=masker, registry=registry), lambda llm: llm
    )
    handler = agent.run("Where is <EMAIL_1>?", memory=memory_of())
    async for event in handler.stream_events():
        if isinstance(event, InputRequiredEvent):
            handler.ctx.send_event(HumanResponseEvent(**yes))

    assert str(await handler) == FOUND
    assert "yes <EMAIL_1>" in "".join(fake.seen)


def test_the_tool_shows_nothing(masker: Masker, registry: Registry) -> None:
    """In its repr and that of what it holds."""
    tool = mask_tool(Got().find, masker=masker, registry=registry)

    assert JANE not in repr(tool) + repr(vars(tool)) + str(tool.metadata)
