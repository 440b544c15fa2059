"""The recognizer that is used when none is given."""

import re
import time
import warnings
from dataclasses import replace
from random import Random
from uuid import UUID as UUIDs

import pytest

from piimask_core import Masker, MemoryVault
from piimask_core.entities import Entity
from piimask_core.recognizers import default_recognizer
from piimask_core.recognizers.combine import beside


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("write to jane [at] example dot com", {"EMAIL_ADDRESS"}),
        ("ship it to 14 Elm Street, Springfield, IL 62704", {"ADDRESS"}),
        ("born 7 May 1979", {"DATE_OF_BIRTH"}),
        ("my password is correcthorsebattery", {"PASSWORD"}),
        ("user: hello there\nassistant: what can I do?", set()),
        ("press 1-2-3-4-5-6-7 to go on", set()),
        ("call 2-1-2-5-5-5-0-1-8-7 please", {"PHONE_NUMBER"}),
        ("run 3f2b8c1e-9d47-4a6b-8e21-0c5d7f9a1b34 failed", set()),
        ("Could you tell me how that works, please?", set()),
        ("", set()),
    ],
)
def test_what_a_masker_replaces_by_default(text: str, found: set[str]) -> None:
    """All parts work together; what tells of nobody stays."""
    assert {entity.type for entity in Masker().entities(text)} == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("hi, jane here", [("PERSON", "jane")]),
        ("My name is Priya Raghunathan.", [("PERSON", "Priya Raghunathan")]),
        (
            "Priya works at Acme Ltd in Boston",
            [("PERSON", "Priya"), ("ORGANIZATION", "Acme Ltd"), ("LOCATION", "Boston")],
        ),
        ("write to jane.doe@example.com", [("EMAIL_ADDRESS", "jane.doe@example.com")]),
        ("see https://example.com/jane-doe", [("URL", "https://example.com/jane-doe")]),
        (
            "Jane Doe 555-123-4567",
            [("PERSON", "Jane Doe"), ("PHONE_NUMBER", "555-123-4567")],
        ),
        ("IBAN DE89370400440532013000", [("IBAN_CODE", "DE89370400440532013000")]),
        (
            "Jane Doe DE89370400440532013000",
            [("PERSON", "Jane Doe"), ("IBAN_CODE", "DE89370400440532013000")],
        ),
        (
            "ask Jane at 14 Elm Street, Springfield, IL 62704",
            [
                ("PERSON", "Jane"),
                ("ADDRESS", "14 Elm Street, Springfield, IL 62704"),
            ],
        ),
        ("<PERSON_1> called", [("LITERAL", "<PERSON_1>")]),
        ("i will check it in may", []),
        ("Will it arrive by Friday?", []),
    ],
)
def test_names_are_found_by_default(text: str, found: list[tuple[str, str]]) -> None:
    """Beside what rules find, which stays in one piece."""
    entities = Masker().entities(text)

    assert [(e.type, text[e.start : e.end]) for e in entities] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The train leaves from Union Station.", []),
        ("I fly with Northwind Airlines from Boston.", ["Boston"]),
        ("We met at the Lakeside Theatre", []),
        ("I work at Northwind Bank", ["Northwind Bank"]),
        ("She is at Mercy Hospital", ["Mercy Hospital"]),
        ("Mr. Station called again.", ["Station"]),
    ],
)
def test_places_open_to_all_tell_of_nobody(text: str, found: list[str]) -> None:
    """Stations, airlines and stadiums stay; a hospital, a bank and a person do not."""
    assert [text[e.start : e.end] for e in Masker().entities(text)] == found


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("\uff2a\uff41\uff4e\uff45 \uff24\uff4f\uff45 called", "Jane Doe, wide"),
        ("my name is J\u0430ne Doe", "a Cyrillic a"),
        ("J\u200bane Doe called", "a space of no width"),
        ("My name is J&#97;ne Doe", "an HTML escape"),
        ("%4aane%20Doe", "URL escapes"),
        ('{"name": "Jane Doe", "note": ""}', "JSON"),
        ("id,name,city\n7,Jane Doe,Boston", "CSV"),
        ("From: Jane Doe <jane@example.com>", "a header of an e-mail"),
        ("Subject: hello\nTo: Doe, Jane", "another"),
    ],
)
def test_names_in_disguise_are_found(text: str, name: str) -> None:
    """Whatever they are written in."""
    masker = Masker(vault=MemoryVault())
    registry = masker.registry("s")

    masked = masker.mask(text, registry)

    assert "Doe" not in masked
    assert "ne Doe" not in masked
    assert "<PERSON_1" in masked
    assert masker.unmask(masked, registry) == text


