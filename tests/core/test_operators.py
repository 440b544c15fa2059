"""What stands in a value's place, through the masker that puts it there."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from core.helpers import JANE, VALUES, own_registry
from presidio_anonymizer.entities import OperatorConfig

from piimask_core import InputError, Masker, MaskingError, MemoryVault, by_type
from piimask_core.operators import KEEP, MINT, OPERATORS, Operator, presidio
from piimask_core.testing import recognizing


def masker(
    names: Mapping[str, str], operators: Mapping[str, Any] | None = None
) -> Masker:
    return Masker(
        recognizer=recognizing(VALUES),
        policy=by_type(names),
        operators=operators or {},
        vault=MemoryVault(),
    )


def masked(operator: Any, text: str) -> str:
    """The text with e-mail addresses treated so."""
    return masker({"EMAIL_ADDRESS": "mine"}, {"mine": operator}).mask(
        text, own_registry()
    )


STRIPPED = [
    ("jane@example.com", ""),
    ("Write to jane@example.com today.", "Write today."),
    ("Write to jane@example.com.", "Write."),
    ("Hi jane@example.com, how are you?", "Hi, how are you?"),
    ("jane@example.com is mine", "is mine"),
    ("to jane@example.com bob@company.com now", "now"),
    ("jane@example.com bob@company.com", ""),
    ("jane@example.combob@company.com", ""),
    ("a\njane@example.com\nb", "a\n\nb"),
    ("xjane@example.comy", "xy"),
    ("to jane@example.com", ""),
    ("jane@example.com, hello", "hello"),
    ("mail (jane@example.com) me", "mail me"),
]


@pytest.mark.parametrize(("text", "expected"), STRIPPED)
def test_strip_leaves_a_readable_sentence(text: str, expected: str) -> None:
    """No doubled space, no dangling punctuation."""
    strip = masker({"EMAIL_ADDRESS": "strip"})

    assert strip.mask(text, own_registry()) == expected


def test_what_was_stripped_cannot_come_back() -> None:
    """The registry never heard of it."""
    registry = own_registry()

    masker({"EMAIL_ADDRESS": "strip"}).mask(f"to {JANE}", registry)

    assert registry.minted == 0
    assert registry.view() == {}


def test_kept_values_stay() -> None:
    """And are not known to the registry."""
    registry = own_registry()
    text = f"{JANE} and Jane Doe"

    assert masker({"EMAIL_ADDRESS": "keep"}).mask(text, registry) == (
        f"{JANE} and <PERSON_1>"
    )
    assert list(registry.view().values()) == ["Jane Doe"]


@pytest.mark.parametrize(
    "keeping", [OPERATORS["keep"], lambda type, value: KEEP], ids=["keep", "another"]
)
def test_what_is_kept_hides_nothing_smaller_inside_it(keeping: Operator) -> None:
    """A link may stay, the address in it may not."""
    url = f"http://x.io/{JANE}"
    link = Masker(
        recognizer=recognizing({"URL": [url], "EMAIL_ADDRESS": [JANE]}),
        policy=by_type({"URL": "mine"}),
        operators={"mine": keeping},
    )

    assert link.mask(f"see {url}", own_registry()) == "see <URL_1>"


BRIDGED: list[tuple[Operator, str]] = [
    (presidio("replace", new_value="X"), "to X."),
    (presidio("replace"), "to <EMAIL_ADDRESS>."),
    (presidio("redact"), ""),
    (
        presidio("mask", masking_char="*", chars_to_mask=12, from_end=True),
        "to jane************.",
    ),
]


@pytest.mark.parametrize(("operator", "expected"), BRIDGED)
def test_presidios_operators_can_be_named(operator: Operator, expected: str) -> None:
    """By the bridge, with their own parameters."""
    assert masked(operator, f"to {JANE}.") == expected


CONFIGURED: list[tuple[Any, str]] = [
    (OperatorConfig("replace", {"new_value": "X"}), "to X."),
    (OperatorConfig("replace"), "to <EMAIL_ADDRESS>."),
    (
        OperatorConfig(
            "mask", {"masking_char": "*", "chars_to_mask": 12, "from_end": True}
        ),
        "to jane************.",
    ),
    (OperatorConfig("keep"), f"to {JANE}."),
    (OperatorConfig("custom", {"lambda": lambda value: value[:4]}), "to jane."),
    ({"type": "replace", "new_value": "Y"}, "to Y."),
    ({"type": "redact"}, ""),
]


@pytest.mark.parametrize(("config", "expected"), CONFIGURED)
def test_a_configuration_of_presidios_is_an_operator(
    config: Any, expected: str
) -> None:
    """As users of presidio-anonymizer write it: their objects, or a dict."""
    assert masked(config, f"to {JANE}.") == expected


@pytest.mark.parametrize("config", [5, None, {}, {"new_value": "X"}, {"type": 5}])
def test_what_is_no_operator_is_refused_when_the_masker_is_made(config: Any) -> None:
    """Not at the first value."""
    with pytest.raises(InputError, match="operator"):
        masker({}, {"mine": config})


def test_what_presidio_encrypts_is_no_secret_in_an_error() -> None:
    """A key that is none fails closed, and is not shown."""
    with pytest.raises(MaskingError) as caught:
        masked(OperatorConfig("encrypt", {"key": "tooshortkey"}), JANE)

    assert "tooshortkey" not in repr(caught.value)


def test_presidios_hash_is_salted() -> None:
    """A bare hash of an address is no secret."""
    text = masked(presidio("hash", hash_type="sha256"), JANE)

    assert JANE not in text
    assert text != hashlib.sha256(JANE.encode()).hexdigest()


def refuse(type: str, value: str) -> str:
    raise ValueError(f"cannot do {value}")


BROKEN: list[tuple[str, Operator]] = [
    ("raises", refuse),
    ("wrong parameters", presidio("mask", masking_char="too long")),
    ("no such operator", presidio("nothing")),
    ("gives None", lambda type, value: None),  # type: ignore[list-item, return-value]
    ("gives a number", lambda type, value: 5),  # type: ignore[list-item, return-value]
]


@pytest.mark.parametrize(
    "operator", [case[1] for case in BROKEN], ids=[case[0] for case in BROKEN]
)
def test_an_operator_that_fails_masks_nothing(operator: Operator) -> None:
    """A typed error, without the value and without what holds it."""
    with pytest.raises(MaskingError, match="EMAIL_ADDRESS") as caught:
        masked(operator, f"to {JANE}")

    assert JANE not in f"{caught.value!r} {caught.value.args}"
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None


def test_a_policy_that_names_no_operator_masks_nothing() -> None:
    """The message does not repeat what the policy said: it may be the value."""
    named = Masker(
        recognizer=recognizing(VALUES), policy=lambda entity, context: context.text
    )

    with pytest.raises(MaskingError, match="operator") as caught:
        named.mask(f"to {JANE}", own_registry())

    assert JANE not in f"{caught.value!r} {caught.value.args}"


def test_an_operator_can_ask_for_a_placeholder() -> None:
    """As the built-in one does."""
    ask: Callable[[str, str], Any] = lambda type, value: (  # noqa: E731
        MINT if "jane" in value else "***"
    )

    assert masked(ask, f"{JANE}, bob@company.com") == "<EMAIL_1>, ***"


def test_an_operator_of_ones_own_can_take_a_built_in_name() -> None:
    """The masker's own come first."""
    own = masker({"US_SSN": "strip"}, {"strip": lambda type, value: "#"})

    assert own.mask("ssn 123-45-6789", own_registry()) == "ssn #"


FORGED = [
    ("<EMAIL_1>", f"{JANE}", "<EMAIL_1>"),
    ("<EMAIL_", f"{JANE}1>", "<EMAIL_1>"),
    ("_1>", f"<EMAIL{JANE}", "<EMAIL_1>"),
    ("", f"<EMAIL{JANE}_1>", "<EMAIL_1>"),
    ("", f"<EM{JANE}AIL_{JANE}1>", "<EMAIL_1>"),
    ("<", f"{JANE}EMAIL_1>", "<EMAIL_1>"),
]


@pytest.mark.parametrize(("replacement", "text", "seen"), FORGED)
def test_what_an_operator_writes_is_never_taken_for_a_placeholder(
    replacement: str, text: str, seen: str
) -> None:
    """Alone or with what stands beside it: it comes back as it was written."""
    own = masker({"EMAIL_ADDRESS": "mine"}, {"mine": lambda type, value: replacement})
    registry = own_registry()
    masker({}).mask("the victim is bob@company.com", registry)

    masked_text = own.mask(text, registry)

    assert masked_text == "<LITERAL_1>"
    assert own.unmask(masked_text, registry) == seen
