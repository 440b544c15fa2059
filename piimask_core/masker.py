"""Mask and unmask: recognize, decide, replace; and back.

Masking a text is three steps: plan what to replace (nothing changes yet), mint (one
call to the vault, the only one that may wait), splice. What was spliced is read once
more, because two harmless stretches can become something that reads as a placeholder.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from .entities import LITERAL, Entity, Recognizer, label_of, resolve, trimmed
from .errors import (
    InputError,
    InputTooDeep,
    InputTooLarge,
    MaskingError,
    RecognizerError,
)
from .identity import calling_code, identity
from .instruction import INSTRUCTION
from .operators import KEEP, MINT, OPERATORS, Ask, Operator
from .policy import Context, Policy, by_type
from .recognizers import default_recognizer, readable
from .registry import Registry
from .restore import find, restore
from .splice import Piece, settle, splice, tidy
from .stream import StreamUnmasker
from .tree import Visit, walk
from .vault import DEFAULT_VAULT, Vault, Wanted

T = TypeVar("T")

_OURS = "(ours)"
"""Type of a placeholder that an enclosing layer put in: it stays."""


class _Change(NamedTuple):
    """A stretch of text and what replaces it: a text, or what the registry gives."""

    start: int
    end: int
    to: str | Wanted
    ours: bool


@dataclass(frozen=True, kw_only=True)
class Masker:
    """How to mask: immutable, shared by all sessions. Works with no argument.

    ``recognizer`` finds entities, ``policy`` names an operator for each, ``operators``
    adds to the built-in ones. Entities below ``threshold`` are let go. ``max_chars``
    bounds one text. ``instruction`` is what the model is told ("" for nothing).
    """

    recognizer: Recognizer = field(default_factory=default_recognizer)
    policy: Policy = field(default_factory=lambda: by_type({}))
    operators: Mapping[str, Operator] = field(default_factory=dict)
    threshold: float = 0.35
    tenant: str = "default"
    vault: Vault = DEFAULT_VAULT
    phone_region: str = "US"
    max_chars: int = 1_000_000
    instruction: str = INSTRUCTION
    _code: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_code", calling_code(self.phone_region))

    def registry(self, session: str, *, tenant: str | None = None) -> Registry:
        """The registry of a conversation, from this masker's vault."""
        owner = self.tenant if tenant is None else tenant
        return Registry(session, tenant=owner, vault=self.vault)

    def entities(self, text: str) -> list[Entity]:
        """What would be replaced in this text, leaving any session aside."""
        found = self._recognized(text) + _look_alikes(text, {})
        return resolve(text, self._without_kept(text, found))

    def mask(self, tree: T, registry: Registry, *, layered: bool = False) -> T:
        """The same with a placeholder for every value: a text, or a nest of them.

        Knows str, dict (keys too), list, tuple, set, dataclasses and pydantic models.
        ``layered``: placeholders of this registry that stand in it stay as they are,
        because an enclosing layer put them there. Raises MaskingError.
        """

        def walker(visit: Visit) -> T:
            walked: T = walk(tree, visit)
            return walked

        return self.mask_with(walker, registry, layered=layered)

    def unmask(self, tree: T, registry: Registry) -> T:
        """The same with its values back. What is no placeholder of ours stays.

        Never raises for what it cannot read: that comes back as it is.
        """
        values = registry.view()
        try:
            result: T = walk(tree, lambda text: restore(text, values), other=_as_it_is)
        except (InputError, RecursionError):
            return tree
        return result

    def stream_unmasker(self, registry: Registry) -> StreamUnmasker:
        """Restores a text that arrives in pieces."""
        return StreamUnmasker(registry.view())

    def mask_with(
        self,
        walker: Callable[[Visit], T],
        registry: Registry,
        *,
        layered: bool = False,
        mentioned: set[str] | None = None,
    ) -> T:
        """Mask whatever a walker visits: it is run twice, to collect and to replace.

        All texts are masked together, so a value found in one is masked in all, and
        the vault is asked as rarely as can be. The walker visits the same texts in
        the same order each time. The placeholders that stand in the result are added
        to ``mentioned``.
        """
        texts: list[str] = []

        def collect(text: str) -> str:
            texts.append(text)
            return text

        too_deep = False
        try:
            walker(collect)
        except RecursionError:
            too_deep = True
        if too_deep:
            raise InputTooDeep("Nested too deep, or it refers to itself.")
        masked = self._mask_texts(texts, registry, layered)
        if mentioned is not None:
            mentioned.update(text[s:e] for text in masked for s, e in find(text))
        results = iter(masked)
        return walker(lambda text: next(results))

    def unmasked(self, text: str, registry: Registry) -> set[str]:
        """The types of the values that still stand in a text that is to be masked.

        Placeholders, issued or not, count as masked.
        """
        found = self._recognized(text) + _look_alikes(text, registry.view())
        plan = self._plan(text, found + registry.known(text, self._same))
        wanted = {c.to.type for c in plan if isinstance(c.to, Wanted)} - {LITERAL}
        return wanted | {"(other)" for c in plan if not c.ours}

    def known(self, text: str, registry: Registry) -> set[str]:
        """The types of the values of this session that stand in a text."""
        return {entity.type for entity in registry.known(text, self._same)}

    def _mask_texts(
        self, texts: Sequence[str], registry: Registry, layered: bool
    ) -> list[str]:
        issued = registry.view() if layered else {}
        found = [self._recognized(t) + _look_alikes(t, issued) for t in texts]
        minted = None
        while minted != registry.minted:  # a value found in one is known in all
            minted = registry.minted
            plans = [
                self._plan(text, entities + registry.known(text, self._same))
                for text, entities in zip(texts, found, strict=True)
            ]
            wanted = [c.to for plan in plans for c in plan if isinstance(c.to, Wanted)]
            given = dict(zip(wanted, registry.mint(wanted), strict=True))
        return [
            _applied(text, plan, given, registry)
            for text, plan in zip(texts, plans, strict=True)
        ]

    def _recognized(self, text: str) -> list[Entity]:
        """What the recognizer finds; whatever goes wrong, the text counts as unread."""
        if not isinstance(text, str):
            raise InputError(f"Expected a text, got a {type(text).__name__}.")
        if len(text) > self.max_chars:
            raise InputTooLarge(f"A text is longer than {self.max_chars} characters.")
        failure = None
        try:
            return [
                _checked(text, entity)
                for entity in self.recognizer(readable(text))
                if not entity.score < self.threshold
            ]
        except Exception as error:
            failure = type(error).__name__
        # raised out here, so that no context holds the text
        raise RecognizerError(f"The recognizer failed ({failure}): nothing was sent.")

    def _plan(self, text: str, found: Sequence[Entity]) -> list[_Change]:
        """What to replace by what, in order of position."""
        ours = [entity for entity in found if entity.type == _OURS]
        others = [entity for entity in found if entity.type != _OURS]
        decided = self._without_kept(text, others)
        changes = [
            self._change(text, entity, decided)
            for entity in resolve(text, decided, first=ours)
        ]
        return [change for change in changes if change]

    def _without_kept(
        self, text: str, found: Sequence[Entity]
    ) -> dict[Entity, str | Ask]:
        """What becomes of each. What is kept must not hide something inside it."""
        decided = {entity: self._operate(text, entity) for entity in found}
        return {entity: to for entity, to in decided.items() if to is not KEEP}

    def _change(
        self, text: str, entity: Entity, decided: Mapping[Entity, str | Ask]
    ) -> _Change | None:
        start, end, value = entity.start, entity.end, text[entity.start : entity.end]
        if entity.type == _OURS:
            return _Change(start, end, value, True)
        to = decided[entity] if entity in decided else self._operate(text, entity)
        if to is KEEP:
            return None
        if to is MINT:
            key = self._same(label_of(entity.type), value)
            return _Change(start, end, Wanted(entity.type, value, key), True)
        if to == "":
            start, end = tidy(text, start, end)
        return _Change(start, end, str(to), False)

    def _operate(self, text: str, entity: Entity) -> str | Ask:
        """What the policy's operator says; LITERAL is not for a policy to decide."""
        if entity.type == LITERAL:
            return MINT
        failure = "no such operator, or no text from it"
        try:
            name = self.policy(entity, Context(text))
            operator = self.operators.get(name) or OPERATORS.get(name)
            if operator is not None:
                to = operator(entity.type, text[entity.start : entity.end])
                if isinstance(to, str | Ask):
                    return to
        except Exception as error:
            failure = type(error).__name__
        raise MaskingError(
            f"Policy or operator failed for {entity.type} ({failure}): nothing sent."
        )

    def _same(self, label: str, value: str) -> str:
        return identity(label, value, self._code)


def _as_it_is(leaf: T) -> T:
    return leaf


def _checked(text: str, entity: Entity) -> Entity:
    """The entity, its edges trimmed so that its value is known again.

    Raises where it is no entity of this text.
    """
    inside = 0 <= entity.start < entity.end <= len(text)
    if not (isinstance(entity.type, str) and inside):
        raise ValueError("an entity outside the text")
    return trimmed(text, entity)


def _look_alikes(text: str, issued: Mapping[str, str]) -> list[Entity]:
    """What reads as a placeholder: issued by a layer around us, or typed by someone."""
    return [
        Entity(_OURS if text[start:end] in issued else LITERAL, start, end)
        for start, end in find(text)
    ]


def _applied(
    text: str,
    plan: Sequence[_Change],
    given: Mapping[Wanted, str],
    registry: Registry,
) -> str:
    if not plan:
        return text
    pieces = [
        Piece(c.start, c.end, given[c.to] if isinstance(c.to, Wanted) else c.to, c.ours)
        for c in plan
    ]

    def literal(stretch: str) -> str:
        return registry.mint([Wanted(LITERAL, stretch, stretch)])[0]

    return settle(*splice(text, pieces), literal)
