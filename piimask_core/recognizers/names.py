"""People, places and organizations in English text, by a small model of our own.

The model is a linear chain over the words of a text; its weights lie beside this file
and are read with the first text. It asks no network. What it was trained on, how good
it is and where it is weak stands in ``docs/names-model-card.md``.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from piimask_core.entities import Entity, Recognizer
from piimask_core.errors import RecognizerError

from .names_gate import may_hold_name
from .names_model import TAGS, Model, unpacked
from .names_text import LINE, Word, words_of

if TYPE_CHECKING:
    from .names_model import Floats

WEIGHTS = Path(__file__).with_name("names.bin")
TYPES = ("PERSON", "LOCATION", "ORGANIZATION")

BALANCED = 0.35
"""From this score on words are put together: a masker's default threshold."""

FLOOR = 0.1
"""Entities that score less are not told."""

_SURELY_NOT = 7.0  # odds of e**7 against a word, whatever stands beside it


def names(weights: Path = WEIGHTS) -> Recognizer:
    """What is a PERSON, LOCATION or ORGANIZATION in a text, by the embedded model.

    The score of an entity is the chance that it is one. Everything from ``FLOOR`` on
    is told, so put a threshold behind it: higher for precision, lower for recall.

    Args:
        weights: A weights file that ``python -m training.names`` wrote.

    Raises:
        RecognizerError: (with the first text) The weights are missing or damaged.
    """
    building = Lock()

    @cache
    def model() -> Model:
        return _read(weights)

    def recognize(text: str) -> Sequence[Entity]:
        with building:
            loaded = model()
        if not may_hold_name(text, loaded.plain):
            return []
        return list(entities_in(loaded, text))

    return recognize


def _read(weights: Path) -> Model:
    try:
        data = weights.read_bytes()
    except OSError:
        raise RecognizerError(
            "the weights of the name model are missing: install the package again"
        ) from None
    return unpacked(data)


def entities_in(model: Model, text: str) -> Iterator[Entity]:
    """What a model finds in a text, in order and without overlap."""
    words = words_of(text, model.gazetteer)
    if not words:
        return
    for begin, chances in likely(model, words):
        inside = [model.chance(p) for p in (1 - chances[:, 0]).tolist()]
        for first, last in _runs(inside):
            for start, end in _split(chances, first, last):
                yield from _entity(words, chances, inside, begin, start, end)


def likely(model: Model, words: Sequence[Word]) -> Iterator[tuple[int, "Floats"]]:
    """Where an entity may be: the first word, and each word's chance of each tag.

    All other words are outside for sure, which is what makes a plain message cheap.
    """
    import numpy as np

    scores = model.scores(words)
    maybe = scores[:, 1:].max(axis=1) - scores[:, 0] > -_SURELY_NOT
    spread = maybe.copy()
    spread[1:] |= maybe[:-1]
    spread[:-1] |= maybe[1:]
    # placeholders and line ends are never part of a name
    spread &= np.array([word.shape not in _NEVER for word in words])
    edges = np.flatnonzero(np.diff(spread, prepend=False, append=False)).tolist()
    for begin, end in zip(edges[::2], edges[1::2], strict=True):
        if maybe[begin:end].any():
            edges_of_text = begin == 0, end == len(words)
            yield begin, _chances(scores[begin:end], model, *edges_of_text)


_NEVER = (LINE, "<", "[", "(", "@")


def _chances(scores: "Floats", model: Model, first: bool, last: bool) -> "Floats":
    """Forward and backward over words with an outside word on either side.

    Before the ``first`` and behind the ``last`` word of a text stands nothing.
    """
    import numpy as np

    below = scores - scores.max(axis=1, keepdims=True)
    local = np.exp(np.maximum(below, -30.0)).astype(float)
    moves = model.factors
    into = moves * local[:, None, :]  # from one tag to the next, and that tag itself
    forward = np.empty_like(local)
    forward[0] = state = local[0] if first else into[0, 0]
    for at in range(1, len(local)):
        state = state @ into[at]
        if not at % _RESCALE:
            state = state / state.sum()
        forward[at] = state
    state = np.ones(len(moves)) if last else moves[:, 0]
    forward[-1] *= state
    for at in range(len(local) - 1, 0, -1):
        state = into[at] @ state
        if not at % _RESCALE:
            state = state / state.sum()
        forward[at - 1] *= state
    chances: Floats = forward / forward.sum(axis=1, keepdims=True)
    return chances


_RESCALE = 8  # words after which products are brought back into the range of floats


def _runs(chances: Sequence[float]) -> Iterator[tuple[int, int]]:
    """Runs of words of which one reaches ``BALANCED`` and the others nearly do.

    Beside a name a word is a name more often than its own chance says. What is left
    over are runs that reach ``FLOOR``.
    """
    level = [0] * len(chances)
    for order in (range(len(chances)), range(len(chances) - 1, -1, -1)):
        beside = False
        for at in order:
            beside = chances[at] >= BALANCED or (beside and chances[at] >= _BESIDE)
            if beside:
                level[at] = 2
    for at, chance in enumerate(chances):
        level[at] = level[at] or int(chance >= FLOOR)
    begin = 0
    for at in range(1, len(level) + 1):
        if at == len(level) or level[at] != level[begin]:
            if level[begin]:
                yield begin, at
            begin = at


_BESIDE = 0.2


def _split(chances: "Floats", first: int, last: int) -> Iterator[tuple[int, int]]:
    """A run cut where a further entity begins more likely than that one goes on."""
    begin = first
    for at in range(first + 1, last):
        if chances[at, 1::2].sum() > chances[at, 2::2].sum():
            yield begin, at
            begin = at
    yield begin, last


def _entity(
    words: Sequence[Word],
    chances: "Floats",
    inside: Sequence[float],
    begin: int,
    start: int,
    end: int,
) -> Iterator[Entity]:
    while start < end and not words[begin + start].lower[0].isalnum():
        start += 1
    while start < end and not _may_end(words[begin + end - 1]):
        end -= 1
    if start == end:
        return
    by_tag = chances[start:end].sum(axis=0)
    type = TYPES[int((by_tag[1::2] + by_tag[2::2]).argmax())]
    spelled = (word.lower for word in words[begin + start : begin + end])
    if type == "PERSON" and not any(map(str.isalpha, map(_bare, spelled))):
        return  # rot13, ph0ne, x7
    # what stands beside a name does not make it less of a name
    sure = [chance for chance in inside[start:end] if chance >= BALANCED]
    score = sum(sure or inside[start:end]) / len(sure or inside[start:end])
    yield Entity(
        type, words[begin + start].start, words[begin + end - 1].end, round(score, 4)
    )


def _bare(word: str) -> str:
    return word.replace("'", "")


def _may_end(word: Word) -> bool:
    """A letter, a digit, or the full stop of ``Inc.``; not the ``'s`` of ``Jane's``."""
    return word.lower[0].isalnum() or word.lower == "."


assert len(TAGS) == 1 + 2 * len(TYPES)  # noqa: S101 - of two tables here, not of what is given
