"""How much is found, and how much leaks, of what is labelled in a text?

>>> from piimask_core.recognizers import patterns
>>> mail = Entity("EMAIL", 3, 19)
>>> report = evaluate(patterns(), [Example("to jane@example.com", (mail,))])
>>> report.total.leaked.value
0.0

Recall: labelled values of which at least a character is found, as whatever type.
Leaked: labelled values of which a word of three or more characters, or what is left of
one, still stands in the text when all that is found is masked: the figure that counts.
Typed: labelled values found as their own type. Precision: what is found and touches a
label. False alarm: a text without any label in which something is found.

A type counts as wrong only where the examples label it: a set without labelled URLs
says nothing about URLs. Each share has a 95 % interval, by a bootstrap over the groups
of the examples; by Wilson's formula where each group has one observation, where groups
are few, or where all of them agree (a bootstrap would then claim certainty).
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from random import Random
from typing import Any

from .entities import Entity, Recognizer, label_of
from .errors import ExamplesError, MaskingError, RecognizerError
from .examples import Example as Example
from .examples import read_jsonl as read_jsonl
from .masker import Masker
from .tuning import BALANCED

SAME = {
    "ABA_ROUTING_NUMBER": "BANK",
    "ACCOUNT": "BANK",
    "ACCOUNT_NUMBER": "BANK",
    "BANK_ACCOUNT": "BANK",
    "CREDENTIAL": "PASSWORD",
    "DATE_OF_BIRTH": "DOB",
    "DOMAIN_NAME": "URL",
    "DRIVERS_LICENSE": "LICENSE",
    "DRIVER_LICENSE": "LICENSE",
    "FULL_NAME": "PERSON",
    "GPE": "LOCATION",
    "IPV4": "IP",
    "IPV6": "IP",
    "ITIN": "SSN",
    "LOC": "LOCATION",
    "MEDICAL_LICENSE": "ID",
    "NAME": "PERSON",
    "NHS": "ID",
    "NINO": "ID",
    "NORP": "NRP",
    "PER": "PERSON",
    "POSTAL_CODE": "ZIP",
    "UK_PASSPORT": "PASSPORT",
    "US_MBI": "ID",
    "US_NPI": "ID",
    "ZIP_CODE": "ZIP",
}
"""Label -> the label that it is compared as. Closed: no other types are ever equal."""

THRESHOLD = BALANCED
WORD = re.compile(r"[^\W_]{3,}")
# They stay in a text, or come back to it, without telling whose value it was.
TELLS_NOTHING = frozenset(
    re.findall(
        r"\w+",
        "and for not please thanks the / box com email ext gmail hotmail http https"
        " mail net org www yahoo / apt avenue court drive floor lane road states"
        " street suite unit united / card name phone ssn user",
    )
)
RESAMPLES = 400
BLOCKS = 500
FEW = 10
"""Groups from which no bootstrap should be drawn."""
FIGURES = ("leaked", "recall", "typed", "precision", "false_alarms")

# --- The report ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, and where the true share lies in 95 of 100 cases."""

    count: int
    of: int
    low: float
    high: float

    @property
    def value(self) -> float | None:
        """The share; None of nothing."""
        return self.count / self.of if self.of else None

    def __str__(self) -> str:
        if self.value is None:
            return "-"
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


@dataclass(frozen=True, slots=True)
class Figures:
    """The shares that the module's docstring defines."""

    leaked: Share
    recall: Share
    typed: Share
    precision: Share
    false_alarms: Share

    @property
    def f2(self) -> float | None:
        """Precision and recall in one, where recall counts twice as much."""
        precision, recall = self.precision.value, self.recall.value
        if precision is None or recall is None:
            return None
        both = 4 * precision + recall
        return 5 * precision * recall / both if both else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self) | {"f2": self.f2}


