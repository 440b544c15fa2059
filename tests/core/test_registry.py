"""Same value, same placeholder; a number is never given twice."""

import base64
import copy
import json
import pickle
import secrets
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from core.helpers import BOB, JANE, Clock, own_registry, want

from piimask_core import (
    InputError,
    MemoryVault,
    PIIMaskError,
    Registry,
    RegistryConflict,
    RegistryLost,
    SealError,
)
from piimask_core.identity import identity
from piimask_core.vault import Wanted

KEY = bytes(range(32))
DAY = 24 * 3600.0


def mint(registry: Registry, *values: str) -> list[str]:
    return registry.mint([want(value) for value in values])


def loaded(data: dict[str, Any], **options: Any) -> Registry:
    """Read back in a process that knows nothing yet."""
    return Registry.loads(data, key=KEY, vault=MemoryVault(), **options)


# Numbers and letters


def test_the_same_value_keeps_its_placeholder() -> None:
    """Turn 1 and 3 share one, turn 5 gets the next."""
    registry = own_registry()

    assert mint(registry, JANE) == ["<EMAIL_1>"]
    assert mint(registry, JANE) == ["<EMAIL_1>"]
    assert mint(registry, BOB, JANE) == ["<EMAIL_2>", "<EMAIL_1>"]
    assert registry.view() == {"<EMAIL_1>": JANE, "<EMAIL_2>": BOB}


def test_each_written_form_has_a_letter() -> None:
    """Equal values share a number, and each is restored as it was written."""
    registry = own_registry()

    assert mint(registry, JANE, "Jane@Example.com", JANE.upper(), JANE) == [
        "<EMAIL_1>",
        "<EMAIL_1B>",
        "<EMAIL_1C>",
        "<EMAIL_1>",
    ]
    assert registry.view()["<EMAIL_1B>"] == "Jane@Example.com"


def test_a_twenty_seventh_form_takes_a_new_number() -> None:
    """The plain form and B to Z are twenty-six."""
    registry = own_registry()
    forms = [f"{' ' * n}{JANE}" for n in range(28)]

    given = mint(registry, *forms)

    letters = ["", *"BCDEFGHIJKLMNOPQRSTUVWXYZ"]
    assert given[:26] == [f"<EMAIL_1{letter}>" for letter in letters]
    assert given[26:] == ["<EMAIL_2>", "<EMAIL_2B>"]
    assert mint(registry, BOB, *forms) == ["<EMAIL_3>", *given]


def test_each_type_counts_for_itself_and_types_of_one_label_together() -> None:
    """The label is what a placeholder shows."""
    registry = own_registry()

    given = registry.mint([want("a", "A"), want("b", "B"), want("c", "a"), want("a")])

    assert given == ["<A_1>", "<B_1>", "<A_2>", "<EMAIL_1>"]


@pytest.mark.parametrize("forget", ["erase", "expire"])
def test_a_number_is_never_given_again(forget: str) -> None:
    """Values go, counters stay."""
    clock = Clock()
    registry = Registry("s", vault=MemoryVault(ttl=60, clock=clock))
    mint(registry, JANE, JANE.upper())
    ways: dict[str, Callable[[], object]] = {
        "erase": registry.erase,
        "expire": lambda: setattr(clock, "now", 61.0),
    }

    ways[forget]()

    assert registry.view() == {}
    assert mint(registry, BOB, JANE) == ["<EMAIL_2>", "<EMAIL_3>"]
    assert "<EMAIL_1>" not in registry.view()


def test_minted_grows_with_every_new_value_and_never_shrinks() -> None:
    """Not with a value that was there; not back at an erasure."""
    registry = own_registry()
    seen = [registry.minted]
    for step in (
        lambda: mint(registry, JANE),
        lambda: mint(registry, JANE),
        lambda: registry.erase(),
        lambda: mint(registry, JANE),
    ):
        step()
        seen.append(registry.minted)

    assert seen == [0, 1, 1, 1, 2]


def test_known_finds_what_was_minted_until_it_is_erased() -> None:
    """An erased value is unknown, as if it had never been."""
    registry = own_registry()
    mint(registry, JANE)

    assert [e.type for e in registry.known(f"to {JANE}", identity)] == ["EMAIL_ADDRESS"]
    registry.erase()
    assert registry.known(f"to {JANE}", identity) == []


# Time


