"""Codes as people read them out: letters and digits in turn, such as "q 12 w 34"."""

import re

from .parts import SPACE

_DIGITS = rf"[{SPACE}]?\d{{1,4}}"
_LETTERS = rf"[{SPACE}]?[a-z]{{1,4}}"
SPOKEN = (
    rf"(?:[a-z]{{1,4}}(?:{_DIGITS}{_LETTERS}){{1,4}}(?:{_DIGITS})?"
    rf"|\d{{1,4}}{_LETTERS}(?:{_DIGITS}{_LETTERS}){{0,4}}{_DIGITS}"
    rf"|\d{{1,4}}{_LETTERS}(?:{_DIGITS}{_LETTERS}){{1,4}})"
)

_WORDS_IN_NO_CODE = frozenset(
    re.findall(
        r"\w+",
        """
        about after all also am an and are around at be been before below between
        bring but bus buy by cc cm cost costs day days did do does each error exit extra
        fl for from ft gate gb get give good got had has have here home hr hrs http i if
        in inch is it its item items just kb kg km kms last lb lbs left level line made
        ghz hp hz mhz kbps mbps fps mg ml kw chart time agent user id no number code mrn
        npi otp pin cvv cvc ssn iban itin card sure dea vin imei dob pan nhs zip route
        track volume
        make max may mb min mins mm more most my near need new next nd no not of off oh
        ok old on only or out over page paid part pay pcs per pics pls plus pm port rd
        room row rs sale save seat seats sent set show since size so some st star stars
        step take than that the them then they th this till times to top total two under
        unit until up usd use eur gbp inr want was we week were will with yeah year
        years yep yes yet you zip
        jan feb mar apr jun jul aug sep oct nov dec march april june july
        """,
    )
)


def code(value: str) -> bool:
    """Whether it is more than a word and a number, such as "for 300" or "made 2017"."""
    words = re.findall(r"[a-z]+", value.lower())
    if sum(c.isdecimal() for c in value) < 2:
        return False
    return not (_WORDS_IN_NO_CODE.intersection(words) or _YEAR.search(value))


_YEAR = re.compile(r"\b(?:19|20)\d\d\Z")
