"""Names through Presidio's engine: ours in it, and a model of one's own through it."""

from pathlib import Path
from typing import Any

import pytest
import spacy
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NlpEngineProvider

from piimask_core import Masker, MemoryVault
from piimask_core.entities import Entity
from piimask_core.recognizers import default_recognizer, presidio
from piimask_core.recognizers.presidio_names import entity_recognizer
from piimask_core.recognizers.presidio_words import Words


@pytest.fixture
def engine() -> AnalyzerEngine:
    """Presidio's engine without a model, in which only names are looked for."""
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.add_recognizer(entity_recognizer())
    words: Any = Words("en")
    return AnalyzerEngine(
        registry=registry, nlp_engine=words, supported_languages=["en"]
    )


def test_the_name_model_is_a_recognizer_of_presidio(engine: AnalyzerEngine) -> None:
    """With its types, and with a score for each entity."""
    text = "Priya Raghunathan works at Acme Ltd in Boston."
    results = engine.analyze(text, language="en")

    assert {r.entity_type: text[r.start : r.end] for r in results} == {
        "PERSON": "Priya Raghunathan",
        "ORGANIZATION": "Acme Ltd",
        "LOCATION": "Boston",
    }
    assert len({round(r.score, 4) for r in results}) > 1


def test_presidio_gets_the_types_that_it_asks_for(engine: AnalyzerEngine) -> None:
    """And those only, above the score that it wants."""
    text = "Priya Raghunathan works at Acme Ltd in Boston."

    only = engine.analyze(text, language="en", entities=["LOCATION"])
    none = engine.analyze(text, language="en", score_threshold=1.1)

    assert [r.entity_type for r in only] == ["LOCATION"]
    assert none == []


def test_a_recognizer_tells_only_what_it_says_that_it_finds() -> None:
    """Another type would reach an operator that nobody chose."""

    def recognize(text: str) -> list[Entity]:
        return [Entity("PERSON", 0, 1, 0.7), Entity("OTHER", 1, 2, 0.7)]

    artifacts: Any = None
    told = entity_recognizer(recognize, types=["PERSON"]).analyze("ab", [], artifacts)

    assert [(r.entity_type, r.score) for r in told] == [("PERSON", 0.7)]


def tiny_model(folder: Path) -> AnalyzerEngine:
    """A spaCy model on disk that knows one name, through Presidio's configuration."""
    model = spacy.blank("en")
    ruler = model.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PERSON", "pattern": "Zorblax Quint"}])  # type: ignore[attr-defined]
    model.to_disk(folder)
    engine = NlpEngineProvider(
        nlp_configuration={
            "nlp_engine_name": "spacy",
            "models": [{"lang_code": "en", "model_name": str(folder)}],
        }
    ).create_engine()
    return AnalyzerEngine(nlp_engine=engine, supported_languages=["en"])


def test_a_spacy_model_of_ones_own_finds_the_names(tmp_path: Path) -> None:
    """In the place of the embedded one; disguises are undone for it, too."""
    theirs = presidio(tiny_model(tmp_path), entities=["PERSON"])
    masker = Masker(recognizer=default_recognizer(names=theirs), vault=MemoryVault())
    registry = masker.registry("s")

    assert (
        masker.mask("Ask Zorblax Quint or Jane Doe, a@example.com", registry)
        == "Ask <PERSON_1> or Jane Doe, <EMAIL_1>"
    )
    assert [e.type for e in masker.entities("Zorb\u200blax Quint")] == ["PERSON"]
