"""What is measured: Presidio, LangChain's anonymizer, and ours."""

import tempfile
from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Any

from piimask_core import Masker, MemoryVault, Registry
from piimask_core.vault import Wanted


@cache
def engine(*, whole: bool = False) -> Any:
    """Presidio's engine without a model; ``whole`` with the two that ours replace."""
    analyzer = import_module("presidio_analyzer")
    registries = import_module("presidio_analyzer.recognizer_registry")
    registry = registries.RecognizerRegistryProvider(
        registry_configuration={"supported_languages": ["en"]}
    ).create_recognizer_registry()
    for name in () if whole else ("EmailRecognizer", "UrlRecognizer"):
        registry.remove_recognizer(name)
    words = reading()
    return analyzer.AnalyzerEngine(
        registry=registry,
        nlp_engine=words("en") if words else blank_engine(),
        supported_languages=["en"],
    )


def reading() -> Any:
    """What our ``presidio()`` splits texts into words with, so that both read alike."""
    return getattr(
        import_module("piimask_core.recognizers.presidio_words"), "Words", None
    )


def blank_engine() -> Any:
    """A spaCy model that only splits text into words."""
    engines = import_module("presidio_analyzer.nlp_engine")
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "blank_en"))
        import_module("spacy").blank("en").to_disk(path)
        models = [{"lang_code": "en", "model_name": path}]
        config = {"nlp_engine_name": "spacy", "models": models}
        made = engines.NlpEngineProvider(nlp_configuration=config).create_engine()
        made.load()
    return made


def analyze(text: str) -> Any:
    """What an app calls that uses Presidio."""
    return engine().analyze(text, language="en")


@cache
def anonymizer() -> Callable[[str], str] | None:
    """LangChain's reversible one, where it is installed."""
    peers: Any = import_module("bench_peers")
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "blank_en"))
        import_module("spacy").blank("en").to_disk(path)
        try:
            return peers.reversible_anonymizer(path).mask  # type: ignore[no-any-return]
        except ImportError:
            return None


@cache
def session(known: int) -> Callable[[str], str]:
    """A masker's ``mask`` in a conversation that knows so many values."""
    masker = Masker(vault=MemoryVault())
    registry = masker.registry("bench")
    mails = [f"customer{number}@example.com" for number in range(known)]
    if mails:
        registry.mint([Wanted("EMAIL_ADDRESS", mail, mail) for mail in mails])
    return partial(_mask, masker, registry)


def _mask(masker: Masker, registry: Registry, text: str) -> str:
    return masker.mask(text, registry)
