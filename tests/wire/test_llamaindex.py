"""The real client of LlamaIndex: no value is ever in the bytes that it sends."""

import asyncio
import warnings
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from llama_index.core import PromptTemplate, VectorStoreIndex
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.chat_engine import SimpleChatEngine
from llama_index.core.llms import LLM, ChatMessage, CompletionResponse, MessageRole
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.postprocessor import LLMRerank
from llama_index.core.response_synthesizers import ResponseMode
from llama_index.core.schema import MetadataMode, NodeWithScore, TextNode
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai import OpenAI, OpenAIResponses

from llamaindex_piimask import (
    Masker,
    MaskingError,
    MemoryVault,
    PIIMaskedLLM,
    PIIMaskMemory,
    PIIMaskNodePostprocessor,
    PIIMaskQueryEngine,
)
from llamaindex_piimask.testing import FakeEmbedding
from piimask_core.restore import RestorePolicy
from wire.leakage import leaks
from wire.replies import PLACEHOLDER, messages, strings
from wire.server import (
    ToolCall,
    WireServer,
    assert_never_sent,
    echo,
    in_turn,
    placeholders,
)

with warnings.catch_warnings():  # an index imports langchain-community if it is there
    warnings.simplefilter("ignore")
    with suppress(ImportError):
        import llama_index.core.bridge.langchain  # noqa: F401

JANE = "jane@example.com"
BOSS = "boss@corp.example"
SSN = "123-45-6789"
PHONE = "555-123-4567"
CARD = "4111 1111 1111 1111"
VALUES = [JANE, BOSS, SSN, PHONE, CARD]

QUESTIONS = [
    f"My email is {JANE} and my SSN is {SSN}",
    f"Not {JANE.upper()} but {BOSS} gets it; call my phone {PHONE}",
    f"Card {CARD}, and what is my email {JANE}?",
]
ANSWERS = [
    f"Noted {JANE} and {SSN}.",
    f"Noted {JANE.upper()}, {BOSS} and {PHONE}.",
    f"Noted {CARD} and {JANE}.",
]


def openai(server: WireServer, kind: Any = OpenAI) -> LLM:
    llm: LLM = kind(
        model="gpt-4o-mini",
        api_base=server.base_url_openai,
        api_key="test",
        max_retries=0,
    )
    return llm


@pytest.fixture
def masker() -> Masker:
    """The default recognizers, a vault of its own."""
    return Masker(vault=MemoryVault())


def sent_placeholders(server: WireServer) -> set[str]:
    return set(PLACEHOLDER.findall(server.bytes.decode()))


def sent_texts(server: WireServer) -> list[str]:
    """What each request says, from its first message to its last."""
    return [
        "\n".join(strings([message["content"] for message in messages(request.json)]))
        for request in server.requests
    ]


async def parts(answer: Any) -> list[Any]:
    """All that comes of an answer: whole or streamed, awaited or not."""
    if isinstance(answer, Awaitable):
        answer = await answer
    if isinstance(answer, AsyncIterator):
        return [part async for part in answer]
    return list(answer) if isinstance(answer, Iterator) else [answer]


# The model


def text_of(answer: list[Any]) -> str:
    """The text at the end, which must be the sum of the pieces of a stream."""
    last = answer[-1]
    text = last.text if isinstance(last, CompletionResponse) else last.message.content
    assert last.delta is None or "".join(part.delta for part in answer) == text
    return str(text)


