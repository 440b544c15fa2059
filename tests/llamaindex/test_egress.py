"""The last look at a request: what no walker may change holds no known value."""

from typing import Any

import pytest
from llama_index.core.base.llms.types import (
    ChatMessage,
    ImageBlock,
    MessageRole,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
)
from llama_index.core.schema import NodeWithScore, TextNode

from llamaindex_piimask import (
    Masker,
    MemoryVault,
    PIIMaskedLLM,
    PIIMaskNodePostprocessor,
)
from llamaindex_piimask.messages import texts_of
from llamaindex_piimask.testing import FakeLLM
from piimask_core import UnmaskedText
from piimask_core.audit import Event, Sent
from piimask_core.testing import FakeModel, echo, recognizing

JANE, LOGIN = "jane@example.com", "jdoe-1987"
MODES = [
    method + what
    for what in ("chat", "complete")
    for method in ("", "a", "stream_", "astream_")
]
PLACES: dict[str, Any] = {
    "thinking": ThinkingBlock(content=f"{LOGIN} asks"),
    "signature": ThinkingBlock(additional_information={"signature": [LOGIN]}),
    "call id": ToolCallBlock(tool_call_id=LOGIN, tool_name="t", tool_kwargs={}),
    "tool name": ToolCallBlock(tool_name=f"ask {LOGIN}", tool_kwargs={}),
    "link": ImageBlock(url=f"https://x.io/{LOGIN}/a.png"),
}


def model(**options: Any) -> tuple[PIIMaskedLLM, FakeModel]:
    recognizer = recognizing({"EMAIL_ADDRESS": [JANE], "LOGIN": [LOGIN]})
    masker = Masker(recognizer=recognizer, vault=MemoryVault(), **options)
    fake = FakeModel(echo)
    registry = masker.registry("s")
    return PIIMaskedLLM(FakeLLM(fake), masker=masker, registry=registry), fake


async def ask(llm: PIIMaskedLLM, mode: str, **options: Any) -> None:
    said = [ChatMessage(LOGIN)] if "chat" in mode else LOGIN
    answer = getattr(llm, mode)(said, **options)
    if mode.startswith("a"):
        answer = await answer
    if mode.startswith("astream"):
        _ = [part async for part in answer]
    elif mode.startswith("stream"):
        list(answer)


@pytest.mark.parametrize("mode", MODES)
async def test_a_value_in_an_id_is_not_sent(mode: str) -> None:
    """In every mode the call fails before the model is asked, and holds no value."""
    llm, fake = model()

    with pytest.raises(UnmaskedText) as raised:
        await ask(llm, mode, tools=[{"id": LOGIN}])

    assert fake.seen == []
    assert LOGIN not in str(raised.value)


@pytest.mark.parametrize("place", PLACES)
def test_a_value_in_what_is_never_changed_is_not_sent(place: str) -> None:
    """Thinking, signatures, ids, names of tools, links of images."""
    llm, fake = model()
    blocks = [TextBlock(text=LOGIN), PLACES[place]]

    with pytest.raises(UnmaskedText):
        llm.chat([ChatMessage(role=MessageRole.ASSISTANT, blocks=blocks)])

    assert fake.seen == []


def test_a_value_in_an_id_among_extras_is_not_sent() -> None:
    """Known from an earlier turn."""
    llm, fake = model()
    llm.chat([ChatMessage(LOGIN)])
    seen = list(fake.seen)

    with pytest.raises(UnmaskedText):
        llm.chat([ChatMessage("x", additional_kwargs={"tool_call_id": LOGIN})])

    assert fake.seen == seen


@pytest.mark.parametrize("mode", MODES)
async def test_each_request_has_one_receipt(mode: str) -> None:
    """For all of its texts."""
    events: list[Event] = []
    llm, fake = model(audit=events.append)

    await ask(llm, mode, user=JANE)

    (sent,) = (event for event in events if isinstance(event, Sent))
    assert sent.known == 2 and sent.texts >= 2
    assert LOGIN not in "\n".join(fake.seen)


def test_the_last_look_can_be_left_out() -> None:
    """With a masker that is told not to prove."""
    llm, fake = model(prove=False)

    llm.complete(LOGIN, tools=[{"id": LOGIN}])

    assert len(fake.seen) == 2


def test_the_bytes_of_media_are_not_read() -> None:
    """Nor what is long and nothing but base64; a long text is."""
    image = "data:image/png;base64," + "iVBORw0KGgo" * 10_000
    text = "a sentence. " * 10_000
    message = ChatMessage(
        role=MessageRole.USER,
        blocks=[ImageBlock(image=b"abcd"), TextBlock(text=text)],
        additional_kwargs={"image": image},
    )

    texts = texts_of([message, {"number": 4111111111111111}])

    assert text in texts and "4111111111111111" in texts and "image" in texts
    assert image not in texts and not any("abcd" in each for each in texts)


# Who has said it


@pytest.mark.parametrize(
    ("role", "source"),
    [
        ("user", "user"),
        ("tool", "tool"),
        ("function", "tool"),
        ("system", "app"),
        ("developer", "app"),
        ("assistant", "model"),
    ],
)
def test_a_values_source_is_who_has_said_it(role: str, source: str) -> None:
    """By the role of the message, its extras included."""
    llm, _ = model()

    llm.chat([ChatMessage(JANE, role=role, additional_kwargs={"x": LOGIN})])

    assert llm.registry is not None
    sources = llm.registry.view().sources
    assert {name: set(said) for name, said in sources.items()} == {
        "<EMAIL_1>": {source},
        "<LOGIN_1>": {source},
    }


def test_options_are_the_apps_and_nodes_are_documents() -> None:
    """A prompt is the user's."""
    llm, _ = model()
    assert llm.masker is not None and llm.registry is not None
    llm.complete(JANE, user=LOGIN)
    masking = PIIMaskNodePostprocessor(masker=llm.masker, registry=llm.registry)
    node = TextNode(text="x", metadata={"by": JANE})

    masking.postprocess_nodes([NodeWithScore(node=node)])

    sources = llm.registry.view().sources
    assert set(sources["<EMAIL_1>"]) == {"user", "document"}
    assert set(sources["<LOGIN_1>"]) == {"app"}
