"""Mask and unmask: recognize, decide, replace; and back.

Masking a text is three steps: plan what to replace (nothing changes yet), mint (one
call to the vault, the only one that may wait), splice. What was spliced is read once
more, because two harmless stretches can become something that reads as a placeholder.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from .audit import Audit, log
from .egress import Found, found_in, receipt
from .entities import LITERAL, Entity, Recognizer, label_of, resolve, trimmed
from .errors import (
    InputError,
    InputTooDeep,
    InputTooLarge,
    MaskingError,
    RecognizerError,
    UnmaskedText,
)
from .grammar import find
from .identity import calling_code, identity
from .instruction import INSTRUCTION
from .operators import KEEP, MINT, OPERATORS, Ask, Operator
from .policy import Context, Policy, by_type
from .recognizers import default_recognizer, readable
from .registry import Registry
from .restore import STANDARD, USER
from .restore import Policy as RestorePolicy
from .restorer import Restorer
from .splice import Piece, settle, splice, tidy
from .stream import StreamUnmasker
from .tree import Visit, from_source, walk
from .vault import DEFAULT_VAULT, Vault, Wanted
from .widen import Widened, widened

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
    ``restore`` says where values may come back. ``prove``: look once more, before it is
    sent, whether a known value stands in the masked text in any disguise. ``audit``
    takes what happened, without values.
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
    restore: RestorePolicy = STANDARD
    prove: bool = True
    audit: Audit = log
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

    def mask(
        self, tree: T, registry: Registry, *, layered: bool = False, source: str = USER
    ) -> T:
        """The same with a placeholder for every value: a text, or a nest of them.

        Knows str, dict (keys too), list, tuple, set, dataclasses and pydantic models.
        ``layered``: placeholders of this registry that stand in it stay as they are,
        because an enclosing layer put them there. ``source``: who has said it, for the
        restore policy. Raises MaskingError.
        """

        def walker(visit: Visit) -> T:
            walked: T = walk(tree, from_source(visit, source))
            return walked

        masked, texts, again = self._masked(walker, registry, layered)
        if self.prove:
            self._sent(texts, registry, again)
        return masked

    def unmask(self, tree: T, registry: Registry, *, sink: str = "text") -> T:
        """The same with its values back, where the restore policy lets them.

        ``sink`` says where it goes: "text", "structured", "html", "csv", "url",
        "code", "log" ... What is no placeholder of ours stays. Never raises for what
        it cannot read: that comes back as it is.
        """
        return self.restorer(registry).tree(tree, sink=sink)

    def restorer(
        self,
        registry: Registry,
        *,
        layered: bool = False,
        shown: Collection[str] | None = None,
    ) -> Restorer:
        """Restores one answer, and lists in ``unrestored`` what it did not restore.

        ``shown``: the placeholders that stood in this request. ``layered``: a layer
        around us restores; respelled placeholders are put right for it, and invented
        ones are made LITERAL, so that they mean nothing when such a one is issued.
        """

        def settle(invented: str) -> str:
            return registry.mint([Wanted(LITERAL, invented, invented, "model")])[0]

        return Restorer(
            registry.view(),
            policy=self.restore,
            audit=self.audit,
            shown=shown,
            settle=settle if layered else None,
        )

    def stream_unmasker(
        self, registry: Registry, *, sink: str = "text"
    ) -> StreamUnmasker:
        """Restores a text that arrives in pieces."""
        return self.restorer(registry).stream(sink=sink)

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
        result, masked, _ = self._masked(walker, registry, layered)
        if mentioned is not None:
            mentioned.update(text[s:e] for text in masked for s, e in find(text))
        return result

    def _masked(
        self, walker: Callable[[Visit], T], registry: Registry, layered: bool
    ) -> tuple[T, Sequence[str], int]:
        """What the walker makes of the masked texts; these; and how many stretches
        only the last look found."""
        texts: list[_Text] = []
        too_deep = False
        try:
            walker(_Collecting(texts, USER))
        except RecursionError:
            too_deep = True
        if too_deep:
            raise InputTooDeep("Nested too deep, or it refers to itself.")
        again: list[int] = []
        masked = self._mask_texts(texts, registry, layered, again)
        results = iter(masked)
        return walker(lambda text: next(results)), masked, sum(again)

    def proven(self, texts: Iterable[str], registry: Registry) -> None:
        """Raise UnmaskedText if a value of this session stands in any of these texts.

        For all that is about to be sent, also what no walker visits. In common
        encodings too; what the policy keeps may stand. Gives ``audit`` a receipt.
        """
        if not self.prove:
            return
        texts = list(texts)
        self._refuse_known(texts, registry)
        self._sent(texts, registry, 0)

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
        self,
        texts: Sequence["_Text"],
        registry: Registry,
        layered: bool,
        again: list[int],
    ) -> list[str]:
        issued = registry.view() if layered else {}
        memo = registry.memo
        kept = [memo.get(self, (*each, layered)) for each in texts]
        found = [
            old.found if old else self._recognized(each.text)
            for each, old in zip(texts, kept, strict=True)
        ]
        # Once, before anything is minted: what is issued now was typed before.
        alike = [_look_alikes(each.text, issued) for each in texts]
        plans: list[Sequence[_Change] | None] = [None] * len(texts)
        given: dict[Wanted, str] = {}
        minted = None
        while minted != registry.minted:  # a value found in one is known in all
            minted = registry.minted
            plans = [
                None
                if old and old.minted == minted
                else self._plan_for(each, [*entities, *typed], registry)
                for each, entities, typed, old in zip(
                    texts, found, alike, kept, strict=True
                )
            ]
            wanted = [
                c.to
                for plan in plans
                for c in plan or ()
                if isinstance(c.to, Wanted) and c.to not in given
            ]
            given |= zip(wanted, registry.mint(wanted), strict=True)
        masked = [
            old.masked
            if old and plan is None
            else self._applied(each, plan or (), given, registry, again)
            for each, plan, old in zip(texts, plans, kept, strict=True)
        ]
        for each, entities, result in zip(texts, found, masked, strict=True):
            new = _Memo(entities, minted, result)
            memo.put(self, (*each, layered), new, len(each.text) + len(result))
        return masked

    def _plan_for(
        self,
        given: "_Text",
        found: Sequence[Entity],
        registry: Registry,
    ) -> list[_Change]:
        known = registry.known(given.text, self._same)
        return self._plan(given.text, [*found, *known], given.source)

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

    def _plan(
        self, text: str, found: Sequence[Entity], source: str = USER
    ) -> list[_Change]:
        """What to replace by what, in order of position."""
        ours = [entity for entity in found if entity.type == _OURS]
        others = [entity for entity in found if entity.type != _OURS]
        decided = self._without_kept(text, others)
        resolved = resolve(text, decided, first=ours)
        for entity in resolved:
            if entity.type != _OURS and entity not in decided:
                decided[entity] = self._operate(text, entity)
        changes = [
            self._change(text, each, decided, source)
            for each in widened(text, resolved, lambda e: decided.get(e) is MINT)
        ]
        return [change for change in changes if change]

    def _without_kept(
        self, text: str, found: Sequence[Entity]
    ) -> dict[Entity, str | Ask]:
        """What becomes of each. What is kept must not hide something inside it."""
        decided = {entity: self._operate(text, entity) for entity in found}
        return {entity: to for entity, to in decided.items() if to is not KEEP}

    def _change(
        self,
        text: str,
        what: Widened,
        decided: Mapping[Entity, str | Ask],
        source: str,
    ) -> _Change | None:
        entity = what.entity
        start, end, value = entity.start, entity.end, text[entity.start : entity.end]
        if entity.type == _OURS:
            return _Change(start, end, value, True)
        to = MINT if what.is_new else decided[entity]
        if to is KEEP:
            return None
        if to is MINT:
            value = value if what.value is None else what.value
            key = self._same(label_of(entity.type), value)
            return _Change(start, end, Wanted(entity.type, value, key, source), True)
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

    def _applied(
        self,
        given: "_Text",
        plan: Sequence[_Change],
        placeholders: Mapping[Wanted, str],
        registry: Registry,
        again: list[int],
    ) -> str:
        """The text with its placeholders, read once more for what it must not hold."""
        source = given.source
        text = _spliced(given.text, plan, placeholders, registry, source)
        if not (self.prove and (left := self._left_in(text, registry))):
            return text
        values = {found.entity: found.value for found in left}
        ours = [Entity(_OURS, *span) for span in find(text)]
        resolved = resolve(text, values, first=ours)
        changes = []
        for entity, _, meant in widened(text, resolved, lambda e: e.type != _OURS):
            written = text[entity.start : entity.end]
            to: str | Wanted = written
            if entity.type != _OURS:
                key = self._same(label_of(entity.type), values.get(entity, written))
                value = written if meant is None else meant
                to = Wanted(entity.type, value, key, source)
            changes.append(_Change(entity.start, entity.end, to, True))
        wanted = [change.to for change in changes if isinstance(change.to, Wanted)]
        again.append(len(wanted))
        new = dict(zip(wanted, registry.mint(wanted), strict=True))
        text = _spliced(text, changes, new, registry, source)
        self._refuse_known([text], registry)
        return text

    def _refuse_known(self, texts: Iterable[str], registry: Registry) -> None:
        types = {f.entity.type for t in texts for f in self._left_in(t, registry)}
        if types:
            raise UnmaskedText(
                f"{', '.join(sorted(types))} would have been sent, in clear or encoded:"
                " it stands where nothing may be changed, such as an id or a signature."
            )

    def _left_in(self, text: str, registry: Registry) -> list[Found]:
        """The known values that a text still holds and that are not to be kept."""
        if not len(registry):
            return []

        def look(view: str) -> list[Entity]:
            return [
                entity
                for entity in registry.known(view, self._same)
                if self._operate(view, entity) is not KEEP
            ]

        return found_in(_without_placeholders(text), look)

    def _sent(self, texts: Sequence[str], registry: Registry, again: int) -> None:
        with suppress(Exception):
            self.audit(receipt(texts, known=len(registry), masked_again=again))


class _Text(NamedTuple):
    """A text to mask, and who has said it."""

    text: str
    source: str


class _Memo(NamedTuple):
    """What was found in a text, and what it became when so many were minted."""

    found: Sequence[Entity]
    minted: int | None
    masked: str


class _Collecting:
    """Visits texts to remember them, with their source."""

    def __init__(self, texts: list[_Text], source: str) -> None:
        self._texts = texts
        self._source = source

    def __call__(self, text: str) -> str:
        self._texts.append(_Text(text, self._source))
        return text

    def from_source(self, source: str) -> "_Collecting":
        """See ``tree.from_source``."""
        return _Collecting(self._texts, source)


def _without_placeholders(text: str) -> str:
    """The text with a NUL for each character of what reads as a placeholder."""
    parts: list[str] = []
    at = 0
    for start, end in find(text):
        parts += text[at:start], "\0" * (end - start)
        at = end
    return "".join([*parts, text[at:]]) if parts else text


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


def _spliced(
    text: str,
    plan: Sequence[_Change],
    given: Mapping[Wanted, str],
    registry: Registry,
    source: str,
) -> str:
    if not plan:
        return text
    pieces = [
        Piece(c.start, c.end, given[c.to] if isinstance(c.to, Wanted) else c.to, c.ours)
        for c in plan
    ]

    def literal(stretch: str) -> str:
        return registry.mint([Wanted(LITERAL, stretch, stretch, source)])[0]

    return settle(*splice(text, pieces), literal)
