"""What comes back: real where the policy lets it, in whole messages and in streams."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    ChatMessage,
    ChatMessageChunk,
    HumanMessage,
)
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.output_parsers import JsonOutputParser, StrOutputParser
from langchain_core.runnables import RunnableLambda, RunnableParallel
from langchain_core.runnables.utils import AddableDict

from langchain_piimask import PIIMaskedChatModel, PIIUnmask, with_pii_masking
from langchain_piimask.restoring import MessageStream, restored
from langchain_piimask.testing import CannedChatModel, FakeChatModel
from piimask_core import Masker, MemoryVault, Registry
from piimask_core.restore import RestorePolicy
from piimask_core.restorer import Restorer
from piimask_core.testing import FakeModel, recognizing, scripted

JANE = "jane@example.com"
BOB = "bob@company.com"
JO = 'Jo "JJ" O\\Neil'
HOME = "1 Main St\n\tSpringfield"
ASKED = f"I am {JANE}, {JO}, at {HOME}"
VALUES = {"EMAIL_ADDRESS": [JANE, BOB], "PERSON": [JO], "LOCATION": [HOME]}
ARGS = {"to": "<EMAIL_1>", "who": ["<PERSON_1>"], "at": {"home": "x <LOCATION_1>"}}
REAL = {"to": JANE, "who": [JO], "at": {"home": f"x {HOME}"}}

MODES = ["invoke", "ainvoke", "stream", "astream"]
ONE_TYPE = RestorePolicy.standard(tools={"send_email": {"to": {"EMAIL"}}})
STRICT = RestorePolicy.strict()
MASKED = RestorePolicy.standard(tools={"send_email": "masked"})


@pytest.fixture
def masker() -> Masker:
    return Masker(recognizer=recognizing(VALUES), vault=MemoryVault())


def asked(model: Any, mode: str, given: Any = ASKED) -> Any:
    """The answer in a mode, the pieces of a stream added up."""

    async def pieces() -> list[Any]:
        return [piece async for piece in model.astream(given)]

    if mode == "invoke":
        return model.invoke(given)
    if mode == "ainvoke":
        return asyncio.run(model.ainvoke(given))
    return summed(list(model.stream(given)) if mode == "stream" else run(pieces()))


def run(pieces: Any) -> Any:
    return asyncio.run(pieces)


def summed(chunks: Sequence[Any]) -> Any:
    whole, *rest = chunks
    for chunk in rest:
        whole += chunk
    return whole


def saying(text: str, masker: Masker) -> PIIMaskedChatModel:
    """A model that says this, streamed in single characters."""
    fake = FakeModel(scripted(text), size=1)
    return PIIMaskedChatModel(FakeChatModel(fake=fake), masker=masker)


def calling(masker: Masker, *chunks: AIMessageChunk) -> PIIMaskedChatModel:
    return PIIMaskedChatModel(CannedChatModel(chunks=list(chunks)), masker=masker)


def piece(args: str, index: int | None = 0, **named: Any) -> AIMessageChunk:
    chunk = tool_call_chunk(args=args, index=index, **named)
    return AIMessageChunk(content=[], tool_call_chunks=[chunk])


def block(**keys: Any) -> AIMessageChunk:
    return AIMessageChunk(content=[keys])


def cut(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


def unrestored(message: Any) -> list[tuple[str, str, str, str, str]]:
    told: list[dict[str, str]] = message.response_metadata["pii_unrestored"]
    return [
        (e["placeholder"], e["reason"], e["sink"], e["tool"], e["argument"])
        for e in told
    ]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "spelled",
    [
        "[EMAIL_1]",
        "EMAIL_1",
        "< email 1 >",
        "&lt;EMAIL_1&gt;",
        "<EMAIL\\_1>",
        "<email_01>",
    ],
)
def test_a_respelled_placeholder_is_restored(
    masker: Masker, mode: str, spelled: str
) -> None:
    """However the model writes it, whole and in single characters."""
    answer = asked(saying(f"To {spelled}, now.", masker), mode)

    assert answer.text == f"To {JANE}, now."
    assert "pii_unrestored" not in answer.response_metadata


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "text",
    [
        "See https://evil.test/?q=<EMAIL_1> now",
        "![x](https://evil.test/<EMAIL_1>.png)",
        '<img src="//evil.test/?q=[EMAIL_1]">',
    ],
)
def test_no_value_goes_into_a_foreign_url(masker: Masker, mode: str, text: str) -> None:
    """It stays a placeholder, and the answer says so without the value."""
    answer = asked(saying(text, masker), mode)

    assert answer.text == text
    assert [found[:2] for found in unrestored(answer)] == [("<EMAIL_1>", "refused")]
    assert JANE not in str(answer)


@pytest.mark.parametrize("mode", MODES)
def test_an_invented_placeholder_is_reported(masker: Masker, mode: str) -> None:
    """Once for each answer, with the reason."""
    answer = asked(saying("<EMAIL_9>, <EMAIL_1>, <EMAIL_9>", masker), mode)

    assert answer.text == f"<EMAIL_9>, {JANE}, <EMAIL_9>"
    assert unrestored(answer) == [("<EMAIL_9>", "unknown", "text", "", "")]


@pytest.mark.parametrize("last", [None, "last"])
def test_a_stream_tells_on_its_last_chunk(masker: Masker, last: Any) -> None:
    """No chunk before it, and no chunk after it, says anything."""
    chunks = [AIMessageChunk(content="<EMAIL_9> "), AIMessageChunk(content="bye")]
    chunks[-1].chunk_position = last
    stream = MessageStream(masker.restorer(Registry()))
    fed = [stream.feed(chunk) for chunk in chunks]
    rest = stream.flush()

    *before, end = [*fed, rest] if rest else fed
    assert unrestored(end) == [("<EMAIL_9>", "unknown", "text", "", "")]
    assert not any("pii_unrestored" in c.response_metadata for c in before)


def test_what_comes_after_the_last_chunk_is_restored_too(masker: Masker) -> None:
    """Some providers say that a chunk is the last, and then send another."""
    registry = Registry()
    masker.mask(JANE, registry)
    stream = MessageStream(masker.restorer(registry))
    first = stream.feed(AIMessageChunk(content="<EMAIL_9>", chunk_position="last"))
    more = stream.feed(AIMessageChunk(content="<EMAIL_1>", chunk_position="last"))

    assert (first.text, more.text, stream.flush()) == ("<EMAIL_9>", JANE, None)
    assert "pii_unrestored" not in more.response_metadata


@pytest.mark.parametrize("mode", ["invoke", "ainvoke"])
def test_arguments_of_a_whole_call_are_real(masker: Masker, mode: str) -> None:
    """Parsed, unreadable, in a block, beside the content: a value as it has to be."""
    args = json.dumps(ARGS)
    answer = AIMessage(
        [
            {"type": "tool_use", "id": "1", "name": "mail", "input": ARGS},
            {"type": "function_call", "id": "2", "name": "mail", "arguments": args},
        ],
        tool_calls=[{"name": "mail", "args": ARGS, "id": "1"}],
        invalid_tool_calls=[bad_call(args + "}")],
        additional_kwargs={"function_call": {"name": "mail", "arguments": args}},
    )
    model = PIIMaskedChatModel(CannedChatModel(answer=answer), masker=masker)
    got = asked(model, mode)

    assert got.tool_calls[0]["args"] == REAL
    assert got.content[0]["input"] == REAL
    assert json.loads(got.content[1]["arguments"]) == REAL
    assert json.loads(got.invalid_tool_calls[0]["args"][:-1]) == REAL
    assert json.loads(got.additional_kwargs["function_call"]["arguments"]) == REAL


def bad_call(args: str) -> Any:
    kind = "invalid_tool_call"
    return {"type": kind, "name": "mail", "args": args, "id": "9", "error": None}


@pytest.mark.parametrize("mode", ["stream", "astream"])
@pytest.mark.parametrize("size", [*range(1, 16), 500])
@pytest.mark.parametrize("escapes", [False, True])
def test_streamed_arguments_parse_wherever_they_are_cut(
    masker: Masker, mode: str, size: int, escapes: bool
) -> None:
    """A value with quotes, line breaks and backslashes is escaped in every piece."""
    args = json.dumps(ARGS)
    if escapes:
        args = args.replace("<", "\\u003c").replace(">", "\\u003e")
    head, *rest = cut(args, size)
    chunks = [piece(head, name="mail", id="1"), *map(piece, rest)]

    assert asked(calling(masker, *chunks), mode).tool_calls[0]["args"] == REAL


@pytest.mark.parametrize("mode", ["stream", "astream"])
@pytest.mark.parametrize("size", [*range(1, 16), 500])
@pytest.mark.parametrize(
    ("kind", "part", "key"),
    [
        ("tool_use", "input_json_delta", "partial_json"),
        ("function_call", "function_call", "arguments"),
        ("tool_call_chunk", "tool_call_chunk", "args"),
    ],
)
def test_streamed_blocks_of_arguments_parse_wherever_they_are_cut(
    masker: Masker, mode: str, size: int, kind: str, part: str, key: str
) -> None:
    """Anthropic's, OpenAI's, LangChain's own: each block is a channel."""
    chunks = [
        block(type="text", text="<PERS", index=0),
        block(type=kind, id="1", name="mail", index=1),
        *(
            block(**{"type": part, key: args, "index": 1})
            for args in cut(json.dumps(ARGS), size)
        ),
        block(type="text", text="ON_1>", index=0),
    ]
    text, call = asked(calling(masker, *chunks), mode).content

    assert (text["text"], json.loads(call[key])) == (JO, REAL)


