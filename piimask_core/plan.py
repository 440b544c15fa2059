"""What of a text to replace by what: recognize, decide, widen. Nothing changes yet."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import NamedTuple

from .entities import LITERAL, Entity, Recognizer, label_of, resolve, trimmed
from .errors import InputError, InputTooLarge, MaskingError, RecognizerError
from .grammar import find
from .identity import identity
from .lists import Lists, Stretches, deadline
from .operators import KEEP, MINT, OPERATORS, REFER, Ask, Operator
from .policy import Context, Policy, is_quasi, looks_around
from .recognizers import readable
from .registry import Registry
from .restore import USER
from .strip import cuts
from .topic import Topic
from .tuning import Thresholds
from .vault import FIRST, TOPIC, Wanted
from .widen import Widened, widened

OURS = "(ours)"
"""Type of a placeholder that an enclosing layer put in: it stays."""

_ASKED = (MINT, REFER)
_LONGEST_TOPIC = 64


class Change(NamedTuple):
    """A stretch of text and what replaces it: a text, or what the registry gives.

    ``is_exact``: what it gives stands for all that was written. ``also``: values in it
    that get placeholders too, so that they are known. ``final``: the types of what it
    replaces for good.
    """

    start: int
    end: int
    to: str | Wanted
    ours: bool
    is_exact: bool = True
    also: Sequence[Wanted] = ()
    final: tuple[str, ...] = ()


class Said(NamedTuple):
    """What a session knows of a text: where it stands, the values in it, and what of
    it was named as no personal data."""

    context: Context
    known: Set[Entity] = frozenset()
    kept: Sequence[Entity] = ()
    is_added: Callable[[str], bool] = lambda value: False


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """Reads texts and says what is to become of them; see ``Masker`` for its parts."""

    recognizer: Recognizer
    policy: Policy
    operators: Mapping[str, Operator]
    thresholds: Thresholds
    max_chars: int
    calling_code: str
    allow: Lists
    deny: Lists
    topic: Topic | None
    domain: str

    def same(self, label: str, value: str) -> str:
        """The key that equal forms of a value share."""
        return identity(label, value, self.calling_code)

    def entities(self, text: str) -> list[Entity]:
        """What would be replaced, leaving any session aside."""
        found = self.recognized(text) + look_alikes(text, {})
        said = self.said_alone(text, found)
        return resolve(text, self._without_kept(text, found, said))

    def recognized(self, text: str) -> list[Entity]:
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
                if not entity.score < self.thresholds.of(entity.type)
            ]
        except Exception as error:
            failure = type(error).__name__
        # raised out here, so that no context holds the text
        raise RecognizerError(f"The recognizer failed ({failure}): nothing was sent.")

    def tell(
        self,
        texts: Sequence[str],
        found: Iterable[Sequence[Entity]],
        registry: Registry,
    ) -> None:
        """Let the session know what these texts are about and what they tell first.

        It is made out for all of them before anything is decided in any of them.
        """
        notes = registry.notes
        if self.topic is not None:
            topic = notes.topic
            for text in texts:
                topic = self._topic(text, topic)
            if topic != notes.topic:
                registry.note(TOPIC, topic)
        if not notes.first and looks_around(self.policy):
            first = next(filter(None, map(_first, found)), "")
            if first:
                registry.note(FIRST, first)

    def said(self, text: str, source: str, registry: Registry) -> Said:
        """What the session says to a text."""
        notes = registry.notes
        return Said(
            Context(
                text,
                notes.topic,
                source,
                self.domain,
                notes.first,
                registry.may_know,
            ),
            frozenset(registry.known(text, self.same)),
            notes.kept(text),
            notes.is_added,
        )

    def said_next(self, text: str, found: Sequence[Entity], registry: Registry) -> Said:
        """What it would say once it was told of this text; nothing is written down."""
        said = self.said(text, USER, registry)
        topic, first = said.context.topic, said.context.first or _first(found)
        if self.topic is not None:
            topic = self._topic(text, topic)
        return said._replace(context=replace(said.context, topic=topic, first=first))

    def said_alone(self, text: str, found: Sequence[Entity]) -> Said:
        """The same for a text without a session."""
        topic = "" if self.topic is None else self._topic(text, "")
        return Said(Context(text, topic, USER, self.domain, _first(found)))

    def plan(self, text: str, found: Sequence[Entity], said: Said) -> list[Change]:
        """What to replace by what, in order of position."""
        source = said.context.role
        ours = [entity for entity in found if entity.type == OURS]
        others = [entity for entity in found if entity.type != OURS]
        decided = _gone_first(self._without_kept(text, [*others, *said.known], said))
        resolved = resolve(text, decided, first=ours)
        for entity in resolved:
            if entity.type != OURS and entity not in decided:
                to = self.operate(text, entity, said)
                decided[entity] = MINT if to is KEEP else to  # of something masked

        def mints(entity: Entity) -> bool:
            return decided.get(entity) in _ASKED

        def becomes(entity: Entity) -> str | None:
            to = decided.get(entity)
            own = text[entity.start : entity.end]
            return None if entity.type == OURS else to if isinstance(to, str) else own

        changes = [
            self._change(text, each, decided, source)
            for each in widened(text, resolved, mints=mints, becomes=becomes)
        ]
        inside = sorted(filter(mints, decided), key=lambda e: e.start)
        changes = _tidied(text, changes)
        return [self._with_inside(text, each, inside, source) for each in changes]

    def operate(self, text: str, entity: Entity, said: Said) -> str | Ask:
        """What the policy's operator says; LITERAL is not for a policy to decide.

        What was masked once in a session is never kept by a policy afterwards.
        """
        if entity.type == LITERAL:
            return MINT
        to = self._operated(text, entity, said.context)
        return MINT if to is KEEP and entity in said.known else to

    def keeps(self, text: str, entity: Entity, said: Said) -> bool:
        """Whether the policy by itself would keep it, whatever the session knows."""
        return self._operated(text, entity, said.context) is KEEP

    def staying(self, text: str, found: Collection[Entity], said: Said) -> set[Entity]:
        """Those that stand inside what the session or the allow list names.

        The deny list wins over both, and the session over the allow list.
        """
        if not (said.kept or self.allow):
            return set()
        failure = None
        try:
            kept = Stretches(said.kept)
            allowed = Stretches(self.allow.words(text))
            denied = Stretches(self.deny.find(text)) if self.deny else None
            ends = deadline()
            return {
                entity
                for entity in found
                if entity.type != LITERAL
                and (
                    kept.cover(entity)
                    or (
                        not said.is_added(value := text[entity.start : entity.end])
                        and (
                            allowed.cover(entity)
                            or self.allow.matches_whole(value, ends)
                        )
                    )
                )
                and not (denied and denied.stand_in(entity))
            }
        except Exception as error:
            failure = type(error).__name__
        raise MaskingError(f"The allow list failed ({failure}): nothing was sent.")

    def _operated(self, text: str, entity: Entity, context: Context) -> str | Ask:
        failure = "no such operator, or no text from it"
        try:
            name = self.policy(entity, context)
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

    def _topic(self, text: str, previous: str) -> str:
        failure = "no text from it"
        try:
            topic = self.topic(text, previous) if self.topic else ""
            if isinstance(topic, str) and len(topic) <= _LONGEST_TOPIC:
                return topic
        except Exception as error:
            failure = type(error).__name__
        raise MaskingError(f"The topic function failed ({failure}): nothing was sent.")

    def _without_kept(
        self, text: str, found: Sequence[Entity], said: Said
    ) -> dict[Entity, str | Ask]:
        """What becomes of each. What is kept must not hide something inside it."""
        staying = self.staying(text, found, said)
        decided = {
            entity: self.operate(text, entity, said)
            for entity in found
            if entity not in staying
        }
        return {entity: to for entity, to in decided.items() if to is not KEEP}

    def _change(
        self,
        text: str,
        what: Widened,
        decided: Mapping[Entity, str | Ask],
        source: str,
    ) -> Change:
        entity = what.entity
        start, end, value = entity.start, entity.end, text[entity.start : entity.end]
        if entity.type == OURS:
            return Change(start, end, value, True, True)
        to = MINT if what.is_new else decided[entity]
        if isinstance(to, str):
            return Change(start, end, to, False, False, final=(entity.type,))
        value = value if what.value is None else what.value
        key = self.same(label_of(entity.type), value)
        wanted = Wanted(entity.type, value, key, source, to is REFER)
        return Change(start, end, wanted, True, not what.is_cut)

    def _with_inside(
        self, text: str, change: Change, inside: Sequence[Entity], source: str
    ) -> Change:
        """An address makes the values in it known, for it may be kept another time."""
        if not (isinstance(change.to, Wanted) and label_of(change.to.type) == "URL"):
            return change
        first = bisect_left(inside, change.start, key=lambda e: e.start)
        also = []
        for entity in inside[first:]:
            if entity.start >= change.end:
                break
            if entity.end <= change.end and entity.type not in ("URL", LITERAL):
                also.append(self._wanted(entity, text, source))
        return change._replace(also=also)

    def _wanted(self, entity: Entity, text: str, source: str) -> Wanted:
        value = text[entity.start : entity.end]
        key = self.same(label_of(entity.type), value)
        return Wanted(entity.type, value, key, source)


def _gone_first(decided: dict[Entity, str | Ask]) -> dict[Entity, str | Ask]:
    """Without what would get a placeholder where the same stretch goes for good, as
    what it was taken for another time."""
    gone = {(e.start, e.end) for e, to in decided.items() if isinstance(to, str)}
    if not gone:
        return decided
    return {
        entity: to
        for entity, to in decided.items()
        if not (to in _ASKED and (entity.start, entity.end) in gone)
        or entity.type == LITERAL
    }


def look_alikes(text: str, issued: Mapping[str, str]) -> list[Entity]:
    """What reads as a placeholder: issued by a layer around us, or typed by someone."""
    return [
        Entity(OURS if text[start:end] in issued else LITERAL, start, end)
        for start, end in find(text)
    ]


def _first(found: Iterable[Entity]) -> str:
    """The label of the first quasi-identifier among what was found, or none."""
    told = [entity for entity in found if is_quasi(entity)]
    return label_of(min(told, key=lambda e: (e.start, e.end)).type) if told else ""


def _tidied(text: str, changes: Sequence[Change]) -> list[Change]:
    """The changes, each removal with what would dangle without it."""
    gone = [(change.start, change.end) for change in changes if change.to == ""]
    if not gone:
        return list(changes)
    others = [change for change in changes if change.to != ""]
    cut = cuts(text, gone, [(change.start, change.end) for change in others])
    taken = iter(sorted((c for c in changes if c.to == ""), key=lambda c: c.start))
    each = next(taken, None)
    removed: list[Change] = []
    for start, end in cut:
        final: list[str] = []
        while each and each.start < end:
            final += each.final
            each = next(taken, None)
        removed.append(Change(start, end, "", False, False, final=tuple(final)))
    return sorted([*others, *removed], key=lambda change: change.start)


def _checked(text: str, entity: Entity) -> Entity:
    """The entity, its edges trimmed so that its value is known again.

    Raises where it is no entity of this text.
    """
    inside = 0 <= entity.start < entity.end <= len(text)
    if not (isinstance(entity.type, str) and inside):
        raise ValueError("an entity outside the text")
    return trimmed(text, entity)
