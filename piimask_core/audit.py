"""What happened, told without a value: for logs, counters and auditors.

Every event is one of the classes below: frozen, and nothing else fits in. No field can
hold a value: a number, a keyed hash, a name out of a closed list, or a type. A type is
letters only, because it goes to the model as the label of a placeholder; whatever else
is given for a name is told as "other".
"""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, TypeAdapter
from pydantic.dataclasses import dataclass as schema

_LOGGER = logging.getLogger("piimask.audit")
_LOGGER.addHandler(logging.NullHandler())  # silent until an app listens

OPERATORS = ("placeholder", "reference", "strip", "keep", "other")
TOPICS = ("", "health", "special", "finance", "other")
SINKS = (
    *("text", "structured", "html", "csv", "url", "attribute", "code", "log", "trace"),
    *("memory", "model", "other"),
)
CAUSES = (
    *("MaskingError", "InputError", "InputTooLarge", "InputTooDeep"),
    *("RecognizerError", "UnmaskedText", "VaultUnavailable", "AuditFailed", "other"),
)
REASONS = ("unknown", "refused", "unavailable", "other")
_TYPE = re.compile(r"(?=.{2,32}\Z)[A-Z]+(?:_[A-Z]+)*")


def _known(names: tuple[str, ...]) -> Callable[[object], object]:
    def known(name: object) -> object:
        return name if isinstance(name, str) and name in names else "other"

    return known


def _type(name: object) -> object:
    return name if isinstance(name, str) and _TYPE.fullmatch(name) else "OTHER"


def _added_up(name_of: Callable[[object], object]) -> BeforeValidator:
    """Names that are told alike are counted together."""

    def add(counts: object) -> object:
        if not isinstance(counts, Mapping):
            return counts
        told: dict[object, int] = {}
        for name, count in counts.items():
            if not isinstance(count, int) or count < 0:
                raise ValueError("a count is a number")
            told[name_of(name)] = told.get(name_of(name), 0) + count
        return told

    return BeforeValidator(add)


Type = Annotated[str, BeforeValidator(_type)]
OperatorName = Annotated[str, BeforeValidator(_known(OPERATORS))]
Topic = Annotated[str, BeforeValidator(_known(TOPICS))]
Sink = Annotated[str, BeforeValidator(_known(SINKS))]
Cause = Annotated[str, BeforeValidator(_known(CAUSES))]
Reason = Annotated[str, BeforeValidator(_known(REASONS))]
Many = Annotated[int, Field(ge=0, le=2**53)]
Bin = Annotated[int, Field(ge=0, le=10)]
"""A score's first decimal place: 0.85 is 8."""
Feature = Literal["alone", "digits", "capitals", "labelled"]
Verdict = Literal["false_positive", "missed", "wrong_type"]
Hash = Annotated[str, StringConstraints(pattern=r"^(?:[0-9a-f]{16})?$")]
"""Of an id, with a key; "" where nothing is told."""
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Types = Annotated[Mapping[str, Many], _added_up(_type)]
Operators = Annotated[Mapping[str, Many], _added_up(_known(OPERATORS))]
_Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]

_CLOSED = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


@dataclass(frozen=True, slots=True)
class Unrestored:
    """A placeholder that stayed in an answer, and why: for whoever has the answer.

    ``reason`` is "unknown" (this conversation never gave it), "refused" (the restore
    policy does not let its value come back there) or "unavailable" (the vault did not
    answer, or no longer has the conversation); ``sink`` says where, ``tool`` and
    ``argument`` of which call. These two are names that a model wrote, so no event has
    them.
    """

    placeholder: str
    reason: str
    sink: str = "text"
    tool: str = ""
    argument: str = ""

    def event(self) -> "NotRestored":
        """The same for the audit log."""
        label = self.placeholder.strip("<>").rpartition("_")[0]
        return NotRestored(label, self.reason, self.sink, bool(self.tool))


@schema(frozen=True, config=_CLOSED, kw_only=True)
class _Told:
    """Whose and when, of every event.

    ``at`` in seconds since 1970; ``tenant`` and ``session`` as keyed hashes.
    """

    v: Annotated[int, Field(ge=1, le=1)] = 1
    at: _Seconds = 0.0
    tenant: Hash = ""
    session: Hash = ""


@schema(frozen=True, config=_CLOSED)
class NotRestored(_Told):
    """A placeholder that stayed in an answer; ``Unrestored`` without names."""

    label: Type
    reason: Reason
    sink: Sink = "text"
    in_tool: bool = False
    event: Literal["not_restored"] = field(default="not_restored", kw_only=True)


@schema(frozen=True, config=_CLOSED)
class Sent(_Told):
    """The receipt for what may go to a model: read once more, and no value found.

    Counts of texts and characters, of values that were looked for, and of stretches
    that only this last look found and masked; the SHA-256 of the texts in their order,
    each with its length in bytes (8, big-endian) before its UTF-8.
    """

    texts: Many
    characters: Many
    known: Many
    masked_again: Many
    sha256: Digest
    event: Literal["sent"] = field(default="sent", kw_only=True)


