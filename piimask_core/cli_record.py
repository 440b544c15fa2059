"""``report`` and ``page``: what masks here, and what the audit log says of it."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from .cli_common import MaskerName, masker_of, writer
from .errors import InputError
from .page import page as page_of
from .report import declared, markdown, record
from .sinks import read


def report(
    masker: MaskerName = None,
    declaration: Annotated[
        Path | None,
        typer.Option(
            "--declared", metavar="FILE", help="JSON: patterns, reason, vendor ..."
        ),
    ] = None,
    measured: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="what evaluate --json printed"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Write the record for auditors: each setting that can change what is masked."""
    said = None if declaration is None else declared(declaration)
    told = record(masker_of(masker), said, measured=_measured(measured))
    text = json.dumps(told, indent=1, sort_keys=True) + "\n"
    writer()(text if as_json else markdown(told))


def page(
    log: Annotated[Path, typer.Argument(metavar="LOG", help="JSON lines of events")],
) -> None:
    """Make a page of HTML from an audit log. Its counts are exact: not for all."""
    writer()(page_of(read(log)))


def _measured(path: Path | None) -> dict[str, Any] | None:
    if path is None:
        return None
    try:
        told = json.loads(path.read_bytes())
    except ValueError:
        told = None
    if not isinstance(told, dict):
        raise InputError("Not a measurement: expected what evaluate --json printed.")
    return {Path(name).name: figures for name, figures in told.items()}
