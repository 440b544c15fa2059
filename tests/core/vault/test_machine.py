"""Anything in any order, in several processes: never another's value.

Hypothesis drives it: mask, echo, invent, respell, expire, erase, rotate, restart, swap,
lose. What was ever given is written down here, and held against whatever is restored.
"""

from typing import Any

from core.helpers import Clock
from core.vault.engines import FULL, size
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from piimask_core import Entity, Masker, PIIMaskError, Registry, RegistryLost
from piimask_core.entities import LITERAL
from piimask_core.grammar import parse
from piimask_core.vault import StaticKeys, StoredVault
from piimask_core.vault.dictstore import DictStore

PEOPLE = [f"{name}@x.com" for name in ("ann", "Ann", "bob", "carol", "dave", "eve")]
SESSIONS = ("s", "z")
WORKERS = 3
KEYS = [bytes([n]) * 4 + bytes(range(28)) for n in range(3)]

people = st.sampled_from(PEOPLE)
workers = st.integers(0, WORKERS - 1)
sessions = st.sampled_from(SESSIONS)
numbers = st.integers(1, 12)


def finder(text: str) -> list[Entity]:
    """The people in a text."""
    return [
        Entity("EMAIL_ADDRESS", at, at + len(person))
        for person in PEOPLE
        for at in range(len(text))
        if text.startswith(person, at)
    ]


