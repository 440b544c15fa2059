"""The embedded name model: what it finds, what it leaves, and how it fails."""

import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from piimask_core.entities import Entity
from piimask_core.errors import RecognizerError
from piimask_core.recognizers.names import (
    FLOOR,
    TYPES,
    WEIGHTS,
    entities_in,
    names,
)
from piimask_core.recognizers.names_model import unpacked
from piimask_core.recognizers.names_text import words_of

THRESHOLD = 0.35  # a masker's default
ROOT = Path(__file__).parents[3]

recognize = names()


def found(text: str) -> list[tuple[str, str]]:
    return [
        (entity.type, text[entity.start : entity.end])
        for entity in sorted(recognize(text), key=lambda e: e.start)
        if entity.score >= THRESHOLD
    ]


def people(text: str) -> list[str]:
    return [value for type, value in found(text) if type == "PERSON"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hi, jane here", ["jane"]),
        ("my name is priya", ["priya"]),
        ("My name is Priya Raghunathan.", ["Priya Raghunathan"]),
        ("this is david and i need help with my order", ["david"]),
        ("i am sofia from the billing team", ["sofia"]),
        ("Name: Marta Kowalska", ["Marta Kowalska"]),
        ("First name: Tomas\nLast name: Lindqvist", ["Tomas", "Lindqvist"]),
        ("Kind regards,\nOlivia Hartwell", ["Olivia Hartwell"]),
        ("Thanks,\nBen", ["Ben"]),
        ("MY NAME IS SARAH COLLINS", ["SARAH COLLINS"]),
        ("I spoke with Rachel Green-Watson about it.", ["Rachel Green-Watson"]),
        ("Please ask Siobhan O'Hara to call me.", ["Siobhan O'Hara"]),
        ("Daniel's parcel never arrived.", ["Daniel"]),
        ("Bob's", ["Bob"]),
        ("Maria\u2019s parcel never arrived.", ["Maria"]),
        ("I met Peter J. Hargrove last week.", ["Peter J. Hargrove"]),
        ("Hiroshi Tanaka will send the contract.", ["Hiroshi Tanaka"]),
        ("Muhammad Hussain wants a refund.", ["Muhammad Hussain"]),
        ("i talked to michael yesterday", ["michael"]),
        ("thomas baker", ["thomas baker"]),
        ("Grace called me this morning.", ["Grace"]),
        ("Mark Peterson sent the file.", ["Mark Peterson"]),
        ("Dr. Osei will see you on Monday.", ["Osei"]),
        ("Mr and Mrs Lindqvist live next door.", ["Lindqvist"]),
        ("J. Hargrove signed the form.", ["J. Hargrove"]),
        ("O'Hara's order never arrived.", ["O'Hara"]),
        ("Whitfield, Laura - 3 May", ["Whitfield, Laura"]),
        ("Agent Priya: How can I help?\nCustomer: i am tomas", ["Priya", "tomas"]),
        ("SEND IT TO LAURA WHITFIELD PLEASE", ["LAURA WHITFIELD"]),
        ("laura whitfield here, where is my parcel", ["laura whitfield"]),
        ("thanks daniel", ["daniel"]),
        ("Sean Whitfield, MD, will call.", ["Sean Whitfield, MD"]),
    ],
)
def test_people_as_they_are_written_about(text: str, expected: list[str]) -> None:
    """Names are found in greetings, forms and signatures, in any case."""
    assert people(text) == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Kwame Mensah signed it.", "Kwame Mensah"),
        ("Please call Nguyen Thi Linh.", "Nguyen Thi Linh"),
        ("my name is adaeze okonkwo", "adaeze okonkwo"),
        ("I am Zainab al-Haddad from Leeds", "Zainab al-Haddad"),
        ("Jo\u00e3o da Silva wants a refund", "Jo\u00e3o da Silva"),
        ("lakshmi venkataraman", "lakshmi venkataraman"),
    ],
)
def test_no_part_of_a_name_is_left(text: str, name: str) -> None:
    """Parts of one name may come as several entities, but all of them come."""
    start = text.index(name)
    covered = {at for e in recognize(text) for at in range(e.start, e.end)}

    assert [
        text[at]
        for at in range(start, start + len(name))
        if text[at].isalpha() and at not in covered
    ] == []


