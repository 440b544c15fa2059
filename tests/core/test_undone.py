"""Where does a stretch of the undone text stand in the text as it was?"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piimask_core.undone import Undone, undo

ESCAPED = re.compile(r"<[^>]*>")


def inside(match: re.Match[str]) -> str:
    return match[0][1:-1]


@pytest.mark.parametrize(
    ("text", "part", "expected"),
    [
        ("a<b>c", "abc", "a<b>c"),
        ("a<b>c", "a", "a"),
        ("a<b>c", "c", "c"),
        ("a<b>c", "b", "<b>"),
        ("<>abc<>", "abc", "abc"),
        ("a<>bc", "ab", "a<>b"),
        ("a<bcd>e", "ce", "<bcd>e"),
        ("<a><b>", "b", "<b>"),
    ],
)
def test_a_stretch_is_told_with_the_disguise_in_it(
    text: str, part: str, expected: str
) -> None:
    """With that inside it, and without that around it."""
    undone = undo(text, ESCAPED, lambda m: inside(m).replace("bcd", "c"))

    assert undone is not None
    start = undone.text.index(part)
    begin, end = undone.span(start, start + len(part))
    assert text[begin:end] == expected


def test_nothing_to_undo_is_none() -> None:
    """Also where a match says what it is."""
    assert undo("abc", ESCAPED, inside) is None
    assert undo("a<b>c", ESCAPED, lambda match: match[0]) is None


def test_what_is_undone_twice_is_told_by_the_first_text() -> None:
    """One reading of another."""
    first = undo("x<<a>>y", re.compile("<<a>>"), lambda _: "<b>")
    assert first is not None
    second = undo(first.text, ESCAPED, inside)
    assert second is not None

    both = second.over(first)

    assert both.text == "xby"
    assert both.span(1, 2) == (1, 6)
    assert both.saying("XBY").span(0, 3) == (0, 7)
    assert Undone.of("abc").span(1, 2) == (1, 2)


@given(st.text("ab<>", max_size=30))
def test_every_character_comes_from_where_it_is_said_to(text: str) -> None:
    """Undone again, the place of a character says that character."""
    undone = undo(text, ESCAPED, inside)
    if undone is None:
        return
    for at, character in enumerate(undone.text):
        start, end = undone.span(at, at + 1)
        assert character in text[start:end]
        assert start < end
