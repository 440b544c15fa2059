"""What somebody could try on an agent inside of a layer, and what could go wrong."""

import asyncio
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import AgentMiddleware, ToolRetryMiddleware
from langchain.tools import ToolRuntime
from langchain_core.messages import AIMessage, AIMessageChunk, ToolMessage
from langchain_core.tools import BaseTool, tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition

from langchain_piimask import (
    Masker,
    PIIMaskedChatModel,
    PIIMaskMiddleware,
    with_pii_masking,
)
from piimask_core.testing import failing
from scripted_agents import (
    BOB,
    JANE,
    JO,
    THREAD,
    Replying,
    Scripted,
    asked,
    calling,
    no_value_in,
    seen,
    told_in,
)


def inside(
    masker: Masker, model: Any, tools: list[Any], *others: Any, **settings: Any
) -> Any:
    """An agent in a layer."""
    masking = PIIMaskMiddleware(masker=masker)
    agent = create_agent(model, tools, middleware=[masking, *others], **settings)
    return with_pii_masking(agent, masker=masker)


def test_nobody_types_his_way_to_a_value(masker: Masker) -> None:
    """Not in a question, nor in a tool's result, an error, a stream or an artifact."""
    got: list[str] = []

    @tool(response_format="content_and_artifact")
    def page(of: str, runtime: ToolRuntime) -> tuple[str, Any]:
        """Read a page."""
        got.append(of)
        runtime.stream_writer("say <EMAIL_1>")
        return "the page says <EMAIL_1> and <EMAIL_2>", ["<EMAIL_1>"]

    model = Scripted(
        answers=[
            calling("page", of="<LITERAL_1>"),
            AIMessage("<LITERAL_1> <LITERAL_2> <EMAIL_1>"),
        ]
    )
    agent = inside(masker, model, [page])
    given: Any = {"messages": [("human", f"{JANE}, what is <EMAIL_1>?")]}
    pieces = list(agent.stream(given, THREAD, stream_mode=["custom", "values"]))
    *_, result, answer = pieces[-1][1]["messages"]

    assert got == ["<EMAIL_1>"]
    assert ("custom", "say <EMAIL_1>") in pieces
    assert result.content == "the page says <EMAIL_1> and <EMAIL_2>"
    assert result.artifact == ["<EMAIL_1>"]
    assert answer.text == f"<EMAIL_1> <EMAIL_2> {JANE}"
    assert no_value_in(seen(model))


def test_many_calls_at_once_keep_apart(masker: Masker) -> None:
    """Each proxy is one call's."""
    got: list[tuple[str, str]] = []

    @tool
    def one(to: str) -> str:
        """One."""
        got.append(("one", to))
        return f"one {to}"

    @tool
    def two(to: str) -> str:
        """Two."""
        got.append(("two", to))
        return f"two {to}"

    calls = [
        {"name": name, "args": {"to": to}, "id": f"{name}{n}", "type": "tool_call"}
        for n, (name, to) in enumerate(
            [("one", "<EMAIL_1>"), ("two", "<PERSON_1>"), ("one", "<PERSON_1>")]
        )
    ]
    model = Scripted(answers=[AIMessage("", tool_calls=calls), AIMessage("ok")])
    state = asked(inside(masker, model, [one, two]))

    assert sorted(got) == sorted([("one", JANE), ("two", JO), ("one", JO)])
    results = [m.content for m in state["messages"] if isinstance(m, ToolMessage)]
    assert results == [f"one {JANE}", f"two {JO}", f"one {JO}"]
    assert no_value_in(seen(model))


def test_what_a_tool_streams_of_its_output_is_masked_and_restored(
    masker: Masker,
) -> None:
    """In the mode that shows tools; typed placeholders stay typed."""

    @tool
    def slow(to: str, runtime: ToolRuntime) -> str:
        """Take your time."""
        runtime.emit_output_delta(f"looking for {to}, not <EMAIL_1>")
        return "done"

    model = Scripted(answers=[calling("slow", to="<EMAIL_1>"), AIMessage("ok")])
    agent = inside(masker, model, [slow])
    given: Any = {"messages": [("human", JANE)]}
    events = list(agent.stream(given, THREAD, stream_mode="tools"))
    deltas = [e["delta"] for e in events if e["event"] == "tool-output-delta"]
    started = [e["input"] for e in events if e["event"] == "tool-started"]

    assert deltas == [f"looking for {JANE}, not <EMAIL_1>"]
    assert started == [{"to": JANE}]