@schema(frozen=True, config=_CLOSED)
class Counted:
    """So many entities of a type met this operator; ``bin`` None: known by look-up."""

    type: Type
    operator: OperatorName
    bin: Bin | None
    count: Many


@schema(frozen=True, config=_CLOSED)
class Masked(_Told):
    """Texts were masked.

    ``new``: those that the session had not seen; ``entities`` are theirs, for history
    is sent again with each turn. ``skipped``: the gate let all of it pass. ``ms``: how
    long it took, in milliseconds.
    """

    texts: Many
    new: Many
    characters: Many
    entities: tuple[Counted, ...] = ()
    skipped: bool = False
    topic: Topic = ""
    ms: _Seconds = 0.0
    event: Literal["masked"] = field(default="masked", kw_only=True)


@schema(frozen=True, config=_CLOSED)
class Unmasked(_Told):
    """An answer, or a part of it, was read for placeholders: ``ms`` milliseconds."""

    sink: Sink = "text"
    unknown: Many = 0
    refused: Many = 0
    ms: _Seconds = 0.0
    event: Literal["unmasked"] = field(default="unmasked", kw_only=True)


@schema(frozen=True, config=_CLOSED)
class Refused(_Told):
    """Masking failed, so nothing was sent. ``cause``: the class of the error."""

    cause: Cause
    event: Literal["refused"] = field(default="refused", kw_only=True)


@schema(frozen=True, config=_CLOSED)
class NotReversible(_Told):
    """Something was replaced for good: no answer can bring it back. Counts by type."""

    types: Types
    event: Literal["not_reversible"] = field(default="not_reversible", kw_only=True)


@schema(frozen=True, config=_CLOSED)
class MostlyMasked(_Told):
    """A text of which little but placeholders is left: a model can do little with it.

    Perhaps a table, or a policy that masks too much.
    """

    placeholders: Many
    words: Many
    event: Literal["mostly_masked"] = field(default="mostly_masked", kw_only=True)


@schema(frozen=True, config=_CLOSED)
class Observed(_Told):
    """What masking would have done, had the masker not been told to observe only.

    Counts of texts, of entities by type and by operator, and of texts that could not
    be read.
    """

    texts: Many
    types: Types
    operators: Operators
    failed: Many = 0
    event: Literal["observed"] = field(default="observed", kw_only=True)


@schema(frozen=True, config=_CLOSED)
class Stored(_Told):
    """Something was done to what a vault keeps; ``count`` values or keys.

    ``key``: hash of a key's id, where a key was changed.
    """

    what: Literal["erased", "expired", "exported", "purged", "rotated", "lost"]
    count: Many = 0
    key: Hash = ""
    event: Literal["stored"] = field(default="stored", kw_only=True)


@schema(frozen=True, config=_CLOSED)
class Judged(_Told):
    """Somebody said that a masker was wrong.

    ``type``: as it was found, or should have been where it was missed; ``meant``: what
    it was instead, "OTHER" for nothing. ``features``: what its surroundings look like.
    ``value``: keyed hash, so that the same value counts once.
    """

    verdict: Verdict
    type: Type
    meant: Type = "OTHER"
    bin: Bin | None = None
    features: tuple[Feature, ...] = ()
    value: Hash = ""
    event: Literal["judged"] = field(default="judged", kw_only=True)


Event = (
    NotRestored
    | Sent
    | Masked
    | Unmasked
    | Refused
    | NotReversible
    | MostlyMasked
    | Observed
    | Stored
    | Judged
)
"""Anything that an audit is told."""

EVENTS: TypeAdapter[Event] = TypeAdapter(
    Annotated[Event, Field(discriminator="event")], config=None
)
"""Reads and writes events as JSON: ``validate_json``, ``dump_json``."""

Audit = Callable[[Event], None]
"""Takes each event as it happens. What it raises is dropped, unless it is
``sinks.required``."""

_LEVELS: Mapping[str, int] = {
    "not_restored": logging.WARNING,
    "refused": logging.WARNING,
    "mostly_masked": logging.WARNING,
    "not_reversible": logging.INFO,
    "observed": logging.INFO,
    "stored": logging.INFO,
    "judged": logging.INFO,
}


def is_heard(audit: Audit) -> bool:
    """Whether anybody takes what happens with each text: making an event costs more
    than masking a short message."""
    return audit is not log or _LOGGER.isEnabledFor(logging.DEBUG)


def is_kept(audit: Audit) -> bool:
    """Whether anybody takes what is rare."""
    return audit is not log or _LOGGER.isEnabledFor(logging.INFO)


def log(event: Event) -> None:
    """To the logger ``piimask.audit``: what stayed or was refused as a warning, what
    is rare as info, each text and receipt as debug."""
    level = _LEVELS.get(event.event, logging.DEBUG)
    if _LOGGER.isEnabledFor(level):
        _LOGGER.log(level, "%s %s", event.event, facts(event))


def facts(event: Event) -> dict[str, Any]:
    """The fields of an event that say something, as plain types."""
    told = asdict(event)
    default = {each.name: each.default for each in fields(type(event))}
    return {
        name: fact
        for name, fact in told.items()
        if name not in ("v", "event") and fact != default.get(name, ...)
    }
