"""The process is killed, the file is cut: what was acknowledged is there, once."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from core.helpers import JANE, want
from core.vault.engines import KEYS, size

from piimask_core import Registry, RegistryLost
from piimask_core.vault import StoredVault
from piimask_core.vault.sqlite import SQLiteStore

ROOT = Path(__file__).parents[3]

WORKER = """
import sys
sys.path.insert(0, "tests")
from pathlib import Path
from core.helpers import want
from core.vault.engines import KEYS
from piimask_core import Registry
from piimask_core.vault import StoredVault
from piimask_core.vault.sqlite import SQLiteStore
store = SQLiteStore(Path(sys.argv[1]))
registry = Registry("s", vault=StoredVault(store, keys=KEYS))
for n in range(100_000):
    value = f"{sys.argv[2]}.{n}@x.com"
    (placeholder,) = registry.mint([want(value)])
    print(value, placeholder, flush=True)
    if n % 50 == 49:
        registry.erase()
        print("erased", "all", flush=True)
"""


def opened(path: Path) -> StoredVault:
    return StoredVault(SQLiteStore(path), keys=KEYS)


def test_a_killed_process_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """Killed at any moment, again and again: no number twice, no value gone but those
    that were erased."""
    path, rng = tmp_path / "vault.db", random.Random(7)  # noqa: S311
    values: dict[str, str] = {}
    given: set[str] = set()
    for cycle in range(size(25, 1000)):
        worker = subprocess.Popen(  # noqa: S603  # our own interpreter and code
            [sys.executable, "-c", WORKER, str(path), str(cycle)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert worker.stdout is not None
        first = worker.stdout.readline()
        time.sleep(rng.random() * 0.05)
        os.kill(worker.pid, signal.SIGKILL)
        rest = worker.stdout.read().rpartition("\n")[0]
        worker.stdout.close()
        worker.wait()
        own = 0
        for line in (first + rest).splitlines():
            value, placeholder = line.split()
            own += value != "erased"
            if value == "erased":
                values.clear()
                continue
            assert placeholder not in given
            given.add(placeholder)
            values[placeholder] = value
        vault = opened(path)
        view = dict(Registry("s", vault=vault).view())
        # what it was killed in: one value stored and not told, or an erasure
        if values.items() <= view.items():
            assert len(view) <= len(values) + 1
        else:
            assert view == {}
            assert own and own % 50 == 0
        values = view
        given |= view.keys()
        vault.close()
        with sqlite3.connect(path) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        db.close()


def test_a_log_cut_at_any_byte_opens_to_an_earlier_state(tmp_path: Path) -> None:
    """Of its last frames: a consistent one, and known to be earlier."""
    path = tmp_path / "vault.db"
    vault = opened(path)
    registry = Registry("s", vault=vault)
    states: list[dict[str, str]] = [{}]
    for n in range(size(3, 12)):
        registry.mint([want(f"u{n}@x.com")])
        states.append(dict(registry.view()))
    handle = registry.dumps()
    wal = path.with_name("vault.db-wal").read_bytes()
    step = size(97, 1)
    cut = tmp_path / "cut.db"
    lost = 0

    for end in range(len(wal), max(0, len(wal) - size(2, 9) * 4120), -step):
        shutil.copy(path, cut)
        cut.with_name("cut.db-wal").write_bytes(wal[:end])
        again = opened(cut)
        try:
            seen = dict(Registry.loads(handle, vault=again).view())
            assert seen == states[-1]
        except RegistryLost:
            lost += 1
            seen = dict(Registry("s", vault=again).view())
            assert seen in states[:-1]
        again.close()
        for left in tmp_path.glob("cut.db*"):
            left.unlink()
    vault.close()

    assert lost > 10


@pytest.mark.parametrize("backup", ["file", "without its log"])
def test_a_file_brought_back_from_a_backup_is_seen(tmp_path: Path, backup: str) -> None:
    """By who has a handle that is younger."""
    path, saved = tmp_path / "vault.db", tmp_path / "saved.db"
    vault = opened(path)
    registry = Registry("s", vault=vault)
    registry.mint([want(JANE)])
    if backup == "file":
        vault.close()
    shutil.copy(path, saved)
    registry.mint([want("other@x.com")])
    handle = registry.dumps()
    vault.close()
    for left in tmp_path.glob("vault.db*"):
        left.unlink()
    shutil.copy(saved, path)

    again = opened(path)
    with pytest.raises(RegistryLost):
        Registry.loads(handle, vault=again)
    again.close()


def test_a_file_that_is_gone_is_lost(tmp_path: Path) -> None:
    """Removed under who has it open, and begun anew by somebody else."""
    path = tmp_path / "vault.db"
    vault = opened(path)
    registry = Registry("s", vault=vault)
    registry.mint([want(JANE)])
    handle = registry.dumps()
    vault.close()
    for left in tmp_path.glob("vault.db*"):
        left.unlink()

    with pytest.raises(RegistryLost):
        registry.view()
    other = opened(path)
    Registry("s", vault=other).mint([want("other@x.com")])
    with pytest.raises(RegistryLost):
        Registry.loads(handle, vault=other)
    other.close()
    vault.close()


FORKED = """
import os, sys
sys.path.insert(0, "tests")
from pathlib import Path
from core.helpers import want
from core.vault.engines import KEYS
from piimask_core import Registry
from piimask_core.vault import StoredVault
from piimask_core.vault.sqlite import SQLiteStore
vault = StoredVault(SQLiteStore(Path(sys.argv[1])), keys=KEYS)
registry = Registry("s", vault=vault)
registry.mint([want("parent@x.com")])
children = []
for n in range(4):
    pid = os.fork()
    if pid == 0:
        for m in range(20):
            registry.mint([want(f"child{n}.{m}@x.com"), want(f"all{m}@x.com")])
        os._exit(0)
    children.append(pid)
for m in range(20):
    registry.mint([want(f"own{m}@x.com")])
for pid in children:
    assert os.waitpid(pid, 0)[1] == 0
view = registry.view()
assert len(view) == len(set(view.values())) == 1 + 20 + 4 * 20 + 20, len(view)
print("ok")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_process_that_forks_shares_no_connection(tmp_path: Path) -> None:
    """Parent and children go on in the same session."""
    done = subprocess.run(  # noqa: S603  # our own interpreter and code
        [sys.executable, "-c", FORKED, str(tmp_path / "vault.db")],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )

    assert (done.stdout, done.returncode) == ("ok\n", 0), done.stderr
