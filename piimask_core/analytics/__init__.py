"""Figures about what was masked that tell of no conversation (pattern 7).

>>> ledger = Ledger("budget.db", epsilon=10)
>>> question = Question("type", days=("2026-01-05", "2026-01-11"), epsilon=0.5)
>>> release(question, read("audit.jsonl"), ledger)
"""

from .ledger import Ledger as Ledger
from .plot import plot as plot
from .question import Question as Question
from .release import Figure as Figure
from .release import Released as Released
from .release import release as release
