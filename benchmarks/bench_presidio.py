"""Is presidio() as fast as it should be, and does it find what Presidio finds?

    python benchmarks/bench_presidio.py                    two minutes
    python benchmarks/bench_presidio.py --check 10000      compare the results, too
    python benchmarks/bench_presidio.py --linear           up to a megabyte of bait

Beside it stands Presidio's ``AnalyzerEngine`` with the same recognizers, the cheapest
engine of words there is (lower case instead of a model) and Presidio's own context
words: what a user without a model would have. It has no e-mail and no URL recognizer,
which take quadratic time in Presidio; with them the ratios would be higher.

Every time is processor time, the median over turns of the same length that both take
one after the other. The texts are made
up here; with ``--data`` or EVALPII_DATA, a folder of JSON lines with a "text" in each,
those are compared as well.
"""

import argparse
import json
import os
import platform
import random
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from piimask_core.recognizers import presidio, readable
from piimask_core.recognizers.presidio import _pattern_engine

CLEAN = (
    "Hello, could you please help me to reset my password? I have tried it twice - it"
    " does not work. Thanks a lot!",
    "What a lovely day. Shall we go on with the second chapter of the story?",
    "The parcel never came, and nobody answers. Can I have my money back, please?",
)
PERSONAL = (
    "My email jane.roe@example.com gets nothing and my phone 212-555-0143 is new",
    "Please call me at +44 20 7946 0958 about the order 448291, thanks",
    "My card is 4111 1111 1111 1111 and it expires 12/27",
    "Social security 219-09-9999, born on 01/02/1990, passport 912803456",
    "The server at 10.0.0.1 (aa:bb:cc:dd:ee:ff) is down since 10:30",
    "The bank account number is 123456789012, IBAN DE89370400440532013000",
)
BAITS = (
    *("a.a.", "1 1 ", ":1:1", "1-1-1-", "((((", "+1+1", "000000", "@@@@", "::, ", "1."),
    *("12/", "a", "x1", "-aa-", ": ", "1        ,", "1 ext ", "2012-01-02 08 "),
    *("555-123-4567 ", "bc1aaaaaaaaaaaaaaaaaaaaaaaaaaaa ", "AB12 ", "ab:"),
)

Read = Callable[[str], object]


def seconds(read: Read, texts: list[str], times: int) -> float:
    start = process_time()
    for _ in range(times):
        for text in texts:
            read(text)
    return (process_time() - start) / times


def compared(ours: Read, theirs: Read, texts: list[str]) -> tuple[float, float]:
    """Seconds over the texts, of ours and of theirs."""
    times = []
    for read in (ours, theirs):
        seconds(read, texts, 1)
        times.append(max(1, int(0.02 / seconds(read, texts, 1))))
    turns = [
        (seconds(ours, texts, times[0]), seconds(theirs, texts, times[1]))
        for _ in range(11)
    ]
    return median(own for own, _ in turns), median(their for _, their in turns)


def row(name: str, own: float, their: float, goal: float) -> None:
    ratio = their / own
    verdict = "ok" if ratio >= goal else "BELOW"
    print(
        f"{name:44} {own * 1e6:11.1f} us {their * 1e6:11.1f} us"
        f" {ratio:7.1f}x  goal {goal:g}x {verdict}"
    )


def stored(folder: Path | None) -> list[str]:
    """The texts of a folder of JSON lines."""
    files = sorted(folder.glob("**/*.jsonl")) if folder else []
    lines = (line for file in files for line in file.read_text("utf-8").splitlines())
    return [text for line in lines if (text := json.loads(line).get("text"))]


