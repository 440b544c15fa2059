"""Where text stands in LangChain's messages, and what of it must never be touched."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from langchain_core.documents import Document
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from langchain_core.prompt_values import (
    ChatPromptValue,
    PromptValue,
    StringPromptValue,
)
from pydantic import BaseModel

from piimask_core.instruction import with_instruction
from piimask_core.tree import (
    SCHEMAS,
    Types,
    Visit,
    from_source,
    walk,
    walk_json,
    walk_schema,
)

M = TypeVar("M", bound=BaseMessage)

REASONING = {"thinking", "reasoning", "redacted_thinking", "reasoning_content"}
"""Blocks that a provider signs: never altered in either direction."""

STRUCTURE = {"type", "id", "index", "signature", "tool_use_id", "call_id", "status"}
MEDIA = {"image", "image_url", "audio", "video", "file", "input_image", "input_audio"}
_BYTES = {"data", "base64", "url", "image_url", "file_data", "file_id", "mime_type"}
JSON_TEXT = {"args", "arguments", "partial_json"}
"""Keys whose text is JSON: it is masked and restored on the parsed tree."""

ARGUMENTS = {*JSON_TEXT, "input", "action"}
"""Keys of a call that hold what its tool gets."""

_SOURCES = {
    HumanMessage: "user",
    AIMessage: "model",
    ToolMessage: "tool",
    FunctionMessage: "tool",
}
_BLOCK_SOURCES = {
    "document": "document",
    "search_result": "document",
    "tool_result": "tool",
}
_NOT_SENT = {"artifact", "response_metadata", "usage_metadata"}
_WORDS = {
    *(*STRUCTURE, *MEDIA, *REASONING, *_BYTES, *ARGUMENTS, *_BLOCK_SOURCES),
    *("text", "content", "name", "source", "title", "function", "success", "stop"),
    *("human", "ai", "AIMessageChunk", "system", "tool"),
    *("tool_use", "tool_call", "tool_call_chunk", "function_call", "input_json_delta"),
}
"""The formats' own, in places that no walker visits: they tell of nobody, even if one
is somebody's password."""

_BASE64 = re.compile(r"(?:data:[^,]{1,200},)?[A-Za-z0-9+/_\-\s]+={0,2}\s*")
_LONG = 20_000
"""Characters: longer base64 is a picture, a sound or a file."""


def map_any(tree: Any, visit: Visit) -> Any:
    """Every text in a chain's input or output: messages, prompts, documents, nests."""
    return walk(tree, visit, types=TYPES)


def map_messages(messages: Sequence[BaseMessage], visit: Visit) -> list[BaseMessage]:
    """The messages mapped; system messages last, so that their values number last."""
    order = sorted(
        range(len(messages)), key=lambda i: isinstance(messages[i], SystemMessage)
    )
    mapped = {i: map_message(messages[i], visit) for i in order}
    return [mapped[i] for i in range(len(messages))]


def map_message(message: M, visit: Visit) -> M:
    """A copy with ``visit`` applied to everything in it that a model may read.

    A visit with a method ``arguments`` maps what tools get itself.
    """
    visit = from_source(visit, _source(message))
    update: dict[str, Any] = {"content": map_content(message.content, visit)}
    if message.name:
        update["name"] = visit(message.name)
    if message.additional_kwargs:
        update["additional_kwargs"] = map_json(message.additional_kwargs, visit)
    if isinstance(message, AIMessage):
        update |= _mapped_calls(message, visit)
        if message.tool_calls or message.invalid_tool_calls:
            # OpenAI's own copy of the same calls
            update.setdefault("additional_kwargs", {}).pop("tool_calls", None)
    return message.model_copy(update=update)


def map_whole(message: M, visit: Visit) -> M:
    """The same, and what only the app reads of it: a tool's artifact."""
    mapped = map_message(message, visit)
    artifact = getattr(message, "artifact", None)
    if artifact is None:
        return mapped
    told = walk(artifact, from_source(visit, "tool"), types=TYPES)
    return mapped.model_copy(update={"artifact": told})


def map_content(content: Any, visit: Visit) -> Any:
    """A message's content: a text, or a list of texts and blocks."""
    if isinstance(content, str):
        return visit(content)
    return map_blocks(content, visit)


