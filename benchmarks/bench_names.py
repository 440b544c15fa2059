"""Are names found, what leaks, what does it cost? Every goal beside its figure.

    pip install -e ".[training]"
    python -m training.names --data DIR --folds FOLDS      makes FOLDS, half an hour
    python benchmarks/bench_names.py --corpora DIR --folds FOLDS
    python benchmarks/bench_names.py --only speed

DIR (or the variable EVALPII_DATA) holds labelled text as ``NAME.PART.jsonl``. FOLDS
holds two models that each learned from one half of UNER and MultiDoGO; a row of these
two sets is read by the model that has not seen it. The other sets nobody learned from
are read by the default recognizer as it is shipped.

Leaked, false alarm: as in ``piimask_core.evaluate``. Times are processor time, medians
over texts that are each new; the load is that of a fresh process.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import cycle, pairwise
from pathlib import Path
from statistics import mean, median
from time import process_time
from zlib import crc32

from recognition_goals import Goals
from recognition_texts import SOFT, Corpora, dice, personal

from piimask_core import Entity, Masker, MemoryVault, Recognizer
from piimask_core.entities import label_of, resolve
from piimask_core.evaluate import (
    THRESHOLD,
    Example,
    Figures,
    Share,
    evaluate,
    wilson,
)
from piimask_core.recognizers import default_recognizer
from piimask_core.recognizers.names import WEIGHTS, entities_in, names
from piimask_core.recognizers.names_gate import may_hold_name
from piimask_core.recognizers.names_model import Model, unpacked
from piimask_core.recognizers.names_text import (
    COUNTRY,
    FIRST,
    FIRST_RARE,
    LAST,
    LAST_RARE,
    PLACE,
    PLACE_PART,
)
from piimask_core.tuning import TUNINGS
from training.corpus import fold_of

PARTS = ("leaks", "strict", "alarms", "harder", "gate", "speed")
LEAKED = (
    ("support_synth", 0.03),
    ("sgd", 0.05),
    ("synth_v2", 0.10),
    ("gen_large", 0.10),
    ("adversarial", 0.10),
)
RECALL = TUNINGS["recall"].of("PERSON")
"""The threshold of who wants few leaks; a masker's own is the balanced one."""
STRICT = 0.5
"""Where entities are most often cut exactly right."""
NAMES = ("PERSON", "LOCATION", "ORG")
NAMED = FIRST | FIRST_RARE | LAST | LAST_RARE | PLACE | PLACE_PART | COUNTRY

Found = Sequence[tuple[Example, Sequence[Entity]]]


class Folds:
    """Two models, and which of them has not seen a row."""

    def __init__(self, folder: Path) -> None:
        paths = [folder / f"fold{fold}.bin" for fold in (0, 1)]
        self.models = [unpacked(path.read_bytes()) for path in paths]
        self._whole = [default_recognizer(names=names(path)) for path in paths]

    @staticmethod
    def of(row: Example) -> int:
        return fold_of(row.group.partition(" ")[2])

    def recognizer(self, rows: Sequence[Example]) -> Recognizer:
        """For these rows, in this order."""
        which = cycle([self.of(row) for row in rows])
        return lambda text: self._whole[next(which)](text)

    def found(self, rows: Sequence[Example]) -> Found:
        """What the models alone say, whatever it scores."""
        return [(row, _read(self.models[self.of(row)], row.text)) for row in rows]


def _read(model: Model, text: str) -> list[Entity]:
    if not may_hold_name(text, model.plain):
        return []
    return [
        Entity(label_of(e.type), e.start, e.end, e.score)
        for e in entities_in(model, text)
    ]


def required(rows: Iterable[Example]) -> list[str]:
    """The labelled types that must not leak."""
    labels = {label_of(label.type) for row in rows for label in row.labels}
    return sorted(labels - {*SOFT, "IGNORE"})


# --- What leaks ---------------------------------------------------------------------


