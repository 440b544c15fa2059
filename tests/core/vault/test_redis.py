"""What is Redis' own: keys, scripts, evictions, its own expiry."""

import time
from collections.abc import Callable, Iterator

import pytest
import redis
from core.helpers import BOB, JANE, want
from core.vault.engines import KEYS
from core.vault.served import redis_place
from core.vault.servers import redis_url
from redis.crc import key_slot

from piimask_core import Registry, RegistryLost
from piimask_core.errors import PIIMaskError, VaultUnavailable
from piimask_core.vault import StoredVault
from piimask_core.vault.redis import RedisStore, _address, _keys

CAROL = "carol@example.org"


@pytest.fixture
def url() -> str:
    return redis_place()


@pytest.fixture
def client(url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(url) as made:
        yield made


@pytest.fixture
def opened(url: str) -> Iterator[Callable[..., Registry]]:
    vaults: list[StoredVault] = []

    def again(at: str = url, **limits: float) -> Registry:
        vaults.append(StoredVault(RedisStore(at, **limits), keys=KEYS, patience=3.0))
        return Registry("s", tenant="t", vault=vaults[-1])

    yield again
    for vault in vaults:
        vault.close()


Opened = Callable[..., Registry]


def mint(registry: Registry, *values: str) -> list[str]:
    return registry.mint([want(value) for value in values])


NAMES = ["t", "}", "{", "{}", "}{", "{a}b", "\x00\x00", "é" * 128, "*?[a]\\", ":head"]


@pytest.mark.parametrize("tenant", NAMES)
@pytest.mark.parametrize("session", NAMES)
def test_a_sessions_keys_lie_in_one_slot(tenant: str, session: str) -> None:
    """Of a cluster: a script may touch no others. And they tell whose they are."""
    head, log = _keys((tenant, session))

    assert key_slot(head) == key_slot(log)
    assert head != log
    assert _address(head) == (tenant, session)


def test_a_pattern_in_a_tenants_name_lists_no_others(
    opened: Opened, client: redis.Redis
) -> None:
    """Nor does anything else that lies in the database."""
    vault = opened().vault
    assert isinstance(vault, StoredVault)
    for tenant in ("?", "a", "*", "[a]", "\\"):
        mint(Registry("s", tenant=tenant, vault=vault), JANE)
    client.set("piimask:1:{x}:head", "somebody else's")
    client.delete("piimask:1:{x}:head")
    client.set("other", "somebody else's")

    assert [vault.sessions(each) for each in "?a*\\"] == [["s"]] * 4
    assert vault.sessions("b") == []
    assert vault.purge() == 0


def test_values_go_by_themselves_and_counters_stay(
    opened: Opened, client: redis.Redis
) -> None:
    """Redis lets the log go some time after it is over, whether asked or not."""
    registry = opened(ttl=100.0, max_age=1000.0)
    mint(registry, JANE)
    head, log = _keys(("t", "s"))

    assert client.pttl(head) == -1
    assert 100_000 < client.pttl(log) <= 160_000
    in_redis_age(client, 60.0)
    registry.view()
    assert 159_000 < client.pttl(log) <= 160_000


@pytest.mark.parametrize("max_age", [50.0, float("inf")])
def test_the_greatest_age_counts_for_that_too(
    opened: Opened, client: redis.Redis, max_age: float
) -> None:
    """What ends first; and what never ends is never let go."""
    mint(opened(ttl=float("inf"), max_age=max_age), JANE)

    left = client.pttl(_keys(("t", "s"))[1])
    assert left == -1 if max_age == float("inf") else 50_000 < left <= 110_000


def in_redis_age(client: redis.Redis, seconds: float) -> None:
    client.hincrbyfloat(_keys(("t", "s"))[0].decode(), "created", -seconds)
    client.hincrbyfloat(_keys(("t", "s"))[0].decode(), "used", -seconds)


def test_a_log_that_went_in_time_is_expired(
    opened: Opened, client: redis.Redis
) -> None:
    """Not lost: the session goes on above its numbers."""
    registry = opened(ttl=100.0)
    mint(registry, JANE)
    in_redis_age(client, 161.0)
    client.delete(_keys(("t", "s"))[1])

    assert registry.view() == {}
    assert mint(registry, BOB) == ["<EMAIL_2>"]
    assert opened().view() == {"<EMAIL_2>": BOB}


@pytest.mark.parametrize("key", [0, 1])
def test_an_eviction_is_noticed(opened: Opened, client: redis.Redis, key: int) -> None:
    """Of the head or the log: by who has the session at hand, and by its handle."""
    registry = opened()
    mint(registry, JANE)
    handle = registry.dumps()

    client.delete(_keys(("t", "s"))[key])

    for call in (
        registry.view,
        lambda: mint(registry, BOB),
        lambda: Registry.loads(handle, vault=opened_vault(client)),
    ):
        with pytest.raises(RegistryLost):
            call()


def opened_vault(client: redis.Redis) -> StoredVault:
    number = client.connection_pool.connection_kwargs["db"]
    return StoredVault(
        RedisStore(redis_url().removesuffix("/0") + f"/{number}"), keys=KEYS
    )


def test_a_log_without_its_head_never_comes_back(
    opened: Opened, client: redis.Redis
) -> None:
    """In the session that is begun under its name."""
    mint(opened(), JANE, BOB)
    client.delete(_keys(("t", "s"))[0])

    registry = opened()

    assert registry.view() == {}
    assert mint(registry, CAROL) == ["<EMAIL_1>"]
    assert opened().view() == {"<EMAIL_1>": CAROL}


def test_scripts_that_the_server_forgot_are_given_again(
    opened: Opened, client: redis.Redis
) -> None:
    """After a restart or a failover."""
    registry = opened()
    mint(registry, JANE)

    client.script_flush()

    assert mint(registry, BOB) == ["<EMAIL_2>"]


def test_a_server_without_room_loses_nothing(
    opened: Opened, client: redis.Redis
) -> None:
    """Nothing is sent, and nothing is half written."""
    registry = opened()
    mint(registry, JANE)
    client.config_set("maxmemory", 1)
    try:
        with pytest.raises(VaultUnavailable):
            mint(registry, BOB)
    finally:
        client.config_set("maxmemory", 0)

    assert mint(registry, CAROL) == ["<EMAIL_2>"]
    assert opened().view() == {"<EMAIL_1>": JANE, "<EMAIL_2>": CAROL}


def test_a_message_of_very_many_values_is_one_call(opened: Opened) -> None:
    """As many arguments as it takes."""
    values = [f"user{n}@example.com" for n in range(10_000)]

    given = mint(opened(), *values)

    assert dict(opened().view()) == dict(zip(given, values, strict=True))


@pytest.mark.parametrize("password", ["right-made-up", "wrong-made-up"])
def test_a_password_opens(
    opened: Opened, url: str, client: redis.Redis, password: str
) -> None:
    """Another does not, and is not told."""
    client.acl_setuser(
        "worker",
        enabled=True,
        passwords=["+right-made-up"],
        keys="*",
        commands=["+@all"],
        reset=True,
    )
    at = url.replace("redis://", f"redis://worker:{password}@")
    try:
        if password.startswith("right"):
            assert mint(opened(at), JANE) == ["<EMAIL_1>"]
            return
        with pytest.raises(VaultUnavailable) as caught:
            opened(at)
    finally:
        client.acl_deluser("worker")
    assert password not in f"{caught.value!r} {caught.value.__context__!r}"


def test_few_rights_are_enough(opened: Opened, url: str, client: redis.Redis) -> None:
    """What the scripts use, on our keys alone."""
    client.acl_setuser(
        "worker", enabled=True, nopass=True, keys="piimask:*", reset=True,
        commands=[
            *("+evalsha", "+script|load", "+time", "+exists", "+hget", "+hmget"),
            *("+hset", "+del", "+xadd", "+xrange", "+xlen", "+pexpire", "+scan"),
            *("+hello", "+select"),
        ],
    )  # fmt: skip
    try:
        registry = opened(url.replace("redis://", "redis://worker@"))
        assert mint(registry, JANE) == ["<EMAIL_1>"]
        vault = registry.vault
        assert isinstance(vault, StoredVault)
        assert vault.sessions("t") == ["s"]
        assert vault.rewrap() == 0
        assert vault.erase("t", "s").placeholders == 1
        assert vault.purge() == 0
    finally:
        client.acl_deluser("worker")


def test_no_connection_is_left_open(opened: Opened, client: redis.Redis) -> None:
    """By a vault that was closed."""
    registry = opened()
    mint(registry, JANE)
    vault = registry.vault
    assert isinstance(vault, StoredVault)
    number = client.connection_pool.connection_kwargs["db"]

    def others() -> int:
        return [int(each["db"]) for each in client.client_list()].count(number) - 1

    assert others() > 0
    vault.close()
    until = time.monotonic() + 20
    while others() and time.monotonic() < until:
        time.sleep(0.01)
    assert others() == 0


def test_what_is_none_of_ours_is_refused(opened: Opened, client: redis.Redis) -> None:
    """Under our names: of another type, or without what belongs to it."""
    head, log = _keys(("t", "s"))
    client.set(head, "somebody else's")
    with pytest.raises(VaultUnavailable):
        opened()

    client.delete(head)
    client.hset(head.decode(), "epoch", "0" * 32)
    with pytest.raises(PIIMaskError):
        opened()

    client.delete(head)
    mint(opened(), JANE)
    client.delete(log)
    client.xadd(log, {"k": "v"})
    with pytest.raises(PIIMaskError):
        opened()
