"""The model that the middleware puts in: it is given masked text and restores."""

import re
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from typing import Any

from langchain_core.callbacks import (
    AsyncCallbackManagerForLLMRun,
    CallbackManagerForLLMRun,
)
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import RunnableConfig

from piimask_core.grammar import find
from piimask_core.restorer import Restorer
from piimask_core.session import Scope

from .chat_model import PIIMaskedChatModel
from .messages import every_text

RESTORED = "pii_restored"
"""Key in ``response_metadata``, inside of a model call only: do not restore again."""


class LastHop(PIIMaskedChatModel):
    """In place of the agent's model: gets masked text, masks what was added since."""

    restores: bool = True
    seen_to: frozenset[str] = frozenset()
    """Every text that was masked and proven a moment ago, by the middleware."""

    def _masked(
        self,
        messages: list[BaseMessage],
        settings: dict[str, Any],
        scope: Scope,
        mentioned: set[str],
    ) -> tuple[list[BaseMessage], dict[str, Any]]:
        """Not a second time what nobody has touched since."""
        said, told = set(every_text(messages)), set(every_text(settings))
        added = told - self.seen_to
        if not (said <= self.seen_to and all(map(_is_a_word, added))):
            return super()._masked(messages, settings, scope, mentioned)
        mentioned.update(t[s:e] for t in said | told for s, e in find(t))
        self.masker.proven(added, scope.registry)
        return messages, settings

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


_is_a_word = re.compile(r"[a-z_]{1,32}").fullmatch
"""What a form of the provider's own adds: it is proven, and never masked."""


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
