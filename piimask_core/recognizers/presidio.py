"""Presidio as a recognizer; the only file that names presidio_analyzer.

Presidio is imported with the first text, because that import takes seconds. Its own
pattern recognizers are used, without a model and without the net, but for two:
``EmailRecognizer`` and ``UrlRecognizer`` take quadratic time and are replaced by
``patterns()``. Use ``union(patterns(), presidio())``, as ``default_recognizer`` does.

Presidio lets text pass where it fails. Here everything that it raises, and everything
that it swallows and logs with a traceback, is a ``RecognizerError``: above all the
time-out of its regexes. While it reads, its log says nothing, for it quotes the text.
"""

import copy
import logging
import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Sequence
from contextvars import ContextVar
from functools import cache, partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from piimask_core.entities import Entity, Recognizer
from piimask_core.errors import RecognizerError

from .readable import readable

if TYPE_CHECKING:
    from presidio_analyzer import (
        AnalyzerEngine,
        EntityRecognizer,
        Pattern,
        RecognizerResult,
    )
    from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
    from presidio_analyzer.nlp_engine import NlpArtifacts

REPLACED = ("EmailRecognizer", "UrlRecognizer")
"""Presidio's recognizers that ``patterns()`` stands in for."""


def presidio(
    analyzer: "AnalyzerEngine | None" = None,
    *,
    language: str = "en",
    entities: Collection[str] | None = None,
    timeout: float = 60.0,
) -> Recognizer:
    """What Presidio's analyzer finds, as it finds it: unfiltered, with overlaps.

    Without an analyzer of your own these are Presidio's pattern recognizers for the
    language, with their context words. Many results score low (0.01 for a number that
    might be a driver's licence), so put a threshold behind it.

    Args:
        analyzer: An engine of your own, with spaCy, transformers, GLiNER ... It is not
            altered: its recognizers are copied where they must not fail open, and its
            e-mail recognizer judges by the suffix list that it was shipped with.
        language: The language of the texts.
        entities: The types to look for; all that the analyzer knows unless given.
        timeout: Seconds that one of Presidio's patterns may take over one text.
    """
    wanted = None if entities is None else sorted(entities)
    if wanted == []:
        raise ValueError("entities is empty: leave it out to look for every type")
    building = Lock()
    guard = cache(partial(_guarded, timeout=timeout))

    @cache
    def engine() -> "AnalyzerEngine":
        logging.getLogger("presidio-analyzer").addFilter(_HUSH)
        chosen = _pattern_engine(language) if analyzer is None else analyzer
        _refuse_unknown(wanted, chosen.get_supported_entities(language))
        return chosen

    def read(text: str) -> "Sequence[RecognizerResult]":
        with building:
            chosen = engine()
        return _view(chosen, guard).analyze(text, language, entities=wanted)

    def recognize(text: str) -> list[Entity]:
        results = _fail_closed(partial(read, readable(text)))
        return [Entity(r.entity_type, r.start, r.end, r.score) for r in results]

    return recognize


# --- Failing closed -----------------------------------------------------------------

_reading: ContextVar[list[str] | None] = ContextVar("piimask_reading", default=None)
"""While Presidio reads: the errors that it swallowed."""


class _OutOfTime(Exception):
    """Not a TimeoutError, which Presidio would swallow."""


class _Hush(logging.Filter):
    """Keeps Presidio's log quiet while we let it read, and notes swallowed errors."""

    def filter(self, record: logging.LogRecord) -> bool:
        swallowed = _reading.get()
        if swallowed is None:
            return True
        if record.exc_info and record.exc_info[0]:
            swallowed.append(record.exc_info[0].__name__)
        return False


_HUSH = _Hush()


def _fail_closed(
    read: "Callable[[], Sequence[RecognizerResult]]",
) -> "Sequence[RecognizerResult]":
    """What ``read`` returns; any error in it becomes one that holds no text.

    It is raised outside the handler, so the first one is not even its context.
    """
    failures: list[str] = []
    results: Sequence[RecognizerResult] = []
    outer = _reading.set(failures)
    try:
        results = read()
    except RecognizerError:
        raise
    except _OutOfTime:
        failures.append("TimeoutError")
    except Exception as error:
        failures.append(type(error).__name__)
    finally:
        _reading.reset(outer)
    if failures:
        raise RecognizerError(f"Presidio failed: {failures[0]}") from None
    return results


