"""The matches of Presidio's e-mail pattern in linear time.

The pattern takes quadratic time on a long run without an ``@``, and on one that no
domain follows. Whether it matches hangs on what stands around an ``@``, and where it
starts on the run before: so it is tried once for each ``@``.
"""

from collections.abc import Callable, Iterator
from typing import Any

EMAIL = "2a17104a27b5da07"
"""The digest of Presidio's pattern; see ``presidio_fast.digest``."""

_LOCAL = r"!#$%&'*+\-/=?^_`{|}~\w"


def mails(compiled: Any, timeout: float) -> Callable[[str], Iterator[Any]]:
    """The matches that the compiled pattern finds, given its digest is ``EMAIL``."""
    import regex  # type: ignore[import-untyped]  # it has no types

    run = regex.compile(rf"(?<![{_LOCAL}.])[{_LOCAL}.]++(?=@)")
    first = regex.compile(rf"\b[{_LOCAL}]")
    dotted = regex.compile(r"@\w+(?:-+\w+)*\.\w")  # how what follows must begin

    def finditer(text: str) -> Iterator[Any]:
        end = 0
        for before in run.finditer(text, timeout=timeout):
            start = first.search(
                text, max(before.start(), end), before.end(), timeout=timeout
            )
            if start is None or before[0].endswith("."):
                continue
            if not dotted.match(text, before.end(), timeout=timeout):
                continue
            match = compiled.match(text, start.start(), timeout=timeout)
            if match is not None:
                end = match.end()
                yield match

    return finditer
