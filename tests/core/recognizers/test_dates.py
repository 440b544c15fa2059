"""Dates of birth and ages: hits with near-misses beside them."""

import time

import pytest

from piimask_core.entities import resolve
from piimask_core.recognizers.dates import DATES
from piimask_core.recognizers.patterns import patterns

recognize = patterns(DATES)


def found(text: str) -> list[tuple[str, str]]:
    entities = resolve(text, recognize(text))
    return [(entity.type, text[entity.start : entity.end]) for entity in entities]


@pytest.mark.parametrize(
    "date",
    [
        "9 March 1986",
        "9th of March, 1986",
        "March 9, 1986",
        "march 9th 86",
        "July 4 1976",
        "03/09/1986",
        "3/9/86",
        "09.03.1986",
        "09-03-1986",
        "1986-03-09",
        "1986/03/09",
        "19860309",
        "9. März 1986",
        "9 de marzo de 1986",
        "9 mars 1986",
        "Sept 9 '86",
    ],
)
def test_every_way_to_write_a_date_of_birth(date: str) -> None:
    """A date is one of birth behind the word, in any case, and before it."""
    for text in (
        f"I was born on {date}, in Mockford",
        f"DOB: {date}",
        f"d.o.b. {date}",
        f"my date of birth is {date}.",
        f"Birthday {date}",
        f"geboren am {date}",
        f"{date} is my birthday",
        f"{date} (DOB)",
    ):
        for written, expected in ((text, date), (text.lower(), date.lower())):
            assert found(written) == [("DATE_OF_BIRTH", expected)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("born in 1986", ["1986"]),
        ("year of birth: 1986", ["1986"]),
        ("my birthday is March 9", ["March 9"]),
        ("Date of birth:\n1986-03-09", ["1986-03-09"]),
        ('{"dateOfBirth": "1986-03-09"}', ["1986-03-09"]),
        ("date_of_birth=09/03/1986", ["09/03/1986"]),
        ("no:77;DOB:1986-03-09", ["1986-03-09"]),
        ("Data urodzenia: 7 maja 1981", ["7 maja 1981"]),
        ("my appointment is on 9 March 2025", []),
        ("born tired. See you on 9 March 2025", []),
        ("Paid 03/09/2024. Birth certificates are free.", []),
        ("an airborne 9 March 2025 exercise", []),
        ("stubborn 03/09/2024", []),
        ("the birth of 3 ideas", []),
        ("I was born in Mockford", []),
    ],
)
def test_dates_of_birth_beside_their_word_only(text: str, expected: list[str]) -> None:
    """Other dates, and other numbers beside the word, are none."""
    assert [v for type, v in found(text) if type == "DATE_OF_BIRTH"] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I am 34 years old", ["34"]),
        ("a 34-year-old man", ["34"]),
        ("42yo", ["42"]),
        ("42 y.o. woman", ["42"]),
        ("aged 34", ["34"]),
        ("Age: 34", ["34"]),
        ("she turned 101", ["101"]),
        ("34 years ago", []),
        ("5 yogurts", []),
        ("page 34", []),
        ("aged 34.5 days", []),
        ("turn 340 degrees", []),
    ],
)
def test_ages(text: str, expected: list[str]) -> None:
    """An age is a number beside a word that says so."""
    assert found(text) == [("AGE", value) for value in expected]


def test_ages_stay_below_the_default_threshold() -> None:
    """Only a policy that asks for more than the default sees ages."""
    assert {row.score for row in DATES if row.type == "AGE"} == {0.3}


BAITS = [
    "1/",
    "1 ",
    "5",
    "born ",
    "born on the ",
    "birth date of ",
    "march ",
    "1 march ",
    "9 march 84 ",
    "years ",
    "1 years ",
    "aged ",
    ".",
    "d.o.b",
    "\n",
    "1 of the ",
]


@pytest.mark.parametrize("bait", BAITS)
def test_no_bait_takes_more_than_linear_time(bait: str) -> None:
    """Eight times the text takes about eight times as long, not sixty-four."""
    times = []
    for length in (10_000, 80_000):
        text = (bait * length)[:length]
        start = time.process_time()
        recognize(text)
        times.append(time.process_time() - start)

    assert times[1] < 30 * times[0] + 0.05
