"""The rules of the profiles as tables for people: ``docs/policies.md``.

``python -m piimask_core.tables > docs/policies.md`` writes them anew.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence

from .entities import Entity
from .policy import Context
from .profiles import PROFILES, Profile, Rule
from .tuning import TUNINGS

_ASKED: Sequence[tuple[str, str, str, str]] = (
    ("a first name in a greeting", "PERSON", "Hi ", "Anna"),
    ("a city", "LOCATION", "I live in ", "Bree"),
    ("an age", "AGE", "I am ", "34"),
    ("a ZIP code", "ZIP_CODE", "My ZIP code is ", "94110"),
)
_TOPICS = (("everyday", ""), ("calls for care", "health"))
_TOLD = (("nothing", ""), ("a date of birth", "DOB"))

_HEAD = """# What happens to what, and why

Written by `python -m piimask_core.tables` from the code; a test holds it up to date.

A profile is a list of rules, read from top to bottom: the first that holds decides.
Where none holds, a value gets a placeholder: nothing is kept because it was forgotten.
What was masked once in a conversation stays masked in it, whatever a rule says later.
A conversation that came to health, money or a special category of data calls for care \
from then on.

The sources say where a rule comes from; they are no legal advice, and a profile makes \
nobody compliant by itself.
"""

_SIXTEEN = """## Four values in sixteen contexts

"Told before" is the first quasi-identifier of the conversation: with another kind of \
them, a second one may single somebody out.
Without a profile, every one of these that is found gets a placeholder.
"""


def tables() -> str:
    """The whole page."""
    parts = [_HEAD, _SIXTEEN, *_lines(_sixteen())]
    for profile in PROFILES.values():
        parts += [f"\n## Profile `{profile.name}`\n", *_lines(_rules(profile))]
    parts += ["\n## Scores from which on something is an entity\n", *_lines(_scores())]
    return "\n".join(parts) + "\n"


def _sixteen() -> Iterator[Sequence[str]]:
    yield "profile", "conversation", "told before", *(each[0] for each in _ASKED)
    for profile in PROFILES.values():
        for topic_said, topic in _TOPICS:
            for told_said, told in _TOLD:
                yield (
                    profile.name,
                    topic_said,
                    told_said,
                    *(_decided(profile, each, topic, told) for each in _ASKED),
                )


def _decided(
    profile: Profile, asked: tuple[str, str, str, str], topic: str, told: str
) -> str:
    _, type, before, value = asked
    entity = Entity(type, len(before), len(before) + len(value))
    return profile(entity, Context(f"{before}{value}!", topic, first=told))


def _rules(profile: Profile) -> Iterator[Sequence[str]]:
    yield "rule", "types", "when", "what happens", "source"
    for rule in (*profile.rules, profile.default):
        yield _row(rule)


def _row(rule: Rule) -> Sequence[str]:
    when = " ".join((rule.when.__doc__ or rule.when.__name__).split())
    types = ", ".join(rule.types) or "all others"
    return rule.name, types, when, rule.operator, rule.source


def _scores() -> Iterator[Sequence[str]]:
    yield "tuning", "types", "least score"
    for name, thresholds in TUNINGS.items():
        for label, least in thresholds.labels.items():
            yield name, label, str(least)
        yield name, "all others", str(thresholds.default)


def _lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    for n, row in enumerate(rows):
        yield f"| {' | '.join(row)} |"
        if n == 0:
            yield f"|{'---|' * len(row)}"


if __name__ == "__main__":
    sys.stdout.write(tables())
