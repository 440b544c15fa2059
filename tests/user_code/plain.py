"""Around any client."""

import re

from piimask_core import Entity, Masker, Registry, by_type, mask, unmask


def orders(text: str) -> list[Entity]:
    return [Entity("ORDER", *match.span()) for match in re.finditer(r"A-\d{6}", text)]


def main() -> list[str]:
    masked, registry = mask("Write to jane@example.com")
    masker = Masker(recognizer=orders, policy=by_type({"ORDER": "placeholder"}))
    own: Registry = masker.registry("session-1", tenant="acme")
    nested: dict[str, list[str]] = masker.mask({"orders": ["A-123456"]}, own)
    stream = masker.stream_unmasker(own)
    shown = stream.feed("<ORDER") + stream.feed("_1>") + stream.flush()
    return [masked, unmask("<EMAIL_1>", registry), nested["orders"][0], shown]
