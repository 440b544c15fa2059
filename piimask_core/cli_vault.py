"""``erase``, ``export``, ``rotate`` and ``purge``: what a durable vault keeps."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from .audit import Stored
from .cli_common import AuditFile, KeyFile, Session, Tenant, VaultUrl, stored, writer
from .errors import InputError
from .sinks import default_key, hashed, json_lines

_OneSession = Annotated[str, typer.Option(metavar="ID", help="which conversation")]


def erase(
    session: _OneSession = "",
    value: Annotated[
        bool, typer.Option("--value", help="a value, in all sessions; from stdin")
    ] = False,
    tenant: Tenant = "default",
    vault: VaultUrl = None,
    key_file: KeyFile = None,
    audit: AuditFile = None,
) -> None:
    """Forget a conversation, or one value in all of a tenant's: a receipt in JSON.

    The value is read from standard input, for a command line is seen by others.
    """
    if bool(session) == value:
        raise InputError("Either --session ID or --value, with the value on stdin.")
    kept = stored(vault, key_file)
    if value:
        wanted = sys.stdin.read().rstrip("\r\n")
        if not wanted:
            raise InputError("There is no value on standard input.")
        receipts = kept.erase_value(tenant, wanted)
    else:
        receipts = [kept.erase(tenant, session)]
    tell = _teller(audit)
    for each in receipts:
        tell("erased", each.placeholders, each.tenant, each.session)
        _print({"session": each.session, "erased": each.placeholders})


def export(
    session: Session,
    tenant: Tenant = "default",
    vault: VaultUrl = None,
    key_file: KeyFile = None,
    audit: AuditFile = None,
) -> None:
    """Print what is kept of a conversation, as JSON: PERSONAL DATA, in clear."""
    kept = stored(vault, key_file)
    if session not in kept.sessions(tenant):
        raise InputError("This vault has no such session.")
    rows = kept.export(tenant, session)
    _teller(audit)("exported", len(rows), tenant, session)
    for row in rows:
        _print(row)


def rotate(
    vault: VaultUrl = None, key_file: KeyFile = None, audit: AuditFile = None
) -> None:
    """Wrap the key of each session with the newest key; the old one can then go."""
    count = stored(vault, key_file).rewrap()
    _teller(audit)("rotated", count, "", "")
    _print({"rotated": count})


def purge(
    vault: VaultUrl = None, key_file: KeyFile = None, audit: AuditFile = None
) -> None:
    """Forget each conversation whose time is over."""
    count = stored(vault, key_file).purge()
    _teller(audit)("purged", count, "", "")
    _print({"purged": count})


def _print(row: object) -> None:
    writer()(json.dumps(row) + "\n")


def _teller(path: Path | None) -> Callable[[str, int, str, str], None]:
    sink, key = None if path is None else json_lines(path), default_key()

    def tell(what: str, count: int, tenant: str, session: str) -> None:
        if sink is not None:
            event = Stored(
                what,  # type: ignore[arg-type]  # checked by the schema
                count,
                at=time.time(),
                tenant=hashed(key, tenant) if tenant else "",
                session=hashed(key, tenant, session) if session else "",
            )
            sink(event)

    return tell
