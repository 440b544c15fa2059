"""Values in disguise: hits with near-misses beside them."""

import base64
import html
from collections.abc import Callable
from urllib.parse import quote

import pytest
from core.helpers import best_of
from hypothesis import example, given, settings
from hypothesis import strategies as st

from piimask_core.entities import Entity, resolve
from piimask_core.recognizers import patterns
from piimask_core.recognizers.disguise import disguised, may_find

plainly = patterns()
recognize = disguised(plainly)

JANE = "jane.roe@example.com"


def found(text: str) -> list[tuple[str, str]]:
    entities = resolve(text, recognize(text))
    return [(entity.type, text[entity.start : entity.end]) for entity in entities]


def values(text: str) -> list[str]:
    return [value for _, value in found(text)]


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # escapes
        ("mail jane%40example.com now", "jane%40example.com"),
        ("a%20jane%40example%2Ecom%20b", "jane%40example%2Ecom"),
        ("jane%2540example.com", "jane%2540example.com"),
        ("(jane&commat;example&period;com)", "jane&commat;example&period;com"),
        ("&lt;&#106;ane&#x40;example.com&gt;", "&#106;ane&#x40;example.com"),
        ("jane&amp;#64;example.com", "jane&amp;#64;example.com"),
        (r'{"to": "jane\u0040example.com"}', r"jane\u0040example.com"),
        (r"'jane\x40example.com'", r"jane\x40example.com"),
        (r'"{\"ssn\": \"123\\u002d45\\u002d6789\"}"', r"123\\u002d45\\u002d6789"),
        ("subject jane=40example.com", "jane=40example.com"),
        ("reach jane=\n@example.com", "jane=\n@example.com"),
        ("?phone=%2B1+555+123+4567&v=2", "%2B1+555+123+4567"),
        ("?phone=%2B1%20555%20123%204567&v=2", "%2B1%20555%20123%204567"),
        # characters
        ("\u200bjane\u200b@exam\u00adple.com\u200b", "jane\u200b@exam\u00adple.com"),
        ("call +1\u2060555\u2060123\u20604567 now", "+1\u2060555\u2060123\u20604567"),
        ("my ssn is １２３－４５－６７８９.", "１２３－４５－６７８９"),
        ("ｊａｎｅ＠ｅｘａｍｐｌｅ．ｃｏｍ", "ｊａｎｅ＠ｅｘａｍｐｌｅ．ｃｏｍ"),
        ("٥٥٥-١٢٣-٤٥٦٧", "٥٥٥-١٢٣-٤٥٦٧"),
        ("j\u0332a\u0332ne@example.com", "j\u0332a\u0332ne@example.com"),
        ("jose\u0301@example.com", "jose\u0301@example.com"),
        ("555\u00b7123\u00b74567", "555\u00b7123\u00b74567"),
        ("123\u201145\u20116789", "123\u201145\u20116789"),
        ("www.\u200bexample.com/jane", "www.\u200bexample.com/jane"),
        ("5\ufe0f\u20e355-123-4567", "5\ufe0f\u20e355-123-4567"),
        ("\u202e555\u202c-123-4567", "555\u202c-123-4567"),
        # encoded
        (f"it is {b64(JANE)}, ok", b64(JANE)),
        (f"/reset/{b64(JANE)}/go", b64(JANE)),
        (f"id-{b64(JANE)}", b64(JANE)),
        (f"?t={quote(b64(JANE))}&x=1", quote(b64(JANE))),
        (b64(b64(f"mail {JANE}")), b64(b64(f"mail {JANE}"))),
        (b64(quote(JANE, safe="")), b64(quote(JANE, safe=""))),
        (b64(f"padding {JANE}")[:-1], b64(f"padding {JANE}")[:-1]),
        (
            base64.urlsafe_b64encode(f"?>{JANE}?>".encode()).decode(),
            base64.urlsafe_b64encode(f"?>{JANE}?>".encode()).decode(),
        ),
        (f"hex {JANE.encode().hex()} end", JANE.encode().hex()),
        (f"0x{JANE.encode().hex().upper()}", f"0x{JANE.encode().hex().upper()}"),
        (f"dump: {JANE.encode().hex(' ')}", JANE.encode().hex(" ")),
        (
            base64.b64encode(JANE.encode("utf-16-le")).decode(),
            base64.b64encode(JANE.encode("utf-16-le")).decode(),
        ),
        (
            base64.encodebytes(f"{'x ' * 25}{JANE}{' x' * 40}".encode()).decode(),
            base64.encodebytes(f"{'x ' * 25}{JANE}{' x' * 40}".encode()).decode()[:-1],
        ),
        (b64("x" * 47 + JANE + "x" * 40), b64("x" * 47 + JANE + "x" * 40)),
    ],
)
def test_a_value_is_found_behind_an_encoding(text: str, value: str) -> None:
    """All of its disguise is masked, and nothing of what is around it."""
    assert values(text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        b64("nothing but a harmless sentence"),
        b64('{"alg": "HS256", "typ": "JWT"}'),
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
        "550e8400-e29b-41d4-a716-446655440000",
        "commit da39a3ee5e6b4b0d3255bfef95601890afd80709",
        "sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "68656c6c6f20776f726c64",
        "#4158ab and #FFEEDD",
        "InternationalStandardization of KnownValuesInPython",
        "/usr/local/share/applications/Some/Thing/Else",
        "https%3A is a scheme, 100% sure, 50%25 off",
        r"print('hello\nworld\t%20', \"x\", C:\new\table)",
        "Tom &amp; Jerry &lt;b&gt; &nbsp; &copy; 2020",
        "a = b == c; d=40; e=4",
        "1+1=2 and 2+2=4",
        "Привет, как дела? Спасибо большое!",
        "Καλημέρα, τι κάνεις;",
        "مرحبا كيف حالك",
        "नमस्ते, आप कैसे हैं?",
        "Café, naïve, \u201cquoted\u201d \u2014 and it\u2019s fine\u2026",
        "❤️ family 👨‍👩‍👧 emoji ❤️",
        "①②③ and x² + y³",
        "rot13 is a cipher",
    ],
)
def test_what_only_looks_encoded_is_no_value(text: str) -> None:
    """Hashes, ids, code, and other scripts stay as they are."""
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("write me at jane [at] example dot com", "jane [at] example dot com"),
        ("jane (at) example (dot) com.", "jane (at) example (dot) com"),
        ("use pat AT example DOT de, ok", "pat AT example DOT de"),
        ("jane{at}example{dot}org", "jane{at}example{dot}org"),
        ("it is jane at example dot com", "jane at example dot com"),
        ("am jane dot roe at abc dot co dot uk", "jane dot roe at abc dot co dot uk"),
        ("jane underscore roe at abc dot com", "jane underscore roe at abc dot com"),
        ("jane(a)example.com", "jane(a)example.com"),
        ("jane at abc dot me and so on", "jane at abc dot me"),
        ("jane@example dot com", "jane@example dot com"),
        ("jane @ example.com", "jane @ example.com"),
        ("jane@@@example.com", "jane@@@example.com"),
        ("jane.roe@example,com", "jane.roe@example,com"),
        ("jane.roe@\nmail.example.com", "jane.roe@\nmail.example.com"),
        ("jane@example. com", "jane@example. com"),
        ("jane at example, dot com", "jane at example, dot com"),
        ("jane.roe at gmail.com", "jane.roe at gmail.com"),
        ("mail jane . roe @ example . com", "jane . roe @ example . com"),
        ('jane "at" example "dot" com', 'jane "at" example "dot" com'),
        ("jane arroba example punto es", "jane arroba example punto es"),
        ("j a n e @ e x . c o m", "j a n e @ e x . c o m"),
        ("(j a n e @ e x . c o m)", "j a n e @ e x . c o m"),
        ("jane%20%5Bat%5D%20example.com", "jane%20%5Bat%5D%20example.com"),
    ],
)
def test_an_address_in_words_is_found(text: str, value: str) -> None:
    """In brackets, in capitals, or in plain words that cannot be much else."""
    assert found(text) == [("EMAIL_ADDRESS", value)]


