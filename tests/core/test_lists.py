"""Allow and deny lists: exact, folded, by pattern, and never open when they fail."""

import time
from typing import Any

import pytest
from core.helpers import JANE, best_of, own_registry

from piimask_core import (
    InputError,
    Masker,
    MaskingError,
    MemoryVault,
    RecognizerError,
    folded,
    matching,
)
from piimask_core.testing import recognizing

FOUND = {
    "PERSON": ["Paris Hilton", "paris hilton", "Acme"],
    "EMAIL_ADDRESS": [JANE, "help@acme.example"],
    "URL": [f"https://acme.example/{JANE}"],
    "ID": ["A-1234", "A-12345"],
}
SLOW = "(a|aa)+$"
BAIT = "a" * 80 + "b"


def masked(text: str, **options: Any) -> str:
    masker = Masker(recognizer=recognizing(FOUND), vault=MemoryVault(), **options)
    return masker.mask(text, own_registry())


ALLOWED: list[tuple[list[Any], str, str]] = [
    (["Acme"], "Acme called", "Acme called"),
    (["Acme"], "Acmes called", "<PERSON_1>s called"),
    (["acme"], "Acme called", "<PERSON_1> called"),
    ([folded("acme")], "Acme called", "Acme called"),
    (["Paris Hilton Hotel"], "a Paris Hilton Hotel", "a Paris Hilton Hotel"),
    (["Paris Hilton Hotel"], "a Paris Hilton hotel", "a <PERSON_1> hotel"),
    ([folded("paris  hilton HOTEL")], "a Paris Hilton hotel", "a Paris Hilton hotel"),
    (["Paris"], "a Paris Hilton", "a <PERSON_1>"),
    ([matching(r"A-\d{4}")], "A-1234", "A-1234"),
    ([matching(r"A-\d{4}")], "A-12345", "<ID_1>"),
    ([matching(r".*@acme\.example")], "help@acme.example", "help@acme.example"),
    (
        [matching(r"https://acme\.example/.*")],
        f"https://acme.example/{JANE}",
        "<URL_1>",
    ),
    ([matching(r".*")], "<EMAIL_1>", "<LITERAL_1>"),
    (["EMAIL_1"], "<EMAIL_1>", "<LITERAL_1>"),
    ([], "Acme called", "<PERSON_1> called"),
]


@pytest.mark.parametrize(("allow", "text", "expected"), ALLOWED)
def test_what_is_allowed_stays(allow: list[Any], text: str, expected: str) -> None:
    """And hides nothing that it does not name; a look-alike is never allowed."""
    assert masked(text, allow=allow) == expected


DENIED: list[tuple[dict[str, list[Any]], str, str]] = [
    ({"ORG": ["Fjordlab"]}, "at Fjordlab.", "at <ORG_1>."),
    ({"ORG": ["Fjordlab"]}, "at fjordlab, Fjordlabs", "at fjordlab, Fjordlabs"),
    ({"ORG": [folded("Fjord lab")]}, "at FJORD  LAB", "at <ORG_1>"),
    ({"PERSON": [folded("will")]}, "will Will", "<PERSON_1> <PERSON_1B>"),
    ({"CASE": [matching(r"\bC-\d+\b")]}, "see C-77, C-7x", "see <CASE_1>, C-7x"),
    ({"CASE": [matching(r"x*")]}, "abc", "abc"),
    ({"ORG": ["Fjordlab"], "ID": ["Q9"]}, "Fjordlab Q9", "<ORG_1> <ID_1>"),
]


@pytest.mark.parametrize(("deny", "text", "expected"), DENIED)
def test_what_is_denied_is_masked(
    deny: dict[str, list[Any]], text: str, expected: str
) -> None:
    """Whatever the recognizer says."""
    assert masked(text, deny=deny) == expected


