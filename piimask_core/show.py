"""What was found and what was sent, in colour: for notebooks and for a page.

Whoever shows a text shows what stands in it. So this is done where it is asked for,
and nothing that is shown here prints its text in a repr.
"""

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from .entities import LITERAL, Entity, label_of, resolve
from .functions import default_masker
from .grammar import find
from .masker import Masker

_USUAL = ["EMAIL", "PHONE", "PERSON", "CARD", "SSN", "ADDRESS", "LOCATION"]
_USUAL += ["ORG", "DOB", "IP", "URL", "ACCOUNT"]
_COLUMNS = ("written", "sent", "answered", "shown")
_FONT = "font:14px/1.6 system-ui,sans-serif"
_CELL = (
    "min-width:0;overflow-wrap:anywhere;white-space:pre-wrap;padding:.5em .75em;"
    "border:1px solid rgba(128,128,128,.35);border-radius:6px"
)


class Turn(NamedTuple):
    """One turn of a conversation: what the user wrote, what was sent for it, what the
    model answered, and what was shown to the user."""

    written: str
    sent: str
    answered: str
    shown: str

    def __repr__(self) -> str:
        return "Turn(written, sent, answered, shown)"


class Shown:
    """A piece of HTML; a notebook draws it, ``save`` writes a page."""

    __slots__ = ("_what", "html")

    def __init__(self, html: str, what: str) -> None:
        self.html = html
        self._what = what

    def save(self, path: str | Path) -> None:
        """Write a page that needs nothing else, for a light and a dark screen."""
        page = (
            '<!doctype html><html lang="en"><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,initial-scale=1">'
            '<meta name="color-scheme" content="light dark"><title>llm-piimask</title>'
            f'<body style="margin:1.5rem;max-width:80rem">{self.html}</body></html>\n'
        )
        Path(path).write_text(page, "utf-8", "replace")

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"Shown({self._what})"


def show(what: str | Sequence[Turn], *, masker: Masker | None = None) -> Shown:
    """A text with what the masker would replace and all placeholders marked, or turns
    in four columns.

    A mark tells type and score when it is pointed at. Raises MaskingError where the
    masker does.
    """
    masker = masker or default_masker()
    if isinstance(what, str):
        found = _found(what, masker)
        marked = f'<div style="{_FONT};{_CELL}">{_marked(what, found)}</div>'
        return Shown(_legend(found) + marked, f"{len(found)} entities")
    turns = [[(text, _found(text, masker)) for text in turn] for turn in what]
    every = [entity for turn in turns for _, found in turn for entity in found]
    rows = "".join(_row(number, turn) for number, turn in enumerate(turns, 1))
    return Shown(_legend(every) + rows, f"{len(turns)} turns")


def _found(text: str, masker: Masker) -> list[Entity]:
    """Placeholders under their label, and entities that are none."""
    marks = [
        Entity(text[start:end].strip("<>").rpartition("_")[0], start, end)
        for start, end in find(text)
    ]
    entities = (each for each in masker.entities(text) if each.type != LITERAL)
    return resolve(text, entities, first=marks)


def _marked(text: str, found: Iterable[Entity]) -> str:
    parts: list[str] = []
    at = 0
    for entity in found:
        label = label_of(entity.type)
        style = f"{_colour(label)};border-radius:4px;padding:0 .2em;color:inherit"
        title = f"{label}, score {entity.score:.2f}"
        parts += (
            escape(text[at : entity.start]),
            f'<mark style="{style}" title="{title}">',
            escape(text[entity.start : entity.end]),
            "</mark>",
        )
        at = entity.end
    return "".join([*parts, escape(text[at:])])


def _row(number: int, turn: Sequence[tuple[str, Sequence[Entity]]]) -> str:
    grid = "display:grid;gap:.5rem;margin:0 0 .75rem"
    columns = "grid-template-columns:repeat(auto-fit,minmax(min(100%,15rem),1fr))"
    cells = "".join(
        f'<div style="{_CELL}"><div style="opacity:.75;font-size:12px">{name}</div>'
        f"{_marked(text, found)}</div>"
        for name, (text, found) in zip(_COLUMNS, turn, strict=True)
    )
    return (
        f'<section aria-label="Turn {number}" style="{_FONT};{grid};{columns}">'
        f"{cells}</section>"
    )


def _legend(found: Iterable[Entity]) -> str:
    labels = sorted({label_of(entity.type) for entity in found})
    items = "".join(
        f'<span style="{_colour(label)};border-radius:4px;padding:0 .4em;'
        f'margin-right:.5em;display:inline-block">{escape(label)}</span>'
        for label in labels
    )
    return f'<div style="{_FONT};font-size:12px;margin:0 0 .5rem">{items}</div>'


def _colour(label: str) -> str:
    """See-through, so that it suits a light and a dark page; the same every time."""
    at = _USUAL.index(label) if label in _USUAL else crc32(label.encode())
    hue = 212 + round(137.5 * at) % 360  # the golden angle keeps neighbours apart
    return (
        f"background:hsla({hue},75%,50%,.28);box-shadow:inset 0 -2px hsl({hue},65%,50%)"
    )