def aged(ttl: float = 60, max_age: float = 1000) -> tuple[Clock, Registry]:
    clock = Clock()
    return clock, Registry(
        "s", vault=MemoryVault(ttl=ttl, max_age=max_age, clock=clock)
    )


def test_values_live_from_use_to_use() -> None:
    """Each use begins the time anew; the first without one in time ends it."""
    clock, registry = aged()
    mint(registry, JANE)
    for now in (50, 100, 160):
        clock.now = now
        assert registry.view() == {"<EMAIL_1>": JANE}

    clock.now = 221
    assert registry.view() == {}


def test_values_never_live_longer_than_the_greatest_age() -> None:
    """However often they are used."""
    clock, registry = aged(ttl=60, max_age=100)
    mint(registry, JANE)
    for now in (50, 100):
        clock.now = now
        registry.view()

    clock.now = 101
    assert registry.view() == {}


def test_after_expiry_a_new_time_begins() -> None:
    """A conversation that goes on has its full time again."""
    clock, registry = aged(ttl=60, max_age=100)
    mint(registry, JANE)
    clock.now = 500
    mint(registry, BOB)

    clock.now = 560
    assert registry.view() == {"<EMAIL_2>": BOB}


def test_a_clock_that_steps_back_ends_nothing_early() -> None:
    """Nor does it fail."""
    clock, registry = aged()
    clock.now = 1000
    mint(registry, JANE)

    clock.now = 900
    assert registry.view() == {"<EMAIL_1>": JANE}


def test_purge_forgets_what_nobody_asks_for_any_more() -> None:
    """And counts as no use."""
    clock = Clock()
    vault = MemoryVault(ttl=60, clock=clock)
    left, used = Registry("left", vault=vault), Registry("used", vault=vault)
    mint(left, JANE)
    mint(used, BOB)
    clock.now = 50
    used.view()

    clock.now = 70
    vault.purge()

    assert (len(left), len(used)) == (0, 1)


def test_a_stream_keeps_the_view_it_began_with() -> None:
    """Expiry in mid-answer changes nothing for the answer under way."""
    clock, registry = aged()
    mint(registry, JANE)
    view = registry.view()

    clock.now = 61
    mint(registry, BOB)

    assert view["<EMAIL_1>"] == JANE
    assert "<EMAIL_2>" not in view


# Whose it is


def test_sessions_and_tenants_never_mix() -> None:
    """The same name under another tenant is another conversation."""
    vault = MemoryVault()
    mint(Registry("s", tenant="a", vault=vault), JANE)

    assert Registry("s", tenant="b", vault=vault).view() == {}
    assert Registry("t", tenant="a", vault=vault).view() == {}
    assert mint(Registry("s", tenant="b", vault=vault), BOB) == ["<EMAIL_1>"]
    assert Registry("s", tenant="a", vault=vault).view() == {"<EMAIL_1>": JANE}


def test_names_cannot_run_into_each_other() -> None:
    """(ab, c) is not (a, bc), whatever stands between."""
    vault = MemoryVault()
    pairs = [("ab", "c"), ("a", "bc"), ("a\x1fb", "c"), ("a", "\x1fbc"), ("../a", "c")]

    for tenant, session in pairs:
        mint(Registry(session, tenant=tenant, vault=vault), f"{tenant}{session!r}")

    assert [len(Registry(s, tenant=t, vault=vault)) for t, s in pairs] == [1] * 5


def test_a_registry_without_a_name_is_one_of_its_own() -> None:
    """Two of them share nothing."""
    vault = MemoryVault()
    one, other = Registry(vault=vault), Registry(vault=vault)
    mint(one, JANE)

    assert one.session != other.session
    assert other.view() == {}


@pytest.mark.parametrize("name", ["", "x" * 257, "é" * 129, "\ud800", 5, b"s", ["s"]])
@pytest.mark.parametrize("part", ["session", "tenant"])
def test_a_name_has_1_to_256_bytes(name: Any, part: str) -> None:
    """Anything else is refused, an empty one too: it never means anybody."""
    names = {"session": "s", "tenant": "t", part: name}

    with pytest.raises(InputError) as caught:
        Registry(names["session"], tenant=names["tenant"], vault=MemoryVault())

    assert str(name) not in str(caught.value) or name in ("", 5)


# What may leave the process


def test_a_handle_is_plain_json_without_values() -> None:
    """Names and epoch, nothing else."""
    registry = own_registry()
    mint(registry, JANE)

    assert registry.dumps() == {
        "v": 1,
        "tenant": "default",
        "session": "s",
        "epoch": registry.epoch,
    }


