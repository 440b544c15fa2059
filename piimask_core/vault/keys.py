"""Where the keys come from that wrap each session's own: nothing has a default key.

Rotation while serving, with several keys at hand: add the new one behind the old, roll
out; put it first; ``vault.rewrap()``; take the old one out.
"""

import base64
import hmac
import os
import stat
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from typing import Any, NamedTuple, Protocol, TypeVar

from ..errors import SealError, VaultUnavailable
from .sealing import Sealed, packed

T = TypeVar("T")

_PROOF = 12 + 16
"""Bytes of a seal of nothing: nonce and tag."""


_AT_ONCE = 32
"""Calls to a key service that may be under way: one that hangs keeps its thread."""


class Wrapped(NamedTuple):
    """A session's key, wrapped by the key of this id."""

    key_id: str
    wrapped: bytes


class Keys(Protocol):
    """Wraps a session's key with the tenant's, and unwraps it; ``place`` is bound."""

    def wrap(self, tenant: str, key: bytes, place: Sequence[str]) -> Wrapped:
        """With the newest key."""

    def unwrap(self, tenant: str, wrapped: Wrapped, place: Sequence[str]) -> bytes:
        """With the key that wrapped it. Raises SealError where there is none."""


class StaticKeys:
    """Keys of 32 bytes by id, the first wraps. A tenant's key is derived from them."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._keys = _checked(dict(keys))

    def wrap(self, tenant: str, key: bytes, place: Sequence[str]) -> Wrapped:
        """See ``Keys.wrap``."""
        keys = self.keys()
        key_id = next(iter(keys))
        cipher = Sealed(_for_tenant(keys[key_id], tenant))
        return Wrapped(key_id, cipher.seal(key, [*place, key_id]))

    def unwrap(self, tenant: str, wrapped: Wrapped, place: Sequence[str]) -> bytes:
        """See ``Keys.unwrap``."""
        key = self.keys().get(wrapped.key_id)
        if key is None:
            raise SealError("The key that sealed this session is not at hand.")
        cipher = Sealed(_for_tenant(key, tenant))
        return cipher.unseal(wrapped.wrapped, [*place, wrapped.key_id])

    def keys(self) -> Mapping[str, bytes]:
        """Id -> key, as they are now."""
        return self._keys

    def __reduce__(self) -> Any:
        raise SealError("Keys do not leave the process; use EnvKeys or FileKeys.")

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class EnvKeys(StaticKeys):
    """From an environment variable: ``id=base64 id=base64``, the first wraps.

    Make one with ``openssl rand -base64 32``.
    """

    def __init__(self, variable: str = "PIIMASK_KEYS") -> None:
        self._variable = variable
        self.keys()

    def keys(self) -> Mapping[str, bytes]:
        """See ``StaticKeys.keys``."""
        return _read(os.environ.get(self._variable, ""), f"${self._variable}")

    def __reduce__(self) -> Any:
        return EnvKeys, (self._variable,)


class FileKeys(StaticKeys):
    """From a file that only its owner may read: ``id=base64`` a line, the first wraps.

    Read again whenever it was changed, so keys are added and retired while serving.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._known: tuple[tuple[int, ...], Mapping[str, bytes]] | None = None
        self.keys()

    def keys(self) -> Mapping[str, bytes]:
        """See ``StaticKeys.keys``."""
        with self._path.open("rb") as file:
            about = os.fstat(file.fileno())
            if stat.S_IMODE(about.st_mode) & 0o077:
                raise SealError("Others may read the key file: chmod 600.")
            version = (about.st_ino, about.st_mtime_ns, about.st_size)
            if self._known is None or self._known[0] != version:
                text = file.read().decode("ascii", "replace")
                self._known = version, _read(text, "the key file")
        return self._known[1]

    def __reduce__(self) -> Any:
        return FileKeys, (self._path,)


class CallableKeys:
    """From a key management service: functions that wrap and unwrap 32 bytes.

    ``wrap(tenant, key)`` gives (key id, wrapped key), ``unwrap(tenant, key id, wrapped
    key)`` the key; each has ``deadline`` seconds. Called once per session and process.
    The place is bound beside the key, for services that bind nothing.
    """

    def __init__(
        self,
        wrap: Callable[[str, bytes], tuple[str, bytes]],
        unwrap: Callable[[str, str, bytes], bytes],
        deadline: float = 5.0,
    ) -> None:
        self._wrap = wrap
        self._unwrap = unwrap
        self._deadline = deadline
        self._running = threading.BoundedSemaphore(_AT_ONCE)

    def wrap(self, tenant: str, key: bytes, place: Sequence[str]) -> Wrapped:
        """See ``Keys.wrap``."""
        key_id, wrapped = self._in_time(lambda: self._wrap(tenant, key))
        proof = Sealed(key).seal(b"", [tenant, *place, key_id])
        return Wrapped(key_id, proof + wrapped)

    def unwrap(self, tenant: str, wrapped: Wrapped, place: Sequence[str]) -> bytes:
        """See ``Keys.unwrap``."""
        key_id, both = wrapped
        proof, theirs = both[:_PROOF], both[_PROOF:]
        key = self._in_time(lambda: self._unwrap(tenant, key_id, theirs))
        Sealed(key).unseal(proof, [tenant, *place, key_id])
        return key

    def __repr__(self) -> str:
        return "CallableKeys()"

    def __reduce__(self) -> Any:
        return type(self), (self._wrap, self._unwrap, self._deadline)

    def _in_time(self, call: Callable[[], T]) -> T:
        """What a call gives, if it does so in time and not too many are waited for."""
        done: Queue[Callable[[], T]] = Queue()

        def work() -> None:
            try:
                result = call()
                done.put(lambda: result)
            except BaseException as error:
                name = type(error).__name__
                done.put(lambda: _failed(name))
            finally:
                self._running.release()

        if not self._running.acquire(timeout=self._deadline):
            _late()
        threading.Thread(target=work, daemon=True, name="piimask-keys").start()
        outcome: Callable[[], T] = _late
        with suppress(Empty):
            outcome = done.get(timeout=self._deadline)
        return outcome()


def _failed(name: str) -> Any:
    raise VaultUnavailable(f"The key service failed ({name}): nothing was sent.")


def _late() -> Any:
    raise VaultUnavailable("The key service did not answer in time: nothing was sent.")


def _for_tenant(key: bytes, tenant: str) -> bytes:
    return hmac.digest(key, packed("piimask tenant key", tenant), "sha256")


def _read(text: str, where: str) -> Mapping[str, bytes]:
    keys: dict[str, bytes] = {}
    for line in text.split():
        key_id, _, encoded = line.partition("=")
        raw = b""
        with suppress(ValueError):
            raw = base64.b64decode(encoded, validate=True)
        if len(raw) != 32 or not key_id or key_id in keys:
            raise SealError(f"In {where}: each key is id=base64 of 32 bytes, ids once.")
        keys[key_id] = raw
    return _checked(keys, where)


def _checked(keys: dict[str, bytes], where: str = "keys") -> Mapping[str, bytes]:
    if not keys:
        raise SealError(f"No key in {where}. Make one: openssl rand -base64 32.")
    for key in keys.values():
        if not isinstance(key, bytes) or len(key) != 32 or len(set(key)) < 12:
            raise SealError(f"In {where}: a key is 32 random bytes.")
    return keys
