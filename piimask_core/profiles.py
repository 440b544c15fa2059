"""Which rules hold in which domain? Rows to be read and reviewed (pattern 4).

A profile is a list of rules; the first that holds decides, and where none holds a value
gets a placeholder. So a rule can only let go, remove or name: nothing is kept because
it was forgotten. ``docs/policies.md`` shows them as tables.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from .conditions import (
    Condition,
    always,
    calm_first,
    calm_greeting,
    calm_sentence,
    card_code,
    large_area,
    plain_first,
    state,
    up_to_89,
    year_alone,
)
from .entities import Entity, label_of
from .errors import InputError
from .policy import Context


class Rule(NamedTuple):
    """These types, under this condition, go to this operator, because of that.

    ``types`` are names as recognizers give them, or labels. ``source`` is where the
    rule comes from.
    """

    name: str
    types: tuple[str, ...]
    when: Condition
    operator: str
    source: str


EVERYTHING_ELSE = Rule(
    "everything else", (), always, "placeholder", "nothing is kept by omission"
)


@dataclass(frozen=True)
class Profile:
    """A policy made of rules; ``asks`` for types that are else let go by their score.

    Raises InputError where two rules have one name.
    """

    name: str
    rules: tuple[Rule, ...]
    asks: Mapping[str, float] = field(default_factory=dict)
    default: Rule = EVERYTHING_ELSE
    _of: Mapping[str, tuple[Rule, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = [rule.name for rule in self.rules]
        if len(set(names)) < len(names):
            raise InputError("Two rules of a profile have one name.")
        labels = {label_of(type) for rule in self.rules for type in rule.types}
        by_label = {label: tuple(_with(label, self.rules)) for label in labels}
        object.__setattr__(self, "_of", by_label)

    def __call__(self, entity: Entity, context: Context) -> str:
        """The operator's name: a profile is a policy."""
        return self.rule(entity, context).operator

    def rule(self, entity: Entity, context: Context) -> Rule:
        """The rule that decides here."""
        for rule in self._of.get(label_of(entity.type), ()):
            if rule.when(entity, context):
                return rule
        return self.default

    @property
    def operators(self) -> frozenset[str]:
        """Every operator that a rule names."""
        return frozenset(rule.operator for rule in (*self.rules, self.default))


def _with(label: str, rules: Iterable[Rule]) -> Iterable[Rule]:
    return (rule for rule in rules if label in map(label_of, rule.types))


_AGES = {"AGE": 0.3}
_HIPAA = "45 CFR 164.514(b)(2)(i)"
_HEAVY = "NIST SP 800-122, 3.2.1 (identifiability)"
_THREE = "Sweeney 2000: ZIP code, sex and date of birth single out most people"

_PLACES = ("LOCATION", "ZIP_CODE")

GENERAL = Profile(
    "general",
    (
        Rule(
            "a name in a greeting",
            ("PERSON",),
            calm_greeting,
            "keep",
            "NIST SP 800-122, 3.2.4 (context of use)",
        ),
        Rule("the first place", _PLACES, calm_first, "keep", _THREE),
        Rule("the first age", ("AGE",), calm_first, "keep", _THREE),
        Rule("dates", ("DATE_TIME",), calm_sentence, "keep", _HEAVY),
    ),
    _AGES,
)

HEALTHCARE = Profile(
    "healthcare",
    (
        Rule("(A) names", ("PERSON",), always, "placeholder", f"{_HIPAA}(A)"),
        Rule("(B) states", ("LOCATION",), state, "keep", f"{_HIPAA}(B)"),
        Rule("(B) ZIP areas", ("ZIP_CODE",), large_area, "keep", f"{_HIPAA}(B)(1)-(2)"),
        Rule(
            "(B) places",
            ("LOCATION", "ADDRESS", "ZIP_CODE"),
            always,
            "placeholder",
            f"{_HIPAA}(B)",
        ),
        Rule("(C) years", ("DATE_TIME",), year_alone, "keep", f"{_HIPAA}(C)"),
        Rule("(C) ages to 89", ("AGE",), up_to_89, "keep", f"{_HIPAA}(C)"),
        Rule(
            "(C) dates and ages",
            ("DATE_TIME", "DATE_OF_BIRTH", "AGE"),
            always,
            "placeholder",
            f"{_HIPAA}(C)",
        ),
        Rule(
            "(D), (E) telephone and fax",
            ("PHONE_NUMBER", "FAX_NUMBER"),
            always,
            "placeholder",
            f"{_HIPAA}(D)-(E)",
        ),
        Rule("(F) e-mail", ("EMAIL_ADDRESS",), always, "placeholder", f"{_HIPAA}(F)"),
        Rule(
            "(G) social security",
            ("US_SSN", "US_ITIN"),
            always,
            "placeholder",
            f"{_HIPAA}(G)",
        ),
        Rule(
            "(H) medical record numbers",
            ("MRN", "UK_NHS"),
            always,
            "placeholder",
            f"{_HIPAA}(H)",
        ),
        Rule(
            "(I) health plan numbers",
            ("HEALTH_PLAN_NUMBER", "US_MBI"),
            always,
            "placeholder",
            f"{_HIPAA}(I)",
        ),
        Rule(
            "(J) account numbers",
            ("ACCOUNT_NUMBER", "US_BANK_NUMBER", "IBAN_CODE", "CREDIT_CARD", "CRYPTO"),
            always,
            "placeholder",
            f"{_HIPAA}(J)",
        ),
        Rule(
            "(K) certificates and licenses",
            ("MEDICAL_LICENSE", "US_DRIVER_LICENSE", "US_NPI", "US_PASSPORT"),
            always,
            "placeholder",
            f"{_HIPAA}(K)",
        ),
        Rule(
            "(L) vehicles",
            ("VIN", "LICENSE_PLATE"),
            always,
            "placeholder",
            f"{_HIPAA}(L)",
        ),
        Rule(
            "(M) devices",
            ("IMEI", "MAC_ADDRESS"),
            always,
            "placeholder",
            f"{_HIPAA}(M)",
        ),
        Rule("(N) URLs", ("URL",), always, "placeholder", f"{_HIPAA}(N)"),
        Rule(
            "(O) IP addresses", ("IP_ADDRESS",), always, "placeholder", f"{_HIPAA}(O)"
        ),
        Rule(
            "(P), (Q) biometrics and faces",
            ("BIOMETRIC", "PHOTO"),
            always,
            "placeholder",
            f"{_HIPAA}(P)-(Q)",
        ),
        Rule(
            "(R) any other number or code",
            ("ID", "USERNAME", "UK_NINO"),
            always,
            "placeholder",
            f"{_HIPAA}(R)",
        ),
    ),
    _AGES,
)

