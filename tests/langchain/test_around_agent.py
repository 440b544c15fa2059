"""Around an agent: its state, checkpoints and traces hold placeholders only."""

import asyncio
from typing import Annotated, Any

import pytest
from langchain.agents import AgentState, create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain.tools import ToolRuntime
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    HumanMessage,
    ToolMessage,
)
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import InjectedToolCallId, ToolException, tool
from langchain_core.tracers.context import _tracing_v2_is_enabled
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import InjectedState
from langgraph.types import Command, Send, interrupt
from langsmith import Client, tracing_context
from pydantic import BaseModel, Field

from langchain_piimask import (
    Masker,
    PIIMaskedChatModel,
    PIIMaskMiddleware,
    RestorePolicy,
    UnmaskedText,
    with_pii_masking,
)
from piimask_core import InputError
from scripted_agents import (
    BOB,
    BOSS,
    JANE,
    JO,
    THREAD,
    Scripted,
    asked,
    calling,
    no_value_in,
    seen,
)

ASKED: Any = {"messages": [("human", f"I am {JO}, {JANE}")]}


class Nowhere:
    """In place of a session that would reach the net."""

    def request(self, *args: Any, **kwargs: Any) -> Any:
        raise ConnectionError

    def mount(self, *args: Any) -> None:
        """Nothing to prepare."""

    def close(self) -> None:
        """Nothing to close."""


class Trace(BaseCallbackHandler):
    """Keeps everything that a tracer would be sent."""

    run_inline = True

    def __init__(self) -> None:
        self.told: list[str] = []

    def _keep(self, *args: Any, **kwargs: Any) -> None:
        self.told.append(f"{args} {kwargs}")

    on_chain_start = on_chain_end = on_chain_error = _keep
    on_chat_model_start = on_llm_new_token = on_llm_end = on_llm_error = _keep
    on_tool_start = on_tool_end = on_tool_error = on_custom_event = _keep


class Setting:
    """An agent inside of a layer, and all that others see of it."""

    def __init__(
        self, masker: Masker, tools: list[Any], *answers: AIMessage, **settings: Any
    ) -> None:
        self.model = Scripted(answers=list(answers))
        self.saver = InMemorySaver()
        declared = settings.pop("declared", None)
        others = settings.pop("others", [])
        masking = PIIMaskMiddleware(masker=masker, tools=declared)
        self.inside: Any = create_agent(
            self.model,
            tools,
            middleware=[masking, *others],
            checkpointer=self.saver,
            **settings,
        )
        self.agent: Any = with_pii_masking(self.inside, masker=masker)
        self.trace = Trace()
        self.config: Any = {**THREAD, "callbacks": [self.trace]}

    def assert_masked(self) -> None:
        """Nobody but the app and the tools has seen a value."""
        assert self.trace.told and self.saver.storage
        checkpoints = [str(each) for each in self.saver.list(None)]
        states = [str(each) for each in self.inside.get_state_history(THREAD)]
        told = str(self.trace.told), seen(self.model), str(self.saver.blobs)
        for text in (*told, str(self.saver.writes), *checkpoints, *states):
            assert no_value_in(text)


@pytest.fixture
def got() -> list[Any]:
    """What tools were called with."""
    return []


@pytest.fixture
def mail(got: list[Any]) -> Any:
    @tool
    def mail(to: str, body: str) -> str:
        """Send a mail; complaints go to boss@corp.com."""
        got.append({"to": to, "body": body})
        return f"sent to {to}, copy to bob@company.com"

    return mail


MAILING = calling("mail", to="<EMAIL_1>", body="Dear <PERSON_1>")
TOLD = AIMessage("Told <EMAIL_1> and <EMAIL_3>, not <EMAIL_9>.")
SHOWN = f"Told {JANE} and {BOB}, not <EMAIL_9>."


async def _collected(stream: Any) -> list[Any]:
    return [each async for each in stream]


