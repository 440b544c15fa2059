"""What an adapter object holds beside its framework's fields, and never gives away.

Frameworks dump, print, copy and pickle their components. The masker, the registry and
a key are in none of the dumps; a copy shares them; a pickle holds the registry as a
handle, or fails as a whole where the masker cannot be pickled.
"""

from collections.abc import Callable
from copy import deepcopy
from hashlib import sha256
from typing import Any, Self, TypeVar

from llama_index.core.schema import BaseComponent
from llama_index_instrumentation.dispatcher import DISPATCHER_SPAN_DECORATED_ATTR
from pydantic import ConfigDict, Field, InstanceOf

from piimask_core import InputError, Masker, MemoryVault, Registry, default_masker
from piimask_core.session import scope_of
from piimask_core.vault import Vault

F = TypeVar("F", bound=Callable[..., Any])

_SHARED = {"masker", "registry", "key", "shown", "callback_manager", "rate_limiter"}
"""The same in a copy."""

_LEFT = {"callback_manager", "rate_limiter"}
"""Not in a pickle: they belong to the process."""


class Held(BaseComponent):
    """A component with a masker."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    masker: InstanceOf[Masker] | None = Field(default=None, exclude=True, repr=False)

    @property
    def own_masker(self) -> Masker:
        """The masker given, or the default that all adapters share."""
        return self.masker or default_masker()

    def __repr_args__(self) -> Any:
        return []

    def __str__(self) -> str:
        return repr(self)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        fields = {
            name: value if name in _SHARED else deepcopy(value, memo)
            for name, value in self._held().items()
        }
        return type(self)(**fields)

    def __reduce_ex__(self, protocol: object) -> tuple[Any, ...]:
        fields = {k: v for k, v in self._held().items() if k not in _LEFT}
        return _rebuilt, (type(self), fields)

    def _held(self) -> dict[str, Any]:
        """What to build another one from."""
        return dict(self.__dict__)


class HeldWithRegistry(Held):
    """A component with a masker, and a registry where the app gives one."""

    registry: InstanceOf[Registry] | None = Field(
        default=None, exclude=True, repr=False
    )

    def __init__(
        self,
        *,
        masker: Masker | None = None,
        registry: Registry | None = None,
        **fields: Any,
    ) -> None:
        super().__init__(**{"masker": masker, "registry": registry, **fields})


class HeldWithCorpus(HeldWithRegistry):
    """A component of an ingestion pipeline, whose registry outlives conversations."""

    def to_dict(self, **kwargs: Any) -> dict[str, Any]:
        """With what tells one registry from another, for the keys of caches."""
        scope = scope_of(self.own_masker, self.registry)
        corpus = None
        if scope is not None:
            corpus = sha256(f"corpus {scope.registry.epoch}".encode()).hexdigest()
        return {**super().to_dict(**kwargs), "corpus": corpus}

    def __reduce_ex__(self, protocol: object) -> tuple[Any, ...]:
        """Workers get a handle, and the vault to open it in."""
        vault = self.registry.vault if self.registry else self.own_masker.vault
        if isinstance(vault, MemoryVault):
            raise InputError(
                "Workers cannot share a registry that lies in this process: run the "
                "pipeline without num_workers, or with a vault that they share."
            )
        left = {*_LEFT, "registry"}
        fields = {k: v for k, v in self._held().items() if k not in left}
        handle = self.registry.dumps() if self.registry else None
        return _reopened, (type(self), fields, handle, vault)


def unobserved(method: F) -> F:
    """No span and no event of our own: they would show what stands at the edge."""
    setattr(method, DISPATCHER_SPAN_DECORATED_ATTR, True)
    return method


def _reopened(
    kind: type[HeldWithCorpus],
    fields: dict[str, Any],
    handle: dict[str, Any] | None,
    vault: Vault,
) -> HeldWithCorpus:
    registry = Registry.loads(handle, vault=vault) if handle else None
    return kind(**fields, registry=registry)


def _rebuilt(kind: type[Held], fields: dict[str, Any]) -> Held:
    return kind(**fields)