def test_a_handle_finds_its_registry_in_the_vault() -> None:
    """The same one, not a copy."""
    vault = MemoryVault()
    registry = Registry("s", vault=vault)
    mint(registry, JANE)

    again = Registry.loads(json.loads(json.dumps(registry.dumps())), vault=vault)

    assert again == registry
    assert hash(again) == hash(registry)
    assert mint(again, BOB, JANE) == ["<EMAIL_2>", "<EMAIL_1>"]


def test_a_handle_that_the_vault_does_not_know_is_lost() -> None:
    """Never a fresh start at 1."""
    with pytest.raises(RegistryLost):
        Registry.loads(own_registry().dumps(), vault=MemoryVault())


@pytest.mark.parametrize("key", [None, KEY])
def test_another_epoch_is_lost(key: bytes | None) -> None:
    """The vault was wiped and the name taken again: its numbers mean others."""
    old = own_registry()
    mint(old, JANE)
    vault = MemoryVault()
    new = Registry("s", vault=vault)
    mint(new, BOB)

    with pytest.raises(RegistryLost):
        Registry.loads(old.dumps(key=key), key=key, vault=vault)

    assert new.view() == {"<EMAIL_1>": BOB}


def test_sealed_values_go_on_in_another_process() -> None:
    """Same placeholders for the old, the next number for the new, letters too."""
    registry = own_registry()
    mint(registry, JANE, JANE.upper())
    registry.mint([want("123-45-6789", "US_SSN")])
    data = json.loads(json.dumps(registry.dumps(key=KEY)))
    assert "jane" not in str(data).lower()

    again = loaded(data)

    assert again.view() == registry.view()
    assert again.epoch == registry.epoch
    assert again.minted == registry.minted
    assert mint(again, BOB, JANE, JANE.title()) == [
        "<EMAIL_2>",
        "<EMAIL_1>",
        "<EMAIL_1C>",
    ]
    assert again.known("123456789", identity) != []


def test_sealed_counters_go_on_after_an_erasure() -> None:
    """Nothing to restore, and still no number again."""
    registry = own_registry()
    mint(registry, JANE)
    registry.erase()

    again = loaded(registry.dumps(key=KEY))

    assert again.view() == {}
    assert mint(again, BOB) == ["<EMAIL_2>"]


@pytest.mark.parametrize(
    "value", ["\ud800", "x\ud83d\ude00y", "\x00", '"\\', "é\u202e"]
)
def test_sealed_values_come_back_to_the_character(value: str) -> None:
    """Lone surrogates stay lone, even a high one before a low one."""
    registry = own_registry()
    mint(registry, value)

    assert loaded(registry.dumps(key=KEY)).view() == {"<EMAIL_1>": value}


def test_loading_twice_changes_nothing() -> None:
    """In the same vault or on top of itself."""
    vault = MemoryVault()
    registry = Registry("s", vault=vault)
    mint(registry, JANE, BOB)
    data = registry.dumps(key=KEY)

    Registry.loads(data, key=KEY, vault=vault)
    Registry.loads(data, key=KEY, vault=vault)

    assert registry.view() == {"<EMAIL_1>": JANE, "<EMAIL_2>": BOB}
    assert registry.minted == 2
    assert mint(registry, "carol@x.com") == ["<EMAIL_3>"]


def test_two_copies_that_went_separate_ways_are_a_conflict() -> None:
    """One placeholder, two values: an error that names neither, and nothing taken."""
    one = own_registry()
    other = loaded(one.dumps(key=KEY))
    mint(one, JANE)
    mint(other, BOB)
    other.mint([want("carol", "PERSON")])
    vault = MemoryVault()
    here = Registry.loads(one.dumps(key=KEY), key=KEY, vault=vault)

    with pytest.raises(RegistryConflict, match="<EMAIL_1>") as caught:
        Registry.loads(other.dumps(key=KEY), key=KEY, vault=vault)

    assert_bare(caught.value, JANE, BOB)
    assert here.view() == {"<EMAIL_1>": JANE}


def test_copies_that_agree_are_merged() -> None:
    """What either learned is known to both."""
    vault = MemoryVault()
    one = Registry("s", vault=vault)
    mint(one, JANE)
    other = loaded(one.dumps(key=KEY))
    other.mint([want("carol", "PERSON")])

    Registry.loads(other.dumps(key=KEY), key=KEY, vault=vault)

    assert one.view() == {"<EMAIL_1>": JANE, "<PERSON_1>": "carol"}


