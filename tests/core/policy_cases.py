"""For every rule of every profile: cases that it decides, and near-misses.

``[TYPE value]`` marks the entity; ``@topic`` before the text says what the conversation
is about, ``+LABEL`` which quasi-identifier it told first.
"""

from collections.abc import Mapping, Sequence

Cases = tuple[Sequence[str], Sequence[str]]

_GREETING: Cases = (
    (
        "Hi [PERSON Anna], how are you?",
        "Sure. Thanks [PERSON Bob]! All well.",
        "Dear [PERSON Mary-Ann],\nyour order has left.",
    ),
    (
        "@health Hi [PERSON Anna], your results are in.",
        "Hi [PERSON Anna Berg], how are you?",
        "I saw [PERSON Anna], she is well.",
        "Hi [PERSON Anna] told me everything.",
        "Ask Hi [PERSON Anna]",
        "Hi [USERNAME Anna], how are you?",
    ),
)
_DATES: Cases = (
    (
        "Come on [DATE_TIME 12/03/2025].",
        "+AGE Come on [DATE_TIME 12/03/2025].",
        "It was in [DATE_TIME 1999].",
    ),
    (
        "@health Come on [DATE_TIME 12/03/2025].",
        "@finance Paid on [DATE_TIME 12/03/2025].",
        "Born on [DATE_OF_BIRTH 12/03/1985].",
        "[DATE_TIME 12/03/1985]",
        "Sure: [DATE_TIME 12/03/1985]",
    ),
)
_PLACE: Cases = (
    (
        "I live in [LOCATION Bree].",
        "+LOCATION Or in [LOCATION Dale].",
        "+ZIP My ZIP is [ZIP_CODE 12345].",
    ),
    (
        "+AGE I live in [LOCATION Bree].",
        "+LOCATION My ZIP is [ZIP_CODE 12345].",
        "@health I live in [LOCATION Bree].",
        "I live at [ADDRESS 12 Mill Lane].",
    ),
)
_AGE: Cases = (
    ("I am [AGE 34].", "+AGE And she is [AGE 91].", "My son is [AGE 4] years old."),
    (
        "+LOCATION I am [AGE 34].",
        "@special I am [AGE 34].",
        "+DOB I am [AGE 34].",
        "I was born on [DATE_OF_BIRTH 12/03/1985].",
    ),
)
_PLACE_OR_AGE: Cases = (
    (_PLACE[0][0], _PLACE[0][2], _AGE[0][0]),
    (*_PLACE[1], *_AGE[1]),
)


def _only(types: str, *misses: str) -> Cases:
    """A rule without a condition: its types, whatever the topic and what came first."""
    hits = [
        f"{given}It is [{type} x-1]."
        for type in types.split()
        for given in ("", "@health ", "+AGE ")
    ]
    return hits, [f"It is [{type} x-1]." for type in " ".join(misses).split()]


