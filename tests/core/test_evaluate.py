"""What is counted as found, leaked and wrong, and that nobody's value is shown."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from core.helpers import BOB, JANE, SSN, best_of, blind, masker_for

from piimask_core import Entity, Recognizer, RecognizerError
from piimask_core.__main__ import main
from piimask_core.errors import ExamplesError
from piimask_core.evaluate import Example, Report, evaluate, read_jsonl, share, wilson
from piimask_core.testing import recognizing

NAME = "Jane Doe"


def example(text: str, *values: tuple[str, str], **more: str) -> Example:
    """A text in which the first occurrence of each (type, value) is labelled."""
    labels = [Entity(t, text.index(v), text.index(v) + len(v)) for t, v in values]
    return Example(text, tuple(labels), **more)


def measured(
    values: dict[str, list[str]], *examples: Example, **options: Any
) -> Report:
    """What comes out where exactly these values are found."""
    return evaluate(recognizing(values), examples, **options)


# What leaks

LEAKS = [
    ("I am Jane Doe", NAME, ["Jane Doe"], False),
    ("I am Jane Doe", NAME, [], True),
    ("I am Jane Doe", NAME, ["Jane"], True),
    ("I am Jane Doe", NAME, ["Jane D"], False),
    ("I am Jane Doe", NAME, ["J", "n", "D", "e"], False),
    ("Janet Doemer", "Janet Doemer", ["Jan", "Doe"], True),
    ("I am Jane Doe. JANE!", NAME, ["Jane Doe"], True),
    ("I am Jane Doe. Janet!", NAME, ["Jane Doe"], False),
    ("it is at 5 Court Street, the court said", "5 Court Street", ["5 Court"], True),
    ("at 5 Hill Street, a street", "5 Hill Street", ["5 Hill"], False),
    ("my pin is 42", "42", ["42"], False),
    ("my pin is 42", "42", [], True),
    ("my pin is 42, yes 42", "42", ["is 42"], True),
    ("my pin is 42, yes 427", "42", ["is 42"], False),
    ("at jane@example.com", JANE, ["jane@example"], False),
    ("at jane@example.com", JANE, ["jane@"], True),
]
"""(text, value, what is found, whether the value leaks)"""


@pytest.mark.parametrize(("text", "value", "found", "leaks"), LEAKS)
def test_a_value_leaks_where_a_word_of_it_is_left(
    text: str, value: str, found: list[str], leaks: bool
) -> None:
    """Anywhere in the masked text; a part of a word in its own place."""
    report = measured({"X": found}, example(text, ("X", value)))

    assert report.total.leaked.count == int(leaks)
    assert len(report.misses) == int(leaks)


# What is counted

TWO = example(f"{NAME}, {BOB}", ("NAME", NAME), ("EMAIL", BOB))
CLEAN = example("call me on 5551234567 or so")
COUNTS = [
    ({}, {}, (2, 0, 0, 0, 0, 0, 1)),
    ({"PERSON": [NAME]}, {}, (1, 1, 1, 1, 1, 0, 1)),
    ({"PERSON": ["Doe"]}, {}, (2, 1, 1, 1, 1, 0, 1)),
    ({"PHONE": [NAME]}, {}, (1, 1, 0, 1, 1, 0, 1)),
    ({"PHONE": ["5551234567"]}, {}, (2, 0, 0, 0, 0, 0, 1)),
    ({"PERSON": ["5551234567"]}, {}, (2, 0, 0, 0, 1, 1, 1)),
    (
        {"PHONE": ["5551234567"]},
        {"only_types": ["PHONE_NUMBER"]},
        (0, 0, 0, 0, 1, 1, 1),
    ),
    ({"PERSON": [NAME]}, {"only_types": ["email"]}, (1, 0, 0, 0, 0, 0, 1)),
    ({"PERSON": [NAME]}, {"ignore": ["PER"]}, (1, 0, 0, 0, 0, 0, 1)),
    ({"EMAIL_ADDRESS": [NAME]}, {"ignore": ["PER"]}, (1, 0, 0, 0, 0, 0, 1)),
    ({"EMAIL_ADDRESS": ["call"]}, {"ignore": ["PER"]}, (1, 0, 0, 0, 1, 1, 1)),
]
"""(what is found, options, (leaked, recalled, typed, right, found, alarms, clean))"""


@pytest.mark.parametrize(("found", "options", "expected"), COUNTS)
def test_each_figure_counts_what_its_definition_says(
    found: dict[str, list[str]], options: dict[str, Any], expected: tuple[int, ...]
) -> None:
    """Types that are not labelled, or are to be ignored, are not held wrong."""
    total = measured(found, TWO, CLEAN, **options).total

    assert expected == (
        total.leaked.count,
        total.recall.count,
        total.typed.count,
        total.precision.count,
        total.precision.of,
        total.false_alarms.count,
        total.false_alarms.of,
    )


SAME = [
    ("NAME", "PERSON", True),
    ("per", "PERSON", True),
    ("EMAIL", "EMAIL_ADDRESS", True),
    ("CREDIT_CARD", "CARD", True),
    ("BANK_ACCOUNT", "US_BANK_NUMBER", True),
    ("DRIVER_LICENSE", "US_DRIVER_LICENSE", True),
    ("STREET_ADDRESS", "ADDRESS", True),
    ("PERSON", "PERSONAL", False),
    ("EMAIL", "URL", False),
    ("PASSPORT", "PASSWORD", False),
    ("FOO", "FOO_NUMBER", False),
]


@pytest.mark.parametrize(("labelled", "found", "same"), SAME)
def test_types_agree_by_a_closed_table(labelled: str, found: str, same: bool) -> None:
    """What others call a type is the same type; what is only alike is not."""
    report = measured({found: [NAME]}, example(NAME, (labelled, NAME)))

    assert report.total.typed.value == float(same)


def test_types_and_categories_have_figures_of_their_own() -> None:
    """Each type under our label, each category by its name."""
    report = measured(
        {"PERSON": [NAME]},
        example(f"{NAME}, {BOB}", ("PER", NAME), ("MAIL", BOB), category="chat"),
        example(SSN, ("SSN", SSN), category="form"),
    )

    leaked = {name: each.leaked.count for name, each in report.types.items()}
    assert leaked == {"PERSON": 0, "EMAIL": 1, "SSN": 1}
    leaked = {name: each.leaked.count for name, each in report.categories.items()}
    assert leaked == {"chat": 1, "form": 1}


def test_the_threshold_lets_low_scores_go() -> None:
    """At the threshold counts; below does not."""

    def unsure(text: str) -> Sequence[Entity]:
        return [Entity("PERSON", 0, len(text), 0.5)]

    one = [example(NAME, ("PERSON", NAME))]

    assert evaluate(unsure, one, threshold=0.5).total.leaked.count == 0
    assert evaluate(unsure, one, threshold=0.6).total.leaked.count == 1


def test_a_masker_is_measured_by_what_it_would_replace() -> None:
    """With its own threshold, whatever ours is."""
    report = evaluate(masker_for({"PERSON": [NAME]}), [TWO], threshold=2.0)

    leaked = {name: each.leaked.count for name, each in report.types.items()}
    assert leaked == {"PERSON": 0, "EMAIL": 1}


def test_f2_counts_recall_twice() -> None:
    """By the formula: 5PR / (4P + R); none where nothing was found."""
    half = measured({"EMAIL": [BOB]}, TWO).total

    assert half.f2 == pytest.approx(5 * 1 * 0.5 / (4 + 0.5))
    assert measured({}, TWO).total.f2 is None


# Intervals

WILSON = [(0.0, 10, 0.0, 0.2775), (0.1, 10, 0.0179, 0.4042), (1.0, 10, 0.7225, 1.0)]


@pytest.mark.parametrize(("part", "of", "low", "high"), WILSON)
def test_wilson_says_what_the_textbook_says(
    part: float, of: int, low: float, high: float
) -> None:
    """Values from a printed table, to three digits."""
    assert wilson(part, of) == pytest.approx((low, high), abs=1e-3)


def test_a_few_big_groups_know_less_than_many_small_ones() -> None:
    """A thousand copies of twelve templates are twelve observations."""
    alike = share([(100 * (at % 2), 100) for at in range(12)])
    apart = share([(at % 2, 1) for at in range(1200)])

    assert alike.value == apart.value == 0.5
    assert alike.high - alike.low > 3 * (apart.high - apart.low)
    assert share([(0, 100)] * 3).high > 0.5


def test_intervals_are_the_same_each_time_and_hold_the_share() -> None:
    """The bootstrap is seeded, also where groups are put together."""
    groups = [(at % 3, 3) for at in range(1_700)]
    first = share(groups)

    assert first == share(groups)
    assert first.low < 1 / 3 < first.high
    assert first.high - first.low < 0.05


def test_nothing_of_nothing_is_no_share() -> None:
    """No value, and the interval says that anything may be."""
    empty = share([(0, 0)])

    assert (empty.value, empty.low, empty.high) == (None, 0.0, 1.0)


# What is shown


def test_a_report_holds_no_value() -> None:
    """Neither its text, nor its dict, nor the repr of anything in it."""
    report = measured({"PERSON": ["Jane"]}, TWO, CLEAN)
    shown = f"{report} {report!r} {json.dumps(report.to_dict())} {TWO!r}"

    assert not [part for part in ("Jane", "Doe", "bob@", "company") if part in shown]
    assert report.misses[0].type == "PERSON"


def test_a_name_from_a_file_cannot_break_the_table() -> None:
    """Neither a line feed, nor a bar, nor what a terminal obeys gets through."""
    odd = example("x", category="a\nb|c\x1b[31m\ud800")
    lines = measured({}, odd).table("category").splitlines()

    assert [line.split("|")[1] for line in lines[2:]] == [" a?b c?[31m? ", " all "]


def test_a_failing_recognizer_is_named_without_the_text() -> None:
    """The error says where; what was raised is not even its context."""

    def dies(text: str) -> Sequence[Entity]:
        raise ValueError(text)

    with pytest.raises(RecognizerError, match="at example 1: ValueError") as caught:
        evaluate(dies, [TWO])

    assert caught.value.__context__ is None


# Files


def written(folder: Path, *lines: str) -> str:
    """A file of these lines."""
    path = folder / "rows.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def row(text: str, *spans: tuple[int, int, str], **more: object) -> str:
    """A line of such a file."""
    keys = ("start", "end", "type")
    listed = [dict(zip(keys, span, strict=True)) for span in spans]
    return json.dumps({"text": text, "spans": listed} | more)


def test_a_file_is_read_line_by_line(tmp_path: Path) -> None:
    """The widest group and the first category that a line names; or the line itself."""
    path = written(
        tmp_path,
        row("a\u2028b", (0, 1, "NAME"), id=7, template=3, dialogue="d", domain="air"),
        "",
        row("\ud800"),
    )
    first, second = read_jsonl(path)

    assert first == Example(
        "a\u2028b", (Entity("NAME", 0, 1),), "7", "template 3", "air"
    )
    assert second.group == second.id == "rows.jsonl, line 3"


BAD = [
    ("{Jane Doe", "not JSON"),
    ("[" * 100_000, "not JSON"),
    ('["Jane Doe"]', "not an object with a text"),
    ('{"text": 5, "spans": []}', "not an object with a text"),
    ('{"text": "Jane Doe"}', "spans is not a list"),
    ('{"text": "Jane Doe", "spans": ["Jane"]}', "spans is not a list"),
    (row("Jane Doe", (0, 9, "NAME")), "not inside the text"),
    (row("Jane Doe", (-1, 4, "NAME")), "not inside the text"),
    (row("Jane Doe", (4, 4, "NAME")), "not inside the text"),
    ('{"text": "Jane", "spans": [{"start": true, "end": 4, "type": "X"}]}', "inside"),
    ('{"text": "Jane", "spans": [{"start": 0, "end": 4}]}', "without a type"),
]


@pytest.mark.parametrize(("line", "says"), BAD)
def test_a_bad_line_is_named_by_its_number_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, says: str
) -> None:
    """File, line and fault; the command ends with 2."""
    path = written(tmp_path, row("fine"), line)
    with pytest.raises(
        ExamplesError, match=r"rows\.jsonl, line 2: .*" + says
    ) as caught:
        list(read_jsonl(path))

    assert "Jane" not in str(caught.value)
    assert caught.value.__context__ is None
    assert main(["evaluate", path]) == 2
    assert "Jane" not in "".join(capsys.readouterr())


def test_a_file_that_is_absent_or_empty_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing measured is no success."""
    assert main(["evaluate", str(tmp_path / "none.jsonl")]) == 2
    assert main(["evaluate", written(tmp_path, "")]) == 2
    assert capsys.readouterr().err.count("rows.jsonl: no examples") == 1
    with pytest.raises(ExamplesError):
        evaluate(blind, [])


