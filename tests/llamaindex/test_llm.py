"""PIIMaskedLLM: what is sent, what comes back, what is never touched or shown."""

import asyncio
import base64
import copy
import json
import pickle
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest
from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseAsyncGen,
    ChatResponseGen,
    CitableBlock,
    CompletionResponse,
    CompletionResponseAsyncGen,
    CompletionResponseGen,
    DocumentBlock,
    ImageBlock,
    LLMMetadata,
    MessageRole,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
)
from llama_index.core.callbacks import CallbackManager, TokenCountingHandler
from llama_index.core.llms.function_calling import FunctionCallingLLM
from llama_index.core.llms.llm import ToolSelection
from llama_index.core.tools import FunctionTool
from pydantic import BaseModel, Field

from llamaindex_piimask import (
    InputError,
    Masker,
    MaskingError,
    MemoryVault,
    PIIMaskedLLM,
    Registry,
    pii_session,
)
from llamaindex_piimask.testing import FakeLLM
from piimask_core.session import layer
from piimask_core.testing import FakeModel, echo, failing, recognizing, scripted

JANE, BOB, SSN = "jane@example.com", "bob@company.com", "123-45-6789"
QUOTED = 'Jo "JJ" O\\Neil'


class Recorder(FunctionCallingLLM):
    """Keeps what it is called with; answers with what it is given, in steps."""

    answers: list[ChatResponse] = Field(default_factory=list)
    sent: list[list[ChatMessage]] = Field(default_factory=list)
    options: list[dict[str, Any]] = Field(default_factory=list)

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(is_chat_model=True, is_function_calling_model=True)

    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        self.sent.append(list(messages))
        self.options.append(kwargs)
        return self.answers[-1] if self.answers else said("ok")

    async def achat(
        self, messages: Sequence[ChatMessage], **kwargs: Any
    ) -> ChatResponse:
        return self.chat(messages, **kwargs)

    def stream_chat(
        self, messages: Sequence[ChatMessage], **kwargs: Any
    ) -> ChatResponseGen:
        self.chat(messages, **kwargs)
        return (answer for answer in self.answers)

    async def astream_chat(
        self, messages: Sequence[ChatMessage], **kwargs: Any
    ) -> ChatResponseAsyncGen:
        raise NotImplementedError

    def complete(
        self, prompt: str, formatted: bool = False, **kwargs: Any
    ) -> CompletionResponse:
        raise NotImplementedError

    async def acomplete(
        self, prompt: str, formatted: bool = False, **kwargs: Any
    ) -> CompletionResponse:
        raise NotImplementedError

    def stream_complete(
        self, prompt: str, formatted: bool = False, **kwargs: Any
    ) -> CompletionResponseGen:
        raise NotImplementedError

    async def astream_complete(
        self, prompt: str, formatted: bool = False, **kwargs: Any
    ) -> CompletionResponseAsyncGen:
        raise NotImplementedError

    def _prepare_chat_with_tools(
        self,
        tools: Any,
        user_msg: Any = None,
        chat_history: Any = None,
        verbose: bool = False,
        allow_parallel_tool_calls: bool = False,
        tool_required: bool = False,
        **kwargs: Any,
    ) -> dict[str, Any]:
        history = chat_history or []
        history.append(ChatMessage(user_msg))
        specs = [tool.metadata.to_openai_tool() for tool in tools]
        return {"messages": history, "tools": specs, **kwargs}

    def get_tool_calls_from_response(
        self, response: ChatResponse, error_on_no_tool_call: bool = True, **kwargs: Any
    ) -> list[ToolSelection]:
        return [
            ToolSelection(
                tool_id=block.tool_call_id or "",
                tool_name=block.tool_name,
                tool_kwargs=json.loads(str(block.tool_kwargs)),
            )
            for block in response.message.blocks
            if isinstance(block, ToolCallBlock)
        ]


def said(
    text: str | None = None, *blocks: Any, delta: str | None = None, **extra: Any
) -> ChatResponse:
    """An answer of these blocks."""
    texts = [] if text is None else [TextBlock(text=text)]
    return ChatResponse(
        message=ChatMessage(
            role=MessageRole.ASSISTANT,
            blocks=[*texts, *blocks],
            additional_kwargs=extra,
        ),
        delta=delta,
    )


