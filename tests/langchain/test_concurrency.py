"""Many at once: nobody is told of anybody else."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver

from langchain_piimask import (
    Masker,
    MemoryVault,
    PIIMaskedChatModel,
    PIIMaskMiddleware,
    with_pii_masking,
)
from piimask_core.testing import recognizing
from scripted_agents import Replying, calling, told_in

MANY = 200
MAILS = [f"user{n}@example.com" for n in range(MANY)]
PLACEMENTS = ["at the model", "around"]


@pytest.fixture
def masker() -> Masker:
    """Finds every user."""
    return Masker(recognizer=recognizing({"EMAIL_ADDRESS": MAILS}), vault=MemoryVault())


def answering(messages: list[BaseMessage]) -> AIMessage:
    """A call, then an answer; everybody is <EMAIL_1>."""
    if isinstance(messages[-1], ToolMessage):
        return AIMessage(f"Told {' '.join(told_in(messages))}.")
    return calling("find", mail=told_in(messages)[0])


def agent_of(masker: Masker, placement: str) -> tuple[Any, Replying, list[str]]:
    """An agent for all, its model, and what its tool was given."""
    got: list[str] = []

    @tool
    def find(mail: str) -> str:
        """Find."""
        got.append(mail)
        return f"found {mail}"

    model = Replying(reply=answering)
    masking = PIIMaskMiddleware(masker=masker)
    agent: Any = create_agent(
        model, [find], middleware=[masking], checkpointer=InMemorySaver()
    )
    if placement == "around":
        agent = with_pii_masking(agent, masker=masker)
    return agent, model, got


def asked(n: int) -> tuple[Any, Any]:
    given = {"messages": [("human", f"I am {MAILS[n]}")]}
    return given, {"configurable": {"thread_id": str(n)}}


def assert_own(states: list[Any], model: Replying, got: list[str]) -> None:
    """Each got what is his; the model saw one placeholder for everybody."""
    said = [state["messages"][-1].text for state in states]
    assert said == [f"Told {mail}." for mail in MAILS[: len(states)]]
    results = [state["messages"][-2].content for state in states]
    assert results == [f"found {mail}" for mail in MAILS[: len(states)]]
    assert sorted(got) == sorted(MAILS[: len(states)])
    assert "@example.com" not in str(model.came)
    assert "<EMAIL_2>" not in str(model.came)


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_twenty_threads_of_one_agent_never_cross(
    masker: Masker, placement: str
) -> None:
    """Each in a thread of its own, half of them streaming."""
    agent, model, got = agent_of(masker, placement)

    def one(n: int) -> Any:
        if n % 2:
            return agent.invoke(*asked(n))
        return list(agent.stream(*asked(n), stream_mode="values"))[-1]

    with ThreadPoolExecutor(20) as pool:
        assert_own(list(pool.map(one, range(20))), model, got)


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_a_batch_may_have_a_session_for_each_item(
    masker: Masker, placement: str
) -> None:
    """Sync and async."""
    for way in ("batch", "abatch"):
        agent, model, got = agent_of(masker, placement)
        given, configs = zip(*map(asked, range(20)), strict=True)
        states = (
            agent.batch([*given], [*configs])
            if way == "batch"
            else asyncio.run(agent.abatch([*given], [*configs]))
        )
        assert_own(states, model, got)


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_two_hundred_tasks_of_one_agent_never_cross(
    masker: Masker, placement: str
) -> None:
    """All of them in one loop; a third stream, a third tell events."""
    agent, model, got = agent_of(masker, placement)

    async def one(n: int) -> Any:
        given, config = asked(n)
        if n % 3 == 0:
            return await agent.ainvoke(given, config)
        if n % 3 == 1:
            stream = agent.astream(given, config, stream_mode="values")
            return [state async for state in stream][-1]
        events = [event async for event in agent.astream_events(given, config)]
        return events[-1]["data"]["output"]

    async def every() -> list[Any]:
        return await asyncio.gather(*map(one, range(MANY)))

    assert_own(asyncio.run(every()), model, got)


def test_two_hundred_tasks_of_one_model_never_cross(masker: Masker) -> None:
    """Streamed and not, each in a session of its own."""
    bound = Replying(reply=lambda messages: AIMessage(f"{told_in(messages)[0]}!"))
    model = PIIMaskedChatModel(bound, masker=masker)

    async def one(n: int) -> str:
        config: Any = {"configurable": {"session_id": str(n)}}
        if n % 2:
            return (await model.ainvoke(f"I am {MAILS[n]}", config)).text
        pieces = model.astream(f"I am {MAILS[n]}", config)
        return "".join([piece.text async for piece in pieces])

    async def every() -> list[str]:
        return await asyncio.gather(*map(one, range(MANY)))

    assert asyncio.run(every()) == [f"{mail}!" for mail in MAILS]
    assert "@example.com" not in str(bound.came)