def test_two_calls_that_arrive_at_once_do_not_mix(masker: Masker) -> None:
    """Each index has its own channel, its own tool and its own policy."""
    model = calling(
        replace(masker, restore=ONE_TYPE),
        piece("", 0, name="send_email", id="1"),
        piece("", 1, name="search", id="2"),
        *(
            piece(args, index)
            for args in cut('{"to": "<EMAIL_1>"}', 2)
            for index in (0, 1)
        ),
    )
    answer = asked(model, "stream")

    assert [call["args"]["to"] for call in answer.tool_calls] == [JANE, "<EMAIL_1>"]


def test_a_call_in_the_place_of_another_is_a_new_one(masker: Masker) -> None:
    """Some providers number every call 0: what the first was does not count."""
    args = '{"to": "<EMAIL_1>"}'
    model = calling(
        replace(masker, restore=ONE_TYPE),
        piece(args, name="send_email", id="1"),
        piece(args, name="search", id="2"),
    )
    answer = asked(model, "stream")

    assert [call["args"]["to"] for call in answer.tool_calls] == [JANE, "<EMAIL_1>"]


def test_calls_without_an_index_are_whole(masker: Masker) -> None:
    """Nothing can be added to them, so nothing is held back."""
    args = '{"who": "<PERSON_1>"}'
    model = calling(
        replace(masker, restore=RestorePolicy.standard(tools={"find": "real"})),
        piece(args, None, name="find", id="1"),
        piece(args, None, name="search", id="2"),
        block(type="function_call", name="find", arguments=args),
        block(type="function_call", name="search", arguments=args),
    )
    answer = asked(model, "stream")

    assert [call["args"]["who"] for call in answer.tool_calls] == [JO, "<PERSON_1>"]
    assert [json.loads(b["arguments"])["who"] for b in answer.content] == [
        JO,
        "<PERSON_1>",
    ]


