"""Restore a text that arrives in pieces, cut anywhere, or in one piece."""

import re
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Protocol

from .grammar import Candidate, candidates, may_begin, unfinished
from .jsontext import JsonInText, JsonText, names_address, unescape
from .references import REF
from .surroundings import TEXT, URL, Cells, Surroundings

_COMPACT = 65_536
_SAID = 4_096
_WORDS = re.compile(r"(?<=[a-z0-9]{2})[ \n](?=[a-z0-9]{2})")
"""Between two words nothing is being opened."""


class Back(Protocol):
    """What a stream asks for each placeholder; see ``restorer.Restorer``."""

    values: Mapping[str, str]
    labels: Container[str]
    settle: Callable[[str], str] | None

    def note_unknown(self, placeholder: str, at: "StreamUnmasker", /) -> None:
        """It was never issued."""

    def restored(
        self,
        placeholder: str,
        spelled: str,
        around: Surroundings,
        following: str,
        at: "StreamUnmasker",
        /,
    ) -> str | None:
        """What to write for it; None if it is to stay."""


class StreamUnmasker:
    """Text in, restored text out: ``feed`` each piece, ``flush`` at the end.

    Holds back only a tail that can still become a placeholder, at most 64 characters.
    The pieces that come out, joined, are the whole text restored. ``is_json``: the text
    is JSON for certain, ``tool`` the one whose arguments it holds.
    """

    __slots__ = (
        *(
            "_before",
            "_cells",
            "_held",
            "_in_json",
            "_is_behind",
            "_in_text",
            "_json",
            "_log",
        ),
        *("_looked", "_json_log", "_restorer", "_said", "_sink", "_size"),
        *("argument", "name", "tool"),
    )

    def __init__(
        self,
        restorer: Back,
        *,
        sink: str = TEXT,
        is_json: bool = False,
        tool: str = "",
        argument: str = "",
        name: str = "",
    ) -> None:
        self.tool = tool
        self.argument = argument  # the outermost
        self.name = name or argument  # the nearest
        self._restorer = restorer
        self._sink = sink
        self._held = ""
        self._is_behind = False  # a placeholder ends where it begins
        self._before = ""  # the two characters before what is held
        self._log: list[str] = []  # what was given out, for the readers below
        self._size = 0
        self._json_log: list[str] = []  # the same, for the one that looks for JSON
        self._looked = 0
        self._json = JsonText() if is_json else None
        is_address = sink == URL or bool(tool and names_address(self.name))
        self._in_text = Surroundings(is_address=is_address)
        self._in_json = JsonText() if is_json else JsonInText()
        self._said = ""  # at first
        self._cells = Cells() if sink == "csv" else None

    def feed(self, text: str) -> str:
        """Take a piece in, give out what can no longer change."""
        if self._held or may_begin(text, self._restorer.labels):
            return self._read(text, is_last=False)
        self._log.append(text)
        self._json_log.append(text)
        self._before = (self._before + text)[-2:]
        self._is_behind = self._is_behind and not text
        self._size += len(text)
        if self._size > _COMPACT:
            self._compact()
        return text

    def flush(self) -> str:
        """Give out what was held back; the stream is over."""
        return self._read("", is_last=True)

    def whole(self, text: str) -> str:
        """Take in all there is and give it out."""
        return self._read(text, is_last=True)

    def _read(self, text: str, *, is_last: bool) -> str:
        restorer, at = self._restorer, len(self._before)
        text = self._before + self._held + text
        ready = len(text) if is_last else unfinished(text, restorer.labels, at)
        out: list[str] = []
        ended = at if self._is_behind else -1
        for found in candidates(
            text,
            at,
            issued=restorer.values,
            is_behind=self._is_behind,
            refers=REF in restorer.labels,
        ):
            if found.end > ready:
                ready = min(ready, found.start)
                break
            self._give(text[at : found.start], out)
            at = found.start
            following = text[found.end : found.end + 1]
            written = self._written(found, text, following, is_last)
            if written is None:
                ready = at
                break
            out.append(written)
            at = found.end
            ended = at
        self._give(text[at:ready], out)
        self._is_behind = ended == ready
        self._held = text[ready:]
        self._before = text[max(ready - 2, 0) : ready]
        return "".join(out)

    def _give(self, literal: str, out: list[str]) -> None:
        out.append(literal)
        self._log.append(literal)
        self._json_log.append(literal)

    def _written(
        self, found: Candidate, text: str, following: str, is_last: bool
    ) -> str | None:
        """What to write for a placeholder; None: that depends on what comes."""
        restorer = self._restorer
        spelled = text[found.start : found.end]
        chosen: Sequence[tuple[str, str]] = found.readings
        if len(chosen) > 1 or chosen[0][0] not in restorer.values:
            chosen = [each for each in chosen if each[0] in restorer.values]
        around = self._surroundings()
        if len(chosen) != 1 and not found.bare:
            restorer.note_unknown(found.readings[0][0], self)
        if restorer.settle is not None:
            if len(chosen) == 1:
                return "".join(chosen[0])
            meant = unescape(spelled) if self._json is not None else None
            return restorer.settle(meant or spelled)
        if len(chosen) != 1:
            self._log.append(spelled if found.bare else "x")
            self._json_log.append("x")
            return spelled
        if not following and not is_last and around.is_open:
            return None
        placeholder, ending = chosen[0]
        value = restorer.restored(placeholder, spelled, around, following, self)
        self._log.append("x" if value is None else value + ending)
        self._json_log.append("x")  # what a value opens is no JSON of the answer
        if self._json is not None and value is not None:
            self._json.holds_value = True
        return spelled if value is None else value + ending

    # What the restorer asks about this place

    @property
    def sink(self) -> str:
        """Where the whole text goes."""
        return self._sink

    @property
    def is_json(self) -> bool:
        """Whether the text is JSON for certain."""
        return self._json is not None

    def json_levels(self) -> int:
        """How many strings of JSON this place is in, one inside the other."""
        self._in_json.feed("".join(self._json_log))
        self._json_log.clear()
        return self._in_json.levels

    def in_formula(self) -> bool:
        """Whether this place stands in a cell of CSV that is a formula."""
        return self._cells is not None and self._cells.is_formula

    def said_first(self) -> str:
        """The beginning of the text, or of the string of JSON that this stands in."""
        if self._json is None:
            return self._said
        return (self._json.string or "")[:_SAID]

    def _surroundings(self) -> Surroundings:
        """Read what was given out since the last time."""
        new = "".join(self._log[self._looked :])
        self._looked = len(self._log)
        return self._read_log(new)

    def _read_log(self, new: str) -> Surroundings:
        if self._json is None:
            if len(self._said) < _SAID:
                self._said = (self._said + new)[:_SAID]
            if self._cells is not None:
                self._cells.feed(new)
            self._in_text.feed(new)
            return self._in_text
        self._json.feed(new)
        self.argument, self.name = self._json.argument, self._json.name
        return self._json.around

    def _compact(self) -> None:
        """Forget what was given out, up to where a word ends: what it opened is
        remembered, what it may be opening is kept."""
        log = "".join(self._log)
        read = len("".join(self._log[: self._looked]))
        ends = [m.end() for m in _WORDS.finditer(log, 0, len(log) - _COMPACT // 8)]
        cut = ends[-1] if ends else 0
        self._size = len(log) - cut
        if cut < read:
            return
        self._read_log(log[read:cut])
        self._log, self._looked = [log[cut:]], 0
        self.json_levels()

    def __repr__(self) -> str:
        return f"StreamUnmasker(holding {len(self._held)} characters)"