@pytest.mark.parametrize("is_async", [False, True])
def test_only_the_app_and_the_tools_see_values(
    masker: Masker, mail: Any, got: list[Any], is_async: bool
) -> None:
    """State, checkpoints, pending writes, traces and the model hold placeholders."""
    one = Setting(masker, [mail], MAILING, TOLD, system_prompt=f"Ask {BOSS}.")
    state = (
        asyncio.run(one.agent.ainvoke(ASKED, one.config))
        if is_async
        else one.agent.invoke(ASKED, one.config)
    )

    assert got == [{"to": JANE, "body": f"Dear {JO}"}]
    _, call, result, answer = state["messages"]
    assert call.tool_calls[0]["args"] == {"to": JANE, "body": f"Dear {JO}"}
    assert result.content == f"sent to {JANE}, copy to {BOB}"
    assert answer.text == SHOWN
    one.assert_masked()


def texts(pieces: list[Any]) -> str:
    return "".join(
        message.text for message, _ in pieces if isinstance(message, AIMessageChunk)
    )


PLAIN = ["values", "updates", "custom", "checkpoints", "tasks", "debug"]


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("mode", PLAIN)
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_every_stream_mode_is_restored(
    masker: Masker, mail: Any, is_async: bool, mode: str, version: str
) -> None:
    """What is shown holds values and nothing that only the model should see."""

    @tool
    def telling(to: str) -> str:
        """Tell."""
        get_stream_writer()({"now": f"calling {to} and <EMAIL_1>"})
        return f"told {to}"

    one = Setting(masker, [telling], calling("telling", to="<EMAIL_1>"), TOLD)
    given = ASKED, one.config
    settings: Any = {"stream_mode": mode, "version": version}
    pieces = (
        asyncio.run(_collected(one.agent.astream(*given, **settings)))
        if is_async
        else list(one.agent.stream(*given, **settings))
    )

    assert JANE in str(pieces)
    assert "<PERSON_1>" not in str(pieces) and "LITERAL" not in str(pieces)
    if mode == "custom":
        data = [piece["data"] if version == "v2" else piece for piece in pieces]
        assert data == [{"now": f"calling {JANE} and <EMAIL_1>"}]
    one.assert_masked()


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("subgraphs", [False, True])
@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_list_of_modes_is_restored(
    masker: Masker, mail: Any, is_async: bool, subgraphs: bool, version: str
) -> None:
    """Tokens are whole, with subgraphs and without, in either form of the pieces."""
    one = Setting(masker, [mail], MAILING, TOLD)
    given = ASKED, one.config
    settings: Any = {
        "stream_mode": ["messages", "values", "updates"],
        "subgraphs": subgraphs,
        "version": version,
    }
    pieces = (
        asyncio.run(_collected(one.agent.astream(*given, **settings)))
        if is_async
        else list(one.agent.stream(*given, **settings))
    )
    if version == "v2":
        named = [(piece["type"], piece["data"]) for piece in pieces]
    else:
        named = [piece[-2:] for piece in pieces]
    tokens = [data for mode, data in named if mode == "messages"]
    states = [data for mode, data in named if mode == "values"]

    assert texts(tokens) == SHOWN
    assert "<EMAIL_1>" not in str(pieces) and "<PERSON_1>" not in str(pieces)
    assert states[-1]["messages"][1].tool_calls[0]["args"]["to"] == JANE
    one.assert_masked()


def test_events_are_restored(masker: Masker, mail: Any) -> None:
    """Of v2: pieces of a message, what a tool got and gave, the state at the end."""
    one = Setting(masker, [mail], MAILING, TOLD)
    events = asyncio.run(
        _collected(one.agent.astream_events(ASKED, one.config, version="v2"))
    )
    streamed = [e for e in events if e["event"] == "on_chat_model_stream"]
    (start,) = [e for e in events if e["event"] == "on_tool_start"]
    (end,) = [e for e in events if e["event"] == "on_tool_end"]

    assert "".join(e["data"]["chunk"].text for e in streamed) == SHOWN
    assert start["data"]["input"]["to"] == JANE
    assert end["data"]["output"].content == f"sent to {JANE}, copy to {BOB}"
    assert events[-1]["data"]["output"]["messages"][-1].text == SHOWN
    assert "<EMAIL_1>" not in str(events) and "<PERSON_1>" not in str(events)
    one.assert_masked()


