"""Numbers near their words: hits with near-misses beside them."""

import pytest
from core.recognizers.finding import found, values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("policy POL-20071133, thanks", ["POL-20071133"]),
        ("CLM-551920", ["CLM-551920"]),
        ("order #A1B2-9931", ["A1B2-9931"]),
        ("Order no. 4471928", ["4471928"]),
        ("order 5551234567", ["5551234567"]),
        ("order #302-5550123-5550199", ["302-5550123-5550199"]),
        ("claim CLM-2024-00123", ["CLM-2024-00123"]),
        ("booking reference K7Q2ZP", ["K7Q2ZP"]),
        ("confirmation code: QWERTZ7", ["QWERTZ7"]),
        ("confirmation number abc 425", ["abc 425"]),
        ("customer id 88213", ["88213"]),
        ("member id: W123456789", ["W123456789"]),
        ("tracking number 1Z999AA10123456784", ["1Z999AA10123456784"]),
        ("invoice 2024-118823", ["2024-118823"]),
        ("health plan id XYZ123456789", ["XYZ123456789"]),
        ("serial number C02XK1ABJG5H", ["C02XK1ABJG5H"]),
        ("employee number E-00451", ["E-00451"]),
        ("aadhaar 1234 5678 9012", ["1234 5678 9012"]),
        ("PAN ABCDE1234F", ["ABCDE1234F"]),
        ("tax id 12-3456789", ["12-3456789"]),
        ("voter id ABC1234567", ["ABC1234567"]),
        ("CPF 123.456.789-09", ["123.456.789-09"]),
        ("order 66 was executed in 2005", []),
        ("case 3 of the study", []),
        ("policy 2024 update, policy of 1998", []),
        ("Please order 20000 units", []),
        ("order 20000 dollars of it", []),
        ("order by 2024-01-15", []),
        ("member since 2011", []),
        ("plan: 3 phases, 12 weeks", []),
        ("tax 2023, vat 20%", []),
        ("sin 30 = 0.5", []),
        ("ISBN 978-3-16-148410-0", []),
        ("SKU 2210-448-171C, qty 3, $2,150.00", []),
        ("colour #31c0de, port 5432, PID 20714", []),
        ("temperature 37.2, pressure 118/76, dose 250 mg", []),
        ("GPT-4o and MH370", []),
    ],
)
def test_ids(text: str, expected: list[str]) -> None:
    """A number that an organization gave, and no count, year or price."""
    assert values("ID", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("MRN 00771204", [("MRN", "00771204")]),
        ("medical record number A-1234567", [("MRN", "A-1234567")]),
        ("patients 12000", []),
        ("passport number X1234567", [("US_PASSPORT", "X1234567")]),
        ("passport: 12AB34567", [("US_PASSPORT", "12AB34567")]),
        ("passport expires in 2027", []),
        ("driver's license D1234567", [("US_DRIVER_LICENSE", "D1234567")]),
        ("DL# S123-4567-8901", [("US_DRIVER_LICENSE", "S123-4567-8901")]),
        ("license expires 2026, MIT license 2.0", []),
        ("NPI 1234567893", [("US_NPI", "1234567893")]),
        ("DEA number AB1234563", [("MEDICAL_LICENSE", "AB1234563")]),
        ("AB1234563", [("MEDICAL_LICENSE", "AB1234563")]),
        ("part AB1234564 is gone", []),
        ("QQ 12 34 56 C", [("UK_NINO", "QQ 12 34 56 C")]),
        ("1M8GDM9AXKP042788", [("VIN", "1M8GDM9AXKP042788")]),
        ("VIN: 1M8GDM9A1KP042788", [("VIN", "1M8GDM9A1KP042788")]),
        ("part 1M8GDM9A1KP042788 is gone", []),
        ("my licence plate is 5XYZ908", [("LICENSE_PLATE", "5XYZ908")]),
        ("number plate: B-MW 1234", [("LICENSE_PLATE", "B-MW 1234")]),
        ("plate AB12 CDE", [("LICENSE_PLATE", "AB12 CDE")]),
        ("plates: 4, tags: 12", []),
        ("registration opens 2025-01-15", []),
    ],
)
def test_documents_and_vehicles(text: str, expected: list[tuple[str, str]]) -> None:
    """By the word before, or by a check digit."""
    assert found(text) == expected
