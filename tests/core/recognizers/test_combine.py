"""The recognizer that is used when none is given."""

import pytest

from piimask_core import Masker
from piimask_core.recognizers import default_recognizer


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("write to jane [at] example dot com", {"EMAIL_ADDRESS"}),
        ("ship it to 14 Elm Street, Springfield, IL 62704", {"ADDRESS"}),
        ("born 7 May 1979", {"DATE_OF_BIRTH"}),
        ("my password is correcthorsebattery", {"PASSWORD"}),
        ("user: hello there\nassistant: what can I do?", set()),
        ("press 1-2-3-4-5-6-7 to go on", set()),
        ("call 2-1-2-5-5-5-0-1-8-7 please", {"PHONE_NUMBER"}),
        ("run 3f2b8c1e-9d47-4a6b-8e21-0c5d7f9a1b34 failed", set()),
        ("Could you tell me how that works, please?", set()),
        ("", set()),
    ],
)
def test_what_a_masker_replaces_by_default(text: str, found: set[str]) -> None:
    """All parts work together; what tells of nobody stays."""
    assert {entity.type for entity in Masker().entities(text)} == found


def test_one_instance_for_all() -> None:
    """It is made once for each gate, however often it is asked for."""
    assert default_recognizer() is default_recognizer()
    assert default_recognizer(gate="off") is not default_recognizer()
