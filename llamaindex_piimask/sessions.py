"""Which registry does this call belong to, and does a layer around it restore?"""

from typing import NamedTuple

from piimask_core import InputError, Masker, MemoryVault, Registry
from piimask_core.session import Session, current_session, enclosing_registry


class Scope(NamedTuple):
    """The registry of a call; ``layered``: a layer around it restores, not we."""

    registry: Registry
    layered: bool


def scope_of(masker: Masker, registry: Registry | None) -> Scope | None:
    """What is said about this call, the nearest first; None if nothing is.

    A registry given by the app > the enclosing layer's > ``pii_session``. Ask in the
    plain function, never in a generator's body: that runs later, somewhere else.
    """
    enclosing = enclosing_registry()
    found = registry or enclosing or _ambient(masker)
    return Scope(found, found == enclosing) if found else None


def ephemeral(masker: Masker) -> Scope:
    """A registry for one call, gone with it."""
    return Scope(Registry(tenant=masker.tenant, vault=MemoryVault()), False)


def _ambient(masker: Masker) -> Registry | None:
    session = current_session()
    if session is None:
        return None
    return masker.registry(session.id, tenant=_tenant(masker, session))


def _tenant(masker: Masker, session: Session) -> str:
    own = masker.tenant
    if session.tenant and own != "default" and session.tenant != own:
        raise InputError("Two different tenants are named for one call.")
    return session.tenant or own
