"""Addresses by their form: hits with near-misses beside them."""

import time

import pytest

from piimask_core.entities import resolve
from piimask_core.recognizers.address_parts import LONGEST
from piimask_core.recognizers.address_rows import ADDRESSES
from piimask_core.recognizers.addresses import addresses, may_find
from piimask_core.recognizers.patterns import patterns

rows = patterns(ADDRESSES)


def found(text: str) -> list[tuple[str, str]]:
    entities = resolve(text, [*rows(text), *addresses(text)])
    return [(entity.type, text[entity.start : entity.end]) for entity in entities]


def values(text: str) -> list[str]:
    return [value for type, value in found(text) if type == "ADDRESS"]


@pytest.mark.parametrize(
    "address",
    [
        "14 Quillfeather Street",
        "14b Quillfeather Rd., Mockingford",
        "14 Old Quillfeather Avenue NW",
        "1400 N Quillfeather Blvd # 12",
        "12-14 Quillfeather Lane, Unit 3",
        "77 4th Street",
        "9 West 33rd St., 5th Floor",
        "12 E St",
        "2140 North State Highway 49",
        "17 County Road 310",
        "4100 El Camino Real",
        "1200 Avenue of the Americas",
        "123 Broadway",
        "4455 mockingford ridge",
        "5511 quill mockingo suite 1100 austin texas",
        "14 quillfeather street, apt 4b, columbus, ohio 43215",
        "14 quillfeather street columbus oh 43215",
        "14 Quillfeather Street, Columbus, OH 43215-1234",
        "14 Quillfeather Street, London NW1 6XE",
        "Flat 3, 14 Quillfeather Street, London SW1A 2AA",
        "123 Quillfeather St W, Toronto, ON M5H 2M9",
        "45 Quillfeather St, Fitzroy VIC 3065",
        "Flat No. 12, QF Road, Bengaluru 560001",
        "no 34 quillfeather road mockington al 36001",
        "712 mockingpur 600199",
        "B-12, Sector 15, Mockingpur 201301",
        "12 rue de la Moquerie, 75002 Paris",
        "12 bis, rue de la Moquerie",
        "10-12 Avenue Quillfeather",
    ],
)
def test_a_number_with_a_street_behind_it(address: str) -> None:
    """Number, street, unit, city, state and code are one address, in any case."""
    for written in (address, address.lower(), address.upper()):
        assert values(f"Hi, {written}") == [written]


@pytest.mark.parametrize(
    "address",
    [
        "Federweg 12, 10115 Berlin",
        "Moquestraße 12a",
        "Am Feder 5, 10115 Berlin",
        "Calle Pluma 12, 28013 Madrid",
        "Calle de la Pluma, 12",
        "Via Piuma 3, 00184 Roma",
        "Rua da Pena 45",
        "ul. Piórkowa 10/12, 00-590 Warszawa",
        "ul. 3 Pióra 7",
        "Fjädergatan 7, 111 43 Stockholm",
        "Veergracht 123, 1015 CJ Amsterdam",
        "Toll Gyula utca 7",
        "Perova 5, Ljubljana",
        "81 Federhof 12, Suite 4",
        "PO Box 4412, Mockingford NT 0899",
        "P.O. Box 12",
        "Postfach 1234",
        "PSC 1234, Box 5678\nAPO AP 12345",
        "Mockingford, OH 43215",
        "Mockingford, OR 97201",
        "corner of Quillfeather St and 5th",
        "5th Ave",
    ],
)
def test_other_forms(address: str) -> None:
    """Streets before the number, post boxes, and cities with a state and a code."""
    assert values(f"Hi: {address}") == [address]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my address is 97 mockingpur", ["97 mockingpur"]),
        ("change my address to 12 elm apartments", ["12 elm apartments"]),
        ("Address: Villa 14, Street 8b, Elm 1, Dubai", None),
        ("and address 97 mockingpur", ["97 mockingpur"]),
        ("my address is quillfeather lane", ["quillfeather lane"]),
        ("I live at 12 Quillfeather, you know", ["12 Quillfeather"]),
        ("a taxi to 389 167 Queen Mocking please", ["389 167 Queen Mocking"]),
        ("please address 30 issues", []),
        ("we address the 3 issues", []),
        ("my ip address is 10 or so", []),
        ("send it to 30 friends", []),
        ("I was going to 300 places", []),
    ],
)
def test_a_word_announces_an_address(text: str, expected: list[str] | None) -> None:
    """Behind "my address is" or "send it to" less is asked of what follows."""
    assert values(text) == ([text.partition(": ")[2]] if expected is None else expected)