def map_blocks(blocks: Sequence[Any], visit: Visit) -> list[Any]:
    """Content blocks; a value that is cut by the border of two texts is one value.

    Where there is such a one, these texts become one block.
    """
    mapped: list[Any] = []
    at = 0
    while at < len(blocks):
        run = blocks[at : at + _texts_in_a_row(blocks[at:])] or blocks[at : at + 1]
        each = [map_block(block, visit) for block in run]
        if len(run) > 1:
            whole = visit("".join(map(_text_of, run)))
            if whole != "".join(map(_text_of, each)):
                each = [_as_one(each, whole)]
        mapped += each
        at += len(run)
    return mapped


def _texts_in_a_row(blocks: Sequence[Any]) -> int:
    """How many of the first blocks are texts, none of which ends a line."""
    count = 0
    for block in blocks:
        text = _text_of(block)
        if not isinstance(text, str) or (count and text.startswith("\n")):
            break
        count += 1
        if text.endswith("\n"):
            break
    return count


def _text_of(block: Any) -> Any:
    if isinstance(block, str):
        return block
    is_text = block.get("type") in ("text", "input_text", "output_text")
    return block.get("text") if is_text else None


def _as_one(blocks: Sequence[Any], text: str) -> Any:
    """The blocks as one, with all that they say of themselves; the last says it."""
    if all(isinstance(block, str) for block in blocks):
        return text
    said = [block for block in blocks if not isinstance(block, str)]
    merged = {key: value for block in said for key, value in block.items()}
    if "index" in said[0]:
        merged["index"] = said[0]["index"]
    return {**merged, "text": text}


def map_block(block: Any, visit: Visit) -> Any:
    """One content block; reasoning and the bytes of media stay as they are."""
    if isinstance(block, str):
        return visit(block)
    kind = block.get("type")
    if kind in REASONING:
        return block
    if kind in MEDIA:
        return _map_media(block, visit)
    if kind in _BLOCK_SOURCES:
        visit = from_source(visit, _BLOCK_SOURCES[kind])
    tool = tool_of(block)
    return {key: _map_part(key, value, visit, tool) for key, value in block.items()}


def tool_of(call: Mapping[str, Any]) -> str:
    """The tool that a dict calls, where it is a call; else nothing."""
    name, kind = call.get("name"), call.get("type")
    if isinstance(name, str):
        return name
    return kind if isinstance(kind, str) and kind.endswith("_call") else ""


def map_json(tree: Any, visit: Visit) -> Any:
    """Every text in JSON-like data, keys included; any other object stays."""
    if isinstance(tree, Mapping):
        tool = tool_of(tree)
        return {
            visit(key) if isinstance(key, str) else key: _map_value(
                key, value, visit, tool
            )
            for key, value in tree.items()
        }
    if isinstance(tree, list | tuple):
        return [map_json(item, visit) for item in tree]
    return walk(tree, visit, other=_as_it_is)


def map_settings(settings: Mapping[str, Any], visit: Visit) -> dict[str, Any]:
    """What a request is made with: of tools what they tell, of others every text."""
    return {
        key: walk_schema(value, visit) if key in SCHEMAS else map_json(value, visit)
        for key, value in settings.items()
    }


def every_text(sent: Any) -> Iterator[str]:
    """Every text in what is about to be sent, also where no walker goes.

    Not the formats' own words, nor long base64 in media.
    """
    if isinstance(sent, str):
        if sent not in _WORDS:
            yield sent
    elif isinstance(sent, BaseModel):
        for name, value in sent:
            if name not in _NOT_SENT or not isinstance(sent, BaseMessage):
                yield from every_text(value)
    elif isinstance(sent, Mapping):
        for key, value in sent.items():
            yield from every_text(key)
            if not (key in _BYTES and _is_file(value)):
                yield from every_text(value)
    elif isinstance(sent, list | tuple | set | frozenset):
        for item in sent:
            yield from every_text(item)


