"""Mask and unmask around any client, without a framework."""

from functools import cache

from .masker import Masker, T
from .registry import Registry


@cache
def default_masker() -> Masker:
    """What every adapter uses that is given no masker."""
    return Masker()


def mask(tree: T, registry: Registry | None = None) -> tuple[T, Registry]:
    """The masked text (or nest of texts), and the registry that can turn it back."""
    registry = registry or Registry()
    return default_masker().mask(tree, registry), registry


def unmask(tree: T, registry: Registry) -> T:
    """The text (or nest of texts) with its values back."""
    return default_masker().unmask(tree, registry)