# The command


def bobs() -> Recognizer:
    """A recognizer, once it is called."""
    return recognizing({"EMAIL_ADDRESS": [BOB]})


@pytest.fixture
def mine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module with what may be named, and a thing that may not."""
    module = ModuleType("mine")
    masker = masker_for({"EMAIL_ADDRESS": [JANE]})
    vars(module).update(masker=masker, bobs=bobs, blind=blind, number=5)
    monkeypatch.setitem(sys.modules, "mine", module)


def two_mails(folder: Path) -> str:
    """A row with two labelled addresses, the second one Bob's."""
    text = f"{JANE} {BOB}"
    spans = (0, len(JANE), "EMAIL"), (len(JANE) + 1, len(text), "EMAIL")
    return written(folder, row(text, *spans, id="r1"))


NAMES = [("masker", 1), ("bobs()", 1), ("blind", 2)]


@pytest.mark.usefixtures("mine")
@pytest.mark.parametrize(("name", "leaked"), NAMES)
def test_the_command_takes_a_recognizer_a_masker_or_what_makes_one(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    leaked: int,
) -> None:
    """``module:name``, called first where it ends in ``()``."""
    path = two_mails(tmp_path)

    assert main(["evaluate", path, "--json", "--recognizer", f"mine:{name}"]) == 0
    told = json.loads(capsys.readouterr().out)[path]
    assert told["total"]["leaked"]["count"] == leaked


