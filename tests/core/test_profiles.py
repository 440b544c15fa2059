"""Rows that say what happens in a domain, each with cases and near-misses."""

import re
from pathlib import Path

import pytest
from core.policy_cases import CASES

from piimask_core import Context, Entity, InputError, Profile, Rule
from piimask_core.conditions import always
from piimask_core.operators import OPERATORS
from piimask_core.profiles import PROFILES, profile_of
from piimask_core.tables import tables

ROOT = Path(__file__).parents[2]

_MARKED = re.compile(r"\[([A-Z_]+) ([^\]]+)\]")
_GIVEN = re.compile(
    r"(?:@(?P<topic>\w+) )?(?:\+(?P<first>\w+) )?(?P<text>.*)", re.DOTALL
)

LISTED = [
    (profile, rule, case, decides)
    for profile, rules in CASES.items()
    for rule, (hits, misses) in rules.items()
    for decides, cases in ((True, hits), (False, misses))
    for case in cases
]


def placed(case: str) -> tuple[Entity, Context]:
    """The entity that a case marks, and where it stands."""
    given = _GIVEN.fullmatch(case)
    assert given is not None
    marked = _MARKED.search(given["text"])
    assert marked is not None
    type, value = marked.groups()
    text = given["text"].replace(marked[0], value)
    entity = Entity(type, marked.start(), marked.start() + len(value))
    return entity, Context(text, given["topic"] or "", first=given["first"] or "")


@pytest.mark.parametrize(("profile", "rule", "case", "decides"), LISTED)
def test_a_rule_decides_its_cases_and_leaves_the_near_misses(
    profile: str, rule: str, case: str, decides: bool
) -> None:
    """By name, so that no other row is taken for it."""
    decided = PROFILES[profile].rule(*placed(case))

    assert (decided.name == rule) is decides


def test_every_rule_has_its_cases() -> None:
    """Three that it decides and three near-misses at least, each another."""
    for name, profile in PROFILES.items():
        assert set(CASES[name]) == {rule.name for rule in profile.rules}
    for rules in CASES.values():
        for hits, misses in rules.values():
            assert len(set(hits)) >= 3
            assert len(set(misses)) >= 3
    assert CASES.keys() == PROFILES.keys()


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_what_no_rule_names_gets_a_placeholder(profile: Profile) -> None:
    """Nothing is kept because it was forgotten."""
    for type in ("NEW_TYPE", "PASSWORD", "API_KEY", "TEXT"):
        assert profile(Entity(type, 0, 1), Context("x")) == "placeholder"


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_every_row_can_be_reviewed(profile: Profile) -> None:
    """It names an operator that there is, and where it comes from."""
    for rule in profile.rules:
        assert rule.operator in OPERATORS
        assert len(rule.source) > 8
        assert rule.when.__doc__


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
@pytest.mark.parametrize("type", ["PERSON", "LOCATION", "ZIP_CODE", "AGE", "DATE_TIME"])
def test_a_topic_that_calls_for_care_never_keeps_more(
    profile: Profile, type: str
) -> None:
    """Whatever the topic is called, whatever came first."""
    text = "Hi Anna, 34, 941, 1999"
    spans = {"PERSON": (3, 7), "AGE": (9, 11), "ZIP_CODE": (13, 16)}
    entity = Entity(type, *spans.get(type, (18, 22)))
    for first in ("", "AGE", "ZIP", "LOCATION", "DOB"):
        calm = profile(entity, Context(text, first=first))
        care = profile(entity, Context(text, "anything", first=first))
        second = profile(entity, Context(text, first="SEX"))
        assert care == calm or calm == "keep"
        assert second == calm or calm == "keep"


def test_a_name_is_not_kept_that_begins_one_that_was_masked() -> None:
    """Hi Anna, after Anna Berg."""
    entity, text = Entity("PERSON", 3, 7), "Hi Anna!"

    anna = Context(text, may_know=lambda words: "anna" in words)
    ann = Context(text, may_know=lambda words: "ann" in words)

    assert PROFILES["general"](entity, anna) == "placeholder"
    assert PROFILES["general"](entity, ann) == "keep"


def test_a_profile_of_ones_own_is_rows_too() -> None:
    """Put before those of a ready-made one, perhaps."""
    order = Rule("orders", ("ORDER",), always, "keep", "our own policy, section 3")
    own = Profile("shop", (order, *PROFILES["general"].rules))

    assert own(Entity("ORDER", 0, 1), Context("x")) == "keep"
    assert own.rule(Entity("ORDER", 0, 1), Context("x")).source.startswith("our own")
    assert profile_of(own) is own
    assert profile_of("gdpr") is PROFILES["gdpr"]


def test_what_is_no_profile_is_refused() -> None:
    """Another name, two rules of one name."""
    rule = Rule("twice", ("ORDER",), always, "keep", "nobody's rule")

    with pytest.raises(InputError, match="healthcare"):
        profile_of("hospital")
    with pytest.raises(InputError, match="one name"):
        Profile("own", (rule, rule))


def test_the_page_of_tables_is_up_to_date() -> None:
    """It is written from the rules: ``python -m piimask_core.tables``."""
    written = tables()

    assert (ROOT / "docs" / "policies.md").read_text() == written
    sixteen = written.split("## Profile")[0].split("## Four values")[1]
    assert len(re.findall(r"^\| (?!profile)", sixteen, re.MULTILINE)) == 16
