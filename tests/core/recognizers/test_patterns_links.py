"""E-mail addresses and URLs: hits with near-misses beside them."""

import pytest
from core.recognizers.finding import recognize, values


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
        ("jane@example,com", ["jane@example,com"]),
        ("mary@@@example.com", ["mary@@@example.com"]),
        ("mary.roegmail.com", ["mary.roegmail.com"]),
        ("admin@localhost", ["admin@localhost"]),
        ("jane.roe=40example.org", ["jane.roe=40example.org"]),
        ("jane=\n@example.org", ["jane=\n@example.org"]),
        ("jane@\nexample.org", ["jane@\nexample.org"]),
        ("UPI jane@okbank", ["jane@okbank"]),
        ("\U0001f4e7jane@example.org\U0001f4de", ["jane@example.org"]),
        ("mail.gmail.com", []),
        ("jane@example, come", []),
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
