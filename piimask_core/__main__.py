"""The command line: ``python -m piimask_core evaluate FILE``."""

import argparse
import json
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from .entities import Recognizer
from .errors import ExamplesError, PIIMaskError
from .evaluate import THRESHOLD, Example, Report, evaluate, printable, read_jsonl
from .masker import Masker
from .recognizers import default_recognizer


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 if it worked, 2 if it could not."""
    options = _parser().parse_args(arguments)
    try:
        options.command(options)
    except PIIMaskError as error:
        sys.stderr.write(f"piimask_core: {error}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m piimask_core")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_evaluate(commands)
    return parser


def _add_evaluate(commands: Any) -> None:
    what = "measure recall, precision and leaks on labelled text"
    parser = commands.add_parser("evaluate", help=what, description=f"{what}.")
    add = parser.add_argument
    add("files", nargs="+", metavar="FILE", help="JSON lines with text and spans")
    add("--recognizer", metavar="MODULE:NAME", help="MODULE:NAME() calls NAME for it")
    add(
        "--threshold",
        type=float,
        default=THRESHOLD,
        help="default: %(default)s; a masker has its own",
    )
    add("--only-types", type=_types, default=(), metavar="TYPE,...")
    add("--ignore", type=_types, default=(), metavar="TYPE,...", help="not judged")
    add("--per", choices=("type", "category"), help="one table (default: both)")
    add("--json", action="store_true", help="print JSON")
    add("--misses", type=int, default=0, metavar="N", help="list N leaked values")
    add("--show-text", action="store_true", help="with their text: PERSONAL DATA")
    parser.set_defaults(command=_evaluate)


def _types(listed: str) -> list[str]:
    return [each.strip() for each in listed.split(",") if each.strip()]


def _evaluate(options: argparse.Namespace) -> None:
    finder = _finder(options.recognizer)
    reports: dict[str, Any] = {}
    for path in options.files:
        examples = list(read_jsonl(path))
        if not examples:
            raise ExamplesError(f"{Path(path).name}: no examples")
        report = evaluate(
            finder,
            examples,
            threshold=options.threshold,
            only_types=options.only_types,
            ignore=options.ignore,
        )
        misses = _misses(report, examples, options)
        if options.json:
            reports[path] = report.to_dict() | {"misses": misses}
            continue
        tables = report.table(options.per) if options.per else str(report)
        lines = [" ".join(map(str, miss.values())) for miss in misses]
        sys.stdout.write("\n".join([f"{path}\n\n{tables}", *lines, ""]))
    if options.json:
        sys.stdout.write(json.dumps(reports, indent=1) + "\n")


def _misses(
    report: Report, examples: Sequence[Example], options: argparse.Namespace
) -> list[dict[str, Any]]:
    """The first of them; the text, in ASCII, only where it was asked for."""
    listed = []
    for miss in report.misses[: max(options.misses, 0)]:
        name = printable(miss.id)
        where = {"type": miss.type, "id": name, "at": f"{miss.start}-{miss.end}"}
        if options.show_text:
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
        raise ExamplesError(f"{name} {problem}")
    return found  # type: ignore[no-any-return]


if __name__ == "__main__":
    sys.exit(main())
