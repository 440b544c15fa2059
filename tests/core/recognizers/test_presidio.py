"""Presidio as a recognizer: what it finds, how it fails, and what it must not do."""

import logging
import socket
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from piimask_core.entities import Entity, Recognizer, resolve
from piimask_core.errors import RecognizerError
from piimask_core.recognizers import (
    default_recognizer,
    patterns,
    presidio,
    readable,
    union,
)
from piimask_core.recognizers.presidio_words import Words

SAFE = 0.4  # a usual threshold

plain = presidio()


@pytest.fixture(autouse=True)
def _no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


def found(recognizer: Recognizer, text: str) -> list[tuple[str, str]]:
    likely = [entity for entity in recognizer(text) if entity.score >= SAFE]
    return [(e.type, text[e.start : e.end]) for e in resolve(text, likely)]


def score(text: str, type: str) -> float:
    return max((e.score for e in plain(text) if e.type == type), default=0.0)


def engine(*recognizers: Any) -> Any:
    """A user's own engine, with these recognizers."""
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry

    words: Any = Words("en")
    return AnalyzerEngine(
        registry=RecognizerRegistry(recognizers=list(recognizers)), nlp_engine=words
    )


def bait(regex: str = r"(?:a|aa)+$") -> Any:
    from presidio_analyzer import Pattern, PatternRecognizer

    return PatternRecognizer("BAIT", patterns=[Pattern("bait", regex, 0.5)])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "My email is jane@example.com and my SSN is 123-45-6789",
            [("EMAIL_ADDRESS", "jane@example.com"), ("US_SSN", "123-45-6789")],
        ),
        (
            "My email john.doe@company.com isn't receiving notifications and my phone"
            " 555-123-4567 needs to be updated",
            [
                ("EMAIL_ADDRESS", "john.doe@company.com"),
                ("PHONE_NUMBER", "555-123-4567"),
            ],
        ),
        (
            "a@x.com b@x.com",
            [("EMAIL_ADDRESS", "a@x.com"), ("EMAIL_ADDRESS", "b@x.com")],
        ),
        ("IBAN DE89370400440532013000", [("IBAN_CODE", "DE89370400440532013000")]),
        ("IBAN DE89370400440532013001", [("IBAN_CODE", "DE89370400440532013001")]),
        ("part DE89370400440532013001A", []),
        ("ping 10.0.0.1", [("IP_ADDRESS", "10.0.0.1")]),
        ("ping 10.0.0.256", []),
        ("card 4111 1111 1111 1111", [("CREDIT_CARD", "4111 1111 1111 1111")]),
        (
            "wallet 1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
            [("CRYPTO", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT")],
        ),
        ("mac aa:bb:cc:dd:ee:ff", [("MAC_ADDRESS", "aa:bb:cc:dd:ee:ff")]),
        ("born 01/02/1990", [("DATE_OF_BIRTH", "01/02/1990")]),
        ("Please write a poem.", []),
        ("", []),
    ],
)
def test_the_default_recognizer(text: str, expected: list[tuple[str, str]]) -> None:
    """Both together find what people paste, and nothing in plain prose."""
    assert found(default_recognizer(), text) == expected


@pytest.mark.parametrize(
    ("type", "named", "bare"),
    [
        ("US_BANK_NUMBER", "My bank account number is 12345678", "It is 12345678"),
        ("US_DRIVER_LICENSE", "My driver's license is A1234567", "It is A1234567"),
        ("US_PASSPORT", "Her passport: 912803456", "Here: 912803456"),
        ("US_SSN", "social security 078051121", "number 078051121"),
    ],
)
def test_context_words_raise_the_score(type: str, named: str, bare: str) -> None:
    """The word that names an entity, shortly before it, makes it likelier."""
    assert score(named, type) >= SAFE > score(bare, type) > 0


def test_context_words_are_near() -> None:
    """A context word counts only within the five words before."""
    far = "The bank stays closed because Jane Doe likes long summer walks 12345678"

    assert score(far, "US_BANK_NUMBER") < SAFE


def test_results_come_as_presidio_gives_them() -> None:
    """Overlaps and low scores stay in; deciding is somebody else's work."""
    types = {entity.type for entity in plain("12345678")}

    assert types == {"US_BANK_NUMBER", "US_DRIVER_LICENSE"}


def test_only_the_types_asked_for() -> None:
    """``entities`` narrows what is looked for."""
    ips = presidio(entities=["IP_ADDRESS"])

    assert {e.type for e in ips("10.0.0.1 on 2024-01-02")} == {"IP_ADDRESS"}


def test_a_type_that_nobody_knows_is_an_error() -> None:
    """Presidio would log a misspelt type and pass over it."""
    with pytest.raises(RecognizerError, match="IP_ADRESS"):
        presidio(entities=["IP_ADRESS", "US_SSN"])("10.0.0.1")


def test_an_empty_choice_of_types_is_an_error() -> None:
    """Presidio would read "none" as "all"."""
    with pytest.raises(ValueError, match="entities"):
        presidio(entities=[])


def test_a_pattern_out_of_time_raises() -> None:
    """Presidio skips a pattern that takes too long; here the text counts as unread."""
    slow = presidio(engine(bait()), timeout=0.01)

    with pytest.raises(RecognizerError, match="TimeoutError"):
        slow("a" * 100 + "b")


def test_out_of_time_is_noticed_with_presidio_silenced() -> None:
    """It does not take Presidio's log to notice a time-out."""
    slow = presidio(engine(bait()), timeout=0.01)

    logging.disable(logging.CRITICAL)
    try:
        with pytest.raises(RecognizerError, match="TimeoutError"):
            slow("a" * 100 + "b")
    finally:
        logging.disable(logging.NOTSET)


