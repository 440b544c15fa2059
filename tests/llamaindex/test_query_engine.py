"""PIIMaskQueryEngine: every response mode, every kind of answer, engines in engines."""

import copy
import json
from collections.abc import Sequence
from typing import Any

import pytest
from llama_index.core import PromptTemplate, Settings, VectorStoreIndex
from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.callbacks import CallbackManager, TokenCountingHandler
from llama_index.core.indices.query.query_transform import HyDEQueryTransform
from llama_index.core.postprocessor import LLMRerank
from llama_index.core.query_engine import (
    CitationQueryEngine,
    CustomQueryEngine,
    RetrieverQueryEngine,
    RouterQueryEngine,
    TransformQueryEngine,
)
from llama_index.core.response_synthesizers import (
    ResponseMode,
    get_response_synthesizer,
)
from llama_index.core.schema import QueryBundle, TextNode
from llama_index.core.selectors import LLMSingleSelector
from llama_index.core.tools import QueryEngineTool
from pydantic import BaseModel

from llamaindex_piimask import (
    InputError,
    Masker,
    MaskingError,
    MemoryVault,
    PIIMaskedLLM,
    PIIMaskNodePostprocessor,
    PIIMaskQueryEngine,
    pii_session,
)
from llamaindex_piimask.testing import FakeEmbedding, FakeLLM
from piimask_core.grammar import PLACEHOLDER
from piimask_core.session import layer
from piimask_core.testing import FakeModel, failing, scripted

JANE, BOB, BOSS, SSN = (
    "jane@example.com",
    "bob@company.com",
    "boss@corp.com",
    "123-45-6789",
)
QUOTED = 'Jo "JJ" O\\Neil'
VALUES = (JANE, BOB, BOSS, SSN, QUOTED)
QUERY = f"What does {JANE} owe?"

ASKING = sorted(
    {
        ResponseMode.COMPACT,
        ResponseMode.REFINE,
        ResponseMode.TREE_SUMMARIZE,
        ResponseMode.SIMPLE_SUMMARIZE,
        ResponseMode.ACCUMULATE,
        ResponseMode.COMPACT_ACCUMULATE,
        ResponseMode.GENERATION,
    }
)
STREAMING = [mode for mode in ASKING if "accumulate" not in mode]
TEMPLATES = {
    "text_qa_template": PromptTemplate(
        f"As {BOSS} says.\n{{context_str}}\nQuery: {{query_str}}"
    ),
    "refine_template": PromptTemplate(
        f"As {BOSS} says.\n{{existing_answer}}\n{{context_msg}}\nQuery: {{query_str}}"
    ),
    "summary_template": PromptTemplate(
        f"As {BOSS} says.\n{{context_str}}\nQuery: {{query_str}}"
    ),
    "simple_template": PromptTemplate(f"As {BOSS} says. {{query_str}}"),
}


def index(*texts: str) -> VectorStoreIndex:
    """An index of nodes with personal data in text and metadata."""
    nodes = [
        TextNode(text=text, metadata={"author": BOB, "owner": {QUOTED: SSN}})
        for text in texts or (f"{JANE} owes 5.", f"{BOB} owes 7.")
    ]
    return VectorStoreIndex(nodes, embed_model=FakeEmbedding())


def noting(texts: Sequence[str]) -> str:
    """Tells back the first placeholder of the last message."""
    found = PLACEHOLDER.search(texts[-1])
    return f"Noted {found[0] if found else 'nothing'}."


def engine(fake: FakeModel, masker: Masker, **options: Any) -> PIIMaskQueryEngine:
    plain = index().as_query_engine(llm=FakeLLM(fake), **TEMPLATES, **options)
    return PIIMaskQueryEngine(plain, masker=masker)


def assert_clean(fake: FakeModel) -> None:
    seen = "\n".join(fake.seen)
    assert fake.seen
    for value in VALUES:
        assert value not in seen and json.dumps(value)[1:-1] not in seen


# Modes


@pytest.mark.parametrize("mode", ASKING)
def test_no_mode_leaks_and_each_answers_with_real_values(
    masker: Masker, mode: ResponseMode
) -> None:
    """Query, text, metadata, template and existing answer are masked."""
    fake = FakeModel(noting)

    answer = engine(fake, masker, response_mode=mode).query(QUERY)

    assert_clean(fake)
    assert masker.instruction in "\n".join(fake.seen)
    assert "Noted " in str(answer) and "Noted <" not in str(answer)