@pytest.mark.parametrize("client", [OpenAI, OpenAIResponses])
@pytest.mark.parametrize("method", ["", "a", "stream_", "astream_"])
@pytest.mark.parametrize("what", ["chat", "complete"])
async def test_a_conversation_of_three_turns_sends_no_value(
    server: WireServer, masker: Masker, client: Any, method: str, what: str
) -> None:
    """Each value keeps its placeholder, so each request begins like the last one."""
    ask = getattr(PIIMaskedLLM(openai(server, client), masker=masker), method + what)
    said = [ChatMessage(f"Complaints go to {BOSS}.", role=MessageRole.SYSTEM)]
    answers = []
    for question in QUESTIONS:
        said.append(ChatMessage(question))
        texts = [str(message.content) for message in said]
        answer = ask(said if what == "chat" else "\n".join(texts))
        answers.append(text_of(await parts(answer)))
        said.append(ChatMessage(answers[-1], role=MessageRole.ASSISTANT))

    assert_never_sent(server, VALUES)
    if what == "chat":
        assert answers == ANSWERS
    assert all(value in "".join(answers) for value in [*VALUES, JANE.upper()])
    assert "<" not in "".join(answers)
    first, second, third = sent_texts(server)
    assert "<TYPE_N>" in first
    assert second.startswith(first) and third.startswith(second)


def find(mail: str) -> str:
    """Look an order up; on trouble write to boss@corp.example."""
    return f"order of {mail}, SSN {SSN}"


@pytest.mark.parametrize("client", [OpenAI, OpenAIResponses])
@pytest.mark.parametrize("method", ["", "a", "stream_", "astream_"])
async def test_a_tool_call_gets_real_arguments_and_its_result_is_masked(
    server: WireServer, masker: Masker, client: Any, method: str
) -> None:
    """Schema, call, result and the calls sent again: masked on the wire, real here."""

    def call(request: Any) -> ToolCall:
        return ToolCall("find", {"mail": placeholders(request)[0]})

    server.reply = in_turn(call, "Found <EMAIL_1> with <SSN_1>.")
    llm = PIIMaskedLLM(openai(server, client), masker=masker)
    ask = getattr(llm, f"{method}chat_with_tools")
    tools = [FunctionTool.from_defaults(find)]
    said = [ChatMessage(f"Where is the order of {JANE}?")]

    called = (await parts(ask(tools, chat_history=said)))[-1]
    (selected,) = llm.get_tool_calls_from_response(called)
    result = ChatMessage(
        find(**selected.tool_kwargs),
        role=MessageRole.TOOL,
        additional_kwargs={"tool_call_id": selected.tool_id},
    )
    said += [called.message, result]
    answer = await parts(ask(tools, chat_history=said))

    assert selected.tool_kwargs == {"mail": JANE}
    assert text_of(answer) == f"Found {JANE} with {SSN}."
    assert len(server.requests) == 2
    assert_never_sent(server, VALUES)
    assert sent_placeholders(server) == {"<EMAIL_1>", "<EMAIL_2>", "<SSN_1>"}


@pytest.mark.parametrize("client", [OpenAI, OpenAIResponses])
@pytest.mark.parametrize("method", ["", "a", "stream_", "astream_"])
@pytest.mark.parametrize(
    ("declared", "got"), [({"mail": {"EMAIL"}}, JANE), ("masked", "[EMAIL_1]")]
)
async def test_a_tool_gets_what_is_declared_and_no_copy_has_more(
    server: WireServer,
    masker: Masker,
    client: Any,
    method: str,
    declared: Any,
    got: str,
) -> None:
    """The client keeps the call in several places; one policy holds for all."""
    policy = RestorePolicy.standard(tools={"find": declared})
    masker = replace(masker, restore=policy)
    server.reply = in_turn(ToolCall("find", {"mail": "[EMAIL_1]"}))
    llm = PIIMaskedLLM(openai(server, client), masker=masker)
    tools = [FunctionTool.from_defaults(find)]
    said = [ChatMessage(f"Where is the order of {JANE}?")]

    asking = getattr(llm, f"{method}chat_with_tools")(tools, chat_history=said)
    answers = await parts(asking)

    (selected,) = llm.get_tool_calls_from_response(answers[-1])
    assert selected.tool_kwargs == {"mail": got}
    shown = "".join(answer.model_dump_json(exclude={"raw"}) for answer in answers)
    assert (JANE in shown) == (got == JANE)
    assert ("pii_unrestored" in shown) == (got != JANE)


# Query engines

Found = tuple[list[NodeWithScore], str]

