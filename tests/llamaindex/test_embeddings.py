"""PIIMaskedEmbedding: what an embedding model reads, and what is found by it."""

import copy
import pickle
import secrets
from dataclasses import replace
from typing import Any

import pytest
from llama_index.core import VectorStoreIndex
from llama_index.core.callbacks import CallbackManager, CBEventType
from llama_index.core.callbacks.simple_llm_handler import SimpleLLMHandler
from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.ingestion.pipeline import get_transformation_hash
from llama_index.core.instrumentation.event_handlers import BaseEventHandler
from llama_index.core.schema import Document, TextNode
from llama_index.core.storage.kvstore import SimpleKVStore
from llama_index_instrumentation import get_dispatcher

from llamaindex_piimask import (
    InputError,
    Masker,
    MaskingError,
    MemoryVault,
    PIIMaskedEmbedding,
    PIIMaskedLLM,
    PIIMaskQueryEngine,
    PIIMaskTransform,
    Registry,
)
from llamaindex_piimask.testing import FakeEmbedding, FakeLLM
from piimask_core.testing import FakeModel, echo, failing

JANE, BOB, SSN = "jane@example.com", "bob@company.com", "123-45-6789"
TEXTS = [f"I am {JANE}", "nothing here", f"{BOB}, {JANE}", SSN]
MASKED = ["I am <EMAIL_1>", "nothing here", "<EMAIL_2>, <EMAIL_1>", "<SSN_1>"]


@pytest.fixture
def inner() -> FakeEmbedding:
    return FakeEmbedding(embed_batch_size=2)


@pytest.fixture
def model(masker: Masker, inner: FakeEmbedding) -> PIIMaskedEmbedding:
    return PIIMaskedEmbedding(inner, masker=masker, registry=masker.registry("corpus"))


async def embed(model: Any, how: str, texts: list[str]) -> list[Any]:
    """The vectors of these, by the method that is named."""
    method = getattr(model, how)
    if "batch" in how:
        answer = method(texts)
        return list(await answer if how.startswith("a") else answer)
    if how.strip("_").startswith("a"):
        return [await method(text) for text in texts]
    return [method(text) for text in texts]


HOW = [
    "get_text_embedding",
    "aget_text_embedding",
    "get_query_embedding",
    "aget_query_embedding",
    "get_text_embedding_batch",
    "aget_text_embedding_batch",
    "_get_text_embedding",
    "_aget_text_embedding",
    "_get_query_embedding",
    "_aget_query_embedding",
]


@pytest.mark.parametrize("how", HOW)
async def test_the_model_reads_placeholders_only(
    model: PIIMaskedEmbedding, inner: FakeEmbedding, how: str
) -> None:
    """And gives the vectors of what it reads."""
    vectors = await embed(model, how, TEXTS)

    assert inner.seen == MASKED
    assert vectors == [FakeEmbedding().get_text_embedding(text) for text in MASKED]


@pytest.mark.parametrize("how", HOW)
async def test_when_masking_fails_nothing_is_sent(
    inner: FakeEmbedding, how: str
) -> None:
    """Not even what comes before in the same batch; the error holds no value."""
    broken = Masker(recognizer=failing, vault=MemoryVault())

    with pytest.raises(MaskingError) as raised:
        await embed(PIIMaskedEmbedding(inner, masker=broken), how, TEXTS)

    assert inner.seen == []
    assert JANE not in repr(raised.value) and raised.value.__context__ is None


async def test_other_ways_in_are_masked_too(
    model: PIIMaskedEmbedding, inner: FakeEmbedding
) -> None:
    """Several queries in one, nodes with their metadata."""
    model.get_agg_embedding_from_queries(TEXTS)
    await model.aget_agg_embedding_from_queries(TEXTS)
    model([TextNode(text=JANE, metadata={"by": BOB})])
    await model.acall([TextNode(text=JANE, metadata={"by": BOB})])

    assert inner.seen == [*MASKED, *MASKED, *["by: <EMAIL_2>\n\n<EMAIL_1>"] * 2]


