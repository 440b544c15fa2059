"""A query engine, masked at its edge and everywhere inside that the edge can reach.

The query enters masked, the retrieved nodes are masked first of all, and each model
that the engine holds is replaced, on a copy of the engine, by one that masks what is
left (a template's own text) and tells the model about placeholders. So nothing is left
to the response mode: compact, refine, tree_summarize, simple_summarize, accumulate and
compact_accumulate ask the same model, refine's existing answer stays masked, and
no_text, context_only and generation get masked nodes and a masked query. Only the edge
restores, once.
"""

from copy import copy
from dataclasses import replace
from types import MethodType
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import (
    RESPONSE_TYPE,
    AsyncStreamingResponse,
    PydanticResponse,
    Response,
    StreamingResponse,
)
from llama_index.core.llms.llm import LLM
from llama_index.core.llms.structured_llm import StructuredLLM
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.response_synthesizers import BaseSynthesizer
from llama_index.core.schema import QueryBundle, QueryType

from piimask_core import Masker, Registry, default_masker
from piimask_core.restore import STRUCTURED
from piimask_core.restorer import Restorer
from piimask_core.session import ephemeral, layer, scope_of

from .held import unobserved
from .ingestion import PIIUnmaskNodePostprocessor
from .llm import LayeredLLM, PIIMaskedLLM
from .nodes import map_metadata, map_scored
from .postprocessor import LayeredPostprocessor, PIIMaskNodePostprocessor
from .restoring import UNRESTORED, TokenStream, adriven, driven, unrestored

_RESTORED = (Response, StreamingResponse, AsyncStreamingResponse, PydanticResponse)


class PIIMaskQueryEngine(BaseQueryEngine):
    """Ask with real values and get real values; the model sees placeholders only.

    ``PIIMaskQueryEngine(index.as_query_engine())`` needs nothing else: it puts in a
    node postprocessor, first, and masks at the engine's own models. The engine that it
    is given is never changed. What the masker's ``restore`` policy did not let back is
    listed in ``response.metadata["pii_unrestored"]``, of a stream when it is over.

    The retriever embeds the real query, so hits are what they were (an embedding
    service sees real text: mask that with an embedding of its own). Whatever reads
    ``query_str`` sees placeholders: rerankers and query-writing models, and also
    keyword search such as BM25, which finds no value by its placeholder. For keyword
    search leave this engine out and give the engine a ``PIIMaskedLLM``.

    Engines in engines (router, sub-question, transform, multi-step, citation) are
    reached through their attributes. What is out of reach (a model held by a selector,
    a retriever or a function of your own) sees the masked query, but nodes as they
    are: give it a ``PIIMaskedLLM``. An engine of your own class that retrieves for
    itself has no place for a postprocessor: its models mask what they are sent, but a
    document that says ``<EMAIL_1>`` is then taken at its word. A schema that validates
    content sees placeholders here; with ``PIIMaskedLLM`` alone it sees real values.
    """

    def __init__(
        self,
        engine: BaseQueryEngine,
        *,
        masker: Masker | None = None,
        registry: Registry | None = None,
    ) -> None:
        super().__init__(callback_manager=engine.callback_manager)
        self._engine = engine
        self._masker = masker
        self._registry = registry

    def __repr__(self) -> str:
        return f"PIIMaskQueryEngine({type(self._engine).__name__})"

    def _get_prompt_modules(self) -> PromptMixinType:
        return {"engine": self._engine}

    @unobserved
    def query(self, str_or_query_bundle: QueryType) -> RESPONSE_TYPE:
        """Ask, and get the answer with its values."""
        return self._query(_bundle(str_or_query_bundle))

    @unobserved
    async def aquery(self, str_or_query_bundle: QueryType) -> RESPONSE_TYPE:
        """Ask, and get the answer with its values."""
        return await self._aquery(_bundle(str_or_query_bundle))

    @unobserved
    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        registry, masked, inside, restorer = self._prepared(query_bundle)
        with layer(registry):
            response = inside.query(masked)
        return _answer(response, restorer)

    @unobserved
    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        registry, masked, inside, restorer = self._prepared(query_bundle)
        with layer(registry):
            response = await inside.aquery(masked)
        return _answer(response, restorer)

    def _prepared(
        self, query: QueryBundle
    ) -> tuple[Registry, QueryBundle, BaseQueryEngine, Restorer | None]:
        """What to ask inside; without a restorer where a layer around us restores."""
        masker = self._masker or default_masker()
        registry, layered = scope_of(masker, self._registry) or ephemeral(masker)
        shown: set[str] = set()
        masked = masker.mask_with(
            lambda visit: visit(query.query_str),
            registry,
            layered=layered,
            mentioned=shown,
        )
        bundle = replace(
            query, query_str=masked, custom_embedding_strs=query.embedding_strs
        )
        inside = _Inside(masker, registry, shown).engine(self._engine)
        restorer = None if layered else masker.restorer(registry, shown=shown)
        return registry, bundle, inside, restorer


