"""What is this setting, said so that another one reads differently, and without data?

A function is told by its name and a digest of its code and of what it closes over, but
for what it assigns to while it runs, such as caches. The same in every run of the same
Python. A digest of a short list can be guessed by whoever can guess the list.
"""

import dis
import functools
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from types import CodeType, FunctionType, MethodType
from typing import Any

_DEPTH = 24
_SIMPLE = (str, bytes, bool, int, float, complex, type(None))
_TOLD = ("ttl", "max_age", "region", "synchronous", "plaintext")
"""What an object of ours is told by, where it has it."""


def name_of(thing: object) -> str:
    """Module and name of a function, or of an object's class."""
    if isinstance(thing, functools.partial):
        return f"partial({name_of(thing.func)})"
    named: Any = thing if hasattr(thing, "__qualname__") else type(thing)
    name = f"{getattr(named, '__module__', 'builtins')}.{named.__qualname__}"
    return name.replace("<locals>.", "")


def fingerprint(thing: object) -> str:
    """12 hexadecimal digits that change with what the thing does."""
    digest = hashlib.sha256()
    for part in _parts(thing, _assigned(thing), set(), 0):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()[:12]


def told(thing: object) -> dict[str, Any]:
    """Name and fingerprint, and the plain facts of a vault."""
    facts = {
        name: value
        for name in _TOLD
        for value in [getattr(thing, name, getattr(thing, f"_{name}", None))]
        if isinstance(value, str | int | float)
    }
    return {"is": name_of(thing), "fingerprint": fingerprint(thing), **facts}


def _parts(thing: Any, skip: set[int], seen: set[int], depth: int) -> Iterator[bytes]:
    """What a digest is made of, in an order that is always the same."""

    def inner(each: Any) -> Iterator[bytes]:
        return _parts(each, skip, seen, depth + 1)

    if isinstance(thing, _SIMPLE):
        yield f"{type(thing).__name__} {thing!r}".encode("utf-8", "surrogatepass")
        return
    if id(thing) in seen or depth > _DEPTH:
        return
    seen.add(id(thing))
    yield name_of(thing).encode()
    if isinstance(thing, re.Pattern):
        yield from inner((thing.pattern, thing.flags))
    elif isinstance(thing, os.PathLike):
        yield from inner(os.fspath(thing))
    elif isinstance(thing, Enum):
        yield from inner(thing.name)
    elif isinstance(thing, CodeType):
        yield thing.co_code
        yield from inner((*thing.co_names, *thing.co_varnames))
        for constant in thing.co_consts:
            yield from inner(constant)
    elif isinstance(thing, functools.partial):
        yield from inner((thing.func, thing.args, thing.keywords))
    elif isinstance(thing, MethodType):
        yield from inner(thing.__func__)
        yield from inner(thing.__self__)
    elif isinstance(thing, FunctionType):
        yield from inner(thing.__code__)
        yield from inner((thing.__defaults__, thing.__kwdefaults__))
        for cell in thing.__closure__ or ():
            if id(cell) not in skip:
                yield from inner(_content(cell))
    elif hasattr(thing, "__wrapped__"):
        yield from inner(thing.__wrapped__)
    elif isinstance(thing, Mapping):
        yield from sorted(_digest([*inner(key), *inner(thing[key])]) for key in thing)
    elif isinstance(thing, set | frozenset):
        yield from sorted(_digest(inner(each)) for each in thing)
    elif isinstance(thing, list | tuple):
        for each in thing:
            yield from inner(each)
        yield b"end"
    elif is_dataclass(thing) and not isinstance(thing, type):
        for each in fields(thing):
            if each.init:
                yield from inner((each.name, getattr(thing, each.name)))
    elif not isinstance(thing, type):
        for name in _TOLD:
            yield from inner(
                (name, getattr(thing, name, getattr(thing, f"_{name}", 0)))
            )
        call = vars(type(thing)).get("__call__")
        if isinstance(call, FunctionType):
            yield from inner(call)


def _digest(parts: Any) -> bytes:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not yet assigned
        return None


def _assigned(thing: object) -> set[int]:
    """The cells that a reachable function assigns to: state, and no setting."""
    cells: set[int] = set()
    seen: set[int] = set()
    rest: list[Any] = [thing]
    while rest:
        each = rest.pop()
        if id(each) in seen or isinstance(each, _SIMPLE):
            continue
        seen.add(id(each))
        if isinstance(each, FunctionType):
            names = {
                step.argval
                for step in dis.get_instructions(each.__code__)
                if step.opname == "STORE_DEREF"
            }
            for name, cell in zip(
                each.__code__.co_freevars, each.__closure__ or (), strict=True
            ):
                if name in names:
                    cells.add(id(cell))
                rest.append(_content(cell))
        elif isinstance(each, functools.partial):
            rest += [each.func, *each.args, *each.keywords.values()]
        elif isinstance(each, MethodType):
            rest += [each.__func__, each.__self__]
        elif isinstance(each, Mapping):
            rest += each.values()
        elif isinstance(each, list | tuple | set | frozenset):
            rest += each
        elif is_dataclass(each) and not isinstance(each, type):
            rest += [getattr(each, f.name, None) for f in fields(each)]
        elif hasattr(each, "__wrapped__"):
            rest.append(each.__wrapped__)
    return cells
