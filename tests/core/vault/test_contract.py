"""What every vault that processes share must do, whatever engine is behind it."""

import json
from typing import Any

import pytest
from core.helpers import BOB, JANE, Clock, want
from core.vault.engines import Open, wipe

from piimask_core import (
    InputError,
    Masker,
    MemoryVault,
    Registry,
    RegistryConflict,
    RegistryLost,
)
from piimask_core.errors import RegionRefused
from piimask_core.identity import identity
from piimask_core.vault import StoredVault
from piimask_core.vault.book import Entry

KEY = bytes(range(32))


def mint(registry: Registry, *values: str) -> list[str]:
    return registry.mint([want(value) for value in values])


def at(vault: StoredVault, session: str = "s", tenant: str = "t") -> Registry:
    return Registry(session, tenant=tenant, vault=vault)


# Two processes, one session


def test_what_one_process_mints_the_other_knows(opened: Open) -> None:
    """The same placeholder for the same value, the next one for the next."""
    one, other = at(opened()), at(opened())

    assert mint(one, JANE) == ["<EMAIL_1>"]
    assert mint(other, BOB, JANE) == ["<EMAIL_2>", "<EMAIL_1>"]
    assert mint(one, JANE.upper(), BOB) == ["<EMAIL_1B>", "<EMAIL_2>"]
    assert one.view() == other.view()
    assert one.view() == {
        "<EMAIL_1>": JANE,
        "<EMAIL_2>": BOB,
        "<EMAIL_1B>": JANE.upper(),
    }


def test_a_process_that_comes_later_knows_everything(opened: Open) -> None:
    """Counters, letters and who has said it."""
    one = at(opened())
    mint(one, JANE, JANE.upper())
    one.mint([want(BOB)._replace(source="tool")])
    one.mint([want(JANE)._replace(source="tool")])

    later = at(opened())

    assert later.view() == one.view()
    assert later.view().sources["<EMAIL_1>"] == {"user", "tool"}
    assert later.view().sources["<EMAIL_2>"] == {"tool"}
    assert later.minted == one.minted
    assert mint(later, JANE.title(), "carol@x.com") == ["<EMAIL_1C>", "<EMAIL_3>"]


def test_who_has_said_it_is_shared(opened: Open) -> None:
    """The restore policy asks for it."""
    one, other = at(opened()), at(opened())
    one.mint([want(JANE)._replace(source="tool")])
    other.view()

    mint(one, JANE)

    assert other.view().sources["<EMAIL_1>"] == {"tool", "user"}


@pytest.mark.parametrize(
    "value", ["\ud800", "x\ud83d\ude00y", "\x00", '"\\', "é\u202e", "x" * 100_000]
)
def test_values_come_back_to_the_character(opened: Open, value: str) -> None:
    """Whatever somebody typed."""
    mint(at(opened()), value)

    assert at(opened()).view() == {"<EMAIL_1>": value}


def test_sessions_and_tenants_never_mix(opened: Open) -> None:
    """Whatever stands in their names."""
    vault = opened()
    pairs = [
        *(("a", "s"), ("b", "s"), ("a", "t"), ("ab", "c"), ("a", "bc")),
        *(("a\x1fb", "c"), ("a", "\x1fbc"), ("../a", "c"), ("a:b", "c"), ("a", "b:c")),
        *(
            ("a'", "--"),
            ("%", "_"),
            ("\x00", "é"),
            ("{a}", "*"),
            ("x" * 256, "y" * 256),
        ),
    ]
    for n, (tenant, session) in enumerate(pairs):
        assert mint(at(vault, session, tenant), f"user{n}@x.com") == ["<EMAIL_1>"]

    again = opened()

    for n, (tenant, session) in enumerate(pairs):
        assert at(again, session, tenant).view() == {"<EMAIL_1>": f"user{n}@x.com"}