@pytest.mark.parametrize(
    "text",
    [
        "look at example dot com",
        "meet me at dot",
        "we are at the dot com",
        "great deals at example dot com",
        "it was sold at example dot com",
        "the at-home dot painting",
        "thanks @jane.roe",
        "look at gmail.com",
        "ask bob@corp. Is that so?",
        "Paris at night dot so we left",
        "if(a)item.id = 1; query @ key.mT",
        "we had lunch @ example.com",
        "5 @ 3.co",
        "see you @ noon. so long",
        "row.created_at_user.id and updated_at",
        "f(a) and list[a] are at [0]",
        "MEET US AT NOON. OK",
        "connect the dots at once",
        "a, b, and c at 5 dot 30",
        "what's at issue dot by dot",
    ],
)
def test_a_place_to_look_at_is_no_address(text: str) -> None:
    """Prose about places on the web, code, and mentions."""
    assert "EMAIL_ADDRESS" not in {type for type, _ in found(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "phone: five five five, one two three, four five six seven",
            ("PHONE_NUMBER", "five five five, one two three, four five six seven"),
        ),
        (
            "call 555 one two nine four oh six seven",
            ("PHONE_NUMBER", "555 one two nine four oh six seven"),
        ),
        (
            "triple five, one nine nine, double four six seven",
            ("PHONE_NUMBER", "triple five, one nine nine, double four six seven"),
        ),
        (
            "oh two oh, seven nine four six, oh nine five eight",
            ("PHONE_NUMBER", "oh two oh, seven nine four six, oh nine five eight"),
        ),
        (
            "five-five-five-nine-two-three-four it is",
            ("PHONE_NUMBER", "five-five-five-nine-two-three-four"),
        ),
        (
            "my ssn is one two three, four five, six seven eight nine",
            ("US_SSN", "one two three, four five, six seven eight nine"),
        ),
        (
            "my card is four one one one" + ", one one one one" * 3,
            ("CREDIT_CARD", "four one one one" + ", one one one one" * 3),
        ),
        (
            "five five five... um... one two nine, uh, four oh six two",
            (
                "PHONE_NUMBER",
                "five five five... um... one two nine, uh, four oh six two",
            ),
        ),
        ("one two one two one two one two", None),
        (
            "plus one five five five one two three four oh six nine",
            ("PHONE_NUMBER", "plus one five five five one two three four oh six nine"),
        ),
        (
            "(five five five) one two nine and four oh six seven",
            ("PHONE_NUMBER", "five five five) one two nine and four oh six seven"),
        ),
        (
            "my number is one two three four five six seven eight",
            ("PHONE_NUMBER", "one two three four five six seven eight"),
        ),
        ("card: 4" + " 1" * 15, ("CREDIT_CARD", "4" + " 1" * 15)),
        ("phone 5 5 5 1 2 3 9 8 7 6", ("PHONE_NUMBER", "5 5 5 1 2 3 9 8 7 6")),
        ("card 4111 1111\n1111 1111.", ("CREDIT_CARD", "4111 1111\n1111 1111")),
        ("order 4111 1111\n1111 1112.", None),
        ("call (555)\n123-4567", ("PHONE_NUMBER", "(555)\n123-4567")),
        ("+1 (5l5) 123-45O7", ("PHONE_NUMBER", "+1 (5l5) 123-45O7")),
        ("call 555-123-\n4567", ("PHONE_NUMBER", "555-123-\n4567")),
        ("ph0ne: 55512345O7", ("PHONE_NUMBER", "55512345O7")),
        ("call 555-l23-45O7", ("PHONE_NUMBER", "555-l23-45O7")),
        ("ssn: l23-45-67B9", None),
        ("one two three four testing", None),
        ("one two three four five six seven eight nine ten", None),
        ("ten nine eight seven six five four three two one zero", None),
        ("call nine one one", None),
        ("one hundred twenty three dollars and forty five cents", None),
        ("nineteen eighty four, two thousand and one", None),
        ("two of the three, and one for four", None),
        ("press 1 2 3 4 5 6 7 8 9", None),
        ("123\n45\n6789", None),
        ("555\n123\n4567", None),
        ("Ill be back at 10 or 11 lol", None),
        ("model 1O2l", None),
    ],
)
def test_numbers_in_words_and_in_pieces(
    text: str, expected: tuple[str, str] | None
) -> None:
    """Dictated, spaced out, broken, or with O for 0; counting is none."""
    if expected is None:
        assert set(recognize(text)) == set(plainly(text))
    else:
        assert found(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"email": "jane@example.com"}', ["jane@example.com"]),
        (r"{\"email\": \"jane@example.com\"}", ["jane@example.com"]),
        (
            "name,email,phone\nJane,jane@example.com,555-123-4567\n",
            ["jane@example.com", "555-123-4567"],
        ),
        ("<phone>+1 555 123 4567</phone>", ["+1 555 123 4567"]),
        ("&lt;mail&gt;jane@example.com&lt;/mail&gt;", ["jane@example.com"]),
        ("| Jane | jane@example.com |", ["jane@example.com"]),
        ("VALUES (3,'Jane','jane@example.com');", ["jane@example.com"]),
        ("?email=jane@example.com&v=2", ["jane@example.com"]),
        ("export USER=jane@example.com; run", ["jane@example.com"]),
        ('To: "Roe, Jane" <jane@example.com>', ["jane@example.com"]),
    ],
)
def test_what_holds_a_value_stays(text: str, expected: list[str]) -> None:
    """JSON, CSV, XML, tables, code and queries keep their own characters."""
    assert values(text) == expected


