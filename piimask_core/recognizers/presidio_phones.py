"""Phone numbers of many regions in one search; they are what PhoneRecognizer finds.

phonenumbers searches a text for one region at a time. Which stretches it tries is the
same for all regions; only what it makes of them differs. Here they are looked up once,
and a region parses only what its national numbers could look like.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

Span = tuple[int, int]

# A candidate of these alone ends where its last digit stands, wherever inside one
# starts to read. So when it is a number as a whole, the other regions find nothing
# that reaches beyond it. And it is read as its digits.
_SIMPLE = re.compile(r"[\d+()/. \-]+")
_MOST = 20  # digits that phonenumbers reads in one go
_FEWEST = 4  # digits of a valid number, in any region
_DIGIT = re.compile(r"\d")


def numbers(text: str, regions: Sequence[str], leniency: int) -> list[Span] | None:
    """Where there is a phone number of any of the regions; None if that is unknown.

    It is unknown where phonenumbers has no longer what is used of it here. Stretches
    inside of another may be missing.
    """
    tools = _tools()
    if tools is None:
        return None
    if leniency > 0 and len(_DIGIT.findall(text)) < _FEWEST:
        return []
    may_be = _may_be_any(tuple(regions))
    found: set[Span] = set()
    waiting = {0: tuple(regions)}  # the regions that read on from a position
    while waiting:
        position = min(waiting)
        group = waiting.pop(position)
        match = tools.search(text, position)
        if match is None:
            continue
        end = match.start() + len(tools.trim(match[0]))
        digits = len(_DIGIT.findall(match[0]))
        if leniency > 0 and digits < _FEWEST:
            waiting[end] = (*waiting.get(end, ()), *group)
            continue
        simple = digits <= _MOST and _SIMPLE.fullmatch(match[0]) is not None
        first = tools.first(text, match.start(), end, leniency, may_be)
        for n, region in enumerate(group):
            span = first(region)
            after = end
            if span is not None:
                found.add(span)
                after = span[1]
            waiting[after] = (*waiting.get(after, ()), region)
            if simple and span == match.span():
                waiting[end] = (*waiting.get(end, ()), *group[n + 1 :])
                break
    return sorted(found)


class _Tools(NamedTuple):
    """The parts of phonenumbers' matcher."""

    search: Callable[[str, int], Any]
    trim: Callable[[str], str]
    first: "Callable[[str, int, int, int, _MayBe], Callable[[str], Span | None]]"


@cache
def _tools() -> _Tools | None:
    from phonenumbers import PhoneNumberMatcher, phonenumbermatcher

    module: Any = phonenumbermatcher
    try:
        search = module._PATTERN.search
        second = module._SECOND_NUMBER_START_PATTERN
        verify: Any = PhoneNumberMatcher._parse_and_verify
        extract: Any = PhoneNumberMatcher._extract_match
    except AttributeError:
        return None

    def trim(candidate: str) -> str:
        match = second.search(candidate)
        return candidate[: match.start()] if match else candidate

    def tries(matcher: Any, candidate: str, offset: int) -> dict[tuple[str, int], bool]:
        """What is tried of a candidate, in order, and whether digits say it all."""
        tried: dict[tuple[str, int], bool] = {}

        def note(part: str, place: int) -> None:
            tried[part, place] = _SIMPLE.fullmatch(part) is not None and "+" not in part

        matcher._parse_and_verify = note
        extract(matcher, candidate, offset)
        return tried

    def first(
        text: str, start: int, end: int, leniency: int, may_be: "_MayBe"
    ) -> Callable[[str], Span | None]:
        """The first number of a region in a candidate."""
        # The matcher looks at one character before, and at three after.
        before = min(start, 1)
        shift = start - before
        near = text[shift : end + 8]
        matcher: Any = PhoneNumberMatcher(near, None, leniency)
        parts = [
            (part, offset, _digits(part) if plain and leniency > 0 else None)
            for (part, offset), plain in tries(matcher, text[start:end], before).items()
        ]
        parts = [each for each in parts if each[2] is None or may_be(each[2])]

        def number(region: str) -> Span | None:
            matcher.preferred_region = region
            for part, offset, digits in parts:
                if digits is not None and not _plausible(digits, region):
                    continue
                match = verify(matcher, part, offset)
                if match is not None:
                    return match.start + shift, match.end + shift
            return None

        return number

    return _Tools(search, trim, first)


def _digits(text: str) -> str:
    return "".join(str(int(digit)) for digit in _DIGIT.findall(text))


# --- Could it be a number of a region? ----------------------------------------------


_MayBe = Callable[[str], object]


