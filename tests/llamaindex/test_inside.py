"""What PIIMaskQueryEngine reaches in an engine: models read placeholders, lookups get
real values."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from llama_index.core import PromptTemplate, SQLDatabase, VectorStoreIndex
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.response.schema import Response
from llama_index.core.chat_engine import SimpleChatEngine
from llama_index.core.indices.query.query_transform import HyDEQueryTransform
from llama_index.core.postprocessor import LLMRerank
from llama_index.core.query_engine import (
    NLSQLTableQueryEngine,
    RetrieverQueryEngine,
    RouterQueryEngine,
    SubQuestionQueryEngine,
    TransformQueryEngine,
)
from llama_index.core.question_gen import LLMQuestionGenerator
from llama_index.core.response_synthesizers import get_response_synthesizer
from llama_index.core.retrievers import QueryFusionRetriever
from llama_index.core.schema import (
    IndexNode,
    NodeWithScore,
    QueryBundle,
    TextNode,
)
from llama_index.core.selectors import LLMSingleSelector
from llama_index.core.tools import QueryEngineTool
from sqlalchemy import create_engine, text

from llamaindex_piimask import InputError, Masker, PIIMaskQueryEngine
from llamaindex_piimask.testing import FakeEmbedding, FakeLLM
from piimask_core.grammar import PLACEHOLDER
from piimask_core.testing import FakeModel

JANE, BOB, BOSS, SSN = (
    "jane@example.com",
    "bob@company.com",
    "boss@corp.com",
    "123-45-6789",
)
VALUES = (JANE, BOB, BOSS, SSN)
QUERY = f"What does {JANE} owe?"

Ask = Callable[[BaseQueryEngine, str], Any]


def asked(engine: BaseQueryEngine, query: str) -> Any:
    return engine.query(query)


def awaited(engine: BaseQueryEngine, query: str) -> Any:
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(engine.aquery(query))
    finally:
        loop.close()


both_ways = pytest.mark.parametrize("ask", [asked, awaited])


def named(message: str) -> list[str]:
    return [found[0] for found in PLACEHOLDER.finditer(message)] or ["nothing"]


def first(message: str) -> str:
    return named(message)[0]


def fake_llm(answer: Callable[[str], str]) -> FakeLLM:
    return FakeLLM(FakeModel(lambda texts: answer(texts[-1])))


def noting() -> FakeLLM:
    """Tells back the placeholder that the message names last."""
    return fake_llm(lambda told: f"Noted {named(told)[-1]}.")


def documents(*nodes: TextNode) -> VectorStoreIndex:
    given = nodes or (
        TextNode(text=f"{JANE} owes 5.", metadata={"by": BOB}),
        TextNode(text="EMAIL_1 owes 9: EMAIL_1.", metadata={"by": BOB}),
    )
    return VectorStoreIndex(list(given), embed_model=FakeEmbedding())


def seen(*llms: FakeLLM) -> str:
    texts = [text for llm in llms for text in llm.fake.seen]
    assert all(llm.fake.seen for llm in llms)
    return "\n".join(texts)


def assert_clean(*llms: FakeLLM) -> None:
    told = seen(*llms)
    assert [v for v in VALUES if v in told or json.dumps(v)[1:-1] in told] == []


def embedded(index: VectorStoreIndex) -> list[str]:
    texts: list[str] = index._embed_model.seen  # type: ignore[attr-defined]
    return texts


# What a model makes of the query


@both_ways
def test_a_sub_question_is_looked_up_with_its_values(masker: Masker, ask: Ask) -> None:
    """The model writes it with placeholders; the index is asked with real ones."""

    def questions(told: str) -> str:
        sub = f"the debt of {first(told.rpartition('User Question')[2])}"
        return json.dumps({"items": [{"sub_question": sub, "tool_name": "debts"}]})

    writer, llm, index = fake_llm(questions), noting(), documents()
    plain = index.as_query_engine(llm=llm, similarity_top_k=1)
    tool = QueryEngineTool.from_defaults(plain, name="debts", description=f"of {BOSS}")
    engine = SubQuestionQueryEngine.from_defaults(
        [tool],
        llm=llm,
        question_gen=LLMQuestionGenerator.from_defaults(llm=writer),
        verbose=False,
        use_async=ask is awaited,
    )

    answer = ask(PIIMaskQueryEngine(engine, masker=masker), QUERY)

    assert_clean(writer, llm)
    assert embedded(index)[-1] == f"the debt of {JANE}"
    assert str(answer) == f"Noted {JANE}."
    assert any(f"{JANE} owes 5." in hit.text for hit in answer.source_nodes)


@both_ways
def test_a_made_up_document_is_looked_up_with_its_values(
    masker: Masker, ask: Ask
) -> None:
    """HyDE's model writes it with placeholders; the query beside it stays real."""
    writer, llm = fake_llm(lambda told: f"{first(told)} owes nothing."), noting()
    index = documents()
    engine = TransformQueryEngine(
        index.as_query_engine(llm=llm), HyDEQueryTransform(llm=writer)
    )

    ask(PIIMaskQueryEngine(engine, masker=masker), QUERY)

    assert_clean(writer, llm)
    assert embedded(index)[-2:] == [f"{JANE} owes nothing.", QUERY]


