"""A cheap yes or no before an expensive recognizer.

Most messages hold nothing that a pattern could match. ``has_trigger`` says so in one
regex search and is lossless: where it says no, ``patterns()`` and ``presidio()`` with
no analyzer of your own find nothing. It knows nothing of names: never put it before a
recognizer that finds people, places or organizations.
"""

import re
from collections.abc import Callable, Sequence

from piimask_core.entities import Entity, Recognizer

TRIGGER = re.compile(
    r"[\d@]"  # every number in any script; every e-mail address
    r"|\w\.\w"  # www.example, example.com/jane, a dotted MAC address of letters
    r"|://"  # a link with a scheme
    r"|:[0-9a-f]{0,4}:"  # IPv6 and MAC addresses that happen to have letters only
    r"|-[0-9a-f]{2}-",  # the same for a MAC address with dashes
    re.IGNORECASE,
)


def has_trigger(text: str) -> bool:
    """Whether the text has anything that a pattern could start from."""
    return TRIGGER.search(text) is not None


def two_stage(gate: Callable[[str], bool], recognizer: Recognizer) -> Recognizer:
    """Ask the recognizer only where the gate says yes."""

    def recognize(text: str) -> Sequence[Entity]:
        return recognizer(text) if gate(text) else []

    return recognize
