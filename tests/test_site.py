"""The documentation builds without a warning, its code runs, its claims are held."""

import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs").glob("*.md"))
CODE = re.compile(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```)?", re.DOTALL)
ROWS = re.compile(r"^\|(?!-)(?! who tries ).*\|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    """Every link leads somewhere, every name of the reference is there."""
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(tmp_path)]

    made = subprocess.run(build, cwd=ROOT, capture_output=True, text=True)  # noqa: S603  # ours

    assert made.returncode == 0, made.stderr
    assert (tmp_path / "reference" / "index.html").stat().st_size > 10_000


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_of_a_page_prints_what_it_says(page: Path) -> None:
    """One after the other, as a reader would type them."""
    names: dict[str, object] = {"__name__": "__main__"}
    for code, expected in CODE.findall(page.read_text()):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(code, page.name, "exec"), names)  # noqa: S102  # the point
        assert out.getvalue() == expected


def test_every_threat_names_a_test_that_is_there() -> None:
    """A row without one would be a wish."""
    rows = ROWS.findall((ROOT / "docs" / "threat-model.md").read_text())
    named = [TEST.search(row) for row in rows]

    assert len(rows) > 25
    assert [row for row, test in zip(rows, named, strict=True) if test is None] == []
    for test in filter(None, named):
        path, name = test.groups()
        assert f"def {name}(" in (ROOT / path).read_text(), f"{path}::{name}"


def test_every_page_is_in_the_menu() -> None:
    """A page that nobody finds is none."""
    menu = (ROOT / "mkdocs.yml").read_text()

    assert [page.name for page in PAGES if f": {page.name}\n" not in menu] == []
