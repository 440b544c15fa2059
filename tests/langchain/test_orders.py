"""Which middleware may stand before and after ours, and which leaks where."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import (
    HumanInTheLoopMiddleware,
    LLMToolSelectorMiddleware,
    ModelCallLimitMiddleware,
    ModelFallbackMiddleware,
    ModelRetryMiddleware,
    PIIMiddleware,
    SummarizationMiddleware,
    ToolRetryMiddleware,
)
from langchain.agents.structured_output import ProviderStrategy, ToolStrategy
from langchain_core.messages import AIMessage, BaseMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command
from pydantic import BaseModel

from langchain_piimask import (
    Masker,
    PIIMaskedChatModel,
    PIIMaskMiddleware,
    UnmaskedText,
    with_pii_masking,
)
from scripted_agents import BOB, BOSS, JANE, THREAD, Replying, calling, told_in

PAGE = Path(__file__).parents[2] / "docs" / "langchain-agents.md"


@tool
def mail(to: str) -> str:
    """Send a mail; complaints go to boss@corp.com."""
    return f"sent to {to}, copy to {BOB}"


def replying(messages: list[BaseMessage]) -> AIMessage:
    """A selection, a call, an answer: whatever is asked for."""
    if "select" in messages[0].text.lower():
        return calling("ToolSelectionResponse", tools=["mail"])
    if any(isinstance(m, ToolMessage) for m in messages):
        return AIMessage(f"Told {' '.join(told_in(messages))}.")
    return calling("mail", to=(told_in(messages) or ["nobody"])[0])


Model = Replying
Make = Callable[[Model, Any], Any]


class Order(NamedTuple):
    """A middleware of somebody's, by a model that is raw and by one that is masked."""

    name: str
    make: Make
    before: str = "yes"
    after: str = "yes"
    around: str = "yes"


def summarizing(model: Any) -> Any:
    return SummarizationMiddleware(model, trigger=("messages", 3), keep=("messages", 1))


ORDERS = [
    Order(
        "`HumanInTheLoopMiddleware`",
        lambda raw, masked: HumanInTheLoopMiddleware(interrupt_on={"mail": True}),
    ),
    Order(
        "`ModelFallbackMiddleware`, raw model",
        lambda raw, masked: ModelFallbackMiddleware(raw),
    ),
    Order(
        "`LLMToolSelectorMiddleware`, raw model",
        lambda raw, masked: LLMToolSelectorMiddleware(model=raw),
        before="leaks",
        around="refuses before",
    ),
    Order(
        "`LLMToolSelectorMiddleware`, masked model",
        lambda raw, masked: LLMToolSelectorMiddleware(model=masked),
    ),
    Order(
        "`SummarizationMiddleware`, raw model",
        lambda raw, masked: summarizing(raw),
        before="leaks",
        after="leaks",
    ),
    Order(
        "`SummarizationMiddleware`, masked model",
        lambda raw, masked: summarizing(masked),
    ),
    Order("`PIIMiddleware`", lambda raw, masked: PIIMiddleware("email")),
    Order("`ModelRetryMiddleware`", lambda raw, masked: ModelRetryMiddleware()),
    Order("`ToolRetryMiddleware`", lambda raw, masked: ToolRetryMiddleware()),
    Order(
        "`ModelCallLimitMiddleware`",
        lambda raw, masked: ModelCallLimitMiddleware(run_limit=9),
    ),
]


class Broken(Replying):
    """A model that is out of order, so that a fallback is asked."""

    fails: bool = True

    def _next(self, messages: list[BaseMessage], kwargs: Any) -> AIMessage:
        raise ConnectionError


def run(masker: Masker, order: Order, is_first: bool, is_around: bool) -> str:
    """Everything that any model was given."""
    main, raw = Replying(reply=replying), Replying(reply=replying)
    masked = PIIMaskedChatModel(Replying(reply=replying), masker=masker)
    other = order.make(raw, masked)
    asked = Broken(reply=replying) if "Fallback" in order.name else main
    ours = PIIMaskMiddleware(masker=masker)
    agent: Any = create_agent(
        asked,
        [mail],
        middleware=[ours, other] if is_first else [other, ours],
        checkpointer=InMemorySaver(),
    )
    agent = with_pii_masking(agent, masker=masker) if is_around else agent
    for text in (f"I am {JANE}", f"And {BOB}?"):
        state = agent.invoke({"messages": [("human", text)]}, THREAD)
        if "__interrupt__" in state:
            approved = {"decisions": [{"type": "approve"}]}
            state = agent.invoke(Command(resume=approved), THREAD)
    bound: Any = masked.bound
    if order.name != "`PIIMiddleware`":
        assert BOB in state["messages"][-1].text
    assert main.came or raw.came
    return f"{main.came} {raw.came} {bound.came}"


@pytest.mark.parametrize("is_around", [False, True])
@pytest.mark.parametrize("is_first", [False, True])
@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.name)
def test_an_order_leaks_or_does_not_as_it_is_told(
    masker: Masker, order: Order, is_first: bool, is_around: bool
) -> None:
    """Around everything none does; else those whose own model nobody wrapped."""
    if is_around and not is_first and order.around != "yes":
        with pytest.raises(UnmaskedText):
            run(masker, order, is_first, is_around)
        return
    said = order.after if is_first else order.before
    leaks = any(v in run(masker, order, is_first, is_around) for v in (JANE, BOB, BOSS))

    assert leaks == (said == "leaks" and not is_around)


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.name)
def test_the_page_tells_each_order(order: Order) -> None:
    """As it was found."""
    row = f"| {order.name} | {order.before} | {order.after} | {order.around} |"

    assert row in PAGE.read_text()


class Contact(BaseModel):
    """How to reach somebody."""

    mail: str


@pytest.mark.parametrize("is_around", [False, True])
@pytest.mark.parametrize("strategy", [ToolStrategy, ProviderStrategy])
def test_structured_output_is_real_in_both_placements(
    masker: Masker, strategy: Any, is_around: bool
) -> None:
    """By a tool and by the provider's own means."""

    def reply(messages: list[BaseMessage]) -> AIMessage:
        found = told_in(messages)[0]
        if strategy is ToolStrategy:
            return calling("Contact", mail=found)
        return AIMessage(f'{{"mail": "{found}"}}')

    agent: Any = create_agent(
        Replying(reply=reply),
        response_format=strategy(Contact),
        middleware=[PIIMaskMiddleware(masker=masker)],
    )
    agent = with_pii_masking(agent, masker=masker) if is_around else agent
    state = agent.invoke({"messages": [("human", JANE)]}, THREAD)

    assert state["structured_response"] == Contact(mail=JANE)
