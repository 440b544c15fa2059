"""Nothing around a test may reach the clients: no keys, no proxies, no tracing."""

import os
from collections.abc import Iterator

import pytest
from langsmith.utils import get_env_var

from wire.server import WireServer

FOREIGN = ("OPENAI_", "ANTHROPIC_", "LANGSMITH_", "LANGCHAIN_")


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(FOREIGN) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("LANGSMITH_TRACING", "false")
    monkeypatch.setenv("LANGCHAIN_TRACING_V2", "false")
    get_env_var.cache_clear()  # type: ignore[attr-defined]  # overloads hide it


@pytest.fixture
def server() -> Iterator[WireServer]:
    with WireServer() as running:
        yield running
