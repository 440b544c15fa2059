"""Who has said what, where the instruction goes, and what is looked at last."""

import base64
from typing import Any

import pytest
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
from langchain_core.prompt_values import ChatPromptValue
from pydantic import BaseModel

from langchain_piimask.messages import every_text, instruct, map_any, map_message
from piimask_core import Masker, Registry

JANE = "jane@example.com"
CALL: Any = {"name": "f", "args": {"to": JANE}, "id": "1", "type": "tool_call"}
RESULT = {"type": "tool_result", "content": [{"type": "text", "text": JANE}]}


@pytest.mark.parametrize(
    ("given", "source"),
    [
        (JANE, "user"),
        (HumanMessage(JANE), "user"),
        (ChatPromptValue(messages=[HumanMessage("hi", name=JANE)]), "user"),
        (AIMessage(JANE), "model"),
        (AIMessageChunk(content=JANE), "model"),
        (AIMessage("", tool_calls=[CALL]), "model"),
        (ToolMessage(JANE, tool_call_id="1"), "tool"),
        (FunctionMessage(content=JANE, name="f"), "tool"),
        (SystemMessage(JANE), "app"),
        (ChatMessage(role="x", content=JANE), "app"),
        (Document(JANE), "document"),
        ([Document("x", metadata={"by": JANE})], "document"),
        (HumanMessage([RESULT]), "tool"),
        (HumanMessage([{"type": "document", "title": JANE}]), "document"),
    ],
)
def test_the_registry_learns_who_has_said_a_value(
    masker: Masker, given: Any, source: str
) -> None:
    """The restore policy trusts what the user wrote, not what a page did."""
    registry = Registry()
    masked = masker.mask_with(lambda visit: map_any(given, visit), registry)

    assert JANE not in str(masked)
    assert set(registry.view().sources["<EMAIL_1>"]) == {source}


