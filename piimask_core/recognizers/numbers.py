"""Which numbers are spelled out in words?

``four one five, eight six seven, five three oh nine``, ``double five``, ``415 eight six
seven ...``. What only counts (``one two three four testing``) is none.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from piimask_core.entities import Entity
from piimask_core.undone import Undone, undo

from .patterns.parts import luhn

_DIGIT_WORDS = {
    "zero": "0",
    "oh": "0",
    "o": "0",
    "nought": "0",
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
}
_TEENS = {
    word: str(10 + n)
    for n, word in enumerate(
        (
            *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen"),
            *("sixteen", "seventeen", "eighteen", "nineteen"),
        )
    )
}
_TENS = {
    word: str(2 + n)
    for n, word in enumerate(
        ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
    )
}
_TIMES = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}

_DIGIT = "|".join(_DIGIT_WORDS)
_TERM = (
    rf"(?:(?:{'|'.join(_TIMES)})[ \-](?:{_DIGIT}|\d)|(?:{'|'.join(_TENS)})"
    rf"(?:[ \-](?:{_DIGIT}))?|{'|'.join(_TEENS)}|{_DIGIT}|hundred|plus|\d{{1,5}})"
    r"(?!\w)"
)
_BREAK = r"[ \t\r\n),.;:\-\u2013\u2014\u2026/]"
_PAUSE = (
    rf"{_BREAK}{{1,4}}(?:(?:dash|hyphen|dot|point|space|then|and|number|uh|um|er)"
    rf"{_BREAK}{{1,4}}){{0,2}}"
)
_RUN = re.compile(rf"(?<![\w\-]){_TERM}(?:{_PAUSE}{_TERM}){{3,40}}", re.IGNORECASE)
_TERMS = re.compile(rf"({_PAUSE})?({_TERM})", re.IGNORECASE)
_NUMBER_SIGN = re.compile(
    rf"\b(?:{_DIGIT}|{'|'.join(_TENS)}|{'|'.join(_TEENS)}){_PAUSE}{_TERM}"
)
_CUE = re.compile(
    r"\b(?:account|call|card|cell|contact|dial|fax|mobile|number|phone|reach|ring"
    r"|social|ssn|tel|telephone|text|whatsapp)\b",
    re.IGNORECASE,
)
_SOCIAL = re.compile(r"\b(?:ssn|social)\b", re.IGNORECASE)
_NEAR = 40


def may_spell_digits(text: str) -> bool:
    """Whether seven digits, and not only 0 and 1, could be spelled out here."""
    low = text.lower()
    return (
        "three" in low
        or "eight" in low
        or "seven" in low
        or "nine" in low
        or "four" in low
        or "five" in low
        or "six" in low
        or "two" in low
    ) and _NUMBER_SIGN.search(low) is not None


def plain_numbers(text: str) -> Undone | None:
    """The text with such numbers in digits; None where there are none."""
    if not may_spell_digits(text):
        return None
    return undo(text, _RUN, lambda match: _digits(match) or match[0])


def spelled_numbers(text: str) -> Iterator[Entity]:
    """Each run of seven digits or more in words, whatever they may be."""
    if not may_spell_digits(text):
        return
    for match in _RUN.finditer(text):
        written = _digits(match)
        if written:
            yield Entity(_type(written, match), *match.span(), 0.5)


def _type(written: str, match: re.Match[str]) -> str:
    digits = "".join(c for c in written if c.isdecimal())
    social = _SOCIAL.search(match.string, max(match.start() - _NEAR, 0), match.start())
    if len(digits) == 9 and (social or re.fullmatch(r"\d{3}-\d\d-\d{4}", written)):
        return "US_SSN"
    if 13 <= len(digits) <= 19 and luhn(digits):
        return "CREDIT_CARD"
    return "PHONE_NUMBER"


def _digits(match: re.Match[str]) -> str:
    """The digits of a run, with a dash for each pause; nothing where it only counts."""
    written: list[str] = []
    single: list[int] = []
    for pause, term in _TERMS.findall(match[0]):
        if written and pause.strip(" \t"):
            written.append("." if pause.strip() in {"dot", "point"} else "-")
        digits = _said(term.lower())
        written.append(digits)
        if len(digits) == 1 and term.lower() in _DIGIT_WORDS:
            single.append(int(digits))
        elif not term.isdecimal() and term.lower().startswith(tuple(_TIMES)):
            single += [int(c) for c in digits]
    result = "".join(written)
    if sum(c.isdecimal() for c in result) < 7 or len(single) < 4:
        return ""
    if not has_cue(match) and _only_counts(result, single):
        return ""
    steps = result.count("-") + result.count(".")
    if steps >= 6 and steps + 1 == sum(c.isdecimal() for c in result):
        return result.replace("-", "").replace(".", "")
    return result


def _only_counts(written: str, single: list[int]) -> bool:
    """A count, or a rhythm; a card number is neither."""
    digits = "".join(c for c in written if c.isdecimal())
    if 13 <= len(digits) <= 19 and luhn(digits):
        return False
    return len(set(single)) < 3 or counts(single)


def has_cue(match: re.Match[str]) -> bool:
    """Whether a word shortly before says that a number follows."""
    start = max(match.start() - _NEAR, 0)
    return _CUE.search(match.string, start, match.start()) is not None


def _said(term: str) -> str:
    if term.isdecimal():
        return term
    if term == "plus":
        return "+"
    if term == "hundred":
        return "00"
    first, _, second = term.replace("-", " ").partition(" ")
    if first in _TIMES:
        return _DIGIT_WORDS.get(second, second) * _TIMES[first]
    if first in _TENS:
        return _TENS[first] + (_DIGIT_WORDS[second] if second else "0")
    return _TEENS.get(first) or _DIGIT_WORDS[first]


def counts(digits: list[int]) -> bool:
    """One two three four ..., or backwards, for the most part."""
    steps = [after - before for before, after in pairwise(digits)]
    return any(4 * steps.count(step) > 3 * len(steps) for step in (1, -1))
