"""Somebody who talks in a session with others; as a program, in a process of its own.

    python -m core.vault.talking URL WHO TURNS

Loads little: a test starts many of them.
"""

import sys

from piimask_core import Entity, Masker
from piimask_core.testing import recognizing
from piimask_core.vault import StaticKeys, Vault, vault_from_url

KEYS = StaticKeys({"k1": bytes(range(32))})


def by_domain(text: str) -> list[Entity]:
    """Every word with an @ in it."""
    values = {"EMAIL_ADDRESS": [word for word in text.split() if "@" in word]}
    return list(recognizing(values)(text))


def masker_over(vault: Vault) -> Masker:
    return Masker(recognizer=by_domain, vault=vault)


def turn(masker: Masker, who: int, number: int) -> list[tuple[str, str]]:
    """One message with a value that all have and one of one's own, and its answer."""
    registry = masker.registry("s")
    values = [f"shared{number}@x.com", f"own{who}.{number}@x.com"]
    masked = masker.mask(" ".join(values), registry)
    assert "@" not in masked
    assert masker.unmask(f"for {masked}", registry) == f"for {' '.join(values)}"
    return list(zip(values, masked.split(), strict=True))


if __name__ == "__main__":
    url, who, turns = sys.argv[1:]
    masker = masker_over(vault_from_url(url, keys=KEYS, patience=120.0))
    for number in range(int(turns)):
        for value, placeholder in turn(masker, int(who), number):
            print(value, placeholder)  # noqa: T201
