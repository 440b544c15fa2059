"""A vault over any store: who may open a session there, and with which keys."""

import json
import secrets
import threading
import weakref
from collections import OrderedDict
from contextlib import suppress
from typing import Any

from ..errors import PIIMaskError, RegionRefused, SealError
from .keys import Keys, Wrapped
from .memory import DAY, Erased, address_of, each_of, erased_in, exported
from .mirror import Mirror, asked, lost
from .sealing import Cipher, InClear, Sealed
from .store import Address, Head, Store, new_life


class StoredVault:
    """Sessions in a store that other processes share; sealed with ``keys``.

    Without keys nothing is opened, unless ``plaintext=True`` says that values may lie
    there in clear. ``region``: where sessions made here belong; those of another one
    are refused. ``mirrors``: how many sessions this process keeps at hand. The store
    judges ``ttl`` and ``max_age`` (seconds) and has ``patience`` seconds to answer.
    """

    def __init__(
        self,
        store: Store,
        *,
        keys: Keys | None = None,
        plaintext: bool = False,
        region: str = "",
        ttl: float = DAY,
        max_age: float = 7 * DAY,
        patience: float = 5.0,
        mirrors: int = 1000,
    ) -> None:
        if keys is None and plaintext is not True:
            raise SealError(
                "A vault that outlives the process needs keys=, such as EnvKeys(). "
                "plaintext=True lets values lie in it in clear."
            )
        if keys is not None and plaintext:
            raise SealError("Either keys=, or plaintext=True: not both.")
        self.store = store
        self.region = region
        self._keys = keys
        self._ttl = ttl
        self._max_age = max_age
        self._patience = patience
        self._most = mirrors
        self._start()

    def _start(self) -> None:
        self._lock = threading.Lock()
        self._recent: OrderedDict[Address, Mirror] = OrderedDict()
        self._alive: weakref.WeakValueDictionary[Address, Mirror] = (
            weakref.WeakValueDictionary()
        )

    def open(self, tenant: str, session: str, epoch: str | None = None) -> Mirror:
        """See ``Vault.open``. Asks the store for a session that is not at hand."""
        address = address_of(tenant, session)
        mirror = self._at_hand(address)
        if mirror is None or epoch not in (None, mirror.epoch):
            head = asked(lambda: self.store.open(address))
            if head is None and epoch is None:
                head = self._born(address, secrets.token_hex(16))
            if head is None:
                raise lost()
            mirror = self._mirror(address, head)
        if epoch not in (None, mirror.epoch):
            raise lost()
        return mirror

    def adopt(self, tenant: str, session: str, epoch: str) -> Mirror:
        """See ``Vault.adopt``."""
        address = address_of(tenant, session)
        if asked(lambda: self.store.open(address)) is None:
            self._drop(address)
            self._mirror(address, self._born(address, epoch))
        return self.open(tenant, session, epoch)

    def renew(self, tenant: str, session: str) -> Mirror:
        """See ``Vault.renew``."""
        self._drop(address_of(tenant, session))
        return self.open(tenant, session)

    def erase(self, tenant: str, session: str) -> Erased:
        """Forget a session's values, with or without the key to read them.

        What is left of it are its counters, so that no number is given again.
        """
        address = address_of(tenant, session)
        count = asked(lambda: self.store.forget(address))
        mirror = self._at_hand(address)
        if mirror is not None:
            with suppress(PIIMaskError):
                mirror.sync()
        return Erased(tenant, session, count or 0)

    def erase_value(self, tenant: str, value: str) -> list[Erased]:
        """Forget a value in all of a tenant's sessions, in any form; see ``Book``.

        A receipt for each session that had it; with the key only.
        """
        return erased_in(self, tenant, value)

    def export(self, tenant: str, session: str) -> list[dict[str, Any]]:
        """What is stored of a session, in clear; see ``exported``."""
        return exported(self.open(tenant, session))

    def sessions(self, tenant: str) -> list[str]:
        """A tenant's sessions, those without values too."""
        return [session for _, session in asked(lambda: [*self.store.sessions(tenant)])]

    def rewrap(self) -> int:
        """Wrap every session's key with the newest key; how many had another.

        May be broken off and run again, while others read and write. Raises SealError
        where a key is not at hand, when all others are done.
        """
        addresses = asked(lambda: [*self.store.sessions()])
        return sum(each_of(addresses, self._rewrapped))

    def purge(self) -> int:
        """Forget every session whose time is over; how many there were."""
        count = asked(self.store.purge)
        with self._lock:
            self._recent.clear()
        return count

    def close(self) -> None:
        """Give back what is held open."""
        with self._lock:
            self._recent.clear()
        self.store.close()

    def __getstate__(self) -> dict[str, Any]:
        """How to open it again elsewhere; nothing of what lies in it."""
        left = ("_lock", "_recent", "_alive")
        return {name: each for name, each in vars(self).items() if name not in left}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._start()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self._recent)} sessions at hand)"

    def _at_hand(self, address: Address) -> Mirror | None:
        with self._lock:
            mirror = self._alive.get(address)
            if mirror is not None:
                self._recent[address] = mirror
                self._recent.move_to_end(address)
            return mirror

    def _drop(self, address: Address) -> None:
        with self._lock:
            self._recent.pop(address, None)
            self._alive.pop(address, None)

    def _mirror(self, address: Address, head: Head) -> Mirror:
        """The session at hand, read from the store; the same for all who ask."""
        if head.region != self.region:
            raise RegionRefused("This session belongs to another region.")
        made = Mirror(
            address,
            head,
            self.store,
            self._session_key(address, head),
            ttl=self._ttl,
            max_age=self._max_age,
            patience=self._patience,
        )
        made.sync()
        with self._lock:
            mirror = self._alive.get(address)
            if mirror is None or mirror.epoch != made.epoch:
                mirror = self._alive[address] = made
            self._recent[address] = mirror
            while len(self._recent) > 1 and (
                len(self._recent) > self._most or self._oldest().is_idle()
            ):
                self._recent.popitem(last=False)
            return mirror

    def _oldest(self) -> Mirror:
        return next(iter(self._recent.values()))

    def _born(self, address: Address, epoch: str) -> Head:
        """A new session's head; another's, if somebody was faster."""
        key = secrets.token_bytes(32)
        place = self._place(address, epoch)
        wrapped = Wrapped("", b"")
        keys = self._keys
        if keys is not None:
            wrapped = asked(lambda: keys.wrap(address[0], key, place))
        cipher: Cipher = InClear() if keys is None else Sealed(key)
        life = new_life()
        empty = {"life": life, "counters": {}, "forgotten": {}}
        place = ("1", *address, epoch, "state", "0")
        state = cipher.seal(json.dumps(empty).encode(), place)
        fresh = Head(epoch, life, 0, b"", state, b"", *wrapped, self.region)
        return asked(lambda: self.store.open(address, fresh)) or fresh

    def _session_key(self, address: Address, head: Head) -> Cipher:
        keys = self._keys
        if (keys is None) != (head.key_id == ""):
            raise SealError("Sealed with keys and opened without, or the reverse.")
        if keys is None:
            return InClear()
        wrapped = Wrapped(head.key_id, head.wrapped)
        place = self._place(address, head.epoch)
        return Sealed(asked(lambda: keys.unwrap(address[0], wrapped, place)))

    def _rewrapped(self, address: Address) -> bool:
        keys = self._keys
        head = asked(lambda: self.store.open(address))
        if keys is None or head is None:
            return False
        before = Wrapped(head.key_id, head.wrapped)
        place = self._place(address, head.epoch)
        key = asked(lambda: keys.unwrap(address[0], before, place))
        now = asked(lambda: keys.wrap(address[0], key, place))
        if now.key_id == before.key_id:
            return False
        return asked(lambda: self.store.rewrap(address, before.wrapped, *now))

    def _place(self, address: Address, epoch: str) -> tuple[str, ...]:
        return ("1", *address, epoch, "key", self.region)