@pytest.mark.parametrize(
    "text",
    [
        "i will check my order",
        "Will it arrive by Friday?",
        "May I change the date?",
        "please mark order 66 as done",
        "I hope this helps.",
        "there is a grace period of ten days",
        "In April and May the price went up.",
        "The June invoice is missing.",
        "please bill me on monday",
        "Does the iPhone work with Windows 11?",
        "Can ChatGPT summarise this?",
        "Claude, please fix this bug",
        "What is the return policy?",
        "thank you so much",
        "yes please",
        "ok",
        "will said he will call",
        "May I ask who is calling?",
        "mark it as read, will you",
        "The grace period ends in May.",
        "@jane_doe thanks",
        "Hi team,",
        "To whom it may concern",
        "ask chatgpt about my iphone",
        "IBAN",
        "Parcels leave our warehouse on Monday.",
        "rot13: wnar",
        "ph0ne: 555",
        "I want to reset my password.",
        "Please Enter Your Password",
        "Order 123456 was placed on 3 March for $20.",
        "SELECT name FROM users WHERE id = 3",
        "",
        " \n\t ",
    ],
)
def test_words_that_are_no_people(text: str) -> None:
    """Verbs, months, products, models and plain messages stay."""
    assert people(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "<PERSON_1> lives in <LOCATION_1> and works at <ORG_2B>.",
        "PERSON_1 and PERSON_2 met on Monday.",
        "[PERSON_2] said hello.",
        "Hi <PERSON_12>,\nthank you.\n<PERSON_3>",
    ],
)
def test_placeholders_stay(text: str) -> None:
    """What stands for a name is none, whatever stands around it."""
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I live in Chicago.", ("LOCATION", "Chicago")),
        ("we moved to Germany last year", ("LOCATION", "Germany")),
        ("flights from london to tokyo", ("LOCATION", "london")),
        ("She works at Microsoft.", ("ORGANIZATION", "Microsoft")),
        ("I have an account with Wells Fargo.", ("ORGANIZATION", "Wells Fargo")),
    ],
)
def test_places_and_organizations(text: str, expected: tuple[str, str]) -> None:
    """Both are told apart from people."""
    assert expected in found(text)


def test_offsets_are_those_of_the_text() -> None:
    """Also behind letters that are longer in lower case, and behind emoji."""
    text = (
        "\u0130\u0130 \U0001f600\U0001f600 \u2014 my name is Laura Whitfield \U0001f389"
    )

    assert people(text) == ["Laura Whitfield"]


def test_a_lone_surrogate_is_read_over() -> None:
    """Half of an emoji, as broken streams leave it, does not stop the recognizer."""
    assert people("\ud83d my name is Laura\udc00") == ["Laura"]


def test_entities_are_whole_and_apart() -> None:
    """Each has a type of ours, a value, a score, and no character twice."""
    text = "Laura Whitfield of Acme Ltd in Paris met PRIYA, mark, the Dean and J. Doe."
    entities = sorted(recognize(text), key=lambda e: e.start)

    assert len(entities) >= 3
    assert all(entity.type in TYPES for entity in entities)
    assert all(FLOOR <= entity.score <= 1 for entity in entities)
    ends = [0, *(entity.end for entity in entities)]
    assert all(e.start >= end for e, end in zip(entities, ends, strict=False))


def test_the_score_trades_recall_for_precision() -> None:
    """A name in plain sight scores higher than a word that may be one."""
    sure = max(e.score for e in recognize("My name is Laura Whitfield."))
    unsure = max((e.score for e in recognize("the dean of olive")), default=0.0)

    assert sure > 0.9
    assert unsure < sure


def test_the_same_text_gives_the_same_entities() -> None:
    """Whatever was read before it."""
    text = "Laura Whitfield lives in Boston."
    first = list(recognize(text))
    recognize("Boston Whitfield moved to Laura.")

    assert list(recognize(text)) == first


@pytest.mark.parametrize("paragraphs", [60, 700])
def test_long_text_is_read_as_short_text_is(paragraphs: int) -> None:
    """Blocks of words that are scored at once show no seam."""
    line = "Please ask Laura Whitfield about the invoice of last month.\n"
    per_line = [(e.start, e.end, e.type) for e in recognize(line * 3)][1::3]

    entities = list(recognize(line * paragraphs))

    assert len(entities) == paragraphs
    inner = entities[1:-1]
    assert len({round(entity.score, 2) for entity in inner}) == 1
    assert {e.start % len(line) for e in inner} == {per_line[0][0] % len(line)}


# The weights file


def test_weights_are_read_with_the_first_text(tmp_path: Path) -> None:
    """Making the recognizer opens no file."""
    late = names(tmp_path / "none.bin")

    with pytest.raises(RecognizerError, match="missing"):
        late("hello")


@pytest.mark.parametrize("at", [0, 20, 60, 5_000, -1])
def test_a_damaged_file_is_refused(tmp_path: Path, at: int) -> None:
    """One byte that is another is enough, wherever it stands."""
    data = bytearray(WEIGHTS.read_bytes())
    data[at] ^= 1
    path = tmp_path / "names.bin"
    path.write_bytes(data)

    with pytest.raises(RecognizerError, match="damaged"):
        names(path)("my name is Laura")


