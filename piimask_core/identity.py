"""When are two written forms the same value?

Each type has one rule. Equal values share a number, so a rule errs towards
"different": a second number costs nothing, a shared one could be a wrong person.
"""

import ipaddress
import unicodedata

from .entities import LITERAL
from .errors import InputError

_BY_CHARACTERS = {
    "ACCOUNT",
    "BANK",
    "CARD",
    "IBAN",
    "IMEI",
    "ITIN",
    "LICENSE",
    "MAC",
    "NHS",
    "NINO",
    "NPI",
    "PASSPORT",
    "PHONE",
    "PLATE",
    "SSN",
    "VIN",
}
_BY_WORDS = {"EMAIL", "PERSON", "LOCATION", "ORG", "ADDRESS"}


def identity(label: str, value: str, calling_code: str = "1") -> str:
    """The key that all equal forms of a value share, under its label's rule.

    >>> identity("EMAIL", "Jane@X.com") == identity("EMAIL", "jane@x.com")
    True
    >>> identity("PHONE", "+1 (555) 123-4567")
    '5551234567'
    """
    if label in _BY_CHARACTERS:
        key = compact(value)
        if label == "PHONE":
            key = _national(key, value, calling_code)
        return key or value
    if label == "EMAIL" and "@" not in value:
        return value  # in base64 another case is another address
    if label in _BY_WORDS:
        return " ".join(value.lower().split())
    if label == "IP":
        return _address(value)
    return value.strip() or value


def is_compact(label: str) -> bool:
    """True where separators do not count: cards, phones, account numbers."""
    return label in _BY_CHARACTERS


def is_known_again(label: str, value: str) -> bool:
    """Whether the value is distinctive enough to be masked wherever it reappears."""
    if label == LITERAL:
        return False
    digits = sum(c.isdigit() for c in value)
    letters = sum(c.isalpha() for c in value)
    if label == "DATE":
        return digits >= 6
    if label == "PERSON":
        return letters >= 2
    if label in ("PASSWORD", "USERNAME") and value.isalpha():
        return letters >= 8
    return digits >= 5 if not letters else digits + letters >= 4


def compact(value: str) -> str:
    """Letters and digits only, upper case, in their plain forms."""
    plain = value if value.isascii() else unicodedata.normalize("NFKC", value)
    bare = plain if plain.isalnum() else "".join(filter(str.isalnum, plain))
    return bare.upper()


def _national(key: str, value: str, calling_code: str) -> str:
    """A phone number without the calling code of the default region."""
    written = value.lstrip(" (")
    if written.startswith("00"):
        key = key[2:]
    international = written.startswith(("+", "00"))
    if key.startswith(calling_code) and (international or _is_long(key, calling_code)):
        key = key[len(calling_code) :]
    elif international:
        return "+" + key
    return key.lstrip("0") or key


def _is_long(key: str, calling_code: str) -> bool:
    """North American numbers are often written 1-555-..., without the plus."""
    return calling_code == "1" and len(key) == 11


def _address(value: str) -> str:
    try:
        return ipaddress.ip_address(value.strip()).compressed
    except ValueError:
        return value


def calling_code(region: str) -> str:
    """The calling code of a two-letter region: ``US`` -> ``1``. InputError if none."""
    if region == "US":
        return "1"
    import phonenumbers

    code = phonenumbers.country_code_for_region(region)
    if not code:
        raise InputError("phone_region is a two-letter region code, such as US or GB.")
    return str(code)
