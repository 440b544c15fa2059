"""Which registry does this call belong to, and does a layer around it restore?"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import ensure_config

from piimask_core import InputError, Masker, Registry
from piimask_core.session import current_session, enclosing_registry

LAYER = "__piimask"
"""Key in ``configurable`` by which an enclosing layer announces itself."""

REGISTRY = "pii_registry"
"""Key in ``configurable`` for a registry object of the app's own."""


class Scope(NamedTuple):
    """The registry of a call; ``layered``: a layer around it restores, not we."""

    registry: Registry
    layered: bool


def scope_of(
    masker: Masker, registry: Registry | None, config: RunnableConfig | None
) -> Scope | None:
    """What is said about this call, the nearest first; None if nothing is.

    A registry of the adapter's own > the enclosing layer's > a registry or a chat
    history in the config > ``session_id`` or ``thread_id`` > ``pii_session``.
    """
    configurable = ensure_config(config).get("configurable") or {}
    enclosing = configurable.get(LAYER) or enclosing_registry()
    tenant = _tenant(masker, configurable)
    found = registry or enclosing or _carried(configurable)
    if found is None and (session := _named(configurable)):
        found = masker.registry(session, tenant=tenant)
    if found is None and (ambient := current_session()):
        found = masker.registry(
            ambient.id, tenant=_agreed(ambient.tenant, tenant, masker.tenant)
        )
    if found is None:
        return None
    return Scope(found, found == enclosing)


def ephemeral(masker: Masker) -> Scope:
    """A registry for one call, gone with it."""
    return Scope(Registry(tenant=masker.tenant), False)


def _carried(configurable: Mapping[str, Any]) -> Registry | None:
    """A registry object in the config, or that of the chat history in it."""
    registry = configurable.get(REGISTRY)
    if registry is None:
        registry = getattr(configurable.get("message_history"), "registry", None)
    if registry is not None and not isinstance(registry, Registry):
        raise InputError(f"configurable[{REGISTRY!r}] is to be a Registry.")
    return registry


def _named(configurable: Mapping[str, Any]) -> str | None:
    session = configurable.get("session_id") or configurable.get("thread_id")
    return None if session is None else str(session)


def _tenant(masker: Masker, configurable: Mapping[str, Any]) -> str | None:
    own = None if masker.tenant == "default" else masker.tenant
    return _agreed(own, configurable.get("tenant_id"), None)


def _agreed(first: str | None, second: str | None, default: str | None) -> str | None:
    """The tenant that both name, or the only one named."""
    if first and second and first != second:
        raise InputError("Two different tenants are named for one call.")
    return first or second or default
