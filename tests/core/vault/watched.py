"""A store of which a test sees every call, and may make it fail."""

from collections.abc import Callable, Iterator
from typing import Any

from piimask_core.vault import Store
from piimask_core.vault.store import Addition, Address, Head, Position, Reply


class Watched:
    """Calls go to ``store``; ``calls`` names them. ``fault`` may raise before or,
    called again with True, after the store has done what it was asked."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.calls: list[str] = []
        self.fault: Callable[[str, bool], None] = lambda name, is_done: None

    def open(self, address: Address, fresh: Head | None = None) -> Head | None:
        """See ``Store``."""
        head: Head | None = self._call("open", address, fresh)
        return head

    def append(
        self, address: Address, at: Position, addition: Addition | None
    ) -> Reply | None:
        """See ``Store``."""
        reply: Reply | None = self._call("append", address, at, addition)
        return reply

    def forget(self, address: Address) -> int | None:
        """See ``Store``."""
        count: int | None = self._call("forget", address)
        return count

    def rewrap(
        self, address: Address, before: bytes, key_id: str, wrapped: bytes
    ) -> bool:
        """See ``Store``."""
        done: bool = self._call("rewrap", address, before, key_id, wrapped)
        return done

    def sessions(self, tenant: str | None = None) -> Iterator[Address]:
        """See ``Store``."""
        found: Iterator[Address] = self._call("sessions", tenant)
        return found

    def purge(self) -> int:
        """See ``Store``."""
        count: int = self._call("purge")
        return count

    def close(self) -> None:
        """See ``Store``."""
        self.store.close()

    def _call(self, name: str, *args: Any) -> Any:
        self.calls.append(name)
        self.fault(name, False)
        result = getattr(self.store, name)(*args)
        self.fault(name, True)
        return result


def raising(error: Exception, call: int = 0, *, done: bool = False) -> Any:
    """A fault at one call, counted from 0: before it is done, or after."""
    left = [call]

    def fault(name: str, is_done: bool) -> None:
        if is_done == done:
            left[0] -= 1
            if left[0] == -1:
                raise error

    return fault
