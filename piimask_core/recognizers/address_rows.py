"""Addresses that are told by their words: no number of their own is needed."""

from .address_parts import (
    GAP,
    HOUSE_AFTER,
    ORDINAL,
    POSTAL_CODE,
    SAID,
    SECOND,
    SHORT_TAIL,
    SIDE,
    STREET_NAME,
    TO_NEXT,
)
from .address_words import (
    STREET,
    STREET_OR_WORD,
)
from .patterns import Pattern

_PART = rf"(?:{STREET_NAME}|\d{{1,6}}[a-z]?(?!\w))"
SAID_NAME = (
    rf"{SAID}(?<=[\s:=\-])(?P<value>(?:{STREET_NAME}{GAP}){{1,5}}"
    rf"(?:(?:{STREET}|{STREET_OR_WORD})(?!\w)\.?{SECOND}|{HOUSE_AFTER}){SHORT_TAIL})"
)
# address: Villa 14, Street 8b, Example 1
SAID_PARTS = (
    rf"{SAID}(?:(?<=[:=])|(?<=[:=]\s))(?=[^\n]{{0,40}}\d)(?P<value>{_PART}"
    rf"(?:(?:,\s?|\s){_PART}){{2,14}})"
)
# 5th Ave, 30th Street: a place of its own
NUMBERED_STREET = (
    rf"(?<![\w.,])(?:{SIDE}\s)?{ORDINAL}\s(?:street|st|avenue|ave|boulevard|blvd)"
    rf"(?!\w)\.?(?:\sstation(?!\w))?(?:,?\s{SIDE})?{SHORT_TAIL}"
)
# PSC 4355, Box 4187, APO AP 28906; USNS Example, FPO AP 07688
MILITARY = (
    r"(?<!\w)(?:psc|cmr|unit|us[ns][a-z]|uss|uscgc)\s[\w\s]{1,24},?"
    rf"(?:\s?box\s\d{{1,6}})?{TO_NEXT}[adf]po,?\sa[aep]\s\d{{5}}(?:-\d{{4}})?(?!\w)"
)
CORNER = (
    r"(?<!\w)(?:the\s)?(?:corner|intersection)\sof\s"
    rf"(?:(?:{STREET_NAME}|\d{{1,6}}\.?)\s){{1,6}}(?:and|&)"
    rf"(?:\s(?:{STREET_NAME}|\d{{1,6}})){{1,4}}"
)
ZIP_NAMED = (
    r"(?<!\w)(?:zip(?:\s?code)?|post(?:al)?\s?code|pin\s?code|plz|eircode)"
    r"(?:\s(?:is|of|now|number|no\.?)){0,2}\s?[:=#\-]?\s{0,4}"
    rf"(?P<value>{POSTAL_CODE}|\d{{3}}(?!\w))"
)
UK_OR_CANADIAN_CODE = (
    r"(?<![\w\-])(?-i:[A-Z]{1,2}\d[A-Z\d]?\s\d[ABD-HJLNP-UW-Z]{2}"
    r"|[A-Z]\d[A-Z]\s\d[A-Z]\d)(?<![GTK]B)(?![\w\-])"
)

_SAID_STARTS = ("address", "adress", "addess", "adess")
ADDRESSES = (
    Pattern("ADDRESS", SAID_NAME, 0.5, starts=_SAID_STARTS),
    Pattern("ADDRESS", SAID_PARTS, 0.5, starts=_SAID_STARTS, digits=1),
    Pattern(
        "ADDRESS",
        NUMBERED_STREET,
        0.5,
        starts=("street", "st", "avenue", "ave", "boulevard", "blvd"),
        digits=1,
    ),
    Pattern("ADDRESS", MILITARY, 0.8, starts=("apo", "fpo", "dpo"), digits=5, run=5),
    Pattern("ADDRESS", CORNER, 0.6, words=("corner of", "intersection of")),
    Pattern(
        "ZIP_CODE",
        ZIP_NAMED,
        0.6,
        words=("zip", "post", "pin", "plz", "eirc"),
        digits=2,
        at="word",
    ),
    Pattern("ZIP_CODE", UK_OR_CANADIAN_CODE, 0.6, digits=2, runs=("11", "21")),
)
"""What can be told without looking at each number."""
