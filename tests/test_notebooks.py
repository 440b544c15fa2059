"""Every notebook runs from its first cell to its last, and shows what is committed."""

import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FOREIGN = ("OPENAI_", "ANTHROPIC_", "LANGCHAIN_", "LANGSMITH_")


@pytest.fixture(autouse=True)
def nothing_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No keys, no tracing, no start-up scripts or kernels of somebody's own."""
    for name in list(os.environ):
        if name.startswith(FOREIGN):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "jupyter"))


def test_there_are_notebooks_for_both_frameworks() -> None:
    assert {"langchain", "llamaindex"} <= {path.stem for path in NOTEBOOKS}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
async def test_a_notebook_shows_what_a_run_gives(path: Path, tmp_path: Path) -> None:
    """A fresh kernel, no error, and every output as it was stored."""
    stored = read(path)
    fresh = read(path)

    here = {"metadata": {"path": str(tmp_path)}}
    await NotebookClient(
        fresh, resources=here, timeout=120, kernel_name="python3"
    ).async_execute()

    assert shown(fresh) == shown(stored)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_as_it_ran_and_names_no_machine(path: Path) -> None:
    """Cells ran once each, in order; nothing tells where."""
    notebook = read(path)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]

    assert [cell.execution_count for cell in cells] == [*range(1, len(cells) + 1)]
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert not any(place in path.read_text() for place in ("/tmp", "/home", str(ROOT)))  # noqa: S108


def read(path: Path) -> Any:
    """A notebook as it is stored."""
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def shown(notebook: Any) -> list[tuple[str, list[str]]]:
    """What each code cell shows: its standard output, and its last value as text."""
    return [
        (
            "".join(out.text for out in cell.outputs if out.get("name") == "stdout"),
            [out.data["text/plain"] for out in cell.outputs if "data" in out],
        )
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]
