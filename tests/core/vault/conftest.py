"""Each test that asks for ``opened`` runs once for every engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from core.vault.engines import ENGINES, Open


@pytest.fixture(params=ENGINES)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens vaults over one place, as so many processes would."""
    yield from ENGINES[request.param](tmp_path)
