"""The grammar of placeholders, and one pass from left to right."""

import json

import pytest
from core.helpers import best_of

from piimask_core.restore import Placeholder, find, parse, restore, unfinished

PLACEHOLDERS = [
    ("<EMAIL_1>", Placeholder("EMAIL", 1)),
    ("<PERSON_2B>", Placeholder("PERSON", 2, "B")),
    ("<US_BANK_10Z>", Placeholder("US_BANK", 10, "Z")),
    ("<A_999999999>", Placeholder("A", 999999999)),
    ("<X_1_2>", Placeholder("X_1", 2)),
    ("<" + "A" * 32 + "_1>", Placeholder("A" * 32, 1)),
]

NO_PLACEHOLDERS = [
    "",
    "<b>",
    "<Q>",
    "<EMAIL>",
    "<EMAIL_>",
    "<EMAIL_0>",
    "<EMAIL_01>",
    "<EMAIL_+1>",
    "<EMAIL_1A>",
    "<EMAIL_1b>",
    "<EMAIL_1BB>",
    "<email_1>",
    "<1_1>",
    "<_1>",
    "< EMAIL_1>",
    "<EMAIL_1 >",
    "<EMAIL_1>\n",
    "<EMAIL_1\n>",
    "EMAIL_1",
    "<EMAIL_1000000000>",
    "<" + "A" * 33 + "_1>",
    "<ＥＭＡＩＬ_1>",
    "<EMAIL_١>",
    "<ЕMAIL_1>",
    "<EMAIL_1\ufe0f>",
    "<TYPE_N>",
]


@pytest.mark.parametrize(("text", "expected"), PLACEHOLDERS)
def test_a_placeholder_reads_as_one_and_writes_back(
    text: str, expected: Placeholder
) -> None:
    """Label, number, letter; and the same text again."""
    assert parse(text) == expected
    assert str(expected) == text
    assert list(find(f"a{text}b")) == [(1, 1 + len(text))]


@pytest.mark.parametrize("text", NO_PLACEHOLDERS)
def test_what_is_spelled_otherwise_is_none(text: str) -> None:
    """ASCII, capitals, no leading zero, no confusable."""
    assert parse(text) is None
    assert restore(text, {text: "leaked"}) == text


VALUES = {
    "<EMAIL_1>": "jane@x.com",
    "<EMAIL_2>": "see <EMAIL_1>",
    "<ID_1>": r"\1 \g<0> $& {0} %s",
    "<ID_2>": "",
}

RESTORED = [
    ("", ""),
    ("no placeholder", "no placeholder"),
    ("to <EMAIL_1>.", "to jane@x.com."),
    ("<EMAIL_1><EMAIL_1>", "jane@x.comjane@x.com"),
    ("<EMAIL_2>", "see <EMAIL_1>"),
    ("<ID_1>", r"\1 \g<0> $& {0} %s"),
    ("a<ID_2>b", "ab"),
    ("<EMAIL_9> <EMAIL_1B>", "<EMAIL_9> <EMAIL_1B>"),
    ("<<EMAIL_1>>", "<jane@x.com>"),
    ("<EMAIL_<EMAIL_1>>", "<EMAIL_jane@x.com>"),
    ("List<EMAIL_1 std::cout << x", "List<EMAIL_1 std::cout << x"),
    ("[EMAIL_1] EMAIL_12", "[EMAIL_1] EMAIL_12"),
]


@pytest.mark.parametrize(("text", "expected"), RESTORED)
def test_each_placeholder_gives_its_value_and_nothing_is_read_twice(
    text: str, expected: str
) -> None:
    """A value that holds a placeholder, or a replacement template, is plain text."""
    assert restore(text, VALUES) == expected


def test_two_halves_that_a_value_joins_are_not_restored() -> None:
    """What only came about by restoring is no placeholder."""
    values = {"<ID_1>": "_1>", "<EMAIL_1>": "leaked"}

    assert restore("<EMAIL<ID_1>", values) == "<EMAIL_1>"


def test_a_value_is_fitted_to_what_surrounds_it() -> None:
    """Inside JSON text it is escaped, and the text still parses."""
    values = {"<PERSON_1>": 'Jo "JJ"\n\\'}

    text = restore('{"a": "<PERSON_1>"}', values, encode=lambda v: json.dumps(v)[1:-1])

    assert json.loads(text) == {"a": 'Jo "JJ"\n\\'}


@pytest.mark.parametrize(
    ("text", "tail"),
    [
        ("", ""),
        ("abc", ""),
        ("abc<", "<"),
        ("a <EMAIL", "<EMAIL"),
        ("a <EMAIL_", "<EMAIL_"),
        ("a <EMAIL_12", "<EMAIL_12"),
        ("a <EMAIL_1B", "<EMAIL_1B"),
        ("a <EMAIL_1>", ""),
        ("a <EMAIL_1BC", "<EMAIL_1BC"),
        ("a << ", ""),
        ("a <<", "<"),
        ("a <b", ""),
        ("a <Eb", ""),
        ("if a < b", ""),
        ("<" + "A" * 32 + "_123456789B", "<" + "A" * 32 + "_123456789B"),
        ("<" + "A" * 33, ""),
        ("<" + "A" * 32 + "_1234567890", ""),
        ("<EMAIL_1\n", ""),
    ],
)
def test_only_what_can_still_become_a_placeholder_is_unfinished(
    text: str, tail: str
) -> None:
    """``1BC`` may: ``<EMAIL_1BC_1>`` has the label EMAIL_1BC."""
    assert text[unfinished(text) :] == tail


@pytest.mark.parametrize("unit", ["<", "<A", "<A_1", "<A_1>", "A_", "<A_1_1_1_1"])
def test_a_bait_is_restored_in_linear_time(unit: str) -> None:
    """Beginnings without end cost in proportion to their length."""
    fast = best_of(3, lambda: restore(unit * 12_500, VALUES))
    slow = best_of(2, lambda: restore(unit * 100_000, VALUES))

    assert slow < 24 * fast


def test_the_cost_does_not_grow_with_what_is_known() -> None:
    """Ten thousand values or two: a look-up each."""
    text = "to <EMAIL_1> and <EMAIL_99999> " * 1000
    values = {f"<EMAIL_{n}>": "x" for n in range(1, 10_000)}

    fast = best_of(5, lambda: restore(text, VALUES))
    slow = best_of(5, lambda: restore(text, values))

    assert slow < 4 * fast
