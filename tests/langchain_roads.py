"""Every road to a model in LangChain, gone in every mode.

``PYTHONPATH=.:tests python -m langchain_roads > docs/langchain-coverage.md`` writes
the page; a test holds the page to what it would write.
"""

import asyncio
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from langchain.agents import create_agent
from langchain.agents.middleware import SummarizationMiddleware
from langchain.agents.structured_output import ToolStrategy
from langchain_core.documents import Document
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    ToolMessage,
)
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import Runnable, RunnableLambda
from langchain_core.tools import tool
from langgraph.graph import END, START, MessagesState, StateGraph
from pydantic import BaseModel

from coverage_matrix import Cell, page
from langchain_piimask import (
    Masker,
    MemoryVault,
    PIIMask,
    PIIMaskedChatModel,
    PIIMaskMiddleware,
    PIIUnmask,
    with_pii_masking,
)
from piimask_core.grammar import PLACEHOLDER
from piimask_core.testing import recognizing
from scripted_agents import BOB, BOSS, JANE, Replying, calling, told_in

MODEL, AROUND, PAIR = "at the model", "around", "by the pair"
Chain = Runnable[Any, Any]


class Road(NamedTuple):
    """``build(model, masker, placement)``; ``shows``: the values of the answer."""

    name: str
    build: Callable[[Replying, Masker, str], Chain]
    given: Any
    shows: Sequence[str] = (JANE,)
    placements: Sequence[str] = (MODEL, AROUND, PAIR)
    reply: Callable[[list[BaseMessage]], AIMessage] | None = None
    is_graph: bool = False


# Chains


def _chain(
    model: Replying, masker: Masker, placement: str, before: Runnable[Any, Any]
) -> Chain:
    """Prompt, model and parser, masked in one of three places."""
    end = StrOutputParser()
    if placement == MODEL:
        return before | PIIMaskedChatModel(model, masker=masker) | end
    bare: Chain = before | model | end
    if placement == AROUND:
        return with_pii_masking(bare, masker=masker)
    return before | PIIMask(masker=masker) | model | end | PIIUnmask(masker=masker)


def _prompted(*messages: Any) -> Callable[[Any, Masker, str], Chain]:
    prompt = ChatPromptTemplate.from_messages([*messages])
    return lambda model, masker, placement: _chain(model, masker, placement, prompt)


def _retrieving(model: Any, masker: Masker, placement: str) -> Chain:
    def found(asked: Mapping[str, str]) -> dict[str, Any]:
        return {**asked, "found": [Document(f"written by {BOB}")]}

    prompt = ChatPromptTemplate.from_messages([("human", "{found} {q}")])
    return _chain(model, masker, placement, RunnableLambda(found) | prompt)


class Contact(BaseModel):
    """How to reach somebody."""

    mail: str


def _structured(model: Any, masker: Masker, placement: str) -> Chain:
    prompt = ChatPromptTemplate.from_messages([("human", "{q}")])
    if placement == MODEL:
        masked = PIIMaskedChatModel(model, masker=masker)
        return prompt | masked.with_structured_output(Contact)
    asking: Chain = model.with_structured_output(Contact)
    if placement == AROUND:
        return with_pii_masking(prompt | asking, masker=masker)
    return prompt | PIIMask(masker=masker) | asking | PIIUnmask(masker=masker)


@tool
def mail(to: str) -> str:
    """Send a mail; complaints go to boss@corp.com."""
    assert to == JANE, "a tool gets values"
    return f"sent to {to}, copy to {BOB}"


def _with_tools(model: Any, masker: Masker, placement: str) -> Chain:
    prompt = ChatPromptTemplate.from_messages([("human", "{q}")])
    if placement == MODEL:
        return prompt | PIIMaskedChatModel(model, masker=masker).bind_tools([mail])
    return with_pii_masking(prompt | model.bind_tools([mail]), masker=masker)


def _bare(model: Any, masker: Masker, placement: str) -> Chain:
    return PIIMaskedChatModel(model, masker=masker)


# Agents


def _agent(
    model: Any, masker: Masker, placement: str, tools: Any = (), **settings: Any
) -> Chain:
    first = PIIMaskMiddleware(masker=masker)
    others = settings.pop("others", [])
    agent: Any = create_agent(model, [*tools], middleware=[first, *others], **settings)
    return agent if placement == MODEL else with_pii_masking(agent, masker=masker)


def _with_helper(model: Any, masker: Masker, placement: str) -> Chain:
    helping = Replying(reply=_telling)
    helper = _agent(helping, masker, MODEL)

    @tool
    def ask(to: str) -> str:
        """Ask the helper."""
        said = helper.invoke({"messages": [("human", f"{to}, {BOB}")]})
        assert JANE not in str(helping.came) and BOB not in str(helping.came)
        return str(said["messages"][-1].text)

    return _agent(model, masker, placement, [ask])


