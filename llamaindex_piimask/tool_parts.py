"""A tool as the framework has it: how it is called, by what name, what it gives."""

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

from llama_index.core.base.llms.types import (
    AudioBlock,
    ChatMessage,
    CitableBlock,
    CitationBlock,
    DocumentBlock,
    ImageBlock,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
)
from llama_index.core.schema import BaseNode, NodeWithScore
from llama_index.core.tools import AsyncBaseTool, BaseTool, ToolOutput
from pydantic.fields import FieldInfo
from wrapt import BoundFunctionWrapper

from piimask_core.tree import Types, Visit, walk

from .messages import map_block, map_message
from .nodes import map_node, map_scored

_BLOCKS = (
    *(AudioBlock, CitableBlock, CitationBlock, DocumentBlock, ImageBlock),
    *(TextBlock, ThinkingBlock, ToolCallBlock),
)
KNOWN: Types = {
    NodeWithScore: map_scored,
    BaseNode: map_node,
    ChatMessage: map_message,
    **dict.fromkeys(_BLOCKS, map_block),
}


def map_raw(value: Any, visit: Visit) -> Any:
    return walk(value, visit, types=KNOWN, other=lambda leaf: visit(str(leaf)))


def bare(tool: BaseTool, method: str) -> Callable[..., Any]:
    """The method without the framework's span, which would show its arguments."""
    found: Callable[..., Any] = getattr(tool, method)
    if isinstance(found, BoundFunctionWrapper):
        found = found.__wrapped__
    return found


async def awaited(tool: BaseTool, args: Any, kwargs: Any) -> Any:
    if isinstance(tool, AsyncBaseTool):
        return await bare(tool, "acall")(*args, **kwargs)
    return await asyncio.to_thread(bare(tool, "__call__"), *args, **kwargs)


def parameters_of(tool: BaseTool) -> list[str]:
    return list(tool.metadata.get_parameters_dict().get("properties", ()))


def names_of(tool: BaseTool, count: int) -> list[str]:
    """What the first so many arguments are called; nothing is declared for others."""
    known = parameters_of(tool)
    return [known[i] if i < len(known) else "" for i in range(count)]


def signature_of(function: Callable[..., Any]) -> inspect.Signature:
    """For those who look at it; defaults that are fields are filled in by the tool."""
    told = inspect.signature(function)
    return told.replace(
        parameters=[
            each.replace(default=None) if isinstance(each.default, FieldInfo) else each
            for each in told.parameters.values()
        ]
    )


def told_as_output(name: str, output: ToolOutput | Exception) -> ToolOutput:
    """An error as agents tell it."""
    if isinstance(output, ToolOutput):
        return output
    text = str(output)
    told = ToolOutput(name, text, raw_input={}, raw_output=text, is_error=True)
    if hasattr(told, "exception"):
        told._exception = output
    return told


def is_a_pause(output: object) -> bool:
    """A tool that waits for somebody tells the workflow so by an exception."""
    is_raised = isinstance(output, Exception)
    return is_raised and type(output).__module__.split(".")[0] == "workflows"
