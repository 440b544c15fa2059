"""What stored messages carry, batch by batch, and the registry they add up to."""

import json
from typing import Any

import pytest
from core.helpers import BOB, JANE, SSN, masker_for, own_registry

from piimask_core import InputError, Masker, Registry, RegistryLost, SealError
from piimask_core.carrying import Carrier

KEY = bytes(range(32))

Stamp = dict[str, Any]


def nothing_new() -> Registry:
    """For a memory that has stamps, or whose registry is there."""
    raise AssertionError("started anew")


def stored(carrier: Carrier, masker: Masker, text: str, before: list[Stamp]) -> Stamp:
    """The stamp of one message that was masked and stored, through JSON."""
    registry = carrier.open(before, lambda: masker.registry("s"))
    mentioned: set[str] = set()
    masker.mask_with(lambda visit: visit(text), registry, mentioned=mentioned)
    stamp = carrier.stamp(registry, mentioned)
    carrier.stored(stamp)
    copy: Stamp = json.loads(json.dumps(stamp))
    return copy


def said(*texts: str, key: bytes | None = KEY) -> tuple[Carrier, list[Stamp]]:
    """A conversation: one stamp for each text."""
    masker, stamps = masker_for(), list[Stamp]()
    carrier = Carrier(masker, key=key)
    for text in texts:
        stamps.append(stored(carrier, masker, text, stamps))
    return carrier, stamps


def values_in(*stamps: Stamp) -> dict[str, str]:
    """What these stamps alone bring to a process that knows nothing."""
    return dict(Carrier(masker_for(), key=KEY).open(stamps, nothing_new).view())


def test_a_stamp_is_plain_json_without_a_value() -> None:
    """It is written into other people's stores."""
    _, (stamp,) = said(f"{JANE} {SSN}")

    assert set(stamp) == {"minted", "registry"}
    assert stamp["minted"] == 2
    assert not any(value in json.dumps(stamp) for value in (JANE, SSN, "jane", "6789"))


def test_without_a_key_a_stamp_is_a_handle() -> None:
    """Nothing is sealed into it."""
    _, (stamp,) = said(JANE, key=None)

    assert set(stamp["registry"]) == {"v", "tenant", "session", "epoch"}


CARRIED = [
    ([JANE, BOB], {"<EMAIL_2>": BOB}),
    ([JANE, BOB, f"again {JANE}"], {"<EMAIL_1>": JANE}),
    ([f"{JANE} {BOB}", "nothing"], {}),
    ([JANE, "JANE@EXAMPLE.COM"], {"<EMAIL_1B>": "JANE@EXAMPLE.COM"}),
]
"""(what was said, what the last stamp brings)"""


@pytest.mark.parametrize(("texts", "expected"), CARRIED)
def test_a_stamp_carries_what_is_new_and_what_is_mentioned(
    texts: list[str], expected: dict[str, str]
) -> None:
    """So the store grows with the text, and a message restores without the others."""
    _, stamps = said(*texts)

    assert values_in(stamps[-1]) == expected


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (2, 0), (1,)])
def test_stamps_add_up_in_any_order(order: tuple[int, ...]) -> None:
    """Those that are left bring their values, and the number after all of them."""
    _, stamps = said(JANE, BOB, SSN)
    masker = masker_for()
    later = Carrier(masker, key=KEY).open([stamps[n] for n in order], nothing_new)

    whole = {"<EMAIL_1>": JANE, "<EMAIL_2>": BOB, "<SSN_1>": SSN}
    assert dict(later.view()) == {
        list(whole)[n]: list(whole.values())[n] for n in order
    }
    if set(order) >= {1, 2}:
        assert masker.mask("Jane Doe", later) == "<PERSON_1>"


def test_a_new_process_goes_on_where_the_stamps_end() -> None:
    """It carries only what is new to them, under numbers that nobody had."""
    _, stamps = said(JANE)
    masker = masker_for()
    carrier = Carrier(masker, key=KEY)

    more = stored(carrier, masker, BOB, stamps)

    assert values_in(more) == {"<EMAIL_2>": BOB}
    assert more["minted"] == 2
    assert values_in(*stamps, more) == {"<EMAIL_1>": JANE, "<EMAIL_2>": BOB}


def test_a_stamp_that_was_not_stored_is_made_again() -> None:
    """The store failed; what it lacks goes with the next batch."""
    masker = masker_for()
    carrier = Carrier(masker, key=KEY)
    registry = carrier.open([], lambda: masker.registry("s"))
    carrier.stamp(registry, {masker.mask(JANE, registry)})

    stamp = stored(carrier, masker, BOB, [])

    assert values_in(stamp) == {"<EMAIL_1>": JANE, "<EMAIL_2>": BOB}


def test_after_a_restart_a_stamp_carries_everything() -> None:
    """The memory was emptied; the registry goes on."""
    carrier, _ = said(JANE, BOB)
    registry = carrier.open([], nothing_new)
    carrier.restart()

    stamp = carrier.stamp(registry, ())

    assert values_in(stamp) == {"<EMAIL_1>": JANE, "<EMAIL_2>": BOB}


