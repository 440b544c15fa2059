"""The vaults that must all behave alike, each over something that several share.

To add an engine: a function that makes a new, empty place and gives a maker of vaults
over it, and its name in ``ENGINES``.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from piimask_core import MemoryVault
from piimask_core.vault import StaticKeys, StoredVault
from piimask_core.vault.dictstore import DictStore
from piimask_core.vault.sqlite import SQLiteStore

FULL = os.environ.get("PIIMASK_FULL") == "1"
"""Whether to run the sizes of a release, for hours, not those of every change."""

KEYS = StaticKeys({"k1": bytes(range(32))})


class Open(Protocol):
    """Another vault over the same place, as another process opens it."""

    def __call__(self, **options: Any) -> StoredVault:
        """``clock``, ``ttl`` and ``max_age`` go to the store as well."""


def size(usual: int, full: int) -> int:
    """How many: usually, and for a release."""
    return full if FULL else usual


Engine = Callable[[Path], Iterator[Open]]

_TIMES = ("ttl", "max_age")


def _options(given: Mapping[str, Any]) -> dict[str, Any]:
    options = {key: value for key, value in given.items() if key != "clock"}
    return options if "plaintext" in options else {"keys": KEYS, **options}


def dicts(path: Path) -> Iterator[Open]:
    """The reference: one dictionary for all."""
    stores: list[DictStore] = []

    def opened(**options: Any) -> StoredVault:
        if not stores:
            limits = {k: options[k] for k in (*_TIMES, "clock") if k in options}
            stores.append(DictStore(**limits))
        return StoredVault(stores[0], **_options(options))

    yield opened


def sqlite(path: Path) -> Iterator[Open]:
    """One file; each vault has a connection of its own."""
    opened: list[StoredVault] = []

    def again(**options: Any) -> StoredVault:
        limits = {k: options[k] for k in (*_TIMES, "clock", "patience") if k in options}
        store = SQLiteStore(path / "vault.db", **limits)
        opened.append(StoredVault(store, **_options(options)))
        return opened[-1]

    yield again
    for vault in opened:
        vault.close()


def memory(path: Path) -> Iterator[Any]:
    """The one vault of a process: opening it again gives the same."""
    made: list[MemoryVault] = []

    def opened(**options: Any) -> MemoryVault:
        if not made:
            made.append(MemoryVault(**options))
        return made[0]

    yield opened


ENGINES: Mapping[str, Engine] = {"dict": dicts, "sqlite": sqlite}
