"""What do policies, operators, lists and references cost for a message?

    python benchmarks/bench_policy.py

Messages are made up here from a seed. Each figure is a median of processor time; what
is compared has its turn in each repetition. The published figures beside them are other
people's, on other machines: they are goals, not measurements of ours.
"""

import argparse
import platform
import random
from collections.abc import Callable, Mapping
from functools import partial
from itertools import count
from statistics import median
from time import process_time
from typing import Any

from piimask_core import Entity, Masker, MemoryVault, Registry, by_type, folded
from piimask_core.profiles import PROFILES
from piimask_core.recognizers import default_recognizer

DICE = random.Random(5)
OPENINGS = ("Hi Anna, ", "Hello, ", "Dear Bob, ", "", "Thanks, Zoe. ")
BODIES = (
    "my email is {email} and my phone is {phone}.",
    "please send it to {email}, or call {phone} after six.",
    "I am {age} years old, my ZIP code is {zip}; write to {email}.",
    "my SSN is {ssn}, the card {card} was declined on 12/03/2025.",
    "I was diagnosed in spring; my MRN {mrn}, phone {phone}.",
    "the server at {ip} is down, ask {email} or {email2} for the key.",
)
CLOSINGS = (" Thank you!", "", " Could you look into it? It is rather urgent.")


def message() -> str:
    """Some sentences with two or three values."""
    digits = [DICE.randint(100, 999) for _ in range(9)]
    name = DICE.choice(("jane", "bob", "zoe", "ann", "kai"))
    return (
        DICE.choice(OPENINGS)
        + DICE.choice(BODIES).format(
            email=f"{name}{digits[0]}@example.com",
            email2=f"{name}.{digits[1]}@company.example",
            phone=f"({digits[0]}) 555-0{digits[1]}",
            age=DICE.randint(20, 95),
            zip=DICE.randint(10_001, 99_000),
            ssn=f"{digits[2] % 600 + 100}-{digits[3] % 90 + 10}-{digits[4]}4",
            card="4111 1111 1111 1111",
            mrn=f"{digits[5]}{digits[6]}77",
            ip=f"10.{digits[7] % 250}.{digits[8] % 250}.7",
        )
        + DICE.choice(CLOSINGS)
    )


MESSAGES = [message() for _ in range(200)]
_sessions = count()


def seconds(job: Callable[[], object]) -> float:
    """Processor time of one run."""
    began = process_time()
    job()
    return process_time() - began


def medians(jobs: Mapping[str, Callable[[], object]], times: int) -> dict[str, float]:
    """Of each job, run by turns."""
    taken: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(times):
        for name, job in jobs.items():
            taken[name].append(seconds(job))
    return {name: median(each) for name, each in taken.items()}


def masked(masker: Masker, texts: list[str]) -> None:
    """Every message in a session of its own: nothing is remembered."""
    for text in texts:
        masker.mask(text, Registry(f"s{next(_sessions)}", vault=MemoryVault()))


def maskers() -> dict[str, Masker]:
    """What is compared: the same recognizer, other decisions."""
    listed = [f"Company {n}" for n in range(500)]
    options: dict[str, dict[str, Any]] = {
        "placeholder (no profile)": {},
        "strip": {"policy": by_type({}, default="strip")},
        "reference": {"policy": by_type({}, default="reference")},
        "placeholder, 500 names allowed": {"allow": [*map(folded, listed)]},
        "placeholder, 500 names denied": {"deny": {"ORGANIZATION": listed}},
        "observed only": {"mode": "observe", "audit": lambda event: None},
    }
    options |= {f"profile {name}": {"profile": name} for name in PROFILES}
    return {name: Masker(**given) for name, given in options.items()}


GOALS = {
    "placeholder (no profile)": "~8 ms published",
    "strip": "~2 ms published",
    "reference": "~15 ms published",
} | {f"profile {name}": "~25 ms published" for name in PROFILES}


def per_message(times: int) -> None:
    """p50 over messages of the median of each message's runs."""
    made = maskers()
    taken: dict[str, list[float]] = {name: [] for name in made}
    for text in MESSAGES:
        jobs = {n: partial(masked, m, [text]) for n, m in made.items()}
        for name, each in medians(jobs, times).items():
            taken[name].append(each)
    print(f"p50 and p95 of a message of {sum(map(len, MESSAGES)) // 200} characters")
    for name, times_taken in taken.items():
        ordered = sorted(times_taken)
        p50, p95 = median(ordered), ordered[int(len(ordered) * 0.95)]
        told = f"{p50 * 1e3:7.3f} ms {p95 * 1e3:7.3f} ms"
        print(f"  {name:32} {told}   {GOALS.get(name, '')}")


def decided(masker: Masker) -> None:
    """What would be replaced in every message."""
    for text in MESSAGES:
        masker.entities(text)


def per_entity(times: int) -> None:
    """What recognition and policy take, and what a profile adds, for each entity."""
    recognizer = default_recognizer()
    found = {text: list(recognizer(text)) for text in MESSAGES}

    def known(text: str) -> list[Entity]:
        return found[text]

    plain = Masker(recognizer=known)
    entities = sum(len(plain.entities(text)) for text in MESSAGES)
    jobs: dict[str, Callable[[], object]] = {
        "recognition": lambda: [recognizer(text) for text in MESSAGES],
        "no profile": partial(decided, plain),
    }
    for name in PROFILES:
        jobs[name] = partial(decided, Masker(recognizer=known, profile=name))
    taken = medians(jobs, times)
    print(f"\nfor each of {entities} entities, in us; recognition is of all candidates")
    base = taken["no profile"]
    alone = taken["recognition"] / entities * 1e6
    print(f"  recognition alone               {alone:7.1f}")
    print(f"  decided by type                 {base / entities * 1e6:7.1f}")
    for name in PROFILES:
        added = (taken[name] - base) / entities * 1e6
        held = "held" if added <= 50 else "MISSED"
        print(f"  a profile adds: {name:15} {added:7.1f}   goal <= 50: {held}")


def one_more_entity(times: int) -> None:
    """What ten more values in a text add, recognition and policy together."""
    values = ("jane{0}@example.com", "(212) 555-01{0}", "10.0.0.{0}", "12345{0}-1")
    words = ("something", "or other", "elsewhere", "afterwards")

    def text(many: int) -> str:
        listed = [values[n % 4].format(n + 10) for n in range(many)]
        listed += [words[n % 4] for n in range(many, 12)]
        return "Please look at " + ", then ".join(listed) + ". Thank you!"

    masker = Masker(profile="general")
    fewer, more = text(2), text(12)
    added = len(masker.entities(more)) - len(masker.entities(fewer))
    jobs: dict[str, Callable[[], object]] = {
        "fewer": lambda: [masker.entities(fewer) for _ in range(20)],
        "more": lambda: [masker.entities(more) for _ in range(20)],
    }
    taken = medians(jobs, times)
    each = (taken["more"] - taken["fewer"]) / 20 / added * 1e6
    held = "held" if each <= 50 else "MISSED"
    print(
        f"  one more entity in a text: recognition and policy {each:.1f}   "
        f"goal <= 50: {held}"
    )


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=11, help="runs of each job")
    times = parser.parse_args().times
    print(f"Python {platform.python_version()}, {platform.machine()}")
    for masker in maskers().values():  # what is loaded with the first text
        masked(masker, MESSAGES[:5])
    per_entity(times)
    one_more_entity(times)
    per_message(times)


if __name__ == "__main__":
    main()
