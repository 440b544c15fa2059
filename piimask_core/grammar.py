r"""What is a placeholder, and what is one that a model has respelled?

``<LABEL_N>`` with an optional letter for the written form. Models also write
``<email_1>``, ``< EMAIL 01 >``, ``&lt;EMAIL\_1&gt;``, ``[EMAIL_1]``, ``EMAIL_1``.

- Between angle brackets, in whatever escape: any case, spaces, hyphens, markdown.
- Between square brackets: in capitals, or with the underscore in place; between curly
  ones in capitals.
- With a bracket lost, or without any: capitals and underscores only, and bounded.

A respelling counts where its type word is one of the closed table ``ALIASES``. A label
that only a recognizer of one's own gives is known by its exact spelling, or escaped.
Nothing is ever guessed: the number is read as it is written, or not at all.
"""

import re
import unicodedata
from collections.abc import Container, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from .entities import ALIASES, MAX_LABEL

PLACEHOLDER = re.compile(
    rf"<([A-Z][A-Z0-9_]{{0,{MAX_LABEL - 1}}})_([1-9][0-9]{{0,8}})([B-Z]?)>", re.ASCII
)
"""Matches ``<EMAIL_1>`` and ``<PERSON_2B>``; not ``<b>``, ``<EMAIL_01>``, ``<Q>``."""

LONGEST = 64
"""No spelling of a placeholder has more characters."""


class Placeholder(NamedTuple):
    """A stand-in taken apart: ``<EMAIL_2B>`` is EMAIL, 2, B."""

    label: str
    number: int
    letter: str = ""

    def __str__(self) -> str:
        return f"<{self.label}_{self.number}{self.letter}>"


class Candidate(NamedTuple):
    """A stretch that reads as one placeholder, or (``<EMAIL_1s>``) as one of two.

    Each reading has the placeholder and what was written behind it: a possessive or
    plural ending. ``bare``: it lacks a bracket at least on one side.
    """

    start: int
    end: int
    readings: Sequence[tuple[str, str]]
    bare: bool = False


def parse(text: str) -> Placeholder | None:
    """A whole string read as one placeholder in its exact spelling, or None."""
    match = PLACEHOLDER.fullmatch(text)
    return Placeholder(match[1], int(match[2]), match[3]) if match else None


def find(text: str) -> Iterator[tuple[int, int]]:
    """Where something stands that reads as a placeholder, issued or not."""
    for candidate in candidates(text):
        yield candidate.start, candidate.end


def candidates(
    text: str, at: int = 0, *, issued: Container[str] = ()
) -> Iterator[Candidate]:
    """Everything from ``at`` on that reads as a placeholder, from left to right.

    ``issued``: placeholders whose exact spelling needs no second look.
    """
    opening, has_bar = _opening(text), "_" in text
    while opening or has_bar:
        found = _bracketed(opening, text, at, issued) if opening else None
        end = found.start if found else len(text)
        while has_bar and (bare := _unbracketed(text, at, end)):
            yield bare
            at = bare.end
        if found is None:
            return
        yield found
        at = found.end


def unfinished(text: str, labels: Container[str] | None = None, start: int = 0) -> int:
    """Where, from ``start`` on, the tail begins that more text could still turn into a
    placeholder. The length of the text when there is none.

    ``labels``: those that were issued; without a bracket no other one is waited for.
    """
    at = max(start, len(text) - LONGEST + 1)
    while match := _UNFINISHED.search(text, at):
        at = match.start()
        if not "A" <= text[at] <= "Z" or _may_be_issued(match[0], labels):
            return at
        at += 1
    return len(text)


def may_hold(text: str) -> bool:
    """False where a text has nothing that a placeholder could start from."""
    return "_" in text or _opening(text) is not None


def may_begin(chunk: str) -> bool:
    """Whether a placeholder could begin in this piece of text."""
    return _START.search(chunk) is not None


def _opening(text: str) -> re.Pattern[str] | None:
    """What finds the bracketed placeholders of a text; None where there are none.

    It starts from no other characters than those that there are: for the usual ``<``
    alone that is many times faster.
    """
    present = "".join(c for c in _OPENERS if c in text)
    if not text.isascii():
        present += "".join(sorted(set(_WIDE_START.findall(text))))
    return _starting(present) if present else None


@cache
def _starting(with_one_of: str) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(with_one_of)}]{_BRACKETED.full}")


