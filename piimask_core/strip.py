"""What goes with a removed value, so that a readable sentence is left?

The preposition that led to it, the brackets around it, its title, the "and" of a list
that it ended, a colon that nothing follows now. English; in other languages only
spaces, brackets and punctuation are put right.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence

from .words import words

Span = tuple[int, int]

_PREPOSITIONS = words(
    "about above across after against along alongside among around as at",
    "before behind below beneath beside besides between beyond by",
    "concerning despite during except for from in inside into like near",
    "of off on onto over past per regarding since than through throughout",
    "till to toward towards under underneath until unto upon versus via",
    "with within without",
)
_TITLES = words(
    "mr mrs ms miss mx dr prof professor sir madam",
)
_DETERMINERS = words("the a an my our your his her their its")
_JOINS = words("and or nor plus &")
_COPULAS = words("is are was were be being named called")
_COMPOUND = words("except as out according due because next close instead apart")
"""With a preposition behind them they lead to a value together."""

_GOES_ON = words(
    "is are was were be has have had will would can could shall should",
    "may might must do does did said says wants needs asked called wrote",
    "told sent paid went came i you he she it we they not who which",
)
"""After an "and" that a value followed, one of these goes on with the sentence."""

_FUNCTION = (
    _PREPOSITIONS
    | _JOINS
    | _GOES_ON
    | words(
        "but so because when while where if that today tomorrow yesterday now",
        "again please soon later then too also instead yet already",
    )
)
_PAIRS = frozenset(["()", "[]", "{}", "<>", '""', "''", "\u201c\u201d", "\u2018\u2019"])
_MARKDOWN = re.compile(r"(\*{1,3}|_{1,2}|`|~~)\Z")
_OPENS_DATA = re.compile(r"(?:[=\[{]|\w\(|(?:[\"'\]}\d]|true|false|null)\s*[,:])\Z")
_LAST_WORD = re.compile(r"(?<![\w@./\-])(?P<word>[^\W\d_]+\.?|&)[ \t]*\Z")
_LAST_MARK = re.compile(r"[ \t]*(?P<mark>[:=\u2013\u2014]|(?<![^\s])-|->)[ \t]*\Z")
_NEXT_WORD = re.compile(r"[ \t]*([^\W\d_]+)")
_POSSESSIVE = re.compile(r"['\u2019]s(?!\w)")
_CLOSES = re.compile(r"[ \t]*(?:[.,;:!?)\]}\n]|\Z)")
_AFTER = " \t\n.,;:!?)]}\u201d"
"""No space stands before one of these."""

_GLUE = re.compile(
    r"[ \t]*[,;/&+|]?[ \t]*(?:(?:and|or|plus|nor|cc)[ \t]+)?"
    rf"(?:(?:{'|'.join(sorted(_PREPOSITIONS))})[ \t]+)?"
    r"(?:(?:the|a|an|mr\.?|mrs\.?|ms\.?|dr\.?)[ \t]+)?",
    re.IGNORECASE,
)
_QUOTE = re.compile(r"[\"'](?!\w)")
_LOOK = 40
_MOST = 12
"""Words and marks that go with one value."""


def cuts(text: str, gone: Sequence[Span], kept: Sequence[Span]) -> list[Span]:
    """What to cut so that without ``gone`` the rest can be read.

    ``kept`` are stretches that something else takes the place of: none of them is cut.
    The cuts are in order and without overlap.
    """
    result: list[Span] = []
    bounds = sorted(kept)
    at = before = 0
    groups = _groups(text, _bare(text, sorted(gone)), bounds)
    for n, (start, end) in enumerate(groups):
        while at < len(bounds) and bounds[at][0] < start:
            before = max(before, bounds[at][1])
            at += 1
        ahead = [groups[n + 1][0]] if n + 1 < len(groups) else []
        ahead += [bounds[at][0]] if at < len(bounds) else []
        cut = _cut(text, start, end, before, min([len(text), *ahead]))
        result.append(cut)
        before = cut[1]
    return result


def _bare(text: str, gone: Sequence[Span]) -> list[Span]:
    """Each value with the brackets that hold nothing else."""
    starts = [*(start for start, _ in gone), len(text)][1:]
    result: list[Span] = []
    before = 0
    for (start, end), most in zip(gone, starts, strict=True):
        result.append(_unwrapped(text, start, end, before, most))
        before = result[-1][1]
    return result


def _groups(text: str, gone: Sequence[Span], kept: Sequence[Span]) -> list[Span]:
    """Values that are listed one after the other, as one stretch."""
    groups: list[Span] = []
    for start, end in gone:
        if groups:
            first, last = groups[-1]
            at = bisect_left(kept, (last, last))
            held = at < len(kept) and kept[at][1] <= start
            if (
                not held
                and start - last <= _LOOK
                and _GLUE.fullmatch(text, last, start)
            ):
                groups[-1] = first, max(end, last)
                continue
        groups.append((start, end))
    return groups


def _cut(text: str, start: int, end: int, least: int, most: int) -> Span:
    start, end = _unwrapped(text, start, end, least, most)
    if start > least and (text[start - 1].isalnum() or text[end : end + 1].isalnum()):
        return start, end  # inside a word
    if owner := _POSSESSIVE.match(text, end, most):
        end = owner.end()
    else:
        start = _with_lead(text, start, end, least, most)
        start, end = _unwrapped(text, start, end, least, most)
    return _spaced(text, start, end, least, most)


def _unwrapped(text: str, start: int, end: int, least: int, most: int) -> Span:
    """With brackets, quotes and markdown that hold nothing else."""
    while least < start and end < most:
        pair = text[start - 1] + text[end]
        if pair in _PAIRS and not _is_data(text, start, end):
            start, end = start - 1, end + 1
            continue
        mark = _MARKDOWN.search(text, max(least, start - 3), start)
        if mark is None or not text.startswith(mark[0], end):
            break
        start, end = mark.start(), end + len(mark[0])
    return start, end


def _is_data(text: str, start: int, end: int) -> bool:
    """Quotes of JSON, an attribute or a program: an empty text must be one."""
    before = text[max(start - 12, 0) : start - 1].rstrip()
    return text[start - 1] in "\"'" and (
        _OPENS_DATA.search(before) is not None
        or text[end + 1 : end + 12].lstrip().startswith(":")
    )


def _with_lead(text: str, start: int, end: int, least: int, most: int) -> int:
    """Where the words begin that only led to the value."""
    closes = _CLOSES.match(text, end) is not None
    following = _NEXT_WORD.match(text, end, most)
    word = following[1].lower() if following else ""
    led = False  # by a preposition
    for _ in range(_MOST):
        found = _LAST_WORD.search(text, max(least, start - _LOOK), start)
        before = found["word"].lower().rstrip(".") if found else ""
        is_preposition = before in _PREPOSITIONS
        if found and (
            before in _COMPOUND
            if led and (is_preposition or before in _COMPOUND)
            else is_preposition or _leads(before, closes, word, led)
        ):
            led = led or is_preposition
            start = found.start()
            continue
        mark = _LAST_MARK.search(text, max(least, start - 4), start)
        if mark is None or not closes:
            break
        start = mark.start()
    return start


def _leads(before: str, closes: bool, word: str, led: bool) -> bool:
    if before in _TITLES:
        return True
    if before in _DETERMINERS:
        return not led and (closes or word in _FUNCTION)
    if before in _JOINS:
        return closes or (word in _FUNCTION and word not in _GOES_ON)
    return before in _COPULAS and (closes or word in _JOINS)


def _spaced(text: str, start: int, end: int, least: int, most: int) -> Span:
    """One space, one mark, and none at the beginning of a sentence."""
    left = start
    while left > least and text[left - 1] in " \t":
        left -= 1
    before = text[left - 1] if left > least else "" if left == 0 else "x"
    begins = before in ("", "\n")
    if begins or (before in ".!?" and left < start):
        while end < most and text[end] in " \t,;:":
            end += 1
        if not begins or left == start:
            ends = text[end : end + 1]
            if end < most and ends in ".!?" and _CLOSES.match(text, end + 1):
                end += 1
                return (left, end) if before else (start, _blank(text, end, most))
        if end == len(text) or text[end] == "\n":
            return left, end
        return start, end
    following = text[end : end + 1] if end < len(text) else ""
    right = _blank(text, end, most)
    mark = text[right : right + 1] if right < most else ""
    closes = not following or following in _AFTER or _QUOTE.match(text, end)
    if left < start and closes:
        start = left
        if before == "," and mark == ",":
            return start, right + 1
    if before in "([{":
        while right < most and text[right] in " \t,;:":
            right += 1
        return start, right
    if before and before in ",;:" and (not following or (mark and mark in ".!?)")):
        start = left - 1
    return start, end


def _blank(text: str, at: int, most: int) -> int:
    while at < most and text[at] in " \t":
        at += 1
    return at
