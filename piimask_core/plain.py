"""Is a text so plain that nothing but its words could tell of somebody?

Most messages are. In such a text no placeholder stands, no value is disguised, and a
known value begins with one of its words: a look at these is all that it takes.
"""

import re
import string
from itertools import pairwise

_JOINED = re.compile(r"(?<=[A-Za-z\-])[A-Z]")
"""A capital inside a word: it may be base64."""

_MARKS = "\n.,;:!?'\"()-"
_PLAIN = f"{string.ascii_letters} {_MARKS}".encode()
"""All else, such as digits, brackets and other scripts, is to be read with care."""
_LETTERS = bytes.maketrans(
    (string.ascii_uppercase + _MARKS).encode(),
    (string.ascii_lowercase + " " * len(_MARKS)).encode(),
)


def plain_words(text: str) -> list[str] | None:
    """The words of a plain text in lower case; None where it is not plain.

    Spelled-out words, ``J o h n``, make it not plain.
    """
    raw = text.encode(errors="surrogatepass")
    if raw.translate(None, _PLAIN):
        return None
    if not text[1:].islower() and _JOINED.search(text):
        return None
    words = raw.translate(_LETTERS).decode().split()
    single = list(map(len, words)).count(1)
    return None if single > 1 and _is_spelled(words) else words


def _is_spelled(words: list[str]) -> bool:
    return any(len(a) == len(b) == 1 for a, b in pairwise(words))