@pytest.mark.filterwarnings("ignore:The v3 streaming protocol")
@pytest.mark.parametrize("is_async", [False, True])
def test_events_of_the_third_version_are_restored(
    masker: Masker, mail: Any, is_async: bool
) -> None:
    """Messages, tokens, arguments, and what a run ends with."""
    one = Setting(masker, [mail], MAILING, TOLD)

    async def arun() -> tuple[list[str], list[Any], Any]:
        run = await one.agent.astream_events(ASKED, one.config, version="v3")
        pieces = [
            piece async for message in run.messages async for piece in message.text
        ]
        return pieces, [], await run.output()

    if is_async:
        pieces, events, state = asyncio.run(arun())
    else:
        run = one.agent.stream_events(ASKED, one.config, version="v3")
        events = list(run)
        data = [e["params"]["data"] for e in events if e["method"] == "messages"]
        deltas = [event["delta"] for event, _ in data if "delta" in event]
        pieces = [d["text"] for d in deltas if d["type"] == "text-delta"]
        state = run.output

    assert "".join(pieces) == SHOWN
    assert not any("<EMAIL_1" in piece or piece.endswith("<E") for piece in pieces)
    assert "<EMAIL_1>" not in str(events) and "<PERSON_1>" not in str(events)
    assert state["messages"][-1].text == SHOWN
    assert state["messages"][1].tool_calls[0]["args"]["to"] == JANE
    one.assert_masked()


@pytest.mark.filterwarnings("ignore:The v3 streaming protocol")
@pytest.mark.parametrize("way", ["invoke", "stream", "v3"])
def test_a_person_sees_and_edits_real_values(
    masker: Masker, mail: Any, got: list[Any], way: str
) -> None:
    """The state and the checkpoints hold neither what he saw nor what he wrote."""
    human = HumanInTheLoopMiddleware(interrupt_on={"mail": True})
    one = Setting(masker, [mail], MAILING, TOLD, others=[human])
    if way == "invoke":
        (waiting,) = one.agent.invoke(ASKED, one.config)["__interrupt__"]
    elif way == "stream":
        pieces = list(one.agent.stream(ASKED, one.config))
        (waiting,) = pieces[-1]["__interrupt__"]
    else:
        (waiting,) = one.agent.stream_events(ASKED, one.config, version="v3").interrupts
    assert waiting.value["action_requests"][0]["args"]["to"] == JANE
    (known,) = one.agent.get_state(THREAD).interrupts
    assert known.value == waiting.value

    edited = {"name": "mail", "args": {"to": BOB, "body": f"{JO} <EMAIL_1>"}}
    decision = {"type": "edit", "edited_action": edited}
    state = one.agent.invoke(Command(resume={"decisions": [decision]}), one.config)

    assert got == [{"to": BOB, "body": f"{JO} <EMAIL_1>"}]
    assert f"sent to {BOB}" in state["messages"][2].content
    one.assert_masked()


@pytest.mark.parametrize("is_async", [False, True])
def test_a_tool_that_asks_gets_a_real_answer(
    masker: Masker, got: list[Any], is_async: bool
) -> None:
    """What it asks and what it is told are placeholders in between."""

    @tool
    def confirm(to: str) -> str:
        """Ask first."""
        answer = interrupt(f"Write to {to}, or <EMAIL_1>?")
        second = interrupt("Sure?")
        got.extend([to, answer, second])
        return f"wrote to {answer}"

    one = Setting(masker, [confirm], calling("confirm", to="<EMAIL_1>"), TOLD)

    def run(given: Any) -> Any:
        if is_async:
            return asyncio.run(one.agent.ainvoke(given, one.config))
        return one.agent.invoke(given, one.config)

    (waiting,) = run(ASKED)["__interrupt__"]
    assert waiting.value == f"Write to {JANE}, or <EMAIL_1>?"
    (waiting,) = run(Command(resume=f"{BOB} not <EMAIL_1>"))["__interrupt__"]
    assert waiting.value == "Sure?"
    state = run(Command(resume=JO))

    assert got == [JANE, f"{BOB} not <EMAIL_1>", JO]
    assert state["messages"][2].content == f"wrote to {BOB} not <EMAIL_1>"
    one.assert_masked()


class Noting(AgentState[Any]):
    """A state with a field of somebody's own."""

    note: str


