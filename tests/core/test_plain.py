"""What needs no closer look."""

import random

import pytest

from piimask_core import Masker, MemoryVault
from piimask_core.entities import Entity, Recognizer
from piimask_core.plain import plain_words
from piimask_core.recognizers import patterns
from piimask_core.vault import Wanted


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("Thanks, it works!", ["thanks", "it", "works"]),
        ('"Well-known" (O\'Brien)', ["well", "known", "o", "brien"]),
        ("it's well-known", ["it", "s", "well", "known"]),
        ("I have a question", ["i", "have", "a", "question"]),
        ("at 5", None),
        ("J o h n", None),
        ("write to <EMAIL_1>", None),
        ("USA", None),
        ("iPhone", None),
        ("caf\u00e9", None),
        ("a\tb", None),
        ("50%", None),
        ("a@b", None),
        ("x_y", None),
        ("\ud800", None),
    ],
)
def test_a_plain_text_is_words_and_sentence_marks(
    text: str, words: list[str] | None
) -> None:
    """Anything that could hide a value, or be a placeholder, makes it not plain."""
    assert plain_words(text) == words


_PIECES = (
    *("jo", "Jo", "will", "Will", "the ", "order ", " ", ". ", ", ", "-", "'", "\n"),
    *("J o", "O'Neil", "o neil", "tuning", "Tuning", "fork", "(", ")", "sm9obg", "Sm8"),
    *("Ann", "Ann-Marie", "marie", "acme", "ACME", "Acme Ltd", "e ", "a ", "!", '"'),
)


KNOWN = [
    *(("PERSON", n, n.lower()) for n in ("Jo", "Will", "O'Neil", "Ann-Marie")),
    ("ORGANIZATION", "Acme Ltd", "acme ltd"),
    ("EMAIL_ADDRESS", "jo@acme.example", "jo@acme.example"),
    ("USERNAME", "tuningfork", "tuningfork"),
]


def test_a_text_with_nothing_is_what_a_full_look_gives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The short way changes nothing, whatever a session knows."""
    dice = random.Random(11)  # noqa: S311
    masker = Masker(recognizer=patterns(), vault=MemoryVault())
    texts = ["".join(dice.choices(_PIECES, k=dice.randint(1, 8))) for _ in range(3_000)]

    def masked(session: str) -> list[str]:
        registry = masker.registry(session)
        for kind, value, key in KNOWN:
            registry.mint([Wanted(kind, value, key)])
        return [masker.mask(text, registry) for text in texts]

    short = masked("short")
    monkeypatch.setattr("piimask_core.masking.plain_words", lambda text: None)

    assert short == masked("full")
    unchanged = sum(a == b for a, b in zip(short, texts, strict=True))
    assert 300 < unchanged < 2_700


def test_a_recognizer_is_always_asked() -> None:
    """However plain a text is, it is for the recognizer to say what is in it."""

    def names(text: str) -> list[Entity]:
        at = text.find("jane")
        return [Entity("PERSON", at, at + 4)] if at >= 0 else []

    recognizer: Recognizer = names
    masker = Masker(recognizer=recognizer, vault=MemoryVault())

    assert masker.mask("hi jane here", masker.registry("one")) == "hi <PERSON_1> here"