SENT = {"to": "<EMAIL_1>", "body": "<EMAIL_1>, <PERSON_1>"}
BESIDE = {"function_call": {"name": "send_email", "arguments": json.dumps(SENT)}}
STAYED = ("<PERSON_1>", "refused", "structured", "send_email", "body")
POLICIES = [(ONE_TYPE, JANE), (MASKED, "<EMAIL_1>"), (STRICT, "<EMAIL_1>")]


@pytest.mark.parametrize(("policy", "to"), POLICIES)
@pytest.mark.parametrize("mode", ["invoke", "ainvoke"])
def test_a_tool_gets_only_what_it_is_declared_to_get(
    masker: Masker, mode: str, policy: RestorePolicy, to: str
) -> None:
    """Wherever the call stands in the message."""
    name, args = "send_email", json.dumps(SENT)
    answer = AIMessage(
        [
            {"type": "tool_use", "id": "1", "name": name, "input": SENT},
            {"type": "function_call", "id": "2", "name": name, "arguments": args},
        ],
        tool_calls=[{"name": name, "args": SENT, "id": "1"}],
        additional_kwargs=BESIDE,
    )
    model = CannedChatModel(answer=answer)
    restoring = replace(masker, restore=policy)
    got = asked(PIIMaskedChatModel(model, masker=restoring), mode)

    used, called = got.content
    assert got.tool_calls[0]["args"] == used["input"] == {**SENT, "to": to}
    assert json.loads(called["arguments"]) == {**SENT, "to": to}
    called = got.additional_kwargs["function_call"]
    assert json.loads(called["arguments"]) == {**SENT, "to": to}
    assert unrestored(got).count(STAYED) == 1


