"""Who may know whom, what an import costs, and that nothing asks the net."""

import ast
import importlib
import inspect
import subprocess
import sys
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("piimask_core", "langchain_piimask", "llamaindex_piimask")
FRAMEWORKS = ("langchain", "langgraph", "langsmith", "llama_index")


class Import(NamedTuple):
    """Module ``name`` is named; ``late`` inside a function, or for types only."""

    name: str
    late: bool


def module_name(path: Path) -> str:
    """As it is imported: ``piimask_core.vault.book``, ``piimask_core``."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> list[Import]:
    """Every import statement of a file, relative ones in full."""
    tree = ast.parse(path.read_text())
    late = {id(inner) for node in _late(tree) for inner in ast.walk(node)}
    package = path.relative_to(ROOT).parent.parts
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *filter(None, [node.module])])
            names = [f"{base}.{alias.name}" for alias in node.names]
            names = sorted({name if name in SOURCES else base for name in names})
        else:
            continue
        found += [Import(name, id(node) in late) for name in names]
    return found


def _late(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            yield from node.body


SOURCES = {
    module_name(path): path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
}
IMPORTS: Mapping[str, list[Import]] = {
    name: imports_of(path) for name, path in SOURCES.items()
}


def naming(start: str, *roots: str) -> set[str]:
    """The modules whose name begins so that name something of these roots."""
    return {
        module
        for module, imports in IMPORTS.items()
        if module.startswith(start)
        and any(each.name.split(".")[0].startswith(roots) for each in imports)
    }


# Who may know whom


def test_the_packages_were_read() -> None:
    """Else everything below holds for nothing."""
    assert len(SOURCES) > 30
    assert sum(map(len, IMPORTS.values())) > 200
    assert Import("piimask_core.vault.book", False) in IMPORTS["piimask_core.vault"]
    assert (
        Import("presidio_anonymizer.operators", True)
        in (IMPORTS["piimask_core.operators"])
    )


def test_the_core_names_no_framework_and_no_adapter() -> None:
    """Not even late, not even for a type."""
    assert naming("piimask_core", *FRAMEWORKS) == set()
    assert naming("piimask_core", "langchain_piimask", "llamaindex_piimask") == set()


def test_the_adapters_do_not_know_each_other() -> None:
    """Nor each other's framework."""
    assert naming("langchain_piimask", "llama") == set()
    assert naming("llamaindex_piimask", "lang") == set()


@pytest.mark.parametrize(
    ("library", "where"),
    [
        (
            "presidio_analyzer",
            {
                "piimask_core.recognizers.presidio",
                "piimask_core.recognizers.presidio_fast",
                "piimask_core.recognizers.presidio_names",
                "piimask_core.recognizers.presidio_guard",
                "piimask_core.recognizers.presidio_words",
            },
        ),
        ("presidio_anonymizer", {"piimask_core.operators"}),
        ("cryptography", {"piimask_core.vault.sealing"}),
        (
            "phonenumbers",
            {"piimask_core.identity", "piimask_core.recognizers.presidio_phones"},
        ),
        ("opendp", {"piimask_core.analytics.release"}),
        ("opentelemetry", {"piimask_core.metrics"}),
        ("spacy", set()),
        ("redis", {"piimask_core.vault.redis"}),
        ("psycopg", {"piimask_core.vault.postgres"}),
    ],
)
def test_a_library_is_named_in_few_files(library: str, where: set[str]) -> None:
    """So that it can be replaced there, and always late: it is slow to load."""
    assert naming("", library) == where
    assert not [
        module
        for module, imports in IMPORTS.items()
        for each in imports
        if each.name.split(".")[0] == library and not each.late
    ]


def known_to(module: str) -> set[str]:
    """Everything of ours that a module needs, directly or through others."""
    known: set[str] = set()
    rest = [module]
    while rest:
        needed = {each.name for each in IMPORTS.get(rest.pop(), [])} & SOURCES.keys()
        rest += needed - known
        known |= needed
    return known - {"piimask_core"}


KNOWS = [
    ("errors", set()),
    ("entities", set()),
    ("operators", set()),
    ("instruction", set()),
    ("recognizers.readable", set()),
    ("policy", {"entities"}),
    ("words", set()),
    ("topic", {"words"}),
    ("strip", {"words"}),
    ("conditions", {"entities", "policy", "words"}),
    ("profiles", {"conditions", "entities", "errors", "policy", "words"}),
    ("tuning", {"entities", "errors"}),
    ("audit", set()),
    ("sinks", {"audit", "errors"}),
    ("references", set()),
    ("view", {"references"}),
    ("spellings", {"entities"}),
    ("grammar", {"entities", "references", "spellings"}),
    ("surroundings", set()),
    ("jsontext", {"surroundings"}),
    ("restore", {"entities", "errors", "surroundings"}),
    ("undone", set()),
    ("egress", {"audit", "entities", "undone"}),
    ("splice", {"entities", "grammar", "references", "spellings"}),
    (
        "stream",
        {"entities", "grammar", "jsontext", "references", "spellings", "surroundings"},
    ),
    ("tree", {"errors"}),
    ("examples", {"entities", "errors"}),
    ("identity", {"entities", "errors"}),
    ("vault.sealing", {"errors"}),
]
"""(module of the core, all of the core that it may come to know)"""


