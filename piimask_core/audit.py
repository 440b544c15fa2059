"""What happened, told without a value: for logs, counters and auditors."""

import logging
from collections.abc import Callable
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


Event = Unrestored | Sent

Audit = Callable[[Event], None]
"""Takes each event as it happens. What it raises is dropped."""


def is_heard(audit: Audit) -> bool:
    """Whether anybody takes receipts: making one costs more than a short message."""
    return audit is not log or _LOGGER.isEnabledFor(logging.DEBUG)


def log(event: Event) -> None:
    """To the logger ``piimask.audit``: what stayed as a warning, receipts as debug."""
    level = logging.WARNING if isinstance(event, Unrestored) else logging.DEBUG
    if _LOGGER.isEnabledFor(level):
        _LOGGER.log(level, "%s %s", type(event).__name__.lower(), asdict(event))
