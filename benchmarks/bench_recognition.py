"""What is found, what leaks, what does it cost? Beside Presidio, all from one run.

    pip install -r benchmarks/requirements.txt
    python benchmarks/bench_recognition.py --corpora DIR        some minutes
    python benchmarks/bench_recognition.py --only speed         or another part

DIR (or the variable EVALPII_DATA) holds labelled text as ``NAME.PART.jsonl``, in the
form that ``piimask_core.examples`` describes. These sets are no part of the project;
without them the quality is not measured, and the rest is, on made-up messages.

Every line has a figure, the peer's figure where there is one, the goal and a verdict.
Times are medians unless a line says otherwise, and every text is new to its session,
because a masker remembers what it has read; ours and the peer take turns. Presidio is
its ``AnalyzerEngine`` with its pattern recognizers and no model, for the time without
the two that ours replace (they take quadratic time), for the quality with them.
"""

import argparse
import logging
import math
import os
import platform
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from random import Random
from statistics import mean, median
from typing import Any

from piimask_core import Entity, Masker, MemoryVault, Recognizer, Registry
from piimask_core import recognizers as ours
from piimask_core.entities import label_of
from piimask_core.evaluate import THRESHOLD, Example, Share, evaluate, read_jsonl
from piimask_core.recognizers import (
    PATTERNS,
    default_recognizer,
    has_trigger,
    patterns,
    presidio,
    union,
)
from piimask_core.vault import Wanted

PARTS = ("quality", "speed", "gate", "same", "linear")
WIDE = 58
MESSAGES = 400
"""How many texts a time is the median of."""
SECONDS = 15.0
"""For one comparison of times, both candidates together."""
NOT_INSTALLED = "not installed: pip install -r benchmarks/requirements.txt"

PATTERN_TYPES = (
    "EMAIL",
    "PHONE",
    "SSN",
    "CARD",
    "IBAN",
    "BANK_ACCOUNT",
    "IP",
    "MAC",
    "CRYPTO",
)
SOFT = ("AGE", "DATE", "LOCATION", "NRP", "ORG", "SHORT_ID", "TITLE", "URL", "ZIP")
"""Types that tell little of a person: not required, and not wrong in a decoy."""
SETS = (
    ("support_synth", 0.01),
    ("multidogo", 0.03),
    ("sgd", 0.02),
    ("synth_v2", 0.05),
    ("nanni_pii", 0.05),
)
ADDRESS_SETS = (("synth_v2", 0.25), ("sgd", 0.25), ("multidogo", 0.40))
CHAT = ("multidogo", "sgd", "support_synth")

# --- Goals --------------------------------------------------------------------------


@dataclass
class Goals:
    """What was to be reached, and what was not."""

    met: int = 0
    missed: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def head(self, title: str, peer: str = "") -> None:
        print(f"\n{title:<{WIDE}} {'ours':>22} {peer:>22}  goal")

    def say(
        self, what: str, figure: str, goal: str, is_met: bool, *, peer: str = "-"
    ) -> None:
        verdict = "met" if is_met else "MISSED"
        print(f"{what:<{WIDE}} {figure:>22} {peer:>22}  {goal:<10} {verdict}")
        sys.stdout.flush()
        if is_met:
            self.met += 1
        else:
            self.missed.append(what)

    def skip(self, what: str, why: str) -> None:
        print(f"{what:<{WIDE}} {why}", flush=True)
        self.unknown.append(what)


# --- Texts --------------------------------------------------------------------------

TALK = (
    "please could you tell me how long a delivery usually takes and what it costs"
    " because the order was late again nobody at the desk knows why it has not left"
    " the warehouse so we asked for refund they told us to wait another week thanks"
    " morning table window garden yellow paper kitchen winter travel ticket question"
)
WORDS = TALK.split()
VALUES = (
    "jane.roe{0}@example.com",
    "(212) 555-{1:04}",
    "212-736-{1:04}",
    "+44 20 7946 {1:04}",
    "536-90-{1:04}",
    "4111 1111 1111 1111",
    "GB29NWBK60161331926819",
    "203.0.113.{2}",
    "00:1b:44:11:3a:{2:02x}",
    "https://shop.example.com/u/{0}",
)
NAMING = (
    "my email is {}",
    "call me on {} after lunch",
    "the number is {}",
    "ssn {}, please check",
    "my account {} was closed",
    "the passport and licence say {}",
)


def dice(seed: int) -> Random:
    """The same throws in each run."""
    return Random(seed)  # noqa: S311 - nobody must guess them


def plain(chance: Random, count: int = 12) -> str:
    """So many words without anything that a pattern could start from."""
    return " ".join(chance.choices(WORDS, k=count))


def value(chance: Random) -> str:
    """Something of somebody who does not exist."""
    number = chance.randrange(10_000)
    return chance.choice(VALUES).format(number, number, number % 250 + 1)


