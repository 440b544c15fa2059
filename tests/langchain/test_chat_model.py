"""At the model: everything that is sent is masked, everything that returns is real."""

import asyncio
import itertools
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    ChatMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.tools import tool
from pydantic import BaseModel, Field

from langchain_piimask import PIIMaskedChatModel, pii_session
from langchain_piimask.restoring import restored_message
from langchain_piimask.testing import CannedChatModel, FakeChatModel
from piimask_core import InputError, Masker, MemoryVault, Registry, UnmaskedText
from piimask_core.audit import Masked, Sent
from piimask_core.restorer import Restorer
from piimask_core.testing import FakeModel, echo, recognizing, scripted

JANE = "jane@example.com"
JO = 'Jo "JJ" O\\Neil'


def test_nothing_in_a_request_reaches_the_model(masker: Masker) -> None:
    """System, history, names, tool calls, results, blocks, settings: all masked."""
    model = CannedChatModel()
    wrapped = PIIMaskedChatModel(model, masker=masker)
    call = {"name": "find", "args": {"who": [JANE], "n": 3}, "id": "c1"}
    raw_copy = {
        "tool_calls": [{"function": {"name": "find", "arguments": f'["{JANE}"]'}}]
    }
    wrapped.invoke(
        [
            SystemMessage(f"Mail {JANE} if stuck."),
            HumanMessage(f"I am {JO}", name=JANE),
            AIMessage("", tool_calls=[call], additional_kwargs=raw_copy),
            ToolMessage(f"found {JANE}", tool_call_id="c1"),
            AIMessage("", additional_kwargs={"function_call": {"arguments": JANE}}),
            AIMessage(
                "",
                invalid_tool_calls=[
                    {
                        "type": "invalid_tool_call",
                        "name": "x",
                        "args": JANE,
                        "id": "c2",
                        "error": None,
                    }
                ],
            ),
            HumanMessage(
                [
                    JANE,
                    {"type": "text", "text": JANE},
                    {
                        "type": "tool_result",
                        "content": [{"type": "text", "text": JANE}],
                    },
                    {"type": "document", "source": {"type": "text", "data": JANE}},
                    {"type": "file", "file": {"filename": JANE, "file_data": "AA"}},
                    {"type": "unheard_of", "data": {"type": "x", "id": JANE}},
                ]
            ),
        ],
        user=JANE,
        tools=[{"function": {"description": JANE, "parameters": {JANE: {}}}}],
    )

    assert JANE not in str(model.came)
    assert JO not in str(model.came)
    assert "'AA'" in str(model.came)


def test_the_callers_messages_are_never_changed(masker: Masker) -> None:
    """What the app holds stays as it was, to the byte."""
    messages: list[BaseMessage] = [
        SystemMessage(JANE),
        AIMessage("", tool_calls=[{"name": "f", "args": {"a": JANE}, "id": "1"}]),
        HumanMessage([{"type": "text", "text": JANE}]),
    ]
    before = [message.model_dump_json() for message in messages]
    PIIMaskedChatModel(CannedChatModel(), masker=masker).invoke(messages)

    assert [message.model_dump_json() for message in messages] == before


def test_system_messages_are_numbered_after_the_conversation(masker: Masker) -> None:
    """The user's first address is number 1, the developer's own comes later."""
    model = CannedChatModel()
    wrapped = PIIMaskedChatModel(model, masker=masker)
    wrapped.invoke([SystemMessage("Ask boss@corp.com."), HumanMessage(JANE)])

    sent = model.came[0][0]
    assert sent[1].content == "<EMAIL_1>"
    assert sent[0].content.startswith("Ask <EMAIL_2>.")


@pytest.mark.parametrize(
    "system", [[], [SystemMessage("Be kind.")], [SystemMessage(["Be", "kind."])]]
)
def test_the_instruction_is_given_once_in_the_system_message(
    masker: Masker, system: list[BaseMessage]
) -> None:
    """There is one system message, and it tells once how to treat placeholders."""
    model = CannedChatModel()
    wrapped = PIIMaskedChatModel(model, masker=masker)
    wrapped.invoke([*system, HumanMessage(JANE)])

    sent = model.came[0][0]
    assert [m.type for m in sent] == ["system", "human"]
    assert str(sent[0].content).count("<TYPE_N>") == 1


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"system": "Be kind."}, "Be kind.\n\n"),
        ({"instructions": ""}, ""),
        ({"system": [{"type": "text", "text": "Be kind."}]}, None),
    ],
)
def test_the_instruction_goes_where_the_request_has_its_system_prompt(
    masker: Masker, settings: dict[str, Any], told: str | None
) -> None:
    """Some clients take it as a setting, and let that win over a system message."""
    model = CannedChatModel()
    wrapped = PIIMaskedChatModel(model, masker=masker)
    wrapped.invoke([HumanMessage(JANE)], **settings)

    sent, given = model.came[0]
    (name,) = settings
    assert [m.type for m in sent] == ["human"]
    if told is not None:
        assert given[name] == told + masker.instruction
    assert str(given[name]).count("<TYPE_N>") == 1


