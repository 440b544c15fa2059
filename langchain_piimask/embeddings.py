"""An embedding model that sees placeholders only, the same for text and query."""

from langchain_core.embeddings import Embeddings

from piimask_core import InputError, Masker, Registry, default_masker
from piimask_core.restore import USER

from .documents import CORPUS


class PIIMaskedEmbeddings(Embeddings):
    """Any embedding model, with everything that it is sent masked.

    A value has one placeholder in documents and queries, so that a query for a person
    finds what is told of that person. What is embedded belongs to no conversation: it
    shares ``registry``, or else one for all of the masker, with
    ``PIIMaskDocumentTransformer`` too, whose placeholders are embedded as they stand.

    >>> from langchain_core.embeddings import DeterministicFakeEmbedding
    >>> from langchain_piimask import PIIMaskedEmbeddings, Registry
    >>> model = DeterministicFakeEmbedding(size=8)
    >>> masked = PIIMaskedEmbeddings(model, registry=Registry())
    >>> masked.embed_query("jane@example.com") == model.embed_query("<EMAIL_1>")
    True
    """

    def __init__(
        self,
        embeddings: Embeddings,
        *,
        masker: Masker | None = None,
        registry: Registry | None = None,
    ) -> None:
        if not isinstance(embeddings, Embeddings):
            name = type(embeddings).__name__
            raise InputError(f"Expected an embedding model, got a {name}.")
        self._embeddings = embeddings
        self._masker = masker or default_masker()
        self._registry = registry or self._masker.registry(CORPUS)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """See ``Embeddings.embed_documents``. Raises MaskingError."""
        return self._embeddings.embed_documents(self._masked(texts, "document"))

    def embed_query(self, text: str) -> list[float]:
        """See ``Embeddings.embed_query``. Raises MaskingError."""
        return self._embeddings.embed_query(*self._masked([text], USER))

    async def aembed_documents(self, texts: list[str]) -> list[list[float]]:
        """See ``embed_documents``."""
        return await self._embeddings.aembed_documents(self._masked(texts, "document"))

    async def aembed_query(self, text: str) -> list[float]:
        """See ``embed_query``."""
        return await self._embeddings.aembed_query(*self._masked([text], USER))

    def _masked(self, texts: list[str], source: str) -> list[str]:
        # Placeholders stay: nothing is restored from a vector, so none can be forged.
        return self._masker.mask(
            list(texts), self._registry, layered=True, source=source
        )

    def __repr__(self) -> str:
        return f"PIIMaskedEmbeddings({type(self._embeddings).__name__})"
