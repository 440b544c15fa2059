"""Threads, tasks and processes in one session: nobody gets another's placeholder.

``PIIMASK_FULL=1`` runs the whole of it, else a tenth.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import pytest
from core.vault import hammer
from core.vault.engines import postgres_place, redis_place

from piimask_core import Registry
from piimask_core.vault import StoredVault, vault_from_url

SHARE = 1 if os.environ.get("PIIMASK_FULL") else 10

PLACES: dict[str, Callable[[Path], str]] = {
    "sqlite": lambda path: f"sqlite:///{path / 'vault.db'}",
    "redis": lambda path: redis_place(),
    "postgres": lambda path: postgres_place(),
}


@pytest.fixture(params=PLACES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty place in each engine that processes share."""
    return PLACES[request.param](tmp_path)


@pytest.fixture
def registries(url: str) -> Iterator[list[Registry]]:
    """One session, as four processes have it."""
    vaults = [vault_from_url(url, keys=hammer.KEYS, patience=60.0) for _ in range(4)]
    yield [Registry("s", vault=vault) for vault in vaults]
    for vault in vaults:
        assert isinstance(vault, StoredVault)
        vault.close()


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads take turns after a microsecond."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def right(turns: int, values: int) -> dict[str, int]:
    return {
        "values with two placeholders": 0,
        "placeholders with two values": 0,
        "wrong restores": 0,
        "turns": turns,
        "values": values,
    }


@pytest.mark.usefixtures("restless")
def test_threads_do_not_mix_people_up(registries: list[Registry]) -> None:
    """32 of them, 500 turns each, over four copies of the session."""
    turns = 500 // SHARE

    def work(seed: int) -> list[hammer.Turn]:
        return hammer.talk(registries[seed % 4], seed, turns)

    with ThreadPoolExecutor(32) as pool:
        heard = list(chain(*pool.map(work, range(32))))

    found = hammer.wrongs(heard)
    views = [registry.view() for registry in registries]
    assert found == right(32 * turns, len(views[0]))
    assert views[1:] == views[:1] * 3


async def test_tasks_do_not_mix_people_up(registries: list[Registry]) -> None:
    """200 of them, 50 turns each."""
    turns = 50 // SHARE

    heard = await asyncio.gather(
        *(hammer.atalk(registries[n % 4], n, turns) for n in range(200))
    )

    found = hammer.wrongs(chain(*heard))
    assert found == right(200 * turns, len(registries[0].view()))


def test_processes_do_not_mix_people_up(url: str) -> None:
    """8 of them, 500 turns each."""
    turns = 500 // SHARE
    command = [sys.executable, hammer.__file__, url, "s", str(turns)]

    started = [
        subprocess.Popen(  # noqa: S603  # our own program
            [*command, str(seed)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        for seed in range(8)
    ]
    ended = [process.communicate() for process in started]

    assert [process.returncode for process in started] == [0] * 8, ended
    heard = [hammer.Turn(*turn) for out, _ in ended for turn in json.loads(out)]
    registry = hammer.open_at(url, "s")
    assert hammer.wrongs(heard) == right(8 * turns, len(registry.view()))
