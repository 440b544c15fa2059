"""What is masked together, so that it comes back exactly."""

import pytest
from core.helpers import own_registry

from piimask_core import Masker, MemoryVault, by_type
from piimask_core.testing import recognizing

ODD = 'Jo "JJ" O\\Neil'
VALUES = {
    "EMAIL_ADDRESS": ["jane@x.io"],
    "PERSON": ["Jane Doe", ODD],
    "US_SSN": ["123-45-6789"],
}

MASKED = [
    ("to jane@x.io", "to <EMAIL_1>"),
    ("see https://a.example/?m=jane@x.io.", "see <URL_1>."),
    ("https://a.example/?m=jane@x.io&n=123-45-6789 Jane Doe", "<URL_1> <PERSON_1>"),
    ("(https://a.example/x)jane@x.io", "(<URL_1>"),
    ("[Jane Doe](mailto:jane@x.io)", "[<PERSON_1>](mailto:<EMAIL_1>)"),
    ("mailto:jane@x.io?body=123-45-6789", "<URL_1>"),
    ("[x](jane@x.io)", "[x](<EMAIL_1>)"),
    ("[x](123-45-6789)", "[x](<URL_1>)"),
    ('<a href="/me?jane@x.io">Jane Doe</a>', '<a href="<URL_1>"><PERSON_1></a>'),
    ('<a href="jane@x.io">', '<a href="<EMAIL_1>">'),
    ("curl -d jane@x.io https://a.example", "<URL_1>"),
    ("```sh\necho jane@x.io\nls\n```", "```sh\n<URL_1>\nls\n```"),
    ("```python\nm = 'jane@x.io'\n```", "```python\nm = '<EMAIL_1>'\n```"),
    ('{"n": "Jo \\"JJ\\" O\\\\Neil"}', '{"n": "<PERSON_1>"}'),
    (f'{{"n": "call {ODD}"}}', '{"n": <PERSON_1>"}'),
    ('{"n": "Jane Doe"}', '{"n": "<PERSON_1>"}'),
    ("](Jane Doe0", "](<URL_1>0"),  # a stretch that ends inside its value
    ("<script>x='Jane Doe'</script>", "<URL_1>'</script>"),
    ("=HYPERLINK(curl Jane Doe", "=<URL_1>"),
]


@pytest.mark.parametrize(("text", "expected"), MASKED)
def test_a_text_is_masked_so_that_it_comes_back(text: str, expected: str) -> None:
    """Whole addresses, whole lines of a shell, JSON as it is meant."""
    found = {**VALUES, "PERSON": [*VALUES["PERSON"], 'Jo \\"JJ\\" O\\\\Neil']}
    masker = Masker(recognizer=recognizing(found), vault=MemoryVault())
    registry = own_registry()

    masked = masker.mask(text, registry)

    assert masked == expected
    assert masker.unmask(masked, registry) == text


def test_a_value_in_json_is_registered_as_it_is_meant() -> None:
    """So that it has one number, in JSON and outside."""
    found = {"PERSON": ['Jo \\"JJ\\" O\\\\Neil', ODD]}
    masker = Masker(recognizer=recognizing(found), vault=MemoryVault())
    registry = own_registry()

    masked = masker.mask('{"n": "Jo \\"JJ\\" O\\\\Neil"} ' + ODD, registry)

    assert masked == '{"n": "<PERSON_1>"} <PERSON_1>'


def test_an_address_that_is_kept_hides_no_value() -> None:
    """The policy keeps URLs; one with a value in it is none of those."""
    masker = Masker(
        recognizer=recognizing({**VALUES, "URL": ["https://a.example/?jane@x.io"]}),
        vault=MemoryVault(),
        policy=by_type({"URL": "keep"}),
    )

    assert masker.mask("https://a.example/?jane@x.io", own_registry()) == "<URL_1>"


def test_a_text_that_would_not_come_back_in_parts_is_masked_as_one() -> None:
    """Values that open or close something themselves can make such a text."""
    found = {"PERSON": ['"JJ" Doe'], "EMAIL_ADDRESS": ["jane@x.io"]}
    masker = Masker(recognizer=recognizing(found), vault=MemoryVault())
    registry = own_registry()
    text = '<a href="jane@x.io"JJ" Doe'

    masked = masker.mask(text, registry)

    assert masked == "<TEXT_1>"
    assert masker.unmask(masked, registry) == text


def test_what_is_removed_stays_out_of_the_address_around_it() -> None:
    """The rest of it comes back."""
    masker = Masker(
        recognizer=recognizing(VALUES),
        vault=MemoryVault(),
        policy=by_type({"US_SSN": "strip"}),
    )
    registry = own_registry()
    masked = masker.mask("https://a.example/?n=123-45-6789&m=jane@x.io", registry)

    assert masked == "<URL_1>"
    assert masker.unmask(masked, registry) == "https://a.example/?n=&m=jane@x.io"
