"""What a session was told, beside its values: corrections, topic, what came first.

Notes are entries of the session's log like any other, so they are stored, sealed,
carried and forgotten with its values; the newest correction of a value is the one that
counts.
"""

from ..entities import Entity
from ..known import Known

ADDED, KEPT, TOPIC, FIRST = "added", "kept", "topic", "first"
"""Kinds of notes: "this is personal data", "this is none", what the conversation is
about, which type of quasi-identifier it told first."""

_KEPT = "KEPT"


class Notes:
    """The notes of one session, as far as they still count."""

    __slots__ = ("_added", "_changes", "_finder", "_kept", "first", "topic")

    def __init__(self) -> None:
        self.topic = ""
        self.first = ""
        self._added: set[str] = set()
        self._kept: dict[str, set[str]] = {}  # by their folded form
        self._changes = 0
        self._finder = 0, Known()  # of so many changes, made when it is asked for

    def read(self, kind: str, value: str) -> None:
        """Take a note in; of what came first, the first one counts."""
        if kind == TOPIC:
            self.topic = value
        elif kind == FIRST:
            self.first = self.first or value
        elif kind == KEPT:
            self._added.discard(_folded(value))
            self._kept.setdefault(_folded(value), set()).add(value)
            self._changes += 1
        elif kind == ADDED:
            self._added.add(_folded(value))
            if self._kept.pop(_folded(value), None):
                self._changes += 1

    def kept(self, text: str) -> list[Entity]:
        """The stretches of a text that are to stay, exactly as they were named."""
        if not self._kept:
            return []
        changes, finder = self._finder
        if changes != self._changes:
            changes, finder = self._changes, Known()
            for values in list(self._kept.values()):
                for value in list(values):
                    finder.add(_KEPT, value, value)
            self._finder = changes, finder
        return finder.find(text, _as_written)

    def is_added(self, value: str) -> bool:
        """Whether this very value was said to be personal data."""
        return _folded(value) in self._added if self._added else False


def _folded(value: str) -> str:
    return " ".join(value.casefold().split())


def _as_written(label: str, value: str) -> str:
    return value