def test_placeholders_of_the_corpus_stay(
    model: PIIMaskedEmbedding, inner: FakeEmbedding
) -> None:
    """Those of documents that were masked before; others are escaped."""
    model.get_text_embedding(JANE)
    model.get_text_embedding("<EMAIL_1> and <EMAIL_7>")

    assert inner.seen == ["<EMAIL_1>", "<EMAIL_1> and <LITERAL_1>"]


# What is found


@pytest.mark.parametrize("is_masked", [False, True])
def test_a_query_finds_a_document_by_a_value(
    model: PIIMaskedEmbedding,
    inner: FakeEmbedding,
    masker: Masker,
    is_masked: bool,
) -> None:
    """Whether the index holds real documents or masked ones."""
    masks = PIIMaskTransform(masker=masker, registry=model.registry)
    nodes = IngestionPipeline(
        transformations=[*([masks] if is_masked else []), model]
    ).run(documents=[Document(text=f"order of {who}", id_=who[:3]) for who in PEOPLE])
    retriever = VectorStoreIndex(nodes, embed_model=model).as_retriever(
        similarity_top_k=1
    )

    found = [retriever.retrieve(f"What of {who}?")[0].node_id for who in PEOPLE]

    assert found == [who[:3] for who in PEOPLE]
    assert not any(who in text for who in PEOPLE for text in inner.seen)


PEOPLE = [JANE, BOB, "boss@corp.com"]


def test_a_masked_engine_around_it_asks_the_corpus(
    model: PIIMaskedEmbedding, inner: FakeEmbedding, masker: Masker
) -> None:
    """A conversation has numbers of its own; the vectors are those of the corpus."""
    nodes = [TextNode(text=f"order of {who}") for who in PEOPLE]
    index = VectorStoreIndex(nodes, embed_model=model)
    fake = FakeModel(echo)
    engine = index.as_query_engine(llm=FakeLLM(fake), similarity_top_k=1)

    answer = PIIMaskQueryEngine(engine, masker=masker).query(f"What of {BOB}?")

    assert inner.seen[-1] == "What of <EMAIL_2>?"
    assert f"order of {BOB}" in str(answer)
    assert "order of <EMAIL_1>" in "".join(fake.seen)


def test_a_registry_that_is_loaded_again_finds_the_same(
    model: PIIMaskedEmbedding, inner: FakeEmbedding, masker: Masker
) -> None:
    """In another process, in any order."""
    model.get_text_embedding_batch(TEXTS)
    key = secrets.token_bytes(32)
    assert model.registry is not None
    saved = model.registry.dumps(key=key)

    later = replace(masker, vault=MemoryVault())
    again = Registry.loads(saved, key=key, vault=later.vault)
    inner.seen.clear()
    other = PIIMaskedEmbedding(inner, masker=later, registry=again)
    other.get_query_embedding(f"{BOB}?")

    assert inner.seen == ["<EMAIL_2>?"]


def test_without_a_registry_it_has_its_own(masker: Masker) -> None:
    """One for documents and queries; two models do not share it."""
    first, second = FakeEmbedding(), FakeEmbedding()
    one = PIIMaskedEmbedding(first, masker=masker)
    two = PIIMaskedEmbedding(second, masker=masker)
    one.get_text_embedding(JANE)
    one.get_query_embedding(f"{BOB} {JANE}")
    two.get_text_embedding(BOB)

    assert first.seen == ["<EMAIL_1>", "<EMAIL_2> <EMAIL_1>"]
    assert second.seen == ["<EMAIL_1>"]


# What others see


class Heard(BaseEventHandler):
    """Keeps events of embedding models."""

    events: list[str] = []  # noqa: RUF012  # a field

    @classmethod
    def class_name(cls) -> str:
        return "Heard"

    def handle(self, event: Any, **kwargs: Any) -> None:
        if type(event).__name__.startswith("Embedding"):
            self.events.append(repr(event))


