"""What all tests need around them."""

import asyncio
import inspect
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _event_loop(request: pytest.FixtureRequest) -> Iterator[None]:
    """LlamaIndex's plain calls take the thread's loop, or make one and leave it."""
    if inspect.iscoroutinefunction(getattr(request, "function", None)):
        yield
        return
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()
