"""Our own patterns: hits with near-misses beside them."""

import random
import re
import time
from dataclasses import FrozenInstanceError, replace
from importlib import import_module

import pytest
from core.recognizers.finding import found
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from piimask_core.entities import Entity
from piimask_core.recognizers import PATTERNS, Pattern, may_find, patterns
from piimask_core.recognizers.address_rows import ADDRESSES
from piimask_core.recognizers.dates import DATES
from piimask_core.recognizers.patterns.network import MAC_DOTTED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "My email is jane@example.com and my SSN is 123-45-6789",
            [("EMAIL_ADDRESS", "jane@example.com"), ("US_SSN", "123-45-6789")],
        ),
        (
            "My email john.doe@company.com isn't receiving notifications and my phone"
            " 555-123-4567 needs to be updated",
            [
                ("EMAIL_ADDRESS", "john.doe@company.com"),
                ("PHONE_NUMBER", "555-123-4567"),
            ],
        ),
        (
            "a@x.com b@x.com",
            [("EMAIL_ADDRESS", "a@x.com"), ("EMAIL_ADDRESS", "b@x.com")],
        ),
        (
            "https://example.com/?to=jane@example.com",
            [("URL", "https://example.com/?to=jane@example.com")],
        ),
        ("Nothing to see here: order 66, room 101, 3.5 stars.", []),
        ("Pi is 3.14159265358979 and build 20240102030405 passed.", []),
        ("550e8400-e29b-41d4-a716-446655440000", []),
        ("", []),
    ],
)
def test_whole_messages(text: str, expected: list[tuple[str, str]]) -> None:
    """Each value in a message is found once, with its type."""
    assert found(text) == expected


def test_a_row_is_all_that_another_type_takes() -> None:
    """Rows of your own replace ours; the group ``value`` is what counts."""
    employees = patterns([Pattern("EMPLOYEE", r"staff no\. (?P<value>E\d+)", 0.7)])

    assert employees("Staff no. e77, jane@example.com") == [
        Entity("EMPLOYEE", 10, 13, 0.7)
    ]


def test_a_check_may_refuse() -> None:
    """What the check refuses is no entity."""
    even = patterns([Pattern("EVEN", r"\d+", 1.0, lambda v: int(v) % 2 == 0)])

    assert even("1 2 3") == [Entity("EVEN", 2, 3, 1.0)]


def test_a_pattern_is_immutable() -> None:
    """Rows are shared, so none can be changed."""
    with pytest.raises(FrozenInstanceError):
        PATTERNS[0].score = 0.1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("conditions", "text", "expected"),
    [
        ({"words": ("staff",)}, "Staff e7", 1),
        ({"words": ("staff",)}, "STAFF e7", 1),
        ({"words": ("staff",)}, "\u017ftaff e7", 1),
        ({"words": ("task",)}, "ta\u017f\u212a e7", 1),
        ({"words": ("id",)}, "\u0130D e7", 1),
        ({"words": ("id",)}, "\u0131d e7", 1),
        ({"words": ("staff",)}, "stuff e7", 0),
        ({"digits": 1}, "e7", 1),
        ({"digits": 1}, "e\u0667", 1),
        ({"digits": 2}, "e7", 0),
        ({"marks": "#@"}, "e7 #", 1),
        ({"marks": "#@"}, "e7 !", 0),
        ({"longest": 4}, "e7 !", 1),
        ({"longest": 3}, "e7 !", 0),
        ({"starts": ("staff",)}, "STAFFER e7", 1),
        ({"starts": ("staff",)}, "4staff e7", 1),
        ({"starts": ("staff",)}, "distaff e7", 0),
        ({"starts": ("ids",)}, "ids e7", 1),
        ({"starts": ("ids",)}, "idst e7", 0),
        ({"starts": ("ids",), "words": ("dst",)}, "idst e7", 1),
        ({"starts": ("task",)}, "\u00e9ta\u017f\u212a e7", 1),
        ({"digits": 1, "runs": ("12",)}, "4 e77", 1),
        ({"digits": 1, "runs": ("12",)}, "44 e7", 0),
        ({"digits": 1, "runs": ("12",), "run": 3}, "444 e7", 1),
        ({"digits": 1, "run": 3}, "e7 44", 0),
        ({"digits": 1, "run": 3}, "e\u0667\u0667\u0667", 1),
        ({"digits": 1, "run": 3}, "e" + "7" * 300, 1),
        ({"wide": 3}, "- e7-", 1),
        ({"wide": 3}, "- e7", 0),
        ({"within": "-"}, "a e7-", 1),
        ({"within": "-"}, "- e7", 0),
        ({"at": "text"}, "e7", 1),
        ({"at": "text"}, " e7", 0),
        ({"at": "word", "starts": ("e",)}, "e7 e7", 2),
        ({"at": "word", "words": ("e7",)}, "de7 -e7", 1),
    ],
)
def test_a_row_runs_only_where_its_conditions_hold(
    conditions: dict[str, object], text: str, expected: int
) -> None:
    """Words in any case, digits of any script, marks, lengths, and the place."""
    row = Pattern("STAFF", r"e\d", 0.7, **conditions)  # type: ignore[arg-type]

    assert len(patterns([row])(text)) == expected