@pytest.mark.parametrize(("module", "allowed"), KNOWS)
def test_the_ground_floor_knows_little(module: str, allowed: set[str]) -> None:
    """Policies name operators and know none; entities know nothing at all."""
    known = known_to(f"piimask_core.{module}")

    assert known <= {f"piimask_core.{each}" for each in allowed}


ABOVE = [
    ("audit", {"sinks", "masker", "analytics", "metrics", "page", "refit", "cli"}),
    ("analytics", {"masker", "sinks", "refit", "report", "cli"}),
    ("recognizers", {"masker", "registry", "vault", "policy", "operators", "restore"}),
    ("vault", {"registry", "masker", "policy", "operators", "recognizers"}),
    ("known", {"vault", "registry", "masker", "policy", "operators", "recognizers"}),
    ("registry", {"masker", "policy", "operators", "recognizers", "session"}),
    ("session", {"carrying", "functions", "testing"}),
    ("masker", {"functions", "session", "testing", "carrying", "evaluate"}),
    ("carrying", {"functions", "session", "testing"}),
    ("functions", {"carrying", "session", "testing"}),
]
"""(package or module of the core, what stands above it)"""


@pytest.mark.parametrize(("below", "above"), ABOVE)
def test_nobody_knows_what_stands_above(below: str, above: set[str]) -> None:
    """Recognizers, vault, registry, masker, functions: from the ground up."""
    known = {
        name
        for module in SOURCES
        if f"{module}.".startswith(f"piimask_core.{below}.")
        for name in known_to(module)
    }

    assert not {name for name in known if name.split(".")[1] in above}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_module_imports_itself_by_detour(package: str) -> None:
    """No cycle, not even a late one; an inner package counts by its modules."""
    graph = {
        module: {each.name for each in imports if each.name != module}
        for module, imports in IMPORTS.items()
        if module.startswith(package)
    }

    assert list(TopologicalSorter(graph).static_order())


def test_no_package_uses_what_another_keeps_to_itself() -> None:
    """A name with a leading underscore does not cross a package's border."""
    crossing = [
        f"{module}: {node.module}.{alias.name}"
        for module, path in SOURCES.items()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0]
        for alias in node.names
        if not node.level
        and (node.module or "").split(".")[0] in PACKAGES
        and (node.module or "").split(".")[0] != module.split(".")[0]
        and alias.name.startswith("_")
    ]

    assert crossing == []


# Public names


@pytest.mark.parametrize("package", PACKAGES)
def test_an_init_only_re_exports(package: str) -> None:
    """``X as X``, and in an adapter the guard against a missing extra."""
    nodes = ast.parse(SOURCES[package].read_text()).body[1:]
    if package != "piimask_core":
        assert isinstance(nodes.pop(0), ast.Try)

    assert nodes
    for node in nodes:
        assert isinstance(node, ast.ImportFrom)
        assert [alias.asname for alias in node.names] == [a.name for a in node.names]


def public_names(package: str) -> list[str]:
    """What an ``__init__`` re-exports."""
    tree = ast.parse(SOURCES[package].read_text())
    nodes = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    return [alias.name for node in nodes for alias in node.names]


def docstring(package: str, name: str) -> str:
    """Of a class or function; for an alias, the text below it in its module."""
    value = getattr(importlib.import_module(package), name)
    if inspect.isclass(value) or inspect.isfunction(value):
        return value.__doc__ or ""
    for module in IMPORTS:
        body = ast.parse(SOURCES[module].read_text()).body
        for node, below in pairwise(body):
            if (
                isinstance(node, ast.Assign)
                and ast.unparse(node.targets[0]) == name
                and isinstance(below, ast.Expr)
                and isinstance(below.value, ast.Constant)
            ):
                return str(below.value.value)
    return getattr(inspect.unwrap(value), "__doc__", None) or ""


@pytest.mark.parametrize(
    ("package", "name"),
    [(each, name) for each in PACKAGES for name in public_names(each)],
)
def test_every_public_name_says_what_it_is(package: str, name: str) -> None:
    """In a docstring of its own, not one that it inherits or was generated."""
    doc = docstring(package, name)

    assert len(doc.split()) >= 3
    assert not doc.startswith(f"{name}(")


