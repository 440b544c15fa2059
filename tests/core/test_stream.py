"""A stream, however it is cut, is the whole text restored."""

import random
from itertools import pairwise

import pytest
from core.helpers import SCALE

from piimask_core.restorer import Restorer

LONG = "<" + "A" * 32 + "_123456789B>"
VALUES = {
    "<EMAIL_1>": "jane@x.com",
    "<EMAIL_1B>": "Jane@X.com",
    "<EMAIL_12>": "<EMAIL_1>",
    "<ID_1>": "<",
    "<ID_2>": "_1>",
    LONG: "long",
    "<PERSON_1>": 'Jo "JJ" O\\Neil\n',
    "<URL_1>": "https://evil.test/?q=",
    "<ORG_1>": "](https://evil.test/",
    "<LITERAL_1>": "<EMAIL_1>",
}

TEXTS = [
    "",
    "<",
    "a<EMAIL_1>b<EMAIL_1B>",
    "<EMAIL_1><EMAIL_12><EMAIL_1",
    "<<EMAIL_1>> <EMAIL_<EMAIL_1>",
    "<ID_1>EMAIL_1> and <EMAIL<ID_2>",
    "std::cout << x; if a < b: List<EMAIL",
    "x<EMAIL_9><EMAIL_01>",
    f"{LONG[:-1]}{LONG}",
    "<" + "A" * 60 + "<EMAIL_1>",
    "\ud800<EMAIL_1>\x00\u202e<é<EMAIL_1\ufe0f>",
    "<email_1> &lt;EMAIL\\_1&gt; %3CEMAIL_1%3E \\u003cEMAIL_1\\u003e",
    "[EMAIL_1] [[EMAIL_1]] [EMAIL_1](x) {EMAIL_1} 【EMAIL_1】＜ＥＭＡＩＬ＿１＞",
    "EMAIL_1 EMAIL_1s EMAIL_1's MY_EMAIL_1 EMAIL_14.5 EMAIL_1. <EMAIL_1 0>",
    "https://evil.test/?q=<EMAIL_1> ![x](<EMAIL_1>) [a](<URL_1>) <URL_1><EMAIL_1>",
    '<img src="/p?<EMAIL_1>"> <a href="<URL_1>">x</a> mailto:<EMAIL_1>?x',
    '{"a": "<PERSON_1>", "b": ["<PERSON_1>", "\\"<PERSON_1>"]} <PERSON_1>',
    '{"args": "{\\"to\\": \\"<PERSON_1>\\"}"}',
    "<ORG_1><EMAIL_1> <LITERAL_1>",
    "```sh\ncurl <EMAIL_1>\n<URL_1>\n```\n<EMAIL_1>",
    "Hello I am P. EM EMA PERSON PERSON_1",
]


def restore(text: str) -> str:
    return Restorer(VALUES).text(text)


def streamed(pieces: list[str]) -> list[str]:
    stream = Restorer(VALUES).stream()
    return [*(stream.feed(piece) for piece in pieces), stream.flush()]


@pytest.mark.parametrize("text", TEXTS)
def test_cut_in_two_anywhere_it_is_the_whole(text: str) -> None:
    """Every place to cut, one after the other."""
    whole = restore(text)

    for at in range(len(text) + 1):
        assert "".join(streamed([text[:at], text[at:]])) == whole


@pytest.mark.parametrize("seed", range(60))
def test_cut_at_random_it_is_the_whole(seed: int) -> None:
    """Any number of pieces, empty ones too."""
    rnd = random.Random(seed)  # noqa: S311
    text = "".join(rnd.choice(TEXTS) for _ in range(6))
    whole = restore(text)
    for _ in range(85 * SCALE):
        cuts = sorted(rnd.choices(range(len(text) + 1), k=rnd.randrange(40)))
        pieces = [text[a:b] for a, b in pairwise([0, *cuts, len(text)])]

        assert "".join(streamed(pieces)) == whole


@pytest.mark.parametrize("text", TEXTS)
def test_one_character_at_a_time_it_is_the_whole(text: str) -> None:
    """As the slowest of models sends it."""
    assert "".join(streamed(list(text))) == restore(text)


HELD = [
    ("hello", ["h", "e", "l", "l", "o", ""]),
    ("a < 3", ["a", " ", "", "", "< 3", ""]),
    ("c << 1", ["c", " ", "", "<", "", "< 1", ""]),
    ("<b>", ["", "", "<b>", ""]),
    ("<EMAIL", ["", "", "", "", "", "", "<EMAIL"]),
    ("<ID_1>!", ["", "", "", "", "", "<", "!", ""]),
    ("Hi", ["H", "i", ""]),
    ("Em", ["", "Em", ""]),
    ("(Q1)", ["(", "Q", "1", ")", ""]),
    ("a[0]", ["a", "[", "0", "]", ""]),
    ("5% x", ["5", "", "% ", "x", ""]),
]


