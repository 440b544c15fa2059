"""PIIMaskMemory: placeholders at rest, the registry carried along, real for the app."""

import copy
import json
import pickle
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.base.llms.types import (
    ChatMessage,
    MessageRole,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
)
from llama_index.core.chat_engine import SimpleChatEngine
from llama_index.core.memory import (
    ChatMemoryBuffer,
    ChatSummaryMemoryBuffer,
    Memory,
)

from llamaindex_piimask import (
    Masker,
    MemoryVault,
    PIIMaskedLLM,
    PIIMaskMemory,
    RegistryLost,
    SealError,
    pii_session,
)
from llamaindex_piimask.testing import FakeLLM
from piimask_core.session import layer
from piimask_core.testing import FakeModel, echo, recognizing

JANE, BOB, SSN = "jane@example.com", "bob@company.com", "123-45-6789"
QUOTED = 'Jo "JJ" O\\Neil'
KEY = secrets.token_bytes(32)

OTHER_PROCESS = """
import asyncio, json, sys
from llama_index.core.llms import ChatMessage
from llama_index.core.memory import Memory
from llamaindex_piimask import Masker, MemoryVault, PIIMaskedLLM, PIIMaskMemory
from llamaindex_piimask.testing import FakeLLM
from piimask_core.testing import FakeModel, echo, recognizing

uri, key, values, said = sys.argv[1], bytes.fromhex(sys.argv[2]), *sys.argv[3:]

async def main():
    masker = Masker(recognizer=recognizing(json.loads(values)), vault=MemoryVault())
    inner = Memory.from_defaults(session_id="u1", async_database_uri=uri)
    memory = PIIMaskMemory(inner, masker=masker, key=key or None)
    fake = FakeModel(echo)
    told = [message.content for message in await memory.aget()]
    llm = PIIMaskedLLM(FakeLLM(fake), masker=masker, registry=memory.registry)
    for text in json.loads(said):
        await memory.aput(ChatMessage(text))
        answer = await llm.achat(await memory.aget())
        await memory.aput(answer.message)
    history = [message.content for message in await memory.aget()]
    print(json.dumps({"told": told, "history": history, "seen": fake.seen[-1:]}))

asyncio.run(main())
"""
VALUES = {
    "EMAIL_ADDRESS": [JANE, BOB],
    "US_SSN": [SSN],
    "PERSON": [QUOTED],
}


