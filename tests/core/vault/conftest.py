"""What each engine is run with: tests that ask for ``opened`` or ``shared``."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from core.vault.engines import ENGINES, Engine, Open, memory


@pytest.fixture(params=["memory", *ENGINES])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens vaults over one place: for what every vault must do."""
    engine: Engine = ENGINES.get(request.param, memory)
    yield from engine(tmp_path)


@pytest.fixture(params=ENGINES)
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens vaults over one place, as so many processes would."""
    yield from ENGINES[request.param](tmp_path)
