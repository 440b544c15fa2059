"""PIIMaskCallbackHandler: what stops a model before it is called."""

import base64
import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from llama_index.core import Settings, VectorStoreIndex
from llama_index.core.agent.workflow import ReActAgent
from llama_index.core.base.llms.types import (
    ChatMessage,
    MessageRole,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
)
from llama_index.core.callbacks import CallbackManager, CBEventType
from llama_index.core.chat_engine import SimpleChatEngine
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.schema import TextNode

from llamaindex_piimask import (
    Masker,
    MaskingError,
    PIIMaskCallbackHandler,
    PIIMaskedLLM,
    PIIMaskQueryEngine,
    Registry,
    UnmaskedText,
    pii_session,
)
from llamaindex_piimask.testing import FakeEmbedding, FakeLLM
from piimask_core.audit import Event, Sent
from piimask_core.session import layer
from piimask_core.testing import FakeModel, echo, failing, recognizing

JANE, BOB, SSN = "jane@example.com", "bob@company.com", "123-45-6789"
MODES = [
    method + what
    for what in ("chat", "complete")
    for method in ("", "a", "stream_", "astream_")
]


def guarded(masker: Masker, registry: Registry | None = None) -> tuple[FakeLLM, Any]:
    """A bare model with the guard, and what it was called with."""
    handler = PIIMaskCallbackHandler(masker=masker, registry=registry)
    fake = FakeModel(echo)
    return FakeLLM(fake, callback_manager=CallbackManager([handler])), fake


async def ask(llm: Any, mode: str, text: str, **options: Any) -> str:
    answer = getattr(llm, mode)(
        [ChatMessage(text)] if "chat" in mode else text, **options
    )
    if mode.startswith("a"):
        answer = await answer
    if mode.startswith("astream"):
        return "".join([part.delta or "" async for part in answer])
    if mode.startswith("stream"):
        return "".join(part.delta or "" for part in answer)
    return str(answer.text if "complete" in mode else answer.message.content)


@pytest.mark.parametrize("mode", MODES)
async def test_a_bare_model_gets_nothing(masker: Masker, mode: str) -> None:
    """In every mode the exception stops the call; it holds no value."""
    llm, fake = guarded(masker)

    with pytest.raises(UnmaskedText, match="EMAIL_ADDRESS in clear") as raised:
        await ask(llm, mode, f"I am {JANE}")

    assert fake.seen == []
    assert JANE not in repr(raised.value) and raised.value.__context__ is None


@pytest.mark.parametrize("mode", MODES)
async def test_masked_text_goes_on(masker: Masker, mode: str) -> None:
    """With placeholders, and with nothing to mask; each has one receipt or more."""
    events: list[Event] = []
    llm, fake = guarded(replace(masker, audit=events.append))

    assert await ask(llm, mode, "I am <EMAIL_1>") == "I am <EMAIL_1>"
    assert fake.seen
    assert events and all(isinstance(event, Sent) for event in events)


@pytest.mark.parametrize("mode", MODES)
async def test_a_wrapped_model_goes_on(masker: Masker, mode: str) -> None:
    """The guard sees what the model inside gets."""
    masker = replace(masker, instruction="")
    inner, fake = guarded(masker)

    answer = await ask(PIIMaskedLLM(inner, masker=masker), mode, f"I am {JANE}")

    assert answer == f"I am {JANE}"
    assert JANE not in "".join(fake.seen) and "<EMAIL_1>" in "".join(fake.seen)


# Where it looks

PLACES: dict[str, Any] = {
    "text": TextBlock(text=JANE),
    "tool call": ToolCallBlock(tool_name="t", tool_kwargs={"x": [JANE]}),
    "tool call as text": ToolCallBlock(tool_name="t", tool_kwargs=f'{{"x": "{JANE}"}}'),
}


@pytest.mark.parametrize("place", PLACES)
def test_new_values_are_seen_wherever_text_is_masked(
    masker: Masker, place: str
) -> None:
    """In blocks and in extras."""
    llm, fake = guarded(masker)
    for message in (
        ChatMessage(role=MessageRole.ASSISTANT, blocks=[PLACES[place]]),
        ChatMessage("x", additional_kwargs={"name": JANE}),
    ):
        with pytest.raises(UnmaskedText):
            llm.chat([ChatMessage("x"), message])
    assert fake.seen == []


KNOWN: dict[str, Sequence[ChatMessage]] = {
    "system": [ChatMessage(JANE, role=MessageRole.SYSTEM)],
    "developer": [ChatMessage(JANE, role=MessageRole.DEVELOPER)],
    "thinking": [
        ChatMessage(role=MessageRole.ASSISTANT, blocks=[ThinkingBlock(content=JANE)])
    ],
    "encoded": [ChatMessage(base64.b64encode(JANE.encode()).decode())],
    "in another form": [ChatMessage(JANE.upper())],
}


@pytest.mark.parametrize("place", KNOWN)
def test_known_values_are_seen_everywhere(masker: Masker, place: str) -> None:
    """In system messages, thinking, encodings; a new value there may be the app's."""
    registry = masker.registry("s")
    unknown, called = guarded(masker, registry)
    unknown.chat(KNOWN[place])
    assert called.seen != []

    masker.mask(JANE, registry)
    llm, fake = guarded(masker, registry)
    with pytest.raises(UnmaskedText):
        llm.chat(KNOWN[place])
    assert fake.seen == []