@pytest.mark.parametrize("mode", ASKING)
async def test_no_mode_leaks_when_awaited(masker: Masker, mode: ResponseMode) -> None:
    """Inside a running loop."""
    fake = FakeModel(noting)

    answer = await engine(fake, masker, response_mode=mode).aquery(QUERY)

    assert_clean(fake)
    assert "Noted <" not in str(answer)


@pytest.mark.parametrize("mode", ASKING)
async def test_a_notebooks_plain_call_works_in_its_running_loop(
    masker: Masker, mode: ResponseMode
) -> None:
    """Also where the engine uses async inside."""
    fake = FakeModel(noting)
    options = {"use_async": True} if mode in ("tree_summarize", "accumulate") else {}

    answer = engine(fake, masker, response_mode=mode, **options).query(QUERY)

    assert_clean(fake)
    assert "Noted <" not in str(answer)


@pytest.mark.parametrize("mode", STREAMING)
def test_no_mode_leaks_when_streamed(masker: Masker, mode: ResponseMode) -> None:
    """The model is asked while the answer is read, far from the call."""
    fake = FakeModel(noting)
    asked = engine(fake, masker, response_mode=mode, streaming=True)

    with pii_session("hers"):
        response: Any = asked.query(QUERY)
    with pii_session("his"):
        pieces = list(response.response_gen)

    assert_clean(fake)
    assert "<LITERAL_" not in "\n".join(fake.seen)
    assert "Noted <" not in "".join(pieces)
    assert len(masker.registry("hers")) and not len(masker.registry("his"))


@pytest.mark.parametrize("mode", STREAMING)
async def test_no_mode_leaks_when_streamed_and_awaited(
    masker: Masker, mode: ResponseMode
) -> None:
    """The same with the async streaming answer."""
    fake = FakeModel(noting)
    asked = engine(fake, masker, response_mode=mode, streaming=True)

    response: Any = await asked.aquery(QUERY)
    pieces = [piece async for piece in response.async_response_gen()]

    assert_clean(fake)
    assert "Noted <" not in "".join(pieces)
    assert "Noted <" not in str(response.response_txt)


