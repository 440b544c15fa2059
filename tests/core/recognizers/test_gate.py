"""The gate: cheap, and lossless for patterns."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piimask_core.entities import Entity
from piimask_core.recognizers import (
    default_recognizer,
    has_trigger,
    patterns,
    presidio,
    two_stage,
    union,
)

everything = union(patterns(), presidio())

PARTS = [
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
        ("Wait... what?! (No.) It's 'fine': really - well-known, and/or so.", False),
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
    assert default_recognizer()(text) == everything(text)


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