def recorded(masker: Masker, *answers: ChatResponse) -> tuple[PIIMaskedLLM, Recorder]:
    inner = Recorder(answers=list(answers))
    return PIIMaskedLLM(inner, masker=masker), inner


def in_all(recorder: Recorder) -> str:
    """Everything that was sent, as one text."""
    dumps = [m.model_dump_json() for sent in recorder.sent for m in sent]
    return "\n".join([*dumps, repr(recorder.options)])


# What is sent


def test_every_kind_of_text_in_a_message_is_masked(masker: Masker) -> None:
    """Text, tool calls, citable sources, document titles, extras: no value is sent."""
    llm, inner = recorded(masker)
    message = ChatMessage(
        role=MessageRole.USER,
        blocks=[
            TextBlock(text=f"a {JANE}"),
            ToolCallBlock(tool_name="t", tool_kwargs={JANE: [BOB, {"x": SSN}]}),
            ToolCallBlock(tool_name="t", tool_kwargs=json.dumps({"who": QUOTED})),
            ToolCallBlock(tool_name="t", tool_kwargs=f"broken {{ {JANE}"),
            CitableBlock(title=JANE, source=BOB, content=[TextBlock(text=SSN)]),
            DocumentBlock(
                data=f"I am {JANE}".encode(), title=BOB, document_mimetype="text/plain"
            ),
        ],
        additional_kwargs={
            "name": JANE,
            "tool_calls": [{"function": {"arguments": json.dumps({"w": QUOTED})}}],
        },
    )

    llm.chat([message])

    seen = in_all(inner)
    data = inner.sent[0][1].blocks[5]
    assert isinstance(data, DocumentBlock)
    for value in (JANE, BOB, SSN, "JJ", "O\\\\Neil"):
        assert value not in seen
    assert data.data == base64.b64encode(b"I am <EMAIL_1>")
    kwargs = inner.sent[0][1].blocks[2]
    assert isinstance(kwargs, ToolCallBlock)
    assert kwargs.tool_kwargs == '{"who": "<PERSON_1>"}'


def test_what_the_framework_handed_in_is_not_changed(masker: Masker) -> None:
    """The caller's messages, which memory shares, are the same afterwards."""
    llm, _ = recorded(masker, said("<EMAIL_1>"))
    message = ChatMessage(
        role=MessageRole.USER,
        blocks=[
            TextBlock(text=JANE),
            ToolCallBlock(tool_name="t", tool_kwargs={"b": BOB}),
        ],
        additional_kwargs={"list": [SSN]},
    )
    before = message.model_dump_json()
    messages = [message]

    llm.chat(messages)

    assert message.model_dump_json() == before
    assert messages == [message]


def test_a_request_without_personal_data_goes_out_unchanged(masker: Masker) -> None:
    """No instruction is added where no placeholder is."""
    llm, inner = recorded(masker)

    llm.chat([ChatMessage("hello")])

    assert inner.sent == [[ChatMessage("hello")]]


def test_the_instruction_goes_into_the_system_message_once(masker: Masker) -> None:
    """It is added to what is there; a layer inside does not add it again."""
    inner = Recorder()
    llm = PIIMaskedLLM(PIIMaskedLLM(inner, masker=masker), masker=masker)

    llm.chat([ChatMessage("Be kind.", role="system"), ChatMessage(JANE)])

    system, user = inner.sent[0]
    assert system.content == f"Be kind.\n\n{masker.instruction}"
    assert user.content == "<EMAIL_1>"


def test_the_instruction_goes_into_a_setting_that_is_a_system_prompt(
    masker: Masker,
) -> None:
    """Where a client takes one, and lets it win."""
    inner = Recorder()
    told = {"instructions": "Be kind."}

    PIIMaskedLLM(inner, masker=masker).chat([ChatMessage(JANE)], **told)

    assert [m.content for m in inner.sent[0]] == ["<EMAIL_1>"]
    assert inner.options[0]["instructions"] == f"Be kind.\n\n{masker.instruction}"


def test_a_completion_has_the_instruction_before_the_prompt(masker: Masker) -> None:
    """With a blank line between."""
    fake = FakeModel(scripted("<EMAIL_1>"))

    answer = PIIMaskedLLM(FakeLLM(fake), masker=masker).complete(f"to {JANE}")

    assert fake.seen == [f"{masker.instruction}\n\nto <EMAIL_1>"]
    assert answer.text == JANE