@pytest.mark.parametrize("module", SOURCES)
def test_every_module_says_what_it_is_for(module: str) -> None:
    """In its first line."""
    assert ast.get_docstring(ast.parse(SOURCES[module].read_text()))


# What an import loads, and what runs without


def run(code: str, *args: str) -> str:
    """What a new interpreter prints."""
    done = subprocess.run(  # noqa: S603  # our own interpreter and code
        [sys.executable, "-W", "error", "-c", code, *args],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


HEAVY = (
    *("spacy", "presidio_analyzer", "presidio_anonymizer", "opendp", "cryptography"),
    *("phonenumbers", "tldextract", "torch", "transformers", "redis", "psycopg"),
)
NOT_LOADED = [
    ("piimask_core", (*HEAVY, *FRAMEWORKS, "requests", "numpy")),
    ("piimask_core.testing", (*HEAVY, *FRAMEWORKS, "pytest")),
    ("langchain_piimask", (*HEAVY, "llama_index", "langchain", "langgraph", "numpy")),
    ("llamaindex_piimask", (*HEAVY, "langchain", "langchain_core", "langsmith")),
]
LOADED = """
import importlib, sys
importlib.import_module(sys.argv[1])
print(" ".join(sorted({name.split(".")[0] for name in sys.modules})))
"""


@pytest.mark.parametrize(("module", "heavy"), NOT_LOADED)
def test_an_import_loads_nothing_heavy(module: str, heavy: tuple[str, ...]) -> None:
    """Nor the other framework."""
    loaded = set(run(LOADED, module).split())

    assert module.split(".")[0] in loaded
    assert loaded & set(heavy) == set()


WITHOUT = """
import sys
from importlib.abc import MetaPathFinder

class Missing(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in sys.argv[2:]:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
try:
    __import__(sys.argv[1])
except ImportError as error:
    assert error.__suppress_context__
    print(type(error).__name__, error)
else:
    print("imported")
"""


@pytest.mark.parametrize(
    ("package", "framework", "extra"),
    [
        ("langchain_piimask", "langchain_core", "langchain"),
        ("llamaindex_piimask", "llama_index", "llamaindex"),
    ],
)
def test_a_missing_extra_says_how_to_install_it(
    package: str, framework: str, extra: str
) -> None:
    """With the line to copy, and without the error behind it."""
    told = run(WITHOUT, package, framework)

    assert told.startswith("ImportError ")
    assert f"pip install 'llm-piimask[{extra}]'" in told


@pytest.mark.parametrize(
    ("package", "others"),
    [
        ("piimask_core", ["langchain_core", "langchain", "llama_index"]),
        ("langchain_piimask", ["langchain", "langgraph", "llama_index"]),
        ("llamaindex_piimask", ["langchain", "langchain_core", "langgraph"]),
    ],
)
def test_a_package_needs_its_own_extra_only(package: str, others: list[str]) -> None:
    """Nobody installs two frameworks to use one."""
    assert run(WITHOUT, package, *others) == "imported"


# Nothing asks the net

TEXT = "My email is jane@example.com and my SSN is 123-45-6789"
SILENT = """
import sys, warnings
events = []

def note(event, args):
    if event.startswith(("socket.", "urllib.", "http.", "ftplib.", "smtplib.")):
        frame = sys._getframe()
        while frame and frame.f_code.co_name != "_has_ipv6":
            frame = frame.f_back
        if frame is None or not frame.f_globals["__name__"].startswith("urllib3."):
            events.append(event)

sys.addaudithook(note)
warnings.simplefilter("ignore")  # what Presidio's own imports warn of
from piimask_core import mask, unmask
masked, registry = mask(sys.argv[1])
print(masked)
print(unmask(masked, registry))
print("presidio_analyzer" in sys.modules, events)
if len(sys.argv) > 2:
    import socket
    socket.socket().close()
    print(events)
"""


def test_no_socket_is_made_by_masking_and_unmasking() -> None:
    """From a cold start, with the default recognizer and all that it loads.

    But for one: urllib3, which Presidio imports, binds a socket to ``::1`` while it
    is imported, to see whether there is IPv6. It connects to nothing.
    """
    lines = run(SILENT, TEXT).splitlines()

    assert lines == [
        "My email is <EMAIL_1> and my SSN is <SSN_1>",
        TEXT,
        "True []",
    ]


def test_a_socket_would_be_noticed() -> None:
    """Else the test above would show nothing."""
    assert "socket.__new__" in run(SILENT, TEXT, "open one").splitlines()[-1]
