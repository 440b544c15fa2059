"""What a session is told holds in every process: corrections, topic, references."""

import re
import threading
from typing import Any

from core.helpers import BOB, JANE, SSN
from core.vault.engines import Open
from core.vault.test_contract import KEY, at

from piimask_core import Masker, MemoryVault, Registry, by_type
from piimask_core.testing import recognizing

FOUND = {
    "EMAIL_ADDRESS": [JANE, BOB],
    "US_SSN": [SSN],
    "PERSON": ["Anna", "Paris Hilton"],
    "AGE": ["34"],
    "LOCATION": ["Bree"],
}


def masker(**options: Any) -> Masker:
    return Masker(recognizer=recognizing(FOUND), vault=MemoryVault(), **options)


def test_a_correction_holds_from_the_next_message_on_elsewhere(opened: Open) -> None:
    """For texts that were masked before there, and for plain ones."""
    plain, one, other = masker(), at(opened()), at(opened())
    texts = ["at Fjordlab", "the Paris Hilton Hotel"]
    before = [plain.mask(text, one) for text in texts]

    other.add("Fjordlab", "ORG")
    other.keep("Paris Hilton Hotel")

    assert before == ["at Fjordlab", "the <PERSON_1> Hotel"]
    assert [plain.mask(text, one) for text in texts] == [
        "at <ORG_1>",
        "the Paris Hilton Hotel",
    ]
    assert plain.mask(texts, at(opened())) == ["at <ORG_1>", "the Paris Hilton Hotel"]


def test_a_topic_and_what_came_first_hold_elsewhere(opened: Open) -> None:
    """One conversation, whichever worker answers."""
    general, one, other = masker(profile="general"), at(opened()), at(opened())
    assert general.mask("Hi Anna!", one) == "Hi Anna!"
    assert general.mask("I am 34.", other) == "I am 34."

    assert general.mask("I live in Bree.", one) == "I live in <LOCATION_1>."
    general.mask("My biopsy is back.", other)
    assert general.mask("Hi Anna!", one) == "Hi <PERSON_1>!"


def test_references_are_shared_and_never_given_twice(opened: Open) -> None:
    """The same for the same value, another for another, in every process."""
    refer = masker(policy=by_type({}, default="reference"))
    one, other = at(opened()), at(opened())

    first = refer.mask(f"{JANE} {SSN}", one)
    second = refer.mask(f"{BOB} {JANE}", other)

    assert re.fullmatch(r"ref:[0-9a-f]{8} ref:[0-9a-f]{8}", first)
    assert second.split()[1] == first.split()[0]
    assert len({*first.split(), *second.split()}) == 3
    assert refer.unmask(second, one) == f"{BOB} {JANE}"
    one.erase()
    third = refer.mask(f"{JANE} {SSN} {BOB}", other)
    assert not {*first.split(), *second.split()} & set(third.split())


def test_references_given_at_the_same_time_are_different(opened: Open) -> None:
    """Numbers are given anew until nobody was faster."""
    found = [f"{n}@x.com" for n in range(60)]
    refer = Masker(
        recognizer=recognizing({"EMAIL_ADDRESS": found}),
        policy=by_type({}, default="reference"),
        vault=MemoryVault(),
    )
    given: dict[str, str] = {}

    def work(registry: Registry, values: list[str]) -> None:
        for value in values:
            given[value] = refer.mask(value, registry)

    threads = [
        threading.Thread(target=work, args=(at(opened()), found[n::3]))
        for n in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(given.values())) == len(found)
    view = at(opened()).view()
    assert all(view[placeholder] == value for value, placeholder in given.items())


def test_a_correction_is_erased_with_its_value(opened: Open) -> None:
    """A subject's name goes from what is kept and added, and from that alone."""
    vault = opened()
    plain, registry = masker(), at(vault)
    registry.keep("Paris Hilton")
    registry.add("Fjordlab", "ORG")
    plain.mask(JANE, registry)

    vault.erase_value("t", "Paris Hilton")

    for each in (registry, at(opened())):
        assert plain.mask("Paris Hilton", each).startswith("<PERSON_")
        assert plain.mask("Fjordlab", each) == "<ORG_1>"
        assert plain.unmask("<EMAIL_1>", each) == JANE


def test_what_a_session_was_told_goes_on_in_another_vault(opened: Open) -> None:
    """Sealed in chat memory, with the values."""
    general, registry = masker(profile="general"), at(opened())
    registry.keep("Anna Hotel")
    general.mask("I have asthma, and live in Bree", registry)

    there = Registry.loads(registry.dumps(key=KEY), key=KEY, vault=MemoryVault())

    assert general.mask("the Anna Hotel, Anna", there) == "the Anna Hotel, <PERSON_1>"
    assert (there.notes.topic, there.notes.first) == ("health", "LOCATION")


def test_nothing_of_it_is_shown(opened: Open) -> None:
    """Not in what is printed, nor in a handle."""
    vault = opened()
    registry = at(vault)
    registry.keep("Paris Hilton Hotel")
    registry.add("Fjordlab", "ORG")

    told = repr(registry.notes) + repr(registry.dumps()) + repr(vault)

    assert "Hilton" not in told and "Fjordlab" not in told
