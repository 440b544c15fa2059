"""One conversation's memory: the same value keeps the same placeholder (pattern 6)."""

import json
import secrets
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from .entities import LITERAL, Entity, label_of
from .errors import InputError
from .identity import identity
from .known import Identity
from .vault import (
    ADDED,
    DEFAULT_VAULT,
    KEPT,
    Memo,
    MemoryVault,
    Notes,
    Vault,
    Wanted,
    seal,
    unseal,
)
from .view import View

APP = "app"
"""Who has said a value that the app itself added."""

_Name = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class _Seen(BaseModel):
    """How far whoever wrote a handle knew the session of a shared vault."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    minted: Annotated[int, Field(ge=0)]
    mark: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]+:[0-9]+:[0-9a-f]*$")]


class _Handle(BaseModel):
    """What may leave the process."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    v: Annotated[int, Field(ge=1, le=1)]
    tenant: _Name
    session: _Name
    epoch: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    seen: _Seen | None = None
    sealed: str | None = None


class Registry:
    """The registry of one session, kept in a vault.

    Without a session it is nobody else's and is gone with its last reference.
    Carries no value itself: it can be copied (the copy is the same registry),
    pickled (as a handle) and printed (as counts).
    """

    __slots__ = ("_book", "session", "tenant", "vault")

    def __init__(
        self,
        session: str | None = None,
        *,
        tenant: str = "default",
        vault: Vault | None = None,
    ) -> None:
        if vault is None:
            vault = MemoryVault() if session is None else DEFAULT_VAULT
        self.tenant = tenant
        self.session = secrets.token_hex(16) if session is None else session
        self.vault = vault
        self._book = vault.open(tenant, self.session)

    @property
    def epoch(self) -> str:
        """Random, given at birth: tells this registry from a later one of its name."""
        return self._book.epoch

    @property
    def minted(self) -> int:
        """How many placeholders and notes there ever were; grows with each new one."""
        return self._book.minted

    def mint(self, wanted: Sequence[Wanted]) -> list[str]:
        """A placeholder for each value: the one it has, or a new one."""
        return self._book.mint(wanted) if wanted else []

    def add(self, value: str, type: str) -> None:
        """This is personal data: masked from the next message on, in any equal form.

        Raises InputError for a value without a letter or digit, or no type.
        """
        value = _corrected(value)
        if not isinstance(type, str) or not any(map(str.isalnum, type)):
            raise InputError("A type is a name such as ORGANIZATION.")
        if label_of(type) == LITERAL:
            raise InputError("LITERAL is what looks like a placeholder, and no type.")
        key = identity(label_of(type), value)
        self._book.note(ADDED, value, type, key)
        self._book.mint([Wanted(type, value, key, APP)])

    def keep(self, value: str) -> None:
        """This is no personal data: it stays from the next message on.

        Exactly as it is written here, and with all that is found inside it. Raises
        InputError for a value without a letter or digit.
        """
        self._book.note(KEPT, _corrected(value))

    def note(self, kind: str, value: str) -> None:
        """Write down what the session is told; see ``vault.notes``."""
        self._book.note(kind, value)

    @property
    def notes(self) -> Notes:
        """What the session was told."""
        return self._book.notes

    @property
    def version(self) -> int:
        """Another whenever a value was learned or forgotten."""
        return self._book.version

    def sync(self) -> bool:
        """Learn what other processes have minted or forgotten since, if anything."""
        return self._book.sync()

    def view(self) -> View:
        """Placeholder -> value, and who has said it; with what others have minted."""
        return self._book.view()

    @property
    def issued(self) -> View:
        """The view as this process knows it, without asking the vault."""
        return self._book.issued

    def known(self, text: str, same: Identity) -> list[Entity]:
        """The values of this session that stand in the text."""
        return self._book.known(text, same) if len(self._book) else []

    def may_know(self, words: Collection[str]) -> bool:
        """Whether a value may stand in a text of these words; see ``plain``."""
        return self._book.may_know(words)

    @property
    def memo(self) -> Memo[Any, Any]:
        """What masking found in this session's texts; forgotten with its values."""
        return self._book.memo

    def erase(self) -> int:
        """Forget every value now; how many there were. No number is given again."""
        return self._book.erase()

    def renew(self) -> None:
        """Go on after a ``RegistryLost``, above every number that was seen here.

        The values are gone: placeholders given before stay as they are.
        """
        before = self._book.tally()
        self._book = self.vault.renew(self.tenant, self.session)
        self._book.absorb(before)

    def dumps(
        self,
        *,
        key: bytes | None = None,
        since: int = 0,
        also: Collection[str] = (),
        now: Callable[[], float] = time.time,
    ) -> dict[str, Any]:
        """A handle in JSON types, without values; with a key, the values sealed too.

        ``since``: leave out the first so many values (see ``minted``), for memory that
        has them already, except those of the placeholders in ``also``.
        """
        handle: dict[str, Any] = {
            "v": 1,
            "tenant": self.tenant,
            "session": self.session,
            "epoch": self.epoch,
        }
        if seen := self._book.seen():
            handle["seen"] = seen
        if key is not None:
            content = {**self._book.export(since, also), "at": now()}
            text = json.dumps(content, ensure_ascii=False)
            handle["sealed"] = seal(
                key, text.encode("utf-8", "surrogatepass"), _place(handle)
            )
        return handle

    @classmethod
    def loads(
        cls,
        *data: Mapping[str, Any],
        key: bytes | None = None,
        vault: Vault = DEFAULT_VAULT,
        now: Callable[[], float] = time.time,
    ) -> Self:
        """The registry that ``dumps`` wrote down, in this process or another.

        Give all parts together where it was written down in parts (``since``): the
        newest tells how long it was not used.

        Raises RegistryLost if the handle is all there is and the vault does not have
        it, SealError if the key does not fit, InputError if it is no such dict.
        """
        handles = [_read(each) for each in data]
        places = {_place(handle) for handle in handles}
        if len(places) != 1:
            raise InputError("Expected one registry, in one part or several.")
        (_, tenant, session, epoch) = place = places.pop()
        registry = cls.__new__(cls)
        registry.tenant, registry.session, registry.vault = tenant, session, vault
        sealed = [
            handle["sealed"] for handle in handles if handle["sealed"] is not None
        ]
        seen = [handle["seen"] for handle in handles if handle["seen"] is not None]
        if key is None or not sealed:
            registry._book = vault.open(tenant, session, epoch)
            for each in seen:
                registry._book.check(each)
            return registry
        parts = [_content(unseal(key, each, place)) for each in sealed]
        registry._book = vault.adopt(tenant, session, epoch)
        idle = now() - max(part["at"] for part in parts)
        for part in parts:
            registry._book.absorb(part, elapsed=now() - part["at"], idle=idle)
        return registry

    def __len__(self) -> int:
        return len(self._book)

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Registry) and self._book is other._book

    def __hash__(self) -> int:
        return hash((self.tenant, self.session, self.epoch))

    def __repr__(self) -> str:
        return f"Registry({len(self)} placeholders)"

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[object, ...]:
        return _reopen, (self.dumps(),)


def _reopen(handle: dict[str, Any]) -> Registry:
    return Registry.loads(handle)


def _corrected(value: str) -> str:
    if isinstance(value, str) and any(map(str.isalnum, value)):
        return value.strip()
    raise InputError("A correction is a text with a letter or a digit.")


def _read(data: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return _Handle.model_validate(dict(data)).model_dump()
    except (ValidationError, TypeError, ValueError):
        pass
    raise InputError("Not a registry handle: expected what Registry.dumps() gave.")


def _content(text: bytes) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(text.decode("utf-8", "surrogatepass"))
    return content


def _place(handle: Mapping[str, Any]) -> tuple[str, ...]:
    return ("1", handle["tenant"], handle["session"], handle["epoch"])
