"""Every way into LangChain keeps the contract."""

import asyncio
from typing import Any

from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import Runnable

from langchain_piimask import PIIMask, PIIMaskedChatModel, PIIUnmask, with_pii_masking
from langchain_piimask.testing import FakeChatModel
from piimask_core import Masker
from piimask_core.testing import AdapterContract, Ask, FakeModel


def asking(chain: Runnable[Any, Any], session: str) -> Ask:
    """Ask a chain of str to str, in any mode, always in this session."""

    async def collected(text: str) -> list[str]:
        return [piece async for piece in chain.astream(text, config)]

    def ask(text: str, mode: str) -> list[str]:
        if mode == "invoke":
            return [chain.invoke(text, config)]
        if mode == "ainvoke":
            return [asyncio.run(chain.ainvoke(text, config))]
        if mode == "stream":
            return list(chain.stream(text, config))
        if mode == "astream":
            return asyncio.run(collected(text))
        return chain.batch([text], [config])

    config: Any = {"configurable": {"session_id": session}}
    return ask


class _Contract(AdapterContract):
    modes = ("invoke", "ainvoke", "stream", "astream", "batch")


class TestChatModel(_Contract):
    """At the model."""

    def open(self, model: FakeModel, masker: Masker, session: str) -> Ask:
        """A bare wrapped model."""
        wrapped = PIIMaskedChatModel(FakeChatModel(fake=model), masker=masker)
        return asking(wrapped | StrOutputParser(), session)


class TestPair(_Contract):
    """The explicit pair around the model."""

    def open(self, model: FakeModel, masker: Masker, session: str) -> Ask:
        """Mask after the prompt, unmask at the end."""
        chain = (
            ChatPromptTemplate.from_messages([("human", "{q}")])
            | PIIMask(masker=masker)
            | FakeChatModel(fake=model)
            | StrOutputParser()
            | PIIUnmask(masker=masker)
        )
        return asking((lambda text: {"q": text}) | chain, session)


class TestAround(_Contract):
    """Around everything, the model inside in sight."""

    def open(self, model: FakeModel, masker: Masker, session: str) -> Ask:
        """One line around a chain."""
        prompt = ChatPromptTemplate.from_messages([("human", "{q}")])
        chain = prompt | FakeChatModel(fake=model) | StrOutputParser()
        return asking(
            (lambda text: {"q": text}) | with_pii_masking(chain, masker=masker), session
        )


class TestStacked(_Contract):
    """Every layer at once restores once."""

    def open(self, model: FakeModel, masker: Masker, session: str) -> Ask:
        """The wrapper around a pair around a wrapped model."""
        chain = (
            ChatPromptTemplate.from_messages([("human", "{q}")])
            | PIIMask(masker=masker)
            | PIIMaskedChatModel(FakeChatModel(fake=model), masker=masker)
            | StrOutputParser()
            | PIIUnmask(masker=masker)
        )
        return asking(
            (lambda text: {"q": text}) | with_pii_masking(chain, masker=masker), session
        )
