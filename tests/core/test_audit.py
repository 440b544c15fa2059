"""What happened is told, counted and hashed, and no event can hold a value."""

import logging
from dataclasses import fields, replace
from typing import Any, get_args

import pytest
from core.helpers import BOB, JANE, SSN, blind, masker_for, own_registry
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from piimask_core import Masker, MaskingError, MemoryVault, Unrestored, by_type
from piimask_core.audit import (
    EVENTS,
    Counted,
    Event,
    Masked,
    NotRestored,
    NotReversible,
    Observed,
    Refused,
    Sent,
    Stored,
    Unmasked,
    facts,
    is_heard,
    log,
)

GOOD: dict[str, dict[str, Any]] = {
    "not_restored": {"label": "EMAIL", "reason": "unknown"},
    "sent": {
        **{"texts": 1, "characters": 9, "known": 0, "masked_again": 0},
        "sha256": "0" * 64,
    },
    "masked": {"texts": 1, "new": 1, "characters": 9},
    "unmasked": {},
    "refused": {"cause": "InputTooLarge"},
    "not_reversible": {"types": {"EMAIL": 1}},
    "mostly_masked": {"placeholders": 9, "words": 1},
    "observed": {"texts": 1, "types": {"SSN": 1}, "operators": {"strip": 1}},
    "stored": {"what": "erased"},
    "judged": {"verdict": "missed", "type": "EMAIL"},
}
CLASSES = {kind.__dataclass_fields__["event"].default: kind for kind in get_args(Event)}
SPOTS = [(kind, name.name) for kind, made in CLASSES.items() for name in fields(made)]
VALUES = [
    *(JANE, SSN, "Jane Doe", "4111 1111 1111 1111", "GB82WEST12345698765432"),
    *("JX123456C", "A12345678", "+1 212 555 0123", "jane", "10.0.0.7", "<EMAIL_1>"),
    *("1985-03-12", "12 High Street", "hunter2", "ZOË", "jane\n"),
]


def with_value(kind: str, name: str, value: object) -> str:
    """The event with this in that field, as it is written down; "" if refused."""
    try:
        event = CLASSES[kind](**{**GOOD[kind], name: value})
    except ValidationError:
        return ""
    return f"{EVENTS.dump_json(event).decode()} {event!r} {facts(event)}"


def test_every_event_is_known() -> None:
    """Else what is below holds for nothing."""
    assert CLASSES.keys() == GOOD.keys()
    for kind, arguments in GOOD.items():
        event = CLASSES[kind](**arguments)
        assert EVENTS.validate_json(EVENTS.dump_json(event)) == event


@pytest.mark.parametrize(("kind", "name"), SPOTS)
def test_no_field_holds_a_value(kind: str, name: str) -> None:
    """It is refused, or told as something else; in a list or a mapping too."""
    for value in VALUES:
        for put in (value, [value], (value,), {value: 1}, {"EMAIL": value}):
            assert value not in with_value(kind, name, put)


@given(st.sampled_from(SPOTS), st.text())
def test_no_field_takes_free_text(spot: tuple[str, str], text: str) -> None:
    """Whatever it goes on with."""
    for value in (f"7@{text}", {f"7@{text}": 1}, (f"7@{text}",)):
        assert "7@" not in with_value(*spot, value)


@pytest.mark.parametrize("kind", CLASSES)
def test_nothing_can_be_added_to_an_event(kind: str) -> None:
    """Not when it is made, not from JSON, and not later."""
    event = CLASSES[kind](**GOOD[kind])

    with pytest.raises(ValidationError):
        CLASSES[kind](**GOOD[kind], value=JANE)
    with pytest.raises(ValidationError):
        EVENTS.validate_python({**facts(event), "event": kind, "value": JANE})
    with pytest.raises(AttributeError):
        event.at = 1.0


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("EMAIL", "EMAIL"),
        ("EMPLOYEE_CODE", "EMPLOYEE_CODE"),
        ("E", "OTHER"),
        ("EMPLOYEE_7", "OTHER"),
        ("email", "OTHER"),
        ("_EMAIL", "OTHER"),
        ("A" * 33, "OTHER"),
        ("", "OTHER"),
    ],
)
def test_a_type_is_letters(name: str, told: str) -> None:
    """A passport number is not one."""
    assert NotRestored(name, "unknown").label == told


def test_types_that_are_told_alike_are_added_up() -> None:
    """No count gets lost."""
    event = NotReversible({"EMAIL": 1, JANE: 2, BOB: 3})
    observed = Observed(1, {}, {"strip": 1, "mine": 2, "yours": 3})

    assert event.types == {"EMAIL": 1, "OTHER": 5}
    assert observed.operators == {"strip": 1, "other": 5}


def test_names_that_a_model_wrote_stay_with_the_answer() -> None:
    """A tool's and an argument's name are in no event."""
    stayed = Unrestored("<SSN_3>", "refused", "url", "send_mail", "jane_doe")

    assert stayed.event() == NotRestored("SSN", "refused", "url", True)


