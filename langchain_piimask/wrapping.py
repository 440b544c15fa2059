"""One line around a whole chain: masked where it enters, restored where it leaves."""

from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import (
    Runnable,
    RunnableParallel,
    RunnableSequence,
)
from langchain_core.runnables.base import RunnableBindingBase
from langchain_core.runnables.branch import RunnableBranch
from langchain_core.runnables.fallbacks import RunnableWithFallbacks
from langchain_core.runnables.passthrough import RunnableAssign

from piimask_core import Masker, Registry, default_masker

from .around import Around
from .around_graph import AroundGraph
from .chat_model import PIIMaskedChatModel
from .graph_values import is_graph


def with_pii_masking(
    runnable: Runnable[Any, Any],
    *,
    masker: Masker | None = None,
    registry: Registry | None = None,
) -> Runnable[Any, Any]:
    """The runnable with its input masked and its output restored, streams included.

    Every chat model that can be seen inside (sequence, parallel, binding, fallbacks,
    branch, assign) is wrapped too, so that what a template or a retriever adds does
    not pass. A model that cannot be seen, because a function calls it, is guarded:
    it raises UnmaskedText rather than get a value. A bare chat model becomes a
    ``PIIMaskedChatModel``. The chain given is not changed.

    A compiled agent needs ``PIIMaskMiddleware`` inside, first in its list: then its
    state, checkpoints and traces hold placeholders only, and its tools get real values
    behind a proxy. Every stream mode is restored here, as are ``get_state`` and what
    a person is asked; what a person answers is masked.
    """
    masker = masker or default_masker()
    if isinstance(runnable, BaseChatModel):
        if isinstance(runnable, PIIMaskedChatModel):
            return runnable
        return PIIMaskedChatModel(runnable, masker=masker, registry=registry)
    if is_graph(runnable):
        return AroundGraph(runnable, masker, registry)
    return Around(_with_masked_models(runnable, masker), masker, registry)


def _with_masked_models(runnable: Any, masker: Masker) -> Any:
    """A copy of the chain with every chat model in sight wrapped."""

    def inside(part: Any) -> Any:
        return _with_masked_models(part, masker)

    if isinstance(runnable, PIIMaskedChatModel):
        return runnable
    if isinstance(runnable, BaseChatModel):
        return PIIMaskedChatModel(runnable, masker=masker)
    if is_graph(runnable):
        return AroundGraph(runnable, masker, None)
    if isinstance(runnable, RunnableBindingBase):
        return runnable.model_copy(update={"bound": inside(runnable.bound)})
    if isinstance(runnable, RunnableSequence):
        steps = [inside(step) for step in runnable.steps]
        first, *middle, last = steps
        return runnable.model_copy(
            update={"first": first, "middle": middle, "last": last}
        )
    if isinstance(runnable, RunnableParallel):
        named = {key: inside(step) for key, step in runnable.steps__.items()}
        return runnable.model_copy(update={"steps__": named})
    if isinstance(runnable, RunnableAssign):
        return runnable.model_copy(update={"mapper": inside(runnable.mapper)})
    if isinstance(runnable, RunnableWithFallbacks):
        return runnable.model_copy(
            update={
                "runnable": inside(runnable.runnable),
                "fallbacks": [inside(part) for part in runnable.fallbacks],
            }
        )
    if isinstance(runnable, RunnableBranch):
        pairs = [(inside(test), inside(part)) for test, part in runnable.branches]
        return runnable.model_copy(
            update={"branches": pairs, "default": inside(runnable.default)}
        )
    return runnable