def personal(chance: Random) -> str:
    """A message with one or two values."""
    parts = [chance.choice(NAMING).format(value(chance))]
    if chance.random() < 0.4:
        parts.append(chance.choice(NAMING).format(value(chance)))
    return f"{plain(chance, 6)}, {' and '.join(parts)}"


def long_text(chance: Random, count: int = 5_000) -> str:
    """So many words, with a value after every hundred."""
    hundreds = (f"{plain(chance, 99)} {value(chance)}" for _ in range(count // 100))
    return ". ".join(hundreds)


class Corpora:
    """The labelled sets of a folder, if there is one."""

    def __init__(self, folder: str | None, part: str) -> None:
        self.folder = Path(folder) if folder else None
        self._part = part
        self.read = cache(self._read)

    def _read(self, name: str) -> list[Example]:
        """The examples of a set; none where it is not there."""
        path = self.folder and self.folder / f"{name}.{self._part}.jsonl"
        return list(read_jsonl(path)) if path and path.exists() else []

    def names(self) -> list[str]:
        """Of all sets."""
        end = f".{self._part}.jsonl"
        found = self.folder.glob(f"*{end}") if self.folder else []
        return sorted(path.name.removesuffix(end) for path in found)

    def chat(self, *, clean: bool) -> list[str]:
        """Different messages without any label, or with one that counts."""
        rows = [row for name in CHAT for row in self.read(name)]
        wanted = [
            row.text
            for row in rows
            if (not row.labels if clean else any(map(_counts, row.labels)))
        ]
        texts = list(dict.fromkeys(wanted))
        dice(0).shuffle(texts)
        return texts

    def messages(self, *, clean: bool, count: int) -> list[str]:
        """From the sets, or made up; each of them different."""
        made = self.chat(clean=clean)
        chance = dice(1)
        make = plain if clean else personal
        made = made or list(dict.fromkeys(make(chance) for _ in range(2 * count)))
        return made[:count]


def _counts(label: Entity) -> bool:
    return label_of(label.type) not in (*SOFT, "IGNORE")


# --- Candidates ---------------------------------------------------------------------


@cache
def engine(*, whole: bool = False) -> Any:
    """Presidio's engine without a model; ``whole`` with the two that ours replace."""
    analyzer = import_module("presidio_analyzer")
    registries = import_module("presidio_analyzer.recognizer_registry")
    registry = registries.RecognizerRegistryProvider(
        registry_configuration={"supported_languages": ["en"]}
    ).create_recognizer_registry()
    for name in () if whole else ("EmailRecognizer", "UrlRecognizer"):
        registry.remove_recognizer(name)
    words = reading()
    return analyzer.AnalyzerEngine(
        registry=registry,
        nlp_engine=words("en") if words else blank_engine(),
        supported_languages=["en"],
    )


def reading() -> Any:
    """What our ``presidio()`` splits texts into words with, so that both read alike."""
    return getattr(
        import_module("piimask_core.recognizers.presidio_words"), "Words", None
    )


def blank_engine() -> Any:
    """A spaCy model that only splits text into words."""
    engines = import_module("presidio_analyzer.nlp_engine")
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "blank_en"))
        import_module("spacy").blank("en").to_disk(path)
        models = [{"lang_code": "en", "model_name": path}]
        config = {"nlp_engine_name": "spacy", "models": models}
        made = engines.NlpEngineProvider(nlp_configuration=config).create_engine()
        made.load()
    return made


def analyze(text: str) -> Any:
    """What an app calls that uses Presidio."""
    return engine().analyze(text, language="en")


@cache
def anonymizer() -> Callable[[str], str] | None:
    """LangChain's reversible one, where it is installed."""
    peers: Any = import_module("bench_peers")
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder, "blank_en"))
        import_module("spacy").blank("en").to_disk(path)
        try:
            return peers.reversible_anonymizer(path).mask  # type: ignore[no-any-return]
        except ImportError:
            return None


@cache
def addresses() -> Recognizer | None:
    """The rules for street addresses, where this version has them."""
    try:
        module = import_module("piimask_core.recognizers.addresses")
    except ImportError:
        return None
    return getattr(module, "addresses", None)


def with_addresses() -> Recognizer:
    """The default one, and addresses where they are not part of it."""
    rules = addresses()
    return union(default_recognizer(), rules) if rules else default_recognizer()


def session(known: int) -> Callable[[str], str]:
    """A masker's ``mask`` in a conversation that knows so many values."""
    masker = Masker(vault=MemoryVault())
    registry = masker.registry("bench")
    mails = [f"customer{number}@example.com" for number in range(known)]
    if mails:
        registry.mint([Wanted("EMAIL_ADDRESS", mail, mail) for mail in mails])
    return partial(_mask, masker, registry)


