"""An agent's model that answers what it is told to, and what it must not see."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    SystemMessage,
)
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field

from piimask_core.grammar import PLACEHOLDER

JANE = "jane@example.com"
BOB = "bob@company.com"
BOSS = "boss@corp.com"
JO = 'Jo "JJ" O\\Neil'
VALUES = [JANE, BOB, BOSS, JO, "JJ"]


class Scripted(BaseChatModel):
    """Answers with these, one after the other; streams them three letters at a time."""

    answers: list[AIMessage] = Field(default_factory=list)
    came: list[Any] = Field(default_factory=list)
    fails: bool = False

    def bind_tools(
        self, tools: Sequence[Any], **kwargs: Any
    ) -> Runnable[Any, AIMessage]:
        return self.bind(
            tools=[convert_to_openai_tool(each) for each in tools], **kwargs
        )

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> ChatResult:
        message = self._next(messages, kwargs)
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        message = self._next(messages, kwargs)
        for at in range(0, len(message.text), 3):
            piece = AIMessageChunk(content=message.text[at : at + 3])
            yield ChatGenerationChunk(message=piece)
        if message.tool_calls:
            calls: Any = [
                {**call, "args": json.dumps(call["args"]), "index": n}
                for n, call in enumerate(message.tool_calls)
            ]
            yield ChatGenerationChunk(
                message=AIMessageChunk(content="", tool_call_chunks=calls)
            )

    def _next(self, messages: list[BaseMessage], kwargs: Any) -> AIMessage:
        if self.fails:
            raise ConnectionError
        self.came.append((messages, kwargs))
        return self.answers[len(self.came) - 1].model_copy()

    @property
    def _llm_type(self) -> str:
        return "scripted"


def calling(name: str, /, **arguments: Any) -> AIMessage:
    """The model wants a tool called."""
    call = {"name": name, "args": arguments, "id": f"call_{name}", "type": "tool_call"}
    return AIMessage("", tool_calls=[call])


THREAD: Any = {"configurable": {"thread_id": "t"}}


def asked(agent: Any, text: str = f"I am {JO}, {JANE}", config: Any = THREAD) -> Any:
    return agent.invoke({"messages": [("human", text)]}, config)


def seen(model: Scripted) -> str:
    """Everything that the model was ever given."""
    return str(model.came)


def no_value_in(text: str) -> bool:
    return not any(value in text for value in VALUES)


class Replying(Scripted):
    """Answers by what it is asked; safe to be asked by many at once."""

    reply: Callable[[list[BaseMessage]], AIMessage]

    def _next(self, messages: list[BaseMessage], kwargs: Any) -> AIMessage:
        self.came.append((messages, kwargs))
        return self.reply(messages)


def told_in(messages: Sequence[BaseMessage]) -> list[str]:
    """The placeholders in what is no system message, each once."""
    texts = [m.text for m in messages if not isinstance(m, SystemMessage)]
    return list(dict.fromkeys(m[0] for m in PLACEHOLDER.finditer("\n".join(texts))))
