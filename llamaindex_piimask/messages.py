"""Where text stands in LlamaIndex's messages, and what of it must never be touched."""

import base64
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from llama_index.core.base.llms.types import (
    ChatMessage,
    CitableBlock,
    CitationBlock,
    DocumentBlock,
    MessageRole,
    TextBlock,
    ToolCallBlock,
)
from llama_index.core.schema import ImageDocument
from pydantic import AnyUrl, BaseModel

from piimask_core.instruction import with_instruction
from piimask_core.restore import USER
from piimask_core.restorer import UNNAMED
from piimask_core.tree import Types, Visit, from_source, walk, walk_json

STAMP = "piimask"
"""Key in ``additional_kwargs`` under which memory carries its registry."""

_DEVELOPERS = {MessageRole.SYSTEM, MessageRole.DEVELOPER}
_SOURCES = {
    MessageRole.USER: USER,
    MessageRole.TOOL: "tool",
    MessageRole.FUNCTION: "tool",
    MessageRole.SYSTEM: "app",
    MessageRole.DEVELOPER: "app",
}
"""Who says what stands in a message; the model says all others."""

_STRUCTURE = {
    "call_id",
    "id",
    "index",
    "role",
    "signature",
    "thought_signature",
    "tool_call_id",
    "type",
}
_OPAQUE = re.compile(r"(?=.*[A-Za-z_])[A-Za-z0-9_\-+/=.:]+", re.ASCII)
"""Matches ``call_a1``, ``function``; not ``123-45-6789``, ``jane@example.com``."""

_NAMED = {"arguments", "parameters", "input_schema", "inputSchema"}
"""A dict with one of these is a function; its ``name`` is what it is called by."""

_ARGUMENTS = {"args", "arguments", "input", "parameters", "tool_kwargs"}
"""Where a provider's own copy of a tool call has what the tool gets."""

_MEDIA = re.compile(r"(?:data:[^,]{0,128},)?[A-Za-z0-9+/_\-=\s]*", re.ASCII)
"""Matches ``data:image/png;base64,iVBO``; not ``jane@example.com``."""

_LONG = 65_536

Extra = Callable[[Any, Visit], Any]


def map_messages(messages: Sequence[ChatMessage], visit: Visit) -> list[ChatMessage]:
    """The messages mapped; system messages last, so that their values number last."""
    order = sorted(range(len(messages)), key=lambda i: _is_developers(messages[i]))
    mapped = {i: map_message(messages[i], visit) for i in order}
    return [mapped[i] for i in range(len(messages))]


def map_extra(value: Any, visit: Visit) -> Any:
    """JSON-like data: what names and links its parts stays, the rest is visited."""
    if isinstance(value, str):
        return walk_json(value, visit)
    if isinstance(value, Mapping):
        return _map_dict(value, visit)
    if isinstance(value, list | tuple):
        return [map_extra(item, visit) for item in value]
    if isinstance(value, BaseModel):
        return _map_model(value, visit)
    if callable(value):
        return value
    return walk(value, lambda text: walk_json(text, visit), types=_BYTES)


def map_message(
    message: ChatMessage, visit: Visit, *, extra: Extra = map_extra
) -> ChatMessage:
    """A copy with ``visit`` applied to everything in it that a model may read."""
    visit = from_source(visit, _SOURCES.get(message.role, "model"))
    return message.model_copy(
        update={
            "blocks": map_blocks(message.blocks, visit),
            "additional_kwargs": {
                key: value if _is_opaque(key, value) else extra(value, visit)
                for key, value in message.additional_kwargs.items()
                if key != STAMP
            },
        }
    )


def map_block(block: Any, visit: Visit) -> Any:
    """A copy of one block; thinking and the bytes of media stay as they are."""
    if isinstance(block, TextBlock):
        return block.model_copy(update={"text": visit(block.text)})
    if isinstance(block, ToolCallBlock):
        kwargs = map_arguments(block.tool_name, block.tool_kwargs, visit)
        return block.model_copy(update={"tool_kwargs": kwargs})
    if isinstance(block, CitableBlock):
        return _map_cited(block, visit, content=map_blocks(block.content, visit))
    if isinstance(block, CitationBlock):
        cited = map_block(block.cited_content, visit)
        return _map_cited(block, visit, cited_content=cited)
    if isinstance(block, DocumentBlock):
        return _map_document(block, visit)
    return block


def map_blocks(blocks: Iterable[Any], visit: Visit) -> list[Any]:
    """Neighbouring texts are read in one as well: a value may lie across two."""
    mapped: list[Any] = []
    for is_text, run in groupby(blocks, key=lambda block: isinstance(block, TextBlock)):
        mapped += (_map_texts if is_text else _map_each)(list(run), visit)
    return mapped


