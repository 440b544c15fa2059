"""What does masking cost in LangChain: a call, an agent, a long conversation?

    python benchmarks/bench_langchain.py

Each figure stands beside its goal, and is held against it in this run. A time is the
median of this process's own time; what is compared has its turn in each repetition.
Every message is a new one, with one value in it, so that nothing is remembered but what
a conversation sends again. Models answer at once, and tools do nothing.
"""

import gc
import logging
import sys
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from statistics import median
from time import process_time
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import PIIMiddleware
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.runnables import RunnableLambda

from langchain_piimask import (
    Masker,
    MemoryVault,
    PIIMask,
    PIIMaskedChatModel,
    PIIMaskMiddleware,
    Registry,
    with_pii_masking,
)
from langchain_piimask.testing import CannedChatModel

warnings.simplefilter("ignore")
logging.disable()

NUMBERS = count()
ANSWER = "Thank you, I look after that at once and tell you when it is done."
CONFIG: Any = {"configurable": {"thread_id": "t"}}


def message() -> HumanMessage:
    """A new one of a hundred letters, in which one value stands."""
    n = next(NUMBERS)
    return HumanMessage(
        "please have a look at what i ordered last week and write to "
        f"user{n}@example.com as soon as it is on the way"
    )


def masker() -> Masker:
    """As by default, with values of its own."""
    return Masker(vault=MemoryVault())


def times(
    *jobs: Callable[[], object], repetitions: int = 31, each: int = 1
) -> list[float]:
    """Median seconds of each job; they take turns."""
    found: list[list[float]] = [[] for _ in jobs]
    for job in jobs:
        job()
    gc.collect()
    for _ in range(repetitions):
        for job, taken in zip(jobs, found, strict=True):
            begun = process_time()
            for _ in range(each):
                job()
            taken.append((process_time() - begun) / each)
    return [median(taken) for taken in found]


def told(what: str, figure: float, unit: str, goal: float) -> None:
    """One line; whether the goal is met."""
    met = "met" if figure <= goal else "MISSED"
    print(f"{what:<58} {figure:9.2f} {unit:<3} goal {goal:g} {unit} {met}")


def invoke_alone() -> None:
    """What the runnable adds to the function that it is."""
    one, registry = replace(masker(), prove=False), Registry()
    runnable = PIIMask(masker=one, registry=registry)
    lambda_ = RunnableLambda(lambda text: text)
    text = "nothing to see here"

    def bare() -> object:
        return one.mask_with(lambda visit: visit(text), registry, mentioned=set())

    function, ours, theirs = times(
        bare, lambda: runnable.invoke(text), lambda: lambda_.invoke(text), each=200
    )
    told("PIIMask.invoke over the bare function", (ours - function) * 1e6, "us", 5)
    print(f"{'RunnableLambda.invoke':<58} {theirs * 1e6:9.2f} us")


def a_model() -> None:
    """One call of a chat model, with a new message."""
    plain = CannedChatModel()
    masked = PIIMaskedChatModel(CannedChatModel(), masker=masker())
    bare, ours = times(
        lambda: plain.invoke([message()]),
        lambda: masked.invoke([message()], CONFIG),
    )
    print(
        f"{'PIIMaskedChatModel over the bare model':<58} {(ours - bare) * 1e3:9.2f} ms"
    )


TYPES = ("email", "credit_card", "ip", "mac_address", "url")


def an_agent() -> None:
    """One call of an agent: ours beside five of the built-in ones."""

    def calling(*middleware: Any, is_around: bool = False) -> Callable[[], object]:
        agent: Any = create_agent(CannedChatModel(), middleware=middleware)
        agent = with_pii_masking(agent) if is_around else agent
        return lambda: agent.invoke({"messages": [message()]}, CONFIG)

    theirs = [PIIMiddleware(each, apply_to_tool_results=True) for each in TYPES]
    ours = PIIMaskMiddleware(masker=masker())
    bare, five, one, around = times(
        calling(),
        calling(*theirs),
        calling(ours),
        calling(PIIMaskMiddleware(), is_around=True),
    )
    print(f"{'agent, bare':<58} {bare * 1e3:9.2f} ms")
    print(f"{'five PIIMiddleware add':<58} {(five - bare) * 1e3:9.2f} ms")
    print(f"{'PIIMaskMiddleware adds':<58} {(one - bare) * 1e3:9.2f} ms")
    print(f"{'with_pii_masking around it adds':<58} {(around - bare) * 1e3:9.2f} ms")
    told(
        "PIIMaskMiddleware of five PIIMiddleware",
        (one - bare) / (five - bare),
        "x",
        0.1,
    )


def talk(turns: int) -> list[BaseMessage]:
    """So many turns, each with a value of its own, and the next question."""
    said: list[BaseMessage] = []
    for _ in range(turns - 1):
        said += [message(), AIMessage(f"{ANSWER} {next(NUMBERS)}")]
    return [*said, message()]


def a_long_talk() -> None:
    """Turn 400 of an agent; turn 200 of a chat beside turn 1."""
    agent: Any = create_agent(
        CannedChatModel(), middleware=[PIIMaskMiddleware(masker=masker())]
    )
    plain: Any = create_agent(CannedChatModel())
    bare, ours = _turns(
        [lambda m: plain.invoke({"messages": m}, CONFIG)],
        [lambda m: agent.invoke({"messages": m}, CONFIG)],
        turns=400,
    )
    told("turn 400 of an agent adds", (ours - bare) * 1e3, "ms", 20)

    model = PIIMaskedChatModel(CannedChatModel(), masker=masker())
    unmasked = CannedChatModel()
    firsts, bares = times(
        lambda: model.invoke(
            [message()], {"configurable": {"thread_id": message().text}}
        ),
        lambda: unmasked.invoke([message()]),
    )
    bare, late = _turns(
        [lambda m: unmasked.invoke(m)], [lambda m: model.invoke(m, CONFIG)], turns=200
    )
    print(f"{'turn 1 of a chat adds':<58} {(firsts - bares) * 1e3:9.2f} ms")
    print(f"{'turn 200 of a chat adds':<58} {(late - bare) * 1e3:9.2f} ms")
    told("turn 200 of turn 1", (late - bare) / (firsts - bares), "x", 1.5)


def _turns(
    *ways: Sequence[Callable[[list[BaseMessage]], object]], turns: int
) -> list[float]:
    """Median seconds of the last turns of one talk, each turn with a new message."""
    said = talk(turns - 9)
    for way in ways:
        way[0](said)
    found: list[list[float]] = [[] for _ in ways]
    for _ in range(9):
        said = [*said, AIMessage(f"{ANSWER} {next(NUMBERS)}"), message()]
        gc.collect()
        for way, taken in zip(ways, found, strict=True):
            begun = process_time()
            way[0](said)
            taken.append(process_time() - begun)
    return [median(taken) for taken in found]


PARTS = [invoke_alone, a_model, an_agent, a_long_talk]

if __name__ == "__main__":
    print(f"python {sys.version.split()[0]}")
    for part in PARTS:
        part()
