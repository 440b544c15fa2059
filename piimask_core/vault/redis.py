"""Sessions in Redis, for the processes of many machines.

Each call is one script, so one round trip, whatever the number of entities. A session
is a hash (the head), which stays, and a stream (the log), which Redis lets go with its
values: its first entry is the key that opens them. Both lie in one slot of a cluster.
"""

import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from ..errors import InputError
from .keys import Keys
from .memory import DAY
from .redis_scripts import APPEND, FORGET, OPEN, REWRAP
from .sealing import packed
from .store import Addition, Address, Head, Position, Reply, Row
from .stored import StoredVault

if TYPE_CHECKING:
    from redis import Redis

_PREFIX = b"piimask:1:{"
_HEAD = b"}:head"
_LOG = b"}:log"


class RedisStore:
    """See ``Store``. ``patience``: seconds that a call may take, all in all.

    An append that is sent twice is made once: the second is not at the log's end.
    """

    def __init__(
        self,
        url: str,
        *,
        ttl: float = DAY,
        max_age: float = 7 * DAY,
        patience: float = 5.0,
    ) -> None:
        self._url = SecretStr(url)
        self._limits = (ttl, max_age)
        self._patience = patience
        self._start()

    def _start(self) -> None:
        self._client = _client(self._url.get_secret_value(), self._patience)
        self._open = self._client.register_script(OPEN)
        self._append = self._client.register_script(APPEND)
        self._forget = self._client.register_script(FORGET)
        self._rewrap = self._client.register_script(REWRAP)

    def __getstate__(self) -> dict[str, Any]:
        """Address and settings; each process connects itself."""
        return {name: getattr(self, name) for name in ("_url", "_limits", "_patience")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._start()

    def open(self, address: Address, fresh: Head | None = None) -> Head | None:
        """See ``Store.open``."""
        found = self._opened(address, fresh)
        return found and _head(found[1])

    def append(
        self, address: Address, at: Position, addition: Addition | None
    ) -> Reply | None:
        """See ``Store.append``."""
        new: list[Any] = []
        if addition is not None:
            rows, minted, mark, state, data_key, age, life = addition
            flat = [part for row in rows for part in row]
            new = [minted, mark, state, data_key, age, life, *flat]
        reply = self._append(_keys(address), [*self._times, *at, *new])
        if reply is None:
            return None
        done, head, entries = reply
        return Reply(bool(done), _head(head), [_row(*each) for each in entries])

    def forget(self, address: Address) -> int | None:
        """See ``Store.forget``. Redis' own files keep the bytes for a while."""
        count: int | None = self._forget(_keys(address), [*self._times])
        return count

    def rewrap(
        self, address: Address, before: bytes, key_id: str, wrapped: bytes
    ) -> bool:
        """See ``Store.rewrap``."""
        return bool(self._rewrap(_keys(address), [before, key_id, wrapped]))

    def sessions(self, tenant: str | None = None) -> Iterator[Address]:
        """See ``Store.sessions``."""
        start = _PREFIX + (b"" if tenant is None else packed(tenant))
        pattern = re.sub(rb"([\\*?\[\]])", rb"\\\1", start) + b"*" + _HEAD
        found = set(self._client.scan_iter(match=pattern, count=1000))
        return iter([_address(key) for key in found])

    def purge(self) -> int:
        """See ``Store.purge``."""
        found = (self._opened(address, None) for address in self.sessions())
        return sum(each[0] for each in found if each)

    def close(self) -> None:
        """See ``Store.close``."""
        self._client.close()

    @property
    def _times(self) -> tuple[Any, ...]:
        """What every script is told first; what is random comes from here."""
        return (*self._limits, secrets.token_hex(8))

    def _opened(self, address: Address, fresh: Head | None) -> Any:
        """(whether it was forgotten just now, the head), or None."""
        return self._open(_keys(address), [*self._times, *(fresh or ())[:9]])


class RedisVault(StoredVault):
    """A Redis server that several machines share; see ``StoredVault``.

    ``url``: ``redis://``, ``rediss://`` or ``unix://`` as redis-py reads it. The server
    is not to evict (``maxmemory-policy noeviction``); with ``appendfsync always`` it
    loses nothing that it has confirmed. What it did lose is noticed: RegistryLost.
    """

    def __init__(
        self,
        url: str,
        *,
        keys: Keys | None = None,
        plaintext: bool = False,
        region: str = "",
        ttl: float = DAY,
        max_age: float = 7 * DAY,
        patience: float = 5.0,
    ) -> None:
        store = RedisStore(url, ttl=ttl, max_age=max_age, patience=patience)
        super().__init__(
            store,
            keys=keys,
            plaintext=plaintext,
            region=region,
            ttl=ttl,
            max_age=max_age,
            patience=patience,
        )


def vault(url: str, **options: Any) -> RedisVault:
    """``redis://host``, ``rediss://user:password@host:6379/0``, ``unix://path``."""
    return RedisVault(url, **options)


def _client(url: str, patience: float) -> "Redis":
    """A client that answers or gives up in time; connects when first asked.

    A connection that the server has closed is tried anew, once: see ``RedisStore``.
    """
    try:
        from redis import BlockingConnectionPool, Redis
        from redis.backoff import NoBackoff
        from redis.exceptions import ConnectionError
        from redis.retry import Retry
    except ImportError:
        raise ImportError(
            "This vault needs redis-py: pip install 'llm-piimask[redis]'"
        ) from None
    with suppress(ValueError, TypeError, AttributeError):  # they may say a password
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=50,
            timeout=patience / 3,
            socket_timeout=patience / 3,
            socket_connect_timeout=patience / 3,
            retry=Retry(NoBackoff(), 1, supported_errors=(ConnectionError,)),
        )
        pool.connection_class(**pool.connection_kwargs)  # knows all its options?
        if not pool.connection_kwargs.get("decode_responses"):
            return Redis.from_pool(pool)
    raise InputError("Not an address of Redis: redis://user:password@host:6379/0")


def _keys(address: Address) -> list[bytes]:
    start = _PREFIX + packed(*address)
    return [start + _HEAD, start + _LOG]


def _address(key: bytes) -> Address:
    """Of a head's key; see ``sealing.packed``."""
    rest, names = key[len(_PREFIX) : -len(_HEAD)], []
    while rest:
        end = 4 + int.from_bytes(rest[:4], "big")
        names.append(rest[4:end].decode())
        rest = rest[end:]
    tenant, session = names
    return tenant, session


def _head(fields: Sequence[bytes]) -> Head:
    epoch, life, minted, mark, state, data_key, key_id, wrapped, region, age = fields
    return Head(
        epoch.decode(),
        life.decode(),
        int(minted),
        mark,
        state,
        data_key,
        key_id.decode(),
        wrapped,
        region.decode(),
        float(age),
    )


def _row(id: bytes, fields: Sequence[bytes]) -> Row:
    return Row(int(id.split(b"-")[0]), fields[1])
