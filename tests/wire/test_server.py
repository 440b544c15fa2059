"""Real clients, unmasked, can talk to the wire server, and it hears every byte."""

import gc
import json
import socket
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.error import HTTPError

import openai
import pytest
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import AIMessage, AIMessageChunk, ToolMessage
from langchain_core.messages.base import BaseMessage
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai import OpenAI

from wire.server import (
    Recorded,
    ToolCall,
    WireServer,
    assert_never_sent,
    echo,
    in_turn,
    last_user_text,
    placeholders,
)

QUESTION = "Write to <EMAIL_1> or <PERSON_12B>, not to jane@example.com."
ANSWER = "Noted <EMAIL_1> and <PERSON_12B>."
CALL = ToolCall("send", {"to": "<EMAIL_1>", "body": 'Dear "<PERSON_12B>"'})


def send(to: str, body: str) -> str:
    """Send a letter."""
    return f"sent to {to}: {body}"


def chat_openai(server: WireServer, **options: Any) -> ChatOpenAI:
    return ChatOpenAI(
        model="gpt-4o-mini",
        base_url=server.base_url_openai,
        api_key="test",  # type: ignore[arg-type]
        max_retries=0,
        **options,
    )


def chat_anthropic(server: WireServer) -> ChatAnthropic:
    return ChatAnthropic(
        model_name="claude-test",
        base_url=server.base_url_anthropic,
        api_key="test",  # type: ignore[arg-type]
        max_retries=0,
        timeout=10,
        stop=None,
    )


def llama_openai(server: WireServer) -> OpenAI:
    return OpenAI(
        model="gpt-4o-mini",
        api_base=server.base_url_openai,
        api_key="test",
        max_retries=0,
    )


MODELS: dict[str, Any] = {
    "chat": chat_openai,
    "responses": lambda server: chat_openai(server, use_responses_api=True),
    "anthropic": chat_anthropic,
}


@pytest.fixture(params=MODELS)
def model(request: pytest.FixtureRequest, server: WireServer) -> Any:
    return MODELS[request.param](server)


def whole(chunks: list[AIMessageChunk]) -> AIMessageChunk:
    first, *rest = chunks
    for chunk in rest:
        first += chunk
    return first


def texts(chunks: list[BaseMessage]) -> list[str]:
    return [text for text in (str(chunk.text) for chunk in chunks) if text]


# LangChain's clients


def test_a_reply_is_parsed_and_its_request_recorded(
    model: Any, server: WireServer
) -> None:
    reply = model.invoke([("system", "Be kind."), ("user", QUESTION)])

    (request,) = server.requests
    assert reply.text == ANSWER
    assert reply.usage_metadata["total_tokens"] > 7
    assert request.method == "POST"
    assert json.loads(request.body) == request.json
    assert QUESTION in request.body.decode()
    assert b"Be kind." in server.bytes


def test_a_stream_cuts_placeholders_in_the_middle(
    model: Any, server: WireServer
) -> None:
    chunks = list(model.stream(QUESTION))

    assert texts(chunks) == [ANSWER[at : at + 3] for at in range(0, len(ANSWER), 3)]
    assert server.requests[0].json["stream"] is True


async def test_the_async_forms_do_the_same(model: Any, server: WireServer) -> None:
    server.chunk_size = 5

    reply = await model.ainvoke(QUESTION)
    chunks = [chunk async for chunk in model.astream(QUESTION)]

    assert reply.text == ANSWER
    assert texts(chunks) == [ANSWER[at : at + 5] for at in range(0, len(ANSWER), 5)]


def test_a_tool_call_arrives_whole(model: Any, server: WireServer) -> None:
    server.reply = lambda request: ["One moment.", CALL]

    reply = model.bind_tools([send]).invoke(QUESTION)

    assert reply.text == "One moment."
    assert [(call["name"], call["args"]) for call in reply.tool_calls] == [
        (CALL.name, CALL.arguments)
    ]


def test_a_streamed_tool_call_comes_in_fragments(
    model: Any, server: WireServer
) -> None:
    server.reply = lambda request: ["One moment.", CALL, CALL]

    chunks = list(model.bind_tools([send]).stream(QUESTION))

    fragments = [part for chunk in chunks for part in chunk.tool_call_chunks]
    first, second = whole(chunks).tool_calls
    assert max(len(part["args"] or "") for part in fragments) == 3
    assert first["args"] == second["args"] == CALL.arguments
    assert first["id"] != second["id"]


def test_a_tool_result_is_answered(model: Any, server: WireServer) -> None:
    server.reply = in_turn(CALL, echo)
    bound = model.bind_tools([send])

    call = bound.invoke(QUESTION)
    result = ToolMessage("sent", tool_call_id=call.tool_calls[0]["id"])
    reply = bound.invoke([("user", QUESTION), call, result])

    assert isinstance(reply, AIMessage)
    assert reply.text == ANSWER