@pytest.mark.parametrize("name", ["", "x" * 257, "\ud800", 5, None])
def test_a_name_has_1_to_256_bytes(opened: Open, name: Any) -> None:
    """Else nothing is asked of the store."""
    with pytest.raises(InputError):
        opened().open("t", name)
    with pytest.raises(InputError):
        opened().erase(name, "s")


# Handles


def test_a_handle_finds_its_registry_in_another_process(opened: Open) -> None:
    """By its epoch."""
    one = at(opened())
    mint(one, JANE)

    again = Registry.loads(json.loads(json.dumps(one.dumps())), vault=opened())

    assert again.view() == {"<EMAIL_1>": JANE}
    assert again.epoch == one.epoch


def test_a_handle_that_the_vault_does_not_know_is_lost(opened: Open) -> None:
    """Never a fresh start at 1, nor another registry of its name."""
    vault = opened()
    handle = at(vault).dumps()

    for changed in ({"session": "other"}, {"tenant": "other"}, {"epoch": "0" * 32}):
        with pytest.raises(RegistryLost):
            Registry.loads({**handle, **changed}, vault=opened())


def test_a_handle_that_has_seen_more_is_lost(shared: Open) -> None:
    """The store was rolled back: its next numbers have been given already."""
    registry = at(shared())
    mint(registry, JANE)
    handle = registry.dumps()
    seen = handle["seen"]
    life, serial, mark = seen["mark"].split(":")
    others = [
        {**seen, "minted": 2},
        {**seen, "mark": f"{life}:2:{mark}"},
        {**seen, "mark": f"{life}:{serial}:{'0' * len(mark)}"},
    ]

    for other in others:
        with pytest.raises(RegistryLost):
            Registry.loads({**handle, "seen": other}, vault=shared())
    assert Registry.loads(handle, vault=shared()).view() == {"<EMAIL_1>": JANE}


def test_a_sealed_copy_goes_on_in_a_vault_that_lost_it(shared: Open) -> None:
    """With its numbers, and for every process."""
    elsewhere = Registry("s", tenant="t", vault=MemoryVault())
    mint(elsewhere, JANE, BOB)
    data = elsewhere.dumps(key=KEY)

    here = Registry.loads(data, key=KEY, vault=shared())

    assert here.view() == {"<EMAIL_1>": JANE, "<EMAIL_2>": BOB}
    assert at(shared()).view() == here.view()
    assert mint(at(shared()), "carol@x.com") == ["<EMAIL_3>"]


def test_a_sealed_copy_with_nothing_left_raises_the_counters(opened: Open) -> None:
    """Erased there, never given again here."""
    elsewhere = Registry("s", tenant="t", vault=MemoryVault())
    mint(elsewhere, JANE, BOB)
    elsewhere.erase()

    Registry.loads(elsewhere.dumps(key=KEY), key=KEY, vault=opened())

    assert mint(at(opened()), "carol@x.com") == ["<EMAIL_3>"]


def test_copies_that_went_separate_ways_are_a_conflict(opened: Open) -> None:
    """And the vault keeps what it has."""
    here = at(opened())
    copy = here.dumps(key=KEY)
    other = Registry.loads(copy, key=KEY, vault=MemoryVault())
    mint(here, JANE)
    mint(other, BOB)

    with pytest.raises(RegistryConflict):
        Registry.loads(other.dumps(key=KEY), key=KEY, vault=opened())

    assert here.view() == {"<EMAIL_1>": JANE}


# Forgetting


@pytest.mark.parametrize("forget", ["erase", "vault", "expire"])
def test_what_is_forgotten_is_forgotten_everywhere(opened: Open, forget: str) -> None:
    """Values go, counters stay, in every process."""
    clock = Clock(1000.0)
    vault = opened(clock=clock, ttl=60, max_age=1000)
    one, other = at(vault), at(opened(clock=clock, ttl=60, max_age=1000))
    mint(one, JANE, JANE.upper(), BOB)
    other.view()

    if forget == "erase":
        assert one.erase() == 3
    elif forget == "vault":
        assert vault.erase("t", "s").placeholders == 3
    else:
        clock.now += 61

    assert other.view() == {}
    assert at(opened(clock=clock)).view() == {}
    assert mint(other, BOB, JANE) == ["<EMAIL_3>", "<EMAIL_4>"]
    assert one.view() == {"<EMAIL_3>": BOB, "<EMAIL_4>": JANE}
    assert other.minted == 5


