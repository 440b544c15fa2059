"""Numbers of the state and of banks: by shape and check digit, or by a word."""

from .parts import (
    DASH,
    NO_AMOUNT,
    NO_DIGIT_AFTER,
    NO_DIGIT_BEFORE,
    SPACE,
    after,
    digits_of,
    heads,
    luhn,
)
from .pattern import Pattern

# --- Social security and tax --------------------------------------------------------

# 123-45-6789. No area 000, 666 or 9xx, no group 00, no serial 0000: never issued.
_SSN = r"(?!000|666|9)\d{{3}}([{0}])(?!00)\d{{2}}\1(?!0000)\d{{4}}"
SSN = NO_DIGIT_BEFORE + _SSN.format(DASH) + NO_DIGIT_AFTER
SSN_SPACED = (
    rf"(?<!\d)(?<!\d[{SPACE}{DASH}.,])"
    + _SSN.format(SPACE)
    + rf"(?!\d)(?![{SPACE}{DASH}.,]\d)"
)
# After its name in any form: 123.45.6789, nine bare digits, one that was never issued
SSN_NAMED = (
    r"(?<![^\W\d_])(?:ssn?|ss ?#|socials?|social security|soc ?sec)(?![^\W\d_])"
    rf"[^\d\n]{{0,24}}(?P<value>\d{{3}}[{DASH}{SPACE}./]?\d{{2}}[{DASH}{SPACE}./]?"
    r"\d{4,5})(?!\d)"
)
ITIN = (
    rf"{NO_DIGIT_BEFORE}9\d\d([{DASH}{SPACE}])(?:5\d|6[0-5]|7\d|8[0-8]|9[0-24-9])\1"
    rf"\d{{4}}{NO_DIGIT_AFTER}"
)
ITIN_NAMED = after(r"itins?|taxpayer id(?:entification)?", r"9\d{8}")

# --- Cards --------------------------------------------------------------------------

# Lookaheads: "1234 4111 1111 1111 1111" has a card number behind four other digits.
_CARD_SEP = rf"[{DASH}{SPACE}./_*\r\n]{{1,2}}"
CARD = (
    rf"(?<!\d)(?=(?P<value>[2-6]\d{{12,18}}"
    rf"|[2-6]\d{{3}}(?:{_CARD_SEP}\d{{4}}){{3}}"
    rf"|3\d{{3}}{_CARD_SEP}\d{{6}}{_CARD_SEP}\d{{4,5}})(?!\d))"
)
CARD_19 = (
    rf"(?<!\d)(?=(?P<value>[56]\d{{3}}(?:{_CARD_SEP}\d{{4}}){{3}}"
    rf"{_CARD_SEP}\d{{1,3}})(?!\d))"
)
# In any grouping, down to single digits, by a series that is in use
CARD_GROUPED = (
    rf"(?<!\d)(?<!\d[{DASH}{SPACE}./])[2-6](?:{_CARD_SEP}\d|\d){{12,18}}(?!\d)"
    rf"(?![{DASH}{SPACE}./]\d)"
)
# After its name whatever its digits say, for people mistype them
CARD_NAMED = (
    r"(?<![^\W\d_])(?:cards?|visa|master ?card|amex|cc|credit|debit|kart[aey])"
    rf"(?![^\W\d_])[^\d\n]{{0,24}}(?P<value>\d(?:[{DASH}{SPACE}]?\d){{11,18}})(?!\d)"
)
_SERIES = (
    ("4", (13, 16, 19)),
    (tuple(str(n) for n in (*range(51, 56), *range(22, 28))), (16,)),
    (("34", "37"), (15,)),
    (("36", "38", "30"), (14, 16)),
    (("35",), (16,)),
    (("60", "62", "64", "65"), (16, 17, 18, 19)),
    (("50", "56", "57", "58", "63", "67"), (16, 18, 19)),
)


def card(value: str) -> bool:
    """Whether the digits are a card number of a series and length in use."""
    digits = digits_of(value)
    return luhn(digits) and any(
        len(digits) in lengths and digits.startswith(series)
        for series, lengths in _SERIES
    )


# --- IBAN ---------------------------------------------------------------------------

_IBAN_SEP = rf"[{DASH}{SPACE}./\r\n]{{0,2}}"
_IBAN_COUNTRIES = {
    15: "NO",
    16: "BE",
    18: "DK FI FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE LT LU XK KZ MN",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT",
    26: "IS TR",
    27: "FR GR IT MC MR SM BI DJ",
    28: "AL AZ BY CY DO GT HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW",
    31: "MT SC",
    33: "RU",
}


def _spaced(country: str) -> str:
    return rf"{country[0]}[{SPACE}.]?{country[1]}"


IBAN = (
    r"(?<![^\W_])(?:"
    + "|".join(
        rf"(?:{'|'.join(map(_spaced, names.split()))})"
        rf"(?:{_IBAN_SEP}[a-z0-9]){{{length - 2}}}"
        for length, names in _IBAN_COUNTRIES.items()
    )
    + r")(?![^\W_])"
)
IBAN_NAMED = after(
    "ibans?",
    rf"[a-z]{{2}}[{SPACE}]?\d{{2}}(?:[{SPACE}{DASH}]?[a-z0-9]{{3,4}}){{2,7}}"
    rf"(?:[{SPACE}{DASH}]?[a-z0-9]{{1,3}})?",
)