QUERY = f"What does {JANE} owe?"
ANSWERING = [
    (mode, streaming)
    for mode in ResponseMode
    for streaming in (False, True)
    if mode not in (ResponseMode.NO_TEXT, ResponseMode.CONTEXT_ONLY)
    and not (streaming and "accumulate" in mode)
]
ASKED = "{context_str}\nQuery: {query_str}"
TEMPLATES = {
    f"{name}_template": PromptTemplate(f"As {BOSS} says.\n{template}")
    for name, template in {
        "text_qa": ASKED,
        "summary": ASKED,
        "simple": "{query_str}",
        "refine": "{existing_answer}\n{context_msg}\nQuery: {query_str}",
    }.items()
}


def nodes() -> list[TextNode]:
    """Two about Jane, and a decoy that is nearer to the query when it is masked."""
    card, boss = {"payment": [f"card {CARD}"]}, {"by": BOSS}
    return [
        TextNode(id_="debt", text=f"{JANE}: 5, SSN {SSN}.", metadata=card),
        TextNode(id_="contact", text=f"{JANE}: phone {PHONE}.", metadata=boss),
        TextNode(id_="decoy", text="EMAIL_1, <EMAIL_1>."),
    ]


@pytest.fixture
def index() -> VectorStoreIndex:
    return VectorStoreIndex(nodes(), embed_model=FakeEmbedding())


def plain(index: VectorStoreIndex, llm: LLM, **options: Any) -> BaseQueryEngine:
    options = {"similarity_top_k": 2, **TEMPLATES, **options}
    return index.as_query_engine(llm=llm, **options)


def around(index: Any, llm: LLM, masker: Masker, **options: Any) -> Any:
    return PIIMaskQueryEngine(plain(index, llm, **options), masker=masker)


def at_the_model(index: Any, llm: LLM, masker: Masker, **options: Any) -> Any:
    return plain(index, PIIMaskedLLM(llm, masker=masker), **options)


def asked(engine: BaseQueryEngine) -> Found:
    """The sources of an answer, and its text read to the end."""
    got: Any = engine.query(QUERY)
    is_streamed = hasattr(got, "response_gen")
    return got.source_nodes, "".join(got.response_gen) if is_streamed else str(got)


async def asked_without_a_loop(engine: BaseQueryEngine) -> Found:
    """The same as a script does it, not a notebook."""
    return await asyncio.to_thread(asked, engine)


async def awaited(engine: BaseQueryEngine) -> Found:
    """The same, asynchronously."""
    got: Any = await engine.aquery(QUERY)
    if not hasattr(got, "response_gen"):
        return got.source_nodes, str(got)
    return got.source_nodes, "".join(await parts(got.async_response_gen()))


def contents(found: Any) -> dict[str, str]:
    return {node.node_id: node.get_content(MetadataMode.ALL) for node in found}


def check(server: WireServer, index: VectorStoreIndex, answer: Found) -> None:
    """Masked on the wire; real for the retriever, in the answer and its sources."""
    found, text = answer
    assert_never_sent(server, VALUES)
    assert "<TYPE_N>" in sent_texts(server)[-1]
    assert index._embed_model.seen[len(nodes()) :] == [QUERY]  # type: ignore[attr-defined]
    assert contents(hit.node for hit in found) == contents(nodes()[:2])
    assert JANE in text and BOSS in text and "<" not in text


@pytest.mark.parametrize("placement", [around, at_the_model])
@pytest.mark.parametrize(("mode", "streaming"), ANSWERING)
@pytest.mark.parametrize("ask", [asked, asked_without_a_loop, awaited])
async def test_no_response_mode_sends_a_value(
    server: WireServer,
    masker: Masker,
    index: VectorStoreIndex,
    placement: Any,
    mode: ResponseMode,
    streaming: bool,
    ask: Any,
) -> None:
    """Query, nodes, metadata, template and existing answer are masked."""
    options = {"response_mode": mode, "streaming": streaming}

    (answer,) = await parts(ask(placement(index, openai(server), masker, **options)))

    check(server, index, answer)
    if mode != ResponseMode.GENERATION:
        assert all(value in answer[1] for value in VALUES)


