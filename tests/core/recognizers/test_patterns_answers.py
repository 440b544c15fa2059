"""What is a value in a short message only."""

import pytest
from core.recognizers.finding import found

LONG = f"In the report {'and so on ' * 15}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5551234567", [("PHONE_NUMBER", "5551234567")]),
        ("sure 5551234567", [("PHONE_NUMBER", "5551234567")]),
        ("jane doe 555 1234567", [("PHONE_NUMBER", "555 1234567")]),
        ("1234 5678 9012 3456", [("CREDIT_CARD", "1234 5678 9012 3456")]),
        ("80011223344556 and ok", [("ACCOUNT_NUMBER", "80011223344556")]),
        ("abc 317", [("ID", "abc 317")]),
        ("q 12 w 34", [("ID", "q 12 w 34")]),
        ("jane 480172", [("ID", "480172")]),
        ("sha256", []),
        ("base64url", []),
        ("480172", []),
        ("1700000000", []),
        ("1700000000000", []),
        ("row 489", []),
        ("for 300", []),
        ("made 2017", []),
        ("on the 2nd", []),
        ("5 gb", []),
        ("$5551234567", []),
        ("build 20240102030405", []),
        ("9783161484100", []),
        ("at 10 am", []),
    ],
)
def test_answers(text: str, expected: list[tuple[str, str]]) -> None:
    """A number or code alone, or beside a name or a small word."""
    assert found(text) == expected


@pytest.mark.parametrize(
    "value", ["5551234567", "1234 5678 9012 3456", "80011223344556", "abc 317"]
)
def test_none_of_them_in_a_long_text(value: str) -> None:
    """There it is any number."""
    assert found(LONG + value) == []
