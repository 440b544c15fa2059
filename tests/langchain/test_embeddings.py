"""Documents and queries: what is embedded and stored holds placeholders only."""

import doctest
from collections.abc import Sequence
from typing import Any
from zlib import crc32

import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import InMemoryVectorStore
from langchain_tests.integration_tests import EmbeddingsIntegrationTests
from langchain_tests.unit_tests import EmbeddingsUnitTests

from langchain_piimask import (
    Masker,
    MaskingError,
    MemoryVault,
    PIIMaskDocumentTransformer,
    PIIMaskedEmbeddings,
    PIIUnmask,
    Registry,
    UnmaskedText,
    documents,
    embeddings,
)
from piimask_core import InputError, pii_session
from piimask_core.testing import failing

JANE = "jane@example.com"
BOB = "bob@company.com"
BOSS = "boss@corp.com"

TEXTS = [
    f"Refunds for {JANE} are handled today.",
    f"Parcels for {BOB} are late.",
    "Parcels are brown.",
]


class Words(Embeddings):
    """A vector counts the words of a text; remembers every text."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        self.seen.append(text)
        vector = [0.01] * 512
        for word in text.lower().split():
            vector[crc32(word.strip(".,?").encode()) % 512] += 1
        return vector


def best(store: InMemoryVectorStore, query: str) -> str:
    return str(store.similarity_search(query, k=1)[0].page_content)


def test_documents_are_masked_in_copies(masker: Masker) -> None:
    """Text and metadata, keys too; ids stay, and what was given does not change."""
    given = [
        Document(f"Ask {JANE}", metadata={"by": [BOB], JANE: {"n": 1}}, id="7"),
        Document("Nothing", metadata={"page": 3}, id="8"),
    ]
    before = [each.model_copy(deep=True) for each in given]
    made = PIIMaskDocumentTransformer(masker=masker).transform_documents(given)

    assert made == [
        Document(
            "Ask <EMAIL_1>",
            metadata={"by": ["<EMAIL_2>"], "<EMAIL_1>": {"n": 1}},
            id="7",
        ),
        before[1],
    ]
    assert given == before


async def test_documents_are_masked_without_waiting_too(masker: Masker) -> None:
    """As without ``await``."""
    masking = PIIMaskDocumentTransformer(masker=masker)
    made: Sequence[Document] = await masking.atransform_documents([Document(JANE)])

    assert [each.page_content for each in made] == ["<EMAIL_1>"]


def test_a_known_value_in_an_id_is_refused(masker: Masker) -> None:
    """It may not be changed, so that it may not be stored."""
    masking = PIIMaskDocumentTransformer(masker=masker)
    with pytest.raises(UnmaskedText) as raised:
        masking.transform_documents([Document(JANE, id=f"user/{JANE}")])

    assert JANE not in str(raised.value)


def test_typed_placeholders_in_a_document_are_nobodys(masker: Masker) -> None:
    """Restored, they are what was typed."""
    registry = masker.registry("docs")
    masking = PIIMaskDocumentTransformer(masker=masker, registry=registry)
    given = [Document(f"{JANE} is not <EMAIL_1>")]
    made = masking.transform_documents(given)

    assert made[0].page_content == "<EMAIL_1> is not <LITERAL_1>"
    unmasking = PIIUnmask(masker=masker, registry=registry)
    assert unmasking.invoke(made) == given


def test_documents_and_queries_are_embedded_alike(masker: Masker) -> None:
    """One value, one placeholder: whoever asks for a person finds that person."""
    words = Words()
    store = InMemoryVectorStore(PIIMaskedEmbeddings(words, masker=masker))
    store.add_texts(TEXTS)

    assert best(store, f"refunds {JANE}?") == TEXTS[0]
    assert best(store, f"What of {BOB}?") == TEXTS[1]
    assert words.seen[-2:] == ["refunds <EMAIL_1>?", "What of <EMAIL_2>?"]
    assert not any(value in str(words.seen) for value in (JANE, BOB))


def test_a_masked_store_is_searched_with_real_queries(masker: Masker) -> None:
    """Masked text is embedded as it stands; what is found is restored behind it."""
    words = Words()
    masked = PIIMaskDocumentTransformer(masker=masker).transform_documents(
        [Document(text) for text in TEXTS]
    )
    store = InMemoryVectorStore(PIIMaskedEmbeddings(words, masker=masker))
    store.add_documents(list(masked))
    assert JANE not in str(store.store) and BOB not in str(store.store)

    corpus = masker.registry(documents.CORPUS)
    found = store.as_retriever(search_kwargs={"k": 1}) | PIIUnmask(
        masker=masker, registry=corpus
    )
    assert found.invoke(f"What of {BOB}?")[0].page_content == TEXTS[1]
    assert found.invoke(f"refunds {JANE}?")[0].page_content == TEXTS[0]
    assert "LITERAL" not in str(words.seen)


async def test_embedding_without_waiting_is_the_same(masker: Masker) -> None:
    """As with the plain calls."""
    words = Words()
    masking = PIIMaskedEmbeddings(words, masker=masker)

    assert await masking.aembed_query(JANE) == masking.embed_query(JANE)
    assert await masking.aembed_documents([BOB]) == masking.embed_documents([BOB])
    assert set(words.seen) == {"<EMAIL_1>", "<EMAIL_2>"}


def test_a_session_around_it_changes_nothing(masker: Masker) -> None:
    """Else a query would not find what was embedded in another conversation."""
    words = Words()
    masking = PIIMaskedEmbeddings(words, masker=masker)
    masking.embed_documents([BOB, JANE])
    with pii_session("u1"):
        masking.embed_query(JANE)

    assert words.seen == ["<EMAIL_1>", "<EMAIL_2>", "<EMAIL_2>"]


def test_a_registry_of_ones_own_keeps_two_corpora_apart(masker: Masker) -> None:
    """Given to both, or to neither."""
    words = Words()
    PIIMaskedEmbeddings(words, masker=masker).embed_query(JANE)
    own = PIIMaskedEmbeddings(words, masker=masker, registry=Registry())
    own.embed_documents([BOB])

    assert words.seen == ["<EMAIL_1>", "<EMAIL_1>"]


def test_when_masking_fails_nothing_is_embedded() -> None:
    """And no document comes out."""
    masker = Masker(recognizer=failing, vault=MemoryVault())
    words = Words()
    masking = PIIMaskedEmbeddings(words, masker=masker)
    transforming = PIIMaskDocumentTransformer(masker=masker)
    calls: list[Any] = [
        lambda: masking.embed_query(JANE),
        lambda: masking.embed_documents([JANE]),
        lambda: transforming.transform_documents([Document(JANE)]),
    ]
    for call in calls:
        with pytest.raises(MaskingError) as raised:
            call()
        assert JANE not in str(raised.value)

    assert words.seen == []


def test_metadata_that_nobody_can_read_are_refused(masker: Masker) -> None:
    """What cannot be read may hold anything."""
    masking = PIIMaskDocumentTransformer(masker=masker)

    with pytest.raises(InputError, match="object"):
        masking.transform_documents([Document("x", metadata={"a": object()})])


def test_only_embedding_models_are_wrapped(masker: Masker) -> None:
    """And no representation shows what is inside."""
    given: Any = "no model"
    with pytest.raises(InputError, match="str"):
        PIIMaskedEmbeddings(given)

    assert repr(PIIMaskedEmbeddings(Words())) == "PIIMaskedEmbeddings(Words)"
    assert repr(PIIMaskDocumentTransformer()) == "PIIMaskDocumentTransformer()"


class TestUnit(EmbeddingsUnitTests):
    """The framework's own tests of an embedding model."""

    @property
    def embeddings_class(self) -> Any:
        return PIIMaskedEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return {"embeddings": Words()}


class TestIntegration(EmbeddingsIntegrationTests):
    """And of what it answers."""

    @property
    def embeddings_class(self) -> Any:
        return PIIMaskedEmbeddings

    @property
    def embedding_model_params(self) -> dict[str, Any]:
        return {"embeddings": Words()}


@pytest.mark.parametrize("module", [documents, embeddings])
def test_the_docstrings_tell_the_truth(module: Any) -> None:
    """Their examples run, and print what stands below them."""
    results = doctest.testmod(module)

    assert results.attempted >= 4
    assert results.failed == 0
