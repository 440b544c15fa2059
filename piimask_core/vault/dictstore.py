"""What every store does, in its plainest form: for tests, and for who writes one."""

import threading
import time
from collections.abc import Iterator

from .book import Clock
from .memory import DAY
from .store import (
    Addition,
    Address,
    Head,
    Position,
    Reply,
    Row,
    after,
    forgotten,
    is_at,
)


class DictStore:
    """See ``Store``. Several vaults over one stand for several machines."""

    def __init__(
        self, *, ttl: float = DAY, max_age: float = 7 * DAY, clock: Clock = time.time
    ) -> None:
        self._ttl = ttl
        self._max_age = max_age
        self._clock = clock
        self._lock = threading.RLock()
        self.heads: dict[Address, Head] = {}
        self.rows: dict[Address, list[Row]] = {}
        self._times: dict[Address, tuple[float, float]] = {}

    def open(self, address: Address, fresh: Head | None = None) -> Head | None:
        """See ``Store.open``."""
        with self._lock:
            if address not in self.heads and fresh is not None:
                self.heads[address], self.rows[address] = fresh, []
                self._times[address] = self._clock(), self._clock()
            return self._head(address)

    def append(
        self, address: Address, at: Position, addition: Addition | None
    ) -> Reply | None:
        """See ``Store.append``."""
        with self._lock:
            head = self._head(address)
            if head is None:
                return None
            created, used = self._times[address]
            self._times[address] = created, max(used, self._clock())
            if not is_at(head, at):
                first = at.serial if at.life == head.life else 0
                rows = [row for row in self.rows[address] if row.serial >= first]
                return Reply(False, head, rows)
            if addition is not None:
                self._add(address, head, addition)
            return Reply(True, head)

    def forget(self, address: Address) -> int | None:
        """See ``Store.forget``."""
        with self._lock:
            head = self._head(address)
            if head is None:
                return None
            count = len(self.rows[address])
            self.heads[address], self.rows[address] = forgotten(head), []
            return count

    def rewrap(
        self, address: Address, before: bytes, key_id: str, wrapped: bytes
    ) -> bool:
        """See ``Store.rewrap``."""
        with self._lock:
            head = self.heads.get(address)
            if head is None or head.wrapped != before:
                return False
            self.heads[address] = head._replace(key_id=key_id, wrapped=wrapped)
            return True

    def sessions(self, tenant: str | None = None) -> Iterator[Address]:
        """See ``Store.sessions``."""
        return iter([each for each in self.heads if tenant in (None, each[0])])

    def purge(self) -> int:
        """See ``Store.purge``."""
        with self._lock:
            before = dict(self.heads)
            return sum(
                (self._head(each) or head).life != head.life
                for each, head in before.items()
            )

    def close(self) -> None:
        """See ``Store.close``."""

    def _head(self, address: Address) -> Head | None:
        """The session's head, forgotten first if its time is over."""
        head = self.heads.get(address)
        if head is None:
            return None
        now = self._clock()
        created, used = self._times[address]
        is_over = now - used > self._ttl or now - created > self._max_age
        if head.data_key and is_over:
            head = self.heads[address] = forgotten(head)
            self.rows[address] = []
            self._times[address] = now, now
        return head._replace(age=max(0.0, now - self._times[address][0]))

    def _add(self, address: Address, head: Head, new: Addition) -> None:
        now = self._clock()
        created, used = self._times[address]
        begun = now if new.data_key else created
        if new.age:
            begun = min(begun, now - new.age)
        self._times[address] = begun, used
        if new.life:
            self.rows[address] = []
        self.rows[address] += new.rows
        self.heads[address] = after(head, new)
