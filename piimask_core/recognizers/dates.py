r"""Dates of birth and ages: dates beside a word that says so, and no others.

A date is a date of birth after ``born``, ``DOB``, ``birthday`` ... or before them; an
appointment is none. Ages score below the default threshold: they are for policies
that ask for more.
"""

from .patterns import Pattern

_MONTH = (
    r"(?:jan(?:uary|uar|uari|vier|eiro)?|enero|gennaio|stycznia"
    r"|feb(?:ruary|ruar|ruari|rero|braio)?|f[ée]vrier|fevereiro|lutego"
    r"|mar(?:ch|s|zo|ço|ca)?|m[äa]rz|maart|apr(?:il|ile)?|avril|abril|kwietnia"
    r"|ma[iyj]|mayo|maio|maja|maggio|mei|jun[ei]?|juin|jun[ih]o|giugno|czerwca"
    r"|jul[iy]?|juillet|jul[ih]o|luglio|lipca|aug(?:ust|ustus)?|ao[ûu]t|agosto|sierpnia"
    r"|sept?(?:ember|embre)?|septiembre|setembro|settembre|września"
    r"|o[ck]t(?:ober|obre|ubre)?|outubro|ottobre|października"
    r"|nov(?:ember|embre|iembre|embro)?|listopada"
    r"|de[cz](?:ember|embro)?|d[ée]cembre|diciembre|dicembre|grudnia)(?![^\W\d_])\.?"
)
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_DAY_SAID = rf"{_DAY}(?:\s?(?:st|nd|rd|th)\b|\.)?"
_YEAR = r"(?:(?:18|19|20)\d\d|['\u2019]?\d\d)(?!\d)"
_GAP = r"[\s,./\-]{1,3}"
_SEP = r"\s?[./\-\u2010-\u2015\s]\s?"

# 1986-03-09, 03/09/1986, 9.3.86, 19860309, 9 March 1986, March 9th 86, March 1986
_DATE = (
    rf"(?:(?:18|19|20)\d\d{_SEP}\d{{1,2}}{_SEP}\d{{1,2}}(?!\d)"
    rf"|\d{{1,2}}{_SEP}\d{{1,2}}{_SEP}{_YEAR}"
    r"|(?:19|20)\d{6}(?!\d)|\d{4}(?:19|20)\d\d(?!\d)"
    rf"|{_DAY_SAID}{_GAP}(?:(?:of|de|of the)\s)?{_MONTH}"
    rf"(?:{_GAP}(?:(?:of|in|de)\s)?{_YEAR})?"
    rf"|{_MONTH}{_GAP}(?:the\s)?{_DAY_SAID}(?!\d)(?:{_GAP}(?:(?:of|in)\s)?{_YEAR})?"
    rf"|{_MONTH}{_GAP}(?:of\s)?(?:18|19|20)\d\d(?!\d))"
)

BIRTH_STARTS = (
    *("birth", "births", "born", "bday", "bdays", "dob", "dobs", "geboren", "geb"),
    *("geburtsdatum", "naissance", "nacimiento", "naci", "nascimento", "nato", "nata"),
    *("nascita", "urodz", "geboorte"),
)
BIRTH_WORDS = ("b-day", "d.o.b", "d o b", "ofbirth", "n\u00e9 le", "n\u00e9e le")
_WORD = (
    r"(?<![^\W_])(?:(?:date|day|year)\s+of\s+birth|date_?of_?birth|birth\s?-?(?:day|date)s?|births?"
    r"|b-?days?|born|dobs?|d\.o\.b\.?|d o b|geboren|geb\.|geburts(?:datum|tag)"
    r"|(?:date\s+de\s+)?naissance|née? le|(?:fecha\s+de\s+)?nacimiento|nació"
    r"|nascimento|nat[oa] il|nascita|urodz\w{0,6}|geboorte\w{0,6})(?![^\W_])"
)
# What may stand between the word and its date: no other date, and no new sentence.
_BETWEEN = r"(?:[^\d\n.;!?]|\.(?=[\s\d]{0,2}\d)|(?<=\b\w)\.){0,30}?\n?\s{0,4}?"

BORN_THEN_DATE = (
    rf"{_WORD}{_BETWEEN}(?<![\w/])(?P<value>{_DATE}"
    r"|(?:(?<=in\s)|(?<=birth\s)|(?<=birth:\s)|(?<=birth\sis\s))"
    r"(?:18|19|20)\d\d(?!\d))"
)
DATE_THEN_BORN = (
    rf"(?<![\w/.\-])(?P<value>{_DATE})"
    r"(?:\s?\(|\s?[,=\-\u2013]|\s(?:is|was|as|[^\W\d_]{1,8}\sis))?"
    r"(?:\s(?:my|his|her|the|our|your|their|for|[^\W\d_]{1,12}['\u2019]s)){0,2}"
    rf"\s{{0,2}}{_WORD}"
)

AGE_SAID = (
    r"(?<![\w.,$])(?P<value>(?:1[01]\d|[1-9]\d?)(?=\s?(?:-\s?)?"
    r"(?:years?|yrs?)(?:-|\s)?old\b|\s?y[/.]?o\.?(?!\w)))"
)
AGE_AFTER = (
    r"\b(?:aged|age\s?(?:is|of|was|:|=)|turn(?:ed|s|ing))\s{0,2}"
    r"(?P<value>(?:1[01]\d|[1-9]\d?))(?![\w.,:/\-]\w|\w)"
)

DATES = (
    Pattern(
        "DATE_OF_BIRTH",
        BORN_THEN_DATE,
        0.8,
        starts=BIRTH_STARTS,
        words=BIRTH_WORDS,
        digits=1,
    ),
    Pattern(
        "DATE_OF_BIRTH",
        DATE_THEN_BORN,
        0.75,
        starts=BIRTH_STARTS,
        words=BIRTH_WORDS,
        digits=1,
    ),
    Pattern(
        "AGE",
        AGE_SAID,
        0.3,
        starts=("year", "years", "yearold", "yr", "yrs", "yrold", "yrsold", "yo"),
        words=("y.o", "y/o"),
        digits=1,
        at="number",
    ),
    Pattern(
        "AGE",
        AGE_AFTER,
        0.3,
        starts=(
            "age",
            "aged",
            "ageis",
            "ageof",
            "agewas",
            "turned",
            "turns",
            "turning",
        ),
        digits=1,
        at="word",
    ),
)
