"""Chain memory carries the registry: in a history, and in LangGraph's checkpoints."""

import json
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from langchain_core.chat_history import InMemoryChatMessageHistory
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    ToolMessage,
    message_to_dict,
    messages_from_dict,
)

from langchain_piimask import PIIMaskChatMessageHistory, PIIMaskedChatModel
from langchain_piimask.testing import FakeChatModel
from piimask_core import Masker, MemoryVault, RegistryLost, SealError
from piimask_core.testing import FakeModel, echo

# Deprecated by LangChain, and used by nearly everybody.
pytestmark = pytest.mark.filterwarnings(
    "ignore::langchain_core._api.LangChainDeprecationWarning"
)

JANE = "jane@example.com"
BOB = "bob@company.com"
KEY = bytes(range(32))


def another_process(masker: Masker) -> Masker:
    """The same configuration with an empty vault."""
    return Masker(recognizer=masker.recognizer, vault=MemoryVault())


def copied(history: InMemoryChatMessageHistory) -> InMemoryChatMessageHistory:
    """What a store would give back: the same messages through JSON."""
    stored = json.dumps([message_to_dict(m) for m in history.messages])
    return InMemoryChatMessageHistory(messages=messages_from_dict(json.loads(stored)))


def test_messages_rest_masked_and_come_out_real(masker: Masker) -> None:
    """At rest there is no value; the app sees what was said."""
    store = InMemoryChatMessageHistory()
    history = PIIMaskChatMessageHistory(store, masker=masker, key=KEY)
    call = {"name": "f", "args": {"to": JANE}, "id": "1", "type": "tool_call"}
    said: list[BaseMessage] = [
        HumanMessage(f"I am {JANE}"),
        AIMessage("", tool_calls=[call]),
    ]
    history.add_messages(said)
    history.add_user_message("typed <EMAIL_1>")

    assert history.messages == [*said, HumanMessage("typed <EMAIL_1>")]
    assert JANE not in str(store.messages)
    assert "<EMAIL_1>" in str(store.messages)


def test_what_only_the_app_reads_of_a_result_rests_masked_too(masker: Masker) -> None:
    """A tool's artifact is stored with the message, and comes out real."""
    inner = InMemoryChatMessageHistory()
    history = PIIMaskChatMessageHistory(inner, masker=masker)
    found = ToolMessage(
        "found", tool_call_id="1", artifact={"by": ["jane@example.com"]}
    )
    history.add_messages([found])

    assert "jane" not in str(inner.messages)
    assert history.messages[0].artifact == {"by": ["jane@example.com"]}  # type: ignore[attr-defined]


def test_a_new_process_goes_on_with_the_same_placeholders(masker: Masker) -> None:
    """Values come back from the sealed copies, and the next number is the next."""
    store = InMemoryChatMessageHistory()
    history = PIIMaskChatMessageHistory(store, masker=masker, key=KEY)
    history.add_user_message(JANE)
    history.add_ai_message("noted")
    history.add_user_message(f"{BOB}, {JANE}")

    later = PIIMaskChatMessageHistory(
        copied(store), masker=another_process(masker), key=KEY
    )
    assert [m.content for m in later.messages] == [JANE, "noted", f"{BOB}, {JANE}"]
    later.add_user_message(f"{JANE}, {BOB}, boss@corp.com")
    stored: Any = later._history.messages[-1].content
    assert stored == "<EMAIL_1>, <EMAIL_2>, <EMAIL_3>"


def test_a_trimmed_history_still_restores_what_it_kept(masker: Masker) -> None:
    """Each message carries what it mentions, so none depends on one that is gone."""
    store = InMemoryChatMessageHistory()
    history = PIIMaskChatMessageHistory(store, masker=masker, key=KEY)
    for text in (JANE, BOB, f"again {JANE}"):
        history.add_user_message(text)
    store.messages = store.messages[-1:]

    later = PIIMaskChatMessageHistory(
        copied(store), masker=another_process(masker), key=KEY
    )
    assert [m.content for m in later.messages] == [f"again {JANE}"]
    later.add_user_message("boss@corp.com")
    stored: Any = later._history.messages[-1].content
    assert stored == "<EMAIL_3>"


def test_without_a_key_another_process_is_told_what_is_missing(masker: Masker) -> None:
    """The handle alone opens nothing, and nobody starts at 1 again."""
    store = InMemoryChatMessageHistory()
    PIIMaskChatMessageHistory(store, masker=masker).add_user_message(JANE)
    later = PIIMaskChatMessageHistory(copied(store), masker=another_process(masker))

    with pytest.raises(RegistryLost):
        _ = later.messages
    with pytest.raises(RegistryLost):
        later.add_user_message(BOB)


def test_another_key_opens_nothing(masker: Masker) -> None:
    """Neither reading nor writing goes on with the wrong key."""
    store = InMemoryChatMessageHistory()
    PIIMaskChatMessageHistory(store, masker=masker, key=KEY).add_user_message(JANE)
    later = PIIMaskChatMessageHistory(
        copied(store), masker=another_process(masker), key=secrets.token_bytes(32)
    )

    with pytest.raises(SealError):
        later.add_user_message(BOB)


