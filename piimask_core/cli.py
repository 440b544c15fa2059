"""The command line: ``llm-piimask``, the same as ``python -m piimask_core``.

Whatever goes wrong is told in one line on standard error, with status 2 and without a
value: neither the text, nor what was typed as an argument.
"""

import sys
from collections.abc import Sequence
from typing import Any

import typer

from .cli_chat import chat
from .cli_common import ReaderGone
from .cli_evaluate import evaluate_files
from .cli_mask import mask, unmask
from .cli_record import page, report
from .cli_vault import erase, export, purge, rotate
from .errors import PIIMaskError

app = typer.Typer(
    name="llm-piimask",
    help="Mask personal data before it reaches a language model, and restore it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (mask, unmask, chat, report, page, erase, export, rotate, purge):
    app.command()(command)
app.command("evaluate")(evaluate_files)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; 0 if it worked, 2 if it could not."""
    problem = ""
    try:
        run = typer.main.get_command(app)
        given = sys.argv[1:] if arguments is None else list(arguments)
        result: Any = run.main(given, "llm-piimask", standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except PIIMaskError as error:
        problem = str(error)
    except ReaderGone:
        return 0
    except (KeyboardInterrupt, typer.Abort):
        sys.stderr.write("llm-piimask: stopped\n")
        return 130
    except SystemExit:
        raise
    except BaseException as error:
        problem = _said(error)
    sys.stderr.write(f"llm-piimask: {problem}\n")
    return 2


def _said(error: BaseException) -> str:
    """What is wrong with a command line, in our words: theirs repeat what was typed."""
    kind = type(error).__name__
    parameter = getattr(error, "param", None)
    if kind == "NoArgsIsHelpError":
        return "which command? See --help."
    if parameter is not None:
        flag = next(iter(getattr(parameter, "opts", [])), parameter.name)
        what = (
            "is missing" if kind == "MissingParameter" else "cannot be used like this"
        )
        return f"{flag} {what}. See --help."
    if hasattr(error, "exit_code"):
        return "there is no such command, option or argument. See --help."
    if isinstance(error, UnicodeError):
        return "the text is not UTF-8."
    if isinstance(error, OSError):
        return f"a file cannot be used: {error.strerror}."
    return f"failed: {kind}."
