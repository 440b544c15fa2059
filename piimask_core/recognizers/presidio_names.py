"""A recognizer of ours for whoever runs Presidio's engine: the name model in it."""

from collections.abc import Collection
from functools import cache
from typing import TYPE_CHECKING, Any

from piimask_core.entities import Recognizer

from .names import TYPES, names

if TYPE_CHECKING:
    from presidio_analyzer import EntityRecognizer


def entity_recognizer(
    recognizer: Recognizer | None = None,
    *,
    types: Collection[str] = TYPES,
    language: str = "en",
) -> "EntityRecognizer":
    """A Presidio ``EntityRecognizer``, for ``analyzer.registry.add_recognizer``.

    Args:
        recognizer: The embedded name model unless given.
        types: What it finds; nothing else is told.
        language: Of the texts that it is asked about.
    """
    made: EntityRecognizer = _adapter()(recognizer or names(), sorted(types), language)
    return made


@cache
def _adapter() -> Any:
    from presidio_analyzer import EntityRecognizer, RecognizerResult

    class OurRecognizer(EntityRecognizer):
        """Asks a recognizer of ours."""

        def __init__(
            self, recognizer: Recognizer, types: list[str], language: str
        ) -> None:
            self._recognizer = recognizer
            super().__init__(types, supported_language=language, name="piimask_names")

        def load(self) -> None:
            """Its weights are read with the first text."""

        def analyze(
            self, text: str, entities: list[str], nlp_artifacts: object = None
        ) -> list[RecognizerResult]:
            return [
                RecognizerResult(each.type, each.start, each.end, each.score)
                for each in self._recognizer(text)
                if each.type in self.supported_entities
                and (not entities or each.type in entities)
            ]

    return OurRecognizer