def test_a_history_of_another_conversation_is_refused(masker: Masker) -> None:
    """Two registries in one history would mean two things by one placeholder."""
    mine, hers = InMemoryChatMessageHistory(), InMemoryChatMessageHistory()
    PIIMaskChatMessageHistory(mine, masker=masker, key=KEY).add_user_message(JANE)
    PIIMaskChatMessageHistory(hers, masker=masker, key=KEY).add_user_message(BOB)
    mine.add_messages(hers.messages)

    with pytest.raises(RegistryLost):
        _ = PIIMaskChatMessageHistory(mine, masker=masker, key=KEY).messages


def test_a_chain_with_history_finds_the_registry_in_it(masker: Masker) -> None:
    """The model and the history speak of the same placeholders, over turns."""
    from langchain_core.runnables.history import RunnableWithMessageHistory

    store = InMemoryChatMessageHistory()
    history = PIIMaskChatMessageHistory(store, masker=masker, key=KEY)
    fake = FakeModel(echo)
    chain: Any = RunnableWithMessageHistory(
        PIIMaskedChatModel(FakeChatModel(fake=fake), masker=masker),
        lambda session_id: history,
    )
    config = {"configurable": {"session_id": "s"}}
    for text in (JANE, BOB, f"{JANE}?"):
        assert chain.invoke(text, config).content == text

    assert fake.seen[-1] == "<EMAIL_1>?"
    assert [m.content for m in store.messages][-2:] == ["<EMAIL_1>?", "<EMAIL_1>?"]
    assert len(history.registry) == 2


async def test_the_async_history_does_the_same(masker: Masker) -> None:
    """Stored masked, read real."""
    store = InMemoryChatMessageHistory()
    history = PIIMaskChatMessageHistory(store, masker=masker, key=KEY)
    await history.aadd_messages([HumanMessage(JANE)])

    assert [m.content for m in await history.aget_messages()] == [JANE]
    assert store.messages[0].content == "<EMAIL_1>"
    await history.aclear()
    assert await history.aget_messages() == []


def test_a_key_of_the_wrong_size_is_refused(masker: Masker) -> None:
    """Before anything is stored."""
    store = InMemoryChatMessageHistory()
    history = PIIMaskChatMessageHistory(store, masker=masker, key=b"short")

    with pytest.raises(SealError):
        history.add_user_message(JANE)
    assert store.messages == []


TURNS = """
import json, sys
from typing import Any
from langchain_core.messages import HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, MessagesState, StateGraph
from langchain_piimask import Masker, PIIMaskedChatModel, Registry
from langchain_piimask.testing import FakeChatModel
from piimask_core import RegistryLost
from piimask_core.testing import FakeModel, echo, recognizing

path, *texts = sys.argv[1:]
key = bytes(range(32))
fake = FakeModel(echo)
masker = Masker(recognizer=recognizing({"EMAIL_ADDRESS": ["jane@example.com",
                                                          "bob@company.com"]}))
model = PIIMaskedChatModel(FakeChatModel(fake=fake), masker=masker)

class State(MessagesState):
    pii: dict[str, Any]

def answer(state: State, config: RunnableConfig) -> Any:
    if state.get("pii"):
        registry = Registry.loads(state["pii"], key=key)
    else:
        registry = masker.registry(config["configurable"]["thread_id"])
    said = model.invoke(state["messages"])
    return {"messages": [said], "pii": registry.dumps(key=key)}

graph = StateGraph(State)
graph.add_node("answer", answer)
graph.add_edge(START, "answer")
with SqliteSaver.from_conn_string(path) as saver:
    app = graph.compile(checkpointer=saver)
    for text in texts:
        out = app.invoke({"messages": [HumanMessage(text)]},
                         {"configurable": {"thread_id": "t"}})
        assert out["messages"][-1].content == text
print(json.dumps(fake.seen))
"""


def test_a_checkpointer_carries_it_into_a_new_process(tmp_path: Path) -> None:
    """The state is resumed by another process: same placeholders, right answers."""
    path = tmp_path / "graph.db"

    def run(*texts: str) -> list[str]:
        done = subprocess.run(  # noqa: S603  # our own interpreter and script
            [sys.executable, "-c", TURNS, str(path), *texts],
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
        )
        assert done.returncode == 0, done.stderr
        seen: list[str] = json.loads(done.stdout)
        return seen

    first = run(JANE, f"again {JANE}")
    later = run(f"{BOB} and {JANE}")

    assert first[-1] == "again <EMAIL_1>"
    assert later[-1] == "<EMAIL_2> and <EMAIL_1>"
    assert later[1] == "<EMAIL_1>"
    assert not any(value in str(first + later) for value in (JANE, BOB))


def test_printing_a_history_shows_no_message(masker: Masker) -> None:
    """The base class prints the whole conversation."""
    history = PIIMaskChatMessageHistory(InMemoryChatMessageHistory(), masker=masker)
    history.add_user_message(JANE)

    assert JANE not in f"{history} {history!r}"
