"""The way back: one for each answer, with a list of what it could not restore."""

import html
import re
from collections.abc import Callable, Collection, Container, Mapping
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import quote

from .audit import Audit, Unrestored
from .entities import LITERAL
from .errors import InputError
from .grammar import may_hold
from .jsontext import escape
from .restore import (
    CSV,
    HTML,
    STANDARD,
    STRUCTURED,
    Place,
    Policy,
    RestorePolicy,
    allowed,
)
from .stream import StreamUnmasker
from .surroundings import ATTRIBUTE, CODE, TEXT, URL, Surroundings
from .tree import Types, walk
from .view import view_of

T = TypeVar("T")

_HOST = re.compile(
    r"(?:https?|wss?|ftps?)://([a-z0-9](?:[a-z0-9.\-]{0,250}[a-z0-9])?)(?::\d{1,5})?"
    r"[/?#][^\s,;\"'<>\\]{0,240}",
    re.IGNORECASE | re.ASCII,
)
"""Matches ``https://shop.example/?q=``; not ``https://shop.example@evil.test/``, nor a
list of addresses."""

_MEANS_SOMETHING = re.compile(r"""["'`<>&;|$\\{}\n\r\t]|--|/\*""")
"""To SQL, shells, programs or markup."""

_ENDS_ADDRESS = re.compile(
    r"""["'`<>\\\n\r\t]|\A\s*(?:javascript|data|vbscript):""", re.I
)
"""Would leave a URL or an attribute, or is one that runs."""

_CODE_NAME = re.compile(
    r"(?:.*_)?(?:command|cmd|script|sql|statement|shell|bash|program)"
    r"|(?:(?:source|python|py|js|javascript|node|r|shell|bash)_?)?code"
    r"|sql_query|expression|python|javascript|powershell",
    re.IGNORECASE,
)
"""Matches ``sql``, ``bash_command``, ``code``; not ``zip_code``, ``query``."""

_SELECT = re.compile(r"\bselect\b", re.IGNORECASE)
_FROM = re.compile(r"\bfrom\b", re.IGNORECASE)
_SQL = re.compile(
    r"\b(?:(?:insert\s+into|update\s+\S+\s+set|delete\s+from|merge\s+into"
    r"|(?:drop|alter|create|truncate)\s+(?:table|view|database))\b"
    r"|with\s+\w+\s+as\s*\()",
    re.IGNORECASE,
)
UNNAMED = "(unnamed)"
"""A call without a name is still a call: no declaration lets it have anything."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection)."""


