"""Numbers of the state and of banks: hits with near-misses beside them."""

import pytest
from core.recognizers.finding import found, values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("123-45-6789", ["123-45-6789"]),
        ("SSN:123-45-6789.", ["123-45-6789"]),
        ("SSN123-45-6789", ["123-45-6789"]),
        ("123 45 6789", ["123 45 6789"]),
        ("123\u201145\u20116789", ["123\u201145\u20116789"]),
        ("my ssn is 123456789", ["123456789"]),
        ("Social Security number: 123456789", ["123456789"]),
        ("ss# 123.45.6789", ["123.45.6789"]),
        ("social: 912 12 3456", ["912 12 3456"]),
        ("123.45.6789", []),
        ("000-12-3456", []),
        ("666-12-3456", []),
        ("912-12-3456", []),
        ("123-00-4567", []),
        ("123-45-0000", []),
        ("123456789", []),
        ("2024-01-02", []),
        ("1123-45-6789", []),
        ("123-45-67890", []),
        ("123-45-6789-1", []),
        ("7 123 45 6789", []),
    ],
)
def test_social_security_numbers(text: str, expected: list[str]) -> None:
    """Social security numbers as written, samples too, but none never issued."""
    assert values("US_SSN", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4111111111111111", ["4111111111111111"]),
        ("4111 1111 1111 1111 12/27", ["4111 1111 1111 1111"]),
        ("4111-1111-1111-1111", ["4111-1111-1111-1111"]),
        ("3782 822463 10005", ["3782 822463 10005"]),
        ("2223 0031 2200 3222", ["2223 0031 2200 3222"]),
        ("6304000000000000000", ["6304000000000000000"]),
        ("1234 4111 1111 1111 1111", ["4111 1111 1111 1111"]),
        ("5500/0000/0000/0004", ["5500/0000/0000/0004"]),
        ("4111 1111\n1111 1111", ["4111 1111\n1111 1111"]),
        ("5 5 0 0 0 0 0 0 0 0 0 0 0 0 0 4", ["5 5 0 0 0 0 0 0 0 0 0 0 0 0 0 4"]),
        ("411111 1111111111", ["411111 1111111111"]),
        ("my card is 4111111111111112", ["4111111111111112"]),
        ("debit card 123456789012", ["123456789012"]),
        ("4111 1111 1111 1112", ["4111 1111 1111 1112"]),
        ("order 4111 1111 1111 1112", []),
        ("row 4 of 1 1 1 1 1 1 1 1 1 1 1 1", []),
        ("4111111111111112", []),
        ("41111111111111111111", []),
        ("9111111111111111", []),
    ],
)
def test_card_numbers(text: str, expected: list[str]) -> None:
    """A card number has the right length, first digit and check digit."""
    assert values("CREDIT_CARD", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("912-70-1234", ["912-70-1234"]),
        ("ITIN 912701234", ["912701234"]),
        ("912-12-1234", []),
        ("912701234 rows", []),
    ],
)
def test_tax_numbers(text: str, expected: list[str]) -> None:
    """Nine digits from 9, with a group that is in use or after their name."""
    assert values("US_ITIN", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GB82 WEST 1234 5698 7654 32", ["GB82 WEST 1234 5698 7654 32"]),
        ("gb82west12345698765432", ["gb82west12345698765432"]),
        ("DE89-3704-0044-0532-0130-00.", ["DE89-3704-0044-0532-0130-00"]),
        (
            "DE89 3704 0044 0532 0130 00 thanks",
            ["DE89 3704 0044 0532 0130 00"],
        ),
        (
            "D E 8 9 3 7 0 4 0 0 4 4 0 5 3 2 0 1 3 0 0 0",
            ["D E 8 9 3 7 0 4 0 0 4 4 0 5 3 2 0 1 3 0 0 0"],
        ),
        ("DE89 3704 0044\n0532 0130 00", ["DE89 3704 0044\n0532 0130 00"]),
        ("iban: GB00WEST12345698765432", ["GB00WEST12345698765432"]),
        ("GB00 WEST 1234 5698 7654 32 is a sample", []),
        ("XX82 WEST 1234 5698 7654 32", []),
        ("de89 is no number of an account", []),
    ],
)
def test_ibans(text: str, expected: list[str]) -> None:
    """By country, length and check digits in any grouping; or after the word."""
    assert values("IBAN_CODE", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bank account 000123456789", [("US_BANK_NUMBER", "000123456789")]),
        ("routing number 011000015", [("US_BANK_NUMBER", "011000015")]),
        ("my savings account is 00098123", [("US_BANK_NUMBER", "00098123")]),
        ("account number: 12345678", [("ACCOUNT_NUMBER", "12345678")]),
        ("acct# 0012-3456-789", [("ACCOUNT_NUMBER", "0012-3456-789")]),
        ("a/c no 3090214417", [("ACCOUNT_NUMBER", "3090214417")]),
        ("acconut number is 66021349", [("ACCOUNT_NUMBER", "66021349")]),
        ("move it to 4410982230, this account", [("ACCOUNT_NUMBER", "4410982230")]),
        ("account balance of 25000 dollars", []),
        ("the account was opened in 2015", []),
        ("savings of 20000", []),
        ("bank holiday 2024", []),
        ("my account has 150000 followers", []),
    ],
)
def test_accounts(text: str, expected: list[tuple[str, str]]) -> None:
    """An account is a number near a word of banking, and no amount."""
    assert found(text) == expected
