r"""Street addresses, post boxes and postal codes, by their form alone.

``addresses`` looks at each number of a text. It is the number of an address when a
street stands behind it ("221b Baker Street", "12 rue de la Paix") or before it
("Hauptstra\u00dfe 12"), when a unit or a city with its code tells it, or when a word
before it announces an address. Then it takes in a flat before it, and behind it the
unit, city, state and postal code, over several lines if they end in such evidence.

People write without capitals and commas, so words decide: no address goes on past one
of ``STOP_WORDS``, and "5 minute drive" is none because of "minute". Each number costs
bounded time, and so does each word that the rows of ``ADDRESSES`` start from.
"""

import re
from functools import cache

from piimask_core.entities import Entity

from .address_words import (
    COUNTRY,
    ENDING,
    OWN_WORD,
    STATE_CODE,
    STATE_NAME,
    STOP,
    STOP_WORDS,
    STREET,
    STREET_FIRST,
    STREET_OR_WORD,
    UNIT_WORD,
)
from .patterns import Pattern

LONGEST = 120
"""No address is longer than this."""

# --- Pieces --------------------------------------------------------------------------

_S = r"\s{1,3}"
_TO_NEXT = r"(?:\s{0,3},\s{0,8}|\s{1,8})"
_LETTER = r"[^\W\d_]"
_UPPER = r"(?=(?-i:[A-Z\u00c0-\u00de\u0100-\u017f\u0386-\u03ab\u0401-\u042f]))"
_NAME = rf"{_LETTER}[^\W_]{{0,19}}(?:['\u2019\-][^\W_]{{1,15}}){{0,2}}"
_WORD = rf"(?:(?!{STOP}(?![\w'\u2019])){_NAME})"
_ORDINAL = r"\d{1,3}(?:st|nd|rd|th)(?!\w)"
_STREET_NAME = rf"(?:{_WORD}(?:(?<=\b\w)\.|(?<=\b\w\w)\.|(?<=\b\w\w\w)\.)?|{_ORDINAL})"
_CAPITAL = rf"{_UPPER}{_WORD}"
_PARTICLE = (
    r"(?:a[nm]|d[aeiou]|das|de[lnr]|des|dos|en|la|les?|los|nad?|of|op|pod|sur|the"
    r"|upon|v[ao]n)"
)
_CAPITALS = rf"{_CAPITAL}(?:\s(?:{_PARTICLE}\s){{0,2}}{_CAPITAL}){{0,3}}"
_SIDE = (
    r"(?:north(?:east|west)?|south(?:east|west)?|east|west|ne|nw|se|sw|n|s|e|w)(?!\w)"
)
_HOUSE = r"\d{1,6}(?:\s?[a-z](?!\w))?(?:[-/\u2013]\d{1,5}[a-z]?)?(?:\s1/2)?(?!\w)"
_HOUSE_AFTER = r"\d{1,5}(?:\s?[a-z](?!\w)|[-/]\d{1,4}[a-z]?)?(?![\w:%]|[.,]\d)\.?"
_UNIT_ID = r"(?:[a-z]?-?\d{1,5}(?:-?[a-z])?|[a-z])(?!\w)"
_UNIT = (
    rf"(?:{UNIT_WORD}(?!{_LETTER})\.?\s?(?:no\.?\s?)?#?\s?{_UNIT_ID}|#\s?{_UNIT_ID}"
    r"|\d{1,3}\s?(?:st|nd|rd|th)\s(?:floor|fl|cross|main|block|stage)(?!\w))"
)
_UNIT_SAID = (
    rf"(?:(?:apartment|appartment|appt|apt|suite|ste|unit)(?!{_LETTER})\.?\s?#?\s?"
    rf"{_UNIT_ID}|\d{{1,3}}\s?(?:st|nd|rd|th)\s(?:floor|cross)(?!\w))"
)
_UK_CODE = r"[a-z]{1,2}\d[a-z\d]?\s?\d(?!st|nd|rd|th|gb|tb)[abd-hjlnp-uw-z]{2}"
_CA_CODE = r"[a-z]\d[a-z]\s?\d[a-z]\d"
_POSTAL_CODE = (
    rf"(?:{_UK_CODE}|{_CA_CODE}|\d{{5}}-\d{{3,4}}|\d{{4}}\s[a-z]{{2}}"
    r"|(?:[a-z]{1,2}-)?\d{3}[\s\-]\d{2,3}|\d{2}-\d{3}"
    r"|(?:[a-z]{1,2}-)?(?:\d{4,6}|\d{9}))(?!-?\w)"
)