@pytest.mark.parametrize(
    "text", ["hi, jane here", "Jane Doe of Acme Ltd", "J\u200bane Doe called"]
)
def test_names_can_be_switched_off(text: str) -> None:
    """One word does it; what rules find is found all the same."""
    masker = Masker(recognizer=default_recognizer(names=False))

    assert masker.entities(text) == []
    assert [e.type for e in masker.entities(f"{text} a@example.com")] == [
        "EMAIL_ADDRESS"
    ]


def test_names_of_another_language_are_said_to_be_off_once() -> None:
    """Patterns run all the same."""
    with pytest.warns(UserWarning, match="'qx'.*not masked") as said:
        masker = Masker(language="qx")
        Masker(language="qx")
        default_recognizer(language="qx")

    assert len(said) == 1
    assert masker.entities("Jane Doe") == []
    assert [e.type for e in masker.entities("Jane Doe jane@example.com")] == [
        "EMAIL_ADDRESS"
    ]


def test_another_recognizer_of_names_takes_the_place_of_the_embedded_one() -> None:
    """For a model of one's own; it reads what is undone of a disguise, too."""

    def zed(text: str) -> list[Entity]:
        return [Entity("PERSON", m.start(), m.end()) for m in re.finditer("Zed", text)]

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        masker = Masker(recognizer=default_recognizer(names=zed, language="qw"))

    text = "Jane Doe, Zed, Z\u200bed, a@example.com"
    assert [text[e.start : e.end] for e in masker.entities(text)] == [
        "Zed",
        "Z\u200bed",
        "a@example.com",
    ]


def test_a_changed_copy_reads_what_the_masker_reads() -> None:
    """Its language is not English again because another setting was changed."""
    with pytest.warns(UserWarning):
        masker = Masker(language="qv")

    assert replace(masker, threshold=0.5).recognizer is masker.recognizer
    assert masker.recognizer is not default_recognizer()


