"""The last look before a model: whoever forgot to mask is stopped, not warned."""

from collections.abc import Iterable, Sequence
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import BaseMessage, SystemMessage

from piimask_core import Masker, Registry, UnmaskedText

from .chat_model import MASKED
from .messages import every_text, map_message


class Guard(BaseCallbackHandler):
    """Raises UnmaskedText before any model below gets a value in clear.

    Known values are looked for everywhere, in what is told of tools too; new ones
    outside of what the app itself says: system messages, tools. Models
    wrapped by us mask for themselves and are let through.
    """

    raise_error = True
    run_inline = True

    def __init__(self, masker: Masker, registry: Registry) -> None:
        self._masker = masker
        self._registry = registry

    def on_chat_model_start(
        self,
        serialized: dict[str, Any],
        messages: list[list[BaseMessage]],
        *,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Read every message of every prompt."""
        if MASKED.items() <= (metadata or {}).items():
            return
        flat = [message for prompt in messages for message in prompt]
        app = _texts(m for m in flat if isinstance(m, SystemMessage))
        app += every_text(kwargs.get("invocation_params"))
        said = _texts(m for m in flat if not isinstance(m, SystemMessage))
        self._check(said, app)

    def on_llm_start(
        self, serialized: dict[str, Any], prompts: list[str], **kwargs: Any
    ) -> None:
        """Read every prompt of a model that takes plain text."""
        self._check(prompts, [])

    def _check(self, texts: Sequence[str], app: Sequence[str]) -> None:
        types = {t for s in texts for t in self._masker.unmasked(s, self._registry)}
        types |= {t for s in app for t in self._masker.known(s, self._registry)}
        if types:
            raise UnmaskedText(
                f"A model was about to get {', '.join(sorted(types))} in clear. "
                "Wrap that model in PIIMaskedChatModel, or put PIIMask() before it; "
                "an agent needs PIIMaskMiddleware()."
            )


def _texts(messages: Iterable[BaseMessage]) -> list[str]:
    found: list[str] = []

    def visit(text: str) -> str:
        found.append(text)
        return text

    for message in messages:
        map_message(message, visit)
    return found
