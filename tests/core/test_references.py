"""References: the model sees no value and no type, and they come back as others do."""

import re
from collections.abc import Sequence
from typing import Any

import pytest
from core.helpers import BOB, JANE, SCALE, SSN, VALUES, own_registry
from hypothesis import given, settings
from hypothesis import strategies as st

from piimask_core import Masker, MemoryVault, Registry, RestorePolicy, by_type
from piimask_core.grammar import candidates, find, unfinished
from piimask_core.instruction import INSTRUCTION
from piimask_core.references import is_body, number_of, reference
from piimask_core.testing import recognizing

EPOCH = "0" * 32
KEY = bytes(range(32))
SHAPE = re.compile(r"ref:[0-9a-f]{8}")
REFER = by_type({}, default="reference")


def masker(**options: Any) -> Masker:
    options.setdefault("policy", REFER)
    options.setdefault("recognizer", recognizing(VALUES))
    return Masker(vault=MemoryVault(), **options)


# The numbers behind them


def test_a_number_has_one_reference_and_that_one_number() -> None:
    """No two collide, in 20,000; some numbers have none and are skipped."""
    made = {number: reference(number, EPOCH) for number in range(1, 20_000)}
    given = [text for text in made.values() if text is not None]

    assert len(set(given)) == len(given) > 19_000
    assert all(SHAPE.fullmatch(text) and is_body(text[4:]) for text in given)
    for number, text in made.items():
        assert text is None or number_of(text, EPOCH) == number


def test_a_reference_tells_neither_order_nor_session() -> None:
    """The next number looks like any other, and so does another session's first."""
    first = [reference(n, EPOCH) or "" for n in range(1, 200)]
    other = {reference(n, "1" * 32) for n in range(1, 200)}

    assert first != sorted(first)
    assert len({text[4:6] for text in first if text}) > 80
    assert not other & set(first) - {"", None}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ref:",
        "ref:12345678",
        "ref:abcdefab",
        "ref:a1b2c3d",
        "ref:A1B2C3D4",
        "a1b2c3d4",
    ],
)
def test_what_is_none_has_no_number(text: str) -> None:
    """Eight digits are what people write as a reference themselves."""
    assert number_of(text, EPOCH) is None


# Masking and restoring


def test_a_reference_says_no_type_and_comes_back() -> None:
    """The same value has the same one, in the next turn too."""
    shield, registry = masker(), own_registry()
    text = f"I am Jane Doe, {JANE}, {SSN}, write to {JANE}"

    masked = shield.mask(text, registry)

    assert len(set(SHAPE.findall(masked))) == 3
    assert re.fullmatch(r"I am R, R, R, write to R", SHAPE.sub("R", masked))
    assert shield.unmask(masked, registry) == text
    assert shield.mask(text, registry) == masked
    assert "EMAIL" not in masked + repr(list(registry.view()))


def test_types_can_be_mixed() -> None:
    """A reference for one, a placeholder for the other."""
    mixed, registry = masker(policy=by_type({"US_SSN": "reference"})), own_registry()

    masked = mixed.mask(f"{JANE} {SSN}", registry)

    assert re.fullmatch(r"<EMAIL_1> ref:[0-9a-f]{8}", masked)
    assert mixed.unmask(masked, registry) == f"{JANE} {SSN}"


def test_another_session_does_not_know_it() -> None:
    """It stays as it is."""
    shield, mine, theirs = masker(), own_registry(), own_registry("other")
    masked = shield.mask(JANE, mine)
    shield.mask(BOB, theirs)

    assert shield.unmask(masked, theirs) == masked


RESPELLED: Sequence[tuple[str, bool]] = [
    ("{0}", True),
    ("{1}", True),
    ("Ref: {body}", True),
    ("REF:{BODY}", True),
    ("ref : {body}", True),
    ("**ref:{body}**", True),
    ("`ref:{body}`", True),
    ("**ref**:{body}", True),
    ("ref\\:{body}", True),
    ("ref\uff1a{body}", True),
    ("ref%3A{body}", True),
    ("ref&#58;{body}", True),
    ("ref-{body}", True),
    ("ref_{body}", True),
    ("[{0}]", True),
    ("({0})", True),
    ('"{0}"', True),
    ("{0}'s", True),
    ("{0}.", True),
    ("ref {body}", False),
    ("{body}", False),
    ("{0}0", False),
    ("{0}x", False),
    ("x{0}", False),
    ("prefer:{body}", False),
    ("ref::{body}", False),
    ("reference:{body}", False),
    ("ref:\n{body}", False),
]