def test_context_only_and_no_text_ask_nobody(
    masker: Masker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their context is the caller's own, so it comes back real."""
    fake = FakeModel(noting)
    monkeypatch.setattr(Settings, "_llm", FakeLLM(fake))

    context = engine(fake, masker, response_mode="context_only").query(QUERY)
    nothing = engine(fake, masker, response_mode="no_text").query(QUERY)

    assert fake.seen == []
    assert f"{JANE} owes 5." in str(context) and f"author: {BOB}" in str(context)
    assert [n.text for n in nothing.source_nodes] == [
        n.text for n in context.source_nodes
    ]


def test_refine_does_not_restore_its_existing_answer(masker: Masker) -> None:
    """The second request holds the first answer, masked."""
    fake = FakeModel(scripted("It is <EMAIL_1>.", "Still <EMAIL_1>."))

    answer = engine(fake, masker, response_mode="refine").query(QUERY)

    assert any("It is <EMAIL_1>." in text for text in fake.seen)
    assert str(answer) == f"Still {JANE}."


# What comes back


def test_sources_and_metadata_come_back_as_they_were(masker: Masker) -> None:
    """On copies: nodes of the index were never touched."""
    documents = index()
    before = {k: v.to_json() for k, v in documents.docstore.docs.items()}
    plain = documents.as_query_engine(llm=FakeLLM(FakeModel(noting)))

    answer = PIIMaskQueryEngine(plain, masker=masker).query(QUERY)

    assert {k: v.to_json() for k, v in documents.docstore.docs.items()} == before
    got = {found.node_id: found.node.to_json() for found in answer.source_nodes}
    assert got == before
    assert all(
        metadata == {"author": BOB, "owner": {QUOTED: SSN}}
        for metadata in (answer.metadata or {}).values()
    )


class Debt(BaseModel):
    """Who owes."""

    name: str
    mail: str


def test_a_pydantic_answer_comes_back_real(masker: Masker) -> None:
    """Values with quotes included."""
    reply = '{"name": "<PERSON_1>", "mail": "<EMAIL_1>"}'
    plain = index().as_query_engine(
        llm=FakeLLM(FakeModel(lambda texts: reply)), output_cls=Debt
    )

    answer: Any = PIIMaskQueryEngine(plain, masker=masker).query(QUERY)

    assert answer.response == Debt(name=QUOTED, mail=JANE)


def test_a_structured_llm_inside_is_masked_too(masker: Masker) -> None:
    """The model within the structured one is the one replaced."""
    fake = FakeModel(lambda texts: '{"name": "<PERSON_1>", "mail": "<EMAIL_1>"}')
    structured = FakeLLM(fake).as_structured_llm(Debt)
    plain = index().as_query_engine(
        llm=structured, text_qa_template=TEMPLATES["text_qa_template"]
    )

    answer: Any = PIIMaskQueryEngine(plain, masker=masker).query(QUERY)

    assert_clean(fake)
    assert answer.response == Debt(name=QUOTED, mail=JANE)


def test_closing_a_streamed_answer_early_is_safe(masker: Masker) -> None:
    """Nothing more is read."""
    response: Any = engine(FakeModel(noting), masker, streaming=True).query(QUERY)
    stream = response.response_gen
    next(stream)
    stream.close()

    assert list(stream) == []


# Retrieval


def test_retrieval_uses_the_real_query(masker: Masker) -> None:
    """The embedding model reads it as it was asked, the model does not."""
    documents = index()
    embedding = documents._embed_model
    assert isinstance(embedding, FakeEmbedding)
    embedding.seen.clear()
    fake = FakeModel(noting)
    plain = documents.as_query_engine(llm=FakeLLM(fake), similarity_top_k=1)

    answer = PIIMaskQueryEngine(plain, masker=masker).query(QUERY)

    assert embedding.seen == [QUERY]
    assert answer.source_nodes[0].text == f"{JANE} owes 5."
    assert_clean(fake)


def test_a_bundle_keeps_its_own_embedding_strings(masker: Masker) -> None:
    """And is not changed."""
    documents = index()
    bundle = QueryBundle(QUERY, custom_embedding_strs=["owes 5"])
    plain = documents.as_query_engine(llm=FakeLLM(FakeModel(noting)))

    PIIMaskQueryEngine(plain, masker=masker).query(bundle)

    assert documents._embed_model.seen[-1] == "owes 5"  # type: ignore[attr-defined]
    assert bundle == QueryBundle(QUERY, custom_embedding_strs=["owes 5"])


def test_a_reranker_with_a_bare_model_sees_masked_text(masker: Masker) -> None:
    """The postprocessor is put in first."""
    rank = FakeModel(lambda texts: "Doc: 1, Relevance: 9")
    reranker = LLMRerank(llm=FakeLLM(rank), top_n=1)
    asked = engine(FakeModel(noting), masker, node_postprocessors=[reranker])

    answer = asked.query(QUERY)

    assert_clean(rank)
    assert len(answer.source_nodes) == 1


# Layers, sessions, documents that lie


def test_a_placeholder_in_a_document_stays_what_it_is(masker: Masker) -> None:
    """A document cannot write its way to the user's value."""
    for streaming in (False, True):
        fake = FakeModel(lambda texts: texts[-1].partition("Query:")[0])
        plain = index("Pay <EMAIL_1> now.").as_query_engine(
            llm=FakeLLM(fake), streaming=streaming
        )

        answer = PIIMaskQueryEngine(plain, masker=masker).query(QUERY)

        assert "Pay <EMAIL_1> now." in str(answer)
        assert "Pay <EMAIL_1> now." not in "\n".join(fake.seen)


@pytest.mark.parametrize("streaming", [False, True])
def test_a_wrapped_model_inside_neither_escapes_nor_restores(
    masker: Masker, streaming: bool
) -> None:
    """One layer restores, once."""
    fake = FakeModel(noting)
    llm = PIIMaskedLLM(FakeLLM(fake), masker=masker)
    plain = index().as_query_engine(
        llm=llm,
        node_postprocessors=[PIIMaskNodePostprocessor(masker=masker)],
        streaming=streaming,
    )

    answer = str(PIIMaskQueryEngine(plain, masker=masker).query(QUERY))

    assert_clean(fake)
    assert "<LITERAL_" not in "\n".join(fake.seen)
    assert "Noted <" not in answer


def test_a_model_of_another_session_is_left_alone(masker: Masker) -> None:
    """Two layers that have nothing in common each mask and restore."""
    fake = FakeModel(noting)
    llm = PIIMaskedLLM(FakeLLM(fake), masker=masker, registry=masker.registry("x"))
    plain = index().as_query_engine(llm=llm)

    answer = PIIMaskQueryEngine(
        plain, masker=masker, registry=masker.registry("y")
    ).query(QUERY)

    assert_clean(fake)
    assert "Noted <" not in str(answer)


def test_within_a_layer_it_does_not_restore(masker: Masker) -> None:
    """The outer layer does."""
    registry = masker.registry("s")
    masked = masker.mask(QUERY, registry)

    with layer(registry):
        answer = engine(FakeModel(noting), masker).query(masked)

    assert str(answer).startswith("Noted <")
    assert JANE not in repr(answer)


def test_the_engine_handed_in_is_not_changed(masker: Masker) -> None:
    """Its model, its postprocessors and its synthesizer are what they were."""
    fake = FakeModel(noting)
    plain: Any = index().as_query_engine(llm=FakeLLM(fake))
    before = (
        dict(vars(plain)),
        dict(vars(plain._response_synthesizer)),
        list(plain._node_postprocessors),
    )

    PIIMaskQueryEngine(plain, masker=masker).query(QUERY)

    after = (
        dict(vars(plain)),
        dict(vars(plain._response_synthesizer)),
        list(plain._node_postprocessors),
    )
    assert after == before


def test_sessions_share_an_engine_and_nothing_else(masker: Masker) -> None:
    """What one has masked, the other cannot name."""
    fake = FakeModel(scripted("<EMAIL_1>", "<EMAIL_3>"))
    plain = index().as_query_engine(llm=FakeLLM(fake))
    asked = PIIMaskQueryEngine(plain, masker=masker)

    with pii_session("hers"):
        assert str(asked.query(f"{QUERY} {BOSS}")) == JANE
    with pii_session("his"):
        assert str(asked.query("And who else?")) == "<EMAIL_3>"


def test_a_failing_recognizer_asks_nobody() -> None:
    """Not even the retriever."""
    fake = FakeModel(noting)
    masker = Masker(recognizer=failing, vault=MemoryVault())

    with pytest.raises(MaskingError) as caught:
        engine(fake, masker).query(QUERY)
    assert fake.seen == [] and "jane" not in repr(caught.value)


def test_a_postprocessor_with_another_registry_is_refused(masker: Masker) -> None:
    """Nobody could restore what it masks."""
    other = PIIMaskNodePostprocessor(masker=masker, registry=masker.registry("z"))
    fake = FakeModel(noting)

    with pytest.raises(InputError):
        engine(fake, masker, node_postprocessors=[other]).query(QUERY)
    assert fake.seen == []


# Engines in engines


def router(fake: FakeModel) -> BaseQueryEngine:
    plain = index().as_query_engine(llm=FakeLLM(fake), **TEMPLATES)
    selector = LLMSingleSelector.from_defaults(
        llm=FakeLLM(FakeModel(lambda texts: '[{"choice": 1, "reason": "it is"}]'))
    )
    tool = QueryEngineTool.from_defaults(plain, name="a", description="all")
    return RouterQueryEngine(selector, [tool, tool], llm=FakeLLM(fake))


class Own(CustomQueryEngine):
    """A user's engine, with a model of its own."""

    llm: FakeLLM | PIIMaskedLLM

    def custom_query(self, query_str: str) -> str:
        return str(self.llm.complete(f"{BOSS} asks: {query_str}"))


NESTED: dict[str, Any] = {
    "router": router,
    "transform": lambda fake: TransformQueryEngine(
        router(fake), HyDEQueryTransform(llm=FakeLLM(fake))
    ),
    "citation": lambda fake: CitationQueryEngine.from_args(index(), llm=FakeLLM(fake)),
    "retriever": lambda fake: RetrieverQueryEngine(
        index().as_retriever(), get_response_synthesizer(llm=FakeLLM(fake))
    ),
    "own": lambda fake: Own(llm=FakeLLM(fake)),
    "wrapped": lambda fake: PIIMaskQueryEngine(router(fake)),
}


@pytest.mark.parametrize("kind", NESTED)
def test_engines_in_engines_are_reached(masker: Masker, kind: str) -> None:
    """A bare model held anywhere by attribute is replaced on the copy."""
    fake = FakeModel(noting)

    with pii_session("s"):
        answer = PIIMaskQueryEngine(NESTED[kind](fake), masker=masker).query(QUERY)

    assert_clean(fake)
    assert "Noted <" not in str(answer)


# What it shows of itself


def test_it_prints_and_traces_nothing_real(masker: Masker) -> None:
    """One event for each call to the model, and none of it with a value."""
    counter = TokenCountingHandler()
    asked = engine(FakeModel(noting), masker)
    inner: Any = asked._engine._response_synthesizer  # type: ignore[attr-defined]
    inner._llm.callback_manager = CallbackManager([counter])

    asked.query(QUERY)

    assert len(counter.llm_token_counts) == 1
    assert JANE not in repr(counter.llm_token_counts)
    assert repr(asked) == "PIIMaskQueryEngine(RetrieverQueryEngine)"


def test_it_can_be_copied(masker: Masker) -> None:
    """A copy belongs to the same conversation."""
    registry = masker.registry("s")
    asked = PIIMaskQueryEngine(router(FakeModel(noting)), registry=registry)

    assert copy.copy(asked)._registry is registry