PIECES = [
    *"\u017f\u212a\u0130\u0131\u0661\uff11 \n.,:;-/@#=+()'\"%_&?<0123456789aAbcdefxXz",
    *{word for row in PATTERNS for word in (*row.words, *row.starts)},
    *("jane", "example.com", "is ", "no ", "number ", "4111 1111 1111 1111", "00:1a:"),
    *("fe80::1", "https://", "hunter2", "555-123-4567", "aa:bb:cc:dd:ee:ff", "Akia"),
    *("A1zP1eP5QGefi2DMPTfTL5SLmv7Div", "-----BEGIN PRIVATE KEY-----", "eyJhbGciOi"),
    *("1555-123-4567", "+1 (212) 555-0143", "123-45-6789", "123 45 6789", "SW1A 1AA"),
    *("GB29 NWBK 6016 1331 9268 19", "302-5550123-5550199", "QQ123456C", "AB1234563"),
    *("12-345678-901234-5", "001a.2b3c.4d5e", "0044 20 7946 0958", "(11) 5555-0199"),
    *("ABCDE1234F", "3782 822463 10005", "4111 1111 1111 1111 12", "9 March 1986"),
]


def unconditional(row: Pattern) -> Pattern:
    return Pattern(row.type, row.regex, row.score, row.check)


def test_conditions_lose_nothing() -> None:
    """Where a row's conditions do not hold, its regex would have found nothing."""
    random_text = random.Random(7)  # noqa: S311
    pieces = sorted(PIECES)
    bare = patterns(unconditional(row) for row in PATTERNS if not row.longest)
    full = patterns(row for row in PATTERNS if not row.longest)
    for _ in range(3_000):
        text = "".join(random_text.choices(pieces, k=random_text.randint(1, 12)))

        assert full(text) == bare(text)


ROWS = (*PATTERNS, *ADDRESSES, *DATES)
NEEDY = [
    row
    for row in ROWS
    if (row.starts or row.runs or row.at or row.within) and row.regex != MAC_DOTTED
]
"""But for one that no text can be made from: its lookahead and its rest are at odds."""


