r"""Regexes of our own: what Presidio refuses, misses, or finds too slowly.

- E-mail addresses and URLs replace Presidio's ``EmailRecognizer`` and
  ``UrlRecognizer``: those take quadratic time (80,000 characters of ``a.a.a.`` keep
  them busy for many seconds), and the first looks up a list on the net.
- US social security numbers and phone numbers that Presidio holds for samples, as in
  ``123-45-6789`` or ``555-123-4567``: real people paste these.
- Card numbers of the lengths and series that Presidio does not know.

Every regex takes linear time. A repetition without a bound starts only where its run
of characters starts (a lookbehind says so) and ends at a character which is not in
the run; everything else is bounded. To find another type add a row to ``PATTERNS``
and lines to the table in the test.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from piimask_core.entities import Entity, Recognizer


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regex for one type. The value is the group ``value``, or the whole match.

    Case never matters. A ``check`` may still refuse the value; put such a regex into
    a lookahead if a refused match must not hide another one that begins inside it.
    """

    type: str
    regex: str
    score: float
    check: Callable[[str], bool] | None = None


def patterns(rows: Iterable[Pattern] | None = None) -> Recognizer:
    """A recognizer of these patterns; without any given, of ``PATTERNS``."""
    chosen = PATTERNS if rows is None else rows
    compiled = [(row, re.compile(row.regex, re.IGNORECASE)) for row in chosen]

    def recognize(text: str) -> Sequence[Entity]:
        return [e for row, regex in compiled for e in _find(row, regex, text)]

    return recognize


def _find(row: Pattern, regex: re.Pattern[str], text: str) -> Iterator[Entity]:
    group = "value" if "value" in regex.groupindex else 0
    for match in regex.finditer(text):
        if row.check is None or row.check(match[group]):
            start, end = match.span(group)
            yield Entity(row.type, start, end, row.score)


def luhn(value: str) -> bool:
    """Whether the last digit is the check digit of a card number (ISO/IEC 7812-1)."""
    digits = [int(c) for c in reversed(value) if c.isdecimal()]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


# --- E-mail addresses ---------------------------------------------------------------

# What stands before the @. RFC 5322 also allows = ? | { } and ` there, but text has
# them mostly around an address (to=jane@example.com), so they end it.
_MARK = r"_.!#$%&'*+\-/^~"
_LOCAL = rf"[\w{_MARK}]"
_LABEL = r"[^\W_](?:[\w\-]*[^\W_])?"
# The last label begins with a letter, so pkg@1.2.3 is none. A Latin one ends where
# another script begins: people write no space between an address and 谢谢.
_LATIN = r"a-z\u00c0-\u024f"
_TOP = rf"(?:[{_LATIN}][{_LATIN}0-9\-]*[{_LATIN}0-9]|[^\W\d_]{{2,63}})"
_DOMAIN = rf"(?:(?:{_LABEL}\.)+{_TOP}|\[(?:ipv6:)?[0-9a-f.:]{{7,45}}\])"

# Starts at a letter or digit, so **jane@example.com** is found without the stars. A
# lookahead, since what follows one @ may stand before the next; a domain there is
# passed over when more follows it, as in jane@example.com/joe@example.com.
EMAIL = (
    rf"(?<!{_LOCAL})(?=(?>(?<=@){_DOMAIN}[{_MARK}]+)?[{_MARK}]*"
    rf"(?P<value>[^\W_]{_LOCAL}*@{_DOMAIN}))"
)

# A bounce address holds another address: bounce-jane=example.com@lists.example.org
EMAIL_IN_EMAIL = (
    rf"(?<![\w={_MARK}])[{_MARK}]*(?P<value>[^\W_]{_LOCAL}*={_LOCAL}*"
    rf"\.(?:com|net|org|edu|gov|[a-z]{{2}})@{_DOMAIN})"
)

# "jane doe"@example.com
EMAIL_QUOTED = rf'"[^"\r\n]{{1,64}}"@{_DOMAIN}'

# --- URLs ---------------------------------------------------------------------------

