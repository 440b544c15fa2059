"""What an engine does for a vault: keep the log of each session, and swap by compare.

A session is a head and rows. Nothing in them is readable: the vault seals and opens.
The head says how far the log is; rows are only ever appended, by whoever saw its end.
Whoever did not gets the rows that are missing instead, in the same round trip. When a
session's time is over its rows go, its head stays, and it begins another ``life``.
"""

import secrets
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

Address = tuple[str, str]
"""(tenant, session); encode it with ``sealing.packed`` where it is to be one key."""


class Head(NamedTuple):
    """How far a session's log is.

    ``epoch``, ``key_id``, ``wrapped`` and ``region`` are given at birth. ``minted``
    only grows. ``mark`` is that of the newest row, b"" where there is none, and
    ``data_key`` is b"" where this ``life`` has none yet. ``state`` holds the counters.
    ``age``: seconds since this life began, as the store tells when it is asked.
    """

    epoch: str
    life: str
    minted: int
    mark: bytes
    state: bytes
    data_key: bytes
    key_id: str
    wrapped: bytes
    region: str
    age: float = 0.0


class Row(NamedTuple):
    """One entry, sealed, at its place in the log; serials grow and may leave gaps."""

    serial: int
    sealed: bytes

    def __repr__(self) -> str:
        return f"Row({self.serial})"

    @property
    def mark(self) -> bytes:
        """Random bytes by which this row is told from any other of its serial."""
        return mark_of(self.sealed)


class Position(NamedTuple):
    """How far somebody knows a session's log; ``serial`` of the newest row known."""

    epoch: str
    life: str = ""
    minted: int = 0
    mark: bytes = b""
    serial: int = 0


class Addition(NamedTuple):
    """Rows to append, and what the head says then.

    ``data_key`` if this life has none yet, else b"". ``age``: the session is at least
    so many seconds old (values from an older copy). ``life``: drop all rows that there
    are first, and begin this one.
    """

    rows: Sequence[Row]
    minted: int
    mark: bytes
    state: bytes
    data_key: bytes = b""
    age: float = 0.0
    life: str = ""


class Reply(NamedTuple):
    """``done``: the position was the end, and what was to be added is there.

    Else nothing was added, and ``rows`` are those from the position's serial on (this
    one included), in order; all there are where the position is of another life.
    """

    done: bool
    head: Head
    rows: Sequence[Row] = ()


class Store(Protocol):
    """An engine. Each call is one transaction and, at best, one round trip.

    A call ends within the engine's own deadline and may raise anything: the vault
    makes a ``VaultUnavailable`` of it. Times are the store's, not the caller's: a
    session unused for ``ttl`` seconds, or ``max_age`` old, is forgotten before its
    next call sees it.
    """

    def open(self, address: Address, fresh: Head | None = None) -> Head | None:
        """The head that is there; else ``fresh``, put there; else None. No use."""

    def append(
        self, address: Address, at: Position, addition: Addition | None
    ) -> Reply | None:
        """Append if the log ends ``at`` this position. Counts as a use in any case.

        It does if epoch, life, minted and mark are the head's. Without an addition
        this asks what is new. None where there is no such session.
        """

    def forget(self, address: Address) -> int | None:
        """Drop all rows and the data key, begin another life; how many there were.

        Their bytes are gone from the engine's files when this returns.
        """

    def rewrap(
        self, address: Address, before: bytes, key_id: str, wrapped: bytes
    ) -> bool:
        """Another wrapping of the session's key, if it still was the one before."""

    def sessions(self, tenant: str | None = None) -> Iterator[Address]:
        """Every session there is, or a tenant's; those that come or go may miss."""

    def purge(self) -> int:
        """Forget every session whose time is over; how many there were."""

    def close(self) -> None:
        """Give back what is held open; the next call opens it again."""


def mark_of(sealed: bytes) -> bytes:
    """Of a row's bytes, those that are random."""
    return sealed[:8]


def new_life(before: str = "") -> str:
    """Tells the rows of one life from those before and after; lives are numbered."""
    return f"{life_number(before) + 1:08x}{secrets.token_hex(8)}"


def life_number(life: str) -> int:
    """Grows with each life of a session; 0 before the first."""
    try:
        return int(life[:8], 16)
    except ValueError:
        return 0


def forgotten(head: Head) -> Head:
    """What is left of a session whose rows were dropped: it goes on from there."""
    return head._replace(life=new_life(head.life), mark=b"", data_key=b"")


def is_at(head: Head, at: Position) -> bool:
    """Whether somebody at this position has seen all there is."""
    return (head.epoch, head.life, head.minted, head.mark) == at[:4]


def after(head: Head, addition: Addition) -> Head:
    """The head with an addition made."""
    return head._replace(
        life=addition.life or head.life,
        minted=addition.minted,
        mark=addition.mark,
        state=addition.state,
        data_key=addition.data_key or head.data_key,
    )
