"""Presidio as a recognizer; only this file and presidio_*.py name presidio_analyzer.

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
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextvars import ContextVar
from functools import cache, cached_property, partial
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from piimask_core.entities import Entity, Recognizer
from piimask_core.errors import RecognizerError

from .presidio_fast import NEEDS, Finditer, Reader, Span, digest, reader, widest
from .presidio_hot import Shapes, hot, may_find, shapes
from .presidio_mail import EMAIL, mails
from .presidio_words import Around, Words, around, near
from .readable import readable

if TYPE_CHECKING:
    from presidio_analyzer import (
        AnalyzerEngine,
        EntityRecognizer,
        Pattern,
        RecognizerResult,
    )
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
    readers = cache(partial(_reader, timeout=timeout))
    cold = False  # whether a text in which nothing can be found need not be read

    @cache
    def engine() -> "AnalyzerEngine":
        nonlocal cold
        logging.getLogger("presidio-analyzer").addFilter(_HUSH)
        chosen = _pattern_engine(language) if analyzer is None else analyzer
        _refuse_unknown(wanted, chosen.get_supported_entities(language))
        if analyzer is None:
            own = _plan(chosen, language, wanted, readers)
            cold = own is not None and own.gated
        return chosen

    fixed = cache(lambda: _plan(engine(), language, wanted, readers))

    def read(text: str) -> list[Entity]:
        with building:
            chosen = engine()
            plan = fixed() if analyzer is None else None
        plan = plan or _plan(chosen, language, wanted, readers)
        if plan is None:
            view = _view(chosen, chosen.registry.recognizers, guard)
            return _entities(view.analyze(text, language, entities=wanted))
        return _found(plan, chosen, text, language, wanted, guard)

    def recognize(text: str) -> Sequence[Entity]:
        if cold and not may_find(text):
            return []
        return _fail_closed(partial(read, readable(text)))

    return recognize


# --- With Presidio's engine, and without it -----------------------------------------


class _Plan(NamedTuple):
    """What is read here, what Presidio reads, and whether nothing needs a cold text."""

    readers: list[Reader]
    others: "list[EntityRecognizer]"
    gated: bool
    worth: dict[Shapes, list[Reader]]

    def worth_a_try(self, has: Shapes) -> list[Reader]:
        """The readers that may find something in a text that has that."""
        if has not in self.worth:
            self.worth[has] = [
                each
                for each in self.readers
                if each.needs is None or any(need.are_in(has) for need in each.needs)
            ]
        return self.worth[has]


_Readers = Callable[["EntityRecognizer", tuple[tuple[str, float], ...]], Reader | None]


def _plan(
    engine: "AnalyzerEngine",
    language: str,
    wanted: list[str] | None,
    readers: _Readers,
) -> _Plan | None:
    """None where all that happens must happen in Presidio's engine."""
    if not _plain(engine):
        return None
    known: list[Reader] = []
    others: list[EntityRecognizer] = []
    for each in engine.registry.get_recognizers(
        language=language, entities=wanted, all_fields=wanted is None
    ):
        patterns = getattr(each, "patterns", None) or ()
        own = readers(each, tuple((p.regex, p.score) for p in patterns))
        if own is not None:
            known.append(own)
        elif not _inherits(each, "enhance_using_context"):
            return None  # it would be shown what the others found
        else:
            others.append(each)
    gated = not others and all(each.needs is not None for each in known)
    return _Plan(known, others, gated, {})


def _plain(engine: "AnalyzerEngine") -> bool:
    """Whether the engine and what raises its scores are Presidio's own."""
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer

    enhancer: Any = engine.context_aware_enhancer
    return (
        type(engine) is AnalyzerEngine
        and type(enhancer) is LemmaContextAwareEnhancer
        and not any(map(callable, (*vars(engine).values(), *vars(enhancer).values())))
        and not engine.log_decision_process
    )


def _inherits(recognizer: "EntityRecognizer", method: str) -> bool:
    from presidio_analyzer import EntityRecognizer

    own = getattr(type(recognizer), method) is getattr(EntityRecognizer, method)
    return own and method not in vars(recognizer)


def _reader(
    recognizer: "EntityRecognizer", _: object, *, timeout: float
) -> Reader | None:
    return reader(_offline(recognizer), partial(_timed, timeout))


def _found(
    plan: _Plan,
    engine: "AnalyzerEngine",
    text: str,
    language: str,
    wanted: list[str] | None,
    guard: "_Guard",
) -> list[Entity]:
    """What the engine would find."""
    nearby = _Nearby(engine, text, language)
    warm = hot(text)
    has = shapes(warm.text)
    found: dict[str, list[Span]] = {}
    for each in plan.worth_a_try(has):
        if spans := each.spans(text, warm, has):
            if each.context:
                spans = [nearby.raised(span, each.context) for span in spans]
            least = _threshold(each, engine)
            found.setdefault(each.type, []).extend(s for s in spans if s[2] >= least)
    if plan.others:
        view = _view(engine, plan.others, guard)
        for result in view.analyze(
            text, language, entities=wanted, nlp_artifacts=nearby.artifacts
        ):
            span = (result.start, result.end, result.score)
            found.setdefault(result.entity_type, []).append(span)
    entities = [
        Entity(type, *span) for type in sorted(found) for span in widest(found[type])
    ]
    return sorted(entities, key=lambda e: (-e.score, e.start, e.start - e.end))


