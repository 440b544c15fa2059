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
from .references import PREFIX, REF, is_body
from .spellings import (
    BAR_ESCAPED,
    BARE_LABEL,
    BARE_NUMBER,
    BETWEEN,
    BRACKETED,
    HIDDEN,
    OPENERS,
    OWN_LABEL,
    REFERENCE,
    REFERENCE_UNFINISHED,
    REFERENCE_WORDS,
    START,
    UNFINISHED,
    WIDE_START,
)

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
    text: str,
    at: int = 0,
    *,
    issued: Container[str] = (),
    is_behind: bool = False,
    refers: bool = True,
) -> Iterator[Candidate]:
    """Everything from ``at`` on that reads as a placeholder, from left to right.

    ``issued``: placeholders whose exact spelling needs no second look. ``is_behind``:
    one ends at ``at``. ``refers``: references too.
    """
    typed = _typed(text, at, issued, is_behind)
    return _with_references(text, at, typed) if refers and _refers(text) else typed


def _with_references(
    text: str, at: int, typed: Iterator[Candidate]
) -> Iterator[Candidate]:
    following = next(typed, None)
    for match in _references(text, at):
        body = match["body"].lower()
        while following and following.start < match.start():
            yield following
            at = following.end
            following = next(typed, None)
        if match.start() >= at:
            yield Candidate(*match.span(), ((PREFIX + body, ""),))
            at = match.end()
        while following and following.start < at:
            following = next(typed, None)
    while following:
        yield following
        following = next(typed, None)


def _references(text: str, at: int) -> Iterator[re.Match[str]]:
    """Each where one of its first words stands: searched for by itself that is fast."""
    for start in sorted(_standing(text, at)):
        match = REFERENCE.match(text, start)
        if match and is_body(match["body"].lower()):
            yield match


def _standing(text: str, at: int) -> Iterator[int]:
    for word in REFERENCE_WORDS:
        start = text.find(word, at)
        while start >= 0:
            yield start
            start = text.find(word, start + 1)


def _refers(text: str) -> bool:
    return any(word in text for word in REFERENCE_WORDS)


def _typed(
    text: str, at: int, issued: Container[str], is_behind: bool
) -> Iterator[Candidate]:
    opening, has_bar = _opening(text), "_" in text
    while opening or has_bar:
        behind = at if is_behind else -1
        found = _bracketed(opening, text, at, issued, behind) if opening else None
        end = found.start if found else len(text)
        while has_bar and (bare := _unbracketed(text, at, end)):
            yield bare
            at, is_behind = bare.end, True
        if found is None:
            return
        yield found
        at, is_behind = found.end, True


def unfinished(text: str, labels: Container[str] | None = None, start: int = 0) -> int:
    """Where, from ``start`` on, the tail begins that more text could still turn into a
    placeholder. The length of the text when there is none.

    ``labels``: those that were issued; without a bracket no other one is waited for.
    """
    at = max(start, len(text) - LONGEST + 1)
    if labels is None or REF in labels:
        begun = REFERENCE_UNFINISHED.search(text, at)
        return min(begun.start() if begun else len(text), _unfinished(text, labels, at))
    return _unfinished(text, labels, at)


def _unfinished(text: str, labels: Container[str] | None, at: int) -> int:
    while match := UNFINISHED.search(text, at):
        at = match.start()
        if not "A" <= text[at] <= "Z" or _may_be_issued(match[0], labels):
            return at
        at += 1
    return len(text)


def may_hold(text: str, labels: Container[str] = (REF,)) -> bool:
    """False where a text has nothing that a placeholder could start from."""
    return (
        "_" in text or _opening(text) is not None or (REF in labels and _refers(text))
    )


def may_begin(chunk: str, labels: Container[str] = (REF,)) -> bool:
    """Whether a placeholder could begin in this piece of text."""
    return START.search(chunk) is not None or (REF in labels and "r" in chunk)


def _opening(text: str) -> re.Pattern[str] | None:
    """What finds the bracketed placeholders of a text; None where there are none.

    It starts from no other characters than those that there are: for the usual ``<``
    alone that is many times faster.
    """
    present = "".join(c for c in OPENERS if c in text)
    if not text.isascii():
        present += "".join(sorted(set(WIDE_START.findall(text))))
    return _starting(present) if present else None


@cache
def _starting(with_one_of: str) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(with_one_of)}]{BRACKETED.full}")


def _bracketed(
    opening: re.Pattern[str], text: str, at: int, issued: Container[str], behind: int
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
        if kind == "square" and not word.isupper() and match.start() != behind:
            label = None if _is_index(text, match.start()) else label
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
    while match := BARE_NUMBER.search(text, at, end):
        before = BARE_LABEL.search(
            text, max(at, match.start() - LONGEST), match.start()
        )
        if before and match.end() - before.start() <= LONGEST:
            label = ALIASES.get(BAR_ESCAPED.sub("_", before[1]))
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
        escaped = BAR_ESCAPED.sub("_", word)
        is_own = kind == "angle" and OWN_LABEL.fullmatch(escaped)
        return escaped if is_own and BAR_ESCAPED.fullmatch(joint) else None
    if kind == "square" and not word.isupper():
        return label if BAR_ESCAPED.fullmatch(joint) else None
    return None if kind == "curly" and not word.isupper() else label


def _plain(text: str) -> str:
    """Without what is not seen, in plain letters and digits, joined by ``_``."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", HIDDEN.sub("", text))
    return BETWEEN.sub("_", text)


def _may_be_issued(beginning: str, labels: Container[str] | None) -> bool:
    """Whether a bare beginning, ``EMA`` or ``EMAIL_1``, leads to one of the labels."""
    word = BAR_ESCAPED.sub("_", _NUMBER_BEGUN.sub("", beginning)).rstrip("\\_")
    known = _BEGINNINGS.get(word, ())
    return bool(known) if labels is None else any(label in labels for label in known)


_ANGLES = _starting("<")
_NUMBER_BEGUN = re.compile(
    r"\\{0,2}_0*(?:[1-9][0-9]*[B-Z]?)?(?:s|['\u2019]s?)?(?:[^A-Z0-9].{0,5})?\Z"
)
_BEGINNINGS: dict[str, set[str]] = {}
for _alias, _canonical in ALIASES.items():
    for _end in range(1, len(_alias) + 1):
        _BEGINNINGS.setdefault(_alias[:_end], set()).add(_canonical)