@pytest.mark.parametrize(
    "row", NEEDY, ids=[f"{n}-{row.type}" for n, row in enumerate(NEEDY)]
)
@settings(
    max_examples=3,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_what_a_regex_matches_has_all_that_its_row_asks_for(
    row: Pattern, data: st.DataObject
) -> None:
    """Made from the regex itself: such a text is never passed over."""
    made = data.draw(st.from_regex(re.compile(row.regex, re.IGNORECASE)))
    text = data.draw(st.sampled_from(("", " ", "call ", "\n"))) + made
    freely = replace(row, starts=(), runs=(), run=0, wide=0, at="", within="")
    wanted = set(patterns([freely])(text))

    assert wanted <= set(patterns([row])(text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("555 it GB29NWBK60161331926819", "GB29NWBK60161331926819"),
        ("see GB2 GB29NWBK60161331926819", "GB29NWBK60161331926819"),
        ("certno 7h3k99", "7h3k99"),
        (
            "AIzaMadeUpMadeUp0MadeUp0MadeUp0MadeUp0",
            "AIzaMadeUpMadeUp0MadeUp0MadeUp0MadeUp0",
        ),
    ],
)
def test_no_value_is_hidden(text: str, value: str) -> None:
    """Not by what was refused before it, a word that runs on, or a missing mark."""
    assert value in [text[e.start : e.end] for e in patterns()(text)]


def test_the_gate_loses_nothing() -> None:
    """Where it says no the rows find nothing, and it does say no."""
    random_text = random.Random(8)  # noqa: S311
    pieces = sorted(PIECES)
    recognize = patterns()
    refused = 0
    for _ in range(3_000):
        text = "".join(random_text.choices(pieces, k=random_text.randint(1, 6)))
        if not may_find(text):
            refused += 1

            assert recognize(text) == []

    assert refused > 300


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I would like to know when the next train leaves.", False),
        ("Thanks! How are you today?", False),
        ("The red one, please: the small one - not the big one.", False),
        ("my password is correcthorse", True),
        ("jane@example.com", True),
        ("5551234567", True),
        ("user jane_roe", True),
    ],
)
def test_the_gate(text: str, expected: bool) -> None:
    """Plain prose does not pass, what could be a value does."""
    assert may_find(text) is expected


BAITS = [
    *("1 ", "a.", "@", "-", "a", "a@", "a@a.", "www.", "a://", "://(", "a=", '"'),
    *("call ", "555-", "4111 ", "x.com/(", "a@1.", "[", "+1", "0", "1a", "a1-", "1."),
    *("password ", "password: a", "user ", "user_", "order ", "order no ", "id: a1"),
    *("eyJa.", "-----BEGIN PRIVATE KEY-----a", "token=", "key a", "bearer a", "::"),
    *("00:", "fe80:", "1.1.1.", "de89 ", "gb1 ", "0x0", "bc1q", "1A", "@a /", "?user="),
    *("a@@", "a@a,", "a\n@", "a=40", "gmail", "acc ", "bank a1", "phone ( ", "(0"),
    *("no is no is ", "pesel 1 ", "1 1", "POL-1", "'", "typed a", "twitter @", "card "),
]


def seconds(row: Pattern, bait: str, length: int) -> float:
    recognize = patterns([unconditional(row)])
    text = (bait * length)[:length]
    start = time.process_time()
    recognize(text)
    return time.process_time() - start


@pytest.mark.parametrize("bait", BAITS)
def test_no_bait_takes_more_than_linear_time(bait: str) -> None:
    """Sixteen times the text takes far less than its square, for every row.

    What takes next to no time on the long text is not measured.
    """
    for row in PATTERNS:
        if seconds(row, bait, 32_000) > 0.03:
            short = max(seconds(row, bait, 2_000) for _ in range(3))
            long = min(seconds(row, bait, 32_000) for _ in range(3))

            assert long < 100 * short, row.type


def test_a_long_text_is_read_around_its_digits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is left out holds nothing that a row could find."""
    dice = random.Random(5)  # noqa: S311
    words = ["the", "order", "was", "my password is", "not", "at", "all", "shop"]
    values = [
        *("call 555-123-4567", "order number 12345", "4111 1111 1111 1111", "a1b2c3d4"),
        *("member id is\nZX 998 121", "jane@example.com", "10.0.0.12", "PIN: 9931"),
        *("sk-" + "ab1" * 30, "my key is " + "x" * 250 + "7", "\n", "?user=j&x=1"),
    ]

    def word() -> str:
        return dice.choice(values if dice.random() < 0.04 else words)

    texts = [" ".join(word() for _ in range(n)) for n in range(100, 500, 4)]

    def recognize(text: str) -> list[Entity]:  # their order says nothing
        return sorted(patterns()(text), key=lambda e: (e.start, e.end, e.type, e.score))

    near = [recognize(text) for text in texts]
    module = import_module("piimask_core.recognizers.patterns.search")
    monkeypatch.setattr(module, "_LONG", 10**9)

    assert near == [recognize(text) for text in texts]
    assert sum(map(len, near)) > 500
