"""PIIMaskTransform: what an index, a cache and a store hold of documents."""

import copy
import json
import pickle
import secrets
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from llama_index.core import SimpleDirectoryReader, VectorStoreIndex
from llama_index.core.ingestion import (
    DocstoreStrategy,
    IngestionCache,
    IngestionPipeline,
)
from llama_index.core.ingestion.pipeline import get_transformation_hash
from llama_index.core.node_parser import SentenceSplitter, TokenTextSplitter
from llama_index.core.postprocessor import SimilarityPostprocessor
from llama_index.core.schema import (
    BaseNode,
    Document,
    ImageNode,
    IndexNode,
    NodeRelationship,
    NodeWithScore,
    RelatedNodeInfo,
    TextNode,
    TransformComponent,
)
from llama_index.core.storage.docstore import SimpleDocumentStore
from llama_index.core.vector_stores import SimpleVectorStore

from llamaindex_piimask import (
    InputError,
    Masker,
    MaskingError,
    MemoryVault,
    PIIMaskedEmbedding,
    PIIMaskedLLM,
    PIIMaskIngestionPipeline,
    PIIMaskQueryEngine,
    PIIMaskTransform,
    PIIUnmaskNodePostprocessor,
    Registry,
    SessionRequired,
    UnmaskedText,
    pii_session,
)
from llamaindex_piimask.nodes import map_node
from llamaindex_piimask.testing import FakeEmbedding, FakeLLM
from piimask_core.session import layer
from piimask_core.testing import FakeModel, echo, failing, recognizing
from piimask_core.vault.book import Book
from piimask_core.vault.memory import Erased

JANE, BOB, SSN = "jane@example.com", "bob@company.com", "123-45-6789"
FILLER = " and so on" * 30


def documents() -> list[Document]:
    return [
        Document(
            text=f"Write to {JANE}.{FILLER} {SSN} is a number.{FILLER}",
            metadata={"author": BOB, SSN: ["x", {JANE: 1}]},
            excluded_llm_metadata_keys=[SSN],
            id_="one",
        ),
        Document(text=f"{JANE} and {BOB}", id_="two"),
    ]


def splitter() -> TransformComponent:
    """By characters as good as by words, and without a network."""
    return TokenTextSplitter(chunk_size=60, chunk_overlap=5, tokenizer=list)


def masking(masker: Masker, name: str = "corpus") -> PIIMaskTransform:
    return PIIMaskTransform(masker=masker, registry=masker.registry(name))


def held(*stores: Any) -> str:
    """All that these hold, as a text."""
    return "\n".join(
        store.to_json() if isinstance(store, BaseNode) else json.dumps(store.to_dict())
        for store in stores
    )


def assert_clean(text: str) -> None:
    assert "<EMAIL_1>" in text
    for value in (JANE, BOB, SSN):
        assert value not in text


# What is stored


@pytest.mark.parametrize("is_async", [False, True])
async def test_nothing_behind_it_holds_a_value(masker: Masker, is_async: bool) -> None:
    """Nodes, their sources, the cache, the vector store, what is embedded."""
    embed_model = FakeEmbedding()
    store, cache = SimpleVectorStore(stores_text=True), IngestionCache()
    pipeline = IngestionPipeline(
        transformations=[masking(masker), splitter(), embed_model],
        vector_store=store,
        cache=cache,
    )

    if is_async:
        nodes = await pipeline.arun(documents=documents())
    else:
        nodes = pipeline.run(documents=documents())

    assert len(nodes) > 4
    assert all(NodeRelationship.SOURCE in node.relationships for node in nodes)
    for part in (held(*nodes), held(store), held(cache.cache)):
        assert_clean(part)
    assert_clean("\n".join(embed_model.seen))


def test_the_documents_are_not_changed(masker: Masker) -> None:
    """They are the app's."""
    given = documents()

    masking(masker)(given)

    assert given == documents()


def test_documents_come_back_as_they_were(masker: Masker) -> None:
    """What reads as a placeholder in them is theirs."""
    given = [*documents(), Document(text="<EMAIL_1> is not Jane", id_="three")]

    masked = masking(masker)(given)

    restorer = masker.restorer(masker.registry("corpus"))
    assert [map_node(node, restorer.text) for node in masked] == given


def test_a_value_has_one_placeholder_in_all_documents(masker: Masker) -> None:
    """In text and in metadata, in one run and the next."""
    first, second = masking(masker)(documents())
    (third,) = masking(masker)([Document(text=BOB)])

    assert second.get_content() == "<EMAIL_2> and <EMAIL_1>"
    assert first.metadata["author"] == third.get_content() == "<EMAIL_1>"
    sources = masker.registry("corpus").view().sources
    assert set(sources["<EMAIL_1>"]) == {"document"}


