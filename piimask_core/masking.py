"""Mask many texts at once: plan, mint, splice; then a last look at what came of it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from .audit import MostlyMasked
from .egress import Found, found_in
from .entities import LITERAL, Entity, label_of, resolve
from .errors import UnmaskedText
from .grammar import find
from .plain import plain_words
from .plan import OURS, Change, Planner, Said, look_alikes
from .policy import Context
from .references import PREFIX
from .registry import Registry
from .restore import USER
from .restorer import Restorer
from .spellings import JOINED
from .splice import Piece, settle, splice
from .surroundings import may_lead
from .tally import Read
from .vault import Wanted
from .widen import widened


class Text(NamedTuple):
    """A text to mask, and who has said it."""

    text: str
    source: str


class Masked(NamedTuple):
    """The masked texts, how many stretches only the last look found, how many of which
    types were replaced for good, which texts are little but placeholders, and what was
    found in the texts that the session had not seen."""

    texts: Sequence[str]
    again: int
    final: Mapping[str, int]
    mostly: Sequence[MostlyMasked]
    new: Sequence[Read]


class _Memo(NamedTuple):
    """What was found in a text, and what it became when just so much was known."""

    found: Sequence[Entity]
    version: int
    masked: str


_Given = Mapping[Wanted, str]

_LOOKS = 5
_MANY = 5


def mask_texts(
    texts: Sequence[Text],
    planner: Planner,
    registry: Registry,
    *,
    layered: bool,
    prove: bool,
) -> Masked:
    """All texts of a request: a value found in one is masked in all.

    ``layered``: placeholders of the session that stand in them are ours, and stay.
    What was found in a text, and what became of it, is remembered with the session.
    """
    memo = registry.memo
    kept = [memo.get(planner, (*each, layered)) for each in texts]
    found = [
        old.found if old else planner.recognized(each.text)
        for each, old in zip(texts, kept, strict=True)
    ]
    words = [
        None if old or entities else plain_words(each.text)
        for each, entities, old in zip(texts, found, kept, strict=True)
    ]
    unread = [n for n, old in enumerate(kept) if old is None]
    planner.tell([texts[n].text for n in unread], [found[n] for n in unread], registry)
    # Once, before anything is minted: what reads as a placeholder was there before.
    issued = registry.issued if layered else {}
    alike = [look_alikes(each.text, issued) for each in texts]
    plans: list[Sequence[Change] | None] = [None] * len(texts)
    given: dict[Wanted, str] = {}
    version, is_confirmed = -1, False
    while version != registry.version:  # until nothing new is known
        version = registry.version
        plans = [
            None
            if old and old.version == version
            else ()
            if plain is not None and not registry.may_know(plain)
            else planner.plan(
                each.text,
                [*entities, *typed],
                planner.said(*each, registry),
            )
            for each, entities, typed, old, plain in zip(
                texts, found, alike, kept, words, strict=True
            )
        ]
        new = _minted((c for plan in plans for c in plan or ()), registry, given)
        if not new and not is_confirmed:
            registry.sync()
        given |= new
        is_confirmed = True
    masked, again = [], 0
    fresh: list[Read] = []
    final: Counter[str] = Counter()
    mostly: list[MostlyMasked] = []
    for each, entities, plan, old, plain in zip(
        texts, found, plans, kept, words, strict=True
    ):
        if old and plan is None:
            masked.append(old.masked)
            continue
        text = _spliced(each, plan or (), given, registry)
        if prove and (plan or plain is None):
            text, found_again = _looked_again(text, each.source, planner, registry)
            again += found_again
        if not layered:
            text = _coming_back(each, plan or (), text, planner, registry)
        masked.append(text)
        if old is None:
            fresh.append(Read(entities, plan or ()))
        final.update(type for change in plan or () for type in change.final)
        if len(plan or ()) >= _MANY and (told := mostly_masked(text)):
            mostly.append(told)
        size = len(each.text) + len(text)
        memo.put(planner, (*each, layered), _Memo(entities, version, text), size)
    return Masked(masked, again, final, mostly, fresh)


def mostly_masked(text: str) -> MostlyMasked | None:
    """A word to whoever watches, where a text has more placeholders than words."""
    spans = list(find(text))
    words = len(re.findall(r"\w+", _without_placeholders(text)))
    many = len(spans) >= _MANY and len(spans) > words
    return MostlyMasked(len(spans), words) if many else None


def has_nothing(text: str, planner: Planner, registry: Registry) -> bool:
    """Whether masking would surely give this text as it is; most messages are such.

    False where that takes a closer look. Raises what the recognizer raises.
    """
    words = plain_words(text)
    if words is None or planner.topic is not None or registry.may_know(words):
        return False
    if planner.recognized(text):
        return False
    return not (registry.sync() and registry.may_know(words))


def refuse_known(texts: Iterable[str], planner: Planner, registry: Registry) -> None:
    """Raise UnmaskedText if a value of the session stands in any of these texts.

    A single word is none here: somebody may be called as a tool or a format is.
    """
    types = {
        found.entity.type
        for text in texts
        for found in left_in(text, planner, registry)
        if not re.sub(r"[-'\u2019_]", "", found.value).isalpha()
    }
    if types:
        raise UnmaskedText(
            f"{', '.join(sorted(types))} would have been sent, in clear or encoded: it"
            " stands where nothing may be changed, such as an id or a signature."
        )


def left_in(text: str, planner: Planner, registry: Registry) -> list[Found]:
    """The known values that a text still holds, in any disguise, but for those that
    the session or the allow list lets stay."""
    if not len(registry):
        return []

    notes = registry.notes

    def look(view: str) -> list[Entity]:
        known = registry.known(view, planner.same)
        if not known:
            return known
        said = Said(Context(view), frozenset(known), notes.kept(view), notes.is_added)
        staying = planner.staying(view, known, said)
        return [each for each in known if each not in staying]

    return found_in(_without_placeholders(text), look)


def _coming_back(
    given: Text,
    plan: Sequence[Change],
    masked: str,
    planner: Planner,
    registry: Registry,
) -> str:
    """The masked text; one placeholder for all of it where it would not come back.

    Values that begin or end a stretch themselves can make such a text, and so can the
    removal of what ended one.
    """
    text = given.text
    leads = any(may_lead(each) or '"' in each for each in (text, masked))
    if given.source != USER or masked == text or not leads:
        return masked
    meant = _meant(text, plan)
    if Restorer(registry.issued).text(masked) == meant:
        return masked
    key = planner.same("TEXT", meant)
    return registry.mint([Wanted("TEXT", meant, key, given.source)])[0]


def _meant(text: str, plan: Sequence[Change]) -> str:
    """The text without what was removed or replaced for good."""
    parts: list[str] = []
    at = 0
    for change in plan:
        if not change.is_exact:
            final = change.to.value if isinstance(change.to, Wanted) else change.to
            parts += text[at : change.start], final
            at = change.end
    return "".join([*parts, text[at:]])


def _looked_again(
    text: str, source: str, planner: Planner, registry: Registry
) -> tuple[str, int]:
    """The text without what the last look found, and how much that was.

    What stood beside it may be seen only when it is gone. Raises UnmaskedText where it
    goes on like that.
    """
    count = 0
    for _ in range(_LOOKS):
        left = left_in(text, planner, registry)
        if not left:
            return text, count
        count += len(left)
        text = _masked_again(Text(text, source), left, planner, registry)
    refuse_known([text], planner, registry)
    return text, count


def _masked_again(
    given: Text, left: Sequence[Found], planner: Planner, registry: Registry
) -> str:
    """The text with what was left in it masked, as forms of the values it disguises."""
    text, source = given
    values = {found.entity: found.value for found in left}
    ours = [Entity(OURS, *span) for span in find(text)]
    resolved = resolve(text, values, first=ours)
    plan = []

    def becomes(entity: Entity) -> str | None:
        return None if entity.type == OURS else text[entity.start : entity.end]

    for entity, _, meant, _ in widened(
        text, resolved, mints=lambda e: e.type != OURS, becomes=becomes
    ):
        written = text[entity.start : entity.end]
        to: str | Wanted = written
        if entity.type != OURS:
            key = planner.same(label_of(entity.type), values.get(entity, written))
            to = Wanted(entity.type, written if meant is None else meant, key, source)
        plan.append(Change(entity.start, entity.end, to, True, True))
    return _spliced(given, plan, _minted(plan, registry, {}), registry)


def _minted(plan: Iterable[Change], registry: Registry, given: _Given) -> _Given:
    """A placeholder for each value that has none given yet."""
    wanted = [
        want
        for change in plan
        for want in (change.to, *change.also)
        if isinstance(want, Wanted) and want not in given
    ]
    return dict(zip(wanted, registry.mint(wanted), strict=True))


def _spliced(
    given: Text, plan: Sequence[Change], placeholders: _Given, registry: Registry
) -> str:
    if not plan:
        return given.text
    spliced, ours = _put(given.text, plan, placeholders)
    grown = [
        spliced[start:end]
        for start, end in ours
        if spliced.startswith(PREFIX, start) and _is_grown(spliced, start, end)
    ]
    if grown:  # a reference has no brackets to be told by
        named = {
            want: registry.mint([want._replace(opaque=False)])[0]
            for want, reference in placeholders.items()
            if reference in grown
        }
        return _spliced(given, plan, {**placeholders, **named}, registry)

    def literal(stretch: str) -> str:
        return registry.mint([Wanted(LITERAL, stretch, stretch, given.source)])[0]

    return settle(spliced, ours, literal)


def _is_grown(text: str, start: int, end: int) -> bool:
    """Whether a word goes on before or behind."""
    before, behind = text[max(start - 1, 0) : start], text[end : end + 1]
    return bool(JOINED.match(before) or JOINED.match(behind))


def _put(
    text: str, plan: Sequence[Change], placeholders: _Given
) -> tuple[str, list[tuple[int, int]]]:
    pieces = [
        Piece(
            change.start,
            change.end,
            placeholders[change.to] if isinstance(change.to, Wanted) else change.to,
            change.ours,
        )
        for change in plan
    ]
    return splice(text, pieces)


def _without_placeholders(text: str) -> str:
    """The text with a NUL for each character of what reads as a placeholder."""
    parts: list[str] = []
    at = 0
    for start, end in find(text):
        parts += text[at:start], "\0" * (end - start)
        at = end
    return "".join([*parts, text[at:]]) if parts else text
