"""Values that a session knows are found again, whatever the recognizer says."""

import pytest
from core.helpers import best_of

from piimask_core.entities import label_of
from piimask_core.identity import calling_code, identity
from piimask_core.known import Known


def knowing(*values: tuple[str, str]) -> Known:
    known = Known()
    for type, value in values:
        known.add(type, value, identity(label_of(type), value))
    return known


def hits(known: Known, text: str) -> list[str]:
    return sorted({text[e.start : e.end] for e in known.find(text)})


FOUND = [
    ("EMAIL_ADDRESS", "jane@x.com", "jane@x.com"),
    ("EMAIL_ADDRESS", "jane@x.com", "JANE@X.com"),
    ("EMAIL_ADDRESS", "jane@x.com", "mailto:jane@x.com?subject=hi"),
    ("EMAIL_ADDRESS", "jane@x.com", "<jane@x.com>,"),
    ("EMAIL_ADDRESS", "jane@x.com", '{"to":"jane@x.com"}'),
    ("EMAIL_ADDRESS", "jane@x.com", "**jane@x.com**"),
    ("EMAIL_ADDRESS", "jane@x.com", "_jane@x.com_"),
    ("PERSON", "Jane Doe", "JANE DOE's"),
    ("PERSON", "Jane Doe", "Jane\n  Doe"),
    ("PERSON", "Jane Doe", "__Jane Doe__"),
    ("PERSON", "O'Neil", "Mr O'Neil."),
    ("PERSON", "Zoë", "Zoë!"),
    ("PERSON", "张伟", "我是张伟。"),
    ("PHONE_NUMBER", "555-123-4567", "call 5551234567"),
    ("PHONE_NUMBER", "555-123-4567", "(555) 123 4567"),
    ("PHONE_NUMBER", "555-123-4567", "555.123.4567"),
    ("PHONE_NUMBER", "555-123-4567", "555_123_4567"),
    ("PHONE_NUMBER", "555-123-4567", "+15551234567"),
    ("PHONE_NUMBER", "555-123-4567", "1-555-123-4567"),
    ("PHONE_NUMBER", "555-123-4567", "15551234567"),
    ("PHONE_NUMBER", "555-123-4567", "555–123–4567"),
    ("PHONE_NUMBER", "555-123-4567", "555\u2011123\u20114567"),
    ("PHONE_NUMBER", "+1 (555) 123-4567", "555-123-4567"),
    ("US_SSN", "123-45-6789", "ssn:123456789;"),
    ("US_SSN", "123-45-6789", "SSN_123-45-6789"),
    ("CREDIT_CARD", "4111 1111 1111 1111", "4111-1111-1111-1111"),
    ("CREDIT_CARD", "4111 1111 1111 1111", "4111\n1111\n1111\n1111"),
    ("IBAN_CODE", "GB82 WEST 1234 5698 7654 32", "GB82WEST12345698765432"),
    ("MAC_ADDRESS", "00:1A:2B:3C:4D:5E", "00:1A:2B:3C:4D:5E"),
    ("MAC_ADDRESS", "00:1A:2B:3C:4D:5E", "00-1a-2b-3c-4d-5e"),
    ("MAC_ADDRESS", "AA-BB-CC-1A-2B-3C", "AA-BB-CC-1A-2B-3C"),
    ("UK_NINO", "AB 12 34 56 C", "AB 12 34 56 C"),
    ("IP_ADDRESS", "10.0.0.1", "http://10.0.0.1:80/"),
    ("IP_ADDRESS", "2001:db8::1", "[2001:DB8::1]"),
    ("API_KEY", "sk-Abc1", "key=sk-Abc1,"),
    ("API_KEY", "@@tok3n", "x @@tok3n"),
    ("URL", "JaneJane ", "](<JaneJane"),
]


@pytest.mark.parametrize(("type", "value", "text"), FOUND)
def test_a_known_value_is_found_in_every_equal_form(
    type: str, value: str, text: str
) -> None:
    """One hit at least is the same value under its type's rule."""
    found = knowing((type, value)).find(text)

    keys = {identity(label_of(type), text[e.start : e.end]) for e in found}
    assert identity(label_of(type), value) in keys


NOT_FOUND = [
    ("PERSON", "Anna", "Annette"),
    ("PERSON", "Anna", "Joanna"),
    ("PERSON", "Will", "I will go"),
    ("PERSON", "May", "you may ask"),
    ("IP_ADDRESS", "10.0.0.1", "10.0.0.12"),
    ("IP_ADDRESS", "10.0.0.1", "110.0.0.1"),
    ("EMAIL_ADDRESS", "jane@x.com", "jane@x.company"),
    ("EMAIL_ADDRESS", "jane@x.com", "maryjane@x.com"),
    ("EMAIL_ADDRESS", "jane@x.com", "jane @ x . com"),
    ("API_KEY", "sk-Abc1", "SK-ABC1"),
    ("PHONE_NUMBER", "555-123-4567", "9555-123-45670"),
    ("US_SSN", "123-45-6789", "1234567890"),
    ("CREDIT_CARD", "4111 1111 1111 1111", "4111, 1111, 1111, 1111"),
    ("ID", "a b c d", ""),
]


