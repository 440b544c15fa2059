"""The gate: cheap, and lossless for patterns."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piimask_core.entities import Entity
from piimask_core.recognizers import (
    default_recognizer,
    has_strong_trigger,
    has_trigger,
    two_stage,
)

everything = default_recognizer(gate="off", names=False)

PARTS = [
    *("password", "pass", "user", "login", " is ", " at ", " AT ", " dot ", "gmail"),
    *("jane", "four ", "five ", "six ", "two ", "nine ", "address ", "corner of "),
    *("street", "nick", "Nick", "iPhone", "eyJ", "aGVsbG8gamFuZUBleGFtcGxlLmNvbQ"),
    *(". ", ", ", "! ", "?", "born ", "rot", "a ", "e ", "key", "=", "%40", "[at]"),
    "www",
    "com",
    "example",
    "ab",
    "CD",
    "ef",
    "x",
    "é",
    "bc",
    "phone",
    "SSN",
    ".",
    ":",
    "::",
    "-",
    "/",
    "//",
    "@",
    "_",
    " ",
    "'",
    "(",
    ")",
    "+",
    "#",
    "\n",
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Could you write a poem about the sea, please? Thanks.", False),
        ("Wait... what?! (No.) It's 'fine': really - well-known, or so.", False),
        ("Jane Doe", False),
        ("", False),
        ("a1", True),
        ("\u0665", True),  # a digit of another script
        ("jane@localhost", True),
        ("www.example", True),
        ("ftp://", True),
        ("aa:bb:cc:dd:ee:ff", True),
        ("aa-bb-cc-dd-ee-ff", True),
        ("aabb.ccdd.eeff", True),
        ("fe::ab", True),
    ],
)
def test_a_trigger_is_what_a_pattern_can_start_from(text: str, expected: bool) -> None:
    """Plain prose has no trigger; digits, addresses and links have one."""
    assert has_trigger(text) is expected


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.lists(st.sampled_from(PARTS), max_size=24).map("".join), st.text()))
def test_the_gate_loses_nothing(text: str) -> None:
    """Where the gate says no, the recognizers behind it find nothing."""
    assert has_trigger(text) or everything(text) == []


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=24).map("".join))
def test_the_gate_loses_no_name(text: str) -> None:
    """Names are looked for whatever the gate says, which knows nothing of them."""
    read = default_recognizer(gate="off")(text)

    assert set(default_recognizer()(text)) == set(read)


@pytest.mark.parametrize(
    "text",
    [
        "aa:bb:cc:dd:ee:ff",
        "aa-bb-cc-dd-ee-ff",
        "aabb.ccdd.eeff",
        "fe::ab",
        "a:b:c:d:e:f:a:b",
        "::",
        "www.example.com",
        "jane@example.com",
        "ftp://x",
        "t.me/jane",
    ],
)
def test_values_without_a_digit_pass_the_gate(text: str) -> None:
    """What can be found in letters only is found behind the gate as well."""
    assert everything(text) != []
    assert default_recognizer(names=False)(text) == everything(text)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=24).map("".join))
def test_the_fast_gate_lets_more_pass(text: str) -> None:
    """Where the fast gate says yes, the lossless one does."""
    assert has_trigger(text) or not has_strong_trigger(text)


def test_the_fast_gate_wants_more_than_a_few_digits() -> None:
    """An hour is let go, a house number with its street is read."""
    assert not has_strong_trigger("see you at 5")
    assert has_strong_trigger("12 Elm Street")
    assert default_recognizer(gate="fast")("12 Elm Street") != []


def test_another_gate_is_refused() -> None:
    """A misspelled setting is no setting."""
    with pytest.raises(ValueError, match="lossless"):
        default_recognizer(gate="loseless")


def test_the_recognizer_is_asked_only_where_the_gate_says_yes() -> None:
    """A closed gate costs one look; the recognizer never sees the text."""
    seen = []

    def recognizer(text: str) -> list[Entity]:
        seen.append(text)
        return [Entity("X", 0, 1)]

    gated = two_stage(str.isupper, recognizer)

    assert gated("no") == []
    assert gated("YES") == [Entity("X", 0, 1)]
    assert seen == ["YES"]
