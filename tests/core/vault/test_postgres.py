"""What is PostgreSQL's own: locks, roles, isolation, connections that end."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from core.helpers import BOB, JANE, want
from core.vault.engines import KEYS
from core.vault.served import postgres_place, redis_place

from piimask_core import Registry
from piimask_core.errors import VaultUnavailable
from piimask_core.vault import StoredVault
from piimask_core.vault.postgres import PostgresStore

ROOT = Path(__file__).parents[3]
CAROL = "carol@example.org"


@pytest.fixture
def url() -> str:
    return postgres_place()


@pytest.fixture
def db(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def opened(url: str) -> Iterator[Callable[..., Registry]]:
    vaults: list[StoredVault] = []

    def again(at: str = url, patience: float = 60.0) -> Registry:
        store = PostgresStore(at, patience=patience)
        vaults.append(StoredVault(store, keys=KEYS, patience=patience))
        return Registry("s", tenant="t", vault=vaults[-1])

    yield again
    for vault in vaults:
        vault.close()


Opened = Callable[..., Registry]


def mint(registry: Registry, *values: str) -> list[str]:
    return registry.mint([want(value) for value in values])


def test_connections_that_the_server_ended_are_opened_again(
    opened: Opened, db: psycopg.Connection
) -> None:
    """All that the pool has."""
    registry = opened()
    mint(registry, JANE)

    db.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE pid <> pg_backend_pid() AND usename = 'piimask'"
    )

    assert mint(registry, BOB) == ["<EMAIL_2>"]


def test_a_row_that_somebody_holds_is_waited_for_no_longer_than_told(
    opened: Opened, url: str
) -> None:
    """And nothing is left behind of what was given up."""
    registry = opened(patience=3.0)
    mint(registry, JANE)
    with psycopg.connect(url) as other:
        other.execute("SELECT FROM piimask_1.heads FOR UPDATE")
        with pytest.raises(VaultUnavailable):
            mint(registry, BOB)

    assert mint(registry, CAROL) == ["<EMAIL_2>"]
    assert opened().view() == {"<EMAIL_1>": JANE, "<EMAIL_2>": CAROL}


def test_reading_takes_no_lock(opened: Opened, url: str) -> None:
    """Whoever only asks what is new does not wait for others."""
    registry = opened(patience=3.0)
    mint(registry, JANE)
    with psycopg.connect(url) as other:
        other.execute("SELECT FROM piimask_1.heads FOR UPDATE")
        assert registry.view() == {"<EMAIL_1>": JANE}


def test_another_isolation_that_a_database_is_set_to_does_no_harm(
    opened: Opened, db: psycopg.Connection
) -> None:
    """Each statement must see what was committed before it."""
    db.execute("ALTER ROLE piimask SET default_transaction_isolation = serializable")
    try:
        registries = [opened() for _ in range(4)]

        def work(n: int) -> list[str]:
            values = [f"all{turn}@example.com" for turn in range(10)]
            return [mint(registries[n], value)[0] for value in values]

        with ThreadPoolExecutor(4) as pool:
            given = list(pool.map(work, range(4)))
    finally:
        db.execute("ALTER ROLE piimask RESET default_transaction_isolation")

    assert given == given[:1] * 4
    assert len(set(given[0])) == 10


def test_few_rights_are_enough_once_there_are_tables(
    opened: Opened, url: str, db: psycopg.Connection
) -> None:
    """Without tables somebody with more rights comes first."""
    as_worker = url.replace("piimask@", "worker@")
    db.execute("CREATE ROLE worker LOGIN")
    db.execute("REVOKE CREATE ON DATABASE postgres FROM PUBLIC")
    try:
        with pytest.raises(VaultUnavailable):
            opened(as_worker)
        mint(opened(), JANE)
        db.execute(
            "GRANT USAGE ON SCHEMA piimask_1 TO worker;"
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES"
            " IN SCHEMA piimask_1 TO worker"
        )
        registry = opened(as_worker)
        assert mint(registry, BOB) == ["<EMAIL_2>"]
        assert registry.erase() == 2
    finally:
        db.execute("DROP OWNED BY worker")
        db.execute("DROP ROLE worker")


def test_a_server_that_only_reads_is_unavailable(opened: Opened, url: str) -> None:
    """A standby, to which nobody has failed over yet."""
    mint(opened(), JANE)

    with pytest.raises(VaultUnavailable):
        opened(f"{url}?options=-c%20default_transaction_read_only%3Don")


def test_what_the_path_of_a_role_finds_first_is_not_used(
    opened: Opened, url: str, db: psycopg.Connection
) -> None:
    """Tables and functions are named with their schema."""
    db.execute(
        "DROP SCHEMA IF EXISTS other CASCADE; CREATE SCHEMA other;"
        "CREATE TABLE other.heads (id int); CREATE TABLE other.log (id int);"
        "CREATE FUNCTION other.now() RETURNS float8 LANGUAGE sql AS 'SELECT 0.0';"
    )
    at = f"{url}?options=-c%20search_path%3Dother"

    assert mint(opened(at), JANE) == ["<EMAIL_1>"]
    assert opened().view() == {"<EMAIL_1>": JANE}
    db.execute("DROP SCHEMA other CASCADE")


def test_no_connection_is_left_open(opened: Opened, db: psycopg.Connection) -> None:
    """By a vault that was closed."""
    registry = opened()
    mint(registry, JANE)
    vault = registry.vault
    assert isinstance(vault, StoredVault)

    vault.close()

    query = (
        "SELECT FROM pg_stat_activity"
        " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    until = time.monotonic() + 20
    while db.execute(query).rowcount and time.monotonic() < until:
        time.sleep(0.01)
    assert db.execute(query).rowcount == 0


FORKED = """
import os, sys
from core.helpers import want
from core.vault.talking import KEYS
from piimask_core import Registry
from piimask_core.vault import vault_from_url
registry = Registry("s", vault=vault_from_url(sys.argv[1], keys=KEYS))
def mint(value):
    print(*registry.mint([want(value)]), flush=True)
mint("jane@example.com")
pid = os.fork()
if not pid:
    mint("bob@company.com")
    os._exit(0)
assert os.waitpid(pid, 0)[1] == 0
mint("carol@example.com")
"""


@pytest.mark.parametrize("place", [postgres_place, redis_place])
def test_a_fork_has_connections_of_its_own(place: Callable[[], str]) -> None:
    """As a server that loads the app and then forks its workers."""
    done = subprocess.run(  # noqa: S603  # our own interpreter and code
        [sys.executable, "-c", FORKED, place()],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=ROOT / "tests",
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"},
    )

    assert done.stdout.split() == ["<EMAIL_1>", "<EMAIL_2>", "<EMAIL_3>"], done.stderr
