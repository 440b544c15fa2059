"""The vaults that must all behave alike, each over something that several share.

To add an engine: a function that makes a new, empty place and gives a maker of vaults
over it, and its name in ``ENGINES``.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from core.vault import served
from core.vault.talking import KEYS as KEYS

from piimask_core import MemoryVault
from piimask_core.vault import Store, StoredVault
from piimask_core.vault.dictstore import DictStore
from piimask_core.vault.sqlite import SQLiteStore

FULL = os.environ.get("PIIMASK_FULL") == "1"
"""Whether to run the sizes of a release, for hours, not those of every change."""


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


def redis(path: Path) -> Iterator[Open]:
    """One database of a Redis server."""
    yield from _over(served.in_redis())


def postgres(path: Path) -> Iterator[Open]:
    """One database of a PostgreSQL server."""
    yield from _over(served.in_postgres())


def _over(place: served.Place) -> Iterator[Open]:
    opened: list[StoredVault] = []
    clocks = served.Clocks(place.age)

    def again(**options: Any) -> StoredVault:
        limits = {k: options[k] + clocks.SLACK for k in _TIMES if k in options}
        store = place.make(**limits, patience=options.get("patience", 5.0))
        if clock := options.get("clock"):
            store = clocks.over(store, clock)
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


def wipe(store: Store) -> None:
    """As if it had lost everything."""
    if isinstance(store, DictStore):
        store.heads.clear()
        store.rows.clear()
    elif isinstance(store, SQLiteStore):
        with store._transaction() as db:
            db.execute("DELETE FROM heads")
    else:
        served.wipe(store)


ENGINES: Mapping[str, Engine] = {
    "dict": dicts,
    "sqlite": sqlite,
    "redis": redis,
    "postgres": postgres,
}
