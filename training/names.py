"""Trains the embedded name model: ``python -m training.names --data DIR``.

DIR holds the labelled text that ``docs/names-model-card.md`` names. Prints the figures
and writes the weights file of the package. The same data give the same weights.

Two models that each learn from one half of the mail and the talk are judged on the
other half; that gives the figures and the calibration. The last model learns from all
and is written.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pycrfsuite

from piimask_core.entities import Entity
from piimask_core.recognizers import names_text as bits
from piimask_core.recognizers.names import WEIGHTS
from piimask_core.recognizers.names_model import TAGS, Model, packed
from piimask_core.recognizers.names_text import (
    OFFSETS,
    OWN_AT,
    Word,
    joint_features,
    own_features,
    words_of,
)

from . import chat, lists
from .corpus import Message, joined, read, varied
from .figures import calibrated, report
from .figures import found as found_in
from .gazetteer import Forgetful, Sources, gazetteer, sources
from .plain import plain_words

CORPORA = {
    "wnut17": 1.0,
    "btc": 1.0,
    "wikigold_a": 1.0,
    "assist": 1.0,
    "sec": 0.5,
    "crossner": 1.0,
}
"""Which share of a corpus is used: contracts and encyclopedias are not our text."""

CHAT = 40_000
EPOCHS = 10
FORGET = 0.3
KEPT = 600_000
"""How many weights are kept; the file grows with it."""


def features(words: Sequence[Word]) -> list[list[str]]:
    """What crfsuite sees of each word: names of features with their offset."""
    own = [own_features(word) for word in words]
    rows = list(joint_features(words))
    for at, row in enumerate(rows):
        row.append("bias")
        for offset in OFFSETS:
            if 0 <= at + offset < len(words):
                row += [
                    f"{offset}{feature}"
                    for feature in own[at + offset]
                    if offset in OWN_AT.get(feature[0], (0,))
                ]
    return rows


def tags(words: Sequence[Word], message: Message) -> list[str]:
    """For each word whether an entity begins or goes on there."""
    found = ["O"] * len(words)
    for start, end, label in message.spans:
        prefix = "B"
        for at, word in enumerate(words):
            if word.start < end and start < word.end and word.shape not in "¶":
                found[at] = f"{prefix}-{label}"
                prefix = "I"
    return found


def texts(data: Path, found: Sources) -> Iterator[Message]:
    """All messages that every model learns from."""
    rng = random.Random(7)
    templates = [
        line
        for line in (data / "ner" / "templates.txt").read_text("utf-8").splitlines()
        if line.strip() and "@{f}" not in line
    ]
    templates += [line for line in lists.TEMPLATES.splitlines() if line]
    for name, share in CORPORA.items():
        rows = read(data / "ner" / "train" / f"{name}.jsonl")
        for message in joined(rows[: int(len(rows) * share)], 1):
            yield varied(message, rng)
    for message in chat.messages(templates, found, CHAT, 2):
        yield varied(message, rng, lower=0.35)


Sequences = Sequence[tuple["pycrfsuite.ItemSequence", list[str]]]


def sequences(rows: Iterable[Message], table: dict[str, int]) -> Sequences:
    """Features and tags of messages, as crfsuite takes them."""
    known = Forgetful(table, FORGET)
    made = []
    for at, message in enumerate(rows):
        known.forget(at * 7_919)
        words = words_of(message.text, known)
        if words:
            items = pycrfsuite.ItemSequence(features(words))
            made.append((items, tags(words, message)))
    return made


def trained(rows: Sequences, table: dict[str, int]) -> Model:
    """An averaged perceptron over a linear chain, with its weights in a byte each."""
    trainer = pycrfsuite.Trainer(algorithm="ap", verbose=False)
    for items, labels in random.Random(0).sample(rows, len(rows)):
        trainer.append(items, labels)
    trainer.set_params({"max_iterations": EPOCHS, "feature.minfreq": 2})
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "model")
        trainer.train(path)
        tagger = pycrfsuite.Tagger()
        tagger.open(path)
        info = tagger.info()
        tagger.close()
    return quantized(info.state_features, info.transitions, table)


def quantized(
    state: dict[tuple[str, str], float],
    moves: dict[tuple[str, str], float],
    table: dict[str, int],
) -> Model:
    """The heaviest weights, in bytes."""
    index = {tag: at for at, tag in enumerate(TAGS)}
    bias = [0.0] * len(TAGS)
    plain = []
    for (feature, tag), weight in state.items():
        if feature == "bias":
            bias[index[tag]] = weight
        else:
            plain.append((abs(weight), feature, index[tag], weight))
    plain.sort(reverse=True)
    heavy = plain[:KEPT]
    scale = heavy[0][0] / 127
    own: dict[str, dict[int, int]] = {}
    joint: dict[str, dict[int, int]] = {}
    for _, feature, to, weight in heavy:
        value = round(weight / scale)
        if not value:
            continue
        cut = 2 if feature[0] == "-" else 1
        if feature[0] in "-012":
            column = OFFSETS.index(int(feature[:cut])) * len(TAGS) + to
            own.setdefault(feature[cut:], {})[column] = value
        else:
            joint.setdefault(feature, {})[to] = value
    return Model(
        gazetteer=table,
        plain=frozenset(),
        own={f: at for at, f in enumerate(sorted(own), 1)},
        joint={f: at for at, f in enumerate(sorted(joint), 1)},
        own_weights=_matrix(own, len(OFFSETS) * len(TAGS)),
        joint_weights=_matrix(joint, len(TAGS)),
        scale=scale,
        bias=bias,
        moves=[[moves.get((a, b), _never(a, b)) for b in TAGS] for a in TAGS],
        calibration=(25.0, 1.0, 0.0),
    )


def _never(before: str, after: str) -> float:
    """An inner word follows only words of its own type."""
    return -1_000.0 if after[0] == "I" and before[1:] != after[1:] else 0.0


def _matrix(
    rows: dict[str, dict[int, int]], width: int
) -> "np.ndarray[tuple[int, int], np.dtype[np.int8]]":
    matrix = np.zeros((len(rows) + 1, width), np.int8)
    for at, feature in enumerate(sorted(rows), 1):
        for column, value in rows[feature].items():
            matrix[at, column] = value
    return matrix


def main(argv: Sequence[str] | None = None) -> None:
    """Trains, prints figures, writes the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument(
        "--folds", type=Path, help="where to keep the two models that are judged"
    )
    given = parser.parse_args(argv)
    began = time.monotonic()

    def say(*what: object) -> None:
        print(f"[{time.monotonic() - began:4.0f} s]", *what, flush=True)  # noqa: T201

    found = sources()
    table = gazetteer(found)
    shared = list(texts(given.data, found))
    common = sequences(shared, table)
    words = sum(len(labels) for _, labels in common)
    say(f"{len(table)} words in the gazetteer; {len(common)} messages, {words} words")

    def learned(rows: Sequence[Message]) -> Model:
        model = trained([*common, *sequences(ours(rows), table)], table)
        return replace(model, plain=plain_words([*shared, *rows], table))

    mail = read(given.data / "uner_ewt.dev.jsonl")
    talk = read(given.data / "multidogo.dev.jsonl")
    held: dict[str, list[tuple[Model, Sequence[Message]]]] = {"mail": [], "talk": []}
    for fold in (0, 1):
        learn = [m for m in mail if m.fold != fold]
        learn += trusted([m for m in talk if m.fold != fold], table)
        model = learned(learn)
        held["mail"].append((model, [m for m in mail if m.fold == fold]))
        held["talk"].append((model, [m for m in talk if m.fold == fold]))
        say(f"fold {fold}: {len(packed(model))} bytes")
    calibration = calibrated(held["mail"])
    say("calibration:", calibration)

    def both(name: str) -> list[tuple[Message, Sequence[Entity]]]:
        return [
            pair
            for model, rows in held[name]
            for pair in found_in(replace(model, calibration=calibration), rows)
        ]

    report("uner_ewt, not learned from,", both("mail"), say)
    report("multidogo, not learned from,", both("talk"), say)
    for fold, (model, _) in enumerate(held["mail"] if given.folds else ()):
        given.folds.mkdir(exist_ok=True)
        kept = packed(replace(model, calibration=calibration))
        (given.folds / f"fold{fold}.bin").write_bytes(kept)
    model = replace(learned(mail + trusted(talk, table)), calibration=calibration)
    given.weights.write_bytes(packed(model))
    say(f"written: {given.weights.stat().st_size} bytes")
    for path in sorted((given.data / "ner" / "test").glob("*.jsonl")):
        report(path.stem, found_in(model, read(path)), say)


def ours(rows: Sequence[Message]) -> Iterator[Message]:
    """Text of the kind that we read in the end: as it is, and once more otherwise."""
    rng = random.Random(11)
    yield from joined(list(rows), 3)
    for message in rows:
        yield varied(message, rng)


def trusted(rows: Sequence[Message], table: dict[str, int]) -> list[Message]:
    """Rows of slots: those with a person, and those without anything like a name.

    Slots label what a customer was asked for. The names of agents, cities and
    companies around them are not labelled; to learn from these is to learn to miss.
    """
    named = bits.FIRST | bits.LAST | bits.PLACE | bits.COUNTRY | bits.COMPANY
    return [
        row
        for row in rows
        if any(label == "PER" for *_, label in row.spans)
        or not any(
            word.bits & named and not word.bits & bits.COMMON
            for word in words_of(row.text, table)
        )
    ]


if __name__ == "__main__":
    main(sys.argv[1:])