# City, state, postal code and country: any words if evidence stands behind them.
_EVIDENCE = (
    rf"(?:(?:{STATE_NAME}|{STATE_CODE})(?!\w)\.?{_TO_NEXT}{_POSTAL_CODE}"
    rf"|{_POSTAL_CODE}|(?:{STATE_NAME}|(?-i:[A-Z]{{2}}))(?!\w)|{COUNTRY}(?!\w))"
)
_CITY = (
    rf"{_TO_NEXT}(?>(?:(?!{_EVIDENCE}){_WORD}\.?(?:\s\d{{1,2}}(?!\w))?{_TO_NEXT})"
    rf"{{0,6}}){_EVIDENCE}"
    rf"(?:(?:{_TO_NEXT}{_WORD}){{0,2}}{_TO_NEXT}{_EVIDENCE}){{0,2}}"
)
# Without evidence: names with capitals behind a comma, up to where something ends,
# and a few words that end the text.
_CITY_NAME = (
    rf"(?:(?:\s{{0,3}},\s{{0,8}}(?:{_POSTAL_CODE}\s)?{_CAPITALS}"
    rf"(?=\s{{0,3}}(?:[,.;?!)\n\"]|$)|\s(?:{STOP}|last|next|first)(?!\w))){{1,3}}"
    rf"|,?(?:\s{_WORD}){{1,3}}(?=\s?[.?!]?\s?$))"
)
_CODE_THEN_CITY = (
    rf"{_TO_NEXT}{_POSTAL_CODE},?\s"
    rf"(?:{_CAPITALS}|{_WORD}(?:\s{_WORD}){{0,2}}(?=\s?[.?!]?\s?$))"
)
_TAIL = (
    rf"(?P<unit>(?:{_TO_NEXT}{_UNIT}){{1,3}})?"
    rf"(?:{_CODE_THEN_CITY}|{_CITY}"
    rf"|(?(unit)(?:{_TO_NEXT}{_CAPITALS}){{1,2}}|(?!))|{_CITY_NAME}"
    rf"|(?(unit),?(?:\s{_WORD}){{4,6}}(?=\s?[.?!]?\s?$)|(?!)))?"
    rf"(?:{_TO_NEXT}{_UNIT})?"
)
_STATE_THEN_CODE = (
    rf"(?:{STATE_NAME}|(?!(?-i:id)\s){STATE_CODE}){_TO_NEXT}\d{{5}}(?:-?\d{{4}})?(?!\w)"
)

# --- A number with its street behind it ----------------------------------------------

