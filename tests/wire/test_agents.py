"""An agent with the real clients: tools get values, the bytes that leave hold none."""

import asyncio
import json
from itertools import pairwise
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain.agents.structured_output import ProviderStrategy, ToolStrategy
from langchain_anthropic.middleware import AnthropicPromptCachingMiddleware
from langchain_core.messages import AIMessageChunk
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from pydantic import BaseModel, Field

from langchain_piimask import Masker, PIIMaskMiddleware, with_pii_masking
from piimask_core import MemoryVault
from wire.clients import CLIENTS, Client, anthropic, openai
from wire.replies import Json, messages
from wire.server import ToolCall, WireServer, assert_never_sent, in_turn

JANE = "jane@example.com"
BOSS = "boss@corp.example"
SSN = "123-45-6789"
PHONE = "555-123-4567"
VALUES = [JANE, BOSS, SSN, PHONE]

THREAD: Any = {"configurable": {"thread_id": "t"}}


@pytest.fixture
def masker() -> Masker:
    """The default recognizers, a vault of its own."""
    return Masker(vault=MemoryVault())


@pytest.fixture
def got() -> list[Any]:
    """What tools were called with."""
    return []


@pytest.fixture
def tools(got: list[Any]) -> list[Any]:
    @tool
    def find(mail: str) -> str:
        """Look an order up; on trouble write to boss@corp.example."""
        got.append(mail)
        return f"order of {mail}, SSN {SSN}"

    @tool
    def send(to: str, body: str) -> dict[str, Any]:
        """Send a mail."""
        got.append((to, body))
        return {"sent": [to], "phone": PHONE}

    @tool
    def search(q: str) -> str:
        """Ask the web."""
        got.append(q)
        return "nothing found"

    return [find, send, search]


STEPS = (
    ToolCall("find", {"mail": "<EMAIL_1>"}),
    ToolCall("send", {"to": "<EMAIL_1>", "body": "SSN <SSN_1>"}),
    ToolCall("search", {"q": "<EMAIL_1> <SSN_1>"}),
    "Done for <EMAIL_1>; call <PHONE_1>.",
)


async def run(agent: Any, text: str, *, streamed: bool, config: Any = THREAD) -> str:
    """What the user is shown, as one text."""
    given = {"messages": [("human", text)]}
    if not streamed:
        return str((await agent.ainvoke(given, config))["messages"][-1].text)
    shown = ""
    async for piece, _ in agent.astream(given, config, stream_mode="messages"):
        if isinstance(piece, AIMessageChunk):
            shown += piece.text
    return shown


def assert_only_added_to(server: WireServer) -> None:
    """Each prompt begins with the bytes of the one before it."""
    sent = [json.dumps(messages(request.json)) for request in server.requests]
    for before, after in pairwise(sent):
        assert after.startswith(before.removesuffix("]"))


def without_messages(request: Json) -> Json:
    return {k: v for k, v in request.items() if k not in ("messages", "input")}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("streamed", [False, True])
async def test_an_agent_of_three_steps_sends_no_value(
    server: WireServer,
    masker: Masker,
    client: Client,
    streamed: bool,
    tools: list[Any],
    got: list[Any],
) -> None:
    """Tools get values, the user sees values, and a prompt only ever grows."""
    server.reply = in_turn(*STEPS, "Bye <EMAIL_1>.")
    agent = create_agent(
        client(server),
        tools,
        system_prompt=f"Complaints go to {BOSS}.",
        middleware=[PIIMaskMiddleware(masker=masker)],
        checkpointer=InMemorySaver(),
    )
    first = await run(agent, f"Find the order of {JANE}.", streamed=streamed)
    second = await run(agent, "Thank you!", streamed=streamed)

    assert first == f"Done for {JANE}; call {PHONE}."
    assert second == f"Bye {JANE}."
    assert got == [JANE, (JANE, f"SSN {SSN}"), f"{JANE} {SSN}"]
    assert len(server.requests) == 5
    assert_never_sent(server, VALUES)
    assert_only_added_to(server)
    settings = [without_messages(request.json) for request in server.requests]
    assert settings == [settings[0]] * 5


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("streamed", [False, True])
async def test_a_tool_gets_no_more_than_is_declared(
    server: WireServer,
    masker: Masker,
    client: Client,
    streamed: bool,
    tools: list[Any],
    got: list[Any],
) -> None:
    """Placeholders that stay in a call are the same bytes when they are sent again."""
    server.reply = in_turn(*STEPS, "Bye <EMAIL_1>.")
    declared: Any = {"find": "real", "send": {"to": {"EMAIL"}}, "search": "masked"}
    agent = create_agent(
        client(server),
        tools,
        middleware=[PIIMaskMiddleware(masker=masker, tools=declared)],
        checkpointer=InMemorySaver(),
    )
    first = await run(agent, f"Find the order of {JANE}.", streamed=streamed)
    await run(agent, "Thank you!", streamed=streamed)

    assert first == f"Done for {JANE}; call {PHONE}."
    assert got == [JANE, (JANE, "SSN <SSN_1>"), "<EMAIL_1> <SSN_1>"]
    assert_never_sent(server, VALUES)
    assert_only_added_to(server)
    assert "LITERAL" not in str(server.bytes)