@pytest.mark.parametrize(("policy", "to"), POLICIES)
@pytest.mark.parametrize("mode", ["stream", "astream"])
def test_a_streamed_call_gets_no_more_than_a_whole_one(
    masker: Masker, mode: str, policy: RestorePolicy, to: str
) -> None:
    """The name comes with the first piece and holds for all that follow."""
    name, args = "send_email", json.dumps(SENT)
    model = calling(
        replace(masker, restore=policy),
        piece("", name=name, id="1"),
        *map(piece, cut(args, 3)),
        block(type="tool_use", id="1", name=name, input={}, index=0),
        block(type="input_json_delta", partial_json=args[:12], index=0),
        block(type="input_json_delta", partial_json=args[12:], index=0),
        block(type="tool_use", id="3", name=name, input=SENT, index=1),
        AIMessageChunk(content=[], additional_kwargs=BESIDE),
    )
    got = asked(model, mode)

    partial, parsed = got.content
    assert got.tool_calls[0]["args"] == parsed["input"] == {**SENT, "to": to}
    assert json.loads(partial["partial_json"]) == {**SENT, "to": to}
    called = got.additional_kwargs["function_call"]
    assert json.loads(called["arguments"]) == {**SENT, "to": to}
    assert unrestored(got).count(STAYED) == 1


def test_a_call_without_a_name_gets_nothing_once_tools_are_declared(
    masker: Masker,
) -> None:
    """What cannot be told to be declared is not."""
    args = '{"to": "<EMAIL_1>"}'
    chunks = [piece(args, id="1"), block(type="x", partial_json=args, index=0)]
    bare = asked(calling(replace(masker, restore=ONE_TYPE), *chunks), "stream")

    assert bare.tool_calls[0]["args"] == {"to": "<EMAIL_1>"}
    assert bare.content[0]["partial_json"] == args


def test_what_a_computer_is_told_to_do_is_a_call(masker: Masker) -> None:
    """A provider's own tools have a type in the place of a name."""
    act = {"type": "computer_call", "action": {"type": "type", "text": "<EMAIL_1>"}}
    script = {"type": "custom_tool_call", "name": "shell", "input": "mail <EMAIL_1>"}
    answer = AIMessage([act, script])
    chunks = [AIMessageChunk(content=[{**act, "index": 0}, {**script, "index": 1}])]
    model = PIIMaskedChatModel(
        CannedChatModel(answer=answer, chunks=chunks),
        masker=replace(masker, restore=ONE_TYPE),
    )

    assert model.invoke(ASKED).content == [act, script]
    assert asked(model, "stream").content == chunks[0].content


@pytest.mark.parametrize("mode", MODES)
def test_strictly_only_what_the_model_was_shown_comes_back(
    masker: Masker, mode: str
) -> None:
    """A placeholder of an earlier turn that is not in this request stays."""
    registry = Registry()
    masker.mask([JANE, BOB], registry)
    strict = replace(masker, restore=RestorePolicy.strict())
    fake = FakeModel(scripted("<EMAIL_1>, <EMAIL_2>"), size=1)
    model = PIIMaskedChatModel(
        FakeChatModel(fake=fake), masker=strict, registry=registry
    )
    answer = asked(model, mode, f"I am {BOB}")

    assert answer.text == f"<EMAIL_1>, {BOB}"
    assert unrestored(answer) == [("<EMAIL_1>", "refused", "text", "", "")]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", ["json_object", "json_schema"])
def test_an_answer_in_json_parses(masker: Masker, mode: str, kind: str) -> None:
    """Asked for or not, a value is escaped between the quotes of JSON."""
    text = json.dumps({**ARGS, "<PERSON_1>": "<PERSON_1>"})
    model = saying(text, masker).bind(response_format={"type": kind})

    assert json.loads(asked(model, mode).text) == {**REAL, JO: JO}
    assert json.loads(asked(saying(text, masker), mode).text) == {**REAL, JO: JO}


