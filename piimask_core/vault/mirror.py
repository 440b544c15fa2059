"""One session of a shared store, as this process knows it.

Everything is answered from memory; what changes something is confirmed by the store in
one call, which tells at the same time what others have done. Others first: numbers are
given anew until nobody was faster.
"""

import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from ..errors import (
    PIIMaskError,
    RegistryConflict,
    RegistryLost,
    VaultUnavailable,
)
from ..view import View
from .book import NOTE, Book, Clock, Draft, Entry
from .sealing import Cipher
from .store import (
    Addition,
    Address,
    Head,
    Position,
    Reply,
    Row,
    Store,
    life_number,
    new_life,
)

T = TypeVar("T")

_TRIES = 1000


class Mirror(Book):
    """A book whose entries lie in a store, sealed.

    ``session_key`` opens the head; each life of the session has a data key of its own,
    which goes with its rows. Raises RegistryLost where the store has less, or other
    things, than this process has seen of it; VaultUnavailable where it does not answer
    or, after ``patience`` seconds, where another thread still waits for it.
    """

    def __init__(
        self,
        address: Address,
        head: Head,
        store: Store,
        session_key: Cipher,
        *,
        ttl: float,
        max_age: float,
        patience: float,
        clock: Clock = time.monotonic,
    ) -> None:
        super().__init__(head.epoch, ttl=ttl, max_age=max_age, clock=clock)
        self._lock: Any = _Patient(patience)
        self._address = address
        self._store = store
        self._session_key = session_key
        self._rows_key: Cipher | None = None
        self._at = Position(head.epoch)
        self._marks: dict[int, bytes] = {}

    def sync(self) -> bool:
        """See ``Book.sync``; counts as a use."""
        with self._lock:
            return not self._exchange(None)

    def view(self) -> View:
        """See ``Book.view``; what others have minted is in it."""
        with self._lock:
            self._exchange(None)
            return self._view

    def erase(self) -> int:
        """See ``Book.erase``; the rows and their key are gone from the store."""
        with self._lock:
            self._exchange(None)
            count = asked(lambda: self._store.forget(self._address))
            self._exchange(None)
        return count or 0

    def expire(self) -> bool:
        """The store says when it is time."""
        return False

    def export(self, since: int = 0, also: Any = ()) -> dict[str, Any]:
        """See ``Book.export``; with what others have minted."""
        self.sync()
        return super().export(since, also)

    def seen(self) -> dict[str, Any]:
        """See ``Book.seen``."""
        with self._lock:
            _, life, minted, mark, serial = self._at
            return {"minted": minted, "mark": f"{life}:{serial}:{mark.hex()}"}

    def check(self, seen: Mapping[str, Any]) -> None:
        """See ``Book.check``."""
        life, serial, mark = seen["mark"].split(":")
        with self._lock:
            self._exchange(None)
            is_here = life_number(life) < life_number(self._at.life) or (
                life == self._at.life
                and self._marks.get(int(serial), b"").hex() == mark
            )
            if seen["minted"] > self._minted or not is_here:
                raise lost()

    def _keep_only(self, entries: Sequence[Entry]) -> bool:
        """See ``Book._keep_only``: another life, with another key, of these alone."""
        age = self._clock() - self._since
        drafted = Draft((), entries, {}, self._minted, age)
        done = self._exchange(self._addition(drafted, new_life(self._at.life)))
        if done:
            self._exchange(None)
        return done

    def is_idle(self) -> bool:
        """Whether nobody asked here for so long that its time must be over."""
        return self._clock() - self._used > self._ttl

    def _touch(self) -> None:
        """When a use counts and when time is over is the store's to say."""

    def _commit(self, draft: Callable[[], Draft]) -> Sequence[str]:
        """Do what a draft says, once it was made knowing all that there is."""
        is_current = False
        for _ in range(_TRIES):
            drafted = draft()
            addition = self._addition(drafted)
            if addition is None and is_current:
                return drafted.given
            if self._exchange(addition):
                if addition is not None:
                    self._enter(drafted)
                    self._added(addition)
                return drafted.given
            is_current = True
        raise VaultUnavailable("Too many others write in this session: nothing sent.")

    def _addition(self, drafted: Draft, life: str = "") -> Addition | None:
        """A draft, sealed; None where it changes nothing. For another ``life``: all
        that is in it."""
        counters = dict(self._counters)
        numbers = [self._made(entry.placeholder) for entry in drafted.entries]
        for label, number in (
            *drafted.counters.items(),
            *((made.label, made.number) for made in numbers if made),
        ):
            counters[label] = max(counters.get(label, 0), number)
        minted = drafted.minted
        if minted == self._minted:
            if not life and not drafted.entries and counters == self._counters:
                return None
            minted += 1  # or nobody would learn of it
        data_key, rows_key = b"", self._rows_key
        if life or rows_key is None:
            data_key = self._session_key.seal(
                secrets.token_bytes(32), self._place("data", life or self._at.life)
            )
            rows_key = self._opened(data_key, life or self._at.life)
        mark = b"" if life else self._at.mark
        rows = []
        for entry in drafted.entries:
            rows.append(self._sealed(entry, rows_key, life or self._at.life, mark))
            mark = rows[-1].mark
        state = {
            "life": life or self._at.life,
            "counters": counters,
            "forgotten": counters if life else self._forgotten,
        }
        place = self._place("state", str(minted))
        sealed = self._session_key.seal(json.dumps(state).encode(), place)
        return Addition(rows, minted, mark, sealed, data_key, drafted.age, life)

    def _added(self, addition: Addition) -> None:
        """Remember how far the log is, now that an addition is in it."""
        for row in addition.rows:
            self._marks[row.serial] = row.mark
        serial = addition.rows[-1].serial if addition.rows else self._at.serial
        self._minted = addition.minted
        self._at = self._at._replace(
            minted=addition.minted, mark=addition.mark, serial=serial
        )
        if addition.data_key:
            self._rows_key = self._opened(addition.data_key, self._at.life)

    def _exchange(self, addition: Addition | None) -> bool:
        """Whether the store did as asked; else what others did is here now."""
        at, self._used = self._at, self._clock()
        reply = asked(lambda: self._store.append(self._address, at, addition))
        if reply is None or reply.head.epoch != self.epoch:
            raise lost()
        if not reply.done:
            asked(lambda: self._learn(reply))
        self._since = self._clock() - reply.head.age
        return reply.done

    def _learn(self, reply: Reply) -> None:
        """Take in what a reply tells. All of it is opened before any of it counts."""
        head, rows = reply.head, list(reply.rows)
        goes_on = head.life == self._at.life
        is_older = life_number(head.life) <= life_number(self._at.life)
        if head.minted < self._minted or (is_older and not goes_on):
            raise lost()
        if goes_on and self._at.serial:
            last = rows.pop(0) if rows else Row(0, b"")
            if (last.serial, last.mark) != (self._at.serial, self._at.mark):
                raise lost()
        rows_key = self._opened(head.data_key, head.life) if head.data_key else None
        place = self._place("state", str(head.minted))
        state = json.loads(self._session_key.unseal(head.state, place))
        mark = self._at.mark if goes_on else b""
        entries = []
        for row in rows:
            entries.append(self._unsealed(row, rows_key, head.life, mark))
            mark = row.mark
        if head.mark != mark:
            raise lost()
        values = [e for e in entries if not self._is_note(e)]
        if twice := _twice(values, self._values if goes_on else {}):
            raise RegistryConflict(f"{twice} stands for two values in this vault.")
        if not goes_on:
            self._counters.update(state["counters"])
            self._forget()
            self._marks = {}
            if state["life"] == head.life:
                self._forgotten = state["forgotten"]
        self._enter(Draft((), entries, state["counters"], head.minted))
        self._marks.update((row.serial, row.mark) for row in rows)
        self._rows_key = rows_key
        serial = rows[-1].serial if rows else self._at.serial if goes_on else 0
        self._at = Position(self.epoch, head.life, head.minted, mark, serial)

    def _is_note(self, entry: Entry) -> bool:
        """Notes of two copies may have one number: they stand for nothing in a text."""
        made = self._made(entry.placeholder)
        return made is not None and made.label == NOTE

    def _sealed(self, entry: Entry, key: Cipher, life: str, before: bytes) -> Row:
        """``before``: the mark of the row before, so that none can be left out."""
        text = json.dumps(entry[1:], ensure_ascii=False)
        place = self._place("row", life, str(entry.serial), before.hex())
        return Row(entry.serial, key.seal(text.encode("utf-8", "surrogatepass"), place))

    def _unsealed(
        self, row: Row, key: Cipher | None, life: str, before: bytes
    ) -> Entry:
        if key is None:
            raise lost()
        place = self._place("row", life, str(row.serial), before.hex())
        text = key.unseal(row.sealed, place)
        return Entry(row.serial, *json.loads(text.decode("utf-8", "surrogatepass")))

    def _opened(self, data_key: bytes, life: str) -> Cipher:
        place = self._place("data", life)
        return self._session_key.under(self._session_key.unseal(data_key, place))

    def _place(self, *inside: str) -> tuple[str, ...]:
        return ("1", *self._address, self.epoch, *inside)


def _twice(entries: Sequence[Entry], here: Mapping[str, str]) -> str:
    """A placeholder with two values: no store that is whole has that. Else ""."""
    new: dict[str, str] = {}
    for entry in entries:
        before = here.get(entry.placeholder, entry.value)
        if not before == entry.value == new.setdefault(entry.placeholder, before):
            return entry.placeholder
    return ""


class _Patient:
    """A lock that is waited for so many seconds, and no longer."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.RLock()

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=self._seconds):
            raise VaultUnavailable("The vault did not answer in time: nothing sent.")

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def asked(call: Callable[[], T]) -> T:
    """What a store or a key provider answers; VaultUnavailable, whatever it raises."""
    failure = None
    try:
        return call()
    except PIIMaskError:
        raise
    except Exception as error:
        failure = type(error).__name__
    # raised out here, so that no context holds what the engine was given
    raise VaultUnavailable(f"The vault cannot be used ({failure}): nothing was sent.")


def lost() -> RegistryLost:
    """The vault has no such registry any more, or has lost a part of it."""
    return RegistryLost(
        "This vault no longer has the registry of that conversation, so its "
        "placeholders cannot be restored. Load a sealed copy, or start anew."
    )
