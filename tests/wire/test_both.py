"""One conversation through both frameworks: an agent of LangChain asks LlamaIndex."""

from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from llama_index.core import VectorStoreIndex
from llama_index.core.schema import TextNode

import langchain_piimask
import llamaindex_piimask
from llamaindex_piimask.testing import FakeEmbedding
from piimask_core import Masker, MemoryVault, pii_session
from wire import clients, llamaindex_cells
from wire.replies import PLACEHOLDER, Json, Reply, messages, strings
from wire.server import ToolCall, WireServer, assert_never_sent, placeholders

JANE, BOSS, SSN = "jane@example.com", "boss@corp.example", "123-45-6789"
VALUES = [JANE, BOSS, SSN]


def reply(request: Json) -> Reply:
    """The agent's model calls the tool once a turn; the engine's has no tools."""
    said = messages(request)
    if not request.get("tools") or said[-1].get("role") == "tool":
        return " and ".join(_found(request)) + "."
    if any(
        block.get("type") == "tool_result"
        for block in said[-1]["content"]
        if isinstance(block, dict)
    ):
        return " and ".join(_found(request)) + "."
    mail = llamaindex_cells.mail_in("".join(placeholders(request)))
    return ToolCall("ask_debts", {"question": f"Debts of {mail}?"})


def _found(request: Json) -> list[str]:
    """The placeholders of the newest message, each once."""
    text = "\n".join(strings(messages(request)[-1]))
    return list(dict.fromkeys(PLACEHOLDER.findall(text)))


@pytest.mark.parametrize("around", [False, True])
@pytest.mark.parametrize("client", ["openai", "anthropic"])
async def test_an_engine_as_an_agents_tool_is_the_same_conversation(
    server: WireServer, client: str, around: bool
) -> None:
    """One registry: a value has one placeholder in the requests of both frameworks."""
    server.reply = reply
    masker = Masker(vault=MemoryVault())
    registry = masker.registry("s")
    index = VectorStoreIndex(
        [TextNode(text=f"{JANE} owes 5 to {BOSS}, SSN {SSN}.")],
        embed_model=FakeEmbedding(),
    )
    llm = llamaindex_cells.CLIENTS[
        {"openai": "OpenAI", "anthropic": "Anthropic"}[client]
    ](server)
    engine: Any = (
        llamaindex_piimask.PIIMaskQueryEngine(
            index.as_query_engine(llm=llm), masker=masker
        )
        if around
        else index.as_query_engine(
            llm=llamaindex_piimask.PIIMaskedLLM(llm, masker=masker)
        )
    )
    asked: list[str] = []

    @tool
    async def ask_debts(question: str) -> str:
        """Ask who owes what."""
        asked.append(question)
        with pii_session("s"):
            return str(await engine.aquery(question))

    agent = create_agent(
        getattr(clients, client)(server),
        [ask_debts],
        middleware=[langchain_piimask.PIIMaskMiddleware(masker=masker)],
        checkpointer=InMemorySaver(),
    )
    config: Any = {"configurable": {"thread_id": "s"}}

    answers = []
    for said in (f"What does {JANE} owe?", f"And whom does {JANE} owe it?"):
        turn: Any = {"messages": [("user", said)]}
        state = await agent.ainvoke(turn, config)
        answers.append(state["messages"][-1].text)

    assert_never_sent(server, VALUES)
    assert len(server.requests) == 6
    assert asked == [f"Debts of {JANE}?"] * 2
    for answer in answers:
        assert [value for value in VALUES if value not in answer] == []
        assert "<" not in answer
    # In the engine's requests and in the agent's
    of = {
        value: {
            placeholder
            for request in server.requests
            for placeholder in PLACEHOLDER.findall("\n".join(strings(request.json)))
            if registry.view().get(placeholder) == value
        }
        for value in VALUES
    }
    assert [len(found) for found in of.values()] == [1, 1, 1]
    by_value = [value for value in registry.view().values() if value in VALUES]
    assert sorted(by_value) == sorted(VALUES)