def _bracketed(
    opening: re.Pattern[str], text: str, at: int, issued: Container[str]
) -> Candidate | None:
    """The next placeholder with a bracket, at least an opening one."""
    if opening is _ANGLES:  # the usual case, without the grammar
        start = text.find("<", at)
        end = text.find(">", start, start + LONGEST) + 1
        if end and (spelled := text[start:end]) in issued:
            return Candidate(start, end, ((spelled, ""),))
    while match := opening.search(text, at):
        spelled = match[0]
        if spelled in issued:
            return Candidate(match.start(), match.end(), ((spelled, ""),))
        kind = (match.lastgroup or "")[:-1]
        word = match[kind]
        joint = text[match.end(kind) : match.start(f"{kind}_n")]
        label = _label(kind, word, joint)
        if kind == "square" and not word.isupper() and _is_index(text, match.start()):
            label = None
        parts = (match[f"{kind}_n"], match[f"{kind}_l"], match[f"{kind}_e"])
        if label and (read := _read(label, *parts)) and len(spelled) <= LONGEST:
            return Candidate(match.start(), match.end(), read, kind == "open")
        at = match.start() + 1
    return None


def _is_index(text: str, at: int) -> bool:
    """``users[person_1]``, ``grid[x][date_1]``."""
    return at > 0 and (text[at - 1].isalnum() or text[at - 1] in "_])!")


def _unbracketed(text: str, at: int, end: int) -> Candidate | None:
    """The next placeholder without an opening bracket."""
    if text.find("_", at, end) < 0:
        return None
    while match := _BARE_NUMBER.search(text, at, end):
        before = _BARE_LABEL.search(
            text, max(at, match.start() - LONGEST), match.start()
        )
        if before and match.end() - before.start() <= LONGEST:
            label = ALIASES.get(_BAR_ESCAPED.sub("_", before[1]))
            if label and (read := _read(label, *match.groups())):
                return Candidate(before.start(), match.end(), read, True)
        at = match.end()
    return None


def _read(
    label: str, number: str, letter: str, ending: str
) -> Sequence[tuple[str, str]]:
    """What a spelling may stand for; nothing where the number is too large."""
    n = int(_plain(number))
    if n > 999_999_999:
        return ()
    readings = [(str(Placeholder(label, n, _plain(letter).upper())), ending)]
    if letter == "s":  # another form, or the plural
        readings.append((str(Placeholder(label, n)), letter + ending))
    return readings


def _label(kind: str, word: str, joint: str) -> str | None:
    """The label that a type word stands for where it stands, or None."""
    label = ALIASES.get(_plain(word).upper())
    if label is None:
        escaped = _BAR_ESCAPED.sub("_", word)
        is_own = kind == "angle" and _OWN_LABEL.fullmatch(escaped)
        return escaped if is_own and _BAR_ESCAPED.fullmatch(joint) else None
    if kind == "square" and not word.isupper():
        return label if _BAR_ESCAPED.fullmatch(joint) else None
    return None if kind == "curly" and not word.isupper() else label


