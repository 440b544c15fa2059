"""Do Presidio's own types come out as Presidio gives them?"""

from collections.abc import Iterator

from recognition_goals import Goals
from recognition_peers import analyze, reading
from recognition_texts import Corpora, dice, mutated, personal

from piimask_core.recognizers import has_trigger, presidio

SCALE = 10_000


def same(corpora: Corpora, goals: Goals) -> None:
    """Presidio's own types come out as Presidio gives them, also of odd texts."""
    goals.head("The same as Presidio")
    recognize, scores = presidio(), reading() is not None
    failures = count = 0
    for text in _different(corpora):
        count += 1
        entities = {(e.type, e.start, e.end, e.score) for e in recognize(text)}
        results = analyze(text)
        theirs = {(r.entity_type, r.start, r.end, r.score) for r in results}
        if not scores:  # then words are split in another way, and context is another
            entities = {(*each[:3], 0.0) for each in entities}
            theirs = {(*each[:3], 0.0) for each in theirs}
        failures += entities != theirs
    what = f"texts that differ, of {count:,}{'' if scores else ' (scores aside)'}"
    goals.say(what, f"{failures:,}", "0", failures == 0 and count >= SCALE)


def _different(corpora: Corpora) -> Iterator[str]:
    """More than ten thousand: half as they are, half mutated."""
    chance = dice(4)
    rows = [row.text for name in corpora.names() for row in corpora.read(name)]
    rows = [text for text in dict.fromkeys(rows) if has_trigger(text)]
    chance.shuffle(rows)
    half = SCALE * 55 // 100
    texts = rows[:half] + [personal(chance) for _ in range(half - len(rows[:half]))]
    for text in texts:
        yield text
        yield mutated(text, chance)
