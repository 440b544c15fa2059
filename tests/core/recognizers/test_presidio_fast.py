"""The fast road finds exactly what Presidio's engine finds."""

import random
import re
from collections.abc import Callable
from functools import cache
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from piimask_core.recognizers import presidio, readable
from piimask_core.recognizers.presidio import _pattern_engine
from piimask_core.recognizers.presidio_fast import NEEDS, digest
from piimask_core.recognizers.presidio_hot import NEWER, TRIGGER, hot, may_find
from piimask_core.recognizers.presidio_phones import numbers
from piimask_core.recognizers.presidio_words import Words

Raw = list[tuple[str, int, int, float]]

plain = presidio()


@cache
def reference() -> Any:
    return _pattern_engine("en")


def theirs(text: str, engine: Any = None) -> Raw | str:
    try:
        results = (engine or reference()).analyze(readable(text), "en")
    except Exception as error:  # it fails: then we must, too
        return type(error).__name__
    return [(r.entity_type, r.start, r.end, r.score) for r in results]


def ours(text: str, recognize: Any = plain) -> Raw | str:
    try:
        return [(e.type, e.start, e.end, e.score) for e in recognize(text)]
    except Exception as error:
        return str(error).split()[-1]


def engine(*recognizers: Any) -> Any:
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry

    words: Any = Words("en")
    return AnalyzerEngine(
        registry=RecognizerRegistry(recognizers=list(recognizers)), nlp_engine=words
    )


MADE_UP = (
    "My bank account number is 12345678 and 123456789012",
    "Call me: +44 20 7946 0958, 020 7946 0958 ext. 12 or 212-555-0143 x5",
    "phone 030 12345678 / 0171 1234567, (212) 555-0143, 9876543210#",
    "IBAN DE89 3704 0044 0532 0130 00 2 days from today, DE89370400440532013000",
    "card 4111 1111 1111 1111, 4111-1111-1111-1112, 378282246310005",
    "social 078-05-1121, 219-09 9999, 900-70-1234, 912-34-5678, 078051121",
    "nhs 943 476 5919, dea BB1388568, licence H12345678 A1234567 12ABC34567 A-Z]]1234",
    "wallet 1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
    "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
    "10.0.0.1, 2001:db8::1, ::ffff:10.0.0.1/96, fe80::1%eth0, a::b, :: and 10.0.0.256",
    "aa:bb:cc:dd:ee:ff, AA-BB-CC-DD-EE-FF, abcd.ef01.2345 or abcd.abcd.abcd",
    "abcdefab-abcd-abcd-abcd-abcdefabcdef 123e4567-e89b-12d3-a456-426614174000",
    "on 2024-01-02T10:30:00Z, 01/02/1990, 31.12.99, 12-JAN-2020, feb-21, 3-SEP, 12/27",
    "it is 10:30 o'clock - or so. Well, fine.",
)
TWINS = {
    "0": "\u0660\uff10\U0001d7ce\U00010d40",
    "s": "\u017f",
    "k": "\u212a",
    "i": "\u0130\u0131",
    " ": "\xa0\u2003\t\n\x1c\u200b",
    "-": "\u2010\u2013/. ",
}
ODD = [*"\u0660\uff11\u017f\u212a\u200b\xa0\n\0 -x#/(+:.9", "  ", "::", "\ud800", "ext"]


def twisted(text: str, dice: random.Random) -> str:
    characters = list(text)
    for index, character in enumerate(characters):
        if dice.random() > 0.1:
            continue
        if character in "0123456789":
            twin = ord(dice.choice(TWINS["0"])) + int(character)
            characters[index] = chr(twin)
        elif character.lower() in TWINS:
            characters[index] = dice.choice(TWINS[character.lower()])
    for _ in range(dice.randrange(4)):
        characters.insert(dice.randrange(len(characters) + 1), dice.choice(ODD))
    return "".join(characters)