def _summarizing(model: Any, masker: Masker, placement: str) -> Chain:
    summarizer = SummarizationMiddleware(
        PIIMaskedChatModel(model, masker=masker),
        trigger=("messages", 3),
        keep=("messages", 1),
    )
    return _agent(model, masker, placement, others=[summarizer])


def _graph(model: Any, masker: Masker, placement: str) -> Chain:
    masked = PIIMaskedChatModel(model, masker=masker)

    async def answer(state: Any) -> Any:
        return {"messages": [await masked.ainvoke(state["messages"])]}

    def answer_now(state: Any) -> Any:
        return {"messages": [masked.invoke(state["messages"])]}

    graph = StateGraph(MessagesState)
    graph.add_node("answer", RunnableLambda(answer_now, answer))
    graph.add_edge(START, "answer")
    graph.add_edge("answer", END)
    made: Any = graph.compile()
    return made if placement == MODEL else with_pii_masking(made, masker=masker)


# What the model says


def _telling(messages: list[BaseMessage]) -> AIMessage:
    return AIMessage(f"It is {' and '.join(told_in(messages))}.")


def _calling(name: str, key: str) -> Callable[[list[BaseMessage]], AIMessage]:
    """First a call, then an answer."""

    def reply(messages: list[BaseMessage]) -> AIMessage:
        if any(isinstance(m, ToolMessage) for m in messages):
            return _telling(messages)
        return calling(name, **{key: told_in(messages)[0]})

    return reply


