"""What LangChain's config says about the conversation that a call belongs to."""

from collections.abc import Mapping
from typing import Any

from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import ensure_config

from piimask_core import InputError, Masker, Registry
from piimask_core.session import Scope, enclosing_registry
from piimask_core.session import scope_of as core_scope_of

LAYER = "__piimask"
"""Key in ``configurable`` by which an enclosing layer announces itself."""

REGISTRY = "pii_registry"
"""Key in ``configurable`` for a registry object of the app's own."""


def scope_of(
    masker: Masker, registry: Registry | None, config: RunnableConfig | None
) -> Scope | None:
    """See ``piimask_core.session.scope_of``.

    A call carries a registry object or a chat history in ``configurable``, and names
    its session as ``session_id`` or ``thread_id``, its tenant as ``tenant_id``.
    """
    configurable = ensure_config(config).get("configurable") or {}
    session = configurable.get("session_id") or configurable.get("thread_id")
    return core_scope_of(
        masker,
        registry,
        enclosing=configurable.get(LAYER),
        carried=_carried(configurable),
        session=None if session is None else str(session),
        tenant=configurable.get("tenant_id"),
    )


def enclosing_of(config: RunnableConfig | None) -> Registry | None:
    """The registry of the layer around a call, if there is one."""
    configurable = ensure_config(config).get("configurable") or {}
    return configurable.get(LAYER) or enclosing_registry()


def _carried(configurable: Mapping[str, Any]) -> Registry | None:
    """A registry object in the config, or that of the chat history in it."""
    registry = configurable.get(REGISTRY)
    if registry is None:
        registry = getattr(configurable.get("message_history"), "registry", None)
    if registry is not None and not isinstance(registry, Registry):
        raise InputError(f"configurable[{REGISTRY!r}] is to be a Registry.")
    return registry
