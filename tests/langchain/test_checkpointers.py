"""Threads that are kept: in memory, in SQLite, in Postgres; and gone on with."""

import asyncio
import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.runnables import RunnableLambda
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, MessagesState, StateGraph
from langgraph.store.memory import InMemoryStore

from langchain_piimask import (
    Masker,
    MemoryVault,
    PIIMaskedChatModel,
    RegistryLost,
    with_pii_masking,
)
from piimask_core.testing import recognizing
from scripted_agents import BOB, BOSS, JANE, Replying, told_in
from threads_on_disk import CONFIG, agent_with, answering, masker_at, turn

ROOT = Path(__file__).parents[2]
PLACEMENTS = ["at the model", "around"]
ASKED = f"I am {JANE}", f"No, {BOB} or {JANE}"
ANSWERED = f"Told {JANE}.", f"Told {JANE} {BOB}."

Address = Callable[[Path], str]


def sqlite(path: Path) -> str:
    return f"sqlite:///{path / 'threads.db'}"


def postgres(path: Path) -> str:
    servers = pytest.importorskip(
        "core.vault.servers", reason="needs a PostgreSQL: apt-get install postgresql"
    )
    pytest.importorskip("langgraph.checkpoint.postgres")
    return str(servers.postgres_url())


def later(*arguments: str, **environment: str) -> Any:
    """A turn in a new process."""
    done = subprocess.run(  # noqa: S603  # our own interpreter and module
        [sys.executable, "-m", "threads_on_disk", *arguments],
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("saver", "placement", "strict"),
    [
        (sqlite, "at the model", "true"),
        (sqlite, "around", "true"),
        (sqlite, "around", "false"),
        (postgres, "around", "true"),
    ],
)
def test_a_new_process_goes_on_with_the_same_placeholders(
    tmp_path: Path, saver: Address, placement: str, strict: str
) -> None:
    """What is sent again is sent as before; whatever a store lets through its gate."""
    where = saver(tmp_path), f"sqlite:///{tmp_path / 'vault.db'}"
    told = {
        "PIIMASK_KEYS": "1=" + base64.b64encode(bytes(range(32))).decode(),
        "LANGGRAPH_STRICT_MSGPACK": strict,
        "THREAD": tmp_path.name,
    }
    first = later(placement, *where, ASKED[0], **told)
    second = later(placement, *where, ASKED[1], **told)

    assert (first["shown"], second["shown"]) == ANSWERED
    assert second["sent"][: len(first["sent"])] == first["sent"]
    assert "<EMAIL_3> or <EMAIL_1>" in str(second["sent"])
    assert JANE not in str(second["sent"]) and BOB not in str(second["sent"])
    assert (JANE in second["kept"]) == (placement == "at the model")


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_a_process_without_the_values_mixes_nobody_up(
    tmp_path: Path, placement: str
) -> None:
    """Real threads are masked anew; masked ones are not gone on with."""
    threads = sqlite(tmp_path)
    assert turn(placement, threads, "memory://", ASKED[0])["shown"] == ANSWERED[0]
    if placement == "at the model":
        again = turn(placement, threads, "memory://", ASKED[1])
        assert again["shown"] == ANSWERED[1]
        return
    with pytest.raises(RegistryLost, match="one vault") as raised:
        turn(placement, threads, "memory://", BOB)
    assert BOB not in str(raised.value)


@pytest.mark.parametrize("how", ["step", "binding"])
def test_an_agent_inside_of_a_chain_goes_on_with_its_own_registry_only(
    how: str,
) -> None:
    """Where it is one of several steps, or bound to something."""
    saver = InMemorySaver()

    def chain() -> tuple[Any, Any]:
        masker = masker_at("memory://")
        agent, model = agent_with(saver, masker, "at the model")
        inner = RunnableLambda(lambda text: {"messages": [("human", text)]}) | agent
        inner = inner if how == "step" else inner.with_retry(stop_after_attempt=1)
        return with_pii_masking(inner, masker=masker), model

    first, _ = chain()
    assert first.invoke(JANE, CONFIG)["messages"][-1].text == f"Told {JANE}."
    shown = list(first.stream(BOB, CONFIG))
    assert BOB in str(shown) and "<EMAIL_" not in str(shown)
    assert JANE not in f"{saver.storage} {saver.blobs}"
    other, model = chain()
    with pytest.raises(RegistryLost):
        other.invoke(BOB, CONFIG)
    assert model.came == []


ROADS: list[Callable[[Any], Any]] = [
    lambda agent: agent.invoke({"messages": [("human", BOB)]}, CONFIG),
    lambda agent: next(iter(agent.stream({"messages": [("human", BOB)]}, CONFIG))),
    lambda agent: agent.get_state(CONFIG),
    lambda agent: next(iter(agent.get_state_history(CONFIG))),
    lambda agent: agent.update_state(CONFIG, {"messages": [("human", BOB)]}),
]


