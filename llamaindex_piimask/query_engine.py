"""A query engine, masked at its edge and everywhere inside that the edge can reach.

The query enters masked, the retrieved nodes are masked first of all, and each model
that the engine holds is replaced, on a copy of the engine, by one that masks what is
left (a template's own text) and tells the model about placeholders. So nothing is left
to the response mode: compact, refine, tree_summarize, simple_summarize, accumulate and
compact_accumulate ask the same model, refine's existing answer stays masked, and
no_text, context_only and generation get masked nodes and a masked query. Only the edge
restores, once.
"""

from dataclasses import replace
from typing import Any

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.response.schema import (
    RESPONSE_TYPE,
    AsyncStreamingResponse,
    PydanticResponse,
    Response,
    StreamingResponse,
)
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.schema import QueryBundle, QueryType

from piimask_core import InputError, Masker, Registry, default_masker
from piimask_core.restore import STRUCTURED
from piimask_core.restorer import Restorer
from piimask_core.session import ephemeral, layer, scope_of

from .held import unobserved
from .inside import Inside, Real
from .nodes import map_metadata, map_scored
from .restoring import UNRESTORED, unrestored
from .streams import TokenStream, adriven, driven

_RESTORED = (Response, StreamingResponse, AsyncStreamingResponse, PydanticResponse)


class PIIMaskQueryEngine(BaseQueryEngine):
    """Ask with real values and get real values; the model sees placeholders only.

    ``PIIMaskQueryEngine(index.as_query_engine())`` needs nothing else: it puts in a
    node postprocessor, first, and masks at the engine's own models. The engine that it
    is given is never changed. What the masker's ``restore`` policy did not let back is
    listed in ``response.metadata["pii_unrestored"]``, of a stream when it is over.

    Retrievers look up in real data, so they embed the real query and hits are what
    they were (an embedding service sees real text: mask that with an embedding of its
    own). The same holds for what a model made of the query: sub-questions, transformed
    queries, SQL. BM25 and keyword tables get the query's real words. All that a model
    reads has placeholders: rows of a database and descriptions of tools as well.

    Engines in engines (router, sub-question, transform, multi-step, citation, SQL), and
    their selectors, question generators, rerankers and retrievers, are reached through
    attributes. What is out of reach (a model in a function of your own) sees the masked
    query, but nodes as they are: give it a ``PIIMaskedLLM``. An engine of your own
    class that retrieves for itself has no place for a postprocessor: its models mask
    what they are sent, but a document that says ``<EMAIL_1>`` is then taken at its
    word. A schema that validates content sees placeholders here; with ``PIIMaskedLLM``
    alone it sees real values. A chat engine or an agent is no query engine, and raises
    InputError: they take a ``PIIMaskedLLM``.
    """

    def __init__(
        self,
        engine: BaseQueryEngine,
        *,
        masker: Masker | None = None,
        registry: Registry | None = None,
    ) -> None:
        if not isinstance(engine, BaseQueryEngine):
            raise InputError(
                f"{type(engine).__name__} is no query engine: give a chat engine or an "
                "agent a PIIMaskedLLM."
            )
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
        real: list[str] = [Real(text) for text in query.embedding_strs]
        bundle = replace(query, query_str=masked, custom_embedding_strs=real)
        inside: BaseQueryEngine = Inside(masker, registry, shown).part(self._engine)
        restorer = None if layered else masker.restorer(registry, shown=shown)
        return registry, bundle, inside, restorer


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
