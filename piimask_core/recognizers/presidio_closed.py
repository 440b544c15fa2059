"""Presidio fails open where we must not: what it swallows becomes an error.

While it reads, its log says nothing, for it quotes the text.
"""

import logging
from collections.abc import Callable
from contextvars import ContextVar

from piimask_core.entities import Entity
from piimask_core.errors import RecognizerError

_reading: ContextVar[list[str] | None] = ContextVar("piimask_reading", default=None)
"""While Presidio reads: the errors that it swallowed."""


class OutOfTime(Exception):
    """Not a TimeoutError, which Presidio would swallow."""


class _Hush(logging.Filter):
    """Keeps Presidio's log quiet while we let it read, and notes swallowed errors."""

    def filter(self, record: logging.LogRecord) -> bool:
        swallowed = _reading.get()
        if swallowed is None:
            return True
        if record.exc_info and record.exc_info[0]:
            swallowed.append(record.exc_info[0].__name__)
        return False


HUSH = _Hush()


def fail_closed(read: Callable[[], list[Entity]]) -> list[Entity]:
    """What ``read`` returns; any error in it becomes one that holds no text.

    It is raised outside the handler, so the first one is not even its context.
    """
    failures: list[str] = []
    results: list[Entity] = []
    outer = _reading.set(failures)
    try:
        results = read()
    except RecognizerError:
        raise
    except OutOfTime:
        failures.append("TimeoutError")
    except Exception as error:
        failures.append(type(error).__name__)
    finally:
        _reading.reset(outer)
    if failures:
        raise RecognizerError(f"Presidio failed: {failures[0]}") from None
    return results
