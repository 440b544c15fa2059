"""What does recognition cost, beside Presidio, and what does a gate spare?"""

import time
from collections.abc import Callable, Iterable, Sequence
from statistics import mean, median

from recognition_goals import Goals, shown
from recognition_peers import analyze, anonymizer, session
from recognition_texts import Corpora, dice, long_text, plain

from piimask_core import Recognizer
from piimask_core.evaluate import THRESHOLD
from piimask_core.recognizers import (
    default_recognizer,
    has_strong_trigger,
    has_trigger,
    patterns,
    presidio,
    union,
)

MESSAGES = 400
"""How many texts a time is the median of."""
SECONDS = 15.0
"""For one comparison of times, both candidates together."""
NOT_INSTALLED = "not installed: pip install -r benchmarks/requirements.txt"


def speed(corpora: Corpora, goals: Goals) -> None:
    """Messages, a mix of them, a long text."""
    goals.head("Speed", "Presidio")
    recognize, chance = default_recognizer(), dice(2)
    quiet = list(dict.fromkeys(plain(chance) for _ in range(2 * MESSAGES)))
    noisy = corpora.messages(clean=False, count=MESSAGES)
    words = [long_text(chance) for _ in range(5)]
    for text in (quiet[0], noisy[0]):
        recognize(text), analyze(text)  # what is loaded with the first text
    _race(goals, "Masker.mask, no trigger, 1,000 known", session(1_000), quiet, 100, 5)
    _race(goals, "the recognizer alone, no trigger", recognize, quiet, 200, 2)
    _race(goals, "the recognizer, a message with personal data", recognize, noisy, 5)
    _race(goals, "Masker.mask, a message with personal data", session(0), noisy, 5)
    _race(goals, "the recognizer, 5,000 words", recognize, words, 10)
    _race(goals, "Masker.mask, 5,000 words", session(0), words, 10)
    _mix(corpora, goals)
    each = median(_times([patterns()], noisy)[0])
    what = "patterns alone, a message with personal data"
    goals.say(what, shown(each), "<= 0.5 ms", each <= 0.5e-3)


def _race(
    goals: Goals,
    what: str,
    job: Callable[[str], object],
    texts: Sequence[str],
    least: float,
    microseconds: float | None = None,
) -> None:
    """At least so many times as fast as Presidio; and not slower than that."""
    mine, theirs = (median(each) for each in _times([job, analyze], texts))
    factor, goal = theirs / mine, f">= {least:g}x"
    figure = f"{shown(mine)} {factor:,.1f}x"
    goals.say(what, figure, goal, factor >= least, peer=shown(theirs))
    if microseconds is not None:
        met = mine <= microseconds * 1e-6
        goals.say("  the same, in time", shown(mine), f"<= {microseconds:g} us", met)


def _mix(corpora: Corpora, goals: Goals) -> None:
    """94 messages of a hundred are clean, as in support chats; the mean counts."""
    what = "94/6 mix, mean, against LangChain's anonymizer"
    peer = anonymizer()
    if peer is None:
        goals.skip(what, NOT_INSTALLED)
        return
    count = 1_000
    texts = corpora.messages(clean=True, count=count * 94 // 100)
    texts += corpora.messages(clean=False, count=count * 6 // 100)
    dice(3).shuffle(texts)
    peer(texts[0])
    mine, theirs = (mean(each) for each in _times([session(0), peer], texts))
    factor, figure = theirs / mine, f"{shown(mine)} {theirs / mine:,.1f}x"
    goals.say(what, figure, ">= 20x", factor >= 20, peer=shown(theirs))


def _times(
    jobs: Sequence[Callable[[str], object]], texts: Iterable[str]
) -> list[list[float]]:
    """Seconds for each job on each text, by turns, until the time is up."""
    taken: list[list[float]] = [[] for _ in jobs]
    end = time.perf_counter() + SECONDS
    for text in texts:
        # Processor time, but for short texts, of which that clock takes a good part.
        clock = time.process_time if len(text) > 10_000 else time.perf_counter
        for job, times in zip(jobs, taken, strict=True):
            start = clock()
            job(text)
            times.append(clock() - start)
        if time.perf_counter() > end and len(taken[0]) > 2:
            break
    return taken


def gate(corpora: Corpora, goals: Goals) -> None:
    """What it costs, what it spares, and what is lost by it."""
    goals.head("The gate")
    clean = corpora.messages(clean=True, count=20_000)
    names = corpora.names()
    rows = [row.text for name in names for row in corpora.read(name)]
    texts = list(dict.fromkeys(rows)) or corpora.messages(clean=False, count=5_000)
    ungated = union(patterns(), presidio())
    for name, asks, skips, lost in (
        ("lossless", has_trigger, 0.60, 0.0),
        ("fast", has_strong_trigger, 0.85, 0.005),
    ):
        _judge(goals, name, asks, clean, texts, ungated, skips, lost)
    if not names:
        print("  on made-up messages: what it lets skip says nothing without real ones")


def _judge(
    goals: Goals,
    name: str,
    asks: Callable[[str], bool],
    clean: Sequence[str],
    texts: Sequence[str],
    ungated: Recognizer,
    skips: float,
    most: float,
) -> None:
    taken = median(_times([asks], clean)[0])
    goals.say(f"{name}: a clean message", shown(taken), "<= 5 us", taken <= 5e-6)
    spared = sum(not asks(text) for text in clean) / len(clean)
    what = f"{name}: clean messages it lets skip, of {len(clean):,}"
    goals.say(what, f"{spared:.1%}", f">= {skips:.0%}", spared >= skips)
    found = lost = 0
    for text in texts:
        count = sum(entity.score >= THRESHOLD for entity in ungated(text))
        found += count
        lost += 0 if asks(text) else count
    goal = f"<= {most:.1%}" if most else "0"
    what = f"{name}: entities lost, of {found:,}"
    goals.say(what, f"{lost:,}", goal, lost <= most * found)
