"""Whatever is said, over any number of turns: nothing is lost, and nothing leaks."""

import re
from itertools import accumulate, pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from piimask_core import Context, Entity, Masker, MemoryVault, Registry, by_type
from piimask_core.grammar import PLACEHOLDER, find
from piimask_core.identity import is_known_again
from piimask_core.recognizers import patterns, readable, union
from piimask_core.testing import recognizing

# Values, in many written forms, some inside others

NAMES = {
    "PERSON": ["Jane Doe", "Jane", "Doe", 'Jo "JJ" O\'Neil', "Łucja Ĺ", "陳大文"],
    "ORGANIZATION": ["Doe Ltd", "Jane Doe & Sons", "EMAIL_1", "<PERSON_1"],
    "LOCATION": ["Paris", "aris", "İzmir", "Straße 5"],
    "API_KEY": ["sk-AbC1", "sk-aBc1", r"\g<0>\1", "$&{0}%s"],
}
MAILS = ["jane@example.com", "Jane@Example.com", "jane@example.co", "doe@doe.doe.org"]
NUMBERS = [
    *("123-45-6789", "123 45 6789", "ssn 123456789", "123\u201145\u20116789"),
    *("555-123-4567", "(555) 123-4567", "+1 555 123 4567", "call 5551234567"),
    *("+44 20 7946 0958", "555-123-4567 x12", "tel 123-4567"),
    *("4111 1111 1111 1111", "4111111111111111", "5500-0000-0000-0004"),
]
LINKS = ["https://x.io/?to=jane@example.com", "www.doe.org/(jane)", "a@b.co/c@d.co"]


def numbered(form: str) -> st.SearchStrategy[str]:
    """A number in this form: a digit for each 0."""
    digits = st.lists(st.integers(1, 9), min_size=len(form), max_size=len(form))
    return digits.map(
        lambda them: "".join(
            str(n) if c == "0" else c for c, n in zip(form, them, strict=True)
        )
    )


RECASED = st.builds(
    lambda mail, flags: "".join(
        c.upper() if flags >> n & 1 else c for n, c in enumerate(mail)
    ),
    st.sampled_from(MAILS),
    st.integers(0, 255),
)
VALUE = st.one_of(
    st.sampled_from([name for listed in NAMES.values() for name in listed]),
    st.sampled_from(MAILS + NUMBERS + LINKS),
    st.sampled_from(["000-00-0000", "500-000-0000", "(500)000.0000"]).flatmap(numbered),
    st.from_regex(r"[a-c]{1,2}(\.[a-c])?@[a-c]{1,2}\.(com|org)", fullmatch=True),
    RECASED,
)

# What stands around them

