"""Documents masked before they are split and stored, and back when they are found."""

import re
from collections.abc import Sequence
from typing import Any, TypeVar

from llama_index.core.ingestion import IngestionPipeline
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import (
    BaseNode,
    Document,
    NodeWithScore,
    QueryBundle,
    RelatedNodeInfo,
    TransformComponent,
)
from pydantic import PrivateAttr

from piimask_core import (
    InputError,
    SessionRequired,
    UnmaskedText,
)
from piimask_core.restore import Place
from piimask_core.restorer import Restorer
from piimask_core.session import scope_of
from piimask_core.tree import Visit, from_source

from .held import HeldWithCorpus, HeldWithRegistry
from .messages import texts_of
from .nodes import map_node, map_scored

N = TypeVar("N", bound=BaseNode)

DOCUMENT = "document"
"""The source of what stands in nodes."""


class PIIMaskTransform(HeldWithCorpus, TransformComponent):
    """Nodes with placeholders in the place of every value, on copies.

    The first of ``IngestionPipeline(transformations=[...])``, before the splitter: a
    splitter may cut a value in two, and copies metadata into each piece. Masks text
    and metadata, keys too, and what nodes know of their neighbours, but for hashes of
    their real text, which are left out. Ids, links and media stay as they are; where a
    value stands in an id, a link or a field that only your own class has, it raises
    UnmaskedText.

    An index outlives its process, so keep its registry with it, and give that again:
    ``registry.dumps(key=...)``, ``Registry.loads(..., key=...)``. Without ``registry``
    it is that of the masking around the call, or ``pii_session``; without any, raises
    SessionRequired. The pipeline's cache holds placeholders only, and gives nothing
    that was masked for another registry; empty it when the masker changes.

    It sees what reaches it. A pipeline with a ``docstore`` keeps documents there *as
    they come in*: make that a ``PIIMaskIngestionPipeline``, with the same arguments.
    ``VectorStoreIndex.from_documents`` keeps a hash of them: where that is stored, mask
    first, ``from_documents(masking(documents))``.

    ``PIIUnmaskNodePostprocessor`` gives what is found in such an index its values back.

    With ``num_workers`` above 1 it raises InputError where values lie in this process:
    each worker would give the same placeholders to other values. In a
    ``PIIMaskIngestionPipeline`` workers get what is masked already.
    """

    @classmethod
    def class_name(cls) -> str:
        """The name under which it is serialized."""
        return "PIIMaskTransform"

    def __call__(self, nodes: Sequence[N], **kwargs: Any) -> list[N]:
        """The nodes masked, all together. Raises MaskingError."""
        scope = scope_of(self.own_masker, self.registry)
        if scope is None:
            raise SessionRequired(
                "Nothing could restore what would be indexed: give PIIMaskTransform "
                "a registry, and keep it with the index."
            )
        if any(node.embedding is not None for node in nodes):
            raise InputError("Mask before embedding: these vectors are of real text.")
        masker = self.own_masker
        read: set[str] = set()

        def walker(visit: Visit) -> list[N]:
            told = from_source(visit, DOCUMENT)

            def noting(text: str) -> str:
                masked = told(text)
                read.add(masked)
                return masked

            return [_without_hashes(map_node(node, noting)) for node in nodes]

        masked = masker.mask_with(walker, scope.registry)
        stored = [node.model_dump(mode="json", fallback=str) for node in masked]
        # What was masked has been looked at; the same few keys stand in every node
        rest = {text for text in texts_of(stored) if not _NOBODY.fullmatch(text)} - read
        types = {t for text in rest for t in masker.unmasked(text, scope.registry)}
        if types:
            raise UnmaskedText(
                f"{', '.join(sorted(types))} would have been stored in clear, where "
                "nothing may be changed, such as the id of a document or a link."
            )
        masker.proven(rest, scope.registry)
        return masked


_NOBODY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9]{0,6}|[a-z_]+")
"""Matches ids that nobody chose, places in a text, names of fields."""


class PIIMaskIngestionPipeline(IngestionPipeline):
    """Masks documents as they come in, before the docstore and before any worker.

    For ``IngestionPipeline`` where there is a ``docstore``, or ``num_workers`` above 1;
    takes the same arguments, with a ``PIIMaskTransform`` first of all transformations.
    Documents that did not change are known again under the same registry. Raises
    InputError where that transform is not there or not the first.
    """

    _masking: PIIMaskTransform = PrivateAttr()

    def __init__(self, *args: Any, **fields: Any) -> None:
        super().__init__(*args, **fields)
        first = next(iter(self.transformations), None)
        if not isinstance(first, PIIMaskTransform):
            raise InputError("Let PIIMaskTransform be the first transformation.")
        self._masking, self.transformations = first, self.transformations[1:]

    def _prepare_inputs(
        self,
        documents: Sequence[Document] | None,
        nodes: Sequence[BaseNode] | None,
    ) -> Sequence[BaseNode]:
        return self._masking(super()._prepare_inputs(documents, nodes))


if not hasattr(IngestionPipeline, "_prepare_inputs"):
    raise ImportError("This release of llama-index-core takes documents another way.")


class PIIUnmaskNodePostprocessor(HeldWithRegistry, BaseNodePostprocessor):
    """The nodes of a masked index with their values, on copies.

    For an engine whose models are masked: with a ``PIIMaskedLLM``, or in a
    ``PIIMaskQueryEngine``, which lets it come first of all. What is masked there has
    the numbers of the conversation, not those of the index. ``registry`` is that of
    ``PIIMaskTransform``. Only what a document has said comes back, never what somebody
    asked a ``PIIMaskedEmbedding`` of the same registry; and that only as far as the
    masker's ``restore`` policy lets it.
    """

    @classmethod
    def class_name(cls) -> str:
        """The name under which it is serialized."""
        return "PIIUnmaskNodePostprocessor"

    def _postprocess_nodes(
        self,
        nodes: list[NodeWithScore],
        query_bundle: QueryBundle | None = None,
    ) -> list[NodeWithScore]:
        scope = scope_of(self.own_masker, self.registry)
        if scope is None:
            raise SessionRequired("Give the registry with which the index was masked.")
        masker = self.own_masker
        lets = masker.restore

        def policy(label: str, place: Place) -> bool:
            return DOCUMENT in place.sources and lets(label, place)

        view = scope.registry.view()
        restorer = Restorer(view, policy=policy, audit=masker.audit)
        return [map_scored(found, restorer.text) for found in nodes]


def _without_hashes(node: Any) -> Any:
    """A bare hash of a short text is as good as the text to who can guess it."""
    known = {
        kind: [_without_hash(each) for each in related]
        if isinstance(related, list)
        else _without_hash(related)
        for kind, related in node.relationships.items()
    }
    return node.model_copy(update={"relationships": known})


def _without_hash(related: RelatedNodeInfo) -> RelatedNodeInfo:
    return related.model_copy(update={"hash": None})