def test_a_retry_sees_the_kind_of_an_error(masker: Masker) -> None:
    """And calls the proxy once more."""
    calls = []

    @tool
    def flaky(to: str) -> str:
        """Fail once."""
        calls.append(to)
        if len(calls) == 1:
            raise ConnectionError(f"no way to {to}")
        return f"sent to {to}"

    retrying = ToolRetryMiddleware(retry_on=(ConnectionError,), initial_delay=0)
    model = Scripted(answers=[calling("flaky", to="<EMAIL_1>"), AIMessage("ok")])
    state = asked(inside(masker, model, [flaky], retrying))

    assert calls == [JANE, JANE]
    assert state["messages"][2].content == f"sent to {JANE}"


class Answering(AgentMiddleware[Any, Any, Any]):
    """Answers in a tool's place, with a value that nobody has masked."""

    def wrap_tool_call(self, request: Any, handler: Any) -> Any:
        return ToolMessage(f"cached for {BOB}", tool_call_id=request.tool_call["id"])


def test_what_another_middleware_answers_for_a_tool_is_masked(masker: Masker) -> None:
    """It never came by the proxy."""
    saver = InMemorySaver()

    @tool
    def find(to: str) -> str:
        """Find."""
        raise AssertionError

    model = Scripted(answers=[calling("find", to="<EMAIL_1>"), AIMessage("<EMAIL_2>")])
    state = asked(inside(masker, model, [find], Answering(), checkpointer=saver), JANE)

    assert state["messages"][2].content == f"cached for {BOB}"
    assert state["messages"][-1].text == BOB
    assert no_value_in(seen(model) + str(saver.storage) + str(saver.blobs))


def test_a_class_of_tool_may_have_its_own_ways(masker: Masker) -> None:
    """A subclass with async only, no schema, and a validation error of its own."""

    class Own(BaseTool):
        name: str = "own"
        description: str = f"Ask {BOB}."

        def _run(self, to: str) -> str:
            raise NotImplementedError

        async def _arun(self, to: str) -> str:
            return f"own {to}"

    model = Scripted(answers=[calling("own", to="<EMAIL_1>"), AIMessage("ok")])
    agent = inside(masker, model, [Own()])
    given: Any = {"messages": [("human", JANE)]}
    state = asyncio.run(agent.ainvoke(given, THREAD))

    assert state["messages"][2].content == f"own {JANE}"
    assert no_value_in(seen(model))


def test_a_failing_recognizer_lets_no_result_into_the_state(masker: Masker) -> None:
    """The run fails, and no checkpoint holds what the tool has found."""
    from dataclasses import replace

    from langchain_piimask import MaskingError

    saver = InMemorySaver()

    def sometimes(text: str) -> Any:
        return failing(text) if "found" in text else []

    @tool
    def find(what: str) -> str:
        """Look."""
        return f"found {BOB}"

    odd = replace(masker, recognizer=sometimes)
    model = Scripted(answers=[calling("find", what="it"), AIMessage("ok")])
    with pytest.raises(MaskingError):
        asked(inside(odd, model, [find], checkpointer=saver), "hello")

    assert no_value_in(f"{saver.storage} {saver.blobs} {saver.writes}")
    assert len(model.came) == 1


def test_a_stream_may_be_left_early(masker: Masker) -> None:
    """Sync and async, in the middle of a message; the thread goes on."""
    model = Replying(reply=lambda m: AIMessage(f"to {' '.join(told_in(m))} and more"))
    agent = inside(masker, model, [], checkpointer=InMemorySaver())
    given: Any = {"messages": [("human", JANE)]}

    stream = agent.stream(given, THREAD, stream_mode="messages")
    next(stream)
    stream.close()

    async def first() -> None:
        pieces = agent.astream(given, THREAD, stream_mode="messages")
        await anext(pieces)
        await pieces.aclose()

    asyncio.run(first())
    assert asked(agent, BOB)["messages"][-1].text.endswith(f"{JANE} {BOB} and more")


