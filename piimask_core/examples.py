"""What labelled text looks like, and how it is read from a file.

One JSON object a line: ``{"text": ..., "spans": [{"start", "end", "type"}, ...]}`` with
offsets that count characters, and if there is one an ``id``, a ``category`` (or
``domain``, ``genre``, ``lane``) and what the line is one of many of: a ``template``,
a ``dialogue`` or a ``document`` (or ``doc``). Labels may overlap; each counts alone.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any, TypeGuard

from .entities import Entity
from .errors import ExamplesError

GROUPS = ("template", "dialogue", "document", "doc")
"""What makes lines alike, the widest first: they are no independent observations."""

CATEGORIES = ("category", "domain", "genre", "lane")


@dataclass(frozen=True, slots=True)
class Example:
    """A text and what is personal in it; its repr shows neither.

    Examples of one ``group`` are resampled together; "" is a group of its own.
    """

    text: str = field(repr=False)
    labels: tuple[Entity, ...] = ()
    id: str = ""
    group: str = ""
    category: str = ""


def read_jsonl(path: str | PathLike[str]) -> Iterator[Example]:
    """The examples of a file, in order; empty lines are skipped.

    Raises ExamplesError with the file's name and the line, without what stands there.
    """
    name = Path(path).name
    for number, line in enumerate(_lines(path), 1):
        if line.strip():
            yield _example(line, f"{name}, line {number}")


def _lines(path: str | PathLike[str]) -> Iterable[bytes]:
    problem = None
    try:
        with open(path, "rb") as file:
            yield from file
    except OSError as error:
        problem = error.strerror
    if problem is not None:
        raise ExamplesError(f"{Path(path).name}: {problem}")


def _example(line: bytes, place: str) -> Example:
    row = _json(line)  # no error is raised in its handler: that one holds the line
    if row is None:
        raise ExamplesError(f"{place}: not JSON in UTF-8")
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise ExamplesError(f"{place}: not an object with a text")
    spans = row.get("spans")
    if not isinstance(spans, list) or not all(isinstance(s, dict) for s in spans):
        raise ExamplesError(f"{place}: spans is not a list of objects")
    labels = tuple(_label(span, len(row["text"]), place) for span in spans)
    kind, group = _first(row, GROUPS)
    return Example(
        row["text"],
        labels,
        id=str(row.get("id", place)),
        group=f"{kind} {group}" if kind else place,
        category=_first(row, CATEGORIES)[1],
    )


def _json(line: bytes) -> Any:
    """What the line says; None also where it cannot be read."""
    try:
        return json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def _label(span: Mapping[str, Any], length: int, place: str) -> Entity:
    start, end, type = span.get("start"), span.get("end"), span.get("type")
    if not isinstance(type, str) or not type:
        raise ExamplesError(f"{place}: a span without a type")
    if not _whole(start) or not _whole(end) or not 0 <= start < end <= length:
        raise ExamplesError(f"{place}: a span that is not inside the text")
    return Entity(type, start, end)


def _whole(number: object) -> TypeGuard[int]:
    return isinstance(number, int) and not isinstance(number, bool)


def _first(row: Mapping[str, Any], names: Iterable[str]) -> tuple[str, str]:
    """The first of these that the row has, and what it is; "" where it has none."""
    for name in names:
        if row.get(name) is not None:
            return name, str(row[name])
    return "", ""