def test_a_system_prompts_values_are_numbered_last(masker: Masker) -> None:
    """What the developer wrote comes after the conversation."""
    llm, inner = recorded(masker)

    llm.chat([ChatMessage(f"Ask {BOB}.", role="system"), ChatMessage(JANE)])

    system, user = inner.sent[0]
    assert str(system.content).startswith("Ask <EMAIL_2>.")
    assert user.content == "<EMAIL_1>"


def test_a_value_across_two_text_blocks_is_found(masker: Masker) -> None:
    """Some providers join texts with nothing between them."""
    llm, inner = recorded(masker)
    blocks = [TextBlock(text="to jane@exam"), TextBlock(text="ple.com ok")]

    llm.chat([ChatMessage(role=MessageRole.USER, blocks=blocks)])

    assert inner.sent[0][1].content == "to <EMAIL_1> ok"


def test_tools_and_other_options_are_masked(masker: Masker) -> None:
    """Descriptions, enums, stop words; names and types of tools stay."""
    llm, inner = recorded(masker)
    spec = {
        "type": "function",
        "function": {
            "name": "send",
            "description": f"Ask {BOB}.",
            "parameters": {"properties": {"to": {"type": "string", "enum": [JANE]}}},
        },
    }

    llm.chat([ChatMessage("hello")], tools=[spec], user=SSN, stop=[JANE])

    sent = inner.options[0]
    assert sent["tools"][0]["function"] == {
        "name": "send",
        "description": "Ask <EMAIL_1>.",
        "parameters": {"properties": {"to": {"type": "string", "enum": ["<EMAIL_2>"]}}},
    }
    assert sent["user"] == "<SSN_1>" and sent["stop"] == ["<EMAIL_2>"]
    assert inner.sent[0][0].content == masker.instruction


def test_ids_that_link_messages_stay(masker: Masker) -> None:
    """An id is not read as a value, but a value is not let go as an id."""
    llm, inner = recorded(masker)
    extra = {"tool_call_id": "call_a1", "id": JANE}

    llm.chat([ChatMessage("x", role="tool", additional_kwargs=extra)])

    sent = inner.sent[0][1].additional_kwargs
    assert sent == {"tool_call_id": "call_a1", "id": "<EMAIL_1>"}


def test_images_pass_and_thinking_is_never_touched(masker: Masker) -> None:
    """Neither on the way in nor on the way back."""
    thought = ThinkingBlock(content="It is <EMAIL_1>, not [EMAIL_9].")
    llm, inner = recorded(masker, said("<EMAIL_1>", thought))
    image = ImageBlock(url="https://x.io/a.png")

    answer = llm.chat(
        [ChatMessage(role="user", blocks=[TextBlock(text=JANE), image, thought])]
    )

    assert inner.sent[0][1].blocks[1:] == [image, thought]
    assert answer.message.blocks == [TextBlock(text=JANE), thought]


def test_bytes_in_extras_pass_and_unknown_objects_fail_closed(masker: Masker) -> None:
    """A signature goes out as it came; what cannot be read is not sent."""
    llm, inner = recorded(masker)
    llm.chat([ChatMessage("a", additional_kwargs={"thought_signature": b"\x00"})])
    assert inner.sent[0][0].additional_kwargs == {"thought_signature": b"\x00"}

    with pytest.raises(InputError):
        llm.chat([ChatMessage("a", additional_kwargs={"x": object()})])
    assert len(inner.sent) == 1


# What comes back


def test_tool_arguments_come_back_real(masker: Masker) -> None:
    """A value with quotes arrives whole in JSON text and in a dict."""
    answer = said(
        "",
        ToolCallBlock(tool_name="t", tool_kwargs='{"to":"<PERSON_1>"}'),
        ToolCallBlock(tool_name="t", tool_kwargs={"to": "<PERSON_1>"}),
        tool_calls=[{"function": {"arguments": '{"to":"<PERSON_1>"}'}}],
    )
    llm, _ = recorded(masker, answer)

    message = llm.chat([ChatMessage(QUOTED)]).message

    first, second = message.blocks[1:]
    assert isinstance(first, ToolCallBlock) and isinstance(second, ToolCallBlock)
    assert json.loads(str(first.tool_kwargs)) == {"to": QUOTED}
    assert second.tool_kwargs == {"to": QUOTED}
    arguments = message.additional_kwargs["tool_calls"][0]["function"]["arguments"]
    assert json.loads(arguments) == {"to": QUOTED}


