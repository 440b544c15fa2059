"""Every way to spell a placeholder, as regexes of one making."""

import re
from typing import NamedTuple

from .entities import MAX_LABEL

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

_SEPARATES = ".,'\u2019*~`_\u00a0\u2009\u202f\u200b-\u200d\u2060\ufeff\u00ad\ufe0f"
_NOT_JOINED = (
    rf"(?![{_JOINED}=(]|[{_SEPARATES}]{{0,3}}[\d\u00b2\u00b3\u00b9\u2070-\u2089]"
    r"|&#(?:4[89]|5[0-7]|[xX]3\d)|%3\d|\\u003\d)"
)
"""Nothing follows that the number may go on with: 1 of 1,234 is no number."""
_JOINED_BEGUN = rf"(?:[{_SEPARATES}]{{0,3}}|&#?[45xX]?3?|%3?|\\u?0{{0,2}}3?)"

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
        _Part(_NOT_JOINED, _JOINED_BEGUN),
    )


def _mark(kind: str) -> _Part:
    """Nothing, by which a match tells which form it has."""
    return _Part(f"(?P<{kind}_>)", "(?!)")


_WIDE_OPEN = "\uff1c\u2039\u00ab\u3008\u27e8\u300a"
_WIDE_CLOSE = "\uff1e\u203a\u00bb\u3009\u27e9\u300b"
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
    _chars(_WIDE_CLOSE, 1, 1),
    _words("&gt;", "&GT;", "&amp;gt;", "&#62;", "&#062;", "&#x3e;", "&#x3E;", "&#X3E;"),
    _words("%3E", "%3e", "%253E", "%253e"),
    _words(r"\u003e", r"\u003E", r"\\u003e", r"\\u003E", r"\x3e", r"\x3E", r"\\x3e"),
)
BRACKETED = _any(
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
        _Part(rf"(?![^<>]{{0,16}}[>{_WIDE_CLOSE}])", "[^<>]{0,16}"),  # it is not lost
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
REFERENCE_WORDS = ("ref", "Ref", "REF")
_REF = _words(*REFERENCE_WORDS)
_MARKS = _chars(f"{_BLANK}*`~{_UNSEEN}", 0, 4)
_COLON = _any(
    _all(_SLASHES, _chars(":\uff1a", 1, 1)),
    _chars("_\u2010-\u2015\\-", 1, 1),
    _words("%3A", "%3a", "&#58;", "&#x3a;", "&#x3A;", "&colon;", r"\u003a", r"\u003A"),
)
_REFERENCE = _all(
    _behind(f"(?<![{_JOINED}])"),
    _REF,
    _MARKS,
    _COLON,
    _MARKS,
    _named("body", _chars("0-9a-fA-F", 8, 8)),
    _ahead(f"(?![{_JOINED}])"),
)
REFERENCE = re.compile(_REFERENCE.full)
"""Matches ``ref:a1b2c3d4``, ``Ref: A1B2C3D4``; not ``href:a1b2c3d4e5``."""
REFERENCE_UNFINISHED = re.compile(rf"(?:{_REFERENCE.begun})\Z")
JOINED = re.compile(f"[{_JOINED}]")
"""A character that a word goes on with: no reference is told apart from it."""

OPENERS = "<&%\\[{"
_ALL_OPENERS = re.escape(OPENERS) + _WIDE_OPEN + _WIDE_SQUARE

START = re.compile(f"[A-Z{_ALL_OPENERS}]")
UNFINISHED = re.compile(
    re.sub(
        r"\(\?P<\w+>",
        "(?:",
        rf"{START.pattern}(?:(?<![A-Z]){BRACKETED.begun}"
        rf"|(?<=[A-Z])(?<![{_JOINED}<.$@#\\].)(?<!\$\{{.){_BARE.begun})\Z",
    )
)
WIDE_START = re.compile(f"[{_WIDE_OPEN}{_WIDE_SQUARE}]")
BARE_NUMBER = re.compile(
    r"_(0{0,3}[1-9][0-9]{0,8}+)([B-Z]?+)((?:s|['\u2019][sS]?)?+)"
    rf"{_NOT_JOINED}>?"
)
BARE_LABEL = re.compile(
    rf"(?<![{_JOINED}<.$@#\\])(?<!\$\{{)"
    r"([A-Z]+(?:\\{0,2}_[A-Z]+){0,4})\\{0,2}\Z"
)


BAR_ESCAPED = re.compile(_BAR.full)
BETWEEN = re.compile(rf"[{_BLANK}]*(?:{_JOINT.full})[{_BLANK}]*")
HIDDEN = re.compile(f"[{_UNSEEN}]")
OWN_LABEL = re.compile(rf"[A-Z][A-Z0-9_]{{0,{MAX_LABEL - 1}}}")
