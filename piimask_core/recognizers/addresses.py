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

from .address_parts import (
    ANNOUNCED_FIRST,
    ANNOUNCED_LAST,
    HEAD,
    LONGEST,
    NUMBER_FIRST,
    NUMBER_LAST,
    SAID,
    SENT,
    TAIL,
)
from .address_words import STOP_WORDS


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
_SAID_BEFORE = rf"{SAID}\Z"
_SENT_BEFORE = rf"{SENT}\Z"
_HEAD_BEFORE = rf"{HEAD}\Z"
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
    tail = _compiled(TAIL).match(text, end, start + 2 * LONGEST)
    end = tail.end() if tail else end
    limit = start + LONGEST
    if end > limit:
        cuts = [m.start() for m in _SPACE.finditer(text, start + 1, limit)]
        end = cuts[-1] if cuts else limit
    while text[end - 1] in ".,":
        end -= 1
    return end