class Restorer:
    """Puts values back where the policy lets it; what stays is in ``unrestored``.

    ``shown``: the placeholders of this request, where that is known. ``settle``: do not
    restore, for a layer around this one does; spell issued placeholders as they were
    given, and replace any other by what ``settle`` gives for it. ``missing``: why a
    placeholder without a value has none.
    """

    def __init__(
        self,
        values: Mapping[str, str],
        *,
        policy: Policy = STANDARD,
        audit: Audit | None = None,
        shown: Collection[str] | None = None,
        settle: Callable[[str], str] | None = None,
        missing: str = "unknown",
    ) -> None:
        self._view = view_of(values)
        self.values = self._view.plain
        self.labels: Container[str] = self._view.labels
        self.settle = settle
        self.unrestored: list[Unrestored] = []
        self._noted: set[Unrestored] = set()
        self._policy = policy
        # What decides alike at every plain place need not be asked there.
        self._restores_text = type(policy) is RestorePolicy and not policy.is_strict
        self._audit = audit
        self._shown = shown
        self._missing = missing

    def text(
        self, text: str, *, sink: str = TEXT, tool: str = "", argument: str = ""
    ) -> str:
        """The text with its values. ``sink``: where it goes, see ``Place``."""
        return self._text(text, sink, tool, argument, argument)

    def stream(self, *, sink: str = TEXT) -> StreamUnmasker:
        """For a text that arrives in pieces."""
        return StreamUnmasker(self, sink=sink)

    def json(self, text: str, *, tool: str = "") -> str:
        """The same for a text that is JSON: each value is escaped as it has to be."""
        return (
            self.json_stream(tool=tool).whole(text)
            if may_hold(text, self.labels)
            else text
        )

    def json_stream(self, *, tool: str = "") -> StreamUnmasker:
        """For JSON that arrives in pieces: a tool's arguments, structured output."""
        return StreamUnmasker(self, sink=STRUCTURED, is_json=True, tool=tool)

    def arguments(self, tool: str, arguments: T) -> T:
        """A tool's arguments, parsed: each text in them with its values, keys too."""
        tool = tool or UNNAMED

        def visit(text: str, argument: str, name: str) -> str:
            return self._text(text, STRUCTURED, tool, argument, name)

        try:
            made: T = map_arguments(arguments, visit)
        except (InputError, RecursionError):
            return arguments
        return made

    def _text(self, text: str, sink: str, tool: str, argument: str, name: str) -> str:
        if not may_hold(text, self.labels):
            return text
        return StreamUnmasker(
            self, sink=sink, tool=tool, argument=argument, name=name
        ).whole(text)

    def tree(
        self,
        tree: T,
        *,
        sink: str = TEXT,
        tool: str = "",
        argument: str = "",
        types: Types | None = None,
    ) -> T:
        """A nest of texts with its values, keys too; what cannot be read stays.

        A field of a pydantic model gets back the type that it has.
        """

        def visit(text: str) -> str:
            return self.text(text, sink=sink, tool=tool, argument=argument)

        if isinstance(tree, str):
            return visit(tree)  # type: ignore[return-value]  # a text for a text
        try:
            result: T = walk(tree, visit, types=types, other=_as_it_is, is_typed=True)
        except (InputError, RecursionError):
            return tree
        return result

    # What a stream asks

    def note_unknown(self, placeholder: str, at: StreamUnmasker) -> None:
        """Note a placeholder that was never issued."""
        why = self._missing
        self._note(Unrestored(placeholder, why, at.sink, at.tool, at.argument))

    def restored(
        self,
        placeholder: str,
        spelled: str,
        around: Surroundings,
        following: str,
        at: StreamUnmasker,
    ) -> str | None:
        """The value as it is to be written at this place; None if it is refused."""
        value = self.values[placeholder]
        sink, label = at.sink, self._view.label(placeholder)
        is_plain = sink in _PLAIN and around.kind == TEXT
        if not (is_plain and self._restores_text and not at.tool):
            place = self._place(placeholder, value, around, following, at)
            if not allowed(self._policy, label, place):
                kind, argument = place.sink, place.argument
                self._note(Unrestored(placeholder, "refused", kind, at.tool, argument))
                return None
            sink = sink if sink in (HTML, CSV) else place.sink
            if sink == URL and not place.whole and label != LITERAL:
                value = quote(value.encode("utf-8", "surrogatepass"), safe="@")
        if label != LITERAL:
            value = _written(value, sink, spelled)
        if _NEEDS_ESCAPE.search(value):
            for _ in range(at.json_levels()):
                value = escape(value)
        return value

    def _place(
        self,
        placeholder: str,
        value: str,
        around: Surroundings,
        following: str,
        at: StreamUnmasker,
    ) -> Place:
        kind = TEXT if around.ends_with(value) else around.kind
        sink, host, whole = at.sink, "", False
        if kind != TEXT and sink in _READ:
            sink = kind
            if at.is_json and following == '"':
                following = ""
            whole = around.stands_alone(following, value)
            found = _HOST.fullmatch(around.head)
            host = found[1].lower() if found else ""
        if at.tool and sink in _READ and _is_code(at):
            sink = CODE
        if at.in_formula():
            sink, whole = URL, False
        unsafe = _ENDS_ADDRESS if sink in (URL, ATTRIBUTE) else _MEANS_SOMETHING
        return Place(
            sink,
            at.tool,
            at.argument,
            host,
            whole,
            unsafe.search(value) is None,
            self._view.sources.get(placeholder, ()),
            self._shown is None or placeholder in self._shown,
        )

    def _note(self, event: Unrestored) -> None:
        if event in self._noted:  # said once for an answer
            return
        self._noted.add(event)
        self.unrestored.append(event)
        if self._audit is not None:
            with suppress(Exception):
                self._audit(event.event())


_NEEDS_ESCAPE = re.compile(r'["\\\x00-\x1f]')


def map_arguments(
    arguments: Any,
    visit: Callable[[str, str, str], str],
    argument: str = "",
    name: str = "",
) -> Any:
    """A tool's parsed arguments with ``visit(text, argument, name)`` for each text.

    ``argument`` is its outermost key, ``name`` the one nearest to it; both are "" for
    a key itself. Raises InputError where two keys would become one.
    """
    if isinstance(arguments, Mapping):
        made = {
            map_arguments(key, visit, argument): map_arguments(
                value, visit, argument or str(key), str(key)
            )
            for key, value in arguments.items()
        }
        if len(made) < len(arguments):
            raise InputError("Two keys of a dict would become one.")
        return made
    if isinstance(arguments, list):
        return [map_arguments(item, visit, argument, name) for item in arguments]

    def plain(text: str) -> str:
        return visit(text, argument, name)

    return walk(arguments, plain, other=_as_it_is, is_typed=True)


_PLAIN = {TEXT, STRUCTURED, HTML}
_READ = {TEXT, STRUCTURED, HTML, CSV, URL}
"""Sinks in which a part of the text may be something else."""


def _written(value: str, sink: str, spelled: str) -> str:
    """A value as it stands in this sink, for a placeholder spelled like this."""
    if sink == HTML:
        return html.escape(value)
    if sink == CSV and value.startswith(_FORMULA):
        return f"'{value}"
    if spelled.startswith("&"):
        return html.escape(value, quote=False)
    return value


def _is_code(at: StreamUnmasker) -> bool:
    if _CODE_NAME.fullmatch(at.name) or _CODE_NAME.fullmatch(at.argument):
        return True
    said = at.said_first()
    select = _SELECT.search(said)
    if select and _FROM.search(said, select.end()):
        return True
    return _SQL.search(said) is not None


def _as_it_is(leaf: T) -> T:
    return leaf
