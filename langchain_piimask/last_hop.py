"""The model that the middleware puts in: it is given masked text and restores."""

from collections.abc import AsyncIterator, Callable, Collection, Iterator
from typing import Any

from langchain_core.callbacks import (
    AsyncCallbackManagerForLLMRun,
    CallbackManagerForLLMRun,
)
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import RunnableConfig

from piimask_core.restorer import Restorer
from piimask_core.session import Scope

from .chat_model import PIIMaskedChatModel

RESTORED = "pii_restored"
"""Key in ``response_metadata``, inside of a model call only: do not restore again."""


class LastHop(PIIMaskedChatModel):
    """In place of the agent's model: gets masked text, masks what was added since."""

    restores: bool = True

    def _scope(
        self, config: RunnableConfig | None, kwargs: dict[str, Any]
    ) -> dict[str, Scope]:
        self._retell(kwargs)
        return {}

    def _taken(self, kwargs: dict[str, Any]) -> Scope:
        assert self.registry is not None  # noqa: S101  # for the type checker
        return Scope(self.registry, True)

    def _restorers(
        self, scope: Scope, mentioned: Collection[str]
    ) -> Callable[[], Restorer]:
        layered = not self.restores
        return super()._restorers(Scope(scope.registry, layered), mentioned)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return _marked(super()._generate(messages, stop, run_manager, **kwargs))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return _marked(await super()._agenerate(messages, stop, run_manager, **kwargs))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        chunks = super()._stream(messages, stop, run_manager, **kwargs)
        return (_marked_chunk(chunk) for chunk in chunks)

    def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        chunks = super()._astream(messages, stop, run_manager, **kwargs)
        return (_marked_chunk(chunk) async for chunk in chunks)


def _marked(result: ChatResult) -> ChatResult:
    generations = [
        generation.model_copy(update={"message": _told(generation.message)})
        for generation in result.generations
    ]
    return result.model_copy(update={"generations": generations})


def _marked_chunk(chunk: ChatGenerationChunk) -> ChatGenerationChunk:
    return chunk.model_copy(update={"message": _told(chunk.message)})


def _told(message: BaseMessage) -> BaseMessage:
    told = {**message.response_metadata, RESTORED: True}
    return message.model_copy(update={"response_metadata": told})
