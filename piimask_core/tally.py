"""What was masked, in numbers: types, operators and score bins, for the audit."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .audit import Counted
from .entities import Entity, label_of
from .plan import OURS, Change
from .vault import Wanted


class Read(NamedTuple):
    """A text that was new to its session: what was found, and what became of it."""

    found: Sequence[Entity]
    plan: Sequence[Change]


def tally(texts: Iterable[Read]) -> tuple[Counted, ...]:
    """How many entities of each type met which operator, with which score."""
    counts: Counter[tuple[str, str, int | None]] = Counter()
    for text in texts:
        counts.update(_counted(*text))
    return tuple(
        Counted(type, operator, bin, count)
        for (type, operator, bin), count in sorted(
            counts.items(), key=lambda item: (*item[0][:2], item[0][2] or 0)
        )
    )


def score_bin(score: float) -> int:
    """The first decimal place: 0.85 is 8."""
    if not score > 0:  # nor is what is no number
        return 0
    return int(min(score, 1.0) * 10 + 1e-9)


def _counted(
    found: Sequence[Entity], plan: Sequence[Change]
) -> Iterable[tuple[str, str, int | None]]:
    ends = [change.end for change in plan]
    within: list[list[Entity]] = [[] for _ in plan]
    for entity in found:
        at = bisect_right(ends, entity.start)
        if at < len(plan) and plan[at].start < entity.end:
            within[at].append(entity)
        else:
            yield label_of(entity.type), "keep", score_bin(entity.score)
    for change, entities in zip(plan, within, strict=True):
        best = max(entities, key=lambda e: (e.end - e.start, e.score), default=None)
        if isinstance(change.to, Wanted):
            label = label_of(change.to.type)
            same = [e.score for e in entities if label_of(e.type) == label]
            score = max(same, default=best.score if best else None)
            bin = None if score is None else score_bin(score)
            yield label, "reference" if change.to.opaque else "placeholder", bin
        elif best is not None and best.type != OURS:
            operator = "other" if change.to else "strip"
            yield label_of(best.type), operator, score_bin(best.score)