def elsewhere(uri: str, key: bytes, *said: str) -> Any:
    """A conversation's turns in a process of its own."""
    done = subprocess.run(  # noqa: S603
        [
            sys.executable,
            "-c",
            OTHER_PROCESS,
            uri,
            key.hex(),
            json.dumps(VALUES),
            json.dumps(said),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return done.stderr
    return json.loads(done.stdout)


def buffer() -> ChatMemoryBuffer:
    return ChatMemoryBuffer.from_defaults(token_limit=100_000)


async def close(memory: Any) -> None:
    await memory.sql_store._async_engine.dispose()


def at_rest(memory: Any) -> str:
    return "\n".join(message.model_dump_json() for message in memory.get_all())


# Another process


def test_a_conversation_goes_on_in_another_process(tmp_path: Path) -> None:
    """Same placeholders, right values; the file holds none of them in clear."""
    uri = f"sqlite+aiosqlite:///{tmp_path}/chat.db"
    texts = [f"I am {QUOTED}.", f"My mail is {JANE}.", f"My number is {SSN}."]
    first = elsewhere(uri, KEY, *texts)

    later = elsewhere(uri, KEY, f"{BOB} and {JANE}, and {SSN}?")

    assert first["history"] == [text for text in texts for _ in "ab"]
    assert later["told"] == first["history"]
    assert later["seen"] == ["<EMAIL_2> and <EMAIL_1>, and <SSN_1>?"]
    assert later["history"][-1] == f"{BOB} and {JANE}, and {SSN}?"
    for file in tmp_path.iterdir():
        data = file.read_bytes()
        for value in (
            JANE,
            BOB,
            SSN,
            QUOTED,
            json.dumps(QUOTED)[1:-1],
            "jane",
            "Neil",
        ):
            assert value.encode() not in data


def test_a_handle_alone_is_lost_in_another_process(tmp_path: Path) -> None:
    """Without a key nothing comes back, and nothing is mixed up."""
    uri = f"sqlite+aiosqlite:///{tmp_path}/chat.db"
    elsewhere(uri, b"", f"I am {JANE}.")

    assert "RegistryLost" in elsewhere(uri, b"", "who am I?")


def test_another_key_opens_nothing(masker: Masker) -> None:
    """SealError, and no guess."""
    inner = buffer()
    PIIMaskMemory(inner, masker=masker, key=KEY).put(ChatMessage(JANE))

    with pytest.raises(SealError):
        PIIMaskMemory(inner, masker=masker, key=secrets.token_bytes(32)).get()


def test_a_buffer_saved_as_text_goes_on(masker: Masker) -> None:
    """What the messages inside dump carries everything."""
    memory = PIIMaskMemory(buffer(), masker=masker, key=KEY)
    memory.put(ChatMessage(f"I am {JANE}."))
    memory.put(ChatMessage(f"And {BOB}."))
    saved = [message.model_dump_json() for message in memory.memory.get_all()]

    elsewhere = Masker(recognizer=recognizing(VALUES), vault=MemoryVault())
    inner = buffer()
    inner.put_messages([ChatMessage.model_validate_json(text) for text in saved])
    again = PIIMaskMemory(inner, masker=elsewhere, key=KEY)

    assert JANE not in "".join(saved)
    assert [m.content for m in again.get()] == [f"I am {JANE}.", f"And {BOB}."]
    assert elsewhere.mask(f"{BOB}", again.registry) == "<EMAIL_2>"


# At rest


def test_at_rest_there_are_placeholders_only(masker: Masker) -> None:
    """Text, tool calls and extras; thinking is left as the model wrote it."""
    inner = buffer()
    memory = PIIMaskMemory(inner, masker=masker, key=KEY)
    message = ChatMessage(
        role=MessageRole.ASSISTANT,
        blocks=[
            TextBlock(text=f"to {JANE}"),
            ThinkingBlock(content="<EMAIL_1> it is"),
            ToolCallBlock(tool_name="t", tool_kwargs=json.dumps({"to": QUOTED})),
        ],
        additional_kwargs={"note": SSN},
    )
    before = message.model_copy(deep=True)

    memory.put(message)

    for value in (JANE, SSN, "Neil"):
        assert value not in at_rest(inner)
    assert message == before
    assert memory.get() == [before] == memory.get_all()


def test_a_stamp_is_never_given_to_the_app(masker: Masker) -> None:
    """Providers are sent additional_kwargs; and the model drops one it is given."""
    inner = buffer()
    memory = PIIMaskMemory(inner, masker=masker, key=KEY)
    memory.put(ChatMessage(JANE))

    assert memory.get()[0].additional_kwargs == {}
    assert "piimask" in inner.get_all()[0].additional_kwargs
    fake = FakeModel(echo)
    PIIMaskedLLM(FakeLLM(fake), masker=masker).chat(inner.get_all())
    assert "sealed" not in "\n".join(fake.seen)


def test_a_stamp_brings_what_is_new_and_what_is_mentioned(masker: Masker) -> None:
    """So what is stored grows with the text, however long the conversation."""
    inner = buffer()
    memory = PIIMaskMemory(inner, masker=masker, key=KEY)
    for text in (f"{JANE} {BOB}", f"again {JANE}", "nothing"):
        memory.put(ChatMessage(text))

    views = []
    for message in inner.get_all():
        alone = buffer()
        alone.put(message)
        elsewhere = Masker(recognizer=recognizing(VALUES), vault=MemoryVault())
        views.append(PIIMaskMemory(alone, masker=elsewhere, key=KEY).registry.view())

    both = {"<EMAIL_1>": JANE, "<EMAIL_2>": BOB}
    assert views == [both, {"<EMAIL_1>": JANE}, {}]


def test_what_only_the_model_saw_is_carried_too(masker: Masker) -> None:
    """A value of a system prompt has a number that must not be given again."""
    inner = buffer()
    memory = PIIMaskMemory(inner, masker=masker, key=KEY)
    memory.put(ChatMessage(JANE))
    masker.mask(BOB, memory.registry)
    memory.put(ChatMessage("ok"))

    elsewhere = Masker(recognizer=recognizing(VALUES), vault=MemoryVault())
    again = PIIMaskMemory(inner, masker=elsewhere, key=KEY)

    assert again.registry.view() == {"<EMAIL_1>": JANE, "<EMAIL_2>": BOB}


@pytest.mark.parametrize("way", ["reset", "set"])
def test_a_memory_written_anew_carries_everything(masker: Masker, way: str) -> None:
    """Stamps that went with the old messages are made good."""
    inner = buffer()
    memory = PIIMaskMemory(inner, masker=masker, key=KEY)
    memory.put(ChatMessage(JANE))
    if way == "reset":
        memory.reset()
        memory.put(ChatMessage(f"{BOB} {JANE}"))
    else:
        memory.set([ChatMessage(f"{BOB} {JANE}")])

    elsewhere = Masker(recognizer=recognizing(VALUES), vault=MemoryVault())
    again = PIIMaskMemory(inner, masker=elsewhere, key=KEY)

    assert "<EMAIL_2> <EMAIL_1>" in at_rest(inner)
    assert again.get()[0].content == f"{BOB} {JANE}"


def test_a_summarizing_memory_keeps_what_its_summary_names(masker: Masker) -> None:
    """Its own model sees placeholders, and each message carries the whole registry."""
    fake = FakeModel(lambda texts: "They spoke of <EMAIL_1>.")
    inner = ChatSummaryMemoryBuffer.from_defaults(llm=FakeLLM(fake), token_limit=5)
    memory = PIIMaskMemory(inner, masker=masker, key=KEY)
    memory.put(ChatMessage(f"I am {JANE}. " + "word " * 20))
    memory.put(ChatMessage(BOB))

    assert f"They spoke of {JANE}." in [m.content for m in memory.get()]
    assert JANE not in "\n".join(fake.seen)
    elsewhere = Masker(recognizer=recognizing(VALUES), vault=MemoryVault())
    again = PIIMaskMemory(inner, masker=elsewhere, key=KEY)
    assert f"They spoke of {JANE}." in [m.content for m in again.get_all()]


# Which conversation


async def test_it_joins_the_session_of_the_memory_inside(masker: Masker) -> None:
    """And the model can join it."""
    inner = Memory.from_defaults(session_id="u1")
    memory = PIIMaskMemory(inner, masker=masker)
    await memory.aput(ChatMessage(JANE))

    assert memory.registry == masker.registry("u1")
    assert [m.content for m in await memory.aget()] == [JANE]
    assert [m.content for m in await memory.aget_all()] == [JANE]
    await memory.aset([ChatMessage(BOB)])
    assert [m.content for m in await memory.aget(input=JANE)] == [BOB]
    await memory.areset()
    assert await memory.aget() == []
    await close(inner)


def test_buffers_with_the_default_key_share_nothing(masker: Masker) -> None:
    """``chat_history`` is everybody's key, so it names no conversation."""
    first = PIIMaskMemory(buffer(), masker=masker)
    second = PIIMaskMemory(buffer(), masker=masker)

    assert first.registry != second.registry
    with pii_session("s"):
        joined = PIIMaskMemory(buffer(), masker=masker)
        assert joined.registry == masker.registry("s")


def test_messages_of_another_registry_are_refused(masker: Masker) -> None:
    """Their placeholders would mean somebody else."""
    inner = buffer()
    PIIMaskMemory(inner, masker=masker).put(ChatMessage(JANE))
    other = masker.registry("other")

    with pytest.raises(RegistryLost):
        PIIMaskMemory(inner, masker=masker, registry=other).get()


def test_within_a_layer_it_neither_escapes_nor_restores(masker: Masker) -> None:
    """The layer around it does both."""
    memory = PIIMaskMemory(buffer(), masker=masker, registry=masker.registry("s"))
    masker.mask(JANE, memory.registry)

    with layer(memory.registry):
        memory.put(ChatMessage("<EMAIL_1>"))
        assert memory.get() == [ChatMessage("<EMAIL_1>")]

    assert memory.get() == [ChatMessage(JANE)]


def test_a_typed_placeholder_comes_back_as_it_was_typed(masker: Masker) -> None:
    """Nobody types their way to a value through memory."""
    memory = PIIMaskMemory(buffer(), masker=masker)
    memory.put(ChatMessage(JANE))
    memory.put(ChatMessage("<EMAIL_1>"))

    assert [m.content for m in memory.get()] == [JANE, "<EMAIL_1>"]


def test_a_chat_engine_keeps_its_conversation(masker: Masker) -> None:
    """The model sees one numbering over all turns, the store none of the values."""
    fake = FakeModel(echo)
    inner = buffer()
    memory = PIIMaskMemory(inner, masker=masker, key=KEY)
    llm = PIIMaskedLLM(FakeLLM(fake), masker=masker, registry=memory.registry)
    chat = SimpleChatEngine.from_defaults(llm=llm, memory=memory)

    for text in (f"I am {JANE}", f"{BOB} too", f"again {JANE}"):
        assert str(chat.chat(text)) == text
    assert "".join(chat.stream_chat(f"{BOB}?").response_gen) == f"{BOB}?"

    assert "again <EMAIL_1>" in fake.seen and "<EMAIL_2>?" in fake.seen
    assert JANE not in at_rest(inner) and BOB not in at_rest(inner)
    assert [m.content for m in memory.get()][:2] == [f"I am {JANE}"] * 2


# What it shows of itself


async def test_neither_key_nor_registry_is_dumped_printed_or_pickled(
    masker: Masker,
) -> None:
    """The dump is that of the memory inside, with placeholders."""
    inner = Memory.from_defaults(session_id="u1")
    memory = PIIMaskMemory(inner, masker=masker, key=KEY)
    await memory.aput(ChatMessage(JANE))

    shown = repr(memory) + str(memory) + memory.model_dump_json()
    for secret in (JANE, repr(KEY), KEY.hex(), "masker"):
        assert secret not in shown
    with pytest.raises(TypeError):
        pickle.dumps(memory)
    await close(inner)


def test_a_copy_shares_the_registry(masker: Masker) -> None:
    """And has messages of its own."""
    memory = PIIMaskMemory(buffer(), masker=masker, key=KEY)
    memory.put(ChatMessage(JANE))

    clone = copy.deepcopy(memory)
    clone.put(ChatMessage(BOB))

    assert [m.content for m in clone.get()] == [JANE, BOB]
    assert memory.get() == [ChatMessage(JANE)]
    assert clone.registry == memory.registry


async def test_from_defaults_makes_a_memory(masker: Masker) -> None:
    """With what ``Memory.from_defaults`` takes."""
    memory = PIIMaskMemory.from_defaults(masker=masker, session_id="u1")
    await memory.aget_all()

    assert memory.registry == masker.registry("u1")
    await close(memory.memory)
