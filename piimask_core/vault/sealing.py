"""Values as ciphertext, bound to the place they belong to.

AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D). The place (version, tenant,
session, epoch) is authenticated with it, so a copy moved elsewhere does not open.
"""

import base64
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..errors import SealError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


def seal(key: bytes, text: bytes, place: Iterable[str]) -> str:
    """The text as base64 of nonce and ciphertext. The key has 32 bytes."""
    nonce = os.urandom(_NONCE)
    sealed = _cipher(key).encrypt(nonce, text, _bound(place))
    return base64.b64encode(nonce + sealed).decode()


def unseal(key: bytes, sealed: str, place: Iterable[str]) -> bytes:
    """The text again, or SealError, which does not say which part was wrong."""
    from cryptography.exceptions import InvalidTag

    cipher, bound = _cipher(key), _bound(place)
    try:
        raw = base64.b64decode(sealed, validate=True)
        return cipher.decrypt(raw[:_NONCE], raw[_NONCE:], bound)
    except (InvalidTag, ValueError):
        pass
    raise SealError("Not what was sealed for this session, or another key.")


def _cipher(key: bytes) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if not isinstance(key, bytes) or len(key) != 32:
        raise SealError("A key has 32 bytes: secrets.token_bytes(32).")
    return AESGCM(key)


def _bound(place: Iterable[str]) -> bytes:
    """Each part with its length before it, so that no two places read the same."""
    parts = [part.encode() for part in place]
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