def test_every_reply_has_its_own_id(model: Any) -> None:
    replies = [model.invoke("Hello"), model.invoke("Hello")]
    replies += [whole(list(model.stream("Hello"))), whole(list(model.stream("Hello")))]

    assert len({reply.response_metadata.get("id", reply.id) for reply in replies}) == 4


def test_an_injected_failure_is_seen_once(model: Any, server: WireServer) -> None:
    server.fail_next()

    with pytest.raises(Exception, match="failing as told"):
        model.invoke(QUESTION)

    assert model.invoke(QUESTION).text == ANSWER
    assert len(server.requests) == 2


def test_a_failure_may_last(server: WireServer) -> None:
    server.fail_next(429, times=2)

    for _ in range(2):
        with pytest.raises(openai.RateLimitError):
            chat_openai(server).invoke(QUESTION)

    assert chat_openai(server).invoke(QUESTION).text == ANSWER


def test_usage_is_streamed_where_it_is_asked_for(server: WireServer) -> None:
    asked = whole(list(chat_openai(server, stream_usage=True).stream("Hello")))
    not_asked = whole(list(chat_openai(server, stream_usage=False).stream("Hello")))

    assert asked.usage_metadata is not None
    assert not_asked.usage_metadata is None


def test_a_stream_may_be_left_early(server: WireServer) -> None:
    server.reply = lambda request: "word " * 20_000
    stream = chat_openai(server).stream("Hello")

    next(stream)
    stream.close()  # type: ignore[attr-defined]

    server.reply = echo
    assert chat_openai(server).invoke(QUESTION).text == ANSWER


def test_tokens_are_counted(server: WireServer) -> None:
    counted = chat_anthropic(server).get_num_tokens_from_messages([AIMessage("Hello")])

    assert counted > 0


# LlamaIndex's client


def test_llama_index_chats(server: WireServer) -> None:
    reply = llama_openai(server).chat([ChatMessage(QUESTION)])

    assert reply.message.content == ANSWER
    assert QUESTION.encode() in server.bytes


def test_llama_index_streams(server: WireServer) -> None:
    replies = list(llama_openai(server).stream_chat([ChatMessage(QUESTION)]))

    assert "".join(reply.delta or "" for reply in replies) == ANSWER
    assert max(len(reply.delta or "") for reply in replies) == 3


async def test_llama_index_does_so_async(server: WireServer) -> None:
    llm = llama_openai(server)

    reply = await llm.achat([ChatMessage(QUESTION)])
    stream = await llm.astream_chat([ChatMessage(QUESTION)])

    assert reply.message.content == ANSWER
    assert "".join([part.delta or "" async for part in stream]) == ANSWER


def test_llama_index_calls_tools(server: WireServer) -> None:
    server.reply = lambda request: CALL
    llm = llama_openai(server)

    reply = llm.chat_with_tools([FunctionTool.from_defaults(send)], user_msg=QUESTION)

    (call,) = llm.get_tool_calls_from_response(reply)
    assert call.tool_kwargs == CALL.arguments


# Embeddings


def test_embeddings_are_the_same_for_the_same_text(server: WireServer) -> None:
    model = OpenAIEmbeddings(
        base_url=server.base_url_openai,
        api_key="test",  # type: ignore[arg-type]
        check_embedding_ctx_length=False,
    )

    one, same, other = model.embed_documents(["a cat sat", "a cat sat", "rain falls"])

    assert one == same != other
    assert len(one) == 32


def test_embeddings_come_as_floats_or_as_base64(server: WireServer) -> None:
    client = openai.OpenAI(base_url=server.base_url_openai, api_key="test")
    with client:
        packed = client.embeddings.create(model="m", input=["a", "b"])
        floats = client.embeddings.create(
            model="m", input=["a", "b"], encoding_format="float"
        )

    assert [len(row.embedding) for row in packed.data] == [32, 32]
    for ours, theirs in zip(packed.data, floats.data, strict=True):
        assert ours.embedding == pytest.approx(theirs.embedding)


# What is recorded


def test_many_clients_at_once_are_all_recorded(server: WireServer) -> None:
    model = chat_openai(server)

    with ThreadPoolExecutor(20) as pool:
        replies = list(pool.map(model.invoke, [f"I am <ID_{n}>" for n in range(1, 41)]))

    assert [reply.text for reply in replies] == [
        f"Noted <ID_{n}>." for n in range(1, 41)
    ]
    assert len(server.requests) == len(server.received) == 40


def test_headers_and_paths_are_recorded(server: WireServer) -> None:
    model = chat_openai(
        server, default_headers={"X-User": "Jane"}, default_query={"for": "jane doe"}
    )

    model.invoke("Hello")

    (request,) = server.requests
    assert request.headers["x-user"] == "Jane"
    assert request.headers["authorization"] == "Bearer test"
    assert request.path.startswith("/v1/chat/completions?for=jane")
    assert b"X-User: Jane" in server.bytes


