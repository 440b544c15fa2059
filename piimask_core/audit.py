"""What happened, told without a value: for logs, counters and auditors."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

_LOGGER = logging.getLogger("piimask.audit")
_LOGGER.addHandler(logging.NullHandler())  # silent until an app listens


@dataclass(frozen=True, slots=True)
class Unrestored:
    """A placeholder that stayed in an answer, and why.

    ``reason`` is "unknown" (this conversation never gave it), "refused" (the restore
    policy does not let its value come back there) or "unavailable" (the vault did not
    answer, or no longer has the conversation); ``sink`` says where, ``tool`` and
    ``argument`` of which call.
    """

    placeholder: str
    reason: str
    sink: str = "text"
    tool: str = ""
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """The receipt for what may go to a model: read once more, and no value found.

    Counts of texts and characters, of values that were looked for, and of stretches
    that only this last look found and masked; the SHA-256 of the texts in their order,
    each with its length in bytes (8, big-endian) before its UTF-8.
    """

    texts: int
    characters: int
    known: int
    masked_again: int
    sha256: str


@dataclass(frozen=True, slots=True)
class NotReversible:
    """Something was replaced for good: no answer can bring it back. Counts by type."""

    types: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class MostlyMasked:
    """A text of which little but placeholders is left: a model can do little with it.

    Perhaps a table, or a policy that masks too much.
    """

    placeholders: int
    words: int


@dataclass(frozen=True, slots=True)
class Observed:
    """What masking would have done, had the masker not been told to observe only.

    Counts of texts, of entities by type and by operator, and of texts that could not
    be read.
    """

    texts: int
    types: Mapping[str, int]
    operators: Mapping[str, int]
    failed: int = 0


Event = Unrestored | Sent | NotReversible | MostlyMasked | Observed

Audit = Callable[[Event], None]
"""Takes each event as it happens. What it raises is dropped."""


def is_heard(audit: Audit) -> bool:
    """Whether anybody takes receipts: making one costs more than a short message."""
    return audit is not log or _LOGGER.isEnabledFor(logging.DEBUG)


_LEVELS: Mapping[type[Event], int] = {
    Sent: logging.DEBUG,
    Unrestored: logging.WARNING,
    MostlyMasked: logging.WARNING,
}


def log(event: Event) -> None:
    """To the logger ``piimask.audit``: what somebody should look at as a warning,
    receipts as debug, all else as info."""
    level = _LEVELS.get(type(event), logging.INFO)
    if _LOGGER.isEnabledFor(level):
        _LOGGER.log(level, "%s %s", type(event).__name__.lower(), asdict(event))
