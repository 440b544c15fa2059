"""Our own patterns: hits with near-misses beside them."""

import time
from dataclasses import FrozenInstanceError

import pytest

from piimask_core.entities import Entity, resolve
from piimask_core.recognizers import PATTERNS, Pattern, patterns

recognize = patterns()


def found(text: str) -> list[tuple[str, str]]:
    entities = resolve(text, recognize(text))
    return [(entity.type, text[entity.start : entity.end]) for entity in entities]


def values(type: str, text: str) -> list[str]:
    return [value for kind, value in found(text) if kind == type]


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("jane@example.com.", ["jane@example.com"]),
        ("jane+news@example.co.uk", ["jane+news@example.co.uk"]),
        ("JANE@EXAMPLE.COM", ["JANE@EXAMPLE.COM"]),
        ("o'brien@example.com", ["o'brien@example.com"]),
        ("josé@exämple.de", ["josé@exämple.de"]),
        ("用户@例子.广告", ["用户@例子.广告"]),
        ("jane@xn--e1afmkfd.xn--p1ai", ["jane@xn--e1afmkfd.xn--p1ai"]),
        ("test/test@example.com", ["test/test@example.com"]),
        ('"jane doe"@example.com', ['"jane doe"@example.com']),
        ("jane@[192.168.0.1]", ["jane@[192.168.0.1]"]),
        ("<jane@example.com>", ["jane@example.com"]),
        ("'jane@example.com'", ["jane@example.com"]),
        ("**jane@example.com**", ["jane@example.com"]),
        ("mailto:jane@example.com?subject=Hi", ["jane@example.com"]),
        ("a=1&to=jane@example.com", ["jane@example.com"]),
        ("jane@example.com谢谢", ["jane@example.com"]),
        ("jane@example.com/joe@example.com", ["jane@example.com", "joe@example.com"]),
        ("jane@example.com,joe@example.com", ["jane@example.com", "joe@example.com"]),
        ("bounce-jane=example.com@lists.org", ["bounce-jane=example.com@lists.org"]),
        ("x" * 200 + "@example.com", ["x" * 200 + "@example.com"]),
        ("jane@example", []),
        ("@jane", []),
        ("jane @ example.com", []),
        ("npm i left-pad@1.3.0", []),
        ("a@b@c", []),
    ],
)
def test_email_addresses(text: str, expected: list[str]) -> None:
    """An e-mail address is found without what stands around it."""
    assert values("EMAIL_ADDRESS", text) == expected


