"""What is a placeholder, what a respelled one, and what neither."""

import pytest
from core.helpers import best_of

from piimask_core.entities import ALIASES, LABELS, label_of
from piimask_core.grammar import (
    LONGEST,
    Placeholder,
    candidates,
    find,
    may_begin,
    may_hold,
    parse,
    unfinished,
)

EXACT = [
    ("<EMAIL_1>", Placeholder("EMAIL", 1)),
    ("<PERSON_2B>", Placeholder("PERSON", 2, "B")),
    ("<US_BANK_10Z>", Placeholder("US_BANK", 10, "Z")),
    ("<A_999999999>", Placeholder("A", 999999999)),
    ("<X_1_2>", Placeholder("X_1", 2)),
    ("<" + "A" * 32 + "_1>", Placeholder("A" * 32, 1)),
]


@pytest.mark.parametrize(("text", "expected"), EXACT)
def test_a_placeholder_reads_as_one_and_writes_back(
    text: str, expected: Placeholder
) -> None:
    """Label, number, letter; and the same text again."""
    assert parse(text) == expected
    assert str(expected) == text
    assert list(find(f"a{text}b")) == [(1, 1 + len(text))]


NOT_EXACT = [
    *("", "<b>", "<Q>", "<EMAIL>", "<EMAIL_>", "<EMAIL_0>", "<EMAIL_01>"),
    *("<EMAIL_+1>", "<EMAIL_1A>", "<EMAIL_1b>", "<EMAIL_1BB>", "<email_1>", "<1_1>"),
    *("<_1>", "< EMAIL_1>", "<EMAIL_1 >", "<EMAIL_1>\n", "EMAIL_1", "<TYPE_N>"),
    *("<EMAIL_1000000000>", "<" + "A" * 33 + "_1>", "<EMAIL_١>", "<ЕMAIL_1>"),
]


@pytest.mark.parametrize("text", NOT_EXACT)
def test_only_the_exact_spelling_is_what_a_registry_gives(text: str) -> None:
    """ASCII, capitals, no leading zero, no confusable."""
    assert parse(text) is None


RESPELLED = [
    # case, spaces, hyphens
    *("<email_1>", "<Email_1>", "< EMAIL_1 >", "<EMAIL 1>", "<EMAIL _ 1>", "<EMAIL-1>"),
    *("<EMAIL\u20111>", "<e-mail 1>", "<EMAIL\u00a01>", "<\tEMAIL_1>"),
    # markdown, HTML, URL, JSON
    *(r"<EMAIL\_1>", r"\<EMAIL_1\>", "<**EMAIL_1**>", "<`EMAIL_1`>", "<__EMAIL_1__>"),
    *("&lt;EMAIL_1&gt;", "&amp;lt;EMAIL_1&amp;gt;", "&#60;EMAIL_1&#62;"),
    *(
        "&#x3C;EMAIL&#95;1&#x3E;",
        "%3CEMAIL_1%3E",
        "%3cemail%5f1%3e",
        "%253CEMAIL_1%253E",
    ),
    *(r"\u003cEMAIL_1\u003e", r"\u003CEMAIL\u005F1\u003E", r"\x3cEMAIL_1\x3e"),
    # full width, other brackets, what is not seen
    *("＜ＥＭＡＩＬ＿１＞", "＜EMAIL_1＞", "‹EMAIL_1›", "«EMAIL_1»", "〈EMAIL_1〉"),
    *("[EMAIL_1]", "[[EMAIL_1]]", "[email_1]", "[EMAIL 1]", "{EMAIL_1}", "{{EMAIL_1}}"),
    *("【EMAIL_1】", "<EMAIL_\u200b1>", "<\ufeffEMAIL_1>", "<EM\u00adAIL_1>"),
    # lost brackets
    *("EMAIL_1", r"EMAIL\_1", "<EMAIL_1", "EMAIL_1>"),
    # zeros, other words, plurals
    *("<EMAIL_01>", "<EMAIL_001>", "<E-MAIL_1>", "<EMAIL_ADDRESS_1>", "<MAIL_1>"),
    *("<EMAILS_1>", "<E-mail address 1>", "EMAIL_ADDRESS_1", "[MAIL_1]"),
]
AROUND = [("", ""), ("to ", "."), ("(", ")"), ("\n", " x"), ('"', '"'), ("您好", "。")]