def test_what_is_found_plainly_is_never_lost() -> None:
    """All that the recognizer finds in the text as it is, and more."""
    text = f"{JANE} and jane [at] example dot com and {b64(JANE)} or 555-123-4567"

    assert set(plainly(text)) < set(recognize(text))


def test_a_misreading_inside_a_disguise_goes_with_it() -> None:
    """What the text as it is seems to say from the middle of an escape on."""
    text = "mailto:jane%40example.com?subject=x"

    assert ("URL", "40example.com?subject=x") in {
        (e.type, text[e.start : e.end]) for e in plainly(text)
    }
    assert found(text) == [("EMAIL_ADDRESS", "jane%40example.com?subject=x")]


def test_a_surer_reading_of_the_same_place_counts() -> None:
    """A recognizer may be less sure of the text as it is."""

    def reads(text: str) -> list[Entity]:
        return [Entity("X", 0, len(text), 0.9 if text.isascii() else 0.1)]

    assert max(e.score for e in disguised(reads)("１２３")) == 0.9


def test_a_doubtful_reading_scores_lower() -> None:
    """An escape says exactly what it says; words may be read otherwise."""
    (exact,) = recognize("jane%40example.com")[-1:]
    (words,) = recognize("jane [at] example dot com")[-1:]

    assert exact.score == 0.9
    assert 0.8 < words.score < exact.score


