"""Numbers that organizations give to people and to their things, near their words.

HIPAA's list of identifiers is the checklist: medical records, health plans, accounts,
certificates and licences, vehicles, devices.
"""

from .codes import SPOKEN, code
from .parts import ANY_DASH, DASH, NO_AMOUNT, NUMBER_WORD, SPACE, after, heads
from .pattern import Pattern

# A number with letters before, within or behind: POL-20071133, 1Z999AA1, 88291-LK
_MARK = rf"[{DASH}/.:_]"
_TOKEN = rf"#?(?:[a-z0-9]{{1,24}}(?:{_MARK}(?=[a-z0-9]))?){{1,6}}(?![^\W_])"


def _digits(least: int) -> str:
    """A condition: so many digits in a token of letters, digits and marks."""
    return rf"(?=(?:[a-z#{DASH}/.:_]{{0,12}}\d){{{least}}})"


_THING = (
    "order|booking|reservation|confirmation|policy|claim|case|ticket|invoice|customer"
    "|member|membership|reference|ref|tracking|track|receipt|subscriber|employee|emp"
    "|student|contract|loan|folio|client|user|patient|incident|complaint|request"
    "|transaction|txn|shipment|parcel|rma|po|certificate|cert|badge|payroll"
    "|frequent flyer|loyalty|rewards|insurance|health plan|medicare|medicaid"
    "|beneficiary|policyholder|enrol?lment|docket|application|permit|registration"
    "|identification|encounter|referral|prescription|specimen|accession"
    "|serial|iccid|imsi|udid|eid|pnr|locator|itinerary|voucher|gift card|coupon|donor"
    "|licen[cs]e|inmate|visa"
)
# These have numbers of many kinds, so one must be called that.
_THING_OF_COUNTS = (
    "delivery|return|purchase|staff|plan|group|record|chart|rx|lab|device|asset|meter"
    "|sim|tribal|suspect|household|agent|quote|bill|person|profile"
)
_NO_YEAR = r"(?!(?:19|20)\d\d(?:[\-/](?:19|20)?\d\d)?(?![\w\-/]))(?!\d{4}-\d\d-\d\d)"
# With "number", "no" or "id" behind the thing, three digits will do ...
_NUMBERED = rf"(?:{_THING}|{_THING_OF_COUNTS})s?[{SPACE}_]?(?:{NUMBER_WORD}|#)"
ID_NUMBERED = after(_NUMBERED, _digits(3) + _TOKEN)
# ... without, four, and no year or price
ID_NAMED = after(
    _THING,
    rf"{_NO_YEAR}(?=#|[a-z]{{1,8}}[{DASH}]?\d|\d{{5}}|\d{{3,9}}[{DASH}]\d{{3}})"
    rf"{_digits(4)}{_TOKEN}{NO_AMOUNT}",
)
# confirmation number abc 425: as a spoken code is typed
ID_IN_TWO = after(
    _NUMBERED,
    r"(?!(?:and|for|the|was|has|but|are|you|not|is|to|of|in|on|at|by|or|my)\b)"
    rf"(?:{SPOKEN}|[a-z]{{2,6}}[{SPACE}]\d{{2,12}})",
)
# POL-20071133, whatever stands before it
ID_PREFIXED = (
    r"(?<![\w\-])(?:pol|clm|ord|inv|tkt|tck|ref|bkg|res|cust?|mem|mbr|acct?|case|pt|pat"
    r"|emp|sub|cnf|conf|so|po|rma|txn|trx|cas|inc|req|sr|dl|id|mrn|uid|cid|pid|ac|loan"
    rf"|ins|app)[{DASH}]?[{DASH}#]\d{{4,14}}(?![^\W_])(?![{DASH}.]\d)"
)
# PNR: capitals and digits
ID_LOCATOR = (
    r"(?<![^\W_])(?:confirmation|booking|locator|pnr|reservation)(?![^\W_])[^\n]{0,20}?"
    r"(?<![^\W_])(?P<value>(?-i:(?=[A-Z]{0,7}\d)[A-Z0-9]{5,8}))(?![^\W_])"
)
# The number of an order of a big shop: 302-5550123-5550199
ID_ORDER = rf"(?<![\w{DASH}])\d{{3}}-\d{{7}}-\d{{7}}(?![\w{DASH}])"