# The letters may stand apart, and two digits follow; no other letter.
_IBAN_STARTS = tuple(
    sorted(
        {
            start
            for names in _IBAN_COUNTRIES.values()
            for country in names.lower().split()
            for start in (country, country[0])
        }
    )
)


def iban(value: str) -> bool:
    """Whether the two check digits fit (ISO 13616)."""
    plain = "".join(c for c in value.upper() if c.isalnum())
    if not plain.isascii() or not plain[2:4].isdigit():
        return False
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


# --- Accounts -----------------------------------------------------------------------

_ACCOUNT = (
    r"(?:[a-z]{2}\d\d[a-z0-9]{10,30}"
    rf"|(?:[a-z]{{1,10}}[{DASH}]?)?\d(?:[{DASH}{SPACE}]?\d){{4,19}}[a-z]?)(?![^\W_])"
)
_BANK_WORD = (
    r"bank(?:ing)?(?: a/?c| acc(?:oun)?t)?|checking|savings?|routing|aba|rtn|sort code"
    r"|direct deposit|transit|wire(?: transfer)?|bic|swift|micr"
)
_ACCOUNT_WORD = (
    r"a/?c|acc|acct|acco\w{1,4}t|accounts?|accnum|acctnum|kont[oa]|rachun\w{1,4}|cuenta"
    r"|compte|conto|iban"
)
_TO_NUMBER = r"(?:(?!card|phone|tel\b|ssn|zip|call)[^\d\n]){0,24}?"
BANK_NAMED = (
    rf"(?<![^\W_])(?:{_BANK_WORD})(?![^\W\d_]){_TO_NUMBER}(?<![^\W_])"
    rf"(?<!of )(?P<value>{_ACCOUNT}){NO_AMOUNT}"
)
ACCOUNT_NAMED = (
    rf"(?<![^\W_])(?:{_ACCOUNT_WORD})(?![^\W\d_]){_TO_NUMBER}(?<![^\W_])"
    rf"(?<!of )(?P<value>{_ACCOUNT}){NO_AMOUNT}"
)
# transfer it to 12345678 this account
ACCOUNT_BEFORE_WORD = (
    rf"(?<![\w.,$€£])(?<!\d[{SPACE}{DASH}])(?P<value>\d{{6,17}})"
    rf"(?=[^\d\n]{{1,12}}\b(?:a/c|acct|account)\b)"
)
_FOUR = "4444"

ROWS = (
    Pattern("US_SSN", SSN, 0.85, digits=9, runs=("324",), at="number"),
    Pattern("US_SSN", SSN_SPACED, 0.6, digits=9, runs=("324",), at="number"),
    Pattern(
        "US_SSN",
        SSN_NAMED,
        0.85,
        digits=9,
        starts=("ss", "ssn", "soc", "socsec", "social"),
        at="word",
    ),
    Pattern("US_ITIN", ITIN, 0.6, digits=9, runs=("324",), at="number"),
    Pattern(
        "US_ITIN",
        ITIN_NAMED,
        0.7,
        digits=9,
        run=9,
        starts=("itin", "itins", "taxpayer"),
        at="word",
    ),
    Pattern(
        "CREDIT_CARD",
        CARD,
        0.9,
        luhn,
        digits=13,
        runs=(_FOUR, "464", "465"),
        run=13,
        at="number",
    ),
    Pattern(
        "CREDIT_CARD",
        CARD_19,
        0.9,
        luhn,
        digits=17,
        runs=(_FOUR + "1", _FOUR + "2", _FOUR + "3"),
        at="number",
    ),
    Pattern("CREDIT_CARD", CARD_GROUPED, 0.8, card, digits=13, at="number"),
    Pattern(
        "CREDIT_CARD",
        CARD_NAMED,
        0.6,
        digits=12,
        starts=heads(
            "card|visa|master|mastercard|amex|cc|credit|debit|karta|karte|karty"
        ),
        at="word",
    ),
    Pattern("IBAN_CODE", IBAN, 0.9, iban, digits=6, starts=_IBAN_STARTS, at="word"),
    Pattern("IBAN_CODE", IBAN_NAMED, 0.8, digits=4, starts=heads("iban"), at="word"),
    Pattern(
        "US_BANK_NUMBER",
        BANK_NAMED,
        0.75,
        digits=5,
        starts=heads(f"{_BANK_WORD}|banking"),
        at="word",
    ),
    Pattern(
        "ACCOUNT_NUMBER",
        ACCOUNT_NAMED,
        0.72,
        digits=5,
        starts=heads(
            "acc|acct|acco|account|accnum|acctnum|ac|konto|konta|rachun|cuenta|compte"
            "|conto|iban"
        ),
        words=("a/c", "acco"),
        at="word",
    ),
    Pattern(
        "ACCOUNT_NUMBER",
        ACCOUNT_BEFORE_WORD,
        0.5,
        digits=6,
        run=6,
        starts=("acct", "account"),
        words=("a/c",),
        at="number",
    ),
)