@pytest.mark.parametrize(("spelled", "comes_back"), RESPELLED)
def test_a_respelled_reference_comes_back_where_it_is_surely_one(
    spelled: str, comes_back: bool
) -> None:
    """In any case, with markdown or escapes; never where a word goes on."""
    shield, registry = masker(), own_registry()
    made = shield.mask(JANE, registry)
    body = made[4:]
    written = spelled.format(made, made.upper(), body=body, BODY=body.upper())

    restored = shield.unmask(f"see {written} now", registry)

    assert (JANE in restored) is comes_back
    assert comes_back or restored == f"see {written} now"


TYPED = [
    "ref:a1b2c3d4",
    "Ref: A1B2C3D4",
    "my ref:a1b2c3d4, ref-0000000a and <EMAIL_1>",
    "<EMAIL_1>ref:a1b2c3d4",
]
NOT_TYPED = ["ref: 12345678", "Ref:abcdefab", "prefer:a1b2c3d4", "ref a1b2c3d4"]


@pytest.mark.parametrize("text", TYPED)
def test_what_somebody_types_is_a_literal(text: str) -> None:
    """Issued or not; it comes back as it was typed."""
    shield, registry = masker(), own_registry()
    shield.mask(JANE, registry)

    masked = shield.mask(text, registry)

    assert "ref" not in masked.lower()
    assert shield.unmask(masked, registry) == text


@pytest.mark.parametrize("text", NOT_TYPED)
def test_what_people_write_as_a_reference_is_left_alone(text: str) -> None:
    """Digits alone, letters alone, or no colon."""
    assert masker().mask(text, own_registry()) == text
    assert list(find(text)) == []


def test_an_issued_one_that_is_typed_leads_to_nobody() -> None:
    """Typed by whoever saw it in a trace."""
    shield, registry = masker(), own_registry()
    made = shield.mask(JANE, registry)

    masked = shield.mask(f"who is {made}?", registry)

    assert masked == "who is <LITERAL_1>?"
    assert shield.unmask(masked, registry) == f"who is {made}?"
    assert shield.mask(f"{made}, {BOB}", registry, layered=True).startswith(made)


@pytest.mark.parametrize(
    "text",
    [
        f"x{JANE}",
        f"{JANE}x",
        f"{JANE}{BOB}",
        f"{JANE}0 {JANE}",
        f"_{JANE}_",
        f"{JANE}ab",
    ],
)
def test_inside_a_word_it_has_brackets(text: str) -> None:
    """A reference is told by what stands around it; there it is a placeholder."""
    shield, registry = masker(), own_registry()

    masked = shield.mask(text, registry)

    assert JANE not in masked
    assert "<EMAIL_" in masked
    assert shield.unmask(masked, registry) == text


def test_what_is_stripped_beside_it_makes_no_word_of_it() -> None:
    """A seam is looked at too."""
    mixed = masker(policy=by_type({"US_SSN": "strip"}, default="reference"))
    registry = own_registry()

    masked = mixed.mask(f"{JANE}{SSN}beef", registry)

    assert mixed.unmask(masked, registry) == f"{JANE}beef"


def test_the_restore_policy_knows_its_type() -> None:
    """A tool that may have addresses gets this one, and no number."""
    policy = RestorePolicy.strict(tools={"send": {"to": {"EMAIL"}}})
    shield, registry = masker(restore=policy), own_registry()
    first, second = shield.mask([JANE, SSN], registry)
    restorer = shield.restorer(registry)

    assert restorer.arguments("send", {"to": first}) == {"to": JANE}
    assert restorer.arguments("send", {"to": second}) == {"to": second}


def test_references_survive_the_process_and_are_never_given_twice() -> None:
    """Sealed, and after erasure."""
    shield, registry = masker(), own_registry()
    text = f"{JANE}, {SSN}"
    masked = shield.mask(text, registry)

    there = Registry.loads(registry.dumps(key=KEY), key=KEY, vault=MemoryVault())
    assert shield.unmask(masked, there) == text
    assert shield.mask(text, there) == masked

    registry.erase()
    assert shield.unmask(masked, registry) == masked
    again = shield.mask(text, registry)
    assert not set(SHAPE.findall(masked)) & set(SHAPE.findall(again))


