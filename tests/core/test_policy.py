"""A policy names an operator and knows none."""

from piimask_core import Context, Entity, by_type

HERE = Context("see x.io")


def test_the_same_operator_for_every_entity_of_a_type() -> None:
    """What is not named gets a placeholder."""
    policy = by_type({"URL": "keep", "US_SSN": "strip"})

    assert policy(Entity("URL", 4, 8), HERE) == "keep"
    assert policy(Entity("US_SSN", 0, 1), HERE) == "strip"
    assert policy(Entity("PERSON", 0, 1), HERE) == "placeholder"


def test_the_default_can_be_another() -> None:
    """For all that is not named."""
    assert by_type({}, default="strip")(Entity("PERSON", 0, 1), HERE) == "strip"


def test_a_policy_does_not_change_with_the_dictionary_it_came_from() -> None:
    """Configuration is fixed when it is made."""
    names = {"URL": "keep"}
    policy = by_type(names)

    names["PERSON"] = "keep"

    assert policy(Entity("PERSON", 0, 1), HERE) == "placeholder"