def test_what_is_merged_counts_as_minted() -> None:
    """So that whoever looks whether something is new sees it."""
    vault = MemoryVault()
    one = Registry("s", vault=vault)
    other = loaded(one.dumps(key=KEY))
    mint(one, JANE)
    other.mint([want("carol", "PERSON")])

    Registry.loads(other.dumps(key=KEY), key=KEY, vault=vault)

    assert one.minted == 2


def test_an_erased_value_does_not_come_back_with_an_old_copy() -> None:
    """Erased is erased in this vault, whatever memory still carries."""
    vault = MemoryVault()
    registry = Registry("s", vault=vault)
    mint(registry, JANE)
    old = registry.dumps(key=KEY)
    registry.erase()

    Registry.loads(old, key=KEY, vault=vault)

    assert registry.view() == {}


def test_an_erased_number_is_not_given_to_another_copys_value() -> None:
    """The history of this copy holds it; it would restore to somebody else."""
    vault = MemoryVault()
    here = Registry("s", vault=vault)
    other = loaded(here.dumps(key=KEY))
    mint(here, "carol@x.com")
    here.erase()
    mint(other, "dave@x.com")

    with suppress(RegistryConflict):
        Registry.loads(other.dumps(key=KEY), key=KEY, vault=vault)

    assert "<EMAIL_1>" not in here.view()


# Since: memory that carries each entry once


def test_a_delta_holds_only_what_came_after() -> None:
    """Base and delta together are the whole; the delta alone is the rest."""
    registry = own_registry()
    mint(registry, JANE)
    base, mark = registry.dumps(key=KEY), registry.minted
    mint(registry, BOB)
    delta = registry.dumps(key=KEY, since=mark)
    vault = MemoryVault()

    Registry.loads(base, key=KEY, vault=vault)
    whole = Registry.loads(delta, key=KEY, vault=vault)

    assert loaded(delta).view() == {"<EMAIL_2>": BOB}
    assert whole.view() == {"<EMAIL_1>": JANE, "<EMAIL_2>": BOB}
    assert mint(whole, "carol@x.com") == ["<EMAIL_3>"]


def test_base_and_delta_may_come_in_any_order() -> None:
    """The delta first: it knows the counters already."""
    registry = own_registry()
    mint(registry, JANE)
    base = registry.dumps(key=KEY)
    mint(registry, BOB)
    delta = registry.dumps(key=KEY, since=1)
    vault = MemoryVault()

    Registry.loads(delta, key=KEY, vault=vault)
    whole = Registry.loads(base, key=KEY, vault=vault)

    assert whole.view() == registry.view()


def test_parts_loaded_together_are_as_young_as_the_newest() -> None:
    """The base was written down two days ago, and used ever since."""
    clock = Clock()
    registry = own_registry()
    mint(registry, JANE)
    base, mark = registry.dumps(key=KEY, now=clock), registry.minted
    clock.now = 2 * DAY
    mint(registry, BOB)
    delta = registry.dumps(key=KEY, since=mark, now=clock)

    again = Registry.loads(base, delta, key=KEY, vault=MemoryVault(), now=clock)

    assert again.view() == {"<EMAIL_1>": JANE, "<EMAIL_2>": BOB}


@pytest.mark.parametrize("part", [{}, {"session": "other"}, {"epoch": "0" * 32}])
def test_parts_of_two_registries_are_refused(part: dict[str, Any]) -> None:
    """Or no part at all."""
    data = own_registry().dumps(key=KEY)
    parts = [data, {**data, **part}] if part else []

    with pytest.raises(InputError):
        Registry.loads(*parts, key=KEY, vault=MemoryVault())


def test_a_delta_holds_what_is_asked_for_besides() -> None:
    """A message names an old placeholder: its value goes with it."""
    registry = own_registry()
    mint(registry, JANE, BOB)

    delta = registry.dumps(key=KEY, since=2, also=["<EMAIL_1>", "<EMAIL_9>"])

    assert loaded(delta).view() == {"<EMAIL_1>": JANE}


def test_a_view_cannot_be_written_into() -> None:
    """Whoever gets one may read it."""
    view: Any = own_registry().view()

    with pytest.raises(TypeError):
        view["<EMAIL_1>"] = JANE


