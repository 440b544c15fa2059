"""What was found, in colour, for a notebook and for a page."""

import re
from html import unescape
from pathlib import Path

import pytest

from piimask_core import Masker, Turn, show
from piimask_core.entities import Entity

WRITTEN = "I am jane@example.com & <b>friends</b>"


def emails(text: str) -> list[Entity]:
    return [
        Entity("EMAIL_ADDRESS", match.start(), match.end(), 0.9)
        for match in re.finditer(r"\w+@example\.com", text)
    ]


MASKER = Masker(recognizer=emails)


def read(html: str) -> str:
    """What a reader sees."""
    return unescape(re.sub(r"<[^>]+>", "", html))


def marks(html: str) -> list[tuple[str, str]]:
    return re.findall(r'<mark [^>]*title="([^"]*)">([^<]*)</mark>', html)


def test_an_entity_is_marked_with_its_type_and_score() -> None:
    """And the rest of the text stands as it was written, escaped."""
    html = show(WRITTEN, masker=MASKER).html

    assert marks(html) == [("EMAIL, score 0.90", "jane@example.com")]
    assert WRITTEN in read(html)
    assert "<b>" not in html


def test_placeholders_are_marked_under_their_label() -> None:
    """In what was sent and answered, where no recognizer finds anything."""
    html = show("To <EMAIL_1>, from <PERSON_2B>.", masker=MASKER).html

    assert [unescape(text) for _, text in marks(html)] == ["<EMAIL_1>", "<PERSON_2B>"]
    assert [title.partition(",")[0] for title, _ in marks(html)] == ["EMAIL", "PERSON"]


def test_turns_stand_in_four_columns() -> None:
    """Written, sent, answered, shown."""
    turn = Turn(WRITTEN, "I am <EMAIL_1>", "Hi <EMAIL_1>", "Hi jane@example.com")

    html = show([turn, turn], masker=MASKER).html

    assert html.count("<section") == 2
    assert re.findall(r">(written|sent|answered|shown)<", html) == [*turn._fields] * 2
    assert len(marks(html)) == 8


def test_nothing_shown_prints_its_text() -> None:
    """A repr goes into logs."""
    turn = Turn(WRITTEN, WRITTEN, WRITTEN, WRITTEN)

    for each in (show(WRITTEN, masker=MASKER), show([turn], masker=MASKER), turn):
        assert "jane" not in repr(each) + str(each) + f"{each}"


def test_a_page_stands_alone(tmp_path: Path) -> None:
    """It loads nothing from anywhere."""
    shown = show(WRITTEN, masker=MASKER)
    shown.save(tmp_path / "page.html")

    page = (tmp_path / "page.html").read_text()

    assert shown._repr_html_() in page
    assert not re.search(r"https?:|src=|<link|<script", page)


@pytest.mark.parametrize("text", ["", "\ud800 <EMAIL_1", '"><script>alert(1)</script>'])
def test_any_text_can_be_shown(text: str) -> None:
    """Whatever it is, it is text and no markup."""
    html = show(text, masker=MASKER).html

    assert text in read(html)
    assert "<script" not in html