def test_a_tool_may_be_given_the_state_and_change_it(
    masker: Masker, got: list[Any]
) -> None:
    """It sees real values in it, as in what the runtime says; a command is masked."""

    @tool
    def noting(
        to: str,
        state: Annotated[Any, InjectedState],
        note: Annotated[str, InjectedState("note")],
        call: Annotated[str, InjectedToolCallId],
        runtime: ToolRuntime,
    ) -> Command[Any]:
        """Note."""
        runtime.stream_writer(f"noting {to}")
        got.extend([state["messages"][0].text, note, runtime.state["note"]])
        told = ToolMessage(f"noted {BOB}", tool_call_id=call)
        return Command(update={"messages": [told], "note": f"{BOB} <EMAIL_1>"})

    one = Setting(
        masker,
        [noting],
        calling("noting", to="<EMAIL_1>"),
        AIMessage("Noted <EMAIL_2>."),
        state_schema=Noting,
    )
    given: Any = {"messages": [("human", f"I am {JANE}")], "note": JO}
    pieces = list(one.agent.stream(given, one.config, stream_mode=["custom", "values"]))
    state = pieces[-1][1]

    assert got == [f"I am {JANE}", JO, JO]
    assert ("custom", f"noting {JANE}") in pieces
    assert state["note"] == f"{BOB} <EMAIL_1>"
    assert [m.text for m in state["messages"][2:]] == [f"noted {BOB}", f"Noted {BOB}."]
    one.assert_masked()


def test_an_agent_may_be_the_tool_of_another(masker: Masker) -> None:
    """It masks for itself, in the same session; its real state is nobody's else."""
    inner = Scripted(answers=[AIMessage("Found <EMAIL_1> and <EMAIL_2>.")])
    helper = create_agent(inner, middleware=[PIIMaskMiddleware(masker=masker)])

    @tool
    def ask(question: str) -> str:
        """Ask the helper."""
        given: Any = {"messages": [("human", f"{BOB}: {question}")]}
        return str(helper.invoke(given)["messages"][-1].text)

    one = Setting(
        masker, [ask], calling("ask", question="<EMAIL_1>?"), AIMessage("<EMAIL_2>!")
    )
    state = one.agent.invoke({"messages": [("human", JANE)]}, one.config)

    assert inner.came[0][0][-1].text == "<EMAIL_2>: <EMAIL_1>?"
    assert state["messages"][2].content == f"Found {JANE} and {BOB}."
    assert state["messages"][-1].text == f"{BOB}!"
    assert no_value_in(seen(inner))
    one.assert_masked()


def test_a_model_that_a_tool_calls_is_guarded(masker: Masker) -> None:
    """A helper that nobody masked gets nothing."""
    inner = Scripted(answers=[AIMessage("ok")])

    @tool
    def ask(question: str) -> str:
        """Ask a model."""
        return inner.invoke(question).text

    one = Setting(masker, [ask], calling("ask", question="<EMAIL_1>?"), TOLD)
    with pytest.raises(UnmaskedText):
        one.agent.invoke(ASKED, one.config)

    assert inner.came == []
    one.assert_masked()


def test_an_agent_without_the_middleware_is_guarded(masker: Masker, mail: Any) -> None:
    """Its tools get placeholders, and what they find reaches no model."""
    model = Scripted(answers=[MAILING, TOLD])
    agent = with_pii_masking(create_agent(model, [mail]), masker=masker)
    with pytest.raises(UnmaskedText, match="PIIMaskMiddleware"):
        asked(agent)

    assert len(model.came) == 1
    assert no_value_in(str(model.came[0][0]))


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("real", f"{JANE} of {JO}"),
        ("masked", "<EMAIL_1> of <PERSON_1>"),
        ({"q": {"PERSON"}}, f"<EMAIL_1> of {JO}"),
        ("block", None),
    ],
)
def test_a_tool_gets_what_is_declared(
    masker: Masker, got: list[Any], declared: Any, expected: str | None
) -> None:
    """Also of the state, and of what it is told when it asks."""

    @tool
    def search(q: str, state: Annotated[Any, InjectedState]) -> str:
        """Ask the web."""
        got.extend([q, state["messages"][0].text])
        return f"nothing about {q}"

    first = calling("search", q="<EMAIL_1> of <PERSON_1>")
    one = Setting(
        masker, [search], first, AIMessage("<EMAIL_1>"), declared={"search": declared}
    )
    state = one.agent.invoke(ASKED, one.config)

    if expected is None:
        assert got == [] and state["messages"][2].status == "error"
    else:
        told = f"I am {JO}, {JANE}" if declared == "real" else "I am <PERSON_1>, "
        assert got[0] == expected and got[1].startswith(told)
    assert state["messages"][-1].text == JANE
    one.assert_masked()


