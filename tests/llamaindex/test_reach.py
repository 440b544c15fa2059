"""LlamaIndex's own engines and retrievers: none of them keeps a bare model back."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from llama_index.core import (
    ComposableGraph,
    Document,
    DocumentSummaryIndex,
    Settings,
    SimpleKeywordTableIndex,
    SummaryIndex,
    TreeIndex,
    VectorStoreIndex,
)
from llama_index.core.evaluation import RelevancyEvaluator
from llama_index.core.indices.query.query_transform.base import (
    StepDecomposeQueryTransform,
)
from llama_index.core.objects import ObjectIndex
from llama_index.core.program import LLMTextCompletionProgram
from llama_index.core.query_engine import (
    CitationQueryEngine,
    FLAREInstructQueryEngine,
    MultiStepQueryEngine,
    RetrieverQueryEngine,
    RetryQueryEngine,
    RetrySourceQueryEngine,
    ToolRetrieverRouterQueryEngine,
)
from llama_index.core.query_engine.router_query_engine import (
    RetrieverRouterQueryEngine,
)
from llama_index.core.response_synthesizers import Refine, get_response_synthesizer
from llama_index.core.response_synthesizers.refine import StructuredRefineResponse
from llama_index.core.retrievers import (
    RecursiveRetriever,
    RouterRetriever,
    VectorIndexAutoRetriever,
)
from llama_index.core.schema import IndexNode, TextNode
from llama_index.core.selectors import LLMSingleSelector
from llama_index.core.tools import QueryEngineTool, RetrieverTool
from llama_index.core.vector_stores import MetadataInfo, VectorStoreInfo

from llamaindex_piimask import Masker, PIIMaskQueryEngine
from llamaindex_piimask.testing import FakeEmbedding, FakeLLM
from piimask_core.grammar import PLACEHOLDER
from piimask_core.testing import FakeModel

JANE, BOB, SSN = "jane@example.com", "bob@company.com", "123-45-6789"
QUERY = f"What does {JANE} owe?"


def answer(texts: Any) -> str:
    """In the form that each of these prompts asks for."""
    told = texts[-1]
    found = [match[0] for match in PLACEHOLDER.finditer(told)] or ["none"]
    if "query_satisfied" in "\n".join(texts):
        return json.dumps({"answer": f"Noted {found[-1]}.", "query_satisfied": True})
    if "choice" in told and "JSON" in told:
        return '[{"choice": 1, "reason": "it is"}]'
    if "JSON" in told:
        by = {"key": "by", "value": found[0], "operator": "=="}
        return json.dumps({"query": found[0], "filters": [by], "top_k": 2})
    if "ANSWER" in told:
        return "ANSWER: 1"
    return "Doc: 1, Relevance: 9" if "Relevance" in told else f"Noted {found[-1]}."


def model() -> FakeLLM:
    return FakeLLM(FakeModel(answer))


def nodes() -> list[Any]:
    return [
        TextNode(text=f"{JANE} owes 5, {SSN}.", metadata={"by": BOB}),
        TextNode(text=f"{BOB} owes 7.", metadata={"by": JANE}),
    ]


def vectors(*given: Any) -> VectorStoreIndex:
    return VectorStoreIndex(list(given) or nodes(), embed_model=FakeEmbedding())


def plain(llm: Any) -> Any:
    return vectors().as_query_engine(llm=llm)


def multi_step(llm: Any) -> Any:
    return MultiStepQueryEngine(
        plain(llm),
        StepDecomposeQueryTransform(llm=llm),
        response_synthesizer=get_response_synthesizer(llm=llm),
        index_summary=f"Debts of {BOB}",
        num_steps=2,
    )


def auto(llm: Any) -> Any:
    by = MetadataInfo(name="by", type="str", description=f"like {BOB}")
    told = VectorStoreInfo(content_info="debts", metadata_info=[by])
    return RetrieverQueryEngine(
        VectorIndexAutoRetriever(vectors(), told, llm=llm),
        get_response_synthesizer(llm=llm),
    )


def recursive(llm: Any) -> Any:
    linked = vectors(IndexNode(text="debts", index_id="debts")).as_retriever()
    return RetrieverQueryEngine(
        RecursiveRetriever(
            "all",
            retriever_dict={"all": linked},
            query_engine_dict={"debts": plain(llm)},
        ),
        get_response_synthesizer(llm=llm),
    )


def routed(llm: Any) -> Any:
    tool = RetrieverTool.from_defaults(
        vectors().as_retriever(), description=f"Debts of {BOB}"
    )
    return RetrieverQueryEngine(
        RouterRetriever(LLMSingleSelector.from_defaults(llm=llm), [tool], llm=llm),
        get_response_synthesizer(llm=llm),
    )


def tools_found(llm: Any) -> Any:
    tool = QueryEngineTool.from_defaults(plain(llm), name="d", description="debts")
    found = ObjectIndex.from_objects(
        [tool], index_cls=VectorStoreIndex, embed_model=FakeEmbedding()
    )
    return ToolRetrieverRouterQueryEngine(found.as_retriever(), llm=llm)


def made_by_a_function(llm: Any) -> Any:
    one = vectors(TextNode(text="debts")).as_retriever()
    return RetrieverRouterQueryEngine(one, lambda node: plain(llm))


def program_of_a_function(llm: Any) -> Any:
    def program(prompt: Any) -> Any:
        return LLMTextCompletionProgram.from_defaults(
            output_cls=StructuredRefineResponse, prompt=prompt, llm=llm
        )

    synthesizer = Refine(
        llm=llm, structured_answer_filtering=True, program_factory=program
    )
    return RetrieverQueryEngine(vectors().as_retriever(), synthesizer)


def of_documents(llm: Any) -> Any:
    index = DocumentSummaryIndex.from_documents(
        [Document(text=node.text) for node in nodes()],
        llm=model(),
        embed_model=FakeEmbedding(),
    )
    return index.as_query_engine(llm=llm, retriever_mode="llm")


def graph(llm: Any) -> Any:
    made = ComposableGraph.from_indices(
        SummaryIndex, [SummaryIndex(nodes())], index_summaries=[f"Debts of {BOB}"]
    )
    return made.as_query_engine(llm=llm)


def tree(mode: str) -> Callable[[Any], Any]:
    return lambda llm: TreeIndex(nodes(), llm=model(), num_children=2).as_query_engine(
        llm=llm, retriever_mode=mode
    )


BUILDERS: dict[str, Callable[[Any], Any]] = {
    "multi-step": multi_step,
    "citation": lambda llm: CitationQueryEngine.from_args(vectors(), llm=llm),
    "retry": lambda llm: RetryQueryEngine(plain(llm), RelevancyEvaluator(llm=llm)),
    "retry with sources": lambda llm: RetrySourceQueryEngine(
        plain(llm), RelevancyEvaluator(llm=llm), llm=llm
    ),
    "summary chosen by a model": lambda llm: SummaryIndex(nodes()).as_query_engine(
        llm=llm, retriever_mode="llm"
    ),
    "tree": tree("select_leaf"),
    "root of a tree": tree("root"),
    "keywords": lambda llm: SimpleKeywordTableIndex(
        nodes(), llm=model()
    ).as_query_engine(llm=llm, retriever_mode="simple"),
    "documents chosen by a model": of_documents,
    "auto retriever": auto,
    "recursive retriever": recursive,
    "router of retrievers": routed,
    "router of tools that are found": tools_found,
    "engine made by a function": made_by_a_function,
    "program made by a function": program_of_a_function,
    "flare": lambda llm: FLAREInstructQueryEngine(
        plain(llm), llm=llm, max_iterations=2
    ),
    "graph": graph,
}


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("kind", BUILDERS)
def test_no_engine_tells_its_model_a_value(
    masker: Masker, kind: str, is_async: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not of the query, the documents, their metadata, nor of a description."""
    llm = model()
    monkeypatch.setattr(Settings, "_llm", llm)
    monkeypatch.setattr(Settings, "_embed_model", FakeEmbedding())
    engine = PIIMaskQueryEngine(BUILDERS[kind](llm), masker=masker)
    llm.fake.seen.clear()

    if is_async:
        loop = asyncio.new_event_loop()
        got = loop.run_until_complete(engine.aquery(QUERY))
        loop.close()
    else:
        got = engine.query(QUERY)

    seen = "\n".join(llm.fake.seen)
    assert PLACEHOLDER.search(seen)
    assert [value for value in (JANE, BOB, SSN) if value in seen] == []
    assert PLACEHOLDER.search(str(got)) is None and "@" in str(got)
