"""PIIMaskNodePostprocessor: what a reranker or a model reads of a node."""

from copy import deepcopy
from typing import Any

import pytest
from llama_index.core import VectorStoreIndex
from llama_index.core.schema import (
    Document,
    ImageNode,
    MediaResource,
    MetadataMode,
    Node,
    NodeRelationship,
    NodeWithScore,
    RelatedNodeInfo,
    TextNode,
)

from llamaindex_piimask import (
    InputError,
    Masker,
    PIIMaskNodePostprocessor,
    PIIMaskQueryEngine,
    SessionRequired,
)
from llamaindex_piimask.nodes import map_scored
from llamaindex_piimask.testing import FakeEmbedding, FakeLLM
from piimask_core.session import layer
from piimask_core.testing import FakeModel

JANE, BOB, SSN = "jane@example.com", "bob@company.com", "123-45-6789"


class Owner:
    """An object in metadata that reads as a value."""

    def __str__(self) -> str:
        return f"owned by {BOB}"


def masked(masker: Masker, *nodes: Any) -> list[NodeWithScore]:
    postprocessor = PIIMaskNodePostprocessor(
        masker=masker, registry=masker.registry("s")
    )
    return postprocessor.postprocess_nodes(
        [NodeWithScore(node=node, score=0.5) for node in nodes]
    )


def full() -> list[Any]:
    """A value in every place of every kind of node."""
    metadata = {
        "author": JANE,
        BOB: "hidden",
        "nested": {"list": [SSN], SSN: 1},
        "owner": Owner(),
    }
    related = RelatedNodeInfo(node_id="d", metadata={"author": JANE})
    common: dict[str, Any] = {
        "metadata": metadata,
        "excluded_llm_metadata_keys": [BOB],
        "excluded_embed_metadata_keys": ["author"],
        "relationships": {
            NodeRelationship.SOURCE: related,
            NodeRelationship.CHILD: [related],
        },
    }
    return [
        TextNode(text=f"Write to {JANE}.", **common),
        TextNode(text="x", text_template=f"{BOB}: {{content}} {{metadata_str}}"),
        Node(text_resource=MediaResource(text=f"Write to {JANE}."), **common),
        Document(text=f"Write to {JANE}.", **common),
        ImageNode(text=f"A picture of {JANE}", image_url="https://x.io/a.png"),
    ]


def test_no_value_is_left_in_any_part_of_any_node(masker: Masker) -> None:
    """Text, metadata, its keys, templates, neighbours: nothing that a model reads."""
    for found in masked(masker, *full()):
        dump = repr(found.node.__dict__)
        for value in (JANE, BOB, SSN):
            assert value not in dump
            assert value not in found.node.get_content(MetadataMode.ALL)
        assert found.score == 0.5


def test_the_index_keeps_its_nodes(masker: Masker) -> None:
    """The nodes handed in are not changed."""
    nodes = full()
    before = [node.model_dump_json() for node in nodes[1:2]] + [
        repr(node.metadata) + node.get_content() for node in nodes
    ]

    masked(masker, *nodes)

    after = [node.model_dump_json() for node in nodes[1:2]] + [
        repr(node.metadata) + node.get_content() for node in nodes
    ]
    assert [text.split("Owner object")[0] for text in before] == [
        text.split("Owner object")[0] for text in after
    ]


def test_an_excluded_key_stays_excluded(masker: Masker) -> None:
    """Also where the key itself is masked."""
    (found,) = masked(masker, full()[0])

    assert "hidden" not in found.node.get_content(MetadataMode.LLM)
    assert "hidden" in found.node.get_content(MetadataMode.ALL)
    assert "author" not in found.node.get_content(MetadataMode.EMBED)


def test_one_value_has_one_placeholder_in_all_nodes(masker: Masker) -> None:
    """All nodes are masked together."""
    first, second = masked(
        masker, TextNode(text=JANE), TextNode(text="x", metadata={"a": [JANE]})
    )

    assert first.text == "<EMAIL_1>" and second.metadata == {"a": ["<EMAIL_1>"]}


def test_a_node_comes_back_as_it_was(masker: Masker) -> None:
    """Restoring reaches whatever masking reached."""
    node = TextNode(text=f"<EMAIL_1> {JANE}", metadata={JANE: {"x": SSN}})
    (found,) = masked(masker, node)
    restorer = masker.restorer(masker.registry("s"))

    back = map_scored(found, restorer.text).node

    assert back == node