_NATIONAL = (
    r"aadha?ar|pesel|nip|regon|krs|nino|national (?:id|insurance)|nhs|tfn|abn"
    r"|cpf|cnpj|curp|rut|cuit|dni|nie|nif|bsn|personnummer|cnp|jmbg|hkid|nric"
    r"|ein|tax ?(?:payer )?id|voter|citizen(?:ship)?|identity|id card|emirates id"
    r"|alien|uscis|social insurance|steuer-?id|dow[o\u00f3]d\w{0,4}(?: osobist\w{1,4})?"
    r"|(?:ration|green|voter|pan|residence) card"
)
# Words with another sense, so the number must be a long one.
_NATIONAL_WEAK = "pan|sin|rfc|fin|tin|vat|tax|resident|upi|id"
_GROUPED = rf"\d(?:[{SPACE}{DASH}./\r\n]{{0,2}}\d){{7,15}}(?![^\W_])"
NATIONAL = after(
    _NATIONAL, rf"(?:{_GROUPED}|[a-z]{{3}}[{SPACE}]\d{{6}}|{_digits(3)}{_TOKEN})"
)
NATIONAL_WEAK = after(
    _NATIONAL_WEAK, rf"(?:{_GROUPED}|{_digits(7)}{_TOKEN}|[a-z]{{3,10}}\d{{4,7}}[a-z]?)"
)
PAN = r"(?<![^\W_])(?-i:[A-Z]{5}\d{4}[A-Z])(?![^\W_])"
NINO = (
    r"(?<![^\W_])[a-z]{2}([ \-]?)\d\d\1\d\d\1\d\d\1[a-d]"
    r"(?![^\W_])"
)

MRN = after(
    "mrn|medical record|med rec|patient|chart|health record", _digits(4) + _TOKEN
)
PASSPORT = after(
    r"passports?|passeport|reisepass|pasaporte|paszport\w{0,3}",
    rf"{_digits(5)}[a-z]{{0,3}}[{SPACE}]?\d[a-z0-9]{{4,12}}",
)
DRIVER = after(
    r"driv(?:er|ing)[\u2019']?s?[\u2019']? ?-?licen[cs]es?|licen[cs]e (?:number|no)"
    r"|dl|dln|dmv|praw[oa] jazdy|f\u00fchrerschein|permis de conduire",
    rf"{_digits(4)}{_TOKEN}|\d\d[{SPACE}]\d{{6,8}}",
)
NPI = after(r"npi|national provider(?: identifier)?", r"[12]\d{9}")
DEA = r"(?<![^\W_])(?-i:[A-HJ-NP-UX][A-Z9])\d{7}(?![^\W_])"
DEA_NAMED = after(r"dea", r"[a-z][a-z9]\d{7}")


def dea(value: str) -> bool:
    """Whether the last digit is the check digit of a US prescriber's number."""
    d = [int(c) for c in value[2:]]
    return (d[0] + d[2] + d[4] + 2 * (d[1] + d[3] + d[5])) % 10 == d[6]


VIN = r"(?<![^\W_])(?=(?:[a-hj-npr-z]{0,13}\d){4})[a-hj-npr-z0-9]{17}(?![^\W_])"
VIN_NAMED = after(r"vin|vehicle id\w{0,14}|chassis", r"[a-hj-npr-z0-9]{11,17}")

_VIN_VALUES = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "12345678123457923456789"), strict=True)
)
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def vin(value: str) -> bool:
    """Whether the ninth character is the check digit (ISO 3779 in North America)."""
    plain = value.upper()
    if not plain.isascii() or plain.isdigit():
        return False
    total = sum(
        weight * (int(c) if c.isdigit() else _VIN_VALUES[c])
        for weight, c in zip(_VIN_WEIGHTS, plain, strict=True)
    )
    return plain[8] == "0123456789X"[total % 11]


