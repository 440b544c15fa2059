"""One session's placeholders: what each stands for, and how far the counters are."""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from ..entities import Entity, label_of
from ..errors import InputError, RegistryConflict
from ..grammar import Placeholder, parse
from ..identity import compact, is_known_again
from ..known import Identity, Known
from ..references import REF, number_of, reference
from ..view import View
from .memo import Memo
from .notes import ADDED, Notes

Clock = Callable[[], float]
"""Seconds since some fixed moment; never steps back (``time.monotonic``)."""

_FORMS = "_BCDEFGHIJKLMNOPQRSTUVWXYZ"
_NO_FORM = (0, len(_FORMS))


NOTE = "NOTE_"
"""The label of entries that stand for no value in a text: what a session was told.
No type has a label that ends so."""


class Wanted(NamedTuple):
    """A value that needs a placeholder, with the key its equal forms share.

    ``source``: who has said it, see ``restore.Place``. ``opaque``: what it gets is a
    reference, which does not say the type.
    """

    type: str
    value: str
    key: str
    source: str = "user"
    opaque: bool = False

    def __repr__(self) -> str:
        return f"Wanted({self.type})"


class Entry(NamedTuple):
    """A placeholder and what it stands for; again with others who have said it.

    Or a note: its ``sources`` hold its kind.
    """

    serial: int
    placeholder: str
    type: str
    value: str
    key: str
    sources: Sequence[str] = ()

    def __repr__(self) -> str:
        return f"Entry({self.placeholder})"


