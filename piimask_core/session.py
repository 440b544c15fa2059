"""Which conversation is this? What an app or an enclosing layer says about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from .registry import Registry


@dataclass(frozen=True, slots=True)
class Session:
    """The name of a conversation, and whose it is (None: the masker's own tenant)."""

    id: str
    tenant: str | None = None


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
def layer(registry: Registry) -> Iterator[None]:
    """Everything inside has been masked with this registry, and will be restored."""
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
