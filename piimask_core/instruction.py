"""What the model is told, so that placeholders come back as they went."""

from collections.abc import Mapping
from typing import Any

INSTRUCTION = (
    "Some values in this conversation are replaced by placeholders of the form "
    "<TYPE_N>: a type in capitals, an underscore, a number, and sometimes one letter "
    "that marks another spelling of the same value. Treat each as the value it stands "
    "for. Whenever you refer to such a value, write its placeholder exactly as it is "
    "given, with its brackets. Never invent, change, translate or explain one."
)
"""Says ``<TYPE_N>``, which is no placeholder itself and can never be restored."""


REFERENCES = (
    "Others are replaced by references: the letters ref, a colon, and eight letters "
    "and digits. Write these exactly as they are given, too."
)
"""What the model is told besides where a policy gives references."""

_SYSTEM_SETTINGS = ("system", "instructions", "system_instruction")
"""Settings that some providers' clients take for a system prompt, and prefer to one."""


def in_settings(settings: Mapping[str, Any], instruction: str) -> dict[str, Any] | None:
    """The settings with the instruction in their system prompt, once.

    None where no setting is one: then it goes into the system message.
    """
    for name in _SYSTEM_SETTINGS:
        given = settings.get(name)
        if isinstance(given, str):
            return {**settings, name: with_instruction(given, instruction)}
        if isinstance(given, list) and given and instruction:
            block = {"type": "text", "text": instruction}
            told = given if block in given else [*given, block]
            return {**settings, name: told}
    return None


def with_instruction(system: str, instruction: str) -> str:
    """A system prompt with the instruction after it, once."""
    if not instruction or instruction in system:
        return system
    return f"{system}\n\n{instruction}" if system else instruction
