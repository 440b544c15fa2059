"""``chat``: try a conversation, and see what the model would see of it."""

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from .cli_common import MaskerName, masker_of, named
from .errors import InputError


def chat(
    masker: MaskerName = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="MODULE:NAME", help="text -> answer; else an echo"),
    ] = None,
) -> None:
    """Talk, line by line: what you wrote, what is sent, what comes back, what you get.

    Nothing is kept, and the built-in model only repeats what it is sent. End with an
    empty line or Ctrl-D.
    """
    shield = masker_of(masker)
    answer = _echo if model is None else named(model, what="model")
    if not callable(answer):
        raise InputError("The model is something that cannot be called.")
    registry = shield.registry("chat")
    console = Console(highlight=False, soft_wrap=True)
    while line := _asked(console):
        sent = shield.mask(line, registry)
        got = answer(sent)
        if not isinstance(got, str):
            raise InputError("The model's answer is not a text.")
        views = (("you", line), ("sent", sent), ("model", got))
        for name, text in (*views, ("get", shield.unmask(got, registry))):
            console.print(Text(f"{name:>6}  ", "bold cyan"), Text(_shown(text)), sep="")


def _asked(console: Console) -> str:
    if sys.stdin.isatty():
        console.print("> ", end="", style="bold")
    return sys.stdin.readline().rstrip("\r\n")


def _shown(text: str) -> str:
    """Without what a terminal would obey."""
    return "".join(c if c.isprintable() or c == "\t" else "?" for c in text)


def _echo(text: str) -> str:
    return f"I have noted: {text}"