def test_a_splitter_before_it_leaves_no_value_behind(masker: Masker) -> None:
    """Neither in what a piece knows of its document, nor as a hash of its text."""
    nodes = masking(masker)(SentenceSplitter(tokenizer=list)(documents()))

    assert_clean(held(*nodes))
    hashes = {document.hash for document in documents()}
    assert not any(each in held(*nodes) for each in hashes)


def test_a_docstore_gets_documents_that_were_masked_before(masker: Masker) -> None:
    """The pipeline stores what comes in, so what comes in must be masked."""
    docstore = SimpleDocumentStore()
    pipeline = IngestionPipeline(
        transformations=[splitter(), FakeEmbedding()],
        docstore=docstore,
        vector_store=SimpleVectorStore(),
    )
    masks = masking(masker)

    pipeline.run(documents=masks(documents()))

    assert_clean(held(docstore))
    assert len(pipeline.run(documents=masks(documents()))) == 0  # nothing is new


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize(
    ("strategy", "has_vectors"),
    [
        (DocstoreStrategy.DUPLICATES_ONLY, False),  # the only one without vectors
        *((strategy, True) for strategy in DocstoreStrategy),
    ],
)
async def test_a_masking_pipeline_has_a_clean_docstore(
    masker: Masker, is_async: bool, has_vectors: bool, strategy: DocstoreStrategy
) -> None:
    """With every strategy; what did not change is known again, what did is not."""
    docstore, cache = SimpleDocumentStore(), IngestionCache()
    pipeline = PIIMaskIngestionPipeline(
        transformations=[masking(masker), splitter(), FakeEmbedding()],
        documents=[Document(text=f"By hand: {BOB}", id_="three")],
        docstore=docstore,
        docstore_strategy=strategy,
        vector_store=SimpleVectorStore(stores_text=True) if has_vectors else None,
        cache=cache,
    )

    async def run(given: list[Document]) -> Any:
        if is_async:
            return await pipeline.arun(documents=given)
        return pipeline.run(documents=given)

    first = await run(documents())
    again = await run(documents())
    changed = documents()
    changed[1] = Document(text=f"{BOB} and {JANE}", id_="two")
    third = await run(changed)

    assert_clean(held(docstore, *first))
    assert_clean(held(cache.cache))
    assert not any(each.hash in held(docstore) for each in [*documents(), *changed])
    assert len(first) > 5 and len(again) == 0
    assert [node.ref_doc_id for node in third] == ["two"] * len(third) != []
    assert documents()[0].text == f"Write to {JANE}.{FILLER} {SSN} is a number.{FILLER}"


def test_a_masking_pipeline_needs_its_transform_first(masker: Masker) -> None:
    """Else it would be called as if it masked."""
    for transformations in (
        [],
        [splitter()],
        [splitter(), masking(masker)],
        [FakeEmbedding(), masking(masker)],
    ):
        with pytest.raises(InputError, match="first"):
            PIIMaskIngestionPipeline(transformations=transformations)


