"""Does a value stand in what was sent, in whatever disguise?

A form is a way to write a value (``base64``); a view is a way to read the bytes
(as they are, JSON's strings, URL-decoded ...). Every form is sought in every view.
"""

import base64
import html
import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from wire.replies import strings

RAW = "as sent"
JSON = "JSON strings"
DEPTH = 3
"""How many decodings are undone, one on top of the other."""

SHORTEST_ENCODED = 4
"""Below so many bytes a value's base64 or hex stands in any text by chance."""
SHORTEST_SQUEEZED = 5
SHORTEST_DIGITS = 7

JSON_ESCAPE = re.compile(r'(?:\\u[0-9a-fA-F]{4}|\\["\\/bfnrt])+')
SPACE = re.compile(r"[\s\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\ufeff]+")
DIGITS = re.compile(r"[0-9](?:[\s().\-/_+\u2010-\u2015\u2212]{0,3}[0-9])*")


def leaks(data: bytes, values: Iterable[str]) -> list[str]:
    """Where each value was found, by its index: ``value 0: base64, JSON strings``.

    A value is named once, in the plainest form it has; no value is in the answer.
    """
    readings = _views(data)
    found = []
    for index, value in enumerate(values):
        if not SPACE.sub("", value):
            raise ValueError(f"value {index} is empty, so it would be found anywhere")
        where = _find(readings, value)
        if where:
            found.append(f"value {index}: {where}")
    return found


def _find(readings: dict[str, str], value: str) -> str:
    for view, text in readings.items():
        for form, stands_in in FORMS.items():
            if stands_in(text, value):
                return f"{form}, {view}"
    return ""


# How a value can be written


def _verbatim(text: str, value: str) -> bool:
    return value in text


def _any_case(text: str, value: str) -> bool:
    return _fold(value) in _fold(text)


def _url_encoded(text: str, value: str) -> bool:
    raw = _bytes(value)
    return _has(text, [quote(raw), quote(raw, safe=""), quote_plus(raw)])


def _json_escaped(text: str, value: str) -> bool:
    return _has(text, [json.dumps(value)[1:-1]])


def _html_escaped(text: str, value: str) -> bool:
    decimal = "".join(f"&#{ord(char)};" for char in value)
    hexadecimal = "".join(f"&#x{ord(char):x};" for char in value)
    return _has(text, [html.escape(value), decimal, hexadecimal])


def _base64(text: str, value: str) -> bool:
    """At each of three alignments: without what neighbouring bytes have a part in."""
    packed = SPACE.sub("", text)
    cases = {value, value.lower(), value.upper()}
    return any(core in packed for case in cases for core in _base64_cores(case))


def _base64_cores(value: str) -> set[str]:
    raw = _bytes(value)
    if len(raw) < SHORTEST_ENCODED:
        return set()
    cores = set()
    for offset in range(3):
        first = -(-8 * offset // 6)
        last = 8 * (offset + len(raw)) // 6
        standard = base64.b64encode(bytes(offset) + raw).decode()[first:last]
        cores |= {standard, standard.translate(str.maketrans("+/", "-_"))}
    return cores


def _hex(text: str, value: str) -> bool:
    cases = {_bytes(case) for case in (value, value.lower(), value.upper())}
    packed = SPACE.sub("", text)
    return _has(packed, [raw.hex() for raw in cases if len(raw) >= SHORTEST_ENCODED])


def _squeezed(text: str, value: str) -> bool:
    core = SPACE.sub("", _fold(value))
    return len(core) >= SHORTEST_SQUEEZED and core in SPACE.sub("", _fold(text))


def _digits(text: str, value: str) -> bool:
    core = _only_digits(_fold(value))
    if len(core) < SHORTEST_DIGITS:
        return False
    return any(core in _only_digits(run) for run in DIGITS.findall(_fold(text)))


FORMS: dict[str, Callable[[str, str], bool]] = {
    "verbatim": _verbatim,
    "any case": _any_case,
    "URL-encoded": _url_encoded,
    "JSON-escaped": _json_escaped,
    "HTML-escaped": _html_escaped,
    "base64": _base64,
    "hex": _hex,
    "whitespace removed": _squeezed,
    "digits only": _digits,
}


def _has(text: str, written: Iterable[str]) -> bool:
    folded = text.casefold()
    return any(form.casefold() in folded for form in written)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _only_digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")


# How the bytes can be read


def _views(data: bytes) -> dict[str, str]:
    """The bytes as text, JSON's strings, and either of them decoded again."""
    raw = data.decode("utf-8", "replace")
    views = {RAW: raw}
    inner = "\n".join(_json_strings(_body(raw)))
    if inner:
        views[JSON] = inner
    newest = dict(views)
    for _ in range(DEPTH):
        newest = _decoded(newest, known=set(views.values()))
        views |= newest
    return views


def _decoded(texts: dict[str, str], *, known: set[str]) -> dict[str, str]:
    found = {}
    for view, text in texts.items():
        for name, decode in DECODERS.items():
            decoded = decode(text)
            if decoded not in known:
                known.add(decoded)
                found[f"{view}, {name}"] = decoded
    return found


def _body(raw: str) -> str:
    """What follows the headers of an HTTP request; the whole if it is none."""
    _, found, body = raw.partition("\r\n\r\n")
    return body if found else raw


def _json_strings(text: str, depth: int = DEPTH) -> list[str]:
    """All strings of a JSON text, and those in strings that are JSON themselves."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return []
    found = list(strings(data))
    if depth:
        found += [
            part
            for string in found
            if string.lstrip()[:1] in ("{", "[", '"')
            for part in _json_strings(string, depth - 1)
        ]
    return found


def _unescape_json(text: str) -> str:
    return JSON_ESCAPE.sub(lambda match: str(json.loads(f'"{match[0]}"')), text)


DECODERS: dict[str, Callable[[str], str]] = {
    "URL-decoded": unquote,
    "form-decoded": unquote_plus,
    "JSON-unescaped": _unescape_json,
    "HTML-unescaped": html.unescape,
}
