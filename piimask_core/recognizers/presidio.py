"""Presidio as a recognizer; only this file and presidio_*.py name presidio_analyzer.

Presidio is imported with the first text, because that import takes seconds. Its own
pattern recognizers are used, without a model and without the net, but for two:
``EmailRecognizer`` and ``UrlRecognizer`` take quadratic time and are replaced by
``patterns()``. Use ``union(patterns(), presidio())``, as ``default_recognizer`` does.

Presidio lets text pass where it fails. Here everything that it raises, and everything
that it swallows and logs with a traceback, is a ``RecognizerError``: above all the
time-out of its regexes. While it reads, its log says nothing, for it quotes the text.
"""

import logging
from collections.abc import Callable, Collection, Sequence
from functools import cache, cached_property, partial
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from piimask_core.entities import Entity, Recognizer
from piimask_core.errors import RecognizerError

from .presidio_closed import HUSH, fail_closed
from .presidio_fast import Reader, Span, reader, widest
from .presidio_guard import Guard, guarded, offline, timed, view_of
from .presidio_hot import Shapes, hot, may_find, shapes
from .presidio_words import Around, Words, around, near
from .readable import readable

if TYPE_CHECKING:
    from presidio_analyzer import (
        AnalyzerEngine,
        EntityRecognizer,
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
    guard = cache(partial(guarded, timeout=timeout))
    readers = cache(partial(_reader, timeout=timeout))
    cold = False  # whether a text in which nothing can be found need not be read

    @cache
    def engine() -> "AnalyzerEngine":
        nonlocal cold
        logging.getLogger("presidio-analyzer").addFilter(HUSH)
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
            view = view_of(chosen, chosen.registry.recognizers, guard)
            return _entities(view.analyze(text, language, entities=wanted))
        return _found(plan, chosen, text, language, wanted, guard)

    def recognize(text: str) -> Sequence[Entity]:
        if cold and not may_find(text):
            return []
        return fail_closed(partial(read, readable(text)))

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
    return reader(offline(recognizer), partial(timed, timeout))


def _found(
    plan: _Plan,
    engine: "AnalyzerEngine",
    text: str,
    language: str,
    wanted: list[str] | None,
    guard: Guard,
) -> list[Entity]:
    """What the engine would find."""
    nearby = Nearby(engine, text, language)
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
        view = view_of(engine, plan.others, guard)
        for result in view.analyze(
            text, language, entities=wanted, nlp_artifacts=nearby.artifacts
        ):
            span = (result.start, result.end, result.score)
            found.setdefault(result.entity_type, []).append(span)
    entities = [
        Entity(type, *span) for type in sorted(found) for span in widest(found[type])
    ]
    return sorted(entities, key=lambda e: (-e.score, e.start, e.start - e.end))


def _threshold(each: Reader, engine: "AnalyzerEngine") -> float:
    thresholds: dict[str, float] = each.recognizer._score_thresholds
    return thresholds.get(
        each.type, thresholds.get("default", engine.default_score_threshold)
    )


def _entities(results: "Sequence[RecognizerResult]") -> list[Entity]:
    return [Entity(r.entity_type, r.start, r.end, r.score) for r in results]


def _refuse_unknown(wanted: list[str] | None, known: Collection[str]) -> None:
    """Presidio would only log it and look for the rest."""
    unknown = sorted(set(wanted or ()) - set(known))
    if unknown:
        raise RecognizerError(
            f"Presidio has no recognizer for {', '.join(unknown)};"
            " patterns() finds EMAIL_ADDRESS and URL"
        )


class Nearby:
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