@pytest.mark.parametrize("text", ["Fj\u200bordlab", "&#70;jordlab", "Fjord%6Cab"])
def test_what_is_denied_is_found_in_disguise(text: str) -> None:
    """As a recognizer's values are."""
    assert masked(f"it is {text} here", deny={"ORG": ["Fjordlab"]}) == (
        "it is <ORG_1> here"
    )


def test_deny_wins_over_allow_and_over_what_a_session_keeps() -> None:
    """Whoever says that it is personal data is believed."""
    masker = Masker(
        recognizer=recognizing(FOUND),
        vault=MemoryVault(),
        allow=["Acme", "Acme Street"],
        deny={"ORG": ["Acme"]},
    )
    registry = own_registry()
    registry.keep("Acme")

    assert masker.mask("Acme Street", registry) == "<ORG_1> Street"


def test_what_a_session_adds_wins_over_the_allow_list() -> None:
    """It is the newer word, and the safer one."""
    masker = Masker(recognizer=recognizing(FOUND), vault=MemoryVault(), allow=["Acme"])
    registry = own_registry()
    assert masker.mask("Acme", registry) == "Acme"

    registry.add("Acme", "PERSON")

    assert masker.mask("Acme", registry) == "<PERSON_1>"
    masker.proven(["Bree"], registry)


def test_what_is_allowed_is_nobodys_leak() -> None:
    """Known from another masker of the session, it may stand."""
    registry = own_registry()
    Masker(recognizer=recognizing(FOUND), vault=MemoryVault()).mask("Acme", registry)
    masker = Masker(recognizer=recognizing(FOUND), vault=MemoryVault(), allow=["Acme"])

    assert masker.mask("Acme", registry) == "Acme"


def test_a_list_costs_in_proportion_to_the_text() -> None:
    """However many values it allows or denies in it."""

    def seconds(many: int) -> float:
        text = "Acme and Fjordlab, " * many
        masker = Masker(
            recognizer=recognizing({"PERSON": ["Acme"]}),
            vault=MemoryVault(),
            allow=["Acme", matching("B[a-z]*")],
            deny={"ORG": ["Fjordlab"]},
        )
        return best_of(3, lambda: masker.entities(text))

    assert seconds(4_000) < 12 * seconds(1_000)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"deny": {"X": [matching(SLOW)]}}, RecognizerError),
        ({"allow": [matching(SLOW)]}, MaskingError),
    ],
    ids=["deny", "allow"],
)
def test_a_pattern_that_takes_too_long_masks_nothing(
    options: dict[str, Any], error: type[Exception]
) -> None:
    """It fails closed, in bounded time, without the text."""
    masker = Masker(
        recognizer=recognizing({"ID": [BAIT]}), vault=MemoryVault(), **options
    )
    began = time.process_time()

    with pytest.raises(error, match="TimeoutError") as caught:
        masker.mask(BAIT, own_registry())

    assert time.process_time() - began < 20
    assert BAIT not in repr(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "options",
    [
        {"allow": [""]},
        {"allow": ["?!"]},
        {"allow": "Acme"},
        {"allow": [5]},
        {"deny": {"ORG": "Fjordlab"}},
        {"deny": {"ORG": [matching("(secret")]}},
        {"deny": {"ORG": [matching("a" * 2_000)]}},
    ],
)
def test_a_list_that_cannot_be_is_refused_when_the_masker_is_made(
    options: dict[str, Any],
) -> None:
    """The message holds no entry: it may be a value."""
    with pytest.raises(InputError) as caught:
        Masker(recognizer=recognizing({}), **options)

    assert "secret" not in repr(caught.value)
    assert caught.value.__context__ is None


def test_an_entry_is_not_shown() -> None:
    """A list may hold values."""
    assert "Fjordlab" not in f"{folded('Fjordlab')!r}{matching('Fjordlab')!r}"
    shown = repr(Masker(recognizer=recognizing({}), deny={"ORG": ["Fjordlab"]}))
    assert "Fjordlab" not in shown
