"""Many talk in one session at once: what did each value become, and came it back?

Runs as a program too, as a process of its own:

    python hammer.py URL SESSION TURNS SEED
"""

import asyncio
import json
import random
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from piimask_core import Entity, Masker, Registry
from piimask_core.vault import StaticKeys, vault_from_url

KEYS = StaticKeys({"k1": bytes(range(32))})


class Turn(NamedTuple):
    """What the values of a message became, and whether the text came back."""

    given: dict[str, str]
    is_back: bool


def emails(text: str) -> list[Entity]:
    """A recognizer for what is said here."""
    found = re.finditer(r"[a-z0-9.]+@example\.com", text)
    return [Entity("EMAIL_ADDRESS", *each.span()) for each in found]


MASKER = Masker(recognizer=emails)


def said(seed: int, turns: int) -> Iterator[list[str]]:
    """Values that all say, more of them as time goes on, and now and then one's own."""
    dice = random.Random(seed)  # noqa: S311  # nothing to guess
    for turn in range(turns):
        shared = [f"all{dice.randrange(4 * turn + 4)}@example.com" for _ in range(2)]
        own = [f"own{seed}.{turn}@example.com"] if turn % 5 == 0 else []
        yield list(dict.fromkeys(shared + own))


def talked(registry: Registry, values: list[str]) -> Callable[[], Turn]:
    """Says these values; then call it to hear them back."""
    text = " ".join(values)
    masked = MASKER.mask(text, registry)
    given = dict(zip(values, masked.split(" "), strict=True))
    return lambda: Turn(given, MASKER.unmask(masked, registry) == text)


def talk(registry: Registry, seed: int, turns: int) -> list[Turn]:
    """One after the other."""
    return [talked(registry, values)() for values in said(seed, turns)]


async def atalk(registry: Registry, seed: int, turns: int) -> list[Turn]:
    """As a task does, that waits for its model."""
    heard = []
    for values in said(seed, turns):
        back = talked(registry, values)
        await asyncio.sleep(0)
        heard.append(back())
    return heard


def wrongs(turns: Iterable[Turn]) -> dict[str, int]:
    """How many values have two placeholders, placeholders two values, texts not come
    back; and how many turns there were, and values in all."""
    count, wrong = 0, 0
    placeholders = defaultdict(set)
    values = defaultdict(set)
    for turn in turns:
        count += 1
        wrong += not turn.is_back
        for value, placeholder in turn.given.items():
            placeholders[value].add(placeholder)
            values[placeholder].add(value)
    return {
        "values with two placeholders": sum(len(e) > 1 for e in placeholders.values()),
        "placeholders with two values": sum(len(e) > 1 for e in values.values()),
        "wrong restores": wrong,
        "turns": count,
        "values": len(placeholders),
    }


def open_at(url: str, session: str, **options: Any) -> Registry:
    """The session, as another process opens it."""
    return Registry(session, vault=vault_from_url(url, keys=KEYS, **options))


if __name__ == "__main__":
    url, session, turns, seed = sys.argv[1:]
    heard = talk(open_at(url, session, patience=60.0), int(seed), int(turns))
    print(json.dumps(heard))  # noqa: T201
