"""Any LLM, with personal data masked on the way in and restored on the way out."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    ChatResponseAsyncGen,
    ChatResponseGen,
    CompletionResponse,
    CompletionResponseAsyncGen,
    CompletionResponseGen,
    LLMMetadata,
)
from llama_index.core.llms.function_calling import FunctionCallingLLM
from llama_index.core.llms.llm import LLM, ToolSelection
from pydantic import Field, InstanceOf

from piimask_core import Masker, Registry
from piimask_core.session import Scope, ephemeral, layer, scope_of
from piimask_core.waiting import aside

from .held import HeldWithRegistry
from .turn import Turn

if TYPE_CHECKING:
    from llama_index.core.tools.types import BaseTool

_INHERITED = (
    "completion_to_prompt",
    "messages_to_prompt",
    "output_parser",
    "pydantic_program_mode",
    "query_wrapper_prompt",
    "system_prompt",
)
"""What a prompt is made with before it comes to ``chat`` or ``complete``."""


class PIIMaskedLLM(HeldWithRegistry, FunctionCallingLLM):
    """The model sees placeholders, everybody else real values.

    One line for engines, chat engines and agents: ``Settings.llm = PIIMaskedLLM(llm)``.
    Masks messages, tool calls, tools and all other options; restores text and tool
    arguments, streamed too, where the masker's ``restore`` policy lets it; what stayed
    is listed in ``additional_kwargs["pii_unrestored"]`` of the answer. Thinking is
    never touched; images and sounds pass as they are, and so does ``raw``, the
    provider's own object. Where a known value stands in something that must go out
    as it is (thinking, an id), UnmaskedText is raised and nothing is sent. Events are
    those of ``llm``: one for each call, masked.
    """

    llm: InstanceOf[LLM] = Field(exclude=True, repr=False)

    def __init__(
        self,
        llm: LLM,
        *,
        masker: Masker | None = None,
        registry: Registry | None = None,
        **fields: Any,
    ) -> None:
        inherited = {name: getattr(llm, name) for name in _INHERITED}
        super().__init__(
            **{
                "llm": llm,
                "masker": masker,
                "registry": registry,
                "callback_manager": llm.callback_manager,
                **inherited,
                **fields,
            }
        )

    def __setattr__(self, name: str, value: Any) -> None:
        """Events come from the model inside, so it must know who listens."""
        super().__setattr__(name, value)
        if name == "callback_manager":
            self.llm.callback_manager = value

    def __repr_args__(self) -> Any:
        return [(None, self.llm.class_name())]

    @classmethod
    def class_name(cls) -> str:
        """The name under which it is serialized."""
        return "PIIMaskedLLM"

    @property
    def metadata(self) -> LLMMetadata:
        """That of the model inside."""
        return self.llm.metadata

    def to_payload(self) -> dict[str, Any]:
        """What events say about the model."""
        return {**self.llm.to_payload(), "class_name": self.class_name()}

    def chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponse:
        """Answer a conversation."""
        now = self._turn()
        sent, options = self._chat(now, messages, kwargs)
        with layer(now.scope.registry):
            response = self.llm.chat(sent, **options)
        return now.chat(response)

    async def achat(
        self, messages: Sequence[ChatMessage], **kwargs: Any
    ) -> ChatResponse:
        """Answer a conversation."""
        vault = self.own_masker.vault
        now = await aside(vault, self._turn)
        sent, options = await aside(vault, partial(self._chat, now, messages, kwargs))
        with layer(now.scope.registry):
            response = await self.llm.achat(sent, **options)
        return await aside(vault, partial(now.chat, response))

    def stream_chat(
        self, messages: Sequence[ChatMessage], **kwargs: Any
    ) -> ChatResponseGen:
        """Answer a conversation piece by piece."""
        now = self._turn()
        sent, options = self._chat(now, messages, kwargs)
        with layer(now.scope.registry):
            stream = self.llm.stream_chat(sent, **options)
        return now.chat_stream(stream)

    async def astream_chat(
        self, messages: Sequence[ChatMessage], **kwargs: Any
    ) -> ChatResponseAsyncGen:
        """Answer a conversation piece by piece."""
        vault = self.own_masker.vault
        now = await aside(vault, self._turn)
        sent, options = await aside(vault, partial(self._chat, now, messages, kwargs))
        with layer(now.scope.registry):
            stream = await self.llm.astream_chat(sent, **options)
        return now.achat_stream(stream)

    def complete(
        self, prompt: str, formatted: bool = False, **kwargs: Any
    ) -> CompletionResponse:
        """Go on from a prompt."""
        now = self._turn()
        sent, options = now.masked_prompt(prompt, kwargs)
        with layer(now.scope.registry):
            response = self.llm.complete(sent, formatted=formatted, **options)
        return now.completion(response)

    async def acomplete(
        self, prompt: str, formatted: bool = False, **kwargs: Any
    ) -> CompletionResponse:
        """Go on from a prompt."""
        vault = self.own_masker.vault
        now = await aside(vault, self._turn)
        sent, options = await aside(vault, partial(now.masked_prompt, prompt, kwargs))
        with layer(now.scope.registry):
            response = await self.llm.acomplete(sent, formatted=formatted, **options)
        return await aside(vault, partial(now.completion, response))

    def stream_complete(
        self, prompt: str, formatted: bool = False, **kwargs: Any
    ) -> CompletionResponseGen:
        """Go on from a prompt piece by piece."""
        now = self._turn()
        sent, options = now.masked_prompt(prompt, kwargs)
        with layer(now.scope.registry):
            stream = self.llm.stream_complete(sent, formatted=formatted, **options)
        return now.completion_stream(stream)

    async def astream_complete(
        self, prompt: str, formatted: bool = False, **kwargs: Any
    ) -> CompletionResponseAsyncGen:
        """Go on from a prompt piece by piece."""
        vault = self.own_masker.vault
        now = await aside(vault, self._turn)
        sent, options = await aside(vault, partial(now.masked_prompt, prompt, kwargs))
        with layer(now.scope.registry):
            stream = await self.llm.astream_complete(
                sent, formatted=formatted, **options
            )
        return now.acompletion_stream(stream)

    def get_tool_calls_from_response(
        self,
        response: ChatResponse,
        error_on_no_tool_call: bool = True,
        **kwargs: Any,
    ) -> list[ToolSelection]:
        """The tools to call; their arguments came back real with the response."""
        return self._calling.get_tool_calls_from_response(
            response, error_on_no_tool_call=error_on_no_tool_call, **kwargs
        )

    def _prepare_chat_with_tools_compat(
        self,
        tools: Sequence["BaseTool"],
        user_msg: str | ChatMessage | None = None,
        chat_history: list[ChatMessage] | None = None,
        verbose: bool = False,
        allow_parallel_tool_calls: bool = False,
        tool_required: bool = False,
        **kwargs: Any,
    ) -> dict[str, Any]:
        """In the provider's form; masked when it comes to ``chat``."""
        return self._calling._prepare_chat_with_tools_compat(
            tools,
            user_msg=user_msg,
            chat_history=None if chat_history is None else list(chat_history),
            verbose=verbose,
            allow_parallel_tool_calls=allow_parallel_tool_calls,
            tool_required=tool_required,
            **kwargs,
        )

    def _prepare_chat_with_tools(
        self,
        tools: Sequence["BaseTool"],
        user_msg: str | ChatMessage | None = None,
        chat_history: list[ChatMessage] | None = None,
        verbose: bool = False,
        allow_parallel_tool_calls: bool = False,
        tool_required: bool = False,
        **kwargs: Any,
    ) -> dict[str, Any]:
        return self._prepare_chat_with_tools_compat(
            tools,
            user_msg=user_msg,
            chat_history=chat_history,
            verbose=verbose,
            allow_parallel_tool_calls=allow_parallel_tool_calls,
            tool_required=tool_required,
            **kwargs,
        )

    def _validate_chat_with_tools_response(
        self,
        response: ChatResponse,
        tools: Sequence["BaseTool"],
        allow_parallel_tool_calls: bool = False,
        **kwargs: Any,
    ) -> ChatResponse:
        return self._calling._validate_chat_with_tools_response(
            response,
            tools,
            allow_parallel_tool_calls=allow_parallel_tool_calls,
            **kwargs,
        )

    @property
    def _calling(self) -> FunctionCallingLLM:
        if isinstance(self.llm, FunctionCallingLLM):
            return self.llm
        raise ValueError(f"{self.llm.class_name()} cannot call tools.")

    def _scope(self) -> Scope:
        masker = self.own_masker
        return scope_of(masker, self.registry) or ephemeral(masker)

    def _turn(self) -> Turn:
        """Settled here, in the plain call: a generator's body runs somewhere else."""
        return Turn(self.own_masker, self._scope(), self._mentioned())

    def _mentioned(self) -> set[str]:
        return set()

    def _chat(
        self, now: Turn, messages: Sequence[ChatMessage], options: dict[str, Any]
    ) -> tuple[list[ChatMessage], dict[str, Any]]:
        return now.masked_chat(messages, options, self.metadata.system_role)


class LayeredLLM(PIIMaskedLLM):
    """A model inside a query engine's layer, wherever and whenever it is called.

    A streaming engine asks its model when the answer is read: by then nothing in the
    context says that there is a layer. ``shown`` collects what its requests mention.
    """

    shown: InstanceOf[set[str]] = Field(exclude=True, repr=False)

    def _mentioned(self) -> set[str]:
        return self.shown

    def _scope(self) -> Scope:
        if self.registry is None:
            return super()._scope()
        return Scope(self.registry, True)


class FindingLLM(LayeredLLM):
    """The same for a retriever, which looks up in real data: its answers are real."""

    def _turn(self) -> Turn:
        return Turn(self.own_masker, self._scope(), self._mentioned(), restores=True)
