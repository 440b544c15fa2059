"""Around everything: masked going in, restored coming out, guarded inside."""

import asyncio
from typing import Any

import pytest
from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.documents import Document
from langchain_core.messages import HumanMessage
from langchain_core.output_parsers import JsonOutputParser, StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import (
    Runnable,
    RunnableBranch,
    RunnableLambda,
    RunnableParallel,
    RunnablePassthrough,
)

from langchain_piimask import PIIMaskedChatModel, UnmaskedText, with_pii_masking
from langchain_piimask.testing import FakeChatModel
from piimask_core import Masker
from piimask_core.testing import FakeModel, echo, scripted

JANE = "jane@example.com"
BOB = "bob@company.com"


@pytest.fixture
def fake() -> FakeModel:
    return FakeModel(echo)


@pytest.fixture
def model(fake: FakeModel) -> FakeChatModel:
    return FakeChatModel(fake=fake)


PROMPT = ChatPromptTemplate.from_messages(
    [("system", "Write to boss@corp.com."), ("human", "{q}")]
)


def chains(model: FakeChatModel) -> list[Runnable[Any, Any]]:
    end = StrOutputParser()
    return [
        PROMPT | model | end,
        PROMPT | model.bind(stop=["x"]) | end,
        PROMPT | model.with_retry() | end,
        PROMPT | model.with_fallbacks([model]) | end,
        PROMPT | RunnableBranch((lambda _: False, model), model) | end,
        RunnableParallel(a=PROMPT | model | end) | (lambda out: out["a"]),
        RunnablePassthrough.assign(a=PROMPT | model | end) | (lambda out: out["a"]),
    ]


@pytest.mark.parametrize("which", range(7))
def test_a_templates_own_text_does_not_pass(
    masker: Masker, model: FakeChatModel, fake: FakeModel, which: int
) -> None:
    """Every model in sight is wrapped, wherever it sits in the chain."""
    chain = with_pii_masking(chains(model)[which], masker=masker)

    assert chain.invoke({"q": JANE}) == JANE
    assert "".join(chain.stream({"q": JANE})) == JANE
    seen = str(fake.seen)
    assert "corp.com" not in seen and JANE not in seen and "<EMAIL_2>" in seen


def test_the_chain_that_was_given_is_not_changed(
    masker: Masker, model: FakeChatModel
) -> None:
    """Wrapping makes a copy."""
    chain: Any = PROMPT | model
    with_pii_masking(chain, masker=masker)

    assert chain.steps[1] is model


def test_a_bare_model_becomes_a_masked_model(model: FakeChatModel) -> None:
    """And one that is masked already stays itself."""
    wrapped = with_pii_masking(model)

    assert isinstance(wrapped, PIIMaskedChatModel)
    assert with_pii_masking(wrapped) is wrapped


def test_a_model_that_nobody_sees_is_guarded(
    masker: Masker, model: FakeChatModel, fake: FakeModel
) -> None:
    """Called inside a function with text of its own, it raises and sends nothing."""
    hidden: Any = RunnableLambda(lambda text: model.invoke(f"{text} and {BOB}").content)
    chain = with_pii_masking(hidden, masker=masker)

    with pytest.raises(UnmaskedText, match="EMAIL_ADDRESS") as raised:
        chain.invoke(JANE)
    assert fake.seen == []
    assert BOB not in str(raised.value)


def test_the_guard_lets_masked_text_pass(
    masker: Masker, model: FakeChatModel, fake: FakeModel
) -> None:
    """A hidden model that gets what was masked at the edge works."""
    hidden: Any = RunnableLambda(lambda text: model.invoke(text).content)
    chain = with_pii_masking(hidden, masker=masker)

    assert chain.invoke(f"{JANE} <EMAIL_1>") == f"{JANE} <EMAIL_1>"
    assert fake.seen == ["<EMAIL_1> <LITERAL_1>"]


def test_a_known_value_does_not_pass_in_a_system_prompt(
    masker: Masker, model: FakeChatModel, fake: FakeModel
) -> None:
    """The developer's own text may hold addresses, but not the user's."""
    hidden: Any = RunnableLambda(
        lambda text: model.invoke([("system", JANE), ("human", text)])
    )
    chain = with_pii_masking(hidden, masker=masker)

    with pytest.raises(UnmaskedText):
        chain.invoke(JANE)
    assert fake.seen == []