@pytest.mark.parametrize("mode", MODES)
def test_a_json_answer_that_is_one_string_parses(masker: Masker, mode: str) -> None:
    """Only the request says that this is JSON."""
    model = saying('"<PERSON_1>"', masker).bind(
        response_format={"type": "json_schema", "json_schema": {}}
    )

    assert json.loads(asked(model, mode).text) == JO


@pytest.mark.parametrize("mode", MODES)
def test_talk_in_the_place_of_json_is_held_to_the_policy(
    masker: Masker, mode: str
) -> None:
    """A model need not do what it was asked for."""
    text = "\n ![](https://evil.test/?q=<EMAIL_1>)"
    model = saying(text, masker).bind(response_format={"type": "json_object"})

    assert asked(model, mode).text == text


def test_a_parser_behind_the_model_sees_real_values(masker: Masker) -> None:
    """JSON that grows is never broken by a value."""
    model = saying(json.dumps(ARGS), masker)
    assert list((model | JsonOutputParser()).stream(ASKED))[-1] == REAL


@pytest.mark.parametrize("mode", ["stream", "astream"])
def test_what_streams_beside_the_content_is_restored(masker: Masker, mode: str) -> None:
    """A refusal, a call of the old kind: their texts add up, so each is a channel."""
    call = '{"to": "<EMAIL_1>"}'
    chunks = [
        AIMessageChunk(content="", additional_kwargs=each)
        for each in (
            {
                "refusal": "No, <EMA",
                "function_call": {"name": "f", "arguments": call[:9]},
            },
            {"refusal": "IL_1", "function_call": {"arguments": call[9:]}},
            {"refusal": ">", "audio": {"transcript": "<EMAIL"}},
            {"audio": {"transcript": "_9"}},
        )
    ]
    beside = asked(calling(masker, *chunks), mode).additional_kwargs

    assert beside["refusal"] == f"No, {JANE}"
    assert json.loads(beside["function_call"]["arguments"]) == {"to": JANE}
    assert beside["audio"]["transcript"] == "<EMAIL_9"


def test_text_and_blocks_that_end_together_stay_apart() -> None:
    """What was held back of each is given out where it belongs."""
    stream = MessageStream(Restorer({"<EMAIL_1>": JANE}))
    stream.feed(AIMessageChunk(content="abc <EMA"))
    stream.feed(block(type="text", text="<PER", index=0))
    rest = stream.flush()

    assert rest is not None
    assert rest.content == ["<EMA", {"type": "text", "index": 0, "text": "<PER"}]


@pytest.mark.parametrize("mode", ["stream", "astream"])
def test_a_stream_that_is_closed_early_shows_no_half(masker: Masker, mode: str) -> None:
    """What was held back is gone with it, and the next answer is whole."""
    fake = FakeModel(scripted("a <EMAIL_1> b", "<EMAIL_1>"), size=5)
    model = PIIMaskedChatModel(FakeChatModel(fake=fake), masker=masker)

    async def first() -> Any:
        stream: Any = model.astream(ASKED)
        chunk = await anext(stream)
        await stream.aclose()
        return chunk

    if mode == "astream":
        shown = asyncio.run(first())
    else:
        stream: Any = model.stream(ASKED)
        shown = next(stream)
        stream.close()

    assert shown.text == "a "
    assert asked(model, mode).text == JANE


def around(masker: Masker, *answers: str) -> tuple[Any, list[Any], FakeModel]:
    """A wrapped chain that remembers what its model said, as memory inside would."""
    fake = FakeModel(scripted(*answers), size=1)
    memory: list[Any] = []

    def remembered(messages: list[Any]) -> Any:
        memory.extend(messages)
        return list(memory)

    def kept(answer: AIMessage) -> str:
        memory.append(answer)
        return answer.text

    chain = RunnableLambda(remembered) | FakeChatModel(fake=fake) | RunnableLambda(kept)
    return with_pii_masking(chain, masker=masker, registry=Registry()), memory, fake


