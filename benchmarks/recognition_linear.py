"""Does twice the text take twice the time? Each part alone, on what it stumbles over.

Each row of the patterns, with its needs and without, Presidio's types, addresses,
disguises, the gate, and all of them together, on shapes that something might begin with
at each character and that never come to an end, up to a million characters. To show
that this would find one, a row that takes quadratic time is measured as well.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from recognition_goals import Goals, shown
from recognition_texts import Corpora

from piimask_core.recognizers import (
    PATTERNS,
    Pattern,
    default_recognizer,
    disguised,
    has_strong_trigger,
    has_trigger,
    patterns,
    presidio,
)
from piimask_core.recognizers.address_rows import ADDRESSES
from piimask_core.recognizers.addresses import addresses
from piimask_core.recognizers.dates import DATES

STARTS = (
    "a a1 1 1- 1. (1) +1 @ a@ a@a. a. .a a- -a _ : :: 1: a: / // :// http:// www."
    " % # , 12-34- 1234 %41 &# \\u00 =40 O1 [at] \u00e9 \uff11"
)
BAITS = [
    *STARTS.split(),
    *(" ", "\n", "1 ", "1\n", "a ", "Aa ", "A1 ", "my ssn is ", "1 Main ", "Aa 1, "),
    *("address 1 ", "one two ", "a dot ", "id 1 ", "pass a ", "12 rue ", "1 1 Aa\n"),
]
LARGEST = 1_000_000
SMALLEST = 4_000
STEPS = 16
SLOW = 4.0
"""Seconds after which a text is not doubled again."""
NOISE = 0.02
"""Seconds below which a time says more of memory than of the regex."""
MOST = 2.3

Job = Callable[[str], object]


def linear(corpora: Corpora, goals: Goals) -> None:
    """The worst t(2n)/t(n) of each part over all baits, and the slowest megabyte."""
    goals.head("Growth up to a million characters")
    worst, where, slowest, on = 0.0, "nothing", 0.0, "nothing"
    count = 0
    for name, job in _jobs():
        count += 1
        for bait in BAITS:
            ratio, size, speed = growth(job, bait)
            if ratio > MOST:
                print(f"  {ratio:.2f}: {name} on {bait!r}, at {size:,}", flush=True)
            if ratio > worst:
                worst, where = ratio, f"{name} on {bait!r}, at {size:,} characters"
            if speed > slowest:
                slowest, on = speed, f"{name} on {bait!r}"
    what = f"worst t(2n)/t(n), {count} x {len(BAITS)} shapes"
    goals.say(what, f"{worst:.2f}", f"<= {MOST}", worst <= MOST)
    print(f"  {where}")
    print(f"  the slowest: {shown(slowest * 1e6)} for a million characters, {on}")
    planted = patterns([Pattern("PLANTED", r"\w+@", 1.0)])
    ratio, _, _ = growth(planted, "a")
    what = "the same of a quadratic row that was planted"
    goals.say(what, f"{ratio:.2f}", f"> {MOST}", ratio > MOST)


def _jobs() -> Iterator[tuple[str, Job]]:
    yield "has_trigger", has_trigger
    yield "has_strong_trigger", has_strong_trigger
    yield "presidio()", presidio()
    yield "addresses", addresses
    yield "disguised, of nothing", disguised(lambda text: [])
    yield "patterns()", patterns()
    yield "default_recognizer", default_recognizer("off")
    for at, row in enumerate((*PATTERNS, *ADDRESSES, *DATES)):
        yield f"row {at} ({row.type})", patterns([replace(row, longest=0)])
        bare = Pattern(row.type, row.regex, row.score, row.check)
        yield f"row {at} ({row.type}), its regex alone", patterns([bare])


def growth(job: Job, bait: str) -> tuple[float, int, float]:
    """The ratio of the last doubling, the larger size, seconds for a character.

    Not the worst on the way: a step from one cache or block of memory to the next
    takes three times as long once, and what is quadratic still is so at the end.
    """
    size = SMALLEST
    before = _once(job, bait, size)
    ratio = 0.0 if before < SLOW else math.inf
    if before < NOISE / STEPS and _once(job, bait, STEPS * SMALLEST) < NOISE:
        whole = _once(job, bait, LARGEST)
        if whole < LARGEST / SMALLEST / STEPS * NOISE:
            return 0.0, LARGEST, whole / LARGEST  # what grew would take longer
    while size < LARGEST and before < SLOW:
        size *= 2
        taken = _once(job, bait, size)
        if before > NOISE and taken > 2.1 * before:  # busy, or is it?
            times = 2 if taken > 1 else 4
            before = min([before, *(_once(job, bait, size // 2) for _ in range(times))])
            taken = min([taken, *(_once(job, bait, size) for _ in range(times))])
        ratio = taken / before if before > NOISE else 0.0
        before = taken
    return ratio, size, before / size


def _once(job: Job, bait: str, size: int) -> float:
    text = (bait * (size // len(bait) + 1))[:size]
    start = time.process_time()
    job(text)
    return time.process_time() - start
