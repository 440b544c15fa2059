"""What of a text to replace by what: recognize, decide, widen. Nothing changes yet."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .entities import LITERAL, Entity, Recognizer, label_of, resolve, trimmed
from .errors import InputError, InputTooLarge, MaskingError, RecognizerError
from .grammar import find
from .identity import identity
from .operators import KEEP, MINT, OPERATORS, Ask, Operator
from .policy import Context, Policy
from .recognizers import readable
from .restore import USER
from .splice import tidy
from .vault import Wanted
from .widen import Widened, widened

OURS = "(ours)"
"""Type of a placeholder that an enclosing layer put in: it stays."""


class Change(NamedTuple):
    """A stretch of text and what replaces it: a text, or what the registry gives.

    ``is_exact``: what it gives stands for all that was written. ``also``: values in it
    that get placeholders too, so that they are known.
    """

    start: int
    end: int
    to: str | Wanted
    ours: bool
    is_exact: bool = True
    also: Sequence[Wanted] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """Reads texts and says what is to become of them; see ``Masker`` for its parts."""

    recognizer: Recognizer
    policy: Policy
    operators: Mapping[str, Operator]
    threshold: float
    max_chars: int
    calling_code: str

    def same(self, label: str, value: str) -> str:
        """The key that equal forms of a value share."""
        return identity(label, value, self.calling_code)

    def entities(self, text: str) -> list[Entity]:
        """What would be replaced, leaving any session aside."""
        found = self.recognized(text) + look_alikes(text, {})
        return resolve(text, self._without_kept(text, found))

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
                if not entity.score < self.threshold
            ]
        except Exception as error:
            failure = type(error).__name__
        # raised out here, so that no context holds the text
        raise RecognizerError(f"The recognizer failed ({failure}): nothing was sent.")

    def plan(
        self, text: str, found: Sequence[Entity], source: str = USER
    ) -> list[Change]:
        """What to replace by what, in order of position."""
        ours = [entity for entity in found if entity.type == OURS]
        others = [entity for entity in found if entity.type != OURS]
        decided = _gone_first(self._without_kept(text, others))
        resolved = resolve(text, decided, first=ours)
        for entity in resolved:
            if entity.type != OURS and entity not in decided:
                decided[entity] = self.operate(text, entity)

        def mints(entity: Entity) -> bool:
            return decided.get(entity) is MINT

        def becomes(entity: Entity) -> str | None:
            to = decided.get(entity)
            own = text[entity.start : entity.end]
            return None if entity.type == OURS else to if isinstance(to, str) else own

        changes = [
            self._change(text, each, decided, source)
            for each in widened(text, resolved, mints=mints, becomes=becomes)
        ]
        kept = [change for change in changes if change]
        inside = sorted(filter(mints, decided), key=lambda e: e.start)
        return [self._with_inside(text, each, inside, source) for each in kept]

    def operate(self, text: str, entity: Entity) -> str | Ask:
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

    def _without_kept(
        self, text: str, found: Sequence[Entity]
    ) -> dict[Entity, str | Ask]:
        """What becomes of each. What is kept must not hide something inside it."""
        decided = {entity: self.operate(text, entity) for entity in found}
        return {entity: to for entity, to in decided.items() if to is not KEEP}

    def _change(
        self,
        text: str,
        what: Widened,
        decided: Mapping[Entity, str | Ask],
        source: str,
    ) -> Change | None:
        entity = what.entity
        start, end, value = entity.start, entity.end, text[entity.start : entity.end]
        if entity.type == OURS:
            return Change(start, end, value, True, True)
        to = MINT if what.is_new else decided[entity]
        if to is KEEP:
            return None
        if to is MINT:
            value = value if what.value is None else what.value
            key = self.same(label_of(entity.type), value)
            wanted = Wanted(entity.type, value, key, source)
            return Change(start, end, wanted, True, not what.is_cut)
        if to == "":
            start, end = tidy(text, start, end)
        return Change(start, end, str(to), False, False)

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
        if not (to is MINT and (entity.start, entity.end) in gone)
        or entity.type == LITERAL
    }


def look_alikes(text: str, issued: Mapping[str, str]) -> list[Entity]:
    """What reads as a placeholder: issued by a layer around us, or typed by someone."""
    return [
        Entity(OURS if text[start:end] in issued else LITERAL, start, end)
        for start, end in find(text)
    ]


def _checked(text: str, entity: Entity) -> Entity:
    """The entity, its edges trimmed so that its value is known again.

    Raises where it is no entity of this text.
    """
    inside = 0 <= entity.start < entity.end <= len(text)
    if not (isinstance(entity.type, str) and inside):
        raise ValueError("an entity outside the text")
    return trimmed(text, entity)
