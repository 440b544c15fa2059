"""When two written forms are one value, and when they must not be."""

import pytest

from piimask_core import InputError
from piimask_core.identity import calling_code, identity, is_known_again

EQUAL = [
    ("EMAIL", "jane@x.com", "Jane@X.COM"),
    ("PERSON", "Jane Doe", "JANE  doe"),
    ("PERSON", "Jane Doe", "jane\ndoe"),
    ("LOCATION", "1 High Street", "1 HIGH STREET"),
    ("PHONE", "555-123-4567", "(555) 123 4567"),
    ("PHONE", "555-123-4567", "+1 (555) 123-4567"),
    ("PHONE", "555-123-4567", "1-555-123-4567"),
    ("PHONE", "555-123-4567", "001 555 123 4567"),
    ("PHONE", "555-123-4567", "５５５-123-4567"),
    ("PHONE", "+44 20 7946 0958", "0044 20 7946 0958"),
    ("SSN", "123-45-6789", "123 45 6789"),
    ("CARD", "4111 1111 1111 1111", "4111-1111-1111-1111"),
    ("IBAN", "GB82 WEST 1234 5698 7654 32", "gb82west12345698765432"),
    ("MAC", "00:1a:2b:3c:4d:5e", "00-1A-2B-3C-4D-5E"),
    ("ACCOUNT", "0012-3456-789", "00123456789"),
    ("IMEI", "49-015420-323751-8", "490154203237518"),
    ("LICENSE", "S123-4567-8901", "s123 4567 8901"),
    ("NPI", "1234567893", "123-456-7893"),
    ("PASSPORT", "X 1234567", "x1234567"),
    ("PLATE", "AB12 CDE", "ab12cde"),
    ("VIN", "1M8GDM9AXKP042788", "1m8gdm9axkp042788"),
    ("IP", "2001:db8::1", "2001:0DB8:0:0:0:0:0:1"),
    ("IP", " 10.0.0.1", "10.0.0.1"),
]

DIFFERENT = [
    ("EMAIL", "jane@x.com", "jane@x.co"),
    ("PERSON", "Jane Doe", "JaneDoe"),
    ("PERSON", "Ann", "Anne"),
    ("PHONE", "555-123-4567", "555-123-4568"),
    ("PHONE", "5551234567", "+5551234567"),
    ("PHONE", "555-123-4567", "+44 555 123 4567"),
    ("IP", "10.0.0.1", "10.0.0.12"),
    ("IP", "10.0.0.1", "::ffff:10.0.0.2"),
    ("API_KEY", "Secret", "secret"),
    ("PASSWORD", "Hunter2", "hunter2"),
    ("USERNAME", "jane_roe", "janeroe"),
    ("ID", "AB-1234", "AB1234"),
    ("MRN", "00771204", "482913"),
    ("URL", "http://x/A", "http://x/a"),
    ("LITERAL", "<EMAIL_1>", "<EMAIL_2>"),
    ("CARD", "---", "///"),
]


@pytest.mark.parametrize(("label", "one", "other"), EQUAL)
def test_equal_forms_share_a_key(label: str, one: str, other: str) -> None:
    """Case, separators and the calling code do not make another value."""
    assert identity(label, one) == identity(label, other)


@pytest.mark.parametrize(("label", "one", "other"), DIFFERENT)
def test_different_values_do_not(label: str, one: str, other: str) -> None:
    """In doubt, two values."""
    assert identity(label, one) != identity(label, other)


@pytest.mark.parametrize(
    ("region", "one", "other"),
    [
        ("GB", "020 7946 0958", "+44 20 7946 0958"),
        ("GB", "020 7946 0958", "+44 (20) 7946-0958"),
        ("DE", "030 123456", "0049 30 123456"),
    ],
)
def test_the_region_says_which_calling_code_may_be_left_out(
    region: str, one: str, other: str
) -> None:
    """National and international form are one number."""
    code = calling_code(region)

    assert identity("PHONE", one, code) == identity("PHONE", other, code)


@pytest.mark.parametrize("region", ["", "gb", "XX", "United States", "1"])
def test_a_region_that_is_none_is_refused(region: str) -> None:
    """Rather than mixing up numbers later."""
    with pytest.raises(InputError, match="phone_region"):
        calling_code(region)


@pytest.mark.parametrize(
    ("label", "value", "expected"),
    [
        ("EMAIL", "jane@x.com", True),
        ("SSN", "123-45-6789", True),
        ("PHONE", "911", False),
        ("CARD", "1234", False),
        ("ID", "A1", False),
        ("ID", "AB12", True),
        ("DATE", "Monday", False),
        ("DATE", "05/17/1980", True),
        ("PERSON", "Jane", True),
        ("PERSON", "J", False),
        ("LITERAL", "<EMAIL_1>", False),
        ("SECRET", "!!!!!!", False),
        ("PASSWORD", "open", False),
        ("PASSWORD", "hunter2", True),
        ("PASSWORD", "correcthorse", True),
        ("USERNAME", "admin", False),
    ],
)
def test_only_what_is_distinctive_is_known_again(
    label: str, value: str, expected: bool
) -> None:
    """A weekday or a two-digit number must not be masked all over a conversation."""
    assert is_known_again(label, value) is expected
