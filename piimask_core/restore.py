"""What is a placeholder, and what stands where one stood?

``<LABEL_N>`` with an optional letter for the written form. One pass from left to
right with one fixed expression; restored text is never looked at again.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from .entities import MAX_LABEL

PLACEHOLDER = re.compile(
    rf"<([A-Z][A-Z0-9_]{{0,{MAX_LABEL - 1}}})_([1-9][0-9]{{0,8}})([B-Z]?)>", re.ASCII
)
"""Matches ``<EMAIL_1>`` and ``<PERSON_2B>``; not ``<b>``, ``<EMAIL_01>``, ``<Q>``."""

_TAIL = re.compile(
    rf"<(?:[A-Z][A-Z0-9_]{{0,{MAX_LABEL - 1}}}(?:_(?:[1-9][0-9]{{0,8}}[B-Z]?)?)?)?\Z",
    re.ASCII,
)

Encode = Callable[[str], str]


class Placeholder(NamedTuple):
    """A stand-in taken apart: ``<EMAIL_2B>`` is EMAIL, 2, B."""

    label: str
    number: int
    letter: str = ""

    def __str__(self) -> str:
        return f"<{self.label}_{self.number}{self.letter}>"


def parse(text: str) -> Placeholder | None:
    """A whole string read as one placeholder, or None."""
    match = PLACEHOLDER.fullmatch(text)
    return Placeholder(match[1], int(match[2]), match[3]) if match else None


def find(text: str) -> Iterator[tuple[int, int]]:
    """Where something stands that reads as a placeholder, issued or not."""
    if "<" in text:
        for match in PLACEHOLDER.finditer(text):
            yield match.span()


def restore(
    text: str, values: Mapping[str, str], *, encode: Encode | None = None
) -> str:
    """The text with every placeholder in ``values`` replaced by its value.

    Any other placeholder stays as it is. ``encode`` fits a value to what surrounds
    it, for example ``json_escape`` inside JSON text.
    """
    if "<" not in text:
        return text

    def value_of(match: re.Match[str]) -> str:
        value = values.get(match[0])
        if value is None:
            return match[0]
        return encode(value) if encode else value

    return PLACEHOLDER.sub(value_of, text)


def json_escape(value: str) -> str:
    """A value as it stands between the quotes of a JSON string."""
    return json.dumps(value, ensure_ascii=False)[1:-1]


def unfinished(text: str) -> int:
    """Where the tail begins that more text could still turn into a placeholder.

    The length of the text when there is none.
    """
    at = text.rfind("<", -MAX_LABEL - 12)
    return at if at >= 0 and _TAIL.match(text, at) else len(text)
