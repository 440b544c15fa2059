"""The vaults that must all behave alike, each over something that several share.

To add an engine: a function that makes a new, empty place and gives a maker of vaults
over it, and its name in ``ENGINES``.
"""

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

import psycopg
import redis as redis_py
from core.vault.servers import postgres_url, redis_url

from piimask_core.vault import StaticKeys, Store, StoredVault
from piimask_core.vault.dictstore import DictStore
from piimask_core.vault.postgres import PostgresStore
from piimask_core.vault.redis import RedisStore
from piimask_core.vault.sqlite import SQLiteStore

KEYS = StaticKeys({"k1": bytes(range(32))})


class Open(Protocol):
    """Another vault over the same place, as another process opens it."""

    def __call__(self, **options: Any) -> StoredVault:
        """``clock``, ``ttl`` and ``max_age`` go to the store as well."""


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
    """One database of a Redis server, by the server's own clock."""
    url = redis_place()

    def age(seconds: float) -> None:
        with redis_py.Redis.from_url(url) as client:
            for head in client.keys("*:head"):
                client.hincrbyfloat(head, "created", -seconds)
                client.hincrbyfloat(head, "used", -seconds)

    yield from _served(lambda **limits: RedisStore(url, **limits), age)


def postgres(path: Path) -> Iterator[Open]:
    """One database of a PostgreSQL server, by the server's own clock."""
    url = postgres_place()

    def age(seconds: float) -> None:
        with psycopg.connect(url) as connection:
            connection.execute(
                "UPDATE piimask_1.heads SET created = created - %s, used = used - %s",
                (seconds, seconds),
            )

    yield from _served(lambda **limits: PostgresStore(url, **limits), age)


def redis_place() -> str:
    """The address of an empty database."""
    url = redis_url().removesuffix("/0") + f"/{next(_NUMBERS)}"
    with redis_py.Redis.from_url(url) as client:
        client.flushdb()
    return url


def postgres_place() -> str:
    """The address of a database without our schema."""
    with psycopg.connect(postgres_url()) as connection:
        connection.execute("DROP SCHEMA IF EXISTS piimask_1 CASCADE")
    return postgres_url()


_NUMBERS = itertools.count(1)


def _served(make: Callable[..., Store], age: Callable[[float], None]) -> Iterator[Open]:
    """Vaults over a server, whose clock nobody can set: what it has becomes older.

    Its own time goes on meanwhile: what the limits are longer by, half a second.
    """
    opened: list[StoredVault] = []
    ahead: list[float] = []

    def pass_time(clock: Callable[[], float]) -> None:
        now = clock() - time.monotonic()
        if ahead and abs(now - ahead[0]) > 0.1:
            age(now - ahead[0])
            ahead[0] = now
        ahead[:] = ahead or [now]

    def again(**options: Any) -> StoredVault:
        limits = {k: options[k] + 0.5 for k in _TIMES if k in options}
        store = make(**limits)
        if clock := options.get("clock"):
            store = _Aging(store, lambda: pass_time(clock))
        opened.append(StoredVault(store, **_options(options)))
        return opened[-1]

    yield again
    for vault in opened:
        vault.close()


class _Aging:
    """A store for which the test's time has passed when it is asked."""

    def __init__(self, store: Store, before: Callable[[], None]) -> None:
        self._store = store
        self._before = before

    def __getattr__(self, name: str) -> Any:
        self._before()
        return getattr(self._store, name)


ENGINES: Mapping[str, Engine] = {
    "dict": dicts,
    "sqlite": sqlite,
    "redis": redis,
    "postgres": postgres,
}
