"""Which values are spaced out, broken over lines, or have letters for digits?

``4 1 1 1 ...``, ``j a n e @ x . c o m``, ``4111 1111`` and the rest below it,
``21255501O7``.
"""

import re
from collections.abc import Callable, Iterator

from piimask_core.entities import Entity
from piimask_core.undone import Undone, undo

from .numbers import counts, has_cue

DIGIT_SIGN = (
    r"(?<=[OolI][0-9])|(?<=[0-9])(?:[OolI]|[ \t]{1,3}[0-9][ \t]{1,3}[0-9]"
    r"|[\-)]?[ \t]{0,4}\r?\n[> \t]{0,4}[0-9])"
)
"""What follows a digit where digits are spaced out, broken, or look-alike letters."""

# --- Spaced out ---------------------------------------------------------------------

_SPACED = re.compile(
    r"(?<![^\s(\"'<>\[:,;=|])[^\s(\"'<\[]"
    r"(?:[ \t]{1,3}\S(?=[\s.,:;!?)\]<>\"'|]|$)){6,}+"
)
_SPACED_DIGITS = re.compile(r"[0-9][ \t]{1,3}[0-9][ \t]{1,3}[0-9]")
_SPACED_AT = re.compile(r"@(?<=[ \t]@)[ \t]{1,3}\S")
_BLANKS = re.compile(r"[ \t]+")


def joined(text: str) -> Undone | None:
    """The text with spaced-out addresses and numbers in one word."""
    if not (_SPACED_DIGITS.search(text) or _SPACED_AT.search(text)):
        return None
    return undo(text, _SPACED, _unspaced)


def _unspaced(match: re.Match[str]) -> str:
    word = _BLANKS.sub("", match[0])
    digits = [int(c) for c in word if c.isdecimal()]
    if "@" in word:
        return word
    if len(digits) >= 7 and (has_cue(match) or not counts(digits)):
        return word
    return match[0]


# --- Letters for digits -------------------------------------------------------------

_GROUP = r"(?=[OolI]{0,4}[0-9])[0-9OolI]{2,16}+"
_NUMBERLIKE = re.compile(rf"(?<!\w){_GROUP}(?:[\-. ()]{{1,2}}{_GROUP}){{0,4}}(?!\w)")
_LETTER_FOR_DIGIT = re.compile(r"[0-9OolI](?:(?<=[0-9])[OolI]|(?<=[OolI])[0-9])")
_DIGIT_IN_WORD = re.compile(r"(?<=[A-Za-z])0(?=[A-Za-z])")
_AS_DIGIT = str.maketrans("OolI", "0011")


def without_letters(text: str) -> Undone | None:
    """The text with O and l in numbers read as digits, and ph0ne as a word."""
    if not _LETTER_FOR_DIGIT.search(text):
        return None
    said = _NUMBERLIKE.sub(_numeral, text)
    if said == text:
        return None
    return Undone.of(_DIGIT_IN_WORD.sub("o", said))  # as many characters


def _numeral(match: re.Match[str]) -> str:
    letters = sum(c.isalpha() for c in match[0])
    digits = sum(c.isdecimal() for c in match[0])
    if 0 < letters <= 4 and digits >= 5 and digits + letters >= 7:
        return match[0].translate(_AS_DIGIT)
    return match[0]


# --- Broken over lines --------------------------------------------------------------

_BREAK_AFTER_SIGN = re.compile(r"(?<=[0-9][\-)])[ \t]{0,4}\r?\n[> \t]{0,4}(?=[0-9])")
_BREAK = re.compile(r"(?<=[0-9])[ \t]{0,4}\r?\n[> \t]{0,4}(?=[0-9])")
_CHECKED = frozenset(("CREDIT_CARD", "IBAN_CODE"))


def broken_views(text: str) -> Iterator[tuple[Undone, Callable[[Entity], bool]]]:
    """The text with broken numbers in one line, and what may be found in it.

    Numbers below each other are mostly different ones, so only what has check digits.
    """
    if "\n" not in text:
        return
    view = undo(text, _BREAK_AFTER_SIGN, lambda _: "")
    if view:
        yield view, lambda _: True
    view = undo(text, _BREAK, lambda _: " ")
    if view:
        yield view, lambda entity: entity.type in _CHECKED
