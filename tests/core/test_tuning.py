"""Recall or precision, by what a vendor keeps; and observing before masking."""

import logging
import warnings
from dataclasses import replace
from typing import Any

import pytest
from core.helpers import JANE, SSN, VALUES, bare, own_registry

from piimask_core import (
    Entity,
    InputError,
    Masker,
    MaskingError,
    MemoryVault,
    MostlyMasked,
    NotReversible,
    Observed,
    by_type,
)
from piimask_core.audit import Event
from piimask_core.instruction import INSTRUCTION
from piimask_core.testing import failing, recognizing
from piimask_core.tuning import TUNINGS


def masker(**options: Any) -> Masker:
    options.setdefault("recognizer", recognizing(VALUES))
    return Masker(vault=MemoryVault(), **options)


def scored(score: float, type: str = "PERSON") -> Any:
    return lambda text: [Entity(type, 0, len(text), score)]


@pytest.mark.parametrize(
    ("options", "tuned"),
    [
        ({}, "balanced"),
        ({"vendor_retention": "zero"}, "precision"),
        ({"vendor_retention": "days:30"}, "recall"),
        ({"vendor_retention": "unknown"}, "recall"),
        ({"vendor_retention": "days:30", "tuning": "balanced"}, "balanced"),
        ({"vendor_retention": "zero", "tuning": "recall"}, "recall"),
    ],
)
def test_a_vendors_retention_picks_the_tuning(
    options: dict[str, str], tuned: str
) -> None:
    """Unless one is chosen."""
    assert masker(**options).tuned == tuned


def test_precision_without_zero_retention_is_warned_of_once() -> None:
    """What is missed stays with the vendor; then it is your word."""
    with pytest.warns(UserWarning, match="keep nothing") as caught:
        chosen = masker(tuning="precision", vendor_retention="days:30")

    assert len(caught) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        chosen.mask("Hi", own_registry())
        masker(tuning="precision", vendor_retention="zero")


@pytest.mark.parametrize(
    ("options", "least"),
    [
        ({"tuning": "recall"}, 0.2),
        ({"tuning": "balanced"}, 0.35),
        ({"vendor_retention": "zero"}, 0.6),
        ({"threshold": 0.9}, 0.9),
        ({"tuning": "recall", "threshold": {"PERSON": 0.8}}, 0.8),
        ({"tuning": "recall", "threshold": {"ID": 0.8}}, 0.2),
        ({"threshold": {"EMAIL": 0.8, "PERSON": 0.5}}, 0.5),
    ],
)
def test_thresholds_are_by_type(options: dict[str, Any], least: float) -> None:
    """A score at the threshold counts, one below does not."""
    for score, entities in ((least, 1), (least - 0.01, 0)):
        found = masker(recognizer=scored(score), **options).entities("Jane Doe")
        assert len(found) == entities


@pytest.mark.parametrize(
    "type", ["PERSON", "LOCATION", "ORG", "DATE_TIME", "ID", "AGE"]
)
def test_recall_finds_no_less_than_balanced_and_that_no_less_than_precision(
    type: str,
) -> None:
    """Of every type."""
    recall, balanced, precision = (
        TUNINGS[name].of(type) for name in ("recall", "balanced", "precision")
    )

    assert recall <= balanced <= precision


def test_a_profile_sees_the_ages_that_it_decides_about() -> None:
    """They score below what is masked without one."""
    age = scored(0.3, "AGE")

    assert masker(recognizer=age).entities("93") == []
    assert masker(recognizer=age, profile="healthcare").entities("93") != []
    assert (
        masker(recognizer=age, profile="healthcare", vendor_retention="zero").entities(
            "93"
        )
        != []
    )


@pytest.mark.parametrize(
    "options",
    [
        {"tuning": "best"},
        {"vendor_retention": "30 days"},
        {"vendor_retention": "days:0"},
        {"threshold": 2},
        {"threshold": {"PERSON": "high"}},
        {"mode": "shadow"},
        {"profile": "hospital"},
        {"operators": {"x": 5}},
    ],
)
def test_a_setting_that_is_none_is_refused(options: dict[str, Any]) -> None:
    """When the masker is made, not at the first text."""
    with pytest.raises(InputError):
        masker(**options)


