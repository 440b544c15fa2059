"""What the core's tests share: a registry of one's own, a clock, timing."""

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from piimask_core import Entity, Masker, MemoryVault, Registry
from piimask_core.audit import Event, Masked
from piimask_core.entities import label_of
from piimask_core.identity import identity
from piimask_core.testing import recognizing
from piimask_core.vault import Wanted

JANE = "jane@example.com"
BOB = "bob@company.com"
SSN = "123-45-6789"
VALUES: Mapping[str, Sequence[str]] = {
    "EMAIL_ADDRESS": [JANE, BOB],
    "US_SSN": [SSN],
    "PERSON": ["Jane Doe"],
}


SCALE = int(os.environ.get("PIIMASK_SCALE", "1"))
"""How many times the usual number of random cases to run."""


class Clock:
    """Time that passes when the test says so."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def own_registry(session: str = "s", *, tenant: str = "default") -> Registry:
    """A registry in a vault that nobody else uses."""
    return Registry(session, tenant=tenant, vault=MemoryVault())


def masker_for(values: Mapping[str, Sequence[str]] = VALUES) -> Masker:
    """A masker that finds exactly these values."""
    return Masker(recognizer=recognizing(values), vault=MemoryVault())


def blind(text: str) -> list[Entity]:
    """A recognizer that finds nothing."""
    return []


def want(value: str, type: str = "EMAIL_ADDRESS") -> Wanted:
    """What a masker asks a registry for."""
    return Wanted(type, value, identity(label_of(type), value))


def bare(events: Iterable[Event]) -> list[Event]:
    """What was told, but for each text that was masked, and for whose and when."""
    return [
        replace(event, at=0.0, tenant="", session="")
        for event in events
        if not isinstance(event, Masked)
    ]


def best_of(times: int, call: Callable[[], object]) -> float:
    """The shortest of several runs, in seconds of this process alone."""
    return min(_seconds(call) for _ in range(times))


def _seconds(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began
