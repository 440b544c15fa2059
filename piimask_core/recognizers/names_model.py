"""The weights of the name model: how they lie in a file, and how they score words.

A file is a magic line, the SHA-256 of what follows, and a zlib stream of a header
(JSON, one line), four lists of strings (one a line each) and three arrays of bytes.
Loading it runs nothing that is in it.
"""

import hashlib
import json
import math
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

from piimask_core.errors import RecognizerError

from .names_text import OFFSETS, Word, joint_features, own_features

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

TAGS = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-ORG")
"""Outside, and the first and the further words of each type of entity."""

_MAGIC = b"piimask names 2\n"
_BLOCK = 1_024  # words that are scored at once
_REMEMBERED = 20_000


@dataclass(frozen=True)
class Model:
    """Weights by feature, and the gazetteer that some features are made from."""

    gazetteer: Mapping[str, int]
    plain: frozenset[str]
    """Words that are in no name: a text of nothing else need not be scored."""
    own: Mapping[str, int]
    joint: Mapping[str, int]
    own_weights: "NDArray[np.int8]"
    joint_weights: "NDArray[np.int8]"
    scale: float
    bias: Sequence[float]
    moves: Sequence[Sequence[float]]
    calibration: Sequence[float]
    """Temperature of the scores; slope and shift of the log odds of a chance."""

    @cached_property
    def factors(self) -> "NDArray[np.float64]":
        """``moves`` as what a chance is multiplied by."""
        import numpy as np

        factors: NDArray[np.float64] = np.exp(
            np.array(self.moves, float) / self.calibration[0]
        )
        return factors

    @cached_property
    def _always(self) -> "Floats":
        import numpy as np

        return np.array(self.bias, np.float32)

    def chance(self, chance: float) -> float:
        """How often words with this chance of being in an entity are in one."""
        _, slope, shift = self.calibration
        inside = min(max(chance, 1e-9), 1 - 1e-9)
        odds = math.log(inside / (1 - inside)) * slope + shift
        return 1 / (1 + math.exp(-odds))

    def scores(self, words: Sequence[Word]) -> "Floats":
        """A row for each word, a column for each of ``TAGS``: log odds."""
        import numpy as np

        blocks = []
        joint = joint_features(words)
        for at in range(0, len(words), _BLOCK):
            # two neighbours on each side, which count for those inside
            before, after = max(0, at - 2), min(len(words), at + _BLOCK + 2)
            own = self._own(words[before:after])[at - before :][:_BLOCK]
            blocks.append(own + self._joint(islice(joint, _BLOCK)))
        scores: Floats = np.concatenate(blocks) / np.float32(self.calibration[0])
        return scores

    def _own(self, words: Sequence[Word]) -> "Floats":
        import numpy as np

        rows = [self._rows(word) for word in words]
        summed = self.own_weights[np.array(rows)].sum(axis=1, dtype=np.int32)
        table = summed.reshape(len(words), len(OFFSETS), len(TAGS))
        out = np.zeros((len(words), len(TAGS)), np.float32)
        for column, offset in enumerate(OFFSETS):
            # the neighbour at -1 counts for the word after it
            if offset < 0:
                out[-offset:] += table[:offset, column]
            elif offset:
                out[:-offset] += table[offset:, column]
            else:
                out += table[:, column]
        out *= self.scale
        return out

    def _rows(self, word: Word) -> list[int]:
        """Of a word's own features; those of plain words are remembered, no others."""
        key = word[2:5]
        if (rows := self._seen.get(key)) is not None:
            return rows
        row = self.own.get
        rows = [row(f, 0) for f in own_features(word)]
        if word.lower in self.plain and len(self._seen) < _REMEMBERED:
            self._seen[key] = rows
        return rows

    @cached_property
    def _seen(self) -> dict[tuple[str, str, int], list[int]]:
        return {}

    def _joint(self, features: Iterable[Sequence[str]]) -> "Floats":
        import numpy as np

        row = self.joint.get
        rows = [[row(f, 0) for f in each] for each in features]
        summed = self.joint_weights[np.array(rows)].sum(axis=1, dtype=np.int32)
        scores: Floats = summed * np.float32(self.scale)
        scores += self._always
        return scores


def packed(model: Model) -> bytes:
    """The bytes of a weights file."""
    gazetteer = sorted(model.gazetteer)
    bits = b"".join(model.gazetteer[word].to_bytes(2, "little") for word in gazetteer)
    header = {
        "scale": model.scale,
        "bias": list(model.bias),
        "moves": [list(row) for row in model.moves],
        "calibration": list(model.calibration),
        "sizes": [len(gazetteer), len(model.plain), len(model.own), len(model.joint)],
    }
    plain = sorted(model.plain)
    lines = [json.dumps(header), *gazetteer, *plain, *model.own, *model.joint]
    if any("\n" in line for line in lines):
        raise ValueError("a feature or a word of the gazetteer has a line end")
    arrays = bits + model.own_weights.tobytes() + model.joint_weights.tobytes()
    text = "\n".join(lines).encode()
    body = zlib.compress(len(text).to_bytes(4, "little") + text + arrays, 9)
    return _MAGIC + hashlib.sha256(body).digest() + body


def unpacked(data: bytes) -> Model:
    """The model in a weights file; ``RecognizerError`` if it is damaged."""
    import numpy as np

    start = len(_MAGIC) + 32
    body = data[start:]
    if (
        data[: len(_MAGIC)] != _MAGIC
        or hashlib.sha256(body).digest() != data[len(_MAGIC) : start]
    ):
        raise RecognizerError(
            "the weights of the name model are damaged: install the package again"
        )
    raw = zlib.decompress(body)
    end = 4 + int.from_bytes(raw[:4], "little")
    lines = iter(raw[4:end].decode().split("\n"))
    header: dict[str, Any] = json.loads(next(lines))
    words, plain, own, joint = header.pop("sizes")
    own_size, joint_size = (own + 1) * len(OFFSETS) * len(TAGS), (joint + 1) * len(TAGS)
    bits = np.frombuffer(raw, "<u2", words, end).tolist()
    at = end + 2 * words
    return Model(
        gazetteer=dict(zip(islice(lines, words), bits, strict=True)),
        plain=frozenset(islice(lines, plain)),
        own={f: row for row, f in enumerate(islice(lines, own), 1)},
        joint={f: row for row, f in enumerate(lines, 1)},
        own_weights=np.frombuffer(raw, np.int8, own_size, at).reshape(own + 1, -1),
        joint_weights=np.frombuffer(raw, np.int8, joint_size, at + own_size).reshape(
            joint + 1, -1
        ),
        **header,
    )
