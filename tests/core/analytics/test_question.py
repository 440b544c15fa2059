"""A question is checked, its cells are fixed, and no conversation adds too much."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from piimask_core.analytics import Question
from piimask_core.analytics.question import TYPES
from piimask_core.audit import Counted, Event, Masked, NotRestored
from piimask_core.errors import BudgetError

DAY = 1_767_225_600.0  # 2026-01-01, the first second of it
DAYS = ("2026-01-01", "2026-01-03")


def asking(**settings: Any) -> Question:
    return Question(**{"by": "type", "days": DAYS, "epsilon": 1.0, **settings})


def masked(
    session: int = 1, counts: Mapping[str, int] | None = None, *, at: float = DAY
) -> Masked:
    """A text of a conversation with so many entities of each type."""
    counts = {"EMAIL": 1} if counts is None else counts
    entities = tuple(Counted(t, "placeholder", 8, n) for t, n in counts.items())
    return Masked(1, 1, 9, entities, at=at, session=f"{session:016x}")


@pytest.mark.parametrize(
    "settings",
    [
        {"epsilon": 0},
        {"epsilon": -1},
        {"epsilon": float("nan")},
        {"epsilon": float("inf")},
        {"epsilon": -float("inf")},
        {"epsilon": 10**400},
        {"epsilon": 5e-324},
        {"epsilon": True},
        {"epsilon": "1"},
        {"epsilon": None},
        {"epsilon": 1j},
        {"by": "person"},
        {"by": ""},
        {"most": 0},
        {"most": -1},
        {"most": 1.5},
        {"most": True},
        {"cells": 0},
        {"cells": 10**7},
        {"min_count": 0},
        {"types": ()},
        {"types": ("jane@example.com",)},
        {"days": ("2026-01-02", "2026-01-01")},
        {"days": ("yesterday", "today")},
        {"days": ("2000-01-01", "2026-01-01")},
        {"days": (None, None)},
    ],
)
def test_what_is_no_question_is_refused(settings: dict[str, Any]) -> None:
    """With an error that does not show what was given."""
    with pytest.raises(BudgetError) as caught:
        asking(**settings)
    assert "jane" not in str(caught.value)


@pytest.mark.parametrize("epsilon", [1e-6, 0.1, 1, 5, 1e6])
def test_a_positive_number_is_an_epsilon(epsilon: float) -> None:
    """Whole ones too."""
    assert asking(epsilon=epsilon).epsilon == epsilon


@pytest.mark.parametrize("by", ["type", "operator", "topic", "day"])
def test_the_cells_do_not_depend_on_the_log(by: str) -> None:
    """Whether one is there would tell of somebody."""
    question = asking(by=by)

    assert list(question.counts([])) == list(question.names)
    assert list(question.counts([masked()])) == list(question.names)


def test_a_type_that_is_not_asked_for_is_not_counted() -> None:
    """Nor are other days and other events."""
    question = asking(types=("EMAIL", "SSN"))
    events: list[Event] = [
        masked(1),
        masked(2, {"PERSON": 3}),
        masked(3, at=DAY - 1),
        masked(4, at=DAY + 3 * 86_400),
        masked(5, at=DAY + 3 * 86_400 - 1),
        NotRestored("EMAIL", "unknown", at=DAY),
    ]

    assert question.counts(events) == {"EMAIL": 2, "SSN": 0}


def test_days_and_operators_are_cells_too() -> None:
    """A day in UTC."""
    events = [masked(1), masked(2, at=DAY + 86_400), masked(2, at=DAY + 86_401)]

    assert asking(by="day").counts(events) == {
        "2026-01-01": 1,
        "2026-01-02": 2,
        "2026-01-03": 0,
    }
    assert asking(by="operator").counts(events)["placeholder"] == 3
    assert asking(by="topic").counts(events)[""] == 3


def test_an_event_of_no_conversation_cannot_be_bounded() -> None:
    """So nothing is counted at all."""
    with pytest.raises(BudgetError):
        asking().counts([Masked(1, 1, 9, masked().entities, at=DAY)])


def logs() -> st.SearchStrategy[list[Masked]]:
    """Logs of several conversations, some of which say a lot."""
    counts = st.dictionaries(st.sampled_from(TYPES), st.integers(0, 50), max_size=12)
    times = st.floats(DAY, DAY + 3 * 86_400 - 1)
    return st.lists(
        st.builds(
            lambda session, counts, at: masked(session, counts, at=at),
            st.integers(1, 5),
            counts,
            times,
        ),
        max_size=12,
    )


def questions() -> Iterator[Question]:
    for by in ("type", "operator", "topic", "day"):
        for most, cells in ((1, 1), (2, 3), (5, 5), (100, 100)):
            yield asking(by=by, most=most, cells=cells)


@given(logs(), st.sampled_from(list(questions())), st.randoms())
def test_one_conversation_changes_the_counts_by_so_much(
    log: list[Masked], question: Question, chance: Any
) -> None:
    """In all cells together, however many events it has and in whatever order."""
    without = [event for event in log if event.session != f"{1:016x}"]
    shuffled = chance.sample(log, len(log))
    whole, less = question.counts(log), question.counts(without)

    assert question.counts(shuffled) == whole
    assert sum(abs(whole[c] - less[c]) for c in whole) <= question.sensitivity


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({"min_count": 3}, True),
        ({"types": tuple(reversed(TYPES))}, True),
        ({"epsilon": 2}, False),
        ({"by": "day"}, False),
        ({"most": 4}, False),
        ({"cells": 4}, False),
        ({"days": ("2026-01-01", "2026-01-02")}, False),
        ({"types": ("EMAIL",)}, False),
    ],
)
def test_the_same_question_has_the_same_key(
    changed: dict[str, Any], same: bool
) -> None:
    """What only says how to show the answer is no other question."""
    assert (asking().key == asking(**changed).key) is same
