"""Every way into LlamaIndex keeps the contract."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from llama_index.core import PromptTemplate, VectorStoreIndex
from llama_index.core.llms import ChatMessage
from llama_index.core.schema import TextNode

from llamaindex_piimask import PIIMaskedLLM, PIIMaskQueryEngine
from llamaindex_piimask.testing import FakeEmbedding, FakeLLM
from piimask_core import Masker, MemoryVault
from piimask_core.testing import AdapterContract, Ask, FakeModel, recognizing

T = TypeVar("T")


def run(answer: Coroutine[Any, Any, T]) -> T:
    """Await in a loop of its own, leaving the thread's current one alone."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(answer)
    finally:
        loop.close()


class TestChat(AdapterContract):
    """At the model, as a conversation."""

    def open(self, model: FakeModel, masker: Masker, session: str) -> Ask:
        """A wrapped model with a registry."""
        registry = masker.registry(session)
        llm = PIIMaskedLLM(FakeLLM(model), masker=masker, registry=registry)

        async def astream(said: list[ChatMessage]) -> list[str]:
            return [r.delta or "" async for r in await llm.astream_chat(said)]

        def ask(text: str, mode: str) -> list[str]:
            said = [ChatMessage(text)]
            if mode == "invoke":
                return [llm.chat(said).message.content or ""]
            if mode == "ainvoke":
                return [run(llm.achat(said)).message.content or ""]
            if mode == "stream":
                return [r.delta or "" for r in llm.stream_chat(said)]
            return run(astream(said))

        return ask


class TestComplete(AdapterContract):
    """At the model, as a completion."""

    def masker(self) -> Masker:
        """Without the instruction: it is part of the prompt that the fake echoes."""
        recognizer = recognizing(self.values)
        return Masker(recognizer=recognizer, vault=MemoryVault(), instruction="")

    def open(self, model: FakeModel, masker: Masker, session: str) -> Ask:
        """A wrapped model with a registry."""
        registry = masker.registry(session)
        llm = PIIMaskedLLM(FakeLLM(model), masker=masker, registry=registry)

        async def astream(text: str) -> list[str]:
            return [r.delta or "" async for r in await llm.astream_complete(text)]

        def ask(text: str, mode: str) -> list[str]:
            if mode == "invoke":
                return [llm.complete(text).text]
            if mode == "ainvoke":
                return [run(llm.acomplete(text)).text]
            if mode == "stream":
                return [r.delta or "" for r in llm.stream_complete(text)]
            return run(astream(text))

        return ask


class TestQueryEngine(AdapterContract):
    """Around a query engine over an index."""

    def open(self, model: FakeModel, masker: Masker, session: str) -> Ask:
        """An engine that asks the model the bare query, so that it can be echoed."""
        registry = masker.registry(session)
        index = VectorStoreIndex(
            [TextNode(text="Nothing here.")], embed_model=FakeEmbedding()
        )

        def engine(streaming: bool) -> Any:
            plain = index.as_query_engine(
                llm=FakeLLM(model),
                text_qa_template=PromptTemplate("{query_str}"),
                streaming=streaming,
            )
            return PIIMaskQueryEngine(plain, masker=masker, registry=registry)

        async def astream(text: str) -> list[str]:
            response = await engine(True).aquery(text)
            return [piece async for piece in response.async_response_gen()]

        def ask(text: str, mode: str) -> list[str]:
            if mode == "invoke":
                return [str(engine(False).query(text))]
            if mode == "ainvoke":
                return [str(run(engine(False).aquery(text)))]
            if mode == "stream":
                return list(engine(True).query(text).response_gen)
            return run(astream(text))

        return ask