def test_a_masking_pipelines_workers_get_what_is_masked(
    masker: Masker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the registry may lie in this process, and gives no number twice."""
    monkeypatch.setattr("multiprocessing.cpu_count", lambda: 2)
    pipeline = PIIMaskIngestionPipeline(
        transformations=[masking(masker), splitter()],
        docstore=SimpleDocumentStore(),
        docstore_strategy=DocstoreStrategy.DUPLICATES_ONLY,
    )

    nodes = pipeline.run(documents=documents(), num_workers=2)

    assert_clean(held(pipeline.docstore, *nodes))
    restorer = masker.restorer(masker.registry("corpus"))
    found = "".join(map_node(node, restorer.text).get_content() for node in nodes)
    assert all(value in found for value in (JANE, BOB, SSN))


@pytest.mark.parametrize("is_first", [False, True])
def test_an_index_built_with_it_holds_no_value(
    masker: Masker, tmp_path: Path, is_first: bool
) -> None:
    """Not even on disk; nor a hash of one, where the documents are masked first."""
    masks, given = masking(masker), documents()
    index = VectorStoreIndex.from_documents(
        masks(given) if is_first else given,
        transformations=[splitter()] if is_first else [masks, splitter()],
        embed_model=FakeEmbedding(),
    )
    index.storage_context.persist(tmp_path)

    stored = "\n".join(file.read_text() for file in tmp_path.iterdir())
    assert_clean(stored)
    assert any(each.hash in stored for each in given) == (not is_first)


class Summarized(TextNode):
    """A node with a field of its own."""

    summary: str = ""


OF = RelatedNodeInfo(node_id=f"of {JANE}")
UNCHANGED: dict[str, BaseNode] = {
    "id": TextNode(text="x", id_=f"of {JANE}"),
    "id of a neighbour": TextNode(
        text="x", relationships={NodeRelationship.SOURCE: OF}
    ),
    "id of an index": IndexNode(text="x", index_id=JANE),
    "object": IndexNode(text="x", index_id="y", obj=TextNode(text=JANE)),
    "link": ImageNode(text="x", image_url=f"https://x.io/{JANE}.png"),
    "path": ImageNode(text="x", image_path=f"/pictures/{JANE}.png"),
    "own field": Summarized(text="x", summary=f"of {JANE}"),
}


@pytest.mark.parametrize("place", UNCHANGED)
@pytest.mark.parametrize("is_known", [False, True])
def test_a_value_where_nothing_is_changed_is_refused(
    masker: Masker, place: str, is_known: bool
) -> None:
    """Others know a node by these; it is refused whether or not text says it too."""
    if is_known:
        masking(masker)([TextNode(text=JANE)])
    with pytest.raises(UnmaskedText) as raised:
        masking(masker)([TextNode(text="first"), UNCHANGED[place]])
    assert JANE not in repr(raised.value)


def test_the_usual_nodes_are_not_refused(tmp_path: Path) -> None:
    """With the default recognizers: files, their dates and sizes, ids, pictures."""
    (tmp_path / "notes_2024_01_31.txt").write_text(f"My email is {JANE}.")
    found = SimpleDirectoryReader(tmp_path, filename_as_id=True).load_data()
    image = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk" * 9
    picture = ImageNode(text="x", image=image, image_mimetype="image/png")
    masker = Masker(vault=MemoryVault())

    nodes = masking(masker)(
        [*SentenceSplitter(tokenizer=list)(found), picture, TextNode(text="5 of 7")]
    )

    assert "My email is <EMAIL_1>." in held(*nodes)
    assert JANE not in held(*nodes)


def test_what_was_embedded_before_is_refused(masker: Masker) -> None:
    """A vector of the real text tells of it."""
    with pytest.raises(InputError, match="before embedding"):
        masking(masker)([TextNode(text=JANE, embedding=[0.5])])


def test_when_masking_fails_nothing_goes_on(masker: Masker) -> None:
    """Nothing is cached, embedded or stored; the error holds no value."""
    broken = Masker(recognizer=failing, vault=MemoryVault())
    embed_model, cache = FakeEmbedding(), IngestionCache()
    pipeline = IngestionPipeline(
        transformations=[masking(broken), embed_model], cache=cache
    )

    with pytest.raises(MaskingError) as raised:
        pipeline.run(documents=documents())

    assert embed_model.seen == [] and cache.cache.get_all(cache.collection) == {}
    assert JANE not in repr(raised.value)


# Which registry


def test_a_session_or_a_layer_around_it_is_enough(masker: Masker) -> None:
    """Without any, nobody could restore what is indexed."""
    masks = PIIMaskTransform(masker=masker)
    with pytest.raises(SessionRequired, match="keep it with the index"):
        masks(documents())
    with pytest.raises(SessionRequired):
        IngestionPipeline(transformations=[masks]).run(documents=documents())
    with pii_session("a"):
        assert_clean(held(*masks(documents())))
    with layer(masker.registry("b")):
        assert_clean(held(*masks(documents())))


def test_a_registry_that_is_loaded_again_goes_on(masker: Masker) -> None:
    """In another process: the same placeholders, the same cache, and restorable."""
    key, cache = secrets.token_bytes(32), IngestionCache()
    registry = masker.registry("corpus")
    first = IngestionPipeline(
        transformations=[PIIMaskTransform(masker=masker, registry=registry)],
        cache=cache,
    ).run(documents=documents())
    saved = registry.dumps(key=key)

    calls: list[str] = []

    def counting(text: str) -> Any:
        calls.append(text)
        return recognizing({"EMAIL_ADDRESS": [JANE, BOB], "US_SSN": [SSN]})(text)

    later = Masker(recognizer=counting, vault=MemoryVault())
    again = Registry.loads(saved, key=key, vault=later.vault)
    pipeline = IngestionPipeline(
        transformations=[PIIMaskTransform(masker=later, registry=again)], cache=cache
    )
    second = pipeline.run(documents=documents())

    assert calls == []  # all from the cache
    assert [n.to_json() for n in second] == [n.to_json() for n in first]
    restorer = later.restorer(again)
    assert [map_node(n, restorer.text) for n in second] == documents()
    new = pipeline.run(documents=[Document(text=f"{BOB} {JANE}")])
    assert new[0].get_content() == "<EMAIL_1> <EMAIL_2>" and calls != []


def test_the_cache_gives_nothing_of_another_registry(masker: Masker) -> None:
    """Its placeholders could not be restored, or would be somebody else."""
    cache = IngestionCache()

    def run(registry: Registry, text: str) -> tuple[str, Registry]:
        masks = PIIMaskTransform(masker=masker, registry=registry)
        pipeline = IngestionPipeline(transformations=[masks], cache=cache)
        return pipeline.run(documents=[Document(text=text)])[0].get_content(), registry

    run(masker.registry("a"), JANE)
    other = masker.registry("b")
    masker.mask(BOB, other)
    text, registry = run(other, JANE)

    assert text == "<EMAIL_2>" and masker.unmask(text, registry) == JANE


# The way back

THEIRS = "<EMAIL_1> is what I call it."
ASKED = "boss@corp.com"


def masked_index(masker: Masker) -> VectorStoreIndex:
    """Of three documents; one of them reads like a placeholder."""
    given = [
        Document(text=f"{BOB} owes 5.", metadata={"by": JANE}, id_="bob"),
        Document(text=f"{JANE} owes 7.", id_="jane"),
        Document(text=THEIRS, id_="theirs"),
    ]
    embed_model = PIIMaskedEmbedding(
        FakeEmbedding(), masker=masker, registry=masker.registry("corpus")
    )
    return VectorStoreIndex.from_documents(
        given, transformations=[masking(masker), splitter()], embed_model=embed_model
    )


@pytest.mark.parametrize("around", [False, True])
@pytest.mark.parametrize("has_other", [False, True])
async def test_what_is_found_in_a_masked_index_has_its_values_back(
    masker: Masker, around: bool, has_other: bool
) -> None:
    """In answers and their sources; the model sees the conversation's placeholders."""
    fake = FakeModel(echo)
    index = masked_index(masker)
    unmasks = PIIUnmaskNodePostprocessor(
        masker=masker, registry=masker.registry("corpus")
    )
    talk = masker.registry("talk" if has_other else "corpus")
    llm: Any = FakeLLM(fake)
    if not around:
        llm = PIIMaskedLLM(llm, masker=masker, registry=talk)
    engine: Any = index.as_query_engine(
        llm=llm, node_postprocessors=[SimilarityPostprocessor(), unmasks]
    )
    if around:
        engine = PIIMaskQueryEngine(engine, masker=masker, registry=talk)

    for asked in (
        engine.query(f"What does {BOB} owe?"),
        await engine.aquery(f"What does {BOB} owe?"),
    ):
        assert f"{BOB} owes 5." in str(asked) and f"by: {JANE}" in str(asked)
        assert asked.source_nodes[0].node.metadata == {"by": JANE}
        assert asked.source_nodes[0].node.get_content() == f"{BOB} owes 5."
    (theirs,) = (
        node
        for node in engine.query(f"What do I call it, {THEIRS}").source_nodes
        if node.node.ref_doc_id == "theirs"
    )
    assert theirs.node.get_content() == THEIRS
    seen = "".join(fake.seen)
    assert JANE not in seen and BOB not in seen
    assert BOB in talk.view().values() and "<EMAIL_2>" in seen
    stored = "".join(node.to_json() for node in index.docstore.docs.values())
    assert_clean(stored)


def test_nobody_gets_what_another_user_asked(masker: Masker) -> None:
    """A query to the index is no document, whatever a node says."""
    index = masked_index(masker)
    corpus = masker.registry("corpus")
    index.as_retriever().retrieve(f"What does {ASKED} owe?")
    forged = [placeholder for placeholder, v in corpus.view().items() if v == ASKED]
    assert forged
    nodes = [
        NodeWithScore(node=TextNode(text=f"{forged[0]}, <EMAIL_1>", metadata={"a": 1}))
    ]
    unmasking = PIIUnmaskNodePostprocessor(masker=masker, registry=corpus)

    (found,) = unmasking.postprocess_nodes(nodes)
    masking(masker)([Document(text=f"{ASKED} owes 1.")])  # now a document says it too
    (known,) = unmasking.postprocess_nodes(nodes)

    assert found.text.startswith(f"{forged[0]}, ") and ASKED not in found.text
    assert found.text.endswith(("@company.com", "@example.com"))
    assert known.text.startswith(f"{ASKED}, ")


def test_the_corpus_own_values_come_back_by_policy(masker: Masker) -> None:
    """The masker's policy holds here as everywhere."""
    index = masked_index(masker)
    strict = replace(masker, restore=lambda label, place: label != "EMAIL")
    unmasking = PIIUnmaskNodePostprocessor(
        masker=strict, registry=masker.registry("corpus")
    )

    found = unmasking.postprocess_nodes(index.as_retriever().retrieve("owes"))

    assert all(JANE not in n.text and BOB not in n.text for n in found)


def test_unmasking_knows_the_registry_of_a_layer_or_none(masker: Masker) -> None:
    """And shows nothing."""
    (node,) = masking(masker)([Document(text=JANE)])
    found = [NodeWithScore(node=node)]
    unmasks = PIIUnmaskNodePostprocessor(masker=masker)
    with pytest.raises(SessionRequired):
        unmasks.postprocess_nodes(found)
    with pii_session("corpus"):
        (real,) = unmasks.postprocess_nodes(found)

    assert real.node.get_content() == JANE and node.get_content() == "<EMAIL_1>"
    given = PIIUnmaskNodePostprocessor(registry=masker.registry("sesame"))
    assert "sesame" not in given.to_json() + repr(given)


# What it gives away


def test_it_shows_neither_masker_nor_registry(masker: Masker) -> None:
    """Dumps, reprs and what the cache hashes; nor can a registry be told from it."""
    masks = masking(masker, "sesame")
    masks(documents())
    registry = masker.registry("sesame")
    shown = [
        repr(masks),
        str(masks),
        masks.to_json(),
        str(masks.to_dict()),
        masks.model_dump_json(),
        get_transformation_hash([], masks),
    ]

    for text in shown:
        for secret in ("sesame", registry.epoch, JANE, BOB, SSN):
            assert secret not in text
    assert set(masks.to_dict()) == {"class_name", "corpus"}
    assert PIIMaskTransform.from_dict(masks.to_dict()).registry is None


def test_a_copy_shares_the_registry(masker: Masker) -> None:
    """It is the same corpus."""
    masks = masking(masker)

    assert copy.deepcopy(masks).registry is masks.registry
    assert copy.copy(masks).registry is masks.registry


# Workers


@pytest.mark.parametrize("is_async", [False, True])
async def test_workers_cannot_share_what_lies_in_this_process(
    masker: Masker, is_async: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is refused before any of them begins, with a message that says why."""
    monkeypatch.setattr("multiprocessing.cpu_count", lambda: 2)
    pipeline = IngestionPipeline(transformations=[masking(masker)])

    with pytest.raises(InputError, match="Workers cannot share"):
        if is_async:
            await pipeline.arun(documents=documents(), num_workers=2)
        else:
            pipeline.run(documents=documents(), num_workers=2)


def test_without_a_registry_workers_are_refused_too() -> None:
    """Each would have a default vault of its own."""
    with pytest.raises(InputError, match="Workers cannot share"):
        pickle.dumps(PIIMaskTransform())


SHARED = MemoryVault()
"""Stands for a database."""


@dataclass
class Shared:
    """A vault that others can open: here, of what lies in ``SHARED``."""

    opened: list[str] = field(default_factory=list)

    def open(self, tenant: str, session: str, epoch: str | None = None) -> Book:
        return SHARED.open(tenant, session, epoch)

    def adopt(self, tenant: str, session: str, epoch: str) -> Book:
        return SHARED.adopt(tenant, session, epoch)

    def renew(self, tenant: str, session: str) -> Book:
        return SHARED.renew(tenant, session)

    def erase(self, tenant: str, session: str) -> Erased:
        return SHARED.erase(tenant, session)

    def sessions(self, tenant: str) -> list[str]:
        return SHARED.sessions(tenant)


def find(text: str) -> Any:
    """A recognizer that can be pickled."""
    return recognizing({"EMAIL_ADDRESS": [JANE]})(text)


def no_policy(entity: Any, context: Any) -> str:
    return "placeholder"


def test_a_vault_that_can_be_shared_goes_along() -> None:
    """A pickle holds a handle, no value, and opens the same registry."""
    masker = Masker(recognizer=find, policy=no_policy, vault=Shared())
    masks = PIIMaskTransform(masker=masker, registry=masker.registry("shared"))
    masks([Document(text=JANE)])

    packed = pickle.dumps(masks)
    again = pickle.loads(packed)  # noqa: S301  # our own

    assert JANE.encode() not in packed
    assert again.registry == masks.registry and again.masker is not masker
    assert again([Document(text=JANE)])[0].get_content() == "<EMAIL_1>"