def test_a_piece_has_the_type_of_the_surest_value_in_it() -> None:
    """One entity for each piece, however much stands in it."""

    def reads(text: str) -> list[Entity]:
        rows = [("alpha", "A", 0.4), ("beta", "B", 0.9), ("gamma", "C", 0.5)]
        return [
            Entity(type, text.index(word), text.index(word) + len(word), score)
            for word, type, score in rows
            if word in text
        ]

    text = f"x {b64('alpha beta gamma')} y"

    assert disguised(reads)(text) == [Entity("B", 2, len(text) - 2, 0.9)]


def test_a_doubt_about_a_doubt_is_none() -> None:
    """A number that hardly is one is none where it had to be put together as well."""

    def unsure(text: str) -> list[Entity]:
        at = text.find("2125550187")
        return [Entity("ID", at, at + 10, 0.4)] if at >= 0 else []

    assert disguised(unsure)("2 1 2 5 5 5 0 1 8 7") == []
    assert len(disguised(unsure)("212555%30187")) == 1


def test_rot13_is_read_where_the_text_says_so() -> None:
    """Only then, and only for addresses."""

    def reads(text: str) -> list[Entity]:
        at = text.find("lena@example.org")
        return [Entity("EMAIL_ADDRESS", at, at + 16)] if at >= 0 else []

    assert disguised(reads)("ROT13: yran@rknzcyr.bet") == [
        Entity("EMAIL_ADDRESS", 7, 23)
    ]
    assert disguised(reads)("not 13: yran@rknzcyr.bet") == []


