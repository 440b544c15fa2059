"""A cheap yes or no before an expensive recognizer.

Most messages hold nothing that could be found. ``has_trigger`` is lossless: where it
says no, the default recognizer finds nothing. It is made of what each part of that
recognizer says it cannot do without. ``has_strong_trigger`` also lets pass a text with
a few digits that no word makes anything of. Neither knows of names: never put one
before a recognizer that finds people, places or organizations.
"""

import re
import string
from collections.abc import Callable, Mapping, Sequence

from piimask_core.entities import Entity, Recognizer

from . import disguise
from .address_rows import ADDRESSES
from .dates import DATES
from .patterns import PATTERNS
from .patterns.look import stem, stems_of
from .patterns.rows import calm_words
from .patterns.rows import gate as gate_of
from .presidio_hot import may_find as may_be_presidios

_ROWS = (*PATTERNS, *ADDRESSES, *DATES)
_may_match = gate_of(_ROWS)
_may_well_match = gate_of(
    row
    for row in _ROWS
    if (row.words or row.starts or not row.digits)
    and row.at != "number"
    and row.type not in ("AGE", "IBAN_CODE")
    and "st" not in row.starts
)
"""For the fast gate: the rows that want a word, or no digit."""

_CALM_CHARACTERS = (string.ascii_letters + " \n,.;!?'\"").encode()
_DOT_INSIDE = re.compile(r"\.[^ \n]")
_CAPITAL_INSIDE = re.compile(r"(?<=[A-Za-z])[A-Z]")
_SPOKEN = (
    *("dot", "arroba", "punkt"),
    *("two", "three", "four", "five", "six", "seven", "eight", "nine"),
)
"""Without one of these no address and no number is spelled out."""
_STARTS, _INSIDE = calm_words(_ROWS)
_CALM = _STARTS | set(map(stem, _SPOKEN))
_ANSWER = 60
"""Characters of a message that may be nothing but what was asked for."""
_SOME_DIGITS = re.compile(r"\d\D{0,60}?\d\D{0,60}?\d|[a-z]\d", re.IGNORECASE)
_STRONG = re.compile(
    r"\d(?:\D{0,3}\d){4}"  # five digits close together
    r"|[^\s/]{17}"  # a long word
    r"|(?:[0-9a-f]{2}[:.\-]){3}"  # an address of a machine
    r"|(?-i:[A-Z]\d[A-Z\d]? ?\d[A-Z]{2})"  # a postal code of letters and digits
    # a number and a street; or the street first
    r"|(?<![\w.,:/$\-])\d{1,5}[a-z]?,? +(?:\w+\.? +){0,4}(?:st|street|str|ave?|avenue"
    r"|r(?:oa)?d|dr(?:ive)?|l(?:ane|n)|c(?:our)?t|bl(?:vd|oulevard)|pl(?:ace)?|way|hwy"
    r"|highway|p(?:ar)?kwa?y|terrace|circle|square|apt|suite)\b"
    r"|\d(?:st|nd|rd|th) (?:st|ave)|(?:stra(?:ss|\u00df)e|weg|gasse|platz|gatan) \d",
    re.IGNORECASE,
)


def has_trigger(text: str) -> bool:
    """Whether the text has anything that the default recognizer could start from."""
    return not _is_calm(text) and (
        may_be_presidios(text) or _may_match(text) or disguise.may_find(text)
    )


def _is_calm(text: str) -> bool:
    """Whether it is words and sentence marks only, none of the words being a sign.

    This says nothing that the three others do not: it says it in half the time.
    """
    raw = text.encode(errors="surrogatepass")
    if raw.translate(None, _CALM_CHARACTERS):
        return False
    if "." in text and _DOT_INSIDE.search(text):
        return False
    if not text[1:].islower() and _CAPITAL_INSIDE.search(text):
        return False
    if not _CALM.isdisjoint(stems_of(raw)):
        return False
    low = text.lower()
    for word in _INSIDE:  # noqa: SIM110 - a loop: any() takes twice as long
        if word in low:
            return False
    return True


def has_strong_trigger(text: str) -> bool:
    """The same, but a few digits count only where a word makes something of them."""
    if not has_trigger(text):
        return False
    return (
        _STRONG.search(text) is not None
        or (len(text) <= _ANSWER and _SOME_DIGITS.search(text) is not None)
        or _may_well_match(text)
        or disguise.may_find(text)
    )


def two_stage(gate: Callable[[str], bool], recognizer: Recognizer) -> Recognizer:
    """Ask the recognizer only where the gate says yes."""

    def recognize(text: str) -> Sequence[Entity]:
        return recognizer(text) if gate(text) else []

    return recognize


def _always(text: str) -> bool:
    return True


GATES: Mapping[str, Callable[[str], bool]] = {
    "off": _always,
    "lossless": has_trigger,
    "fast": has_strong_trigger,
}
