"""Labelled text from files, as messages; and the same text written otherwise."""

import json
import random
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LABELS = {
    "PERSON": "PER",
    "LOC": "LOC",
    "LOCATION": "LOC",
    "ORG": "ORG",
    "ORGANIZATION": "ORG",
}
# What some of the corpora label, and we do not: parties of a contract, pronouns.
_GENERIC = """
bank borrower lender company agent guarantor seller buyer tenant landlord parent he
she they we i you him her them us who his their party parties employee executive the a
an said such this that each any holder holders trustee purchaser
"""
GENERIC = frozenset(_GENERIC.split())


@dataclass(frozen=True)
class Message:
    """A text and its entities: ``(start, end, "PER" | "LOC" | "ORG")``."""

    text: str
    spans: tuple[tuple[int, int, str], ...]
    fold: int = 0
    """Which half it belongs to; rows of one document are in the same half."""


def read(path: Path) -> list[Message]:
    """The rows of a JSONL file with ``text`` and ``spans``."""
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    return [
        Message(
            row["text"],
            tuple(_spans(row)),
            fold_of(row.get("doc") or row.get("dialogue") or ""),
        )
        for row in rows
    ]


def fold_of(group: str) -> int:
    """Which half the rows of a document or a dialogue are in: 0 or 1."""
    return zlib.crc32(group.encode()) % 2


def _spans(row: dict[str, Any]) -> Iterator[tuple[int, int, str]]:
    text = row["text"]
    for span in row["spans"]:
        start, end, label = span.values() if isinstance(span, dict) else span
        words = text[start:end].lower().split()
        handle = text[max(0, start - 1) : start + 1].startswith(("@", "#"))
        if label in LABELS and not handle and not GENERIC.issuperset(words):
            yield start, end, LABELS[label]


def joined(messages: list[Message], seed: int) -> Iterator[Message]:
    """Some sentences as they are, others put together as people write messages."""
    rng = random.Random(seed)
    at = 0
    while at < len(messages):
        count = rng.choice((1, 1, 1, 2, 3))
        yield concat(messages[at : at + count], rng.choice((" ", " ", " ", "\n")))
        at += count


def concat(messages: Iterable[Message], between: str) -> Message:
    """One message of several."""
    text, spans = "", []
    for message in messages:
        text += between if text else ""
        spans += [(s + len(text), e + len(text), t) for s, e, t in message.spans]
        text += message.text
    return Message(text, tuple(spans))


def varied(message: Message, rng: random.Random, lower: float = 0.0) -> Message:
    """Now and then in lower case, in capitals, with slips, without punctuation."""
    chance = rng.random()
    if rng.random() < lower:
        return bare(Message(same_length(message.text, str.lower), message.spans))
    if chance < 0.10:
        return Message(same_length(message.text, str.lower), message.spans)
    if chance < 0.20:
        return bare(Message(same_length(message.text, str.lower), message.spans))
    if chance < 0.235:
        return Message(same_length(message.text, str.upper), message.spans)
    if chance < 0.25:
        return Message(same_length(message.text, str.title), message.spans)
    if chance < 0.30:
        return slipped(message, rng)
    if chance < 0.35 and message.text.endswith((".", "!", "?")):
        end = len(message.text) - 1
        return Message(
            message.text[:-1], tuple(s for s in message.spans if s[1] <= end)
        )
    return message


def same_length(text: str, change: Callable[[str], str]) -> str:
    """The text changed by ``change``; as it is where that would move its letters."""
    changed = change(text)
    return changed if len(changed) == len(text) else text


def bare(message: Message) -> Message:
    """Without the punctuation that people leave out in chats."""
    return kept(message, [not re.match(r"[.,!?;:\"()]", c) for c in message.text])


def slipped(message: Message, rng: random.Random, share: float = 0.02) -> Message:
    """With a letter left out here and there."""
    return kept(
        message, [rng.random() > share or not c.isalpha() for c in message.text]
    )


def kept(message: Message, keep: list[bool]) -> Message:
    """Only some of the characters, and the entities where they then are."""
    place = [0]
    for each in keep:
        place.append(place[-1] + each)
    spans = ((place[s], place[e], t) for s, e, t in message.spans)
    text = "".join(c for c, k in zip(message.text, keep, strict=True) if k)
    return Message(text, tuple(span for span in spans if span[0] < span[1]))
