"""What would become of each entity of a text, and why? Told, not done."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from .audit import Observed
from .entities import LITERAL, Entity, resolve
from .errors import MaskingError
from .operators import KEEP, MINT, Ask
from .plan import Planner, Said, look_alikes
from .registry import Registry


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
    if registry is None:
        said = planner.said_alone(text, found)
    else:
        registry.sync()
        said = planner.said_next(text, found, registry)
    every = {*found, *look_alikes(text, {}), *said.known}
    staying = planner.staying(text, every, said)
    told = {e: _decided(planner, text, e, said, e in staying) for e in every}
    masked = resolve(text, [e for e in every if told[e].operator != "keep"])
    kept = [e for e in every if told[e].operator == "keep"]
    return [
        told[e] if e in told else _decided(planner, text, e, said, False)
        for e in resolve(text, kept, first=masked)
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


def _decided(
    planner: Planner, text: str, entity: Entity, said: Said, stays: bool
) -> Decision:
    place = entity.type, entity.start, entity.end
    if stays:
        return Decision(*place, "keep", True, "named as no personal data")
    if entity.type == LITERAL:
        return Decision(*place, "placeholder", True, "it looks like a placeholder")
    to = planner.operate(text, entity, said)
    name = "keep" if to is KEEP else planner.policy(entity, said.context)
    if to is MINT and name != "placeholder" and planner.keeps(text, entity, said):
        return Decision(*place, "placeholder", True, "masked before in this session")
    rule = getattr(planner.policy, "rule", None)
    reason = "policy"
    if rule is not None:
        decided = rule(entity, said.context)
        reason = f"{decided.name}: {decided.source}"
    return Decision(*place, name, isinstance(to, Ask), reason)
