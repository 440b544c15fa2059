"""A vault by its address: what an app's settings name."""

from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from ..errors import InputError
from .memory import MemoryVault, Vault

_MODULES = {
    "postgres": "postgres",
    "postgresql": "postgres",
    "redis": "redis",
    "rediss": "redis",
    "unix": "redis",
    "sqlite": "sqlite",
}
"""Scheme -> module of this package with ``vault(url, **options)``; loaded late."""


def vault_from_url(url: str, **options: Any) -> Vault:
    """``memory://``, ``sqlite:///path``, ``redis://host``, ``postgresql://host/name``.

    ``options`` are the vault's own: ``keys=EnvKeys()``, ``ttl=`` ... Raises InputError
    for any other scheme; no message holds the address, for passwords stand in it.
    """
    scheme = urlsplit(url).scheme
    if scheme == "memory":
        sealing = ("keys", "plaintext")  # nothing lies anywhere to be sealed
        return MemoryVault(**{k: v for k, v in options.items() if k not in sealing})
    if scheme not in _MODULES:
        known = ", ".join(sorted({"memory", *_MODULES}))
        raise InputError(f"A vault's address begins with one of: {known}.")
    module = import_module(f".{_MODULES[scheme]}", __package__)
    vault: Vault = module.vault(url, **options)
    return vault