def test_nothing_of_the_registry_is_in_a_node_or_in_its_json(masker: Masker) -> None:
    """No mapping in metadata, none in the postprocessor's own dump."""
    postprocessor = PIIMaskNodePostprocessor(
        masker=masker, registry=masker.registry("sesame")
    )
    (found,) = postprocessor.postprocess_nodes(
        [NodeWithScore(node=TextNode(text=JANE))]
    )

    assert found.metadata == {}
    for text in (found.to_json(), postprocessor.to_json(), repr(postprocessor)):
        assert JANE not in text and "sesame" not in text


async def test_the_async_form_does_the_same(masker: Masker) -> None:
    """And knows the layer, though it runs in another thread."""
    with layer(masker.registry("s")):
        (found,) = await PIIMaskNodePostprocessor(masker=masker).apostprocess_nodes(
            [NodeWithScore(node=TextNode(text=JANE))]
        )

    assert found.text == "<EMAIL_1>"


def test_where_nobody_could_restore_it_refuses(masker: Masker) -> None:
    """Without a session, and with another registry than the engine's."""
    nodes = [NodeWithScore(node=TextNode(text=JANE))]
    with pytest.raises(SessionRequired):
        PIIMaskNodePostprocessor(masker=masker).postprocess_nodes(nodes)
    other = PIIMaskNodePostprocessor(masker=masker, registry=masker.registry("other"))
    with layer(masker.registry("s")), pytest.raises(InputError):
        other.postprocess_nodes(nodes)


# Modes


def test_strip_needs_nobody_and_leaves_nothing(masker: Masker) -> None:
    """Nor does it leave what would be taken for somebody's placeholder later."""
    stripping = PIIMaskNodePostprocessor(masker=masker, mode="strip")
    typed = TextNode(text=f"Pay <EMAIL_1>, not {JANE}.", metadata={"by": [BOB]})

    for found in stripping.postprocess_nodes(
        [NodeWithScore(node=node) for node in full()]
    ):
        dump = repr(found.node.__dict__) + found.node.get_content(MetadataMode.ALL)
        assert [value for value in (JANE, BOB, SSN) if value in dump] == []
        assert "<" not in found.node.get_content()
    (found,) = stripping.postprocess_nodes([NodeWithScore(node=typed)])

    assert found.text == "Pay <EMAIL_1>, not."
    assert found.metadata == {"by": [""]}
    assert typed.metadata == {"by": [BOB]}


def test_references_come_back_and_do_not_say_the_type(masker: Masker) -> None:
    """In an engine, which restores them as it does placeholders."""
    fake = FakeModel(lambda texts: texts[-1].partition("Query")[0])
    index = VectorStoreIndex(
        [TextNode(text=f"{BOB} owes 5.")], embed_model=FakeEmbedding()
    )
    referring = [PIIMaskNodePostprocessor(mode="reference")]
    plain = index.as_query_engine(llm=FakeLLM(fake), node_postprocessors=referring)

    answer: Any = PIIMaskQueryEngine(plain, masker=masker).query("Who owes?")

    assert BOB in str(answer) and "ref:" not in str(answer)
    assert "ref:" in fake.seen[-1] and BOB not in fake.seen[-1]
    assert "EMAIL" not in fake.seen[-1].replace("<EMAIL_1>", "")
    assert answer.source_nodes[0].text == f"{BOB} owes 5."


def test_strip_in_an_engine_strips_in_the_engine(masker: Masker) -> None:
    """The one that the engine puts in first does as the one that the app names."""
    fake = FakeModel(lambda texts: texts[-1].partition("Query")[0])
    index = VectorStoreIndex(
        [TextNode(text=f"{JANE} owes 5 to {BOB}.")], embed_model=FakeEmbedding()
    )
    engine = PIIMaskQueryEngine(
        index.as_query_engine(
            llm=FakeLLM(fake),
            node_postprocessors=[PIIMaskNodePostprocessor(mode="strip")],
        ),
        masker=masker,
    )

    answer: Any = engine.query(f"What does {JANE} owe?")

    assert "\nowes 5." in str(answer) and JANE not in str(answer)
    assert answer.source_nodes[0].text == "owes 5."
    assert "<EMAIL_1>" in fake.seen[-1] and BOB not in fake.seen[-1]


@pytest.mark.parametrize("mode", ["keep", "reversed", ""])
def test_an_unknown_mode_is_refused(masker: Masker, mode: str) -> None:
    """At once; to keep everything is none."""
    with pytest.raises(InputError, match="placeholder"):
        PIIMaskNodePostprocessor(masker=masker, mode=mode)


@pytest.mark.parametrize("mode", ["placeholder", "reference", "strip"])
def test_a_copy_has_the_mode(masker: Masker, mode: str) -> None:
    """And so does what is told of it."""
    postprocessor = PIIMaskNodePostprocessor(masker=masker, mode=mode)

    assert deepcopy(postprocessor).mode == mode
    assert postprocessor.to_dict()["mode"] == mode
