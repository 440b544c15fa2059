"""The server is killed, again and again: what was acknowledged is there, once."""

import random
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from core.helpers import want
from core.vault.engines import KEYS, size
from core.vault.servers import Server, postgres_in, redis_in

from piimask_core import Registry
from piimask_core.errors import VaultUnavailable
from piimask_core.vault import StoredVault, vault_from_url


class Talker:
    """Mints without end, whatever becomes of the server; writes down what it was told.

    A value whose answer was lost is asked for again, until there is one.
    """

    def __init__(self, registry: Registry, name: str) -> None:
        self.told: list[tuple[str, str]] = []
        self.failed: list[BaseException] = []
        self._registry = registry
        self._name = name
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._thread.start()

    def stop(self) -> None:
        """Returns when nothing is asked any more."""
        self._is_over.set()
        self._thread.join()

    def _work(self) -> None:
        try:
            while not self._is_over.is_set():
                self._ask(f"{self._name}.{len(self.told)}@example.com")
        except BaseException as error:
            self.failed.append(error)

    def _ask(self, value: str) -> None:
        try:
            (placeholder,) = self._registry.mint([want(value)])
            self.told.append((value, placeholder))
        except VaultUnavailable:
            self._is_over.wait(0.005)


def redis_always(path: Path) -> Server:
    """What it has confirmed is on the disk."""
    return redis_in(path, "--appendonly", "yes", "--appendfsync", "always")


@pytest.fixture
def place() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as path:
        yield Path(path)


@pytest.mark.parametrize(
    ("make", "cycles"),
    [(redis_always, (25, 200)), (postgres_in, (3, 50))],
    ids=["redis", "postgres"],
)
def test_a_killed_server_loses_nothing_acknowledged(
    place: Path, make: Callable[[Path], Server], cycles: tuple[int, int]
) -> None:
    """Two processes write in one session while it is killed at any moment."""
    rng = random.Random(11)  # noqa: S311  # no secret
    server = make(place)
    server.start()
    vaults = [_opened(server.url) for _ in range(2)]
    for cycle in range(size(*cycles)):
        session = f"s{cycle // 20}"
        before = dict(Registry(session, vault=vaults[0]).view())
        talkers = [
            Talker(Registry(session, vault=vault), f"{cycle}.{n}")
            for n, vault in enumerate(vaults)
        ]
        threading.Event().wait(0.02 + rng.random() * 0.1)
        server.kill()
        server.start()
        threading.Event().wait(rng.random() * 0.03)
        for talker in talkers:
            talker.stop()
        assert [talker.failed for talker in talkers] == [[], []]

        told = [pair for talker in talkers for pair in talker.told]
        assert told
        later = _opened(server.url)
        view = dict(Registry(session, vault=later).view())
        later.close()

        assert before.items() <= view.items()
        assert {p: v for v, p in told}.items() <= view.items()
        assert not {p for _, p in told} & before.keys()
        # at most what each was killed in: stored, and not told
        assert len(before) + len(told) <= len(view) <= len(before) + len(told) + 2
        assert len(set(view.values())) == len(view)
    for vault in vaults:
        vault.close()
    server.kill()


def _opened(url: str) -> StoredVault:
    vault = vault_from_url(url, keys=KEYS, patience=3.0)
    assert isinstance(vault, StoredVault)
    return vault
