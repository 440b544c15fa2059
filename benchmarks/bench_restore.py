"""What do the way back, the memory and the last look cost, and are they right?

    python benchmarks/bench_restore.py            some minutes
    python benchmarks/bench_restore.py --quick    less than one

Each figure stands beside its goal, if it has one, and is held against it in this run.
Every time is a median; what is compared has its turn in each repetition, so that a busy
moment of the machine meets all of it. No dice are thrown by the clock.

The last part simulates a model that is careless with placeholders. **Its rates are
assumptions, not measurements**: ``RESPELLINGS`` with their order, ``UNTOLD`` with its
shares, and that the instruction prevents all of ``UNTOLD`` and no respelling. It tells
what is restored of such answers, not how often a real model gives them.
"""

import argparse
import gc
import json
import logging
import math
import os
import platform
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, partial
from importlib.metadata import version
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

from piimask_core import Masker, MemoryVault, Registry, UnmaskedText
from piimask_core.audit import Event, Sent
from piimask_core.entities import label_of
from piimask_core.identity import identity
from piimask_core.instruction import INSTRUCTION
from piimask_core.recognizers import patterns
from piimask_core.restorer import Restorer
from piimask_core.vault import Wanted

Job = Callable[[], object]


@dataclass
class Effort:
    """How often what is compared has its turn; and seconds for it, all together."""

    repetitions: int = 21
    budget: float = 6.0
    share: int = 1
    """Of the many cases, one in so many."""


EFFORT = Effort()
SAMPLE = 0.002
"""Seconds that a sample takes at least: a short job is run many times for it."""
KB = 1024

# --- Texts --------------------------------------------------------------------------

PLAIN = (
    "Thank you for your patience while we looked into this, and I am sorry that it "
    "took us until Tuesday. The order left the Leeds warehouse on 3 March, a day after "
    "it was paid, and was scanned again in Rotterdam on 5 March at 14 30. From there "
    "it should have gone to the depot in Dover, but the carrier put it on a lorry to "
    "Hull. It was found there on 9 March, together with 41 other parcels of the same "
    "load. We have asked them to send it by express, at no cost to you, and they have "
    "promised to do so before the weekend. If it does not arrive by Monday, please "
    "write again and we will send a second one from our own stock. You need not wait "
    "for the first one to come back. The refund of 12.50 for the late delivery was "
    "made yesterday, and most banks show it within 2 or 3 working days. "
)
"""Capitals, digits, commas, full stops: nothing that could lead anywhere."""
PROSE = (
    "Thank you for your patience while we looked into this. I'm sorry it took us until "
    "Tuesday (3 March): the carrier had changed its system that week. Here is what we "
    'know so far. The order left the Leeds warehouse on 3 March, "in good order", and '
    "was scanned again in Rotterdam on 5 March at 14:30. From there it should have "
    "gone to Dover; the carrier put it on a lorry to Hull instead. Did anybody call "
    "you about that? They say that they tried twice, at 9:15 and at 11:40, but our own "
    "log shows no call (and no e-mail either). It was found on 9 March together with "
    "41 other parcels of the same load. There are two ways to go on: wait for the "
    "express delivery, which should come before the weekend, or take the refund and/or "
    "a second parcel from our own stock (we have about 20 left). Our team, led by the "
    "duty manager, will see to either. The refund of $12.50 was made yesterday, and "
    "most banks show it within 2-3 working days. "
)
"""As people write: colons, parentheses, quotes, a slash, a clock time."""
TYPESET = (
    PROSE.replace("'", "\u2019").replace(" (", " \u2014 ").replace("e-m", "\u00e9m")
)
NAMES = (
    "Sarah Thompson (CFO, Thompson & Sons Ltd) met James Okafor and Lucia Fernandez at "
    "the IBM office on Park Street in Portland, Oregon. Emma Stone of the NHS, David "
    "Ericsson of the EU Commission and Mrs Helen Whitaker joined them on Monday. The "
    "PDF from ACME Inc. names Michael Chen, Anna Lopez and Ian MacPherson as partners; "
    "Dr Nadia Rahman signed for Oxfam. NASA, UNESCO and the BBC were told by Tom Ek. "
)
SHOUTED = (
    "PLEASE READ THIS BEFORE YOU CALL US. ALL EMAILS ARE ANSWERED WITHIN A DAY. PHONES "
    "ARE OPEN FROM EIGHT. PERSONS UNDER AGE NEED A PARENT'S CONSENT, AND ADDRESSES "
    "MUST BE COMPLETE. CARDS AND IBANS ARE CHECKED. DATES ARE DAY FIRST. "
)
CPP = """\
template <typename T> void show(const std::vector<List<T>>& rows, int a, int b) {
    for (auto it = rows.begin(); it != rows.end(); ++it) {
        if (a < b && it->size() > 3) std::cout << it->name << ", " << (a << 2);
        std::cerr << "row " << a << std::endl;  // see [1]
    }
    std::map<std::string, std::pair<int, EMAIL>> seen{{"a", {1, {}}}};
}
"""
PYTHON = """\
MAX_EMAIL_SIZE = 254
def rows_of(users: dict[str, list[tuple[int, str]]], *, at: int = 0) -> list[str]:
    person_1, rest = users["person"][0], [u[1] for u in users[f"{at}"] if u[0] < 10]
    return [f"{name}: {value!r}" for name, value in sorted(rest)][at:-1]
"""
JSON = json.dumps(
    {
        "order": {"id": 48213, "lines": [[1, "mug"], [2, "tea"]], "paid": True},
        "customer": {"name": "Ann", "tags": ["new", "EU"], "email_ok": None},
        "notes": ["call first", "ring twice", {"by": "P. Eames", "at": "14:30"}],
    },
    indent=2,
)
MARKDOWN = """\
## Next steps

1. **Reply** to the [form](https://shop.example/help?id=48213) - see `MAX_SIZE` [^1].
2. Open *Settings > Privacy*, then tick [x] *Send me the news*.

| Step | Who | Link |
|---|---|---|
| 1 | you & us | https://shop.example/a_b/c%20d |

[^1]: A file may have 10 MB & no more.
"""
LINKED = PROSE.replace("It was", "See [1] or https://shop.example/h?id=48213. It was")
SNIPPETS = (
    "std::cout << x",
    "if a < b",
    "List<EMAIL",
    "std::cout << x << std::endl;",
    "if (a < b && c > d) return a << 2;",
    "List<EMAIL> mails = new List<EMAIL>();",
    "vector<PERSON",
    "5 < 7",
    "x[0] = {1: [2, {3}]}",
    "&& &lt; &amp; 100 % \\n",
    "EMAIL",
    "PERSON_",
)


def long(text: str, size: int) -> str:
    """The text over and over, so many characters."""
    return (text * math.ceil(size / len(text)))[:size]


