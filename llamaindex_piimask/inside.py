"""Copies of an engine and its parts: what reads has placeholders, what finds, values.

Parts are found by their types, through attributes, lists and dicts, as deep as they go
(but for those of more than a thousand items: such are data): engines, synthesizers,
selectors, question generators, query transforms, rerankers, programs and retrievers.
Each model among them is replaced, on the copy, by one that masks. A retriever looks up
in real data, so it gets real texts to embed (all of the query, where it searches by
words and asks no model), and a model of its own, which writes SQL or other queries,
answers it with real values.
"""

from copy import copy
from dataclasses import replace
from functools import wraps
from types import FunctionType, MethodType
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.llms.llm import LLM
from llama_index.core.llms.structured_llm import StructuredLLM
from llama_index.core.objects import ObjectRetriever
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.prompts.mixin import PromptMixin
from llama_index.core.schema import NodeWithScore, QueryBundle
from llama_index.core.tools import QueryEngineTool
from llama_index.core.types import BasePydanticProgram

from piimask_core import Masker, Registry
from piimask_core.restorer import Restorer

from .ingestion import PIIUnmaskNodePostprocessor
from .llm import FindingLLM, LayeredLLM, PIIMaskedLLM
from .nodes import map_metadata, map_scored
from .postprocessor import LayeredPostprocessor, PIIMaskNodePostprocessor

_PARTS = (
    *(PromptMixin, BaseNodePostprocessor, BasePydanticProgram),
    *(ObjectRetriever, QueryEngineTool),
)
"""What may hold a model, or something that does."""

_MOST = 1_000

_BY_WORDS = {
    "BM25Retriever",
    "KeywordTableSimpleRetriever",
    "KeywordTableRAKERetriever",
}
"""Retrievers that look for the words of a query and ask no model; closed on purpose."""


class Real(str):
    """A text of a query that never was masked: not to be restored."""

    __slots__ = ()


