r"""Where in a JSON text does this place stand?

Read in pieces, as a model streams it. ``JsonText`` reads what is JSON for certain, such
as the arguments of a tool; ``JsonInText`` looks for it in an answer, because inside a
JSON string a value must be escaped: ``{"name": "Jo \"JJ\" O'Neil"}``.
"""

import json
import re

from .surroundings import Surroundings

_START = re.compile(r'[\[{](?=\s*(?:["\[{]|(?:-?\d[\d.eE+\-]*|true|false|null)\s*,))')
_MAY_START = re.compile(r"[\[{]\s{0,40}\Z")
_OUTSIDE = re.compile(r'["\[\]{},:]')
_STRING = re.compile(r'["\\]')
_IN_TEXT = re.compile(r'["{}\[\]<]')
_STRING_IN_TEXT = re.compile(r'["\\\n]')
_CUT_ESCAPE = re.compile(r"(?<!\\)(?:\\\\)*(\\(?:u[0-9a-fA-F]{0,3})?)\Z")


def escape(value: str) -> str:
    """A value as it stands between the quotes of a JSON string."""
    return json.dumps(value, ensure_ascii=False)[1:-1]


def unescape(text: str) -> str | None:
    """What stands between the quotes of a JSON string; None where it is none."""
    try:
        value = json.loads(f'"{text}"', strict=False)
    except ValueError:
        return None
    return value if isinstance(value, str) else None


class _String:
    """What a string of JSON says, up to here."""

    def __init__(self) -> None:
        self._cut = ""

    def meant(self, written: str, *, is_over: bool) -> str:
        """The next piece as it is meant; half an escape at its end is kept."""
        written, self._cut = self._cut + written, ""
        if not is_over and (match := _CUT_ESCAPE.search(written)):
            written, self._cut = written[: match.start(1)], match[1]
        meant = unescape(written)
        return written if meant is None else meant


class JsonText:
    """Reads a JSON text from left to right.

    ``argument`` is the key of the outermost object that this place belongs to, ``name``
    the key nearest to it; ``around`` what it is part of, in its string or outside of
    one; ``string`` what that string says up to here, None outside of one, to which
    ``holds_value`` is to be told where a value is put into it.
    """

    def __init__(self) -> None:
        self.argument = ""
        self.name = ""
        self.string: str | None = None
        self.holds_value = False
        self._outside = Surroundings()
        self._inside = self._outside
        self._nested = JsonInText()
        self._depth = 0
        self._is_key = False
        self._is_escaped = False  # by a backslash at the end of the last piece
        self._reader = _String()

    @property
    def around(self) -> Surroundings:
        """What this place is part of."""
        return self._outside if self.string is None else self._inside

    @property
    def levels(self) -> int:
        """How many strings of JSON this place is in, one inside the other."""
        return 0 if self.string is None else 1 + self._nested.levels

    def feed(self, text: str) -> None:
        """Read on."""
        at = 0
        while at < len(text):
            read = self._read_outside if self.string is None else self._read_string
            at = read(text, at)

    def _read_outside(self, text: str, at: int) -> int:
        match = _OUTSIDE.search(text, at)
        end = match.end() if match else len(text)
        self._outside.feed(text[at:end])
        mark = match[0] if match else ""
        if mark == '"':
            self._open()
        elif mark in ("{", "["):
            self._depth += 1
            self._is_key = mark == "{"
        elif mark in ("}", "]"):
            self._depth -= 1
            self._is_key = False
        elif mark:
            self._is_key = mark == ","
        return end

    def _open(self) -> None:
        if self._is_key and self._depth == 1:
            self.argument = ""
        is_address = not self._is_key and names_address(self.name)
        self.string, self._reader, self.holds_value = "", _String(), False
        self._inside = Surroundings(is_address=is_address)
        self._nested = JsonInText()

    def _read_string(self, text: str, at: int) -> int:
        end = at + self._is_escaped
        while (match := _STRING.search(text, end)) and match[0] != '"':
            end = match.end() + 1
        self._is_escaped = match is None and end > len(text)
        end = match.start() if match else len(text)
        meant = self._reader.meant(text[at:end], is_over=match is not None)
        self.string = said = (self.string or "") + meant
        self._inside.feed(meant)
        self._nested.feed(meant)
        if match is None:
            return len(text)
        if self._is_key:  # one with a value in it is told to nobody
            self.name = "" if self.holds_value else said
            if self._depth == 1:
                self.argument = self.name
        self.string = None
        return end + 1


class JsonInText:
    """Looks for JSON in a text that is read from left to right.

    ``opened`` is where the string began that this place stands in; None outside of
    one. A string that holds a line break was none, nor is what has a ``<`` outside of
    strings JSON.
    """

    def __init__(self) -> None:
        self.opened: int | None = None
        self._depth = 0
        self._at = 0
        self._escaped = False
        self._begun = ""  # what may turn out to begin some JSON
        self._reader = _String()
        self._nested: JsonInText | None = None

    @property
    def levels(self) -> int:
        """How many strings of JSON this place is in, one inside the other."""
        if self.opened is None:
            return 0
        return 1 + (self._nested.levels if self._nested else 0)

    def feed(self, text: str) -> None:
        """Read on."""
        text, self._begun = self._begun + text, ""
        at = int(self._escaped)
        if self._escaped and self.opened is not None:
            self._say(text[:1])
        self._escaped = False
        while at < len(text):
            if self.opened is not None:
                at = self._in_string(text, at)
            elif self._depth:
                at = self._outside(text, at)
            else:
                match = _START.search(text, at)
                if match is None and (begun := _MAY_START.search(text, at)):
                    self._begun, text = begun[0], text[: begun.start()]
                self._depth = int(match is not None)
                at = match.end() if match else len(text)
        self._at += len(text)

    def _outside(self, text: str, at: int) -> int:
        match = _IN_TEXT.search(text, at)
        if match is None:
            return len(text)
        if match[0] == '"':
            self.opened = self._at + match.start()
            self._reader, self._nested = _String(), None
        elif match[0] == "<":
            self._depth = 0
        else:
            self._depth += 1 if match[0] in "{[" else -1
        return match.end()

    def _in_string(self, text: str, at: int) -> int:
        end = at
        while (match := _STRING_IN_TEXT.search(text, end)) and match[0] == "\\":
            end = match.end() + 1
        if match is None:
            self._escaped = end > len(text)
            self._say(text[at:])
            return len(text)
        self._say(text[at : match.start()])
        self.opened = None
        if match[0] == "\n":
            self._depth = 0
        return match.end()

    def _say(self, written: str) -> None:
        """A string may hold JSON itself."""
        meant = self._reader.meant(written, is_over=False)
        if self._nested is None and ("{" in meant or "[" in meant):
            self._nested = JsonInText()
        if self._nested is not None:
            self._nested.feed(meant)


_ADDRESSES = {"url", "uri", "href", "src", "link", "endpoint", "webhook"}
_HOSTS = {"host", "hostname", "domain"}


def names_address(name: str) -> bool:
    """Whether an argument of this name is an address: ``url``, ``imageUrl``."""
    words = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name)
    return bool(words) and words[-1].lower() in _ADDRESSES | _HOSTS