_COUNTED = r"(?!(?:lane|line|point|story|storey|track|bit|ton|step|page)\s)"
_NAMES = rf"(?:{_STREET_NAME}{_S}){{1,5}}"
_SECOND = rf"(?:\s(?:{STREET}|{STREET_OR_WORD})(?!\w)\.?)?(?:,?\s{_SIDE})?"
_NAMED = (
    r"(?:el\scamino\sreal|avenue\s(?:of\sthe\s\w{3,15}|[a-z](?!\w))"
    r"|broadway(?!\s(?:show|ticket|musical|play))|(?:sector|phase)\s\d{1,3})(?!\w)"
)
NUMBER_FIRST = (
    rf"(?:\d{{1,6}}\s)?{_HOUSE},?{_S}{_COUNTED}(?:"
    rf"(?:{_STREET_NAME}{_S}){{0,3}}"  # 14 North State Highway 9
    r"(?:highway|hwy|route|rte|(?:county|state|ranch)\s(?:road|rd)|fm|cr|sr"
    r"|interstate)\.?\s\d{1,4}[a-z]?(?!\w)"
    rf"(?:\s{_SIDE})?"
    rf"|{_NAMES}{STREET}(?!\w)\.?{_SECOND}"  # 1437 old elm drive
    rf"|(?:{_SIDE}\s)?{_NAMED}(?:\s{_SIDE})?"  # 1200 Avenue of the Americas
    rf"|(?:(?:el|la|los|las)\s|bis,?\s)?{STREET_FIRST}\.?{_S}"  # 12 rue de la Paix
    rf"(?:{_STREET_NAME}{_S}){{0,4}}{_STREET_NAME}(?:\s{_HOUSE_AFTER})?"
    rf"|(?P<weak>{_NAMES}{STREET_OR_WORD}(?!\w)){_SECOND}"  # 12 Park Way
    rf"|(?:{_STREET_NAME}{_S}){{0,4}}{_LETTER}{{0,12}}"  # 54 elm streetusa
    rf"(?:street|avenue|colony|nagar){_LETTER}{{1,25}}(?!\w)"
    rf"|(?:{_STREET_NAME}{_S}){{0,4}}{_STREET_NAME}(?={_TO_NEXT}{_UNIT_SAID})"
    rf"|(?:(?!{STATE_CODE}\s\d){_STREET_NAME}{_TO_NEXT}){{1,9}}"  # 712 elmpur 600199
    rf"(?:{_STATE_THEN_CODE}|\d{{3}}\s?\d{{3}}(?!\w))"
    rf"|(?P<twin>(?<!,\s){_CAPITAL}{_S}(?:{_WORD}{_S}){{0,4}}{_HOUSE_AFTER})"
    rf"(?=\s{{0,3}}[,\n]\s{{0,8}}{_UPPER}|{_TO_NEXT}{_UNIT_SAID})"
    r")"
)

# --- A number with its street before it ----------------------------------------------

NUMBER_LAST = (
    r"(?<!\w)(?:\d{1,6},?\s)?(?:"
    r"(?:p\.?\s?o\.?\s?(?:box|bx)|post(?:al|\soffice)?\s?box|postfach|postboks"
    r"|postbus|apartado|casilla)\.?,?\s(?:no\.?\s?|#\s?)?\d{1,6}(?!\w)"  # PO Box 56
    rf"|{STREET_FIRST}\.?,?{_S}(?:\d{{1,2}}{_S})?(?:{_STREET_NAME}{_S}){{0,6}}"
    rf"{_WORD},?{_S}(?:n[.\u00ba\u00b0o]{{0,2}}\s?)?{_HOUSE_AFTER}"  # Calle Mayor 12
    rf"|(?:{_CAPITAL}\s){{0,3}}(?:(?!{STOP}(?!\w))[\w'\u2019\-]{{2,22}}?(?<!aun)"
    rf"{ENDING}|(?<=\w\s){OWN_WORD})(?!\w)\.?{_S}{_HOUSE_AFTER}"  # Hauptstra\u00dfe 12
    rf"|(?!alaska|nebraska)(?:{_CAPITAL}\s){{0,2}}{_UPPER}{_LETTER}{{2,20}}"
    rf"(?:[sc]k[a\u00e1]|[o\u00f3][vw][a\u00e1]|iego|icza)(?!\w)\s{_HOUSE_AFTER}"
    rf"(?=,\s)"  # Perova 5, Ljubljana
    r"|(?-i:(?:A[mn]|I[mn]|Auf|Unter|Zum|Zur)\s(?:de[mnr]\s)?)?"
    rf"(?:{_CAPITAL}\s){{1,4}}{_HOUSE_AFTER}"  # Am Markt 5, 10115 Berlin
    rf"(?=\s{{0,3}}[,\n]\s{{0,8}}(?:[A-Z]{{1,2}}-)?(?:\d{{4,5}}|\d\d-\d{{3}}),?\s{_UPPER})"
    rf"|{_WORD}{_S}(?:{_STREET_NAME}{_S}){{0,3}}{_HOUSE_AFTER}"  # elmhof 12 suite 4
    rf"(?={_TO_NEXT}{_UNIT_SAID})"
    rf"|{_NAMES}{STREET}(?!\w)\.?{_TO_NEXT}(?:{_WORD}{_TO_NEXT}){{0,4}}"
    rf"{_STATE_THEN_CODE}"  # elm road elmton al 36001
    rf"|{_CAPITALS},?\s(?=(?-i:[A-Z]{{2}})){STATE_CODE},?"
    r"\s\d{5}(?:-\d{4})?(?![\w\-])"  # Columbus, OH 43215
    r")"
)