# --- For every text -----------------------------------------------------------------

PARTS = st.one_of(
    st.text(max_size=6),
    st.sampled_from(
        [
            *(" ", "\n", "at", "[at]", "dot", ".", "com", "jane", "@", "example", "="),
            *("%40", "%", "&#64;", "&commat;", "\\u0040", "\\", "=40", "\u200b", "O"),
            *("five", "one", "two", "nine", "double", ",", "-", "4111", "1", "l", "+"),
            *("１", "а", "\u0301", b64(JANE), JANE.encode().hex(), "AT", "\x00", "("),
            *("plus", "hundred", "and", "(", "\n", "twenty", "phone"),
            *("\ud800", "rot13", "555-123-4567", ")", "4 1 5 8", "6f 6d 61 72 40 61"),
        ]
    ),
)
TEXTS = st.lists(PARTS, max_size=16).map("".join)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_the_gate_loses_nothing(text: str) -> None:
    """Where it says no, there is nothing that only a disguise hides."""
    assert may_find(text) or recognize(text) == plainly(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hey can you help me book a table for the restaurant tonight please", False),
        ("Please send me the 3 invoices of May 2024 (both copies), thanks!", False),
        ("jane at example dot com", True),
        ("jane&commat;example.com", True),
        (b64("jane at home"), True),
        ("five five five one two three four", True),
        ("", False),
    ],
)
def test_plain_prose_is_not_read_twice(text: str, expected: bool) -> None:
    """The gate says no to most messages."""
    assert may_find(text) is expected


@settings(max_examples=400, deadline=None)
@given(TEXTS)
@example("")
@example("\ud83d")
@example("\x00\x00")
@example("&#xD800;&#1114112;%ff%fe\\ud800")
def test_entities_lie_in_the_text(text: str) -> None:
    """Whatever the text: no error, nothing empty, nothing lost."""
    entities = recognize(text)

    assert all(0 <= e.start < e.end <= len(text) for e in entities)
    assert set(plainly(text)) <= set(entities)


def percent(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


def fullwidth(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) for c in text)