def test_known_values_are_seen_in_options(masker: Masker) -> None:
    """Such as the description of a tool; of chats and completions."""
    registry = masker.registry("s")
    masker.mask(JANE, registry)
    llm, fake = guarded(masker, registry)

    with pytest.raises(UnmaskedText):
        llm.chat([ChatMessage("x")], tools=[{"description": f"Ask {JANE}"}])
    with pytest.raises(UnmaskedText):
        llm.complete("x", user=JANE)
    assert fake.seen == []


def test_a_name_of_the_apps_own_is_none(masker: Masker) -> None:
    """Somebody is called as a tool is; what the tool says of itself is read."""
    masker = replace(masker, recognizer=recognizing({"PERSON": ["Claude"]}))
    registry = masker.registry("s")
    masker.mask("Claude", registry)
    llm, fake = guarded(masker, registry)
    tool = {"name": "Claude", "description": "Answers."}

    llm.chat([ChatMessage("x")], tools=[tool])
    assert fake.seen != []
    with pytest.raises(UnmaskedText):
        llm.chat([ChatMessage("x")], tools=[{**tool, "description": "Ask Claude!"}])


def test_the_conversation_is_found(masker: Masker) -> None:
    """That of the layer around, or the session."""
    system = [ChatMessage(JANE, role=MessageRole.SYSTEM)]
    masker.mask(JANE, masker.registry("s"))
    llm, fake = guarded(masker)

    with layer(masker.registry("s")), pytest.raises(UnmaskedText):
        llm.chat(system)
    with pii_session("s"), pytest.raises(UnmaskedText):
        llm.chat(system)
    assert fake.seen == []
    with pii_session("other"):
        llm.chat(system)
    assert len(fake.seen) == 2


def test_what_cannot_be_read_is_not_sent(masker: Masker) -> None:
    """A recognizer that fails stops the call, without a value."""
    llm, fake = guarded(replace(masker, recognizer=failing))

    with pytest.raises(MaskingError) as raised:
        llm.complete(f"I am {JANE}")

    assert fake.seen == [] and JANE not in repr(raised.value)


def test_it_looks_at_models_only(masker: Masker) -> None:
    """Other events are none of its business: real text is at home there."""
    manager = CallbackManager([PIIMaskCallbackHandler(masker=masker)])

    with manager.event(CBEventType.QUERY, payload={"query_str": JANE}) as event:
        event.on_end(payload={"response": JANE})

    assert event.finished  # nothing was raised on the way


# In engines and agents


def memory() -> ChatMemoryBuffer:
    return ChatMemoryBuffer.from_defaults(token_limit=100_000)


def test_a_query_engine_is_stopped_and_a_masked_one_goes_on(
    masker: Masker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the engine asks, in each of its modes; an engine asks the settings."""
    manager = CallbackManager([PIIMaskCallbackHandler(masker=masker)])
    monkeypatch.setattr(Settings, "_callback_manager", manager)
    index = VectorStoreIndex([TextNode(text=JANE)], embed_model=FakeEmbedding())
    for mode in ("compact", "refine", "tree_summarize", "accumulate"):
        fake = FakeModel(echo)
        llm = FakeLLM(fake)
        engine = index.as_query_engine(llm=llm, response_mode=mode)
        with pytest.raises(UnmaskedText):
            engine.query("Who is it?")
        assert fake.seen == []

        answer = PIIMaskQueryEngine(engine, masker=masker).query("Who is it?")
        assert JANE in str(answer)
        assert JANE not in "".join(fake.seen) and "<EMAIL_1>" in "".join(fake.seen)


@pytest.mark.parametrize("mode", ["chat", "achat", "stream_chat", "astream_chat"])
async def test_a_chat_engine_is_stopped(masker: Masker, mode: str) -> None:
    """Also where it would stream."""
    llm, fake = guarded(masker)
    engine = SimpleChatEngine.from_defaults(llm=llm, memory=memory())

    with pytest.raises(UnmaskedText):
        answer = getattr(engine, mode)(f"I am {JANE}")
        if mode.startswith("a"):
            answer = await answer
        if mode == "astream_chat":
            _ = [piece async for piece in answer.async_response_gen()]
        elif mode == "stream_chat":
            list(answer.response_gen)
    assert fake.seen == []


@pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecatedSince20")
@pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecatedSince211")
@pytest.mark.filterwarnings("ignore:is_running called:DeprecationWarning")
@pytest.mark.parametrize("streaming", [False, True])
async def test_an_agent_is_stopped(masker: Masker, streaming: bool) -> None:
    """The run ends with the guard's error."""
    llm, fake = guarded(masker)
    agent = ReActAgent(llm=llm, tools=[], streaming=streaming)

    with pytest.raises(Exception, match="EMAIL_ADDRESS in clear") as raised:
        await agent.run(f"I am {JANE}", memory=memory())

    assert fake.seen == [] and JANE not in str(raised.value)


def test_one_line_in_settings_is_enough(
    masker: Masker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For each model that is made afterwards."""
    manager = CallbackManager([PIIMaskCallbackHandler(masker=masker)])
    monkeypatch.setattr(Settings, "_callback_manager", manager)
    fake = FakeModel(echo)

    with pytest.raises(UnmaskedText):
        FakeLLM(fake).chat([ChatMessage(JANE)])
    assert fake.seen == []


def test_it_shows_nothing_and_is_shared_by_copies(masker: Masker) -> None:
    """A copied model has the same guard."""
    registry = masker.registry("sesame")
    masker.mask(JANE, registry)
    handler = PIIMaskCallbackHandler(masker=masker, registry=registry)

    assert repr(handler) == "PIIMaskCallbackHandler()"
    assert copy.deepcopy(handler) is handler
    assert JANE not in repr(vars(handler)) and SSN not in repr(vars(handler))
