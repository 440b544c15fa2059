"""Made-up messages: templates filled with names, places, companies and numbers."""

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate

from . import lists
from .corpus import Message, concat
from .gazetteer import Sources

_SLOT = re.compile(r"\{(\w+)\}")
KINDS = {"n": "PER", "f": "PER", "l": "PER", "p": "PER", "o": "ORG"}
KINDS |= {"c": "LOC", "g": "LOC", "s": "LOC", "state": "LOC"}
ADDRESS = "{s}, {c}, {state} {zip}"

LOCALES = {"census": 30, "own": 26, "en_IN": 10, "en_GB": 5, "es_MX": 3, "es": 2}
"""How often a name is from a list; of every other list, once."""


def _lines(block: str) -> list[str]:
    return [each.strip() for each in re.split(r"[|\n]", block) if each.strip()]


class Weighted:
    """Draws from a list by weight."""

    def __init__(self, items: Counter[str]) -> None:
        self.items = list(items)
        self.sums = list(accumulate(max(1, n) for n in items.values()))

    def draw(self, rng: random.Random) -> str:
        """One of them."""
        return rng.choices(self.items, cum_weights=self.sums)[0]


class Filler:
    """Fills templates; the same random numbers give the same messages."""

    def __init__(self, sources: Sources, rng: random.Random) -> None:
        self.rng = rng
        self.firsts = {k: Weighted(v) for k, v in sources.firsts.items()}
        self.lasts = {k: Weighted(v) for k, v in sources.lasts.items()}
        self.locales = list(self.firsts)
        self.shares = [LOCALES.get(k, 1) for k in self.locales]
        self.cities = Weighted(Counter({c: n**0.5 for c, n in sources.cities.items()}))
        self.countries = sources.countries
        self.sounds = _sounds([*sources.firsts["own"], *sources.lasts["own"]])
        self.ambiguous = [w.title() for w in lists.WORDS_THAT_NAME_TOO.split()]

    def _made_up(self) -> str:
        """A name that is in no list, but sounds like one."""
        name, state = "", "^^"
        while len(name) < 14:
            letter = self.rng.choice(self.sounds.get(state, "$"))
            if letter == "$":
                break
            name, state = name + letter, state[1] + letter
        return name.capitalize() if len(name) > 2 else self._first()

    def _first(self, locale: str = "") -> str:
        chance = self.rng.random()
        if chance < 0.05:
            return self.rng.choice(self.ambiguous)
        if chance < 0.15:
            return self._made_up()
        return self.firsts[locale or self._locale()].draw(self.rng)

    def _last(self, locale: str = "") -> str:
        chance = self.rng.random()
        if chance < 0.03:
            return self.rng.choice(self.ambiguous)
        if chance < 0.13:
            return self._made_up()
        last = self.lasts[locale or self._locale()].draw(self.rng)
        if self.rng.random() < 0.03:
            last += "-" + self.lasts["census"].draw(self.rng)
        return last

    def _locale(self) -> str:
        return self.rng.choices(self.locales, self.shares)[0]

    def _full(self) -> str:
        locale = self._locale()
        first, last = self._first(locale), self._last(locale)
        shape = self.rng.random()
        if shape < 0.08:
            return f"{first} {self.rng.choice('ABCDEFGHJKLMPRSTW')}. {last}"
        if shape < 0.10:
            return f"{first} {self.rng.choice('ABCDEFGHJKLMPRSTW')} {last}"
        if shape < 0.13:
            return f"{first[0]}. {last}"
        if shape < 0.16:
            return f"{first} {self._first(locale)} {last}"
        if shape < 0.18:
            return f"{last}, {first}"
        if shape < 0.21:
            return f"{first} {last[0]}"
        if shape < 0.23:
            return f"{first} {last}{self.rng.choice(_DEGREES)}"
        return f"{first} {last}"

    def _company(self) -> str:
        rng = self.rng
        chance = rng.random()
        if chance < 0.45:
            return rng.choice(_COMPANIES)
        if chance < 0.6:
            stem = self._last()
        elif chance < 0.75:
            stem = self.cities.draw(rng)
        else:
            stem = rng.choice(_STEMS)
        if chance < 0.5:
            return f"{stem} and {self._last()}"
        return f"{stem} {rng.choice(_ENDS)}"

    def _street(self) -> str:
        rng = self.rng
        stem = rng.choice(_STREET_STEMS) if rng.random() < 0.7 else self._last()
        return f"{rng.randint(1, 9999)} {stem} {rng.choice(_STREETS)}"

    def value(self, slot: str) -> str:
        """What may stand for a slot."""
        rng = self.rng
        match slot:
            case "n":
                return self._full()
            case "f":
                return self._first()
            case "l":
                return self._last()
            case "p":
                name = self._full() if rng.random() < 0.5 else self._first()
                return name.lower() if rng.random() < 0.6 else name
            case "o":
                return self._company()
            case "c":
                return self.cities.draw(rng)
            case "g":
                return rng.choice(self.countries)
            case "s":
                return self._street()
            case "state":
                return rng.choice(lists.STATES.split())
            case "post":
                area = rng.choice(lists.POSTCODES.split()) + str(rng.randint(1, 20))
                inner = (
                    f"{rng.randint(1, 9)}{rng.choice('ABDEFGHJ')}{rng.choice('LNPQRS')}"
                )
                return area if rng.random() < 0.3 else f"{area} {inner}"
            case "zip":
                return str(rng.randint(10_000, 99_999))
            case "num":
                return rng.choice(("#", "", "", "ORD-", "A")) + str(
                    rng.randint(100, 99_999_999)
                )
            case "m":
                return f"${rng.randint(5, 90_000):,}"
            case "d":
                return rng.choice(
                    (
                        f"{rng.randint(1, 12)}/{rng.randint(1, 28)}/2026",
                        f"{rng.choice(_MONTHS)} {rng.randint(1, 28)}",
                        f"{rng.randint(1, 28)} {rng.choice(_MONTHS)}",
                        rng.choice(_DAYS),
                    )
                )
            case "t":
                return f"{rng.randint(1, 12)}:{rng.choice(('00', '15', '30'))} pm"
            case "age":
                return str(rng.randint(2, 90))
            case "ph":
                digits = rng.randint(2_000_000_000, 9_999_999_999)
                dashed = (
                    f"{digits}"[:3] + "-" + f"{digits}"[3:6] + "-" + f"{digits}"[6:]
                )
                return rng.choice((str(digits), dashed))
            case "e":
                name = self._first().lower().replace(" ", "")
                return f"{name}{rng.randint(1, 99)}@{rng.choice(_MAILS)}"
            case _:
                return rng.choice(_WORDS[slot])

    def fill(self, template: str) -> Message:
        """A message from a template such as ``Hi {f}, can you {task}?``."""
        text, spans, at = "", [], 0
        template = template.replace("\\n", "\n").replace("{a}", ADDRESS)
        for slot in _SLOT.finditer(template):
            text += template[at : slot.start()]
            value = self.value(slot[1])
            if slot[1] in KINDS:
                spans.append((len(text), len(text) + len(value), KINDS[slot[1]]))
            text += value
            at = slot.end()
        return Message(text + template[at:], tuple(spans))