_HEALTHCARE: Mapping[str, Cases] = {
    "(A) names": (
        (
            "Hi [PERSON Anna], how are you?",
            "@health Seen: [PERSON Anna Berg].",
            "+AGE [PERSON Anna] called.",
        ),
        ("Hi [USERNAME Anna].", "In [LOCATION Anna].", "At [ORGANIZATION Anna]."),
    ),
    "(B) states": (
        (
            "I live in [LOCATION Texas].",
            "@health From [LOCATION new  mexico].",
            "+AGE In the [LOCATION USA].",
        ),
        (
            "I live in [LOCATION New York].",
            "I live in [LOCATION Dallas, Texas].",
            "I live in [LOCATION Washington].",
            "Near [ADDRESS Texas].",
        ),
    ),
    "(B) ZIP areas": (
        (
            "In [ZIP_CODE 941].",
            "@health In [ZIP_CODE 100**].",
            "+AGE In [ZIP_CODE 733].",
        ),
        (
            "In [ZIP_CODE 036].",
            "In [ZIP_CODE 893**].",
            "In [ZIP_CODE 94110].",
            "In [ZIP_CODE 94110-1234].",
        ),
    ),
    "(B) places": (
        (
            "I live in [LOCATION Bree].",
            "My ZIP is [ZIP_CODE 94110].",
            "In [ZIP_CODE 036].",
            "At [ADDRESS 12 Mill Lane].",
        ),
        (
            "In [LOCATION Ohio].",
            "In [ZIP_CODE 941].",
            "At [ORGANIZATION Bree General].",
        ),
    ),
    "(C) years": (
        (
            "In [DATE_TIME 1999].",
            "@health Since [DATE_TIME 2024].",
            "+AGE Before [DATE_TIME 1850].",
        ),
        (
            "In [DATE_TIME March 1999].",
            "On [DATE_TIME 12/03/1999].",
            "In [DATE_TIME '99].",
            "Born in [DATE_OF_BIRTH 1999].",
        ),
    ),
    "(C) ages to 89": (
        ("He is [AGE 89].", "@health He is [AGE 34].", "+ZIP She is [AGE 4]."),
        (
            "He is [AGE 90].",
            "He is [AGE 104].",
            "He is [AGE 34 or 94].",
            "He is [AGE ninety].",
            "He has [DATE_TIME 34].",
        ),
    ),
    "(C) dates and ages": (
        (
            "He is [AGE 90].",
            "On [DATE_TIME March 5].",
            "Born on [DATE_OF_BIRTH 12/03/1985].",
            "Born in [DATE_OF_BIRTH 1985].",
        ),
        ("He is [AGE 89].", "In [DATE_TIME 1999].", "He has [ID 90]."),
    ),
    "(D), (E) telephone and fax": _only("PHONE_NUMBER FAX_NUMBER", "IMEI ID US_SSN"),
    "(F) e-mail": _only("EMAIL_ADDRESS", "URL USERNAME PERSON"),
    "(G) social security": _only("US_SSN US_ITIN", "UK_NINO ID PHONE_NUMBER"),
    "(H) medical record numbers": _only("MRN UK_NHS", "ID US_MBI US_NPI"),
    "(I) health plan numbers": _only("HEALTH_PLAN_NUMBER US_MBI", "MRN ID US_SSN"),
    "(J) account numbers": _only(
        "ACCOUNT_NUMBER US_BANK_NUMBER IBAN_CODE CREDIT_CARD CRYPTO", "ID MRN CVV"
    ),
    "(K) certificates and licenses": _only(
        "MEDICAL_LICENSE US_DRIVER_LICENSE US_NPI US_PASSPORT", "LICENSE_PLATE ID VIN"
    ),
    "(L) vehicles": _only("VIN LICENSE_PLATE", "US_DRIVER_LICENSE ID IMEI"),
    "(M) devices": _only("IMEI MAC_ADDRESS", "IP_ADDRESS VIN ID"),
    "(N) URLs": _only("URL", "EMAIL_ADDRESS IP_ADDRESS USERNAME"),
    "(O) IP addresses": _only("IP_ADDRESS", "MAC_ADDRESS URL ID"),
    "(P), (Q) biometrics and faces": _only("BIOMETRIC PHOTO", "ID PERSON URL"),
    "(R) any other number or code": _only(
        "ID USERNAME UK_NINO", "PERSON US_SSN ACCOUNT_NUMBER"
    ),
}

CASES: Mapping[str, Mapping[str, Cases]] = {
    "general": {
        "a name in a greeting": _GREETING,
        "the first place": _PLACE,
        "the first age": _AGE,
        "dates": _DATES,
    },
    "healthcare": _HEALTHCARE,
    "finance": {
        "card numbers": _only("CREDIT_CARD", "ACCOUNT_NUMBER CVV ID"),
        "card verification codes and PINs": _only(
            "CVV CARD_PIN", "PASSWORD CREDIT_CARD ID"
        ),
        "codes beside their words": (
            (
                "My CVV is [PASSWORD 777].",
                "@finance card 4111, cvc: [PASSWORD 777]",
                "The security code [ID 7777]",
                "PIN number is [PASSWORD 123456]",
            ),
            (
                "My CVV is [PASSWORD abc].",
                "My password is [PASSWORD 777].",
                "PIN 777, then the code [PASSWORD 888]",
                "My opinion [PASSWORD 777]",
                "My CVV is [PHONE_NUMBER 777].",
            ),
        ),
        "accounts": _only(
            "ACCOUNT_NUMBER US_BANK_NUMBER IBAN_CODE CRYPTO", "CREDIT_CARD ID MRN"
        ),
        "tax and social security numbers": _only(
            "US_SSN US_ITIN", "UK_NINO ID ACCOUNT_NUMBER"
        ),
        "a name in a greeting": _GREETING,
        "the first place or age": _PLACE_OR_AGE,
        "dates": _DATES,
    },
    "gdpr": {
        "names": (
            _HEALTHCARE["(A) names"][0],
            ("Hi [USERNAME Anna].", "In [LOCATION Anna].", "At [ORGANIZATION Anna]."),
        ),
        "origin, belief, opinion": _only(
            "NRP RELIGION ETHNICITY POLITICS SEXUAL_ORIENTATION HEALTH",
            "PERSON LOCATION ORGANIZATION",
        ),
        "online identifiers": _only(
            "IP_ADDRESS MAC_ADDRESS IMEI USERNAME", "URL EMAIL_ADDRESS PERSON"
        ),
        "national numbers": _only(
            "US_SSN UK_NINO UK_NHS US_PASSPORT ID", "MRN CREDIT_CARD PHONE_NUMBER"
        ),
        "the first place or age": (
            _PLACE_OR_AGE[0],
            (
                *_PLACE_OR_AGE[1],
                "The mosque in [LOCATION Bree] is new.",
                "He is [AGE 34], and gay.",
            ),
        ),
        "dates": _DATES,
    },
}
