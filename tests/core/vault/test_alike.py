"""Every engine answers as the reference does, whatever it is asked in which order."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from core.helpers import Clock
from core.vault import served
from core.vault.engines import size
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from piimask_core.vault import Store
from piimask_core.vault.dictstore import DictStore
from piimask_core.vault.sqlite import SQLiteStore
from piimask_core.vault.store import (
    Addition,
    Address,
    Head,
    Position,
    Row,
    life_number,
    mark_of,
    new_life,
)

ADDRESSES = [("t", "s"), ("t", "}*"), ("u\x00", "s")]
TTL, MAX_AGE = 60.0, 150.0

Answer = tuple[Any, ...] | None


class Asked(NamedTuple):
    """Something a store is asked, as a test writes it down."""

    what: str
    address: Address
    where: str = "end"
    add: str = ""
    rows: int = 0
    seconds: int = 0


asked = st.builds(
    Asked,
    what=st.sampled_from(
        [
            "open",
            "born",
            *["append"] * 5,
            "forget",
            "rewrap",
            "sessions",
            "purge",
            "wait",
        ]
    ),
    address=st.sampled_from(ADDRESSES),
    where=st.sampled_from(["end"] * 5 + ["start", "behind", "life", "epoch", "mark"]),
    add=st.sampled_from(["", *["rows"] * 4, "counters", "old", "anew"]),
    rows=st.integers(1, 4),
    seconds=st.sampled_from([7, 40, 61, 151, -45]),
)


class Client:
    """Asks one store, and knows of each session what it was told last."""

    def __init__(self, store: Store, wait: Callable[[int], None]) -> None:
        self.store = store
        self.wait = wait
        self.heads: dict[Address, Head] = {}
        self.serials: dict[Address, list[int]] = {}

    def ask(self, each: Asked, number: int) -> Answer:
        """What the store says to this, without what is random or about now."""
        answer: Answer = getattr(self, each.what)(each, number)
        return answer

    def open(self, each: Asked, number: int) -> Answer:
        return self._head(each.address, self.store.open(each.address))

    def born(self, each: Asked, number: int) -> Answer:
        fresh = Head(f"{number:032x}", new_life(), 0, b"", b"{}", b"", "k", b"w", "eu")
        return self._head(each.address, self.store.open(each.address, fresh))

    def append(self, each: Asked, number: int) -> Answer:
        addition = self._addition(each, number) if each.add else None
        reply = self.store.append(each.address, self._position(each), addition)
        if reply is None:
            return None
        if reply.done and addition is not None:
            known = [] if addition.life else self.serials.get(each.address, [])
            self.serials[each.address] = known + [row.serial for row in addition.rows]
            # the head that an append answers with may be the one before or after it
            return "done", self._head(each.address, self.store.open(each.address))
        return reply.done, self._head(each.address, reply.head), list(reply.rows)

    def forget(self, each: Asked, number: int) -> Answer:
        return "forgot", self.store.forget(each.address)

    def rewrap(self, each: Asked, number: int) -> Answer:
        before = [b"w", b"v"][number % 2]
        return self.store.rewrap(each.address, before, "l", b"v"), number % 2

    def sessions(self, each: Asked, number: int) -> Answer:
        tenant = each.address[0] if number % 2 else None
        return tuple(sorted(self.store.sessions(tenant)))

    def purge(self, each: Asked, number: int) -> Answer:
        return "purged", self.store.purge()

    def _head(self, address: Address, head: Head | None) -> Answer:
        if head is None:
            return None
        before = self.heads.get(address)
        self.heads[address] = head
        is_same = before is not None and before.life == head.life
        if not is_same or not head.data_key:
            self.serials[address] = []
        return (
            *head._replace(life=f"{life_number(head.life)} {is_same}", age=0.0),
            round(head.age) if head.data_key else None,
        )

    def _position(self, each: Asked) -> Position:
        head = self.heads.get(each.address)
        if head is None:
            return Position("0" * 32)
        serials = self.serials.get(each.address) or [0]
        at = Position(head.epoch, head.life, head.minted, head.mark, serials[-1])
        return {
            "end": at,
            "start": Position(head.epoch),
            "behind": at._replace(minted=head.minted - 1, serial=serials[0]),
            "life": at._replace(life=new_life()),
            "epoch": at._replace(epoch="f" * 32),
            "mark": at._replace(mark=b"12345678"),
        }[each.where]

    def _addition(self, each: Asked, number: int) -> Addition:
        head = self.heads.get(each.address)
        minted, life, key = (
            (head.minted, head.life, head.data_key) if head else (0, "", b"")
        )
        is_new = each.add == "anew"
        count = 0 if each.add == "counters" else each.rows
        rows = [
            Row(minted + n, bytes([n]) * 4 + f"{number:08d}".encode() + b"\x00\xff")
            for n in range(1, 2 * count + 1, 2)
        ]
        mark = mark_of(rows[-1].sealed) if rows else head.mark if head else b""
        return Addition(
            rows,
            minted + 2 * count + 1,
            mark,
            f"state {number}".encode(),
            b"" if key and not is_new else f"key {number}".encode(),
            30.0 if each.add == "old" else 0.0,
            new_life(life) if is_new else "",
        )


@pytest.fixture(params=["sqlite", "redis", "postgres"])
def make(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[], Client]]:
    """Makes a client of an empty store of each engine."""
    stores: list[Store] = []

    def sqlite() -> Client:
        clock = Clock(1000.0)
        path = tmp_path / f"{len(stores)}.db"
        stores.append(SQLiteStore(path, ttl=TTL, max_age=MAX_AGE, clock=clock))
        return Client(stores[-1], lambda seconds: _later(clock, seconds))

    def at(place: served.Place) -> Client:
        clock = Clock(1000.0)
        slack = served.Clocks.SLACK
        store = place.make(ttl=TTL + slack, max_age=MAX_AGE + slack)
        stores.append(store)
        aging = served.Clocks(place.age).over(store, clock)
        return Client(aging, lambda seconds: _later(clock, seconds))

    yield {
        "sqlite": sqlite,
        "redis": lambda: at(served.in_redis()),
        "postgres": lambda: at(served.in_postgres()),
    }[request.param]
    for store in stores:
        store.close()


def _later(clock: Clock, seconds: int) -> None:
    clock.now += seconds


@settings(
    max_examples=size(15, 500),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(asks=st.lists(asked, min_size=5, max_size=40))
def test_every_engine_answers_as_the_reference(
    make: Callable[[], Client], asks: list[Asked]
) -> None:
    """Ends, positions behind and foreign ones, other lives, time that passes."""
    clock = Clock(1000.0)
    reference = Client(
        DictStore(ttl=TTL, max_age=MAX_AGE, clock=clock),
        lambda seconds: _later(clock, seconds),
    )
    engine = make()
    for address in ADDRESSES[:2]:
        for client in (reference, engine):
            client.ask(Asked("born", address), 0)

    for number, each in enumerate(asks, 1):
        if each.what == "wait":
            reference.wait(each.seconds)
            engine.wait(each.seconds)
            continue
        assert engine.ask(each, number) == reference.ask(each, number), each
    engine.store.close()