def variants(texts: list[str], dice: random.Random) -> Iterator[str]:
    """Texts as they are, twisted, put together, and noise, without end."""
    odd = [
        *"\u0660\u0967\uff12\U0001d7d3\U00010d44\u017f\u212a\u0131\u200b\xa0\n\t\0 -x#/"
    ]
    odd += [*"(+:.", "\u2028", "  ", "::", "\ud800", " ext. ", "\x1c"]
    noise = "0123456789" * 3 + "-./: ()+x#ABcdefks\u0660\uff11\n"
    while True:
        kind = dice.randrange(4)
        text = dice.choice(texts)
        if kind == 1:
            characters = list(text)
            for _ in range(dice.randrange(1, 12)):
                place = dice.randrange(len(characters))
                if characters[place] in "0123456789 -./:skSK":
                    characters[place] = dice.choice(odd)
                else:
                    characters.insert(place, dice.choice(odd))
            text = "".join(characters)
        if kind == 2:
            text = "".join(dice.choices(noise, k=dice.randrange(1, 120)))
        if kind == 3:
            filling = dice.choice(["lorem ipsum, dolor ", " ", "x", "bank ", "\n"])
            pieces = dice.choices(texts, k=dice.randrange(2, 8))
            text = (filling * dice.randrange(60)).join(pieces)
        if text:
            yield text


def differences(
    recognize: Callable[[str], Any], engine: Any, texts: list[str], count: int
) -> int:
    """On how many of the texts the two differ; an error of both is no difference."""

    def ours(text: str) -> object:
        try:
            return [(e.type, e.start, e.end, e.score) for e in recognize(text)]
        except Exception as error:
            return str(error).split()[-1]

    def theirs(text: str) -> object:
        try:
            results = engine.analyze(readable(text), "en")
        except Exception as error:
            return type(error).__name__
        return [(r.entity_type, r.start, r.end, r.score) for r in results]

    made = variants(texts, random.Random(7))
    return sum(
        ours(text) != theirs(text) for text, _ in zip(made, range(count), strict=False)
    )


def growth(read: Read, bait: str, size: int) -> tuple[float, float]:
    """Seconds for ``size`` characters, and how much longer twice as many take."""
    times: list[list[float]] = [[], []]
    for _ in range(3):
        for length, taken in zip((size, 2 * size), times, strict=True):
            text = (bait * (length // len(bait) + 1))[:length]
            start = process_time()
            read(text)
            taken.append(process_time() - start)
    once, twice = map(min, times)
    return once, twice / once


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=os.environ.get("EVALPII_DATA"))
    parser.add_argument("--check", type=int, default=0, metavar="TEXTS")
    parser.add_argument("--linear", action="store_true")
    options = parser.parse_args()
    engine = _pattern_engine("en")
    recognize = presidio()
    recognize("1")
    print(
        f"presidio-analyzer {version('presidio-analyzer')}, phonenumbers"
        f" {version('phonenumbers')}, Python {platform.python_version()}"
    )

    def theirs(text: str) -> object:
        return engine.analyze(text, "en")

    dice = random.Random(1)
    mix = [dice.choice(CLEAN if dice.random() < 0.94 else PERSONAL) for _ in range(200)]
    words = " ".join(dice.choice(CLEAN) for _ in range(320)).split()
    for place in range(100, 5000, 500):
        words.insert(place, dice.choice(PERSONAL))
    print(f"{'':44} {'presidio()':>14} {'Presidio':>14}")
    row("a message without trigger", *compared(recognize, theirs, [CLEAN[0]]), 200)
    for text in PERSONAL:
        row(text[:43], *compared(recognize, theirs, [text]), 5)
    row("the six above", *compared(recognize, theirs, [*PERSONAL]), 5)
    row("200 messages, 6 % personal", *compared(recognize, theirs, mix), 10)
    row("5,000 words", *compared(recognize, theirs, [" ".join(words[:5000])]), 10)
    texts = stored(options.data)
    if texts:
        some = dice.sample(texts, min(300, len(texts)))
        row(f"{len(some)} texts of the folder", *compared(recognize, theirs, some), 5)
    if options.check:
        known = [*CLEAN, *PERSONAL, *texts]
        found = differences(recognize, engine, known, options.check)
        print(f"different results on {found} of {options.check} texts")
    if options.linear:
        for bait in BAITS:
            for size in (16_000, 500_000):
                once, grown = growth(recognize, bait, size)
                verdict = "ok" if grown <= 2.3 or once < 0.01 else "ABOVE"
                print(
                    f"{bait[:16]!r:20} {size:8} {once:8.3f} s {grown:5.2f}x {verdict}"
                )


if __name__ == "__main__":
    main()