@pytest.mark.parametrize("size", [0, 10, 30, 1_000])
def test_a_cut_file_is_refused(tmp_path: Path, size: int) -> None:
    """Also where nothing is left of it."""
    path = tmp_path / "names.bin"
    path.write_bytes(WEIGHTS.read_bytes()[:size])

    with pytest.raises(RecognizerError, match="damaged"):
        names(path)("my name is Laura")


def test_the_weights_are_small() -> None:
    """They go into every wheel."""
    assert 100_000 < WEIGHTS.stat().st_size <= 4_000_000


COLD = """
import sys
events = []
sys.addaudithook(lambda event, _: events.append(event))
from piimask_core.recognizers.names import names
recognize = names()
assert "numpy" not in sys.modules
assert not [event for event in events if event.startswith("socket.")]
print([e.type for e in recognize("My name is Laura Whitfield.")])
assert "numpy" in sys.modules and "spacy" not in sys.modules
assert not [event for event in events if event.startswith("socket.")]
"""


def test_a_cold_start_is_late_and_asks_no_network() -> None:
    """Neither numpy nor the weights are loaded before the first text."""
    done = subprocess.run(  # noqa: S603  # our own interpreter and code
        [sys.executable, "-c", COLD],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )

    assert done.stderr == ""
    assert done.stdout == "['PERSON']\n"


# Time


def seconds(text: str) -> float:
    def once() -> float:
        began = time.perf_counter()
        recognize(text)
        return time.perf_counter() - began

    return statistics.median(once() for _ in range(3))


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "a.",
        "a'",
        "A_",
        "a@",
        "@",
        "<",
        "<A",
        "1",
        "\n",
        " ",
        "www.",
        "Jane ",
        "jane, ",
        "I'",
        "(A_1",
        "\u00e9-",
    ],
)
def test_time_is_linear(unit: str) -> None:
    """Four times the text takes about four times as long, whatever it repeats."""
    recognize(unit)
    short = max(seconds(unit * 2_000), 1e-3)

    assert seconds(unit * 8_000) < 12 * short


def test_a_megabyte_of_letters_is_one_word() -> None:
    """It has one row of features, of its first letters."""
    assert len(words_of("x" * 1_000_000, {})) == 1
    assert list(recognize("x" * 1_000_000)) == []


def test_a_hundred_thousand_words_are_read() -> None:
    """A book goes through in blocks, and the name at its end is found."""
    text = "the order is late and " * 20_000 + "my name is Laura Whitfield."

    assert people(text) == ["Laura Whitfield"]


def test_no_value_stays_in_the_recognizer() -> None:
    """Entities say where, not what: their text form has no word of the text."""
    entities = recognize("My name is Laura Whitfield.")

    assert isinstance(entities[0], Entity)
    assert "Laura" not in repr(entities)


def test_only_plain_words_are_remembered() -> None:
    """Reading is faster for them; a name is gone when its text is."""
    model = unpacked(WEIGHTS.read_bytes())
    text = "my name is Laura Whitfield and the order is late"

    first = list(entities_in(model, text))

    remembered = {lower for lower, *_ in model._seen}
    assert {"name", "order", "late"} <= remembered
    assert not {"laura", "whitfield"} & remembered
    assert list(entities_in(model, text)) == first


# Words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Jane's", ["Jane", "'s"]),
        ("O'Brien\u2019s", ["O'Brien", "\u2019s"]),
        ("I'm Jane", ["I", "'m", "Jane"]),
        ("Smith-Jones", ["Smith", "-", "Jones"]),
        ("J. Doe, 4th", ["J", ".", "Doe", ",", "4th"]),
        ("<PERSON_1>: [PERSON_2B]", ["<PERSON_1>", ":", "[PERSON_2B]"]),
        ("PERSON_1 PERSON_X", ["PERSON_1", "PERSON", "_", "X"]),
        ("@jane #jane", ["@jane", "#jane"]),
        ("jane@example.com", ["jane@example.com"]),
        ("Jane Doe@EXAMPLE", ["Jane", "Doe", "@EXAMPLE"]),
        ("see www.example.com/jane now", ["see", "www.example.com/jane", "now"]),
        ("a\n\n  b", ["a", "\n\n  ", "b"]),
        ("  ", []),
    ],
)
def test_a_text_is_cut_into_words(text: str, expected: list[str]) -> None:
    """Names come apart from what follows them; addresses and placeholders do not."""
    assert [text[word.start : word.end] for word in words_of(text, {})] == expected