def test_a_typed_placeholder_is_looked_up_as_it_was_typed(masker: Masker) -> None:
    """What reads as somebody's placeholder in the query does not become that one."""
    llm, index = noting(), documents()
    query = f"{JANE} or <EMAIL_1>?"

    PIIMaskQueryEngine(index.as_query_engine(llm=llm), masker=masker).query(query)

    assert embedded(index)[-1] == query
    assert_clean(llm)


@both_ways
def test_a_retrievers_own_model_is_masked_and_answers_real(
    masker: Masker, ask: Ask
) -> None:
    """Query fusion looks up what its model wrote."""
    writer = fake_llm(lambda told: f"{first(told)} debt\n{first(told)} due")
    llm = noting()
    index = documents()
    fusion = QueryFusionRetriever(
        [index.as_retriever(similarity_top_k=1)], llm=writer, num_queries=3
    )
    fusion.use_async = False
    engine = RetrieverQueryEngine(fusion, get_response_synthesizer(llm=llm))

    ask(PIIMaskQueryEngine(engine, masker=masker), QUERY)

    assert_clean(writer, llm)
    assert set(embedded(index)[-3:]) == {QUERY, f"{JANE} debt", f"{JANE} due"}


class OtherRetriever(BaseRetriever):
    """Finds what shares a word with the query; nobody knows whom it asks."""

    def __init__(self, *found: TextNode) -> None:
        super().__init__()
        self.found = found
        self.asked: list[str] = []

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        self.asked.append(query_bundle.query_str)
        words = set(query_bundle.query_str.split())
        hits = [each for each in self.found if words & set(each.text.split())]
        return [NodeWithScore(node=each, score=1) for each in hits]


class BM25Retriever(OtherRetriever):
    """Called as the one that is known."""


@both_ways
@pytest.mark.parametrize(
    ("kind", "words"), [(BM25Retriever, QUERY), (OtherRetriever, None)]
)
def test_a_search_by_words_gets_real_ones(
    masker: Masker, ask: Ask, kind: Any, words: str | None
) -> None:
    """Only what is known to ask no model; any other gets placeholders."""
    llm, retriever = noting(), kind(TextNode(text=f"{JANE} owes 5."))
    engine = RetrieverQueryEngine(retriever, get_response_synthesizer(llm=llm))

    answer = ask(PIIMaskQueryEngine(engine, masker=masker), QUERY)

    assert retriever.asked == [words or "What does <EMAIL_1> owe?"]
    assert [hit.text for hit in answer.source_nodes] == [f"{JANE} owes 5."] * bool(
        words
    )


# Databases

WANTED = "SELECT * FROM debts WHERE owes = 'seven' OR mail = '{}'"


@pytest.fixture
def database() -> SQLDatabase:
    engine = create_engine("sqlite:///:memory:")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE debts (mail TEXT, owes TEXT)"))
        rows = [(JANE, "five"), (BOB, "seven"), ("<EMAIL_1>", "nine")]
        for mail, owes in rows:
            connection.execute(
                text("INSERT INTO debts VALUES (:m, :o)"), {"m": mail, "o": owes}
            )
    return SQLDatabase(engine)


@both_ways
def test_sql_that_a_model_writes_is_run_with_real_values(
    masker: Masker, ask: Ask, database: SQLDatabase
) -> None:
    """And its rows are masked before the model that answers reads them."""

    def sql_or_answer(told: str) -> str:
        if "SQLQuery" in told and "SQL Response" not in told:
            mail = first(told.rpartition("Question")[2])
            return WANTED.format(mail)
        return f"{' and '.join(named(told.partition('Response')[2]))}."

    llm = fake_llm(sql_or_answer)
    engine = NLSQLTableQueryEngine(
        database, tables=["debts"], llm=llm, embed_model=FakeEmbedding()
    )

    answer = ask(PIIMaskQueryEngine(engine, masker=masker), QUERY)

    assert_clean(llm)
    assert JANE in str(answer) and BOB in str(answer) and "<" not in str(answer)
    assert answer.metadata["result"] == [(JANE, "five"), (BOB, "seven")]
    assert f"mail = '{JANE}'" in answer.metadata["sql_query"]


