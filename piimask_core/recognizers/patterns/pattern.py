"""What a pattern is: a regex for a type, and what a text must have for it to match."""

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regex for one type. The value is the group ``value``, or the whole match.

    Case never matters. A ``check`` may still refuse the value; put such a regex into
    a lookahead if a refused match must not hide another one that begins inside it.

    The others say what a text must have before the regex is worth a try. Where the
    regex matches, all of them must hold:

    - ``words``: one of these stands anywhere, inside other words too; or ``starts``:
      one of these begins a word. Five letters of it count, fewer are the whole word.
      Lower-case ASCII.
    - ``digits``: so many decimal digits.
    - ``runs``: digits in groups of these sizes, one after another ("324"); or ``run``:
      one group of at least so many.
    - ``wide``: so many characters without white space.
    - ``marks``: one of these characters, no letters.
    - ``at``: how a match begins: "word" with one of ``starts`` or ``words``, "number"
      with a group of digits or the ``+`` or ``(`` before it, "text" where the text
      does, or with this mark.
    - ``within``: a match has no white space, and this in it, in lower case.
    - ``longest``: texts of more characters are left alone. What is an answer in a short
      message is any number in a long one.
    """

    type: str
    regex: str
    score: float
    check: Callable[[str], bool] | None = None
    _: KW_ONLY
    words: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    digits: int = 0
    runs: tuple[str, ...] = ()
    run: int = 0
    wide: int = 0
    marks: str = ""
    at: str = ""
    within: str = ""
    longest: int = 0
