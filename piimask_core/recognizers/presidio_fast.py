"""What Presidio's recognizers would find, read without building its results.

``reader`` takes a recognizer that does no more than Presidio's own classes: patterns
with a check, and phone numbers. Whatever else there is, is left to Presidio itself.
A pattern that is known here by the digest of its regex is tried only where its needs
are met, and only on the hot parts of a text; any other one reads the whole text.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from .presidio_hot import Hot, Shapes
from .presidio_phones import numbers

if TYPE_CHECKING:
    from presidio_analyzer import EntityRecognizer

Span = tuple[int, int, float]
Finditer = Callable[[str], Iterator[Any]]
Compile = Callable[[str, int], Finditer]


class Part(NamedTuple):
    """A pattern that can be searched for."""

    find: Finditer
    score: float
    needs: Shapes | None


class Reader(NamedTuple):
    """A recognizer that is read here; ``context`` are its words in lower case.

    It finds nothing where a text has nothing of what it ``needs``; None if unknown.
    """

    recognizer: "EntityRecognizer"
    type: str
    context: tuple[str, ...]
    spans: Callable[[str, Hot, Shapes], list[Span]]
    needs: tuple[Shapes, ...] | None


def reader(recognizer: "EntityRecognizer", compiled: Compile) -> Reader | None:
    """How to read a recognizer here; None if only Presidio can."""
    from presidio_analyzer import EntityRecognizer, PatternRecognizer
    from presidio_analyzer.predefined_recognizers import IbanRecognizer, PhoneRecognizer

    it: Any = recognizer
    if not _same(it, EntityRecognizer, "enhance_using_context"):
        return None
    make = partial(
        Reader, recognizer, it.supported_entities[0], _lower(it.context or ())
    )
    if isinstance(recognizer, PhoneRecognizer):
        if not _same(it, PhoneRecognizer, "analyze", "_get_recognizer_result"):
            return None
        if numbers("", it.supported_regions, it.leniency) is None:
            return None
        return make(partial(_phones, it), (_needs(1),))
    if not isinstance(recognizer, PatternRecognizer):
        return None
    parts = [_part(each, int(it.global_regex_flags), compiled) for each in it.patterns]
    needs = tuple(part.needs for part in parts if part.needs is not None)
    known = needs if len(needs) == len(parts) else None
    names = ("analyze", "_PatternRecognizer__analyze_patterns")
    if _same(it, PatternRecognizer, *names):
        return make(partial(_patterns, it, parts), known)
    inner = "_IbanRecognizer__analyze_patterns"
    if isinstance(recognizer, IbanRecognizer) and _same(
        it, IbanRecognizer, "analyze", inner
    ):
        return make(partial(_ibans, it, parts), known)
    return None


def _same(recognizer: Any, owner: type, *names: str) -> bool:
    """Whether the methods are the owner's own."""
    return all(
        getattr(type(recognizer), name, None) is getattr(owner, name, "missing")
        and name not in vars(recognizer)
        for name in names
    )


