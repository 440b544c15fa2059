"""Sessions in one SQLite file, for the processes of one machine."""

import math
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ..errors import InputError, VaultUnavailable
from .keys import Keys
from .memory import DAY
from .store import (
    Addition,
    Address,
    Head,
    Position,
    Reply,
    Row,
    after,
    forgotten,
    is_at,
)
from .stored import StoredVault

_TABLES = """
CREATE TABLE IF NOT EXISTS heads (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant TEXT NOT NULL, session TEXT NOT NULL,
    epoch TEXT NOT NULL, life TEXT NOT NULL, minted INTEGER NOT NULL,
    mark BLOB NOT NULL, state BLOB NOT NULL, data_key BLOB NOT NULL,
    key_id TEXT NOT NULL, wrapped BLOB NOT NULL, region TEXT NOT NULL,
    created REAL NOT NULL, used REAL NOT NULL,
    UNIQUE (tenant, session)
) STRICT;
CREATE TABLE IF NOT EXISTS log (
    head INTEGER NOT NULL, serial INTEGER NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (head, serial)
) STRICT, WITHOUT ROWID;
"""
_VERSION = 1
_HEAD = (
    "SELECT id, created, used, epoch, life, minted, mark, state, data_key, key_id, "
    "wrapped, region FROM heads WHERE tenant = ? AND session = ?"
)
_SECOND = 1.0
"""A use is written down at most once in so many seconds."""


