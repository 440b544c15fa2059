"""What would become of each entity of a text, and why? Told, not done."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from .audit import Observed
from .entities import LITERAL, Entity, resolve
from .errors import MaskingError
from .operators import KEEP, MINT, Ask
from .plan import OURS, Planner, Said, look_alikes
from .registry import Registry
from .restore import USER


class Decision(NamedTuple):
    """What becomes of ``text[start:end]``, and why.

    ``operator`` is its name, ``reversible`` whether the value can come back,
    ``reason`` the rule with its source, or what else decided.
    """

    type: str
    start: int
    end: int
    operator: str
    reversible: bool
    reason: str


def decisions(
    planner: Planner, text: str, registry: Registry | None = None
) -> list[Decision]:
    """Every entity in order, those that stay included."""
    found = planner.recognized(text)
    said = planner.said_alone(text, found)
    if registry is not None:
        given = planner.said(text, USER, registry)
        context = given.context
        if not context.topic and not context.first:  # nothing told yet
            given = given._replace(context=said.context)
        said = given
    found += look_alikes(text, {} if registry is None else registry.view())
    found = [entity for entity in found if entity.type != OURS]
    told = {e: _decided(planner, text, e, said) for e in {*found, *said.known}}
    masked = [e for e, decision in told.items() if decision.operator != "keep"]
    resolved = resolve(text, masked)
    staying = [e for e in told if e not in masked and not _meets(e, resolved)]
    stays = resolve(text, staying)
    both = sorted([*resolved, *stays], key=lambda e: e.start)
    return [
        (told.get(e) or _decided(planner, text, e, said))._replace(
            start=e.start, end=e.end
        )
        for e in both
    ]


def observed(planner: Planner, texts: Sequence[str]) -> Observed:
    """Counts of what masking these texts would have done."""
    types: Counter[str] = Counter()
    operators: Counter[str] = Counter()
    read = 0
    for text in texts:
        with suppress(MaskingError):
            made = decisions(planner, text)
            types.update(decision.type for decision in made)
            operators.update(decision.operator for decision in made)
            read += 1
    return Observed(len(texts), dict(types), dict(operators), len(texts) - read)


def _decided(planner: Planner, text: str, entity: Entity, said: Said) -> Decision:
    place = entity.type, entity.start, entity.end
    if entity.type == LITERAL:
        return Decision(*place, "placeholder", True, "it looks like a placeholder")
    if planner.may_stay(text, entity, said):
        return Decision(*place, "keep", True, "named as no personal data")
    to = planner.operate(text, entity, said)
    name = planner.policy(entity, said.context)
    if to is MINT and name != "placeholder" and entity in said.known:
        return Decision(*place, "placeholder", True, "masked before in this session")
    if to is KEEP:
        name = "keep"
    rule = getattr(planner.policy, "rule", None)
    reason = "policy"
    if rule is not None:
        decided = rule(entity, said.context)
        reason = f"{decided.name}: {decided.source}"
    return Decision(*place, name, isinstance(to, Ask), reason)


def _meets(entity: Entity, others: Sequence[Entity]) -> bool:
    return any(o.start < entity.end and entity.start < o.end for o in others)
