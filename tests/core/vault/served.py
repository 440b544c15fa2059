"""Stores over real servers, each in an empty place, where time passes as told."""

import itertools
import time
from collections.abc import Callable
from typing import Any, NamedTuple

import psycopg
import redis
from core.vault.servers import postgres_url, redis_url

from piimask_core.vault import Store
from piimask_core.vault.postgres import PostgresStore
from piimask_core.vault.redis import RedisStore


class Place(NamedTuple):
    """Where the sessions of one test lie; ``age`` makes them so many seconds older."""

    url: str
    make: Callable[..., Store]
    age: Callable[[float], None]


def in_redis() -> Place:
    """A database of a Redis server."""
    url = redis_place()

    def age(seconds: float) -> None:
        with redis.Redis.from_url(url) as client:
            for head in client.keys("*:head"):
                client.hincrbyfloat(head, "created", -seconds)
                client.hincrbyfloat(head, "used", -seconds)

    return Place(url, lambda **limits: RedisStore(url, **limits), age)


def in_postgres() -> Place:
    """A database of a PostgreSQL server."""
    url = postgres_place()

    def age(seconds: float) -> None:
        with psycopg.connect(url) as connection:
            connection.execute(
                "UPDATE piimask_1.heads SET created = created - %s, used = used - %s",
                (seconds, seconds),
            )

    return Place(url, lambda **limits: PostgresStore(url, **limits), age)


def redis_place() -> str:
    """The address of an empty database."""
    url = redis_url().removesuffix("/0") + f"/{next(_NUMBERS)}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


def postgres_place() -> str:
    """The address of a database without our schema."""
    with psycopg.connect(postgres_url()) as connection:
        connection.execute("DROP SCHEMA IF EXISTS piimask_1 CASCADE")
    return postgres_url()


def wipe(store: Store) -> None:
    """As if its server had lost everything."""
    if isinstance(store, RedisStore):
        store._client.flushdb()
        return
    with psycopg.connect(postgres_url()) as connection:
        connection.execute("TRUNCATE piimask_1.heads, piimask_1.log")


_NUMBERS = itertools.count(1)


class Clocks:
    """A server's clock is its own; so what it has becomes older instead.

    It goes on meanwhile: limits in seconds are longer by ``SLACK`` than a test says.
    """

    SLACK = 0.5

    def __init__(self, age: Callable[[float], None]) -> None:
        self._age = age
        self._ahead: float | None = None

    def over(self, store: Store, clock: Callable[[], float]) -> Any:
        """The store, where this clock tells the time."""
        return _Aging(store, lambda: self._pass(clock))

    def _pass(self, clock: Callable[[], float]) -> None:
        ahead = clock() - time.monotonic()
        if self._ahead is None:
            self._ahead = ahead
        if abs(ahead - self._ahead) > self.SLACK / 5:
            self._age(ahead - self._ahead)
            self._ahead = ahead


class _Aging:
    def __init__(self, store: Store, before: Callable[[], None]) -> None:
        self._store = store
        self._before = before

    def __getattr__(self, name: str) -> Any:
        self._before()
        return getattr(self._store, name)