# --- What announces an address -------------------------------------------------------

_SAID = (
    r"(?:(?<!\w)(?<!mail\s)(?<!ip\s)(?<!mac\s)(?<!web\s)add?r?ess+(?:es)?"
    r"(?:['\u2019]?s|\s(?:is|was|as|to|has\schanged\sto|will\sbe|should\sbe)"
    r"(?:\s(?:now|at|in|on|the|to)){0,2}\s?[:=\-]?|\s?[:=\-])\s{0,4}(?:corner\sof\s)?"
    # Bare, it is no verb at the start or behind a word that goes with a noun.
    r"|(?:\A|[\n,;:]\s?|(?<!\w)(?:my|his|her|our|your|their|new|old|home|mailing"
    r"|shipping|billing|delivery|contact|current|street|postal|full|and)\s)"
    r"add?r?ess+(?:es)?\s{1,4})"
)
_SENT = (
    r"(?<!\w)(?:ship(?:ped)?|deliver(?:ed|y)?|mail(?:ed)?|sen[dt]|taxi|cab|uber|ride"
    r"|going|drop(?:s|ped)?(?:\s\w{2,5})?\soff|pick(?:s|ed)?(?:\s\w{2,5})?\sup|located"
    r"|live[sd]?|living|resid(?:e|es|ing)|moved|enter|stay(?:ing)?|arrived?|meet|is|are)"
    r"(?:\s(?:it|me|them|one|my\s\w{1,12}|the\s\w{1,12}|a\s\w{1,12}|a\snew\sone))?"
    r"\s(?:to|at|in|on)\s"
)
# Any words behind a number that was announced; any name before one.
ANNOUNCED_FIRST = (
    rf"(?:\d{{1,6}}\s)?{_HOUSE},?{_S}"
    rf"(?P<names>(?:{_STREET_NAME}{_S}){{0,6}}{_STREET_NAME})"
    rf"(?P<last>,?\s{_HOUSE_AFTER})?"
)
ANNOUNCED_LAST = (
    rf"(?:{_SAID}|{_SENT})(?P<value>(?:\d{{1,6}},?\s)?{_CAPITAL}{_S}"
    rf"(?:{_WORD}{_S}){{0,5}}{_HOUSE_AFTER})"
)
_SHORT_TAIL = (
    rf"(?:,?\s(?:(?:{_WORD}{_TO_NEXT}){{0,4}}{_STATE_THEN_CODE}|{_CAPITALS}))?"
)
_HEAD = (
    rf"(?:(?<!\w){UNIT_WORD}(?!{_LETTER})\.?\s?(?:no\.?\s?)?#?\s?{_UNIT_ID},?\s{{1,3}}"
    r"|(?<!\w)(?:(?:door|house|plot|flat)\s)?no\.?\s{1,2}|(?<!\w)[a-z][\-/]){1,2}"
)

# --- Rows: addresses without a number of their own -----------------------------------

