"""Chat models for your own tests: one around ``FakeModel``, and one that is canned."""

from collections.abc import Iterator, Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field, InstanceOf

from piimask_core.testing import FakeModel


class FakeChatModel(BaseChatModel):
    """Answers as ``fake`` does; what it was bound with counts as seen."""

    fake: InstanceOf[FakeModel]

    def bind_tools(
        self, tools: Sequence[Any], **kwargs: Any
    ) -> Runnable[Any, AIMessage]:
        """Tools in OpenAI's form."""
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools])

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        answer = self.fake.answer(self._read(messages, kwargs))
        return ChatResult(generations=[ChatGeneration(message=AIMessage(answer))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for piece in self.fake.pieces(self._read(messages, kwargs)):
            yield ChatGenerationChunk(message=AIMessageChunk(content=piece))

    @property
    def _llm_type(self) -> str:
        return "fake"

    def _read(
        self, messages: Sequence[BaseMessage], kwargs: dict[str, Any]
    ) -> list[str]:
        """Every text of the request; the last message last."""
        self.fake.seen += [str(value) for value in kwargs.values()]
        return [message.text for message in messages]


class CannedChatModel(BaseChatModel):
    """Answers with ``answer``, streams ``chunks``.

    ``came``: the messages and the settings of each request.
    """

    answer: AIMessage = AIMessage("ok")
    chunks: list[AIMessageChunk] = Field(default_factory=list)
    came: list[Any] = Field(default_factory=list)

    def bind_tools(
        self, tools: Sequence[Any], **kwargs: Any
    ) -> Runnable[Any, AIMessage]:
        """Tools as they are."""
        return self.bind(tools=tools, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        self.came.append((messages, {"stop": stop, **kwargs}))
        return ChatResult(generations=[ChatGeneration(message=self.answer)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        self.came.append((messages, {"stop": stop, **kwargs}))
        for chunk in self.chunks:
            yield ChatGenerationChunk(message=chunk.model_copy())

    @property
    def _llm_type(self) -> str:
        return "canned"
