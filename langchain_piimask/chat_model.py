"""A chat model that sees placeholders only, whoever calls it and from wherever."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

from langchain_core.callbacks import (
    AsyncCallbackManagerForLLMRun,
    CallbackManagerForLLMRun,
)
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableBinding, RunnableConfig
from langchain_core.tools import BaseTool
from pydantic import Field, InstanceOf

from piimask_core import InputError, Masker, Registry, default_masker
from piimask_core.session import Scope, ephemeral

from .messages import instruct, map_json, map_messages
from .restoring import MessageStream, restored_message
from .sessions import scope_of

_SCOPE = "pii_scope"
MASKED = {"piimask": True}
"""Metadata by which the guard of ``with_pii_masking`` knows this model."""

_FORWARDED = (
    "callbacks",
    "disable_streaming",
    "output_version",
    "rate_limiter",
    "tags",
)


class PIIMaskedChatModel(BaseChatModel):
    """Any chat model, with everything that is sent masked and answers restored.

    ``PIIMaskedChatModel(model)`` stands wherever the model stood: in chains, graphs
    and agents. System prompt, history, tools and their results are masked; texts,
    tool arguments and streams come back with their values. The session is that of the
    config (``session_id``, ``thread_id``), of ``pii_session`` or of ``registry``; a
    call without any has a registry of its own. Nothing is cached: a cache shared by
    sessions would hand one's answer to another.
    """

    bound: BaseChatModel
    masker: InstanceOf[Masker] = Field(
        default_factory=default_masker, exclude=True, repr=False
    )
    registry: InstanceOf[Registry] | None = Field(
        default=None, exclude=True, repr=False
    )

    def __init__(self, bound: BaseChatModel, **settings: Any) -> None:
        if not isinstance(bound, BaseChatModel):
            raise InputError(
                f"Expected a chat model, got a {type(bound).__name__}; "
                "with_pii_masking() takes any runnable."
            )
        settings.setdefault("cache", False)
        settings["metadata"] = {**(bound.metadata or {}), **MASKED}
        for name in _FORWARDED:
            settings.setdefault(name, getattr(bound, name))
        if (profile := getattr(bound, "profile", None)) is not None:
            settings.setdefault("profile", profile)
        super().__init__(**{"bound": bound, **settings})

    # The session is resolved here, in plain functions: a generator's body may run
    # in another context.

    def invoke(
        self,
        input: LanguageModelInput,
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> AIMessage:
        """See ``Runnable.invoke``."""
        scope = self._scope(config, kwargs)
        return super().invoke(input, config, stop=stop, **kwargs, **scope)

    async def ainvoke(
        self,
        input: LanguageModelInput,
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> AIMessage:
        """See ``Runnable.ainvoke``."""
        scope = self._scope(config, kwargs)
        return await super().ainvoke(input, config, stop=stop, **kwargs, **scope)

    def stream(
        self,
        input: LanguageModelInput,
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> Iterator[AIMessageChunk]:
        """See ``Runnable.stream``."""
        scope = self._scope(config, kwargs)
        return super().stream(input, config, stop=stop, **kwargs, **scope)

    def astream(
        self,
        input: LanguageModelInput,
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[AIMessageChunk]:
        """See ``Runnable.astream``."""
        scope = self._scope(config, kwargs)
        return super().astream(input, config, stop=stop, **kwargs, **scope)

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """The bound model's own form of these tools; masked when they are sent."""
        theirs = self.bound.bind_tools(tools, **kwargs)
        if not isinstance(theirs, RunnableBinding) or theirs.bound is not self.bound:
            raise InputError(
                f"{type(self.bound).__name__}.bind_tools() returns something other "
                "than a binding of itself; wrap what it returns instead."
            )
        return self.bind(**theirs.kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        scope = self._taken(kwargs)
        sent, kwargs = self._masked(messages, kwargs, scope)
        return _restored(self.bound._generate(sent, stop=stop, **kwargs), scope)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        scope = self._taken(kwargs)
        sent, kwargs = self._masked(messages, kwargs, scope)
        return _restored(await self.bound._agenerate(sent, stop=stop, **kwargs), scope)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        scope = self._taken(kwargs)
        sent, kwargs = self._masked(messages, kwargs, scope)
        chunks = self.bound._stream(sent, stop=stop, **kwargs)
        return chunks if scope.layered else _restored_stream(chunks, scope)

    def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        scope = self._taken(kwargs)
        sent, kwargs = self._masked(messages, kwargs, scope)
        chunks = self.bound._astream(sent, stop=stop, **kwargs)
        return chunks if scope.layered else _restored_astream(chunks, scope)

    def _scope(
        self, config: RunnableConfig | None, kwargs: dict[str, Any]
    ) -> dict[str, Scope]:
        """The scope as the keyword that carries it down to ``_generate``."""
        if _SCOPE in kwargs:
            return {}
        found = scope_of(self.masker, self.registry, config)
        return {_SCOPE: found or ephemeral(self.masker)}

    def _taken(self, kwargs: dict[str, Any]) -> Scope:
        scope = kwargs.pop(_SCOPE, None) or scope_of(self.masker, self.registry, None)
        return scope or ephemeral(self.masker)

    def _masked(
        self, messages: list[BaseMessage], kwargs: dict[str, Any], scope: Scope
    ) -> tuple[list[BaseMessage], dict[str, Any]]:
        """What may be sent: messages and settings, with the instruction if needed."""
        mentioned: set[str] = set()
        sent, settings = self.masker.mask_with(
            lambda visit: (map_messages(messages, visit), map_json(kwargs, visit)),
            scope.registry,
            layered=scope.layered,
            mentioned=mentioned,
        )
        if mentioned:
            sent = instruct(sent, self.masker.instruction)
        return sent, settings

    def _should_stream(self, **kwargs: Any) -> bool:
        return self.bound._should_stream(**kwargs)

    def _should_use_protocol_streaming(self, **kwargs: Any) -> bool:
        can = self.bound._should_stream(
            async_api=kwargs["async_api"], run_manager=None, stream=True
        )
        return can and super()._should_use_protocol_streaming(**kwargs)

    def _get_invocation_params(
        self, stop: list[str] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        kwargs.pop(_SCOPE, None)
        return self.bound._get_invocation_params(stop=stop, **kwargs)

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> Any:
        kwargs.pop(_SCOPE, None)
        return self.bound._get_ls_params(stop=stop, **kwargs)

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return dict(self.bound._identifying_params)

    @property
    def _llm_type(self) -> str:
        return self.bound._llm_type


def _restored(result: ChatResult, scope: Scope) -> ChatResult:
    if scope.layered:
        return result
    values = scope.registry.view()
    generations = [
        ChatGeneration(
            message=restored_message(generation.message, values),
            generation_info=generation.generation_info,
        )
        for generation in result.generations
    ]
    return ChatResult(generations=generations, llm_output=result.llm_output)


def _restored_stream(
    chunks: Iterator[ChatGenerationChunk], scope: Scope
) -> Iterator[ChatGenerationChunk]:
    stream = MessageStream(scope.registry.view())
    for chunk in chunks:
        yield _rewrapped(chunk, stream)
    if rest := stream.flush():
        yield ChatGenerationChunk(message=rest)


async def _restored_astream(
    chunks: AsyncIterator[ChatGenerationChunk], scope: Scope
) -> AsyncIterator[ChatGenerationChunk]:
    stream = MessageStream(scope.registry.view())
    async for chunk in chunks:
        yield _rewrapped(chunk, stream)
    if rest := stream.flush():
        yield ChatGenerationChunk(message=rest)


def _rewrapped(
    chunk: ChatGenerationChunk, stream: MessageStream
) -> ChatGenerationChunk:
    message = chunk.message
    if not isinstance(message, AIMessageChunk):
        raise InputError(f"A stream of {type(message).__name__} cannot be restored.")
    return ChatGenerationChunk(
        message=stream.feed(message), generation_info=chunk.generation_info
    )