def _mask(masker: Masker, registry: Registry, text: str) -> str:
    return masker.mask(text, registry)


# --- Quality ------------------------------------------------------------------------


def quality(corpora: Corpora, goals: Goals) -> None:
    """Leaked values and false alarms, on the sets that are there."""
    mine, theirs = default_recognizer(), presidio(engine(whole=True))
    goals.head("Quality: leaked values [95 %]", "Presidio")
    adversarial = corpora.read("adversarial")
    if adversarial:
        _leaks(goals, "adversarial", adversarial, PATTERN_TYPES, 0.10, mine, theirs)
        decoys = [row for row in adversarial if row.category == "decoys"]
        figures = [_decoyed(each, decoys) for each in (mine, theirs)]
        shown = [f"{figure.count} of {figure.of}" for figure in figures]
        goal = figures[0].count <= figures[0].of / 10
        what = "decoy rows with a false alarm"
        goals.say(what, shown[0], "<= 1 of 10", goal, peer=shown[1])
    else:
        goals.skip("adversarial", "not there: give --corpora or EVALPII_DATA")
    for name, most in SETS:
        if rows := corpora.read(name):
            _leaks(goals, name, rows, PATTERN_TYPES, most, mine, theirs)
        else:
            goals.skip(name, "not there: give --corpora or EVALPII_DATA")
    for name, most in ADDRESS_SETS:
        if rows := corpora.read(name):
            what = f"{name}: street addresses"
            _leaks(goals, what, rows, ("ADDRESS",), most, with_addresses(), theirs)
        else:
            goals.skip(f"{name}: street addresses", "not there")
    for name in ("multidogo", "sgd"):
        if rows := corpora.read(name):
            alarms, peer = (
                evaluate(each, rows, ignore=("IGNORE", "SHORT_ID")).total.false_alarms
                for each in (patterns(), theirs)
            )
            what = f"{name}: false alarms, clean messages, patterns"
            goals.say(
                what, str(alarms), "<= 0.010", _at_most(alarms, 0.01), peer=str(peer)
            )
        else:
            goals.skip(f"{name}: false alarms", "not there")


def _leaks(
    goals: Goals,
    what: str,
    rows: Sequence[Example],
    types: Sequence[str],
    most: float,
    mine: Recognizer,
    theirs: Recognizer,
) -> None:
    leaked, peer = (
        evaluate(each, rows, only_types=types).total.leaked for each in (mine, theirs)
    )
    named = f"{what} ({leaked.of} values)"
    met = _at_most(leaked, most)
    goals.say(named, str(leaked), f"<= {most:.3f}", met, peer=str(peer))
    least = evaluate(_perfect(rows, types), rows, only_types=types).total.leaked
    if least.count:
        print(f"  {least} if all of these types were found: words of the values")
        print("  stand elsewhere too, in a name for instance")


def _perfect(rows: Sequence[Example], types: Sequence[str]) -> Recognizer:
    """Finds what is labelled as one of these types, and nothing else."""
    wanted = {label_of(type) for type in types}
    labels = {row.text: row.labels for row in rows}

    def recognize(text: str) -> Sequence[Entity]:
        return [each for each in labels[text] if label_of(each.type) in wanted]

    return recognize


def _decoyed(recognizer: Recognizer, rows: Sequence[Example]) -> Share:
    """Where anything is found; any type but the soft ones is wrong in a decoy."""
    found = {e.type for row in rows for e in recognizer(row.text)}
    wrong = {type for type in found if label_of(type) not in SOFT} | {"PERSON"}
    return evaluate(recognizer, rows, only_types=wrong).total.false_alarms


def _at_most(share: Share, most: float) -> bool:
    return share.value is not None and share.value <= most


# --- Speed --------------------------------------------------------------------------


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
        for job, times in zip(jobs, taken, strict=True):
            start = time.perf_counter()
            job(text)
            times.append(time.perf_counter() - start)
        if time.perf_counter() > end and len(taken[0]) > 2:
            break
    return taken


# --- Growth -------------------------------------------------------------------------

# Shapes that something might begin with at each character, and never comes to an end.
STARTS = (
    "a a1 1 1- 1. (1) +1 @ a@ a@a. a. .a a- -a _ : :: 1: a: / // :// http:// www."
    " % # , 12-34- 1234"
)
BAITS = [*STARTS.split(), " ", "\n", "1 ", "a ", "Aa ", "my ssn is ", "1 Main "]
LARGEST = 1_000_000
SMALLEST = 62_500
NOISE = 0.01
"""Seconds below which a time says more of memory than of the regex."""


