"""Recognize, decide, replace; and back: nothing leaks, nothing is lost."""

import json
import re
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from core.helpers import (
    BOB,
    JANE,
    SSN,
    Clock,
    best_of,
    blind,
    masker_for,
    own_registry,
)

from piimask_core import (
    Entity,
    InputError,
    InputTooLarge,
    Masker,
    MaskingError,
    MemoryVault,
    PIIMaskError,
    RecognizerError,
    Registry,
    by_type,
)
from piimask_core.grammar import find
from piimask_core.instruction import INSTRUCTION, with_instruction
from piimask_core.operators import KEEP
from piimask_core.testing import failing, recognizing

EMAIL = re.compile(r"[\w.]+@[\w.]*\w")


def emails(text: str) -> list[Entity]:
    return [Entity("EMAIL_ADDRESS", m.start(), m.end()) for m in EMAIL.finditer(text)]


def once(values: dict[str, Sequence[str]]) -> Masker:
    """Finds these values where the text says FIRST, and nothing elsewhere."""
    recognize = recognizing(values)
    return Masker(
        recognizer=lambda text: recognize(text) if "FIRST" in text else [],
        vault=MemoryVault(),
    )


def assert_bare(error: BaseException, *values: str) -> None:
    """Neither the error nor anything that hangs on it holds a value."""
    assert error.__context__ is None
    assert error.__cause__ is None
    told = f"{error!r} {error} {error.args} {vars(error)}"
    assert not any(value in told for value in values)


# What the mission says


def test_typed_placeholders_stand_for_values() -> None:
    """The sentence of the mission, to the letter."""
    masker, registry = masker_for(), own_registry()

    masked = masker.mask(
        "My email is jane@example.com and my SSN is 123-45-6789", registry
    )

    assert masked == "My email is <EMAIL_1> and my SSN is <SSN_1>"
    assert masker.unmask("Noted: <EMAIL_1>, <SSN_1>.", registry) == (
        "Noted: jane@example.com, 123-45-6789."
    )


def test_one_registry_for_a_conversation() -> None:
    """Turn 1 and 3 the same, turn 5 the next."""
    masker, registry = masker_for(), own_registry()

    assert masker.mask(JANE, registry) == "<EMAIL_1>"
    assert masker.mask(f"again {JANE}", registry) == "again <EMAIL_1>"
    assert masker.mask(BOB, registry) == "<EMAIL_2>"


def test_two_values_of_one_type_in_one_message_both_survive() -> None:
    """With one space between, or nothing at all."""
    masker, registry = masker_for(), own_registry()
    text = f"{JANE} {BOB} {JANE}{BOB}"

    masked = masker.mask(text, registry)

    assert masked == "<EMAIL_1> <EMAIL_2> <EMAIL_1><EMAIL_2>"
    assert masker.unmask(masked, registry) == text


# Whole values, and no part of another word

TEXTS = [
    (
        {"IP_ADDRESS": ["10.0.0.1", "10.0.0.12"]},
        ["10.0.0.1", "10.0.0.12", "10.0.0.1 10.0.0.12"],
        ["<IP_1>", "<IP_2>", "<IP_1> <IP_2>"],
    ),
    (
        {"EMAIL_ADDRESS": ["jane@x.co", "mary.jane@x.com"]},
        ["jane@x.co", "mary.jane@x.com", "jane@x.co mary.jane@x.com"],
        ["<EMAIL_1>", "<EMAIL_2>", "<EMAIL_1> <EMAIL_2>"],
    ),
    (
        {"PERSON": ["Anna"]},
        ["I am Anna", "Annette and Joanna", "Anna's"],
        ["I am <PERSON_1>", "<PERSON_1>", "<PERSON_1>'s"],
    ),
    (
        {"PERSON": ["Jane Doe"], "ORG": ["Doe Ltd"]},
        ["Jane Doe Ltd"],
        ["<PERSON_1> <ORG_1>"],
    ),
    (
        {"ID": [r"\1", r"\g<0>", "$&", "{0}%s"]},
        [r"a\1b\g<0>c$&d{0}%s"],
        ["a<ID_1>b<ID_2>c<ID_3>d<ID_4>"],
    ),
    (
        {"ID": ["see <EMAIL_1>"], "EMAIL_ADDRESS": [JANE]},
        [f"{JANE}: [[see <EMAIL_1> ok]]"],
        ["<EMAIL_1>: [[<ID_1> ok]]"],
    ),
    (
        {"API_KEY": ["sk-AbC1", "sk-aBc1"]},
        ["sk-AbC1 sk-aBc1"],
        ["<API_KEY_1> <API_KEY_2>"],
    ),
]
"""(values, texts of one conversation, how they are masked)"""

