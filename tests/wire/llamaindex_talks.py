"""More cells of LlamaIndex's coverage: chat engines and agents."""

import asyncio
import gc
import json
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from llama_index.core.agent.workflow import (
    AgentStream,
    AgentWorkflow,
    FunctionAgent,
    ReActAgent,
    ToolCall,
)
from llama_index.core.chat_engine import SimpleChatEngine
from llama_index.core.chat_engine.types import ChatMode
from llama_index.core.llms import LLM, MockLLM
from llama_index.core.memory import ChatMemoryBuffer, ChatSummaryMemoryBuffer, Memory
from llama_index.core.memory.types import BaseMemory
from llama_index.core.tools import FunctionTool
from workflows.errors import WorkflowCancelledByUser

from llamaindex_piimask import (
    Masker,
    MemoryVault,
    PIIMaskedLLM,
    PIIMaskMemory,
    PIIMaskQueryEngine,
    mask_tool,
)
from wire import server as wire
from wire.leakage import leaks
from wire.llamaindex_cells import (
    BOSS,
    CLIENTS,
    JANE,
    SSN,
    TEMPLATES,
    VALUES,
    Way,
    documents,
    mail_in,
)
from wire.replies import PLACEHOLDER, Json, Reply, strings
from wire.server import WireServer, assert_never_sent, echo, placeholders

# Chat engines

QUESTIONS = [f"My email is {JANE} and my SSN is {SSN}", f"Is my email {JANE}?"]
TOLD = [[JANE, SSN], [JANE]]


def chat_engine(kind: str, llm: LLM, memory: Any) -> Any:
    """As an app makes it; for a condensing one the query engine has templates too."""
    if kind == "simple":
        return SimpleChatEngine.from_defaults(llm=llm, memory=memory)
    more = TEMPLATES if kind == "condense_question" else {}
    return documents().as_chat_engine(ChatMode(kind), llm=llm, memory=memory, **more)


CHATS = ["simple", "context", "condense_question", "condense_plus_context", "best"]
MEMORIES: dict[str, Callable[[LLM], BaseMemory]] = {
    "Memory": lambda llm: Memory.from_defaults(token_limit=30_000),
    "ChatMemoryBuffer": lambda llm: ChatMemoryBuffer.from_defaults(token_limit=30_000),
    "ChatSummaryMemoryBuffer": lambda llm: ChatSummaryMemoryBuffer.from_defaults(
        llm=llm, token_limit=12, tokenizer_fn=str.split
    ),
}
"""The last one has no room for two turns, so its model writes a summary."""


async def chat(
    server: WireServer, kind: str, memory: str, at_rest: bool, way: Way, client: str
) -> None:
    """Two turns; ``at_rest``: the memory holds placeholders."""
    server.reply = echo
    masker = Masker(vault=MemoryVault())
    registry = masker.registry("s")
    llm = PIIMaskedLLM(CLIENTS[client](server), masker=masker, registry=registry)
    rest = MEMORIES[memory](llm)
    kept = PIIMaskMemory(rest, masker=masker, registry=registry) if at_rest else rest
    engine = chat_engine(kind, llm, kept)

    def plain(question: str) -> str:
        if not way.streams:
            return str(engine.chat(question))
        return "".join(engine.stream_chat(question).response_gen)

    async def awaited(question: str) -> str:
        if not way.streams:
            return str(await engine.achat(question))
        answer = await engine.astream_chat(question)
        return "".join([piece async for piece in answer.async_response_gen()])

    answers = [
        await way.run(partial(plain, question), partial(awaited, question))
        for question in QUESTIONS
    ]

    assert_never_sent(server, VALUES)
    for answer, values in zip(answers, TOLD, strict=True):
        assert PLACEHOLDER.search(answer.replace("<EMAIL_1>.", "")) is None
        assert [value for value in values if value not in answer] == []
    history = [str(message.content) for message in await kept.aget_all()]
    if memory != "ChatSummaryMemoryBuffer":
        turns = zip(QUESTIONS, answers, strict=True)
        assert history == [text for turn in turns for text in turn]
    if at_rest:
        found = await rest.aget_all()
        stored = "\n".join(message.model_dump_json() for message in found)
        assert PLACEHOLDER.search(stored)
        assert leaks(stored.encode(), VALUES) == []
    if isinstance(rest, Memory):  # else its thread speaks to a loop that is closed
        store: Any = rest.sql_store
        await store._async_engine.dispose()


# Agents

ASKED = f"Where is the order of {JANE}?"