@pytest.mark.parametrize("fence", ["{}", "```json\n{}\n```", "```\n{}", " [{}]"])
@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_json_in_text_stays_json(masker: Masker, fence: str, size: int) -> None:
    """Whole or streamed, a value with quotes is escaped."""
    reply = fence.format('{"name": "<PERSON_1>"}')
    whole = fence.format(json.dumps({"name": QUOTED}))
    fake = FakeModel(lambda texts: reply, size=size)
    llm = PIIMaskedLLM(FakeLLM(fake), masker=masker)

    assert llm.chat([ChatMessage(QUOTED)]).message.content == whole
    chunks = list(llm.stream_chat([ChatMessage(QUOTED)]))
    assert "".join(chunk.delta or "" for chunk in chunks) == whole


@pytest.mark.parametrize("size", range(1, 12))
@pytest.mark.parametrize("tail", ["", "<", "<EMAIL_", "<EMAIL_12", "{", "`", "EM"])
def test_content_is_the_sum_of_deltas(masker: Masker, size: int, tail: str) -> None:
    """However the stream is cut, and whatever it ends with."""
    reply = f"to <EMAIL_1>, <EMAIL_9> a<b {tail}"
    fake = FakeModel(lambda texts: reply, size=size)

    total = ""
    for chunk in PIIMaskedLLM(FakeLLM(fake), masker=masker).stream_chat(
        [ChatMessage(JANE)]
    ):
        total += chunk.delta or ""
        assert (chunk.message.content or "") == total

    assert total == reply.replace("<EMAIL_1>", JANE)


def test_streamed_tool_arguments_are_escaped_and_whole_at_the_end(
    masker: Masker,
) -> None:
    """Each fragment shows no half placeholder; the last one has all."""
    arguments = '{"to": "<PERSON_1>", "cc": "a <'
    steps = [
        said("", ToolCallBlock(tool_name="t", tool_kwargs=arguments[:at]), delta="")
        for at in range(1, len(arguments) + 1)
    ]
    llm, _ = recorded(masker, *steps)

    chunks = list(llm.stream_chat([ChatMessage(QUOTED)]))

    shown = [str(c.message.blocks[1].tool_kwargs) for c in chunks]  # type: ignore[union-attr]
    assert not any("<P" in text for text in shown)
    assert shown[-1] == f'{{"to": {json.dumps(QUOTED)}, "cc": "a <'
    assert all(shown[-1].startswith(text) for text in shown)


def test_closing_a_stream_early_closes_the_model(masker: Masker) -> None:
    """Nothing is left running."""
    closed = []

    def stream() -> ChatResponseGen:
        try:
            yield said("a", delta="a")
            yield said("ab", delta="b")
        finally:
            closed.append(True)

    class Streaming(Recorder):
        def stream_chat(
            self, messages: Sequence[ChatMessage], **kwargs: Any
        ) -> ChatResponseGen:
            return stream()

    answer = PIIMaskedLLM(Streaming(), masker=masker).stream_chat([ChatMessage(JANE)])
    next(answer)
    answer.close()

    assert closed == [True]


async def test_closing_an_async_stream_early_is_safe(masker: Masker) -> None:
    """Nothing is raised and nothing more is read."""
    fake = FakeModel(echo)
    llm = PIIMaskedLLM(FakeLLM(fake), masker=masker)

    answer = await llm.astream_chat([ChatMessage(JANE)])
    async for _ in answer:
        break
    await answer.aclose()

    assert [piece async for piece in answer] == []


# Layers and sessions


def test_an_enclosing_layer_restores_and_we_do_not(masker: Masker) -> None:
    """With the same registry, its placeholders stay as they stand."""
    registry = masker.registry("s")
    masker.mask(JANE, registry)
    fake = FakeModel(echo)
    llm = PIIMaskedLLM(FakeLLM(fake), masker=masker)

    with layer(registry):
        answer = llm.chat([ChatMessage(f"<EMAIL_1> {BOB}")])
        stream = llm.stream_chat([ChatMessage("<EMAIL_1>")])

    assert answer.message.content == "<EMAIL_1> <EMAIL_2>"
    assert "".join(chunk.delta or "" for chunk in stream) == "<EMAIL_1>"


