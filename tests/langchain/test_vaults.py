"""A chain over a vault that others use: one conversation, and a loop that goes on."""

import threading
from typing import Any

import pytest
from core.helpers import BOB, JANE, VALUES
from core.vault.engines import KEYS
from core.vault.watched import Watched, raising
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import Runnable

from langchain_piimask import PIIMask, PIIMaskedChatModel, PIIUnmask, trace_anonymizer
from langchain_piimask.testing import FakeChatModel
from piimask_core import Masker, VaultUnavailable, pii_session
from piimask_core.testing import FakeModel, echo, recognizing
from piimask_core.vault import StoredVault
from piimask_core.vault.dictstore import DictStore


def masker_over(store: Watched) -> Masker:
    vault = StoredVault(store, keys=KEYS)
    finder = recognizing(VALUES)
    return Masker(recognizer=finder, vault=vault, instruction="")


def chains(fake: FakeModel, masker: Masker) -> dict[str, Runnable[Any, Any]]:
    """The same question, asked both ways."""
    prompt = ChatPromptTemplate.from_messages([("human", "{q}")])
    model = FakeChatModel(fake=fake)
    pair = prompt | PIIMask(masker=masker) | model | PIIUnmask(masker=masker)
    return {"pair": pair, "model": prompt | PIIMaskedChatModel(model, masker=masker)}


@pytest.mark.parametrize("way", ["pair", "model"])
async def test_two_processes_have_one_conversation(way: str) -> None:
    """What one masked the other knows, in a plain question too."""
    store, fake = DictStore(), FakeModel(echo)
    one, other = (chains(fake, masker_over(Watched(store)))[way] for _ in range(2))
    with pii_session("s"):
        for chain, question in ((one, f"I am Jane Doe, {JANE}"), (other, "Jane Doe?")):
            answer = await chain.ainvoke({"q": question})
            assert answer.text == question
        assert other.invoke({"q": f"{BOB} {JANE}"}).text == f"{BOB} {JANE}"

    assert fake.seen == [
        *("I am <PERSON_1>, <EMAIL_1>", "<PERSON_1>?", "<EMAIL_2> <EMAIL_1>")
    ]


@pytest.mark.parametrize("way", ["pair", "model"])
async def test_the_loop_does_not_wait_for_the_vault(way: str) -> None:
    """All that is asked of it is asked in another thread, in the same session."""
    store, fake = Watched(DictStore()), FakeModel(echo)
    chain = chains(fake, masker_over(store))[way]
    asking: set[int] = set()
    store.fault = lambda name, is_done: asking.add(threading.get_ident())

    with pii_session("s"):
        await chain.ainvoke({"q": JANE})

    assert asking
    assert threading.get_ident() not in asking


@pytest.mark.parametrize("way", ["pair", "model"])
async def test_nothing_is_sent_while_the_vault_is_away(way: str) -> None:
    """An answer that it cannot restore comes back masked."""
    store, fake = Watched(DictStore()), FakeModel(echo)
    chain = chains(fake, masker_over(store))[way]
    with pii_session("s"):
        await chain.ainvoke({"q": "first"})
        for call in range(3):
            fake.seen.clear()
            store.fault = raising(OSError(), call)
            try:
                answer = await chain.ainvoke({"q": f"{call} {JANE}"})
            except VaultUnavailable:
                assert fake.seen == []
                continue
            assert fake.seen == [f"{call} <EMAIL_1>"]
            shown = answer.text
            assert shown in (f"{call} {JANE}", f"{call} <EMAIL_1>")


def test_traces_lie_in_no_vault_that_lasts() -> None:
    """What is traced is everybody's: one session of it would hold all values."""
    store = DictStore()
    anonymize = trace_anonymizer(masker=masker_over(Watched(store)))

    assert JANE not in str(anonymize({"q": f"I am {JANE}"}))
    assert store.heads == {}