@cache
def _may_be_any(regions: tuple[str, ...]) -> _MayBe:
    """False only for digits that are no valid number in any of these regions."""
    known = [facts for facts in map(_region, regions) if not facts or facts.exists]
    if not all(facts and facts.shape for facts in known):
        return bool
    shapes = sorted({facts.shape for facts in known if facts})
    return re.compile("|".join(f"(?:{shape})" for shape in shapes)).fullmatch


class _Region(NamedTuple):
    """How the numbers of a region are written, as far as it takes to refuse one.

    ``exists``: whether there is such a region. ``shape``: a regex of all that is not
    refused for sure.
    """

    exists: bool
    shape: str
    may_match: _MayBe
    shortest: int
    code: str
    abroad: re.Pattern[str]
    prefix: re.Pattern[str]
    rule: str
    national: re.Pattern[str]
    formats: tuple["_Format", ...]


class _Format(NamedTuple):
    """How some numbers of a country are written, and whether with the prefix only."""

    leading: re.Pattern[str]
    digits: re.Pattern[str]
    prefixed: bool


def _plausible(digits: str, region: str) -> bool:
    """False only if they are no valid number, dialled from that region."""
    facts = _region(region)
    if facts is None:
        return True
    if not (facts.exists and facts.may_match(digits)):
        return False
    if facts.abroad.match(digits):
        return True
    if len(digits) < facts.shortest:
        return False
    forms = {digits}
    if digits.startswith(facts.code):
        forms.add(digits[len(facts.code) :])
    for _ in range(2):  # phonenumbers may take off a prefix before and after the code
        for form in list(forms):
            if match := facts.prefix.match(form):
                forms.add(form[match.end() :])
                if facts.rule:
                    forms.add(facts.prefix.sub(facts.rule, form, count=1))
    if not any(map(facts.national.fullmatch, forms)):
        return False
    return len(forms) > 1 or not _lacks_prefix(digits, facts.formats)


def _lacks_prefix(digits: str, formats: Sequence[_Format]) -> bool:
    for leading, pattern, prefixed in formats:
        if leading.match(digits) and pattern.fullmatch(digits):
            return prefixed
    return False


# A valid number is of one of these kinds.
_KINDS = (
    *("premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager"),
    *("uan", "voicemail", "fixed_line", "mobile"),
)


@cache
def _region(region: str) -> _Region | None:
    """None where nothing can be said."""
    import phonenumbers

    metadata: Any = partial(
        phonenumbers.PhoneMetadata.metadata_for_region, default=None
    )
    known = metadata(region)
    if known is None:
        nothing = re.compile("")
        return _Region(False, "", bool, 0, "", nothing, nothing, "", nothing, ())
    code = known.country_code
    siblings = [*map(metadata, phonenumbers.COUNTRY_CODE_TO_REGION_CODE[code])]
    prefixes = {each.national_prefix_for_parsing for each in (known, siblings[0])}
    rules = {each.national_prefix_transform_rule for each in (known, siblings[0])}
    if len(prefixes) > 1 or len(rules) > 1:
        return None
    never = "(?!)"
    patterns = {
        kind.national_number_pattern
        for each in siblings
        for name in _KINDS
        if (kind := getattr(each, name)) and kind.national_number_pattern
    }
    rule = known.national_prefix_transform_rule or ""
    abroad = known.international_prefix or never
    prefix = known.national_prefix_for_parsing or never
    national = "|".join(f"(?:{each})" for each in sorted(patterns))
    # All that is not refused below: mostly this is all that it takes.
    shape = rf"(?:{abroad})\d*|(?:{code})?(?:{prefix})?(?:{prefix})?(?:{national})"
    shorter = re.fullmatch(r"(\\\d)?", rule) is not None
    if rule:  # what is left of the digits is anywhere among them
        shape = rf"(?:{abroad})\d*|\d*(?:{national})\d*" if shorter else r"\d*"
    lengths = [size for each in siblings for size in each.general_desc.possible_length]
    return _Region(
        True,
        shape,
        re.compile(shape).fullmatch,
        min(lengths, default=0) if shorter else 0,
        str(code),
        re.compile(abroad),
        re.compile(prefix),
        rule,
        re.compile(national),
        tuple(map(_format, siblings[0].number_format)),
    )


def _format(known: Any) -> _Format:
    rule = known.national_prefix_formatting_rule
    free = known.national_prefix_optional_when_formatting or not rule
    return _Format(
        re.compile((known.leading_digits_pattern or [""])[-1]),
        re.compile(known.pattern),
        not free and re.fullmatch(r"\(?\\1\)?", rule) is None,
    )
