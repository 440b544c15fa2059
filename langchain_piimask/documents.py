"""Documents masked before they are split, embedded and stored."""

from collections.abc import Sequence
from typing import Any

from langchain_core.documents import BaseDocumentTransformer, Document

from piimask_core import Masker, Registry, default_masker

from .messages import every_text, map_document

CORPUS = "(corpus)"
"""The session of documents and of what is embedded, where no registry is given."""


class PIIMaskDocumentTransformer(BaseDocumentTransformer):
    """Masks documents: text and metadata, in copies; ids stay as they are.

    Put it before the splitter, which might cut a value in two. What it gives can be
    stored anywhere; ``retriever | PIIUnmask(registry=...)`` restores what is found.
    Documents belong to no conversation: they share ``registry``, or else one for all
    documents of the masker, with ``PIIMaskedEmbeddings`` too. Keep it as long as the
    documents (``registry.dumps``, or a vault that lasts).

    >>> from langchain_core.documents import Document
    >>> from langchain_piimask import PIIMaskDocumentTransformer, Registry
    >>> masking = PIIMaskDocumentTransformer(registry=Registry())
    >>> refunds = Document("Ask jane@example.com", metadata={"by": "bob@company.com"})
    >>> masking.transform_documents([refunds])
    [Document(metadata={'by': '<EMAIL_2>'}, page_content='Ask <EMAIL_1>')]
    """

    def __init__(
        self, *, masker: Masker | None = None, registry: Registry | None = None
    ) -> None:
        self._masker = masker or default_masker()
        self._registry = registry or self._masker.registry(CORPUS)

    def transform_documents(
        self, documents: Sequence[Document], **kwargs: Any
    ) -> Sequence[Document]:
        """Masked copies. Raises MaskingError; UnmaskedText for a value in an id."""
        masked = self._masker.mask_with(
            lambda visit: [map_document(document, visit) for document in documents],
            self._registry,
        )
        self._masker.proven(every_text(masked), self._registry)
        return masked

    def __repr__(self) -> str:
        return "PIIMaskDocumentTransformer()"
