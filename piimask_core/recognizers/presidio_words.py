"""The words before an entity: what Presidio's context words are looked for in.

Without a model a word in lower case is its lemma. Presidio walks over all words of a
text once for each result; here a result reads the words before it, and the whole text
is cut into words only where those do not suffice.
"""

import re
from bisect import bisect_right
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer
    from presidio_analyzer.nlp_engine import NlpArtifacts

Around = Callable[[int], tuple[str, ...]]
"""The words around what starts at a position; equal ones are the same object."""

WORD = re.compile(r"\w+|[^\w\s]")
# They do not count among the words before an entity that are looked at.
STOP = frozenset(
    WORD.findall(
        "a an and are as at be been but by for from has have he her his i in is it"
        " its m me my of on or our please s she so t that the their them they this"
        " to was we were which will with you your"
    )
)


class Words:
    """Presidio's ``NlpEngine`` as far as context words need one: words in lower case.

    Presidio looks for its context words inside these, so it needs no true lemmas.
    """

    def __init__(self, language: str) -> None:
        self._language = language

    def is_loaded(self) -> bool:
        return True

    def get_supported_languages(self) -> list[str]:
        return [self._language]

    def get_supported_entities(self) -> list[str]:
        return []

    def process_text(self, text: str, language: str) -> "NlpArtifacts":
        from presidio_analyzer.nlp_engine import NlpArtifacts

        found = [(match[0], match.start()) for match in WORD.finditer(text)]
        words: Any = [word for word, _ in found]
        lemmas = [word.lower() for word in words]
        artifacts: Any = NlpArtifacts(
            entities=[],
            tokens=words,
            tokens_indices=[start for _, start in found],
            lemmas=lemmas,
            nlp_engine=None,
            language=language,
        )
        # A set: Presidio looks each word up in it, once for each result.
        artifacts.keywords = set(filter(_counts, lemmas))
        return artifacts  # type: ignore[no-any-return]  # theirs is untyped


def _counts(word: str) -> bool:
    return word[0].isalnum() and word not in STOP


_NEAR = 300


def near(text: str, count: int) -> Around:
    """What ``Words`` and ``around`` give for ``count`` words before, and none after."""

    @cache
    def whole() -> Around:
        matches = list(WORD.finditer(text))
        ends = [match.end() for match in matches]
        lower = [match[0].lower() for match in matches]
        counted = [index for index, word in enumerate(lower) if _counts(word)]
        kept = [lower[index] for index in counted]

        def read(index: int) -> tuple[str, ...]:
            behind = bisect_right(counted, index)
            return tuple(kept[max(behind - count - 1, 0) : behind])

        return _at(ends, read)

    far = False  # whether the words nearby did not suffice once

    def words(start: int) -> tuple[str, ...]:
        nonlocal far
        if far:
            return whole()(start)
        first = max(start - _NEAR, 0)
        last = min(start + _NEAR, len(text))
        before: list[str] = []
        end = 0
        for match in WORD.finditer(text, first, last):
            before.append(match[0].lower())
            end = match.end()
            if end > start:
                break
        if first and before:
            before[0] = ""  # it may be cut
        kept = _back(before, len(before) - 1, count)
        far = (
            end <= start
            or (first > 0 and len(kept) <= count)
            or (end == last < len(text))
        )
        return whole()(start) if far else kept

    return words


def _back(words: list[str], index: int, count: int) -> tuple[str, ...]:
    kept: list[str] = []
    while index >= 0 and len(kept) <= count:
        if words[index] and _counts(words[index]):
            kept.append(words[index])
        index -= 1
    return tuple(kept)


def around(artifacts: "NlpArtifacts", enhancer: "LemmaContextAwareEnhancer") -> Around:
    """The words that Presidio's enhancer would find in what a model made of a text."""
    given: Any = artifacts
    if not given.tokens:
        return lambda _: ("",)
    ends = [
        start + len(token)
        for start, token in zip(given.tokens_indices, given.tokens, strict=True)
    ]
    keywords = frozenset(given.keywords)
    tool: Any = enhancer
    sides = (
        (tool.context_prefix_count, tool._add_n_words_backward),
        (tool.context_suffix_count, tool._add_n_words_forward),
    )

    def read(index: int) -> tuple[str, ...]:
        words: set[str] = set()
        for count, walk in sides:
            words.update(walk(index, count, given.lemmas, keywords))
        return tuple(words)

    return _at(ends, read)


def _at(ends: list[int], read: Callable[[int], tuple[str, ...]]) -> Around:
    """The words around the first word that ends behind a position."""
    once = cache(read)

    def words(start: int) -> tuple[str, ...]:
        index = bisect_right(ends, start)
        if index == len(ends):
            raise ValueError("a result lies behind the last word")
        return once(index)

    return words
