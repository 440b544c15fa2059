"""Presidio's recognizers made safe: no time-out in silence, and no socket.

Copies are altered, never what was given.
"""

import copy
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from .presidio_closed import OutOfTime
from .presidio_fast import NEEDS, Finditer, digest
from .presidio_mail import EMAIL, mails

if TYPE_CHECKING:
    from presidio_analyzer import (
        AnalyzerEngine,
        EntityRecognizer,
        Pattern,
        RecognizerResult,
    )

Guard = Callable[["EntityRecognizer"], "EntityRecognizer"]


def view_of(
    engine: "AnalyzerEngine", recognizers: "Iterable[EntityRecognizer]", guard: Guard
) -> "AnalyzerEngine":
    """The engine with guarded copies of recognizers; it stays as it is itself.

    Made anew for each text, which is cheap, so recognizers added later are used too.
    """
    view: Any = copy.copy(engine)
    view.registry = copy.copy(engine.registry)
    view.registry.recognizers = [guard(each) for each in recognizers]
    view.get_supported_entities = engine.get_supported_entities
    return view  # type: ignore[no-any-return]  # theirs is untyped


def guarded(recognizer: "EntityRecognizer", *, timeout: float) -> "EntityRecognizer":
    """A copy that never stops short of the end in silence, and opens no socket."""
    from presidio_analyzer import PatternRecognizer
    from presidio_analyzer.predefined_recognizers import PhoneRecognizer

    twin = offline(recognizer)
    if isinstance(recognizer, PatternRecognizer):
        flags = int(twin.global_regex_flags)
        twin.patterns = [_strict(each, flags, timeout) for each in twin.patterns]
    elif type(recognizer).analyze is PhoneRecognizer.analyze:
        twin.analyze = partial(_in_pieces, recognizer.analyze)
    return twin  # type: ignore[no-any-return]  # theirs is untyped


def offline(recognizer: "EntityRecognizer") -> Any:
    """A copy that opens no socket."""
    from presidio_analyzer.predefined_recognizers import EmailRecognizer

    twin: Any = copy.copy(recognizer)
    theirs = getattr(type(recognizer), "validate_result", None)
    if theirs is EmailRecognizer.validate_result:
        twin.validate_result = _ends_in_public_suffix
    return twin


# A piece cannot hold more candidates than the 65,535 after which phonenumbers gives up
# on a text, and no phone number is longer than the stretch that two pieces share.
_PIECE = 60_000
_SHARED = 250


def _in_pieces(
    analyze: Callable[..., "list[RecognizerResult]"], text: str, **options: Any
) -> "list[RecognizerResult]":
    """What is found in any piece of a long text."""
    results = []
    for start in range(0, max(len(text) - _SHARED, 1), _PIECE - _SHARED):
        for result in analyze(text=text[start : start + _PIECE], **options):
            result.start += start
            result.end += start
            results.append(result)
    return results


def _strict(pattern: "Pattern", flags: int, timeout: float) -> "Pattern":
    """A copy of the pattern, compiled already, as Presidio itself would do later."""
    twin: Any = copy.copy(pattern)
    twin.compiled_regex = _Timed(timed(timeout, twin.regex, flags))
    twin.compiled_with_flags = flags
    return twin  # type: ignore[no-any-return]  # theirs is untyped


class _Timed(NamedTuple):
    """What Presidio takes for a compiled regex."""

    find: Finditer

    def finditer(self, text: str, **_: object) -> Iterator[Any]:
        return self.find(text)


_SHORT = 1_000
"""Characters that a pattern known to us reads in no time."""


def timed(timeout: float, regex: str, flags: int) -> Finditer:
    """The matches of a regex; out of time it raises what Presidio does not swallow."""
    import regex as engine  # type: ignore[import-untyped]  # it has no types

    compiled = engine.compile(regex, flags=flags)
    search: Finditer = partial(compiled.finditer, timeout=timeout)
    known = digest(regex, flags)
    if known == EMAIL:
        search = mails(compiled, timeout)
    quick: Finditer = compiled.finditer
    short = _SHORT if known in NEEDS else 0

    def finditer(text: str) -> Iterator[Any]:
        # To set the clock takes longer than to read a short text.
        return quick(text) if len(text) < short else clocked(text)

    def clocked(text: str) -> Iterator[Any]:
        try:
            yield from search(text)
        except TimeoutError:
            raise OutOfTime from None

    return finditer


def _ends_in_public_suffix(address: str) -> bool:
    """EmailRecognizer's own rule, by the list that tldextract was shipped with."""
    return bool(_suffixes()(address).fqdn)


@cache
def _suffixes() -> Callable[[str], Any]:
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
