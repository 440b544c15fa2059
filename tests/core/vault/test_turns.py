"""Masking and restoring over a vault that others use: what a turn sees, and costs."""

import pytest
from core.helpers import BOB, JANE, VALUES, bare
from core.vault.engines import KEYS, Open
from core.vault.watched import Watched, raising

from piimask_core import Entity, Masker, RegistryLost, Unrestored
from piimask_core.audit import Event
from piimask_core.errors import VaultUnavailable
from piimask_core.testing import recognizing
from piimask_core.vault import StoredVault, Wanted
from piimask_core.vault.dictstore import DictStore


def seeing(vault: StoredVault, *types: str, audit: list[Event] | None = None) -> Masker:
    """A masker that finds what is of these types; all of them, if none is given."""
    values = {type: VALUES[type] for type in types or VALUES}
    heard: list[Event] = [] if audit is None else audit
    return Masker(recognizer=recognizing(values), vault=vault, audit=heard.append)


def test_a_value_learned_elsewhere_is_masked_in_a_plain_message(shared: Open) -> None:
    """The recognizer here does not know it, and nothing here has seen it."""
    here, there = seeing(shared(), "US_SSN"), seeing(shared())
    ours, theirs = here.registry("s"), there.registry("s")
    assert here.mask("tell Jane Doe", ours) == "tell Jane Doe"

    there.mask("I am Jane Doe", theirs)

    assert here.mask("tell Jane Doe", ours) == "tell <PERSON_1>"


@pytest.mark.parametrize("known", ["in the memo", "with digits", "with a value"])
def test_a_value_learned_elsewhere_is_masked_anywhere(shared: Open, known: str) -> None:
    """In a text that was masked before, beside digits, and beside a new value."""
    here, there = seeing(shared(), "US_SSN"), seeing(shared())
    ours, theirs = here.registry("s"), there.registry("s")
    text, masked = {
        "in the memo": (f"to {JANE} 1", "to <EMAIL_1> 1"),
        "with digits": (f"to {JANE} 2", "to <EMAIL_1> 2"),
        "with a value": (f"{JANE} 123-45-6789", "<EMAIL_1> <SSN_1>"),
    }[known]
    if known == "in the memo":
        assert here.mask(text, ours) == text

    there.mask(f"I am {JANE}", theirs)

    assert here.mask(text, ours) == masked


def test_two_that_mint_at_once_agree(shared: Open) -> None:
    """Each planned the next number for its own value."""
    here, there = seeing(shared()), seeing(shared())
    ours, theirs = here.registry("s"), there.registry("s")
    assert here.mask(JANE, ours) == "<EMAIL_1>"

    assert there.mask(f"{BOB} {JANE}", theirs) == "<EMAIL_2> <EMAIL_1>"
    assert here.mask(f"{JANE} {BOB}", ours) == "<EMAIL_1> <EMAIL_2>"
    assert here.unmask("<EMAIL_1> <EMAIL_2>", ours) == f"{JANE} {BOB}"
    assert there.unmask("<EMAIL_1> <EMAIL_2>", theirs) == f"{JANE} {BOB}"


def test_an_erasure_elsewhere_is_seen_at_the_next_turn(shared: Open) -> None:
    """Neither the memo nor the values here bring an old placeholder back."""
    here, there = seeing(shared()), seeing(shared())
    ours, theirs = here.registry("s"), there.registry("s")
    assert here.mask([JANE, f"x {JANE}"], ours) == ["<EMAIL_1>", "x <EMAIL_1>"]

    theirs.erase()

    assert here.unmask("<EMAIL_1>", ours) == "<EMAIL_1>"
    assert here.mask([JANE, f"x {JANE}"], ours) == ["<EMAIL_2>", "x <EMAIL_2>"]


# Round trips


def over(store: Watched) -> StoredVault:
    return StoredVault(store, keys=KEYS)


@pytest.mark.parametrize(
    "message",
    [
        "nothing in it",
        "order 5 [1]",
        JANE,
        f"{JANE} {BOB} 123-45-6789 Jane Doe",
        [f"{JANE} {n}" for n in range(50)],
    ],
    ids=["plain", "with digits", "one", "several", "many texts"],
)
def test_a_message_costs_one_round_trip(message: str | list[str]) -> None:
    """However many values, new or known; another for each that wrote before us."""
    store = DictStore()
    ours, theirs = Watched(store), Watched(store)
    here, there = seeing(over(ours)), seeing(over(theirs))
    mine, other = here.registry("s"), there.registry("s")

    for _ in range(2):
        ours.calls.clear()
        masked = here.mask(message, here.registry("s"))
        assert ours.calls == ["append"]
        assert here.unmask(masked, here.registry("s")) == message
        assert ours.calls == ["append", "append"]

    there.mask("carol@x.com", other)
    other.mint([Wanted("LITERAL", "<X_1>", "<X_1>")])
    ours.calls.clear()
    here.mask([message, "5 new@x.com"], mine)
    assert len(ours.calls) <= 2