def _lower(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(word.lower() for word in words)


def _part(pattern: Any, flags: int, compiled: Compile) -> Part:
    needs = NEEDS.get(digest(pattern.regex, flags))
    return Part(compiled(pattern.regex, flags), pattern.score, needs)


def digest(regex: str, flags: int) -> str:
    """What a known pattern is known by."""
    return sha256(f"{flags} {regex}".encode()).hexdigest()[:16]


# --- Reading ------------------------------------------------------------------------


def _matches(
    parts: list[Part], text: str, warm: Hot, has: Shapes
) -> Iterator[tuple[Any, float, Callable[[int], int]]]:
    for find, score, needs in parts:
        if needs is None:
            for match in find(text):
                yield match, score, _stay
        elif needs.are_in(has):
            for match in find(warm.text):
                yield match, score, warm.origin


def _stay(place: int) -> int:
    return place


def _patterns(
    it: Any, parts: list[Part], text: str, warm: Hot, has: Shapes
) -> list[Span]:
    spans: list[Span] = []
    for match, score, origin in _matches(parts, text, warm, has):
        value = match[0]
        if not value:
            continue
        score = _judged(score, it.validate_result(value))
        if it.invalidate_result(value):
            score = 0
        if score > 0:
            start = origin(match.start())
            spans.append((start, start + len(value), score))
    return widest(spans)


def _ibans(it: Any, parts: list[Part], text: str, warm: Hot, has: Shapes) -> list[Span]:
    """As many groups of a match as make a valid number."""
    spans: list[Span] = []
    for match, score, origin in _matches(parts, text, warm, has):
        first = match.start()
        for group in range(len(match.groups()), 0, -1):
            last = match.end(group) if match.end(group) > 0 else match.end()
            value = match.string[first:last]
            if value and (judged := _judged(score, it.validate_result(value))) > 0:
                start = origin(first)
                spans.append((start, start + len(value), judged))
                break
    return spans


def _judged(score: float, valid: bool | None) -> float:
    if valid is None:
        return score
    return 1.0 if valid else 0


def _phones(it: Any, text: str, warm: Hot, has: Shapes) -> list[Span]:
    found = numbers(warm.text, it.supported_regions, it.leniency) if has.run else []
    spans = []
    for first, last in found or ():
        start = warm.origin(first)
        spans.append((start, start + last - first, it.SCORE))
    return widest(spans)


def widest(spans: Iterable[Span]) -> list[Span]:
    """Without those that lie inside another one with as high a score."""
    spans = list(spans)
    if len(spans) < 2:
        return spans
    kept: list[Span] = []
    active: list[Span] = []
    for span in sorted(set(spans), key=lambda s: (s[0], -s[1], -s[2])):
        start, end, score = span
        active = [each for each in active if each[1] >= start]
        if not any(each[1] >= end and each[2] >= score for each in active):
            kept.append(span)
            active.append(span)
    return kept


# --- What the known patterns need ---------------------------------------------------


def _needs(run: int, marks: str = "") -> Shapes:
    return Shapes(run, frozenset(marks))


NEEDS = {
    "89eb26963b40a558": _needs(4),  # All Credit Cards (weak)
    "1fc40b1b6c23dc92": _needs(8),  # Bank Account (weak)
    "d150bdf706a4dddc": _needs(1, "m"),  # Driver License - Alphanumeric (weak)
    "d1fa4395ab029dde": _needs(6),  # Driver License - Digits (very weak)
    "e6ec7a1672afbd75": _needs(5),  # Itin (very weak)
    "295a712f76bf30ec": _needs(9),  # Itin (weak)
    "49a22efc7b28ccad": _needs(4),  # Itin (medium)
    "04f9733180359a91": _needs(9),  # Passport (very weak)
    "30d2b41438864910": _needs(8, "m"),  # Passport Next Generation (very weak)
    "88e13ca719415575": _needs(5, "-"),  # SSN1 (very weak)
    "9ab7ab3a1b0c3b53": _needs(6, "-"),  # SSN2 (very weak)
    "f079e83061fa6c07": _needs(4, "-"),  # SSN3 (very weak)
    "4f47607d83ea5f2c": _needs(9),  # SSN4 (very weak)
    "7ba6316b49f25573": _needs(4),  # SSN5 (medium)
    "d3e33f93db1082cc": _needs(4),  # NHS (medium)
    "6f3ba28630868b7d": _needs(1, "l"),  # Crypto (Medium)
    "ec6a8161a278eb1e": _needs(4, "-:m"),  # a date with time and zone
    "3a0071da456ed395": _needs(2, "/"),  # mm/dd/yyyy or mm/dd/yy
    "794990fd3b6093aa": _needs(2, "/"),  # dd/mm/yyyy or dd/mm/yy
    "e11d7b8bf00c8409": _needs(4, "/"),  # yyyy/mm/dd
    "053fd882de79aa6d": _needs(4, "-"),  # mm-dd-yyyy
    "7b6e8dac2a75bafc": _needs(4, "-"),  # dd-mm-yyyy
    "d6f7f38c8a340ba8": _needs(4, "-"),  # yyyy-mm-dd
    "c0d742585ccb5d66": _needs(2, "."),  # dd.mm.yyyy or dd.mm.yy
    "8cfa626e35df0cff": _needs(2, "-d"),  # dd-MMM-yyyy or dd-MMM-yy
    "cc7c047d08387a23": _needs(2, "-d"),  # MMM-yyyy or MMM-yy
    "6f3f37627f7915d7": _needs(1, "-d"),  # dd-MMM or dd-MMM
    "5cc2f4be53c27642": _needs(4, "/"),  # mm/yyyy or m/yyyy
    "efc4866467252b74": _needs(2, "/"),  # mm/yy or m/yy
    "eaed0149560e26dc": _needs(2, "m"),  # IBAN Generic
    "6d9946c998e96d8c": _needs(1, ":."),  # IPv4_mapped
    "83d6f67284770f52": _needs(1, ":."),  # IPv4_embedded
    "80d42b95e13b9ba3": _needs(1, "."),  # IPv4
    "b2962d36aaa3af47": _needs(0, ":h"),  # IPv6
    "31f7a5ea56eb1714": _needs(0, ":h"),  # IPv6_unspecified
    "c42e94f1978ca172": _needs(7, "m"),  # USA DEA Certificate Number (weak)
    "5b99f92f05f85f87": _needs(0, "h"),  # MAC_COLON_OR_HYPHEN
    "cc7a526505bf9e91": _needs(0, ".h"),  # MAC_CISCO_DOT
    "eb141e9be8a9a50a": _needs(0, "-h"),  # UUID (hyphenated)
}
"""By digest: what a text must have for a pattern to match. See ``Shapes``."""
