"""Which conversation this is, as said around a call."""

import asyncio
from threading import Thread

import pytest
from core.helpers import own_registry

from piimask_core import pii_session
from piimask_core.session import (
    Session,
    current_session,
    enclosing_registry,
    layer,
)


def test_outside_nothing_is_said() -> None:
    """No session, no layer."""
    assert current_session() is None
    assert enclosing_registry() is None


def test_everything_inside_belongs_to_the_session() -> None:
    """And nothing after it."""
    with pii_session("s1", tenant="acme"):
        assert current_session() == Session("s1", "acme")

    assert current_session() is None


def test_the_nearest_counts() -> None:
    """Inside another, and back in the outer one."""
    with pii_session("outer"):
        with pii_session("inner"):
            assert current_session() == Session("inner")
        assert current_session() == Session("outer")


def test_an_error_ends_it_too() -> None:
    """The next call is not taken for this conversation."""
    registry = own_registry()

    with pytest.raises(KeyError), pii_session("s"), layer(registry):
        raise KeyError

    assert current_session() is None
    assert enclosing_registry() is None


def test_a_layer_says_which_registry_masks() -> None:
    """Layers nest like sessions."""
    one, two = own_registry(), own_registry()

    with layer(one):
        with layer(two):
            assert enclosing_registry() is two
        assert enclosing_registry() is one


def test_another_thread_is_another_conversation() -> None:
    """A worker does not inherit by accident."""
    seen: list[Session | None] = []

    with pii_session("s"):
        thread = Thread(target=lambda: seen.append(current_session()))
        thread.start()
        thread.join()

    assert seen == [None]


def test_tasks_inherit_and_keep_apart() -> None:
    """Two tasks at once each see their own."""

    async def ask(name: str) -> Session | None:
        with pii_session(name):
            await asyncio.sleep(0)
            return current_session()

    async def both() -> list[Session | None]:
        with pii_session("outer"):
            inner = await asyncio.gather(ask("a"), ask("b"))
            return [*inner, await asyncio.create_task(read())]

    async def read() -> Session | None:
        return current_session()

    assert asyncio.run(both()) == [Session("a"), Session("b"), Session("outer")]