def leaks(corpora: Corpora, folds: Folds | None, goals: Goals) -> None:
    """Leaked values with default settings."""
    goals.head("Leaked values, all types [95 %]")
    for name, most in LEAKED:
        if rows := corpora.read(name):
            kinds = required(rows)
            report = evaluate(default_recognizer(), rows, only_types=kinds)
            _share(goals, name, report.total.leaked, most)
            if "PERSON" in report.types:
                leaked = report.types["PERSON"].leaked
                print(f"    of these PERSON: {leaked} of {leaked.of}")
        else:
            goals.skip(name, "not there: give --corpora or EVALPII_DATA")
    rows = corpora.read("multidogo")
    if folds and rows:
        types = evaluate(folds.recognizer(rows), rows, only_types=required(rows)).types
        _share(goals, "multidogo, two-fold: PERSON", types["PERSON"].leaked, 0.04)
        _share(goals, "multidogo, two-fold: ADDRESS", types["ADDRESS"].leaked, 0.15)
    else:
        goals.skip("multidogo, two-fold", "give --corpora and --folds")
    rows = corpora.read("uner_ewt")
    if folds and rows:
        for what, threshold, most in (
            ("balanced", THRESHOLD, 0.05),
            ("recall", RECALL, 0.02),
        ):
            leaked = _people(folds.recognizer(rows), rows, threshold).leaked
            upper = wilson(leaked.count / leaked.of, leaked.of)[1]
            goals.say(
                f"uner_ewt, two-fold: PERSON, {what} ({threshold}), Wilson's upper end",
                f"{leaked.count} of {leaked.of}: {upper:.3f}",
                f"<= {most:.3f}",
                upper <= most,
            )
    else:
        goals.skip("uner_ewt, two-fold", "give --corpora and --folds")


def _people(finder: Recognizer, rows: Sequence[Example], threshold: float) -> Figures:
    report = evaluate(finder, rows, only_types=("PERSON",), threshold=threshold)
    return report.types["PERSON"]


def _share(goals: Goals, what: str, share: Share, most: float) -> None:
    is_met = share.value is not None and share.value <= most
    goals.say(f"{what} ({share.of} values)", str(share), f"<= {most:.3f}", is_met)


# --- Spans and scores ---------------------------------------------------------------


def strict(corpora: Corpora, folds: Folds | None, goals: Goals) -> None:
    """Strict F, leaks at an over-mask budget, calibration: the model alone."""
    goals.head("UNER English-EWT, two-fold, the model alone")
    rows = corpora.read("uner_ewt")
    if not (folds and rows):
        goals.skip("uner_ewt", "give --corpora and --folds")
        return
    found = folds.found(rows)
    for threshold in (THRESHOLD, STRICT):
        for what, kinds, least in (("PERSON", NAMES[:1], 80.0), ("all", NAMES, 69.0)):
            f = 100 * f_score(found, kinds, threshold)
            said = f"strict F, {what}, from {threshold}"
            goals.say(said, f"{f:.1f}", f">= {least}", f >= least)
    for what, kinds, most in (("PERSON", NAMES[:1], 0.02), ("all", NAMES, 0.09)):
        leak = leak_at(found, kinds, 0.03)
        said = f"leaked characters at 3 % over-mask, {what}"
        goals.say(said, f"{leak:.3f}", f"<= {most}", leak <= most)
    error, bins = calibration(found)
    what = f"calibration error, {bins} bins of >= 200 spans"
    goals.say(what, f"{error:.3f}", "<= 0.05", error <= 0.05 and bins >= 6)


def f_score(found: Found, kinds: Sequence[str], threshold: float) -> float:
    """Of entities found with exactly their place and type."""
    both = mine = true = 0
    for row, entities in found:
        told = {
            (e.type, e.start, e.end)
            for e in entities
            if e.score >= threshold and e.type in kinds
        }
        meant = {
            (label_of(each.type), each.start, each.end)
            for each in row.labels
            if label_of(each.type) in kinds
        }
        both += len(told & meant)
        mine += len(told)
        true += len(meant)
    return 2 * both / max(1, mine + true)


