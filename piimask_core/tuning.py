"""From which score on is something an entity? By type, tuned for recall or precision.

Where a vendor keeps what it is sent, a miss may be a breach: tune for recall. Where it
keeps nothing, what is masked for nothing costs more: tune for precision.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from .entities import label_of
from .errors import InputError


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The least score of an entity, by the label of its type."""

    default: float
    labels: Mapping[str, float]

    def of(self, type: str) -> float:
        """The least score for this type."""
        return self.labels.get(label_of(type), self.default)


TUNINGS: Mapping[str, Thresholds] = {
    "recall": Thresholds(0.3, {"PERSON": 0.2, "LOCATION": 0.2, "ORG": 0.2}),
    "balanced": Thresholds(0.35, {}),
    "precision": Thresholds(
        0.5, {"PERSON": 0.6, "LOCATION": 0.6, "ORG": 0.6, "DATE": 0.6}
    ),
}

BALANCED = TUNINGS["balanced"].default

_DAYS = re.compile(r"days:[1-9]\d{0,4}")


def tuning_for(vendor_retention: str | None) -> str:
    """The tuning that goes with what a vendor keeps: "zero", "days:30", "unknown".

    None, where nobody has said anything: balanced. Raises InputError for another text.
    """
    if vendor_retention is None:
        return "balanced"
    if vendor_retention == "zero":
        return "precision"
    if vendor_retention == "unknown" or _DAYS.fullmatch(vendor_retention):
        return "recall"
    raise InputError('vendor_retention is "zero", "unknown" or "days:" and a number.')


def thresholds(
    tuning: str,
    threshold: float | Mapping[str, float] | None,
    asked: Mapping[str, float],
) -> Thresholds:
    """The thresholds of a tuning.

    ``threshold`` wins over them: one for all types, or by type. ``asked`` is what a
    profile must see to decide about it: it lowers, and never raises. Raises InputError
    where one is no number from 0 to 1.
    """
    if tuning not in TUNINGS:
        raise InputError(f"tuning is one of {', '.join(TUNINGS)}.")
    default, by_type = TUNINGS[tuning].default, dict(TUNINGS[tuning].labels)
    if isinstance(threshold, Mapping):
        by_type |= {label_of(type): least for type, least in threshold.items()}
    elif threshold is not None:
        default, by_type = threshold, {}
    for least in (default, *by_type.values()):
        if not (isinstance(least, int | float) and 0 <= least <= 1):
            raise InputError("A threshold is a number from 0 to 1.")
    for type, least in asked.items():
        label = label_of(type)
        by_type[label] = min(by_type.get(label, default), least)
    return Thresholds(default, by_type)