class SQLiteStore:
    """See ``Store``. ``patience``: seconds to wait for others who write."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        ttl: float = DAY,
        max_age: float = 7 * DAY,
        patience: float = 5.0,
        synchronous: str = "NORMAL",
        clock: Any = time.time,
    ) -> None:
        self._path = Path(path)
        self._ttl = ttl
        self._max_age = max_age
        self._patience = patience
        self._synchronous = synchronous
        self._clock = clock
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._owner = 0
        self._left: list[sqlite3.Connection | None] = []

    def open(self, address: Address, fresh: Head | None = None) -> Head | None:
        """See ``Store.open``."""
        with self._transaction() as db:
            found = self._found(db, address)
            if found is not None or fresh is None:
                return found and found[1]
            now = self._clock()
            db.execute(
                f"INSERT INTO heads VALUES (NULL{', ?' * 13})",  # noqa: S608 - question marks only
                (*address, *fresh[:9], now, now),
            )
            return fresh

    def append(
        self, address: Address, at: Position, addition: Addition | None
    ) -> Reply | None:
        """See ``Store.append``."""
        with self._transaction() as db:
            found = self._found(db, address)
            if found is None:
                return None
            id, head, used = found
            now = self._clock()
            if now - used >= min(_SECOND, self._ttl / 100):
                db.execute("UPDATE heads SET used = ? WHERE id = ?", (now, id))
            if not is_at(head, at):
                first = at.serial if at.life == head.life else 0
                rows = db.execute(
                    "SELECT serial, sealed FROM log WHERE head = ? AND serial >= ?"
                    " ORDER BY serial",
                    (id, first),
                )
                return Reply(False, head, [Row(*row) for row in rows])
            if addition is not None:
                head = self._add(db, id, head, addition, now)
            return Reply(True, head)

    def forget(self, address: Address) -> int | None:
        """See ``Store.forget``."""
        with self._transaction() as db:
            found = self._found(db, address)
            if found is None:
                return None
            count = self._forget(db, found[0], found[1])
        self._shrink()
        return count

    def rewrap(
        self, address: Address, before: bytes, key_id: str, wrapped: bytes
    ) -> bool:
        """See ``Store.rewrap``."""
        with self._transaction() as db:
            done = db.execute(
                "UPDATE heads SET key_id = ?, wrapped = ?"
                " WHERE tenant = ? AND session = ? AND wrapped = ?",
                (key_id, wrapped, *address, before),
            )
            return done.rowcount == 1

    def sessions(self, tenant: str | None = None) -> Iterator[Address]:
        """See ``Store.sessions``."""
        with self._transaction() as db:
            found = db.execute(
                "SELECT tenant, session FROM heads WHERE ?1 IS NULL OR tenant = ?1",
                (tenant,),
            ).fetchall()
        return iter(found)

    def purge(self) -> int:
        """See ``Store.purge``."""
        now = self._clock()
        with self._transaction() as db:
            over = db.execute(
                "SELECT tenant, session FROM heads WHERE data_key != x''"
                " AND (used < ? OR created < ?)",
                (now - self._ttl, now - self._max_age),
            ).fetchall()
        for address in over:
            with self._transaction() as db:
                self._found(db, address)
        self._shrink()
        return len(over)

    def __getstate__(self) -> dict[str, Any]:
        """Path and settings; each process opens the file itself."""
        left: dict[str, Any] = {
            "_lock": None,
            "_connection": None,
            "_owner": 0,
            "_left": [],
        }
        return {**vars(self), **left}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _lock=threading.Lock())

    def close(self) -> None:
        """See ``Store.close``."""
        with self._lock:
            if self._connection is not None and self._owner == os.getpid():
                self._connection.close()
                self._connection = None

    def _found(
        self, db: sqlite3.Connection, address: Address
    ) -> tuple[int, Head, float] | None:
        """The session, forgotten first if its time is over."""
        row = db.execute(_HEAD, address).fetchone()
        if row is None:
            return None
        id, created, used, *fields = row
        now = self._clock()
        head = Head(*fields)._replace(age=max(0.0, now - created))
        if head.data_key and (now - used > self._ttl or now - created > self._max_age):
            self._forget(db, id, head)
            return self._found(db, address)
        return id, head, used

    def _add(
        self, db: sqlite3.Connection, id: int, head: Head, new: Addition, now: float
    ) -> Head:
        if new.life:
            db.execute("DELETE FROM log WHERE head = ?", (id,))
        db.executemany(
            "INSERT INTO log VALUES (?, ?, ?)", [(id, *row) for row in new.rows]
        )
        head = after(head, new)
        db.execute(
            "UPDATE heads SET life = ?, minted = ?, mark = ?, state = ?, data_key = ?,"
            " created = min(iif(?, ?, created), ?) WHERE id = ?",
            (*head[1:6], new.data_key != b"", now, _since(now, new.age), id),
        )
        return head

    def _forget(self, db: sqlite3.Connection, id: int, head: Head) -> int:
        count = db.execute("DELETE FROM log WHERE head = ?", (id,)).rowcount
        now = self._clock()
        left = forgotten(head)
        db.execute(
            "UPDATE heads SET life = ?, minted = ?, mark = ?, state = ?, data_key = ?,"
            " created = ?, used = ? WHERE id = ?",
            (*left[1:6], now, now, id),
        )
        return count

    def _shrink(self) -> None:
        """Put all into the file and empty the log beside it, where old bytes lie."""
        until = time.monotonic() + self._patience
        while True:
            with self._locked() as db:
                busy, *_ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if not busy:
                return
            if time.monotonic() > until:
                raise TimeoutError
            time.sleep(0.01)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._locked() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    db.execute("ROLLBACK")
                raise

    @contextmanager
    def _locked(self) -> Iterator[sqlite3.Connection]:
        if not self._lock.acquire(timeout=self._patience):
            raise TimeoutError
        try:
            yield self._connected()
        finally:
            self._lock.release()

    def _connected(self) -> sqlite3.Connection:
        """This process's connection: none may be carried through a fork."""
        if self._connection is None or self._owner != os.getpid():
            self._left.append(self._connection)  # the parent's is not ours to close
            self._owner = os.getpid()
            self._connection = self._connect()
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        with suppress(FileExistsError):
            os.close(os.open(self._path, os.O_CREAT | os.O_EXCL, 0o600))
        db = sqlite3.connect(
            self._path,
            timeout=self._patience,
            isolation_level=None,
            check_same_thread=False,
        )
        for pragma in (
            "journal_mode = WAL",
            f"synchronous = {self._synchronous}",
            "secure_delete = ON",
            "trusted_schema = OFF",
        ):
            db.execute(f"PRAGMA {pragma}").fetchall()
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version not in (0, _VERSION):
            db.close()
            raise VaultUnavailable("This file was written by another version of ours.")
        db.executescript(f"{_TABLES} PRAGMA user_version = {_VERSION};")
        return db


def _since(now: float, age: float) -> float:
    """When what is so old began; nothing is said of what is new."""
    return now - age if age else math.inf


class SQLiteVault(StoredVault):
    """A file that outlives the process, for one machine; see ``StoredVault``.

    ``synchronous="FULL"`` also survives a power cut; "NORMAL" every crash of ours.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        keys: Keys | None = None,
        plaintext: bool = False,
        region: str = "",
        ttl: float = DAY,
        max_age: float = 7 * DAY,
        patience: float = 5.0,
        synchronous: str = "NORMAL",
    ) -> None:
        store = SQLiteStore(
            path,
            ttl=ttl,
            max_age=max_age,
            patience=patience,
            synchronous=synchronous,
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


def vault(url: str, **options: Any) -> SQLiteVault:
    """``sqlite:///relative/path`` or ``sqlite:////absolute/path``."""
    parts = urlsplit(url)
    path = unquote(parts.path.removeprefix("/"))
    if not path or parts.netloc or parts.query or parts.fragment:
        raise InputError("sqlite:///path names a file, and nothing else.")
    return SQLiteVault(path, **options)
