"""What of the privacy budget is spent? A file that knows, over restarts.

An answer is charged and kept in one transaction, and given out only when that is on
the disk: whatever stops the process, nothing was told that was not paid. The same
question gets the answer that was given before, for nothing.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from pathlib import Path

from ..errors import BudgetError, BudgetSpent
from .question import positive

_UNIT = 10**12
"""Budgets are whole numbers of so many parts of epsilon: sums must not be rounded."""
_TABLES = """
create table if not exists budget (
    one integer primary key check (one = 1),
    total integer not null,
    spent integer not null check (spent between 0 and total)
);
create table if not exists answers (
    question text primary key, paid integer not null, answer text not null
);
"""


class Ledger:
    """The budget of one log. Threads and processes may share the file.

    ``epsilon`` is the whole budget; a file that was made with another one is refused,
    for that would fill it up again. One log has one ledger, and whoever deletes it has
    told more than was agreed.
    """

    def __init__(
        self, path: str | Path, *, epsilon: float, timeout: float = 30.0
    ) -> None:
        self._path = Path(path)
        self._timeout = timeout
        self._lock = threading.RLock()  # who asks inside an answer gets an error
        self._open: sqlite3.Connection | None = None
        self._pid = 0
        self.total = floor(_exact(epsilon) * _UNIT)
        with self._transaction() as db:
            db.execute("insert or ignore into budget values (1, ?, 0)", (self.total,))
            (total,) = db.execute("select total from budget").fetchone()
        if total != self.total:
            self.close()
            raise BudgetError("This ledger was made for another budget.")

    @property
    def spent(self) -> float:
        """Epsilon that was paid."""
        with self._transaction() as db:
            return _spent(db) / _UNIT

    @property
    def left(self) -> float:
        """Epsilon that can still be paid."""
        with self._transaction() as db:
            return (self.total - _spent(db)) / _UNIT

    def answer(self, question: str, epsilon: float, make: Callable[[], str]) -> str:
        """The answer that was given, or a new one that is paid for first.

        Raises BudgetSpent where too little is left: then ``make`` is not called. What
        ``make`` raises is raised, and nothing is paid.
        """
        price = ceil(_exact(epsilon) * _UNIT)
        with self._transaction() as db:
            given = db.execute(
                "select answer from answers where question = ?", (question,)
            ).fetchone()
            if given:
                return str(given[0])
            if _spent(db) + price > self.total:
                raise BudgetSpent("Too little of the privacy budget is left for this.")
            answer = make()
            row = question, price, answer
            db.execute("update budget set spent = spent + ?", (price,))
            db.execute("insert into answers values (?, ?, ?)", row)
        return answer

    def close(self) -> None:
        """Close the file; it opens again when it is asked."""
        with self._lock:
            if self._open is not None and self._pid == os.getpid():
                self._open.close()
            self._open = None

    def __repr__(self) -> str:
        return f"Ledger({self.total / _UNIT:g} in all)"

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """What is done inside is done wholly, on the disk, or not at all."""
        problem = None
        with self._lock:
            try:
                db = self._connection()
                db.execute("begin immediate")
                try:
                    yield db
                    db.execute("commit")
                finally:
                    if db.in_transaction:
                        db.execute("rollback")
            except sqlite3.Error as error:
                problem = type(error).__name__
        if problem:
            raise BudgetError(f"The ledger cannot be used ({problem}).")

    def _connection(self) -> sqlite3.Connection:
        if self._open is None or self._pid != os.getpid():
            with suppress(OSError):  # opening it will fail, and say so
                self._path.touch(mode=0o600)
            self._open = sqlite3.connect(
                self._path,
                timeout=self._timeout,
                isolation_level=None,
                check_same_thread=False,
            )
            self._pid = os.getpid()
            with closing(self._open.cursor()) as cursor:
                cursor.execute("pragma journal_mode = wal")
                cursor.execute("pragma synchronous = full")
                cursor.executescript(_TABLES)
        return self._open


def _exact(epsilon: float) -> Fraction:
    """As it is written: ten times 0.1 is 1."""
    return Fraction(Decimal(repr(positive(epsilon))))


def _spent(db: sqlite3.Connection) -> int:
    return int(db.execute("select spent from budget").fetchone()[0])
