"""What is asked about a log, and how much one conversation may add to the answer?

The cells of a question are known before the log is read: that a cell is there tells
nothing. A conversation adds at most ``most`` to a cell and adds to at most ``cells`` of
them, so without it the counts differ by at most ``most * cells`` in all.
"""

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from math import isfinite
from typing import Literal

from ..audit import OPERATORS, TOPICS, Event, Masked
from ..entities import ALIASES
from ..errors import BudgetError

By = Literal["type", "operator", "topic", "day"]

TYPES = tuple(sorted(set(ALIASES.values()) - {"LITERAL"}))
LEAST = 1e-6
_NAME = re.compile(r"[A-Z]+(?:_[A-Z]+)*")
_DAYS = 3_660


@dataclass(frozen=True, kw_only=True)
class _Bounds:
    most: int = 5
    cells: int = 5
    min_count: int = 10


@dataclass(frozen=True)
class Question(_Bounds):
    """How many entities were there, by type, operator, topic or day?

    Args:
        by: What each figure is for.
        days: The first and the last day (UTC), as in "2026-01-31".
        epsilon: What the answer costs: the smaller, the less it tells of anybody.
        types: The types to count; the built-in ones unless given.
        most: What a conversation may add to a cell.
        cells: To how many cells it may add.
        min_count: Released counts below it are not shown.

    Raises BudgetError where that is no question.
    """

    by: By
    days: tuple[str, str]
    epsilon: float
    types: Sequence[str] = TYPES

    def __post_init__(self) -> None:
        if self.by not in ("type", "operator", "topic", "day"):
            raise BudgetError("A question is by type, operator, topic or day.")
        object.__setattr__(self, "epsilon", positive(self.epsilon))
        for name in ("most", "cells", "min_count"):
            number = getattr(self, name)
            if type(number) is not int or not 0 < number <= 10**6:
                raise BudgetError(f"{name} is a whole number from 1 to 1,000,000.")
        types = tuple(sorted(set(self.types)))
        if not types or not all(map(_NAME.fullmatch, types)):
            raise BudgetError("types are labels, such as EMAIL.")
        object.__setattr__(self, "types", types)
        first, last = (_day(each) for each in self.days)
        if not 0 <= (last - first).days < _DAYS:
            raise BudgetError("days are the first and the last, in this order.")
        object.__setattr__(self, "days", (str(first), str(last)))

    @property
    def names(self) -> Sequence[str]:
        """The cells, whatever the log says."""
        if self.by == "type":
            return self.types
        if self.by == "operator":
            return OPERATORS
        if self.by == "topic":
            return TOPICS
        first, last = map(_day, self.days)
        return [str(first + timedelta(n)) for n in range((last - first).days + 1)]

    @property
    def sensitivity(self) -> int:
        """By how much the counts can differ, in all, for one conversation."""
        return self.most * min(self.cells, len(self.names))

    @property
    def key(self) -> str:
        """The same for the same question, whatever it is allowed to show."""
        asked = asdict(replace(self, min_count=1))
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()

    def counts(self, events: Iterable[Event]) -> dict[str, int]:
        """The true counts, bounded; never to be shown. Receipts and such are left out.

        Raises BudgetError for an event that says of no conversation: it could not be
        bounded.
        """
        names = self.names
        known = frozenset(names)
        first, last = self.days
        added: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for event in events:
            if not isinstance(event, Masked) or not event.entities:
                continue
            day = _day_of(event.at)
            if not first <= day <= last:
                continue
            if not event.session:
                raise BudgetError("An event says of no conversation.")
            own = added[f"{event.tenant}{event.session}"]
            for each in event.entities:
                cell = {
                    "type": each.type,
                    "operator": each.operator,
                    "topic": event.topic,
                    "day": day,
                }[self.by]
                if each.type in self.types and cell in known:
                    own[cell] += each.count
        counts = dict.fromkeys(names, 0)
        for session, own in added.items():
            for cell, count in self._bounded(session, own).items():
                counts[cell] += count
        return counts

    def _bounded(self, session: str, own: Mapping[str, int]) -> dict[str, int]:
        """Which cells stay depends on this conversation alone, and on no order."""
        kept = sorted(
            own, key=lambda cell: hashlib.sha256(f"{session}{cell}".encode()).digest()
        )
        return {cell: min(own[cell], self.most) for cell in kept[: self.cells]}


def positive(epsilon: object) -> float:
    """A number that can be paid. Raises BudgetError for any other."""
    if isinstance(epsilon, bool) or not isinstance(epsilon, int | float):
        raise BudgetError("epsilon is a number.")
    try:
        number = float(epsilon)
    except OverflowError:
        number = float("inf")
    if not (isfinite(number) and LEAST <= number <= 1 / LEAST):
        raise BudgetError(f"epsilon is a number from {LEAST} to {1 / LEAST:.0f}.")
    return number


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except (TypeError, ValueError):
        pass
    raise BudgetError('A day is written as in "2026-01-31".')


def _day_of(at: float) -> str:
    try:
        return str(datetime.fromtimestamp(at, UTC).date())
    except (OverflowError, ValueError, OSError):
        return ""
