"""Retrieved nodes, masked before a reranker or a model reads them."""

from dataclasses import replace
from typing import Any

from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import NodeWithScore, QueryBundle
from pydantic import Field, InstanceOf

from piimask_core import InputError, Masker, Registry, SessionRequired, by_type
from piimask_core.operators import OPERATORS
from piimask_core.restorer import Restorer
from piimask_core.session import enclosing_registry, ephemeral, scope_of

from .held import HeldWithRegistry
from .nodes import map_scored


class PIIMaskNodePostprocessor(HeldWithRegistry, BaseNodePostprocessor):
    """Masks the text and the metadata of nodes, on copies: the index stays real.

    Belongs inside ``PIIMaskQueryEngine``, which restores and puts one in by itself;
    name it where another place than the first is wanted as well. Without that engine
    around it, let it come first in the list: a reranker may ask a model too. It does
    not restore, and with ``PIIMaskedLLM`` alone it is not needed.

    ``mode``: "placeholder" does what the masker's policy says, "reference" gives every
    value a reference, which does not say its type. "strip" removes every value for
    good, so it needs neither an engine around it nor a registry.
    """

    mode: str = "placeholder"
    shown: InstanceOf[set[str]] | None = Field(default=None, exclude=True, repr=False)

    def __init__(
        self,
        *,
        masker: Masker | None = None,
        registry: Registry | None = None,
        mode: str = "placeholder",
        **fields: Any,
    ) -> None:
        if mode not in OPERATORS or mode == "keep":
            modes = ", ".join(sorted(set(OPERATORS) - {"keep"}))
            raise InputError(f"There is no such mode; there are {modes}.")
        more = {"masker": masker, "registry": registry, "mode": mode}
        super().__init__(**{**more, **fields})

    @classmethod
    def class_name(cls) -> str:
        """The name under which it is serialized."""
        return "PIIMaskNodePostprocessor"

    def _postprocess_nodes(
        self,
        nodes: list[NodeWithScore],
        query_bundle: QueryBundle | None = None,
    ) -> list[NodeWithScore]:
        masker, registry = self.own_masker, self._settled()
        alone = registry is None
        if self.mode != "placeholder":
            masker = replace(masker, policy=by_type({}, default=self.mode))
        registry = registry or ephemeral(masker).registry
        masked = masker.mask_with(
            lambda visit: [map_scored(found, visit) for found in nodes],
            registry,
            layered=self._follows,
            mentioned=self.shown,
        )
        if not alone:
            return masked
        back = Restorer(registry.view())  # of what was typed like a placeholder
        return [map_scored(found, back.text) for found in masked]

    @property
    def _follows(self) -> bool:
        """Nodes come from outside: what reads as a placeholder in them is theirs."""
        return False

    def _settled(self) -> Registry | None:
        """None where it is the only one, and nothing is to be restored."""
        enclosing = enclosing_registry()
        if enclosing and self.registry and self.registry != enclosing:
            raise InputError(
                "The node postprocessor and the query engine around it have different "
                "registries, so nobody could restore: give the registry to the engine."
            )
        scope = scope_of(self.own_masker, self.registry)
        if scope is None and self.mode == "strip":
            return None
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