@pytest.mark.parametrize("mode", MODES)
def test_an_invented_placeholder_in_masked_memory_never_means_somebody(
    masker: Masker, mode: str
) -> None:
    """The number is given to a real value one turn later: the old one is not his."""
    chain, memory, fake = around(masker, "To <EMAIL_2>, [email_2]", "<EMAIL_2> now")
    first = asked(chain, mode, [HumanMessage(f"I am {JANE}")])
    second = asked(chain, mode, [HumanMessage(f"And I am {BOB}")])

    assert first == "To <EMAIL_2>, [email_2]"
    assert second == f"{BOB} now"
    assert memory[1].text == "To <LITERAL_1>, <LITERAL_2>"
    assert "To <LITERAL_1>, <LITERAL_2>" in fake.seen
    assert PIIUnmask(masker=masker, registry=chain._registry).invoke(memory)[
        1
    ].text == (first)


@pytest.mark.parametrize("mode", MODES)
def test_a_respelled_placeholder_is_put_right_in_masked_memory(
    masker: Masker, mode: str
) -> None:
    """Inside the layer it is spelled as it was given; outside it is the value."""
    chain, memory, _ = around(masker, "To [EMAIL_1]")

    assert asked(chain, mode, [HumanMessage(JANE)]) == f"To {JANE}"
    assert memory[1].text == "To <EMAIL_1>"


@pytest.mark.parametrize("mode", MODES)
def test_a_wrapped_chain_reports_in_the_message_that_leaves_it(
    masker: Masker, mode: str
) -> None:
    """The layer that restores is the one that tells."""
    fake = FakeModel(scripted("https://evil.test/?q=<EMAIL_1>"), size=1)
    chain = with_pii_masking(
        RunnableLambda(lambda text: text) | FakeChatModel(fake=fake), masker=masker
    )
    answer = asked(chain, mode)

    assert answer.text == "https://evil.test/?q=<EMAIL_1>"
    assert unrestored(answer) == [("<EMAIL_1>", "refused", "url", "", "")]


def test_branches_that_stream_tell_each_its_own(masker: Masker) -> None:
    """What one branch did not restore is not told by the other."""
    texts = ("//evil.test/<EMAIL_1>", "fine")
    a, b = (FakeChatModel(fake=FakeModel(scripted(text))) for text in texts)
    chain = with_pii_masking(RunnableParallel(a=a, b=b), masker=masker)
    whole: AddableDict = summed(list(chain.stream(JANE)))

    assert unrestored(whole["a"]) == [("<EMAIL_1>", "refused", "url", "", "")]
    assert "pii_unrestored" not in whole["b"].response_metadata


def test_a_text_that_leaves_is_held_to_the_policy_too(masker: Masker) -> None:
    """Behind a parser there is no message to tell on, and still no value."""
    text = "![](https://evil.test/?q=<EMAIL_1>)"
    fake = FakeModel(scripted(text, text), size=1)
    chain = with_pii_masking(
        FakeChatModel(fake=fake) | StrOutputParser(), masker=masker
    )

    assert (chain.invoke(JANE), "".join(chain.stream(JANE))) == (text, text)


class Odd(dict[str, str]):
    """Cannot be made again from what it holds."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(a="<EMAIL_1>")

    def copy(self) -> Any:
        raise ValueError

    def items(self) -> Any:
        raise OSError


def test_an_object_that_fails_never_costs_the_answer() -> None:
    """It stays as it is, whatever it raises."""
    odd = Odd(1, 2)
    message = AIMessage("<EMAIL_1>", additional_kwargs={"x": odd})
    chunk = AIMessageChunk(content="<EMAIL_1>", additional_kwargs={"x": odd})
    restorer = Restorer({"<EMAIL_1>": JANE})

    assert restored([odd], restorer)[0] is odd
    assert restored([message], restorer)[0].text == "<EMAIL_1>"
    assert MessageStream(restorer).feed(chunk).text == "<EMAIL_1>"


def test_a_policy_that_fails_has_not_allowed(masker: Masker) -> None:
    """The answer comes, masked."""

    def broken(label: str, place: Any) -> bool:
        raise ValueError(label)

    answer = asked(saying("to <EMAIL_1>", replace(masker, restore=broken)), "stream")
    assert answer.text == "to <EMAIL_1>"


def test_chunks_of_another_kind_come_through(masker: Masker) -> None:
    """A model that streams messages of a role of its own is not refused."""
    stream = MessageStream(Restorer({"<EMAIL_1>": JANE}))
    chunk = stream.feed(ChatMessageChunk(role="x", content="to <EMAIL_1>"))

    assert isinstance(chunk, ChatMessage)
    assert chunk.content == f"to {JANE}"
