"""``piimask_core.testing.FakeModel`` as a LlamaIndex LLM, and an offline embedding."""

import math
import re
import zlib
from collections.abc import Sequence
from typing import Any

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseGen,
    LLMMetadata,
    MessageRole,
)
from llama_index.core.llms.callbacks import llm_chat_callback, llm_completion_callback
from llama_index.core.llms.custom import CustomLLM
from pydantic import Field, InstanceOf

from piimask_core.testing import FakeModel


class FakeLLM(CustomLLM):
    """Answers as ``fake`` does; what it was called with counts as seen."""

    fake: InstanceOf[FakeModel] = Field(exclude=True, repr=False)
    is_chat_model: bool = True

    def __init__(self, fake: FakeModel, **fields: Any) -> None:
        super().__init__(fake=fake, **fields)

    @property
    def metadata(self) -> LLMMetadata:
        """A chat model without tools."""
        return LLMMetadata(model_name="fake", is_chat_model=self.is_chat_model)

    @llm_chat_callback()
    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        """The whole answer."""
        return _answer(self.fake.answer(self._read(messages, kwargs)))

    @llm_chat_callback()
    def stream_chat(
        self, messages: Sequence[ChatMessage], **kwargs: Any
    ) -> ChatResponseGen:
        """The answer in pieces."""
        pieces = self.fake.pieces(self._read(messages, kwargs))

        def stream() -> ChatResponseGen:
            text = ""
            for piece in pieces:
                text += piece
                yield _answer(text, piece)

        return stream()

    @llm_completion_callback()
    def complete(
        self, prompt: str, formatted: bool = False, **kwargs: Any
    ) -> CompletionResponse:
        """The whole answer."""
        self.fake.seen += [str(value) for value in kwargs.values()]
        return CompletionResponse(text=self.fake.answer([prompt]))

    @llm_completion_callback()
    def stream_complete(
        self, prompt: str, formatted: bool = False, **kwargs: Any
    ) -> CompletionResponseGen:
        """The answer in pieces."""
        self.fake.seen += [str(value) for value in kwargs.values()]
        pieces = self.fake.pieces([prompt])

        def stream() -> CompletionResponseGen:
            text = ""
            for piece in pieces:
                text += piece
                yield CompletionResponse(text=text, delta=piece)

        return stream()

    @classmethod
    def class_name(cls) -> str:
        """The name under which it is serialized."""
        return "FakeLLM"

    def _read(
        self, messages: Sequence[ChatMessage], kwargs: dict[str, Any]
    ) -> list[str]:
        """The text of each message; everything else of it counts as seen."""
        self.fake.seen += [message.model_dump_json() for message in messages]
        self.fake.seen += [str(value) for value in kwargs.values()]
        return [message.content or "" for message in messages]


class FakeEmbedding(BaseEmbedding):
    """Counts words, so that like texts are near; ``seen`` holds every text it read."""

    size: int = 64
    seen: list[str] = Field(default_factory=list, exclude=True, repr=False)

    @classmethod
    def class_name(cls) -> str:
        """The name under which it is serialized."""
        return "FakeEmbedding"

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._counted(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._counted(query)

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._counted(text)

    def _counted(self, text: str) -> list[float]:
        self.seen.append(text)
        counts = [0.0] * self.size
        for word in re.findall(r"\w+", text.lower()) or [""]:
            counts[zlib.crc32(word.encode()) % self.size] += 1
        length = math.hypot(*counts)
        return [count / length for count in counts]


def _answer(text: str, delta: str | None = None) -> ChatResponse:
    message = ChatMessage(role=MessageRole.ASSISTANT, content=text)
    return ChatResponse(message=message, delta=delta)
