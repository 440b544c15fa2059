"""Every block of the README runs, and prints what stands below it."""

import contextlib
import io
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
PYTHON = re.compile(r"```python\n(.*?)```\n(?:\n```text\n(.*?)```)?", re.DOTALL)
LINK = re.compile(r"\]\(([^)#]+)\)")


@pytest.mark.filterwarnings("ignore::DeprecationWarning:nltk")
def test_every_block_of_the_readme_prints_what_it_says() -> None:
    """The blocks run one after the other, as a reader would type them."""
    blocks = PYTHON.findall(README)
    names: dict[str, object] = {"__name__": "__main__"}
    for code, expected in blocks:
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(code, "README.md", "exec"), names)  # noqa: S102  # the point
        assert out.getvalue() == expected

    assert len(blocks) >= 7


def test_every_path_that_the_readme_names_is_there() -> None:
    """Links into the repository lead somewhere."""
    paths = [link for link in LINK.findall(README) if "://" not in link]

    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("package", ["langchain_piimask", "llamaindex_piimask"])
def test_every_public_class_is_documented(package: str) -> None:
    """A name that is exported and told nowhere does not exist for its users."""
    source = (ROOT / package / "__init__.py").read_text()
    names = re.findall(r"from \.\w+ import \w+ as (\w+)", source)

    assert names
    assert [name for name in names if name not in README] == []


@pytest.mark.parametrize("command", ["make demo", "make test"])
def test_the_two_commands_are_told(command: str) -> None:
    """The README's commands are those of the Makefile."""
    target = command.split()[1]

    assert command in README
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
