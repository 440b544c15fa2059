"""How good a model is on labelled text: F of whole spans, leaks, calibration."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from piimask_core.entities import Entity
from piimask_core.recognizers.names import BALANCED, TYPES, entities_in
from piimask_core.recognizers.names_model import Model

from .corpus import Message

SHORT = {"PERSON": "PER", "LOCATION": "LOC", "ORGANIZATION": "ORG"}


Pairs = Sequence[tuple[Message, Sequence[Entity]]]
"""Messages, and all that was found in each, whatever it scores."""


def found(model: Model, messages: Iterable[Message]) -> Pairs:
    """What the model finds in each message."""
    return [(m, list(entities_in(model, m.text))) for m in messages]


def calibrated(
    held: Sequence[tuple[Model, Sequence[Message]]],
) -> tuple[float, float, float]:
    """The temperature, slope and shift by which the scores of models are chances."""
    best = (float("inf"), (25.0, 1.0, 0.0))
    for temperature in (8.0, 12.0, 16.0, 22.0, 30.0):
        pairs = [
            pair
            for model, rows in held
            for message, entities in found(
                replace(model, calibration=(temperature, 1.0, 0.0)), rows
            )
            for pair in _judged(entities, message)
        ]
        slope, shift, loss = _logistic(pairs)
        missed = sum(len(m.spans) for _, rows in held for m in rows)
        missed -= sum(right for _, right in pairs)
        best = min(best, (loss + 3 * missed, (temperature, slope, shift)))
    return best[1]


def _judged(entities: Iterable[Entity], message: Message) -> list[tuple[float, bool]]:
    """(score, whether it overlaps an entity)."""
    return [
        (e.score, any(s < e.end and e.start < end for s, end, _ in message.spans))
        for e in entities
    ]


def _logistic(pairs: Sequence[tuple[float, bool]]) -> tuple[float, float, float]:
    """Slope and shift of log odds, by Newton's method, and the log loss."""
    scores = np.clip([p for p, _ in pairs], 1e-6, 1 - 1e-6)
    right = np.array([r for _, r in pairs], float)
    x = np.stack([np.log(scores / (1 - scores)), np.ones(len(pairs))])
    w = np.array([1.0, 0.0])
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(w @ x, -30, 30)))
        hessian = (x * (p * (1 - p) + 1e-9)) @ x.T + np.eye(2)
        w = w + np.linalg.solve(hessian, x @ (right - p) - 0.01 * w)
    p = np.clip(1 / (1 + np.exp(-np.clip(w @ x, -30, 30))), 1e-9, 1 - 1e-9)
    loss = -float((right * np.log(p) + (1 - right) * np.log(1 - p)).sum())
    return float(w[0]), float(w[1]), loss


def f_score(pairs: Pairs, threshold: float) -> dict[str, tuple[float, float, float]]:
    """Precision, recall and F of spans found exactly, by type and of all."""
    count: Counter[tuple[str, str]] = Counter()
    for message, entities in pairs:
        kept = [e for e in entities if e.score >= threshold]
        mine = {(e.start, e.end, SHORT[e.type]) for e in kept}
        for kind, spans in (
            ("found", mine),
            ("true", set(message.spans)),
            ("both", mine & set(message.spans)),
        ):
            for span in spans:
                count[kind, span[2]] += 1
                count[kind, "all"] += 1
    figures = {}
    for label in ("PER", "LOC", "ORG", "all"):
        precision = count["both", label] / max(1, count["found", label])
        recall = count["both", label] / max(1, count["true", label])
        both = precision + recall
        f = 2 * precision * recall / both if both else 0.0
        figures[label] = (precision, recall, f)
    return figures


def leaked(pairs: Pairs, threshold: float) -> float:
    """Share of names of which a word of three or more letters is left uncovered."""
    total = lost = 0
    for message, entities in pairs:
        kept = [e for e in entities if e.score >= threshold]
        for start, end, label in message.spans:
            if label != "PER":
                continue
            bare = [
                c if not any(e.start <= start + at < e.end for e in kept) else " "
                for at, c in enumerate(message.text[start:end])
            ]
            total += 1
            lost += any(len(w.strip(".,'")) > 2 for w in "".join(bare).split())
    return lost / max(1, total)


def bins(pairs: Pairs, count: int = 6) -> list[tuple[float, float, int]]:
    """For bins of the score: its mean, the share that is right, how many."""
    judged = [p for m, e in pairs for p in _judged(e, m)]
    rows = []
    for at in range(count):
        low, high = at / count, (at + 1) / count + (at == count - 1)
        here = [(p, r) for p, r in judged if low <= p < high]
        if here:
            mean = sum(p for p, _ in here) / len(here)
            rows.append((mean, sum(r for _, r in here) / len(here), len(here)))
    return rows


def alarms(pairs: Pairs, threshold: float) -> tuple[float, float]:
    """Share of messages without entities where one is found; where a PERSON is."""
    clean = [entities for message, entities in pairs if not message.spans]
    kept = [[e.type for e in each if e.score >= threshold] for each in clean]
    total = max(1, len(kept))
    return sum(map(bool, kept)) / total, sum("PERSON" in k for k in kept) / total


def report(name: str, pairs: Pairs, say: Callable[..., None]) -> None:
    """Prints the figures of a set."""
    for threshold in (0.2, BALANCED, 0.5):
        scores = f_score(pairs, threshold)
        say(
            f"{name} at {threshold}: leaked PERSON {leaked(pairs, threshold):.3f},",
            "false alarms {:.3f} (PERSON {:.3f});".format(*alarms(pairs, threshold)),
            "; ".join(
                f"{label} P {p:.3f} R {r:.3f} F {f:.3f}"
                for label, (p, r, f) in scores.items()
            ),
        )
    rows = bins(pairs)
    error = sum(abs(a - b) * n for a, b, n in rows) / max(1, sum(n for *_, n in rows))
    say(
        f"{name} calibration error {error:.3f}:",
        " ".join(f"{a:.2f}->{b:.2f} ({n})" for a, b, n in rows),
    )


assert set(SHORT) == set(TYPES)  # noqa: S101