FINANCE = Profile(
    "finance",
    (
        Rule(
            "card numbers",
            ("CREDIT_CARD",),
            always,
            "placeholder",
            "PCI DSS 4.0, 3.4.1 and 3.5.1 (PAN masked, unreadable where stored)",
        ),
        Rule(
            "card verification codes and PINs",
            ("CVV", "CARD_PIN"),
            always,
            "strip",
            "PCI DSS 4.0, 3.3.1.2 and 3.3.1.3 (not kept after authorization)",
        ),
        Rule(
            "codes beside their words",
            ("PASSWORD", "ID"),
            card_code,
            "strip",
            "PCI DSS 4.0, 3.3.1.2 and 3.3.1.3 (not kept after authorization)",
        ),
        Rule(
            "accounts",
            ("ACCOUNT_NUMBER", "US_BANK_NUMBER", "IBAN_CODE", "CRYPTO"),
            always,
            "placeholder",
            "GLBA, 16 CFR 314.2(d) (customer information)",
        ),
        Rule(
            "tax and social security numbers",
            ("US_SSN", "US_ITIN"),
            always,
            "placeholder",
            "GLBA, 16 CFR 314.2(l) (personally identifiable financial information)",
        ),
        Rule(
            "a name in a greeting",
            ("PERSON",),
            calm_greeting,
            "keep",
            "NIST SP 800-122, 3.2.4 (context of use)",
        ),
        Rule("the first place or age", (*_PLACES, "AGE"), calm_first, "keep", _THREE),
        Rule("dates", ("DATE_TIME",), calm_sentence, "keep", _HEAVY),
    ),
    _AGES,
)

GDPR = Profile(
    "gdpr",
    (
        Rule(
            "names",
            ("PERSON",),
            always,
            "placeholder",
            "GDPR Art. 4(1) (a name identifies)",
        ),
        Rule(
            "origin, belief, opinion",
            (
                "NRP",
                "RELIGION",
                "ETHNICITY",
                "POLITICS",
                "SEXUAL_ORIENTATION",
                "HEALTH",
            ),
            always,
            "placeholder",
            "GDPR Art. 9(1) (special categories)",
        ),
        Rule(
            "online identifiers",
            ("IP_ADDRESS", "MAC_ADDRESS", "IMEI", "USERNAME"),
            always,
            "placeholder",
            "GDPR Art. 4(1), Recital 30",
        ),
        Rule(
            "national numbers",
            ("US_SSN", "UK_NINO", "UK_NHS", "US_PASSPORT", "ID"),
            always,
            "placeholder",
            "GDPR Art. 87",
        ),
        Rule(
            "the first place or age",
            (*_PLACES, "AGE"),
            plain_first,
            "keep",
            "GDPR Recital 26 (all means likely to be used), Art. 9(1)",
        ),
        Rule(
            "dates", ("DATE_TIME",), calm_sentence, "keep", "GDPR Art. 4(1), Recital 26"
        ),
    ),
    _AGES,
)

PROFILES: Mapping[str, Profile] = {
    profile.name: profile for profile in (GENERAL, HEALTHCARE, FINANCE, GDPR)
}
"""The ready-made ones, by name."""


def profile_of(profile: str | Profile) -> Profile:
    """A profile by its name, or itself. Raises InputError for another name."""
    if isinstance(profile, Profile):
        return profile
    if profile not in PROFILES:
        raise InputError(f"profile is one of {', '.join(PROFILES)}, or a Profile.")
    return PROFILES[profile]
