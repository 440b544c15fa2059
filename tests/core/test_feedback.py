"""What is reported holds no value, and a proposal made of it is measured."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from core.helpers import JANE, SSN, masker_for

from piimask_core import Entity
from piimask_core.audit import Counted, Event, Judged, Masked
from piimask_core.errors import AuditLogError, ExamplesError
from piimask_core.evaluate import Example
from piimask_core.refit import rates, refit

TEXT = f"mail: {JANE} or so"
ENTITY = Entity("EMAIL_ADDRESS", 6, 6 + len(JANE), 0.85)


def judged(events: list[Event]) -> list[Judged]:
    return [event for event in events if isinstance(event, Judged)]


def test_reports_hold_types_scores_features_and_hashes() -> None:
    """And of the value and its text nothing else."""
    events: list[Event] = []
    feedback = replace(masker_for(), audit=events.append).feedback
    feedback.false_positive(ENTITY, text=TEXT)
    feedback.wrong_type(ENTITY, "US_SSN", text=TEXT)
    feedback.missed("US_SSN", value=SSN)
    feedback.missed("mine 7")

    wrong, other, missed, mine = judged(events)
    assert (wrong.verdict, wrong.type, wrong.bin) == ("false_positive", "EMAIL", 8)
    assert wrong.features == ("labelled",) and wrong.value == other.value != ""
    assert (other.type, other.meant) == ("EMAIL", "SSN")
    assert (missed.type, missed.bin) == ("SSN", None) and missed.value
    assert mine.type == "OTHER"
    for value in (JANE, SSN, TEXT, "mine 7"):
        assert value not in repr(events)
    assert JANE not in repr(feedback) and "key" not in repr(feedback)


@pytest.mark.parametrize(
    ("text", "entity", "features"),
    [
        (JANE, Entity("EMAIL", 0, len(JANE)), ("alone",)),
        ("Id 7", Entity("ID", 0, 4), ("alone", "digits", "capitals")),
        ("id = 7", Entity("ID", 5, 6), ("digits", "labelled")),
        ("", Entity("ID", 5, 6), ()),
    ],
)
def test_surroundings_are_told_in_four_words(
    text: str, entity: Entity, features: tuple[str, ...]
) -> None:
    """Out of a closed list."""
    events: list[Event] = []
    feedback = replace(masker_for(), audit=events.append).feedback
    feedback.false_positive(entity, text=text)

    assert judged(events)[0].features == features


def test_a_report_that_nobody_keeps_is_an_error() -> None:
    """Not one that is lost: neither with the silent logger, nor a sink that fails."""

    def failing(event: Event) -> None:
        raise OSError(JANE)

    for masker in (masker_for(), replace(masker_for(), audit=failing)):
        with pytest.raises(AuditLogError) as caught:
            masker.feedback.missed("US_SSN", value=SSN)
        assert caught.value.__context__ is None


def test_a_report_changes_nothing() -> None:
    """Not even a thousand."""
    events: list[Event] = []
    masker = replace(masker_for(), audit=events.append)
    before = masker.entities(TEXT)
    for _ in range(1_000):
        masker.feedback.false_positive(ENTITY, text=TEXT)

    assert masker.entities(TEXT) == before != []


def test_rates_have_intervals_and_count_a_value_once() -> None:
    """Per type; missed ones are a share of what should have been masked."""
    masked = Masked(9, 9, 9, (Counted("SSN", "placeholder", 5, 10),))
    wrong = Judged("false_positive", "SSN", bin=5, value="0" * 16)
    missed = [Judged("missed", "SSN") for _ in range(3)]
    found = rates([masked, wrong, wrong, *missed])["SSN"]

    assert (found.false_positive.count, found.false_positive.of) == (1, 10)
    assert found.false_positive.low < 0.1 < found.false_positive.high
    assert (found.missed.count, found.missed.of) == (3, 12)


# A deployment that drifts
#
# Account numbers came to be written in a new way, which the recognizer scores low, and
# ticket numbers look like phones to it.


def scored(text: str) -> Sequence[Entity]:
    """Finds words such as ``account-old-17``, each kind with its score."""
    scores = {
        "account-old": ("ACCOUNT_NUMBER", 0.8),
        "account-new": ("ACCOUNT_NUMBER", 0.25),
        "phone-real": ("PHONE_NUMBER", 0.75),
        "ticket": ("PHONE_NUMBER", 0.45),
        "noise": ("ACCOUNT_NUMBER", 0.05),
    }
    found, at = [], 0
    for word in text.split(" "):
        kind = word.rpartition("-")[0]
        if kind in scores:
            type, score = scores[kind]
            found.append(Entity(type, at, at + len(word), score))
        at += len(word) + 1
    return found


def talk(chance: random.Random, *, drift: float) -> Example:
    """A message of words of some kinds, with its labels."""
    words: list[str] = []
    labels, at = [], 0
    for _ in range(chance.randint(2, 6)):
        late = chance.random() < drift
        kind = chance.choice(
            ["account-new" if late else "account-old", "phone-real", "noise", "word"]
            + ["ticket"] * (2 if late else 0)
        )
        word = f"{kind}-{chance.randrange(10**6)}"
        if kind.startswith("account"):
            labels.append(Entity("ACCOUNT_NUMBER", at, at + len(word)))
        elif kind == "phone-real":
            labels.append(Entity("PHONE_NUMBER", at, at + len(word)))
        words.append(word)
        at += len(word) + 1
    return Example(" ".join(words), tuple(labels))


def reported(chance: random.Random, talks: Sequence[Example]) -> list[Event]:
    """What an app with these talks hears: one in five of what is wrong."""
    events: list[Event] = []
    masker = replace(masker_for(), recognizer=scored, audit=events.append)
    for row in talks:
        masker.mask(row.text, masker.registry("s"))
        for entity in masker.entities(row.text):
            spans = [(label.start, label.end) for label in row.labels]
            if (entity.start, entity.end) not in spans and chance.random() < 0.2:
                masker.feedback.false_positive(entity, text=row.text)
        for label in row.labels:
            word = row.text[label.start : label.end]
            if word.startswith("account-new") and chance.random() < 0.2:
                masker.feedback.missed(label.type, value=word)
    return events


@pytest.mark.parametrize("seed", range(5))
def test_after_a_drift_the_proposal_is_better(seed: int) -> None:
    """F2 on text kept aside rises, and its interval excludes 0."""
    chance = random.Random(seed)  # noqa: S311
    rows = [talk(chance, drift=0.7) for _ in range(700)]
    events = reported(chance, rows[:300])
    fitted = refit(
        events, scored, rows[300:500], rows[500:], thresholds={}, default=0.35
    )

    assert fitted.thresholds == {"ACCOUNT": 0.2, "PHONE": 0.5}
    gain, low, high = fitted.gain
    assert 0 < low <= gain <= high
    assert fitted.after.total.leaked.count < fitted.before.total.leaked.count
    assert fitted.before.total.f2 and fitted.after.total.f2
    assert fitted.after.total.f2 - fitted.before.total.f2 == pytest.approx(gain)
    assert "F2 changes by +" in str(fitted)


def test_without_a_drift_nothing_is_proposed() -> None:
    """Nor after a few reports, nor after many of one value."""
    chance = random.Random(1)  # noqa: S311
    rows = [talk(chance, drift=0.0) for _ in range(300)]
    same = [Judged("false_positive", "PHONE", bin=7, value="0" * 16)] * 500
    few = [Judged("missed", "ACCOUNT")] * 4
    for events in (reported(chance, rows[:100]), same, few):
        fitted = refit(
            events, scored, rows[100:200], rows[200:], thresholds={}, default=0.35
        )
        assert fitted.thresholds == {}
        assert fitted.gain == (0.0, 0.0, 0.0)


def test_reports_of_somebody_who_wants_leaks_are_seen_in_the_report() -> None:
    """The proposal is nothing but that: the table says what it would cost."""
    chance = random.Random(2)  # noqa: S311
    rows = [talk(chance, drift=0.0) for _ in range(300)]
    counts = {7: 100, 9: 50}
    entities = [Counted("PHONE", "placeholder", *each) for each in counts.items()]
    masked: list[Event] = [Masked(1, 1, 1, tuple(entities))]
    lies = [Judged("false_positive", "PHONE", bin=7) for _ in range(99)]
    fitted = refit(
        [*masked, *lies], scored, rows[:100], rows[100:], thresholds={}, default=0.35
    )

    assert fitted.thresholds["PHONE"] > 0.7
    assert fitted.gain[2] < 0
    assert fitted.after.total.leaked.count > fitted.before.total.leaked.count


def test_what_is_fitted_to_is_not_kept_aside() -> None:
    """Else the gain would be a promise and no measurement."""
    rows = [talk(random.Random(1), drift=0.0)]  # noqa: S311
    with pytest.raises(ExamplesError):
        refit([], scored, rows, rows, thresholds={}, default=0.35)
    with pytest.raises(ExamplesError):
        refit([], scored, rows, [], thresholds={}, default=0.35)