DISGUISES: dict[str, Callable[[str], str]] = {
    "percent": percent,
    "twice": lambda text: quote(percent(text)),
    "html": lambda text: "".join(f"&#{ord(c)};" for c in text),
    "html in html": lambda text: html.escape("".join(f"&#{ord(c)};" for c in text)),
    "json": lambda text: "".join(rf"\u{ord(c):04x}" for c in text),
    "unseen": lambda text: "\u200b".join(text),
    "fullwidth": fullwidth,
    "base64": b64,
    "base64 twice": lambda text: b64(b64(text)),
    "hex": lambda text: text.encode().hex(),
    "spaced": " ".join,
    "at": lambda text: text.replace("@", " [at] ").replace(".", " [dot] "),
}
NAMES = st.text("abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=9)


NUMBERS = st.tuples(st.integers(100, 665), st.integers(10, 99), st.integers(1000, 9999))
AROUND = st.one_of(
    st.sampled_from(["", "Hello, ", "мой адрес ", "<b>", "\u00adso ", "(100%) "]),
    st.text(max_size=20).map(lambda text: f"{text}\n\n"),
)
AFTER = st.one_of(
    st.sampled_from(["", ", thanks", " 谢谢", "</b>", "\n\nBye", " \u2066", "; 5%25"]),
    st.text(max_size=20).map(lambda text: f"\n\n{text}"),
)


def places(type: str, text: str) -> set[tuple[int, int]]:
    return {(e.start, e.end) for e in recognize(text) if e.type == type}


@settings(max_examples=400, deadline=None)
@given(NAMES, NAMES, st.sampled_from(sorted(DISGUISES)), AROUND, AFTER)
def test_a_disguise_is_masked_from_end_to_end(
    local: str, domain: str, disguise: str, before: str, after: str
) -> None:
    """Neither more nor less than what says the value."""
    hidden = DISGUISES[disguise](f"{local}@{domain}.com")

    found = places("EMAIL_ADDRESS", before + hidden + after)

    assert (len(before), len(before) + len(hidden)) in found


@settings(max_examples=300, deadline=None)
@given(NUMBERS, st.sampled_from(sorted({*DISGUISES} - {"at", "spaced"})), AROUND, AFTER)
def test_so_is_a_number_in_disguise(
    groups: tuple[int, int, int], disguise: str, before: str, after: str
) -> None:
    """Where its digits are other characters altogether."""
    hidden = DISGUISES[disguise]("-".join(map(str, groups)))

    found = places("US_SSN", before + hidden + after)

    assert (len(before), len(before) + len(hidden)) in found


# --- Time ---------------------------------------------------------------------------

BAITS = [
    *("%25", "&amp;", "A", "one ", "one two six nine ", "[at] ", "a [at] a ", "a dot "),
    *("a at a dot ", "a\u200b", "\u200b", "1 ", "5 7 3 ", "12\n", "1l", "1l ", "6f"),
    *("6f ", "6f:", "=40", "=\n", "a@ ", "@", "a @ b. ", "a@a,", "a.", "a_", "\\"),
    "\\n",
    *("AAAA/", "aB-", "QUJDREVGR0hJSktM/", b64("hello there") + " ", "aа", "１"),
    *("e\u0301", "\u0301", "one-", "double one ", " ", "(", "a_at_a_dot_", "rot13 "),
    *("1+1+", "\ud800", "\0", "a AT b.", "a plus ", b64("x" * 48) + "\n", "&#64"),
    "%c3",
]


@pytest.mark.parametrize("bait", BAITS)
def test_no_text_takes_long(bait: str) -> None:
    """Eight times the text takes about eight times as long, not sixty-four."""
    reads = disguised(lambda text: [])

    def seconds(length: int) -> float:
        text = (bait * (length // len(bait) + 1))[:length]
        return best_of(3, lambda: reads(text))

    assert seconds(80_000) < 32 * seconds(10_000) + 0.05


def test_the_recognizer_is_asked_a_bounded_number_of_times() -> None:
    """However deep the layers are nested."""
    asked = []

    def reads(text: str) -> list[Entity]:
        asked.append(len(text))
        return []

    text = "jane [at] example dot com %2540 =40 &amp;amp; 1+1 \u200b4 1 1 1\n1-\n2"
    for _ in range(6):
        text = b64(text) + " %41 a [at] b dot com 1+1 =40"

    disguised(reads)(text)

    assert len(asked) < 30
    assert max(asked) <= len(text)
