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

    __slots__ = ("_added", "_kept", "_known", "first", "topic")

    def __init__(self) -> None:
        self.topic = ""
        self.first = ""
        self._added: set[str] = set()
        self._kept: dict[str, None] = {}
        self._known = Known()

    def read(self, kind: str, value: str) -> None:
        """Take a note in; of what came first, the first one counts."""
        if kind == TOPIC:
            self.topic = value
        elif kind == FIRST:
            self.first = self.first or value
        elif kind == KEPT:
            self._added.discard(_folded(value))
            self._kept[value] = None
            self._known.add(_KEPT, value, value)
        elif kind == ADDED:
            self._added.add(_folded(value))
            self._kept = {k: None for k in self._kept if _folded(k) != _folded(value)}
            self._known = Known()
            for kept in self._kept:
                self._known.add(_KEPT, kept, kept)

    def kept(self, text: str) -> list[Entity]:
        """The stretches of a text that are to stay, exactly as they were named."""
        return self._known.find(text, _as_written) if self._kept else []

    def is_added(self, value: str) -> bool:
        """Whether this very value was said to be personal data."""
        return _folded(value) in self._added if self._added else False


def _folded(value: str) -> str:
    return " ".join(value.casefold().split())


def _as_written(label: str, value: str) -> str:
    return value