def _plain(text: str) -> str:
    """Without what is not seen, in plain letters and digits, joined by ``_``."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _HIDDEN.sub("", text))
    return _BETWEEN.sub("_", text)


def _may_be_issued(beginning: str, labels: Container[str] | None) -> bool:
    """Whether a bare beginning, ``EMA`` or ``EMAIL_1``, leads to one of the labels."""
    word = _BAR_ESCAPED.sub("_", _NUMBER_BEGUN.sub("", beginning)).rstrip("\\_")
    known = _BEGINNINGS.get(word, ())
    return bool(known) if labels is None else any(label in labels for label in known)


# --- The grammar --------------------------------------------------------------------
#
# Each part is written once, as what matches it and as what matches a beginning of it,
# so that whole texts and streams can never be of two minds. No part gives back what it
# took, and all are bounded, so a text costs in proportion to its length.


class _Part(NamedTuple):
    full: str
    begun: str


def _words(*texts: str) -> _Part:
    """One of these texts; a beginning is one cut short."""
    full = sorted(set(texts), key=len, reverse=True)
    begun = sorted({t[:n] for t in texts for n in range(len(t))}, key=len, reverse=True)
    return _Part(
        f"(?>{'|'.join(map(re.escape, full))})",
        f"(?:{'|'.join(map(re.escape, begun))})",
    )


def _chars(chars: str, least: int, most: int) -> _Part:
    """So many of these characters."""
    return _Part(f"[{chars}]{{{least},{most}}}+", f"[{chars}]{{0,{most - 1}}}")


def _all(*parts: _Part) -> _Part:
    """One after the other."""
    begun = parts[-1].begun
    for part in reversed(parts[:-1]):
        begun = f"(?:{part.full}{begun}|{part.begun})"
    return _Part("".join(part.full for part in parts), begun)


def _any(*parts: _Part) -> _Part:
    """The first of these that is there."""
    return _Part(
        f"(?>{'|'.join(part.full for part in parts)})",
        f"(?:{'|'.join(part.begun for part in parts)})",
    )


def _repeated(part: _Part, most: int) -> _Part:
    """Up to so many times; it gives back the last, which may be the number."""
    full = f"(?:{part.full}){{0,{most}}}"
    return _Part(full, f"{full}(?:{part.begun})")


def _named(name: str, part: _Part) -> _Part:
    return _Part(f"(?P<{name}>{part.full})", part.begun)


def _behind(condition: str) -> _Part:
    """What is before holds for every beginning; what comes may yet come."""
    return _Part(condition, condition)


def _ahead(condition: str) -> _Part:
    return _Part(condition, "")


_JOINED = r"0-9A-Za-z_\u00c0-\u024f\u0300-\u052f"
"""What a word goes on with, in scripts that put spaces between words."""

_NOT_JOINED = rf"(?![{_JOINED}=(]|\.[0-9])"

_UNSEEN = "\u200b-\u200d\u2060\ufeff\u00ad\ufe0f"
_LETTERS = f"A-Za-z\uff21-\uff3a\uff41-\uff5a{_UNSEEN}"
_DIGITS = f"0-9\uff10-\uff19{_UNSEEN}"
_BLANK = " \\t\u00a0"
_PAD = _chars(f"{_BLANK}*`~_{_UNSEEN}", 0, 4)  # spaces and markdown

_SLASHES = _chars(r"\\", 0, 2)
_BAR_WORDS = ("%5F", "%5f", "&#95;", "&lowbar;", r"\u005f", r"\u005F")
_BAR = _any(_words(*_BAR_WORDS), _all(_SLASHES, _chars("_\uff3f", 1, 1)))
_JOINT = _any(
    _all(
        _chars(_BLANK, 0, 2),
        _any(
            _BAR,
            _all(_SLASHES, _chars("\u2010-\u2015\u2212\uff0d\\-", 1, 1)),
            _words("%20", "&nbsp;"),
        ),
        _chars(_BLANK, 0, 2),
    ),
    _chars(_BLANK, 1, 2),
)
_WORD = _chars(_LETTERS + _DIGITS, 1, MAX_LABEL)
_NUMBER = _all(
    _chars(f"0\uff10{_UNSEEN}", 0, 3),
    _chars("1-9\uff11-\uff19", 1, 1),
    _chars(_DIGITS, 0, 10),
)
_POSSESSIVE = _any(_all(_chars("'\u2019", 1, 1), _chars("sS", 0, 1)), _words(""))


def _between_brackets(kind: str) -> _Part:
    label = _all(
        _chars(_LETTERS, 1, 1),
        _chars(_LETTERS + _DIGITS, 0, MAX_LABEL),
        _repeated(_all(_JOINT, _WORD), 12),
    )
    return _all(
        _PAD,
        _named(kind, label),
        _JOINT,
        _named(f"{kind}_n", _NUMBER),
        _named(f"{kind}_l", _chars("B-Zb-z\uff22-\uff3a", 0, 1)),
        _named(f"{kind}_e", _POSSESSIVE),
        _PAD,
    )


def _in_capitals(kind: str, *label: _Part) -> _Part:
    bar = _all(_SLASHES, _chars("_", 1, 1))
    more = _repeated(_all(bar, _chars("A-Z", 1, MAX_LABEL)), 4)
    return _all(
        _named(kind, _all(*label, _chars("A-Z", 0, MAX_LABEL), more)),
        bar,
        _named(
            f"{kind}_n",
            _all(_chars("0", 0, 3), _chars("1-9", 1, 1), _chars("0-9", 0, 8)),
        ),
        _named(f"{kind}_l", _chars("B-Z", 0, 1)),
        _named(f"{kind}_e", _any(_words("s"), _POSSESSIVE)),
        _Part(_NOT_JOINED, r"\.{0,1}"),
    )


def _mark(kind: str) -> _Part:
    """Nothing, by which a match tells which form it has."""
    return _Part(f"(?P<{kind}_>)", "(?!)")


_WIDE_OPEN = "\uff1c\u2039\u00ab\u3008\u27e8\u300a"
_WIDE_SQUARE = "\uff3b\u3010"
_OPENED = _any(
    _behind(f"(?<=[<{_WIDE_OPEN}])"),
    _all(
        _behind("(?<=&)"),
        _words(*("lt;", "LT;", "amp;lt;", "#60;", "#060;", "#x3c;", "#x3C;", "#X3C;")),
    ),
    _all(_behind("(?<=%)"), _words("3C", "3c", "253C", "253c")),
    _all(
        _behind(r"(?<=\\)"),
        _words("u003c", "u003C", r"\u003c", r"\u003C", "x3c", "x3C", r"\x3c", r"\x3C"),
    ),
)
_CLOSED = _any(
    _all(_SLASHES, _chars(">", 1, 1)),
    _chars("\uff1e\u203a\u00bb\u3009\u27e9\u300b", 1, 1),
    _words("&gt;", "&GT;", "&amp;gt;", "&#62;", "&#062;", "&#x3e;", "&#x3E;", "&#X3E;"),
    _words("%3E", "%3e", "%253E", "%253e"),
    _words(r"\u003e", r"\u003E", r"\\u003e", r"\\u003E", r"\x3e", r"\x3E", r"\\x3e"),
)
_BRACKETED = _any(
    _all(_OPENED, _between_brackets("angle"), _CLOSED, _mark("angle")),
    _all(  # \<EMAIL_1\>
        _behind(r"(?<=\\)"),
        _words("<", r"\<"),
        _between_brackets("both"),
        _all(_chars(r"\\", 1, 2), _chars(">", 1, 1)),
        _mark("both"),
    ),
    _all(
        _behind(rf"(?<![{_JOINED}<].)"),
        _OPENED,
        _PAD,
        _in_capitals("open", _chars("A-Z", 1, 1)),
        _Part(rf"(?![{_BLANK}]{{0,2}}[0-9])", f"[{_BLANK}]{{0,2}}"),  # <EMAIL_1 0>
        _mark("open"),
    ),
    _all(
        _behind(rf"(?<=[\[{_WIDE_SQUARE}])(?<![{_JOINED}].)"),
        _chars(rf"\[{_WIDE_SQUARE}", 0, 1),
        _between_brackets("square"),
        _chars("\\]\uff3d\u3011", 1, 2),
        _ahead(r"(?!\()"),
        _mark("square"),
    ),
    _all(
        _behind(rf"(?<=\{{)(?<![{_JOINED}$].)"),
        _chars(r"\{", 0, 1),
        _between_brackets("curly"),
        _chars(r"\}", 1, 2),
        _mark("curly"),
    ),
)
_BARE = _all(_in_capitals("bare", _words("")), _any(_chars(">", 1, 1), _words("")))
_OPENERS = "<&%\\[{"
_ALL_OPENERS = re.escape(_OPENERS) + _WIDE_OPEN + _WIDE_SQUARE

_START = re.compile(f"[A-Z{_ALL_OPENERS}]")
_UNFINISHED = re.compile(
    re.sub(
        r"\(\?P<\w+>",
        "(?:",
        rf"{_START.pattern}(?:(?<![A-Z]){_BRACKETED.begun}"
        rf"|(?<=[A-Z])(?<![{_JOINED}<.$@#\\].)(?<!\$\{{.){_BARE.begun})\Z",
    )
)
_WIDE_START = re.compile(f"[{_WIDE_OPEN}{_WIDE_SQUARE}]")
_BARE_NUMBER = re.compile(
    r"_(0{0,3}[1-9][0-9]{0,8}+)([B-Z]?+)((?:s|['\u2019][sS]?)?+)"
    rf"{_NOT_JOINED}>?"
)
_BARE_LABEL = re.compile(
    rf"(?<![{_JOINED}<.$@#\\])(?<!\$\{{)"
    r"([A-Z]+(?:\\{0,2}_[A-Z]+){0,4})\\{0,2}\Z"
)

_ANGLES = _starting("<")

_BAR_ESCAPED = re.compile(_BAR.full)
_BETWEEN = re.compile(rf"[{_BLANK}]*(?:{_JOINT.full})[{_BLANK}]*")
_HIDDEN = re.compile(f"[{_UNSEEN}]")
_OWN_LABEL = re.compile(rf"[A-Z][A-Z0-9_]{{0,{MAX_LABEL - 1}}}")
_NUMBER_BEGUN = re.compile(r"\\{0,2}_0*(?:[1-9][0-9]*[B-Z]?)?(?:s|['\u2019]s?)?\Z")
_BEGINNINGS: dict[str, set[str]] = {}
for _alias, _canonical in ALIASES.items():
    for _end in range(1, len(_alias) + 1):
        _BEGINNINGS.setdefault(_alias[:_end], set()).add(_canonical)