class _Inside:
    """Copies of an engine and its parts, with masking where text meets a model.

    ``shown`` collects the placeholders that they mention.
    """

    def __init__(self, masker: Masker, registry: Registry, shown: set[str]) -> None:
        self._masker = masker
        self._registry = registry
        self._shown = shown

    def engine(self, engine: BaseQueryEngine) -> BaseQueryEngine:
        """The engine, its engines, its models and its postprocessors."""
        if isinstance(engine, PIIMaskQueryEngine):
            return engine
        clone = copy(engine)
        for name, part in vars(engine).items():
            clone.__dict__[name] = self._part(part)
        listed = vars(engine).get("_node_postprocessors")
        if isinstance(listed, list):
            clone.__dict__["_node_postprocessors"] = self._postprocessors(listed)
        return clone

    def _part(self, part: Any) -> Any:
        if isinstance(part, BaseQueryEngine):
            return self.engine(part)
        if isinstance(part, BaseSynthesizer):
            return self._synthesizer(part)
        if isinstance(part, LLM):
            return self._llm(part)
        if isinstance(part, list):
            return [self._part(item) for item in part]
        if isinstance(part, dict):
            return {key: self._part(item) for key, item in part.items()}
        return part

    def _synthesizer(self, synthesizer: BaseSynthesizer) -> BaseSynthesizer:
        clone = copy(synthesizer)
        clone._llm = self._llm(synthesizer._llm)
        for name, part in vars(synthesizer).items():
            if isinstance(part, MethodType) and part.__self__ is synthesizer:
                # Refine keeps its program factory as a method bound to itself
                setattr(clone, name, MethodType(part.__func__, clone))
        return clone

    def _llm(self, llm: LLM) -> LLM:
        if isinstance(llm, StructuredLLM):
            return llm.model_copy(update={"llm": self._llm(llm.llm)})
        if not isinstance(llm, PIIMaskedLLM):
            return LayeredLLM(llm=llm, **self._ours(self._masker))
        if llm.registry not in (None, self._registry):
            return llm
        return LayeredLLM(**{**llm.__dict__, **self._ours(llm.masker)})

    def _postprocessors(self, listed: list[Any]) -> list[Any]:
        """Ours first: a reranker may ask a model too. Before it what undoes a masking
        of the index, or that would be taken for what documents say."""
        real = [p for p in listed if isinstance(p, PIIUnmaskNodePostprocessor)]
        first = PIIMaskNodePostprocessor(**self._ours(self._masker))
        return [*real, first, *(self._behind(p) for p in listed if p not in real)]

    def _behind(self, part: Any) -> Any:
        if not isinstance(part, PIIMaskNodePostprocessor):
            return part
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


def _bundle(query: QueryType) -> QueryBundle:
    return QueryBundle(query) if isinstance(query, str) else query


def _answer(response: RESPONSE_TYPE, restorer: Restorer | None) -> RESPONSE_TYPE:
    """A restored copy, unless a layer around us restores."""
    if restorer is None or not isinstance(response, _RESTORED):
        return response
    restored: RESPONSE_TYPE = _restored(response, restorer)
    return restored


def _restored(response: Any, restorer: Restorer) -> Any:
    """A copy with its values back, and in its metadata what was not restored."""
    answer = replace(
        response,
        source_nodes=[map_scored(n, restorer.text) for n in response.source_nodes],
        metadata=_metadata(response, restorer),
    )

    def over() -> None:
        inside = (response.metadata or {}).get(UNRESTORED, ())
        if left := unrestored(restorer, inside):
            answer.metadata = {**(answer.metadata or {}), **left}

    if isinstance(response, StreamingResponse | AsyncStreamingResponse):
        answer.response_txt = _text(response.response_txt, restorer)
        stream: Any = TokenStream(restorer, over)
        drive: Any = driven if isinstance(response, StreamingResponse) else adriven
        answer.response_gen = drive(response.response_gen, stream)
        return answer
    if isinstance(response, PydanticResponse):
        answer.response = restorer.tree(response.response, sink=STRUCTURED)
    else:
        answer.response = _text(response.response, restorer)
    over()
    return answer


def _metadata(response: RESPONSE_TYPE, restorer: Restorer) -> dict[Any, Any] | None:
    if response.metadata is None:
        return None
    own = {k: v for k, v in response.metadata.items() if k != UNRESTORED}
    return map_metadata(own, restorer.text)


def _text(text: Any, restorer: Restorer) -> Any:
    return restorer.text(text) if isinstance(text, str) else text
