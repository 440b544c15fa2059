"""Which conversation is this? What an app or an enclosing layer says about it.

Ask in a plain function, never in a generator's body: that runs later, somewhere else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import NamedTuple

from .errors import InputError
from .masker import Masker
from .registry import Registry


@dataclass(frozen=True, slots=True)
class Session:
    """The name of a conversation, and whose it is (None: the masker's own tenant)."""

    id: str
    tenant: str | None = None


class Scope(NamedTuple):
    """The registry of a call; ``layered``: a layer around it restores, not we."""

    registry: Registry
    layered: bool


_session: ContextVar[Session | None] = ContextVar("piimask_session", default=None)
_layer: ContextVar[Registry | None] = ContextVar("piimask_layer", default=None)


@contextmanager
def pii_session(session: str, *, tenant: str | None = None) -> Iterator[None]:
    """Everything inside belongs to this conversation, unless something nearer says."""
    undo = _session.set(Session(session, tenant))
    try:
        yield
    finally:
        _session.reset(undo)


@contextmanager
def layer(registry: Registry | None) -> Iterator[None]:
    """Everything inside has been masked with this registry, and will be restored.

    None: everything inside stands outside of any layer, as a tool of the app's does.
    """
    undo = _layer.set(registry)
    try:
        yield
    finally:
        _layer.reset(undo)


def current_session() -> Session | None:
    """The conversation that ``pii_session`` opened around this call."""
    return _session.get()


def enclosing_registry() -> Registry | None:
    """The registry of the layer around this call, which alone restores."""
    return _layer.get()


def scope_of(
    masker: Masker,
    registry: Registry | None = None,
    *,
    enclosing: Registry | None = None,
    carried: Registry | None = None,
    session: str | None = None,
    tenant: str | None = None,
) -> Scope | None:
    """What is said about a call, the nearest first; None if nothing is.

    A registry of the adapter's own > the enclosing layer's > one that the call
    carries > a session that it names > ``pii_session``. Raises InputError where two
    different tenants are named.
    """
    enclosing = enclosing or enclosing_registry()
    ambient = current_session()
    if session is None and ambient is not None:
        session, named = ambient.id, (tenant, ambient.tenant)
    else:
        named = (tenant, None)
    owner = _agreed(masker, *named)
    found = registry or enclosing or carried
    if found is None and session is not None:
        found = masker.registry(session, tenant=owner)
    return None if found is None else Scope(found, found == enclosing)


def ephemeral(masker: Masker) -> Scope:
    """A registry for one call, gone with it."""
    return Scope(Registry(tenant=masker.tenant), False)


def _agreed(masker: Masker, *named: str | None) -> str:
    """The one tenant that is named; the default one names nobody."""
    own = None if masker.tenant == "default" else masker.tenant
    names = {name for name in (own, *named) if name}
    if len(names) > 1:
        raise InputError("Two different tenants are named for one call.")
    return names.pop() if names else masker.tenant