def test_a_row_cannot_name_somebody(masker: Masker, database: SQLDatabase) -> None:
    """A row that says ``<EMAIL_1>`` is not the user's address."""

    def sql_or_answer(told: str) -> str:
        if "SQL Response" not in told:
            return "SELECT mail FROM debts WHERE owes = 'nine'"
        return first(told.rpartition("SQL Response")[2])

    engine = NLSQLTableQueryEngine(
        database,
        tables=["debts"],
        llm=fake_llm(sql_or_answer),
        embed_model=FakeEmbedding(),
    )

    answer: Any = PIIMaskQueryEngine(engine, masker=masker).query(QUERY)

    assert str(answer) == "<EMAIL_1>"
    assert answer.metadata["result"] == [("<EMAIL_1>",)]


# What used to be out of reach


@both_ways
def test_a_selector_is_told_descriptions_without_values(
    masker: Masker, ask: Ask
) -> None:
    """Its model is replaced as any other."""
    choosing = fake_llm(lambda told: '[{"choice": 1, "reason": "it is"}]')
    llm = noting()
    tool = QueryEngineTool.from_defaults(
        documents().as_query_engine(llm=llm), name="a", description=f"Debts of {BOB}"
    )
    router = RouterQueryEngine(
        LLMSingleSelector.from_defaults(llm=choosing), [tool, tool], llm=llm
    )

    answer = ask(PIIMaskQueryEngine(router, masker=masker), QUERY)

    assert_clean(choosing, llm)
    assert str(answer) == f"Noted {JANE}."


@both_ways
def test_an_engine_that_a_node_holds_is_reached(masker: Masker, ask: Ask) -> None:
    """It is asked when the node is found; its own documents are masked as well."""
    inner, llm = noting(), noting()
    node = IndexNode(
        text="all debts", index_id="debts", obj=documents().as_query_engine(llm=inner)
    )
    retriever = BM25Retriever(node)
    engine = RetrieverQueryEngine(retriever, get_response_synthesizer(llm=llm))

    answer = ask(PIIMaskQueryEngine(engine, masker=masker), f"debts of {JANE}")

    assert_clean(inner, llm)
    assert JANE in str(answer) and "<" not in str(answer)
    assert answer.source_nodes[0].text == f"Noted {JANE}."


@pytest.mark.parametrize("held_in", [list, tuple, lambda parts: {"a": list(parts)}])
def test_parts_in_containers_are_reached(masker: Masker, held_in: Any) -> None:
    """However an engine of the app's own keeps them."""
    llm = noting()

    class Own(RetrieverQueryEngine):
        """Asks the models that it keeps."""

        def __init__(self) -> None:
            super().__init__(
                BM25Retriever(TextNode(text=f"{JANE} owes 5.")),
                get_response_synthesizer(llm=noting()),
            )
            self.kept = held_in([llm])

        def _query(self, query_bundle: QueryBundle) -> Any:
            (kept,) = self.kept["a"] if isinstance(self.kept, dict) else self.kept
            (found,) = self.retrieve(query_bundle)
            return Response(str(kept.complete(f"{found.text} {query_bundle}")))

    answer = PIIMaskQueryEngine(Own(), masker=masker).query(QUERY)

    assert_clean(llm)
    assert JANE in str(answer) and "<" not in str(answer)


def test_a_retrievers_data_is_not_walked_nor_copied(masker: Masker) -> None:
    """Else each query would take as long as the index is large."""
    looked: list[int] = []

    class Noted(dict[str, Any]):
        def values(self) -> Any:
            looked.append(1)
            return super().values()

    retriever = BM25Retriever(TextNode(text=f"{JANE} owes 5."))
    data = [Noted(text="x") for _ in range(1_001)]
    vars(retriever)["corpus"] = data
    engine = RetrieverQueryEngine(retriever, get_response_synthesizer(llm=noting()))

    PIIMaskQueryEngine(engine, masker=masker).query(QUERY)

    assert looked == [] and retriever.corpus is data  # type: ignore[attr-defined]


def test_a_reranker_that_is_told_values_by_its_prompt_is_masked(
    masker: Masker,
) -> None:
    """Its model is replaced on a copy, and the app's own keeps the bare one."""
    ranking = fake_llm(lambda told: "Doc: 1, Relevance: 9")
    prompt = PromptTemplate(f"As {BOSS} says: {{context_str}} {{query_str}}")
    reranker = LLMRerank(llm=ranking, top_n=1, choice_select_prompt=prompt)
    engine = documents().as_query_engine(llm=noting(), node_postprocessors=[reranker])

    PIIMaskQueryEngine(engine, masker=masker).query(QUERY)

    assert_clean(ranking)
    assert reranker.llm is ranking


def test_only_a_query_engine_is_taken(masker: Masker) -> None:
    """A chat engine keeps a history that it would send."""
    chat: Any = SimpleChatEngine.from_defaults(llm=noting())

    with pytest.raises(InputError, match="PIIMaskedLLM"):
        PIIMaskQueryEngine(chat, masker=masker)