@pytest.mark.parametrize("text", RESPELLED)
def test_a_respelled_placeholder_is_read_whole(text: str) -> None:
    """Wherever it stands, all of it and nothing else."""
    around = AROUND if text != "[email_1]" else AROUND[:5]  # 订单[date_1] is code
    for before, after in around:
        (found,) = candidates(before + text + after)

        assert found[:2] == (len(before), len(before) + len(text)), before
        assert found.readings[0] == ("<EMAIL_1>", "")


ENDINGS = [
    ("<PERSON_1's>", [("<PERSON_1>", "'s")]),
    ("<PERSON_1\u2019s>", [("<PERSON_1>", "\u2019s")]),
    ("PERSON_1's", [("<PERSON_1>", "'s")]),
    ("PERSON_1s", [("<PERSON_1>", "s")]),
    ("PERSON_1S", [("<PERSON_1S>", "")]),
    ("<PERSON_1s>", [("<PERSON_1S>", ""), ("<PERSON_1>", "s")]),
    ("<person_1b>", [("<PERSON_1B>", "")]),
    ("<PERSON_1>'s", [("<PERSON_1>", "")]),
    ("<ADDRESSES_1>", [("<ADDRESS_1>", "")]),
]


@pytest.mark.parametrize(("text", "readings"), ENDINGS)
def test_an_ending_is_kept_and_what_may_be_two_is_told_as_two(
    text: str, readings: list[tuple[str, str]]
) -> None:
    """Possessives and plurals; a small s may be a form's letter as well."""
    (found,) = candidates(text)

    assert list(found.readings) == readings


NONE = [
    *("COVID_19", "(Figure 1)", "(email 1)", "[email 1]", "EMAIL 1", "PHONE-1"),
    *("email_1", "Email_1", "List<EMAIL_1 x", "a<EMAIL_1", "x <<EMAIL_1;", "EMAIL_1=3"),
    *("users[person_1]", "grid[x][date_1]", 'f"{email_1}"', "${EMAIL_1}", "$EMAIL_1"),
    *("MY_EMAIL_1", "EMAIL_1_OLD", "EMAIL_12x", "self.EMAIL_1", "@EMAIL_1", "#EMAIL_1"),
    *(
        "EMAIL_1()",
        "<EMAIL_14.5>",
        "EMAIL_14.5",
        "vec![url_3]",
        "<h1>",
        "<item_1>",
        "<b>",
        "<EMAIL_0>",
        "<EMAIL_1A>",
        "<EMAIL_1BB>",
    ),
    *("<EMAIL_+1>", "<EMAIL_١>", "<ЕMAIL_1>", "<EMAIL_1000000000>", "<TYPE_N>", "[1]"),
    *("<ORDER 1>", "<order_1>", "[ORDER_1]", "ORDER_1", "<" + "A" * 33 + "_1>"),
    *("<EMAIL\n1>", "<EMAIL   1>", "EMAIL__1"),
    # a number that may go on is not read up to here
    *("<EMAIL_1,234>", "EMAIL_1,234", "<EMAIL_1\u202f234>", "‹EMAIL_1٢>", "EMAIL_1²"),
    *("EMAIL_1２", "EMAIL_1\u200b2", "<EMAIL_1\xad2", "EMAIL_1&#50;", "EMAIL_1%32"),
    *("<EMAIL_1**2**>", "<EMAIL_1\n0>", "<EMAIL_1 0>", r"EMAIL_1\u0032"),
]


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_placeholder_is_let_be(text: str) -> None:
    """Code, prose, and labels that nobody issues."""
    assert list(candidates(text)) == []


@pytest.mark.parametrize("text", ["<ORDER_1>", "&lt;ORDER_1&gt;", r"<ORDER\_1>"])
def test_a_label_of_ones_own_is_known_exactly_or_escaped(text: str) -> None:
    """Its case and its underscores are all there is to know it by."""
    (found,) = candidates(text)

    assert found.readings[0][0] == "<ORDER_1>"


def test_no_word_stands_for_two_labels() -> None:
    """A type that is named like an alias has the alias's label."""
    assert {label_of(word) for word in ALIASES} == set(ALIASES.values())
    assert all(ALIASES[word] == label_of(word) for word in ALIASES)
    assert all(label_of(type) == label for type, label in LABELS.items())
    assert label_of("MAIL") == label_of("e-mail") == "EMAIL"