def test_values_live_from_use_to_use_in_any_process(opened: Open) -> None:
    """Masking here and unmasking there both count."""
    clock = Clock(1000.0)
    one, other = (
        at(opened(clock=clock, ttl=60, max_age=1000)),
        at(opened(clock=clock, ttl=60, max_age=1000)),
    )
    mint(one, JANE)
    for clock.now in (1050, 1100):
        assert other.view() == {"<EMAIL_1>": JANE}
        one.sync()
    clock.now = 1160
    assert mint(one, JANE) == ["<EMAIL_1>"]
    clock.now = 1221
    assert other.view() == {}


def test_values_never_live_longer_than_the_greatest_age(opened: Open) -> None:
    """However often they are used; then a new time begins."""
    clock = Clock(1000.0)
    registry = at(opened(clock=clock, ttl=60, max_age=100))
    mint(registry, JANE)
    for clock.now in (1050, 1100):
        assert registry.view() == {"<EMAIL_1>": JANE}
    clock.now = 1101
    assert registry.view() == {}

    mint(registry, BOB)
    clock.now = 1161
    assert registry.view() == {"<EMAIL_2>": BOB}


def test_a_clock_that_steps_back_ends_nothing_early(opened: Open) -> None:
    """Nor does it lengthen the greatest age; also if something is written meanwhile."""
    clock = Clock(100_000.0)
    registry = at(opened(clock=clock, ttl=60, max_age=1000))
    mint(registry, JANE)

    clock.now = 13_600.0
    assert registry.view() == {"<EMAIL_1>": JANE}
    mint(registry, BOB)
    clock.now = 100_030.0
    assert registry.view() == {"<EMAIL_1>": JANE, "<EMAIL_2>": BOB}


def test_purge_forgets_whose_time_is_over(opened: Open) -> None:
    """And counts as no use."""
    clock = Clock(1000.0)
    vault = opened(clock=clock, ttl=60, max_age=1000)
    left, used = at(vault, "left"), at(vault, "used")
    mint(left, JANE)
    mint(used, BOB)
    clock.now = 1050
    used.view()

    clock.now = 1070
    assert vault.purge() == 1
    assert vault.purge() == 0
    assert left.view() == {}
    assert used.view() == {"<EMAIL_1>": BOB}


def test_a_session_of_another_region_is_refused(shared: Open) -> None:
    """From either side; nothing of it is read."""
    mint(at(shared(region="eu")), JANE)

    for region in ("us", ""):
        with pytest.raises(RegionRefused):
            at(shared(region=region))
    assert at(shared(region="eu")).view() == {"<EMAIL_1>": JANE}


def test_a_tenants_sessions_are_listed(opened: Open) -> None:
    """Those of others are not."""
    vault = opened()
    for session, tenant in (("a", "t"), ("b", "t"), ("c", "other")):
        mint(at(vault, session, tenant), JANE)

    assert sorted(vault.sessions("t")) == ["a", "b"]
    assert vault.sessions("nobody") == []


