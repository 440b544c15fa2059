"""What happens to this entity here? (entity, context) -> the name of an operator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from .entities import Entity


@dataclass(frozen=True, slots=True)
class Context:
    """Where an entity stands: the whole text it was found in."""

    text: str


Policy = Callable[[Entity, Context], str]
"""Returns the name of an operator; it need not know what that operator does."""


def by_type(names: Mapping[str, str], *, default: str = "placeholder") -> Policy:
    """The same operator for every entity of a type.

    >>> policy = by_type({"URL": "keep", "US_SSN": "strip"})
    >>> policy(Entity("URL", 0, 4), Context("x.io"))
    'keep'
    """
    fixed = dict(names)

    def policy(entity: Entity, context: Context) -> str:
        return fixed.get(entity.type, default)

    return policy