@pytest.mark.parametrize("road", range(len(ROADS)))
def test_a_thread_of_another_registry_is_refused_on_every_road(road: int) -> None:
    """Two processes that share threads and no vault, or a vault that was lost."""
    saver = InMemorySaver()
    agent, _ = agent_with(saver, masker_at("memory://"), "around")
    agent.invoke({"messages": [("human", JANE)]}, CONFIG)
    other, model = agent_with(saver, masker_at("memory://"), "around")

    with pytest.raises(RegistryLost):
        ROADS[road](other)
    assert model.came == []
    assert "<EMAIL_2>" not in str(saver.storage)
    agent.invoke({"messages": [("human", BOB)]}, CONFIG)


AROADS: list[Callable[[Any], Any]] = [
    lambda agent: agent.ainvoke({"messages": [("human", BOB)]}, CONFIG),
    lambda agent: anext(agent.astream({"messages": [("human", BOB)]}, CONFIG)),
    lambda agent: anext(agent.astream_events({"messages": [("human", BOB)]}, CONFIG)),
    lambda agent: agent.aget_state(CONFIG),
    lambda agent: anext(agent.aget_state_history(CONFIG)),
    lambda agent: agent.aupdate_state(CONFIG, {"messages": [("human", BOB)]}),
]


@pytest.mark.parametrize("road", range(len(AROADS)))
async def test_and_on_every_road_that_is_waited_for(road: int, tmp_path: Path) -> None:
    """With a checkpointer that can do nothing else."""
    async with AsyncSqliteSaver.from_conn_string(str(tmp_path / "t.db")) as saver:
        agent, _ = agent_with(saver, masker_at("memory://"), "around")
        state = await agent.ainvoke({"messages": [("human", JANE)]}, CONFIG)
        assert state["messages"][-1].text == f"Told {JANE}."
        other, model = agent_with(saver, masker_at("memory://"), "around")

        with pytest.raises(RegistryLost):
            await AROADS[road](other)
        assert model.came == []


@pytest.mark.parametrize("placement", PLACEMENTS)
@pytest.mark.parametrize("is_async", [False, True])
def test_branches_never_give_one_placeholder_to_two(
    placement: str, is_async: bool
) -> None:
    """Four branches of one step, each with a value of its own, in one thread."""
    mails = [f"user{n}@example.com" for n in range(4)]
    masker = Masker(
        recognizer=recognizing({"EMAIL_ADDRESS": mails}), vault=MemoryVault()
    )
    model = Replying(reply=lambda messages: answer(messages))
    masked = PIIMaskedChatModel(model, masker=masker)
    at_once = threading.Barrier(4, timeout=20)

    def answer(messages: Any) -> Any:
        if not is_async:
            at_once.wait()
        return AIMessage(f"{messages[-1].text} is {told_in(messages[-1:])[-1]}")

    def branch(mail: str) -> Any:
        def now(state: Any) -> Any:
            asked = [SystemMessage("Who?"), HumanMessage(mail)]
            return {"messages": [masked.invoke(asked)]}

        async def soon(state: Any) -> Any:
            asked = [SystemMessage("Who?"), HumanMessage(mail)]
            return {"messages": [await masked.ainvoke(asked)]}

        return soon if is_async else now

    graph = StateGraph(MessagesState)
    for n, each in enumerate(mails):
        # Around everything a node that makes up a value is like a tool: it masks.
        given = each if placement == "at the model" else f"<EMAIL_{n + 1}>"
        graph.add_node(str(n), branch(given))
        graph.add_edge(START, str(n))
        graph.add_edge(str(n), END)
    agent: Any = graph.compile(checkpointer=InMemorySaver())
    if placement == "around":
        agent = with_pii_masking(agent, masker=masker)
    asked: Any = {"messages": [("human", " ".join(mails))]}
    state = (
        asyncio.run(agent.ainvoke(asked, CONFIG))
        if is_async
        else agent.invoke(asked, CONFIG)
    )

    answers = [m.text for m in state["messages"][1:]]
    assert sorted(answers) == sorted(f"{mail} is {mail}" for mail in mails)
    sent = [messages[-1].text for messages, _ in model.came]
    assert len(set(sent)) == 4 and not any("@" in text for text in sent)


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_what_a_tool_keeps_in_a_store_is_its_own(placement: str) -> None:
    """A store is given as it is: what a tool writes there is real, as in any other."""
    from langchain.agents import create_agent
    from langchain.tools import ToolRuntime
    from langchain_core.tools import tool

    from langchain_piimask import PIIMaskMiddleware

    store = InMemoryStore()
    masker = masker_at("memory://")

    @tool
    def mail(to: str, runtime: ToolRuntime) -> str:
        """Remember."""
        assert runtime.store is not None
        runtime.store.put(("mails",), "last", {"to": to})
        return f"kept {to}"

    model = Replying(reply=answering)
    masking = PIIMaskMiddleware(masker=masker)
    agent: Any = create_agent(model, [mail], middleware=[masking], store=store)
    if placement == "around":
        agent = with_pii_masking(agent, masker=masker)
    agent.invoke({"messages": [("human", f"I am {JANE}")]}, CONFIG)

    kept = store.get(("mails",), "last")
    assert kept is not None and kept.value == {"to": JANE}
    assert not any(value in str(model.came) for value in (JANE, BOSS))
