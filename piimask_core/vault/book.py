"""One session's placeholders: what each stands for, and how far the counters are."""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from ..entities import Entity, label_of
from ..errors import RegistryConflict
from ..grammar import Placeholder, parse
from ..identity import is_known_again
from ..known import Identity, Known
from ..view import View
from .memo import Memo
from .notes import ADDED, Notes

Clock = Callable[[], float]
"""Seconds since some fixed moment; never steps back (``time.monotonic``)."""

_FORMS = "_BCDEFGHIJKLMNOPQRSTUVWXYZ"


NOTE = "NOTE_"
"""The label of entries that stand for no value in a text: what a session was told.
No type has it, for no label of a type ends so."""


class Wanted(NamedTuple):
    """A value that needs a placeholder, with the key its equal forms share.

    ``source``: who has said it, see ``restore.Place``. ``opaque``: its placeholder is
    a reference, which does not say the type.
    """

    type: str
    value: str
    key: str
    source: str = "user"
    opaque: bool = False

    def __repr__(self) -> str:
        return f"Wanted({self.type})"


class _Entry(NamedTuple):
    serial: int
    placeholder: str
    type: str
    value: str
    key: str
    sources: Sequence[str] = ()

    def __repr__(self) -> str:
        return f"_Entry({self.placeholder})"