# Observing


def test_observing_changes_nothing_and_counts() -> None:
    """No text, no registry, no instruction; the counts go to the audit."""
    events: list[Event] = []
    shadow = masker(
        mode="observe", audit=events.append, policy=by_type({"US_SSN": "strip"})
    )
    registry = own_registry()
    tree = {"a": f"to {JANE}, {SSN}", "b": [f"{JANE} <EMAIL_1>", 5]}

    assert shadow.mask(tree, registry) is tree
    assert shadow.mask_with(lambda visit: visit(JANE), registry) == JANE
    assert registry.minted == 0
    assert shadow.tells == ""
    assert bare(events) == [
        Observed(
            5,
            {"EMAIL_ADDRESS": 2, "US_SSN": 1, "LITERAL": 1},
            {"placeholder": 3, "strip": 1},
        ),
        Observed(1, {"EMAIL_ADDRESS": 1}, {"placeholder": 1}),
    ]


def test_a_masker_that_observed_can_be_told_to_mask() -> None:
    """What the model is to be told was not forgotten."""
    shadow = masker(mode="observe", instruction="Mine.")

    assert replace(shadow, mode="mask").tells == "Mine."
    assert replace(masker(mode="observe"), mode="mask").tells == INSTRUCTION
    refer = by_type({}, default="reference")
    both = replace(masker(policy=refer), policy=by_type({}))
    assert both.tells == INSTRUCTION


def test_guards_let_pass_what_is_only_observed() -> None:
    """Nothing is masked, so nothing is found unmasked."""
    shadow, registry = masker(mode="observe"), own_registry()
    masker().mask(JANE, registry)

    shadow.proven([JANE], registry)
    assert shadow.unmasked(JANE, registry) == set()
    assert shadow.known(JANE, registry) == set()


def test_observing_never_stops_the_app() -> None:
    """A recognizer that fails is counted; the masker that masks would raise."""
    events: list[Event] = []
    shadow = masker(mode="observe", recognizer=failing, audit=events.append)

    assert shadow.mask(["a", "b"], own_registry()) == ["a", "b"]
    assert shadow.mask(object(), own_registry()) is not None
    assert bare(events) == [Observed(2, {}, {}, failed=2)]
    with pytest.raises(MaskingError):
        masker(recognizer=failing).mask("a", own_registry())


def test_no_event_holds_a_value(caplog: pytest.LogCaptureFixture) -> None:
    """Not in the log either."""
    with caplog.at_level(logging.DEBUG, "piimask.audit"):
        masker(mode="observe").mask(f"{JANE} {SSN}", own_registry())
        masker(policy=by_type({}, default="strip")).mask(
            f"{JANE} {SSN}", own_registry()
        )

    assert "observed" in caplog.text and "not_reversible" in caplog.text
    assert JANE not in caplog.text and SSN not in caplog.text


# What is told


def test_what_cannot_be_undone_is_told_by_type() -> None:
    """Each time it happens."""
    events: list[Event] = []
    stripping = masker(
        audit=events.append, prove=False, policy=by_type({"EMAIL_ADDRESS": "strip"})
    )

    stripping.mask([f"to {JANE}, {JANE}", SSN], own_registry())

    assert bare(events) == [NotReversible({"EMAIL_ADDRESS": 2})]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{0} {0} {0} {0} {0} ok", [MostlyMasked(5, 1)]),
        ("{0} {0} {0} {0} {0} and some more words than that", []),
        ("{0} {0} {0} {0}", []),
        ("nothing at all", []),
    ],
)
def test_a_text_of_little_but_placeholders_is_told(
    text: str, told: list[Event]
) -> None:
    """From five on, where they are more than the words; once for a text."""
    events: list[Event] = []
    plain, registry = masker(audit=events.append, prove=False), own_registry()

    for _ in range(2):
        plain.mask(text.format(JANE), registry)

    assert bare(events) == told