def test_a_developers_message_is_a_system_message(masker: Masker) -> None:
    """Whatever its class."""
    model = CannedChatModel()
    wrapped = PIIMaskedChatModel(model, masker=masker)
    wrapped.invoke(
        [ChatMessage(content="Be kind.", role="developer"), HumanMessage(JANE)]
    )

    sent = model.came[0][0]
    assert [m.type for m in sent] == ["chat", "human"]
    assert sent[0].content == f"Be kind.\n\n{masker.instruction}"


def test_a_request_without_personal_data_goes_out_unchanged(masker: Masker) -> None:
    """No instruction, no copy of other bytes: nothing to protect costs nothing."""
    model = CannedChatModel()
    PIIMaskedChatModel(model, masker=masker).invoke([HumanMessage("hello")], user="u")

    sent, settings = model.came[0]
    assert (sent, settings["user"]) == ([HumanMessage("hello")], "u")


def test_what_cannot_be_read_never_costs_the_answer() -> None:
    """Then it stays masked; the app gets the message."""
    deep: dict[str, Any] = {}
    for _ in range(3_000):
        deep = {"a": deep}
    message = AIMessage("to <EMAIL_1>", additional_kwargs=deep)

    assert restored_message(message, Restorer({"<EMAIL_1>": JANE})) is message


def test_tool_arguments_come_back_real_and_go_out_masked_again(masker: Masker) -> None:
    """Arguments are restored on the parsed tree, and masked again as before."""
    asked = {
        "name": "mail",
        "args": {"to": "<PERSON_1>", "cc": ["<EMAIL_1>"]},
        "id": "1",
    }
    model = CannedChatModel(answer=AIMessage("", tool_calls=[asked]))
    wrapped = PIIMaskedChatModel(model, masker=masker, registry=Registry())
    question = HumanMessage(f"{JO}, {JANE}")
    answer = wrapped.invoke([question])
    assert answer.tool_calls[0]["args"] == {"to": JO, "cc": [JANE]}

    wrapped.invoke([question, answer, ToolMessage("sent", tool_call_id="1")])
    assert model.came[1][0][2].tool_calls[0]["args"] == asked["args"]
    assert model.came[1][0][1] == model.came[0][0][1]


def test_tool_schemas_are_masked_when_they_are_sent(masker: Masker) -> None:
    """A tool's docstring is text that leaves, too."""

    @tool
    def complain(text: str) -> str:
        """Complain to boss@corp.com."""
        return text

    fake = FakeModel(echo)
    wrapped = PIIMaskedChatModel(FakeChatModel(fake=fake), masker=masker)
    wrapped.bind_tools([complain]).invoke("hi")

    assert "Complain to <EMAIL_1>" in str(fake.seen)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 100])
def test_streamed_tool_arguments_are_whole_json_however_cut(
    masker: Masker, size: int
) -> None:
    """A value with quotes and backslashes survives being streamed into JSON."""
    args = '{"to": "<PERSON_1>", "cc": "<EMAIL_1>"}'
    chunks = [
        AIMessageChunk(
            content="",
            tool_call_chunks=[
                {
                    "type": "tool_call_chunk",
                    "name": "mail" if at == 0 else None,
                    "args": args[at : at + size],
                    "id": "1" if at == 0 else None,
                    "index": 0,
                }
            ],
        )
        for at in range(0, len(args), size)
    ]
    model = CannedChatModel(chunks=chunks)
    wrapped = PIIMaskedChatModel(model, masker=masker)
    whole = sum_of(wrapped.stream(f"{JO}, {JANE}"))

    assert whole.tool_calls[0]["args"] == {"to": JO, "cc": JANE}


def sum_of(chunks: Any) -> AIMessageChunk:
    first, *rest = chunks
    for chunk in rest:
        first += chunk
    whole: AIMessageChunk = first
    return whole