PLATE = after(
    r"(?:licen[sc]e |number |car |vehicle )?plates?|tags?|rego|reg|registration",
    rf"(?=[a-z{SPACE}{DASH}]{{0,6}}\d)(?=[\d{SPACE}{DASH}]{{0,6}}[a-z])"
    rf"(?:(?-i:[A-Z0-9]{{1,4}}[{SPACE}{DASH}]?[A-Z0-9]{{2,5}}"
    rf"(?:[{SPACE}{DASH}][A-Z0-9]{{1,4}})?)|(?=[a-z]{{0,6}}\d)(?=\d{{0,6}}[a-z])[a-z0-9]{{5,8}})",
)

_NAMES = heads(_THING)
_NUMBER = heads(NUMBER_WORD)
_ALL_NAMES = (*_NAMES, *heads(_THING_OF_COUNTS))
# certno, as one word
_ALL_NAMES += tuple(
    f"{name}{number}" for name in _ALL_NAMES if len(name) < 5 for number in _NUMBER
)
_PREFIXES = (
    "pol clm ord inv tkt tck ref bkg res cus cust mem mbr acc acct case pt pat emp sub"
    " cnf conf so po rma txn trx cas inc req sr dl id mrn uid cid pid ac loan ins app"
)

ROWS = (
    Pattern("ID", ID_NUMBERED, 0.6, digits=3, starts=_ALL_NAMES, at="word"),
    Pattern("ID", ID_NAMED, 0.55, digits=4, starts=_NAMES, at="word"),
    Pattern("ID", ID_IN_TWO, 0.5, code, digits=2, starts=_ALL_NAMES, at="word"),
    Pattern(
        "ID",
        ID_PREFIXED,
        0.6,
        digits=4,
        run=4,
        starts=tuple(_PREFIXES.split()),
        marks=ANY_DASH + "#",
        at="word",
    ),
    Pattern(
        "ID",
        ID_LOCATOR,
        0.55,
        digits=1,
        starts=("confirmation", "booking", "locator", "pnr", "reservation"),
        at="word",
    ),
    Pattern("ID", ID_ORDER, 0.5, digits=17, runs=("377",), marks="-", at="number"),
    Pattern(
        "ID",
        NATIONAL,
        0.6,
        digits=4,
        starts=heads(f"{_NATIONAL}|taxid|taxpayer|dowod|ration|green|voter"),
        at="word",
    ),
    Pattern(
        "ID",
        NATIONAL_WEAK,
        0.55,
        digits=4,
        starts=heads(_NATIONAL_WEAK),
        at="word",
    ),
    Pattern("ID", PAN, 0.6, digits=4, runs=("4",)),
    Pattern("UK_NINO", NINO, 0.6, digits=6, runs=("6", "222")),
    Pattern(
        "MRN",
        MRN,
        0.65,
        digits=4,
        starts=("mrn", "medical", "med", "patient", "chart", "health"),
        at="word",
    ),
    Pattern(
        "US_PASSPORT",
        PASSPORT,
        0.7,
        digits=5,
        starts=("passport", "passeport", "reisepass", "pasaporte", "paszport"),
        at="word",
    ),
    Pattern(
        "US_DRIVER_LICENSE",
        DRIVER,
        0.65,
        digits=4,
        starts=(
            *("driver", "driving", "license", "dl", "dln", "dmv"),
            *("prawo", "prawa", "permis"),
        ),
        words=("f\u00fchrerschein",),
        at="word",
    ),
    Pattern(
        "US_NPI", NPI, 0.7, digits=10, run=10, starts=("npi", "national"), at="word"
    ),
    Pattern("MEDICAL_LICENSE", DEA, 0.7, dea, digits=7, runs=("7", "8")),
    Pattern("MEDICAL_LICENSE", DEA_NAMED, 0.8, digits=7, starts=("dea",), at="word"),
    Pattern("VIN", VIN, 0.7, vin, digits=4, wide=17),
    Pattern(
        "VIN",
        VIN_NAMED,
        0.7,
        digits=1,
        starts=("vin", "vehicle", "chassis"),
        at="word",
    ),
    Pattern(
        "LICENSE_PLATE",
        PLATE,
        0.6,
        digits=1,
        starts=("plate", "plates", "tag", "tags", "rego", "reg", "registration"),
    ),
)