def leak_at(found: Found, kinds: Sequence[str], budget: float) -> float:
    """The share of the types' characters left, at the lowest threshold at which no
    more than so many of the other characters are covered."""
    left: list[float] = []
    for step in range(1, 100):
        lost = of = over = others = 0
        for row, entities in found:
            cover, wanted = (
                {at for e in each for at in range(e.start, e.end)}
                for each in (
                    [e for e in entities if e.score >= step / 100],
                    [e for e in row.labels if label_of(e.type) in kinds],
                )
            )
            any_label = {at for e in row.labels for at in range(e.start, e.end)}
            lost += len(wanted - cover)
            of += len(wanted)
            over += len(cover - any_label)
            others += len(row.text) - len(any_label)
        if over <= budget * others:
            left.append(lost / of)
    return min(left, default=1.0)


def calibration(found: Found, size: int = 200) -> tuple[float, int]:
    """Mean distance of a score from the share that touches an entity, by bins of so
    many spans of like score; and how many bins there are."""
    judged = sorted(
        (e.score, any(a.start < e.end and e.start < a.end for a in row.labels))
        for row, entities in found
        for e in entities
    )
    count = len(judged) // size
    cuts = [len(judged) * at // count for at in range(count + 1)] if count else []
    error = 0.0
    for begin, end in pairwise(cuts):
        here = judged[begin:end]
        error += abs(sum(score - right for score, right in here))
    return error / max(1, len(judged)), count


# --- False alarms -------------------------------------------------------------------


def alarms(corpora: Corpora, folds: Folds | None, goals: Goals) -> None:
    """Clean messages in which something of a labelled type is found."""
    goals.head("False alarms on clean messages, balanced")
    for name in ("multidogo", "sgd"):
        rows = corpora.read(name)
        if not rows or (name == "multidogo" and not folds):
            goals.skip(name, "give --corpora and --folds")
            continue
        # a label to be ignored, and nothing else, leaves a message clean
        kinds = {label_of(each.type) for row in rows for each in row.labels}
        judged = kinds - {"IGNORE", "SHORT_ID"}
        if name == "multidogo":  # hardly labels them
            judged -= set(SOFT)
        clean = [
            row
            for row in rows
            if {label_of(each.type) for each in row.labels} <= {"IGNORE"}
        ]
        finder = folds.recognizer(clean) if folds else default_recognizer()
        if name == "sgd":
            finder = default_recognizer()
        wrong = [(row, bad) for row in clean if (bad := _alarms(finder, row, judged))]
        share = len(wrong) / len(clean)
        what = f"{name} ({len(clean)} messages)"
        goals.say(what, f"{share:.4f}", "<= 0.03", share <= 0.03)
        model = folds.models[0] if folds else unpacked(WEIGHTS.read_bytes())
        real = sum(any(_is_listed(model, row, e) for e in bad) for row, bad in wrong)
        print(
            f"    in {real} of {len(wrong)} stands a listed first name which the set"
            f" does not label; without these {(len(wrong) - real) / len(clean):.4f}"
        )


def _alarms(finder: Recognizer, row: Example, judged: Iterable[str]) -> list[Entity]:
    told = [e for e in finder(row.text) if e.score >= THRESHOLD]
    return [
        e
        for e in resolve(row.text, told)
        if label_of(e.type) in judged
        and not any(a.start < e.end and e.start < a.end for a in row.labels)
    ]


def _is_listed(model: Model, row: Example, entity: Entity) -> bool:
    words = row.text[entity.start : entity.end].lower().split()
    return entity.type == "PERSON" and any(
        model.gazetteer.get(word, 0) & FIRST and word not in model.plain
        for word in words
    )


# --- Harder texts -------------------------------------------------------------------

ELSEWHERE = (
    *("Adaeze Okonkwo", "Kwabena Asante", "Thandiwe Dlamini", "Wanjiru Kamau"),
    *("Lakshmi Venkataraman", "Gurpreet Bajwa", "Nirmala Chaudhary", "Anjana Pillai"),
    *("Nguyen Thi Linh", "Zhang Weimin", "Xiuying Cao", "Siti Rahmawati"),
    *("Haruka Matsuda", "Jihoon Bae", "Batbayar Erdene", "Malia Kealoha"),
    *("Zainab al-Haddad", "Yusuf Karimov", "Reza Farhadi", "Noor Jaffri"),
    *("Itzel Xochitl Moreno", "Yamileth Quispe", "Aydin Oezdemir", "Eleni Papadaki"),
)
ASKED = (
    "My name is {}.",
    "hi, this is {} and i need help with my order",
    "{} has signed the contract on Monday.",
    "Please forward the invoice to {}, thanks",
    "Kind regards,\n{}",
    "{}",
)


def harder(corpora: Corpora, folds: Folds | None, goals: Goals) -> None:
    """Figures without a goal: lower case, fewer lists, names from elsewhere."""
    print("\nHarder texts (no goals), balanced")
    rows = corpora.read("uner_ewt")
    if folds and rows:
        whole = folds.models
        _say_harder("UNER, two-fold, as it is", folds.found(rows))
        lower = [replace(row, text=_lowered(row.text)) for row in rows]
        _say_harder("UNER, two-fold, in lower case", folds.found(lower))
        folds.models = [replace(m, gazetteer=_fewer(m.gazetteer)) for m in whole]
        _say_harder("UNER, two-fold, 70 % of the gazetteer", folds.found(rows))
        folds.models = whole
    else:
        goals.skip("uner_ewt", "give --corpora and --folds")
    for what, change in (("as it is", str), ("in lower case", str.lower)):
        made = [
            Example(change(line), (Entity("PERSON", at, at + len(name)),))
            for name in ELSEWHERE
            for asked in ASKED
            if (at := asked.find("{}")) >= 0 and (line := asked.format(name))
        ]
        leaked = _people(default_recognizer(), made, THRESHOLD).leaked
        print(f"{f'names from elsewhere, {what}':<58} leaked {leaked}")


def _say_harder(what: str, found: Found) -> None:
    f = 100 * f_score(found, NAMES[:1], THRESHOLD)
    rows = [row for row, _ in found]
    told = iter([entities for _, entities in found])
    leaked = _people(lambda _: next(told), rows, THRESHOLD).leaked
    print(f"{what:<58} PERSON leaked {leaked}, strict F {f:.1f}")


def _lowered(text: str) -> str:
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _fewer(table: Mapping[str, int]) -> dict[str, int]:
    """Seven of ten names; all that is known of other words."""
    return {
        word: bits & ~NAMED if bits & NAMED and crc32(word.encode()) % 10 > 6 else bits
        for word, bits in table.items()
    }


# --- The gate -----------------------------------------------------------------------


def gate(corpora: Corpora, folds: Folds | None, goals: Goals) -> None:
    """Which messages are not read for names, and what stands in them."""
    goals.head("The gate of names")
    for name in ("multidogo", "uner_ewt"):
        rows = corpora.read(name)
        if not (folds and rows):
            goals.skip(name, "give --corpora and --folds")
            continue
        skipped = [
            row
            for row in rows
            if not may_hold_name(row.text, folds.models[folds.of(row)].plain)
        ]
        clean = [row for row in rows if not row.labels]
        share = sum(not row.labels for row in skipped) / len(clean)
        if name == "multidogo":
            what = f"{name}: clean messages that skip the model"
            goals.say(what, f"{share:.3f}", ">= 0.600", share >= 0.6)
        else:
            print(f"{name}: clean messages that skip the model: {share:.3f}")
        lost = sum(_named(row) for row in skipped)
        total = sum(map(_named, rows))
        loss = lost / total
        what = f"{name}: entities in what is skipped"
        figure = f"{lost} of {total}: {loss:.4f}"
        goals.say(what, figure, "<= 0.005", loss <= 0.005)


def _named(row: Example) -> int:
    return sum(label_of(each.type) in NAMES for each in row.labels)


# --- Time ---------------------------------------------------------------------------

LOAD = """
import time, numpy
from piimask_core.recognizers.names import names
began = time.process_time()
names()("My name is Laura Whitfield.")
print(time.process_time() - began)
"""
LINES = (
    "hi, {} here, could you tell me when the parcel that i ordered last week will"
    " arrive at our office in {} because nobody answered me so far",
    "My colleague {} asked me to change the delivery address of our last order, since"
    " the office moved to {} in March, can you do that for us",
)
FIRSTS = ("Laura", "Priya", "Kwame", "Hiroshi", "Sofia", "Daniel", "Amara", "Ivan")
LASTS = ("Whitfield", "Raghunathan", "Mensah", "Tanaka", "Lindqvist", "Petrova")
CITIES = ("Boston", "Leeds", "Chicago", "Madrid", "Osaka", "Lagos", "Denver")


def speed(corpora: Corpora, folds: Folds | None, goals: Goals) -> None:
    """Size, load, one message, many, and the mix that an app sees."""
    goals.head("Cost of names")
    size = WEIGHTS.stat().st_size / 1e6
    goals.say("weights with the gazetteer", f"{size:.2f} MB", "<= 4 MB", size <= 4)
    loads = [float(_fresh(LOAD)) for _ in range(5)]
    load = median(loads)
    goals.say("load, with numpy there", f"{load:.3f} s", "<= 0.25 s", load <= 0.25)
    chance = dice(5)

    def made() -> str:
        who = f"{chance.choice(FIRSTS)} {chance.choice(LASTS)}"
        return chance.choice(LINES).format(who, chance.choice(CITIES))

    read = names()
    texts = [made() for _ in range(2_000)]
    single = _each(read, texts[:1_000])
    words = mean(len(text.split()) for text in texts)
    what = f"a message of {words:.0f} words, with names in it, p50"
    goals.say(what, f"{single:.3f} ms", "<= 0.5 ms", single <= 0.5)
    began = process_time()
    for text in texts[1_000:]:
        read(text)
    batch = (process_time() - began) * 1_000 / 1_000
    goals.say(
        "a batch of 1,000, per message",
        f"{batch:.3f} ms",
        f"<= {single / 2:.3f} ms",
        batch <= single / 2,
    )
    clean = corpora.messages(clean=True, count=1_880)
    mix = [*clean, *(personal(chance) for _ in range(len(clean) * 6 // 94))]
    chance.shuffle(mix)
    masker = Masker(vault=MemoryVault())
    registry = masker.registry("bench")
    masker.mask("My name is Laura Whitfield, call 212-555-0143", registry)
    began = process_time()
    for text in mix:
        masker.mask(text, registry)
    cost = (process_time() - began) * 1_000 / len(mix)
    what = f"94/6 mix of {len(mix)}, masked, mean"
    goals.say(what, f"{cost:.3f} ms", "<= 0.3 ms", cost <= 0.3)


def _each(read: Callable[[str], object], texts: Iterable[str]) -> float:
    return median(_times(read, texts)) * 1_000


def _times(read: Callable[[str], object], texts: Iterable[str]) -> Iterator[float]:
    for text in texts:
        began = process_time()
        read(text)
        yield process_time() - began


@cache
def _environment() -> dict[str, str]:
    return dict(os.environ, PYTHONPATH=str(Path(__file__).parents[1]))


def _fresh(code: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own interpreter and code
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=_environment(),
    )
    return done.stdout


def main(argv: Sequence[str] | None = None) -> int:
    """Prints each goal and its figure; 1 if one is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", default=os.environ.get("EVALPII_DATA"))
    parser.add_argument("--part", default="dev")
    parser.add_argument("--folds", type=Path)
    parser.add_argument("--only", choices=PARTS, action="append")
    given = parser.parse_args(argv)
    corpora, goals = Corpora(given.corpora, given.part), Goals()
    folds = Folds(given.folds) if given.folds else None
    for part in given.only or PARTS:
        globals()[part](corpora, folds, goals)
    print(
        f"\n{goals.met} met, {len(goals.missed)} missed, {len(goals.unknown)} unknown"
    )
    return bool(goals.missed)


if __name__ == "__main__":
    sys.exit(main())