_DEGREES = (
    ", MD",
    " MD",
    ", M.D.",
    " DDS",
    " DVM",
    " PhD",
    ", Ph.D.",
    " Jr.",
    " Sr.",
    " III",
)
_COMPANIES, _ENDS = _lines(lists.COMPANIES), _lines(lists.COMPANY_ENDS)
_STEMS, _STREET_STEMS = _lines(lists.COMPANY_STEMS), _lines(lists.STREET_STEMS)
_STREETS, _MONTHS, _DAYS = (
    block.split() for block in (lists.STREETS, lists.MONTHS, lists.DAYS)
)
_MAILS = ("example.com", "gmail.com", "yahoo.com", "outlook.com", "mail.example.org")
_WORDS = {
    "gr": _lines(lists.GREETINGS),
    "bye": _lines(lists.FAREWELLS),
    "ti": _lines(lists.TITLES),
    "mon": _MONTHS,
    "day": _DAYS,
    "prod": _lines(lists.PRODUCTS),
    "role": _lines(lists.ROLES),
    "cond": _lines(lists.CONDITIONS),
    "car": _lines(lists.CARS),
    "food": _lines(lists.FOOD),
    "brand": _lines(lists.BRANDS),
    "task": _lines(lists.TASKS),
    "cui": _lines(lists.CUISINES),
    "key": _lines(lists.KEYS),
}


def _sounds(names: Sequence[str]) -> dict[str, str]:
    """Which letters follow two letters, as often as they do."""
    follow: dict[str, str] = {}
    for name in names:
        letters = "^^" + name.lower() + "$"
        for a, b, c in zip(letters, letters[1:], letters[2:], strict=False):
            if c.isalpha() or c == "$":
                follow[a + b] = follow.get(a + b, "") + c
    return follow


BARE = ("{n}", "{n}", "{n}", "{f}", "{f}", "{f}", "{l}", "{n} {num}", "{f} {num}")


def messages(
    templates: Sequence[str], sources: Sources, count: int, seed: int
) -> Iterator[Message]:
    """Made-up messages, a third of them by several templates."""
    rng = random.Random(seed)
    filler = Filler(sources, rng)
    plain = sources.words[:6_000]
    slang = lists.SLANG.split()
    names = {n.lower() for group in sources.firsts.values() for n in group}
    plain = [word for word in plain if word not in names and "'" not in word]
    for _ in range(count):
        chance = rng.random()
        if chance < 0.14:
            yield _nameless(plain, slang, rng)
        elif chance < 0.24:
            # bare names, which answer a question
            yield filler.fill(rng.choice(BARE))
        elif chance < 0.77:
            yield filler.fill(rng.choice(templates))
        else:
            parts = [
                filler.fill(rng.choice(templates)) for _ in range(rng.randint(2, 3))
            ]
            yield concat(parts, rng.choice((" ", "\n", ". ", ", ")))


def _nameless(
    words: Sequence[str], slang: Sequence[str], rng: random.Random
) -> Message:
    """Words that are no names, in any order: bare, a sentence, misspelled, run on."""
    drawn = rng.choices(words, k=rng.choice((1, 1, 2, 3, 5, 7)))
    if rng.random() < 0.3:
        drawn[0] = rng.choice(slang)
    shape = rng.random()
    if shape < 0.15:
        at = rng.randrange(len(drawn))
        drawn[at] += rng.choice(rng.choice((slang, words)))
    elif shape < 0.3:
        at = rng.randrange(len(drawn))
        drawn[at] = _misspelled(drawn[at], rng)
    text = " ".join(drawn)
    if rng.random() < 0.3:
        text = text[0].upper() + text[1:] + rng.choice((".", "", "!", "?"))
    return Message(text, ())


def _misspelled(word: str, rng: random.Random) -> str:
    """With a letter left out, doubled, put in or exchanged."""
    at = rng.randrange(len(word))
    new = rng.choice(("", word[at] * 2, word[at] + rng.choice(_ABC), rng.choice(_ABC)))
    return word[:at] + new + word[at + 1 :] or word


_ABC = "abcdefghijklmnopqrstuvwxyz"
