"""Every text in a nest is visited, and the nest stays what it was."""

import datetime
import decimal
import enum
import inspect
import re
import sys
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

import pytest
from core.helpers import masker_for, own_registry
from pydantic import BaseModel, ConfigDict, PrivateAttr, RootModel

from piimask_core import InputError, InputTooDeep
from piimask_core.tree import walk, walk_schema

T = TypeVar("T")


class Point(NamedTuple):
    name: str
    size: int = 0


@dataclass
class Plain:
    name: str
    tags: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Frozen:
    name: str
    inner: "Frozen | None" = None


@dataclass
class Late:
    name: str
    upper: str = field(init=False)

    def __post_init__(self) -> None:
        self.upper = self.name


class Model(BaseModel):
    name: str
    tags: tuple[str, ...] = ()
    inner: "Model | None" = None


class Open(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)

    name: str


class Private(BaseModel):
    name: str
    _count: int = PrivateAttr(default=7)


class Color(str, enum.Enum):  # noqa: UP042  # the older form is around
    RED = "red"


class Box(BaseModel, Generic[T]):
    content: T


VISITED = [
    ("", ""),
    ("a", "A"),
    (["a", ["b"]], ["A", ["B"]]),
    (("a", "b"), ("A", "B")),
    ({"k": "v"}, {"K": "V"}),
    ({"k": {"l": ["v"]}}, {"K": {"L": ["V"]}}),
    ({("a", 1): "v"}, {("A", 1): "V"}),
    ({1: "v", None: "w"}, {1: "V", None: "W"}),
    ({"a", "b"}, {"A", "B"}),
    (frozenset({"a"}), frozenset({"A"})),
    (Point("a", 1), Point("A", 1)),
    (Plain("a", ["b"]), Plain("A", ["B"])),
    (Frozen("a", Frozen("b")), Frozen("A", Frozen("B"))),
    (Model(name="a", tags=("b",)), Model(name="A", tags=("B",))),
    (Model(name="a", inner=Model(name="b")), Model(name="A", inner=Model(name="B"))),
    (Open(name="a", more="b"), Open(name="A", more="B")),  # type: ignore[call-arg]
    (Box[str](content="a"), Box[str](content="A")),
    (RootModel[list[str]](["a"]), RootModel[list[str]](["A"])),
    ([1, "a", None, 2.5, True], [1, "A", None, 2.5, True]),
]


@pytest.mark.parametrize(("tree", "expected"), VISITED)
def test_every_text_is_visited_and_the_kind_stays(tree: Any, expected: Any) -> None:
    """Keys and extra fields too; what comes out has the type that went in."""
    result = walk(tree, str.upper)

    assert result == expected
    assert type(result) is type(tree)


@pytest.mark.parametrize("tree", [tree for tree, _ in VISITED])
def test_nothing_given_is_changed(tree: Any) -> None:
    """The caller's objects stay as they were."""
    before = repr(tree)

    walk(tree, str.upper)

    assert repr(tree) == before


@pytest.mark.parametrize("tree", [tree for tree, _ in VISITED])
def test_what_needs_no_change_is_returned_itself(tree: Any) -> None:
    """No copy without a reason."""
    assert walk(tree, lambda text: text) is tree


def test_only_the_changed_part_is_new() -> None:
    """What stands beside it is the same object."""
    same = ["b"]

    result = walk({"x": ["a"], "y": same}, lambda text: "A" if text == "a" else text)

    assert result == {"x": ["A"], "y": ["b"]}
    assert result["y"] is same


WRITTEN = [
    5551234567,
    decimal.Decimal("5551234567"),
    datetime.date(1980, 5, 17),
    datetime.datetime(1980, 5, 17, tzinfo=datetime.UTC),
    uuid.UUID(int=5),
]


@pytest.mark.parametrize("leaf", WRITTEN)
def test_a_number_or_date_is_read_as_it_is_written(leaf: object) -> None:
    """A card number can be an int, a birthday a date."""
    assert walk({"k": leaf}, lambda text: f"<{text}>") == {"<k>": f"<{leaf}>"}


@pytest.mark.parametrize("sign", [1, -1])
def test_a_number_too_long_to_write_is_refused(sign: int) -> None:
    """Python writes 4,300 digits and no more; the error is a typed one."""
    masker, registry = masker_for(), own_registry()
    number = [sign * 10**5_000]

    with pytest.raises(InputError) as caught:
        masker.mask(number, registry)

    assert caught.value.__context__ is None
    assert masker.unmask(number, registry) == number


@pytest.mark.parametrize(
    "leaf",
    [
        None,
        True,
        5,
        2.5,
        1j,
        decimal.Decimal("1.5"),
        datetime.date(2026, 1, 1),
        datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC),
        datetime.time(1),
        datetime.timedelta(1),
        uuid.UUID(int=5),
        Model,
        Frozen,
        str,
    ],
)
def test_what_holds_no_text_stays(leaf: object) -> None:
    """Numbers, dates, names of a closed set, types."""
    assert walk([leaf], str.upper)[0] is leaf


class Unknown:
    def __repr__(self) -> str:
        return "jane@example.com"


@pytest.mark.parametrize(
    "leaf",
    [
        b"jane",
        bytearray(b"jane"),
        Unknown(),
        Path("jane"),
        deque(["jane"]),
        range(3),
        re.compile("jane"),
        iter(["jane"]),
        lambda: "jane",
        sys,
    ],
)
def test_any_other_type_is_refused(leaf: object) -> None:
    """It could hold anything; the error names the type, not what is in it."""
    with pytest.raises(InputError, match=type(leaf).__name__) as caught:
        walk({"a": [leaf]}, str.upper)

    assert "jane" not in f"{caught.value!r} {caught.value.args}"
    assert caught.value.__context__ is None


