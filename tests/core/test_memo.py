"""History is read once, and masked alike each time, until something new is known."""

import pytest
from core.helpers import BOB, JANE, Clock

from piimask_core import Entity, Masker, MemoryVault
from piimask_core.testing import recognizing
from piimask_core.vault import Memo


class Counting:
    """A recognizer that counts what it reads, and forgets how after the first time."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.values = {"EMAIL_ADDRESS": [JANE, BOB]}

    def __call__(self, text: str) -> list[Entity]:
        self.read.append(text)
        return list(recognizing(self.values)(text))


def test_a_message_is_recognized_once() -> None:
    """However often the history is sent again, with the same bytes."""
    recognizer = Counting()
    masker = Masker(recognizer=recognizer, vault=MemoryVault())
    registry = masker.registry("s")

    first = [
        masker.mask([f"{n} {JANE}" for n in range(k + 1)], registry) for k in range(9)
    ]

    assert len(recognizer.read) == 9
    assert first[-1] == [f"{n} <EMAIL_1>" for n in range(9)]


def test_a_value_learned_later_is_masked_in_what_was_sent_before() -> None:
    """Then the leak rule wins over the same bytes."""
    masker = Masker(
        recognizer=lambda t: (
            recognizing({"PERSON": ["Jane Doe"]})(t) if "I am" in t else []
        ),
        vault=MemoryVault(),
    )
    registry = masker.registry("s")
    assert masker.mask("for Jane Doe", registry) == "for Jane Doe"

    masker.mask("I am Jane Doe", registry)

    assert masker.mask("for Jane Doe", registry) == "for <PERSON_1>"


def test_what_is_forgotten_is_read_anew() -> None:
    """After expiry and erasure no old placeholder is sent."""
    clock, recognizer = Clock(), Counting()
    masker = Masker(recognizer=recognizer, vault=MemoryVault(ttl=10, clock=clock))
    registry = masker.registry("s")
    assert masker.mask(JANE, registry) == "<EMAIL_1>"

    clock.now = 11
    assert masker.mask(JANE, registry) == "<EMAIL_2>"
    registry.erase()
    assert masker.mask(JANE, registry) == "<EMAIL_3>"
    assert masker.unmask("<EMAIL_3>", registry) == JANE


def test_the_memo_keeps_a_session_alive() -> None:
    """A text that is masked again is a use of its values."""
    clock = Clock()
    masker = Masker(recognizer=Counting(), vault=MemoryVault(ttl=10, clock=clock))
    registry = masker.registry("s")
    for clock.now in (0, 8, 16, 24):
        assert masker.mask(JANE, registry) == "<EMAIL_1>"


def test_another_masker_reads_for_itself() -> None:
    """What one finds another may not be looking for."""
    vault = MemoryVault()
    one = Masker(recognizer=recognizing({"EMAIL_ADDRESS": [JANE]}), vault=vault)
    two = Masker(recognizer=recognizing({"EMAIL_ADDRESS": [BOB]}), vault=vault)
    registry = one.registry("s")
    text = f"{JANE} {BOB}"

    assert one.mask(text, registry) == f"<EMAIL_1> {BOB}"
    assert two.mask(text, registry) == "<EMAIL_1> <EMAIL_2>"


def test_a_layers_placeholders_are_not_those_that_somebody_typed() -> None:
    """The same text is read in two ways."""
    masker = Masker(recognizer=Counting(), vault=MemoryVault())
    registry = masker.registry("s")
    masker.mask(JANE, registry)

    for _ in range(2):
        assert masker.mask("<EMAIL_1>", registry, layered=True) == "<EMAIL_1>"
        assert masker.mask("<EMAIL_1>", registry) == "<LITERAL_1>"


def test_what_is_issued_in_a_turn_was_not_typed_before_it() -> None:
    """An invented number that is given in the same breath stays invented."""
    masker = Masker(recognizer=Counting(), vault=MemoryVault())
    registry = masker.registry("s")
    masker.mask(JANE, registry)

    masked = masker.mask(f"<EMAIL_1> <EMAIL_2> {BOB}", registry, layered=True)

    assert masked == "<EMAIL_1> <LITERAL_1> <EMAIL_2>"


def test_it_holds_so_many_characters_and_says_nothing() -> None:
    """The oldest goes first; its repr is a count."""
    memo: Memo[str, str] = Memo(10)
    owner = object()
    for text in "abc":
        memo.put(owner, text, text, 4)

    assert memo.get(owner, "a") is None
    assert memo.get(owner, "c") == "c"
    assert memo.get(object(), "c") is None
    assert repr(memo) == "Memo(2 texts)"
    memo.put(owner, "long", "x", 11)
    assert memo.get(owner, "long") is None


@pytest.mark.parametrize("name", ["memo", "view"])
def test_no_value_is_in_a_repr(name: str) -> None:
    """Of what holds them."""
    masker = Masker(recognizer=Counting(), vault=MemoryVault())
    registry = masker.registry("s")
    masker.mask(JANE, registry)
    held = getattr(registry, name)

    assert JANE not in repr(held() if callable(held) else held)
