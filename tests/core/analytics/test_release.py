"""Released figures: paid first, with noise as promised, and nothing small shown."""

import inspect
import json
import math
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest
from core.analytics.test_question import asking, masked

from piimask_core import analytics
from piimask_core.analytics import Figure, Ledger, Released, plot, release
from piimask_core.analytics.release import _measurement, _scale_for, accuracy
from piimask_core.audit import Event
from piimask_core.errors import BudgetError, BudgetSpent

FULL = os.environ.get("PIIMASK_FULL") == "1"
DRAWS = 100_000 if FULL else 20_000


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "budget.db", epsilon=10)


LOG: list[Event] = [masked(n, {"EMAIL": 2, "SSN": 1}) for n in range(400)]


def test_figures_are_near_the_counts(ledger: Ledger) -> None:
    """As near as they say; what is rare is not shown."""
    released = release(asking(epsilon=5, types=("EMAIL", "SSN", "VIN")), LOG, ledger)
    email, ssn, vin = released.figures

    assert email.count is not None and ssn.count is not None
    assert abs(email.count - 800) < 10 * email.accuracy
    assert abs(ssn.count - 400) < 10 * ssn.accuracy
    assert email.share is not None and email.low < email.share < email.high
    assert vin.count is None and vin.share is None
    assert ledger.spent == 5


def test_the_same_question_gets_the_same_answer(tmp_path: Path) -> None:
    """Though the log has grown, after a restart, and for nothing."""
    path = tmp_path / "budget.db"
    first = release(asking(), LOG, Ledger(path, epsilon=1))
    again = release(asking(), LOG * 2, Ledger(path, epsilon=1))

    assert first == again
    with pytest.raises(BudgetSpent):
        release(asking(by="day"), LOG, Ledger(path, epsilon=1))


def test_the_minimum_is_held_against_the_noisy_count(ledger: Ledger) -> None:
    """Against the true one it would tell on which side that is."""
    question = asking(epsilon=0.01, types=("EMAIL",), min_count=1)
    shown = release(question, [], ledger).figures[0].count
    others = [
        release(asking(epsilon=0.01, types=("EMAIL",), min_count=n), [], ledger)
        for n in (1, 10**6)
    ]

    assert others[0].figures[0].count == shown and others[1].figures[0].count is None
    assert ledger.spent == 0.01
    noisy = [
        release(asking(epsilon=0.01, most=n, min_count=1), [], ledger)
        for n in range(1, 9)
    ]
    assert any(f.count is not None for each in noisy for f in each.figures)


def test_no_count_is_below_zero(ledger: Ledger) -> None:
    """Those that would be are not shown."""
    for most in range(1, 20):
        question = asking(epsilon=0.01, most=most, min_count=1)
        for figure in release(question, [], ledger).figures:
            assert figure.count is None or figure.count > 0
            assert 0 <= figure.low <= figure.high <= 1


def test_nothing_has_a_seed() -> None:
    """Whoever knows the noise knows the count."""
    for name in dir(analytics):
        thing = getattr(analytics, name)
        if callable(thing):
            names = inspect.signature(thing).parameters
            assert not [each for each in names if "seed" in each or "random" in each]


# The noise


def probability(k: int, scale: float) -> float:
    """Of the discrete Laplace distribution."""
    ratio = math.exp(-1 / scale)
    return (1 - ratio) / (1 + ratio) * math.exp(-abs(k) / scale)


def chi_square_p(statistic: float, freedom: int) -> float:
    """The upper tail, by Wilson and Hilferty's approximation."""
    spread = 2 / (9 * freedom)
    z = ((statistic / freedom) ** (1 / 3) - (1 - spread)) / math.sqrt(spread)
    return math.erfc(z / math.sqrt(2)) / 2


def draws(scale: float, value: int = 0) -> list[int]:
    noisy = _measurement(scale, DRAWS)([value] * DRAWS)
    return list(noisy)


@pytest.mark.parametrize(("sensitivity", "epsilon"), [(1, 1.0), (5, 2.0), (25, 0.5)])
def test_the_noise_is_the_discrete_laplace(sensitivity: int, epsilon: float) -> None:
    """A chi-square over bins in which enough is expected; another scale is seen."""
    scale = _scale_for(sensitivity, epsilon)
    seen = Counter(draws(scale))

    assert fit(seen, scale) > 1e-6
    assert fit(seen, scale * 1.2) < 1e-6


def fit(seen: Counter[int], scale: float) -> float:
    """How probable draws that fit as badly are."""
    reach = next(k for k in range(10_000) if DRAWS * probability(k, scale) < 20)
    expected = {k: DRAWS * probability(k, scale) for k in range(-reach, reach + 1)}
    rest = DRAWS - sum(expected.values())
    observed_rest = DRAWS - sum(seen[k] for k in expected)
    statistic = sum((seen[k] - e) ** 2 / e for k, e in expected.items())
    statistic += (observed_rest - rest) ** 2 / max(rest, 1)
    return chi_square_p(statistic, len(expected))