@pytest.mark.usefixtures("mine")
@pytest.mark.parametrize("name", ["mine:absent", "no_such_module:f", "mine:number", ""])
def test_a_recognizer_that_cannot_be_had_is_an_error(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    """Said in one line, not by a traceback."""
    assert main(["evaluate", two_mails(tmp_path), "--recognizer", name]) == 2
    assert capsys.readouterr().err.count("\n") == 1


SHOWN = [
    ([], False, False),
    (["--misses", "1"], True, False),
    (["--misses", "1", "--show-text"], True, True),
    (["--misses", "1", "--json"], True, False),
    (["--misses", "1", "--json", "--show-text"], True, True),
    (["--show-text"], False, False),
]


@pytest.mark.usefixtures("mine")
@pytest.mark.parametrize(("options", "listed", "text"), SHOWN)
def test_misses_have_text_only_where_it_is_asked_for(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    listed: bool,
    text: bool,
) -> None:
    """Otherwise type, id and position; and no more of them than asked for."""
    finder = ["--recognizer", "mine:masker"]

    assert main(["evaluate", two_mails(tmp_path), *finder, *options]) == 0
    out = capsys.readouterr().out
    assert ("r1" in out) == listed
    assert (BOB in out) == text
    assert JANE not in out


def test_the_table_can_be_of_types_or_of_categories(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Markdown: a head, a rule, a row for each and one for all."""
    path = written(tmp_path, row(SSN, (0, 11, "SSN"), category="form"))
    assert main(["evaluate", path, "--per", "category"]) == 0

    lines = capsys.readouterr().out.splitlines()
    firsts = [line.split("|")[1].strip() for line in lines if line.startswith("|")]
    assert firsts == ["category", "---", "form", "all"]


def test_time_grows_with_the_number_of_rows() -> None:
    """Ten times the rows, about ten times the time."""

    def seconds(count: int) -> float:
        rows = [
            example(f"{NAME}, {at}", ("NAME", NAME), group=f"{at // 3}")
            for at in range(count)
        ]
        return best_of(3, lambda: evaluate(blind, rows))

    assert seconds(10_000) < 40 * seconds(1_000)