LOOK_ALIKE = st.one_of(
    st.sampled_from(
        [
            *("<EMAIL_1>", "<EMAIL_1B>", "<PERSON_1>", "<PERSON_1C>", "<SSN_1>"),
            *("<LITERAL_1>", "<LITERAL_2>", "<LITERAL_1B>", "<EMAIL_999999999Z>"),
            *("<<EMAIL_1>>", "<EMAIL_<EMAIL_1>1>", "<EMAIL_01>", "<EMAIL_1A>"),
            *("<", "<E", "<EMAIL_", "<EMAIL_1", "EMAIL_1>", "1>", "_1B>", "B>", ">"),
        ]
    ),
    st.from_regex(PLACEHOLDER, fullmatch=True),
)
ODD = st.sampled_from(
    [
        *("\ud800", "\udfff", "\udc00\ud800", "\x00", "\u202e", "\u2066", "\u200f"),
        *(
            "\ufeff",
            "\u200b",
            "\u0301",
            "\ufe0f",
            "😀",
            "ﬁ",
            "ß",
            "İ",
            "\u2028",
            "\r\n",
        ),
        *("٣", "²", "\u1e9e", "(", ")", '"', "'", "@", ".", "-", "_", "/", "=", "+"),
    ]
)
SURROUNDINGS = st.sampled_from(
    [
        *(
            "https://x.io/?q=",
            "//x.io/",
            "www.",
            "x.io/",
            "](",
            "![",
            "](<",
            ")",
            "mailto:",
        ),
        *(
            '<a href="',
            "<img src='",
            "<a href=",
            "<script>",
            "</script>",
            "url(",
            "<form>",
        ),
        *("```sh\n", "```python\n", "```\n", "\n```\n", "curl ", "`nc ", "=HYPERLINK("),
        *(
            '{"a": "',
            '"}',
            '", "b": "',
            '["',
            '"]',
            '{"a": "{\\"b\\": \\"',
            '\\"',
            "[1, ",
        ),
        *("[EMAIL_1]", "[email_1]", "&lt;EMAIL_1&gt;", "%3CPERSON_1%3E", "EMAIL_1s"),
        *(
            r"\u003cSSN_1\u003e",
            "{{PHONE_1}}",
            "＜ＥＭＡＩＬ＿１＞",
            "<email 01>",
            "&lt;",
        ),
        *("EMAIL_", "PERSON_1", "[", "]", "{", "}", "&", "%", "\\", "`", "**", "$"),
    ]
)
NOISE = st.one_of(
    st.sampled_from(["", " ", " ", ", ", "\n", " and ", " ssn ", " phone: ", "x", "7"]),
    st.text(st.characters(), max_size=4),
    ODD,
    LOOK_ALIKE,
    SURROUNDINGS,
    SURROUNDINGS,
)
TEXT = st.lists(st.one_of(VALUE, VALUE, NOISE, NOISE, NOISE), max_size=8).map("".join)
TURNS = st.lists(TEXT, min_size=1, max_size=4)
# A whole number of many digits may be a card's or a phone's, and comes back as text.
FLOAT = st.floats().filter(lambda x: not x.is_integer() or abs(x) < 10_000)
LEAF = st.one_of(TEXT, st.none(), st.booleans(), st.integers(0, 99), FLOAT)
TREE = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=2).map(tuple),
        st.dictionaries(TEXT, inner, max_size=3),
    ),
    max_leaves=6,
)

RECOGNIZER = union(patterns(), recognizing(NAMES))
thorough = settings(max_examples=2_000, deadline=None, database=None)
brief = settings(max_examples=300, deadline=None, database=None)


def conversation(**masking: Any) -> tuple[Masker, Registry]:
    """A masker that reads quickly, and a registry that nobody else has."""
    masker = Masker(**{"recognizer": RECOGNIZER, "vault": MemoryVault(), **masking})
    return masker, masker.registry("s")


def hidden(masked: str, registry: Registry) -> set[int]:
    """The positions of the original that are behind a placeholder."""
    values, behind, at, last = registry.view(), set[int](), 0, 0
    for start, end in find(masked):
        at += start - last
        length = len(values[masked[start:end]])
        behind.update(range(at, at + length))
        at, last = at + length, end
    return behind


def leaks(masker: Masker, registry: Registry, text: str, masked: str) -> list[Entity]:
    """What the recognizer finds in a text and is not all behind placeholders.

    Punctuation that two overlapping values leave over hides nothing and may stay.
    """
    behind = hidden(masked, registry)
    return [
        entity
        for entity in masker.recognizer(readable(text))
        if entity.score >= masker.thresholds.of(entity.type)
        and any(
            text[at].isalnum() and at not in behind
            for at in range(entity.start, entity.end)
        )
    ]


def told_again(registry: Registry, masked: str) -> list[str]:
    """Known values that stand as a word in what is left of a masked text."""
    left = PLACEHOLDER.sub("\x00", masked)
    return [
        placeholder
        for placeholder, value in registry.view().items()
        if is_known_again(placeholder[1:].rpartition("_")[0], value)
        and re.search(rf"(?<!\w){re.escape(value)}(?!\w)", left)
    ]


def texts_in(tree: Any) -> list[str]:
    """Every text of a nest, in order."""
    if isinstance(tree, str):
        return [tree]
    if isinstance(tree, dict):
        tree = [*tree, *tree.values()]
    inner = tree if isinstance(tree, list | tuple) else []
    return [text for each in inner for text in texts_in(each)]


def check_turns(masker: Masker, registry: Registry, turns: list[str]) -> None:
    """Each turn sends all that was said so far; each masking restores for good."""
    sent = [masker.mask(turns[:n], registry) for n in range(1, len(turns) + 1)]

    for n, masked in enumerate(sent, start=1):
        assert masker.unmask(masked, registry) == turns[:n]
    for masked in sent:
        for text, one in zip(turns, masked, strict=False):
            assert leaks(masker, registry, text, one) == []