class Inside:
    """Copies for one query.

    ``shown`` collects the placeholders that are mentioned to models.
    """

    def __init__(self, masker: Masker, registry: Registry, shown: set[str]) -> None:
        self._masker = masker
        self._registry = registry
        self._shown = shown
        self._copies: dict[tuple[int, bool], tuple[Any, Any]] = {}
        """By id, with the original, so that no id is another's while this lives."""

    def part(self, part: Any, finds: bool = False) -> Any:
        """A copy, or the same where there is nothing to change.

        ``finds``: it belongs to a retriever.
        """
        if isinstance(part, LLM):
            return self._llm(part, finds)
        if isinstance(part, list | tuple | dict) and len(part) > _MOST:
            return part
        if isinstance(part, list | tuple):
            made = [self.part(item, finds) for item in part]
            if all(a is b for a, b in zip(part, made, strict=True)):
                return part
            return made if isinstance(part, list) else tuple(made)
        if isinstance(part, dict):
            values = self.part(list(part.values()), finds)
            changed = dict(zip(part, values, strict=True))
            return part if all(changed[key] is part[key] for key in part) else changed
        if _is_ours(part) or not isinstance(part, _PARTS):
            return part
        key = (id(part), finds)
        if key not in self._copies:
            clone = copy(part)
            self._copies[key] = part, clone
            self._filled(part, clone, finds or isinstance(part, BaseRetriever))
            if isinstance(part, BaseRetriever):
                self._recursing(clone)
                if not finds:
                    self._finding(clone)
            if isinstance(part, ObjectRetriever):
                self._handing_out(clone)
        return self._copies[key][1]

    def _filled(self, part: Any, clone: Any, finds: bool) -> None:
        for place in (vars(clone), getattr(clone, "__pydantic_private__", None) or {}):
            for name, value in list(place.items()):
                if isinstance(value, MethodType) and value.__self__ is part:
                    # Refine keeps its program factory as a method bound to itself
                    place[name] = MethodType(value.__func__, clone)
                elif isinstance(value, FunctionType):
                    place[name] = self._making(value, finds)
                else:
                    place[name] = self.part(value, finds)
        listed = vars(part).get("_node_postprocessors")
        if isinstance(part, BaseQueryEngine) and isinstance(listed, list):
            vars(clone)["_node_postprocessors"] = self._postprocessors(listed)

    def _making(self, function: FunctionType, finds: bool) -> Any:
        """A function that the app gave may make an engine or a program when called."""

        @wraps(function)
        def make(*args: Any, **kwargs: Any) -> Any:
            return self.part(function(*args, **kwargs), finds)

        return make

    def _handing_out(self, retriever: Any) -> None:
        """Tools with engines, found among many."""
        kind = type(retriever)

        def retrieve(asked: Any) -> Any:
            return self.part(kind.retrieve(retriever, asked))

        async def aretrieve(asked: Any) -> Any:
            return self.part(await kind.aretrieve(retriever, asked))

        vars(retriever).update(retrieve=retrieve, aretrieve=aretrieve)

    def _recursing(self, retriever: Any) -> None:
        """A node can hold an engine, which is asked when that node is found."""
        kind = type(retriever)

        def found(obj: Any, **asked: Any) -> Any:
            return kind._retrieve_from_object(retriever, self.part(obj, True), **asked)

        async def afound(obj: Any, **asked: Any) -> Any:
            inside = self.part(obj, True)
            return await kind._aretrieve_from_object(retriever, inside, **asked)

        vars(retriever).update(
            _retrieve_from_object=found, _aretrieve_from_object=afound
        )

    def _finding(self, retriever: Any) -> None:
        """The edge between an engine and what it retrieves with."""
        kind = type(retriever)
        by_words = not _BY_WORDS.isdisjoint(each.__name__ for each in kind.__mro__)

        def find(query_bundle: QueryBundle) -> Any:
            return kind._retrieve(retriever, self._sought(query_bundle, by_words))

        async def afind(query_bundle: QueryBundle) -> Any:
            sought = self._sought(query_bundle, by_words)
            return await kind._aretrieve(retriever, sought)

        vars(retriever).update(_retrieve=find, _aretrieve=afind)
        if hasattr(kind, "retrieve_with_metadata"):  # NLSQLRetriever's own way out

            def found(asked: Any) -> Any:
                return self._masked(*kind.retrieve_with_metadata(retriever, asked))

            async def afound(asked: Any) -> Any:
                got = await kind.aretrieve_with_metadata(retriever, asked)
                return self._masked(*got)

            vars(retriever).update(
                retrieve_with_metadata=found, aretrieve_with_metadata=afound
            )

    def _sought(self, query: QueryBundle, by_words: bool) -> QueryBundle:
        texts = [self._real(text) for text in query.embedding_strs]
        sought = self._real(query.query_str) if by_words else query.query_str
        return replace(query, query_str=sought, custom_embedding_strs=texts)

    def _real(self, text: str) -> str:
        if isinstance(text, Real):
            return text
        return Real(Restorer(self._registry.view()).text(text))

    def _masked(self, nodes: list[NodeWithScore], extra: dict[Any, Any]) -> Any:
        """Rows come from outside: what reads as a placeholder in them is theirs."""
        return self._masker.mask_with(
            lambda visit: (
                [map_scored(found, visit) for found in nodes],
                map_metadata(extra, visit),
            ),
            self._registry,
            mentioned=self._shown,
        )

    def _llm(self, llm: LLM, finds: bool) -> LLM:
        if isinstance(llm, StructuredLLM):
            return llm.model_copy(update={"llm": self._llm(llm.llm, finds)})
        kind = FindingLLM if finds else LayeredLLM
        if not isinstance(llm, PIIMaskedLLM):
            return kind(llm=llm, **self._ours(self._masker))
        if llm.registry not in (None, self._registry):
            return llm
        return kind(**{**llm.__dict__, **self._ours(llm.masker)})

    def _postprocessors(self, listed: list[Any]) -> list[Any]:
        """Ours first: a reranker may ask a model too. Before it what undoes a masking
        of the index, or that would be taken for what documents say."""
        real = [p for p in listed if isinstance(p, PIIUnmaskNodePostprocessor)]
        modes = [p.mode for p in listed if isinstance(p, PIIMaskNodePostprocessor)]
        mode = next((mode for mode in modes if mode != "placeholder"), "placeholder")
        first = PIIMaskNodePostprocessor(mode=mode, **self._ours(self._masker))
        return [*real, first, *(self._behind(p) for p in listed if p not in real)]

    def _behind(self, part: Any) -> Any:
        if not isinstance(part, PIIMaskNodePostprocessor):
            return self.part(part)
        return LayeredPostprocessor(
            masker=part.masker, registry=part.registry, shown=self._shown
        )

    def _ours(self, masker: Masker | None) -> dict[str, Any]:
        """What a part that masks is made with."""
        return {
            "masker": masker or self._masker,
            "registry": self._registry,
            "shown": self._shown,
        }


def _is_ours(part: Any) -> bool:
    """It masks, or restores, by itself."""
    own = __name__.partition(".")[0]
    return any(each.__module__.partition(".")[0] == own for each in type(part).__mro__)
