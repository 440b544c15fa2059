"""LlamaIndex's roads to a model, for the page that says which are covered."""

import asyncio
import ssl
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from llama_index.core.response_synthesizers import ResponseMode

from coverage_matrix import Cell, page
from piimask_core import InputError
from wire.llamaindex_cells import CLIENTS, PLACEMENTS, QUERY_ENGINES, WAYS, query
from wire.llamaindex_talks import (
    AGENTS,
    CHATS,
    MEMORIES,
    bare_agent,
    bare_chat,
    chat,
    not_around,
    run_agent,
)
from wire.server import WireServer

PAGE = Path(__file__).parents[2] / "docs" / "llamaindex-coverage.md"
TITLE = "What is covered in LlamaIndex"
ABOUT = (
    "Made by going each road with `llama-index-llms-openai` and with"
    " `llama-index-llms-anthropic`, against a server on this machine that records every"
    " byte: `yes` says that with both of them no value was sent, the lookup found what"
    " the real query finds, and answer, sources, tool arguments and history are real"
    " (where `mask_tool` stands alone, they hold placeholders, and the answer comes"
    " back real when the app unmasks it). A notebook is a call without `await` inside a"
    " running event loop. The modes `no_text` and `context_only` ask no model for an"
    " answer.\n\nTo write this page anew: `PYTHONPATH=tests:. python -m"
    " wire.llamaindex_coverage`. The tests fail where it does not say what happens."
)

NO_STREAM = "LlamaIndex itself cannot stream an accumulated answer."
NO_EDGE = (
    "`PIIMaskQueryEngine` takes query engines only; a chat engine or an agent keeps a"
    " history, and is masked at its model."
)
IN_A_LOOP = "An agent has no call without `await`."

Going = Callable[[WireServer, str], Coroutine[Any, Any, None]]


def with_each_client(going: Going) -> None:
    """Go it once with each, each time with a server and an event loop of its own."""
    with one_ssl_context():
        for client in CLIENTS:
            with WireServer() as server:
                run(going(server, client))


def run(what: Coroutine[Any, Any, None]) -> None:
    """Await in a loop of its own, leaving the thread's current one alone."""
    loop = asyncio.new_event_loop()
    try:
        loop.run_until_complete(what)
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


@contextmanager
def one_ssl_context() -> Iterator[None]:
    """No road here is encrypted, and making a context takes longer than going it."""
    with patch.object(ssl, "create_default_context", _context):
        yield


@cache
def _context(*args: Any, **kwargs: Any) -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def cells() -> Iterator[Cell]:
    """Every engine in every mode, placement and way."""
    for kind in QUERY_ENGINES:
        modes = [ResponseMode.COMPACT] if kind == "SQL" else list(ResponseMode)
        for mode in modes:
            for placement in PLACEMENTS:
                yield from _queries(kind, mode, placement)
    for kind in CHATS:
        for memory in MEMORIES:
            yield from _chats(kind, memory)
    for kind in AGENTS:
        yield from _agents(kind)


def _queries(kind: str, mode: ResponseMode, placement: str) -> Iterator[Cell]:
    road = f"query engine, {kind}" + ("" if kind == "SQL" else f", {mode.value}")
    for name, way in WAYS.items():
        no_stream = way.streams and "accumulate" in mode.value

        async def going(server: WireServer, client: str, way: Any = way) -> None:
            await query(server, kind, mode, placement, way, client)

        reason = NO_STREAM if no_stream else ""
        go = partial(with_each_client, going)
        yield Cell(road, f"`{placement}`", name, go, reason, ValueError)


def _chats(kind: str, memory: str) -> Iterator[Cell]:
    road = f"chat engine, {kind}, {memory}"
    for at_rest in (False, True):
        placement = f"`PIIMaskedLLM`{' and `PIIMaskMemory`' if at_rest else ''}"
        for name, way in WAYS.items():

            async def going(
                server: WireServer, client: str, way: Any = way, rests: bool = at_rest
            ) -> None:
                await chat(server, kind, memory, rests, way, client)

            yield Cell(road, placement, name, partial(with_each_client, going))
    yield from _not_around(road, partial(bare_chat, kind))


def _agents(kind: str) -> Iterator[Cell]:
    for placement in ("PIIMaskedLLM", "mask_tool"):
        real_state = placement == "PIIMaskedLLM"
        for name, way in WAYS.items():

            async def going(
                server: WireServer, client: str, way: Any = way, real: bool = real_state
            ) -> None:
                await run_agent(server, kind, real, way, client)

            reason = "" if way.is_async else IN_A_LOOP
            go = partial(with_each_client, going)
            yield Cell(
                f"agent, {kind}", f"`{placement}`", name, go, reason, RuntimeError
            )
    yield from _not_around(f"agent, {kind}", partial(bare_agent, kind))


def _not_around(road: str, make: Callable[[], Any]) -> Iterator[Cell]:
    for name in WAYS:

        def go() -> None:
            not_around(make())

        yield Cell(road, "`PIIMaskQueryEngine`", name, go, NO_EDGE, InputError)


CELLS = list(cells())


def made() -> str:
    """The page as it has to be."""
    return page(TITLE, ABOUT, CELLS, list(WAYS))


if __name__ == "__main__":
    PAGE.write_text(made())