def test_the_session_is_settled_when_the_call_is_made(masker: Masker) -> None:
    """A stream read elsewhere still belongs to the session it was asked in."""
    fake = FakeModel(echo)
    llm = PIIMaskedLLM(FakeLLM(fake), masker=masker)

    with pii_session("hers"):
        stream = llm.stream_chat([ChatMessage(JANE)])
    with pii_session("his"):
        assert "".join(chunk.delta or "" for chunk in stream) == JANE

    assert list(masker.registry("hers").view().values()) == [JANE]
    assert len(masker.registry("his")) == 0


def test_two_tenants_for_one_call_are_refused() -> None:
    """The masker's and the session's must not differ."""
    masker = Masker(recognizer=recognizing({}), tenant="a", vault=MemoryVault())
    llm = PIIMaskedLLM(FakeLLM(FakeModel(echo)), masker=masker)

    with pii_session("s", tenant="b"), pytest.raises(InputError):
        llm.complete("x")


def test_calls_without_a_session_share_nothing(masker: Masker) -> None:
    """The second call starts at one, and knows nothing of the first."""
    fake = FakeModel(scripted("<EMAIL_1>", "<EMAIL_1>"))
    llm = PIIMaskedLLM(FakeLLM(fake), masker=masker)

    assert llm.complete(JANE).text == JANE
    assert llm.complete("who?").text == "<EMAIL_1>"


async def test_concurrent_sessions_never_mix(masker: Masker) -> None:
    """Fifty at once on one model, each its own numbers."""
    values = {"EMAIL_ADDRESS": [f"u{n}@x.io" for n in range(50)]}
    masker = Masker(recognizer=recognizing(values), vault=MemoryVault())
    fake = FakeModel(echo)
    llm = PIIMaskedLLM(FakeLLM(fake), masker=masker)

    async def ask(n: int) -> str:
        with pii_session(f"s{n}"):
            stream = await llm.astream_chat([ChatMessage(f"I am u{n}@x.io")])
        return "".join([chunk.delta or "" async for chunk in stream])

    answers = await asyncio.gather(*(ask(n) for n in range(50)))

    assert answers == [f"I am u{n}@x.io" for n in range(50)]
    assert "<EMAIL_2>" not in "\n".join(fake.seen)


def test_a_failing_recognizer_stops_tools_and_streams_too() -> None:
    """Nothing is sent, whichever way the model is asked."""
    llm, inner = recorded(Masker(recognizer=failing, vault=MemoryVault()))

    with pytest.raises(MaskingError):
        llm.stream_chat([ChatMessage(JANE)])
    with pytest.raises(MaskingError):
        llm.chat_with_tools([], user_msg=JANE)
    assert inner.sent == []


# Tools, programs


def send(to: str) -> str:
    """Send a letter; boss@corp.com may read it."""
    return f"sent to {to}"


def test_tools_are_offered_masked_and_called_real(masker: Masker) -> None:
    """The model sees no docstring's value; the function gets the user's."""
    call = ToolCallBlock(
        tool_call_id="call_1", tool_name="send", tool_kwargs='{"to": "<EMAIL_1>"}'
    )
    llm, inner = recorded(masker, said("", call))
    history = [ChatMessage("before")]

    result = llm.predict_and_call(
        [FunctionTool.from_defaults(send)], user_msg=f"to {JANE}", chat_history=history
    )

    assert result.response == f"sent to {JANE}"
    assert JANE not in in_all(inner) and "boss@corp.com" not in in_all(inner)
    assert history == [ChatMessage("before")]


class Person(BaseModel):
    """Somebody."""

    name: str
    mail: str


def test_a_structured_answer_is_validated_with_real_values(masker: Masker) -> None:
    """Function calling with a schema, value with quotes included."""
    call = ToolCallBlock(
        tool_call_id="call_1",
        tool_name="Person",
        tool_kwargs='{"name": "<PERSON_1>", "mail": "<EMAIL_1>"}',
    )
    llm, _ = recorded(masker, said("", call))

    structured = llm.as_structured_llm(Person)
    answer = structured.chat([ChatMessage(f"{QUOTED} {JANE}")])

    assert answer.raw == Person(name=QUOTED, mail=JANE)