def test_bytes_that_are_no_request_are_recorded_too(server: WireServer) -> None:
    port = int(server.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"jane@example.com\r\n\r\n")
        while client.recv(1024):
            pass

    assert b"jane@example.com" in server.bytes
    assert server.requests == []


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("GET", "/v1/models", None, {}, 404),
        ("POST", "/v1/unknown", b"{}", {}, 404),
        ("POST", "/v1/messages", b"", {}, 411),
        ("POST", "/v1/messages", b"\x1f\x8b", {"Content-Encoding": "gzip"}, 411),
    ],
)
def test_what_it_does_not_speak_is_refused_and_recorded(
    server: WireServer,
    method: str,
    path: str,
    body: bytes | None,
    headers: dict[str, str],
    status: int,
) -> None:
    url = server.url + path
    request = urllib.request.Request(url, body, headers, method=method)  # noqa: S310

    with pytest.raises(HTTPError) as caught:
        urllib.request.urlopen(request)  # noqa: S310

    caught.value.close()
    assert caught.value.code == status
    assert [request.path for request in server.requests] == [path]


# Its own scripts


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ({"input": "<EMAIL_1> and <EMAIL_1>"}, ["<EMAIL_1>"]),
        ({"input": [{"role": "user", "content": "<SSN_2C>"}]}, ["<SSN_2C>"]),
        (
            {
                "messages": [
                    {"role": "user", "content": "<EMAIL_1>"},
                    {"role": "user", "content": [{"type": "text", "text": "<SSN_1>"}]},
                    {"role": "assistant", "content": "<CARD_1>"},
                ]
            },
            ["<SSN_1>"],
        ),
        (
            {
                "messages": [
                    {"role": "system", "content": "<EMAIL_1>"},
                    {"role": "user", "content": "Who?"},
                ]
            },
            ["<EMAIL_1>"],
        ),
        ({"messages": [{"role": "user", "content": "<b> <EMAIL_0> <x_1>"}]}, []),
    ],
)
def test_placeholders_of_the_last_user_message_come_first(
    request_: dict[str, Any], expected: list[str]
) -> None:
    assert placeholders(request_) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nothing", "Noted."),
        ("<A_1>", "Noted <A_1>."),
        ("<A_1> <B_2> <C_3>", "Noted <A_1>, <B_2> and <C_3>."),
    ],
)
def test_the_echo_is_a_sentence(text: str, expected: str) -> None:
    assert echo({"input": text}) == expected


def test_replies_in_turn_end_with_the_last(server: WireServer) -> None:
    server.reply = in_turn("One.", lambda request: last_user_text(request)[::-1])
    model = chat_openai(server)

    replies = [model.invoke(text).text for text in ("ab", "cd", "ef")]

    assert replies == ["One.", "dc", "fe"]


def test_a_failing_script_is_told_to_the_client_and_to_the_test() -> None:
    with pytest.raises(LookupError, match="offers none"), WireServer() as server:
        server.reply = lambda request: CALL
        with pytest.raises(openai.InternalServerError, match="script failed"):
            chat_openai(server).invoke(QUESTION)


def test_a_failing_script_does_not_hide_the_error_of_the_test() -> None:
    with pytest.raises(openai.InternalServerError), WireServer() as server:
        server.reply = lambda request: CALL
        chat_openai(server).invoke(QUESTION)


def test_nothing_is_left_behind() -> None:
    before = set(threading.enumerate())

    with WireServer() as server:
        url = server.url
        chat_openai(server).invoke(QUESTION)
        list(chat_anthropic(server).stream(QUESTION))
        silent = socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])))

    silent.close()
    gc.collect()
    assert set(threading.enumerate()) == before
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(url)  # noqa: S310


# The assertion


def test_a_clean_conversation_passes(server: WireServer) -> None:
    chat_openai(server).invoke("Write to <EMAIL_1>")

    assert_never_sent(server, ["jane@example.com"])


def test_a_leak_fails_and_names_no_value(server: WireServer) -> None:
    chat_openai(server).invoke("Write to <EMAIL_1>")
    chat_openai(server).invoke("Write to jane@example.com")

    with pytest.raises(AssertionError) as caught:
        assert_never_sent(server, ["555-123-4567", "jane@example.com"])

    assert str(caught.value).splitlines() == [
        "values were sent:",
        "connection 1, value 1: verbatim, as sent",
    ]


def test_a_leak_in_a_header_fails(server: WireServer) -> None:
    model = chat_openai(server, default_headers={"X-User": "jane@example.com"})
    model.invoke("Hello")

    with pytest.raises(AssertionError, match="value 0: verbatim"):
        assert_never_sent(server, ["jane@example.com"])


@pytest.mark.parametrize("values", [[], ["jane@example.com"]])
def test_an_empty_check_fails(server: WireServer, values: list[str]) -> None:
    with pytest.raises(AssertionError, match="nothing to check"):
        assert_never_sent(server, values)


def test_a_record_is_a_plain_object() -> None:
    record = Recorded("POST", "/", {}, b"{}", {})

    assert record.json == {}