TEXTS[2] = (
    {"PERSON": ["I am Anna"]},
    ["I am Anna", "Annette and I am Annabel", "I am Anna's"],
    ["<PERSON_1>", "Annette and <PERSON_1>bel", "<PERSON_1>'s"],
)


@pytest.mark.parametrize(("values", "texts", "expected"), TEXTS)
def test_values_are_replaced_where_they_stand(
    values: dict[str, Sequence[str]], texts: list[str], expected: list[str]
) -> None:
    """By position, never by searching the text for a value's letters."""
    masker, registry = masker_for(values), own_registry()

    masked = [masker.mask(text, registry) for text in texts]

    assert masked == expected
    assert masker.unmask(masked, registry) == texts


# Known values


def test_a_known_value_is_masked_though_the_recognizer_misses_it() -> None:
    """History is sent again; what the recognizer says now does not matter."""
    masker, registry = once({"EMAIL_ADDRESS": [JANE], "US_SSN": [SSN]}), own_registry()
    masker.mask(f"FIRST {JANE} {SSN}", registry)

    masked = masker.mask(f"_{JANE}_, ssn:123456789", registry)

    assert masked == "_<EMAIL_1>_, ssn:<SSN_1B>"


def test_a_value_found_in_one_message_is_masked_in_all_of_the_request() -> None:
    """In those before it too."""
    masker, registry = once({"PERSON": ["Jane Doe"]}), own_registry()

    masked = masker.mask(
        ["Hello Jane Doe!", {"Jane Doe": "FIRST Jane Doe"}, ("to JANE DOE",)], registry
    )

    assert masked == [
        "Hello <PERSON_1>!",
        {"<PERSON_1>": "FIRST <PERSON_1>"},
        ("to <PERSON_1B>",),
    ]


def test_a_known_value_can_be_a_number() -> None:
    """A phone number in a tool's result, without quotes."""
    masker, registry = once({"PHONE_NUMBER": ["555-123-4567"]}), own_registry()
    masker.mask("FIRST 555-123-4567", registry)
    tree: Any = {"phone": 5551234567}

    assert masker.mask(tree, registry) == {"phone": "<PHONE_1B>"}


def test_the_same_message_gives_the_same_bytes_each_turn() -> None:
    """Providers cache prompts by their prefix."""
    masker, registry = masker_for(), own_registry()
    text = f"Jane Doe, {JANE} <EMAIL_1> JANE DOE {SSN} 123456789"

    masked = masker.mask(text, registry)
    masker.mask(f"{BOB} and more", registry)

    assert masker.mask(text, registry) == masked


def test_a_forgotten_value_is_new_when_it_comes_again() -> None:
    """After expiry it gets a number that nobody had."""
    clock = Clock()
    masker = Masker(recognizer=emails, vault=MemoryVault(ttl=60, clock=clock))
    registry = masker.registry("s")
    old = masker.mask(JANE, registry)
    clock.now = 61

    assert masker.mask(BOB, registry) == "<EMAIL_2>"
    assert masker.unmask(old, registry) == "<EMAIL_1>"


# What looks like a placeholder


def test_a_typed_placeholder_stays_what_was_typed() -> None:
    """Issued or not, it is a LITERAL, and comes back as it was."""
    masker, registry = masker_for(), own_registry()
    text = f"<EMAIL_1> <EMAIL_9> {JANE} <LITERAL_1>"

    masked = masker.mask(text, registry)

    assert masked == "<LITERAL_1> <LITERAL_2> <EMAIL_1> <LITERAL_3>"
    assert masker.unmask(masked, registry) == text