def test_a_vendors_prompt_caching_stands_before_it(
    server: WireServer, masker: Masker, tools: list[Any]
) -> None:
    """It must see the vendor's class; its marks are on system prompt and tools."""
    server.reply = lambda request: "Hi <EMAIL_1>."
    agent = create_agent(
        anthropic(server),
        tools[:1],
        system_prompt=f"Complaints go to {BOSS}.",
        middleware=[
            AnthropicPromptCachingMiddleware(),
            PIIMaskMiddleware(masker=masker),
        ],
    )
    given: Any = {"messages": [("human", f"I am {JANE}")]}

    assert agent.invoke(given, THREAD)["messages"][-1].text == f"Hi {JANE}."
    sent = server.requests[0].json
    assert "cache_control" in sent["tools"][-1]
    assert "cache_control" in str(sent["system"])
    assert "write to <EMAIL_2>" in sent["tools"][-1]["description"]
    assert_never_sent(server, VALUES)


class Contact(BaseModel):
    """How to reach somebody; ask boss@corp.example."""

    name: str
    mail: str = Field(pattern=r"^[^<@]+@[^@]+$")


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("strategy", [ToolStrategy, ProviderStrategy])
def test_structured_output_is_real_and_was_asked_for_masked(
    server: WireServer, masker: Masker, client: Client, strategy: Any
) -> None:
    """By a tool and by the provider's own means."""
    filled = {"name": "J", "mail": "<EMAIL_1>"}
    server.reply = lambda request: (
        ToolCall("Contact", filled) if strategy is ToolStrategy else json.dumps(filled)
    )
    agent = create_agent(
        client(server),
        response_format=strategy(Contact),
        middleware=[PIIMaskMiddleware(masker=masker)],
    )
    given: Any = {"messages": [("human", f"I am {JANE}")]}

    state = agent.invoke(given, THREAD)
    assert state["structured_response"] == Contact(name="J", mail=JANE)
    assert_never_sent(server, VALUES)


async def test_threads_of_one_agent_never_cross(server: WireServer) -> None:
    """Twenty users at once: each tool call and each answer is the user's own."""
    mails = [f"user{n}@example.com" for n in range(20)]
    got: dict[str, list[str]] = {mail: [] for mail in mails}

    @tool
    def find(mail: str, asked_by: int) -> str:
        """Look an order up."""
        got[mails[asked_by]].append(mail)
        return f"order of {mail}, {asked_by}"

    def reply(request: Json) -> Any:
        sent = messages(request)
        if sent[-1]["role"] == "tool":
            return f"Found <EMAIL_1>: {sent[-1]['content']}"
        number = int(str(sent[-1]["content"]).split("No ")[1])
        return ToolCall("find", {"mail": "<EMAIL_1>", "asked_by": number})

    server.reply = reply
    masking = PIIMaskMiddleware(masker=Masker(vault=MemoryVault()))
    agent: Any = create_agent(openai(server), [find], middleware=[masking])

    async def one(number: int) -> str:
        config = {"configurable": {"thread_id": f"thread-{number}"}}
        text = f"I am {mails[number]}, No {number}"
        if number % 3:
            return await run(agent, text, streamed=bool(number % 2), config=config)
        given = {"messages": [("human", text)]}
        state = await asyncio.to_thread(agent.invoke, given, config)
        return str(state["messages"][-1].text)

    answers = await asyncio.gather(*map(one, range(20)))
    assert answers == [
        f"Found {mail}: order of {mail}, {n}" for n, mail in enumerate(mails)
    ]
    assert got == {mail: [mail] for mail in mails}
    assert len(server.requests) == 40
    assert_never_sent(server, mails)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("streamed", [False, True])
async def test_an_agent_inside_of_a_layer_sends_the_same(
    server: WireServer,
    masker: Masker,
    client: Client,
    streamed: bool,
    tools: list[Any],
    got: list[Any],
) -> None:
    """Tools get values behind their proxies, the checkpoints hold none."""
    server.reply = in_turn(*STEPS, "Bye <EMAIL_1>.")
    saver = InMemorySaver()
    agent: Any = with_pii_masking(
        create_agent(
            client(server),
            tools,
            system_prompt=f"Complaints go to {BOSS}.",
            middleware=[PIIMaskMiddleware(masker=masker)],
            checkpointer=saver,
        ),
        masker=masker,
    )
    first = await run(agent, f"Find the order of {JANE}.", streamed=streamed)
    second = await run(agent, "Thank you!", streamed=streamed)

    assert first == f"Done for {JANE}; call {PHONE}."
    assert second == f"Bye {JANE}."
    assert got == [JANE, (JANE, f"SSN {SSN}"), f"{JANE} {SSN}"]
    assert len(server.requests) == 5
    assert_never_sent(server, VALUES)
    assert_only_added_to(server)
    assert "LITERAL" not in str(server.bytes)
    kept = f"{saver.storage} {saver.writes} {saver.blobs}"
    assert not [value for value in VALUES if value in kept]
