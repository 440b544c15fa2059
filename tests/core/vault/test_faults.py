"""Whatever fails below: nothing raw is sent, and an error comes in time."""

import errno
import random
import resource
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from core.helpers import BOB, JANE, SSN, VALUES, want
from core.vault.engines import KEYS, size
from core.vault.watched import Watched

from piimask_core import Masker, MaskingError, PIIMaskError, Registry
from piimask_core.errors import VaultUnavailable
from piimask_core.testing import recognizing
from piimask_core.vault import CallableKeys, StoredVault
from piimask_core.vault.dictstore import DictStore
from piimask_core.vault.sqlite import SQLiteStore

ROOT = Path(__file__).parents[3]
RAW = (JANE, BOB, SSN, "Jane Doe", "Jane@Example.com")
finder = recognizing({**VALUES, "EMAIL_ADDRESS": [JANE, BOB, "Jane@Example.com"]})


Fault = Callable[[], None]


def fail(error: BaseException) -> Fault:
    def raises() -> None:
        raise error

    return raises


FAULTS: dict[str, Fault] = {
    "raise": fail(ValueError(JANE)),
    "disk full": fail(OSError(errno.ENOSPC, JANE)),
    "locked": fail(sqlite3.OperationalError(f"database is locked: {SSN}")),
    "time out": fail(TimeoutError(BOB)),
    "slow": lambda: time.sleep(0.002),
}


