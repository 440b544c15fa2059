"""A chat model that sees placeholders only, whoever calls it and from wherever."""

from collections.abc import (
    AsyncIterator,
    Callable,
    Collection,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import suppress
from functools import partial
from typing import Any, NamedTuple

from langchain_core.callbacks import (
    AsyncCallbackManagerForLLMRun,
    CallbackManagerForLLMRun,
)
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableBinding, RunnableConfig
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_json_schema
from pydantic import Field, InstanceOf

from piimask_core import InputError, Masker, Registry, default_masker
from piimask_core.instruction import in_settings
from piimask_core.restorer import Restorer
from piimask_core.session import Scope, ephemeral
from piimask_core.tree import from_source
from piimask_core.waiting import aside

from .messages import every_text, instruct, map_messages, map_settings
from .restoring import MessageStream, restored_message
from .sessions import scope_of
from .tracing import trace_anonymizer

_SCOPE = "pii_scope"
_SCHEMA = "ls_structured_output_format"
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
        vault = self.masker.vault
        scope = await aside(vault, partial(self._scope, config, kwargs))
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
        request = self._request(messages, stop, kwargs)
        result = self.bound._generate(request.messages, **request.settings)
        return _restored(result, request)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        vault = self.masker.vault
        request = await aside(vault, partial(self._request, messages, stop, kwargs))
        result = await self.bound._agenerate(request.messages, **request.settings)
        return await aside(vault, partial(_restored, result, request))

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        request = self._request(messages, stop, kwargs)
        chunks = self.bound._stream(request.messages, **request.settings)
        return _restored_stream(chunks, request)

    def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        request = self._request(messages, stop, kwargs)
        chunks = self.bound._astream(request.messages, **request.settings)
        return _restored_astream(chunks, request)

    def _scope(
        self, config: RunnableConfig | None, kwargs: dict[str, Any]
    ) -> dict[str, Scope]:
        """The scope as the keyword that carries it down to ``_generate``."""
        self._retell(kwargs)
        if _SCOPE in kwargs:
            return {}
        found = scope_of(self.masker, self.registry, config)
        return {_SCOPE: found or ephemeral(self.masker)}

    def _taken(self, kwargs: dict[str, Any]) -> Scope:
        scope = kwargs.pop(_SCOPE, None) or scope_of(self.masker, self.registry, None)
        return scope or ephemeral(self.masker)

    def _request(
        self, messages: list[BaseMessage], stop: list[str] | None, kwargs: Any
    ) -> "_Request":
        """What may be sent, with the instruction if needed; proven to hold no value."""
        scope, mentioned = self._taken(kwargs), set[str]()
        given = {"stop": stop, **kwargs}
        sent, settings = self._masked(messages, given, scope, mentioned)
        if mentioned:
            sent, settings = _told(sent, settings, self.masker.tells)
        restorers = self._restorers(scope, mentioned)
        return _Request(sent, settings, restorers, _asks_for_json(kwargs))

    def _masked(
        self,
        messages: list[BaseMessage],
        settings: dict[str, Any],
        scope: Scope,
        mentioned: set[str],
    ) -> tuple[list[BaseMessage], dict[str, Any]]:
        """Both masked, and proven to hold no value."""
        sent, told = self.masker.mask_with(
            lambda visit: (
                map_messages(messages, visit),
                map_settings(settings, from_source(visit, "app")),
            ),
            scope.registry,
            layered=scope.layered,
            mentioned=mentioned,
        )
        self.masker.proven(every_text([sent, told]), scope.registry)
        return sent, told

    def _restorers(
        self, scope: Scope, mentioned: Collection[str]
    ) -> Callable[[], Restorer]:
        """What restores the answers to a request in which these were mentioned."""
        return partial(
            self.masker.restorer,
            scope.registry,
            layered=scope.layered,
            shown=mentioned,
        )

    def _should_stream(self, **kwargs: Any) -> bool:
        return self.bound._should_stream(**kwargs)

    def _should_use_protocol_streaming(self, **kwargs: Any) -> bool:
        can = self.bound._should_stream(
            async_api=kwargs["async_api"], run_manager=None, stream=True
        )
        return can and super()._should_use_protocol_streaming(**kwargs)

    # What traces tell of the model itself: no tracer asks an anonymizer about that.

    def _get_invocation_params(
        self, stop: list[str] | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        kwargs.pop(_SCOPE, None)
        params = self.bound._get_invocation_params(stop=stop, **kwargs)
        told: dict[str, Any] = trace_anonymizer(masker=self.masker)(params)
        return told

    def _retell(self, kwargs: dict[str, Any]) -> None:
        """Mask the schema of an answer in the form in which it is traced."""
        if told := kwargs.pop(_SCHEMA, None):
            with suppress(ValueError):  # no schema of a kind that can be told
                schema = convert_to_json_schema(told["schema"])
                anonymize = trace_anonymizer(masker=self.masker)
                kwargs[_SCHEMA] = {**told, "schema": anonymize(schema)}

    @property
    def _serialized(self) -> dict[str, Any]:
        """Without the bound model's own representation, which may say anything."""
        kind = type(self)
        name = [*kind.__module__.split("."), kind.__name__]
        return {"lc": 1, "type": "not_implemented", "id": name}

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> Any:
        kwargs.pop(_SCOPE, None)
        return self.bound._get_ls_params(stop=stop, **kwargs)

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return dict(self.bound._identifying_params)

    @property
    def _llm_type(self) -> str:
        return self.bound._llm_type


class _Request(NamedTuple):
    """What is sent, and how what comes back is read."""

    messages: list[BaseMessage]
    settings: dict[str, Any]
    restorer: Callable[[], Restorer]
    is_json: bool


def _asks_for_json(settings: Mapping[str, Any]) -> bool:
    wanted = settings.get("response_format")
    if isinstance(wanted, Mapping):
        return wanted.get("type") in ("json_object", "json_schema")
    return isinstance(wanted, type)


def _told(
    messages: list[BaseMessage], settings: dict[str, Any], instruction: str
) -> tuple[list[BaseMessage], dict[str, Any]]:
    """With the instruction, where this request has its system prompt."""
    told = in_settings(settings, instruction)
    return (
        (instruct(messages, instruction), settings)
        if told is None
        else (messages, told)
    )


def _restored(result: ChatResult, request: _Request) -> ChatResult:
    generations = [
        ChatGeneration(
            message=restored_message(
                generation.message, request.restorer(), is_json=request.is_json
            ),
            generation_info=generation.generation_info,
        )
        for generation in result.generations
    ]
    return ChatResult(generations=generations, llm_output=result.llm_output)


def _restored_stream(
    chunks: Iterator[ChatGenerationChunk], request: _Request
) -> Iterator[ChatGenerationChunk]:
    stream = MessageStream(request.restorer(), is_json=request.is_json)
    for chunk in chunks:
        yield _rewrapped(chunk, stream)
    if rest := stream.flush():
        yield ChatGenerationChunk(message=rest)


async def _restored_astream(
    chunks: AsyncIterator[ChatGenerationChunk], request: _Request
) -> AsyncIterator[ChatGenerationChunk]:
    stream = MessageStream(request.restorer(), is_json=request.is_json)
    async for chunk in chunks:
        yield _rewrapped(chunk, stream)
    if rest := stream.flush():
        yield ChatGenerationChunk(message=rest)


def _rewrapped(
    chunk: ChatGenerationChunk, stream: MessageStream
) -> ChatGenerationChunk:
    return ChatGenerationChunk(
        message=stream.feed(chunk.message), generation_info=chunk.generation_info
    )