def map_arguments(tool: str, arguments: Any, visit: Visit) -> Any:
    """A tool's arguments: a dict, or the text of one.

    A visit that asks which tool it is has a method ``arguments(tool, arguments)``.
    """
    if (told := getattr(visit, "arguments", None)) is not None:
        return told(tool or UNNAMED, arguments)
    if isinstance(arguments, str):
        return walk_json(arguments, visit)
    return walk(arguments, visit, types=_BYTES)


def instruct(
    messages: list[ChatMessage], instruction: str, role: MessageRole
) -> list[ChatMessage]:
    """The messages with the instruction in the system message, once.

    ``role``: that of a system message for this model, where there is none yet.
    """
    if not instruction or any(instruction in (m.content or "") for m in messages):
        return messages
    at = next((i for i, m in enumerate(messages) if _is_developers(m)), None)
    if at is None:
        return [ChatMessage(role=role, content=instruction), *messages]
    told = messages[at].model_copy(
        update={"blocks": _told(messages[at].blocks, instruction)}
    )
    return [*messages[:at], told, *messages[at + 1 :]]


def texts_of(sent: Any) -> list[str]:
    """Every text in what is sent, wherever it stands, but for the bytes of media."""
    texts: list[str] = []

    def note(text: str) -> str:
        texts.append(text)
        return text

    walk(sent, note, other=lambda leaf: isinstance(leaf, AnyUrl) and note(str(leaf)))
    return [text for text in texts if len(text) < _LONG or not _MEDIA.fullmatch(text)]


def _map_each(run: list[Any], visit: Visit) -> list[Any]:
    return [map_block(block, visit) for block in run]


def _map_texts(run: list[TextBlock], visit: Visit) -> list[TextBlock]:
    apart = _map_each(run, visit)
    if len(run) == 1:
        return apart
    whole = visit("".join(block.text for block in run))
    if "".join(block.text for block in apart) == whole:
        return apart
    return [run[0].model_copy(update={"text": whole})]


def _map_cited(block: Any, visit: Visit, **content: Any) -> Any:
    title, source = visit(block.title), visit(block.source)
    return block.model_copy(update={"title": title, "source": source, **content})


def _map_document(block: DocumentBlock, visit: Visit) -> DocumentBlock:
    """The title, and the text of a plain-text file that is given inline."""
    update: dict[str, Any] = {}
    if block.title:
        update["title"] = visit(block.title)
    if isinstance(block.data, bytes) and (block.document_mimetype or "").startswith(
        "text/"
    ):
        update["data"] = _map_encoded(block.data, visit)
    return block.model_copy(update=update)


def _map_encoded(data: bytes, visit: Visit) -> bytes:
    try:
        text = base64.b64decode(data, validate=True).decode()
    except ValueError:
        return data
    return base64.b64encode(visit(text).encode())


def _map_dict(tree: Mapping[Any, Any], visit: Visit) -> dict[Any, Any]:
    keys = [visit(key) if isinstance(key, str) else key for key in tree]
    return dict(zip(keys, _map_values(tree, visit).values(), strict=True))


def _map_model(model: BaseModel, visit: Visit) -> BaseModel:
    """A provider's own object, such as a tool call of OpenAI's client."""
    if isinstance(model, ImageDocument):
        return model
    fields = {**model.__dict__, **(model.model_extra or {})}
    return model.model_copy(update=_map_values(fields, visit))


def _map_values(tree: Mapping[Any, Any], visit: Visit) -> dict[Any, Any]:
    is_function = not _NAMED.isdisjoint(tree)
    return {
        key: value
        if _is_opaque(key, value) or (is_function and _is_name(key, value))
        else _map_value(tree, key, visit)
        for key, value in tree.items()
    }


def _map_value(tree: Mapping[Any, Any], key: Any, visit: Visit) -> Any:
    """One value of a dict; what a tool is called with, as such."""
    if key not in _ARGUMENTS or not hasattr(visit, "arguments"):
        return map_extra(tree[key], visit)
    tool = tree.get("name") or tree.get("tool_name")
    return map_arguments(tool if isinstance(tool, str) else "", tree[key], visit)


def _is_opaque(key: Any, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    return key in _STRUCTURE and _OPAQUE.fullmatch(value) is not None


def _is_name(key: Any, value: Any) -> bool:
    return key == "name" and isinstance(value, str) and value.isidentifier()


def _is_developers(message: ChatMessage) -> bool:
    return message.role in _DEVELOPERS


def _told(blocks: Sequence[Any], instruction: str) -> list[Any]:
    """Into the last text: some providers join texts with nothing between them."""
    at = max(
        (i for i, block in enumerate(blocks) if isinstance(block, TextBlock)),
        default=None,
    )
    if at is None:
        return [*blocks, TextBlock(text=instruction)]
    text = with_instruction(blocks[at].text, instruction)
    told = blocks[at].model_copy(update={"text": text})
    return [*blocks[:at], told, *blocks[at + 1 :]]


def _as_it_is(value: Any, visit: Visit) -> Any:
    return value


_BYTES: Types = {bytes: _as_it_is, bytearray: _as_it_is}