def stretched(dice: random.Random) -> str:
    """A long text with few things to find."""
    parts = []
    for _ in range(dice.randrange(2, 6)):
        parts.append(dice.choice(MADE_UP))
        filling = dice.choice(["lorem ipsum, dolor ", "bank ", " ", "x", "\n", "- "])
        parts.append(filling * dice.randrange(400 // len(filling)))
    return dice.choice(["", " "]).join(parts)


@pytest.mark.parametrize("text", MADE_UP)
def test_nothing_differs_on_what_people_write(text: str) -> None:
    """Types, positions and scores are Presidio's, in its order."""
    assert ours(text) == theirs(text)


@pytest.mark.parametrize("seed", range(20))
def test_nothing_differs_on_twisted_text(seed: int) -> None:
    """Nor with digits of other scripts, case-folding twins and odd spaces."""
    dice = random.Random(seed)  # noqa: S311
    texts = [twisted(dice.choice(MADE_UP), dice) for _ in range(15)]

    assert [ours(text) for text in texts] == [theirs(text) for text in texts]


@pytest.mark.parametrize("seed", range(10))
def test_nothing_differs_on_long_text(seed: int) -> None:
    """Nor where long stretches are left out."""
    dice = random.Random(seed)  # noqa: S311
    texts = [stretched(dice) for _ in range(4)]

    assert [ours(text) for text in texts] == [theirs(text) for text in texts]


@settings(max_examples=200, deadline=None)
@given(st.text("0123456789-./: ()+x#ABcdefks\u0660\u017f\n", max_size=60))
def test_nothing_differs_on_any_text(text: str) -> None:
    """Whatever is written."""
    assert ours(text) == theirs(text)


def test_long_text_is_cut() -> None:
    """The tests above would say nothing if no text were cut."""
    text = f"{MADE_UP[0]} {'lorem ipsum, dolor ' * 100}{MADE_UP[1]}"
    warm = hot(text)
    place = warm.text.index("+44")

    assert len(warm.text) < len(text) / 2
    assert warm.origin(place) == text.index("+44")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Please write a poem - a short one. Thanks!", False),
        ("It's 10", True),
        ("\u0661", True),
        ("a::b", True),
        ("note: well-known", False),
        ("aa-bb-cc-dd-ee-ff", True),
        ("abcd.abcd.abcd", True),
    ],
)
def test_may_find(text: str, expected: bool) -> None:
    """Digits, and marks between hexadecimal letters."""
    assert may_find(text) is expected


def test_every_digit_of_presidios_regex_engine_is_one_here() -> None:
    """It may know newer ones than Python does."""
    import regex  # type: ignore[import-untyped]

    characters = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x110000))))
    missed = [c for c in regex.findall(r"\d", characters) if not TRIGGER.search(c)]

    assert missed == []
    assert not re.search(f"[{NEWER}]", "\U0001f600")


def test_every_pattern_of_the_default_set_is_known() -> None:
    """With a new version of Presidio an unknown one still runs, but slowly."""
    unknown = [
        pattern.name
        for recognizer in reference().registry.recognizers
        for pattern in getattr(recognizer, "patterns", ())
        if digest(pattern.regex, int(recognizer.global_regex_flags)) not in NEEDS
    ]

    assert unknown == []


def test_an_altered_pattern_is_not_skipped() -> None:
    """What counts is the pattern, not the class or the name."""
    from presidio_analyzer import Pattern
    from presidio_analyzer.predefined_recognizers import UsBankRecognizer

    altered = UsBankRecognizer(
        patterns=[Pattern("Bank Account (weak)", r"\bacct [a-z]+\b", 0.5)]
    )

    assert ours("my acct abc", presidio(engine(altered))) == [
        ("US_BANK_NUMBER", 3, 11, 0.85)
    ]


def test_a_subclass_keeps_its_own_check() -> None:
    """Overridden methods are Presidio's to call, or are called here."""
    from presidio_analyzer.predefined_recognizers import UsBankRecognizer

    class Own(UsBankRecognizer):
        def validate_result(self, pattern_text: str) -> bool:
            return pattern_text == "12345678"

    class Loud(UsBankRecognizer):
        def analyze(self, text: str, *_: Any, **__: Any) -> Any:
            return [*super().analyze(text, ["US_BANK_NUMBER"])] * 2

    for made in (Own, Loud):
        own = engine(made())
        text = "bank 12345678 and 87654321"
        assert ours(text, presidio(own)) == theirs(text, own) != []


