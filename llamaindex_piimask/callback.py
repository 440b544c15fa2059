"""The last look before a model, for models that nobody wrapped."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.callbacks import CBEventType, EventPayload
from llama_index.core.callbacks.base_handler import BaseCallbackHandler

from piimask_core import Masker, Registry, UnmaskedText, default_masker
from piimask_core.session import ephemeral, scope_of

from .messages import map_message, texts_of
from .turn import map_options

_OTHERS: list[CBEventType] = [
    each for each in CBEventType if each is not CBEventType.LLM
]
_DEVELOPERS = (MessageRole.SYSTEM, MessageRole.DEVELOPER)


class PIIMaskCallbackHandler(BaseCallbackHandler):
    """Raises UnmaskedText before a model is called with a value; it never masks.

    A callback in LlamaIndex can observe and can block, but it cannot mask: it would
    change the messages that the app and its memory share, and could not change a
    prompt at all. So this is a guard: with it, a model that nobody wrapped in
    ``PIIMaskedLLM`` is not called as long as its messages or its prompt hold a value.

    ``Settings.callback_manager = CallbackManager([PIIMaskCallbackHandler()])``, before
    models, indexes and engines are made: an engine gives its model the manager of the
    settings, or its own, in the place of one that the model was made with.

    Known values of the conversation are looked for in all that the event tells, in
    common encodings too; new ones in the prompt and in messages, but for system
    messages. The conversation is ``registry``, else that of the masking around the
    call, else ``pii_session``, else there are no known values. For each call that goes
    on, the masker's ``audit`` gets a receipt.

    It sees no more than events tell: a model class of your own without LlamaIndex's
    callback decorators tells none, and an embedding model tells its texts only when
    they have been sent.
    """

    def __init__(
        self, *, masker: Masker | None = None, registry: Registry | None = None
    ) -> None:
        super().__init__(_OTHERS, list(CBEventType))
        self._masker = masker or default_masker()
        self._registry = registry

    def __repr__(self) -> str:
        return "PIIMaskCallbackHandler()"

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def on_event_start(
        self,
        event_type: CBEventType,
        payload: dict[str, Any] | None = None,
        event_id: str = "",
        parent_id: str = "",
        **kwargs: Any,
    ) -> str:
        """Read what a model is about to get. Raises UnmaskedText."""
        if event_type is CBEventType.LLM:
            self._read(payload or {})
        return event_id

    def on_event_end(
        self,
        event_type: CBEventType,
        payload: dict[str, Any] | None = None,
        event_id: str = "",
        **kwargs: Any,
    ) -> None:
        """Nothing: what was sent was sent."""

    def start_trace(self, trace_id: str | None = None) -> None:
        """Nothing."""

    def end_trace(
        self,
        trace_id: str | None = None,
        trace_map: dict[str, list[str]] | None = None,
    ) -> None:
        """Nothing."""

    def _read(self, payload: Mapping[Any, Any]) -> None:
        masker = self._masker
        registry = (scope_of(masker, self._registry) or ephemeral(masker)).registry
        messages: Sequence[ChatMessage] = payload.get(EventPayload.MESSAGES) or ()
        prompt = str(payload.get(EventPayload.PROMPT) or "")
        options = payload.get(EventPayload.ADDITIONAL_KWARGS) or {}
        told = [prompt, *_texts([m for m in messages if m.role not in _DEVELOPERS])]
        beside = _texts([m for m in messages if m.role in _DEVELOPERS], options)
        types = {t for text in told for t in masker.unmasked(text, registry)}
        types |= {t for text in beside for t in masker.known(text, registry)}
        if types:
            raise UnmaskedText(
                f"A model was about to get {', '.join(sorted(types))} in clear. "
                "Wrap that model in PIIMaskedLLM."
            )
        masker.proven(texts_of([list(messages), prompt, options]), registry)


def _texts(
    messages: Iterable[ChatMessage], options: Mapping[str, Any] | None = None
) -> list[str]:
    """What PIIMaskedLLM would have masked."""
    found: list[str] = []

    def visit(text: str) -> str:
        found.append(text)
        return text

    for message in messages:
        map_message(message, visit)
    map_options(options or {}, visit)
    return found