@pytest.mark.parametrize("size", range(1, 17))
@pytest.mark.parametrize("blocks", [False, True])
def test_a_stream_is_the_same_text_however_it_is_cut(
    masker: Masker, size: int, blocks: bool
) -> None:
    """Texts and text blocks, with and without a chunk that says it is the last."""
    answer = "to <EMAIL_1>, not <EMAIL_7> or <b> or <EMAIL_"
    pieces = [answer[at : at + size] for at in range(0, len(answer), size)]
    contents: list[Any] = [
        [{"type": "text", "text": piece, "index": 0}] if blocks else piece
        for piece in pieces
    ]
    for last in (None, "last"):
        chunks = [AIMessageChunk(content=content) for content in contents]
        chunks[-1].chunk_position = last
        wrapped = PIIMaskedChatModel(CannedChatModel(chunks=chunks), masker=masker)
        whole = sum_of(wrapped.stream(f"I am {JANE}"))

        assert whole.text == f"to {JANE}, not <EMAIL_7> or <b> or <EMAIL_"


def test_reasoning_is_never_touched(masker: Masker) -> None:
    """A signed block comes back and goes out again byte for byte."""
    block = {"type": "thinking", "thinking": "<EMAIL_1>, [EMAIL_1]", "signature": "s"}
    model = CannedChatModel(
        answer=AIMessage([block, {"type": "text", "text": "<EMAIL_1>"}]),
        chunks=[AIMessageChunk(content=[{**block, "index": 0}])],
    )
    wrapped = PIIMaskedChatModel(model, masker=masker, registry=Registry())
    answer = wrapped.invoke(JANE)
    assert answer.content == [block, {"type": "text", "text": JANE}]

    wrapped.invoke([HumanMessage(JANE), answer])
    assert model.came[1][0][-1].content[0] == block
    assert sum_of(wrapped.stream(JANE)).content == [{**block, "index": 0}]


def test_ids_usage_and_metadata_come_back_as_they_were(masker: Masker) -> None:
    """Only text is restored; counting is left to the model."""
    answer = AIMessage(
        "<EMAIL_1>",
        id="m1",
        usage_metadata={"input_tokens": 5, "output_tokens": 7, "total_tokens": 12},
        response_metadata={"model_name": "canned"},
    )
    got = PIIMaskedChatModel(CannedChatModel(answer=answer), masker=masker).invoke(JANE)

    assert got.content == JANE
    assert (got.id, got.usage_metadata) == ("m1", answer.usage_metadata)
    assert got.response_metadata["model_name"] == "canned"