def test_the_model_is_told_of_references_where_it_gets_some() -> None:
    """And not a word where it does not."""
    assert "ref" in masker().tells
    assert masker(policy=by_type({"URL": "reference"})).tells != INSTRUCTION
    assert masker(policy=by_type({})).tells == INSTRUCTION
    assert masker(instruction="Mine.").tells == "Mine."
    assert list(find(masker().tells)) == []


# Streams

ANSWER = "To {0}, **{1}**, Ref: {2}, xref, ref, refer to ref:zz and {3}ab or {0}."


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 400])
def test_a_stream_restores_what_the_whole_does(size: int) -> None:
    """However it is cut; nothing unfinished is given out."""
    shield, registry = masker(), own_registry()
    made = shield.mask([JANE, BOB, SSN, "Jane Doe"], registry)
    answer = ANSWER.format(made[0], made[1], made[2][4:].upper(), made[3])

    stream = shield.stream_unmasker(registry)
    out = [stream.feed(answer[n : n + size]) for n in range(0, len(answer), size)]
    out.append(stream.flush())

    assert "".join(out) == shield.unmask(answer, registry)
    assert {JANE, BOB, SSN} <= set(re.findall(r"[\w.@-]*[\w]", "".join(out)))
    assert f"{made[3]}ab" in "".join(out)


def test_without_references_a_stream_waits_for_none() -> None:
    """An r is no beginning of anything there."""
    shield, registry = masker(policy=by_type({})), own_registry()
    shield.mask(JANE, registry)
    stream = shield.stream_unmasker(registry)

    assert stream.feed("we ref") == "we ref"
    assert stream.feed(":a1b2c3d4") == ":a1b2c3d4"


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("see r", 1),
        ("see ref:", 4),
        ("see ref:a1b2c3d4", 12),
        ("see ref: a1", 7),
        ("see ref:a1b2c3d4 ", 0),
        ("see refer", 0),
        ("see xr", 0),
        ("see ref:a1b2c3d4e", 0),
    ],
)
def test_only_what_can_still_become_one_is_held(text: str, held: int) -> None:
    """The shortest tail."""
    assert len(text) - unfinished(text, {"REF_"}) == held


PIECES = st.lists(
    st.sampled_from(
        [
            *(JANE, BOB, SSN, "Jane Doe", "ref:a1b2c3d4", "ref", ":", "a1b2c3d4"),
            *("<EMAIL_1>", " ", "x", "_", "/", "(", '"', "https://a.example/?q="),
            *("Ref: ", "\n", "é"),
        ]
    ),
    max_size=8,
).map("".join)


@settings(max_examples=150 * SCALE, deadline=None)
@given(PIECES, PIECES)
def test_every_text_comes_back(one: str, two: str) -> None:
    """Values, look-alikes and what stands beside them, in every order."""
    shield, registry = masker(), own_registry()
    for text in (one, two):
        masked = shield.mask(text, registry)

        assert JANE not in masked and SSN not in masked
        assert shield.unmask(masked, registry) == text


@settings(max_examples=150 * SCALE, deadline=None)
@given(PIECES, st.lists(st.integers(1, 9), max_size=30))
def test_a_stream_is_the_whole_however_it_is_cut(text: str, sizes: list[int]) -> None:
    """Of an answer with references in every state of repair."""
    shield, registry = masker(), own_registry()
    made = shield.mask(f"{JANE} {SSN}", registry)
    answer = text.replace("a1b2c3d4", made[4:12]) + made + text
    stream = shield.stream_unmasker(registry)
    out, at = "", 0
    for size in sizes:
        out += stream.feed(answer[at : at + size])
        at += size
    out += stream.feed(answer[at:]) + stream.flush()

    assert out == shield.unmask(answer, registry)


def test_candidates_are_told_in_order() -> None:
    """Of both kinds, without overlap."""
    text = "ref:a1b2c3d4 <EMAIL_1> ref:b1b2c3d4 <ref:c1b2c3d4> EMAIL_2"

    spans = [(c.start, c.end) for c in candidates(text)]

    assert spans == sorted(spans)
    assert [text[s:e] for s, e in spans] == [
        "ref:a1b2c3d4",
        "<EMAIL_1>",
        "ref:b1b2c3d4",
        "ref:c1b2c3d4",
        "EMAIL_2",
    ]