class _Lookup(Exception):
    """An error of somebody's own, that knows too much."""

    def __init__(self, value: str) -> None:
        super().__init__(value)
        self.value = value


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ConnectionError(f"no route to {BOB}"), ConnectionError),
        (_Lookup(BOB), _Lookup),
        (KeyError(BOB), KeyError),
        (ToolException(f"no {BOB}"), ToolException),
        (UnicodeDecodeError("utf-8", BOB.encode(), 0, 1, BOB), UnicodeDecodeError),
    ],
)
@pytest.mark.parametrize("is_async", [False, True])
def test_an_error_of_a_tool_keeps_its_kind_and_loses_its_values(
    masker: Masker, error: Exception, kind: type[Exception], is_async: bool
) -> None:
    """In text, attributes, context and traces."""

    @tool
    def fails(to: str) -> str:
        """Fail."""
        raise error

    one = Setting(masker, [fails], calling("fails", to="<EMAIL_1>"), TOLD)
    with pytest.raises(kind) as raised:
        if is_async:
            asyncio.run(one.agent.ainvoke(ASKED, one.config))
        else:
            one.agent.invoke(ASKED, one.config)

    told = raised.value
    assert no_value_in(f"{told} {told!r} {told.args} {vars(told)}")
    assert "<EMAIL_" in str(told)
    assert told.__cause__ is None and told.__context__ is None
    one.assert_masked()


class Address(BaseModel):
    """Where to write to."""

    to: str = Field(pattern=r"^[^<@]+@example.com$")


def test_a_schema_sees_values_and_its_complaint_is_masked(
    masker: Masker, got: list[Any]
) -> None:
    """As the framework says it; the app reads it with its values."""

    @tool(args_schema=Address)
    def write(to: str) -> str:
        """Write."""
        got.append(to)
        return "ok"

    one = Setting(
        masker,
        [write],
        calling("write", to="<EMAIL_1>"),
        calling("write", to="<PERSON_1>"),
        calling("write"),
        AIMessage("Sorry, <EMAIL_1>."),
    )
    state = one.agent.invoke(ASKED, one.config)

    assert got == [JANE]
    results = [m for m in state["messages"] if isinstance(m, ToolMessage)]
    assert [m.status for m in results] == ["success", "error", "error"]
    assert "to: String should match pattern" in results[1].text
    assert '"JJ"' in results[1].text
    assert "to: Field required" in results[2].text
    one.assert_masked()


def test_what_only_the_app_reads_of_a_result_is_masked_too(masker: Masker) -> None:
    """An artifact lies in the state like all else; one that nobody can read cannot."""

    @tool(response_format="content_and_artifact")
    def find(what: str) -> tuple[str, Any]:
        """Find."""
        return "found", object() if what == "odd" else [Document(f"of {BOB}")]

    one = Setting(masker, [find], calling("find", what=""), AIMessage("ok"))
    state = one.agent.invoke(ASKED, one.config)
    assert state["messages"][2].artifact == [Document(f"of {BOB}")]
    one.assert_masked()

    odd = Setting(masker, [find], calling("find", what="odd"), AIMessage("ok"))
    with pytest.raises(InputError, match="object"):
        odd.agent.invoke(ASKED, odd.config)


def test_results_may_be_the_answer_or_many(masker: Masker) -> None:
    """``return_direct``, and a list of messages and commands."""

    @tool(return_direct=True)
    def direct(mail: str) -> str:
        """Tell."""
        return f"it is {mail}"

    one = Setting(masker, [direct], calling("direct", mail="<EMAIL_1>"))
    state = one.agent.invoke(ASKED, one.config)
    assert state["messages"][-1].content == f"it is {JANE}"
    one.assert_masked()

    @tool
    def many(mail: str, call: Annotated[str, InjectedToolCallId]) -> list[Any]:
        """Do much."""
        told = ToolMessage(f"did {mail}", tool_call_id=call)
        return [told, Command(update={"note": BOB})]

    one = Setting(
        masker,
        [many],
        calling("many", mail="<EMAIL_1>"),
        AIMessage("ok"),
        state_schema=Noting,
    )
    state = one.agent.invoke(ASKED, one.config)
    assert (state["messages"][2].content, state["note"]) == (f"did {JANE}", BOB)
    one.assert_masked()


