"""A Masker goes to other processes; its sessions are where they were."""

import base64
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from core.helpers import BOB, JANE

from piimask_core import InputError, Masker
from piimask_core.vault import EnvKeys, SQLiteVault

ROOT = Path(__file__).parents[1]


@pytest.fixture
def masker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Masker:
    key = base64.b64encode(bytes(range(32))).decode()
    monkeypatch.setenv("PIIMASK_KEYS", f"k1={key}")
    vault = SQLiteVault(tmp_path / "vault.db", keys=EnvKeys())
    return Masker(vault=vault, threshold=0.5, phone_region="GB", tenant="acme")


def test_a_pickled_masker_masks_as_it_did(masker: Masker) -> None:
    """In the same sessions, with nothing of them in the pickle."""
    assert masker.mask(f"to {JANE}", masker.registry("s")) == "to <EMAIL_1>"

    pickled = pickle.dumps(masker)
    again = pickle.loads(pickled)  # noqa: S301

    assert b"jane" not in pickled
    assert again.mask(f"{BOB} {JANE}", again.registry("s")) == "<EMAIL_2> <EMAIL_1>"
    assert masker.unmask("<EMAIL_2>", masker.registry("s")) == BOB
    for name in ("threshold", "phone_region", "tenant", "recognizer", "policy"):
        assert getattr(again, name) == getattr(masker, name)
    for each in (masker, again):
        assert isinstance(each.vault, SQLiteVault)
        each.vault.close()


def test_a_masker_with_a_vault_in_memory_stays_here() -> None:
    """Elsewhere it would give the same numbers to others."""
    with pytest.raises(InputError, match="vault_from_url"):
        pickle.dumps(Masker())


def test_documents_are_masked_by_several_workers() -> None:
    """The example runs: with one worker and two, every text comes back."""
    pytest.importorskip("distributed", reason="pip install 'llm-piimask[bulk]'")
    done = subprocess.run(  # our own interpreter and script
        [sys.executable, "demo/bulk.py", "400"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": "/tmp"},  # noqa: S108
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )

    assert done.stdout.count("all restored") == 2
    assert "1 worker:" in done.stdout
    assert "2 workers:" in done.stdout
    assert "Dear <EMAIL_" in done.stdout
