"""Which thresholds fit what was reported? Rates by type, and a proposal to look at.

A type that was reported often is judged anew: above its threshold by what the audit log
says was masked, of which at least what was reported, or is wrong in labelled text, was
wrong; below it, where nobody can see, by labelled text. The proposal is
measured on other labelled text, before and after. Nothing is changed by it.

Whoever can report can push a threshold: the same value counts once, a type with few
reports stays as it is, and the report shows what would leak more.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from random import Random

from .audit import Event, Judged, Masked
from .entities import Entity, Recognizer, label_of
from .errors import ExamplesError
from .evaluate import Example, Report, Share, evaluate, share
from .tally import score_bin

LEAST = 5
"""Reports below which a type stays as it is."""
_RESAMPLES = 400

Thresholds = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Rates:
    """Of a type: what was reported of what was masked. Reports are few: true rates
    are higher."""

    false_positive: Share
    wrong_type: Share
    missed: Share


@dataclass(frozen=True, slots=True)
class Refit:
    """A proposal, and what it would do on text that it was not fitted to.

    ``gain``: by how much F2 rises, with its 95 % interval.
    """

    thresholds: Thresholds
    before: Report
    after: Report
    gain: tuple[float, float, float]

    def __str__(self) -> str:
        gain, low, high = self.gain
        cuts = [f"| {label} | {cut:.2f} |" for label, cut in self.thresholds.items()]
        return "\n".join(
            [
                *("| type | threshold |", "|---|---|", *cuts, ""),
                *("Before:", "", self.before.table(), ""),
                *("After:", "", self.after.table(), ""),
                f"F2 changes by {gain:+.3f} [{low:+.3f}, {high:+.3f}].",
            ]
        )


def rates(events: Iterable[Event]) -> dict[str, Rates]:
    """Label -> rates, for each type that was masked or reported."""
    seen = _seen(events)
    labels = sorted({*seen.masked, *seen.wrong, *seen.other, *seen.missed})
    return {label: _rates(seen, label) for label in labels}


def refit(
    events: Iterable[Event],
    recognizer: Recognizer,
    examples: Sequence[Example],
    aside: Sequence[Example],
    *,
    thresholds: Thresholds,
    default: float,
    least: int = LEAST,
) -> Refit:
    """Thresholds by label, fitted to reports and ``examples``, measured on ``aside``.

    ``recognizer`` gives everything it finds, whatever the score. ``thresholds`` and
    ``default`` are those that hold now. Raises ExamplesError where either set of
    examples is empty, or one is in both.
    """
    if {row.text for row in examples} & {row.text for row in aside}:
        raise ExamplesError("An example is in both sets: nothing would be kept aside.")
    now = {label_of(type): cut for type, cut in thresholds.items()}
    seen = _seen(events)
    below = _labelled(recognizer, examples)
    fitted = dict(now)
    for label in sorted({*seen.wrong, *seen.missed}):
        if sum(seen.wrong[label].values()) + seen.missed[label] >= least:
            cut = _fitted(label, seen, below, now.get(label, default))
            if cut != now.get(label, default):
                fitted[label] = cut
    old = thresholded(recognizer, now, default)
    new = thresholded(recognizer, fitted, default)
    return Refit(
        fitted,
        evaluate(old, aside, threshold=0),
        evaluate(new, aside, threshold=0),
        _gain(old, new, aside),
    )


def thresholded(
    recognizer: Recognizer, thresholds: Thresholds, default: float
) -> Recognizer:
    """Lets go what scores below its label's threshold."""

    def recognize(text: str) -> Sequence[Entity]:
        return [
            entity
            for entity in recognizer(text)
            if not entity.score < thresholds.get(label_of(entity.type), default)
        ]

    return recognize


# --- What the log and the labelled text say -----------------------------------------

_Bins = defaultdict[str, Counter[int]]


def _bins() -> _Bins:
    return defaultdict(Counter)


@dataclass(slots=True)
class _Seen:
    """By label, and by score bin: masked, reported as no data; and the others."""

    masked: _Bins = field(default_factory=_bins)
    wrong: _Bins = field(default_factory=_bins)
    other: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)


def _seen(events: Iterable[Event]) -> _Seen:
    seen, known = _Seen(), set()
    for event in events:
        if isinstance(event, Masked):
            for each in event.entities:
                if each.operator != "keep" and each.bin is not None:
                    seen.masked[each.type][each.bin] += each.count
        elif isinstance(event, Judged):
            key = event.verdict, event.type, event.value
            if event.value and key in known:
                continue
            known.add(key)
            if event.verdict == "missed":
                seen.missed[event.type] += 1
            elif event.verdict == "wrong_type":
                seen.other[event.type] += 1
            elif event.bin is not None:
                seen.wrong[event.type][event.bin] += 1
    return seen


