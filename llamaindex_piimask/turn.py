"""One request to a model: masked on its way out, restored on its way back."""

from collections.abc import AsyncGenerator, Generator, Mapping, Sequence
from typing import Any

from llama_index.core.base.llms.types import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    MessageRole,
)

from piimask_core import Masker
from piimask_core.instruction import in_settings
from piimask_core.session import Scope
from piimask_core.tree import SCHEMAS, Visit, from_source, walk_schema

from .messages import instruct, map_extra, map_messages, texts_of
from .restoring import Restoring, restored_extra, restored_message
from .streams import ChatStream, CompletionStream, adriven, driven

Options = Mapping[str, Any]


class Turn:
    """Everything of one request is masked together, and restored by one restorer.

    ``mentioned`` is told which placeholders it sends. ``restores``: even where a
    layer around it restores.
    """

    def __init__(
        self,
        masker: Masker,
        scope: Scope,
        mentioned: set[str],
        *,
        restores: bool = False,
    ) -> None:
        self.scope = scope
        self._masker = masker
        self._mentioned = mentioned
        self._shown: set[str] = set()
        self._restorer = masker.restorer(
            scope.registry,
            layered=scope.layered and not restores,
            shown=self._shown,
        )

    def masked_chat(
        self, messages: Sequence[ChatMessage], options: Options, role: MessageRole
    ) -> tuple[list[ChatMessage], dict[str, Any]]:
        """Messages and options to send; with the instruction where it is needed.

        The conversation is numbered first, then system messages, then tools.
        """

        def both(visit: Visit) -> tuple[list[ChatMessage], dict[str, Any]]:
            return map_messages(messages, visit), map_options(options, visit)

        sent, opts = self._masked(both)
        if self._shown:
            told = in_settings(opts, self._masker.tells)
            if told is None:
                sent = instruct(sent, self._masker.tells, role)
            opts = told or opts
        self._prove([sent, opts])
        return sent, opts

    def masked_prompt(
        self, prompt: str, options: Options
    ) -> tuple[str, dict[str, Any]]:
        """A prompt and options to send; the instruction stands before the prompt."""

        def both(visit: Visit) -> tuple[str, dict[str, Any]]:
            return visit(prompt), map_options(options, visit)

        sent, opts = self._masked(both)
        told = self._masker.tells
        if self._shown and told and told not in sent:
            sent = f"{told}\n\n{sent}"
        self._prove([sent, opts])
        return sent, opts

    def chat(self, response: ChatResponse) -> ChatResponse:
        """A whole answer with its values back."""
        visit = Restoring(self._restorer)
        return response.model_copy(
            update={
                "message": restored_message(response.message, visit),
                "delta": response.delta and visit(response.delta),
                "additional_kwargs": restored_extra(response.additional_kwargs, visit),
            }
        )

    def completion(self, response: CompletionResponse) -> CompletionResponse:
        """A whole completion with its values back."""
        visit = Restoring(self._restorer)
        return response.model_copy(
            update={
                "text": visit(response.text),
                "additional_kwargs": restored_extra(response.additional_kwargs, visit),
            }
        )

    def chat_stream(
        self, stream: Generator[ChatResponse, None, None]
    ) -> Generator[ChatResponse, None, None]:
        """A streamed answer with its values back."""
        return driven(stream, ChatStream(self._restorer))

    def achat_stream(
        self, stream: AsyncGenerator[ChatResponse, None]
    ) -> AsyncGenerator[ChatResponse, None]:
        """The same, awaited."""
        return adriven(stream, ChatStream(self._restorer))

    def completion_stream(
        self, stream: Generator[CompletionResponse, None, None]
    ) -> Generator[CompletionResponse, None, None]:
        """A streamed completion with its values back."""
        return driven(stream, CompletionStream(self._restorer))

    def acompletion_stream(
        self, stream: AsyncGenerator[CompletionResponse, None]
    ) -> AsyncGenerator[CompletionResponse, None]:
        """The same, awaited."""
        return adriven(stream, CompletionStream(self._restorer))

    def _masked(self, walker: Any) -> Any:
        registry, layered = self.scope
        masked = self._masker.mask_with(
            walker, registry, layered=layered, mentioned=self._shown
        )
        self._mentioned.update(self._shown)
        return masked

    def _prove(self, sent: Any) -> None:
        """Also what is never changed on its way: ids, thinking, signatures."""
        self._masker.proven(texts_of(sent), self.scope.registry)


def map_options(options: Options, visit: Visit) -> dict[str, Any]:
    """A request's settings: what describes tools, and everything else."""
    visit = from_source(visit, "app")
    return {
        key: walk_schema(value, visit) if key in SCHEMAS else map_extra(value, visit)
        for key, value in options.items()
    }