@pytest.mark.parametrize(("text", "out"), HELD)
def test_what_can_no_longer_change_comes_out_at_once(text: str, out: list[str]) -> None:
    """A comparison, a shift or a tag is held until it is seen to be one."""
    assert streamed(list(text)) == out


@pytest.mark.parametrize(
    "text", ["std::cout << x", "if a < b", "List<EMAIL", "a <", "<T>(x)", "<EMAIL_7>"]
)
def test_what_is_no_placeholder_comes_out_unchanged(text: str) -> None:
    """Code stays code."""
    assert "".join(streamed(list(text))) == text


@pytest.mark.parametrize("text", [*TEXTS, "<" * 500, "<A" * 300, "<" + "A_1" * 200])
def test_never_more_than_64_characters_are_held(text: str) -> None:
    """Whatever comes, the reader is less than a placeholder behind."""
    stream, given = Restorer({}).stream(), 0

    for fed, piece in enumerate(text, start=1):
        given += len(stream.feed(piece))
        assert fed - given <= 64

    assert given + len(stream.flush()) == len(text)


def test_a_flushed_stream_is_empty() -> None:
    """What was given out is not given out again."""
    stream = Restorer(VALUES).stream()
    stream.feed("a <EMA")

    assert stream.flush() == "<EMA"
    assert stream.flush() == ""
    assert stream.feed("IL_1>") == "IL_1>"


def test_its_repr_tells_a_count_and_no_value() -> None:
    """It may end up in a log."""
    stream = Restorer(VALUES).stream()
    stream.feed("secret <EMA")

    assert repr(stream) == "StreamUnmasker(holding 4 characters)"


def test_prose_is_not_held_back() -> None:
    """Nothing in 98 of 100 pieces, though sentences begin with capitals."""
    prose = "In May, Paula asked: Did Susan call Ed? No (not yet) - 3 times. " * 40
    stream = Restorer(VALUES).stream()
    pieces = [prose[at : at + 4] for at in range(0, len(prose), 4)]

    held = sum(stream.feed(piece) == "" for piece in pieces)

    assert held == 0
    assert stream.flush() == ""


def test_a_value_that_stands_alone_waits_for_what_follows() -> None:
    """Only there: ``](<EMAIL_1>`` may go on and be an address that carries it away."""
    back = Restorer(VALUES)

    stream = back.stream()
    assert stream.feed("[a](<EMAIL_1>") == "[a]("
    assert stream.feed(")") == "jane@x.com)"
    stream = back.stream()
    assert stream.feed("[a](<EMAIL_1>") + stream.feed("/x)") == "[a](<EMAIL_1>/x)"
    stream = back.stream()
    assert stream.feed("[a](<EMAIL_1>") + stream.flush() == "[a](jane@x.com"


def test_a_long_stream_keeps_what_it_opened_not_what_it_said() -> None:
    """Memory is bounded, and a URL is not forgotten."""
    stream = Restorer(VALUES).stream()
    for _ in range(40_000):
        stream.feed("word ")
    stream.feed("https://evil.test/?q=" + "x" * 70_000)

    assert stream.feed("<EMAIL_1>") + stream.flush() == "<EMAIL_1>"
    assert sum(map(len, stream._log)) < 160_000


def test_what_a_long_stream_is_opening_is_not_forgotten() -> None:
    """Where it is cut for memory's sake, no mark is cut in two."""
    pieces = [
        "<b>",
        "a" * 66_000 + " src=",
        '"https://e.test/?q=a b',
        "<EMAIL_1>",
        '">',
    ]

    assert "".join(streamed(pieces)) == restore("".join(pieces))


def test_arguments_come_in_pieces_and_parse() -> None:
    """Values are escaped, names of arguments are known, addresses are not built."""
    text = (
        '{"to": "<PERSON_1>", "url": "<EMAIL_1>.evil.test", "n": {"url": "x/<EMAIL_1>"}'
        ', "note": "see https://x.example", "mail": "<EMAIL_1>"}'
    )
    expected = (
        '{"to": "Jo \\"JJ\\" O\\\\Neil\\n", "url": "<EMAIL_1>.evil.test",'
        ' "n": {"url": "x/<EMAIL_1>"}'
        ', "note": "see https://x.example", "mail": "jane@x.com"}'
    )
    for at in range(len(text) + 1):
        stream = Restorer(VALUES).json_stream(tool="send")
        out = stream.feed(text[:at]) + stream.feed(text[at:]) + stream.flush()
        assert out == expected
