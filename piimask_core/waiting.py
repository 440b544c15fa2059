"""Masking from an event loop: what may wait for a vault waits in a thread."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from .vault import MemoryVault, Vault

T = TypeVar("T")


async def aside(vault: Vault, call: Callable[[], T]) -> T:
    """What a call gives that may ask this vault; other tasks go on meanwhile.

    A vault in memory never waits, so that no thread is needed. The call sees the
    context variables of the task, such as ``pii_session``.
    """
    if isinstance(vault, MemoryVault):
        return call()
    return await asyncio.to_thread(call)
