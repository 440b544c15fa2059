"""An agent whose threads outlive the process: one turn of it, for tests to run anew.

``python -m threads_on_disk PLACEMENT SAVER_URL VAULT_URL TEXT`` prints in JSON what the
model was sent last, and what the app was shown.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from langchain.agents import create_agent
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver

from langchain_piimask import Masker, PIIMaskMiddleware, with_pii_masking
from piimask_core.testing import recognizing
from piimask_core.vault import vault_from_url
from piimask_core.vault.keys import EnvKeys
from scripted_agents import BOB, BOSS, JANE, Replying, calling, told_in

CONFIG: Any = {"configurable": {"thread_id": os.environ.get("THREAD", "t")}}


@contextmanager
def saver_at(url: str) -> Iterator[Any]:
    """A checkpointer by its address."""
    if url == "memory://":
        yield InMemorySaver()
    elif url.startswith("sqlite:///"):
        from langgraph.checkpoint.sqlite import SqliteSaver

        with SqliteSaver.from_conn_string(url.removeprefix("sqlite:///")) as saver:
            yield saver
    else:
        from langgraph.checkpoint.postgres import PostgresSaver

        with PostgresSaver.from_conn_string(url) as saver:
            saver.setup()
            yield saver


def masker_at(url: str) -> Masker:
    """One that finds what the tests name, with its values there."""
    found = recognizing({"EMAIL_ADDRESS": [JANE, BOB, BOSS]})
    options = {} if url == "memory://" else {"keys": EnvKeys()}
    return Masker(recognizer=found, vault=vault_from_url(url, **options))


@tool
def mail(to: str) -> str:
    """Send a mail; complaints go to boss@corp.com."""
    assert "@" in to, "a tool gets values"
    return f"sent to {to}"


def answering(messages: list[BaseMessage]) -> AIMessage:
    """First a call in each turn, then all that it was told."""
    if messages[-1].type == "human":
        call = calling("mail", to=told_in(messages)[-1])
        call.tool_calls[0]["id"] = f"call_{len(messages)}"
        return call
    return AIMessage(f"Told {' '.join(told_in(messages))}.")


def agent_with(saver: Any, masker: Masker, placement: str) -> tuple[Any, Replying]:
    """An agent in one of two placements, and its model."""
    model = Replying(reply=answering)
    masking = PIIMaskMiddleware(masker=masker)
    agent: Any = create_agent(model, [mail], middleware=[masking], checkpointer=saver)
    if placement == "around":
        agent = with_pii_masking(agent, masker=masker)
    return agent, model


def turn(placement: str, saver_url: str, vault_url: str, text: str) -> dict[str, Any]:
    """What the model was sent, what the app was shown, what lies in the store."""
    with saver_at(saver_url) as saver:
        agent, model = agent_with(saver, masker_at(vault_url), placement)
        state = agent.invoke({"messages": [("human", text)]}, CONFIG)
        return {
            "sent": [[m.text, getattr(m, "tool_calls", [])] for m in model.came[-1][0]],
            "shown": state["messages"][-1].text,
            "kept": str([*saver.list(CONFIG)]),
        }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(turn(*sys.argv[1:5])))
