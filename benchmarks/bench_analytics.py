"""What does a released figure cost, in time?

    python benchmarks/bench_analytics.py

Each question is new, is paid from a ledger on the disk (SQLite, WAL, synchronous=FULL)
and has its noise drawn by OpenDP. The same without a ledger stands beside it.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from piimask_core.analytics import Ledger, Question, release
from piimask_core.analytics.question import TYPES
from piimask_core.analytics.release import _measurement, _scale_for
from piimask_core.audit import Counted, Event, Masked

GOAL_MS = 1.0
TIMES = 500
AT = 1_767_225_600.0
LOG: list[Event] = [
    Masked(1, 1, 9, (Counted("EMAIL", "placeholder", 8, 2),), at=AT, session=session)
    for session in (f"{n:016x}" for n in range(100))
]


def question(number: int, types: Sequence[str] = TYPES) -> Question:
    """Another one each time, at the same price."""
    days = ("2026-01-01", "2026-01-07")
    most = 1 + number % 1_000
    return Question(by="type", days=days, epsilon=0.1, most=most, cells=4, types=types)


def written(folder: str) -> Callable[[int], None]:
    """Nothing but a page that is on the disk when this returns."""
    file = os.open(Path(folder, "page"), os.O_CREAT | os.O_WRONLY)

    def write(number: int) -> None:
        os.write(file, bytes(4_096))
        os.fdatasync(file)

    return write


def median_ms(call: Callable[[int], object]) -> float:
    """Of wall time: waiting for the disk is what a ledger costs."""
    call(0)
    took = []
    for number in range(1, TIMES + 1):
        start = time.perf_counter()
        call(number)
        took.append((time.perf_counter() - start) * 1_000)
    return statistics.median(took)


def main() -> None:
    """Print each figure beside its goal."""
    start = time.perf_counter()
    _measurement(1.0, 1)
    print(f"OpenDP is imported in {time.perf_counter() - start:.2f} s, once")
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder, "budget.db"), epsilon=1_000)
        email = ("EMAIL",)
        one = median_ms(lambda n: release(question(n, email), [], ledger))
        many = median_ms(lambda n: release(question(n), LOG, ledger))
        again = median_ms(lambda n: release(question(0, email), LOG, ledger))
        disk = median_ms(written(folder))
        paid = median_ms(lambda n: ledger.answer(f"{n}", 0.1, str))
    bare = median_ms(lambda n: _measurement(_scale_for(1 + n % 1_000, 0.1), 1)([0]))
    cells = len(question(0).names)
    print(f"{cells} counts of a log of 100 lines, paid: {many:.3f} ms", end="")
    print(f", {many / cells:.3f} ms a count (goal {GOAL_MS:.0f} ms)")
    print(f"a question of one count, paid: {one:.3f} ms (goal {GOAL_MS:.0f} ms)")
    print(f"of it this disk, for one page: {disk:.3f} ms")
    print(f"the same question again: {again:.3f} ms")
    print(f"of it the ledger alone: {paid:.3f} ms, the noise alone: {bare:.3f} ms")


if __name__ == "__main__":
    main()
