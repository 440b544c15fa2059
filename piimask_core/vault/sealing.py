"""Values as ciphertext, bound to the place they belong to.

AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D). The place (version, tenant,
session, epoch ...) is authenticated with it, so a copy moved elsewhere does not open.
"""

import base64
import os
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from ..errors import SealError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12
_CLEAR = b"piimask: not sealed\n"


class Cipher(Protocol):
    """Seals for a place, and opens there only. Begins with 12 random bytes."""

    def seal(self, text: bytes, place: Iterable[str]) -> bytes:
        """The text, not to be read without the key."""

    def unseal(self, sealed: bytes, place: Iterable[str]) -> bytes:
        """The text again, or SealError, which does not say which part was wrong."""

    def under(self, key: bytes) -> "Cipher":
        """The same way of sealing, with another key."""


class Sealed:
    """With a key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._cipher = _cipher(key)

    def seal(self, text: bytes, place: Iterable[str]) -> bytes:
        """See ``Cipher.seal``."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, text, packed(*place))

    def unseal(self, sealed: bytes, place: Iterable[str]) -> bytes:
        """See ``Cipher.unseal``."""
        from cryptography.exceptions import InvalidTag

        bound = packed(*place)
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], bound)
        except (InvalidTag, ValueError):
            pass
        raise SealError("Not what was sealed for this session, or another key.")

    def under(self, key: bytes) -> "Sealed":
        """See ``Cipher.under``."""
        return Sealed(key)


class InClear:
    """Without a key, for those who ask for it. Does not open what is sealed."""

    def seal(self, text: bytes, place: Iterable[str]) -> bytes:
        """See ``Cipher.seal``."""
        return os.urandom(_NONCE) + _CLEAR + text

    def unseal(self, sealed: bytes, place: Iterable[str]) -> bytes:
        """See ``Cipher.unseal``."""
        if sealed[_NONCE:].startswith(_CLEAR):
            return sealed[_NONCE + len(_CLEAR) :]
        raise SealError("Sealed, or nothing of ours: this vault was opened in clear.")

    def under(self, key: bytes) -> "InClear":
        """See ``Cipher.under``."""
        return self


def seal(key: bytes, text: bytes, place: Iterable[str]) -> str:
    """The text as base64 of nonce and ciphertext. The key has 32 bytes."""
    return base64.b64encode(Sealed(key).seal(text, place)).decode()


def unseal(key: bytes, sealed: str, place: Iterable[str]) -> bytes:
    """The text again, or SealError, which does not say which part was wrong."""
    cipher, raw = Sealed(key), b""
    with suppress(ValueError):
        raw = base64.b64decode(sealed, validate=True)
    return cipher.unseal(raw, place)


def packed(*parts: str) -> bytes:
    """Each part with its length before it, so that no two places read the same."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def _cipher(key: bytes) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if not isinstance(key, bytes) or len(key) != 32:
        raise SealError("A key has 32 bytes: secrets.token_bytes(32).")
    return AESGCM(key)