@pytest.mark.parametrize("default", ["keep", "strip", "placeholder"])
def test_no_policy_lets_a_typed_placeholder_through(default: str) -> None:
    """Whatever it does with all other types."""
    masker = Masker(
        recognizer=recognizing({"US_SSN": [SSN]}),
        policy=by_type({"US_SSN": "placeholder"}, default=default),
    )
    registry = own_registry()
    masker.mask(SSN, registry)

    masked = masker.mask("what is <SSN_1>?", registry)

    assert masked == "what is <LITERAL_1>?"
    assert masker.unmask(masked, registry) == "what is <SSN_1>?"


def test_a_placeholder_that_a_recognizer_takes_for_a_value_comes_back() -> None:
    """Part of it, all of it, or more than it."""
    values = {"ORG": ["EMAIL_1", "<EMAIL_2>", "see <EMAIL_3>"], "ID": ["<EMAIL_4"]}
    masker, registry = masker_for(values), own_registry()
    text = "<EMAIL_1> <EMAIL_2> see <EMAIL_3> <EMAIL_4> <EMAIL_4"

    masked = masker.mask(text, registry)

    assert masker.unmask(masked, registry) == text
    assert not [s for s, e in find(masked) if "EMAIL" in masked[s:e]]


def test_masked_text_can_be_masked_again() -> None:
    """Each layer that does not see the other escapes and restores."""
    masker, registry = masker_for(), own_registry()
    once_masked = masker.mask(f"to {JANE}", registry)
    twice_masked = masker.mask(once_masked, registry)

    assert twice_masked == "to <LITERAL_1>"
    assert masker.unmask(twice_masked, registry) == once_masked


def test_a_layer_inside_another_leaves_issued_placeholders() -> None:
    """And masks the rest: values, and placeholders that were not issued."""
    masker, registry = masker_for(), own_registry()
    masked = masker.mask(f"to {JANE}", registry)

    inner = masker.mask(f"{masked}, {BOB}, <EMAIL_7>", registry, layered=True)

    assert inner == "to <EMAIL_1>, <EMAIL_2>, <LITERAL_1>"


def test_a_layer_inside_leaves_them_whatever_the_recognizer_says() -> None:
    """What is found around one is masked around it, what is found inside is not."""
    masker = masker_for({"ID": ["EMAIL_1"], "ORG": ["Acme <EMAIL_1> Ltd"]})
    registry = own_registry()
    masker_for().mask(JANE, registry)

    masked = masker.mask("Acme <EMAIL_1> Ltd <EMAIL_1>", registry, layered=True)

    assert re.fullmatch(r"<ORG_1> ?<EMAIL_1> ?<ORG_2> <EMAIL_1>", masked)


def test_what_is_removed_is_removed_whatever_it_was_taken_for_before() -> None:
    """The same digits, first an account and then a social security number."""
    found = {"ACCOUNT_NUMBER": ["123456789"], "US_SSN": ["123-45-6789"]}
    masker = Masker(recognizer=recognizing(found), policy=by_type({"US_SSN": "strip"}))
    registry = own_registry()

    assert masker.mask("to 123456789", registry) == "to <ACCOUNT_1>"
    assert masker.mask("I am 123-45-6789.", registry) == "I am."


@pytest.mark.parametrize("name", ["strip", "gone"])
def test_no_seam_inside_a_layer_makes_an_issued_placeholder(name: str) -> None:
    """It came about by removing, nobody issued it here."""
    masker = Masker(
        recognizer=recognizing({"EMAIL_ADDRESS": [BOB]}),
        policy=by_type({"EMAIL_ADDRESS": name}),
        operators={"gone": lambda type, value: ""},
    )
    registry = own_registry()
    masker_for().mask(JANE, registry)

    masked = masker.mask(f"<EMAIL_{BOB}1> <EMAIL_1>", registry, layered=True)

    assert masked == "<LITERAL_1> <EMAIL_1>"


def test_another_sessions_placeholder_is_none_here() -> None:
    """A layer with another registry does not know it."""
    masker, mine, theirs = masker_for(), own_registry(), own_registry("other")
    masker.mask(JANE, theirs)

    assert masker.mask("<EMAIL_1>", mine, layered=True) == "<LITERAL_1>"
    assert masker.unmask("<EMAIL_1>", mine) == "<EMAIL_1>"


# Fails closed


