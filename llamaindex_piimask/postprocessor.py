"""Retrieved nodes, masked before a reranker or a model reads them."""

from typing import Any

from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle
from pydantic import Field, InstanceOf

from piimask_core import InputError, Masker, Registry, SessionRequired
from piimask_core.session import enclosing_registry, scope_of

from .held import HeldWithRegistry
from .nodes import map_scored


class PIIMaskNodePostprocessor(HeldWithRegistry, BaseNodePostprocessor):
    """Masks the text and the metadata of nodes, on copies: the index stays real.

    Belongs inside ``PIIMaskQueryEngine``, which restores and puts one in by itself;
    name it where another place than the first is wanted as well. It does not restore,
    and with ``PIIMaskedLLM`` alone it is not needed.
    """

    shown: InstanceOf[set[str]] | None = Field(default=None, exclude=True, repr=False)

    def __init__(
        self,
        *,
        masker: Masker | None = None,
        registry: Registry | None = None,
        **fields: Any,
    ) -> None:
        super().__init__(**{"masker": masker, "registry": registry, **fields})

    @classmethod
    def class_name(cls) -> str:
        """The name under which it is serialized."""
        return "PIIMaskNodePostprocessor"

    def _postprocess_nodes(
        self,
        nodes: list[NodeWithScore],
        query_bundle: QueryBundle | None = None,
    ) -> list[NodeWithScore]:
        return self.own_masker.mask_with(
            lambda visit: [map_scored(found, visit) for found in nodes],
            self._settled(),
            layered=self._follows,
            mentioned=self.shown,
        )

    @property
    def _follows(self) -> bool:
        """Nodes come from outside: what reads as a placeholder in them is theirs."""
        return False

    def _settled(self) -> Registry:
        enclosing = enclosing_registry()
        if enclosing and self.registry and self.registry != enclosing:
            raise InputError(
                "The node postprocessor and the query engine around it have different "
                "registries, so nobody could restore: give the registry to the engine."
            )
        scope = scope_of(self.own_masker, self.registry)
        if scope is None:
            raise SessionRequired(
                "Nothing could restore what this node postprocessor masks: put "
                "PIIMaskQueryEngine around the engine, or give registry=."
            )
        return scope.registry


class LayeredPostprocessor(PIIMaskNodePostprocessor):
    """One behind another in the same engine: placeholders in nodes are ours."""

    @property
    def _follows(self) -> bool:
        return True