@pytest.mark.parametrize(
    ("since", "left"), [(0, 3), (1, 2), (2, 1), (3, 0), (99, 0), (-1, 3)]
)
def test_since_counts_entries(since: int, left: int) -> None:
    """As ``minted`` does."""
    registry = own_registry()
    mint(registry, JANE, BOB, "carol@x.com")

    assert len(loaded(registry.dumps(key=KEY, since=since))) == left


def test_since_counts_what_was_forgotten_too() -> None:
    """Entries after an erasure or expiry are not taken for the old ones."""
    clock, registry = aged()
    mint(registry, JANE, BOB)
    mark = registry.minted
    clock.now = 61
    mint(registry, "carol@x.com")

    assert loaded(registry.dumps(key=KEY, since=mark)).view() == {
        "<EMAIL_3>": "carol@x.com"
    }


def test_a_delta_holds_what_was_merged_after_the_mark() -> None:
    """An entry of another copy is new to the memory of this one."""
    vault = MemoryVault()
    here = Registry("s", vault=vault)
    other = loaded(here.dumps(key=KEY))
    mint(here, JANE)
    mark = here.minted
    other.mint([want("carol", "PERSON")])
    Registry.loads(other.dumps(key=KEY), key=KEY, vault=vault)

    assert loaded(here.dumps(key=KEY, since=mark)).view() == {"<PERSON_1>": "carol"}


# Sealed values grow old


def test_sealed_values_older_than_their_time_are_not_loaded() -> None:
    """Their numbers still count."""
    clock = Clock()
    registry = own_registry()
    mint(registry, JANE)
    data = registry.dumps(key=KEY, now=clock)

    clock.now = DAY + 1
    again = loaded(data, now=clock)

    assert again.view() == {}
    assert mint(again, BOB) == ["<EMAIL_2>"]


def test_an_age_goes_on_counting_in_another_process() -> None:
    """Moving to and fro does not lengthen the greatest age."""
    clock = Clock()
    first = Registry("s", vault=MemoryVault(ttl=60, max_age=100, clock=clock))
    mint(first, JANE)
    clock.now = 50
    data = first.dumps(key=KEY, now=clock)
    clock.now = 60
    vault = MemoryVault(ttl=60, max_age=100, clock=clock)
    second = Registry.loads(data, key=KEY, vault=vault, now=clock)
    assert second.view() == {"<EMAIL_1>": JANE}

    clock.now = 101
    assert second.view() == {}


def test_an_old_copy_takes_nothing_from_a_live_registry() -> None:
    """Chat memory may carry a copy of last week."""
    clock = Clock()
    vault = MemoryVault(clock=clock)
    registry = Registry("s", vault=vault)
    mint(registry, JANE)
    old = registry.dumps(key=KEY, now=clock)
    clock.now = 8 * DAY
    mint(registry, BOB)

    Registry.loads(old, key=KEY, vault=vault, now=clock)

    assert registry.view() == {"<EMAIL_2>": BOB}


def test_a_wall_clock_that_stepped_back_is_no_trouble() -> None:
    """The copy seems to come from the future; it loads."""
    registry = own_registry()
    mint(registry, JANE)
    data = registry.dumps(key=KEY, now=Clock(DAY))

    assert loaded(data, now=Clock(0)).view() == {"<EMAIL_1>": JANE}


# Tampering


def flipped(sealed: str, at: int) -> str:
    raw = bytearray(base64.b64decode(sealed))
    raw[at] ^= 1
    return base64.b64encode(raw).decode()


def sample() -> dict[str, Any]:
    registry = own_registry()
    mint(registry, JANE)
    return registry.dumps(key=KEY)


Tamper = Callable[[dict[str, Any]], Any]