def test_a_recognizer_that_raises_masks_nothing() -> None:
    """The error tells its kind and nothing of the text."""
    registry = own_registry()

    with pytest.raises(RecognizerError, match="ValueError") as caught:
        Masker(recognizer=failing).mask(["ok", f"to {JANE}"], registry)

    assert_bare(caught.value, JANE)
    assert registry.minted == 0


class NoEntity:
    type, start, end, score = None, 0, 2, 1.0


class Typeless:
    start, end, score = 0, 2, 1.0


WRONG: list[tuple[str, Any]] = [
    ("nothing", None),
    ("a number", 5),
    ("None inside", [None]),
    ("a text inside", ["jane"]),
    ("beyond the end", [Entity("ID", 0, 99)]),
    ("before the start", [Entity("ID", -1, 2)]),
    ("backwards", [Entity("ID", 3, 1)]),
    ("empty", [Entity("ID", 1, 1)]),
    ("float positions", [Entity("ID", 0.0, 2.0)]),  # type: ignore[arg-type]
    ("text positions", [Entity("ID", 0, "2")]),  # type: ignore[arg-type]
    ("no type", [Entity(None, 0, 2)]),  # type: ignore[arg-type]
    ("another class, no type", [NoEntity()]),
    ("another class", [Typeless()]),
    ("no score", [Entity("ID", 0, 2, None)]),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(
    "found", [case[1] for case in WRONG], ids=[case[0] for case in WRONG]
)
def test_what_is_no_entity_of_the_text_masks_nothing(found: Any) -> None:
    """A typed error, before anything was given a placeholder."""
    registry = own_registry()

    with pytest.raises(RecognizerError) as caught:
        Masker(recognizer=lambda text: found).mask(JANE, registry)

    assert_bare(caught.value, JANE)
    assert registry.minted == 0


def test_a_score_that_is_no_number_does_not_let_a_value_go() -> None:
    """NaN is below nothing."""
    odd = Masker(recognizer=lambda text: [Entity("ID", 0, len(text), float("nan"))])

    assert odd.mask("jane", own_registry()) == "<ID_1>"


def test_entities_below_the_threshold_are_let_go() -> None:
    """At the threshold they count."""
    unsure = Masker(
        recognizer=lambda text: [Entity("A", 0, 1, 0.5), Entity("B", 1, 2, 0.49)],
        threshold=0.5,
    )

    assert unsure.mask("ab", own_registry()) == "<A_1>b"


def raising(entity: Entity, context: Any) -> str:
    raise ValueError(f"no policy for {context.text}")


@pytest.mark.parametrize(
    "policy", [raising, lambda e, c: None, lambda e, c: c.text, lambda e, c: [c.text]]
)
def test_a_policy_that_fails_masks_nothing(policy: Any) -> None:
    """It raises, names no operator, or the text itself: no value gets out."""
    registry = own_registry()

    with pytest.raises(MaskingError) as caught:
        Masker(recognizer=emails, policy=policy).mask(JANE, registry)

    assert_bare(caught.value, JANE)
    assert registry.minted == 0


@pytest.mark.parametrize(
    "tree", [b"jane", {"a": [object()]}, {"a": {1: bytearray(b"j")}}]
)
def test_what_cannot_be_read_is_refused(tree: Any) -> None:
    """Bytes and unknown objects could hold anything."""
    with pytest.raises(InputError) as caught:
        masker_for().mask(tree, own_registry())

    assert_bare(caught.value, "jane")


@pytest.mark.parametrize("text", [None, 5, b"jane", ["jane"]])
def test_entities_wants_a_text(text: Any) -> None:
    """Anything else is a typed error."""
    with pytest.raises(InputError, match="Expected a text"):
        masker_for().entities(text)


def test_a_text_can_be_as_long_as_max_chars() -> None:
    """One more is refused before the recognizer sees it."""
    short = Masker(recognizer=blind, max_chars=10)

    assert short.mask("x" * 10, own_registry()) == "x" * 10
    with pytest.raises(InputTooLarge, match="10"):
        short.mask(["ok", "x" * 11], own_registry())


def test_every_error_of_ours_is_one_of_ours() -> None:
    """Whoever catches the root catches all."""
    assert issubclass(RecognizerError, MaskingError)
    assert issubclass(MaskingError, PIIMaskError)
    assert issubclass(InputTooLarge, ValueError)


# Restoring never blocks an answer


@pytest.mark.parametrize("leaf", [b"x", object(), {"a": bytearray(b"y")}])
def test_what_cannot_be_read_stays_as_it_is_when_restoring(leaf: Any) -> None:
    """And what stands beside it is restored."""
    masker, registry = masker_for(), own_registry()
    masker.mask(JANE, registry)

    assert masker.unmask([leaf, "<EMAIL_1>"], registry) == [leaf, JANE]


def test_what_is_too_deep_comes_back_masked() -> None:
    """Better than no answer."""
    tree: Any = "<EMAIL_1>"
    for _ in range(1_000):
        tree = [tree]

    assert masker_for().unmask(tree, own_registry()) is tree


def test_unmask_changes_nothing_given() -> None:
    """It returns the restored, and itself where there is nothing to restore."""
    masker, registry = masker_for(), own_registry()
    masker.mask(JANE, registry)
    tree = {"a": ["<EMAIL_1>"], "b": ["<b>"]}

    assert masker.unmask(tree, registry) == {"a": [JANE], "b": ["<b>"]}
    assert tree == {"a": ["<EMAIL_1>"], "b": ["<b>"]}


def test_a_stream_is_restored_as_the_whole() -> None:
    """Piece by piece, without waiting for more than a placeholder."""
    masker, registry = masker_for(), own_registry()
    masker.mask(JANE, registry)
    stream = masker.stream_unmasker(registry)

    pieces = [stream.feed(c) for c in "to <EMAIL_1>, <EMAIL_2> << x"] + [stream.flush()]

    assert "".join(pieces) == f"to {JANE}, <EMAIL_2> << x"


# Odd texts


@pytest.mark.parametrize(
    "around",
    [
        "\ud800{}\udfff",
        "\x00{}\x00",
        "\u202e{}\u202c",
        "\ufeff{}\u200b",
        "é{}",
        "😀{}😀",
    ],
)
def test_odd_characters_around_a_value_stay(around: str) -> None:
    """Positions are those of the text that was given."""
    masker, registry = masker_for(), own_registry()
    text = around.format(JANE)

    masked = masker.mask(text, registry)

    assert masked == around.format("<EMAIL_1>")
    assert masker.unmask(masked, registry) == text


def test_a_recognizer_sees_no_lone_surrogate() -> None:
    """It would die on it; what is restored is the original."""
    seen: list[str] = []

    def whole(text: str) -> list[Entity]:
        seen.append(text)
        return [Entity("ID", 0, len(text))]

    masker, registry = Masker(recognizer=whole), own_registry()
    masked = masker.mask("a\ud800b", registry)

    assert seen == ["a\ufffdb"]
    assert masker.unmask(masked, registry) == "a\ud800b"


def test_white_space_around_an_entity_is_not_part_of_it() -> None:
    """With it, the value would not be known again."""
    masker = once({"API_KEY": [" sk-abc12345\n"]})
    registry = own_registry()

    assert masker.mask("FIRST sk-abc12345\n", registry) == "FIRST <API_KEY_1>\n"
    assert masker.mask("sk-abc12345.", registry) == "<API_KEY_1>."


def test_a_remainder_of_an_overlap_is_known_again() -> None:
    """White space at its edge is not part of it either."""
    masker = once({"ID": ["abcd1234 xy"], "ORG": ["xy and more of it"]})
    registry = own_registry()
    masker.mask("FIRST abcd1234 xy and more of it", registry)

    assert "abcd1234" not in masker.mask("it is abcd1234.", registry)


# What would be replaced, and what still stands


def test_entities_are_what_would_be_replaced() -> None:
    """In order, without overlap, without what is kept."""
    masker = Masker(
        recognizer=recognizing({"EMAIL_ADDRESS": [JANE], "URL": [f"x.io/{JANE}"]}),
        policy=by_type({"URL": "keep"}),
    )

    assert masker.entities(f"<A_1> x.io/{JANE}") == [
        Entity("LITERAL", 0, 5),
        Entity("EMAIL_ADDRESS", 11, 27),
    ]


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("nothing", set()),
        ("<EMAIL_1> <EMAIL_99>", set()),
        (f"to {BOB}", {"EMAIL_ADDRESS"}),
        (f"{JANE} {SSN} <EMAIL_1>", {"EMAIL_ADDRESS", "US_SSN"}),
    ],
)
def test_unmasked_tells_the_types_of_what_still_stands(
    text: str, types: set[str]
) -> None:
    """A guard asks before a model does; placeholders count as masked."""
    masker, registry = masker_for(), own_registry()
    masker.mask(JANE, registry)
    minted = registry.minted

    assert masker.unmasked(text, registry) == types
    assert registry.minted == minted


