"""Where text stands in what a graph is given and what it passes on."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from langchain_core.runnables import Runnable

from piimask_core.tree import Types, Visit, walk

from .messages import TYPES


def is_graph(runnable: Runnable[Any, Any]) -> bool:
    """Whether it is a compiled graph, so that langgraph is loaded already."""
    kinds: Sequence[type] = type(runnable).__mro__
    return any(k.__module__ == "langgraph.pregel.main" for k in kinds)


def map_graph(tree: Any, visit: Visit) -> Any:
    """Every text in a state, a command, a result: whatever one node gives another."""
    return walk(tree, visit, types=graph_types())


@cache
def graph_types() -> Types:
    """What messages are made of, and the packets of langgraph."""
    from langgraph.types import Send

    return {**TYPES, Send: _map_send}


def _map_send(send: Any, visit: Visit) -> Any:
    return type(send)(send.node, map_graph(send.arg, visit))
