"""Where text stands in LangChain's messages, and what of it must never be touched."""

from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.documents import Document
from langchain_core.messages import AIMessage, BaseMessage, SystemMessage
from langchain_core.prompt_values import (
    ChatPromptValue,
    PromptValue,
    StringPromptValue,
)

from piimask_core.instruction import with_instruction
from piimask_core.tree import Types, Visit, walk, walk_json, written

REASONING = {"thinking", "reasoning", "redacted_thinking", "reasoning_content"}
"""Blocks that a provider signs: never altered in either direction."""

_STRUCTURE = {"type", "id", "index", "signature", "tool_use_id", "call_id", "status"}
_MEDIA = {"image", "image_url", "audio", "video", "file", "input_image", "input_audio"}
_BYTES = {"data", "base64", "url", "image_url", "file_data", "file_id", "mime_type"}
JSON_TEXT = {"arguments", "partial_json"}
"""Keys whose text is JSON: it is masked and restored on the parsed tree."""


def map_any(tree: Any, visit: Visit) -> Any:
    """Every text in a chain's input or output: messages, prompts, documents, nests."""
    return walk(tree, visit, types=_TYPES)


def map_messages(messages: Sequence[BaseMessage], visit: Visit) -> list[BaseMessage]:
    """The messages mapped; system messages last, so that their values number last."""
    order = sorted(
        range(len(messages)), key=lambda i: isinstance(messages[i], SystemMessage)
    )
    mapped = {i: map_message(messages[i], visit) for i in order}
    return [mapped[i] for i in range(len(messages))]


def map_message(message: BaseMessage, visit: Visit) -> BaseMessage:
    """A copy with ``visit`` applied to everything in it that a model may read."""
    update: dict[str, Any] = {"content": map_content(message.content, visit)}
    if message.name:
        update["name"] = visit(message.name)
    if message.additional_kwargs:
        update["additional_kwargs"] = map_json(message.additional_kwargs, visit)
    if isinstance(message, AIMessage):
        update["tool_calls"] = [
            {**call, "args": map_json(call["args"], visit)}
            for call in message.tool_calls
        ]
        update["invalid_tool_calls"] = [
            {**call, "args": walk_json(call["args"] or "", visit)}
            for call in message.invalid_tool_calls
        ]
        if message.tool_calls:  # OpenAI's own copy of the same calls
            update.setdefault("additional_kwargs", {}).pop("tool_calls", None)
    return message.model_copy(update=update)


def map_content(content: Any, visit: Visit) -> Any:
    """A message's content: a text, or a list of texts and blocks."""
    if isinstance(content, str):
        return visit(content)
    return [map_block(block, visit) for block in content]


def map_block(block: Any, visit: Visit) -> Any:
    """One content block; reasoning and the bytes of media stay as they are."""
    if isinstance(block, str):
        return visit(block)
    kind = block.get("type")
    if kind in REASONING:
        return block
    if kind in _MEDIA:
        return _map_media(block, visit)
    return {
        key: value if key in _STRUCTURE else _map_value(key, value, visit)
        for key, value in block.items()
    }


def _map_media(block: dict[str, Any], visit: Visit) -> dict[str, Any]:
    """A picture, a sound, a file: its name and captions are text, its bytes are not."""
    mapped = dict(block)
    for key, value in block.items():
        if isinstance(value, dict):
            mapped[key] = _map_media(value, visit)
        elif key not in _BYTES | _STRUCTURE:
            mapped[key] = map_json(value, visit)
    return mapped


def map_json(tree: Any, visit: Visit) -> Any:
    """Every text in JSON-like data, keys included; any other object stays."""
    if isinstance(tree, str):
        return visit(tree)
    if isinstance(tree, Mapping):
        return {
            visit(key) if isinstance(key, str) else key: _map_value(key, value, visit)
            for key, value in tree.items()
        }
    if isinstance(tree, list | tuple):
        return [map_json(item, visit) for item in tree]
    if isinstance(tree, int) and not isinstance(tree, bool):
        return written(tree, visit)
    return tree


def instruct(messages: list[BaseMessage], instruction: str) -> list[BaseMessage]:
    """The messages with the instruction in the system message, once."""
    if not instruction:
        return messages
    at = next((i for i, m in enumerate(messages) if isinstance(m, SystemMessage)), None)
    if at is None:
        return [SystemMessage(instruction), *messages]
    system = messages[at]
    if isinstance(system.content, str):
        content: Any = with_instruction(system.content, instruction)
    elif instruction in str(system.content):
        return messages
    else:
        content = [*system.content, {"type": "text", "text": instruction}]
    told = system.model_copy(update={"content": content})
    return [*messages[:at], told, *messages[at + 1 :]]


def _map_value(key: object, value: Any, visit: Visit) -> Any:
    if key in JSON_TEXT and isinstance(value, str):
        return walk_json(value, visit)
    if key == "source" and isinstance(value, dict) and value.get("type") != "text":
        return _map_media(value, visit)
    if key == "content" and isinstance(value, list):
        return [
            map_block(item, visit) if _is_block(item) else map_json(item, visit)
            for item in value
        ]
    return map_json(value, visit)


def _is_block(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("type"), str)


def _map_prompt(prompt: PromptValue, visit: Visit) -> PromptValue:
    if isinstance(prompt, StringPromptValue):
        return StringPromptValue(text=visit(prompt.text))
    return ChatPromptValue(messages=map_messages(prompt.to_messages(), visit))


def _map_document(document: Document, visit: Visit) -> Document:
    return document.model_copy(
        update={
            "page_content": visit(document.page_content),
            "metadata": walk(document.metadata, visit),
        }
    )


_TYPES: Types = {
    BaseMessage: map_message,
    PromptValue: _map_prompt,
    Document: _map_document,
}
