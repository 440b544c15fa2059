"""What holds for a vault over a server besides: lines break, servers lose things."""

import json
import logging
import pickle
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import psycopg
import pytest
import redis
from core.helpers import BOB, JANE, want
from core.vault.engines import KEYS
from core.vault.line import Line, line_to
from core.vault.served import postgres_place, redis_place

from piimask_core import InputError, Masker, Registry, RegistryLost
from piimask_core.errors import VaultUnavailable
from piimask_core.testing import recognizing
from piimask_core.vault import StoredVault, vault_from_url

CAROL = "carol@example.org"


class Place(NamedTuple):
    """An empty database of a server: its address, what is in it, and back to that."""

    url: str
    saved: Callable[[], Any]
    back: Callable[[Any], None]
    logs: Callable[[], int]


def in_redis() -> Place:
    url = redis_place()

    def saved() -> Any:
        with redis.Redis.from_url(url) as client:
            return {key: client.dump(key) for key in client.keys("*")}

    def back(to: Any) -> None:
        with redis.Redis.from_url(url) as client:
            client.flushdb()
            for key, dumped in to.items():
                client.restore(key, 0, dumped)

    def logs() -> int:
        with redis.Redis.from_url(url) as client:
            return sum(client.xlen(key) - 1 for key in client.keys("*:log"))

    return Place(url, saved, back, logs)


def in_postgres() -> Place:
    url = postgres_place()

    def saved() -> Any:
        with psycopg.connect(url) as db:
            return [
                db.execute(f"SELECT * FROM piimask_1.{table}").fetchall()  # noqa: S608
                for table in ("heads", "log")
            ]

    def back(to: Any) -> None:
        with psycopg.connect(url) as db:
            db.execute("TRUNCATE piimask_1.heads, piimask_1.log")
            for table, rows in zip(("heads", "log"), to or ((), ()), strict=True):
                for row in rows:
                    db.execute(
                        f"INSERT INTO piimask_1.{table} OVERRIDING SYSTEM VALUE"  # noqa: S608
                        f" VALUES (%s{', %s' * (len(row) - 1)})",
                        row,
                    )

    def logs() -> int:
        with psycopg.connect(url) as db:
            return db.execute("SELECT FROM piimask_1.log").rowcount

    return Place(url, saved, back, logs)


@pytest.fixture(params=[in_redis, in_postgres], ids=["redis", "postgres"])
def place(request: pytest.FixtureRequest) -> Place:
    made: Place = request.param()
    return made


@pytest.fixture
def line(place: Place) -> Iterator[Line]:
    with line_to(place.url) as made:
        yield made


@pytest.fixture
def opened() -> Iterator[Callable[..., StoredVault]]:
    vaults: list[StoredVault] = []

    def again(url: str, **options: Any) -> StoredVault:
        vault = vault_from_url(url, keys=KEYS, **options)
        assert isinstance(vault, StoredVault)
        vaults.append(vault)
        return vault

    yield again
    for vault in vaults:
        vault.close()


Opened = Callable[..., StoredVault]


def at(vault: StoredVault) -> Registry:
    return Registry("s", tenant="t", vault=vault)


def mint(registry: Registry, *values: str) -> list[str]:
    return registry.mint([want(value) for value in values])


# Round trips


@pytest.mark.parametrize("count", [1, 300])
def test_a_message_costs_one_round_trip(line: Line, opened: Opened, count: int) -> None:
    """Whatever the number of entities; two when another worker has minted since."""
    values = [f"user{n}@example.com" for n in range(count)]
    masker = Masker(
        recognizer=recognizing({"EMAIL_ADDRESS": [*values, JANE, BOB, CAROL]})
    )
    one, other = at(opened(line.url)), at(opened(line.url))
    other.view()
    turns = []

    def counted(call: Callable[[], Any]) -> Any:
        before = line.turns
        result = call()
        turns.append(line.turns - before)
        return result

    text = " and ".join(values)
    masked = counted(lambda: masker.mask(text, one))
    counted(lambda: masker.mask(text, one))
    counted(lambda: masker.mask("Nothing in it.", one))
    assert counted(lambda: masker.unmask(masked, one)) == text
    masker.mask(JANE, other)
    counted(lambda: masker.mask(f"{JANE} and {BOB}", one))

    assert turns[:4] == [1, 1, 1, 1]
    assert turns[4] <= 2


# Lines that break