class Failing:
    """Fails at some of the calls to store and keys, before or after they are done."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)  # noqa: S311  # no secret
        self.count = 0
        self.is_on = False

    def keys(self) -> CallableKeys:
        """A key service that fails like that."""

        def wrap(tenant: str, key: bytes) -> tuple[str, bytes]:
            self()
            return "kms", key[::-1]

        def unwrap(tenant: str, key_id: str, wrapped: bytes) -> bytes:
            self()
            return wrapped[::-1]

        return CallableKeys(wrap, unwrap)

    def __call__(self, name: str = "", is_done: bool = False) -> None:
        """May raise."""
        if self.is_on and self.rng.random() < 0.3:
            self.count += 1
            FAULTS[self.rng.choice(list(FAULTS))]()


def test_no_fault_lets_anything_raw_through() -> None:
    """Turns of two processes, with faults at any call: each text is sent masked or
    not at all, each answer comes back, and all is right once the faults are over."""
    faults = 0
    for seed in range(size(25, 120)):
        failing, store = Failing(seed), Watched(DictStore())
        store.fault = failing

        sent: list[str] = []
        messages = ["plain", *RAW, f"{JANE} and {SSN}", "5 [x] <EMAIL_1>"]
        for n in range(40):
            failing.is_on = n < 30
            vault = StoredVault(store, keys=failing.keys())
            masker = Masker(recognizer=finder, vault=vault)
            message = messages[failing.rng.randrange(len(messages))]
            try:
                registry = masker.registry("s")
                sent.append(masker.mask(message, registry))
            except PIIMaskError as error:
                assert failing.is_on
                assert isinstance(error, MaskingError)
                assert error.__context__ is None
                assert not any(raw in f"{error!r}" for raw in RAW)
                continue
            answer = masker.unmask(sent[-1], registry)
            assert answer in (message, sent[-1])
            assert answer == message or failing.is_on
        assert not any(raw in text for text in sent for raw in RAW)
        faults += failing.count

    assert faults >= size(200, 1000)


def test_a_file_that_others_hold_is_waited_for_no_longer_than_told(
    tmp_path: Path,
) -> None:
    """By many threads too: none waits for the others' turns."""
    store = SQLiteStore(tmp_path / "vault.db", patience=0.3)
    vault = StoredVault(store, keys=KEYS, patience=0.3)
    masker = Masker(recognizer=recognizing(VALUES), vault=vault)
    registry = masker.registry("s")
    masker.mask(JANE, registry)
    holder = sqlite3.connect(tmp_path / "vault.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    errors: list[object] = []
    seconds: list[float] = []

    def work() -> None:
        began = time.monotonic()
        try:
            masker.mask(f"to {BOB}", registry)
        except VaultUnavailable as error:
            errors.append(error)
        seconds.append(time.monotonic() - began)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    assert masker.unmask("<EMAIL_1>", registry) == "<EMAIL_1>"
    for thread in threads:
        thread.join()
    holder.close()

    assert len(errors) == 8
    assert max(seconds) < 0.3 + 0.3 + 0.5
    assert masker.mask(f"to {BOB}", registry) == "to <EMAIL_2>"
    vault.close()


FULL_DISK = """
import resource, signal, sys
sys.path.insert(0, "tests")
from pathlib import Path
from core.helpers import want
from core.vault.engines import KEYS
from piimask_core import Registry
from piimask_core.errors import VaultUnavailable
from piimask_core.vault import StoredVault
from piimask_core.vault.sqlite import SQLiteStore
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = 2_000_000
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
registry = Registry("s", vault=StoredVault(SQLiteStore(Path(sys.argv[1])), keys=KEYS))
n = 0
try:
    while True:
        registry.mint([want(f"u{n}@x.com" + "x" * 500)])
        n += 1
except VaultUnavailable as error:
    assert error.__context__ is None
    print(n)
"""


def test_a_full_disk_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """The value that had no room is not masked; the others are there."""
    path = tmp_path / "vault.db"
    done = subprocess.run(  # noqa: S603  # our own interpreter and code
        [sys.executable, "-c", FULL_DISK, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    count = int(done.stdout)
    assert count > 20

    vault = StoredVault(SQLiteStore(path), keys=KEYS)
    registry = Registry("s", vault=vault)
    assert len(registry.view()) == count
    assert registry.mint([want(JANE)]) == [f"<EMAIL_{count + 1}>"]
    vault.close()


@pytest.mark.parametrize(
    "what", [b"", b"x" * 10_000, b"SQLite format 3\x00" + b"y" * 99]
)
def test_a_file_that_is_no_vault_is_not_written(tmp_path: Path, what: bytes) -> None:
    """But for an empty one, which becomes one."""
    path = tmp_path / "vault.db"
    path.write_bytes(what)
    vault = StoredVault(SQLiteStore(path), keys=KEYS)
    if what:
        with pytest.raises(VaultUnavailable):
            vault.open("t", "s")
        assert path.read_bytes() == what
    else:
        assert vault.open("t", "s").epoch
    vault.close()


def test_a_folder_that_is_not_there_is_an_error_of_ours(tmp_path: Path) -> None:
    """At the first use."""
    vault = StoredVault(SQLiteStore(tmp_path / "none" / "vault.db"), keys=KEYS)

    with pytest.raises(VaultUnavailable):
        Registry("s", vault=vault)


def test_files_are_not_left_open(tmp_path: Path) -> None:
    """However many vaults, sessions and threads there were."""
    folder = Path("/proc/self/fd")
    if not folder.exists():
        pytest.skip("needs /proc to count open files")
    before = len(list(folder.iterdir()))
    for n in range(30):
        vault = StoredVault(SQLiteStore(tmp_path / "vault.db"), keys=KEYS)
        Registry(str(n), vault=vault).mint([want(JANE)])
        vault.close()

    assert len(list(folder.iterdir())) <= before
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > before


def test_a_file_of_another_version_is_not_touched(tmp_path: Path) -> None:
    """Its rows may mean something else."""
    path = tmp_path / "vault.db"
    first = StoredVault(SQLiteStore(path), keys=KEYS)
    Registry("s", vault=first).mint([want(JANE)])
    first.close()
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 2")
    db.close()

    with pytest.raises(VaultUnavailable, match="another version"):
        StoredVault(SQLiteStore(path), keys=KEYS).open("t", "s")