# What does not work


@pytest.mark.parametrize("error", [OSError(28, JANE), ValueError(JANE), KeyError(JANE)])
@pytest.mark.parametrize("text", ["plain", f"to {JANE}", "5 things"])
def test_nothing_is_masked_while_the_vault_is_away(error: Exception, text: str) -> None:
    """A plain message neither: what others learned may stand in it."""
    store = Watched(DictStore())
    masker = seeing(over(store))
    registry = masker.registry("s")
    store.fault = raising(error)

    with pytest.raises(VaultUnavailable) as caught:
        masker.mask(text, registry)

    assert JANE not in f"{caught.value!r} {caught.value.args}"
    assert caught.value.__context__ is None
    assert masker.mask(text, registry) == text.replace(JANE, "<EMAIL_1>")


def test_what_was_stored_but_not_confirmed_is_taken_up() -> None:
    """The answer got lost on its way: the same value keeps the number it got."""
    store = Watched(DictStore())
    masker = seeing(over(store))
    registry = masker.registry("s")
    store.fault = raising(OSError(), done=True)
    with pytest.raises(VaultUnavailable):
        masker.mask(JANE, registry)

    assert masker.mask(f"{BOB} {JANE}", registry) == "<EMAIL_2> <EMAIL_1>"


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_is_given_masked_while_the_vault_is_away(stream: bool) -> None:
    """With a list of what was not restored, and why."""
    store, heard = Watched(DictStore()), list[Event]()
    masker = seeing(over(store), audit=heard)
    registry = masker.registry("s")
    masker.mask(JANE, registry)
    store.fault = raising(OSError())

    restorer = masker.restorer(registry)
    if stream:
        reader = restorer.stream()
        shown = reader.feed("to <EMA") + reader.feed("IL_1>.") + reader.flush()
    else:
        shown = restorer.text("to <EMAIL_1>.")

    assert shown == "to <EMAIL_1>."
    assert restorer.unrestored == [Unrestored("<EMAIL_1>", "unavailable")]
    assert restorer.unrestored[0].event() in bare(heard)
    assert masker.unmask("to <EMAIL_1>.", registry) == f"to {JANE}."


def test_a_layer_inside_leaves_what_it_cannot_settle() -> None:
    """The vault is away: nothing is made LITERAL, nothing is restored."""
    store = Watched(DictStore())
    masker = seeing(over(store))
    registry = masker.registry("s")
    masker.mask(JANE, registry)
    restorer = masker.restorer(registry, layered=True)
    store.fault = raising(OSError())
    away = masker.restorer(registry, layered=True)
    store.fault = raising(OSError())

    assert restorer.text("<EMAIL_1> <EMAIL_9>") == "<EMAIL_1> <EMAIL_9>"
    assert away.text("<EMAIL_1> <EMAIL_9>") == "<EMAIL_1> <EMAIL_9>"


def test_a_lost_registry_masks_and_restores_nothing() -> None:
    """Until it is renewed: then it goes on above."""
    store = DictStore()
    masker = seeing(StoredVault(store, keys=KEYS))
    registry = masker.registry("s")
    masker.mask(JANE, registry)
    store.heads.clear()

    with pytest.raises(RegistryLost):
        masker.mask("plain", registry)
    assert masker.unmask("<EMAIL_1>", registry) == "<EMAIL_1>"

    registry.renew()
    assert masker.mask(BOB, registry) == "<EMAIL_2>"
    assert masker.unmask("<EMAIL_1> <EMAIL_2>", registry) == f"<EMAIL_1> {BOB}"


def test_a_masker_that_guards_asks_what_others_have_learned(shared: Open) -> None:
    """Before it says that a text holds no value."""

    def blind(text: str) -> list[Entity]:
        return []

    here, there = Masker(recognizer=blind, vault=shared()), seeing(shared())
    ours = here.registry("s")
    there.mask(JANE, there.registry("s"))

    assert here.known(f"to {JANE}", ours) == {"EMAIL_ADDRESS"}
    assert here.unmasked(f"to {JANE}", ours) == {"EMAIL_ADDRESS"}