def test_a_model_without_tools_says_so(masker: Masker) -> None:
    """It cannot call tools because the model inside cannot."""
    llm = PIIMaskedLLM(FakeLLM(FakeModel(echo)), masker=masker)

    assert llm.metadata.is_function_calling_model is False
    with pytest.raises(ValueError, match="FakeLLM cannot call tools"):
        llm.chat_with_tools([])


# What it shows of itself


@pytest.mark.parametrize("mode", ["chat", "complete", "stream_chat", "stream_complete"])
def test_one_call_is_counted_once(masker: Masker, mode: str) -> None:
    """And the events show placeholders only."""
    counter = TokenCountingHandler()
    llm = PIIMaskedLLM(FakeLLM(FakeModel(echo)), masker=masker)
    llm.callback_manager = CallbackManager([counter])

    asked: Any = [ChatMessage(JANE)] if "chat" in mode else JANE
    answer = getattr(llm, mode)(asked)
    if "stream" in mode:
        list(answer)

    assert len(counter.llm_token_counts) == 1
    assert JANE not in repr(counter.llm_token_counts)


def test_nothing_it_holds_is_dumped_or_printed(masker: Masker) -> None:
    """Neither registry nor masker nor a value."""
    registry = masker.registry("sesame")
    masker.mask(JANE, registry)
    llm = PIIMaskedLLM(FakeLLM(FakeModel(echo)), masker=masker, registry=registry)

    shown = [repr(llm), str(llm), llm.to_json(), repr(llm.model_dump())]
    shown += [repr(llm.to_payload()), llm.model_dump_json()]

    for text in shown:
        assert not any(word in text for word in (JANE, "sesame", "registry", "masker"))
    assert llm.class_name() == "PIIMaskedLLM"


def test_a_copy_masks_as_the_original_does(masker: Masker) -> None:
    """Same masker, same registry, copied deep or shallow or with an update."""
    registry = masker.registry("s")
    llm = PIIMaskedLLM(Recorder(), masker=masker, registry=registry)

    copies = [copy.copy(llm), copy.deepcopy(llm), llm.model_copy(deep=True)]

    for other in [*copies, type(llm)(llm=llm.llm, masker=masker, registry=registry)]:
        assert other.masker is masker and other.registry is registry


def test_a_pickle_holds_a_handle_or_fails_as_a_whole(masker: Masker) -> None:
    """It never comes back with another masker than it went with."""
    registry = Registry("pickled")
    registry_of_ours = masker.mask(JANE, registry)
    plain = PIIMaskedLLM(Recorder(), registry=registry)

    data = pickle.dumps(plain)

    assert JANE.encode() not in data and registry_of_ours == "<EMAIL_1>"
    assert pickle.loads(data).registry == registry  # noqa: S301
    with pytest.raises((AttributeError, pickle.PicklingError)):
        pickle.dumps(PIIMaskedLLM(Recorder(), masker=masker))


def test_the_models_own_prompt_settings_are_kept(masker: Masker) -> None:
    """A system prompt set on the model inside still applies, masked."""
    from llama_index.core import PromptTemplate

    inner = Recorder(system_prompt=f"Serve {BOB}.")

    PIIMaskedLLM(inner, masker=masker).predict(PromptTemplate("hello"))

    system = str(inner.sent[0][0].content)
    assert system.startswith("Serve <EMAIL_1>.")


def test_importing_loads_no_other_framework_and_no_recognizer() -> None:
    """No langchain, no presidio, no spaCy."""
    code = (
        "import sys, llamaindex_piimask\n"
        "heavy = {'langchain', 'langchain_core', 'presidio_analyzer',"
        " 'presidio_anonymizer', 'spacy', 'langchain_piimask'}\n"
        "sys.exit(repr(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_a_missing_framework_is_named_with_its_extra() -> None:
    """The error says what to install."""
    code = (
        "import sys\n"
        "sys.modules['llama_index'] = sys.modules['llama_index.core'] = None\n"
        "import llamaindex_piimask"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert "pip install 'llm-piimask[llamaindex]'" in done.stderr
    assert "During handling" not in done.stderr