def with_inside(text: str, pieces: Sequence[str]) -> str:
    """The text with the pieces put between its words, evenly."""
    words = text.split(" ")
    step = len(words) // len(pieces)
    for at in reversed(range(len(pieces))):
        words.insert(at * step + step // 2, pieces[at])
    return " ".join(words)


def cut(text: str, first: int = 4, size: int = 4) -> list[str]:
    """A text as a model streams it, so many characters at a time."""
    return [
        text[:first],
        *(text[at : at + size] for at in range(first, len(text), size)),
    ]


def tokens(text: str) -> list[str]:
    """A text cut more like a tokenizer does: a word with the space before it."""
    return re.findall(r"\s?\w+|\s?[^\w\s]+|\s+", text)


# --- Values -------------------------------------------------------------------------

FIRST = (
    *("Will", "May", "Jo", "Grace", "Mark", "Rose", "Bill", "Art", "Joy", "Faith"),
    *("Jane", "Peter", "Usha", "Emil", "Carla", "Ian", "Anna", "Omar", "Lena", "Yusuf"),
    *("Paula", "Edward", "Philippa", "Carl", "Emma", "Hugo", "Ines", "Kofi", "Mira"),
    *("Noor", "Olga", "Pavel", "Ravi", "Sven", "Tara", "Vera", "Wen", "Zoe", "Aldo"),
)
BEGIN = (
    *("Ab", "Bor", "Cas", "Dor", "El", "Far"),
    *("Gor", "Hal", "Ir", "Jan", "Kor", "Lin"),
)
MIDDLE = (
    *("a", "be", "di", "en", "fo", "ga", "li"),
    *("mo", "ne", "pa", "ri", "su", "ta", "vo"),
)
END = (
    *("cott", "dale", "feld", "gren", "hurst"),
    *("kin", "ley", "man", "nov", "rup", "well"),
)


def person(n: int) -> str:
    """A name; no two numbers have the same."""
    rest, first = divmod(n, len(FIRST))
    name = ""
    for parts in (END, MIDDLE, BEGIN):
        rest, part = divmod(rest, len(parts))
        name = parts[part] + name
    return f"{FIRST[first]} {name}{'son' * rest}"


def email(n: int) -> str:
    """An e-mail address."""
    return f"{person(n).lower().replace(' ', '.')}{n % 97}@example.com"


def phone(n: int) -> str:
    """A phone number."""
    return f"{212 + n // 10_000}-555-{n % 10_000:04d}"


def card(n: int) -> str:
    """Something like a card number."""
    return f"4111 {n // 10_000:04d} {n % 10_000:04d} {n * 7 % 10_000:04d}"


MADE: Sequence[tuple[str, Callable[[int], str]]] = (
    ("PERSON", person),
    ("EMAIL_ADDRESS", email),
    ("PHONE_NUMBER", phone),
    ("CREDIT_CARD", card),
)


def wanted(type: str, value: str) -> Wanted:
    """As a masker asks for it."""
    return Wanted(type, value, identity(label_of(type), value))


def known_to(masker: Masker, size: int, name: str = "") -> Registry:
    """A session that knows so many values of four types."""
    registry = masker.registry(f"{name} knows {size}")
    registry.mint([wanted(MADE[n % 4][0], MADE[n % 4][1](n // 4)) for n in range(size)])
    return registry


def eight_of(registry: Registry) -> list[str]:
    """Eight of its placeholders: the first and the last of each type."""
    by_label: dict[str, list[str]] = {}
    for placeholder in registry.view():
        by_label.setdefault(placeholder[1:].rpartition("_")[0], []).append(placeholder)
    return [each[at] for at in (0, -1) for each in by_label.values()]


def dice(seed: int) -> random.Random:
    """The same throws in every run."""
    return random.Random(seed)


def nothing(text: str) -> list[Any]:
    """A recognizer that is blind."""
    return []


BLIND = Masker(recognizer=nothing, vault=MemoryVault())
SIZES = (10, 1_000, 10_000, 100_000)


@cache
def session(size: int) -> Registry:
    """One of the blind masker's, made once."""
    gc.collect()
    gc.disable()  # it would look through all of them again and again
    made = known_to(BLIND, size)
    gc.enable()
    gc.freeze()
    return made


ALL_TYPES = (
    *("EMAIL_ADDRESS", "PERSON", "PHONE_NUMBER", "US_SSN", "CREDIT_CARD", "ADDRESS"),
    *("DATE_TIME", "ORGANIZATION", "IBAN_CODE", "URL", "IP_ADDRESS", "MEDICAL_LICENSE"),
)


@cache
def with_types(number: int) -> Registry:
    """A session with a value of each of so many types: what a bare tail may become."""
    registry = BLIND.registry(f"{number} types")
    registry.mint([wanted(type, f"the {type.lower()}") for type in ALL_TYPES[:number]])
    return registry


# --- Measuring ----------------------------------------------------------------------


def measure(jobs: Mapping[str, Job]) -> dict[str, float]:
    """Seconds for each job, each having its turn in each repetition."""
    loops = {name: loops_for(job) for name, job in jobs.items()}
    samples: dict[str, list[float]] = {name: [] for name in jobs}
    end = perf_counter() + EFFORT.budget
    for repetition in range(EFFORT.repetitions):
        if repetition > 4 and perf_counter() > end:
            break
        for name, job in jobs.items():
            if loops[name] > 1:  # what ran before may have emptied the caches
                timed(job, loops[name])
            samples[name].append(timed(job, loops[name]))
    return {name: median(taken) for name, taken in samples.items()}


def loops_for(job: Job) -> int:
    """How often to run it for one sample."""
    timed(job, 1)
    return math.ceil(SAMPLE / timed(job, 1))


def timed(job: Job, loops: int) -> float:
    """Seconds for one run, the mean of so many."""
    start = perf_counter()
    for _ in range(loops):
        job()
    return (perf_counter() - start) / loops


PACE: list[float] = []


def pace() -> str:
    """How fast the machine is now: a loop that has nothing to do with us."""
    PACE.append(median(timed(lambda: sum(range(100_000)), 1) for _ in range(15)))
    return shown(PACE[-1])


def shown(seconds: float) -> str:
    """Three digits and a unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:#.3g}".rstrip(".") + f" {unit}"
    return f"{seconds / 1e-6:#.3g}".rstrip(".") + " us"


def share(part: float, whole: float) -> str:
    """In per cent; never 100 where something is missing."""
    percent = 100 * part / whole if whole else 100.0
    return f"{math.floor(percent * 100) / 100:.2f} %"


# --- Printing -----------------------------------------------------------------------

WIDE = 46


@dataclass
class Goals:
    """What was to be reached, and what was not."""

    met: int = 0
    missed: list[str] = field(default_factory=list)

    def at_most(
        self, what: str, figure: float, most: float, show: Callable[[float], str]
    ) -> None:
        """A goal that a figure must not be above."""
        self._print(what, show(figure), f"<= {show(most)}", figure <= most)

    def at_least(
        self, what: str, figure: float, least: float, show: Callable[[float], str]
    ) -> None:
        """A goal that a figure must not be below."""
        self._print(what, show(figure), f">= {show(least)}", figure >= least)

    def none(self, what: str, failures: int, of: int) -> None:
        """Nothing of so many may fail."""
        self._print(what, f"{failures:,} of {of:,}", "0", failures == 0)

    def _print(self, what: str, figure: str, goal: str, is_met: bool) -> None:
        verdict = "met" if is_met else "MISSED"
        print(f"  {what:<{WIDE}}{figure:>16}   goal {goal:<12} {verdict}", flush=True)
        if is_met:
            self.met += 1
        else:
            self.missed.append(f"{what}: {figure}, goal {goal}")


def title(text: str) -> None:
    """The head of a part."""
    text = f"{text}  [yardstick {pace()}]"
    print(f"\n{text}\n{'-' * len(text)}")


def row(name: str, cells: Iterable[str], width: int = 13) -> None:
    """One line of a table."""
    print(
        f"  {name:<{WIDE}}" + "".join(f"{cell:>{width}}" for cell in cells), flush=True
    )


def times(factor: float) -> str:
    """A ratio."""
    return f"{factor:,.0f}x" if factor >= 100 else f"{factor:.2f}x"


def whole(number: float) -> str:
    """A count."""
    return f"{number:,.0f}"


# --- 1. Restoring -------------------------------------------------------------------

EIGHT_WAYS = (
    *("<{lower}_{n}>", "[{label}_{n}]", "&lt;{label}_{n}&gt;", "{label}_{n}"),
    *("<{label} {n}>", "\\<{label}\\_{n}\\>", "{{{{{label}_{n}}}}}", "<{label}_0{n}>"),
)
EXACT = re.compile(r"<[A-Z][A-Z0-9_]*_[0-9]+[B-Z]?>")


def exactly(values: Mapping[str, str], text: str) -> str:
    """One regex and one dict: the least that any restoring does."""
    return EXACT.sub(lambda match: values.get(match[0], match[0]), text)


def naively(values: Mapping[str, str], text: str) -> str:
    """The loop that everybody writes first."""
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    return text


def respelled(placeholder: str, way: str) -> str:
    """A placeholder as a model may write it."""
    label, _, n = placeholder[1:-1].rpartition("_")
    return way.format(label=label, lower=label.lower(), n=n)


def restoring(goals: Goals) -> None:
    """4 KB with 8 placeholders, however many values are known."""
    title("1. Restore 4 KB of English prose with 8 placeholders")
    sizes = (10, 1_000, 100_000)
    names = {
        "plain": "ours: letters, digits, commas, full stops",
        "prose": "ours: with colons, parentheses, quotes",
        "ways": "ours: the same, respelled in 8 ways",
        "naive": "the replace loop",
        "exact": "one regex and one dict",
    }
    jobs: dict[str, Job] = {}
    wrong = 0
    for size in sizes:
        registry = session(size)
        values = dict(registry.view())
        chosen = eight_of(registry)
        ways = [respelled(*each) for each in zip(chosen, EIGHT_WAYS, strict=True)]
        room = 4 * KB - sum(map(len, chosen)) - 8
        plain, prose, other = (
            with_inside(long(text, room), pieces)
            for text, pieces in ((PLAIN, chosen), (PROSE, chosen), (PROSE, ways))
        )
        unmask = partial(BLIND.unmask, registry=registry)
        wrong += unmask(plain) != naively(values, plain)
        wrong += unmask(prose) != naively(values, prose)
        wrong += unmask(other) != naively(values, prose)
        jobs |= {
            f"plain {size}": partial(unmask, plain),
            f"prose {size}": partial(unmask, prose),
            f"ways {size}": partial(unmask, other),
            f"naive {size}": partial(naively, values, prose),
            f"exact {size}": partial(exactly, values, prose),
        }
    taken = measure(jobs)
    row("known values", map(whole, sizes))
    for key, name in names.items():
        row(name, (shown(taken[f"{key} {size}"]) for size in sizes))
    for key in ("plain", "prose"):
        ratios = (taken[f"naive {n}"] / taken[f"{key} {n}"] for n in sizes)
        row(f"the replace loop, of ours ({key})", map(times, ratios))
    for key in ("plain", "prose"):
        ratios = (taken[f"{key} {n}"] / taken[f"exact {n}"] for n in sizes)
        row(f"ours ({key}), of one regex and one dict", map(times, ratios))
    goals.none("texts restored wrong", wrong, 3 * len(sizes))
    for key in ("plain", "prose"):
        for size in sizes:
            figure = taken[f"{key} {size}"]
            goals.at_most(f"{key}, {size:,} known", figure, 60e-6, shown)
    for key in ("plain", "prose", "ways"):
        ratio = taken[f"{key} 100000"] / taken[f"{key} 10"]
        goals.at_most(f"{key}, 100,000 known, of 10 known", ratio, 1.2, times)


# --- 2. Nothing to restore ----------------------------------------------------------


def nothing_to_restore(goals: Goals) -> None:
    """Most answers have no placeholder: they should cost next to nothing."""
    title("2. A text with nothing to restore in it, whole: ns per KB")
    texts = {
        "prose, 4 KB": long(PROSE, 4 * KB),
        "prose, 64 KB": long(PROSE, 64 * KB),
        "prose, many names, 4 KB": long(NAMES.replace("&", "and"), 4 * KB),
        "typeset prose: dashes, curly quotes, 4 KB": long(TYPESET, 4 * KB),
        "prose, now and then a URL and a bracket, 4 KB": long(LINKED, 4 * KB),
        "Markdown: links, a table, 4 KB": long(MARKDOWN, 4 * KB),
        "C++: `<<`, `<`, `[`, `{`, 4 KB": long(CPP, 4 * KB),
        "JSON, 4 KB": long(JSON, 4 * KB),
    }
    unmask = partial(BLIND.unmask, registry=session(1_000))
    taken = measure({name: partial(unmask, text) for name, text in texts.items()})
    for at, (name, text) in enumerate(texts.items()):
        per_kb = taken[name] * 1e9 / (len(text) / KB)
        if at < 3:
            goals.at_most(name, per_kb, 1_000, whole)
        else:
            row(name, [whole(per_kb)], 16)


# --- 3. Streams ---------------------------------------------------------------------


def fed(restorer: Restorer, chunks: Iterable[str]) -> int:
    """Feed them all; how many were handed on at once."""
    stream = restorer.stream()
    free = 0
    for chunk in chunks:
        stream.feed(chunk)
        free += not stream._held
    stream.flush()
    return free


def feed(restorer: Restorer, chunks: Iterable[str]) -> None:
    """The same without counting."""
    stream = restorer.stream()
    for chunk in chunks:
        stream.feed(chunk)
    stream.flush()


def clocked(restorer: Restorer, chunks: Sequence[str]) -> list[float]:
    """Seconds for each chunk, the median of five runs; the clock's own included."""
    runs: list[list[float]] = []
    for _ in range(5):
        stream, taken = restorer.stream(), []
        for chunk in chunks:
            start = perf_counter()
            stream.feed(chunk)
            taken.append(perf_counter() - start)
        runs.append(taken)
    return [median(each) for each in zip(*runs, strict=True)]


HOSTILE = (
    *("<", "<", "EMAIL", "_", "1", "0", " ", "\\", "&lt;", "&#x3c;", "%3C", "%253C"),
    *("\\u003c", "EMAIL_1", "<EMAIL_1>", ">", "PERSON", "MEDICAL_LICENSE", "*", "`"),
    *("[", "{", "mailto:", "(", "href=", '"', "A", "\u200b", "\uff25", "\uff1c", "'s"),
    *("11111111", "A" * 32, "_A", "\u2011", "&nbsp;", "%20", "e", "3", "c", ";", "\n"),
)


def hostile() -> Iterator[str]:
    """Texts that begin placeholders and never end them."""
    for piece in HOSTILE:
        yield piece * 200
        yield "<" + piece * 200
        yield "<EMAIL" + piece * 100
        yield "&#x3c;MEDICAL_LICENSE" + piece * 50
        yield f"\\\\u003c{'A' * 31}_{piece}" * 10
    rng = dice(3)
    for _ in range(6_000 // EFFORT.share):
        yield "".join(rng.choices(HOSTILE, k=rng.randint(4, 40)))


def longest_hold(texts: Iterable[str]) -> tuple[int, int]:
    """Characters held at most, where they come one by one; and how many there were."""
    most = characters = 0
    restorer = BLIND.restorer(with_types(12))
    for text in texts:
        stream = restorer.stream()
        for character in text:
            stream.feed(character)
            most = max(most, len(stream._held))
        characters += len(text)
    return most, characters


def streams(goals: Goals) -> None:
    """What a chunk costs, and how often a reader waits for the next one."""
    title("3. Streams, in chunks of 4 characters (median: the clock included)")
    kinds = {
        "plain prose": PLAIN,
        "prose": PROSE,
        "prose, many names": NAMES,
        "C++: `<<`, `<`, generics": CPP,
        "Python: brackets, constants": PYTHON,
        "JSON": JSON,
        "Markdown: links, a table": MARKDOWN,
        "shouted prose": SHOUTED,
    }
    restorer, few = (BLIND.restorer(with_types(number)) for number in (12, 3))
    texts = {name: long(text, 8_000) for name, text in kinds.items()}
    chunks = {name: cut(text) for name, text in texts.items()}
    means = measure({name: partial(feed, restorer, c) for name, c in chunks.items()})
    row("", (*[""] * 3, "nothing held", "3 types", "words,", "longest"))
    row("a chunk", ("median", "mean", "99 of 100", "12 types", "known", "12", "hold"))
    medians, free = {}, {}
    most = 0
    for name, text in texts.items():
        each = sorted(clocked(restorer, chunks[name]))
        medians[name] = median(each)
        ways = [cut(text, first) for first in range(1, 5)]
        number = sum(map(len, ways))
        free[name] = 100 * sum(fed(restorer, way) for way in ways) / number
        longest, _ = longest_hold([text])
        most = max(most, longest)
        row(
            name,
            (
                shown(medians[name]),
                shown(means[name] / len(chunks[name])),
                shown(each[len(each) * 99 // 100]),
                share(free[name], 100),
                share(sum(fed(few, way) for way in ways), number),
                share(fed(restorer, tokens(text)), len(tokens(text))),
                whole(longest),
            ),
        )
    for name in ("plain prose", "prose"):
        goals.at_most(f"median chunk, {name}", medians[name], 1e-6, shown)
    for name in list(kinds)[:6]:
        show = partial(share, whole=100)
        goals.at_least(f"nothing held after, {name}", free[name], 98, show)
    goals.at_most("longest hold, the texts above", most, 64, whole)
    most, characters = longest_hold(hostile())
    what = f"longest hold, {characters:,} hostile characters"
    goals.at_most(what, most, 64, whole)
    wrong = ran = 0
    for snippet in SNIPPETS:
        for at in range(len(snippet) + 1):
            for pieces in ((snippet[:at], snippet[at:]), tuple(snippet)):
                stream = restorer.stream()
                out = "".join(map(stream.feed, pieces)) + stream.flush()
                wrong += out != snippet
                ran += 1
    goals.none(f"{len(SNIPPETS)} snippets of code changed, cut anywhere", wrong, ran)


# --- 4. Known values ----------------------------------------------------------------

MESSAGE = (
    "Hello, May I ask again about order 48213 (12 April)? You wrote that it will be "
    "sent to Will Abacott, will.abacott0@example.com, and I gave you 212-555-0000 in "
    "case the driver cannot find the house. Please mark it as urgent, and let me know."
)
SAYS_NOTHING = (
    "Could you tell me how long a delivery usually takes, and what it costs? I may "
    "need two of them, and will pay by card."
)


def fresh(text: str) -> Callable[[], str]:
    """Another text each time, so that none was seen before."""
    numbers = count(1)
    return lambda: f"{text} #{next(numbers)}"


def knowing(goals: Goals) -> None:
    """What known values cost the messages, however many there are."""
    title("4. A session that knows many values, a recognizer that finds nothing")
    row("entities known", map(whole, SIZES))
    everything: dict[str, dict[int, Job]] = {}
    for size in SIZES:
        registry = session(size)

        def look(new: Callable[[], str], registry: Registry = registry) -> object:
            return registry.known(new(), identity)

        def mask(new: Callable[[], str], registry: Registry = registry) -> object:
            return BLIND.mask(new(), registry)

        for name, job in {
            "look up: 3 in a message": partial(look, fresh(MESSAGE)),
            "look up: none in a message": partial(look, fresh(SAYS_NOTHING)),
            "mask: 3 in a new message": partial(mask, fresh(MESSAGE)),
            "mask: none in a new message": partial(mask, fresh(SAYS_NOTHING)),
            "mask: 3 in the same message again": partial(mask, lambda: MESSAGE),
        }.items():
            everything.setdefault(name, {})[size] = job
    ratios = {}
    for name, by_size in everything.items():
        taken = measure({str(size): job for size, job in by_size.items()})
        row(name, (shown(taken[str(size)]) for size in SIZES))
        ratios[name] = taken["10000"] / taken["10"]
    for name, ratio in ratios.items():
        goals.at_most(f"10,000, of 10: {name}", ratio, 3, times)
    found = [len(BLIND.mask(MESSAGE, session(size)).split("<")) - 1 for size in SIZES]
    goals.none("of the 3 not masked, at any size", 12 - sum(found), 12)


# --- 5. Conversations ---------------------------------------------------------------

TURNS = 100
RESTATED = "Rosa Delgado"
"""A name that no pattern finds, until the app says so in the middle."""


def asked(turn: int) -> str:
    """What the user says; every tenth time with something new."""
    at = turn * 97 % (len(PROSE) - 260)
    said = PROSE[at : at + 230]
    if turn % 10 == 0:
        said += f" Write to {email(turn)} or call {phone(turn)}."
    return f"{turn}. {said} {RESTATED} knows." if turn in (3, 20) else f"{turn}. {said}"


def answered(turn: int) -> str:
    """What came back, restored."""
    at = turn * 131 % (len(PROSE) - 420)
    said = f"{turn}. {PROSE[at : at + 380]}"
    return f"{said} I have written to {email(turn - turn % 10)}."


class Talk(NamedTuple):
    """A conversation so far, and what stayed the same from turn to turn."""

    history: list[str]
    registry: Registry
    seconds: float
    before: int
    unchanged: int
    changed_at: int
    """Bytes that changed in the turn that made an old name known."""


def talked(masker: Masker, name: str, filler: str = "") -> Talk:
    """All turns but the last, the whole history masked with each.

    With a filler for long messages: masked once, in the end.
    """
    registry = masker.registry(name)
    history: list[str] = []
    previous: list[str] = []
    before = unchanged = changed_at = 0
    seconds = 0.0
    for turn in range(TURNS - 1):
        history.append(asked(turn) + filler)
        if filler and turn < TURNS - 2:
            history.append(answered(turn) + filler)
            continue
        if turn == TURNS // 2:
            registry.mint([wanted("PERSON", RESTATED)])
        start = perf_counter()
        masked = masker.mask(history, registry)
        seconds += perf_counter() - start
        pairs = list(zip(previous, masked, strict=False))
        kept = sum(len(old.encode()) for old, new in pairs if old == new)
        total = sum(len(old.encode()) for old, _ in pairs)
        if turn == TURNS // 2:
            changed_at = total - kept
        else:
            before, unchanged = before + total, unchanged + kept
        previous = masked
        history.append(answered(turn) + filler)
    return Talk(history, registry, seconds, before, unchanged, changed_at)


def conversations(goals: Goals) -> None:
    """The whole history goes through the masker with every call."""
    title(f"5. A conversation of {TURNS} turns, its history masked with each call")
    fast = Masker(recognizer=patterns(), vault=MemoryVault())
    ours = Masker(vault=MemoryVault())
    filler = " " + long(PROSE, 3_000)
    talks = {
        "patterns() only": (fast, talked(fast, "short")),
        "Masker() as it is": (ours, talked(ours, "short")),
        "patterns(), long messages": (fast, talked(fast, "long", filler)),
    }
    head = ("characters", "with memo", "new value", "no memo", "all turns")
    row("time of the last turn", head)
    for name, (masker, talk) in talks.items():
        size = sum(map(len, talk.history))
        taken = last_turns(masker, talk)
        in_all = shown(talk.seconds) if talk.before else "-"
        row(name, (whole(size), *map(shown, taken), in_all))
    for name, (_, talk) in list(talks.items())[:2]:
        figure = 100 * talk.unchanged / talk.before
        show = partial(share, whole=100)
        goals.at_least(f"history unchanged, {name}", figure, 100, show)
    changed = talks["patterns() only"][1].changed_at
    row("bytes changed when an old name became known", [whole(changed)], 16)


def last_turns(masker: Masker, talk: Talk) -> tuple[float, float, float]:
    """Seconds for the last turn: as it is, with a new value in it, without a memo."""
    history, registry = talk.history, talk.registry
    questions = fresh("And one more thing: when will the second parcel come?")
    values = map(email, count(5_000))

    def remembered() -> object:
        return masker.mask([*history, questions()], registry)

    def changed() -> object:
        text = f"{questions()} Write to {next(values)}."
        return masker.mask([*history, text], registry)

    other = masker.registry("without a memo")
    forgetful = (replace(masker), replace(masker))  # whoever comes, it is another's
    masker.mask(history, other)
    turns = count()

    def without() -> object:
        return forgetful[next(turns) % 2].mask([*history, questions()], other)

    taken: list[list[float]] = [[], [], []]
    for repetition in range(7):
        if repetition > 2 and sum(map(sum, taken)) > EFFORT.budget:
            break
        for job, samples in zip((remembered, changed, without), taken, strict=True):
            if job is remembered:
                job()  # what was new last time is old now
            samples.append(timed(job, 1))
    return median(taken[0]), median(taken[1]), median(taken[2])


# --- 6. The last look ---------------------------------------------------------------

ESCAPED = (
    'See https://shop.example/a%20b?q=%41nn+%26+co and {"note": "a \\"b\\" \\u0041"} '
    "&amp; &lt;b&gt; by id 8f14e45fceea167a5a36dedd4bea2543 or YWxsIGlzIHdlbGw=. "
)
CLEAN = (
    *("we will see in may if it works for all of us", "that may well be so, will it?"),
    *("Willing helpers maybe meet the Mayor", "Will you come, and may I ask when?"),
    *("May I bring a friend?", "it will cost about {n} in total", "by 14 May at noon"),
    *("Joan and John said so", "the job of major Joseph, jo-jo and joy"),
    *("ticket {hex} was closed", "id {b64} stays open", "see https://a.example/{hex}"),
    *('the body is {{"may": "{b64}", "will": {n}}}', "a &amp; b, 100%25 of may%20be"),
    *("m a y b e  s o", "W i l l s", "WILL THEY? MAYBE. JOT IT DOWN.", "goodwill"),
    *("https://a.example/?q=Will+it+rain%20in%20May", "TWF5IHdlPw== says the header"),
)


def clean_messages(number: int) -> Iterator[str]:
    """Nobody is meant in any of them."""
    rng = dice(6)
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/"
    for _ in range(number):
        yield ". ".join(
            each.format(
                n=rng.randint(2, 99),
                hex=f"{rng.getrandbits(128):032x}",
                b64="".join(rng.choices(letters, k=rng.choice((8, 12, 24)))),
            )
            for each in rng.sample(CLEAN, 4)
        )


def last_look(goals: Goals) -> None:
    """What it costs to prove what is sent, and whether it refuses what is clean."""
    title("6. The last look before sending, a new message each time, patterns() only")
    sure = Masker(recognizer=patterns(), vault=MemoryVault())
    blithe = replace(sure, prove=False)
    texts = {
        "a short message, 3 values in it": MESSAGE,
        "4 KB of prose": long(PROSE, 4 * KB),
        "4 KB with escapes, URLs, base64": long(ESCAPED, 4 * KB),
    }
    row("", ("prove=False", "prove=True", "it adds", "ratio", "proven()"))
    for size in (10, 10_000):
        with_proof, without = known_to(sure, size), known_to(sure, size, "not")
        for name, text in texts.items():

            def mask(
                masker: Masker, registry: Registry, new: Callable[[], str]
            ) -> object:
                return masker.mask(new(), registry)

            def prove(
                text: str, registry: Registry = with_proof, masker: Masker = sure
            ) -> None:
                masker.proven([text], registry)

            taken = measure(
                {
                    "no": partial(mask, blithe, without, fresh(text)),
                    "yes": partial(mask, sure, with_proof, fresh(text)),
                    "proven": partial(prove, sure.mask(text, with_proof)),
                }
            )
            no, yes = taken["no"], taken["yes"]
            cells = (shown(no), shown(yes), shown(max(yes - no, 0)), times(yes / no))
            row(f"{name}, {size:,} known", (*cells, shown(taken["proven"])))
    refused(goals)


def refused(goals: Goals) -> None:
    """Messages that only look as if someone were named."""
    receipts: list[Event] = []
    masker = Masker(recognizer=patterns(), vault=MemoryVault(), audit=receipts.append)
    registry = masker.registry("Will, May and Jo")
    registry.mint([wanted("PERSON", name) for name in ("Will", "May", "Jo")])
    refusals = masked = 0
    for text in clean_messages(1_000):
        try:
            sent = masker.mask(text, registry)
            masker.proven([sent], registry)
        except UnmaskedText:
            refusals += 1
        else:
            masked += sent != text
    again = sum(each.masked_again for each in receipts if isinstance(each, Sent))
    goals.none("clean messages refused", refusals, 1_000)
    row("changed, for May I ..., Will you ... and the like", [whole(masked)], 16)
    row("stretches that only the last look found", [whole(again)], 16)


# --- 7. Correctness -----------------------------------------------------------------

NASTY = (
    *('"', "\\", "\n", "\t", "\r", "\u2028", "\x00", "\x1f", "'", "\\n", '\\"', "{"),
    "}",
    *("[", "]", ",", ":", "<", ">", "&", "\u00e9", "\U0001f600", "\ud83d", "\u0627"),
    "%",
    *("$1", "\\1", "\\g<0>", "{0}", "<EMAIL_1>", "<PERSON_2>", "&lt;", "null"),
    "O'Neil",
    *("Ann", "Roe", " ", " ", "12 Elm St", "a@x.example", "555-0100"),
)
TREES: Sequence[Any] = (
    "{}",
    {"name": "{}"},
    {"{}": 1},
    ["{}", "{}", 3, None, True],
    {"a": {"b": [{"c": "{}"}, "x"]}},
    {"note": "Dear {}, thank you."},
    {"note": "two: {} and {}.", "n": 1.5},
    {"people": [{"name": "{}", "age": 34}, {"name": "{}", "age": 35}]},
    {"{}": {"{}": ["{}"]}, "x": "y"},
    {"text": "line one\nline two: {}\n\t- end"},
    {"quote": 'she said "{}" \\ and left'},
    {"unicode": "\u00e9\u4f60 {} \U0001f600"},
    {"empty": "", "deep": [[[["{}"]]]]},
)
NESTED = 3
"""Every third JSON text holds another one in a string."""


def nasty_values(number: int) -> list[str]:
    """Values that break whatever does not escape them."""
    rng = dice(7)
    return ["".join(rng.choices(NASTY, k=rng.randint(1, 9))) for _ in range(number)]


def filled(tree: Any, values: Callable[[], str]) -> Any:
    """The tree with something for each ``{}`` in its texts, keys too."""
    if isinstance(tree, str):
        return re.sub(r"\{\}", lambda _: values(), tree)
    if isinstance(tree, list):
        return [filled(each, values) for each in tree]
    if isinstance(tree, dict):
        return {filled(k, values): filled(v, values) for k, v in tree.items()}
    return tree


def structured(number: int) -> tuple[Counter[str], list[str]]:
    """Value x template x way: failures are those that do not parse or are not equal."""
    ran: Counter[str] = Counter()
    failures: list[str] = []
    values = nasty_values(math.ceil(number / (len(TREES) * 4 - 1)))
    for at, value in enumerate(values):
        issued = {"<PERSON_1>": value, "<EMAIL_1>": "jane@x.example"}
        restorer = Restorer(issued)
        for template in TREES:
            masked = filled(template, lambda: "<PERSON_1>")
            meant = filled(template, lambda value=value: value)  # type: ignore[misc]
            text = json.dumps(masked, ensure_ascii=at % 2 == 0)
            is_scalar = isinstance(
                masked, str
            )  # no JSON to whom nobody says that it is
            is_nested = at % NESTED == 0 and not is_scalar
            if is_nested:
                text = json.dumps({"body": text, "n": 1})
            for way in ("JSON", "JSON in a text", "arguments", "tree"):
                if sum(ran.values()) == number:
                    return ran, failures
                if is_scalar and way == "JSON in a text":
                    continue
                ran[way] += 1
                got: Any = None
                try:
                    if way == "arguments":
                        got = restorer.arguments("save", {"a": masked})["a"]
                    elif way == "tree":
                        got = restorer.tree(masked)
                    else:
                        change = restorer.json if way == "JSON" else restorer.text
                        got = json.loads(change(text))
                        got = json.loads(got["body"]) if is_nested else got
                except ValueError:
                    got = ValueError
                if got != meant:
                    failures.append(f"{way}: {value!r} in {text}")
    return ran, failures


PIECES = (
    *(" ", " ", ", ", ". ", "\n", "Dear ", "the order ", "(", ")", '"', "'s", "**"),
    "`",
    *("<EMAIL_1>", "<PERSON_1>", "<PHONE_1>", "<PERSON_1B>", "<CARD_1>", "<SSN_1>"),
    *("[EMAIL_1]", "&lt;PERSON_1&gt;", "PERSON_1", "EMAIL_1's", "<person_1>"),
    "<EMAIL 1",
    *("\\<PHONE\\_1\\>", "{{CARD_1}}", "%3CEMAIL_1%3E", "<Email Address 1>"),
    "<PERSON_9>",
    *("https://evil.test/?q=", "mailto:", "[x](", '<a href="', '">', "</a>", "= "),
    "<<",
    *("```sql\n", "```\n", "curl ", "www.a.example/", "<EMAIL", "EMAIL_", "PERSON"),
    "&lt",
    *("a < b", "x[0]", "\\u003c", "\u201c", "\uff1cEMAIL_1\uff1e", '{"a": "', '"}'),
    "=SUM(",
)
SPLIT_VALUES = {
    "<EMAIL_1>": "jane@example.com",
    "<PERSON_1>": 'Jane "JJ" Doe',
    "<PERSON_1B>": "jane doe",
    "<PHONE_1>": "555-123-4567",
    "<CARD_1>": "4111 1111 1111 1111",
    "<SSN_1>": "123-45-6789",
}


def split(number: int) -> tuple[Counter[str], list[str]]:
    """Texts cut at random places: each must come out as the whole does."""
    rng = dice(8)
    ran: Counter[str] = Counter()
    failures: list[str] = []
    sinks = ("text", "text", "html", "csv", "url", "json")
    while True:
        text = "".join(rng.choices(PIECES, k=rng.randint(3, 24)))
        sink = rng.choice(sinks)
        restorer = Restorer(SPLIT_VALUES)
        if sink == "json":
            text = json.dumps({"a": text, "url": text[:40], "n": [1, {"b": text}]})
            expected = restorer.json(text)
        else:
            expected = restorer.text(text, sink=sink)
        for _ in range(50):
            if sum(ran.values()) == number:
                return ran, failures
            ran[sink] += 1
            cuts = sorted(rng.choices(range(len(text) + 1), k=rng.randint(1, 12)))
            stream = (
                restorer.json_stream() if sink == "json" else restorer.stream(sink=sink)
            )
            out = [
                stream.feed(text[start:end])
                for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)
            ]
            if "".join(out) + stream.flush() != expected:
                failures.append(f"{sink}: {text!r} cut at {cuts}")


def correctness(goals: Goals) -> None:
    """Many cases, none of which may fail."""
    title("7. Right at scale")
    number = 100_000 // EFFORT.share
    for what, run in (
        ("stream splits that differ from the whole", split),
        ("structured cases not parsed or not equal", structured),
    ):
        start = perf_counter()
        ran, failures = run(number)
        seconds = perf_counter() - start
        goals.none(what, len(failures), ran.total())
        each = ", ".join(f"{name} {n:,}" for name, n in ran.items())
        print(f"    {each}; {shown(seconds)}, {shown(seconds / number)} each")
        for failure in failures[:3]:
            print(f"    for example {ascii(failure)[:300]}")


# --- 8. A careless model ------------------------------------------------------------


class Way(NamedTuple):
    """How a model respells a placeholder, and what is right then."""

    spelled: str
    right: str = "{}"


RESPELLINGS = (
    Way("{label}_{n}"),
    Way("[{label}_{n}]"),
    Way("<{label}\\_{n}>"),
    Way("<{lower}_{n}>"),
    Way("{{{label}_{n}}}"),
    Way("&lt;{label}_{n}&gt;"),
    Way("<{title}_{n}>"),
    Way("<{label} {n}>"),
    Way("\\<{label}_{n}\\>"),
    Way("{label}\\_{n}"),
    Way("**{label}_{n}**", "**{}**"),
    Way("<{label}-{n}>"),
    Way("({label}_{n})", "({})"),
    Way("{{{{{label}_{n}}}}}"),
    Way("{lower}_{n}"),
    Way("<{label}_0{n}>"),
    Way("[[{label}_{n}]]"),
    Way("[{lower}_{n}]"),
    Way("< {label}_{n} >"),
    Way("<{label}{n}>"),
    Way("<{other}_{n}>"),
    Way("{label} {n}"),
    Way("<{label}_{n}"),
    Way("{label}_{n}>"),
    Way("{label}_{n}'s", "{}'s"),
    Way("<{label}_{n}'s>", "{}'s"),
    Way("[{label} {n}]"),
    Way("<{title} {n}>"),
    Way("[{other}_{n}]"),
    Way("{other}_{n}"),
    Way("<`{label}_{n}`>"),
    Way("<**{label}_{n}**>"),
    Way("<{label}:{n}>"),
    Way("\\<{label}\\_{n}\\>"),
    Way("<{words} {n}>"),
    Way("\u00ab{label}_{n}\u00bb"),
    Way("%3C{label}_{n}%3E"),
    Way("\\u003c{label}_{n}\\u003e"),
    Way("<{label}_{n}/>"),
    Way("\uff1c{label}_{n}\uff1e"),
    Way("\u3010{label}_{n}\u3011"),
    Way("<{label} \u2013 {n}>"),
)
"""Commonest first; how often each is written falls with its place: 1, 1/2, 1/3 ...

An assumption. Some are not in our grammar, for a model does not know it either.
"""
UNTOLD = {
    "number dropped": 5,
    "type translated": 3,
    "number invented": 3,
    "explained": 4,
}
"""Of 100 placeholders, where the model was not told what they are. An assumption.

An invented number was never issued. (One that was is another's, said by the model: no
restorer can tell.)
"""
RATES = (0, 5, 10, 25, 50, 100)
OTHERS = {
    "PERSON": ("PERSON_NAME", "PERSONNE"),
    "EMAIL": ("EMAIL_ADDRESS", "CORREO"),
    "PHONE": ("PHONE_NUMBER", "TELEFON"),
    "CARD": ("CREDIT_CARD", "TARJETA"),
    "SSN": ("SOCIAL_SECURITY_NUMBER", "NSS"),
    "ADDRESS": ("STREET_ADDRESS", "ADRESSE"),
    "DATE": ("DATE_TIME", "DATUM"),
    "ORG": ("ORGANIZATION", "FIRMA"),
    "IBAN": ("IBAN_CODE", "KONTO"),
}
"""Label -> another word for it, and one in another language."""
SENTENCES = (
    "I have written to {} about it.",
    "The record says {}, as far as I can see.",
    "Please check that {} is still right before we go on.",
    "- {}",
    "According to our notes: {}",
    "| mug | {} | 2 |",
    "{} was told on Monday (3 March).",
    'You said "{}" in your last message.',
)


class Said(NamedTuple):
    """A line of a simulated answer, and what it should be; None if that is lost."""

    line: str
    right: str | None
    way: Way | None


def people() -> dict[str, str]:
    """108 values of nine types, and second forms of the names."""
    types = ("US_SSN", "ADDRESS", "DATE_TIME", "ORGANIZATION", "IBAN_CODE")
    wants = [wanted(kind, make(n)) for n in range(12) for kind, make in MADE]
    wants += [
        wanted(type, f"{type.lower().replace('_', ' ')} no. {n * 37 + 10_000}")
        for n in range(12)
        for type in types
    ]
    wants += [wanted("PERSON", person(n).upper()) for n in range(12)]
    registry = BLIND.registry("people")
    registry.mint(wants)
    return dict(registry.view())


def careless(
    placeholder: str, value: str, rate: int, told: bool, rng: random.Random
) -> Said:
    """A line with a placeholder, the way such a model writes it."""
    sentence = rng.choice(SENTENCES)
    label, _, n = placeholder[1:-1].rpartition("_")
    other, foreign = OTHERS[label]
    if not told:
        dice = rng.random() * 100
        for name, percent in UNTOLD.items():
            if dice < percent:
                lost = {
                    "number dropped": f"<{label}>",
                    "type translated": f"<{foreign}_{n}>",
                    "number invented": f"<{label}_{rng.randint(50, 99)}>",
                    "explained": f"(the client's {other.lower().replace('_', ' ')})",
                }
                return Said(sentence.format(lost[name]), None, None)
            dice -= percent
    if rng.random() * 100 >= rate:
        return Said(sentence.format(placeholder), sentence.format(value), None)
    weights = [1 / place for place in range(1, len(RESPELLINGS) + 1)]
    way = rng.choices(RESPELLINGS, weights)[0]
    spelled = way.spelled.format(
        label=label,
        lower=label.lower(),
        title=label.title(),
        other=other,
        words=other.replace("_", " ").title(),
        n=n,
    )
    return Said(sentence.format(spelled), sentence.format(way.right.format(value)), way)


def judged(said: Sequence[Said], restored: str, values: Iterable[str]) -> list[str]:
    """Of each line: "right", "left" as it is, "wrong" with another's value, or "other":
    the right value with something left over."""
    lines = restored.split("\n")
    if len(lines) != len(said):
        return ["wrong"] * len(said)
    verdicts = []
    for each, line in zip(said, lines, strict=True):
        if line in (each.right, each.line):
            verdicts.append("right" if line == each.right else "left")
            continue
        meant = each.right or each.line
        is_wrong = any(value in line and value not in meant for value in values)
        verdicts.append("wrong" if is_wrong or each.right is None else "other")
    return verdicts


def carelessness(goals: Goals) -> None:
    """Answers of a simulated model: what comes back."""
    title("8. A simulated model that is careless, told and not told what they are")
    untold = ", ".join(f"{name} {percent} %" for name, percent in UNTOLD.items())
    print(
        "  All rates are ASSUMPTIONS, no model was asked. Respelled: that share of "
        f"all, in {len(RESPELLINGS)} ways,\n  the k-th with weight 1/k. "
        f"Not told: before that, {untold};\n  these cannot be restored by anyone. "
        f"Told (the instruction, {len(INSTRUCTION)} characters): none of them."
    )
    values = people()
    answers = 2_000 // EFFORT.share
    rng = dice(9)
    ways: dict[Way, Counter[str]] = {way: Counter() for way in RESPELLINGS}
    wrong: Counter[str] = Counter()
    row("", ("lost by", *["exact"] * 2, *["ours"] * 4))
    head = ("model", "right", "wrong person", "right", "left", "in part")
    row("respelled, instruction (placeholders)", (*head, "wrong person"))
    total = 0
    for rate in RATES:
        for told in (True, False):
            counts: dict[str, Counter[str]] = {"exact": Counter(), "ours": Counter()}
            lost = 0
            for _ in range(answers):
                said = [
                    careless(placeholder, values[placeholder], rate, told, rng)
                    for placeholder in rng.sample(list(values), 8)
                ]
                lost += sum(each.right is None for each in said)
                text = "\n".join(each.line for each in said)
                for name, restored in (
                    ("exact", exactly(values, text)),
                    ("ours", Restorer(values).text(text)),
                ):
                    verdicts = judged(said, restored, values.values())
                    counts[name].update(verdicts)
                    if name == "ours":
                        for each, verdict in zip(said, verdicts, strict=True):
                            if each.way:
                                ways[each.way][verdict] += 1
            number = counts["ours"].total()
            exact, ours = counts["exact"], counts["ours"]
            row(
                f"{rate} %, {'on' if told else 'off'} ({number:,})",
                (
                    share(lost, number),
                    share(exact["right"], number),
                    whole(exact["wrong"]),
                    share(ours["right"], number),
                    share(ours["left"], number),
                    share(ours["other"], number),
                    whole(ours["wrong"]),
                ),
            )
            wrong.update({name: counts[name]["wrong"] for name in counts})
            total += number
    for way, verdicts_of in ways.items():
        if verdicts_of.total() != verdicts_of["right"]:
            told_how = ", ".join(f"{name} {n:,}" for name, n in verdicts_of.items())
            print(f"  {ascii(way.spelled)[1:-1]}: {told_how}")
    goals.none("placeholders restored to the wrong person", wrong["ours"], total)


# --- All of it ----------------------------------------------------------------------


def main() -> None:
    """Every part, and in the end what was missed."""
    parser = argparse.ArgumentParser(description="What restoring costs.")
    parser.add_argument(
        "--quick", action="store_true", help="a twentieth of the many cases"
    )
    if parser.parse_args().quick:
        EFFORT.repetitions, EFFORT.budget, EFFORT.share = 9, 2.0, 20
    logging.getLogger("tldextract").setLevel(logging.CRITICAL)  # no net: no matter
    logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)
    start = perf_counter()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print(f"{python}, {platform.platform()}, {os.cpu_count()} CPUs, {cpu()}")
    packages = ("llm-piimask", "presidio-analyzer", "phonenumbers", "pydantic")
    print(", ".join(f"{name} {version_of(name)}" for name in packages))
    print(f"Load average {load()}; medians of {EFFORT.repetitions}")
    for size in SIZES:
        begun = perf_counter()
        session(size)
        print(
            f"  a session with {size:,} values made in {shown(perf_counter() - begun)}"
        )
    goals = Goals()
    restoring(goals)
    nothing_to_restore(goals)
    streams(goals)
    knowing(goals)
    conversations(goals)
    last_look(goals)
    correctness(goals)
    carelessness(goals)
    title(f"{goals.met} goals met, {len(goals.missed)} missed")
    for missed in goals.missed:
        print(f"  MISSED {missed}")
    print(f"{shown(perf_counter() - start)} in all; load average {load()}")
    print(
        f"Yardstick (sum(range(100_000))) from {shown(min(PACE))} to {shown(max(PACE))}"
        ": where it differs, so do all the times above."
    )


def load() -> str:
    """How busy the machine was in the last 1, 5 and 15 minutes."""
    return ", ".join(f"{each:.2f}" for each in os.getloadavg())


def version_of(package: str) -> str:
    """The version of a package, or that it runs from its sources."""
    try:
        return version(package)
    except ImportError:
        return "(from source)"


def cpu() -> str:
    """What the machine says it is."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":")[1].strip() for line in lines if line[:10] == "model name"]
    return names[0] if names else platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