NESTED = [
    ("<<EMAIL_1>>", ["<EMAIL_1>"]),
    ("<EMAIL_<EMAIL_1>>", ["<EMAIL_1>"]),
    (r"\<EMAIL_1>", ["<EMAIL_1>"]),
    ("[<EMAIL_1>]", ["<EMAIL_1>"]),
    ("<EMAIL_1>EMAIL_2", ["<EMAIL_1>", "EMAIL_2"]),
    ("[SOME EMAIL_1]", ["EMAIL_1"]),
    ("[EMAIL_1](x)", ["EMAIL_1"]),
    ("EMAIL_1/EMAIL_2", ["EMAIL_1", "EMAIL_2"]),
    ("**EMAIL_1**", ["EMAIL_1"]),
]


@pytest.mark.parametrize(("text", "expected"), NESTED)
def test_an_exact_placeholder_is_never_part_of_a_larger_one(
    text: str, expected: list[str]
) -> None:
    """Whatever stands around it; else what was masked could not be told from it."""
    assert [text[start:end] for start, end in find(text)] == expected


UNFINISHED = [
    ("", ""),
    ("abc", ""),
    ("abc<", "<"),
    ("a <EMAIL", "<EMAIL"),
    ("a <EMAIL_12", "<EMAIL_12"),
    ("a <EMAIL_1>", ""),
    ("a << ", "< "),
    ("a <b", "<b"),
    ("a <b>", ""),
    ("if a < b:", ""),
    ("&lt", "&lt"),
    ("&am", "&am"),
    ("&nbsp", ""),
    ("100%3", "%3"),
    ("100% ", ""),
    ("[EMAIL_1]", "[EMAIL_1]"),
    ("[EMAIL_1] ", ""),
    ("a EMA", "EMA"),
    ("a EMAIL_1", "EMAIL_1"),
    ("a EMAIL_1 ", ""),
    ("a HELLO", ""),
    ("xEMA", ""),
    ("<" + "A" * 40 + "_", ""),
    ("<EMAIL_1\n", "<EMAIL_1\n"),
    ("a EMAIL_1,", "EMAIL_1,"),
    ("a EMAIL_1, ", ""),
]


@pytest.mark.parametrize(("text", "tail"), UNFINISHED)
def test_only_what_can_still_become_a_placeholder_is_unfinished(
    text: str, tail: str
) -> None:
    """The tail is where more text may yet make one."""
    assert text[unfinished(text) :] == tail


def test_without_brackets_only_what_was_issued_is_waited_for() -> None:
    """A sentence that begins with P waits for no PHONE that nobody has."""
    assert unfinished("a P", {"EMAIL"}) == 3
    assert unfinished("a E", {"EMAIL"}) == 2
    assert unfinished("a MAI", {"EMAIL"}) == 2
    assert unfinished("a EMAIL_1.", {"EMAIL"}) == 2  # 1.5 would be no number of ours


def test_no_beginning_of_a_respelling_is_missed() -> None:
    """Cut anywhere, each is seen as unfinished from its first character."""
    for text in RESPELLED:
        for end in range(1, len(text)):
            assert unfinished(text[:end]) == 0, text[:end]


def test_a_text_that_may_hold_none_is_told_at_once() -> None:
    """A gate that lets through nothing that the grammar would read."""
    assert not may_hold("The order (of 2020) was late; 3 of 4 came: why?")
    assert all(may_hold(text) for text in RESPELLED)
    assert all(may_begin(text) for text in RESPELLED)


def test_no_spelling_is_longer_than_what_a_stream_holds() -> None:
    """What would be is none."""
    long = "<" + "A_" * 15 + "AA_" + "0" * 3 + "1" * 9 + "B>"
    padded = r"\u003c    E-MAIL&#95;ADDRESS  &#95;  " + "0001" + "****" + r"\u003e"

    assert all(end - start <= LONGEST for start, end in find(long + padded))


BAIT = [
    *("<", "<A", "<A_1", "<A_1>", "A_", "<A_1_1_1_1", "<A  A", "<A A", "[A ", "&lt;"),
    *(
        "<\u200b",
        "< ",
        "A_A",
        r"\u003c",
        "%3C",
        "EMAIL_",
        "EMAIL\\_",
        "_1",
        "[[",
        "{A ",
    ),
]


@pytest.mark.parametrize("unit", BAIT)
def test_a_bait_is_read_in_linear_time(unit: str) -> None:
    """Beginnings without end cost in proportion to their length."""
    fast = best_of(3, lambda: list(find(unit * 1_000)))
    slow = best_of(2, lambda: list(find(unit * 8_000)))

    assert slow < 24 * max(fast, 0.000_1)