@pytest.mark.parametrize("is_wrapped", [False, True])
def test_a_tool_node_of_ones_own_may_have_the_proxies(
    masker: Masker, is_wrapped: bool
) -> None:
    """By the middleware's two methods; else its tools get placeholders."""
    got: list[str] = []
    saver = InMemorySaver()
    masking = PIIMaskMiddleware(masker=masker)
    wrapping: Any = {
        "wrap_tool_call": masking.wrap_tool_call,
        "awrap_tool_call": masking.awrap_tool_call,
    }

    @tool
    def find(to: str) -> str:
        """Find."""
        got.append(to)
        return f"found {BOB}"

    bound = Scripted(answers=[calling("find", to="<EMAIL_1>"), AIMessage("<EMAIL_2>")])
    model = PIIMaskedChatModel(bound, masker=masker)
    graph = StateGraph(MessagesState)
    graph.add_node("model", lambda s: {"messages": [model.invoke(s["messages"])]})
    graph.add_node("tools", ToolNode([find], **(wrapping if is_wrapped else {})))
    graph.add_edge(START, "model")
    graph.add_conditional_edges("model", tools_condition, ["tools", END])
    graph.add_edge("tools", "model")
    agent = with_pii_masking(graph.compile(checkpointer=saver), masker=masker)
    state = asked(agent, JANE)

    assert got == ([JANE] if is_wrapped else ["<EMAIL_1>"])
    assert state["messages"][-1].text == BOB
    assert no_value_in(seen(bound))
    assert no_value_in(f"{saver.storage} {saver.blobs}") == is_wrapped


def test_a_layer_in_a_tool_is_one_of_its_own(masker: Masker) -> None:
    """An agent in a layer, as the tool of an agent in a layer, restores for itself."""
    helping = Replying(reply=lambda m: AIMessage(f"it is {' '.join(told_in(m))}"))
    saver = InMemorySaver()
    helper = inside(masker, helping, [], checkpointer=saver)

    @tool
    def ask(to: str) -> str:
        """Ask."""
        given = {"messages": [("human", f"{to} <EMAIL_1>")]}
        told = helper.invoke(given, {"configurable": {"thread_id": "helper"}})
        return str(told["messages"][-1].text)

    model = Scripted(answers=[calling("ask", to="<EMAIL_1>"), AIMessage("<EMAIL_1>")])
    state = asked(inside(masker, model, [ask]), JANE)

    assert state["messages"][2].content == f"it is {JANE} <EMAIL_1>"
    assert state["messages"][-1].text == JANE
    assert no_value_in(seen(model) + seen(helping) + str(saver.blobs))


@pytest.mark.parametrize("size", [1, 2, 5])
def test_tokens_of_two_agents_at_once_are_put_together(
    masker: Masker, size: int
) -> None:
    """Two branches stream at the same time, their halves do not meet."""

    class Small(Replying):
        def _stream(self, messages: Any, *args: Any, **kwargs: Any) -> Any:
            from langchain_core.outputs import ChatGenerationChunk

            text = self._next(messages, kwargs).text
            for at in range(0, len(text), size):
                piece = AIMessageChunk(content=text[at : at + size])
                yield ChatGenerationChunk(message=piece)

    def node(tag: str) -> Any:
        bound = Small(reply=lambda m: AIMessage(f"{tag} {' '.join(told_in(m))}."))
        model = PIIMaskedChatModel(bound, masker=masker)

        async def answer(state: Any) -> Any:
            return {"messages": [await model.ainvoke(state["messages"])]}

        return answer

    graph = StateGraph(MessagesState)
    for tag in ("left", "right"):
        graph.add_node(tag, node(tag))
        graph.add_edge(START, tag)
        graph.add_edge(tag, END)
    agent: Any = with_pii_masking(graph.compile(), masker=masker)
    texts = {"left": "", "right": ""}

    async def run() -> None:
        given = {"messages": [("human", f"{JANE}, {BOB}")]}
        async for piece, about in agent.astream(given, THREAD, stream_mode="messages"):
            if isinstance(piece, AIMessageChunk):
                texts[about["langgraph_node"]] += piece.text

    asyncio.run(run())
    assert texts == {tag: f"{tag} {JANE} {BOB}." for tag in texts}