@pytest.mark.parametrize("fault", ["request", "reply"])
def test_what_is_sent_again_is_done_once(
    place: Place, line: Line, opened: Opened, fault: str
) -> None:
    """A line that breaks before or after the server has appended."""
    one = at(opened(line.url))
    mint(one, JANE)

    line.fault = fault

    assert mint(one, BOB, CAROL) == ["<EMAIL_2>", "<EMAIL_3>"]
    assert line.fault == ""
    assert place.logs() == 3
    assert at(opened(place.url)).view() == one.view()
    assert mint(one, CAROL.upper()) == ["<EMAIL_3B>"]


@pytest.mark.parametrize("fault", ["request", "reply"])
@pytest.mark.parametrize("spare", range(6))
def test_a_session_is_born_once(
    line: Line, opened: Opened, fault: str, spare: int
) -> None:
    """Wherever the line breaks before its first number."""
    line.fault, line.spare = fault, spare
    registry = None
    for _ in range(3):
        try:
            registry = registry or at(opened(line.url))
            mint(registry, JANE)
            break
        except VaultUnavailable:
            pass

    assert registry and at(opened(line.url)).view() == {"<EMAIL_1>": JANE}
    assert registry.view() == {"<EMAIL_1>": JANE}


def test_connections_that_were_closed_meanwhile_are_opened_again(
    line: Line, opened: Opened
) -> None:
    """A server that was restarted, a balancer that lost patience."""
    registry = at(opened(line.url))
    mint(registry, JANE)

    line.cut()

    assert mint(registry, BOB) == ["<EMAIL_2>"]


def test_a_server_that_says_nothing_is_given_up(
    place: Place, line: Line, opened: Opened
) -> None:
    """Nothing is sent to a model; what it did all the same is learned of later."""
    registry = at(opened(line.url, patience=3.0))
    masker = Masker(recognizer=recognizing({"EMAIL_ADDRESS": [JANE, BOB]}))
    mint(registry, JANE)
    line.fault = "silence"

    with pytest.raises(VaultUnavailable):
        masker.mask(BOB, registry)

    other = at(opened(place.url))
    assert mint(other, CAROL, BOB) == ["<EMAIL_3>", "<EMAIL_2>"]
    assert masker.mask(BOB, registry) == "<EMAIL_2>"
    assert registry.view() == other.view()


def test_a_server_that_is_gone_is_unavailable(line: Line, opened: Opened) -> None:
    """For sessions at hand and new ones; and it may come back."""
    vault = opened(line.url, patience=2.1)
    registry = at(vault)
    mint(registry, JANE)

    line.close()

    for call in (
        lambda: mint(registry, BOB),
        registry.view,
        lambda: Registry("new", tenant="t", vault=vault),
        lambda: vault.erase("t", "s"),
        lambda: vault.sessions("t"),
    ):
        with pytest.raises(VaultUnavailable):
            call()


def test_a_port_where_something_else_listens_is_unavailable(
    place: Place, opened: Opened
) -> None:
    """And is not waited for."""
    other = redis_place() if place.url.startswith("postgres") else postgres_place()
    scheme = place.url.split("://")[0]

    with pytest.raises(VaultUnavailable):
        at(opened(f"{scheme}://{other.split('://')[1]}", patience=0.9))


# Servers that lose things


def test_a_wiped_store_is_noticed(place: Place, opened: Opened) -> None:
    """By those who have the session at hand, and by its handles."""
    registry = at(opened(place.url))
    mint(registry, JANE)
    handle = registry.dumps()

    place.back(None if place.url.startswith("postgres") else {})

    for call in (lambda: mint(registry, BOB), registry.view, registry.sync):
        with pytest.raises(RegistryLost):
            call()
    assert mint(at(opened(place.url)), BOB) == ["<EMAIL_1>"]
    with pytest.raises(RegistryLost):
        Registry.loads(handle, vault=opened(place.url))
    with pytest.raises(RegistryLost):
        registry.view()