def test_in_time_nothing_raises() -> None:
    """The same engine reads on after a time-out."""
    slow = presidio(engine(bait()), timeout=0.5)

    assert slow("aaa") == [Entity("BAIT", 0, 3, 0.5)]


def test_an_error_says_its_type_and_no_text() -> None:
    """Neither message nor cause nor context of the error holds what was read."""

    def fail(text: str, **_: object) -> None:
        raise LookupError(text)

    broken = bait()
    broken.analyze = fail

    with pytest.raises(RecognizerError) as caught:
        presidio(engine(broken))("jane@example.com")

    assert str(caught.value) == "Presidio failed: LookupError"
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_an_error_that_presidio_only_logs_raises() -> None:
    """Some recognizers swallow an error and go on with half of the text."""

    def swallow(text: str, **_: object) -> Sequence[object]:
        try:
            raise LookupError(text)
        except LookupError:
            logging.getLogger("presidio-analyzer").warning("skipped", exc_info=True)
        return []

    half = bait()
    half.analyze = swallow

    with pytest.raises(RecognizerError, match="LookupError"):
        presidio(engine(half))("jane@example.com")


@pytest.mark.parametrize(
    "text",
    [
        "my bank account is 12345678",  # its context words are logged
        "\u212aE89370400440532013000",  # a Kelvin sign: the whole number is logged
    ],
)
def test_presidio_logs_nothing_of_a_text(
    text: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Presidio's log would quote the text; it is silent while we read."""
    plain("0")

    with caplog.at_level(logging.DEBUG, logger="presidio-analyzer"):
        plain(text)

    assert caplog.records == []


def test_presidio_may_log_for_others(caplog: pytest.LogCaptureFixture) -> None:
    """What somebody else does with Presidio is logged as ever."""
    plain("0")

    with caplog.at_level(logging.DEBUG, logger="presidio-analyzer"):
        engine(bait()).analyze("aa", "en")

    assert caplog.records != []


def test_an_engine_of_your_own_is_not_altered() -> None:
    """Its recognizers and patterns are the same objects, and fail as they did."""
    recognizer = bait()
    own = engine(recognizer)
    pattern = recognizer.patterns[0]

    presidio(own)("aaa")

    assert own.registry.recognizers == [recognizer]
    assert recognizer.patterns == [pattern]
    assert pattern.compiled_regex is None


def test_a_recognizer_added_later_is_used() -> None:
    """An engine of your own stays yours to extend."""
    own = engine(bait())
    recognize = presidio(own)
    recognize("aaa")

    own.registry.add_recognizer(bait("b+"))

    assert recognize("bb") == [Entity("BAIT", 0, 2, 0.5)]


def test_a_flood_of_numbers_hides_no_phone_number() -> None:
    """phonenumbers gives up on a text after 65,535 numbers that are none."""
    phones = presidio(entities=["PHONE_NUMBER"])
    text = "12-1a" * 70_000 + " 020 7946 0958"

    assert found(phones, text) == [("PHONE_NUMBER", "020 7946 0958")]


def test_a_phone_number_across_two_pieces_is_found_whole() -> None:
    """Long texts are searched in pieces that overlap."""
    phones = presidio(entities=["PHONE_NUMBER"])
    text = "x" * 59_990 + " +44 20 7946 0958 " + "x" * 60_000

    assert found(phones, text) == [("PHONE_NUMBER", "+44 20 7946 0958")]


def test_presidios_own_email_recognizer_opens_no_socket() -> None:
    """It would look up the list of public suffixes on the net."""
    from presidio_analyzer.predefined_recognizers import EmailRecognizer

    recognize = presidio(engine(EmailRecognizer()))

    assert found(recognize, "a@x.com b@x.com, c@x.nosuchsuffix") == [
        ("EMAIL_ADDRESS", "a@x.com"),
        ("EMAIL_ADDRESS", "b@x.com"),
    ]


def test_lone_surrogates_keep_positions() -> None:
    """A lone surrogate is read as U+FFFD, and no position moves."""
    text = "\ud800 10.0.0.1 \udfff jane@example.com"

    assert readable(text) == "\ufffd 10.0.0.1 \ufffd jane@example.com"
    assert found(default_recognizer(), text) == [
        ("IP_ADDRESS", "10.0.0.1"),
        ("EMAIL_ADDRESS", "jane@example.com"),
    ]


def test_union_gives_all_in_order() -> None:
    """A union gives what each finds, one after the other."""
    both = union(patterns(), presidio(entities=["IP_ADDRESS"]))

    assert [e.type for e in both("10.0.0.1 jane@example.com")] == [
        "EMAIL_ADDRESS",
        "IP_ADDRESS",
        "IP_ADDRESS",
    ]


def test_one_default_recognizer_for_all_threads() -> None:
    """It is built once, and threads may read at the same time."""
    texts = [f"10.0.0.{n}" for n in range(32)]

    with ThreadPoolExecutor(8) as pool:
        built = list(pool.map(lambda _: default_recognizer(), texts))
        ips = list(pool.map(lambda text: found(default_recognizer(), text), texts))

    assert len(set(map(id, built))) == 1
    assert ips == [[("IP_ADDRESS", text)] for text in texts]


def test_importing_the_recognizers_is_cheap() -> None:
    """Neither Presidio nor spaCy is imported before a text needs them."""
    code = (
        "import sys\n"
        "from piimask_core.recognizers import default_recognizer\n"
        "default_recognizer()('Please write a poem.')\n"
        "print({'presidio_analyzer', 'spacy', 'tldextract'} & set(sys.modules))"
    )

    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "set()"
