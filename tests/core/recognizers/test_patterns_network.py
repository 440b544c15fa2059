"""Addresses of machines and wallets: hits with near-misses beside them."""

import pytest
from core.recognizers.finding import found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ping 203.0.113.7", ["203.0.113.7"]),
        ("203.0.113.7:8080, 203.0.113.8.", ["203.0.113.7", "203.0.113.8"]),
        ("|203.0.113.7|", ["203.0.113.7"]),
        ("fe80::7a2:4bff:fe10:9c%wlan0", ["fe80::7a2:4bff:fe10:9c%wlan0"]),
        ("[2001:db8::52:9f:71a0]:443", ["2001:db8::52:9f:71a0"]),
        ("2001:db8:7:0:0:52:9f:71a0", ["2001:db8:7:0:0:52:9f:71a0"]),
        ("203.0.113.256", []),
        ("version 10.0.19045.38", []),
        ("version 10.3.0.7", []),
        ("v1.2.3.4", []),
        ("1.2.3.4.5", []),
        ("from 10:30:00 to 11:30:00", []),
        ("x[1:2:3], y[::-1], a::b::c, std::vector", []),
    ],
)
def test_ip_addresses(text: str, expected: list[str]) -> None:
    """Both versions, with a zone and without the port; no version numbers, no times."""
    assert found(text) == [("IP_ADDRESS", value) for value in expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("00:1a:2b:3c:4d:5e", ["00:1a:2b:3c:4d:5e"]),
        ("00-1A-2B-3C-4D-5E,", ["00-1A-2B-3C-4D-5E"]),
        ("001a.2b3c.4d5e", ["001a.2b3c.4d5e"]),
        ("mac address 001A2B3C4D5E", ["001A2B3C4D5E"]),
        ("mac aa:bb:cc:dd:ee:ff", ["aa:bb:cc:dd:ee:ff"]),
        ("00:1a:2b:3c:4d", []),
        ("00:1a:2b:3c:4d:5e:6f:70", []),
        ("dead.beef.face", []),
        ("Big Mac 12 of 20", []),
    ],
)
def test_mac_addresses(text: str, expected: list[str]) -> None:
    """Six pairs with colons or dashes, three groups with dots, or after the word."""
    assert [v for t, v in found(text) if t == "MAC_ADDRESS"] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
            ["1BoatSLRHtKNngkdXEeobR76b53LETtpyT"],
        ),
        (
            "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
            ["bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"],
        ),
        (
            "0x52908400098527886E0F7030069857D2E4169EE7",
            ["0x52908400098527886E0F7030069857D2E4169EE7"],
        ),
        ("1BoatSLRHtKNngkdXEeobR76b53LETtpyU", []),
        ("0x80070057", []),
        ("9fceb02d0ae598e95dc970b74767f19372d61af8", []),
    ],
)
def test_wallets(text: str, expected: list[str]) -> None:
    """With the checksum where there is one to see."""
    assert [v for t, v in found(text) if t == "CRYPTO"] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IMEI 490154203237518", ["490154203237518"]),
        ("imei: 49-015420-323751-9", ["49-015420-323751-9"]),
        ("49-015420-323751-8", ["49-015420-323751-8"]),
        ("49-015420-323751-9", []),
    ],
)
def test_phones_serial_numbers(text: str, expected: list[str]) -> None:
    """Fifteen digits after the word, or in their groups with the check digit."""
    assert [v for t, v in found(text) if t == "IMEI"] == expected