class _Nearby:
    """The words around results, and the scores that they raise."""

    def __init__(self, engine: "AnalyzerEngine", text: str, language: str) -> None:
        self._engine = engine
        self._text = text
        self._language = language
        self._named: dict[tuple[tuple[str, ...], tuple[str, ...]], bool] = {}

    @cached_property
    def artifacts(self) -> "NlpArtifacts":
        return self._engine.nlp_engine.process_text(self._text, self._language)

    @cached_property
    def _words(self) -> Around:
        enhancer: Any = self._engine.context_aware_enhancer
        own = isinstance(self._engine.nlp_engine, Words)
        if own and not enhancer.context_suffix_count:
            return near(self._text, enhancer.context_prefix_count)
        return around(self.artifacts, enhancer)

    def raised(self, span: Span, context: tuple[str, ...]) -> Span:
        """The span with the score that it has where it stands."""
        start, end, score = span
        enhancer: Any = self._engine.context_aware_enhancer
        key = context, self._words(start)
        if key not in self._named:
            self._named[key] = _named(*key, enhancer.context_matching_mode)
        if not self._named[key]:
            return span
        raised = score + enhancer.context_similarity_factor
        raised = max(raised, enhancer.min_score_with_context_similarity)
        return start, end, min(raised, 1.0)


def _named(context: tuple[str, ...], words: tuple[str, ...], mode: str) -> bool:
    if mode == "substring":
        return any(part in word for part in context for word in words)
    return not set(context).isdisjoint(words)


def _threshold(each: Reader, engine: "AnalyzerEngine") -> float:
    thresholds: dict[str, float] = each.recognizer._score_thresholds
    return thresholds.get(
        each.type, thresholds.get("default", engine.default_score_threshold)
    )


def _entities(results: "Sequence[RecognizerResult]") -> list[Entity]:
    return [Entity(r.entity_type, r.start, r.end, r.score) for r in results]


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


def _fail_closed(read: Callable[[], list[Entity]]) -> list[Entity]:
    """What ``read`` returns; any error in it becomes one that holds no text.

    It is raised outside the handler, so the first one is not even its context.
    """
    failures: list[str] = []
    results: list[Entity] = []
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


def _view(
    engine: "AnalyzerEngine", recognizers: "Iterable[EntityRecognizer]", guard: _Guard
) -> "AnalyzerEngine":
    """The engine with guarded copies of recognizers; it stays as it is itself.

    Made anew for each text, which is cheap, so recognizers added later are used too.
    """
    view: Any = copy.copy(engine)
    view.registry = copy.copy(engine.registry)
    view.registry.recognizers = [guard(each) for each in recognizers]
    view.get_supported_entities = engine.get_supported_entities
    return view  # type: ignore[no-any-return]


def _guarded(recognizer: "EntityRecognizer", *, timeout: float) -> "EntityRecognizer":
    """A copy that never stops short of the end in silence, and opens no socket."""
    from presidio_analyzer import PatternRecognizer
    from presidio_analyzer.predefined_recognizers import PhoneRecognizer

    twin = _offline(recognizer)
    if isinstance(recognizer, PatternRecognizer):
        flags = int(twin.global_regex_flags)
        twin.patterns = [_strict(each, flags, timeout) for each in twin.patterns]
    elif type(recognizer).analyze is PhoneRecognizer.analyze:
        twin.analyze = partial(_in_pieces, recognizer.analyze)
    return twin  # type: ignore[no-any-return]


def _offline(recognizer: "EntityRecognizer") -> Any:
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
    twin.compiled_regex = _Timed(_timed(timeout, twin.regex, flags))
    twin.compiled_with_flags = flags
    return twin  # type: ignore[no-any-return]


class _Timed(NamedTuple):
    """What Presidio takes for a compiled regex."""

    find: Finditer

    def finditer(self, text: str, **_: object) -> Iterator[Any]:
        return self.find(text)


_SHORT = 1_000
"""Characters that a pattern known to us reads in no time."""


def _timed(timeout: float, regex: str, flags: int) -> Finditer:
    """The matches of a regex; out of time it raises what Presidio does not swallow."""
    import regex as engine  # type: ignore[import-untyped]

    compiled = engine.compile(regex, flags=flags)
    search: Finditer = partial(compiled.finditer, timeout=timeout)
    known = digest(regex, flags)
    if known == EMAIL:
        search = mails(compiled, timeout)
    quick: Finditer = compiled.finditer
    short = _SHORT if known in NEEDS else 0

    def finditer(text: str) -> Iterator[Any]:
        # To set the clock takes longer than to read a short text.
        return quick(text) if len(text) < short else timed(text)

    def timed(text: str) -> Iterator[Any]:
        try:
            yield from search(text)
        except TimeoutError:
            raise _OutOfTime from None

    return finditer


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
    words: Any = Words(language)
    return AnalyzerEngine(
        registry=registry, nlp_engine=words, supported_languages=languages
    )
