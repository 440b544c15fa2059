"""The last look: does a known value stand in what goes to the model, in any disguise?

A text is read as it is, with its URL, JSON and HTML escapes undone, without what is not
seen, with spaced-out words joined, and where it is base64, decoded. What is found is
told by where it stands in the text as it is, so that it can be masked there.
"""

import base64
import binascii
import hashlib
import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import unquote

from .audit import Sent
from .entities import Entity
from .undone import undo

Look = Callable[[str], Sequence[Entity]]
"""A text -> the known values in it that are to be masked."""

_URL = re.compile(r"(?:%[0-9A-Fa-f]{2}|\+)+")
_JSON = re.compile(r'(?:\\(?:u[0-9a-fA-F]{4}|["\\/bfnrt]))+')
_HTML = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});")
_UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u2060-\u2064\ufe0f\ufeff]+")
_COMPOSED = re.compile(r"[\x00-\x7f]?[\u0300-\u036f]+|[^\x00-\x7f]+")
_SPACED = re.compile(r"(?<!\w)\S(?:[ \t\u00a0]{1,3}\S){4,}(?!\w)")
_BLANK = re.compile(r"[ \t\u00a0]+")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_\-])[A-Za-z0-9+/_\-]{6,}={0,2}")


class Found(NamedTuple):
    """Where a known value stands in a text, and what it says undisguised."""

    entity: Entity
    value: str


def found_in(text: str, look: Look) -> list[Found]:
    """The known values in a text, as it is or disguised."""
    found = [Found(entity, text[entity.start : entity.end]) for entity in look(text)]
    if "%" in text or "+" in text:
        found += _decoded(text, _URL, _from_url, look)
    if "\\" in text:
        found += _decoded(text, _JSON, _from_json, look)
    if "&" in text:
        found += _decoded(text, _HTML, html.unescape, look)
    if not text.isascii():
        found += _decoded(text, _UNSEEN, lambda _: "", look)
        found += _decoded(text, _COMPOSED, _plain, look)
    for match in _SPACED.finditer(text):
        for join in (_joined, _joined_words):
            found += _moved(_decoded(match[0], _BLANK, join, look), match.start())
    for match in _BASE64.finditer(text):
        found += _in_base64(match, look)
    return found


def receipt(texts: Iterable[str], *, known: int, masked_again: int = 0) -> Sent:
    """For texts in which nothing is found any more."""
    digest, count, characters = hashlib.sha256(), 0, 0
    for text in texts:
        raw = text.encode("utf-8", "surrogatepass")
        digest.update(len(raw).to_bytes(8, "big") + raw)
        count += 1
        characters += len(text)
    return Sent(count, characters, known, masked_again, digest.hexdigest())


def _decoded(
    text: str, escaped: re.Pattern[str], decode: Callable[[str], str], look: Look
) -> Iterator[Found]:
    """What is found with the escapes undone, by where it stands with them."""
    undone = undo(text, escaped, lambda match: decode(match[0]))
    if undone is None:
        return
    for entity in look(undone.text):
        start, end = undone.span(entity.start, entity.end)
        there = replace(entity, start=start, end=end)
        yield Found(there, undone.text[entity.start : entity.end])


def _moved(found: Iterable[Found], by: int) -> Iterator[Found]:
    for entity, value in found:
        start, end = entity.start + by, entity.end + by
        yield Found(replace(entity, start=start, end=end), value)


def _joined(blanks: str) -> str:
    return ""


def _joined_words(blanks: str) -> str:
    """Two blanks are one between words, where letters have one between them."""
    return " " if len(blanks) > 1 else ""


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _from_url(escaped: str) -> str:
    return unquote(escaped.replace("+", " "), errors="replace")


def _from_json(escaped: str) -> str:
    return str(json.loads(f'"{escaped}"'))


def _in_base64(match: re.Match[str], look: Look) -> Iterator[Found]:
    """The stretch, where a value stands in what it decodes to.

    In what follows ``id-``, ``key_`` or ``/`` too: they may be of it, or before it.
    """
    for begin in (0, *(m.end() for m in _BREAK.finditer(match[0], 0, 64))):
        packed = match[0][begin:].rstrip("=").translate(_STANDARD)
        if len(packed) < 6 or packed.islower() or packed[1:].islower():
            continue  # a word
        try:
            raw = base64.b64decode(packed + "=" * (-len(packed) % 4))
        except binascii.Error:
            continue
        decoded = raw.decode(errors="replace")
        for entity in look(decoded):
            there = replace(entity, start=match.start() + begin, end=match.end())
            yield Found(there, decoded[entity.start : entity.end])


_BREAK = re.compile(r"[-_/]")
_STANDARD = str.maketrans("-_", "+/")