@pytest.mark.parametrize("lost", [1, 3])
@pytest.mark.parametrize("before", [0, 4])
@pytest.mark.parametrize("after", [0, 1, 3, 7])
def test_a_store_that_was_rolled_back_is_noticed(
    place: Place, opened: Opened, before: int, lost: int, after: int
) -> None:
    """However much others have minted on top meanwhile, here and by handle."""
    one = at(opened(place.url))
    for n in range(before):
        mint(one, f"before{n}@example.com")
    saved = place.saved()
    for n in range(lost):
        mint(one, f"lost{n}@example.com")
    handle = json.loads(json.dumps(one.dumps()))
    place.back(saved)
    other = at(opened(place.url))
    for n in range(after):
        mint(other, f"after{n}@example.com")

    for call in (
        lambda: one.view(),
        lambda: mint(one, BOB),
        lambda: mint(one, "lost0@example.com"),
        one.sync,
        lambda: Registry.loads(handle, vault=opened(place.url)),
    ):
        with pytest.raises(RegistryLost):
            call()
    assert len(other.view()) == before + after


# Passwords


SECRET = "hunter2-made-up"
BAD_ADDRESSES = [
    f"redis://user:{SECRET}@localhost:port/0",
    f"redis://:{SECRET}@localhost:6379/0?socket_timeout={SECRET}",
    f"redis://:{SECRET}@localhost:6379/0?decode_responses=True",
    f"redis://:{SECRET}@localhost:6379/0?no_such_option={SECRET}",
    f"postgresql://user:{SECRET}@localhost:5432/name?no_such_option={SECRET}",
    f"postgresql://user:{SECRET}%@localhost/name",
    f"postgresql://user:{SECRET}@[localhost/name",
    f"mongodb://user:{SECRET}@localhost/name",
    f"{SECRET}",
]


@pytest.mark.parametrize("url", BAD_ADDRESSES)
def test_an_address_that_is_none_is_not_repeated(url: str) -> None:
    """A password stands in it."""
    with pytest.raises(InputError) as caught:
        vault_from_url(url, keys=KEYS)

    assert caught.value.__context__ is None
    assert SECRET not in f"{caught.value!r} {vars(caught.value)}"


@pytest.mark.parametrize("scheme", ["redis", "rediss", "postgresql"])
def test_a_password_is_never_told(
    scheme: str, caplog: pytest.LogCaptureFixture
) -> None:
    """In no repr, log or error, with the locals of all frames of ours."""
    caplog.set_level(logging.DEBUG)
    with line_to(redis_place()) as line:
        line.close()
        host = line.url.split("://")[1].split("/")[0]
    vault = vault_from_url(
        f"{scheme}://user:{SECRET}@{host}/0", keys=KEYS, patience=0.9
    )
    assert isinstance(vault, StoredVault)

    with pytest.raises(VaultUnavailable) as caught:
        at(vault)

    vault.close()
    assert SECRET not in told(caught.value)
    assert SECRET not in repr((vault, vars(vault), vault.store, vars(vault.store)))
    assert SECRET not in caplog.text


def told(error: BaseException) -> str:
    """All that a report of this error could show of the frames of ours."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)][1:]
    shown = [_shown(value) for frame in frames for value in frame.f_locals.values()]
    return repr((str(error), repr(error), vars(error), error.__context__, shown))


def _shown(value: object) -> str:
    try:
        return repr(value)
    except AttributeError:  # not made yet
        return ""


# Elsewhere


def test_a_vault_goes_to_another_process_without_its_values(
    place: Place, opened: Opened
) -> None:
    """And opens the same sessions there."""
    vault = vault_from_url(place.url, plaintext=True)
    assert isinstance(vault, StoredVault)
    mint(at(vault), JANE)

    pickled = pickle.dumps(vault)
    other = pickle.loads(pickled)  # noqa: S301  # made just above

    assert JANE.encode() not in pickled
    assert at(other).view() == {"<EMAIL_1>": JANE}
    vault.close()
    other.close()


def test_a_closed_vault_opens_again(place: Place, opened: Opened) -> None:
    """When it is next asked."""
    vault = opened(place.url)
    mint(at(vault), JANE)

    vault.close()
    vault.close()

    assert mint(at(vault), BOB) == ["<EMAIL_2>"]


def test_processes_that_come_first_at_once_make_one_schema() -> None:
    """Each makes the tables where there are none."""
    url = postgres_place()
    vaults = [vault_from_url(url, keys=KEYS, patience=60.0) for _ in range(8)]
    together = threading.Barrier(8)

    def first(vault: Any) -> list[str]:
        together.wait()
        return mint(at(vault), JANE)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(first, vaults)) == [["<EMAIL_1>"]] * 8
    for vault in vaults:
        assert isinstance(vault, StoredVault)
        vault.close()