class Counting(SimpleLLMHandler):
    """Keeps what ends."""

    def __init__(self) -> None:
        super().__init__()
        self.ended: list[str] = []

    def on_event_end(
        self,
        event_type: CBEventType,
        payload: dict[str, Any] | None = None,
        event_id: str = "",
        **kwargs: Any,
    ) -> None:
        self.ended.append(repr(payload))


@pytest.mark.parametrize("how", HOW[:6])
async def test_each_call_has_one_event_and_it_is_masked(
    model: PIIMaskedEmbedding, how: str
) -> None:
    """It is that of the model inside, who knows the listeners of the outside."""
    counting, heard = Counting(), Heard()
    model.callback_manager = CallbackManager([counting])
    dispatcher = get_dispatcher()
    dispatcher.add_event_handler(heard)
    try:
        await embed(model, how, TEXTS[:1])
    finally:
        dispatcher.event_handlers.remove(heard)

    assert len(counting.ended) == 1 and len(heard.events) == 2
    assert "I am <EMAIL_1>" in counting.ended[0] and "I am <EMAIL_1>" in heard.events[1]
    assert JANE not in "".join([*counting.ended, *heard.events])


async def test_its_cache_has_masked_keys(masker: Masker) -> None:
    """Whichever of the two the cache was given to."""
    for to_inner in (False, True):
        cache, inner = SimpleKVStore(), FakeEmbedding()
        model = PIIMaskedEmbedding(inner, masker=masker)
        (inner if to_inner else model).embeddings_cache = cache

        for how in HOW[:6]:
            await embed(model, how, TEXTS)

        assert set(cache.get_all("embeddings")) == set(MASKED)
        assert inner.seen == MASKED


def test_it_is_what_the_model_inside_is(masker: Masker) -> None:
    """To those who ask for its name and the size of its batches."""
    inner = FakeEmbedding(model_name="small", embed_batch_size=7, num_workers=3)
    model = PIIMaskedEmbedding(inner, masker=masker)

    assert (model.model_name, model.embed_batch_size, model.num_workers) == (
        "small",
        7,
        3,
    )
    model.embed_batch_size = 5
    assert inner.embed_batch_size == 5
    assert model.to_payload() == {
        **inner.to_payload(),
        "class_name": "PIIMaskedEmbedding",
    }


def test_it_shows_neither_masker_nor_registry(
    masker: Masker, inner: FakeEmbedding
) -> None:
    """In dumps, reprs, hashes; a cache tells one registry from another all the same."""
    registry = masker.registry("sesame")
    model = PIIMaskedEmbedding(inner, masker=masker, registry=registry)
    model.get_text_embedding(JANE)
    other = PIIMaskedEmbedding(inner, masker=masker)
    shown = [repr(model), str(model), model.to_json(), model.model_dump_json()]

    for text in [*shown, str(model.to_payload())]:
        for secret in ("sesame", registry.epoch, JANE, "<EMAIL_1>"):
            assert secret not in text
    assert repr(model) == "PIIMaskedEmbedding('FakeEmbedding')"
    assert get_transformation_hash([], model) != get_transformation_hash([], other)


def test_a_copy_shares_the_registry_and_a_worker_cannot(
    model: PIIMaskedEmbedding,
) -> None:
    """Its values lie in this process."""
    assert copy.deepcopy(model).registry is model.registry
    with pytest.raises(InputError, match="Workers cannot share"):
        pickle.dumps(model)


def test_with_a_masked_model_nothing_is_sent_anywhere(
    model: PIIMaskedEmbedding, inner: FakeEmbedding, masker: Masker
) -> None:
    """Two lines: the index and the answers are real, both models see placeholders."""
    index = VectorStoreIndex(
        [TextNode(text=f"order of {who}") for who in PEOPLE], embed_model=model
    )
    fake = FakeModel(echo)
    llm = PIIMaskedLLM(FakeLLM(fake), masker=masker)
    engine = index.as_query_engine(llm=llm, similarity_top_k=1)

    answer = engine.query(f"What of {BOB}?")

    assert f"order of {BOB}" in str(answer)
    assert not any(who in text for who in PEOPLE for text in [*inner.seen, *fake.seen])
