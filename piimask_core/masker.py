"""Mask and unmask: recognize, decide, replace; and back.

Masking a text is three steps: plan what to replace (nothing changes yet), mint (one
call to the vault, the only one that may wait), splice. What was spliced is read once
more, because two harmless stretches can become something that reads as a placeholder.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from time import perf_counter
from typing import TypeVar

from .audit import Audit, Event, Refused, Unmasked, is_heard, log
from .audit import Masked as MaskedEvent
from .egress import receipt
from .entities import LITERAL, Entity, Recognizer
from .errors import InputTooDeep, MaskingError, PIIMaskError, RegionRefused
from .feedback import Feedback
from .grammar import find
from .identity import calling_code
from .instruction import INSTRUCTION
from .masking import Masked, Text, has_nothing, mask_texts, refuse_known
from .operators import Operator
from .plan import Planner, look_alikes
from .policy import Policy, by_type
from .recognizers import default_recognizer
from .registry import Registry
from .restore import STANDARD, USER
from .restore import Policy as RestorePolicy
from .restorer import Restorer
from .sinks import default_key, of_session, tell
from .stream import StreamUnmasker
from .tally import tally
from .tree import Visit, from_source, walk
from .vault import DEFAULT_VAULT, Vault, Wanted
from .view import View

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Masker:
    """How to mask: immutable, shared by all sessions. Works with no argument.

    ``recognizer`` finds entities, ``policy`` names an operator for each, ``operators``
    adds to the built-in ones. Entities below ``threshold`` are let go. ``max_chars``
    bounds one text. ``instruction`` is what the model is told ("" for nothing).
    ``restore`` says where values may come back. ``prove``: look once more, before it is
    sent, whether a known value stands in the masked text in any disguise. ``audit``
    takes what happened, without values, with ids hashed by ``audit_key``. ``region``:
    values of sessions that belong to another one are not read; the vault must be of
    this one.
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
    audit_key: bytes = field(default_factory=default_key, repr=False)
    region: str = ""
    _planner: Planner = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.region and getattr(self.vault, "region", "") != self.region:
            raise RegionRefused("The masker's region is not the vault's.")
        planner = Planner(
            recognizer=self.recognizer,
            policy=self.policy,
            operators=self.operators,
            threshold=self.threshold,
            max_chars=self.max_chars,
            calling_code=calling_code(self.phone_region),
        )
        object.__setattr__(self, "_planner", planner)

    def registry(self, session: str, *, tenant: str | None = None) -> Registry:
        """The registry of a conversation, from this masker's vault."""
        owner = self.tenant if tenant is None else tenant
        return Registry(session, tenant=owner, vault=self.vault)

    def entities(self, text: str) -> list[Entity]:
        """What would be replaced in this text, leaving any session aside."""
        return self._planner.entities(text)

    @property
    def feedback(self) -> Feedback:
        """Where this masker was wrong: reports for ``audit``, without values."""
        return Feedback(self.audit, self.audit_key)

    def mask(
        self, tree: T, registry: Registry, *, layered: bool = False, source: str = USER
    ) -> T:
        """The same with a placeholder for every value: a text, or a nest of them.

        Knows str, dict (keys too), list, tuple, set, dataclasses and pydantic models.
        ``layered``: placeholders of this registry that stand in it stay as they are,
        because an enclosing layer put them there. ``source``: who has said it, for the
        restore policy. Raises MaskingError.
        """
        started = perf_counter()
        try:
            plain = isinstance(tree, str) and has_nothing(tree, self._planner, registry)
        except MaskingError as error:
            self._refused(error, registry)
            raise
        if plain:
            if is_heard(self.audit):
                self._masked_plain(str(tree), registry, started)
            return tree

        def walker(visit: Visit) -> T:
            walked: T = walk(tree, from_source(visit, source))
            return walked

        result, masked = self._masked(walker, registry, layered)
        if self.prove:
            self._sent(masked.texts, registry, masked.again)
        return result

    def unmask(self, tree: T, registry: Registry, *, sink: str = "text") -> T:
        """The same with its values back, where the restore policy lets them.

        ``sink`` says where it goes: "text", "structured", "html", "csv", "url",
        "code", "log" ... What is no placeholder of ours stays. Never raises for what
        it cannot read: that comes back as it is.
        """
        if not is_heard(self.audit):
            return self.restorer(registry).tree(tree, sink=sink)
        started = perf_counter()
        restorer = self.restorer(registry)
        result = restorer.tree(tree, sink=sink)
        why = [each.reason for each in restorer.unrestored]
        refused, took = why.count("refused"), _ms(started)
        with suppress(Exception):
            audit = self.audit_of(registry)
            audit(Unmasked(sink, len(why) - refused, refused, took))
        return result

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
        A vault that does not answer never blocks one: then nothing is restored.
        """

        def settle(invented: str) -> str:
            with suppress(PIIMaskError):
                want = Wanted(LITERAL, invented, invented, "model")
                return registry.mint([want])[0]
            return invented

        view, missing = View({}, registry.issued.labels, {}), "unavailable"
        with suppress(PIIMaskError):
            view, missing = registry.view(), "unknown"
        return Restorer(
            view,
            policy=self.restore,
            audit=self.audit_of(registry),
            shown=shown,
            settle=settle if layered and missing == "unknown" else None,
            missing=missing,
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
        result, masked = self._masked(walker, registry, layered)
        if mentioned is not None:
            mentioned.update(t[s:e] for t in masked.texts for s, e in find(t))
        return result

    def proven(self, texts: Iterable[str], registry: Registry) -> None:
        """Raise UnmaskedText if a value of this session stands in any of these texts.

        For all that is about to be sent, also what no walker visits. In common
        encodings too; what the policy keeps may stand. Gives ``audit`` a receipt.
        """
        if not self.prove:
            return
        texts = list(texts)
        try:
            refuse_known(texts, self._planner, registry)
        except MaskingError as error:
            self._refused(error, registry)
            raise
        self._sent(texts, registry, 0)

    def unmasked(self, text: str, registry: Registry) -> set[str]:
        """The types of the values that still stand in a text that is to be masked.

        Placeholders, issued or not, count as masked.
        """
        planner = self._planner
        registry.sync()
        found = planner.recognized(text) + look_alikes(text, registry.issued)
        plan = planner.plan(text, found + registry.known(text, planner.same))
        wanted = {c.to.type for c in plan if isinstance(c.to, Wanted)} - {LITERAL}
        return wanted | {"(other)" for c in plan if not c.ours}

    def known(self, text: str, registry: Registry) -> set[str]:
        """The types of the values of this session that stand in a text."""
        registry.sync()
        return {each.type for each in registry.known(text, self._planner.same)}

    def _masked(
        self, walker: Callable[[Visit], T], registry: Registry, layered: bool
    ) -> tuple[T, Masked]:
        """What the walker makes of the masked texts, and these."""
        started = perf_counter()
        try:
            result, masked = self._made(walker, registry, layered)
        except MaskingError as error:
            self._refused(error, registry)
            raise
        if is_heard(self.audit):
            took = _ms(started)
            self._tell(
                lambda: MaskedEvent(
                    len(masked.texts),
                    len(masked.new),
                    sum(map(len, masked.texts)),
                    tally(masked.new),
                    ms=took,
                ),
                registry,
            )
        return result, masked

    def _made(
        self, walker: Callable[[Visit], T], registry: Registry, layered: bool
    ) -> tuple[T, Masked]:
        texts: list[Text] = []
        too_deep = False
        try:
            walker(_Collecting(texts, USER))
        except RecursionError:
            too_deep = True
        if too_deep:
            raise InputTooDeep("Nested too deep, or it refers to itself.")
        masked = mask_texts(
            texts, self._planner, registry, layered=layered, prove=self.prove
        )
        results = iter(masked.texts)
        return walker(lambda text: next(results)), masked

    def _sent(self, texts: Sequence[str], registry: Registry, again: int) -> None:
        if is_heard(self.audit):
            self._tell(
                lambda: receipt(texts, known=len(registry), masked_again=again),
                registry,
            )

    def _masked_plain(self, text: str, registry: Registry, started: float) -> None:
        """A text that the gate let pass."""
        took = _ms(started)
        self._tell(
            lambda: MaskedEvent(1, 1, len(text), skipped=True, ms=took), registry
        )
        if self.prove:
            self._sent([text], registry, 0)

    def audit_of(self, registry: Registry) -> Audit:
        """``audit``, which is told of each event when and in which session it was."""
        return of_session(self.audit, self.audit_key, registry.tenant, registry.session)

    def _tell(self, make: Callable[[], Event], registry: Registry) -> None:
        tell(self.audit_of(registry), make)

    def _refused(self, error: MaskingError, registry: Registry) -> None:
        """Told where it can be; the error goes on in any case."""
        with suppress(Exception):
            self._tell(lambda: Refused(type(error).__name__), registry)


def _ms(started: float) -> float:
    return (perf_counter() - started) * 1_000


class _Collecting:
    """Visits texts to remember them, with their source."""

    def __init__(self, texts: list[Text], source: str) -> None:
        self._texts = texts
        self._source = source

    def __call__(self, text: str) -> str:
        self._texts.append(Text(text, self._source))
        return text

    def from_source(self, source: str) -> "_Collecting":
        """See ``tree.from_source``."""
        return _Collecting(self._texts, source)
