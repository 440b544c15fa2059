"""Addresses of machines, and of wallets."""

import hashlib
import ipaddress

from .parts import DASH, SPACE, after, heads, luhn
from .pattern import Pattern

_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
# Four numbers behind the word version are one.
IPV4 = (
    r"(?<![\w.])(?<!\d[,:\-])(?<!version )(?<!version: )(?<!ver )(?<!release )"
    r"(?<!build )(?<!firmware )(?<!section )"
    rf"{_OCTET}(?:\.{_OCTET}){{3}}(?![\w\-])(?!\.\d)"
)
IPV6 = (
    r"(?<![\w:.])(?P<value>(?:[0-9a-f]{1,4}:|::)(?:[0-9a-f]{0,4}:){1,7}"
    r"(?:[0-9a-f]{1,4}|(?:\d{1,3}\.){3}\d{1,3})?(?:%\w{1,16})?)(?![\w:])"
)


def ipv6(value: str) -> bool:
    """Whether it is an address, and says enough to be somebody's (not ``::1``)."""
    bare = value.partition("%")[0]
    if sum(c.isalnum() for c in bare) < 5 or not any(c.isdigit() for c in bare):
        return False
    try:
        return bool(ipaddress.IPv6Address(bare))
    except ValueError:
        return False


# 00:1a:2b:3c:4d:5e and the same with dashes, 001a.2b3c.4d5e
MAC = (
    rf"(?<![\w:{DASH}.])(?=[a-f:{DASH}]{{0,16}}\d)[0-9a-f]{{2}}([:{DASH}])[0-9a-f]{{2}}(?:\1[0-9a-f]{{2}}){{4}}"
    rf"(?![\w:])(?![{DASH}]\w)"
)
MAC_DOTTED = (
    r"(?<![\w.])(?=[a-f.]{0,13}\d)[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}(?!\w)(?!\.\w)"
)
MAC_NAMED = after(
    r"mac(?: ?addr(?:ess)?)?|bssid",
    rf"[0-9a-f]{{2}}(?:[:{DASH}{SPACE}]?[0-9a-f]{{2}}){{5}}",
)

IMEI_NAMED = after("imei(?:sv)?2?", rf"\d(?:[{DASH}{SPACE}/]?\d){{13,15}}")
IMEI = rf"(?<![\d{DASH}])\d\d[{DASH}]\d{{6}}[{DASH}]\d{{6}}[{DASH}]\d(?![\d{DASH}])"

# Bitcoin, Litecoin, Dogecoin and Tron: base 58 with a checksum
WALLET = r"(?<![^\W_])[13LMDTA][1-9A-HJ-NP-Za-km-z]{25,34}(?![^\W_])"
WALLET_BECH32 = r"(?<![^\W_])(?:bc|tb|ltc)1[02-9ac-hj-np-z]{25,87}(?![^\W_])"
WALLET_HEX = r"(?<![^\W_])0x[0-9a-f]{40}(?![^\W_])"

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def wallet(value: str) -> bool:
    """Whether the last four bytes are the checksum of the others (Base58Check)."""
    number = 0
    for c in value:
        digit = _BASE58.find(c)
        if digit < 0:
            return False
        number = number * 58 + digit
    if number.bit_length() > 200:
        return False
    raw = number.to_bytes(25)
    digest = hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()
    return digest[:4] == raw[-4:]


ROWS = (
    Pattern("IP_ADDRESS", IPV4, 0.7, digits=4, marks=".", at="number"),
    Pattern("IP_ADDRESS", IPV6, 0.7, ipv6, digits=1, marks=":", within=":"),
    Pattern(
        "MAC_ADDRESS",
        MAC,
        0.8,
        digits=1,
        marks=":-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d",
    ),
    Pattern("MAC_ADDRESS", MAC_DOTTED, 0.7, digits=1, marks=".", within="."),
    Pattern(
        "MAC_ADDRESS", MAC_NAMED, 0.7, starts=("mac", "macaddr", "bssid"), at="word"
    ),
    Pattern(
        "IMEI", IMEI_NAMED, 0.95, digits=14, starts=heads("imei|imeisv"), at="word"
    ),
    Pattern("IMEI", IMEI, 0.8, luhn, digits=15, runs=("2661",), at="number"),
    Pattern("CRYPTO", WALLET, 0.9, wallet, digits=1, wide=26),
    Pattern(
        "CRYPTO", WALLET_BECH32, 0.8, digits=1, words=("bc1", "tb1", "ltc1"), at="word"
    ),
    Pattern("CRYPTO", WALLET_HEX, 0.8, digits=1, words=("0x",), at="word"),
)
