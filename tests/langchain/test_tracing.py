"""What LangSmith is sent holds no value, though the app holds real ones."""

import asyncio
import doctest
import json
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool
from langchain_core.tracers.langchain import LangChainTracer
from langsmith import Client
from pydantic import BaseModel

from langchain_piimask import (
    Masker,
    MemoryVault,
    PIIMaskedChatModel,
    PIIMaskMiddleware,
    Registry,
    trace_anonymizer,
    tracing,
    with_pii_masking,
)
from langchain_piimask.testing import CannedChatModel
from piimask_core import Entity
from piimask_core.testing import failing

JANE = "jane@example.com"
BOB = "bob@company.com"
BOSS = "boss@corp.com"
SSN = "123-45-6789"
VALUES = [JANE, BOB, BOSS, SSN]


class Session:
    """In place of the one that would reach the net; keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def request(self, method: str, url: str, **given: Any) -> Any:
        self.sent.append(json.loads(given["data"]))
        return Answer()

    def mount(self, *given: Any) -> None:
        """Nothing to prepare."""

    def close(self) -> None:
        """Nothing to close."""


class Answer:
    status_code = 200
    text = "{}"

    def raise_for_status(self) -> None:
        """Nothing went wrong."""

    def json(self) -> Any:
        return {}

    def close(self) -> None:
        """Nothing to close."""


def traced(run: Any, anonymizer: Any) -> list[dict[str, Any]]:
    """What is uploaded of a run: ``run`` is given its config."""
    session: Any = Session()
    client = Client(
        api_url="http://127.0.0.1:1",
        api_key="test",
        session=session,
        auto_batch_tracing=False,
        anonymizer=anonymizer,
    )
    tracer = LangChainTracer(client=client)
    run(
        {
            "callbacks": [tracer],
            "configurable": {"thread_id": JANE},
            "metadata": {"user": f"{BOB}, {SSN}"},
        }
    )
    tracer.wait_for_futures()
    client.close()
    sent: list[dict[str, Any]] = session.sent
    return sent


def fields(sent: list[dict[str, Any]], name: str) -> str:
    """All that was sent under this key."""
    return str([run[name] for run in sent if run.get(name)])


class Contact(BaseModel):
    """How to reach somebody; ask boss@corp.com."""

    mail: str


def an_agent(masker: Masker) -> Any:
    @tool
    def find(mail: str) -> str:
        """Look an order up; complaints go to boss@corp.com."""
        raise LookupError(f"no order of {mail}, SSN {SSN}")

    call = {"name": "find", "args": {"mail": "<EMAIL_1>"}, "id": "1"}
    agent: Any = create_agent(
        CannedChatModel(answer=AIMessage("", tool_calls=[call])),
        [find],
        system_prompt=f"Ask {BOSS}.",
        middleware=[PIIMaskMiddleware(masker=masker)],
    )

    def run(config: Any) -> None:
        with pytest.raises(LookupError):
            agent.invoke({"messages": [("human", f"I am {JANE}, {SSN}")]}, config)

    return run


def a_model(masker: Masker) -> Any:
    @tool
    def find(mail: str) -> str:
        """Look an order up; complaints go to boss@corp.com."""
        return mail

    chunks = [AIMessageChunk(content=text) for text in ("to <EM", "AIL_1>")]
    bound = CannedChatModel(metadata={"owner": BOSS}, chunks=chunks)
    model = PIIMaskedChatModel(bound, masker=masker)

    def run(config: Any) -> None:
        model.bind_tools([find]).invoke(f"I am {JANE}, {SSN}", config, user=BOB)
        list(model.stream(f"I am {JANE}, {SSN}", config))
        asyncio.run(model.ainvoke(f"I am {JANE}, {SSN}", config))

    return run


def structured_output(masker: Masker) -> Any:
    call = {"name": "Contact", "args": {"mail": "<EMAIL_1>"}, "id": "1"}
    bound = CannedChatModel(answer=AIMessage("", tool_calls=[call]))
    model = PIIMaskedChatModel(bound, masker=masker).with_structured_output(Contact)

    def run(config: Any) -> None:
        assert model.invoke(f"I am {JANE}, {SSN}", config) == Contact(mail=JANE)

    return run


RUNS = [an_agent, a_model, structured_output]


@pytest.mark.parametrize("make", RUNS)
def test_a_trace_holds_no_value(masker: Masker, make: Any) -> None:
    """In inputs, outputs, errors, metadata, nor in what is told of the model."""
    sent = traced(make(masker), trace_anonymizer(masker=masker))

    assert sent
    assert not [value for value in VALUES if value in json.dumps(sent)]
    assert "EMAIL" in fields(sent, "inputs")
    assert "EMAIL" in fields(sent, "extra")
    if make is an_agent:
        assert "EMAIL" in fields(sent, "error")


def an_agent_inside(masker: Masker) -> Any:
    """Whose tool fails, whose model is asked, and what a config tells of both."""

    @tool
    def find(mail: str) -> str:
        """Look an order up; complaints go to boss@corp.com."""
        raise LookupError(f"no order of {mail}, SSN {SSN}")

    call = {"name": "find", "args": {"mail": "<EMAIL_1>"}, "id": "1"}
    agent: Any = with_pii_masking(
        create_agent(
            CannedChatModel(answer=AIMessage("", tool_calls=[call])),
            [find],
            system_prompt=f"Ask {BOSS}.",
            middleware=[PIIMaskMiddleware(masker=masker)],
        ),
        masker=masker,
    )

    def run(config: Any) -> None:
        config |= {"tags": [f"for {BOB}"], "run_name": f"of {SSN}"}
        given: Any = {"messages": [("human", f"I am {JANE}, {SSN}")]}
        with pytest.raises(LookupError):
            agent.invoke(given, config)
        with pytest.raises(LookupError):
            list(agent.stream(given, config))

    return run


def a_chain_inside(masker: Masker) -> Any:
    bound = CannedChatModel(chunks=[AIMessageChunk(content="to <EMAIL_1>")])
    chain = with_pii_masking(RunnableLambda(lambda text: text) | bound, masker=masker)

    def run(config: Any) -> None:
        config |= {"tags": [f"for {BOB}"], "run_name": f"of {SSN}"}
        chain.invoke(f"I am {JANE}, {SSN}", config)
        list(chain.stream(f"I am {JANE}, {SSN}", config))

    return run


@pytest.mark.parametrize("make", [an_agent_inside, a_chain_inside])
def test_a_trace_of_what_is_masked_around_needs_no_anonymizer(
    masker: Masker, make: Any
) -> None:
    """Nor do tags, run names and metadata, nor a session named after somebody.

    What a developer writes into a prompt or a tool is shown as it is.
    """
    sent = traced(make(masker), None)

    assert sent
    assert not [value for value in (JANE, BOB, SSN) if value in json.dumps(sent)]
    assert "EMAIL" in fields(sent, "inputs")
    assert "EMAIL" in fields(sent, "tags") and "SSN" in fields(sent, "name")
    assert "EMAIL" in fields(sent, "extra")
    if make is an_agent_inside:
        assert "EMAIL" in fields(sent, "error")


@pytest.mark.parametrize("make", RUNS)
def test_a_trace_without_it_holds_values(masker: Masker, make: Any) -> None:
    """Else the test above would prove nothing."""
    sent = json.dumps(traced(make(masker), None))

    assert JANE in sent and SSN in sent


def test_a_value_found_once_is_found_anywhere() -> None:
    """Also where nobody would recognize it."""

    def with_context(text: str) -> Any:
        return [Entity("CODE", 5, len(text))] if text.startswith("code ") else []

    anonymize = trace_anonymizer(
        masker=Masker(recognizer=with_context, vault=MemoryVault())
    )
    assert anonymize({"a": "code quux77"}) == {"a": "code [CODE 1]"}
    assert anonymize({"b": ["so quux77 it is"]}) == {"b": ["so [CODE 1] it is"]}


def test_all_that_json_can_be_is_read(masker: Masker) -> None:
    """Keys, nests, numbers; what holds no value stays as it is."""
    anonymize = trace_anonymizer(masker=masker)
    plain = {"a": [1, 2.5, None, True, {"b": "c"}], "n": 2**70}

    assert anonymize(plain) == plain
    assert anonymize({JANE: {BOB: [f"{JANE}!"]}}) == {
        "[EMAIL 1]": {"[EMAIL 2]": ["[EMAIL 1]!"]}
    }
    assert anonymize({"o": [Session(), Contact]}) == {"o": ["(Session)", "(Contact)"]}


def test_what_a_model_saw_is_shown_as_it_saw_it(masker: Masker) -> None:
    """A conversation's placeholder is not taken for one of the traces."""
    anonymize = trace_anonymizer(masker=masker)

    assert anonymize({"a": BOB, "b": "<EMAIL_1> [EMAIL_1]"}) == {
        "a": "[EMAIL 1]",
        "b": "<EMAIL_1> [EMAIL_1]",
    }


