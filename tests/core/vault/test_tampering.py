"""Somebody writes in the store: nothing of it is believed."""

from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any

import pytest
from core.helpers import BOB, JANE, want
from core.vault.engines import KEYS, size

from piimask_core import PIIMaskError, Registry, RegistryConflict, RegistryLost
from piimask_core.errors import RegionRefused, SealError
from piimask_core.vault import StoredVault
from piimask_core.vault.dictstore import DictStore
from piimask_core.vault.sealing import InClear
from piimask_core.vault.store import Address, Head, Row, new_life
from piimask_core.view import View

REFUSED = (SealError, RegistryLost, RegistryConflict, RegionRefused)


def vault(store: DictStore, **options: Any) -> StoredVault:
    return StoredVault(store, keys=KEYS, **options)


def filled(*addresses: Address, rows: int = 1, store: DictStore | None = None) -> Any:
    store = store or DictStore()
    for tenant, session in addresses:
        registry = Registry(session, tenant=tenant, vault=vault(store))
        for n in range(rows):
            registry.mint([want(f"u{n}.{tenant}.{session}@x.com")])
    return store


def refused(store: DictStore, address: Address) -> bool:
    """Whether a process that comes now gets nothing, with an error that is bare."""
    tenant, session = address
    try:
        Registry(session, tenant=tenant, vault=vault(store)).view()
    except REFUSED as error:
        assert error.__context__ is None
        assert "@x.com" not in f"{error!r}"
        return True
    return False


def flipped(sealed: bytes, at: int, bit: int = 1) -> bytes:
    return sealed[:at] + bytes([sealed[at] ^ bit]) + sealed[at + 1 :]


A, B, C = ("t", "a"), ("t", "b"), ("u", "a")


def test_every_byte_of_a_row_counts() -> None:
    """Each flipped in turn, in its lowest bit and its highest: always refused."""
    count = size(10, 100)
    store = filled(A, rows=count)
    rows = list(store.rows[A])
    assert len(rows) == count

    for n, row in enumerate(rows):
        for at in range(len(row.sealed)):
            for bit in (1, 128):
                changed = row._replace(sealed=flipped(row.sealed, at, bit))
                store.rows[A] = [*rows[:n], changed, *rows[n + 1 :]]
                assert refused(store, A), (n, at)
    store.rows[A] = rows
    assert not refused(store, A)


@pytest.mark.parametrize("field", ["state", "data_key", "wrapped", "mark"])
def test_every_byte_of_a_head_counts(field: str) -> None:
    """Counters, keys, and what the newest row is."""
    store = filled(A, rows=3)
    head = store.heads[A]
    value = getattr(head, field)
    assert value

    for at in range(len(value)):
        store.heads[A] = head._replace(**{field: flipped(value, at)})
        assert refused(store, A), at
    for cut in range(len(value)):
        store.heads[A] = head._replace(**{field: value[:cut]})
        assert refused(store, A), cut


@pytest.mark.parametrize(
    "change",
    [
        {"epoch": "0" * 32},
        {"life": new_life()},
        {"life": new_life(new_life())},
        {"life": "x"},
        {"life": ""},
        {"minted": 2},
        {"minted": 4},
        {"minted": 0},
        {"minted": 10**9},
        {"key_id": ""},
        {"key_id": "k2"},
        {"region": "eu"},
        {"data_key": b""},
        {"mark": b""},
        {"state": b""},
    ],
    ids=str,
)
def test_a_head_is_believed_as_a_whole(change: dict[str, Any]) -> None:
    """No field of it can be another."""
    store = filled(A, rows=3)
    assert not refused(store, A)

    store.heads[A] = store.heads[A]._replace(**change)

    assert refused(store, A)


def test_a_region_cannot_be_written_over() -> None:
    """Nor by who claims that the session belongs where it is opened."""
    store = DictStore()
    Registry("a", tenant="t", vault=vault(store, region="eu")).mint([want(JANE)])
    store.heads[A] = store.heads[A]._replace(region="us")

    with pytest.raises(SealError):
        Registry("a", tenant="t", vault=vault(store, region="us"))


def places(sessions: int) -> list[Address]:
    return [(f"t{n % 5}", f"s{n // 5}") for n in range(sessions)]


def test_rows_of_two_sessions_cannot_be_swapped() -> None:
    """All ordered pairs, of the same serial: of one tenant and of two."""
    addresses = places(size(10, 50))
    store = filled(*addresses)
    rows = {address: list(store.rows[address]) for address in addresses}
    heads = dict(store.heads)

    for one, other in permutations(addresses, 2):
        store.rows[one] = rows[other]
        assert refused(store, one)
        store.heads[one] = heads[one]._replace(mark=rows[other][0].mark)
        assert refused(store, one)
        store.heads[one] = heads[one]._replace(
            mark=heads[other].mark, data_key=heads[other].data_key
        )
        assert refused(store, one)
        store.heads[one] = heads[other]
        assert refused(store, one)
        store.rows[one], store.heads[one] = rows[one], heads[one]
    assert not any(refused(store, address) for address in addresses)


Change = Callable[[list[Row]], list[Row]]

ORDERS: list[tuple[str, Change]] = [
    ("two swapped", lambda r: [r[0]._replace(sealed=r[1].sealed), r[1], r[2]]),
    ("reversed", lambda r: r[::-1]),
    ("first gone", lambda r: r[1:]),
    ("middle gone", lambda r: [r[0], r[2]]),
    ("last gone", lambda r: r[:-1]),
    ("all gone", lambda r: []),
    ("one again", lambda r: [*r, r[0]._replace(serial=4)]),
    ("cut", lambda r: [r[0], r[1], r[2]._replace(sealed=r[2].sealed[:20])]),
    ("empty", lambda r: [r[0], r[1], r[2]._replace(sealed=b"")]),
    ("other serial", lambda r: [r[0], r[1], r[2]._replace(serial=9)]),
    ("in clear", lambda r: [r[0], r[1], Row(3, clear(r[2]))]),
]


