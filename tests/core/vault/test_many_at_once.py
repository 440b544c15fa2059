"""Threads, tasks and processes in one session: one to one, both ways, always."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import pytest
from core.vault.engines import KEYS, Open, size

from piimask_core import Entity, Masker, pii_session
from piimask_core.session import current_session
from piimask_core.testing import recognizing
from piimask_core.vault import StoredVault
from piimask_core.vault.sqlite import SQLiteStore
from piimask_core.waiting import aside

ROOT = Path(__file__).parents[3]


def by_domain(text: str) -> list[Entity]:
    """Every word with an @ in it."""
    values = {"EMAIL_ADDRESS": [word for word in text.split() if "@" in word]}
    return list(recognizing(values)(text))


def masker_over(vault: StoredVault) -> Masker:
    return Masker(recognizer=by_domain, vault=vault)


def turn(masker: Masker, who: int, number: int) -> list[tuple[str, str]]:
    """One message with a value that all have and one of one's own, and its answer."""
    registry = masker.registry("s")
    values = [f"shared{number}@x.com", f"own{who}.{number}@x.com"]
    masked = masker.mask(" ".join(values), registry)
    assert "@" not in masked
    assert masker.unmask(f"for {masked}", registry) == f"for {' '.join(values)}"
    return list(zip(values, masked.split(), strict=True))


def assert_one_to_one(given: Iterable[tuple[str, str]], vault: StoredVault) -> None:
    """No value has two placeholders, no placeholder two values; all are stored."""
    pairs = set(given)
    assert len(pairs) == len({v for v, _ in pairs}) == len({p for _, p in pairs})
    assert {p: v for v, p in pairs} == dict(masker_over(vault).registry("s").view())


@pytest.fixture
def nervous() -> Iterator[None]:
    """Threads take turns all the time."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def in_threads(count: int, work: Callable[[int], None]) -> None:
    failed: list[BaseException] = []

    def run(index: int) -> None:
        try:
            work(index)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


@pytest.mark.usefixtures("nervous")
@pytest.mark.parametrize("vaults", [1, 4])
def test_threads_agree(shared: Open, vaults: int) -> None:
    """32 of them, over one vault and over several as in so many processes."""
    maskers = [masker_over(shared(patience=120.0)) for _ in range(vaults)]
    given: list[tuple[str, str]] = []

    def work(index: int) -> None:
        for number in range(size(50, 500)):
            given.extend(turn(maskers[index % vaults], index, number))

    in_threads(32, work)

    assert_one_to_one(given, shared())


async def test_tasks_agree_and_the_loop_goes_on(shared: Open) -> None:
    """200 of them: what waits for the vault waits in a thread."""
    masker = masker_over(shared(patience=120.0))
    given: list[tuple[str, str]] = []
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0)
            beats += 1

    async def work(index: int) -> None:
        for number in range(size(5, 50)):
            given.extend(
                await aside(masker.vault, partial(turn, masker, index, number))
            )

    beating = asyncio.create_task(beat())
    await asyncio.gather(*(work(n) for n in range(200)))
    beating.cancel()

    assert_one_to_one(given, shared())
    assert beats > 200


async def test_what_is_done_aside_is_in_the_tasks_session(shared: Open) -> None:
    """Context variables go along."""
    with pii_session("mine"):
        session = await aside(shared(), current_session)

    assert session is not None
    assert session.id == "mine"


WORKER = """
import sys
sys.path.insert(0, "tests")
from pathlib import Path
from core.vault.engines import KEYS
from core.vault.test_many_at_once import masker_over, turn
from piimask_core.vault import StoredVault
from piimask_core.vault.sqlite import SQLiteStore
store = SQLiteStore(Path(sys.argv[1]), patience=60.0)
masker = masker_over(StoredVault(store, keys=KEYS))
for number in range(int(sys.argv[3])):
    for value, placeholder in turn(masker, int(sys.argv[2]), number):
        print(value, placeholder)
"""


def test_processes_agree(tmp_path: Path) -> None:
    """Eight of them on one SQLite file."""
    path = tmp_path / "vault.db"
    turns = size(50, 500)
    workers = [
        subprocess.Popen(  # noqa: S603  # our own interpreter and code
            [sys.executable, "-c", WORKER, str(path), str(n), str(turns)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for n in range(8)
    ]
    told = [worker.communicate()[0] for worker in workers]

    assert [worker.returncode for worker in workers] == [0] * 8
    pairs = [(v, p) for v, p in (line.split() for line in "".join(told).splitlines())]
    assert len(pairs) == 8 * turns * 2
    vault = StoredVault(SQLiteStore(path), keys=KEYS)
    assert_one_to_one(pairs, vault)
    vault.close()