def instruct(messages: list[BaseMessage], instruction: str) -> list[BaseMessage]:
    """The messages with the instruction in the system message, once."""
    system = [i for i, m in enumerate(messages) if _is_system(m)]
    if not instruction or any(instruction in messages[i].text for i in system):
        return messages
    if not system:
        return [SystemMessage(instruction), *messages]
    at = system[0]
    content: Any = messages[at].content
    if isinstance(content, str):
        content = with_instruction(content, instruction)
    else:
        content = [*content, {"type": "text", "text": instruction}]
    told = messages[at].model_copy(update={"content": content})
    return [*messages[:at], told, *messages[at + 1 :]]


def _is_system(message: BaseMessage) -> bool:
    role = message.role if isinstance(message, ChatMessage) else ""
    return isinstance(message, SystemMessage) or role in ("system", "developer")


def _source(message: BaseMessage) -> str:
    return next((s for k, s in _SOURCES.items() if isinstance(message, k)), "app")


def _mapped_calls(message: AIMessage, visit: Visit) -> dict[str, Any]:
    """The fields of a message that hold calls of tools."""
    mapped: dict[str, Any] = {
        "tool_calls": [_map_call(call, visit) for call in message.tool_calls],
        "invalid_tool_calls": [
            _map_call(call, visit) for call in message.invalid_tool_calls
        ],
    }
    if isinstance(message, AIMessageChunk):
        mapped["tool_call_chunks"] = [
            _map_call(call, visit) for call in message.tool_call_chunks
        ]
    return mapped


def _map_call(call: Any, visit: Visit) -> Any:
    mapped = {
        **call,
        "args": map_arguments(tool_of(call), "args", call["args"], visit),
    }
    if call.get("error"):
        mapped["error"] = visit(call["error"])
    return mapped


def map_arguments(tool: str, key: str, arguments: Any, visit: Visit) -> Any:
    """What a tool gets, parsed or as text; a visit may want to know which tool."""
    told = getattr(visit, "arguments", None)
    if told is not None:
        return told(tool, key, arguments)
    if isinstance(arguments, str):
        return walk_json(arguments, visit)
    return map_json(arguments, visit)


def _map_media(block: dict[str, Any], visit: Visit) -> dict[str, Any]:
    """A picture, a sound, a file: its name and captions are text, its bytes are not."""
    mapped = dict(block)
    for key, value in block.items():
        if isinstance(value, dict):
            mapped[key] = _map_media(value, visit)
        elif key not in _BYTES | STRUCTURE:
            mapped[key] = map_json(value, visit)
    return mapped


def _map_part(key: str, value: Any, visit: Visit, tool: str) -> Any:
    """What a block holds under a key."""
    if key in STRUCTURE:
        return value
    if key == "source" and isinstance(value, dict) and value.get("type") != "text":
        return _map_media(value, visit)
    return _map_value(key, value, visit, tool)


def _map_value(key: Any, value: Any, visit: Visit, tool: str) -> Any:
    if key in ARGUMENTS and (tool or (key in JSON_TEXT and isinstance(value, str))):
        return map_arguments(tool, key, value, visit)
    if key == "content" and isinstance(value, list):
        if all(map(_is_block, value)):
            return map_blocks(value, visit)
        return [
            map_block(item, visit) if _is_block(item) else map_json(item, visit)
            for item in value
        ]
    return map_json(value, visit)


def _is_file(value: Any) -> bool:
    """Whether this is base64, and too long to be read."""
    return (
        isinstance(value, str)
        and len(value) > _LONG
        and _BASE64.fullmatch(value) is not None
    )


def _is_block(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("type"), str)


def map_prompt(prompt: PromptValue, visit: Visit) -> PromptValue:
    """A copy of a prompt: a text, or messages."""
    if isinstance(prompt, StringPromptValue):
        return StringPromptValue(text=visit(prompt.text))
    return ChatPromptValue(messages=map_messages(prompt.to_messages(), visit))


def map_document(document: Document, visit: Visit) -> Document:
    """A copy of a document: its text and whatever its metadata say."""
    visit = from_source(visit, "document")
    return document.model_copy(
        update={
            "page_content": visit(document.page_content),
            "metadata": walk(document.metadata, visit),
        }
    )


TYPES: Types = {
    BaseMessage: map_whole,
    PromptValue: map_prompt,
    Document: map_document,
}


def _as_it_is(leaf: Any) -> Any:
    return leaf