def test_unmasked_tells_what_would_be_removed_too() -> None:
    """A value that is to be stripped must not pass either."""
    stripping = Masker(recognizer=emails, policy=by_type({}, default="strip"))

    assert stripping.unmasked(JANE, own_registry()) != set()


def test_known_tells_the_types_of_the_sessions_values() -> None:
    """Of those only, whatever a recognizer would find."""
    masker, registry = masker_for(), own_registry()
    masker.mask(JANE, registry)

    assert masker.known(f"{JANE.upper()} {BOB}", registry) == {"EMAIL_ADDRESS"}
    assert masker.known(f"{BOB} <EMAIL_1>", registry) == set()


# Configuration and whose session it is


def test_a_masker_cannot_be_changed() -> None:
    """All sessions share it."""
    with pytest.raises(AttributeError):
        masker_for().threshold = 0.0  # type: ignore[misc]


def test_a_maskers_registry_lies_in_its_vault_under_its_tenant() -> None:
    """Unless another tenant is named."""
    masker = Masker(recognizer=emails, tenant="acme", vault=MemoryVault())
    masker.mask(JANE, masker.registry("s"))

    assert masker.registry("s").tenant == "acme"
    assert len(masker.registry("s")) == 1
    assert len(masker.registry("s", tenant="other")) == 0