# What a masker tells


def told(masker: Masker, text: object, session: str = "s") -> list[Event]:
    events: list[Event] = []
    heard = replace(masker, audit=events.append, vault=MemoryVault())
    heard.mask(text, heard.registry(session))
    return events


def test_masking_is_told_by_type_operator_and_score() -> None:
    """Each found entity once, under what became of it."""
    masker = replace(
        masker_for(),
        policy=by_type({"US_SSN": "strip", "PERSON": "keep"}),
    )
    masked = told(masker, [f"{JANE} {BOB} {SSN}", "Jane Doe"])[0]

    assert isinstance(masked, Masked)
    assert (masked.texts, masked.new, masked.skipped) == (2, 2, False)
    assert masked.entities == (
        Counted("EMAIL", "placeholder", 10, 2),
        Counted("PERSON", "keep", 10, 1),
        Counted("SSN", "strip", 10, 1),
    )


def test_history_is_counted_once() -> None:
    """It is sent again with each turn; its values are not new."""
    events: list[Event] = []
    masker = replace(masker_for(), audit=events.append)
    registry = own_registry()
    masker.mask([JANE], registry)
    masker.mask([JANE, "and so on 1"], registry)

    masked = [event for event in events if isinstance(event, Masked)]
    assert [(m.texts, m.new) for m in masked] == [(1, 1), (2, 1)]
    assert [sum(c.count for c in m.entities) for m in masked] == [1, 0]


def test_what_the_gate_let_pass_is_told() -> None:
    """One event for the text and one for its receipt."""
    masked, sent = told(replace(masker_for(), recognizer=blind), "and so on")

    assert isinstance(masked, Masked) and masked.skipped and not masked.entities
    assert isinstance(sent, Sent)


def test_a_value_known_by_look_up_has_no_score() -> None:
    """The recognizer did not see it this time."""
    events: list[Event] = []
    registry = own_registry()
    masker_for().mask(JANE, registry)
    Masker(recognizer=blind, audit=events.append).mask(f"x {JANE}", registry)

    assert isinstance(events[0], Masked)
    assert events[0].entities == (Counted("EMAIL", "placeholder", None, 1),)


def test_a_refusal_is_told_by_the_class_of_its_error() -> None:
    """And the error goes on."""
    events: list[Event] = []
    masker = replace(masker_for(), max_chars=3, audit=events.append)
    with pytest.raises(MaskingError):
        masker.mask(f"7 {JANE}", own_registry())

    (refused,) = events
    assert isinstance(refused, Refused) and refused.cause == "InputTooLarge"


def test_an_answer_is_told_by_what_stayed() -> None:
    """Counts of unknown and refused placeholders, and how long it took."""
    events: list[Event] = []
    masker, registry = masker_for(), own_registry()
    masker.mask(JANE, registry)
    heard = replace(masker, audit=events.append)
    heard.unmask("<EMAIL_1> <EMAIL_9> https://x.test/<EMAIL_1>", registry)

    *stayed, unmasked = events
    assert {type(each) for each in stayed} == {NotRestored} and len(stayed) == 2
    assert isinstance(unmasked, Unmasked)
    assert (unmasked.unknown, unmasked.refused) == (1, 1)


def test_ids_are_hashed_with_a_key() -> None:
    """A session's name may be somebody's address; two keys tell nothing together."""
    first = told(replace(masker_for(), audit_key=b"1" * 16), "7", JANE)[0]
    same = told(replace(masker_for(), audit_key=b"1" * 16), "8", JANE)[0]
    other = told(replace(masker_for(), audit_key=b"2" * 16), "7", JANE)[0]

    assert first.session == same.session != other.session
    assert len(first.session) == len(first.tenant) == 16 and first.at > 0
    assert JANE not in repr(first)
    assert "1111" not in repr(replace(masker_for(), audit_key=b"1" * 16))


def test_nobody_listens_unless_somebody_does(caplog: pytest.LogCaptureFixture) -> None:
    """The default logger counts at DEBUG."""
    caplog.set_level(logging.WARNING, "piimask.audit")
    assert not is_heard(log)
    assert is_heard(print)
    caplog.set_level(logging.DEBUG, "piimask.audit")
    assert is_heard(log)


@pytest.mark.parametrize(
    ("event", "level"),
    [
        (Refused("InputError"), logging.WARNING),
        (NotRestored("EMAIL", "unknown"), logging.WARNING),
        (Stored("erased", 2), logging.INFO),
        (Masked(1, 1, 1), logging.DEBUG),
    ],
)
def test_an_event_has_a_level(
    event: Event, level: int, caplog: pytest.LogCaptureFixture
) -> None:
    """What somebody should look at is a warning."""
    with caplog.at_level(logging.DEBUG, "piimask.audit"):
        log(event)

    (record,) = caplog.records
    assert record.levelno == level and record.getMessage().startswith(event.event)
