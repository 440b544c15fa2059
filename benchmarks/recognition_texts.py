"""The texts to measure on: labelled sets of a folder, and made-up ones."""

import unicodedata
from functools import cache
from pathlib import Path
from random import Random

from piimask_core import Entity
from piimask_core.entities import label_of
from piimask_core.evaluate import Example, read_jsonl

SOFT = ("AGE", "DATE", "LOCATION", "NRP", "ORG", "SHORT_ID", "TITLE", "URL", "ZIP")
"""Types that tell little of a person: not required, and not wrong in a decoy."""
CHAT = ("multidogo", "sgd", "support_synth")

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
    return Random(seed)


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
            if (not row.labels if clean else any(map(counts, row.labels)))
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


def counts(label: Entity) -> bool:
    return label_of(label.type) not in (*SOFT, "IGNORE")


ODD = (
    *"\u200b\u00ad\u00a0\u2009\u202e\ufeff\u0130\u017f\u212a\u0301\u2013",
    "\U0001f600",
)
DIGITS = {zero: int(zero, 16) for zero in ("660", "966", "ff10", "1d7ce")}


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
