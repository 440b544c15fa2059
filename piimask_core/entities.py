"""What was found in a text: entities, and which of them win where they overlap."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

LITERAL = "LITERAL"
"""The type of text that was typed by somebody and looks like a placeholder."""

LABELS = {
    "EMAIL_ADDRESS": "EMAIL",
    "PHONE_NUMBER": "PHONE",
    "US_SSN": "SSN",
    "CREDIT_CARD": "CARD",
    "IBAN_CODE": "IBAN",
    "IP_ADDRESS": "IP",
    "MAC_ADDRESS": "MAC",
    "DATE_OF_BIRTH": "DOB",
    "DATE_TIME": "DATE",
    "ORGANIZATION": "ORG",
    "US_BANK_NUMBER": "BANK",
    "US_DRIVER_LICENSE": "LICENSE",
    "US_ITIN": "ITIN",
    "US_PASSPORT": "PASSPORT",
    "UK_NHS": "NHS",
    "ZIP_CODE": "ZIP",
    "UK_NINO": "NINO",
    "US_NPI": "NPI",
    "ACCOUNT_NUMBER": "ACCOUNT",
    "LICENSE_PLATE": "PLATE",
}
"""Type -> the short label inside a placeholder; a type not listed is its own label."""

MAX_LABEL = 32

_OTHER_WORDS = {
    "ACCOUNT": ["ACCT"],
    "ADDRESS": ["STREET_ADDRESS", "POSTAL_ADDRESS"],
    "API_KEY": ["APIKEY"],
    "BANK": ["BANK_ACCOUNT", "BANK_ACCOUNT_NUMBER"],
    "CARD": ["CREDIT_CARD_NUMBER", "CARD_NUMBER"],
    "CRYPTO": [],
    "EMAIL": ["E_MAIL", "MAIL", "E_MAIL_ADDRESS", "MAIL_ADDRESS"],
    "IBAN": ["IBAN_NUMBER"],
    "ID": ["ID_NUMBER"],
    "IMEI": ["IMEI_NUMBER"],
    "LICENSE": ["LICENCE", "DRIVER_LICENSE", "DRIVER_LICENCE", "DRIVERS_LICENSE"],
    "LITERAL": [],
    "LOCATION": [],
    "MEDICAL_LICENSE": [],
    "MRN": ["MEDICAL_RECORD_NUMBER"],
    "NRP": [],
    "ORG": ["ORGANISATION"],
    "PASSPORT": ["PASSPORT_NUMBER"],
    "PASSWORD": ["PASSWD", "PASS_WORD"],
    "PERSON": ["PERSON_NAME"],
    "PHONE": ["TELEPHONE", "TELEPHONE_NUMBER", "TEL"],
    "PLATE": ["LICENCE_PLATE", "NUMBER_PLATE"],
    "SSN": ["SOCIAL_SECURITY_NUMBER", "SSN_NUMBER"],
    "URL": [],
    "USERNAME": ["USER_NAME", "LOGIN_NAME"],
    "VIN": ["VIN_NUMBER"],
}


def _aliases() -> dict[str, str]:
    words = {alias: label for label, listed in _OTHER_WORDS.items() for alias in listed}
    words |= LABELS | {label: label for label in (*LABELS.values(), *_OTHER_WORDS)}
    ending = {word: "ES" if word.endswith("S") else "S" for word in words}
    return {word + ending[word]: label for word, label in words.items()} | words


ALIASES: Mapping[str, str] = _aliases()
"""Word -> label, for each word that a model may write for a label, and its plural.

Closed: no other word is ever taken for one of these. A type named like one of them
has that label, so that no word stands for two.
"""


@dataclass(frozen=True, slots=True)
class Entity:
    """A typed stretch of text, ``text[start:end]``, with a score from 0 to 1."""

    type: str
    start: int
    end: int
    score: float = 1.0


Recognizer = Callable[[str], Sequence[Entity]]
"""Text in, entities out, in any order; they may overlap."""


@lru_cache(maxsize=1_024)
def label_of(type: str) -> str:
    """The label of a type inside placeholders: ``EMAIL_ADDRESS`` -> ``EMAIL``."""
    words = re.sub(r"[^A-Z0-9]+", "_", type.upper(), flags=re.ASCII)
    label = words.strip("_")[:MAX_LABEL].rstrip("_")
    return ALIASES.get(label, label if label[:1].isalpha() else "PII")


def resolve(
    text: str, entities: Iterable[Entity], *, first: Sequence[Entity] = ()
) -> list[Entity]:
    """Entities without overlap, in order of position.

    Those in ``first`` (in order, without overlap) win over all. Then the longest
    wins, then the higher score, then the earlier. What a loser covers
    beyond the winners stays an entity of its own type, so nothing found is let go;
    a remainder of mere punctuation or space is dropped. Neighbours are never merged.
    """
    found = sorted(entities, key=lambda e: (e.start - e.end, -e.score, e.start, e.type))
    kept = list(first)
    starts = [entity.start for entity in kept]
    for entity in found:
        for part in _uncovered(text, entity, starts, kept):
            at = bisect_left(starts, part.start)
            starts.insert(at, part.start)
            kept.insert(at, part)
    return kept


def _uncovered(
    text: str, entity: Entity, starts: list[int], kept: list[Entity]
) -> list[Entity]:
    """The parts of an entity that nothing kept covers; the whole where it is free."""
    first = bisect_left(starts, entity.start)
    if first and kept[first - 1].end > entity.start:
        first -= 1
    last = bisect_left(starts, entity.end)
    if first == last:
        return [entity] if entity.end > entity.start else []
    parts: list[Entity] = []
    at = entity.start
    for gap_end, next_start in [
        *((cover.start, cover.end) for cover in kept[first:last]),
        (entity.end, entity.end),
    ]:
        if any(c.isalnum() for c in text[at:gap_end]):
            parts.append(trimmed(text, replace(entity, start=at, end=gap_end)))
        at = next_start
    return parts


def trimmed(text: str, entity: Entity) -> Entity:
    """The entity without white space at its edges; itself if it is nothing else."""
    value = text[entity.start : entity.end]
    bare = value.strip()
    if not bare or bare == value:
        return entity
    start = entity.start + value.index(bare)
    return replace(entity, start=start, end=start + len(bare))