class Book:
    """Same value, same placeholder; a number is never given twice.

    Values expire ``ttl`` seconds after their last use and ``max_age`` seconds after
    the first; counters never do. Every public method is one transaction.
    """

    def __init__(self, epoch: str, *, ttl: float, max_age: float, clock: Clock) -> None:
        self.epoch = epoch
        self._ttl = ttl
        self._max_age = max_age
        self._clock = clock
        self._lock = threading.RLock()
        self._counters: dict[str, int] = {}
        self._minted = 0
        self._since = self._used = clock()
        self._forget()

    def __len__(self) -> int:
        return len(self._values)

    @property
    def minted(self) -> int:
        """How many entries there ever were: placeholders and notes."""
        return self._minted

    def mint(self, wanted: Sequence[Wanted]) -> list[str]:
        """A placeholder for each value, in order: the one it has, or a new one."""
        with self._lock:
            self._touch()
            return [self._placeholder(want) for want in wanted]

    @property
    def notes(self) -> Notes:
        """What the session was told; to be read only."""
        with self._lock:
            self._touch()
            return self._notes

    def note(self, kind: str, value: str, type: str = "", key: str = "") -> None:
        """Write a note down; an ADDED value is known from now on, whatever it is."""
        with self._lock:
            self._touch()
            made = Placeholder(NOTE, self._counters.get(NOTE, 0) + 1)
            self._minted += 1
            self._write(_Entry(self._minted, str(made), type, value, key, (kind,)))

    def view(self) -> View:
        """Placeholder -> value, for restoring without any further look-up cost."""
        with self._lock:
            self._touch()
            return self._view

    @property
    def memo(self) -> Memo[Any, Any]:
        """What masking found in this session's texts; forgotten with its values."""
        with self._lock:
            self._touch()
            return self._memo

    def known(self, text: str, same: Identity) -> list[Entity]:
        """The values of this session that stand in the text."""
        with self._lock:
            self._touch()
            return self._known.find(text, same)

    def may_know(self, words: Collection[str]) -> bool:
        """See ``Known.may_begin``."""
        with self._lock:
            self._touch()
            return self._known.may_begin(words)

    def erase(self) -> None:
        """Forget every value. Counters stay, so no number is given again."""
        with self._lock:
            self._forget()

    def expire(self) -> None:
        """Forget the values if their time is over, without counting as a use."""
        with self._lock:
            self._expire(self._clock())

    def export(self, since: int = 0, also: Collection[str] = ()) -> dict[str, Any]:
        """Counters, age and entries in JSON types: those after the first ``since``
        ever minted, and those of the placeholders in ``also``."""
        with self._lock:
            self._touch()
            return {
                "age": self._clock() - self._since,
                "counters": dict(self._counters),
                "entries": [
                    [*entry[:-1], sorted(self._sources_of(entry))]
                    for entry in self._entries
                    if entry.serial > since or entry.placeholder in also
                ],
                "minted": self._minted,
            }

    def absorb(
        self, exported: Mapping[str, Any], *, elapsed: float = 0.0, idle: float = 0.0
    ) -> None:
        """Take in what another copy of this session exported.

        In seconds: ``elapsed`` since the export, ``idle`` since the session's last
        use. What is expired, or was erased here, stays away. Raises RegistryConflict
        if both copies gave one placeholder to two values.
        """
        with self._lock:
            self._touch()
            age = max(0.0, exported["age"]) + max(0.0, elapsed)
            expired = age > self._max_age or idle > self._ttl
            entries = [] if expired else [_Entry(*each) for each in exported["entries"]]
            for entry in entries:
                if self._values.get(entry.placeholder, entry.value) != entry.value:
                    raise RegistryConflict(
                        f"{entry.placeholder} stands for two values in two copies of "
                        "this registry; keep one copy, or share a vault."
                    )
            for entry in entries:
                if entry.placeholder in self._values:
                    self._sources[entry.placeholder].update(entry.sources)
                if self._may_enter(entry):
                    self._minted += 1
                    self._write(entry._replace(serial=self._minted))
                    self._since = min(self._since, self._clock() - age)
            for label, number in exported["counters"].items():
                self._counters[label] = max(self._counters.get(label, 0), number)
            self._minted = max(self._minted, exported["minted"])

    def _may_enter(self, entry: _Entry) -> bool:
        made = parse(entry.placeholder)
        if made is None or made.number <= self._forgotten.get(made.label, 0):
            return False
        if made.label == NOTE:  # two copies number theirs alike
            return all(entry[1:] != each[1:] for each in self._entries)
        return entry.placeholder not in self._values

    def _sources_of(self, entry: _Entry) -> Collection[str]:
        return self._sources.get(entry.placeholder, entry.sources)

    def _placeholder(self, want: Wanted) -> str:
        label = label_of(want.type)
        given = self._by_form.get((label, want.value))
        if given is not None:
            self._sources[given].add(want.source)
            return given
        number, form = self._by_key.get((label, want.key), (0, len(_FORMS)))
        if form == len(_FORMS):
            number, form = self._counters.get(label, 0) + 1, 0
        made = Placeholder(label, number, _FORMS[form].strip("_"))
        self._minted += 1
        self._write(_Entry(self._minted, str(made), *want[:3], (want.source,)))
        return str(made)

    def _write(self, entry: _Entry) -> None:
        made = parse(entry.placeholder)
        if made is None:
            return
        if made.label == NOTE:
            self._write_note(entry, made.number)
            return
        here = (made.label, entry.key)
        after = (made.number, _FORMS.index(made.letter or "_") + 1)
        self._values[entry.placeholder] = entry.value
        self._labels.add(made.label)
        self._sources[entry.placeholder] = set(entry.sources)
        self._entries.append(entry)
        self._by_form.setdefault((made.label, entry.value), entry.placeholder)
        self._by_key[here] = max(self._by_key.get(here, after), after)
        self._counters[made.label] = max(self._counters.get(made.label, 0), made.number)
        if is_known_again(made.label, entry.value):
            self._known.add(entry.type, entry.value, entry.key)

    def _write_note(self, entry: _Entry, number: int) -> None:
        self._entries.append(entry)
        self._counters[NOTE] = max(self._counters.get(NOTE, 0), number)
        for kind in entry.sources:
            self._notes.read(kind, entry.value)
            if kind == ADDED:
                self._known.add(entry.type, entry.value, entry.key)

    def _touch(self) -> None:
        now = self._clock()
        self._expire(now)
        self._used = now

    def _expire(self, now: float) -> None:
        if now - self._used > self._ttl or now - self._since > self._max_age:
            self._forget()

    def _forget(self) -> None:
        """New dictionaries, so that a stream under way keeps the view it began with.

        The numbers given so far are marked, so that no copy brings them back.
        """
        self._forgotten = dict(self._counters)
        self._values: dict[str, str] = {}
        self._labels: set[str] = set()
        self._sources: dict[str, set[str]] = {}
        self._memo: Memo[Any, Any] = Memo()
        self._view = View(self._values, self._labels, self._sources)
        self._entries: list[_Entry] = []
        self._by_form: dict[tuple[str, str], str] = {}
        self._by_key: dict[tuple[str, str], tuple[int, int]] = {}
        self._known = Known()
        self._notes = Notes()
        self._since = self._used = self._clock()