TAMPERED: list[tuple[str, type[PIIMaskError], Tamper]] = [
    ("first byte", SealError, lambda d: {**d, "sealed": flipped(d["sealed"], 0)}),
    ("middle byte", SealError, lambda d: {**d, "sealed": flipped(d["sealed"], 40)}),
    ("last byte", SealError, lambda d: {**d, "sealed": flipped(d["sealed"], -1)}),
    ("cut off", SealError, lambda d: {**d, "sealed": d["sealed"][:-4]}),
    ("cut to a nonce", SealError, lambda d: {**d, "sealed": d["sealed"][:16]}),
    ("cut to less", SealError, lambda d: {**d, "sealed": d["sealed"][:8]}),
    ("empty", SealError, lambda d: {**d, "sealed": ""}),
    ("longer", SealError, lambda d: {**d, "sealed": d["sealed"] + "AAAA"}),
    ("no base64", SealError, lambda d: {**d, "sealed": "!" + d["sealed"]}),
    ("no ASCII", SealError, lambda d: {**d, "sealed": "é\ud800"}),
    ("swapped case", SealError, lambda d: {**d, "sealed": d["sealed"].swapcase()}),
    ("in clear", SealError, lambda d: {**d, "sealed": '{"entries": []}'}),
    ("another's seal", SealError, lambda d: {**d, "sealed": sample()["sealed"]}),
    ("other tenant", SealError, lambda d: {**d, "tenant": "other"}),
    ("other session", SealError, lambda d: {**d, "session": "other"}),
    ("other epoch", SealError, lambda d: {**d, "epoch": "0" * 32}),
    ("moved bounds", SealError, lambda d: {**d, "tenant": "defaults", "session": "x"}),
    ("not a dict", InputError, lambda d: "handle"),
    ("None", InputError, lambda d: None),
    ("a list", InputError, lambda d: [d]),
    ("a number", InputError, lambda d: 5),
    ("no keys", InputError, lambda d: {}),
    ("extra key", InputError, lambda d: {**d, "extra": JANE}),
    ("other version", InputError, lambda d: {**d, "v": 2}),
    ("version as text", InputError, lambda d: {**d, "v": "1"}),
    ("no epoch", InputError, lambda d: {k: d[k] for k in d if k != "epoch"}),
    ("short epoch", InputError, lambda d: {**d, "epoch": "abc"}),
    ("epoch and a line", InputError, lambda d: {**d, "epoch": d["epoch"] + "\n"}),
    ("tenant a number", InputError, lambda d: {**d, "tenant": 1}),
    ("tenant empty", InputError, lambda d: {**d, "tenant": ""}),
    ("session long", InputError, lambda d: {**d, "session": "x" * 257}),
    ("session lone", InputError, lambda d: {**d, "session": "\ud800"}),
    ("sealed bytes", InputError, lambda d: {**d, "sealed": d["sealed"].encode()}),
    ("key not text", InputError, lambda d: {**d, 1: JANE}),
]


def assert_bare(error: BaseException, *values: str) -> None:
    """Neither the error nor anything that hangs on it holds a value."""
    assert error.__context__ is None
    assert error.__cause__ is None
    told = f"{error!r} {error} {error.args} {vars(error)}"
    assert not any(value in told for value in values)


@pytest.mark.parametrize(
    ("expected", "tamper"),
    [case[1:] for case in TAMPERED],
    ids=[case[0] for case in TAMPERED],
)
def test_what_was_tampered_with_is_refused(
    expected: type[PIIMaskError], tamper: Tamper
) -> None:
    """With a typed error that holds nothing, and without a trace in the vault."""
    vault = MemoryVault()

    with pytest.raises(expected) as caught:
        Registry.loads(tamper(sample()), key=KEY, vault=vault)

    assert_bare(caught.value, JANE)
    assert repr(vault) == "MemoryVault(0 sessions)"


@pytest.mark.parametrize(
    "key", [b"", b"x" * 16, b"x" * 31, b"x" * 33, "x" * 32, bytearray(32), bytes(32)]
)
def test_another_key_or_none_of_the_size_is_refused(key: Any) -> None:
    """A key of zeros is another key; a text is none."""
    with pytest.raises(SealError) as caught:
        Registry.loads(sample(), key=key, vault=MemoryVault())

    assert_bare(caught.value, JANE)


@pytest.mark.parametrize("key", [b"", b"x" * 31, "x" * 32])
def test_nothing_is_sealed_with_a_bad_key(key: Any) -> None:
    """Rather than weakly."""
    with pytest.raises(SealError, match="32 bytes"):
        own_registry().dumps(key=key)


def test_every_bit_of_a_sealed_registry_counts() -> None:
    """Each byte flipped in turn: always refused."""
    data = sample()

    for at in range(len(base64.b64decode(data["sealed"]))):
        with pytest.raises(SealError):
            loaded({**data, "sealed": flipped(data["sealed"], at)})


# It shows nothing of itself


