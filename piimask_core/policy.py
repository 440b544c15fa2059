"""What happens to this entity here? (entity, context) -> the name of an operator."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from .entities import Entity, label_of

QUASI = frozenset(
    {
        "AGE",
        "DOB",
        "GENDER",
        "JOB",
        "JOB_TITLE",
        "LOCATION",
        "NATIONALITY",
        "NRP",
        "SEX",
        "TITLE",
        "ZIP",
    }
)
"""Labels of quasi-identifiers: one tells of thousands, two or three of one person."""

_WORDS = re.compile(r"[^\W\d_]+")
_AROUND = 80


@dataclass(frozen=True, slots=True)
class Context:
    """Where an entity stands.

    ``text`` is the whole text it was found in and ``role`` who has said that (user,
    tool, document, model, app). ``topic`` is what the conversation is about, "" for
    nothing that calls for care. ``domain`` is the name of the masker's profile.
    ``first`` is the label of the quasi-identifier that this conversation told first,
    "" where it told none. ``may_know`` tells of words in lower case whether a value
    that was masked in this conversation begins with one of them.
    """

    text: str
    topic: str = ""
    role: str = "user"
    domain: str = ""
    first: str = ""
    may_know: Callable[[Collection[str]], bool] = lambda words: False

    def around(self, entity: Entity) -> list[str]:
        """The words beside an entity in lower case, some 80 characters either way."""
        start = max(entity.start - _AROUND, 0)
        before = self.text[start : entity.start].lower()
        behind = self.text[entity.end : entity.end + _AROUND].lower()
        return _WORDS.findall(before) + _WORDS.findall(behind)

    def __repr__(self) -> str:
        return f"Context(role={self.role!r})"


Policy = Callable[[Entity, Context], str]
"""Returns the name of an operator; it need not know what that operator does."""


@dataclass(frozen=True)
class _ByType:
    names: Mapping[str, str]
    default: str

    def __call__(self, entity: Entity, context: Context) -> str:
        return self.names.get(entity.type, self.default)


def by_type(names: Mapping[str, str], *, default: str = "placeholder") -> Policy:
    """The same operator for every entity of a type.

    >>> policy = by_type({"URL": "keep", "US_SSN": "strip"})
    >>> policy(Entity("URL", 0, 4), Context("x.io"))
    'keep'
    """
    return _ByType(dict(names), default)


def looks_around(policy: Policy) -> bool:
    """Whether a policy may decide by more than the type."""
    return not isinstance(policy, _ByType)


def names_operator(policy: Policy, name: str) -> bool:
    """Whether a policy says by itself that it may name this operator."""
    if isinstance(policy, _ByType):
        return name == policy.default or name in policy.names.values()
    return name in getattr(policy, "operators", ())


def is_quasi(entity: Entity) -> bool:
    """Whether an entity is a quasi-identifier."""
    return label_of(entity.type) in QUASI
