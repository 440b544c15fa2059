"""Visit every text in a nest of containers, and get the same nest with the results."""

import dataclasses
import datetime
import decimal
import enum
import fractions
import json
import re
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from copy import copy
from functools import cache
from typing import Any, NamedTuple, get_type_hints

from pydantic import BaseModel, TypeAdapter

from .errors import InputError, InputTooDeep

Visit = Callable[[str], str]


def from_source(visit: Visit, source: str) -> Visit:
    """The same visit, told where the texts come from, if it wants to know.

    ``source``: user, tool, document, model or app.
    """
    told = getattr(visit, "from_source", None)
    return visit if told is None else told(source)


MAX_DEPTH = 200
"""Deeper than anything people nest, shallower than Python's own limit."""

_PLAIN = (
    type(None),
    bool,
    complex,
    fractions.Fraction,
    datetime.time,
    datetime.timedelta,
    type,
)
"""Stay as they are: nobody is known by one of these."""

_WRITTEN = (int, decimal.Decimal, datetime.date, uuid.UUID)
"""Read as they are written: a card number can be an int, a birthday a date."""

Types = Mapping[type, Callable[[Any, Visit], Any]]
"""How to map objects of a class that the walker does not know."""


def refused(leaf: Any) -> Any:
    """Raises InputError: what nobody can read, nobody can mask."""
    name = type(leaf).__name__
    raise InputError(f"Cannot look for personal data in a {name}.")


def walk(
    tree: Any,
    visit: Visit,
    *,
    types: Types | None = None,
    other: Callable[[Any], Any] = refused,
    is_typed: bool = False,
) -> Any:
    """The tree with ``visit`` applied to every text in it, keys of dicts included.

    Knows str, dict, list, tuple, set, dataclasses and pydantic models. A whole number
    or a date is visited as it is written and becomes a text only where ``visit``
    changes it; None and bool stay. Nothing given is changed;
    what needs no change is returned itself. The order of visits is the same each
    time. A leaf that neither it nor ``types`` knows goes to ``other``. ``is_typed``: a
    field that changes gets the type that its class says, where that can be made of it.
    Raises InputTooDeep beyond 200 levels or on a cycle.
    """
    with suppress(RecursionError):  # the stack was deep before we came
        return _Walk(visit, types or {}, other, is_typed).at(tree, 0)
    raise InputTooDeep("Nested too deep for the stack that is left.")


SCHEMAS = frozenset(
    {"tools", "functions", "response_format", "tool_choice", "function_call", "model"}
)
"""Settings of a request that describe or name things; see ``walk_schema``."""

_NAME = re.compile(r"[A-Za-z_$#][\w\-.:$#/]*", re.ASCII)
_TEXTS = {"description", "title"}
_VALUES = {"default", "examples", "example", "enum", "const"}


def walk_schema(tree: Any, visit: Visit) -> Any:
    """A description of tools or of an answer, with ``visit`` applied to what it tells.

    That is descriptions, defaults, examples and choices. Names, types and keys that
    read as such are what the provider and the app know things by: they stay.
    """
    if isinstance(tree, str):
        return tree if _NAME.fullmatch(tree) else visit(tree)
    if isinstance(tree, Mapping):
        return {
            walk_schema(key, visit): walk(value, visit, other=_as_it_is)
            if key in _VALUES or (key in _TEXTS and isinstance(value, str))
            else walk_schema(value, visit)
            for key, value in tree.items()
        }
    if isinstance(tree, list | tuple):
        return [walk_schema(item, visit) for item in tree]
    return tree


def walk_json(text: str, visit: Visit) -> str:
    """A text that is a JSON container, walked as the tree it is; else visited whole.

    So that a value is found behind its escapes, and comes back escaped.
    """
    try:
        tree = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        return visit(text)
    if not isinstance(tree, dict | list):
        return visit(text)
    walked = walk(tree, visit)
    return text if walked is tree else json.dumps(walked, ensure_ascii=False)


def written(value: object, visit: Visit) -> object:
    """The value itself, or what ``visit`` makes of it as it is written."""
    before = None
    with suppress(ValueError):  # an int of more digits than Python writes
        before = str(value)
    if before is None:
        raise InputError("A whole number is too long to be written out.")
    after = visit(before)
    return value if after == before else after


