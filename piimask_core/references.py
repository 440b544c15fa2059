"""References: stand-ins that do not say their type, such as ``ref:a1b2c3d4``.

A reference is its session's next number, scrambled under the session's random epoch.
Scrambling 32 bits into 32 bits cannot collide, and as numbers are never given twice, no
reference is, not even after erasure. It means nothing in any other session. Each has a
letter and a digit: eight digits alone are what people write as references themselves.
"""

import hashlib
from typing import Final

REF: Final = "REF_"
"""The label whose numbers they count by; no type has a label that ends so."""

PREFIX: Final = "ref:"
_ROUNDS = 6
_HALF = 0xFFFF


def reference(number: int, epoch: str) -> str | None:
    """The reference of a number; None for a number that has none, which is skipped."""
    left, right = number >> 16, number & _HALF
    for at in range(_ROUNDS):
        left, right = right, left ^ _mixed(right, at, epoch)
    made = f"{left << 16 | right:08x}"
    return PREFIX + made if is_body(made) else None


def number_of(made: str, epoch: str) -> int | None:
    """The number whose reference this is; None for what is none."""
    body = made.removeprefix(PREFIX)
    if body == made or len(body) != 8 or not is_body(body):
        return None
    value = int(body, 16)
    left, right = value >> 16, value & _HALF
    for at in reversed(range(_ROUNDS)):
        left, right = right ^ _mixed(left, at, epoch), left
    number = left << 16 | right
    return number if 0 < number <= 999_999_999 else None


def is_body(text: str) -> bool:
    """Whether these eight characters can stand in a reference."""
    digits = sum(c in "0123456789" for c in text)
    return 0 < digits < 8 and all(c in "0123456789abcdef" for c in text)


def _mixed(half: int, at: int, epoch: str) -> int:
    told = hashlib.blake2b(
        half.to_bytes(2, "big") + bytes([at]), key=epoch.encode(), digest_size=2
    )
    return int.from_bytes(told.digest(), "big")
