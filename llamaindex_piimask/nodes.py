"""Where text stands in LlamaIndex's nodes."""

from typing import Any

from llama_index.core.schema import (
    DEFAULT_METADATA_TMPL,
    DEFAULT_TEXT_NODE_TMPL,
    BaseNode,
    MediaResource,
    NodeWithScore,
    RelatedNodeInfo,
    TextNode,
)

from piimask_core import InputError
from piimask_core.tree import Visit, from_source, walk, written

_RESOURCES = ("text_resource", "image_resource", "audio_resource", "video_resource")
_KEYS = ("excluded_embed_metadata_keys", "excluded_llm_metadata_keys")
_TEMPLATES = {
    "text_template": DEFAULT_TEXT_NODE_TMPL,
    "metadata_template": DEFAULT_METADATA_TMPL,
}


def map_scored(found: NodeWithScore, visit: Visit) -> NodeWithScore:
    """A copy around a mapped copy of the node; the score stays."""
    return found.model_copy(update={"node": map_node(found.node, visit)})


def map_node(node: BaseNode, visit: Visit) -> BaseNode:
    """A copy with ``visit`` applied to text, metadata and neighbours' metadata.

    Metadata is rendered into what a model reads, key by key, so the lists of keys
    that are not to be shown are mapped as well. Ids stay, and so do media.
    """
    visit = from_source(visit, "document")
    update: dict[str, Any] = {
        "metadata": map_metadata(node.metadata, visit),
        **{name: [visit(key) for key in getattr(node, name)] for name in _KEYS},
        "relationships": {
            kind: _map_related(related, visit)
            for kind, related in node.relationships.items()
        },
    }
    if isinstance(node, TextNode):
        update["text"] = visit(node.text)
    for name in _RESOURCES:
        resource = getattr(node, name, None)
        if isinstance(resource, MediaResource) and resource.text:
            text = visit(resource.text)
            update[name] = resource.model_copy(update={"text": text})
    for name, default in _TEMPLATES.items():
        template = getattr(node, name, default)
        if template != default:
            update[name] = visit(template)
    return node.model_copy(update=update)


def map_metadata(metadata: dict[Any, Any], visit: Visit) -> dict[Any, Any]:
    """Keys and values; an object counts as what a model reads of it: its ``str``."""
    return {
        walk(key, visit): _map_value(value, visit) for key, value in metadata.items()
    }


def _map_value(value: object, visit: Visit) -> object:
    try:
        return walk(value, visit)
    except InputError:
        return written(value, visit)


def _map_related(
    related: RelatedNodeInfo | list[RelatedNodeInfo], visit: Visit
) -> RelatedNodeInfo | list[RelatedNodeInfo]:
    if isinstance(related, list):
        return [_map_info(info, visit) for info in related]
    return _map_info(related, visit)


def _map_info(info: RelatedNodeInfo, visit: Visit) -> RelatedNodeInfo:
    return info.model_copy(update={"metadata": map_metadata(info.metadata, visit)})