@pytest.mark.parametrize("placement", [around, at_the_model])
def test_when_masking_fails_nothing_is_sent(
    server: WireServer, index: VectorStoreIndex, placement: Any
) -> None:
    """Not a byte leaves for a text that could not be read."""

    def broken(text: str) -> Any:
        raise RuntimeError(text)

    with pytest.raises(MaskingError, match="nothing was sent") as raised:
        placement(index, openai(server), Masker(recognizer=broken)).query(QUERY)

    assert server.received == []
    assert JANE not in str(raised.value)


@pytest.mark.parametrize("is_named", [False, True])
def test_a_reranker_with_a_bare_model_reads_masked_nodes(
    server: WireServer, masker: Masker, index: VectorStoreIndex, is_named: bool
) -> None:
    """Whether the app names a node postprocessor or the engine puts it in."""
    server.reply = in_turn("Doc: 2, Relevance: 9\nDoc: 1, Relevance: 8", echo)
    llm = openai(server)
    named = [PIIMaskNodePostprocessor(masker=masker)] if is_named else []
    listed = [*named, LLMRerank(llm=llm)]

    answer = asked(around(index, llm, masker, node_postprocessors=listed))

    check(server, index, answer)
    assert [hit.score for hit in answer[0]] == [9, 8]
    assert len(server.requests) == 2


def test_nodes_that_the_app_masks_can_be_sent_by_a_bare_client(
    server: WireServer, masker: Masker
) -> None:
    """With the registry of the postprocessor the app restores the answer itself."""
    registry = masker.registry("s")
    masking = PIIMaskNodePostprocessor(masker=masker, registry=registry)
    given = nodes()[:2]

    masked = masking.postprocess_nodes([NodeWithScore(node=node) for node in given])
    prompt = "\n".join(hit.get_content(MetadataMode.LLM) for hit in masked)
    answer = openai(server).complete(prompt)

    assert_never_sent(server, VALUES)
    restored = masker.unmask(answer.text, registry)
    assert all(value in restored for value in VALUES)
    assert contents(given) == contents(nodes()[:2])


# Chat engines


async def told(engine: Any, mode: str, text: str) -> str:
    """The answer of a chat engine in a mode, as one text."""
    (answer,) = await parts(getattr(engine, mode)(text))
    if mode == "astream_chat":
        return "".join(await parts(answer.async_response_gen()))
    return "".join(answer.response_gen) if mode == "stream_chat" else str(answer)


@pytest.mark.parametrize("kind", ["simple", "context", "condense_plus_context"])
@pytest.mark.parametrize("mode", ["chat", "achat", "stream_chat", "astream_chat"])
async def test_a_chat_with_a_memory_goes_on_over_turns(
    server: WireServer, masker: Masker, index: VectorStoreIndex, kind: Any, mode: str
) -> None:
    """A value has one placeholder in all turns; the memory rests with nothing else."""
    rest = ChatMemoryBuffer.from_defaults(token_limit=100_000)
    memory = PIIMaskMemory(rest, masker=masker)
    llm = PIIMaskedLLM(openai(server), masker=masker, registry=memory.registry)
    engine: Any = (
        SimpleChatEngine.from_defaults(llm=llm, memory=memory)
        if kind == "simple"
        else index.as_chat_engine(kind, llm=llm, memory=memory)
    )

    answers = [await told(engine, mode, question) for question in QUESTIONS]

    assert_never_sent(server, VALUES)
    assert answers == ANSWERS
    turns = zip(QUESTIONS, ANSWERS, strict=True)
    assert [m.content for m in memory.get_all()] == [t for turn in turns for t in turn]
    at_rest = "\n".join(message.model_dump_json() for message in rest.get_all())
    assert leaks(at_rest.encode(), VALUES) == []
    assert len(sent_placeholders(server)) == len([*VALUES, JANE.upper()])
