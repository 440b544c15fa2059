"""What stands in a value's place: patterns 1, 2 and 5, and Presidio's by bridge.

An operator is a function of (type, value) that returns the replacement. MINT asks the
registry for a placeholder, REFER for a reference, KEEP leaves the value; any text is
final: it cannot be turned back.
"""

from collections.abc import Callable
from enum import Enum, auto
from typing import Any, Final


class Ask(Enum):
    """What an operator can ask for instead of giving a text."""

    MINT = auto()
    KEEP = auto()
    REFER = auto()


MINT: Final = Ask.MINT
KEEP: Final = Ask.KEEP
REFER: Final = Ask.REFER

Operator = Callable[[str, str], str | Ask]


def placeholder(type: str, value: str) -> Ask:
    """A typed placeholder, ``<EMAIL_1>``; restored in the answer."""
    return MINT


def reference(type: str, value: str) -> Ask:
    """A reference, ``ref:a1b2c3d4``, that does not say the type; restored too."""
    return REFER


def keep(type: str, value: str) -> Ask:
    """The value itself."""
    return KEEP


def strip(type: str, value: str) -> str:
    """Nothing: removed without trace, for good."""
    return ""


def presidio(name: str, **params: Any) -> Operator:
    """Any operator of presidio-anonymizer, by its name; its result is final.

    ``presidio("mask", masking_char="*", chars_to_mask=12, from_end=False)``
    """

    def operate(type: str, value: str) -> str | Ask:
        from presidio_anonymizer.operators import OperatorsFactory, OperatorType

        if name == "keep":
            return KEEP
        factory = OperatorsFactory()  # type: ignore[no-untyped-call]  # theirs
        made = factory.create_operator_class(name, OperatorType.Anonymize)
        settings = {**params, "entity_type": type}
        made.validate(settings)
        return str(made.operate(value, settings))

    return operate


OPERATORS: dict[str, Operator] = {
    "placeholder": placeholder,
    "reference": reference,
    "keep": keep,
    "strip": strip,
}
"""What a policy can name without further ado."""