def test_with_a_registry_traces_show_its_placeholders(masker: Masker) -> None:
    """For an app of one conversation."""
    registry = Registry()
    masker.mask(f"{BOB} {JANE}", registry)
    anonymize = trace_anonymizer(masker=masker, registry=registry)

    assert anonymize({"a": JANE}) == {"a": "<EMAIL_2>"}


def test_tracing_does_not_change_what_a_model_sees(masker: Masker) -> None:
    """Its numbers are those of the conversation, not of what was traced before."""
    bound = CannedChatModel()
    model = PIIMaskedChatModel(bound, masker=masker)
    chain: Any = RunnableLambda(lambda text: text) | model
    traced(
        lambda config: chain.invoke(f"I am {JANE}", config),
        trace_anonymizer(masker=masker),
    )

    assert bound.came[0][0][-1].content == "I am <EMAIL_1>"


def deep() -> Any:
    tree: Any = JANE
    for _ in range(3_000):
        tree = [tree]
    return {JANE: tree}


@pytest.mark.parametrize("given", [deep(), {"a": "x " * 500_000 + JANE}])
def test_what_is_too_deep_or_too_long_is_not_shown(masker: Masker, given: Any) -> None:
    """It never raises, and never gives back what it was given."""
    assert trace_anonymizer(masker=masker)(given) == {"error": tracing.NOT_SHOWN}


def test_what_cannot_be_masked_is_not_shown() -> None:
    """Whatever goes wrong."""
    masker = Masker(recognizer=failing, vault=MemoryVault())

    shown = trace_anonymizer(masker=masker)({"a": JANE})
    assert shown == {"error": tracing.NOT_SHOWN}


def test_an_error_that_cannot_be_masked_is_not_shown() -> None:
    """LangSmith would show the error itself if it got back no error."""

    def run(config: Any) -> None:
        def fail(_: Any) -> Any:
            raise LookupError(JANE)

        with pytest.raises(LookupError):
            RunnableLambda(fail).invoke(JANE, config)

    masker = Masker(recognizer=failing, vault=MemoryVault())
    sent = traced(run, trace_anonymizer(masker=masker))
    assert JANE not in json.dumps(sent)
    assert tracing.NOT_SHOWN in fields(sent, "error")


def test_the_docstring_tells_the_truth() -> None:
    """Its example runs, and prints what stands below it."""
    results = doctest.testmod(tracing)

    assert results.attempted == 3
    assert results.failed == 0
