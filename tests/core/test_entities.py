"""Overlapping entities: who wins, and what becomes of the rest."""

import random

import pytest
from core.helpers import best_of

from piimask_core.entities import LABELS, Entity, label_of, resolve
from piimask_core.grammar import parse

TEXT = "Dr Jane Doe of Acme, jane@example.com"


def e(type: str, start: int, end: int, score: float = 1.0) -> Entity:
    return Entity(type, start, end, score)


RESOLVED = [
    ("nothing", "abc", [], []),
    (
        "order of position, whatever came first",
        "ab cd",
        [e("B", 3, 5), e("A", 0, 2)],
        [e("A", 0, 2), e("B", 3, 5)],
    ),
    (
        "the longest wins even with a lower score",
        "abcdef",
        [e("A", 0, 3, 1.0), e("B", 0, 6, 0.4)],
        [e("B", 0, 6, 0.4)],
    ),
    (
        "the higher score wins at equal length",
        "abc",
        [e("A", 0, 3, 0.5), e("B", 0, 3, 0.9)],
        [e("B", 0, 3, 0.9)],
    ),
    (
        "the earlier wins at equal length and score, the rest stays",
        "abcd",
        [e("B", 1, 4), e("A", 0, 3)],
        [e("A", 0, 3), e("B", 3, 4)],
    ),
    (
        "what a loser covers beyond the winner stays",
        TEXT,
        [e("PERSON", 3, 11), e("ORG", 8, 19)],
        [e("PERSON", 3, 7), e("ORG", 8, 19)],
    ),
    (
        "a chain of overlaps keeps the ends of both losers",
        "abcdefghi",
        [e("A", 0, 4), e("B", 2, 8), e("C", 6, 9)],
        [e("A", 0, 2), e("B", 2, 8), e("C", 8, 9)],
    ),
    (
        "a remainder of mere punctuation is dropped",
        "abc.)",
        [e("A", 0, 4), e("B", 1, 5)],
        [e("A", 0, 4)],
    ),
    (
        "neighbours of one type are never merged",
        "ab",
        [e("A", 0, 1), e("A", 1, 2)],
        [e("A", 0, 1), e("A", 1, 2)],
    ),
    (
        "neighbours with one space between are two",
        "ab cd",
        [e("A", 0, 2), e("A", 3, 5)],
        [e("A", 0, 2), e("A", 3, 5)],
    ),
    ("duplicates are one", "abc", [e("A", 0, 3), e("A", 0, 3)], [e("A", 0, 3)]),
    ("an empty entity is none", "abc", [e("A", 1, 1)], []),
    (
        "an empty entity inside a winner is none",
        "abc",
        [e("A", 0, 3), e("B", 1, 1)],
        [e("A", 0, 3)],
    ),
    (
        "equal in all but type: the result does not hang on the order given",
        "abc",
        [e("B", 0, 3), e("A", 0, 3)],
        [e("A", 0, 3)],
    ),
]


@pytest.mark.parametrize(
    ("text", "found", "expected"),
    [case[1:] for case in RESOLVED],
    ids=[case[0] for case in RESOLVED],
)
def test_the_longest_wins_and_nothing_found_is_let_go(
    text: str, found: list[Entity], expected: list[Entity]
) -> None:
    """One row per rule of the resolver."""
    assert resolve(text, found) == expected
    assert resolve(text, found[::-1]) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([e("A", 0, 9)], [e("A", 0, 3), e("O", 3, 6), e("A", 6, 9)]),
        ([e("A", 4, 5)], [e("O", 3, 6)]),
        ([e("A", 3, 6)], [e("O", 3, 6)]),
        ([e("A", 5, 9)], [e("O", 3, 6), e("A", 6, 9)]),
    ],
)
def test_those_in_first_win_over_all(
    found: list[Entity], expected: list[Entity]
) -> None:
    """A longer entity is cut around them, and what is inside them goes."""
    assert resolve("abcdefghi", found, first=[e("O", 3, 6)]) == expected


def test_first_is_not_changed() -> None:
    """The caller's list stays as it was."""
    first = [e("O", 0, 1)]

    resolve("ab", [e("A", 1, 2)], first=first)

    assert first == [e("O", 0, 1)]


@pytest.mark.parametrize("seed", range(20))
def test_every_found_letter_is_covered_and_none_twice(seed: int) -> None:
    """Whatever overlaps: no overlap comes out, and no letter that was found is lost."""
    rnd = random.Random(seed)  # noqa: S311
    text = "abc d-e.f" * 12
    found = [
        e(rnd.choice("ABC"), start, rnd.randrange(start + 1, 109), rnd.random())
        for start in (rnd.randrange(100) for _ in range(30))
    ]

    kept = resolve(text, found)

    spans = [at for entity in kept for at in range(entity.start, entity.end)]
    letters = {at for f in found for at in range(f.start, f.end) if text[at].isalnum()}
    assert spans == sorted(set(spans))
    assert letters <= set(spans)


def random_entities(count: int) -> list[Entity]:
    rnd = random.Random(count)  # noqa: S311
    starts = [rnd.randrange(count * 10) for _ in range(count)]
    return [e("A", start, start + rnd.randrange(1, 60)) for start in starts]


def test_fifty_thousand_entities_cost_in_proportion() -> None:
    """Ten times the entities cost far less than a hundred times the time."""
    few, many = random_entities(5_000), random_entities(50_000)
    text = "a" * 600_000

    slow = best_of(2, lambda: resolve(text, many))
    fast = best_of(3, lambda: resolve(text, few))

    assert slow < 40 * fast


@pytest.mark.parametrize(
    ("type", "label"),
    [
        ("EMAIL_ADDRESS", "EMAIL"),
        ("US_SSN", "SSN"),
        ("PERSON", "PERSON"),
        ("employee number", "EMPLOYEE_NUMBER"),
        ("Kunden-Nr.", "KUNDEN_NR"),
        ("_x_", "X"),
        ("1st", "PII"),
        ("", "PII"),
        ("人", "PII"),
        ("ÄRGER", "RGER"),
        ("A" * 40, "A" * 32),
        ("A" * 31 + "__B", "A" * 31),
    ],
)
def test_a_type_has_a_label_that_a_placeholder_can_hold(type: str, label: str) -> None:
    """Short names from the table, any other type made fit."""
    assert label_of(type) == label
    assert parse(f"<{label_of(type)}_1>") is not None


def test_every_label_of_the_table_reads_as_a_placeholder() -> None:
    """What the table gives, the grammar takes."""
    assert all(parse(f"<{label}_1>") for label in LABELS.values())
