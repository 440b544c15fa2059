"""Words of which no name is made, so that a text of nothing else need not be read."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from piimask_core.recognizers import names_text as bits

from .corpus import Message

_LETTERS = re.compile("[A-Za-z]+")
_NAMED = (
    bits.FIRST
    | bits.FIRST_RARE
    | bits.LAST
    | bits.LAST_RARE
    | bits.PLACE
    | bits.COUNTRY
    | bits.COMPANY
)
_OFTEN = 20
_RARELY, _USUALLY = 0.02, 0.2
"""Shares of the times that a word is written: as part of a name."""

_ALWAYS = """
the a an and or of in on at to for by is it i s t d m ll ve re no not
"""


def plain_words(rows: Iterable[Message], table: Mapping[str, int]) -> frozenset[str]:
    """Words as they are written, ``will`` but not ``Will``.

    Nearly every entity of the rows has a word that is none of them. Words that the
    rows do not have are plain where the lists know them, and not as names.
    """
    seen: Counter[str] = Counter()
    named: Counter[str] = Counter()
    entities: list[list[str]] = []
    for message in rows:
        seen.update(_LETTERS.findall(message.text))
        for start, end, _ in message.spans:
            entities.append(_LETTERS.findall(message.text[start:end]))
            named.update(entities[-1])
    words = {
        form
        for word, listed in table.items()
        if listed & bits.KNOWN and not listed & _NAMED
        for form in (word, word.capitalize())
    }
    words |= {w for w, n in seen.items() if n >= _OFTEN and named[w] < n * _RARELY}
    words = {w for w in words if named[w] <= seen[w] * _USUALLY}
    words.update(_ALWAYS.split(), map(str.capitalize, _ALWAYS.split()))
    for entity in entities:
        if entity and words.issuperset(entity):
            worst = max(entity, key=lambda word: named[word] / seen[word])
            if named[worst] >= seen[worst] * _RARELY and worst not in _ALWAYS.split():
                words.discard(worst)
    return frozenset(words)