# Brackets belong to a URL when they close inside it; quotes, angle brackets and bars
# never do, and it does not end in punctuation.
_END = (
    r"\s<>\"|\\`\u2018-\u201f\u00ab\u00bb"
    r"\u3001\u3002\u300c\u300d\uff08\uff09\uff0c"
)
URL_BODY = (
    rf"(?:[^{_END}'()\[\]]|'(?=\w)|\([^{_END}()]*\)|\[[^{_END}\[\]]*\])+"
    r"(?<![.,;:!?*_~'}])"
)

# https://example.com/jane, and postgres://jane:secret@db as well
URL_SCHEME = (
    r"(?<![a-z0-9+.\-])[0-9+.\-]*"
    rf"(?P<value>[a-z][a-z0-9+.\-]*://{URL_BODY})"
)

_HOST_START = r"(?<![\w.@\-/])[.\-]*"
_PORT_AND_PATH = rf"(?::\d{{1,5}})?(?:[/?#](?:{URL_BODY})?)?"

# www.example.com/jane
URL_WWW = (
    rf"{_HOST_START}(?P<value>www\d{{0,3}}\.{_LABEL}(?:\.{_LABEL})*{_PORT_AND_PATH})"
)

# example.com: only names of domains that are no word or file name ("tell.me", "a.py")
_TOP_KNOWN = (
    "com|net|org|edu|gov|mil|int|info|biz|name|io|co|ai|app|dev|tv|xyz|online|site"
    "|store|shop|tech|cloud|blog|page|eu|uk|ca|au|nz|ie|de|fr|nl|ch|es|pt|pl|se|dk|fi"
    "|cz|gr|ru|ua|tr|jp|cn|hk|tw|kr|br|mx|ar|za|sg|il"
)
URL_BARE = (
    rf"{_HOST_START}"
    rf"(?P<value>(?:{_LABEL}\.)+(?:{_TOP_KNOWN})(?![a-z0-9\-]){_PORT_AND_PATH})"
)

# t.me/jane: with a path behind it any name will do
URL_PATH = (
    rf"{_HOST_START}(?P<value>(?:{_LABEL}\.)+[a-z]{{2,24}}(?::\d{{1,5}})?/{URL_BODY})"
)

# --- Numbers ------------------------------------------------------------------------

_DASH = r"\-\u2010-\u2015\u2212"  # with what word processors make of a hyphen
_SPACE = r" \u00a0\u202f"
_SEP = rf"[{_DASH}{_SPACE}.]"
_NO_DIGIT_BEFORE = rf"(?<!\d)(?<!\d[{_DASH}.])"
_NO_DIGIT_AFTER = rf"(?!\d)(?![{_DASH}.]\d)"

# 123-45-6789. No area 000, 666 or 9xx, no group 00, no serial 0000: never issued.
_SSN = r"(?!000|666|9)\d{{3}}([{0}])(?!00)\d{{2}}\1(?!0000)\d{{4}}"
SSN = _NO_DIGIT_BEFORE + _SSN.format(_DASH) + _NO_DIGIT_AFTER
SSN_SPACED = (
    rf"(?<!\d)(?<!\d[{_SPACE}{_DASH}.,])"
    + _SSN.format(_SPACE)
    + rf"(?!\d)(?![{_SPACE}{_DASH}.,]\d)"
)
# Nine bare digits are one only after its name.
SSN_NAMED = (
    r"\b(?:ssn|social security)\b[^\d\n]{0,24}"
    r"(?P<value>(?!000|666|9)\d{3}(?!00)\d{2}(?!0000)\d{4})(?!\d)"
)

