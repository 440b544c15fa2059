"""Every call without ``await`` works in a notebook, where a loop is running."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from llama_index.core import PromptTemplate, VectorStoreIndex
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.llms import ChatMessage
from llama_index.core.memory import ChatMemoryBuffer, ChatSummaryMemoryBuffer, Memory
from llama_index.core.schema import Document, NodeWithScore, TextNode
from llama_index.core.storage.docstore import SimpleDocumentStore
from llama_index.core.tools import FunctionTool, QueryEngineTool

from llamaindex_piimask import (
    Masker,
    PIIMaskedEmbedding,
    PIIMaskedLLM,
    PIIMaskIngestionPipeline,
    PIIMaskMemory,
    PIIMaskNodePostprocessor,
    PIIMaskQueryEngine,
    PIIMaskTransform,
    PIIUnmaskNodePostprocessor,
    Registry,
    mask_tool,
)
from llamaindex_piimask.testing import FakeEmbedding, FakeLLM
from piimask_core.testing import FakeModel, echo

JANE = "jane@example.com"
SAID = f"My email is {JANE}"


def llm(masker: Masker, registry: Registry) -> PIIMaskedLLM:
    return PIIMaskedLLM(FakeLLM(FakeModel(echo)), masker=masker, registry=registry)


def engine(masker: Masker, registry: Registry) -> PIIMaskQueryEngine:
    index = VectorStoreIndex([TextNode(text=SAID)], embed_model=FakeEmbedding())
    plain = index.as_query_engine(llm=FakeLLM(FakeModel(echo)))
    return PIIMaskQueryEngine(plain, masker=masker, registry=registry)


def memory(kind: Any) -> Callable[[Masker, Registry], str]:
    def use(masker: Masker, registry: Registry) -> str:
        inner = kind(masker, registry)
        kept = PIIMaskMemory(inner, masker=masker, registry=registry)
        kept.put(ChatMessage(SAID))
        kept.put_messages([ChatMessage(SAID)])
        kept.set([ChatMessage(SAID)])
        told = "\n".join(str(m.content) for m in [*kept.get(SAID), *kept.get_all()])
        kept.reset()
        assert kept.get_all() == []
        return told

    return use


def ingested(masker: Masker, registry: Registry) -> str:
    mine: dict[str, Any] = {"masker": masker, "registry": registry}
    embed_model = PIIMaskedEmbedding(FakeEmbedding(), **mine)
    parts: list[Any] = [PIIMaskTransform(**mine), embed_model]
    IngestionPipeline(transformations=parts).run(documents=[Document(text=SAID)])
    nodes = PIIMaskIngestionPipeline(transformations=parts).run(
        documents=[Document(text=SAID)]
    )
    store = SimpleDocumentStore()
    store.add_documents(nodes)
    found = VectorStoreIndex(list(nodes), embed_model=embed_model).as_retriever()
    hits = PIIUnmaskNodePostprocessor(**mine).postprocess_nodes(found.retrieve(SAID))
    return hits[0].get_content()


def stripped(masker: Masker, registry: Registry) -> str:
    nodes = [NodeWithScore(node=TextNode(text=SAID))]
    masking = PIIMaskNodePostprocessor(masker=masker, registry=registry)
    return masker.unmask(masking.postprocess_nodes(nodes)[0].text, registry)


def tool(masker: Masker, registry: Registry) -> str:
    asked = QueryEngineTool.from_defaults(engine(masker, registry), name="ask")
    answer = mask_tool(asked, masker=masker, registry=registry).call(input=SAID)
    found = mask_tool(
        FunctionTool.from_defaults(lambda mail: mail, name="f", description="d"),
        masker=masker,
        registry=registry,
    ).call(mail="<EMAIL_1>")
    return masker.unmask(f"{answer} {found}", registry)


CALLS: dict[str, Callable[[Masker, Registry], str]] = {
    "chat": lambda m, r: str(llm(m, r).chat([ChatMessage(SAID)])),
    "stream_chat": lambda m, r: str([*llm(m, r).stream_chat([ChatMessage(SAID)])][-1]),
    "complete": lambda m, r: str(llm(m, r).complete(SAID)),
    "stream_complete": lambda m, r: str([*llm(m, r).stream_complete(SAID)][-1]),
    "predict": lambda m, r: llm(m, r).predict(PromptTemplate(SAID)),
    "stream": lambda m, r: "".join(llm(m, r).stream(PromptTemplate(SAID))),
    "query": lambda m, r: str(engine(m, r).query(SAID)),
    "Memory": memory(lambda m, r: Memory.from_defaults(token_limit=9_000)),
    "ChatMemoryBuffer": memory(lambda m, r: ChatMemoryBuffer(token_limit=9_000)),
    "ChatSummaryMemoryBuffer": memory(
        lambda m, r: ChatSummaryMemoryBuffer.from_defaults(
            llm=llm(m, r), token_limit=8, tokenizer_fn=str.split
        )
    ),
    "ingestion": ingested,
    "postprocessor": stripped,
    "tool": tool,
}


@pytest.mark.parametrize("call", CALLS)
async def test_it_works_in_a_running_loop(masker: Masker, call: str) -> None:
    """And gives what it gives in a script."""
    registry = masker.registry("s")

    in_a_loop = CALLS[call](masker, registry)
    in_a_script = await asyncio.to_thread(CALLS[call], masker, registry)

    assert JANE in in_a_loop
    assert in_a_loop == in_a_script
