"""What is left when values are removed can be read."""

import json
from itertools import pairwise

import pytest
from core.stripping import SENTENCES, faults, taken_apart

from piimask_core.strip import Span, cuts


def without(text: str, gone: list[Span], kept: list[Span] | None = None) -> str:
    """The text after cutting."""
    left, at = "", 0
    for start, end in cuts(text, gone, kept or []):
        assert at <= start <= end
        left += text[at:start]
        at = end
    return left + text[at:]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_reads_without_its_values(sentence: str) -> None:
    """No doubled space, orphaned mark or dangling preposition, and no value."""
    text, spans = taken_apart(sentence)

    left = without(text, spans)

    assert list(faults(left)) == []
    assert not [1 for start, end in spans if text[start:end] in left]


def test_the_check_finds_what_is_wrong() -> None:
    """Merely leaving the values out fails for most of the sentences."""
    naive = []
    for sentence in SENTENCES:
        text, spans = taken_apart(sentence)
        for start, end in reversed(spans):
            text = text[:start] + text[end:]
        naive.append(text)

    assert len(SENTENCES) >= 200
    assert sum(1 for text in naive if list(faults(text))) > len(SENTENCES) * 0.9


@pytest.mark.parametrize(
    "text",
    [
        *("Write to me  today.", "Hi , you", "Write to.", "Write at today", "and, or"),
        *("Call me at or now.", "(, I think)", "a; .", " a", "a ", "to", "Me and."),
        *("The **** user", "See ().", 'Who is ""?', "Write,", "Name:", "the 's order"),
    ],
)
def test_the_check_knows_each_fault(text: str) -> None:
    """One of each kind."""
    assert list(faults(text)) != []


@pytest.mark.parametrize(
    "text",
    ["Log in.", "Write to Anna.", "Call me at home or at work.", "- call", "1. Call."],
)
def test_the_check_lets_good_sentences_pass(text: str) -> None:
    """Prepositions that lead somewhere, and particles."""
    assert list(faults(text)) == []


DATA = [
    ('{"ssn": "[123-45-6789]", "n": 1}', '{"ssn": "", "n": 1}'),
    ('{"to": {"a": "[jane@x.io]", "b": "[bob@x.io]"}}', '{"to": {"a": "", "b": ""}}'),
    ('{"note": "call [555-010-0199]"}', '{"note": "call"}'),
    ('<a title="[Jane Doe]">x</a>', '<a title="">x</a>'),
    ('{"a": 1, "[jane@x.io]": 2}', '{"a": 1, "": 2}'),
    ('{"a": null, "[jane@x.io]": "[Jane Doe]"}', '{"a": null, "": ""}'),
    ('{"a": 1, "b": "x", "c": "[jane@x.io]"}', '{"a": 1, "b": "x", "c": ""}'),
    ("f('[jane@x.io]', 1)", "f('', 1)"),
    ("f(1, '[jane@x.io]')", "f(1, '')"),
    ('(called "[Jane Doe]") is here', "is here"),
    ('("[Jane Doe]") is here', "is here"),
    ("name,[jane@x.io],city", "name,,city"),
    ("x[jane@x.io]y", "xy"),
    ("a\n[jane@x.io]\nb", "a\n\nb"),
    ("to\n[jane@x.io]", "to\n"),
    ("[a][b]", ""),
    ("", ""),
]


@pytest.mark.parametrize(("marked", "expected"), DATA)
def test_data_stays_data(marked: str, expected: str) -> None:
    """In JSON, attributes, arguments and tables an empty text must be one."""
    left = without(*taken_apart(marked))

    assert left == expected
    if marked.startswith("{"):
        json.loads(left)


def test_what_stands_beside_it_is_never_cut() -> None:
    """Something else takes its place, a placeholder perhaps."""
    text = "to Bob (Jane), at Zoe"

    assert without(text, [(8, 12)], [(3, 6), (18, 21)]) == "to Bob, at Zoe"
    assert cuts("at Bob Jane", [(7, 11)], [(0, 6)]) == [(6, 11)]
    assert cuts("BobJane", [(3, 7)], [(0, 3)]) == [(3, 7)]


@pytest.mark.parametrize("size", [2_000, 4_000])
def test_many_values_are_cut_in_order(size: int) -> None:
    """Each once, without overlap, and every one is covered."""
    text = "to x, or of y. " * size
    gone = [(at, at + 1) for at, c in enumerate(text) if c in "xy"]

    cut = cuts(text, gone, [])

    assert all(a[1] <= b[0] for a, b in pairwise(cut))
    assert cuts(text, gone[::2], gone[1::2])
    assert not set("xy") & set(without(text, gone))
