"""The public names and their parameters: what changes here changes somebody's app.

``python tests/test_public_api.py`` writes the list anew; the diff is for the reader.
"""

import inspect
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

PACKAGES = ("piimask_core", "langchain_piimask", "llamaindex_piimask")
LIST = Path(__file__).with_name("public_api.txt")


def public_api() -> Iterator[str]:
    """A line for each name, with the names of its parameters."""
    for package in PACKAGES:
        module = import_module(package)
        for name, what in sorted(vars(module).items()):
            if not name.startswith("_") and not isinstance(what, ModuleType):
                yield f"{package}.{name}{_parameters(what)}"


def _parameters(what: Any) -> str:
    if isinstance(what, type) and issubclass(what, BaseException):
        return f"({what.__mro__[1].__name__})"
    if isinstance(what, type) and "__init__" in vars(what):
        what = partial(vars(what)["__init__"], None)  # as it is called, without self
    elif hasattr(what, "model_fields"):  # what the framework's model adds is theirs
        own = inspect.get_annotations(what)
        return f"({', '.join(name for name in own if not name.startswith('_'))})"
    try:
        parameters = inspect.signature(what).parameters.values()
    except (TypeError, ValueError):
        return ""
    stars: dict[Any, str] = {
        inspect.Parameter.VAR_POSITIONAL: "*",
        inspect.Parameter.VAR_KEYWORD: "**",
    }
    said = (stars.get(each.kind, "") + each.name for each in parameters)
    return f"({', '.join(said)})"


def test_the_public_names_are_those_that_were_promised() -> None:
    """A name or a parameter that goes, or comes, is a decision."""
    assert list(public_api()) == LIST.read_text().splitlines()


if __name__ == "__main__":
    LIST.write_text("\n".join(public_api()) + "\n")
