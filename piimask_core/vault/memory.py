"""The vault inside this process: values live as long as it does, and never longer."""

import secrets
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol, TypeVar, runtime_checkable

from ..errors import InputError, PIIMaskError, RegistryLost
from .book import Book, Clock

A = TypeVar("A")
B = TypeVar("B")

DAY = 24 * 3600.0


@runtime_checkable
class Vault(Protocol):
    """Keeps sessions apart: one book for each (tenant, session)."""

    def open(self, tenant: str, session: str, epoch: str | None = None) -> Book:
        """The session's book; a new one if there is none and no epoch is expected.

        Raises RegistryLost if an epoch is expected and the book is gone, or has
        another epoch: its placeholders would mean something else.
        """

    def adopt(self, tenant: str, session: str, epoch: str) -> Book:
        """The session's book, made under this epoch where there is none."""

    def renew(self, tenant: str, session: str) -> Book:
        """The book as the vault has it now, whatever this process knew of it."""

    def erase(self, tenant: str, session: str) -> "Erased":
        """Forget a session's values. Its counters stay, so no number is given again."""

    def sessions(self, tenant: str) -> list[str]:
        """A tenant's sessions, those without values too."""


class Erased(NamedTuple):
    """The receipt of an erasure: so many placeholders have no value any more."""

    tenant: str
    session: str
    placeholders: int


class MemoryVault:
    """Sessions in a dictionary. ``ttl`` and ``max_age`` in seconds; ``region``: where
    this process runs, see ``Masker``."""

    def __init__(
        self,
        *,
        ttl: float = DAY,
        max_age: float = 7 * DAY,
        region: str = "",
        clock: Clock = time.monotonic,
    ) -> None:
        self.region = region
        self._ttl = ttl
        self._max_age = max_age
        self._clock = clock
        self._books: dict[tuple[str, str], Book] = {}
        self._lock = threading.Lock()
        self._sweep_at = 1024

    def open(self, tenant: str, session: str, epoch: str | None = None) -> Book:
        """See ``Vault.open``."""
        with self._lock:
            book = self._books.get(address_of(tenant, session))
            if book is None and epoch is None:
                return self._new(tenant, session, secrets.token_hex(16))
        if book is None or epoch not in (None, book.epoch):
            raise RegistryLost(
                "This vault no longer has the registry of that conversation, so its "
                "placeholders cannot be restored. Load a sealed copy, or start anew."
            )
        return book

    def adopt(self, tenant: str, session: str, epoch: str) -> Book:
        """See ``Vault.adopt``."""
        with self._lock:
            if address_of(tenant, session) not in self._books:
                return self._new(tenant, session, epoch)
        return self.open(tenant, session, epoch)

    def renew(self, tenant: str, session: str) -> Book:
        """See ``Vault.renew``."""
        return self.open(tenant, session)

    def erase(self, tenant: str, session: str) -> Erased:
        """See ``Vault.erase``."""
        book = self._books.get(address_of(tenant, session))
        return Erased(tenant, session, book.erase() if book else 0)

    def erase_value(self, tenant: str, value: str) -> list[Erased]:
        """Forget a value in all of a tenant's sessions, in any form."""
        return erased_in(self, tenant, value)

    def export(self, tenant: str, session: str) -> list[dict[str, Any]]:
        """What is stored of a session, in clear; see ``exported``."""
        return exported(self.open(tenant, session))

    def sessions(self, tenant: str) -> list[str]:
        """See ``Vault.sessions``."""
        return [session for owner, session in list(self._books) if owner == tenant]

    def purge(self) -> int:
        """Forget the values of every session whose time is over; how many had any."""
        return sum([book.expire() for book in list(self._books.values())])

    def __reduce__(self) -> Any:
        raise InputError(
            "A vault in memory cannot go to another process: both would give the same "
            "numbers. Use one that they share, such as vault_from_url('sqlite:///...')."
        )

    def __repr__(self) -> str:
        return f"MemoryVault({len(self._books)} sessions)"

    def _new(self, tenant: str, session: str, epoch: str) -> Book:
        if len(self._books) >= self._sweep_at:
            self.purge()
            self._sweep_at = 2 * len(self._books)
        book = Book(epoch, ttl=self._ttl, max_age=self._max_age, clock=self._clock)
        self._books[address_of(tenant, session)] = book
        return book


def erased_in(vault: Vault, tenant: str, value: str) -> list[Erased]:
    """A receipt for each of a tenant's sessions that had a value, and has no more.

    Raises what one of them raises when all others are done.
    """

    def erased(session: str) -> Erased:
        return Erased(tenant, session, vault.open(tenant, session).erase_value(value))

    done = each_of(vault.sessions(tenant), erased)
    return [receipt for receipt in done if receipt.placeholders]


def each_of(things: Iterable[A], call: Callable[[A], B]) -> list[B]:
    """What a call gives for each; one that fails is raised when all are done."""
    results, failed = [], None
    for each in things:
        try:
            results.append(call(each))
        except PIIMaskError as error:
            failed = error
    if failed is not None:
        raise failed
    return results


def exported(book: Book) -> list[dict[str, Any]]:
    """Of each value: placeholder, type, value and who has said it, in JSON types.

    For a data subject's request: in clear, so not for a log.
    """
    book.sync()
    return [
        {
            "placeholder": entry.placeholder,
            "type": entry.type,
            "value": entry.value,
            "sources": list(entry.sources),
        }
        for entry in book.contents()
    ]


def address_of(tenant: str, session: str) -> tuple[str, str]:
    """Whose session it is, or InputError: 1 to 256 bytes of UTF-8 each."""
    for name, text in (("tenant", tenant), ("session", session)):
        if not isinstance(text, str) or not 0 < _size(text) <= 256:
            raise InputError(f"A {name} is a text of 1 to 256 bytes of UTF-8.")
    return tenant, session


def _size(text: str) -> int:
    """Bytes in UTF-8; 0 where there is no such form (lone surrogates)."""
    try:
        return len(text.encode())
    except UnicodeEncodeError:
        return 0


DEFAULT_VAULT = MemoryVault()
"""What every masker uses that is given no vault; keyed by session, never shared."""
