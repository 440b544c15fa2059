"""Phone numbers: by their shape, or by a word beside them.

Real ones and the samples that Presidio refuses, as in ``555-123-4567``: people write
those. A number without a shape of its own, such as ten bare digits, is one beside a
word that says so, or in a message that is short enough to be an answer.
"""

from .parts import DASH, NO_DIGIT_AFTER, NO_DIGIT_BEFORE, SEP, SPACE, heads
from .pattern import Pattern

EXTENSION = (
    rf"(?:[{SPACE}]?,?[{SPACE}]?(?:x|ext\.?|extension|extn\.?)[{SPACE}]?\d{{1,6}})?"
)

# The exchange may start with 0 or 1, which no real one does: 555-123-4567 is the
# number that people write. Behind a letter and a dash it is a part number.
_AREA = r"[2-9]\d{2}"
_WIDE = rf"(?:{SEP}|[{SPACE}][{DASH}/][{SPACE}]|/)"
US_PHONE = (
    rf"{NO_DIGIT_BEFORE}(?<!\+)(?<!\w[{DASH}/])(?:\+?1{SEP}?)?"
    rf"(?:\({_AREA}\)[{SPACE}]?{_WIDE}?"
    rf"|(?!\d{{3}}[{SPACE}]\d{{3}}[{SPACE}]){_AREA}{_WIDE})"
    rf"\d{{3}}{_WIDE}\d{{4}}(?:{NO_DIGIT_AFTER}{EXTENSION})(?!\d)"
)
# 555 123 4567: spaces alone separate many things, so no other number beside it
US_PHONE_SPACED = (
    rf"(?<!\d)(?<!\d[{SPACE}{DASH}.,])(?<!\+)(?:\+?1[{SPACE}])?{_AREA}[{SPACE}]"
    rf"\d{{3}}[{SPACE}]\d{{4}}{EXTENSION}(?!\d)(?![{SPACE}{DASH}.,]\d)"
)

_GAP = rf"[{DASH}{SPACE}.()/]{{0,3}}"
# +44 20 7946 0958 (E.164: up to 15 digits), 0044 (0)20 7946 0958
PHONE_INTERNATIONAL = (
    rf"(?<![\w+])\+[{SPACE}]?(?:1(?:{_GAP}\d){{10}}|[1-9](?:{_GAP}\d){{7,14}})(?!\d)"
    rf"{EXTENSION}"
)
PHONE_ZERO_ZERO = (
    rf"(?<![\w+.,{DASH}])(?<!\d[{SPACE}])00(?=\d{{0,5}}[{DASH}{SPACE}(])"
    rf"[{SPACE}{DASH}]?[1-9](?:{_GAP}\d){{7,13}}(?!\d){EXTENSION}"
)

_NO_DATE = (
    r"(?!(?:[0-3]?\d[\-./ ][01]?\d|[01]?\d[\-./ ][0-3]?\d)[\-./ ]\d\d(?!\d|[\-./ ]\d))"
    r"(?!\d{1,4}[\-./ ]\d{1,2}[\-./ ]\d{4}(?!\d))(?!\d{4}-\d\d-\d\d)"
    r"(?!(?:19|20)\d\d[01]\d[0-3]\d(?!\d))(?!\d{1,3}(?:\.\d{1,3}){3})"
)
# 020 7946 0958, (030) 123456
PHONE_NATIONAL = (
    rf"(?<![\w+.,:/$€£{DASH}])(?<!\d[{SPACE}]){_NO_DATE}\(?0[1-9]"
    rf"(?=\d{{0,3}}[){DASH}{SPACE}])(?:[{DASH}{SPACE}()]{{0,2}}\d){{7,9}}(?![\w])"
    rf"(?![{DASH}.,:]\d){EXTENSION}"
)
# (11) 5555-0199
PHONE_BRACKETED = (
    rf"(?<![\w)])\(\d{{2,4}}\)[{SPACE}]?\d{{3,4}}{SEP}\d{{3,4}}(?![\w])(?![{DASH}.]\d)"
)