ASKED = {"q": f"I am {JANE}"}
TALK: dict[str, Any] = {"messages": [("human", f"I am {JANE}")]}
EARLIER = [
    HumanMessage(f"I am {JANE}"),
    calling("mail", to=JANE),
    ToolMessage(f"sent, copy to {BOB}", tool_call_id="call_mail"),
    AIMessage(f"Done for {JANE}."),
]
BLOCKS: list[Any] = [
    {"type": "text", "text": f"I am {JANE[:6]}"},
    {"type": "text", "text": f"{JANE[6:]}, see"},
    {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBO"}},
]


def _agent_road(
    name: str,
    build: Callable[[Any, Masker, str], Chain],
    shows: Sequence[str] = (JANE,),
    given: Any = TALK,
    reply: Callable[[list[BaseMessage]], AIMessage] | None = None,
) -> Road:
    return Road(name, build, given, shows, (MODEL, AROUND), reply, True)


ROADS = [
    Road("a chat model", _bare, f"I am {JANE}", placements=(MODEL,)),
    Road("a user's text", _prompted(("human", "{q}")), ASKED),
    Road(
        "a system prompt",
        _prompted(("system", f"Ask {BOSS}."), ("human", "{q}")),
        ASKED,
    ),
    Road(
        "history with calls of tools",
        _prompted(("placeholder", "{history}"), ("human", "{q}")),
        {"q": "And?", "history": EARLIER},
        (JANE, BOB),
    ),
    Road(
        "blocks of text and pictures",
        _prompted(("placeholder", "{history}")),
        {"history": [HumanMessage(BLOCKS)]},
    ),
    Road("documents that were found", _retrieving, ASKED, (JANE, BOB)),
    Road("structured output", _structured, ASKED, reply=_calling("Contact", "mail")),
    Road(
        "tools that a model is bound with",
        _with_tools,
        ASKED,
        placements=(MODEL, AROUND),
        reply=_calling("mail", "to"),
    ),
    _agent_road(
        "an agent's prompt and messages", partial(_agent, system_prompt=f"Ask {BOSS}.")
    ),
    _agent_road(
        "an agent's tools",
        partial(_agent, tools=[mail]),
        (JANE, BOB),
        reply=_calling("mail", "to"),
    ),
    _agent_road(
        "an agent's structured output",
        partial(_agent, response_format=ToolStrategy(Contact)),
        reply=_calling("Contact", "mail"),
    ),
    _agent_road(
        "an agent's summaries",
        _summarizing,
        (BOB,),
        {"messages": [EARLIER[0], EARLIER[-1], HumanMessage(f"And {BOB}?")]},
    ),
    _agent_road(
        "an agent as a tool", _with_helper, (JANE, BOB), reply=_calling("ask", "to")
    ),
    _agent_road("a graph of one's own", _graph),
]


# How they are gone

CONFIGS: list[Any] = [{"configurable": {"thread_id": each}} for each in ("a", "b")]
STREAMED = ["messages", "updates", "values"]


def _whole(pieces: Sequence[Any]) -> str:
    """What is shown, as one text: pieces of a message or of a text are joined."""
    texts = [piece for piece in pieces if isinstance(piece, str)]
    chunks = [piece for piece in pieces if isinstance(piece, AIMessageChunk)]
    rest = [p for p in pieces if not isinstance(p, str | AIMessageChunk)]
    joined = sum(chunks[1:], chunks[0]) if chunks else ""
    return f"{''.join(texts)} {joined} {rest}"


def _opened(pieces: Sequence[Any], is_graph: bool) -> Sequence[Any]:
    """Of a graph's pieces the messages' chunks apart from the rest."""
    if not is_graph:
        return pieces
    chunks = [data[0] for mode, data in pieces if mode == "messages"]
    return [*chunks, *(data for mode, data in pieces if mode != "messages")]


async def _all(pieces: Any) -> list[Any]:
    return [piece async for piece in pieces]


def _stream(chain: Any, road: Road) -> str:
    more: Any = {"stream_mode": STREAMED} if road.is_graph else {}
    pieces = list(chain.stream(road.given, CONFIGS[0], **more))
    return _whole(_opened(pieces, road.is_graph))


def _astream(chain: Any, road: Road) -> str:
    more: Any = {"stream_mode": STREAMED} if road.is_graph else {}
    pieces = asyncio.run(_all(chain.astream(road.given, CONFIGS[0], **more)))
    return _whole(_opened(pieces, road.is_graph))


def _events(chain: Any, road: Road, whose: str) -> str:
    """Of the pair the whole chain's events; at the model not what is asked there."""
    events = asyncio.run(_all(chain.astream_events(road.given, CONFIGS[0])))
    if whose == PAIR:
        events = [e for e in events if e["run_id"] == events[0]["run_id"]]
    pieces = [e["data"].pop("chunk") for e in events if "chunk" in e["data"]]
    if whose == MODEL:
        events = [e for e in events if e["event"] == "on_chain_end"]
        return _whole(pieces) + str([e["data"]["output"] for e in events])
    return _whole(pieces) + str([e["data"] for e in events])


async def _v3_events(chain: Any, road: Road) -> str:
    run = await chain.astream_events(road.given, CONFIGS[0], version="v3")
    if not road.is_graph:
        return "".join([piece async for piece in run.text]) + str(await run.output)
    pieces = [piece async for message in run.messages async for piece in message.text]
    return "".join(pieces) + str(await run.output())


def _v3(chain: Any, road: Road) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it is said to be new
        return asyncio.run(_v3_events(chain, road))


WAYS: dict[str, Callable[[Any, Road], str]] = {
    "invoke": lambda chain, road: str(chain.invoke(road.given, CONFIGS[0])),
    "ainvoke": lambda chain, road: str(
        asyncio.run(chain.ainvoke(road.given, CONFIGS[0]))
    ),
    "stream": _stream,
    "astream": _astream,
    "batch": lambda chain, road: str(chain.batch([road.given] * 2, CONFIGS)),
    "abatch": lambda chain, road: str(
        asyncio.run(chain.abatch([road.given] * 2, CONFIGS))
    ),
    "events v2": lambda chain, road: "",
    "events v3": _v3,
}
VALUES = [JANE, BOB, BOSS]
NO_V3 = "LangChain has events of v3 for chat models and graphs, not for chains."


def go(road: Road, placement: str, mode: str) -> None:
    """Go it. The model sees no value, the app all of them and no placeholder."""
    masker = Masker(
        recognizer=recognizing({"EMAIL_ADDRESS": VALUES}), vault=MemoryVault()
    )
    model = Replying(reply=road.reply or _telling)
    chain = road.build(model, masker, placement)
    shown = (
        _events(chain, road, placement)
        if mode == "events v2"
        else WAYS[mode](chain, road)
    )
    assert model.came
    assert not any(value in str(model.came) for value in VALUES)
    assert all(value in shown for value in road.shows)
    assert PLACEHOLDER.search(shown) is None


def _cell(road: Road, placement: str, mode: str) -> Cell:
    going = partial(go, road, placement, mode)
    is_chain = not road.is_graph and road.name != "a chat model"
    if mode == "events v3" and is_chain:
        return Cell(road.name, placement, mode, going, NO_V3, NotImplementedError)
    return Cell(road.name, placement, mode, going)


CELLS = [
    _cell(road, placement, mode)
    for road in ROADS
    for placement in road.placements
    for mode in WAYS
]
ABOUT = "\n".join(
    [
        "Which roads to a model are masked, and how each may be gone.",
        "The table is written by going each road in each mode, "
        "with a model that is not real.",
        'A cell says "yes" where the model saw placeholders only, '
        "and the app saw every value and no placeholder.",
        '"At the model" is `PIIMaskedChatModel`, in agents `PIIMaskMiddleware`; '
        '"around" is `with_pii_masking`; '
        '"by the pair" is `PIIMask` and `PIIUnmask`.',
        "",
        "The pair masks what passes between its two halves.",
        "It does not see the tools that a model is bound with, "
        "nor what an agent asks its model: "
        "there are no rows for these, and no error can be raised there.",
        "Of `astream_events` it restores the whole chain's own events; "
        "those of the steps inside show placeholders.",
        "At the model, in an agent, the event of a model's start shows "
        "what that model is sent: placeholders.",
    ]
)


def coverage() -> str:
    """The page."""
    return page("LangChain: roads and modes", ABOUT, CELLS, [*WAYS])


if __name__ == "__main__":
    sys.stdout.write(coverage())
