"""What the model is told, so that placeholders come back as they went."""

INSTRUCTION = (
    "Some values in this conversation are replaced by placeholders of the form "
    "<TYPE_N>: a type in capitals, an underscore, a number, and sometimes one letter "
    "that marks another spelling of the same value. Treat each as the value it stands "
    "for. Whenever you refer to such a value, write its placeholder exactly as it is "
    "given, with its brackets. Never invent, change, translate or explain one."
)
"""Says ``<TYPE_N>``, which is no placeholder itself and can never be restored."""


def with_instruction(system: str, instruction: str) -> str:
    """A system prompt with the instruction after it, once."""
    if not instruction or instruction in system:
        return system
    return f"{system}\n\n{instruction}" if system else instruction