_STRONG = (
    "phone|telephone|mobile|cellphone|cell|fax|tel|whats ?app|landline|ph|mob|phone no"
    "|hotline|telefon|handy|m[óo]vil|t[ée]l[ée]fono|t[ée]l[ée]phone|celular"
)
_WEAK = (
    "call|callback|dial|sms|text|ring|reach|contact|answering|answer|number|numbers"
    "|registered|direct line|direct|helpline|signal|telegram"
)
_OTHER = r"account|acct|case|\bid\b|invoice|order|ref|ticket|track|card|ssn|zip|claim"
_BETWEEN = rf"(?:(?!{_OTHER})[^\d\n])"
# In any grouping: "51 555 20 18", "082 173 2700", "416 70 021"
_LOOSE = rf"[+(]{{0,2}}\d(?:[{DASH}{SPACE}.()/]{{0,2}}\d){{6,13}}"
_ENDS = rf"(?!\d)(?![{DASH}.]\d)"
PHONE_AFTER_WORD = (
    rf"(?<![^\W\d_])(?:{_STRONG})(?![^\W\d_]){_BETWEEN}{{0,24}}(?:[:|]\s{{1,4}})?"
    rf"{_NO_DATE}(?P<value>{_LOOSE}{_ENDS}{EXTENSION})"
)
_SHAPED = (
    rf"(?:\+?1{SEP}?)?\(?\d{{3}}\)?{SEP}?\d{{3}}{SEP}?\d{{4}}"
    rf"|0?\d{{2,4}}{SEP}\d{{3,4}}{SEP}?\d{{3,4}}|\d{{3}}{SEP}\d{{4}}"
    rf"|\d{{2,4}}(?:{SEP}\d{{2,3}}){{2,4}}|\d{{4}}{SEP}\d{{4}}|\d{{8,12}}|\d\d(?:{SEP}\d\d){{2}}"
)
PHONE_AFTER_VERB = (
    rf"(?<![^\W\d_])(?:{_WEAK})(?![^\W\d_]){_BETWEEN}{{0,24}}{_NO_DATE}"
    rf"(?P<value>(?:{_SHAPED}){_ENDS}{EXTENSION})(?![{SPACE}]?(?:%|\$|usd|pm|am))"
)
_PLACE = "(?:office|home|work|fax|mobile|cell)"
PHONE_BEFORE_WORD = (
    rf"{NO_DIGIT_BEFORE}(?<![\w$€£./])(?<!\d[{SPACE},]){_NO_DATE}(?P<value>{_LOOSE})"
    rf"(?!\d)(?={_BETWEEN}{{1,12}}\b(?:{_STRONG})\b"
    rf"|[{SPACE}]?[({DASH}][{SPACE}]?{_PLACE}\b"
    rf"|[{SPACE}]{_PLACE}(?=[\s,;.|]{{0,3}}(?:$|[\n\d+(])))"
)

# In móvil and téléphone a letter that is not ASCII ends the word.
_PHONE_WORDS = heads(f"{_STRONG}|movil|telefono|telephone")
_WORDS = ("m\u00f3vil", "t\u00e9l")
_PLACES = ("office", "home", "work")

ROWS = (
    Pattern(
        "PHONE_NUMBER", US_PHONE, 0.75, digits=10, runs=("334", "434"), at="number"
    ),
    Pattern(
        "PHONE_NUMBER", US_PHONE_SPACED, 0.6, digits=10, runs=("334",), at="number"
    ),
    Pattern("PHONE_NUMBER", PHONE_INTERNATIONAL, 0.75, digits=8, marks="+", at="+"),
    Pattern(
        "PHONE_NUMBER", PHONE_ZERO_ZERO, 0.7, digits=10, words=("00",), at="number"
    ),
    Pattern("PHONE_NUMBER", PHONE_NATIONAL, 0.5, digits=9, words=("0",), at="number"),
    Pattern("PHONE_NUMBER", PHONE_BRACKETED, 0.5, digits=8, marks="(", at="("),
    Pattern(
        "PHONE_NUMBER",
        PHONE_AFTER_WORD,
        0.7,
        digits=7,
        starts=_PHONE_WORDS,
        words=_WORDS,
        at="word",
    ),
    Pattern(
        "PHONE_NUMBER",
        PHONE_AFTER_VERB,
        0.45,
        digits=6,
        starts=heads(_WEAK),
        at="word",
    ),
    Pattern(
        "PHONE_NUMBER",
        PHONE_BEFORE_WORD,
        0.6,
        digits=7,
        starts=(*_PHONE_WORDS, *_PLACES),
        words=_WORDS,
        at="number",
    ),
)
