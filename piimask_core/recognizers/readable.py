"""Text as recognizers can read it."""

import re

LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def readable(text: str) -> str:
    """The text with U+FFFD for each lone surrogate; every position stays the same.

    A lone surrogate cannot be encoded, and spaCy and tokenizers die on it.
    """
    return text if text.isascii() else LONE_SURROGATE.sub("\ufffd", text)