def reply(request: Json) -> Reply:
    """Hand over where that is asked for, call the tool, then answer."""
    told = "\n".join(strings(request))
    mail = mail_in("".join(placeholders(request)))
    if "order of the day" in told:
        found = [p for p in PLACEHOLDER.findall(told) if p.startswith(("<EM", "<SSN"))]
        answer = f"Found {' and '.join(dict.fromkeys(found))}."
        return (
            f"Thought: I know.\nAnswer: {answer}" if "Action Input" in told else answer
        )
    arguments = {"mail": mail, "what": "order"}
    if not request.get("tools"):
        asked = json.dumps(arguments)
        return f"Thought: I look.\nAction: find\nAction Input: {asked}"
    names = [tool.get("function", tool)["name"] for tool in request["tools"]]
    if "find" in names:
        return wire.ToolCall("find", arguments)
    return wire.ToolCall("handoff", {"to_agent": "clerk", "reason": f"for {mail}"})


def agent(kind: str, llm: LLM, tool: Any, streams: bool) -> Any:
    """One that has the tool; in the workflow, one behind another."""
    if kind == "ReActAgent":
        return ReActAgent(llm=llm, tools=[tool], streaming=streams)
    clerk = FunctionAgent(
        name="clerk",
        description=f"Asks {BOSS}",
        llm=llm,
        tools=[tool],
        streaming=streams,
    )
    if kind == "FunctionAgent":
        return clerk
    desk = FunctionAgent(
        name="desk",
        description="Hands over",
        llm=llm,
        can_handoff_to=["clerk"],
        streaming=streams,
    )
    return AgentWorkflow(agents=[desk, clerk], root_agent="desk")


AGENTS = ["FunctionAgent", "ReActAgent", "AgentWorkflow"]


async def run_agent(
    server: WireServer, kind: str, real_state: bool, way: Way, client: str
) -> None:
    """One question, one tool; ``real_state``: its messages hold values."""
    server.reply = reply
    masker = Masker(vault=MemoryVault())
    registry = masker.registry("s")
    got: list[str] = []

    def find(mail: str, what: str) -> str:
        """Look an order up."""
        got.append(mail)
        return f"The order of the day: {mail} asked {BOSS}, SSN {SSN}"

    tool = mask_tool(
        FunctionTool.from_defaults(find),
        masker=masker,
        registry=registry,
        real_state=real_state,
    )
    llm = CLIENTS[client](server)
    if real_state:
        llm = PIIMaskedLLM(llm, masker=masker, registry=registry)
    runs = agent(kind, llm, tool, way.streams)
    memory = ChatMemoryBuffer.from_defaults(token_limit=30_000)
    asked = ASKED if real_state else masker.mask(ASKED, registry)

    async def awaited() -> tuple[list[Any], str]:
        handler = runs.run(asked, memory=memory)
        events = [event async for event in handler.stream_events()]
        return events, str(await handler)

    events, answer = await (awaited() if way.is_async else no_call(runs, asked, way))

    assert got == [JANE]
    assert_never_sent(server, VALUES if real_state else VALUES[:3:2])
    calls = [e.tool_kwargs for e in events if isinstance(e, ToolCall)]
    deltas = "".join(e.delta for e in events if isinstance(e, AgentStream))
    state = "\n".join(m.model_dump_json() for m in await memory.aget_all())
    if real_state:
        assert calls[-1]["mail"] == JANE and SSN in state
        assert way.streams == (SSN in deltas)
        assert "<EMAIL" not in deltas + state and "<SSN" not in deltas + state
    else:
        shown = "\n".join([answer, deltas, state, repr(events)])
        assert leaks(shown.encode(), [JANE, SSN]) == []
        answer = masker.unmask(answer, registry)
    assert JANE in answer and SSN in answer
    assert PLACEHOLDER.search(answer) is None


async def no_call(agent: Any, asked: str, way: Way) -> Any:
    """An agent without ``await``. Raises RuntimeError."""
    if way.in_loop:
        handler = agent.run(asked)
        try:
            return asyncio.get_running_loop().run_until_complete(handler)
        finally:
            await handler.cancel_run()
            with suppress(WorkflowCancelledByUser):
                await handler
    told = await asyncio.to_thread(refusal, agent, asked)
    if told:
        raise RuntimeError(told)
    raise AssertionError("it ran without a loop")


def refusal(agent: Any, asked: str) -> str:
    """What it says where there is no loop; the coroutine that it leaves is gone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        told = ""
        try:
            agent.run(asked)
        except RuntimeError as error:
            told = str(error)
        gc.collect()
    return told


def not_around(what: Any) -> None:
    """No way to put the query engine's masking around it. Raises InputError."""
    PIIMaskQueryEngine(what, masker=Masker(vault=MemoryVault()))


def bare_chat(kind: str) -> Any:
    """A chat engine that is never asked."""
    return chat_engine(kind, MockLLM(), ChatMemoryBuffer.from_defaults(token_limit=99))


def bare_agent(kind: str) -> Any:
    """An agent that is never run."""

    def find(mail: str) -> str:
        """Look an order up."""
        return mail

    return agent(kind, MockLLM(), FunctionTool.from_defaults(find), False)
