"""Which figures may be told? Counts with noise by OpenDP, paid from a ledger.

The noise is the discrete Laplace distribution. What follows from released counts costs
nothing: shares, the accuracy, and that small counts are not shown.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from math import ceil, exp, inf, log, nextafter
from typing import Any

from ..audit import Event
from ..errors import BudgetError
from .ledger import Ledger
from .question import Question

_ALPHA = 0.05


@dataclass(frozen=True, slots=True)
class Figure:
    """A released count and its share of all that were released.

    In 95 of 100 cases the true one, bounded as the question says, is at most
    ``accuracy`` away from ``count``, and its share is between ``low`` and ``high``.
    Both are None where the count is under the question's minimum.
    """

    name: str
    count: int | None
    accuracy: int
    share: float | None
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Released:
    """The answer to a question: figures that may be told to anybody."""

    question: Question
    figures: tuple[Figure, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self)


def release(question: Question, events: Iterable[Event], ledger: Ledger) -> Released:
    """Ask once and pay, or get what was released when it was asked before.

    The log is read only where the answer is new. Raises BudgetError, BudgetSpent where
    too little is left, AuditLogError; none of them costs anything.
    """

    def make() -> str:
        counts = question.counts(events)
        noise = _measurement(_scale(question), len(question.names))
        noisy = noise([counts[name] for name in question.names])
        return json.dumps(dict(zip(question.names, noisy, strict=True)))

    answer = ledger.answer(question.key, question.epsilon, make)
    return Released(question, tuple(_figures(question, json.loads(answer))))


def _scale(question: Question) -> float:
    """Of the noise, so that it costs no more than is paid."""
    return _scale_for(question.sensitivity, question.epsilon)


@lru_cache(maxsize=256)
def _scale_for(sensitivity: int, epsilon: float) -> float:
    limit = nextafter(epsilon, 0)
    scale = sensitivity / limit
    while _measurement(scale, 1).map(sensitivity) > limit:
        scale = nextafter(scale * (1 + 1e-12), inf)
    return scale


@lru_cache(maxsize=256)
def _measurement(scale: float, size: int) -> Any:
    """OpenDP's, which is imported when it is first needed: that takes seconds."""
    try:
        import opendp.prelude as dp
    except ImportError:
        raise ImportError(
            "Figures need OpenDP: pip install 'llm-piimask[analytics]'"
        ) from None
    dp.enable_features("contrib")
    domain = dp.vector_domain(dp.atom_domain(T="i64"), size=size)
    return dp.m.make_laplace(domain, dp.l1_distance(T="i64"), scale=scale)


def accuracy(scale: float, alpha: float = _ALPHA) -> int:
    """The smallest a with P(|noise| > a) <= alpha, for the discrete Laplace.

    Which is 2 r^(a+1) / (1 + r), with r = exp(-1/scale).
    """
    tail = log(alpha * (1 + exp(-1 / scale)) / 2)
    return max(ceil(-tail * scale) - 1, 0)


def _figures(question: Question, counts: Mapping[str, int]) -> Iterable[Figure]:
    if list(counts) != list(question.names):
        raise BudgetError("The ledger's answer is to another question.")
    scale = _scale(question)
    within = accuracy(scale)
    total = sum(counts.values())
    apart, sums = accuracy(scale, _ALPHA / 2), _sum_accuracy(scale, len(counts))
    for name, noisy in counts.items():
        if noisy < question.min_count:
            yield Figure(name, None, within, None, 0.0, 1.0)
            continue
        low, high = 0.0, 1.0
        if total - sums > 0:
            low = min(max((noisy - apart) / (total + sums), 0.0), 1.0)
            high = min(max((noisy + apart) / (total - sums), 0.0), 1.0)
        share = min(noisy / total, 1.0) if total > 0 else None
        yield Figure(name, noisy, within, share, low, high)


def _sum_accuracy(scale: float, size: int) -> float:
    """Within which the noise of a sum stays in 97.5 of 100 cases, by Chernoff's bound.

    For t < 1/scale the noise's moment generating function is at most
    1 / (1 - (t * scale)^2) per count, as that of the continuous Laplace.
    """
    tail = log(2 / (_ALPHA / 2))
    steps = [step / 100 for step in range(1, 100)]  # of t * scale
    return min((tail - size * log(1 - x * x)) * scale / x for x in steps)
