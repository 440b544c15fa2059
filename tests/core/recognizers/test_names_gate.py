"""Which texts are not read for names: those of plain words only."""

import pytest

from piimask_core.recognizers.names_gate import may_hold_name

PLAIN = frozenset(
    ["the", "order", "is", "late", "I", "will", "check", "it", "Thanks", "don", "t"]
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the order is late", False),
        ("I will check it. Thanks!", False),
        ("I don\u2019t check it \U0001f600 \u2014 the order is late\u2026", False),
        ("order 123-45: is late?!", False),
        ("", False),
        ("\n\t -- ", False),
        ("the order is jane", True),
        ("Will check it", True),
        ("THE ORDER", True),
        ("the J\u00f6 order", True),
        ("the \u00e9 order", True),
        ("the \uff2aane order", True),
        ("the \u041cария order", True),
        ("the order is\u200blate", False),
        ("the ja\u200bne", True),
        ("the order\ufffd", True),
    ],
)
def test_a_text_of_plain_words_holds_no_name(text: str, expected: bool) -> None:
    """As they are written; a mark parts words, any other letter may be of a name."""
    assert may_hold_name(text, PLAIN) is expected