@dataclass(frozen=True, slots=True)
class Miss:
    """A labelled value that leaks, without its text: ``examples[row].text`` has it."""

    row: int
    id: str
    type: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Report:
    """What came out. It holds counts, types, ids and positions, and no value."""

    examples: int
    total: Figures
    types: Mapping[str, Figures]
    categories: Mapping[str, Figures]
    misses: tuple[Miss, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types, without the misses."""
        return {
            "v": 1,
            "examples": self.examples,
            "total": self.total.to_dict(),
            "types": {k: each.to_dict() for k, each in self.types.items()},
            "categories": {k: each.to_dict() for k, each in self.categories.items()},
        }

    def table(self, per: str = "type") -> str:
        """A Markdown table with a row for each "type" or "category", and for all."""
        rows = {"type": self.types, "category": self.categories}[per]
        lines = [_row(per, "labelled", *(f.replace("_", " ") for f in FIGURES), "F2")]
        lines.append("|---" * (len(FIGURES) + 3) + "|")
        for name, each in [*rows.items(), ("all", self.total)]:
            shares = (str(getattr(each, figure)) for figure in FIGURES)
            f2 = "-" if each.f2 is None else f"{each.f2:.3f}"
            lines.append(_row(name or "-", str(each.recall.of), *shares, f2))
        return "\n".join(lines)

    def __str__(self) -> str:
        tables = [self.table("type")]
        if len(self.categories) > 1:
            tables.append(self.table("category"))
        return "\n\n".join([f"{self.examples} examples", *tables])


def _row(*cells: str) -> str:
    return f"| {' | '.join(printable(cell).replace('|', ' ') for cell in cells)} |"


def printable(text: str) -> str:
    """A name out of a file, with a question mark for what a terminal would obey."""
    return "".join(c if c.isprintable() else "?" for c in text)


# --- Counting -----------------------------------------------------------------------


def evaluate(
    finder: Recognizer | Masker,
    examples: Iterable[Example],
    *,
    threshold: float = THRESHOLD,
    only_types: Collection[str] = (),
    ignore: Collection[str] = (),
) -> Report:
    """Compare what a recognizer or a masker finds with what is labelled.

    Args:
        finder: A masker has a threshold of its own.
        only_types: The types that are required, and the only ones that can be wrong;
            those that are labelled unless given.
        ignore: Types neither required nor wrong, nor is what touches their labels.

    Raises:
        ExamplesError: There are none.
        RecognizerError: The recognizer failed; the message says at which example.
    """
    rows = list(examples)
    if not rows:
        raise ExamplesError("There are no examples.")
    labelled = {label.type for row in rows for label in row.labels}
    judged = {_label(t) for t in only_types or labelled} - {_label(t) for t in ignore}
    found = _finding(finder, threshold)
    counts = _Counts(judged)
    for at, row in enumerate(rows):
        counts.add(at, row, found(at, row.text))
    return counts.report()


def _label(type: str) -> str:
    label = label_of(type)
    return SAME.get(label, label)


def _finding(
    finder: Recognizer | Masker, threshold: float
) -> Callable[[int, str], list[Entity]]:
    """What is found in a text that counts, its types as labels."""
    masker = isinstance(finder, Masker)
    recognize: Recognizer = finder.entities if isinstance(finder, Masker) else finder

    def found(at: int, text: str) -> list[Entity]:
        failure = None
        try:
            return [
                Entity(_label(e.type), max(e.start, 0), min(e.end, len(text)))
                for e in recognize(text)
                if (masker or e.score >= threshold) and e.start < e.end
            ]
        except MaskingError:
            raise
        except Exception as error:
            failure = type(error).__name__
        # Outside the handler: what was raised may hold the text.
        raise RecognizerError(f"The recognizer failed at example {at + 1}: {failure}")

    return found


class _Counts:
    """Figures for all, for each type and for each category."""

    def __init__(self, judged: Collection[str]) -> None:
        self._judged = judged
        self._total = _Tally()
        self._types: defaultdict[str, _Tally] = defaultdict(_Tally)
        self._categories: defaultdict[str, _Tally] = defaultdict(_Tally)
        self._misses: list[Miss] = []
        self._rows = 0

    def add(self, at: int, row: Example, found: Sequence[Entity]) -> None:
        """Count one example."""
        self._rows += 1
        required = [
            Entity(type, label.start, label.end)
            for label in row.labels
            if (type := _label(label.type)) in self._judged
        ]
        place = row.group or f"row {at}", row.category
        if required:
            masked = _Masked(row.text, found)
            for label in required:
                self._add_label(label, masked, *place)
                if masked.leaks(label):
                    where = (label.type, label.start, label.end)
                    self._misses.append(Miss(at, row.id, *where))
        wrong = self._add_found(row, required, found, *place)
        if not row.labels:
            self._add_clean(wrong, *place)

    def _add_label(
        self, label: Entity, masked: "_Masked", group: str, category: str
    ) -> None:
        for tally in self._of(label.type, category):
            tally.add("leaked", group, masked.leaks(label))
            tally.add("recall", group, masked.touches(label))
            tally.add("typed", group, masked.touches(label, label.type))

    def _add_found(
        self,
        row: Example,
        required: Sequence[Entity],
        found: Sequence[Entity],
        group: str,
        category: str,
    ) -> set[str]:
        """The types of what is wrong; what touches an ignored label only is not."""
        wanted = _cover(len(row.text), required)
        labelled = _cover(len(row.text), row.labels)
        wrong = set()
        for entity in found:
            right = _touches(wanted, entity)
            judged = entity.type in self._judged and not _touches(labelled, entity)
            if right or judged:
                for tally in self._of(entity.type, category):
                    tally.add("precision", group, right)
            if judged:
                wrong.add(entity.type)
        return wrong

    def _add_clean(self, wrong: Collection[str], group: str, category: str) -> None:
        for tally in (self._total, self._categories[category]):
            tally.add("false_alarms", group, bool(wrong))
        for type in self._judged:
            self._types[type].add("false_alarms", group, type in wrong)

    def _of(self, type: str, category: str) -> "tuple[_Tally, ...]":
        return self._total, self._types[type], self._categories[category]

    def report(self) -> Report:
        return Report(
            self._rows,
            self._total.figures(),
            _figures(self._types),
            _figures(self._categories),
            tuple(self._misses),
        )


def _figures(tallies: Mapping[str, "_Tally"]) -> dict[str, Figures]:
    """The one with the most labels first."""
    figures = {name: tally.figures() for name, tally in sorted(tallies.items())}
    return dict(sorted(figures.items(), key=lambda item: -item[1].recall.of))


class _Tally:
    """For each figure, of each group: how many of how many."""

    def __init__(self) -> None:
        self._pairs: dict[str, dict[str, list[int]]] = {name: {} for name in FIGURES}

    def add(self, figure: str, group: str, yes: bool) -> None:
        pair = self._pairs[figure].setdefault(group, [0, 0])
        pair[0] += yes
        pair[1] += 1

    def figures(self) -> Figures:
        return Figures(*(share(self._pairs[name].values()) for name in FIGURES))


# --- Covering -----------------------------------------------------------------------


def _cover(size: int, entities: Iterable[Entity]) -> bytearray:
    """A 1 for each character that one of them has."""
    cover = bytearray(size)
    for entity in entities:
        cover[entity.start : entity.end] = b"\1" * (entity.end - entity.start)
    return cover


def _touches(cover: bytearray, entity: Entity) -> bool:
    return cover.find(1, entity.start, entity.end) >= 0


class _Masked:
    """A text of which everything found is masked."""

    def __init__(self, text: str, found: Sequence[Entity]) -> None:
        self._text = text
        self._found = found
        self._cover = _cover(len(text), found)
        self._rest = self._left(0, len(text)).casefold()
        self._words = set(_words(self._rest))

    def touches(self, label: Entity, type: str | None = None) -> bool:
        """Whether anything (of the type) was found in the label's place."""
        if type is None:
            return _touches(self._cover, label)
        same = (each for each in self._found if each.type == type)
        return any(e.start < label.end and label.start < e.end for e in same)

    def leaks(self, label: Entity) -> bool:
        """Whether a word of the value stands anywhere, or a part in its own place."""
        value = self._text[label.start : label.end].casefold()
        left = self._left(label.start, label.end)
        words = _words(value)
        if words:
            return not self._words.isdisjoint(words) or bool(_words(left.casefold()))
        bare = value.strip()
        again = rf"(?<!\w){re.escape(bare)}(?!\w)"
        return any(map(str.isalnum, left)) or (
            len(bare) > 1 and re.search(again, self._rest) is not None
        )

    def _left(self, start: int, end: int) -> str:
        """What is not masked, with a blank for what is."""
        text, cover = self._text, self._cover
        return "".join(" " if cover[at] else text[at] for at in range(start, end))


def _words(text: str) -> list[str]:
    return [word for word in WORD.findall(text) if word not in TELLS_NOTHING]


# --- Intervals ----------------------------------------------------------------------


def share(groups: Iterable[Sequence[int]]) -> Share:
    """The share of all groups, each "so many of so many", with its interval."""
    pairs = [(count, of) for count, of in groups if of]
    count, of = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
    if not pairs:
        return Share(0, 0, 0.0, 1.0)
    if count in (0, of) or len(pairs) == of or len(pairs) < FEW:
        # What is independent are the groups, not what is in them.
        return Share(count, of, *wilson(count / of, len(pairs)))
    return Share(count, of, *_bootstrap(pairs))


def wilson(share: float, of: int) -> tuple[float, float]:
    """Wilson's 95 % interval: it keeps its promise for small and extreme shares too."""
    z = 1.959964
    middle = (share * of + z * z / 2) / (of + z * z)
    half = z / (of + z * z) * sqrt(share * (1 - share) * of + z * z / 4)
    return max(0.0, middle - half), min(1.0, middle + half)


def _bootstrap(pairs: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """Percentiles of the share in samples of the groups; the same ones each time."""
    # Groups beyond so many are put together, which leaves the variance as it is.
    blocks = [
        (sum(pair[0] for pair in block), sum(pair[1] for pair in block))
        for block in (pairs[at::BLOCKS] for at in range(min(BLOCKS, len(pairs))))
    ]
    chance = Random(0)  # noqa: S311 - nobody must guess these
    shares = []
    for _ in range(RESAMPLES):
        sample = chance.choices(blocks, k=len(blocks))
        shares.append(sum(pair[0] for pair in sample) / sum(pair[1] for pair in sample))
    shares.sort()
    return shares[RESAMPLES // 40], shares[-RESAMPLES // 40 - 1]
