"""What the commands share: the masker, the vault and the session that options name."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from .errors import InputError
from .masker import Masker
from .registry import Registry
from .sinks import json_lines
from .vault import EnvKeys, FileKeys, StoredVault, Vault, vault_from_url

MaskerName = Annotated[
    str | None,
    typer.Option("--masker", metavar="MODULE:NAME", help="NAME, or NAME(), of an app"),
]
VaultUrl = Annotated[
    str | None,
    typer.Option(
        "--vault", envvar="PIIMASK_VAULT", metavar="URL", help="sqlite:///file.db, ..."
    ),
]
KeyFile = Annotated[
    Path | None,
    typer.Option("--key-file", metavar="FILE", help="keys; else $PIIMASK_KEYS"),
]
Session = Annotated[str, typer.Option(metavar="ID", help="which conversation")]
Tenant = Annotated[str, typer.Option(metavar="ID", help="whose it is")]
AuditFile = Annotated[
    Path | None,
    typer.Option("--audit", metavar="FILE", help="append events to it, as JSON lines"),
]
Input = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="standard input unless given")
]


class ReaderGone(Exception):
    """Whoever reads standard output has read enough, as ``head`` does."""


def named(name: str, *, what: str) -> Any:
    """What ``module:name`` or ``module:name()`` means. Raises InputError."""
    module, _, attribute = name.partition(":")
    if "" not in sys.path:  # an app is named by who stands in its folder
        sys.path.insert(0, "")
    try:
        found = getattr(import_module(module), attribute.removesuffix("()"))
        return found() if attribute.endswith("()") else found
    except Exception as error:
        problem = type(error).__name__
    raise InputError(f"The {what} cannot be had: {problem}.")


def masker_of(
    name: str | None, vault: Vault | None = None, audit: Path | None = None
) -> Masker:
    """The masker of an app, or the default one; with this vault and audit file."""
    masker = Masker() if name is None else named(name, what="masker")
    if not isinstance(masker, Masker):
        raise InputError("The masker is something else.")
    if vault is not None:
        masker = replace(masker, vault=vault)
    if audit is not None:
        masker = replace(masker, audit=json_lines(audit))
    return masker


def vault_of(url: str | None, keys: Path | None) -> Vault | None:
    """The vault that is named, with its keys; None where none is."""
    if url is None:
        return None
    return vault_from_url(url, keys=EnvKeys() if keys is None else FileKeys(keys))


def stored(url: str | None, keys: Path | None) -> StoredVault:
    """The same where there has to be one. Raises InputError."""
    vault = vault_of(url, keys)
    if not isinstance(vault, StoredVault):
        raise InputError("Name a vault that lasts: --vault sqlite:///file.db.")
    return vault


def registry_of(masker: Masker, session: str, tenant: str) -> Registry:
    """The session's registry. Raises InputError where that is no name of one."""
    return masker.registry(session, tenant=tenant or masker.tenant)


@contextmanager
def opened(path: Path | None) -> Iterator[TextIO]:
    """A file, or standard input; line ends as they are, and UTF-8 or an error."""
    if path is None:
        reconfigure = getattr(sys.stdin, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="strict", newline="")
        yield sys.stdin
        return
    with path.open(encoding="utf-8", newline="") as file:
        yield file


def writer() -> Callable[[str], None]:
    """Writes to standard output as it is, at once."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure:
        reconfigure(encoding="utf-8", errors="surrogatepass", newline="")

    def write(text: str) -> None:
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:
            # what stands in the buffer goes nowhere, also when the process ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise ReaderGone from None

    return write