@pytest.mark.parametrize("names", [("", None), ("s", "")])
def test_an_empty_name_is_nobodys(names: tuple[str, str | None]) -> None:
    """Neither a fresh session nor the masker's own tenant."""
    with pytest.raises(InputError):
        masker_for().registry(names[0], tenant=names[1])


def test_phones_are_equal_under_the_maskers_region() -> None:
    """National and international form share a number where the region says so."""
    forms = ["020 7946 0958", "+44 20 7946 0958"]
    british = Masker(recognizer=recognizing({"PHONE_NUMBER": forms}), phone_region="GB")
    american = Masker(recognizer=recognizing({"PHONE_NUMBER": forms}))

    assert british.mask(forms, own_registry()) == ["<PHONE_1>", "<PHONE_1B>"]
    assert american.mask(forms, own_registry()) == ["<PHONE_1>", "<PHONE_2>"]


def test_a_region_that_is_none_is_refused_when_the_masker_is_made() -> None:
    """Not at the first phone number."""
    with pytest.raises(InputError, match="phone_region"):
        Masker(recognizer=blind, phone_region="Texas")


def test_the_instruction_names_no_placeholder() -> None:
    """Its example can never be restored; it is added once."""
    told = with_instruction("Be kind.", INSTRUCTION)

    assert list(find(INSTRUCTION)) == []
    assert with_instruction(told, INSTRUCTION) == told == f"Be kind.\n\n{INSTRUCTION}"
    assert with_instruction("", INSTRUCTION) == INSTRUCTION
    assert with_instruction("Be kind.", "") == "Be kind."


def test_its_repr_holds_no_value() -> None:
    """Not of a session, and not of what it looks for."""
    masker = masker_for()
    masker.mask(JANE, masker.registry("s"))

    assert JANE not in repr(masker)


def test_json_stays_json() -> None:
    """Values with quotes are replaced and restored as they were written."""
    masker, registry = masker_for({"PERSON": ['Jo \\"JJ\\" O\\\\Neil']}), own_registry()
    text = json.dumps({"name": 'Jo "JJ" O\\Neil', "n": [1, None]})

    masked = masker.mask(text, registry)

    assert json.loads(masked) == {"name": "<PERSON_1>", "n": [1, None]}
    assert masker.unmask(masked, registry) == text


# Cost


