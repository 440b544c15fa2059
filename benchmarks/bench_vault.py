"""What does a vault that lasts cost a message, and how does it grow with its session?

    python benchmarks/bench_vault.py            a minute or two
    python benchmarks/bench_vault.py --quick    10,000 values instead of 100,000

Each figure stands beside its goal. Times are medians of the process's own time; what
is compared has its turn in each repetition.
"""

import argparse
import gc
import logging
import os
import platform
import sqlite3
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from piimask_core import Masker, MemoryVault, Registry
from piimask_core.entities import label_of
from piimask_core.identity import identity
from piimask_core.testing import recognizing
from piimask_core.vault import StaticKeys, StoredVault, Vault, Wanted
from piimask_core.vault.dictstore import DictStore
from piimask_core.vault.sqlite import SQLiteVault

Job = Callable[[], object]

KEYS = StaticKeys({"k1": bytes(range(32))})
JANE = "jane@example.com"
PLAIN = "thank you for the parcel, it came on time and all is well."
WITH_VALUE = f"Please write to {JANE} about the parcel, it came on time."
ANSWER = "I have written to <EMAIL_1> about the parcel, it came on time."


def main() -> None:
    """All parts, one after another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    many = 10_000 if parser.parse_args().quick else 100_000
    logging.disable()
    print(
        f"{platform.python_implementation()} {platform.python_version()},"
        f" SQLite {sqlite3.sqlite_version}, {os.cpu_count()} CPUs,"
        f" load average {os.getloadavg()[0]:.1f}"
    )
    with tempfile.TemporaryDirectory() as folder:
        added(Path(folder))
        grown(Path(folder), many)
        shared(Path(folder))


def added(folder: Path) -> None:
    """A message with and without SQLite, all else alike."""
    print("\nAdded to a message by SQLite (WAL, NORMAL, sealed)")
    vaults: dict[str, Vault] = {
        "memory": MemoryVault(),
        "sealed, no engine": StoredVault(DictStore(), keys=KEYS),
        "SQLite": SQLiteVault(folder / "added.db", keys=KEYS),
    }
    counts = dict.fromkeys(vaults, 0)
    found = {"EMAIL_ADDRESS": [JANE]}
    finder = recognizing(found)
    maskers = {name: Masker(recognizer=finder, vault=v) for name, v in vaults.items()}
    registries = {name: masker.registry("s") for name, masker in maskers.items()}

    def mint(name: str) -> None:
        counts[name] += 1
        registries[name].mint([wanted(f"user{counts[name]}@example.com")])

    def mask(text: str, name: str) -> None:
        maskers[name].mask(text, registries[name])

    def unmask(name: str) -> None:
        maskers[name].unmask(ANSWER, registries[name])

    jobs: dict[str, Callable[[str], object]] = {
        "mask, plain": partial(mask, PLAIN),
        "mask, a known value": partial(mask, WITH_VALUE),
        "unmask": unmask,
        "mint a new value": mint,
    }
    for what, job in jobs.items():
        times = compared({name: partial(job, name) for name in vaults})
        least = times["memory"]
        told = ", ".join(f"{name} {time * 1e6:.0f} us" for name, time in times.items())
        extra = (times["SQLite"] - least) * 1e6
        print(f"  {what:22} {told}; added {extra:.0f} us {verdict(extra, 100, 'us')}")


def grown(folder: Path, many: int) -> None:
    """A message in a session of many values, and in an empty one."""
    print(f"\nA message in a session with {many:,} values, against an empty one")
    for name, vault in (
        ("memory", MemoryVault()),
        ("SQLite", SQLiteVault(folder / "grown.db", keys=KEYS)),
    ):
        masker = Masker(recognizer=recognizing({"EMAIL_ADDRESS": [JANE]}), vault=vault)
        empty, full = masker.registry("empty"), masker.registry("full")
        for registry in (empty, full):
            masker.mask(JANE, registry)
        began = perf_counter()
        for start in range(0, many, 1000):
            full.mint([wanted(f"u{n}@example.com") for n in range(start, start + 1000)])
        print(f"  {name}: {many:,} values minted in {perf_counter() - began:.1f} s")
        number = count()

        def new_text(registry: Registry, m: Masker = masker) -> None:
            m.mask(f"{WITH_VALUE} It is parcel {next(number)}.", registry)  # noqa: B023

        jobs: dict[str, Callable[[Registry], object]] = {
            "mask, plain": partial(masker.mask, PLAIN),
            "mask, a new text": new_text,
            "mask, a known value": partial(masker.mask, WITH_VALUE),
            "unmask": partial(masker.unmask, ANSWER),
        }
        for what, job in jobs.items():
            times = compared({"empty": partial(job, empty), "full": partial(job, full)})
            ratio = times["full"] / times["empty"]
            print(
                f"    {what:22} {times['empty'] * 1e6:.0f} -> {times['full'] * 1e6:.0f}"
                f" us: {ratio:.2f} {verdict(ratio, 1.5, 'x')}"
            )
    size = sum(each.stat().st_size for each in folder.glob("grown.db*"))
    print(f"  the file has {size / many:.0f} bytes a value")
    began = process_time()
    again = SQLiteVault(folder / "grown.db", keys=KEYS)
    values = len(Registry("full", vault=again).view())
    print(f"  opened in another process: {values:,} values in", end=" ")
    print(f"{process_time() - began:.1f} s, once")


def shared(folder: Path) -> None:
    """Two that take turns: each turn the other has minted since."""
    print("\nTwo processes' vaults in turns on one SQLite session")
    path = folder / "shared.db"
    one, two = (Registry("s", vault=SQLiteVault(path, keys=KEYS)) for _ in range(2))
    count = 2000
    began = process_time()
    for n in range(count):
        (one if n % 2 else two).mint([wanted(f"user{n}@example.com")])
    each = (process_time() - began) / count
    assert one.view() == two.view()
    print(f"  {each * 1e6:.0f} us a mint, each with two calls to SQLite")


def wanted(value: str) -> Wanted:
    """What a masker asks for."""
    return Wanted("EMAIL_ADDRESS", value, identity(label_of("EMAIL_ADDRESS"), value))


def verdict(figure: float, goal: float, unit: str) -> str:
    """The goal, and whether it is met."""
    met = "met" if figure <= goal else "MISSED"
    return f"(goal <= {goal:g} {unit}: {met})"


def compared(jobs: Mapping[str, Job], repetitions: int = 41) -> dict[str, float]:
    """Median seconds of each job, in turns; each sample has many calls."""
    calls = 1
    for job in jobs.values():
        job()
    while timed(next(iter(jobs.values())), calls) < 0.002:
        calls *= 2
    samples: dict[str, list[float]] = {name: [] for name in jobs}
    gc.collect()
    gc.disable()
    for _ in range(repetitions):
        for name, job in jobs.items():
            samples[name].append(timed(job, calls) / calls)
    gc.enable()
    return {name: median(each) for name, each in samples.items()}


def timed(job: Job, calls: int) -> float:
    """Seconds of this process for so many calls."""
    began = process_time()
    for _ in range(calls):
        job()
    return process_time() - began


if __name__ == "__main__":
    main()
