"""What the name model sees of a text: its words, and the features of each word.

Training and use share this file, so that both see the same. A feature is a short
string; the model has a row of weights for those that it knows. Features of a word
alone count for the word itself and, with other weights, for its neighbours at
``OFFSETS``; features of several words count for the word in their middle.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

OFFSETS = (-2, -1, 0, 1, 2)
"""Where a neighbour may stand whose own features count for a word."""

_SUFFIX = r"(?:s|ll|re|ve|d|m|t)(?![^\W_])"
_WORD = re.compile(
    r"(?i:https?://|www\.)\S+"  # https://example.com/jane
    r"|[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63})+"  # jane@example.com
    r"|[<\[(]{1,3}[A-Z][A-Z_]{1,40}(?:_\d{1,9}[B-Z]?)?[>\])]{1,3}"  # <PERSON_1>
    r"|[A-Z]{2,20}(?:_[A-Z]{1,20}){0,4}_\d{1,9}[B-Z]?(?!\w)"  # PERSON_1
    r"|[@#]\w+"  # @jane_doe
    rf"|['\u2019](?i:{_SUFFIX})"  # 's
    rf"|[^\W_]+(?:['\u2019](?!(?i:{_SUFFIX}))[^\W_]+)*"  # Jane, O'Brien, 4th
    r"|\n[\s]*|[^\w\s]|_+"
)

# Bits of the gazetteer.
FIRST, FIRST_RARE, LAST, LAST_RARE = 1, 2, 4, 8
PLACE, PLACE_PART, COUNTRY, COMPANY = 16, 32, 64, 128
COMMON, KNOWN, MONTH, TITLE = 256, 512, 1024, 2048
"""Very common English words; all English words; months and days; titles."""
ROLE, STREET, PRODUCT = 4096, 8192, 16384

_TRIGGERS = """
am i'm im is my name names named called call this here it's its mr mrs ms miss dr prof
sir from at in near to of by for with dear hi hello hey hiya thanks thank regards
cheers best sincerely contact attn cc speaking ask tell meet customer patient client
user agent street st road ltd inc llc corp live lives living works work employer
company city country born brother sister mother father wife husband son daughter boss
manager friend colleague signed
"""
TRIGGERS = frozenset(_TRIGGERS.split())
LINE = "\u00b6"
"""The shape of line ends."""

_LONG = 24  # characters of a word that a feature may hold


class Word(NamedTuple):
    """``text[start:end]``, lower-cased, with its shape and its bits."""

    start: int
    end: int
    lower: str
    shape: str
    bits: int
    mixed: str
    coarse: str


Gazetteer = Mapping[str, int]


def words_of(text: str, gazetteer: Gazetteer) -> list[Word]:
    """The words of a text, a run of line ends being one of them."""
    return [
        _word(match[0], match.start(), match.end(), gazetteer)
        for match in _WORD.finditer(text)
    ]


def _word(raw: str, start: int, end: int, gazetteer: Gazetteer) -> Word:
    if len(raw) > _LONG:
        raw = raw[:_LONG] + "…"
    lower = raw.lower().replace("\u2019", "'")
    first = raw[0]
    if first.isalpha():
        bits = gazetteer.get(lower, 0)
        if raw.islower():
            shape = "xx"
        elif len(raw) == 1:
            shape = "X"
        elif raw.isupper():
            shape = "XX" if len(raw) < 5 else "XXX"
        elif raw[1:].islower():
            shape = "Xx"
        elif raw.isalpha():
            shape = "xx" if not first.isupper() and not first.islower() else "xX"
        else:
            shape = "x1"
        if len(raw) == 1:
            shape += "."
    else:
        bits = 0
        if first == "\n":
            lower = shape = LINE
        elif first.isdigit():
            shape = f"d{min(len(raw), 5)}" if raw.isdigit() else "1x"
        elif len(raw) > 2:
            shape, lower = first, first  # a handle, a tag or a placeholder
        else:
            shape = lower
    if "@" in raw[1:] or "://" in raw or "_" in raw or raw[-1] == "…":
        shape, bits, lower = "@", 0, "@"
    kind, rough = _kind(bits)
    return Word(start, end, lower, shape, bits, shape + kind, shape[:2] + rough)


@cache
def _kind(bits: int) -> tuple[str, str]:
    """What lists a word stands in, told shortly, and still more shortly.

    The combinations of all bits are too many to learn what stands beside what.
    """
    person = "-FLB"[bool(bits & FIRST) + 2 * bool(bits & LAST)]
    if person == "-" and bits & (FIRST_RARE | LAST_RARE):
        person = "r"
    rough = person + ("C" if bits & COMMON else "K" if bits & KNOWN else "-")
    for bit, letter in _LETTERS:
        if bits & bit:
            return rough + letter, rough + letter.upper()
    return rough, rough


_LETTERS = (
    (MONTH, "M"),
    (TITLE, "T"),
    (COUNTRY, "G"),
    (PLACE, "G"),
    (ROLE, "R"),
    (COMPANY, "O"),
    (STREET, "S"),
    (PRODUCT, "D"),
    (PLACE_PART, "g"),
)
_EDGE = Word(0, 0, "|", "|", 0, "|", "|")


def own_features(word: Word) -> list[str]:
    """What a word says by itself; used at several offsets."""
    _, _, lower, shape, bits, mixed, _ = word
    return [
        "w" + lower,
        "s" + shape,
        f"g{bits}",
        "m" + mixed,
        "3" + lower[-3:],
        "2" + lower[-2:],
        "4" + lower[-4:],
        "P" + lower[:3],
        "p" + lower[:2],
        "Q" + lower[:4],
        "v" + _pattern(lower),
    ]


_KINDS = {
    **dict.fromkeys(map(ord, "aeiouyáéíóúäöüàèìòùâêîôûãõåæø"), "a"),
    **dict.fromkeys(map(ord, "bcdfghjklmnpqrstvwxzçñß"), "b"),
    **dict.fromkeys(map(ord, "0123456789"), "1"),
}


def _pattern(lower: str) -> str:
    return lower[:8].translate(_KINDS)


OWN_AT: Mapping[str, Sequence[int]] = {
    "w": OFFSETS,
    "s": (-1, 0, 1),
    "g": (-1, 0, 1),
    "m": OFFSETS,
    "3": (-1, 0, 1),
}
"""First letter of an own feature -> offsets at which it counts; 0 if not listed."""


def joint_features(words: Sequence[Word]) -> Iterator[list[str]]:
    """For each word, what it says together with those around it."""
    around = [_EDGE, _EDGE, _EDGE, *words, _EDGE, _EDGE]
    cases = _cases(words)
    upper = {w.lower for w in words[1:] if w.shape == "Xx"}
    size = _size(words)
    sentence_start = True
    trigger, since = "", 9
    for at, (word, case) in enumerate(zip(words, cases, strict=True)):
        c3, b2, b1, _, a1, a2 = around[at : at + 6]
        mixed, coarse, lower = word.mixed, word.coarse, word.lower
        start = "S" if sentence_start else "s"
        again = "U" if lower in upper else "u"
        yield [
            f"A{b1.lower} {lower}",
            f"B{lower} {a1.lower}",
            f"C{b1.mixed} {mixed}",
            f"D{mixed} {a1.mixed}",
            f"E{b1.coarse} {coarse} {a1.coarse}",
            f"F{b1.lower} {mixed}",
            f"H{mixed} {a1.lower}",
            f"I{b2.lower} {b1.lower} {coarse}",
            f"J{coarse} {a1.lower} {a2.lower}",
            f"K{b1.lower} {coarse} {a1.lower}",
            f"L{c3.lower} {b2.lower} {b1.lower}",
            f"M{b2.coarse} {b1.coarse} {coarse}",
            f"N{coarse} {a1.coarse} {a2.coarse}",
            f"T{trigger if since < 4 else ''} {since} {coarse}",
            f"c{case}{start}{mixed}",
            f"k{case}{start}{again}{coarse}",
            f"z{size}{coarse}",
            f"y{size}{a1.coarse}{b1.coarse}{coarse}",
        ]
        since += 1
        if lower in TRIGGERS:
            trigger, since = lower, 0
        sentence_start = word.shape in _ENDS


_ENDS = frozenset({".", "!", "?", LINE, "|", ";", "-", "\u2022", "*"})


def _size(words: Sequence[Word]) -> str:
    """How long a message is: bare answers to "your name?" are short."""
    if len(words) > 12:
        return "+"
    spoken = sum(word.shape[0] in "xX" for word in words)
    return str(min(spoken, 5))


def _cases(words: Sequence[Word]) -> list[str]:
    """For each word, how its sentence is written: lower, Mixed, TITLE or CAPITALS."""
    cases: list[str] = []
    begin = 0
    for at, word in enumerate(words):
        if word.shape in (".", "!", "?", LINE) or at == len(words) - 1:
            case = _case(words[begin : at + 1])
            cases += [case] * (at + 1 - begin)
            begin = at + 1
    return cases


def _case(words: Sequence[Word]) -> str:
    shapes = [word.shape for word in words if word.shape[0] in "xX"]
    total = len(shapes)
    if not total:
        return "n"
    lower = sum(shape[0] == "x" for shape in shapes)
    if lower == total:
        return "l"
    capitals = sum(shape.startswith("XX") for shape in shapes)
    if capitals * 5 >= total * 4:
        return "A"
    if total > 2 and lower * 4 <= total:
        return "T"
    return "m"
