"""Pieces that several patterns are made of."""

import re

DASH = r"\-\u2010-\u2015\u2212\uff0d"  # with what word processors make of a hyphen
ANY_DASH = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d"
SPACE = r" \u00a0\u2007\u2009\u202f\u3000"
SEP = rf"[{DASH}{SPACE}.]"
NO_DIGIT_BEFORE = rf"(?<!\d)(?<!\d[{DASH}.])"
NO_DIGIT_AFTER = rf"(?!\d)(?![{DASH}.]\d)"

# What may stand between a word and the value that it names, as in "order number is:
# #123". Not a digit, so the first number after the word is meant, and no other word.
NUMBER_WORD = "numbers?|num|nos?|nr|ids?|code|ref(?:erence)?|locator|identification"
_SMALL = f"{NUMBER_WORD}|card|book|holder|is|was|are|of|the|for|it'?s|my|your"
_MARKS = rf"[\s.:;=#'\"(\[*_>|,{DASH}]{{0,5}}"
LINK = rf"{_MARKS}(?:(?<![^\W_])(?:{_SMALL})(?![^\W\d_]){_MARKS}){{0,4}}"


NO_AMOUNT = (
    rf"(?![{SPACE}]?(?:%|[$€£₹]|(?:dollars?|euros?|pounds?|rupees?|usd|eur|gbp|inr|people"
    r"|users|times|years?|days|followers|units|pieces|copies|items|pages|points|km|miles|kg)\b))"
)


def after(words: str, value: str) -> str:
    """A value right after one of the words, and after nothing but small words."""
    return rf"(?<![^\W_])(?:{words})(?![^\W\d_]){LINK}(?P<value>{value})(?![^\W_])"


def heads(words: str) -> tuple[str, ...]:
    """How the alternatives of a regex begin, in the plural too: see ``starts``."""
    first = [re.split("[^a-z]", word)[0] for word in words.split("|")]
    return tuple(sorted({each for w in first if w for each in (w, f"{w}s")}))


def luhn(value: str) -> bool:
    """Whether the last digit is the check digit of a card number (ISO/IEC 7812-1)."""
    digits = [int(c) for c in reversed(value) if c.isdecimal()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def digits_of(value: str) -> str:
    """The decimal digits of a value, in any script, as ASCII."""
    return "".join(str(int(c)) for c in re.findall(r"\d", value))