def text(said: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": said, **more}


PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBO"}}
CUT: list[tuple[list[Any], list[Any]]] = [
    (["I am jane@", "example.com."], ["I am <EMAIL_1>."]),
    ([text("jane@"), text("example.com", n=1)], [text("<EMAIL_1>", n=1)]),
    (["jane@", text("example.com")], [text("<EMAIL_1>")]),
    (
        [text("jane@", index=0), text("example.com", index=1)],
        [text("<EMAIL_1>", index=0)],
    ),
    ([text("a jane@"), text("exam"), text("ple.com")], [text("a <EMAIL_1>")]),
    ([text(JANE), text(" or more")], [text("<EMAIL_1>"), text(" or more")]),
    ([text("jane@"), PICTURE, text("example.com")], []),
    ([text("jane@\n"), text("example.com")], []),
    ([text("jane@"), text("\nexample.com")], []),
    ([text("<EMAIL"), text("_1>")], [text("<LITERAL_1>")]),
    (
        [{"type": "tool_result", "content": [text("jane@"), text("example.com")]}],
        [{"type": "tool_result", "content": [text("<EMAIL_1>")]}],
    ),
]
"""(blocks, what is sent; nothing: the same)"""


@pytest.mark.parametrize(("blocks", "sent"), CUT)
def test_a_value_that_two_texts_share_is_one_value(
    masker: Masker, blocks: list[Any], sent: list[Any]
) -> None:
    """Their blocks become one then; any others stay as they are."""
    registry = Registry()
    given = HumanMessage(blocks)
    masked = masker.mask_with(lambda visit: map_any(given, visit), registry)

    assert masked.content == (sent or blocks)
    assert masker.unmask(masked.text, registry) == given.text


TOLD = 'Say "<TYPE_N>"\nas it is.'
HUMAN = HumanMessage("hi")
BLOCKS = SystemMessage([{"type": "text", "text": "Be kind."}])


@pytest.mark.parametrize(
    ("messages", "at"),
    [
        ([HUMAN], 0),
        ([SystemMessage("Be kind."), HUMAN], 0),
        ([SystemMessage(""), HUMAN], 0),
        ([BLOCKS, HUMAN], 0),
        ([SystemMessage(["Be", "kind."]), HUMAN], 0),
        ([HUMAN, SystemMessage("Be kind."), HUMAN], 1),
        ([HUMAN, BLOCKS, SystemMessage("Be brief."), HUMAN], 1),
        ([HUMAN, BLOCKS, SystemMessage(f"Be brief. {TOLD}"), HUMAN], 2),
    ],
)
def test_the_instruction_stands_once_in_a_system_message(
    messages: list[BaseMessage], at: int
) -> None:
    """In the first one that there is, wherever that stands, also when told again."""
    before = [message.model_dump_json() for message in messages]
    told = instruct(messages, TOLD)

    assert [TOLD in message.text for message in told].index(True) == at
    assert "".join(message.text for message in told).count(TOLD) == 1
    assert isinstance(told[at], SystemMessage)
    assert instruct(told, TOLD) == told
    assert [message.model_dump_json() for message in messages] == before


def test_without_an_instruction_nothing_is_told() -> None:
    """No empty system message."""
    assert instruct([HUMAN], "") == [HUMAN]


class Form(BaseModel):
    """What a provider parses an answer into."""

    mail: str


def test_the_last_look_sees_every_text_that_is_sent() -> None:
    """Contents, keys, ids, names, signatures, calls, settings."""
    message = AIMessage(
        [
            "1",
            {"type": "thinking", "thinking": "2", "signature": "3"},
            {"type": "image_url", "image_url": {"url": "4"}},
            {"5": [("6", {"7"})]},
        ],
        id="8",
        name="9",
        tool_calls=[{"name": "10", "args": {"11": "12"}, "id": "13"}],
        additional_kwargs={"14": Form(mail="15")},
    )
    texts = set(
        every_text([[message, ToolMessage("16", tool_call_id="17")], {"18": 1}])
    )

    assert {str(n) for n in range(1, 19)} <= texts


def test_the_last_look_leaves_out_what_is_not_sent() -> None:
    """What a provider said about an answer, and what a tool keeps for the app."""
    answer = AIMessage("x", response_metadata={"by": JANE})
    result = ToolMessage("x", tool_call_id="1", artifact=JANE)

    assert JANE not in every_text([answer, result])


@pytest.mark.parametrize("prefix", ["", "data:image/png;base64,"])
def test_the_last_look_does_not_read_a_picture(prefix: str) -> None:
    """Long base64 under a key for bytes; anything else there is read."""
    picture = prefix + base64.b64encode(bytes(range(256)) * 100).decode()
    text = f"{JANE} " * 2_000

    assert picture not in every_text({"type": "image", "data": picture})
    assert picture in every_text({"type": "text", "text": picture})
    assert picture[:999] in every_text({"type": "image", "data": picture[:999]})
    assert text in every_text({"type": "image", "data": text})


def test_pieces_of_calls_are_masked_with_the_message_that_they_made() -> None:
    """A summed stream that goes out again holds its arguments three times."""
    chunk = AIMessageChunk(
        content="",
        tool_call_chunks=[
            {"name": "f", "args": f'{{"to": "{JANE}"}}', "id": "1", "index": 0},
            {"name": "g", "args": f'["{JANE}"', "id": "2", "index": 1},
        ],
    )
    masked = map_message(chunk, lambda text: text.replace(JANE, "<EMAIL_1>"))

    assert JANE not in str(masked.model_dump())
    assert masked.tool_calls[0]["args"] == {"to": "<EMAIL_1>"}


def test_an_error_that_quotes_its_arguments_is_masked() -> None:
    """LangChain writes what it could not parse into the error."""
    call: Any = {
        **{"type": "invalid_tool_call", "name": "f", "id": "1"},
        **{"args": None, "error": f"cannot parse {JANE}"},
    }
    masked = map_message(AIMessage("", invalid_tool_calls=[call]), lambda text: "x")

    assert masked.invalid_tool_calls[0] == {**call, "error": "x"}


def test_an_argument_of_the_name_source_is_no_picture(masker: Masker) -> None:
    """Bytes stand in blocks only."""
    call: Any = {**CALL, "args": {"source": {"url": JANE, "data": JANE}}}
    message = AIMessage("", tool_calls=[call])
    masked = masker.mask_with(lambda visit: map_message(message, visit), Registry())

    assert JANE not in str(masked)


def test_a_parsed_answer_is_masked_when_it_goes_out_again(masker: Masker) -> None:
    """An object beside the content is read as the texts that it holds."""
    message = AIMessage("", additional_kwargs={"parsed": Form(mail=JANE)})
    masked = masker.mask_with(lambda visit: map_message(message, visit), Registry())

    assert masked.additional_kwargs["parsed"].mail == "<EMAIL_1>"
