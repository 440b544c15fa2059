"""What a session remembers decides with the policy: topic, order, corrections."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from core.helpers import BOB, JANE, SSN, Clock, best_of, own_registry

from piimask_core import (
    Context,
    Entity,
    InputError,
    Masker,
    MaskingError,
    MemoryVault,
    Registry,
    by_type,
)
from piimask_core.testing import recognizing
from piimask_core.topic import lexical

KEY = bytes(range(32))
FOUND: Mapping[str, Sequence[str]] = {
    "PERSON": ["Anna Berg", "Anna", "Paris Hilton"],
    "EMAIL_ADDRESS": [JANE],
    "LOCATION": ["Bree", "Dale"],
    "AGE": ["34", "93"],
    "ZIP_CODE": ["10001", "20002"],
    "ORGANIZATION": ["Acme"],
}


def masker(**options: Any) -> Masker:
    options.setdefault("recognizer", recognizing(FOUND))
    return Masker(vault=MemoryVault(), **options)


def turns(masker: Masker, *texts: str, registry: Registry | None = None) -> list[str]:
    """Each text in its turn, masked."""
    registry = registry or own_registry()
    return [masker.mask(text, registry) for text in texts]


# Topic, and what came first


def test_a_first_name_in_a_greeting_stays_and_is_masked_among_medical_words() -> None:
    """The same name in the same greeting."""
    general = masker(profile="general")

    assert turns(general, "Hi Anna, how are you?") == ["Hi Anna, how are you?"]
    assert turns(general, "Hi Anna, the biopsy is back.") == [
        "Hi <PERSON_1>, the biopsy is back."
    ]


def test_a_topic_is_the_whole_conversations() -> None:
    """From the message on that brought it, for what was said before it too."""
    general, registry = masker(profile="general"), own_registry()
    history = ["Hi Anna, how are you?"]
    assert general.mask(history, registry) == history

    history.append("My chemotherapy begins.")
    masked = general.mask(history, registry)

    assert masked == ["Hi <PERSON_1>, how are you?", "My chemotherapy begins."]
    assert general.mask("Hello Anna!", registry) == "Hello <PERSON_1>!"
    assert general.unmask(masked, registry) == history


def test_one_request_has_one_topic_wherever_it_comes_up() -> None:
    """A later text of it says what the first is about."""
    general = masker(profile="general")

    assert general.mask(["Hi Anna!", "I have diabetes."], own_registry())[0] == (
        "Hi <PERSON_1>!"
    )


@pytest.mark.parametrize(
    ("told", "second", "masked"),
    [
        ("I live in Bree.", "I am 34.", "I am <AGE_1>."),
        ("I am 34.", "I live in Bree.", "I live in <LOCATION_1>."),
        ("I live in Bree.", "Or in Dale.", "Or in Dale."),
        ("ZIP 10001", "ZIP 20002", "ZIP 20002"),
    ],
)
def test_quasi_identifiers_are_masked_from_the_second_on(
    told: str, second: str, masked: str
) -> None:
    """The second kind of them: two towns are two towns."""
    assert turns(masker(profile="general"), told, second, told) == [told, masked, told]


def test_in_one_text_the_first_one_stays() -> None:
    """By where it stands, whatever a recognizer tells first."""
    text = "ZIP 10001, aged 34, in Bree"

    assert turns(masker(profile="general"), text) == [
        "ZIP 10001, aged <AGE_1>, in <LOCATION_1>"
    ]


def test_a_value_masked_once_is_never_kept_afterwards() -> None:
    """Not where the policy would keep it, nor by another masker of the session."""
    registry = own_registry()
    general = masker(profile="general")
    first = turns(general, "I live in Bree, aged 34", registry=registry)[0]
    turns(masker(), "Bree", registry=registry)

    assert first == "I live in Bree, aged <AGE_1>"
    assert turns(general, "I live in Bree", registry=registry) == [
        "I live in <LOCATION_1>"
    ]
    keeping = masker(policy=by_type({}, default="keep"))
    assert turns(keeping, "Hi Bree", registry=registry) == ["Hi <LOCATION_1>"]


def test_a_first_name_is_not_kept_of_somebody_whose_whole_name_was_masked() -> None:
    """Nor of somebody whose address begins with it."""
    general = masker(profile="general")

    assert turns(general, "Hi Anna!", "I am Anna Berg.", "Hi Anna!", "Hi Anna!") == [
        "Hi Anna!",
        "I am <PERSON_1>.",
        "Hi <PERSON_2>!",
        "Hi <PERSON_2>!",
    ]
    assert turns(general, "I am Anna Berg. Hi Anna!") == [
        "I am <PERSON_1>. Hi <PERSON_2>!"
    ]


def test_hipaa_masks_ages_over_89_only() -> None:
    """45 CFR 164.514(b)(2)(i)(C)."""
    assert turns(masker(profile="healthcare"), "aged 34 and 93, ZIP 10001") == [
        "aged 34 and <AGE_1>, ZIP <ZIP_1>"
    ]


def test_a_policy_sees_who_said_it_and_in_which_domain() -> None:
    """And the words around, the topic, what came first."""
    seen: list[Context] = []

    def policy(entity: Entity, context: Context) -> str:
        seen.append(context)
        return "placeholder"

    mine = masker(
        policy=policy, profile="finance", topic=lambda text, previous: "travel"
    )
    mine.mask("Anna is in Bree", own_registry(), source="tool")

    assert {(c.role, c.domain, c.topic, c.first) for c in seen} == {
        ("tool", "finance", "travel", "LOCATION")
    }
    assert seen[0].around(Entity("PERSON", 0, 4)) == ["is", "in", "bree"]
    assert "Anna" not in repr(seen)


@pytest.mark.parametrize(
    "topic",
    [
        lambda text, previous: text[50_000],
        lambda text, previous: None,
        lambda text, previous: "x" * 100,
    ],
    ids=["raises", "gives None", "gives a text"],
)
def test_a_topic_function_that_fails_masks_nothing(topic: Any) -> None:
    """An error without the text, and without what holds it."""
    with pytest.raises(MaskingError, match="topic") as caught:
        masker(topic=topic).mask(f"to {JANE}", own_registry())

    assert JANE not in repr(caught.value)
    assert caught.value.__context__ is None


TOPICS = [
    ("I was diagnosed last week", "", "health"),
    ("the nurse took a blood test", "", "health"),
    ("a test of the form", "", ""),
    ("the nurse is nice", "", ""),
    ("my mortgage is late", "", "finance"),
    ("I lost my card, my account is empty", "", "finance"),
    ("I have a library card", "", ""),
    ("he is a refugee", "", "special"),
    ("how are you?", "", ""),
    ("how are you?", "health", "health"),
    ("my mortgage is late", "health", "health"),
]


@pytest.mark.parametrize(("text", "previous", "topic"), TOPICS)
def test_a_topic_is_read_from_words_and_stays(
    text: str, previous: str, topic: str
) -> None:
    """One strong word, or two weak ones; what was told is not untold."""
    assert lexical(text, previous) == topic


def test_topic_and_order_are_carried_with_the_session() -> None:
    """Sealed in memory: another process decides alike."""
    general, registry = masker(profile="general"), own_registry()
    turns(general, "I live in Bree", "I have diabetes", registry=registry)

    there = Registry.loads(registry.dumps(key=KEY), key=KEY, vault=MemoryVault())

    assert (there.notes.topic, there.notes.first) == ("health", "LOCATION")
    assert turns(general, "Hi Anna!", registry=there) == ["Hi <PERSON_1>!"]


def test_topic_and_order_are_forgotten_with_the_values() -> None:
    """After erasure and expiry a conversation begins anew."""
    clock = Clock()
    registry = Registry("s", vault=MemoryVault(ttl=10, clock=clock))
    general = masker(profile="general")
    turns(general, "I live in Bree", "I have diabetes", registry=registry)
    clock.now = 11

    assert (registry.notes.topic, registry.notes.first) == ("", "")


def test_without_a_profile_no_note_is_written() -> None:
    """Nobody asks for it."""
    registry = own_registry()

    masker().mask("my biopsy", registry)

    assert registry.minted == 0


# Corrections


def test_what_is_added_is_masked_from_the_next_message_on() -> None:
    """In any equal form, also where the recognizer never finds it."""
    plain, registry = masker(), own_registry()
    assert turns(plain, "at Fjordlab", registry=registry) == ["at Fjordlab"]

    registry.add("Fjordlab", "ORG")

    assert turns(plain, "at fjordlab", "at Fjordlabs", registry=registry) == [
        "at <ORG_1B>",
        "at Fjordlabs",
    ]
    assert plain.mask("at Fjordlab", registry) == "at <ORG_1>"


@pytest.mark.parametrize("value", ["IBM", "Q1", "Bo"])
def test_a_short_value_is_known_when_it_was_added(value: str) -> None:
    """Too short to be remembered by itself; somebody said so in this case."""
    registry = own_registry()
    registry.add(value, "ORG")

    assert masker().mask(f"at {value}.", registry) == "at <ORG_1>."


def test_what_is_kept_stays_with_what_is_found_inside_it() -> None:
    """The hotel stays, the person does not."""
    plain, registry = masker(), own_registry()
    history = ["the Paris Hilton Hotel", "Paris Hilton is here"]
    assert plain.mask(history, registry)[0] == "the <PERSON_1> Hotel"

    registry.keep("Paris Hilton Hotel")

    assert plain.mask(history, registry) == [
        "the Paris Hilton Hotel",
        "<PERSON_1> is here",
    ]
    assert plain.mask("a Paris Hilton Hotels", registry) == "a <PERSON_1> Hotels"
    assert plain.mask("PARIS HILTON HOTEL", registry) == "<PERSON_1B> HOTEL"


def test_the_newest_correction_counts() -> None:
    """Either way."""
    plain, registry = masker(), own_registry()
    registry.keep("Acme")
    assert plain.mask("Acme", registry) == "Acme"

    registry.add("Acme", "ORG")
    assert plain.mask("Acme", registry) == "<ORG_1>"

    registry.keep("Acme")
    assert plain.mask("Acme", registry) == "Acme"


def test_what_is_kept_is_nobodys_leak() -> None:
    """The last look and the guard let it stand."""
    plain, registry = masker(), own_registry()
    plain.mask("Paris Hilton", registry)
    registry.keep("Paris Hilton Hotel")

    plain.proven(["Paris Hilton Hotel"], registry)
    assert plain.unmasked("the Paris Hilton Hotel", registry) == set()
    assert plain.unmasked("the Paris Hilton", registry) == {"PERSON"}


def test_corrections_survive_the_process() -> None:
    """By handle in the vault, sealed without it; and in the order they were made."""
    plain, registry = masker(), own_registry()
    for value in ("Acme", "Paris Hilton Hotel"):
        registry.keep(value)
    registry.add("Acme", "ORG")
    registry.add("Fjordlab", "ORG")

    for there in (
        Registry.loads(registry.dumps(), vault=registry.vault),
        Registry.loads(registry.dumps(key=KEY), key=KEY, vault=MemoryVault()),
    ):
        assert plain.mask("Acme, Fjordlab, Paris Hilton Hotel", there) == (
            "<ORG_1>, <ORG_2>, Paris Hilton Hotel"
        )


def test_corrections_are_carried_in_parts_and_erased_ones_stay_away() -> None:
    """As values are."""
    registry = own_registry()
    registry.keep("Acme")
    first = registry.dumps(key=KEY)
    registry.add("Acme", "ORG")
    second = registry.dumps(key=KEY, since=1)

    there = Registry.loads(first, second, key=KEY, vault=MemoryVault())
    assert masker().mask("Acme", there) == "<ORG_1>"

    registry.keep("Bree")
    late = registry.dumps(key=KEY)
    registry.erase()
    again = Registry.loads(late, key=KEY, vault=registry.vault)
    assert masker().mask("Bree", again) == "<LOCATION_1>"
    assert not again.notes.is_added("Acme")


def test_many_corrections_cost_in_proportion() -> None:
    """Kept, added again, and kept once more."""

    def correct(many: int) -> None:
        registry = own_registry()
        for n in range(many):
            registry.keep(f"name{n}")
        for n in range(many):
            registry.add(f"name{n}", "ORG")
        assert registry.notes.kept("name1") == []

    assert best_of(3, lambda: correct(400)) < 12 * best_of(3, lambda: correct(100))


def test_many_strips_cost_in_proportion() -> None:
    """What goes with each is looked for beside it."""
    strip = masker(policy=by_type({"PERSON": "strip"}))

    def masked(many: int) -> None:
        strip.mask(f"to Anna, {JANE}. " * many, own_registry())

    assert best_of(3, lambda: masked(2_000)) < 12 * best_of(3, lambda: masked(500))


def test_a_correction_is_no_placeholder() -> None:
    """Nothing that anybody writes leads to what was kept."""
    plain, registry = masker(), own_registry()
    registry.keep("Paris Hilton Hotel")

    assert registry.view() == {}
    assert len(registry) == 0
    for written in ("<NOTE__1>", "<NOTE_1>", "NOTE__1"):
        assert plain.unmask(written, registry) == written
    assert "Hilton" not in repr(registry.notes) + str(registry.dumps())


@pytest.mark.parametrize("value", ["", "  ", "?!", 5, None])
def test_a_correction_of_nothing_is_refused(value: Any) -> None:
    """It would hold for every text, or for none."""
    with pytest.raises(InputError):
        own_registry().add(value, "ORG")
    with pytest.raises(InputError):
        own_registry().keep(value)


@pytest.mark.parametrize("type", ["", "!", "LITERAL", "literal", 5])
def test_a_value_is_added_under_a_type(type: Any) -> None:
    """LITERAL is no type: what is restored from it is what somebody typed."""
    with pytest.raises(InputError):
        own_registry().add("Fjordlab", type)


# Why


def test_decisions_say_why_and_what_cannot_be_undone() -> None:
    """With the rule and its source, and nothing is written down."""
    registry = own_registry()
    health = masker(
        profile="healthcare",
        deny={"CVV": ["777"]},
        allow=["Acme"],
    )

    told = health.decisions("Anna, 34, of Acme, in Bree <EMAIL_1>", registry)

    assert [(d.type, d.operator, d.reversible) for d in told] == [
        ("PERSON", "placeholder", True),
        ("AGE", "keep", True),
        ("ORGANIZATION", "keep", True),
        ("LOCATION", "placeholder", True),
        ("LITERAL", "placeholder", True),
    ]
    assert told[0].reason == "(A) names: 45 CFR 164.514(b)(2)(i)(A)"
    assert registry.minted == 0


def test_a_verification_code_is_stripped_where_the_recognizer_finds_one() -> None:
    """It calls them passwords; PCI DSS lets nobody keep them."""
    finance = Masker(profile="finance", vault=MemoryVault())

    masked = finance.mask("My cvv is 777, the card expires soon.", own_registry())

    assert masked == "My cvv, the card expires soon."


def test_decisions_take_an_issued_placeholder_for_what_it_is_when_typed() -> None:
    """Somebody's text."""
    plain, registry = masker(), own_registry()
    made = plain.mask(JANE, registry)

    assert [d.type for d in plain.decisions(made, registry)] == ["LITERAL"]


def test_decisions_say_what_is_final() -> None:
    """What is stripped, and what Presidio writes over."""
    final = masker(
        policy=by_type({"PERSON": "strip", "AGE": "hidden"}, default="reference"),
        operators={"hidden": {"type": "replace", "new_value": "X"}},
    )

    told = final.decisions("Anna, 34, in Bree")

    assert [(d.operator, d.reversible) for d in told] == [
        ("strip", False),
        ("hidden", False),
        ("reference", True),
    ]


def test_decisions_tell_of_known_values() -> None:
    """Masked before, so masked now."""
    registry = own_registry()
    masker().mask("Bree", registry)

    told = masker(policy=by_type({}, default="keep")).decisions("Bree", registry)

    assert [(d.operator, d.reason) for d in told] == [
        ("placeholder", "masked before in this session")
    ]
    assert BOB not in repr(told) and SSN not in repr(told)
