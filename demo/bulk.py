"""Mask many documents in several processes, all in one conversation.

    pip install "llm-piimask[bulk]"
    python demo/bulk.py

Dask hands batches to workers; a Masker goes with them, without anybody's values. What
they share is the vault, here a SQLite file (on many machines: Redis, PostgreSQL), so
the same person has the same placeholder in whichever process a document was masked.
"""

import os
import secrets
import sys
import tempfile
from base64 import b64encode
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple

from distributed import Client, LocalCluster

from piimask_core import Masker
from piimask_core.vault import EnvKeys, vault_from_url

SESSION = "corpus"


class Batch(NamedTuple):
    """Masked texts, and the seconds of a processor that they took."""

    texts: list[str]
    seconds: float


def mask_batch(masker: Masker, batch: Sequence[str]) -> Batch:
    """What a worker does: one call to the vault for all of a batch."""
    began = process_time()
    texts = masker.mask(list(batch), masker.registry(SESSION))
    return Batch(texts, process_time() - began)


def masked(masker: Masker, texts: Sequence[str], client: Client) -> Batch:
    """All texts, masked by the client's workers, in their order."""
    sent = client.scatter(masker, broadcast=True)
    jobs = client.map(mask_batch, [sent] * len(batches(texts)), batches(texts))
    done: list[Batch] = client.gather(jobs)
    return Batch(
        [text for batch in done for text in batch.texts],
        sum(batch.seconds for batch in done),
    )


def batches(texts: Sequence[str], size: int = 200) -> list[Sequence[str]]:
    """So many texts at a time."""
    return [texts[at : at + size] for at in range(0, len(texts), size)]


def documents(count: int) -> Iterator[str]:
    """Made-up letters: two people in each, and all have heard of the first ones."""
    for n in range(count):
        yield (
            f"Dear customer{n}@example.com, your order 4{n:06} has left our house. "
            f"For questions write to desk{n % 20}@example.com or call +1 555 "
            f"{n % 900 + 100} {n % 9000 + 1000:04}. Thank you for your patience, and "
            "have a good week. " * 3
        )


def main() -> None:
    """The same documents with one worker and with two."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    texts = list(documents(count))
    os.environ["PIIMASK_KEYS"] = f"k1={b64encode(secrets.token_bytes(32)).decode()}"
    for workers in (1, 2):
        with tempfile.TemporaryDirectory() as folder:
            vault = vault_from_url(f"sqlite:///{Path(folder)}/vault.db", keys=EnvKeys())
            masker = Masker(vault=vault)
            with (
                LocalCluster(
                    n_workers=workers, threads_per_worker=1, dashboard_address=None
                ) as cluster,
                Client(cluster) as client,
            ):
                masked(masker, texts[:50], client)  # recognizers are loaded
                began = perf_counter()
                result = masked(masker, texts, client)
                seconds = perf_counter() - began
            registry = masker.registry(SESSION)
            assert masker.unmask(result.texts, registry) == texts
            print(
                f"{workers} worker{'s' * (workers > 1)}: {count / seconds:,.0f} texts/s"
                f" ({count / result.seconds:,.0f} a second of one processor)"
                f", {len(registry):,} values, all restored"
            )
            print(f"  {result.texts[0][:72]}...")


if __name__ == "__main__":
    main()