def test_a_value_is_erased_wherever_it_stands(opened: Open) -> None:
    """In all of a tenant's sessions and every form, addresses that hold it too."""
    vault = opened()
    one, two, other = at(vault, "a"), at(vault, "b"), at(vault, "a", "other")
    far = at(opened(), "a")
    mint(one, BOB, JANE, "JANE@example.com")
    one.mint([want(f"https://x.com/?to={JANE}", "URL")])
    mint(two, BOB)
    mint(other, JANE)
    far.view()

    receipts = vault.erase_value("t", "jane@EXAMPLE.com")

    assert receipts == [("t", "a", 3)]
    assert one.view() == far.view() == {"<EMAIL_1>": BOB}
    assert two.view() == {"<EMAIL_1>": BOB}
    assert other.view() == {"<EMAIL_1>": JANE}
    assert mint(far, JANE, BOB) == ["<EMAIL_3>", "<EMAIL_1>"]
    assert at(opened(), "a").view() == {"<EMAIL_1>": BOB, "<EMAIL_3>": JANE}
    with pytest.raises(InputError):
        vault.erase_value("t", " ")


def test_an_erased_value_does_not_come_back_with_an_old_copy(opened: Open) -> None:
    """Nor with the rest of it."""
    registry = at(opened())
    mint(registry, JANE, BOB)
    old = registry.dumps(key=KEY)

    opened().erase_value("t", JANE)
    Registry.loads(old, key=KEY, vault=opened())

    assert at(opened()).view() == {"<EMAIL_2>": BOB}


def test_an_export_holds_all_of_a_session(opened: Open) -> None:
    """In JSON types, for who asks what is stored of them."""
    registry = at(opened())
    mint(registry, JANE, JANE.upper())
    registry.mint([want(JANE)._replace(source="tool")])
    at(opened(), "other").mint([want(BOB)])

    told = opened().export("t", "s")

    assert json.loads(json.dumps(told)) == told
    assert told == [
        {
            "placeholder": "<EMAIL_1>",
            "type": "EMAIL_ADDRESS",
            "value": JANE,
            "sources": ["tool", "user"],
        },
        {
            "placeholder": "<EMAIL_1B>",
            "type": "EMAIL_ADDRESS",
            "value": JANE.upper(),
            "sources": ["user"],
        },
    ]


def test_a_session_that_is_not_there_is_erased_with_a_receipt(opened: Open) -> None:
    """Of nothing; and none is made by it."""
    vault = opened()

    assert vault.erase("t", "nobody") == ("t", "nobody", 0)
    assert vault.sessions("t") == []


def test_a_registry_goes_on_above_what_it_had(opened: Open) -> None:
    """``renew``: no number again, whatever the vault has now."""
    registry = at(opened())
    mint(registry, JANE, BOB)
    registry.renew()

    assert mint(registry, "carol@x.com") == ["<EMAIL_3>"]


def test_a_handle_that_has_seen_more_than_we_is_not_lost(shared: Open) -> None:
    """Another process minted, and chat memory came here with its handle."""
    vault = shared()
    here, there = at(vault), at(shared())
    mint(here, JANE)
    mint(there, JANE, BOB)

    assert Registry.loads(there.dumps(), vault=vault) == here
    assert here.issued == {"<EMAIL_1>": JANE, "<EMAIL_2>": BOB}


def test_a_name_taken_anew_elsewhere_is_found_by_its_handle(shared: Open) -> None:
    """What this process had under that name stays lost."""
    vault = shared()
    old = at(vault)
    mint(old, JANE)
    wipe(vault.store)
    new = at(shared())
    mint(new, BOB)

    assert Registry.loads(new.dumps(), vault=vault).view() == {"<EMAIL_1>": BOB}
    with pytest.raises(RegistryLost):
        old.view()


def test_a_masker_reads_its_own_region_only(shared: Open) -> None:
    """Its vault's, which refuses the sessions of others."""
    assert Masker(region="eu", vault=shared(region="eu"))
    for vault in (shared(region="us"), shared(), MemoryVault()):
        with pytest.raises(RegionRefused):
            Masker(region="eu", vault=vault)


def test_sessions_that_nobody_asks_for_are_not_kept_at_hand(shared: Open) -> None:
    """So many, and not beyond their time."""
    vault = shared(mirrors=3)
    for n in range(10):
        mint(at(vault, str(n)), JANE)
    assert repr(vault) == "StoredVault(3 sessions at hand)"

    brief = shared(ttl=0.0)
    for n in range(10):
        mint(at(brief, f"b{n}"), JANE)
    assert repr(brief) != "StoredVault(10 sessions at hand)"


