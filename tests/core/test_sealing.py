"""Sealed text opens with its key, at its place, or not at all."""

import base64

import pytest

from piimask_core import SealError
from piimask_core.vault import seal, unseal

KEY = bytes(range(32))
PLACE = ("1", "acme", "session-1", "epoch")


@pytest.mark.parametrize("text", [b"", b"jane@example.com", bytes(range(256)) * 400])
def test_what_was_sealed_opens(text: bytes) -> None:
    """Same key, same place, any bytes."""
    assert unseal(KEY, seal(KEY, text, PLACE), PLACE) == text


def test_nothing_of_the_text_shows() -> None:
    """Nor that two texts are the same: each seal has a nonce of its own."""
    one, other = (seal(KEY, b"jane@example.com", PLACE) for _ in range(2))

    assert one != other
    assert b"jane" not in base64.b64decode(one)


@pytest.mark.parametrize(
    "place",
    [
        (),
        ("1", "acme", "session-1"),
        ("1", "acme", "session-1", "other"),
        ("1", "acme", "session-2", "epoch"),
        ("1", "other", "session-1", "epoch"),
        ("2", "acme", "session-1", "epoch"),
        ("1", "acmes", "ession-1", "epoch"),
        ("1", "acme", "session-1epoch", ""),
        ("1acme", "", "session-1", "epoch"),
    ],
)
def test_it_does_not_open_anywhere_else(place: tuple[str, ...]) -> None:
    """Not for another tenant, session or epoch, nor where the bounds moved."""
    with pytest.raises(SealError):
        unseal(KEY, seal(KEY, b"jane", PLACE), place)


def test_all_pairs_of_places_keep_apart() -> None:
    """What one place sealed, no other opens."""
    places = [(a, b, c) for a in ("", "a") for b in ("", "b") for c in ("", "ab")]
    pairs = [(one, two) for one in places for two in places if one != two]

    for one, two in pairs:
        with pytest.raises(SealError):
            unseal(KEY, seal(KEY, b"jane", one), two)


@pytest.mark.parametrize(
    "sealed", ["", "A", "AAAA", "====", "é", "\ud800", "\x00", "AAAA\n", " AAAA", "{}"]
)
def test_what_is_no_seal_is_refused(sealed: str) -> None:
    """Whatever it is, the error is the same and holds nothing of it."""
    with pytest.raises(SealError) as caught:
        unseal(KEY, sealed, PLACE)

    assert str(caught.value) == "Not what was sealed for this session, or another key."
    assert caught.value.__context__ is None


@pytest.mark.parametrize("key", [b"", b"x" * 16, b"x" * 31, b"x" * 64, "x" * 32, None])
def test_a_key_has_32_bytes(key: bytes) -> None:
    """Any other is refused on both sides."""
    with pytest.raises(SealError, match="32 bytes"):
        seal(key, b"jane", PLACE)
    with pytest.raises(SealError, match="32 bytes"):
        unseal(key, "AAAA", PLACE)