def test_two_keys_that_would_become_one_are_refused() -> None:
    """An entry would be lost without a word."""
    with pytest.raises(InputError, match="key") as caught:
        walk({"jane": 1, "bob": 2}, lambda text: "***")

    assert "jane" not in repr(caught.value)


def test_private_attributes_and_set_fields_of_a_model_stay() -> None:
    """A copy with other texts, not a model built anew."""
    model = Private(name="a")
    model._count = 8

    result = walk(model, str.upper)

    assert (result.name, result._count) == ("A", 8)
    assert result.model_fields_set == {"name"}


def test_fields_made_after_init_are_visited() -> None:
    """No constructor runs, so nothing is made a second time."""
    result = walk(Late("a"), str.upper)

    assert (result.name, result.upper) == ("A", "A")


def noting(seen: list[str]) -> Callable[[str], str]:
    """Leaves a text as it is, and notes that it was visited."""

    def visit(text: str) -> str:
        seen.append(text)
        return text

    return visit


def test_texts_are_visited_in_the_same_order_each_time() -> None:
    """Whoever collects first and replaces later relies on it."""
    tree = {"a": [f"x{n}" for n in range(50)], "b": {f"y{n}" for n in range(50)}}
    one: list[str] = []
    two: list[str] = []

    walk(tree, noting(one))
    walk(tree, noting(two))

    assert one == two
    assert len(one) == 102


def nested(levels: int, around: Callable[[Any], Any]) -> Any:
    tree: Any = "a"
    for _ in range(levels):
        tree = around(tree)
    return tree


AROUND: list[Callable[[Any], Any]] = [
    lambda inner: [inner],
    lambda inner: (inner,),
    lambda inner: {"k": inner},
    lambda inner: Frozen("n", inner),
    lambda inner: Model.model_construct(name="n", inner=inner),
    lambda inner: Open.model_construct(name="n", more=inner),
]


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("levels", [300, 1_000, 100_000])
def test_what_is_nested_too_deep_is_refused(
    around: Callable[[Any], Any], levels: int
) -> None:
    """With a typed error, not the interpreter's."""
    with pytest.raises(InputTooDeep) as caught:
        walk(nested(levels, around), str.upper)

    assert caught.value.__context__ is None


@pytest.mark.parametrize("around", AROUND)
def test_what_people_nest_is_not(around: Callable[[Any], Any]) -> None:
    """Fifty levels are no trouble."""
    assert walk(nested(50, around), lambda text: text) is not None


def called_from(depth: int, call: Callable[[], object]) -> object:
    return called_from(depth - 1, call) if depth else call()


def test_depth_is_refused_far_down_the_stack_too() -> None:
    """Agents call from hundreds of frames; the error is still the typed one."""
    room = sys.getrecursionlimit() - len(inspect.stack(0))
    masker, registry = masker_for(), own_registry()

    with pytest.raises(InputTooDeep) as caught:
        called_from(room - 150, lambda: masker.mask(nested(199, AROUND[0]), registry))

    assert caught.value.__context__ is None


def cycle_of_list() -> Any:
    tree: list[Any] = ["a"]
    tree += [tree, tree]
    return tree


def cycle_of_dict() -> Any:
    tree: dict[str, Any] = {}
    tree["k"] = [tree]
    return tree


def cycle_of_dataclass() -> Any:
    tree = Plain("a")
    tree.tags = tree  # type: ignore[assignment]
    return tree


def cycle_of_model() -> Any:
    tree = Model(name="a")
    tree.inner = tree
    return tree


@pytest.mark.parametrize(
    "cycle", [cycle_of_list, cycle_of_dict, cycle_of_dataclass, cycle_of_model]
)
def test_a_cycle_is_refused(cycle: Callable[[], Any]) -> None:
    """It has no end to come to."""
    with pytest.raises(InputTooDeep):
        walk(cycle(), str.upper)


def test_a_wide_tree_is_walked_once() -> None:
    """One visit for each text."""
    seen: list[str] = []

    walk([["a"] * 100] * 100, noting(seen))

    assert len(seen) == 10_000


def test_a_choice_and_a_number_of_a_table_are_read_as_they_are_written() -> None:
    """An enum member that is a text, and a float that was a whole number."""

    def visit(text: str) -> str:
        return "<X>" if text in ("red", "4111111111111111") else text

    assert walk([Color.RED, 4111111111111111.0, 1.5, 2.0], visit) == [
        "<X>",
        "<X>",
        1.5,
        2.0,
    ]


def test_of_a_schema_what_it_tells_is_read_and_what_it_names_stays() -> None:
    """Providers and apps know tools, parameters and types by their names."""
    tool = {
        "name": "target",
        "description": "target",
        "parameters": {
            "type": "target",
            "properties": {
                "target": {"type": "string", "enum": ["target"], "default": "target"},
                "description": {"title": "target"},
                "a target": {},
            },
            "required": ["target"],
        },
    }

    read = walk_schema(tool, lambda text: text.replace("target", "X"))

    assert read["name"] == "target" and read["description"] == "X"
    assert read["parameters"] == {
        "type": "target",
        "properties": {
            "target": {"type": "string", "enum": ["X"], "default": "X"},
            "description": {"title": "X"},
            "a X": {},
        },
        "required": ["target"],
    }