def test_what_a_session_was_told_is_shared(opened: Open) -> None:
    """Corrections hold for every process, and are forgotten with the values."""
    one, other = at(opened()), at(opened())
    one.add("Acme", "ORGANIZATION")
    one.keep("Jordan")
    other.sync()

    assert [e.type for e in other.known("to Acme", identity)] == ["ORGANIZATION"]
    assert len(other.notes.kept("to Jordan")) == 1
    assert len(at(opened()).notes.kept("to Jordan")) == 1
    assert one.erase() >= 1
    other.sync()
    assert other.notes.kept("to Jordan") == []


def test_notes_of_two_copies_may_have_one_number(opened: Open) -> None:
    """Taken in from a sealed copy, they are no conflict for who comes next."""
    here = at(opened())
    copy = Registry.loads(here.dumps(key=KEY), key=KEY, vault=MemoryVault())
    here.keep("Jordan")
    copy.keep("Georgia")

    Registry.loads(copy.dumps(key=KEY), key=KEY, vault=opened())

    later = at(opened())
    assert len(later.notes.kept("Jordan in Georgia")) == 2
    assert mint(later, JANE) == ["<EMAIL_1>"]


def test_references_are_shared(opened: Open) -> None:
    """The same for the same value, never one for two."""
    one, other = at(opened()), at(opened())
    first = one.mint([want(JANE)._replace(opaque=True)])
    second = other.mint([want(v)._replace(opaque=True) for v in (BOB, JANE)])

    assert second[1:] == first
    assert len({*first, *second}) == 2
    assert one.view() == at(opened()).view() == {second[0]: BOB, first[0]: JANE}
    one.erase()
    third = other.mint([want(JANE)._replace(opaque=True)])
    assert third[0] not in {*first, *second}


def test_copies_that_agree_are_merged(opened: Open) -> None:
    """By a process that comes later too: it knows what was forgotten, and what not."""
    here = at(opened())
    mint(here, JANE, BOB)
    here.erase()
    mint(here, "carol@x.com")
    copy = Registry.loads(here.dumps(key=KEY), key=KEY, vault=MemoryVault())
    mint(copy, "dave@x.com")
    copy.mint([want("Erin", "PERSON")])
    here.mint([want("x", "A"), want("y", "A")])

    Registry.loads(copy.dumps(key=KEY), key=KEY, vault=opened())

    assert at(opened()).view() == {
        **{"<EMAIL_3>": "carol@x.com", "<EMAIL_4>": "dave@x.com"},
        **{"<PERSON_1>": "Erin", "<A_1>": "x", "<A_2>": "y"},
    }


def test_erasing_one_value_lengthens_no_others_life(opened: Open) -> None:
    """What stays is as old as it was."""
    clock = Clock(1000.0)
    vault = opened(clock=clock, ttl=60, max_age=100)
    registry = at(vault)
    mint(registry, JANE, BOB)
    clock.now = 1050
    vault.erase_value("t", JANE)
    clock.now = 1095
    assert registry.view() == {"<EMAIL_2>": BOB}

    clock.now = 1101
    assert registry.view() == {}


def test_a_value_is_erased_while_others_write(shared: Open) -> None:
    """Once for all: whoever writes at the same time holds it up, but not off."""
    writer, vault = at(shared()), shared()
    mint(writer, JANE)
    ours = vault.open("t", "s")
    seen = ours.contents
    late = iter([f"late{n}@x.com" for n in range(3)])

    def contents() -> list[Entry]:
        found = seen()
        mint(writer, *list(late)[:1])
        return found

    ours.contents = contents  # type: ignore[method-assign]
    assert ours.erase_value(JANE) == 1
    assert JANE not in at(shared()).view().values()
    assert len(at(shared()).view()) == 1
