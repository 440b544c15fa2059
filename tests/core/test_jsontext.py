"""Where a place stands in JSON; ``@`` marks the place."""

import json

import pytest
from core.helpers import best_of

from piimask_core.jsontext import JsonInText, JsonText, escape, names_address, unescape

LEVELS = [
    ('{"a": "@', 1, 1),
    ('{"a": "x", "b": ["y @', 1, 1),
    ('{"a": "{\\"b\\": \\"@', 2, 2),
    ('{"a": "\\"quoted\\" @', 1, 1),
    ('{"a": @', 0, 0),
    ('{"a": 1} @', 0, 0),
    ('["@', 1, 1),
    ('[1, "@', 1, 1),
    ('[true, "@', 1, 1),
    ('"@', 1, 0),  # a string alone: JSON only where that is certain
    ('say "@', 1, 0),
    ('Action Input: {"to": "@', 1, 1),
    ('```json\n{\n  "to": "@', 1, 1),
    ('{"a": "two\nlines @', 1, 0),
    ('{"a": <b> "@', 1, 0),
    ('[1] said "@', 1, 0),
]


@pytest.mark.parametrize(("text", "certain", "sniffed"), LEVELS)
def test_a_place_is_in_so_many_strings(text: str, certain: int, sniffed: int) -> None:
    """Where JSON is certain, and where it has to be told from a text."""
    before = text.rpartition("@")[0]
    for cut in range(len(before) + 1):
        read, look = JsonText(), JsonInText()
        for part in (before[:cut], before[cut:]):
            read.feed(part)
            look.feed(part)

        assert read.levels == certain, cut
        if before[:cut] not in ("[t", "[tr", "[tru", "[true", "[1"):
            assert look.levels == sniffed, cut


ARGUMENTS = [
    ('{"to": "@', "to", "to"),
    ('{"to": "x", "cc": "@', "cc", "cc"),
    ('{"a": {"b": "@', "a", "b"),
    ('{"a": [1, {"b": "x", "c": ["@', "a", "c"),
    ('{"a": {"b": "x"}, "d": "@', "d", "d"),
    ('{"a": "x", "@', "", "a"),
    ('{"a\\u0062": "@', "ab", "ab"),
    ('["@', "", ""),
]


@pytest.mark.parametrize(("text", "argument", "name"), ARGUMENTS)
def test_an_argument_is_known_by_its_keys(text: str, argument: str, name: str) -> None:
    """The outermost, and the nearest; a key itself is in none."""
    before = text.rpartition("@")[0]
    for cut in range(len(before) + 1):
        read = JsonText()
        read.feed(before[:cut])
        read.feed(before[cut:])

        assert (read.argument, read.name) == (argument, name), cut


def test_what_a_string_says_is_read_as_it_is_meant() -> None:
    """An address behind escapes is an address."""
    read = JsonText()
    read.feed(r'{"note": "see https:\/\/evil.test\/?q\u003d')

    assert read.string == "see https://evil.test/?q="
    assert read.around.kind == "url"


def test_each_string_begins_anew() -> None:
    """A URL at the end of one does not reach into the next."""
    read = JsonText()
    read.feed('{"a":"see https://evil.test","b":"')

    assert read.around.kind == "text"


@pytest.mark.parametrize(
    "value", ["", "a", 'q"', "\\", "\n\t\x00", "é\u2028😀", "\ud800"]
)
def test_escaping_is_undone(value: str) -> None:
    """Both ways, and JSON reads it."""
    assert unescape(escape(value)) == value
    assert json.loads(f'"{escape(value)}"') == value


@pytest.mark.parametrize("text", ['"', "\\", "\\u12", "\\x41"])
def test_what_is_no_string_is_told(text: str) -> None:
    """None, not an error."""
    assert unescape(text) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [("url", True), ("image_url", True), ("callbackURL", True), ("curl", False)],
)
def test_an_address_is_told_by_its_name(name: str, expected: bool) -> None:
    """By the last word of it."""
    assert names_address(name) is expected


@pytest.mark.parametrize(
    "unit", ['{"a":"', "\\", '"', "[", "{", '[1,"x\\"', '{"a":"{\\"']
)
def test_a_bait_is_read_in_linear_time(unit: str) -> None:
    """Also in small pieces."""

    def read(times: int) -> None:
        for reader in (JsonText(), JsonInText()):
            reader.feed(unit * times)
            for _ in range(times):
                reader.feed(unit)

    fast = best_of(3, lambda: read(200))
    slow = best_of(2, lambda: read(1_600))

    assert slow < 24 * max(fast, 0.000_1)
