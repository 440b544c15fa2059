"""Our own patterns: hits with near-misses beside them."""

import random
import time
from dataclasses import FrozenInstanceError
from importlib import import_module

import pytest
from core.recognizers.finding import found

from piimask_core.entities import Entity
from piimask_core.recognizers import PATTERNS, Pattern, may_find, patterns


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
    ],
)
def test_a_row_runs_only_where_its_conditions_hold(
    conditions: dict[str, object], text: str, expected: int
) -> None:
    """Words in any case, digits of any script, marks, and the text's length."""
    row = Pattern("STAFF", r"e\d", 0.7, **conditions)  # type: ignore[arg-type]

    assert len(patterns([row])(text)) == expected


PIECES = [
    *"\u017f\u212a\u0130\u0131\u0661\uff11 \n.,:;-/@#=+()'\"%_&?<0123456789aAbcdefxXz",
    *{word for row in PATTERNS for word in row.words},
    *("jane", "example.com", "is ", "no ", "number ", "4111 1111 1111 1111", "00:1a:"),
    *("fe80::1", "https://", "hunter2", "555-123-4567", "aa:bb:cc:dd:ee:ff", "Akia"),
    *("A1zP1eP5QGefi2DMPTfTL5SLmv7Div", "-----BEGIN PRIVATE KEY-----", "eyJhbGciOi"),
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
    recognize = patterns()
    near = [recognize(text) for text in texts]
    module = import_module("piimask_core.recognizers.patterns.search")
    monkeypatch.setattr(module, "_LONG", 10**9)

    assert near == [recognize(text) for text in texts]
    assert sum(map(len, near)) > 500
