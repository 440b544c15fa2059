"""Passwords, codes, keys and user names: hits with near-misses beside them."""

import pytest
from core.recognizers.finding import values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("password: hunter2", ["hunter2"]),
        ("Password is hunter2.", ["hunter2"]),
        ("my password is correcthorsebattery", ["correcthorsebattery"]),
        ("pw: Tr0ub4dor&3,", ["Tr0ub4dor&3"]),
        ("temp pass: kX4#mm7T", ["kX4#mm7T"]),
        ("export PASSWORD='v3!Lp-tt58'", ["v3!Lp-tt58"]),
        ('{"password": "s3cr3t!"}', ["s3cr3t!"]),
        ("DB_PASSWORD=abc123xyz", ["abc123xyz"]),
        ("password 'open sesame 1'", ["open sesame 1"]),
        ("new password Btq%vM^2x works", ["Btq%vM^2x"]),
        ("password jane 123", ["jane 123"]),
        ("invalid password. i typed #7Rwtoy4", ["#7Rwtoy4"]),
        ("hunter2 is my password", ["hunter2"]),
        ("jane@example.com / Pa55word", ["Pa55word"]),
        ("my PIN is 4921", ["4921"]),
        ("OTP: 482913", ["482913"]),
        ("verification code is 48-29-13", ["48-29-13"]),
        ("cvv 731", ["731"]),
        ("My password is incorrect.", []),
        ("I forgot my password and the reset link is broken", []),
        ("Your password must have 12 characters", []),
        ("password reset", []),
        ("verification code expired after 10 minutes", []),
        ("security code review", []),
        ("pin the post", []),
        ("code 200", []),
        ("a compass: north", []),
    ],
)
def test_passwords(text: str, expected: list[str]) -> None:
    """What follows the word, when it looks like one or is said to be one."""
    assert values("PASSWORD", text) == expected


TOKEN = "A1b2C3d4E5f6G7h8I9j0"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"sk-{TOKEN} leaked", [f"sk-{TOKEN}"]),
        (f"ghp_{TOKEN}", [f"ghp_{TOKEN}"]),
        (f"github_pat_{TOKEN}", [f"github_pat_{TOKEN}"]),
        ("AKIAIOSFODNN7EXAMPLE", ["AKIAIOSFODNN7EXAMPLE"]),
        (f"xoxb-12345-{TOKEN}.", [f"xoxb-12345-{TOKEN}"]),
        (f"Authorization: Bearer {TOKEN}", [TOKEN]),
        (f"api_key = '{TOKEN}'", [TOKEN]),
        (f"the access token is {TOKEN}.", [TOKEN]),
        (
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2lnbmF0dXJl",
            ["eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJqYW5lIn0.c2lnbmF0dXJl"],
        ),
        (
            "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY----- x",
            ["-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----"],
        ),
        ("sk-learn-is-a-name-people-know", []),
        ("The key takeaway is that tokens matter", []),
        ("max_tokens=4096, token limit 128000", []),
        ("The API key is invalid", []),
        ("bearer of bad news", []),
    ],
)
def test_keys(text: str, expected: list[str]) -> None:
    """By a well-known beginning, or by the word before."""
    assert values("API_KEY", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("username: jroe", ["jroe"]),
        ("my username is janeroe", ["janeroe"]),
        ("user name is jane_roe.", ["jane_roe"]),
        ("user 'jroe'", ["jroe"]),
        ("login fails for user janeroe22", ["janeroe22"]),
        ("log in as jane.roe", ["jane.roe"]),
        ("reset it for janeroe22.", ["janeroe22"]),
        ("my twitter is @jane_roe", ["@jane_roe"]),
        ("The user is not logged in", []),
        ("my username is wrong", []),
        ("user guide, user stories", []),
        ("login page is down", []),
        ("@channel please look", []),
        ("username: jane@example.com", []),
    ],
)
def test_user_names(text: str, expected: list[str]) -> None:
    """After the word, when it is assigned, quoted, or looks like one."""
    assert values("USERNAME", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GET /reset?user=jane&token=abc HTTP/1.1", ["jane", "abc"]),
        ("GET /list?page=2&sort=asc", []),
    ],
)
def test_query_values(text: str, expected: list[str]) -> None:
    """What a query without a host says about somebody."""
    assert values("URL", text) == expected
