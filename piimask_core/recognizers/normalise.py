r"""Which characters and escapes stand for others, and what does a text say plainly?

Escapes of URLs, JSON, HTML and quoted-printable, up to three deep; characters that are
not seen; digits, letters and signs of other scripts that look like ASCII. Everything
here is exact: it says what a reader or the next program would read.
"""

import html
import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

from piimask_core.undone import Undone, undo

_DEEPEST = 3
"""Layers of escapes that are undone: JSON inside JSON inside JSON."""

_ESCAPE = re.compile(
    r"%[0-7][0-9a-f]|(?:%[89a-f][0-9a-f])+"  # %40, %C3%A9
    r"|\\u[0-9a-f]{4}|\\u\{[0-9a-f]{1,6}\}|\\x[0-9a-f]{2}"  # \u0040, \x40
    r'|\\["\\/bfnrt]'
    r"|&(?:\#[0-9]{1,7};?|\#x[0-9a-f]{1,6};?|[a-z][a-z0-9]{1,24};)",  # &#64; &commat;
    re.IGNORECASE,
)
_CONTROL = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}

_QUOTED = re.compile(r"=\r?\n|=[2-7][0-9A-F]|(?:=[89A-F][0-9A-F])+")
_QUOTED_SIGN = re.compile(r"=40|=\r?\n")

_PLUS = re.compile(r"(?<=[0-9])\+(?=[0-9])")

_UNSEEN_CHARACTERS = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u20e3\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e0fff"
)
_UNSEEN = re.compile(rf"[{_UNSEEN_CHARACTERS}]+|[!-~][\u0300-\u036f]+")

_COMPATIBLE = (
    r"\u00b2\u00b3\u00b9\u2070-\u209d\u2024\u2100-\u214f\u2460-\u24ff\u3002\ufe50-\ufe6b"
    r"\uff01-\uff5e\uff61\U0001d400-\U0001d7ff\U0001f100-\U0001f12f"
)
_DASH = r"\u2010-\u2015\u2043\u2212"
_DOT = r"\u00b7\u2022\u30fb"
_SPACE = r"\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_FOLD = re.compile(
    rf"[{_COMPATIBLE}]|(?![0-9])\d"
    rf"|(?<=[\d)])[{_DASH}{_SPACE}{_DOT}](?=[\d(])"
)

# Cyrillic and Greek letters that are drawn like Latin ones.
_ALIKE = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухԁԛԝһΑΒΕΖΗΙΚΜΝΟΡΤΥΧαινοτυχ",
    "ABESIJKMHOPCTYXaesijopcyxdqwhABEZHIKMNOPTYXaivotux",
)
_OTHER = r"\u0370-\u03ff\u0400-\u052f"
_MIXED_SIGN = re.compile(rf"[A-Za-z][{_OTHER}]|[{_OTHER}][A-Za-z]")
_STRANGE = re.compile(
    rf"[{_UNSEEN_CHARACTERS}\u0300-\u036f{_COMPATIBLE}{_DASH}{_SPACE}{_DOT}]|(?![0-9])\d"
    rf"|{_MIXED_SIGN.pattern}"
)
_WORD = re.compile(r"[^\W\d_]+")


def may_be_escaped(text: str) -> bool:
    """Whether the text may read otherwise than it is written."""
    return (
        "%" in text
        or "&" in text
        or "\\" in text
        or ("=" in text and _QUOTED_SIGN.search(text) is not None)
        or ("+" in text and _PLUS.search(text) is not None)
        or not (text.isascii() or _STRANGE.search(text) is None)
    )


def plainly(text: str) -> Undone | None:
    """Escapes undone, unseen characters removed, look-alikes made ASCII."""
    view: Undone | None = None
    said = text
    for _ in range(_DEEPEST):
        if not ("%" in said or "&" in said or "\\" in said):
            break
        step = undo(said, _ESCAPE, _unescaped)
        if step is None:
            break
        view, said = step.over(view), step.text
    if said.isascii():
        return view
    step = undo(said, _UNSEEN, _seen)
    if step:
        view, said = step.over(view), step.text
    folded = folded_text(said)
    if folded != said:
        view = view.saying(folded) if view else Undone.of(folded)
    return view


def folded_text(text: str) -> str:
    """As many characters, those that look like ASCII replaced by it."""
    text = _FOLD.sub(_folded, text)
    return _WORD.sub(_latin, text) if _MIXED_SIGN.search(text) else text


def other_views(text: str, plain: Undone | None) -> Iterator[Undone]:
    """Readings that would spoil another one: quoted-printable, + for a space."""
    if "=" in text and _QUOTED_SIGN.search(text):
        view = undo(text, _QUOTED, _unquoted)
        if view:
            yield view
    if "+" in text:
        said = plain.text if plain else text
        spaced = _PLUS.sub(" ", said)
        if spaced != said:  # as many characters
            yield plain.saying(spaced) if plain else Undone.of(spaced)


def _unescaped(match: re.Match[str]) -> str:
    escape = match[0]
    if escape[0] == "%":
        return unquote(escape, errors="replace")
    if escape[0] == "&":
        return html.unescape(escape)
    if len(escape) == 2:
        return _CONTROL.get(escape[1].lower(), escape[1])
    code = int(escape[2:].strip("{}"), 16)
    return chr(code) if code <= 0x10FFFF else "\ufffd"


def _unquoted(match: re.Match[str]) -> str:
    if match[0].endswith("\n"):
        return ""
    return unquote(match[0].replace("=", "%"), errors="replace")


def _seen(match: re.Match[str]) -> str:
    """Nothing, or a character with its accent; what else is drawn over it goes."""
    if match[0][0].isascii():
        return unicodedata.normalize("NFC", match[0])[0]
    return ""


def _folded(match: re.Match[str]) -> str:
    character = match[0]
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if character in "\u3002\uff61\u00b7\u2022\u30fb":
        return "."
    if re.match(rf"[{_DASH}]", character):
        return "-"
    if character.isspace():
        return " "
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 and plain.isascii() else character


def _latin(match: re.Match[str]) -> str:
    """A word that has Latin letters, and others only of those drawn alike."""
    word = match[0]
    if word.isascii() or not any("A" <= c <= "z" for c in word):
        return word
    latin = word.translate(_ALIKE)
    return word if re.search(rf"[{_OTHER}]", latin) else latin