@pytest.mark.parametrize(
    "text",
    [
        "a 5 minute drive",
        "a 2 way street",
        "a 3 way call",
        "a 10 stop order",
        "a 24 hour park",
        "one way trip",
        "a 2 lane road",
        "500 people square",
        "7 pm Market Street",
        "3 kids live on Oak Street",
        "500 meters onto Park Road",
        "turn 5 left on the road",
        "310 basis points",
        "the 1998 film Grove",
        "the 1975 album Quill Road",
        "in 2019 Quill Park joined",
        "I found 9 apartments",
        "Chapter 12, Section 5",
        "Windows 10, Office 365",
        "I ordered 2 large pizzas",
        "section 8 housing",
        "$500 Main Street",
        "1.500 Main Street",
        "version 12 release 5, update 3",
        "booking id 36001",
        "top 10 places to visit, 4 star",
        "first place, second street",
        "",
    ],
)
def test_what_is_no_address(text: str) -> None:
    """Counts, times, years and versions are none, whatever word comes behind."""
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 Mockingford Way", ["12 Mockingford Way"]),
        ("455 mockingford way", ["455 mockingford way"]),
        ("12 mockingford way", []),
    ],
)
def test_a_common_word_is_a_street_with_help(text: str, expected: list[str]) -> None:
    """Words like "way" need capitals, or a number of three digits or more."""
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Jane Doe\n14 Quillfeather St\nApt 4B\nMockingford, IL 62701\nThanks",
            ["14 Quillfeather St\nApt 4B\nMockingford, IL 62701"],
        ),
        ("14 Elm St\n\nPlease call me", ["14 Elm St"]),
        ("14 Elm St. Please call me", ["14 Elm St"]),
        ("at 14 Elm St, Frankfurt and 9 Oak Rd", ["14 Elm St, Frankfurt", "9 Oak Rd"]),
        ("14 elm st and call me on monday", ["14 elm st"]),
        ("(14 Elm St)", ["14 Elm St"]),
    ],
)
def test_where_an_address_ends(text: str, expected: list[str]) -> None:
    """It goes over lines to its postal code, and never into the next sentence."""
    assert values(text) == expected


def test_an_address_is_never_long() -> None:
    """Text that might go on for ever is cut between two words."""
    word = "quillfeatherquill"

    text = f"14 {' '.join([word] * 5)} street, {', '.join([word] * 6)} 12345"

    for space in (" ", "\u00a0", "\t"):
        [value, *_] = values(text.replace(" ", space))

        assert 80 < len(value) <= LONGEST
        assert value.endswith(word)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my zip code is 43215", ["43215"]),
        ("ZIP: 43215-1234", ["43215-1234"]),
        ("postal code 53-321", ["53-321"]),
        ("my pin code 560001", ["560001"]),
        ("near NW1 6XE", ["NW1 6XE"]),
        ("near M5H 2M9", ["M5H 2M9"]),
        ("my pin is 4321", []),
        ("order 43215", []),
        ("an M1 8GB laptop", []),
        ("zip file 43215", []),
    ],
)
def test_postal_codes(text: str, expected: list[str]) -> None:
    """A postal code has a form of its own or its word beside it."""
    assert found(text) == [("ZIP_CODE", value) for value in expected]


@pytest.mark.parametrize(
    "text", ["14 Elm St", "Feder\u00adweg 12", "\u0661\u0662 Elm St"]
)
def test_may_find_lets_every_address_pass(text: str) -> None:
    """A text that may hold an address is never turned away."""
    assert may_find(text) or addresses(text) == []


def test_may_find_turns_text_without_numbers_away() -> None:
    """Most messages have no number, so they cost next to nothing."""
    assert not may_find("Where is Quillfeather Street?")
    assert may_find("Where is 14 Quillfeather Street?")


BAITS = [
    "1 ",
    "1 a ",
    "1 a a a a a a a ",
    "12 12 12 st ",
    "street ",
    "1 Ab ",
    "NY 1 ",
    "1 New York ",
    "1 A B C D E F G H I J K L M N ",
    "1\n",
    "\n",
    "5",
    "a",
    "A, ",
    "flat 1, ",
    "address is ",
    "corner of a ",
    "1 oak street, ",
    "aaweg 1 ",
    "via ",
    "zip ",
    "po box 1 ",
    "apo ",
]


@pytest.mark.parametrize("bait", BAITS)
def test_no_bait_takes_more_than_linear_time(bait: str) -> None:
    """Eight times the text takes about eight times as long, not sixty-four."""
    times = []
    for length in (4_000, 32_000):
        text = (bait * length)[:length]
        start = time.process_time()
        rows(text)
        addresses(text)
        times.append(time.process_time() - start)

    assert times[1] < 30 * times[0] + 0.05
