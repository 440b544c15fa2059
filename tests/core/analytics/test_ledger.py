"""The budget is never overspent: not by threads, processes, restarts or bad numbers."""

import os
import random
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest

from piimask_core.analytics import Ledger
from piimask_core.errors import BudgetError, BudgetSpent

SEQUENCES = 100_000 if os.environ.get("PIIMASK_FULL") == "1" else 300


def test_an_answer_is_paid_once(tmp_path: Path) -> None:
    """The second time it is the same, and free."""
    ledger, numbers = Ledger(tmp_path / "b.db", epsilon=1), count()
    first = ledger.answer("q", 0.4, lambda: str(next(numbers)))
    again = ledger.answer("q", 0.4, lambda: str(next(numbers)))

    assert first == again == "0"
    assert ledger.spent == 0.4 and ledger.left == 0.6


def test_ten_tenths_are_one(tmp_path: Path) -> None:
    """Sums are exact, to the last answer and no further."""
    ledger = Ledger(tmp_path / "b.db", epsilon=1)
    for number in range(10):
        ledger.answer(f"q{number}", 0.1, str)

    assert ledger.left == 0
    with pytest.raises(BudgetSpent):
        ledger.answer("one more", 1e-6, str)
    assert ledger.answer("q3", 0.1, lambda: "another") == ""


def test_what_cannot_be_paid_is_not_asked(tmp_path: Path) -> None:
    """The log is not even read."""
    asked = count()
    ledger = Ledger(tmp_path / "b.db", epsilon=1)
    with pytest.raises(BudgetSpent):
        ledger.answer("q", 1.01, lambda: str(next(asked)))

    assert next(asked) == 0 and ledger.spent == 0


def test_what_fails_costs_nothing(tmp_path: Path) -> None:
    """Nothing was told."""
    ledger = Ledger(tmp_path / "b.db", epsilon=1)
    with pytest.raises(ZeroDivisionError):
        ledger.answer("q", 0.5, lambda: str(1 / 0))

    assert ledger.spent == 0
    assert ledger.answer("q", 0.5, lambda: "a") == "a"


def test_asking_inside_an_answer_is_an_error_and_no_wait(tmp_path: Path) -> None:
    """What is asked there would be paid twice or never."""
    ledger = Ledger(tmp_path / "b.db", epsilon=1)
    with pytest.raises(BudgetError):
        ledger.answer("q", 0.5, lambda: str(ledger.left))
    assert ledger.left == 1


@pytest.mark.parametrize(
    "epsilon", [0, -1, float("nan"), float("inf"), True, "1", None, 1e-9, 10**400]
)
def test_an_epsilon_is_a_positive_finite_number(epsilon: float, tmp_path: Path) -> None:
    """As a budget and as a price."""
    with pytest.raises(BudgetError):
        Ledger(tmp_path / "a.db", epsilon=epsilon)
    ledger = Ledger(tmp_path / "b.db", epsilon=1)
    with pytest.raises(BudgetError):
        ledger.answer("q", epsilon, str)
    assert ledger.spent == 0


def test_a_restart_does_not_fill_it_up(tmp_path: Path) -> None:
    """Nor does another budget for the same file."""
    path = tmp_path / "b.db"
    Ledger(path, epsilon=1).answer("q", 0.75, lambda: "a")

    with pytest.raises(BudgetError):
        Ledger(path, epsilon=2)
    again = Ledger(path, epsilon=1.0)
    assert again.left == 0.25
    assert again.answer("q", 0.75, lambda: "b") == "a"


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    """It holds what was released, and who asked is nobody's business."""
    path = tmp_path / "b.db"
    Ledger(path, epsilon=1).answer("q", 0.75, lambda: "a")

    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "b.db" not in repr(Ledger(path, epsilon=1))


@pytest.mark.parametrize("content", [b"no database at all" * 100, b""])
def test_a_file_that_is_no_ledger_is_refused(content: bytes, tmp_path: Path) -> None:
    """And left as it is; an empty one becomes one."""
    path = tmp_path / "b.db"
    path.write_bytes(content)
    if not content:
        assert Ledger(path, epsilon=1).left == 1
        return
    with pytest.raises(BudgetError):
        Ledger(path, epsilon=1)
    assert path.read_bytes() == content
    with pytest.raises(BudgetError):
        Ledger(tmp_path / "no such folder" / "b.db", epsilon=1)


def test_a_ledger_that_lost_its_file_refuses(tmp_path: Path) -> None:
    """Where it cannot write what is paid, it gives no answer."""
    path = tmp_path / "b.db"
    ledger = Ledger(path, epsilon=1)
    ledger.close()
    path.chmod(0o400)
    if os.access(path, os.W_OK):  # root may write all the same
        path.unlink()
        path.mkdir()

    with pytest.raises(BudgetError):
        ledger.answer("q", 0.1, lambda: "a")


def test_random_sequences_never_overspend(tmp_path: Path) -> None:
    """Of questions, repeated or not, good or bad, with threads and with restarts."""
    chance = random.Random(7)  # noqa: S311
    folder = Path("/dev/shm") if Path("/dev/shm").is_dir() else tmp_path  # noqa: S108
    path = folder / f"piimask-{os.getpid()}-{tmp_path.name}.db"
    budget = SEQUENCES * 0.05
    ledgers = [Ledger(path, epsilon=budget) for _ in range(4)]
    paid: dict[str, tuple[float, str]] = {}
    lock = threading.Lock()
    numbers = count()

    def ask(seed: int) -> None:
        own = random.Random(seed)  # noqa: S311
        for _ in range(own.randint(1, 3)):
            ledger = own.choice(ledgers)
            epsilon = own.choice([0.01, 0.1, 1 / 3, 2, 0, -1, float("nan")])
            question = f"{own.randrange(max(SEQUENCES, 100))} {epsilon}"
            try:
                answer = ledger.answer(question, epsilon, lambda: str(next(numbers)))
            except BudgetError:
                continue
            finally:
                if own.random() < 0.01:
                    ledger.close()
            with lock:
                assert paid.setdefault(question, (epsilon, answer))[1] == answer

    try:
        with ThreadPoolExecutor(32) as pool:
            list(pool.map(ask, chance.choices(range(10**9), k=SEQUENCES)))
        again = Ledger(path, epsilon=budget)
        told = sum(epsilon for epsilon, _ in paid.values())
        assert told <= budget + 1e-9
        assert again.spent == pytest.approx(told)
        assert told > 0.9 * budget
    finally:
        for file in folder.glob(f"{path.name}*"):
            file.unlink()


SPENDING = """
import sys
from piimask_core.analytics import Ledger
from piimask_core.errors import BudgetSpent
ledger = Ledger(sys.argv[1], epsilon=1)
for number in range(20):
    try:
        ledger.answer(f"{sys.argv[2]} {number}", 0.05, lambda: "told")
        print("told", flush=True)
    except BudgetSpent:
        print("spent", flush=True)
"""


def test_processes_share_a_budget(tmp_path: Path) -> None:
    """Four of them, started together on a file that is not there yet."""
    command = [sys.executable, "-c", SPENDING, str(tmp_path / "b.db")]
    running = [
        subprocess.Popen([*command, str(n)], stdout=subprocess.PIPE, text=True)  # noqa: S603
        for n in range(4)
    ]
    lines = [line for each in running for line in each.communicate()[0].split()]

    assert [each.returncode for each in running] == [0] * 4
    assert (lines.count("told"), lines.count("spent")) == (20, 60)