def test_a_deny_list_and_an_unknown_recognizer_are_read() -> None:
    """What has no known need reads every text."""
    from presidio_analyzer import LocalRecognizer, PatternRecognizer, RecognizerResult
    from presidio_analyzer.predefined_recognizers import IpRecognizer

    class Shouting(LocalRecognizer):
        def load(self) -> None: ...

        def analyze(self, text: str, *_: Any, **__: Any) -> Any:
            start = text.find("HEY")
            return [RecognizerResult("SHOUT", start, start + 3, 0.7)]

    denied = PatternRecognizer("NAME", deny_list=["Zed"], context=["mister"])
    own = engine(denied, Shouting(["SHOUT"]), IpRecognizer())
    text = "HEY mister Zed, the ip is 10.0.0.1"

    assert ours(text, presidio(own)) == theirs(text, own)
    assert len(ours(text, presidio(own))) == 3


def test_a_users_own_words_and_thresholds_count() -> None:
    """Lemmas, window and threshold are those of the engine."""
    from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer
    from presidio_analyzer.predefined_recognizers import UsBankRecognizer

    strict = UsBankRecognizer()
    strict.score_thresholds = {"default": 0.3}
    own = engine(strict)
    for mode in ("whole_word", "substring"):
        own.context_aware_enhancer = LemmaContextAwareEnhancer(
            context_suffix_count=2, context_matching_mode=mode
        )
        for text in ("12345678 savings", "12345678 save", "it is 12345678 today"):
            assert ours(text, presidio(own)) == theirs(text, own)


@pytest.mark.parametrize(
    "text",
    [
        "a@b.co",
        "<jane.roe@example.com>, a.@b.co, .a@b.co, a@b-.co, a@b",
        "a@b.co@c.de x!y@z.org a..b@c--d.com e@f.com.",
        "jos\u00e9@ex\u00e4mple.com a@\nb.co",
    ],
)
def test_presidios_own_email_pattern_finds_the_same(text: str) -> None:
    """Where a user's engine has it, it is only faster."""
    from presidio_analyzer.predefined_recognizers import EmailRecognizer

    class Sure(EmailRecognizer):
        def validate_result(self, pattern_text: str) -> bool:
            return True

    own = engine(Sure())

    assert ours(text, presidio(own)) == theirs(text, own)


def slowdown(read: Callable[[str], object], bait: str, size: int) -> float:
    """How much longer twice the text takes."""

    def seconds(length: int) -> float:
        text = (bait * (length // len(bait) + 1))[:length]
        times = []
        for _ in range(4):
            start = process_time()
            read(text)
            times.append(process_time() - start)
        return min(times)

    return seconds(2 * size) / max(seconds(size), 1e-4)


BAITS = ("a.a.", "1 1 ", ":1", "1-1-", "((((", "+1+1", "0", "@@@@", "::, ", "1.", "12/")


@pytest.mark.parametrize("bait", [*BAITS, "2012-01-02 08 ", "bc1" + "a" * 30 + " "])
def test_time_is_linear(bait: str) -> None:
    """Twice the text takes about twice the time."""
    assert slowdown(plain, bait, 16_000) < 3.2


@pytest.mark.parametrize("bait", ["a.", "a@", "a", "-a", "@"])
def test_presidios_email_pattern_takes_linear_time(bait: str) -> None:
    """In Presidio's own hands it is quadratic."""
    from presidio_analyzer.predefined_recognizers import EmailRecognizer

    recognize = presidio(engine(EmailRecognizer()))

    assert slowdown(lambda text: recognize(text + "a@"), bait, 20_000) < 3.2


def test_a_candidate_is_read_for_every_region() -> None:
    """A number of one region is found beside one of another, and none of no region."""
    text = "020 7946 0958, 212-555-0143, 0171 1234567; 12 34"

    found = numbers(text, ("US", "GB", "DE"), 1)

    assert found is not None
    assert [text[start:end] for start, end in found] == [
        "020 7946 0958",
        "212-555-0143",
        "0171 1234567",
    ]
    assert numbers(text, ("FR",), 1) == []
