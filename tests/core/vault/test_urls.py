"""A vault by its address."""

from pathlib import Path
from typing import Any

import pytest
from core.helpers import JANE, want

from piimask_core import InputError, MemoryVault, Registry, SealError
from piimask_core.vault import SQLiteVault, StaticKeys, vault_from_url

KEYS = StaticKeys({"k1": bytes(range(32))})


def test_each_scheme_has_its_vault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the vault's own options; the same settings do for one in memory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a b").mkdir()
    for url, file in (
        (f"sqlite:///{tmp_path}/absolute.db", tmp_path / "absolute.db"),
        ("sqlite:///relative.db", tmp_path / "relative.db"),
        ("sqlite:///a%20b/c.db", tmp_path / "a b" / "c.db"),
    ):
        vault = vault_from_url(url, keys=KEYS, ttl=60)
        assert isinstance(vault, SQLiteVault)
        Registry("s", vault=vault).mint([want(JANE)])
        assert file.exists()
        vault.close()
    assert isinstance(vault_from_url("memory://", keys=KEYS, ttl=60), MemoryVault)
    assert isinstance(vault_from_url("memory://", plaintext=True), MemoryVault)


NONE = [
    *("", "memory", "mysql://u:secret@h/db", "/srv/vault.db", "sqlite", "sqlite://"),
    *("sqlite:///", "sqlite://host/secret.db", "sqlite:///secret.db?mode=ro"),
    *("sqlite:///secret.db#x", "file:///secret.db"),
]


@pytest.mark.parametrize("url", NONE)
def test_any_other_address_is_refused(url: str) -> None:
    """With an error that does not show it: passwords stand in addresses."""
    with pytest.raises(InputError) as caught:
        vault_from_url(url, keys=KEYS)

    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("options", [{}, {"keys": None}, {"plaintext": False}])
def test_a_vault_that_lasts_asks_for_keys(
    options: dict[str, Any], tmp_path: Path
) -> None:
    """Before it makes a file."""
    with pytest.raises(SealError):
        vault_from_url(f"sqlite:///{tmp_path}/vault.db", **options)

    assert list(tmp_path.iterdir()) == []