@pytest.mark.parametrize(
    "text",
    ["a@x.com@y.com", "a@x.com-b@y.com", "a@x.com&b@y.com", "a@mail.x.com.b@y.com"],
)
def test_addresses_that_run_into_each_other_are_covered(text: str) -> None:
    """Where addresses touch, no letter of either is left out."""
    covered = {i for e in recognize(text) for i in range(e.start, e.end)}

    assert [c for i, c in enumerate(text) if c.isalnum() and i not in covered] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("See https://example.com/a?b=c.", ["https://example.com/a?b=c"]),
        ("(https://example.com/a),", ["https://example.com/a"]),
        ("<https://example.com>", ["https://example.com"]),
        ('"https://example.com/a"', ["https://example.com/a"]),
        ("'https://example.com/a'", ["https://example.com/a"]),
        ("[here](https://example.com/a_b)", ["https://example.com/a_b"]),
        ("**https://example.com**", ["https://example.com"]),
        ("https://example.com/Foo_(bar)", ["https://example.com/Foo_(bar)"]),
        ("https://example.com/o'brien", ["https://example.com/o'brien"]),
        ("http://[::1]:8080/jane", ["http://[::1]:8080/jane"]),
        ("postgres://jane:pw@db/users", ["postgres://jane:pw@db/users"]),
        ("FTP://FILES.EXAMPLE.COM;", ["FTP://FILES.EXAMPLE.COM"]),
        ("-https://example.com", ["https://example.com"]),
        ("www.example.com, www2.example.org!", ["www.example.com", "www2.example.org"]),
        ("...www.example.com", ["www.example.com"]),
        ("linkedin.com/in/jane-doe?", ["linkedin.com/in/jane-doe"]),
        ("t.me/jane", ["t.me/jane"]),
        ("example.com:8080 is down", ["example.com:8080"]),
        ("http://münchen.example/ä", ["http://münchen.example/ä"]),
        ("https://", []),
        ("and/or, e.g./i.e., src/main.py/x", []),
        ("node.js, a.py, I did.It was fun", []),
        ("1.2.3-rc.1", []),
        ("jane@example.com", []),
    ],
)
def test_urls(text: str, expected: list[str]) -> None:
    """A URL ends before quotes, closing brackets and punctuation."""
    assert values("URL", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("123-45-6789", ["123-45-6789"]),
        ("SSN:123-45-6789.", ["123-45-6789"]),
        ("SSN123-45-6789", ["123-45-6789"]),
        ("123 45 6789", ["123 45 6789"]),
        ("123\u201145\u20116789", ["123\u201145\u20116789"]),
        ("my ssn is 123456789", ["123456789"]),
        ("Social Security number: 123456789", ["123456789"]),
        ("000-12-3456", []),
        ("666-12-3456", []),
        ("912-12-3456", []),
        ("123-00-4567", []),
        ("123-45-0000", []),
        ("123456789", []),
        ("2024-01-02", []),
        ("1123-45-6789", []),
        ("123-45-67890", []),
        ("123-45-6789-1", []),
        ("7 123 45 6789", []),
    ],
)
def test_social_security_numbers(text: str, expected: list[str]) -> None:
    """Social security numbers as written, samples too, but none never issued."""
    assert values("US_SSN", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("555-123-4567", ["555-123-4567"]),
        ("(555) 123-4567", ["(555) 123-4567"]),
        ("(555)123-4567", ["(555)123-4567"]),
        ("+1 555 123 4567", ["+1 555 123 4567"]),
        ("1-555-123-4567", ["1-555-123-4567"]),
        ("555.123.4567.", ["555.123.4567"]),
        ("555 123 4567", ["555 123 4567"]),
        ("555 123-4567", ["555 123-4567"]),
        ("555-123-4567 ext. 89", ["555-123-4567 ext. 89"]),
        ("555-123-4567EMAIL_1", ["555-123-4567"]),
        ("+44 20 7946 0958", ["+44 20 7946 0958"]),
        ("+1 (555) 123-4567", ["+1 (555) 123-4567"]),
        ("call me at 5551234567", ["5551234567"]),
        ("5551234567 is my cell", ["5551234567"]),
        ("tel 555-0199", ["555-0199"]),
        ("Tel-555-123-4567", ["555-123-4567"]),
        ("5551234567", []),
        ("call about order 5551234567", []),
        ("rows 555-1990", []),
        ("10.0.0.1", []),
        ("my phone has 192.168.100.200", []),
        ("2024-01-02", []),
        ("2024-01-02T10:20:30Z", []),
        ("1.2.3.4567", []),
        ("v555.123.45678", []),
        ("550e8400-e29b-41d4-a716-446655440000", []),
        ("ORD-555-123-4567", []),
        ("112-3456789-1234567", []),
        ("978-3-16-148410-0", []),
        ("12 555 123 4567 8", []),
        ("x = y +12345", []),
    ],
)
def test_phone_numbers(text: str, expected: list[str]) -> None:
    """A phone number has a shape of its own, or a word beside it that says so."""
    assert values("PHONE_NUMBER", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4111111111111111", ["4111111111111111"]),
        ("4111 1111 1111 1111 12/27", ["4111 1111 1111 1111"]),
        ("4111-1111-1111-1111", ["4111-1111-1111-1111"]),
        ("3782 822463 10005", ["3782 822463 10005"]),
        ("2223 0031 2200 3222", ["2223 0031 2200 3222"]),
        ("6304000000000000000", ["6304000000000000000"]),
        ("1234 4111 1111 1111 1111", ["4111 1111 1111 1111"]),
        ("4111111111111112", []),
        ("41111111111111111111", []),
        ("9111111111111111", []),
    ],
)
def test_card_numbers(text: str, expected: list[str]) -> None:
    """A card number has the right length, first digit and check digit."""
    assert values("CREDIT_CARD", text) == expected


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


BAITS = [
    "1 ",
    "a.",
    "@",
    "-",
    "a",
    "a@",
    "a@a.",
    "www.",
    "a://",
    "://(",
    "a=",
    '"',
    "call ",
    "555-",
    "4111 ",
    "x.com/(",
    "a@1.",
    "[",
    "+1",
]


@pytest.mark.parametrize("bait", BAITS)
def test_no_bait_takes_more_than_linear_time(bait: str) -> None:
    """300,000 characters of what makes a regex backtrack are read in seconds.

    Quadratic time would be hours, so the generous limit tells the two apart.
    """
    text = (bait * 300_000)[:300_000]
    start = time.perf_counter()

    recognize(text)

    assert time.perf_counter() - start < 10