@thorough
@given(TURNS)
def test_every_turn_comes_back_and_holds_no_value_on_its_way(turns: list[str]) -> None:
    """To the character, with earlier turns sent again; no value is in between."""
    check_turns(*conversation(), turns)


@pytest.mark.filterwarnings("ignore::DeprecationWarning:nltk")
@settings(max_examples=100, deadline=None, database=None)
@given(TURNS)
def test_so_it_does_with_the_default_recognizer(turns: list[str]) -> None:
    """Presidio's patterns find much more, and much that overlaps."""
    masker = Masker(vault=MemoryVault())

    check_turns(masker, masker.registry("s"), turns)


@brief
@given(TURNS)
def test_a_value_once_found_is_found_again_where_nobody_looks(turns: list[str]) -> None:
    """What the recognizer saw once it may miss ever after."""
    masker, registry = conversation()
    masker.mask(turns, registry)
    blind, _ = conversation(recognizer=lambda text: [])

    masked = blind.mask([*turns, *reversed(turns)], registry)

    assert masker.unmask(masked, registry) == [*turns, *reversed(turns)]
    assert [told_again(registry, text) for text in masked] == [[]] * len(masked)


@brief
@given(TEXT)
def test_whatever_reads_as_a_placeholder_was_issued_for_it(text: str) -> None:
    """Typed, or made by what stands beside it, it leads to nobody's value."""
    masker, registry = conversation()
    masker.mask("zoe@zoe.example", registry)

    masked = masker.mask(text, registry)

    values = registry.view()
    assert all(masked[s:e] in values for s, e in find(masked))
    assert "<EMAIL_1>" not in masked


GONE = by_type({"US_SSN": "gone", "PHONE_NUMBER": "gone", "PERSON": "gone"})


@brief
@given(TEXT, st.sampled_from(["_", "_1", "<", ">", "EMAIL", "1", "<EMAIL_1>"]), TEXT)
@example("", "_", '<a href="Jo "JJ" O\'Neiljane@example.com')
def test_what_was_removed_brings_nobody_back(one: str, put: str, two: str) -> None:
    """A look-alike that came about at a seam is restored to that, and no further."""
    masker, registry = conversation(
        policy=GONE, operators={"gone": lambda type, value: put}
    )
    masker.mask("zoe@zoe.example", registry)
    text = one + "<EMAIL_1>".replace(put, "Jane") + two
    expected, last = "", 0
    for entity in masker.entities(text):
        if GONE(entity, Context(text)) == "gone":
            expected += text[last : entity.start] + put
            last = entity.end

    masked = masker.mask(text, registry)

    assert masker.unmask(masked, registry) == expected + text[last:]


@brief
@given(TEXT, TEXT, st.lists(st.integers(0, 9), max_size=30))
def test_a_stream_is_the_whole_however_it_is_cut(
    text: str, answer: str, sizes: list[int]
) -> None:
    """The model answers with what it was told, and with what it makes up."""
    masker, registry = conversation()
    whole = masker.mask(text, registry) + answer + masker.mask(text, registry)
    stream = masker.stream_unmasker(registry)

    cuts = [*accumulate(sizes, initial=0), len(whole)]
    pieces = [stream.feed(whole[a:b]) for a, b in pairwise(cuts)]

    assert "".join([*pieces, stream.flush()]) == masker.unmask(whole, registry)


@brief
@given(st.lists(TREE, min_size=1, max_size=2))
def test_a_nest_of_texts_comes_back(turns: list[Any]) -> None:
    """Keys and all; what is no text stays what it was."""
    masker, registry = conversation()
    for tree in turns:
        masked = masker.mask(tree, registry)

        assert repr(masker.unmask(masked, registry)) == repr(tree)
        for text, one in zip(texts_in(tree), texts_in(masked), strict=True):
            assert leaks(masker, registry, text, one) == []


@brief
@given(TURNS)
def test_an_outer_layer_restores_what_an_inner_one_added(turns: list[str]) -> None:
    """Masked at both with one registry, it is restored once, and exactly."""
    masker, registry = conversation()
    outer = masker.mask(turns, registry)

    inner = masker.mask(outer, registry, layered=True)

    assert masker.unmask(inner, registry) == turns
