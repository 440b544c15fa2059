"""Sessions in PostgreSQL, for the processes of many machines.

Each call is one statement, so one round trip, whatever the number of entities.
"""

import math
import os
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import SecretStr

from ..errors import InputError
from .keys import Keys
from .memory import DAY
from .postgres_schema import TABLES
from .store import Addition, Address, Head, Position, Reply, Row
from .stored import StoredVault

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.abc import PQGen
    from psycopg_pool import ConnectionPool

T = TypeVar("T")

_HEAD = (
    "(h).epoch, (h).life, (h).minted, (h).mark, (h).state, (h).data_key, (h).key_id, "
    "(h).wrapped, (h).region, greatest(0, piimask_1.now() - (h).created)"
)
_OPEN = f"SELECT {_HEAD} FROM piimask_1.open(%s{', %s' * 13}) AS h"  # noqa: S608 - our own names
_APPEND = (
    f"SELECT done, log_serials, log_seals, {_HEAD} FROM piimask_1.append("  # noqa: S608 - our own names
    f"{'%s, ' * 17} %s::bigint[], %s::bytea[])"
)
_FORGET = "SELECT piimask_1.forget(%s, %s, %s, %s, %s)"
_REWRAP = (
    "UPDATE piimask_1.heads SET key_id = %s, wrapped = %s"
    " WHERE tenant = %s AND session = %s AND wrapped = %s RETURNING id"
)
_SESSIONS = (
    "SELECT tenant, session FROM piimask_1.heads WHERE coalesce(tenant = %s, true)"
)
_OVER = (
    "SELECT tenant, session FROM piimask_1.heads AS h"
    " WHERE piimask_1.is_over(h, %s, %s)"
)
_IS_THERE = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'piimask_1')"
_ALONE = "SELECT pg_advisory_xact_lock(hashtext('piimask_1'))"
_NONE: Sequence[Any] = (0, b"", b"", b"", 0.0, "", [], [])
"""What stands in the place of an addition where there is none."""