def test_what_was_read_is_not_opened_again() -> None:
    """Nor what it stored itself: it is the same registry, without another look."""
    writer, stamps = said(JANE, BOB)
    reader = Carrier(masker_for(), key=KEY)

    for carrier in (writer, reader):
        first = carrier.registry or carrier.open(stamps, nothing_new)
        assert carrier.open(stamps, nothing_new) is first


def test_it_opens_what_another_writer_stored_meanwhile() -> None:
    """Two processes share a memory; each reads what the other added."""
    mine, stamps = said(JANE)
    theirs = masker_for()
    stamps.append(stored(Carrier(theirs, key=KEY), theirs, BOB, stamps))

    assert dict(mine.open(stamps, nothing_new).view()) == {
        "<EMAIL_1>": JANE,
        "<EMAIL_2>": BOB,
    }


def test_without_stamps_there_is_a_new_registry_once() -> None:
    """It is asked for when it is needed, and is the one ever after."""
    mine = own_registry()
    carrier = Carrier(masker_for())

    assert carrier.registry is None
    assert carrier.open([], lambda: mine) is mine
    assert carrier.open([], nothing_new) is mine
    assert carrier.registry is mine


def test_a_registry_that_is_given_is_the_one() -> None:
    """No other is asked for, and its own vault is where its stamps are read."""
    mine, masker = own_registry(), masker_for()
    carrier = Carrier(masker, registry=mine)
    assert carrier.open([], nothing_new) is mine
    stamp = stored(carrier, masker, JANE, [])

    again = Carrier(masker, registry=mine).open([stamp], nothing_new)

    assert again == mine
    assert dict(again.view()) == {"<EMAIL_1>": JANE}


@pytest.mark.parametrize("key", [KEY, None])
def test_a_memory_of_another_registry_is_refused(key: bytes | None) -> None:
    """One given, or one opened before."""
    _, hers = said(JANE, key=key)
    mine, _ = said(BOB, key=key)

    with pytest.raises(RegistryLost):
        mine.open(hers, nothing_new)
    with pytest.raises(RegistryLost):
        Carrier(masker_for(), registry=own_registry(), key=key).open(hers, nothing_new)


def test_a_memory_of_another_session_in_the_same_vault_is_refused() -> None:
    """It can be opened, and still is not this one."""
    masker = masker_for()
    mine, hers = (
        Carrier(masker, registry=masker.registry(name)) for name in ("mine", "hers")
    )
    stamp = stored(hers, masker, JANE, [])

    with pytest.raises(RegistryLost, match="another"):
        mine.open([stamp], nothing_new)


def test_two_registries_in_one_memory_are_refused() -> None:
    """One placeholder would mean two things."""
    (_, mine), (_, hers) = said(JANE), said(BOB)

    with pytest.raises(RegistryLost, match="Several"):
        Carrier(masker_for(), key=KEY).open([*mine, *hers], nothing_new)


def test_a_refused_memory_leaves_no_trace() -> None:
    """Asked again, it is refused again, and there is no registry to go on with."""
    (_, mine), (_, hers) = said(JANE), said(BOB)
    carrier = Carrier(masker_for(), key=KEY)

    for _ in range(2):
        with pytest.raises(RegistryLost):
            carrier.open([*mine, *hers], nothing_new)
    assert carrier.registry is None


@pytest.mark.parametrize("key", [bytes(32), b"short"])
def test_another_key_opens_nothing(key: bytes) -> None:
    """Nobody starts at 1 again because of it."""
    _, stamps = said(JANE)

    with pytest.raises(SealError):
        Carrier(masker_for(), key=key).open(stamps, nothing_new)


def test_without_the_key_the_values_are_missed() -> None:
    """A sealed stamp and an empty vault."""
    _, stamps = said(JANE)

    with pytest.raises(RegistryLost):
        Carrier(masker_for()).open(stamps, nothing_new)


WRONG: list[Any] = [
    *(None, 5, JANE, [], {}, [JANE]),
    {"registry": {}, "minted": 1},
    {"registry": None, "minted": 1},
    {"registry": JANE, "minted": 1},
    {"registry": {"epoch": JANE}, "minted": None},
    {"registry": {"epoch": JANE}, "minted": JANE},
    {"registry": {"epoch": JANE}},
    {"registry": {"epoch": JANE}, "minted": 1},
    {"registry": {"v": 1, "tenant": "t", "session": JANE, "epoch": "e"}, "minted": 1},
]


@pytest.mark.parametrize("stamp", WRONG)
def test_what_is_no_stamp_is_a_typed_error(stamp: Any) -> None:
    """Messages come from stores that others write to; no value is repeated."""
    with pytest.raises(InputError) as caught:
        Carrier(masker_for(), key=KEY).open([stamp], nothing_new)

    assert JANE not in f"{caught.value!r} {caught.value.args}"


ODD: list[Any] = [
    {"registry": {"epoch": []}, "minted": 1},
    {"registry": {"epoch": {}}, "minted": 1},
]


@pytest.mark.parametrize("stamp", ODD)
def test_an_epoch_that_is_no_text_is_a_typed_error(stamp: Any) -> None:
    """Whatever JSON can hold."""
    with pytest.raises(InputError):
        Carrier(masker_for(), key=KEY).open([stamp], nothing_new)