def linear(corpora: Corpora, goals: Goals) -> None:
    """The worst t(2n)/t(n) of each pattern alone, and of all, over all baits."""
    goals.head("Growth up to a million characters")
    jobs: dict[str, Callable[[str], object]] = {"patterns()": patterns()}
    for at, row in enumerate(PATTERNS):
        jobs[f"pattern {at} ({row.type})"] = patterns([row])
    if rules := addresses():
        jobs["addresses"] = rules
    worst, where, largest = 0.0, "nothing", LARGEST
    for name, job in jobs.items():
        for bait in BAITS:
            ratio, size = _growth(job, bait)
            if ratio > worst:
                worst, where, largest = ratio, f"{name} on {bait!r}", size
    what = f"worst t(2n)/t(n), {len(jobs)} x {len(BAITS)} shapes"
    goals.say(what, f"{worst:.2f}", "<= 2.3", worst <= 2.3)
    print(f"  {where}, at {largest:,} characters")


def _growth(job: Callable[[str], object], bait: str) -> tuple[float, int]:
    """The ratio of the last doubling, and the larger size; stops where it is slow.

    Not the worst on the way: a step from one cache or block of memory to the next
    takes three times as long once, and what is quadratic still is so at the end.
    """
    ratio, where, size = 0.0, SMALLEST, SMALLEST
    before = _once(job, bait, size)
    while size < LARGEST and before < 5:
        size *= 2
        taken = _once(job, bait, size)
        if before > NOISE and taken > 2.1 * before:  # busy, or is it?
            before = min([before, *(_once(job, bait, size // 2) for _ in range(4))])
            taken = min([taken, *(_once(job, bait, size) for _ in range(4))])
        if before > NOISE:
            ratio, where = taken / before, size
        before = taken
    return ratio, where


def _once(job: Callable[[str], object], bait: str, size: int) -> float:
    text = (bait * (size // len(bait) + 1))[:size]
    start = time.process_time()
    job(text)
    return time.process_time() - start


# --- The gate -----------------------------------------------------------------------


def gate(corpora: Corpora, goals: Goals) -> None:
    """What it costs, what it spares, and what is lost by it."""
    goals.head("The gate")
    clean = corpora.messages(clean=True, count=20_000)
    names = corpora.names()
    rows = [row.text for name in names for row in corpora.read(name)]
    texts = list(dict.fromkeys(rows)) or corpora.messages(clean=False, count=5_000)
    ungated = union(patterns(), presidio())
    fast = getattr(ours, "has_strong_trigger", None)
    for name, asks, skips, lost in (
        ("lossless", has_trigger, 0.60, 0.0),
        ("fast", fast, 0.85, 0.005),
    ):
        if asks is None:
            goals.skip(f"{name} gate", "none in this version")
            continue
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


# --- The same as Presidio -----------------------------------------------------------

SCALE = 10_000
ODD = (
    *"\u200b\u00ad\u00a0\u2009\u202e\ufeff\u0130\u017f\u212a\u0301\u2013",
    "\U0001f600",
)
DIGITS = {zero: int(zero, 16) for zero in ("660", "966", "ff10", "1d7ce")}


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


def mutated(text: str, chance: Random) -> str:
    """With some characters exchanged, or others put between them."""
    made = list(text)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(made) + 1)
        zero = chance.choice(list(DIGITS.values()))
        way = chance.randrange(5)
        if way == 0:
            made.insert(at, chance.choice(ODD))
        elif way == 1:
            made = [chr(zero + int(c)) if c in "0123456789" else c for c in made]
        elif way == 2:
            made[at:at] = list(value(chance))
        elif way == 3:
            made = list(unicodedata.normalize("NFD", "".join(made)).upper())
        elif at < len(made):
            made[at] = chance.choice((*ODD, *"0@.-(+ :"))
    return "".join(made)


# --- Printing -----------------------------------------------------------------------


def shown(seconds: float) -> str:
    """Three digits and a unit."""
    if math.isnan(seconds):
        return "-"
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:#.3g} {unit}"
    return f"{seconds / 1e-6:#.3g} us"


def main() -> None:
    """The parts that were asked for, and what was missed."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--corpora", default=os.environ.get("EVALPII_DATA"))
    parser.add_argument("--part", default="dev", help="the sets' part: dev, heldout")
    options = parser.parse_args()
    for name in ("tldextract", "presidio-analyzer"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    print(f"Python {platform.python_version()}, {platform.platform()}")
    corpora = Corpora(options.corpora, options.part)
    if not corpora.names():
        print("No labelled sets (they are no part of the project): give --corpora DIR")
    goals = Goals()
    parts = dict(zip(PARTS, (quality, speed, gate, same, linear), strict=True))
    for name in options.only or PARTS:
        parts[name](corpora, goals)
    print(f"\n{goals.met} goals met, {len(goals.missed)} missed", end="")
    print(f", {len(goals.unknown)} not measured")
    for what in goals.missed:
        print(f"  missed: {what}")


if __name__ == "__main__":
    main()
