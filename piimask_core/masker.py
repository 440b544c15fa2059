"""Mask and unmask: recognize, decide, replace; and back.

Masking a text is three steps: plan what to replace (nothing changes yet), mint (one
call to the vault, the only one that may wait), splice. What was spliced is read once
more, because two harmless stretches can become something that reads as a placeholder.
"""

import warnings
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, fields
from functools import partial
from time import perf_counter
from typing import Any, TypeVar

from .audit import (
    Audit,
    Event,
    NotReversible,
    Refused,
    Unmasked,
    is_heard,
    log,
)
from .audit import Masked as MaskedEvent
from .configured import operator
from .decisions import Decision, decisions, observed
from .egress import receipt
from .entities import LITERAL, Entity, Recognizer
from .errors import (
    InputError,
    InputTooDeep,
    MaskingError,
    PIIMaskError,
    RegionRefused,
)
from .feedback import Feedback
from .grammar import find
from .identity import calling_code
from .instruction import INSTRUCTION, REFERENCES
from .lists import Entry, Lists
from .masking import Masked, Text, has_nothing, mask_texts, refuse_known
from .operators import Operator
from .plan import Planner, look_alikes
from .policy import Policy, by_type, names_operator
from .profiles import Profile, profile_of
from .recognizers import default_recognizer, union
from .recognizers.disguise import disguised
from .registry import Registry
from .restore import STANDARD, USER
from .restore import Policy as RestorePolicy
from .restorer import Restorer
from .sinks import default_key, of_session, tell
from .stream import StreamUnmasker
from .tally import tally
from .topic import Topic, lexical
from .tree import Visit, from_source, walk
from .tuning import Thresholds, thresholds, tuning_for
from .vault import DEFAULT_VAULT, Vault, Wanted
from .view import View

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Masker:
    """How to mask: immutable, shared by all sessions. Works with no argument.

    ``recognizer`` finds entities, ``policy`` names an operator for each, ``operators``
    adds to the built-in ones. ``profile``, one of ``profiles.PROFILES`` or your own, is
    the policy where none is given, and in any case the domain that a policy is told;
    with it, ``topic`` follows what a conversation is about.

    ``tuning`` ("recall", "balanced", "precision") says from which score on something is
    an entity; without it, ``vendor_retention`` ("zero", "days:30", "unknown") picks it.
    ``threshold`` overrides it, for all or by type. ``allow`` lists what is never
    masked, ``deny`` by type what always is; see ``lists``.

    With ``mode="observe"`` nothing is masked: what would be is counted for ``audit``.
    ``max_chars`` bounds one text. ``instruction`` is what the model is told ("" for
    nothing). ``restore`` says where values may come back. ``prove``: look once more,
    before it is sent, whether a known value stands in the masked text in any disguise.
    ``audit`` takes what happened, without values, with ids hashed by ``audit_key``.
    ``region``: values of sessions that belong to another one are not read; the vault
    must be of this one.
    """

    recognizer: Recognizer = field(default_factory=default_recognizer)
    policy: Policy | None = None
    operators: Mapping[str, Operator | Any] = field(default_factory=dict)
    profile: str | Profile | None = None
    topic: Topic | None = None
    tuning: str | None = None
    vendor_retention: str | None = None
    threshold: float | Mapping[str, float] | None = None
    allow: Sequence[Entry] = field(default=(), repr=False)
    deny: Mapping[str, Sequence[Entry]] = field(default_factory=dict, repr=False)
    mode: str = "mask"
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
        profile = None if self.profile is None else profile_of(self.profile)
        policy = self.policy or profile or by_type({})
        deny = Lists(self.deny)
        planner = Planner(
            recognizer=union(self.recognizer, disguised(deny.find))
            if deny
            else self.recognizer,
            policy=policy,
            operators={n: operator(given) for n, given in self.operators.items()},
            thresholds=thresholds(
                self.tuned, self.threshold, profile.asks if profile else {}
            ),
            max_chars=self.max_chars,
            calling_code=calling_code(self.phone_region),
            allow=Lists({"ALLOWED": self.allow} if self.allow else {}),
            deny=deny,
            topic=self.topic or (lexical if profile else None),
            domain=profile.name if profile else "",
        )
        object.__setattr__(self, "_planner", planner)
        if self.mode not in MODES:
            raise InputError(f"mode is one of {', '.join(MODES)}.")
        if self.tuned == "precision" and self.vendor_retention != "zero":
            warnings.warn(
                "tuning is precision, but the vendor is not said to keep nothing: what"
                ' is missed stays there. Say vendor_retention="zero", or tune for'
                " recall.",
                stacklevel=3,
            )

    @property
    def tuned(self) -> str:
        """The tuning that holds: given, or picked by the vendor's retention."""
        picked = tuning_for(self.vendor_retention)
        return picked if self.tuning is None else self.tuning

    @property
    def decides(self) -> Policy:
        """The policy that holds: given, or the profile's."""
        return self._planner.policy

    @property
    def thresholds(self) -> Thresholds:
        """From which score on something is an entity, by type."""
        return self._planner.thresholds

    @property
    def tells(self) -> str:
        """What the model is told: the instruction, and of references where the policy
        gives any; nothing where nothing is masked."""
        if self.mode == "observe":
            return ""
        if self.instruction == INSTRUCTION and names_operator(
            self.decides, "reference"
        ):
            return WITH_REFERENCES
        return self.instruction

    def __reduce__(self) -> tuple[Any, ...]:
        """How to make it again elsewhere: what is ours by default is taken from there.

        Its sessions stay in the vault, so that must be one that both can reach.
        """
        parts = {e.name: getattr(self, e.name) for e in fields(self) if e.init}
        if self.recognizer is default_recognizer():
            del parts["recognizer"]
        return partial(type(self), **parts), ()

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

    def decisions(self, text: str, registry: Registry | None = None) -> list[Decision]:
        """What would become of each entity of a text and why, and whether that can be
        undone. Nothing is changed, neither the text nor the session."""
        return decisions(self._planner, text, registry)

    def mask(
        self, tree: T, registry: Registry, *, layered: bool = False, source: str = USER
    ) -> T:
        """The same with a placeholder for every value: a text, or a nest of them.

        Knows str, dict (keys too), list, tuple, set, dataclasses and pydantic models.
        ``layered``: placeholders of this registry that stand in it stay as they are,
        because an enclosing layer put them there. ``source``: who has said it, for the
        restore policy. Raises MaskingError.
        """

        if self.mode == "observe":
            return self._observed(lambda visit: walk(tree, visit), tree, registry)
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
        if self.mode == "observe":
            unchanged: T = walker(_as_it_is)
            return self._observed(walker, unchanged, registry)
        result, masked = self._masked(walker, registry, layered)
        if mentioned is not None:
            mentioned.update(t[s:e] for t in masked.texts for s, e in find(t))
        return result

    def proven(self, texts: Iterable[str], registry: Registry) -> None:
        """Raise UnmaskedText if a value of this session stands in any of these texts.

        For all that is about to be sent, also what no walker visits. In common
        encodings too; what the policy keeps may stand. Gives ``audit`` a receipt.
        """
        if not self.prove or self.mode == "observe":
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
        if self.mode == "observe":
            return set()
        registry.sync()
        found = planner.recognized(text) + look_alikes(text, registry.issued)
        plan = planner.plan(text, found, planner.said(text, USER, registry))
        wanted = {c.to.type for c in plan if isinstance(c.to, Wanted)} - {LITERAL}
        return wanted | {"(other)" for c in plan if not c.ours}

    def known(self, text: str, registry: Registry) -> set[str]:
        """The types of the values of this session that stand in a text."""
        if self.mode == "observe":
            return set()
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
                    topic=registry.notes.topic,
                    ms=took,
                ),
                registry,
            )
        if masked.final:
            self._tell(lambda: NotReversible(dict(masked.final)), registry)
        for event in masked.mostly:
            self._tell(partial(_same, event), registry)
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

    def _observed(
        self, walker: Callable[[Visit], T], unchanged: T, registry: Registry
    ) -> T:
        """The same; what masking would have done is told to ``audit``.

        Nothing that goes wrong here may stop the app that is observed.
        """
        with suppress(Exception):
            texts: list[Text] = []
            walker(_Collecting(texts, USER))
            told = observed(self._planner, [each.text for each in texts])
            self._tell(lambda: told, registry)
        return unchanged

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


def _itself(event: Event) -> Event:
    return event


def _ms(started: float) -> float:
    return (perf_counter() - started) * 1_000


def _same(event: Event) -> Event:
    return event


MODES = ("mask", "observe")


def _as_it_is(text: str) -> str:
    return text


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