def test_names_that_are_off_anyway_are_no_news() -> None:
    """Nor is the language that they are read in, nor a recognizer of one's own."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        default_recognizer(names=False, language="qy")
        Masker(language="en")
        masker = Masker(recognizer=default_recognizer(names=False), language="qz")

    assert masker.recognizer is default_recognizer(names=False)


def test_a_language_changes_what_patterns_are_read() -> None:
    """Each country has numbers of its own."""
    text = "PESEL 44051401359"
    english = default_recognizer(names=False)
    polish = default_recognizer(names=False, language="pl")

    assert "PL_PESEL" in {e.type for e in polish(text)}
    assert "PL_PESEL" not in {e.type for e in english(text)}


def test_a_plain_message_with_a_name_is_read() -> None:
    """No sign of anything else stands in it."""
    masker = Masker(vault=MemoryVault())
    registry = masker.registry("s")

    assert masker.mask("hello jane how are you", registry) == (
        "hello <PERSON_1> how are you"
    )


def test_a_verb_is_not_taken_for_a_known_person() -> None:
    """Will has been told of; what he will do is said in the same words."""
    masker = Masker(vault=MemoryVault())
    registry = masker.registry("s")

    assert masker.mask("My name is Will Hargrove", registry) == "My name is <PERSON_1>"
    assert masker.mask("it will arrive, and i will check", registry) == (
        "it will arrive, and i will check"
    )


@pytest.mark.parametrize(
    ("told", "then"),
    [
        ("I work at Target.", "please target the right group"),
        ("I bank with Chase", "chase the refund"),
        ("I live in Reading", "i am reading a book"),
        ("Name: Jane\nCity: Mobile", "my mobile phone"),
        ("A man called Bill", "the bill please"),
    ],
)
def test_a_word_is_not_taken_for_a_known_place_or_company(told: str, then: str) -> None:
    """Who lives in Reading may be reading a book."""
    masker = Masker(vault=MemoryVault())
    registry = masker.registry("s")

    assert masker.mask(told, registry) != told
    assert masker.mask(then, registry) == then


def test_one_person_under_two_forms() -> None:
    """Another case is another form; a part of a name is a value of its own."""
    masker = Masker(vault=MemoryVault())
    registry = masker.registry("s")
    turns = ["My name is Jane Doe", "jane doe here", "thanks, Jane"]

    masked = masker.mask(turns, registry)

    assert masked == [
        "My name is <PERSON_1>",
        "<PERSON_1B> here",
        "thanks, <PERSON_2>",
    ]
    assert masker.unmask(masked, registry) == turns


def test_one_instance_for_all() -> None:
    """It is made once for each setting, however often it is asked for."""
    assert default_recognizer() is default_recognizer()
    assert default_recognizer(gate="off") is not default_recognizer()
    assert default_recognizer(names=False) is default_recognizer(names=False)
    assert default_recognizer(names=False) is not default_recognizer()


def test_a_name_that_reaches_into_a_number_is_read_again_without_it() -> None:
    """What names it is no name, and a name beside it stays one."""
    seen = []

    def rules(text: str) -> list[Entity]:
        return [Entity("PHONE_NUMBER", 9, 21), Entity("ID", 15, 24)]

    def names(text: str) -> list[Entity]:
        seen.append(text)
        return [Entity("PERSON", 0, 8 if "|" in text else 14)]

    found = beside(rules, names)("Jane Doe 555-123-4567 x7")

    assert seen == ["Jane Doe 555-123-4567 x7", "Jane Doe " + "|" * 15]
    assert [(e.type, e.start, e.end) for e in found] == [
        ("PHONE_NUMBER", 9, 21),
        ("ID", 15, 24),
        ("PERSON", 0, 8),
    ]


def test_a_rule_for_words_does_not_cut_a_name() -> None:
    """Nor does one that is not sure."""

    def rules(text: str) -> list[Entity]:
        return [Entity("USERNAME", 0, 4), Entity("ID", 9, 12, 0.1)]

    def names(text: str) -> list[Entity]:
        return [Entity("PERSON", 0, 12)]

    assert beside(rules, names)("Jane Doe 555")[-1] == Entity("PERSON", 0, 12)


def test_many_values_beside_many_names_take_linear_time() -> None:
    """Each is not compared with each."""

    def seconds(count: int) -> float:
        found = [Entity("ID", 10 * at, 10 * at + 5) for at in range(count)]
        named = [Entity("PERSON", 10 * at + 5, 10 * at + 9) for at in range(count)]
        recognize = beside(lambda _: found, lambda _: named)
        text = "5" * 10 * count

        def once() -> float:
            began = time.process_time()
            assert len(recognize(text)) == 2 * count
            return time.process_time() - began

        return min(once() for _ in range(3))

    assert seconds(8_000) < 16 * max(seconds(2_000), 1e-3)


UUID = "900f84ba-833d-4f25-9233-b9d03b211556"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (UUID, []),
        (UUID.upper(), []),
        (f"run-{UUID}", []),
        (f"{UUID} is for Jane Doe", ["Jane Doe"]),
        (f"Jane Doe {UUID}", ["Jane Doe"]),
        (f"Jane Doe-{UUID}", ["Jane Doe"]),
    ],
)
def test_an_identifier_is_no_name(text: str, expected: list[str]) -> None:
    """Half of all UUIDs looked like places; who stands beside one is still found."""
    found = default_recognizer()(text)

    names = {"PERSON", "LOCATION", "ORGANIZATION"}
    assert [text[e.start : e.end] for e in found if e.type in names] == expected


def test_hardly_any_identifier_is_a_name() -> None:
    """Out of five hundred, as frameworks make them."""
    chance = Random(3)  # noqa: S311 - made up, no secret
    made = [str(UUIDs(int=chance.getrandbits(128), version=4)) for _ in range(500)]
    read = default_recognizer()

    names = {"PERSON", "LOCATION", "ORGANIZATION"}
    assert [each for each in made if {e.type for e in read(each)} & names] == []