def _refuse_unknown(wanted: list[str] | None, known: Collection[str]) -> None:
    """Presidio would only log it and look for the rest."""
    unknown = sorted(set(wanted or ()) - set(known))
    if unknown:
        raise RecognizerError(
            f"Presidio has no recognizer for {', '.join(unknown)};"
            " patterns() finds EMAIL_ADDRESS and URL"
        )


# --- Somebody's engine, made safe ---------------------------------------------------

_Guard = Callable[["EntityRecognizer"], "EntityRecognizer"]


def _view(engine: "AnalyzerEngine", guard: _Guard) -> "AnalyzerEngine":
    """The engine with guarded copies of its recognizers; it stays as it is itself.

    Made anew for each text, which is cheap, so recognizers added later are used too.
    """
    view = copy.copy(engine)
    view.registry = copy.copy(engine.registry)
    view.registry.recognizers = [guard(r) for r in engine.registry.recognizers]
    return view


def _guarded(recognizer: "EntityRecognizer", *, timeout: float) -> "EntityRecognizer":
    """A copy that never stops short of the end in silence, and opens no socket."""
    from presidio_analyzer import PatternRecognizer
    from presidio_analyzer.predefined_recognizers import (
        EmailRecognizer,
        PhoneRecognizer,
    )

    twin: Any = copy.copy(recognizer)
    if isinstance(recognizer, PatternRecognizer):
        flags = twin.global_regex_flags
        twin.patterns = [_strict(each, flags, timeout) for each in twin.patterns]
        if type(recognizer).validate_result is EmailRecognizer.validate_result:
            twin.validate_result = _ends_in_public_suffix
    elif type(recognizer).analyze is PhoneRecognizer.analyze:
        twin.analyze = partial(_in_pieces, recognizer.analyze)
    return twin  # type: ignore[no-any-return]


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
    import regex  # type: ignore[import-untyped]

    twin: Any = copy.copy(pattern)
    twin.compiled_regex = _Timed(regex.compile(twin.regex, flags=flags), timeout)
    twin.compiled_with_flags = flags
    return twin  # type: ignore[no-any-return]


class _Timed:
    """A compiled regex that raises what Presidio does not swallow."""

    def __init__(self, compiled: Any, timeout: float) -> None:
        self._compiled = compiled
        self._timeout = timeout

    def finditer(self, text: str, **_: object) -> Any:
        try:
            yield from self._compiled.finditer(text, timeout=self._timeout)
        except TimeoutError:
            raise _OutOfTime from None


def _ends_in_public_suffix(address: str) -> bool:
    """EmailRecognizer's own rule, by the list that tldextract was shipped with."""
    return bool(_suffixes()(address).fqdn)


@cache
def _suffixes() -> Callable[[str], Any]:
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)


# --- The engine without a model -----------------------------------------------------


def _pattern_engine(language: str) -> "AnalyzerEngine":
    """Presidio's default pattern recognizers for a language, and no model."""
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider

    languages = [language]
    registry = RecognizerRegistryProvider(
        registry_configuration={"supported_languages": languages}
    ).create_recognizer_registry()
    for name in REPLACED:
        registry.remove_recognizer(name)
    words: Any = _Words(language)
    return AnalyzerEngine(
        registry=registry,
        nlp_engine=words,
        supported_languages=languages,
        context_aware_enhancer=_enhancer(),
    )


class _Words:
    """Presidio's ``NlpEngine`` as far as context words need one: words in lower case.

    Presidio looks for its context words inside these, so it needs no true lemmas.
    """

    WORD = re.compile(r"\w+|[^\w\s]")
    # They do not count among the five words before an entity that are looked at.
    STOP = frozenset(
        WORD.findall(
            "a an and are as at be been but by for from has have he her his i in is it"
            " its m me my of on or our please s she so t that the their them they this"
            " to was we were which will with you your"
        )
    )

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

        found = [(match[0], match.start()) for match in self.WORD.finditer(text)]
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
        artifacts.keywords = {w for w in lemmas if w[0].isalnum()} - self.STOP
        return artifacts  # type: ignore[no-any-return]


def _enhancer() -> "ContextAwareEnhancer":
    """Presidio's context words; it finds the word of a result without a walk."""
    from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer

    class Enhancer(LemmaContextAwareEnhancer):
        @staticmethod
        def _find_index_of_match_token(
            word: str, start: int, tokens: Any, tokens_indices: list[int]
        ) -> int:
            return max(bisect_right(tokens_indices, start) - 1, 0)

    return Enhancer()
