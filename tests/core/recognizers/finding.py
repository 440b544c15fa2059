"""What our patterns find in a text, for the tables."""

from piimask_core.entities import resolve
from piimask_core.recognizers import patterns

recognize = patterns()


def found(text: str) -> list[tuple[str, str]]:
    """Type and value of each entity, in order, without overlap."""
    entities = resolve(text, recognize(text))
    return [(entity.type, text[entity.start : entity.end]) for entity in entities]


def values(type: str, text: str) -> list[str]:
    """The values of one type."""
    return [value for kind, value in found(text) if kind == type]