def clear(row: Row) -> bytes:
    text = b'["<EMAIL_3>", "EMAIL_ADDRESS", "evil@x.com", "evil@x.com", ["user"]]'
    return row.mark + InClear().seal(text, ())[8:]


@pytest.mark.parametrize("change", [each[1] for each in ORDERS], ids=lambda _: "")
def test_rows_stay_as_they_were_written(change: Change) -> None:
    """In their order, whole, sealed."""
    store = filled(A, rows=3)

    store.rows[A] = change(store.rows[A])

    assert refused(store, A)


def test_a_session_in_clear_put_under_a_vault_with_keys_is_refused() -> None:
    """Whole and consistent as it is: a downgrade."""
    store = DictStore()
    Registry("a", tenant="t", vault=StoredVault(store, plaintext=True)).mint(
        [want(JANE)]
    )
    assert refused(store, A)
    store.heads[A] = store.heads[A]._replace(key_id="k1")
    assert refused(store, A)


# A store that lost something


def test_an_earlier_state_is_seen_by_whoever_has_seen_the_later() -> None:
    """By who has it open, and by who comes with a handle, at any distance."""
    for minted in range(1, size(10, 50)):
        for back in range(minted):
            store = DictStore()
            registry = Registry("a", tenant="t", vault=vault(store))
            states: list[tuple[Head, list[Row]]] = []
            for n in range(minted + 1):
                states.append((store.heads[A], list(store.rows[A])))
                registry.mint([want(f"u{n}@x.com")])
            handle = registry.dumps()
            store.heads[A], store.rows[A] = states[back]

            with pytest.raises(RegistryLost):
                registry.mint([want(BOB)])
            with pytest.raises(RegistryLost):
                registry.view()
            with pytest.raises(RegistryLost):
                Registry.loads(handle, vault=vault(store))


def later(store: DictStore) -> Iterator[list[str]]:
    """Others go on after a loss, from one to many values."""
    other = Registry("a", tenant="t", vault=vault(store))
    for n in range(6):
        yield other.mint([want(f"other{n}@x.com")])


@pytest.mark.parametrize("back", range(4))
@pytest.mark.parametrize("forward", range(1, 7))
def test_a_loss_is_seen_after_others_have_gone_on(back: int, forward: int) -> None:
    """Behind, level with and beyond what had been there: never another's value."""
    store = DictStore()
    registry = Registry("a", tenant="t", vault=vault(store))
    states = []
    for n in range(4):
        states.append((store.heads[A], list(store.rows[A])))
        registry.mint([want(f"u{n}@x.com")])
    handle = registry.dumps()
    store.heads[A], store.rows[A] = states[back]
    for _, _ in zip(range(forward), later(store), strict=False):
        pass

    with pytest.raises(PIIMaskError):
        registry.view()
    with pytest.raises(PIIMaskError):
        registry.mint([want(BOB)])
    with pytest.raises(RegistryLost):
        Registry.loads(handle, vault=vault(store))


def test_a_store_wiped_and_begun_anew_is_another() -> None:
    """Its numbers mean others."""
    store = filled(A, rows=2)
    registry = Registry("a", tenant="t", vault=vault(store))
    handle = registry.dumps()
    store.heads.clear()
    store.rows.clear()
    for begun_anew in (False, True):
        if begun_anew:
            filled(A, rows=5, store=store)
        with pytest.raises(RegistryLost):
            registry.view()
        with pytest.raises(RegistryLost):
            registry.mint([want(BOB)])
        with pytest.raises(RegistryLost):
            Registry.loads(handle, vault=vault(store))


def test_an_erasure_that_a_backup_undid_is_seen() -> None:
    """Nothing was minted since: what was erased does not come back."""
    store = filled(A, rows=2)
    registry = Registry("a", tenant="t", vault=vault(store))
    head, rows = store.heads[A], store.rows[A]
    registry.erase()
    handle = registry.dumps()
    store.heads[A], store.rows[A] = head, rows

    with pytest.raises(RegistryLost):
        registry.view()
    with pytest.raises(RegistryLost):
        Registry.loads(handle, vault=vault(store))


def _opened(store: DictStore) -> View | Exception:
    """What a vault in clear gives for what lies in the store, or raises."""
    try:
        return Registry(
            "a", tenant="t", vault=StoredVault(store, plaintext=True)
        ).view()
    except Exception as error:
        return error


@pytest.mark.parametrize("at", range(12, 80, 3))
def test_a_vault_in_clear_survives_nonsense(at: int) -> None:
    """It believes what it reads, but never fails with another's error."""
    store = DictStore()
    Registry("a", tenant="t", vault=StoredVault(store, plaintext=True)).mint(
        [want(JANE)]
    )
    row, head = store.rows[A][0], store.heads[A]
    for sealed, state in (
        (flipped(row.sealed, at), head.state),
        (row.sealed[:at], head.state),
        (row.sealed, head.state[:at]),
    ):
        store.rows[A] = [row._replace(sealed=sealed)]
        store.heads[A] = head._replace(state=state)
        outcome = _opened(store)
        assert isinstance(outcome, View | PIIMaskError), type(outcome)