def _as_number_or_choice(tree: Any, visit: Visit) -> Any:
    """A number that a table made a float of, a choice that is a text."""
    inside = tree.value if isinstance(tree, enum.Enum) else tree
    if isinstance(inside, float) and inside.is_integer():
        inside = int(inside)
    if isinstance(inside, bool | float) or not isinstance(inside, str | int):
        return tree
    after = written(inside, visit)
    return tree if after == inside else after


class _Walk(NamedTuple):
    visit: Visit
    types: Types
    other: Callable[[Any], Any]
    is_typed: bool

    def at(self, tree: Any, depth: int) -> Any:
        if isinstance(tree, float | enum.Enum):
            return _as_number_or_choice(tree, self.visit)
        if isinstance(tree, _PLAIN):
            return tree
        if isinstance(tree, str):
            return self.visit(tree)
        if isinstance(tree, _WRITTEN):
            return written(tree, self.visit)
        for known, mapped in self.types.items():
            if isinstance(tree, known):
                return mapped(tree, self.visit)
        if depth >= MAX_DEPTH:
            raise InputTooDeep(
                f"Nested deeper than {MAX_DEPTH} levels, or it refers to itself."
            )
        if isinstance(tree, Mapping):
            return self.mapping(tree, depth + 1)
        if isinstance(tree, list | tuple | set | frozenset):
            return self.items(tree, depth + 1)
        fields = _fields(tree)
        if fields is None:
            return self.other(tree)
        return self.with_fields(tree, fields, depth + 1)

    def mapping(self, tree: Mapping[Any, Any], depth: int) -> Any:
        pairs = {
            self.at(key, depth): self.at(value, depth) for key, value in tree.items()
        }
        same = all(
            a is c and b is d
            for (a, b), (c, d) in zip(pairs.items(), tree.items(), strict=False)
        )
        if len(pairs) < len(tree):
            raise InputError("Two keys of a dict would become one.")
        return tree if same else _like(tree, pairs)

    def items(self, tree: Any, depth: int) -> Any:
        items = [self.at(item, depth) for item in tree]
        if all(a is b for a, b in zip(items, tree, strict=True)):
            return tree
        return type(tree)(*items) if hasattr(tree, "_fields") else type(tree)(items)

    def with_fields(self, tree: Any, fields: dict[str, Any], depth: int) -> Any:
        changed = {
            name: after
            for name, before in fields.items()
            if (after := self.at(before, depth)) is not before
        }
        if not changed:
            return tree
        if self.is_typed:
            hints = _hints(tree.__class__)
            changed = {k: _typed(hints.get(k), v) for k, v in changed.items()}
        if isinstance(tree, BaseModel):
            return tree.model_copy(update=changed)
        clone = copy(tree)
        for name, value in changed.items():
            object.__setattr__(clone, name, value)
        return clone


@cache
def _hints(kind: Any) -> dict[str, Any]:
    """The type of each field; nothing where the class does not say it readably."""
    with suppress(Exception):
        return get_type_hints(kind, include_extras=True)
    return {}


def _typed(hint: Any, value: Any) -> Any:
    """The value as a field of this type has it; itself where it cannot be one."""
    with suppress(Exception):
        return _adapter(hint).validate_python(value) if hint is not None else value
    return value


@cache
def _adapter(hint: Any) -> TypeAdapter[Any]:
    return TypeAdapter(hint)


def _as_it_is(leaf: Any) -> Any:
    return leaf


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A parsed object forgets a repeated key; such a text is read as text."""
    tree = dict(pairs)
    if len(tree) != len(pairs):
        raise ValueError("repeated key")
    return tree


def _fields(tree: Any) -> dict[str, Any] | None:
    """What a pydantic model or a dataclass holds; None for anything else."""
    if isinstance(tree, BaseModel):
        return {**tree.__dict__, **(tree.model_extra or {})}
    if dataclasses.is_dataclass(tree):
        return {f.name: getattr(tree, f.name) for f in dataclasses.fields(tree)}
    return None


def _like(tree: Mapping[Any, Any], pairs: dict[Any, Any]) -> Any:
    """The pairs in the same kind of dict, where that can be made from pairs."""
    kind: Any = type(tree)
    return kind(pairs) if kind.__init__ is dict.__init__ else pairs
