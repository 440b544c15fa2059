"""``mask`` and ``unmask``: files, and pipes that are read as they come."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.console import Console
from rich.progress import Progress

from .cli_common import (
    AuditFile,
    Input,
    KeyFile,
    MaskerName,
    Session,
    Tenant,
    VaultUrl,
    masker_of,
    opened,
    registry_of,
    vault_of,
    writer,
)

PIECE = 100_000
"""Characters that are masked together, at least, up to where a paragraph ends."""

Stream = Annotated[
    bool, typer.Option("--stream", help="each line by itself, as soon as it is read")
]


def mask(
    file: Input = None,
    stream: Stream = False,
    session: Session = "cli",
    tenant: Tenant = "",
    vault: VaultUrl = None,
    key_file: KeyFile = None,
    masker: MaskerName = None,
    audit: AuditFile = None,
) -> None:
    """Replace personal data in a text by placeholders.

    Without --vault nothing is kept: then the placeholders cannot be restored.
    """
    kept = vault_of(vault, key_file)
    shield = masker_of(masker, kept, audit)
    registry = registry_of(shield, session, tenant)
    write = writer()
    for piece in _pieces(file, by_line=stream):
        write(shield.mask(piece, registry))
    if kept is None and sys.stderr.isatty():
        sys.stderr.write("llm-piimask: no --vault, so this cannot be restored\n")


def unmask(
    file: Input = None,
    session: Session = "cli",
    tenant: Tenant = "",
    vault: VaultUrl = None,
    key_file: KeyFile = None,
    masker: MaskerName = None,
    audit: AuditFile = None,
    sink: Annotated[str, typer.Option(help="where the text goes: html, csv ...")] = (
        "text"
    ),
) -> None:
    """Put values back into a text; what it does not know stays as it is."""
    kept = vault_of(vault, key_file)
    shield = masker_of(masker, kept, audit)
    registry = registry_of(shield, session, tenant)
    restorer = shield.restorer(registry)
    back, write = restorer.stream(sink=sink), writer()
    for piece in _pieces(file, by_line=True):
        write(back.feed(piece))
    write(back.flush())
    if restorer.unrestored:
        count = len(restorer.unrestored)
        sys.stderr.write(f"llm-piimask: {count} kinds of placeholders stayed\n")


def _pieces(path: Path | None, *, by_line: bool) -> Iterator[str]:
    """The text in pieces that end with a line; a bar shows how far a file is read."""
    with opened(path) as file:
        if path is None or by_line or path.stat().st_size <= PIECE:
            yield from _read(file, by_line=by_line)
            return
        console = Console(stderr=True)
        bars = Progress(
            console=console,
            transient=True,
            disable=not console.is_terminal,
            redirect_stdout=False,  # the text is no part of the bar
            redirect_stderr=False,
        )
        with bars as progress:
            bar = progress.add_task("masking", total=path.stat().st_size)
            for piece in _read(file, by_line=False):
                yield piece
                progress.advance(bar, len(piece.encode()))


def _read(file: TextIO, *, by_line: bool) -> Iterator[str]:
    """By lines, or by paragraphs: a value may stand on several lines."""
    if by_line:
        yield from file
        return
    lines, size = [], 0
    for line in file:
        lines.append(line)
        size += len(line)
        if size > (PIECE if not line.strip() else 2 * PIECE):
            yield "".join(lines)
            lines, size = [], 0
    if lines:
        yield "".join(lines)
