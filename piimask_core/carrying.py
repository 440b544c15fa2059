"""The registry in chain memory: what stored messages carry, and reading it again."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from .errors import InputError, RegistryLost
from .masker import Masker
from .registry import Registry


class Carrier:
    """Writes a stamp (a dict of JSON types) for each batch of messages that is stored,
    and finds the registry again from the stamps that were stored.

    A stamp holds the registry's handle; with ``key`` (32 bytes) the values too, sealed:
    those that are new since the last stamp and those the messages mention. So what is
    stored grows with the text, and a message restores without the others.
    """

    def __init__(
        self,
        masker: Masker,
        *,
        registry: Registry | None = None,
        key: bytes | None = None,
    ) -> None:
        self.registry = registry
        self._masker = masker
        self._key = key
        self._read: set[str] = set()
        self._carried = 0

    def open(self, stamps: Sequence[Any], fresh: Callable[[], Registry]) -> Registry:
        """The registry that all these stamps carry, oldest first; read once each.

        ``fresh`` gives the one of a conversation that has no stamp yet. Raises
        RegistryLost where they belong to another registry, or to one whose values are
        not here; SealError if the key does not fit.
        """
        new = [stamp for stamp in stamps if str(stamp) not in self._read]
        if new:
            self.registry = self._loaded([_part(stamp) for stamp in new])
            self._carried = max(self._carried, *(stamp["minted"] for stamp in new))
            self._read.update(map(str, new))
        if self.registry is None:
            self.registry = fresh()
        return self.registry

    def stamp(self, registry: Registry, mentioned: Collection[str]) -> dict[str, Any]:
        """What a batch of messages is to carry that mentions these placeholders."""
        minted = registry.minted
        part = registry.dumps(key=self._key, since=self._carried, also=mentioned)
        return {"minted": minted, "registry": part}

    def stored(self, stamp: dict[str, Any]) -> None:
        """Note that a stamp was stored, so that the next one goes on from there."""
        self._carried = stamp["minted"]
        self._read.add(str(stamp))

    def restart(self) -> None:
        """Note that the memory was emptied: the next stamp carries everything."""
        self._carried = 0

    def _loaded(self, parts: Sequence[dict[str, Any]]) -> Registry:
        if len({part["epoch"] for part in parts}) > 1:
            raise RegistryLost("Several registries are stored in this memory.")
        vault = self.registry.vault if self.registry else self._masker.vault
        loaded = Registry.loads(*parts, key=self._key, vault=vault)
        if self.registry is not None and loaded != self.registry:
            raise RegistryLost("This memory was written with another registry.")
        return loaded


def _part(stamp: Any) -> dict[str, Any]:
    """The registry's part of a stamp. Raises InputError where it is none."""
    match stamp:
        case {"registry": {"epoch": str()}, "minted": int()}:
            part: dict[str, Any] = stamp["registry"]
            return part
    raise InputError("A stored message carries something that is no registry.")
