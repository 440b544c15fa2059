"""Any embedding model, with personal data masked before it reads a text."""

from collections.abc import Sequence
from typing import Any, cast

from llama_index.core.base.embeddings.base import BaseEmbedding, Embedding
from pydantic import Field, InstanceOf

from piimask_core import Masker, Registry, default_masker
from piimask_core.restore import USER

from .held import HeldWithCorpus, unobserved

_INHERITED = (
    "callback_manager",
    "embed_batch_size",
    "embeddings_cache",
    "model_name",
    "num_workers",
    "rate_limiter",
)
"""What the model inside has as well; it is used there."""


class PIIMaskedEmbedding(HeldWithCorpus, BaseEmbedding):
    """The embedding model sees placeholders, of documents and of queries alike.

    A value has the same placeholder in both, so it is still found by, and the same
    number however it is written; but the model no longer knows a name's language or
    that two addresses are alike. Where documents were masked before, by
    ``PIIMaskTransform``, give both the same registry: their placeholders stay.

    ``registry`` is that of the index, not of a conversation. An index outlives its
    process, so keep its registry with it (``registry.dumps(key=...)``): under another
    one, queries that name a value find nothing by it. Without one it has one of its
    own, as long as it lives. Sync, async and in batches; any error of masking raises
    MaskingError, and nothing is sent. Events are those of ``embed_model``, masked, and
    its cache has masked keys.
    """

    embed_model: InstanceOf[BaseEmbedding] = Field(exclude=True, repr=False)

    def __init__(
        self,
        embed_model: BaseEmbedding,
        *,
        masker: Masker | None = None,
        registry: Registry | None = None,
        **fields: Any,
    ) -> None:
        inherited = {name: getattr(embed_model, name, None) for name in _INHERITED}
        tenant = (masker or default_masker()).tenant
        super().__init__(
            **{
                **inherited,
                **fields,
                "embed_model": embed_model,
                "masker": masker,
                "registry": registry or Registry(tenant=tenant),
            }
        )

    def __setattr__(self, name: str, value: Any) -> None:
        """The model inside does the work, so it must know."""
        super().__setattr__(name, value)
        if name in _INHERITED:
            setattr(self.embed_model, name, value)

    def __repr_args__(self) -> Any:
        return [(None, self.embed_model.class_name())]

    @classmethod
    def class_name(cls) -> str:
        """The name under which it is serialized."""
        return "PIIMaskedEmbedding"

    def to_payload(self) -> dict[str, Any]:
        """What events say about the model."""
        return {**self.embed_model.to_payload(), "class_name": self.class_name()}

    @unobserved
    def get_query_embedding(self, query: str) -> Embedding:
        """Embed a query."""
        return self.embed_model.get_query_embedding(self._query(query))

    @unobserved
    async def aget_query_embedding(self, query: str) -> Embedding:
        """Embed a query."""
        return await self.embed_model.aget_query_embedding(self._query(query))

    @unobserved
    def get_text_embedding(self, text: str) -> Embedding:
        """Embed a document's text."""
        return self.embed_model.get_text_embedding(self._texts([text])[0])

    @unobserved
    async def aget_text_embedding(self, text: str) -> Embedding:
        """Embed a document's text."""
        return await self.embed_model.aget_text_embedding(self._texts([text])[0])

    @unobserved
    def get_text_embedding_batch(
        self, texts: list[str], show_progress: bool = False, **kwargs: Any
    ) -> list[Embedding]:
        """Embed texts, all masked together before the first is sent."""
        return self.embed_model.get_text_embedding_batch(
            self._texts(texts), show_progress=show_progress, **kwargs
        )

    @unobserved
    async def aget_text_embedding_batch(
        self, texts: list[str], show_progress: bool = False, **kwargs: Any
    ) -> list[Embedding]:
        """Embed texts, all masked together before the first is sent."""
        return await self.embed_model.aget_text_embedding_batch(
            self._texts(texts), show_progress=show_progress, **kwargs
        )

    @unobserved
    def _get_query_embedding(self, query: str) -> Embedding:
        return self.get_query_embedding(query)

    @unobserved
    async def _aget_query_embedding(self, query: str) -> Embedding:
        return await self.aget_query_embedding(query)

    @unobserved
    def _get_text_embedding(self, text: str) -> Embedding:
        return self.get_text_embedding(text)

    async def _aget_text_embedding(self, text: str) -> Embedding:
        return await self.aget_text_embedding(text)

    def _query(self, query: str) -> str:
        return self._masked([query], USER)[0]

    def _texts(self, texts: Sequence[str]) -> list[str]:
        return self._masked(list(texts), "document")

    def _masked(self, texts: list[str], source: str) -> list[str]:
        """Placeholders of the corpus stay, whoever wrote them: nothing is restored."""
        registry = cast(Registry, self.registry)  # made with one
        return self.own_masker.mask(texts, registry, layered=True, source=source)