def test_a_copy_is_the_same_registry() -> None:
    """Frameworks copy their configuration, deep and shallow."""
    registry = own_registry()

    assert copy.copy(registry) is registry
    assert copy.deepcopy({"r": [registry]})["r"][0] is registry


def test_a_pickle_holds_a_handle_and_reopens_in_the_vault() -> None:
    """In the same process it is the same registry."""
    registry = Registry(secrets.token_hex(8))
    mint(registry, JANE)

    pickled = pickle.dumps(registry)

    assert b"jane" not in pickled
    assert pickle.loads(pickled) == registry  # noqa: S301


def test_a_pickle_that_the_vault_does_not_know_is_lost() -> None:
    """As in another process: never another registry under the same name."""
    pickled = pickle.dumps(own_registry())

    with pytest.raises(RegistryLost) as caught:
        pickle.loads(pickled)  # noqa: S301

    assert_bare(caught.value)


def reachable(thing: object) -> Iterator[str]:
    """The reprs of whatever an object shows of itself."""
    yield repr(thing)
    yield str(thing)
    yield f"{thing}"
    yield str(getattr(thing, "__dict__", ""))


def test_a_registry_shows_counts_only() -> None:
    """In a log, a notebook, a debugger's variable list."""
    vault = MemoryVault()
    registry = Registry("s", vault=vault)
    mint(registry, JANE, BOB)

    shown = " ".join([*reachable(registry), *reachable(vault), str(dir(registry))])

    assert repr(registry) == "Registry(2 placeholders)"
    assert repr(vault) == "MemoryVault(1 sessions)"
    assert "jane" not in shown and "bob" not in shown


def test_a_registry_without_entries_is_true() -> None:
    """``registry or Registry()`` must not swap an empty one for another."""
    assert own_registry()
    assert len(own_registry()) == 0


def test_a_registry_equals_itself_only() -> None:
    """The same book is the same registry; another of its name is not."""
    vault = MemoryVault()

    assert Registry("s", vault=vault) == Registry("s", vault=vault)
    assert Registry("s", vault=vault) != own_registry()
    assert Registry("s", vault=vault) != "s"


# Threads


@pytest.fixture
def nervous() -> Iterator[None]:
    """Threads take turns all the time."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def in_threads(count: int, work: Callable[[int], None]) -> None:
    failed: list[BaseException] = []

    def run(index: int) -> None:
        try:
            work(index)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


@pytest.mark.usefixtures("nervous")
def test_threads_never_share_a_placeholder_or_split_a_value() -> None:
    """32 threads mint shared and own values: one to one, both ways."""
    vault = MemoryVault()
    given: list[tuple[str, str]] = []

    def work(index: int) -> None:
        registry = Registry("s", vault=vault)
        for turn in range(50):
            values = [f"shared{turn}@x.com", f"own{index}.{turn}@x.com"]
            given.extend(zip(values, mint(registry, *values), strict=True))

    in_threads(32, work)

    pairs = set(given)
    assert len(pairs) == len({v for v, _ in pairs}) == len({p for _, p in pairs})
    assert len(pairs) == 50 + 32 * 50
    assert {p: v for v, p in pairs} == dict(Registry("s", vault=vault).view())


@pytest.mark.usefixtures("nervous")
def test_threads_that_open_one_session_get_one_registry() -> None:
    """And sessions opened at the same time stay apart."""
    vault = MemoryVault()
    epochs: list[tuple[int, str]] = []

    def work(index: int) -> None:
        for session in range(50):
            registry = Registry(str(session), vault=vault)
            epochs.append((session, registry.epoch))

    in_threads(16, work)

    assert len(set(epochs)) == 50


@pytest.mark.usefixtures("nervous")
def test_minting_goes_on_while_others_erase_dump_and_load() -> None:
    """No error, and never a number twice."""
    vault = MemoryVault()
    given: list[str] = []

    def work(index: int) -> None:
        registry = Registry("s", vault=vault)
        for turn in range(30):
            given.extend(mint(registry, f"own{index}.{turn}@x.com"))
            registry.known("own1.1@x.com", identity)
            Registry.loads(registry.dumps(), vault=vault)
            if index == 0:
                registry.erase()

    in_threads(16, work)

    assert len(given) == len(set(given)) == 16 * 30


def test_wanted_shows_no_value() -> None:
    """It stands in the arguments of a vault's methods, where errors point at."""
    assert JANE not in repr(Wanted("EMAIL_ADDRESS", JANE, JANE))