class Trace(BaseCallbackHandler):
    """Keeps everything that a tracer would be sent."""

    def __init__(self) -> None:
        self.events: list[str] = []

    def on_chain_start(self, serialized: Any, inputs: Any, **kwargs: Any) -> None:
        self.events.append(f"{serialized} {inputs} {kwargs}")

    def on_chain_end(self, outputs: Any, **kwargs: Any) -> None:
        self.events.append(f"{outputs} {kwargs}")

    def on_chat_model_start(self, serialized: Any, messages: Any, **kw: Any) -> None:
        self.events.append(f"{serialized} {messages} {kw}")

    def on_llm_end(self, response: Any, **kwargs: Any) -> None:
        self.events.append(f"{response} {kwargs}")


def test_the_trace_of_the_whole_chain_is_masked(
    masker: Masker, model: FakeChatModel
) -> None:
    """No run inside ever holds the user's value."""
    trace = Trace()
    chain = with_pii_masking(PROMPT | model | StrOutputParser(), masker=masker)
    assert chain.invoke({"q": JANE}, {"callbacks": [trace]}) == JANE
    assert "".join(chain.stream({"q": JANE}, {"callbacks": [trace]})) == JANE

    assert len(trace.events) >= 12
    assert JANE not in "".join(trace.events)


def test_messages_documents_and_nests_are_masked_and_restored(masker: Masker) -> None:
    """Whatever goes into a chain comes out of it as it was."""
    tree = {
        "messages": [HumanMessage(JANE)],
        "docs": [Document(JANE, metadata={"author": BOB})],
        "n": 3,
    }
    inside: list[str] = []

    def look(value: Any) -> Any:
        inside.append(str(value))
        return value

    chain = with_pii_masking(RunnableLambda(look), masker=masker)
    assert chain.invoke(tree) == tree
    assert JANE not in inside[0] and BOB not in inside[0] and "<EMAIL_2>" in inside[0]


def test_snapshots_never_show_half_a_placeholder(masker: Masker) -> None:
    """JSON that grows shows real values or nothing of them, and ends whole."""
    fake = FakeModel(scripted('{"mail": "<EMAIL_1>", "n": 1, "x": "<EMAI"}'), size=1)
    chain = with_pii_masking(
        FakeChatModel(fake=fake) | JsonOutputParser(), masker=masker
    )
    snapshots = list(chain.stream(JANE))

    assert snapshots[-1] == {"mail": JANE, "n": 1, "x": "<EMAI"}
    assert not any("<" in str(snapshot) for snapshot in snapshots[:-1])


def test_parallel_streams_are_restored_key_by_key(masker: Masker) -> None:
    """Two branches that stream at once don't mix their unfinished tails."""
    chain = with_pii_masking(
        RunnableParallel(
            a=FakeChatModel(fake=FakeModel(echo, size=1)) | StrOutputParser(),
            b=FakeChatModel(fake=FakeModel(echo, size=2)) | StrOutputParser(),
        ),
        masker=masker,
    )
    total: dict[str, str] = {"a": "", "b": ""}
    for piece in chain.stream(f"{JANE}, {BOB}"):
        for key, text in piece.items():
            assert "<" not in text
            total[key] += text

    assert total == {"a": f"{JANE}, {BOB}", "b": f"{JANE}, {BOB}"}


def test_an_async_stream_can_be_closed_early(masker: Masker) -> None:
    """Nothing is left running, and nothing is raised."""

    async def first() -> str:
        chain = with_pii_masking(
            FakeChatModel(fake=FakeModel(echo)) | StrOutputParser(), masker=masker
        )
        stream: Any = chain.astream(f"hello {JANE}")
        piece = await anext(stream)
        await stream.aclose()
        return str(piece)

    assert asyncio.run(first()) == "hel"


def test_two_hundred_tasks_never_mix(masker: Masker) -> None:
    """One chain, many sessions at once: each gets its own values back."""
    chain = with_pii_masking(
        FakeChatModel(fake=FakeModel(echo)) | StrOutputParser(), masker=masker
    )

    async def one(n: int) -> bool:
        who = (JANE, BOB)[n % 2]
        config: Any = {"configurable": {"session_id": str(n)}}
        pieces = [piece async for piece in chain.astream(f"{n} {who}", config)]
        whole = await chain.ainvoke(f"{n} {who}", config)
        return ["".join(pieces), whole] == [f"{n} {who}"] * 2

    async def every() -> list[bool]:
        return await asyncio.gather(*map(one, range(200)))

    assert all(asyncio.run(every()))
