"""``evaluate``: recall, precision and leaks on labelled text."""

import json
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from .entities import Recognizer
from .errors import ExamplesError
from .evaluate import THRESHOLD, Example, Report, evaluate, printable, read_jsonl
from .masker import Masker
from .recognizers import default_recognizer


def evaluate_files(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE", help="JSON lines with text and spans")
    ],
    recognizer: Annotated[
        str | None,
        typer.Option(metavar="MODULE:NAME", help="MODULE:NAME() calls NAME for it"),
    ] = None,
    threshold: Annotated[float, typer.Option(help="a masker has its own")] = THRESHOLD,
    only_types: Annotated[str, typer.Option(metavar="TYPE,...")] = "",
    ignore: Annotated[str, typer.Option(metavar="TYPE,...", help="not judged")] = "",
    per: Annotated[
        Literal["type", "category"] | None, typer.Option(help="one table, not both")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
    misses: Annotated[int, typer.Option(metavar="N", help="list N leaked values")] = 0,
    show_text: Annotated[
        bool, typer.Option("--show-text", help="with their text: PERSONAL DATA")
    ] = False,
) -> None:
    """Measure recall, precision and leaks on labelled text."""
    finder = _finder(recognizer)
    reports: dict[str, Any] = {}
    for path in files:
        examples = list(read_jsonl(path))
        if not examples:
            raise ExamplesError(f"{printable(Path(path).name)}: no examples")
        report = evaluate(
            finder,
            examples,
            threshold=threshold,
            only_types=_types(only_types),
            ignore=_types(ignore),
        )
        listed = _misses(report, examples, misses, show_text)
        if as_json:
            reports[path] = report.to_dict() | {"misses": listed}
            continue
        tables = report.table(per) if per else str(report)
        lines = [" ".join(map(str, miss.values())) for miss in listed]
        sys.stdout.write("\n".join([f"{path}\n\n{tables}", *lines, ""]))
    if as_json:
        sys.stdout.write(json.dumps(reports, indent=1) + "\n")


def _types(listed: str) -> list[str]:
    return [each.strip() for each in listed.split(",") if each.strip()]


def _misses(
    report: Report, examples: Sequence[Example], most: int, show_text: bool
) -> list[dict[str, Any]]:
    """The first of them; the text, in ASCII, only where it was asked for."""
    listed = []
    for miss in report.misses[: max(most, 0)]:
        name = printable(miss.id)
        where = {"type": miss.type, "id": name, "at": f"{miss.start}-{miss.end}"}
        if show_text:
            where["text"] = ascii(examples[miss.row].text[miss.start : miss.end])
        listed.append(where)
    return listed


def _finder(name: str | None) -> Recognizer | Masker:
    """What ``module:name`` means, or the default recognizer."""
    if name is None:
        return default_recognizer()
    module, _, attribute = name.partition(":")
    problem = None
    try:
        found = getattr(import_module(module), attribute.removesuffix("()"))
        found = found() if attribute.endswith("()") else found
    except Exception as error:
        problem = f"cannot be had: {type(error).__name__}"
    else:
        if not isinstance(found, Masker) and not callable(found):
            problem = "is neither a recognizer nor a masker"
    if problem:
        raise ExamplesError(f"The recognizer {problem}.")
    return found  # type: ignore[no-any-return]  # asked of a module by its name
