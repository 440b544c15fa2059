"""A model over a vault that others use: one conversation, and a loop that goes on."""

import threading

import pytest
from core.helpers import JANE, VALUES
from core.vault.engines import KEYS
from core.vault.watched import Watched
from llama_index.core.base.llms.types import ChatMessage

from llamaindex_piimask import PIIMaskedLLM
from llamaindex_piimask.testing import FakeLLM
from piimask_core import Masker, pii_session
from piimask_core.testing import FakeModel, echo, recognizing
from piimask_core.vault import StoredVault
from piimask_core.vault.dictstore import DictStore


def model_over(store: Watched, fake: FakeModel) -> PIIMaskedLLM:
    vault = StoredVault(store, keys=KEYS)
    finder = recognizing(VALUES)
    masker = Masker(recognizer=finder, vault=vault, instruction="")
    return PIIMaskedLLM(FakeLLM(fake), masker=masker)


async def test_two_processes_have_one_conversation() -> None:
    """What one masked the other knows, in a plain question too."""
    store, fake = DictStore(), FakeModel(echo)
    one, other = (model_over(Watched(store), fake) for _ in range(2))
    with pii_session("s"):
        for llm, question in ((one, "I am Jane Doe"), (other, "Jane Doe?")):
            answer = await llm.achat([ChatMessage(question)])
            assert answer.message.content == question
        assert str(other.complete("Jane Doe!")) == "Jane Doe!"

    told = [text for text in fake.seen if not text.startswith("{")]
    assert told == ["I am <PERSON_1>", "<PERSON_1>?", "<PERSON_1>!"]
    assert "Jane" not in str(fake.seen)


@pytest.mark.parametrize("way", ["chat", "complete", "stream"])
async def test_the_loop_does_not_wait_for_the_vault(way: str) -> None:
    """What is sent is masked in another thread, in the same session."""
    store, fake = Watched(DictStore()), FakeModel(echo)
    llm = model_over(store, fake)
    asking: list[int] = []
    store.fault = lambda name, is_done: asking.append(threading.get_ident())

    with pii_session("s"):
        if way == "chat":
            await llm.achat([ChatMessage(JANE)])
        elif way == "complete":
            await llm.acomplete(JANE)
        else:
            await llm.astream_chat([ChatMessage(JANE)])

    assert asking
    assert threading.get_ident() not in asking
    assert store.calls.count("open") <= 2
