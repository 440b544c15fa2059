"""Traces without values, where an app holds real ones."""

from collections.abc import Callable, Mapping
from typing import Any

from piimask_core import Masker, MemoryVault, Registry, default_masker
from piimask_core.entities import LITERAL
from piimask_core.grammar import find
from piimask_core.tree import from_source, walk
from piimask_core.vault import DEFAULT_VAULT

TRACES = "(traces)"
"""The session of what is traced, where no registry is given."""

NOT_SHOWN = "(not shown: masking failed)"


def trace_anonymizer(
    *, masker: Masker | None = None, registry: Registry | None = None
) -> Callable[[Any], Any]:
    """For ``langsmith.Client(anonymizer=...)``: what is uploaded holds no value.

    A value becomes ``[EMAIL 1]``, the same in all traces of the masker, so that it is
    not taken for ``<EMAIL_1>``, by which a model knew it in its conversation (where
    the masker's vault is shared by processes, the same in all traces of one); with
    ``registry``, values become the placeholders of that one conversation. Whatever
    was found once is found again anywhere. It never raises: what cannot be masked is
    not shown at all. What a ``PIIMaskedChatModel`` tells of itself (settings, tools)
    is masked without it, for LangSmith does not ask an anonymizer about that.

    >>> from langchain_piimask import trace_anonymizer
    >>> anonymizer = trace_anonymizer()  # langsmith.Client(anonymizer=anonymizer)
    >>> anonymizer({"q": "I am jane@example.com", "seen": "I am <EMAIL_1>"})
    {'q': 'I am [EMAIL 1]', 'seen': 'I am <EMAIL_1>'}
    """
    masker = masker or default_masker()
    traces = _own(masker) if registry is None else registry

    def anonymize(data: Any) -> Any:
        try:
            told = _told(data)
            masked = masker.mask_with(
                lambda visit: walk(told, from_source(visit, "app")), traces
            )
            if masked is told:
                return told
            values = traces.view().plain

            def shown(text: str) -> str:
                return _shown(text, values, is_own=registry is None)

            return walk(masked, shown)
        except Exception:  # an error's text may hold what must not be seen
            return {"error": NOT_SHOWN}

    return anonymize


def _own(masker: Masker) -> Registry:
    """Never in a vault that lasts or that others wait for: it is everybody's."""
    is_here = isinstance(masker.vault, MemoryVault)
    vault = masker.vault if is_here else DEFAULT_VAULT
    return Registry(TRACES, tenant=masker.tenant, vault=vault)


def _told(tree: Any) -> Any:
    """JSON as it is; of any other object, which a tracer would print, the type."""
    if isinstance(tree, Mapping):
        return {_told(key): _told(value) for key, value in tree.items()}
    if isinstance(tree, list | tuple | set | frozenset):
        return [_told(item) for item in tree]
    if tree is None or type(tree) in (str, bool, int, float):
        return tree
    kind = tree if isinstance(tree, type) else type(tree)
    return f"({kind.__name__})"


def _shown(text: str, values: Any, *, is_own: bool) -> str:
    """Typed placeholders as they were typed; ours told apart from a conversation's."""
    parts: list[str] = []
    at = 0
    for start, end in find(text):
        label, _, number = text[start + 1 : end - 1].rpartition("_")
        shown = text[start:end]
        if label == LITERAL:
            shown = values[shown]
        elif is_own:
            shown = f"[{label} {number}]" if label else f"[{shown}]"
        parts += text[at:start], shown
        at = end
    return "".join([*parts, text[at:]]) if parts else text