def test_the_state_is_read_and_written_with_values(masker: Masker) -> None:
    """Between runs as well, and in its history."""
    one = Setting(masker, [], AIMessage("Hello <EMAIL_1>."), AIMessage("<EMAIL_2>"))
    one.agent.invoke(ASKED, one.config)
    one.agent.update_state(THREAD, {"messages": [HumanMessage(f"{BOB} <EMAIL_1>")]})

    async def states() -> list[Any]:
        first = await one.agent.aget_state(THREAD)
        rest = [state async for state in one.agent.aget_state_history(THREAD)]
        return [first, *rest]

    for state in one.agent.get_state(THREAD), *asyncio.run(states())[:2]:
        assert [m.text for m in state.values["messages"][1:]] == [
            f"Hello {JANE}.",
            f"{BOB} <EMAIL_1>",
        ]
    assert len(list(one.agent.get_state_history(THREAD))) > 2
    one.assert_masked()


def test_a_graph_of_ones_own_is_masked_and_restored(masker: Masker) -> None:
    """With a model that masks in it, and nodes that send work to each other."""
    model = Scripted(answers=[AIMessage("Hello <EMAIL_1>.")])
    masked = PIIMaskedChatModel(model, masker=masker)
    inside: list[str] = []

    def first(state: Any) -> Any:
        inside.append(state["messages"][0].text)
        return Command(goto=Send("second", state))

    def second(state: Any) -> Any:
        return {"messages": [masked.invoke(state["messages"])]}

    graph = StateGraph(MessagesState)
    graph.add_node("first", first, destinations=("second",))
    graph.add_node("second", second)
    graph.add_edge(START, "first")
    graph.add_edge("second", END)
    agent = with_pii_masking(graph.compile(), masker=masker)
    pieces = list(agent.stream(ASKED, THREAD, stream_mode="messages"))

    assert inside == ["I am <PERSON_1>, <EMAIL_1>"]
    assert texts(pieces) == f"Hello {JANE}."
    assert no_value_in(seen(model))


def test_the_two_of_them_need_one_registry(masker: Masker, mail: Any) -> None:
    """Else nobody could restore what a tool is given."""
    model = Scripted(answers=[MAILING, TOLD])
    own = PIIMaskMiddleware(masker=masker, registry=masker.registry("another"))
    agent = with_pii_masking(
        create_agent(model, [mail], middleware=[own]), masker=masker
    )
    with pytest.raises(InputError, match="different registries"):
        asked(agent)


@pytest.mark.parametrize("is_async", [False, True])
def test_a_tool_is_traced_by_nobody_while_it_has_values(
    masker: Masker, is_async: bool
) -> None:
    """Though tracing is switched on for the whole process."""
    found: list[bool] = []

    @tool
    def look(to: str) -> str:
        """Look."""
        found.append(bool(_tracing_v2_is_enabled()))
        return to

    @tool
    async def alook(to: str) -> str:
        """Look."""
        found.append(bool(_tracing_v2_is_enabled()))
        return to

    def noting(state: Any) -> Any:
        found.append(bool(_tracing_v2_is_enabled()))
        return state

    tools = [alook if is_async else look]
    call = calling(tools[0].name, to="<EMAIL_1>")
    one = Setting(masker, tools, call, AIMessage("ok"))
    chain: Any = RunnableLambda(noting) | one.agent
    session: Any = Nowhere()
    client = Client(
        api_url="http://127.0.0.1:1",
        api_key="test",
        session=session,
        auto_batch_tracing=False,
    )
    with tracing_context(enabled=True, client=client):
        if is_async:
            asyncio.run(chain.ainvoke(ASKED, one.config))
        else:
            chain.invoke(ASKED, one.config)

    assert found == [True, False]


@pytest.mark.parametrize("policy", [RestorePolicy.strict(), RestorePolicy()])
def test_a_strict_policy_gives_a_tool_nothing_that_is_not_declared(
    masker: Masker, got: list[Any], mail: Any, policy: RestorePolicy
) -> None:
    """Inside of a layer as without one."""
    from dataclasses import replace

    strict = replace(masker, restore=policy)
    one = Setting(strict, [mail], MAILING, TOLD)
    one.agent.invoke(ASKED, one.config)

    assert (got[0]["to"] == JANE) == (not policy.is_strict)
    one.assert_masked()
