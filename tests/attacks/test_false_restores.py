"""Prose and code that only resembles a placeholder stays as it is."""

import random
from collections.abc import Iterator

from attacks.corpus import HERE, masker_for

from piimask_core import Masker, Registry
from piimask_core.vault import Wanted

LABELS = ("EMAIL", "PERSON", "PHONE", "DATE", "ORG", "URL", "LOCATION", "ADDRESS")
WORDS = ("cache", "total", "foo", "index", "häuser", "订单", "Report", "tmp_2", "node")
ISSUED = 40


def lines(count: int) -> Iterator[str]:
    """Lines from the templates of ``harmless.txt``, the same each time.

    In a template ``%U``, ``%C``, ``%l`` is a label, ``%n`` and ``%m`` a number that
    was issued with it, ``%d`` a digit, ``%w`` a word, ``%%`` a percent sign.
    """
    rnd = random.Random(31)  # noqa: S311
    templates = (HERE / "harmless.txt").read_text(encoding="utf-8").splitlines()
    for at in range(count):
        label = rnd.choice(LABELS)
        put = {
            **{"U": label, "C": label.title(), "l": label.lower(), "%": "%"},
            **{"n": str(rnd.randint(1, ISSUED)), "m": str(rnd.randint(1, ISSUED))},
            **{"d": str(rnd.randint(0, 9)), "w": rnd.choice(WORDS)},
        }
        line, *parts = templates[at % len(templates)].split("%")
        for part in _whole(parts):
            line += put.get(part[0], "%" + part[0]) + part[1:]
        yield rnd.choice(("", "", "    ", "\t", "> ")) + line + rnd.choice(("", " #"))


def _whole(parts: list[str]) -> Iterator[str]:
    """Parts behind a percent sign; ``%%`` split one in two."""
    at = 0
    while at < len(parts):
        if parts[at]:
            yield parts[at]
            at += 1
        else:
            yield "%" + (parts[at + 1] if at + 1 < len(parts) else "")
            at += 2


def issued() -> tuple[Masker, Registry]:
    """A conversation that has forty of each label."""
    masker = masker_for({})
    registry = masker.registry("s")
    registry.mint(
        [
            Wanted(label, f"{label} value {n}", f"{label} value {n}")
            for label in LABELS
            for n in range(1, ISSUED + 1)
        ]
    )
    assert masker.unmask("<EMAIL_1>", registry) == "EMAIL value 1"
    return masker, registry


def test_in_10_000_lines_nothing_is_restored_that_was_not_meant() -> None:
    """Every line is unchanged, by itself and in a long text."""
    masker, registry = issued()
    text = list(lines(10_000))

    wrong = [line for line in text if masker.unmask(line, registry) != line]

    assert len(set(text)) > 8_000
    assert wrong == []
    assert masker.unmask("\n".join(text), registry) == "\n".join(text)


def test_nothing_of_it_is_held_back_and_lost_in_a_stream() -> None:
    """Seven characters at a time, the same lines come out."""
    masker, registry = issued()
    text = "\n".join(lines(2_000))
    stream = masker.stream_unmasker(registry)

    pieces = [stream.feed(text[at : at + 7]) for at in range(0, len(text), 7)]

    assert "".join(pieces) + stream.flush() == text