# The exchange may start with 0 or 1, which no real one does: 555-123-4567 is the
# number that people write. Behind a letter and a dash it is a part number.
_AREA = r"[2-9]\d{2}"
_EXTENSION = r"(?: ?(?:x|ext\.?|extension) ?\d{1,6})?"
US_PHONE = (
    rf"{_NO_DIGIT_BEFORE}(?<!\+)(?<!\w[{_DASH}/])(?:\+?1{_SEP}?)?"
    rf"(?:\({_AREA}\){_SEP}?|(?!\d{{3}}[{_SPACE}]\d{{3}}[{_SPACE}]){_AREA}{_SEP})"
    rf"\d{{3}}{_SEP}\d{{4}}{_EXTENSION}{_NO_DIGIT_AFTER}"
)
# 555 123 4567: spaces alone separate many things, so no other number beside it
US_PHONE_SPACED = (
    rf"(?<!\d)(?<!\d[{_SPACE}{_DASH}.,])(?<!\+)(?:\+?1[{_SPACE}])?{_AREA}[{_SPACE}]"
    rf"\d{{3}}[{_SPACE}]\d{{4}}{_EXTENSION}(?!\d)(?![{_SPACE}{_DASH}.,]\d)"
)
# +44 20 7946 0958 (E.164: up to 15 digits)
PHONE_INTERNATIONAL = (
    rf"(?<![\w+])\+[1-9](?:[{_DASH}{_SPACE}.()/]{{0,2}}\d){{7,14}}(?!\d)"
)
# Ten bare digits, or seven, are one only beside a word that says so.
_PHONE_WORD = r"(?:cell|fax|mobile|phone|tel|telephone|whatsapp)"
_OTHER_NUMBER = r"account|case|id\b|invoice|order|ref|ticket|track"
PHONE_NAMED = (
    rf"\b(?:{_PHONE_WORD}|call|dial|sms|text)"
    rf"(?:(?!{_OTHER_NUMBER})[^\d\n]){{0,24}}"
    rf"(?P<value>(?:\+?1{_SEP}?)?\d{{10}}|\d{{3}}{_SEP}\d{{4}}"
    rf"|\d{{3}}{_SEP}\d{{3}}{_SEP}\d{{4}}){_NO_DIGIT_AFTER}"
)
PHONE_THEN_NAME = (
    rf"{_NO_DIGIT_BEFORE}(?P<value>\d{{10}})"
    rf"(?=(?:(?!{_OTHER_NUMBER})[^\d\n]){{1,16}}\b{_PHONE_WORD}\b)"
)

# Lookaheads: "1234 4111 1111 1111 1111" has a card number behind four other digits.
CARD = (
    rf"(?<!\d)(?=(?P<value>[2-6]\d{{12,18}}"
    rf"|[2-6]\d{{3}}(?:[{_DASH}{_SPACE}.]\d{{4}}){{3}}"
    rf"|3\d{{3}}[{_DASH}{_SPACE}.]\d{{6}}[{_DASH}{_SPACE}.]\d{{4,5}})(?!\d))"
)
CARD_19 = (
    rf"(?<!\d)(?=(?P<value>[56]\d{{3}}(?:[{_DASH}{_SPACE}.]\d{{4}}){{3}}"
    rf"[{_DASH}{_SPACE}.]\d{{1,3}})(?!\d))"
)

PATTERNS = (
    Pattern("EMAIL_ADDRESS", EMAIL, 0.9),
    Pattern("EMAIL_ADDRESS", EMAIL_IN_EMAIL, 0.9),
    Pattern("EMAIL_ADDRESS", EMAIL_QUOTED, 0.9),
    Pattern("URL", URL_SCHEME, 0.6),
    Pattern("URL", URL_WWW, 0.6),
    Pattern("URL", URL_BARE, 0.5),
    Pattern("URL", URL_PATH, 0.5),
    Pattern("US_SSN", SSN, 0.85),
    Pattern("US_SSN", SSN_SPACED, 0.6),
    Pattern("US_SSN", SSN_NAMED, 0.85),
    Pattern("PHONE_NUMBER", US_PHONE, 0.75),
    Pattern("PHONE_NUMBER", US_PHONE_SPACED, 0.6),
    Pattern("PHONE_NUMBER", PHONE_INTERNATIONAL, 0.75),
    Pattern("PHONE_NUMBER", PHONE_NAMED, 0.7),
    Pattern("PHONE_NUMBER", PHONE_THEN_NAME, 0.7),
    Pattern("CREDIT_CARD", CARD, 0.9, luhn),
    Pattern("CREDIT_CARD", CARD_19, 0.9, luhn),
)
