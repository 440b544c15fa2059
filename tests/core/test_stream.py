"""A stream, however it is cut, is the whole text restored."""

import random
from itertools import pairwise

import pytest

from piimask_core.restore import restore
from piimask_core.stream import StreamUnmasker

LONG = "<" + "A" * 32 + "_123456789B>"
VALUES = {
    "<EMAIL_1>": "jane@x.com",
    "<EMAIL_1B>": "Jane@X.com",
    "<EMAIL_12>": "<EMAIL_1>",
    "<ID_1>": "<",
    "<ID_2>": "_1>",
    LONG: "long",
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
]


def streamed(pieces: list[str]) -> list[str]:
    stream = StreamUnmasker(VALUES)
    return [*(stream.feed(piece) for piece in pieces), stream.flush()]


@pytest.mark.parametrize("text", TEXTS)
def test_cut_in_two_anywhere_it_is_the_whole(text: str) -> None:
    """Every place to cut, one after the other."""
    whole = restore(text, VALUES)

    for at in range(len(text) + 1):
        assert "".join(streamed([text[:at], text[at:]])) == whole


@pytest.mark.parametrize("seed", range(300))
def test_cut_at_random_it_is_the_whole(seed: int) -> None:
    """Any number of pieces, empty ones too."""
    rnd = random.Random(seed)  # noqa: S311
    text = "".join(rnd.choice(TEXTS) for _ in range(6))
    cuts = sorted(rnd.choices(range(len(text) + 1), k=rnd.randrange(40)))
    pieces = [text[a:b] for a, b in pairwise([0, *cuts, len(text)])]

    assert "".join(streamed(pieces)) == restore(text, VALUES)


@pytest.mark.parametrize("text", TEXTS)
def test_one_character_at_a_time_it_is_the_whole(text: str) -> None:
    """As the slowest of models sends it."""
    assert "".join(streamed(list(text))) == restore(text, VALUES)


HELD = [
    ("hello", ["h", "e", "l", "l", "o", ""]),
    ("a < b", ["a", " ", "", "< ", "b", ""]),
    ("c << x", ["c", " ", "", "<", "< ", "x", ""]),
    ("<b>", ["", "<b", ">", ""]),
    ("<EMAIL", ["", "", "", "", "", "", "<EMAIL"]),
    ("<ID_1>!", ["", "", "", "", "", "<", "!", ""]),
    ("<Id", ["", "", "<Id", ""]),
]


@pytest.mark.parametrize(("text", "out"), HELD)
def test_what_can_no_longer_change_comes_out_at_once(text: str, out: list[str]) -> None:
    """A comparison, a shift or a tag is held for one character, no more."""
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
    stream, given = StreamUnmasker({}), 0

    for fed, piece in enumerate(text, start=1):
        given += len(stream.feed(piece))
        assert fed - given <= 64

    assert given + len(stream.flush()) == len(text)


def test_a_flushed_stream_is_empty() -> None:
    """What was given out is not given out again."""
    stream = StreamUnmasker(VALUES)
    stream.feed("a <EMA")

    assert stream.flush() == "<EMA"
    assert stream.flush() == ""
    assert stream.feed("IL_1>") == "IL_1>"


def test_its_repr_tells_a_count_and_no_value() -> None:
    """It may end up in a log."""
    stream = StreamUnmasker(VALUES)
    stream.feed("secret <EMA")

    assert repr(stream) == "StreamUnmasker(holding 4 characters)"


def test_a_value_is_fitted_to_what_surrounds_it() -> None:
    """The same encoding as for a whole text, in held back pieces too."""
    stream = StreamUnmasker(VALUES, encode=str.upper)

    pieces = [stream.feed("<EMAIL"), stream.feed("_1>"), stream.flush()]

    assert pieces == ["", "JANE@X.COM", ""]
