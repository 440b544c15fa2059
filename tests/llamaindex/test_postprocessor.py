"""PIIMaskNodePostprocessor: what a reranker or a model reads of a node."""

from typing import Any

import pytest
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
    SessionRequired,
)
from llamaindex_piimask.nodes import map_scored
from piimask_core.session import layer

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