@pytest.mark.parametrize(("type", "value", "text"), NOT_FOUND)
def test_near_misses_are_left_alone(type: str, value: str, text: str) -> None:
    """No part of a word, no other case of a secret, no common word for a name."""
    assert hits(knowing((type, value)), text) == []


def test_values_that_share_words_are_all_found() -> None:
    """The tree branches; the shorter value and the longer are both there."""
    known = knowing(("PERSON", "Jane"), ("PERSON", "Jane Doe"), ("ORG", "Doe Ltd"))

    assert hits(known, "Jane Doe Ltd") == ["Doe Ltd", "Jane", "Jane Doe"]


def test_one_number_of_two_types_is_found_as_both() -> None:
    """The resolver decides, not the order of learning."""
    known = knowing(("US_SSN", "123-45-6789"), ("UK_NHS", "123456789"))

    found = {entity.type for entity in known.find("123 45 6789")}

    assert found == {"US_SSN", "UK_NHS"}


def test_another_region_has_other_equal_forms() -> None:
    """The international form of a British number is known from the national one."""
    code = calling_code("GB")

    def same(label: str, value: str) -> str:
        return identity(label, value, code)

    known = Known()
    known.add("PHONE_NUMBER", "020 7946 0958", same("PHONE", "020 7946 0958"))
    text = "+442079460958"

    found = known.find(text, same)

    assert [text[e.start : e.end] for e in found] == [text]


def test_a_value_without_a_word_is_no_trouble() -> None:
    """There is nothing to look up, and nothing is found."""
    known = knowing(("ID", "!!!"), ("ID", ""), ("US_SSN", "--"))

    assert known.find("!!! -- ") == []


def many(count: int) -> Known:
    emails = [("EMAIL_ADDRESS", f"user{n}@example.com") for n in range(count // 2)]
    phones = [("PHONE_NUMBER", f"{5550000000 + n}") for n in range(count // 2)]
    return knowing(*emails, *phones)


@pytest.mark.parametrize("times", [1, 400])
def test_the_cost_does_not_grow_with_what_is_known(times: int) -> None:
    """Four thousand times the values, the same time within a generous factor."""
    text = "Write to nobody@example.com or call 555 000 0001 today. " * times
    few, lots = many(10), many(40_000)
    calls = range(400 // times)

    fast = best_of(5, lambda: [few.find(text) for _ in calls])
    slow = best_of(5, lambda: [lots.find(text) for _ in calls])

    assert slow < 4 * fast


BAIT = [
    ("ID", "a a a a b", "a "),
    ("ID", "a-a-a-a-b", "a-"),
    ("US_SSN", "111111111", "1 "),
    ("CREDIT_CARD", "1111111111111112", "1-"),
    ("MAC_ADDRESS", "11:11:11:11:11:12", "11:"),
    ("EMAIL_ADDRESS", "a.a.a.a.a@x.com", "a."),
    ("PHONE_NUMBER", "555-123-4567", "5 5"),
    ("PHONE_NUMBER", "555-123-4567", "+1(555)"),
]


@pytest.mark.parametrize(("type", "value", "unit"), BAIT)
def test_a_bait_costs_in_proportion_to_its_length(
    type: str, value: str, unit: str
) -> None:
    """A text made of beginnings of a known value is read in linear time."""
    known = knowing((type, value))

    fast = best_of(3, lambda: known.find(unit * 5_000))
    slow = best_of(2, lambda: known.find(unit * 40_000))

    assert slow < 24 * fast


def test_letters_that_are_nothing_when_bare_are_no_bait() -> None:
    """U+037A is a letter whose plain form is a space."""
    known = knowing(("PHONE_NUMBER", "555-123-4567"))

    fast = best_of(3, lambda: known.find("5551234" + " \u037a" * 250))
    slow = best_of(1, lambda: known.find("5551234" + " \u037a" * 2_000))

    assert slow < 24 * fast


@pytest.mark.parametrize(
    ("type", "unit"),
    [
        ("URL", "http://"),
        ("URL", "id=1&"),
        ("ID", "a-"),
        ("EMAIL_ADDRESS", "a."),
        ("LOCATION", "ab "),
    ],
)
def test_a_long_value_that_repeats_itself_is_no_bait(type: str, unit: str) -> None:
    """Finding a value in its own text costs in proportion to its length."""
    short, long = unit * 500, unit * 4_000
    some, more = knowing((type, short)), knowing((type, long))

    fast = best_of(3, lambda: some.find(short))
    slow = best_of(2, lambda: more.find(long))

    assert slow < 24 * fast


@pytest.mark.parametrize("kind", ["case", "marks"])
def test_many_values_of_the_same_words_are_no_bait(kind: str) -> None:
    """Secrets that differ in case or in leading marks: eight times as many cost eight
    times as much, not sixty-four."""

    def spelled(number: int) -> str:
        if kind == "marks":
            return format(number, "013b").translate({48: "#", 49: "!"}) + "abc"
        return "".join(
            c.upper() if number >> at & 1 else c for at, c in enumerate("abcdefghijklm")
        )

    def cost(count: int) -> float:
        values = [spelled(number) for number in range(count)]
        known = knowing(*(("PASSWORD", value) for value in values))
        text = " ".join(values)
        return best_of(2, lambda: known.find(text))

    assert cost(8_000) < 24 * cost(1_000)
