"""What a rule of a profile may ask of an entity and where it stands.

Each condition is a function of (entity, context); its docstring is what the tables of
rules call it.
"""

import re
from collections.abc import Callable

from .entities import Entity, label_of
from .policy import Context
from .words import words

Condition = Callable[[Entity, Context], bool]

_GREETING = re.compile(
    r"(?:^|[\n.!?]\s*)(?:hi|hello|hey|hiya|dear|good (?:morning|afternoon|evening|day)"
    r"|thanks|thank you|welcome|greetings|cheers)"
    r"(?: (?:there|again|so much|back))?,? $",
    re.IGNORECASE,
)
_AFTER_GREETING = re.compile(r"\s*(?:[,!.?:\n]|\Z)")
_NAME = re.compile(r"[^\W\d_]+(?:[-'\u2019][^\W\d_]+)?")
_CODE = re.compile(r"\d{3,6}")
_CODE_WORD = re.compile(
    r"\b(?:cvv2?|cvc2?|csc|cid|pin(?: code| number)?|security code)\b"
    r"(?:[\s:=#]|is|was|code|number){0,8}\Z",
    re.IGNORECASE,
)
_AGE = re.compile(r"\d{1,3}")
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_ZIP3 = re.compile(r"\d{3}(?:\*\*|xx|XX)?")

SMALL_AREAS = words(
    "036 059 063 102 203 556 692 790 821 823 830 831 878 879 884 890 893",
)
"""First three digits of ZIP codes whose areas hold 20,000 people or fewer (census of
2000, as listed in the HHS guidance on de-identification)."""

STATES = words(
    "alabama alaska arizona arkansas california colorado connecticut",
    "delaware florida georgia hawaii idaho illinois indiana iowa kansas",
    "kentucky louisiana maine maryland massachusetts michigan minnesota",
    "mississippi missouri montana nebraska nevada new_hampshire",
    "new_jersey new_mexico new_york_state north_carolina north_dakota",
    "ohio oklahoma oregon pennsylvania rhode_island south_carolina",
    "south_dakota tennessee texas utah vermont virginia washington_state",
    "west_virginia wisconsin wyoming usa us u.s. u.s.a. united_states",
    "america canada mexico",
)
"""States, and what is larger. New York and Washington alone may be the cities."""

SPECIAL_WORDS = words(
    "asylum atheist baptist bisexual buddhist catholic christian church",
    "convicted criminal disabled disability ethnicity felony fingerprint",
    "gay gender genetic hindu hiv homosexual imam jewish lesbian mosque",
    "muslim orthodox party pregnant prison protestant race racial refugee",
    "religion religious sikh synagogue transgender union",
)


def always(entity: Entity, context: Context) -> bool:
    """always"""
    return True


def calm_sentence(entity: Entity, context: Context) -> bool:
    """among other words, in an everyday conversation"""
    return not context.topic and len(context.around(entity)) > 1


def calm_greeting(entity: Entity, context: Context) -> bool:
    """one name in a greeting, in an everyday conversation that knows no longer one"""
    value = _value(entity, context)
    return (
        not context.topic
        and not context.may_know([value.lower()])
        and _NAME.fullmatch(value) is not None
        and _GREETING.search(context.text[max(entity.start - 40, 0) : entity.start])
        is not None
        and _AFTER_GREETING.match(context.text, entity.end) is not None
    )


def calm_first(entity: Entity, context: Context) -> bool:
    """the first quasi-identifier of an everyday conversation"""
    return not context.topic and context.first in ("", label_of(entity.type))


def plain_first(entity: Entity, context: Context) -> bool:
    """the first quasi-identifier of an everyday conversation, with no word of a special
    category beside it"""
    return calm_first(entity, context) and SPECIAL_WORDS.isdisjoint(
        context.around(entity)
    )


def card_code(entity: Entity, context: Context) -> bool:
    """three to six digits behind CVV, CVC, PIN or security code"""
    before = context.text[max(entity.start - 30, 0) : entity.start]
    return (
        _CODE.fullmatch(_value(entity, context)) is not None
        and _CODE_WORD.search(before) is not None
    )


def up_to_89(entity: Entity, context: Context) -> bool:
    """an age of 89 years or less"""
    value = _value(entity, context)
    return _AGE.fullmatch(value) is not None and int(value) <= 89


def year_alone(entity: Entity, context: Context) -> bool:
    """a year, no finer"""
    return _YEAR.fullmatch(_value(entity, context)) is not None


def state(entity: Entity, context: Context) -> bool:
    """a state, or what is larger"""
    return "_".join(_value(entity, context).lower().split()) in STATES


def large_area(entity: Entity, context: Context) -> bool:
    """the first three digits, of an area of more than 20,000 people"""
    value = _value(entity, context)
    return _ZIP3.fullmatch(value) is not None and value[:3] not in SMALL_AREAS


def _value(entity: Entity, context: Context) -> str:
    return context.text[entity.start : entity.end]
