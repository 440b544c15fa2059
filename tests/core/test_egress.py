"""The last look: a known value in disguise is masked once more, or stops the call."""

import base64
import html
import json
import random
from urllib.parse import quote, quote_plus

import pytest
from core.helpers import JANE, SSN, best_of, own_registry

from piimask_core import Entity, Masker, MemoryVault, UnmaskedText, by_type
from piimask_core.audit import Event, Masked, Sent
from piimask_core.egress import found_in, receipt
from piimask_core.grammar import find
from piimask_core.testing import recognizing

NAME = "Jane Doe"
VALUES = {
    "EMAIL_ADDRESS": [JANE],
    "US_SSN": [SSN],
    "PERSON": [NAME, "Will", "May", "Jo"],
}


def first_only(text: str) -> list[Entity]:
    """Finds values where the text says FIRST, and nothing afterwards."""
    return recognizing(VALUES)(text) if "FIRST" in text else []  # type: ignore[return-value]


def masker(**masking: object) -> Masker:
    settings = {"recognizer": first_only, "vault": MemoryVault(), **masking}
    return Masker(**settings)  # type: ignore[arg-type]


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


DISGUISES = [
    JANE.upper(),
    quote(JANE, safe=""),
    JANE.replace("@", "%40"),
    quote_plus(NAME),
    quote(NAME),
    "".join(f"%{byte:02x}" for byte in JANE.encode()),
    b64(JANE),
    b64(f"mail {JANE} now").rstrip("="),
    base64.urlsafe_b64encode(f"?>{NAME}".encode()).decode(),
    JANE.replace("@", r"\u0040"),
    "".join(rf"\u{ord(c):04x}" for c in NAME),
    rf"\n{JANE}\n",
    JANE.replace("@", "&#64;"),
    html.escape(NAME).replace(" ", "&nbsp;"),
    " ".join(JANE),
    "j a n e @ e x a m p l e . c o m",
    " ".join(SSN),
    JANE.replace("e", "e\u200b"),
    JANE.replace("x", "\u00adx"),
    SSN.replace("-", "%2D"),
    f"id-{b64(JANE)}",
    f"u/key_{b64(JANE)}",
    base64.b64encode(b"\xff\xfe " + JANE.encode() + b" \xff").decode(),
    "J a n e  D o e",
    "ｊａｎｅ＠ｅｘａｍｐｌｅ．ｃｏｍ",
]


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("around", ["{}", "see {}, please", '{{"a": "{}"}}', "<{}>"])
def test_a_known_value_in_disguise_is_masked(disguise: str, around: str) -> None:
    """As a whole, so that it comes back as it was written."""
    shield, registry = masker(), own_registry()
    shield.mask(f"FIRST {JANE}, {SSN}, {NAME}", registry)
    text = around.format(disguise)

    masked = shield.mask(text, registry)

    assert disguise not in masked
    assert any(find(masked))
    assert shield.unmask(masked, registry) == text


@pytest.mark.parametrize("disguise", DISGUISES)
def test_where_nothing_may_be_changed_nothing_is_sent(disguise: str) -> None:
    """An id, a signature: the call stops, and the error holds no value."""
    shield, registry = masker(), own_registry()
    shield.mask(f"FIRST {JANE}, {SSN}, {NAME}", registry)

    with pytest.raises(UnmaskedText) as caught:
        shield.proven(["fine", disguise], registry)

    told = repr(caught.value)
    assert JANE not in told and SSN not in told and NAME not in told
    assert caught.value.__context__ is None


def test_what_the_policy_keeps_may_stand() -> None:
    """Kept values and those of other sessions are nobody's leak."""
    shield = masker(policy=by_type({"PERSON": "keep"}))
    registry = own_registry()
    shield.mask(f"FIRST {JANE} {NAME}", registry)

    assert shield.mask(f"{NAME} {b64(NAME)}", registry) == f"{NAME} {b64(NAME)}"
    shield.proven([NAME, b64(NAME)], registry)
    shield.proven([JANE], own_registry("other"))