@pytest.mark.parametrize("scale", [0.2, 1.0, 10.0, 50.0, 1e15])
def test_the_accuracy_is_the_smallest_that_holds(scale: float) -> None:
    """By the distribution itself: at most one in twenty is further away."""
    within = accuracy(scale)
    ratio = math.exp(-1 / scale)

    def beyond(a: int) -> float:
        return 2 * math.exp(-(a + 1) / scale) / (1 + ratio)

    assert beyond(within) <= 0.05 * (1 + 1e-9)
    assert within == 0 or beyond(within - 1) > 0.05 * (1 - 1e-9)


@pytest.mark.parametrize("epsilon", [0.3, 1.0])
def test_neighbours_cannot_be_told_apart_by_more_than_epsilon(epsilon: float) -> None:
    """For each answer: with and without a conversation that says all it may."""
    question = asking(types=("EMAIL",), epsilon=epsilon, most=3)
    without = question.counts(LOG[:20])
    talks = [masked(999, {"EMAIL": 50}), masked(999, {"EMAIL": 50})]
    with_it = question.counts([*LOG[:20], *talks])
    scale = _scale_for(question.sensitivity, epsilon)
    one = Counter(draws(scale, without["EMAIL"]))
    other = Counter(draws(scale, with_it["EMAIL"]))

    assert with_it["EMAIL"] - without["EMAIL"] == question.sensitivity == 3
    compared = [k for k in one | other if one[k] + other[k] > DRAWS / 200]
    assert len(compared) > 5
    worst = 0.0
    for k in compared:
        a, b = one[k] + 0.5, other[k] + 0.5
        slack = 6 * math.sqrt(1 / a + 1 / b)  # for so many draws
        assert abs(math.log(a / b)) <= epsilon + slack
        worst = max(worst, abs(math.log(a / b)))
    assert worst > epsilon / 2  # and there is something to tell


@pytest.mark.parametrize("epsilon", [1e-6, 0.1, 1 / 3, 1.0, 7.0])
@pytest.mark.parametrize("sensitivity", [1, 25, 5_000])
def test_the_noise_costs_no_more_than_is_paid(sensitivity: int, epsilon: float) -> None:
    """By OpenDP's own account."""
    measurement = _measurement(_scale_for(sensitivity, epsilon), 3)

    assert epsilon * 0.999 < measurement.map(sensitivity) <= epsilon


def test_shares_hold_in_nearly_all_cases(tmp_path: Path) -> None:
    """The interval has the true share at least as often as it says."""
    ledger = Ledger(tmp_path / "b.db", epsilon=1_000)
    true = {"EMAIL": 5 / 8, "PHONE": 0.0, "SSN": 3 / 8}
    log: list[Event] = [masked(n, {"EMAIL": 5, "SSN": 3}) for n in range(60)]
    right, of = 0, 0
    for most in range(5, 65):
        question = asking(most=most, cells=2, types=tuple(true), epsilon=3)
        for figure in release(question, log, ledger).figures:
            right += figure.low <= true[figure.name] <= figure.high
            of += 1

    assert right >= 0.9 * of


# What it needs, and the picture


def test_a_ledger_of_something_else_gives_no_figures(ledger: Ledger) -> None:
    """An answer that does not fit the question is none."""
    question = asking()
    ledger.answer(question.key, 1.0, lambda: json.dumps({"EMAIL": 3}))

    with pytest.raises(BudgetError):
        release(question, [], ledger)


def test_opendp_is_loaded_when_a_figure_is_drawn() -> None:
    """Not with the package, and not to ask what is left."""
    code = "import sys, piimask_core.analytics; print('opendp' in sys.modules)"
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"


def test_the_plot_shows_what_was_released_and_no_more() -> None:
    """Well-formed, with the accuracy, and without a count that is too small."""
    figures = (
        Figure("EMAIL", 120, 9, 0.8, 0.7, 0.9),
        Figure("VIN", None, 9, None, 0.0, 1.0),
    )
    drawn = plot(Released(asking(types=("EMAIL", "VIN")), figures))

    assert ElementTree.fromstring(drawn).tag.endswith("svg")  # noqa: S314 - our own
    assert "120 &#177; 9" in drawn and "too few to show" in drawn
    assert drawn.count("<rect") == 1
    assert "<script" not in drawn


def test_a_plot_of_nothing_is_still_a_picture() -> None:
    """Where all counts are too small."""
    figures = (Figure("VIN", None, 9, None, 0.0, 1.0),)
    drawn = plot(Released(asking(types=("VIN",)), figures))

    assert ElementTree.fromstring(drawn).tag.endswith("svg")  # noqa: S314 - our own
