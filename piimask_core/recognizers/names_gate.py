"""May a text hold a name at all? A look at its words, before the model is asked.

Most messages are made of words that are never part of a name. Which words these are
was counted in the text that the model learned from, and lies with its weights: ``will``
is one, ``Will`` is none.
"""

import re
import string

_MARKS = "".join(c for c in map(chr, range(128)) if c not in string.ascii_letters)
_LETTERS = bytes.maketrans(_MARKS.encode(), b" " * len(_MARKS))

_FOREIGN = re.compile("[^\x00-\x7f\u2000-\u2bff\ufe0f\U0001f000-\U0001faff]")
"""Letters of other alphabets; not dashes, quotes, arrows or emoji."""


def may_hold_name(text: str, plain: frozenset[str]) -> bool:
    """Whether there is a word that is not one of the ``plain`` ones.

    Numbers and marks are no words. Letters beyond ASCII may always be of a name.
    """
    if not text.isascii() and _FOREIGN.search(text):
        return True
    words = text.encode("ascii", "replace").translate(_LETTERS).decode().split()
    return not plain.issuperset(words)