def addresses(count: int) -> str:
    return " ".join(f"user{n}@example.com" for n in range(count))


def typed(count: int) -> str:
    return " ".join(f"<EMAIL_{n}>" for n in range(1, count + 1))


@pytest.mark.parametrize("make", [addresses, typed])
def test_many_values_in_one_text_cost_in_proportion(make: Callable[[int], str]) -> None:
    """Eight times the values, far less than sixty-four times the time."""
    masker = Masker(recognizer=emails)
    few, many = make(1_000), make(8_000)

    fast = best_of(3, lambda: masker.mask(few, own_registry()))
    slow = best_of(2, lambda: masker.mask(many, own_registry()))

    assert slow < 24 * fast


def test_a_turn_costs_the_same_however_much_the_session_knows() -> None:
    """With ten thousand values or ten."""
    masker = Masker(recognizer=emails)
    text = "Write to user1@example.com about the order of user2@example.com. " * 50
    small, large = own_registry(), own_registry()
    masker.mask(addresses(10), small)
    masker.mask(addresses(10_000), large)

    fast = best_of(5, lambda: masker.unmask(masker.mask(text, small), small))
    slow = best_of(5, lambda: masker.unmask(masker.mask(text, large), large))

    assert slow < 4 * fast


# Threads


@pytest.fixture
def nervous() -> Iterator[None]:
    """Threads take turns all the time."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("nervous")
def test_one_masker_and_one_session_in_32_threads() -> None:
    """Each gets its own text back, no value has two placeholders, none two values."""
    masker = Masker(recognizer=emails, vault=MemoryVault())
    registry = masker.registry("s")
    wrong: list[str] = []
    pairs: set[tuple[str, str]] = set()

    def work(index: int) -> None:
        for turn in range(20):
            text = f"own{index}.{turn}@x.com and shared{turn}@x.com <EMAIL_{index + 1}>"
            masked = masker.mask(text, registry)
            pairs.update(zip(EMAIL.findall(text), masked.split(" and "), strict=True))
            if masker.unmask(masked, registry) != text or "@" in masked:
                wrong.append(text)

    def run(index: int) -> None:
        try:
            work(index)
        except BaseException as error:
            wrong.append(repr(error))

    threads = [threading.Thread(target=run, args=(n,)) for n in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    given = {(value, shown.split()[0]) for value, shown in pairs}
    assert wrong == []
    assert len(given) == len({v for v, _ in given}) == len({p for _, p in given})


# A walker of one's own


def test_whoever_walks_a_container_masks_all_its_texts_together() -> None:
    """Adapters give a function that visits; it is run twice."""
    masker, registry = once({"PERSON": ["Jane Doe"]}), own_registry()
    runs: list[int] = []

    def walker(visit: Callable[[str], str]) -> tuple[str, str]:
        runs.append(1)
        return visit("Hello Jane Doe"), visit("FIRST Jane Doe")

    masked = masker.mask_with(walker, registry)

    assert masked == ("Hello <PERSON_1>", "FIRST <PERSON_1>")
    assert len(runs) == 2


def test_a_walker_that_visits_no_text_is_refused() -> None:
    """Whatever it hands over is checked."""
    with pytest.raises(InputError, match="Expected a text"):
        masker_for().mask_with(lambda visit: visit(b"x"), own_registry())  # type: ignore[arg-type]


def test_an_operator_that_keeps_some_values_leaves_those() -> None:
    """An allow list is an operator."""
    allowing = Masker(
        recognizer=emails,
        policy=by_type({}, default="unless"),
        operators={"unless": lambda type, value: KEEP if value == BOB else "***"},
    )

    assert allowing.mask(f"{JANE} {BOB}", own_registry()) == f"*** {BOB}"


def test_registries_of_two_users_never_mix() -> None:
    """One masker, two conversations: each sees its own values only."""
    masker = Masker(recognizer=emails, vault=MemoryVault())
    hers, his = masker.registry("hers"), masker.registry("his")
    masker.mask(JANE, hers)

    assert masker.mask(f"{BOB} {JANE}", his) == "<EMAIL_1> <EMAIL_2>"
    assert masker.unmask("<EMAIL_1> <EMAIL_2>", hers) == f"{JANE} <EMAIL_2>"
    assert isinstance(his, Registry)
