"""One request to a model: masked on its way out, restored on its way back."""

from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from typing import Any, NamedTuple

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    MessageRole,
)

from piimask_core import Masker
from piimask_core.restore import find
from piimask_core.session import Scope
from piimask_core.tree import Visit

from .messages import holds_placeholder, instruct, map_extra, map_messages
from .restoring import (
    ChatStream,
    CompletionStream,
    Values,
    adriven,
    driven,
    restored_extra,
    restored_message,
    restored_text,
)

Options = Mapping[str, Any]


class Turn(NamedTuple):
    """Everything of one request is masked together, and restored from one view."""

    masker: Masker
    scope: Scope
    values: Values

    def masked_chat(
        self, messages: Sequence[ChatMessage], options: Options, role: MessageRole
    ) -> tuple[list[ChatMessage], dict[str, Any]]:
        """Messages and options to send; with the instruction where it is needed.

        The conversation is numbered first, then system messages, then tools.
        """

        def both(visit: Visit) -> tuple[list[ChatMessage], dict[str, Any]]:
            return map_messages(messages, visit), _map_options(options, visit)

        sent, opts = self._masked(both)
        if holds_placeholder(sent) or holds_placeholder(opts):
            sent = instruct(sent, self.masker.instruction, role)
        return sent, opts

    def masked_prompt(
        self, prompt: str, options: Options
    ) -> tuple[str, dict[str, Any]]:
        """A prompt and options to send; the instruction stands before the prompt."""

        def both(visit: Visit) -> tuple[str, dict[str, Any]]:
            return visit(prompt), _map_options(options, visit)

        sent, opts = self._masked(both)
        told = self.masker.instruction
        if told and told not in sent and (any(find(sent)) or holds_placeholder(opts)):
            sent = f"{told}\n\n{sent}"
        return sent, opts

    def chat(self, response: ChatResponse) -> ChatResponse:
        """A whole answer with its values back."""
        if self.scope.layered:
            return response
        return response.model_copy(
            update={
                "message": restored_message(response.message, self.values),
                "delta": response.delta and restored_text(response.delta, self.values),
                "additional_kwargs": restored_extra(
                    response.additional_kwargs, self.values
                ),
            }
        )

    def completion(self, response: CompletionResponse) -> CompletionResponse:
        """A whole completion with its values back."""
        if self.scope.layered:
            return response
        return response.model_copy(
            update={
                "text": restored_text(response.text, self.values),
                "additional_kwargs": restored_extra(
                    response.additional_kwargs, self.values
                ),
            }
        )

    def chat_stream(
        self, stream: Generator[ChatResponse, None, None]
    ) -> Generator[ChatResponse, None, None]:
        """A streamed answer with its values back."""
        if self.scope.layered:
            return stream
        return driven(stream, ChatStream(self.values))

    def achat_stream(
        self, stream: AsyncGenerator[ChatResponse, None]
    ) -> AsyncGenerator[ChatResponse, None]:
        """The same, awaited."""
        if self.scope.layered:
            return stream
        return adriven(stream, ChatStream(self.values))

    def completion_stream(
        self, stream: Generator[CompletionResponse, None, None]
    ) -> Generator[CompletionResponse, None, None]:
        """A streamed completion with its values back."""
        if self.scope.layered:
            return stream
        return driven(stream, CompletionStream(self.values))

    def acompletion_stream(
        self, stream: AsyncGenerator[CompletionResponse, None]
    ) -> AsyncGenerator[CompletionResponse, None]:
        """The same, awaited."""
        if self.scope.layered:
            return stream
        return adriven(stream, CompletionStream(self.values))

    def _masked(self, walker: Any) -> Any:
        registry, layered = self.scope
        return self.masker.mask_with(walker, registry, layered=layered)


def turn(masker: Masker, scope: Scope) -> Turn:
    """A request under this scope."""
    return Turn(masker, scope, scope.registry.view())


def _map_options(options: Options, visit: Visit) -> dict[str, Any]:
    return {key: map_extra(value, visit) for key, value in options.items()}
