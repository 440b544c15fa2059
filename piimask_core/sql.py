"""SQL that a model wrote: values go beside the statement, never into it."""

from .grammar import candidates
from .restorer import Restorer

_QUOTES = ("'", '"')


def parameterized(
    statement: str, restorer: Restorer, *, mark: str = "?"
) -> tuple[str, list[str]]:
    """The statement with a parameter for each placeholder, and their values in order.

    ``... where mail = '<EMAIL_1>'`` -> ``... where mail = ?``, ``["jane@x.com"]``.
    Quotes around a placeholder go with it. One inside a longer literal stays as it is,
    for a parameter there would be text. ``mark``: how the driver writes a parameter,
    such as ``%s``.
    """
    parts: list[str] = []
    values: list[str] = []
    at = 0
    for found in candidates(statement, issued=restorer.values):
        issued = [each for each, _ in found.readings if each in restorer.values]
        start, end = found.start, found.end
        quote = statement[start - 1 : start]
        is_quoted = quote in _QUOTES and statement[end : end + 1] == quote
        before = statement[: start - is_quoted]
        is_inside = any(before.count(each) % 2 for each in _QUOTES)
        if len(issued) != 1 or is_inside:
            continue
        parts += statement[at : start - is_quoted], mark
        values.append(restorer.values[issued[0]])
        at = end + is_quoted
    return "".join([*parts, statement[at:]]), values