def test_it_can_be_left_out() -> None:
    """For whoever has measured and wants the microseconds."""
    shield, registry = masker(prove=False), own_registry()
    shield.mask(f"FIRST {JANE}", registry)

    assert shield.mask(b64(JANE), registry) == b64(JANE)


WORDS = [
    *("will", "you", "may", "jo", "the", "order", "came", "late", "again", "nobody"),
    *("May", "jointly", "joyfully;", "maybe", "tomorrow", "willing", "JOINT", "100%"),
    *("International", "Standardization", "aGVsbG8gd29ybGQ=", "&amp;", "<b>", "f(x)"),
    *(
        r"C:\new\table",
        "https://x.example/?a=1+2",
        "k8s-node-01",
        "e4f5a6b7c8d9",
        "= 3",
    ),
]


def test_a_clean_message_is_never_refused() -> None:
    """A session that knows Will, May and Jo sends 1,000 of them."""
    rnd = random.Random(3)  # noqa: S311
    shield, registry = masker(), own_registry()
    shield.mask("FIRST I am Will, she is May, he is Jo", registry)

    for _ in range(1_000):
        text = " ".join(rnd.choices(WORDS, k=rnd.randrange(3, 25)))
        masked = shield.mask(text, registry)
        shield.proven([masked], registry)
        assert shield.unmask(masked, registry) == text
        assert masked == text or "May" in text  # which is how it was written


def test_a_receipt_counts_and_holds_no_value() -> None:
    """It can be compared with what the vendor got, by its digest."""
    events: list[Event] = []
    shield, registry = masker(audit=events.append), own_registry()
    masked = shield.mask([f"FIRST {JANE}", "plain"], registry)

    told, sent = events

    assert isinstance(told, Masked) and isinstance(sent, Sent)
    assert (sent.texts, sent.characters, sent.known) == (2, len("".join(masked)), 1)
    assert sent.sha256 == receipt(masked, known=1).sha256
    assert sent.sha256 != receipt(["".join(masked)], known=1).sha256
    assert JANE not in repr(events)


def test_what_only_the_last_look_found_is_counted() -> None:
    """A number above 0 says that a recognizer is blind to something."""
    events: list[Event] = []
    shield, registry = masker(audit=events.append), own_registry()
    shield.mask(f"FIRST {JANE}", registry)
    shield.mask(f"{b64(JANE)} {quote(JANE, safe='')}", registry)

    assert [e.masked_again for e in events if isinstance(e, Sent)] == [0, 2]


def test_a_placeholder_is_not_taken_for_a_value() -> None:
    """Not even where somebody is called EMAIL_1."""
    odd = {"ORGANIZATION": ["EMAIL_1", "PERSON"]}
    shield = Masker(recognizer=recognizing(odd), vault=MemoryVault())
    registry = own_registry()
    text = "EMAIL_1 and PERSON"

    masked = shield.mask(text, registry)
    shield.proven([masked, "<PERSON_1> <EMAIL_1>"], registry)

    assert shield.unmask(masked, registry) == text


@pytest.mark.parametrize(
    "unit", ["%41", r"\u0041", "&amp;", "a b ", "QUJD", "\u200ba", "%", "\\n", "A b1C"]
)
def test_a_bait_is_read_in_linear_time(unit: str) -> None:
    """However much there is to undo."""

    def look(text: str) -> list[Entity]:
        return []

    fast = best_of(3, lambda: found_in(unit * 1_000, look))
    slow = best_of(2, lambda: found_in(unit * 8_000, look))

    assert slow < 24 * max(fast, 0.000_1)


def test_json_is_read_with_its_escapes_undone() -> None:
    """What a tool's arguments look like on the wire."""
    shield, registry = masker(), own_registry()
    shield.mask(f"FIRST {NAME}", registry)
    text = json.dumps({"q": "a\tJane Doe\nb"})

    masked = shield.mask(text, registry)

    assert "Jane" not in masked
    assert shield.unmask(masked, registry) == text