class Conversations(RuleBasedStateMachine):
    """Several workers over one store, and what they ever gave."""

    @initialize()
    def begin(self) -> None:
        self.clock = Clock(1000.0)
        self.store = DictStore(ttl=100, max_age=500, clock=self.clock)
        self.key = 0
        self.given: dict[tuple[str, str], str] = {}
        self.handles: dict[str, dict[str, Any]] = {}
        self.registries: dict[tuple[int, str], Registry] = {}
        self.saved: Any = None
        self.maskers = [self._masker() for _ in range(WORKERS)]

    def _masker(self) -> Masker:
        names = [f"k{n}" for n in (self.key, self.key - 1) if n >= 0]
        keys = StaticKeys({name: KEYS[int(name[1:]) % 3] for name in names})
        vault = StoredVault(self.store, keys=keys)
        return Masker(recognizer=finder, vault=vault, audit=lambda event: None)

    def _registry(self, worker: int, session: str) -> Registry:
        """As chat memory carries it: by its newest handle."""
        if (worker, session) not in self.registries:
            masker, handle = self.maskers[worker], self.handles.get(session)
            self.registries[worker, session] = (
                Registry.loads(handle, vault=masker.vault)
                if handle
                else masker.registry(session)
            )
        return self.registries[worker, session]

    @rule(worker=workers, session=sessions, persons=st.lists(people, max_size=4))
    def mask(self, worker: int, session: str, persons: list[str]) -> None:
        """Each gets what it had, or what nobody ever had; and comes back."""
        masker, registry = self.maskers[worker], self._registry(worker, session)
        text = " and ".join(["x", *persons])

        masked = masker.mask(text, registry)

        assert "@" not in masked
        for person, placeholder in zip(persons, masked.split(" and ")[1:], strict=True):
            assert self.given.setdefault((session, placeholder), person) == person
        assert masker.unmask(masked, registry) == text
        self.handles[session] = registry.dumps()

    @rule(worker=workers, session=sessions, number=numbers)
    def echo_or_invent(self, worker: int, session: str, number: int) -> None:
        """The value it was given for, or nothing; respelled as well."""
        masker, registry = self.maskers[worker], self._registry(worker, session)
        for letter in ("", "B"):
            placeholder = f"<EMAIL_{number}{letter}>"
            value = self.given.get((session, placeholder))
            for spelled in (
                placeholder,
                placeholder.lower(),
                f"&lt;{placeholder[1:-1]}&gt;",
            ):
                shown = masker.unmask(f"to {spelled}.", registry)
                assert shown in (f"to {value}.", f"to {spelled}.")
        self.handles[session] = registry.dumps()

    @rule(worker=workers, session=sessions, number=numbers, person=people)
    def type_a_placeholder(
        self, worker: int, session: str, number: int, person: str
    ) -> None:
        """Nobody types their way to a value."""
        masker, registry = self.maskers[worker], self._registry(worker, session)
        text = f"<EMAIL_{number}> {person}"

        masked = masker.mask(text, registry)

        first, second = masked.split()
        made = parse(first)
        assert made is not None and made.label == LITERAL
        assert self.given.setdefault((session, second), person) == person
        assert masker.unmask(masked, registry) == text
        self.handles[session] = registry.dumps()

    @rule(seconds=st.sampled_from([1.0, 60.0, 101.0, 400.0, -50.0]))
    def time_passes(self, seconds: float) -> None:
        """Backwards too."""
        self.clock.now += seconds

    @rule(worker=workers, session=sessions)
    def erase(self, worker: int, session: str) -> None:
        """For every worker."""
        self._registry(worker, session).erase()
        for other in range(WORKERS):
            assert self._registry(other, session).view() == {}

    @rule(worker=workers, person=people)
    def erase_one(self, worker: int, person: str) -> None:
        """The others stay."""
        before = {s: self._registry(worker, s).view().plain for s in SESSIONS}
        left = {
            s: {p: v for p, v in view.items() if v.lower() != person.lower()}
            for s, view in before.items()
        }
        self.maskers[worker].vault.erase_value("default", person)  # type: ignore[attr-defined]
        for session in SESSIONS:
            for other in range(WORKERS):
                assert self._registry(other, session).view() == left[session]

    @rule(worker=workers)
    def restart(self, worker: int) -> None:
        """Everything in the process is gone; chat memory has its handles."""
        self.maskers[worker] = self._masker()
        for session in SESSIONS:
            self.registries.pop((worker, session), None)

    @rule()
    def rotate(self) -> None:
        """Another key is added and rolled out, and wraps; the one before goes."""
        self.key += 1
        for worker in range(WORKERS):
            self.restart(worker)
        vault = self._masker().vault
        assert isinstance(vault, StoredVault)
        vault.rewrap()
        self.saved = None

    @rule(worker=workers)
    def swap(self, worker: int) -> None:
        """Rows of one session put into another are refused by who reads them."""
        rows = self.store.rows
        one, other = (("default", session) for session in SESSIONS)
        if not (rows.get(one) and rows.get(other)):
            return
        were = {
            each: (self.store.heads[each].life, rows[each]) for each in (one, other)
        }
        rows[one], rows[other] = rows[other], rows[one]
        for session in SESSIONS:
            try:
                view = Registry(session, vault=self._masker().vault).view()
            except PIIMaskError:
                continue
            assert view == {}  # its time was over
        for each, (life, theirs) in were.items():
            rows[each] = theirs if self.store.heads[each].life == life else []

    @rule()
    def save(self) -> None:
        """A backup is made."""
        self.saved = (
            dict(self.store.heads),
            {address: list(rows) for address, rows in self.store.rows.items()},
        )

    @rule(worker=workers, wiped=st.booleans())
    def lose(self, worker: int, wiped: bool) -> None:
        """The store is wiped, or back at the backup: seen by all who had seen more."""
        for session in SESSIONS:
            self._registry(worker, session).view()
            self.handles[session] = self._registry(worker, session).dumps()
        now = dict(self.store.heads)
        heads, rows = ({}, {}) if wiped or not self.saved else self.saved
        self.store.heads = dict(heads)
        self.store.rows = {address: list(each) for address, each in rows.items()}
        for session in SESSIONS:
            if heads.get(("default", session)) == now[("default", session)]:
                continue
            keeper = self.registries[worker, session]
            for lost in (keeper.view, lambda s=session: self._load(s)):
                try:
                    lost()
                except RegistryLost:
                    continue
                raise AssertionError("a loss went unseen")
            keeper.renew()
            self.handles[session] = keeper.dumps()
            for other in range(WORKERS):
                if other != worker:
                    self.registries.pop((other, session), None)
                    self.maskers[other] = self._masker()
                    for each in SESSIONS:
                        self.registries.pop((other, each), None)
        self.saved = None

    def _load(self, session: str) -> Registry:
        return Registry.loads(self.handles[session], vault=self._masker().vault)

    @invariant()
    def nothing_lies_in_clear(self) -> None:
        """In heads and rows."""
        if not hasattr(self, "store"):
            return
        for rows in self.store.rows.values():
            assert not any(b"@x.com" in row.sealed for row in rows)


TestConversations = Conversations.TestCase
TestConversations.settings = settings(
    max_examples=size(25, 5000),
    stateful_step_count=50 if FULL else 30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
