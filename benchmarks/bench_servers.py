"""What does a vault in Redis or PostgreSQL cost a message, and does it grow?

    python benchmarks/bench_servers.py            some minutes
    python benchmarks/bench_servers.py --quick    10,000 values instead of 100,000

Starts both servers on loopback, as the tests do. Each figure stands beside its goal.
Times are medians of time by the clock, for the server's part counts; what is compared
has its turn in each repetition, so that a busy moment of the machine meets all of it.
"""

import argparse
import logging
import os
import platform
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter

import psycopg
import redis

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from core.vault.line import line_to
from core.vault.served import postgres_place, redis_place

from piimask_core import Entity, Masker, MemoryVault, Registry
from piimask_core.entities import label_of
from piimask_core.identity import identity
from piimask_core.vault import StaticKeys, StoredVault, Vault, Wanted, vault_from_url

Job = Callable[[], object]

KEYS = StaticKeys({"k1": bytes(range(32))})
PLAIN = "thank you for the parcel, it came on time and all is well."
WITH_VALUE = "Please write to jane@example.com about the parcel."
ANSWER = "I have written to <EMAIL_1> about the parcel."


def main() -> None:
    """All parts, for both servers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    many = 10_000 if parser.parse_args().quick else 100_000
    logging.disable()
    print(
        f"{platform.python_implementation()} {platform.python_version()},"
        f" {os.cpu_count()} CPUs, load average {os.getloadavg()[0]:.1f}"
    )
    for name, place, bare in (
        ("Redis", redis_place, bare_redis),
        ("PostgreSQL", postgres_place, bare_postgres),
    ):
        url = place()
        print(f"\n{name}")
        trips(url)
        added(url, bare(url))
        grown(url, many)


def trips(url: str) -> None:
    """Round trips of a message, counted on the wire."""
    with line_to(url) as line:
        vault, other_vault = opened(line.url), opened(line.url)
        masker = Masker(recognizer=emails, vault=vault)
        one, other = Registry("s", vault=vault), Registry("s", vault=other_vault)
        many = " ".join(f"user{n}@example.com" for n in range(500))
        masker.mask(WITH_VALUE, one)

        def counted(job: Job) -> int:
            before = line.turns
            job()
            return line.turns - before

        rows: dict[str, tuple[Job, int]] = {
            "mask, plain": (lambda: masker.mask(PLAIN, one), 1),
            "mask, a known value": (lambda: masker.mask(WITH_VALUE, one), 1),
            "mask, 500 new values": (lambda: masker.mask(many, one), 1),
            "unmask": (lambda: masker.unmask(ANSWER, one), 1),
        }
        for what, (job, goal) in rows.items():
            print(f"  round trips, {what:21} {verdict(counted(job), goal, '')}")
        other.view()
        masker.mask("new@example.com", other)
        count = counted(lambda: masker.mask("newer@example.com", one))
        print(f"  round trips, after another's mint  {verdict(count, 2, '')}")
        vault.close()
        other_vault.close()


def added(url: str, bare: Iterator[Job]) -> None:
    """A message with the vault in memory and on the server, beside the least there is.

    That is one round trip of the same client that asks for nothing.
    """
    vaults: dict[str, Vault] = {"memory": MemoryVault(), "here": opened(url)}
    maskers = {
        name: Masker(recognizer=emails, vault=vault) for name, vault in vaults.items()
    }
    registries = {name: masker.registry("added") for name, masker in maskers.items()}
    for name, masker in maskers.items():
        masker.mask(WITH_VALUE, registries[name])
    ping = next(bare)
    fresh = iter(range(10**9))
    texts: dict[str, Callable[[str], object]] = {
        "mask, plain": lambda n: maskers[n].mask(PLAIN, registries[n]),
        "mask, a known value": lambda n: maskers[n].mask(WITH_VALUE, registries[n]),
        "mask, a new value": lambda n: maskers[n].mask(
            f"user{next(fresh)}@example.com", registries[n]
        ),
        "unmask": lambda n: maskers[n].unmask(ANSWER, registries[n]),
    }
    for what, job in texts.items():
        times = compared(
            {
                "memory": partial(job, "memory"),
                "here": partial(job, "here"),
                "bare": ping,
            }
        )
        extra = (times["here"] - times["memory"]) * 1e6
        print(
            f"  {what:22} {times['memory'] * 1e6:.0f} us in memory,"
            f" {extra:.0f} us more here; a bare round trip is"
            f" {times['bare'] * 1e6:.0f} us ({extra / times['bare'] / 1e6:.1f} of it)"
        )
    closed(vaults["here"], bare)


def grown(url: str, many: int) -> None:
    """A message in a session of many values, and in an empty one."""
    vault = opened(url)
    masker = Masker(recognizer=emails, vault=vault)
    empty, full = Registry("empty", vault=vault), Registry("full", vault=vault)
    for registry in (empty, full):
        masker.mask(WITH_VALUE, registry)
    began = perf_counter()
    for start in range(0, many, 1000):
        full.mint([wanted(f"u{n}@example.com") for n in range(start, start + 1000)])
    print(f"  {many:,} values minted, 1,000 a call, in {perf_counter() - began:.1f} s")
    jobs: dict[str, Callable[[Registry], object]] = {
        "mask, plain": lambda registry: masker.mask(PLAIN, registry),
        "mask, a known value": lambda registry: masker.mask(WITH_VALUE, registry),
        "mint a new value": lambda registry: registry.mint(
            [wanted(f"n{perf_counter()}@example.com")]
        ),
        "unmask": lambda registry: masker.unmask(ANSWER, registry),
    }
    for what, job in jobs.items():
        times = compared({"empty": partial(job, empty), "full": partial(job, full)})
        ratio = times["full"] / times["empty"]
        print(
            f"  with {many:,} values, {what:20} {times['empty'] * 1e6:.0f} ->"
            f" {times['full'] * 1e6:.0f} us: {verdict(ratio, 1.5, 'x')}"
        )
    began = perf_counter()
    again = opened(url)
    count = len(Registry("full", vault=again).view())
    print(
        f"  opened elsewhere: {count:,} values in {perf_counter() - began:.1f} s, once"
    )
    vault.close()
    again.close()


def bare_redis(url: str) -> Iterator[Job]:
    """The least that this client can do; then closes it."""
    with redis.Redis.from_url(url) as client:
        yield client.ping


def bare_postgres(url: str) -> Iterator[Job]:
    """The least that this client can do; then closes it."""
    with psycopg.connect(url, autocommit=True) as connection:
        yield lambda: connection.execute("SELECT 1").fetchall()


def opened(url: str) -> StoredVault:
    """Another vault there."""
    vault = vault_from_url(url, keys=KEYS, patience=60.0)
    assert isinstance(vault, StoredVault)
    return vault


def closed(vault: Vault, bare: Iterator[Job]) -> None:
    """Both connections."""
    assert isinstance(vault, StoredVault)
    vault.close()
    assert next(bare, None) is None


def emails(text: str) -> list[Entity]:
    """Every word with an @ in it; costs next to nothing."""
    found, end = [], 0
    for word in text.split(" "):
        start, end = end, end + len(word) + 1
        if "@" in word:
            found.append(Entity("EMAIL_ADDRESS", start, start + len(word)))
    return found


def wanted(value: str) -> Wanted:
    """What a masker asks for."""
    return Wanted("EMAIL_ADDRESS", value, identity(label_of("EMAIL_ADDRESS"), value))


def verdict(figure: float, goal: float, unit: str) -> str:
    """The figure, the goal, and whether it is met."""
    met = "met" if figure <= goal else "MISSED"
    return f"{figure:.3g} {unit} (goal <= {goal:g} {unit}: {met})".replace(" :", ":")


def compared(jobs: Mapping[str, Job], repetitions: int = 301) -> dict[str, float]:
    """Median seconds of each job, in turns."""
    samples: dict[str, list[float]] = {name: [] for name in jobs}
    for job in jobs.values():
        job()
    for _ in range(repetitions):
        for name, job in jobs.items():
            began = perf_counter()
            job()
            samples[name].append(perf_counter() - began)
    return {name: median(each) for name, each in samples.items()}


if __name__ == "__main__":
    main()