class Tokens(BaseCallbackHandler):
    """Keeps what a streaming callback is shown."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def on_llm_new_token(self, token: Any, **kwargs: Any) -> None:
        self.shown.append(str(token))


def test_callbacks_and_events_see_real_text(masker: Masker) -> None:
    """What streams to a handler or an event is what streams to the user."""
    fake = FakeModel(echo, size=2)
    wrapped = PIIMaskedChatModel(FakeChatModel(fake=fake), masker=masker)
    tokens = Tokens()
    list(wrapped.stream(JANE, {"callbacks": [tokens]}))
    assert "".join(tokens.shown) == JANE

    async def events() -> str:
        return "".join(
            [
                event["data"]["chunk"].text
                async for event in wrapped.astream_events(JANE, version="v2")
                if event["event"] == "on_chat_model_stream"
            ]
        )

    assert asyncio.run(events()) == JANE


def test_each_item_of_a_batch_has_its_own_session(masker: Masker) -> None:
    """Placeholder 1 is one person's in one session and another's in the next."""
    fake = FakeModel(echo)
    wrapped = PIIMaskedChatModel(FakeChatModel(fake=fake), masker=masker)
    texts: Any = [JANE, "bob@company.com"]
    configs: Any = [{"configurable": {"thread_id": name}} for name in "ab"]
    answers = wrapped.batch(texts, configs)

    assert [answer.content for answer in answers] == texts
    assert sorted(fake.seen[-1:]) == ["<EMAIL_1>"]
    assert [len(masker.registry(name)) for name in "ab"] == [1, 1]


def test_calls_without_a_session_share_nothing(masker: Masker) -> None:
    """What one call issued means nothing in the next."""
    fake = FakeModel(scripted("<EMAIL_1>", "<EMAIL_1>"))
    wrapped = PIIMaskedChatModel(FakeChatModel(fake=fake), masker=masker)

    assert wrapped.invoke(JANE).content == JANE
    assert wrapped.invoke("who?").content == "<EMAIL_1>"


def test_the_session_is_found_wherever_it_is_said(masker: Masker) -> None:
    """In the config, in the context, in the constructor: one conversation."""
    wrapped = PIIMaskedChatModel(FakeChatModel(fake=FakeModel(echo)), masker=masker)
    wrapped.invoke(JANE, {"configurable": {"session_id": "s"}})
    wrapped.invoke("bob@company.com", {"configurable": {"thread_id": "s"}})
    with pii_session("s"):
        wrapped.invoke("boss@corp.com")
    registry = masker.registry("s")
    assert len(registry) == 3

    given = PIIMaskedChatModel(
        FakeChatModel(fake=FakeModel(echo)), masker=masker, registry=registry
    )
    given.invoke("123-45-6789", {"configurable": {"session_id": "other"}})
    assert len(registry) == 4


def test_a_tenant_named_twice_must_be_the_same(masker: Masker) -> None:
    """Sessions of one name belong to the tenant that the config names."""
    wrapped = PIIMaskedChatModel(FakeChatModel(fake=FakeModel(echo)), masker=masker)
    wrapped.invoke(JANE, {"configurable": {"session_id": "s", "tenant_id": "acme"}})
    assert len(masker.registry("s", tenant="acme")) == 1
    assert len(masker.registry("s")) == 0

    with pii_session("s", tenant="other"), pytest.raises(InputError):
        wrapped.invoke(JANE, {"configurable": {"tenant_id": "acme"}})


def test_a_stream_that_is_closed_early_leaves_nothing_behind(masker: Masker) -> None:
    """Closing after the first piece is safe, and the next call is whole."""
    wrapped = PIIMaskedChatModel(FakeChatModel(fake=FakeModel(echo)), masker=masker)
    stream: Any = wrapped.stream(f"hello {JANE}")
    next(stream)
    stream.close()

    assert "".join(c.text for c in wrapped.stream(JANE)) == JANE


def test_a_model_without_streaming_streams_its_whole_answer(masker: Masker) -> None:
    """Falls back to one piece, as the bare model does."""

    class Plain(FakeChatModel):
        _stream = BaseChatModel._stream

    wrapped = PIIMaskedChatModel(Plain(fake=FakeModel(echo)), masker=masker)
    assert [c.text for c in wrapped.stream(JANE)] == [JANE]


class Contact(BaseModel):
    """How to reach somebody."""

    mail: str = Field(pattern=r"^[^<@]+@[^@]+$")


def test_structured_output_validates_on_real_values(masker: Masker) -> None:
    """The schema sees the address, not its placeholder."""
    call = {"name": "Contact", "args": {"mail": "<EMAIL_1>"}, "id": "1"}
    model = CannedChatModel(answer=AIMessage("", tool_calls=[call]))
    structured = PIIMaskedChatModel(model, masker=masker).with_structured_output(
        Contact
    )

    assert structured.invoke(JANE) == Contact(mail=JANE)


def test_the_wrapper_shows_no_value_and_no_registry(masker: Masker) -> None:
    """Neither repr nor the serialized form that goes into traces."""
    wrapped = PIIMaskedChatModel(
        CannedChatModel(), masker=masker, registry=Registry("secret")
    )
    wrapped.invoke(JANE)

    shown = repr(wrapped) + str(wrapped._serialized) + str(wrapped.model_dump())
    assert JANE not in shown and "secret" not in shown and "Registry" not in shown


def test_only_a_chat_model_can_be_wrapped() -> None:
    """Anything else gets an error that says what to do."""
    with pytest.raises(InputError, match="with_pii_masking"):
        PIIMaskedChatModel("gpt-5")  # type: ignore[arg-type]  # that is the point


def test_a_prompt_a_text_and_messages_are_all_understood(masker: Masker) -> None:
    """Whatever a chat model takes."""
    wrapped = PIIMaskedChatModel(FakeChatModel(fake=FakeModel(echo)), masker=masker)
    prompt = ChatPromptTemplate.from_messages([("human", "{q}")]).invoke({"q": JANE})
    inputs: list[Any] = [
        JANE,
        prompt,
        [("human", JANE)],
        [{"role": "user", "content": JANE}],
    ]

    answers = [wrapped.invoke(each).content for each in inputs]
    assert answers == list(itertools.repeat(JANE, 4))


@pytest.mark.parametrize("mode", ["invoke", "ainvoke", "stream", "astream"])
@pytest.mark.parametrize(
    "message",
    [
        ToolMessage("x", tool_call_id=JANE),
        AIMessage("", tool_calls=[{"name": "f", "args": {}, "id": JANE}]),
        AIMessage("", tool_calls=[{"name": JANE, "args": {}, "id": "1"}]),
        AIMessage([{"type": "thinking", "thinking": JANE, "signature": "s"}]),
        AIMessage([{"type": "thinking", "thinking": "so", "signature": JANE}]),
        AIMessage("x", id=JANE),
        HumanMessage([{"type": "image_url", "image_url": {"url": f"//a/{JANE}"}}]),
        HumanMessage([{"type": "image", "data": "amFuZUBleGFtcGxlLmNvbQ=="}]),
        HumanMessage([{"type": "text", "text": "x", JANE: "y"}]),
    ],
)
def test_a_known_value_where_nothing_may_be_changed_stops_the_request(
    masker: Masker, mode: str, message: BaseMessage
) -> None:
    """In an id, a signature, an address, in base64: the model is not called."""
    model = CannedChatModel(chunks=[AIMessageChunk(content="ok")])
    wrapped = PIIMaskedChatModel(model, masker=masker)

    async def pieces() -> None:
        async for _ in wrapped.astream(given):
            pass

    given = [HumanMessage(JANE), message]
    with pytest.raises(UnmaskedText) as raised:
        if mode == "invoke":
            wrapped.invoke(given)
        elif mode == "ainvoke":
            asyncio.run(wrapped.ainvoke(given))
        elif mode == "stream":
            list(wrapped.stream(given))
        else:
            asyncio.run(pieces())

    assert model.came == []
    assert JANE not in str(raised.value)


def test_each_request_is_proven_once(masker: Masker) -> None:
    """One receipt for all that is sent, however many texts that are."""
    events: list[object] = []
    wrapped = PIIMaskedChatModel(
        CannedChatModel(), masker=replace(masker, audit=events.append)
    )
    wrapped.invoke([SystemMessage("Be kind."), HumanMessage(JANE)], user=JANE)

    *masked, last = map(type, events)
    assert set(masked) == {Masked} and last is Sent


def test_where_to_stop_is_masked(masker: Masker) -> None:
    """The model writes placeholders, so it stops at one."""
    model = CannedChatModel()
    PIIMaskedChatModel(model, masker=masker).invoke(JANE, stop=[f"Bye {JANE}"])

    assert model.came[0][1]["stop"] == ["Bye <EMAIL_1>"]


def test_a_secret_that_is_also_a_word_of_the_format_stops_nothing() -> None:
    """Somebody whose password is "text" can go on talking in blocks of text."""
    masker = Masker(recognizer=recognizing({"PASSWORD": ["text"]}), vault=MemoryVault())
    model = CannedChatModel()
    content: Any = [{"type": "text", "text": "my password is text"}]
    PIIMaskedChatModel(model, masker=masker).invoke([HumanMessage(content)])

    sent = model.came[0][0][-1].content
    assert sent == [{"type": "text", "text": "my password is <PASSWORD_1>"}]


def test_somebody_may_be_called_as_a_tool_is() -> None:
    """Names, types and ids of a request stay what they are."""
    named = {"ORGANIZATION": ["Gmail", "Target", "String"], "PERSON": ["Call", "Jo"]}
    masker = Masker(recognizer=recognizing(named), vault=MemoryVault())
    model = CannedChatModel()
    wrapped = PIIMaskedChatModel(model, masker=masker, registry=masker.registry("s"))
    tool = {
        "type": "function",
        "function": {
            "name": "gmail_search",
            "description": "Search Gmail",
            "parameters": {
                "type": "object",
                "properties": {"target": {"type": "string"}},
                "required": ["target"],
            },
        },
    }
    call = {"name": "gmail_search", "args": {"target": "x"}, "id": "call_1"}

    wrapped.invoke(
        [
            HumanMessage("Jo of Target asks: Call the String shop, search my Gmail"),
            AIMessage("", tool_calls=[call], id="run--call-1"),
            ToolMessage("none", tool_call_id="call_1"),
        ],
        tools=[tool],
        tool_choice="auto",
        model="gmail-large",
    )

    sent, settings = model.came[0]
    (told,) = settings["tools"]
    assert "Gmail" not in str(sent[0].content)
    assert told["function"]["description"] == "Search <ORG_3>"
    told["function"]["description"] = "Search Gmail"
    assert (told, settings["tool_choice"]) == (tool, "auto")
    assert settings["model"] == "gmail-large"