class PostgresStore:
    """See ``Store``. ``patience``: seconds that a call may take, all in all.

    An append that is sent twice is made once: the second is not at the log's end.
    """

    def __init__(
        self,
        url: str,
        *,
        ttl: float = DAY,
        max_age: float = 7 * DAY,
        patience: float = 5.0,
        connections: int = 10,
    ) -> None:
        self._url = SecretStr(_checked(url))
        self._limits = (ttl, max_age)
        self._patience = patience
        self._most = connections
        self._start()

    def _start(self) -> None:
        self._lock = threading.Lock()
        self._pool: ConnectionPool[Connection] | None = None
        self._owner = 0

    def __getstate__(self) -> dict[str, Any]:
        """Address and settings; each process connects itself."""
        left = ("_lock", "_pool", "_owner")
        return {name: each for name, each in vars(self).items() if name not in left}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._start()

    def open(self, address: Address, fresh: Head | None = None) -> Head | None:
        """See ``Store.open``."""
        fields = fresh[:9] if fresh else [None] * 9
        rows = self._asked(_OPEN, [*self._given(address), *fields])
        return Head(*rows[0]) if rows else None

    def append(
        self, address: Address, at: Position, addition: Addition | None
    ) -> Reply | None:
        """See ``Store.append``."""
        new = _NONE
        if addition is not None:
            rows, *rest = addition
            new = [*rest, [row.serial for row in rows], [row.sealed for row in rows]]
        given = [*self._given(address), *at, addition is not None, *new]
        [(done, serials, seals, *head)] = self._asked(_APPEND, given)
        if head[0] is None:
            return None
        found = zip(serials or (), seals or (), strict=True)
        return Reply(done, Head(*head), [Row(*each) for each in found])

    def forget(self, address: Address) -> int | None:
        """See ``Store.forget``. PostgreSQL's own files keep the bytes for a while."""
        [(count,)] = self._asked(_FORGET, self._given(address))
        return count  # type: ignore[no-any-return]  # an int by its schema

    def rewrap(
        self, address: Address, before: bytes, key_id: str, wrapped: bytes
    ) -> bool:
        """See ``Store.rewrap``."""
        given = [key_id, wrapped, *_encoded(address), before]
        return bool(self._asked(_REWRAP, given))

    def sessions(self, tenant: str | None = None) -> Iterator[Address]:
        """See ``Store.sessions``."""
        given = None if tenant is None else tenant.encode()
        return iter(_addresses(self._asked(_SESSIONS, [given])))

    def purge(self) -> int:
        """See ``Store.purge``."""
        over = _addresses(self._asked(_OVER, self._limits))
        for address in over:
            self.open(address)
        return len(over)

    def close(self) -> None:
        """See ``Store.close``."""
        with self._lock:
            pool, self._pool = self._pool, None
            if pool is not None and self._owner == os.getpid():
                pool.close(self._patience)

    def _given(self, address: Address) -> list[Any]:
        """What every function is told first; what is random comes from here."""
        return [*_encoded(address), *self._limits, secrets.token_hex(8)]

    def _asked(self, query: str, given: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows of one statement; anew where the server has closed a connection."""
        from psycopg import OperationalError

        pool = self._connected()
        until = time.monotonic() + self._patience / 3
        while True:
            with pool.connection() as connection:
                try:
                    return connection.execute(query, given, binary=True).fetchall()
                except OperationalError:
                    if not connection.closed or time.monotonic() > until:
                        raise

    def _connected(self) -> "ConnectionPool[Connection]":
        """This process's pool: none may be carried through a fork."""
        with self._lock:
            if self._pool is None or self._owner != os.getpid():
                self._owner = os.getpid()
                self._pool = _pool(
                    self._url.get_secret_value(), self._most, self._patience
                )
            return self._pool


class PostgresVault(StoredVault):
    """A PostgreSQL database that several machines share; see ``StoredVault``.

    ``url``: ``postgresql://`` as libpq reads it. Makes a schema of its own, named
    ``piimask_1``, where there is none. ``connections``: how many at the same time.
    """

    def __init__(
        self,
        url: str,
        *,
        keys: Keys | None = None,
        plaintext: bool = False,
        region: str = "",
        ttl: float = DAY,
        max_age: float = 7 * DAY,
        patience: float = 5.0,
        connections: int = 10,
    ) -> None:
        store = PostgresStore(
            url,
            ttl=ttl,
            max_age=max_age,
            patience=patience,
            connections=connections,
        )
        super().__init__(
            store,
            keys=keys,
            plaintext=plaintext,
            region=region,
            ttl=ttl,
            max_age=max_age,
            patience=patience,
        )


def vault(url: str, **options: Any) -> PostgresVault:
    """``postgresql://user:password@host:5432/database``."""
    return PostgresVault(url, **options)


def _checked(url: str) -> str:
    """The address, if it is one; what libpq says of others may hold a password."""
    try:
        import psycopg_pool  # noqa: F401  # asked for when it is too late to say so
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict
    except ImportError:
        raise ImportError(
            "This vault needs psycopg: pip install 'llm-piimask[postgres]'"
        ) from None
    try:
        conninfo_to_dict(url)
    except ProgrammingError:
        pass
    else:
        return url
    raise InputError(
        "Not an address of PostgreSQL: postgresql://user:password@host:5432/database"
    )


def _pool(url: str, most: int, patience: float) -> "ConnectionPool[Connection]":
    """Connections that answer or give up in time, to a database with our tables."""
    from psycopg import Connection
    from psycopg_pool import ConnectionPool

    class Timed(Connection):
        """The server may hang, or the line: then nothing of its own ends a call."""

        def wait(
            self, gen: "PQGen[T]", interval: float = 0.1, timeout: float | None = None
        ) -> T:
            return super().wait(gen, interval, timeout or patience / 3)

    settings: dict[str, Any] = {
        "autocommit": True,
        "connect_timeout": max(2, math.ceil(patience / 3)),
    }

    def configure(connection: Connection) -> None:
        connection.execute(
            "SELECT set_config('statement_timeout', %s, false),"
            " set_config('default_transaction_isolation', 'read committed', false)",
            [f"{patience / 3 * 1000:.0f}"],
        )

    with Timed.connect(url, **settings) as first:
        configure(first)
        _make_tables(first)
    pool: ConnectionPool[Connection] = ConnectionPool(
        url,
        connection_class=Timed,
        kwargs=settings,
        min_size=1,
        max_size=most,
        open=False,
        configure=configure,
        timeout=patience / 3,
        num_workers=1,
    )
    pool.open(wait=True, timeout=patience / 3)
    return pool


def _make_tables(connection: "Connection") -> None:
    """Where there are none; one process at a time."""
    if connection.execute(_IS_THERE).fetchall() == [(True,)]:
        return
    with connection.transaction():
        connection.execute(_ALONE)
        if connection.execute(_IS_THERE).fetchall() == [(False,)]:
            connection.execute(TABLES)


def _encoded(address: Address) -> tuple[bytes, ...]:
    """PostgreSQL's texts hold no NUL; names may."""
    return tuple(each.encode() for each in address)


def _addresses(rows: Sequence[tuple[bytes, bytes]]) -> list[Address]:
    return [(tenant.decode(), session.decode()) for tenant, session in rows]