class Draft(NamedTuple):
    """What a book is to be told: entries, how far it counts then, how old it is.

    ``given``: the placeholder of each value that was asked for.
    """

    given: Sequence[str]
    entries: Sequence[Entry]
    counters: Mapping[str, int]
    minted: int
    age: float = 0.0

    def __repr__(self) -> str:
        return f"Draft({len(self.entries)} entries)"


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
        self._version = 0
        self._since = self._used = clock()
        self._forget()

    def __len__(self) -> int:
        return len(self._values)

    @property
    def minted(self) -> int:
        """How many entries there ever were: placeholders and notes."""
        return self._minted

    @property
    def version(self) -> int:
        """Another whenever something was learned or forgotten."""
        return self._version

    def mint(self, wanted: Sequence[Wanted]) -> list[str]:
        """A placeholder for each value, in order: the one it has, or a new one."""
        with self._lock:
            self._touch()
            return list(self._commit(lambda: self._drafted(wanted)))

    def note(self, kind: str, value: str, type: str = "", key: str = "") -> None:
        """Write a note down; an ADDED value is known from now on, however short."""
        with self._lock:
            self._touch()
            self._commit(lambda: self._noted(kind, value, type, key))

    @property
    def notes(self) -> Notes:
        """What the session was told; to be read only."""
        with self._lock:
            self._touch()
            return self._notes

    def sync(self) -> bool:
        """Learn what other processes have minted or forgotten since; whether any."""
        return False

    @property
    def issued(self) -> View:
        """The view as it is here, without asking anybody."""
        return self._view

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

    def erase(self) -> int:
        """Forget every value; how many there were. Counters stay, so no number is
        given again."""
        with self._lock:
            count = len(self)
            self._forget()
            return count

    def expire(self) -> bool:
        """Forget the values if their time is over, without counting as a use."""
        with self._lock:
            before = len(self)
            self._expire(self._clock())
            return len(self) < before

    def export(self, since: int = 0, also: Collection[str] = ()) -> dict[str, Any]:
        """Counters, age and entries in JSON types: those after the first ``since``
        ever minted, and those of the placeholders in ``also``."""
        with self._lock:
            self._touch()
            return {
                **self.tally(),
                "age": self._clock() - self._since,
                "entries": [
                    list(entry)
                    for entry in self.contents()
                    if entry.serial > since or entry.placeholder in also
                ],
            }

    def tally(self) -> dict[str, Any]:
        """How far the counters are, as an export without entries."""
        with self._lock:
            return {
                "age": 0.0,
                "counters": dict(self._counters),
                "entries": [],
                "minted": self._minted,
            }

    def contents(self) -> list[Entry]:
        """Every value with its placeholder and who has said it: all in clear."""
        with self._lock:
            self._touch()
            return [
                entry._replace(
                    sources=sorted(self._sources.get(entry.placeholder, entry.sources))
                )
                for entry in self._entries
            ]

    def erase_value(self, value: str) -> int:
        """Forget all that holds these letters and digits; how many there were."""
        form = compact(value)
        if not form:
            raise InputError("A value to erase has at least one letter or digit.")
        with self._lock:
            self.sync()
            while True:
                before = self.contents()
                left = [e for e in before if form not in compact(e.value)]
                if len(left) == len(before) or self._keep_only(left):
                    return len(before) - len(left)

    def _keep_only(self, entries: Sequence[Entry]) -> bool:
        """Forget all other entries; their numbers are not given again. False where
        somebody wrote at the same time."""
        since = self._since
        self._forget()
        self._since = since
        for entry in entries:
            self._write(entry)
        return True

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
            self._commit(lambda: self._merged(exported, elapsed, idle))

    def seen(self) -> dict[str, Any]:
        """How far this copy knows a session that others share, in JSON types."""
        return {}

    def check(self, seen: Mapping[str, Any]) -> None:
        """Raise RegistryLost if what another copy has ``seen`` is not here."""

    def _commit(self, draft: Callable[[], Draft]) -> Sequence[str]:
        """Do what a draft says."""
        drafted = draft()
        self._enter(drafted)
        return drafted.given

    def _enter(self, drafted: Draft) -> None:
        for entry in drafted.entries:
            self._write(entry)
        for label, number in drafted.counters.items():
            self._counters[label] = max(self._counters.get(label, 0), number)
        self._minted = max(self._minted, drafted.minted)
        if drafted.age:
            self._since = min(self._since, self._clock() - drafted.age)

    def _drafted(self, wanted: Sequence[Wanted]) -> Draft:
        """What to write for these values. Nothing changes yet."""
        given: list[str] = []
        entries: list[Entry] = []
        forms: dict[tuple[str, str], str] = {}
        keys: dict[tuple[str, str], tuple[int, int]] = {}
        counters: dict[str, int] = {}
        said: set[tuple[str, str]] = set()
        for want in wanted:
            label = label_of(want.type)
            if want.opaque:
                label = f"{REF}{label}"
            form, here = (label, want.value), (label, want.key)
            placeholder = self._by_form.get(form) or forms.get(form)
            if placeholder is None and want.opaque:
                number, placeholder = self._referred(counters.get(REF, 0))
                counters[REF], forms[form] = number, placeholder
                is_said = False
            elif placeholder is None:
                number, letter = keys.get(here) or self._by_key.get(here, _NO_FORM)
                if letter == len(_FORMS):
                    before = counters.get(label) or self._counters.get(label, 0)
                    number, letter = before + 1, 0
                    counters[label] = number
                made = Placeholder(label, number, _FORMS[letter].strip("_"))
                placeholder = forms[form] = str(made)
                keys[here] = (number, letter + 1)
                is_said = False
            else:
                is_said = want.source in self._sources.get(placeholder, ())
            given.append(placeholder)
            if not is_said and (placeholder, want.source) not in said:
                said.add((placeholder, want.source))
                serial = self._minted + len(entries) + 1
                entries.append(
                    Entry(serial, placeholder, *want[:3], sources=(want.source,))
                )
        return Draft(given, entries, {}, self._minted + len(entries))

    def _referred(self, before: int) -> tuple[int, str]:
        """The next number that has a reference, and that."""
        number = max(before, self._counters.get(REF, 0))
        made = None
        while made is None:
            number += 1
            made = reference(number, self.epoch)
        return number, made

    def _noted(self, kind: str, value: str, type: str, key: str) -> Draft:
        made = Placeholder(NOTE, self._counters.get(NOTE, 0) + 1)
        entry = Entry(self._minted + 1, str(made), type, value, key, (kind,))
        return Draft((), (entry,), {}, entry.serial)

    def _made(self, placeholder: str) -> Placeholder | None:
        """What an entry's placeholder counts as, references too."""
        number = number_of(placeholder, self.epoch)
        return parse(placeholder) if number is None else Placeholder(REF, number)

    def _merged(
        self, exported: Mapping[str, Any], elapsed: float, idle: float
    ) -> Draft:
        """What to write to take in an export. Nothing changes yet."""
        age = max(0.0, exported["age"]) + max(0.0, elapsed)
        expired = age > self._max_age or idle > self._ttl
        entries = [] if expired else [Entry(*each) for each in exported["entries"]]
        for entry in entries:
            if self._values.get(entry.placeholder, entry.value) != entry.value:
                raise RegistryConflict(
                    f"{entry.placeholder} stands for two values in two copies of "
                    "this registry; keep one copy, or share a vault."
                )
        new = [
            entry._replace(serial=self._minted + n)
            for n, entry in enumerate(filter(self._is_news, entries), 1)
        ]
        minted = max(self._minted + len(new), exported["minted"])
        return Draft([], new, exported["counters"], minted, age if new else 0.0)

    def _is_news(self, entry: Entry) -> bool:
        said = self._sources.get(entry.placeholder)
        if said is not None:
            return not said.issuperset(entry.sources)
        made = self._made(entry.placeholder)
        if made is None or made.number <= self._forgotten.get(made.label, 0):
            return False
        # two copies of a session number their notes alike
        return made.label != NOTE or all(e[1:] != entry[1:] for e in self._entries)

    def _write(self, entry: Entry) -> None:
        self._version += 1
        self._minted = max(self._minted, entry.serial)
        if entry.placeholder in self._values:
            self._sources[entry.placeholder].update(entry.sources)
            return
        made = self._made(entry.placeholder)
        if made is None:
            return
        self._counters[made.label] = max(self._counters.get(made.label, 0), made.number)
        if made.label == NOTE:
            self._write_note(entry)
            return
        kind = label_of(entry.type)
        label = made.label
        if label == REF:
            self._kinds[entry.placeholder] = kind
            label = f"{REF}{kind}"
        here = (label, entry.key)
        after = (made.number, _FORMS.index(made.letter or "_") + 1)
        self._values[entry.placeholder] = entry.value
        self._labels.add(made.label)
        self._sources[entry.placeholder] = set(entry.sources)
        self._entries.append(entry)
        self._by_form.setdefault((label, entry.value), entry.placeholder)
        self._by_key[here] = max(self._by_key.get(here, after), after)
        if is_known_again(kind, entry.value):
            self._known.add(entry.type, entry.value, entry.key)

    def _write_note(self, entry: Entry) -> None:
        self._entries.append(entry)
        for kind in entry.sources:
            self._notes.read(kind, entry.value)
            if kind == ADDED:
                self._known.add(entry.type, entry.value, entry.key, told=True)

    def _touch(self) -> None:
        now = self._clock()
        self._expire(now)
        self._used = max(self._used, now)

    def _expire(self, now: float) -> None:
        if now - self._used > self._ttl or now - self._since > self._max_age:
            self._forget()

    def _forget(self) -> None:
        """New dictionaries, so that a stream under way keeps the view it began with.

        The numbers given so far are marked, so that no copy brings them back.
        """
        self._version += 1
        self._forgotten = dict(self._counters)
        self._values: dict[str, str] = {}
        self._labels: set[str] = set()
        self._sources: dict[str, set[str]] = {}
        self._memo: Memo[Any, Any] = Memo()
        self._kinds: dict[str, str] = {}
        self._view = View(self._values, self._labels, self._sources, self._kinds)
        self._entries: list[Entry] = []
        self._by_form: dict[tuple[str, str], str] = {}
        self._by_key: dict[tuple[str, str], tuple[int, int]] = {}
        self._known = Known()
        self._notes = Notes()
        self._since = self._used = self._clock()