_PART = rf"(?:{_STREET_NAME}|\d{{1,6}}[a-z]?(?!\w))"
SAID_NAME = (
    rf"{_SAID}(?<=[\s:=\-])(?P<value>(?:{_STREET_NAME}{_S}){{1,5}}"
    rf"(?:(?:{STREET}|{STREET_OR_WORD})(?!\w)\.?{_SECOND}|{_HOUSE_AFTER}){_SHORT_TAIL})"
)
# address: Villa 14, Street 8b, Example 1
SAID_PARTS = (
    rf"{_SAID}(?:(?<=[:=])|(?<=[:=]\s))(?=[^\n]{{0,40}}\d)(?P<value>{_PART}"
    rf"(?:(?:,\s?|\s){_PART}){{2,14}})"
)
# 5th Ave, 30th Street: a place of its own
NUMBERED_STREET = (
    rf"(?<![\w.,])(?:{_SIDE}\s)?{_ORDINAL}\s(?:street|st|avenue|ave|boulevard|blvd)"
    rf"(?!\w)\.?(?:\sstation(?!\w))?(?:,?\s{_SIDE})?{_SHORT_TAIL}"
)
# PSC 4355, Box 4187, APO AP 28906; USNS Example, FPO AP 07688
MILITARY = (
    r"(?<!\w)(?:psc|cmr|unit|us[ns][a-z]|uss|uscgc)\s[\w\s]{1,24},?"
    rf"(?:\s?box\s\d{{1,6}})?{_TO_NEXT}[adf]po,?\sa[aep]\s\d{{5}}(?:-\d{{4}})?(?!\w)"
)
CORNER = (
    r"(?<!\w)(?:the\s)?(?:corner|intersection)\sof\s"
    rf"(?:(?:{_STREET_NAME}|\d{{1,6}}\.?)\s){{1,6}}(?:and|&)"
    rf"(?:\s(?:{_STREET_NAME}|\d{{1,6}})){{1,4}}"
)
ZIP_NAMED = (
    r"(?<!\w)(?:zip(?:\s?code)?|post(?:al)?\s?code|pin\s?code|plz|eircode)"
    r"(?:\s(?:is|of|now|number|no\.?)){0,2}\s?[:=#\-]?\s{0,4}"
    rf"(?P<value>{_POSTAL_CODE}|\d{{3}}(?!\w))"
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

# --- Each number of a text -----------------------------------------------------------


@cache
def _compiled(regex: str) -> re.Pattern[str]:
    """Compiled with the first text that needs it: that takes a while."""
    return re.compile(regex, re.IGNORECASE)


# A number that is no part of a word, an amount, a time, a date or another number.
_NUMBER = re.compile(r"\d(?<![\w$\u00a3\u20ac]\d)(?<!\d[.,:/\-]\d)\d{0,5}(?!\d)")
# The first word behind a number, or behind two, or behind the letter of a house.
_WORD_AFTER = re.compile(
    r"(?:\s?[a-z](?!\w))?(?:[-/\u2013]\d{1,5}[a-z]?)?(?:\s1/2)?(?:\s\d{1,6}[a-z]?(?!\w))?"
    r"(?:\s[a-z](?!\w))?,?\s{1,3}(\d{1,3}(?:st|nd|rd|th)(?!\w)|[^\W\d]\w{0,19})",
    re.IGNORECASE,
)
_SAID_BEFORE = rf"{_SAID}\Z"
_SENT_BEFORE = rf"{_SENT}\Z"
_HEAD_BEFORE = rf"{_HEAD}\Z"
_MAY_ANNOUNCE = re.compile(r"ess|\s(?:to|at|in|on)\s", re.IGNORECASE)
_SENT_TO = ("to", "at", "in", "on")
_WORD_START = re.compile(r"(?<!\w)\w|\n")
_MOST_WORDS = 10  # of an address before its number
_SPACE = re.compile(r"\s+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_BEFORE = 72  # characters looked at before a number


def may_find(text: str) -> bool:
    """Whether the text has a number at all; ``addresses`` starts from nothing else."""
    return _NUMBER.search(text) is not None


def addresses(text: str) -> list[Entity]:
    """Street addresses with a number, each with its unit, city, state and code."""
    found: list[Entity] = []
    done = tried = 0
    for number in _NUMBER.finditer(text):
        at = number.start()
        if at < done:
            continue
        word = _word_before(text, at)
        spans = _first(text, number, word)
        if _may_be_name(word):
            spans += _last(text, at, max(done, tried))
            tried = at  # no word is worth a second try
        if spans:
            start = _with_head(text, min(start for start, _ in spans), done)
            done = _end(text, start, max(end for _, end in spans))
            found.append(Entity("ADDRESS", start, done, 0.6))
    return found


def _word_before(text: str, at: int) -> str:
    """What stands before, back to the last white space."""
    words = text[max(0, at - 30) : at].rsplit(None, 1)
    return words[-1] if words else ""


def _first(text: str, number: re.Match[str], word: str) -> list[tuple[int, int]]:
    """The address, if any, that the number begins."""
    at = number.start()
    if not _name_follows(text, number.end()):
        return []
    match = _compiled(NUMBER_FIRST).match(text, at, at + 2 * LONGEST)
    if match is None or not _likely_street(number[0], match):
        match = _announced(text, number, word)
    return [match.span()] if match else []


def _name_follows(text: str, end: int) -> bool:
    """Whether a word that may begin a name stands behind; cheap, and lets most pass."""
    after = _WORD_AFTER.match(text, end)
    if after is None:
        return False
    word = after[1]
    return len(word) < 2 or word.lower() == "via" or word.lower() not in STOP_WORDS


def _announced(text: str, number: re.Match[str], word: str) -> re.Match[str] | None:
    """Any words behind the number, where it was said that an address comes."""
    at = number.start()
    low = max(0, at - _BEFORE)
    if "ess" in text[low:at].lower() and _compiled(_SAID_BEFORE).search(text, low, at):
        return _compiled(ANNOUNCED_FIRST).match(text, at, at + 2 * LONGEST)
    if word.lower() in _SENT_TO and _compiled(_SENT_BEFORE).search(text, low, at):
        match = _compiled(ANNOUNCED_FIRST).match(text, at, at + 2 * LONGEST)
        return match if match and _likely(number[0], match) else None
    return None


def _likely_street(number: str, match: re.Match[str]) -> bool:
    """Whether it is a street's number, and not a year or a count of something."""
    weak = match["weak"]
    if _YEAR.fullmatch(number):
        words = match[0].split()
        mixed = words[1][0].islower() and not match[0].islower()
        return not (weak or match["twin"] or mixed or words[0].endswith(","))
    return not weak or len(number) > 2 or _titled(weak)


def _likely(number: str, match: re.Match[str]) -> bool:
    """Whether it looks like an address behind "to" or "at": more there has numbers."""
    if match["last"] is not None and len(number) > 2:
        return True
    return len(number) > 1 and _titled(match["names"])


def _titled(name: str) -> bool:
    """Whether each word begins with a capital or a digit."""
    return not any(word[0].islower() for word in name.split())


def _last(text: str, at: int, low: int) -> list[tuple[int, int]]:
    """The address, if any, whose street stands before the number."""
    low = max(low, at - _BEFORE)
    starts = [m.start() for m in _WORD_START.finditer(text, low, at)][-_MOST_WORDS:]
    for start in starts:
        match = _compiled(NUMBER_LAST).match(text, start, at + LONGEST)
        if match and match.end() > at:
            return [match.span()]
    if not _MAY_ANNOUNCE.search(text, low, at):
        return []
    for start in starts:
        match = _compiled(ANNOUNCED_LAST).match(text, start, at + LONGEST)
        if match and match.start("value") <= at < match.end("value"):
            return [match.span("value")]
    return []


def _may_be_name(word: str) -> bool:
    bare = word.rstrip(".,")
    if not bare[-1:].isalpha():
        return False
    return bare.lower() not in STOP_WORDS or (len(bare) == 2 and bare.isupper())


def _with_head(text: str, start: int, done: int) -> int:
    head = _compiled(_HEAD_BEFORE).search(text, max(done, start - 30), start)
    return head.start() if head else start


def _end(text: str, start: int, end: int) -> int:
    """Where unit, city and code end, or the last word before it is too long."""
    tail = _compiled(_TAIL).match(text, end, start + 2 * LONGEST)
    end = tail.end() if tail else end
    limit = start + LONGEST
    if end > limit:
        cuts = [m.start() for m in _SPACE.finditer(text, start + 1, limit)]
        end = cuts[-1] if cuts else limit
    while text[end - 1] in ".,":
        end -= 1
    return end