def _rates(seen: _Seen, label: str) -> Rates:
    masked = sum(seen.masked[label].values())
    wrong = min(sum(seen.wrong[label].values()), masked)
    other, missed = min(seen.other[label], masked), seen.missed[label]
    true = masked - wrong + missed
    return Rates(_share(wrong, masked), _share(other, masked), _share(missed, true))


def _share(count: int, of: int) -> Share:
    return share([(1, 1)] * count + [(0, 1)] * (of - count))


@dataclass(slots=True)
class _Labelled:
    """By label: found rightly and wrongly at which score, and labels never found."""

    right: _Bins = field(default_factory=_bins)
    wrong: _Bins = field(default_factory=_bins)
    never: Counter[str] = field(default_factory=Counter)


def _labelled(recognizer: Recognizer, examples: Sequence[Example]) -> _Labelled:
    told = _Labelled()
    for row in examples:
        found = recognizer(row.text)
        for entity in found:
            if not any(_touch(entity, label) for label in row.labels):
                told.wrong[label_of(entity.type)][score_bin(entity.score)] += 1
        for label in row.labels:
            near = [entity for entity in found if _touch(entity, label)]
            if near:
                best = max(near, key=lambda e: e.score)
                told.right[label_of(best.type)][score_bin(best.score)] += 1
            else:
                told.never[label_of(label.type)] += 1
    return told


def _touch(one: Entity, other: Entity) -> bool:
    return one.start < other.end and other.start < one.end


# --- Fitting ------------------------------------------------------------------------


def _fitted(label: str, seen: _Seen, told: _Labelled, now: float) -> float:
    """The threshold with the best F2; the present one unless another is better."""
    first = score_bin(now)  # the lowest that can be seen
    masked = seen.masked[label]
    high = range(first, 11)
    labelled = sum(told.right[label][b] + told.wrong[label][b] for b in high)
    scale = sum(masked[b] for b in high) / labelled if labelled else 1.0
    false = {b: masked[b] * _wrong(b, label, seen, told) for b in high}
    true = {b: masked[b] - false[b] for b in high}
    low = range(first)
    unseen = scale * (sum(told.right[label][b] for b in low) + told.never[label])
    more = max(1.0, seen.missed[label] / unseen) if unseen else 1.0
    for b in low:
        true[b] = told.right[label][b] * scale * more
        false[b] = told.wrong[label][b] * scale
    all_true = sum(true.values()) + max(unseen * more, seen.missed[label])
    all_true -= sum(true[b] for b in low)

    def f2(cut: int) -> float:
        right = sum(true[b] for b in range(cut, 11))
        found = right + sum(false[b] for b in range(cut, 11))
        return 5 * right / (4 * all_true + found) if all_true + found else 0.0

    cuts = sorted(range(11), key=lambda cut: (-f2(cut), abs(cut - now * 10), cut))
    return now if f2(cuts[0]) <= f2(first) else cuts[0] / 10


def _wrong(bin: int, label: str, seen: _Seen, told: _Labelled) -> float:
    """The share that is no data: not everybody reports, so it is at least that."""
    masked, wrong = seen.masked[label][bin], seen.wrong[label][bin]
    reported = min(wrong / masked, 1.0) if masked else 0.0
    of = told.right[label][bin] + told.wrong[label][bin]
    return max(reported, told.wrong[label][bin] / of if of else 0.0)


def _gain(
    old: Recognizer, new: Recognizer, aside: Sequence[Example]
) -> tuple[float, float, float]:
    """The difference in F2, by a bootstrap over the examples, the same each time."""
    judged = sorted({label.type for row in aside for label in row.labels})
    pairs = [(_counts(old, row, judged), _counts(new, row, judged)) for row in aside]

    def difference(rows: Sequence[tuple[_Counts, _Counts]]) -> float:
        return _f2([b for _, b in rows]) - _f2([a for a, _ in rows])

    chance = Random(0)  # noqa: S311 - nobody must guess these
    drawn = sorted(
        difference(chance.choices(pairs, k=len(pairs))) for _ in range(_RESAMPLES)
    )
    cut = ceil(_RESAMPLES * 0.025)
    return difference(pairs), drawn[cut - 1], drawn[-cut]


_Counts = tuple[int, int, int, int]


def _counts(recognizer: Recognizer, row: Example, judged: Sequence[str]) -> _Counts:
    total = evaluate(recognizer, [row], threshold=0, only_types=judged).total
    recall, precision = total.recall, total.precision
    return recall.count, recall.of, precision.count, precision.of


def _f2(rows: Sequence[_Counts]) -> float:
    found, labelled, right, said = (sum(row[n] for row in rows) for n in range(4))
    if not found or not right:
        return 0.0
    recall, precision = found / labelled, right / said
    return 5 * precision * recall / (4 * precision + recall)
