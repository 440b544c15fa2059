"""What an adapter object holds beside its framework's fields, and never gives away.

Frameworks dump, print, copy and pickle their components. The masker, the registry and
a key are in none of the dumps; a copy shares them; a pickle holds the registry as a
handle, or fails as a whole where the masker cannot be pickled.
"""

from copy import deepcopy
from typing import Any, Self

from llama_index.core.schema import BaseComponent
from pydantic import ConfigDict, Field, InstanceOf

from piimask_core import Masker, Registry, default_masker

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


def _rebuilt(kind: type[Held], fields: dict[str, Any]) -> Held:
    return kind(**fields)
