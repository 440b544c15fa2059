"""What is printed, stored or logged, what fails, and what becomes of sealed values."""

import base64
import copy
import json
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from attacks.corpus import Case, masker_for, told
from core.helpers import want

from piimask_core import Entity, Masker, MemoryVault, Registry, by_type
from piimask_core.audit import Event
from piimask_core.testing import failing

KEY = bytes(range(32))
JANE = "jane@example.com"
VALUES = (JANE, "123-45-6789", "4111 1111 1111 1111", "Jane Doe")
SAID = f"I am Jane Doe, {JANE}, 123-45-6789"


def values_in(error: BaseException) -> list[str]:
    """The values that an error tells, or anything that hangs on it."""
    return told(VALUES, _told_by(error))


def _told_by(error: BaseException | None) -> str:
    if error is None:
        return ""
    trace = traceback.TracebackException.from_exception(error)
    parts = [repr(error), str(error), repr(error.args), repr(vars(error))]
    parts += [*trace.format(), _told_by(error.__context__), _told_by(error.__cause__)]
    return "\n".join(parts)


# --- What is shown --------------------------------------------------------------------

Shown = Callable[[Masker, Registry], str]


def _events(masker: Masker, registry: Registry, answer: str) -> str:
    events: list[Event] = []
    told_of = Masker(
        recognizer=masker.recognizer,
        restore=masker.restore,
        vault=masker.vault,
        audit=events.append,
    )
    told_of.proven([told_of.mask(SAID, registry)], registry)
    told_of.unmask(answer, registry)
    return repr(events)


@contextmanager
def _logged(level: int) -> Iterator[list[str]]:
    """Everything that any logger says."""
    lines: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(  # type: ignore[method-assign]
        f"{record.getMessage()} {vars(record)}"
    )
    root, before = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(level)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


def _log_of_masking(masker: Masker, registry: Registry) -> str:
    logging_one = Masker(recognizer=masker.recognizer, vault=masker.vault)
    with _logged(logging.DEBUG) as lines:
        logging_one.proven([logging_one.mask(SAID, registry)], registry)
    return "\n".join(lines)


def _log_of_a_refusal(masker: Masker, registry: Registry) -> str:
    logging_one = Masker(recognizer=masker.recognizer, vault=masker.vault)
    with _logged(logging.DEBUG) as lines:
        logging_one.unmask("https://evil.test/<SSN_1> <EMAIL_9>", registry)
    return "\n".join(lines)


def _unrestored(masker: Masker, registry: Registry) -> str:
    restorer = masker.restorer(registry)
    restorer.text("https://evil.test/<SSN_1> <EMAIL_9> <EMAIL_1>")
    return repr(restorer.unrestored)


def _repr_of_a_stream(masker: Masker, registry: Registry) -> str:
    stream = masker.stream_unmasker(registry)
    stream.feed(f"{JANE} is <EMAIL_1> and <EMA")
    return repr(stream)


def _slots(thing: object) -> str:
    names = [name for kind in type(thing).__mro__ for name in _own_slots(kind)]
    return repr({name: getattr(thing, name, None) for name in names})


def _own_slots(kind: type) -> Sequence[str]:
    slots = vars(kind).get("__slots__", ())
    return (slots,) if isinstance(slots, str) else tuple(slots)


def _error(act: Callable[[], object]) -> str:
    try:
        act()
    except Exception as error:
        return _told_by(error)
    return ""


def _wrongly(**masking: Any) -> Shown:
    """The error of a masker that has something wrong with it."""
    return lambda masker, registry: _error(
        lambda: Masker(
            **{"recognizer": masker.recognizer, "vault": masker.vault, **masking}
        ).mask(SAID, registry)
    )


def _raising(*given: object) -> Any:
    raise ValueError(f"cannot read {given}")


class _Opaque:
    def __repr__(self) -> str:
        return SAID


SURFACES: Mapping[str, Shown] = {
    "repr(registry)": lambda masker, registry: repr(registry),
    "str(registry)": lambda masker, registry: str(registry),
    "format(registry)": lambda masker, registry: f"{registry} {[registry]!r}",
    "vars(registry)": lambda masker, registry: _slots(registry),
    "repr(book)": lambda masker, registry: repr(registry._book),
    "repr(view)": lambda masker, registry: f"{registry.view()!r} {registry.view()}",
    "repr(vault)": lambda masker, registry: (
        f"{registry.vault!r} {vars(registry.vault)}"
    ),
    "repr(masker)": lambda masker, registry: f"{masker!r} {[masker]}",
    "repr(stream)": _repr_of_a_stream,
    "repr(restorer)": lambda masker, registry: repr(masker.restorer(registry)),
    "repr(wanted)": lambda masker, registry: f"{want(JANE)!r} {[want(JANE)]}",
    "repr(entities)": lambda masker, registry: repr(masker.entities(SAID)),
    "pickle(registry)": lambda masker, registry: repr(pickle.dumps(registry)),
    "deepcopy(registry)": lambda masker, registry: repr(copy.deepcopy([registry])),
    "dumps(registry)": lambda masker, registry: repr(registry.dumps()),
    "json(dumps)": lambda masker, registry: json.dumps(registry.dumps()),
    "sealed(registry)": lambda masker, registry: json.dumps(registry.dumps(key=KEY)),
    "error of a recognizer": _wrongly(recognizer=failing),
    "traceback of a recognizer": _wrongly(recognizer=_raising),
    "error of a policy": _wrongly(policy=_raising),
    "error of an operator": _wrongly(
        policy=by_type({}, default="mine"), operators={"mine": _raising}
    ),
    "error of a wrong leaf": lambda masker, registry: _error(
        lambda: masker.mask([SAID, _Opaque()], registry)
    ),
    "error of a wrong handle": lambda masker, registry: _error(
        lambda: Registry.loads({"v": SAID, "session": JANE, "x": SAID})
    ),
    "error of a wrong key": lambda masker, registry: _error(
        lambda: Registry.loads(
            registry.dumps(key=KEY), key=KEY[::-1], vault=MemoryVault()
        )
    ),
    "error of the proof": lambda masker, registry: _error(
        lambda: masker.proven([SAID], registry)
    ),
    "audit of a refusal": lambda masker, registry: _events(
        masker, registry, "https://evil.test/?d=<SSN_1>"
    ),
    "audit of an unknown": lambda masker, registry: _events(
        masker, registry, "<EMAIL_9>"
    ),
    "audit of a receipt": lambda masker, registry: _events(masker, registry, ""),
    "log of a refusal": _log_of_a_refusal,
    "log of masking": _log_of_masking,
    "unrestored list": _unrestored,
}
"""What an app shows without thinking -> how it comes to be, for a conversation."""


# --- What fails -----------------------------------------------------------------------

Failing = Callable[[Registry, Case], object]


def _mask(tree: Any, registry: Registry, **masking: Any) -> None:
    masker_for({}, vault=registry.vault, **masking).mask(tree, registry)


def _finding(*entities: Any) -> dict[str, Any]:
    return {"recognizer": lambda text: list(entities)}


def _third(text: str) -> list[Entity]:
    if "third" in text:
        raise ValueError(text)
    return [Entity("EMAIL_ADDRESS", 0, len(text))]


def _nested(levels: int) -> Any:
    tree: Any = JANE
    for _ in range(levels):
        tree = [tree]
    return tree


def _endless() -> Any:
    tree: list[Any] = [JANE]
    tree.append(tree)
    return tree


_NOT_FOUND = by_type({}, default="no such operator")
_MINE = by_type({}, default="mine")

FAILING: Mapping[str, Failing] = {
    "raises": lambda registry, case: _mask(SAID, registry, recognizer=failing),
    "raises at the third text": lambda registry, case: _mask(
        [JANE, "bob@company.com", f"third {JANE}", "4"], registry, recognizer=_third
    ),
    "raises at the first text": lambda registry, case: _mask(
        [f"third {JANE}", "bob@company.com"], registry, recognizer=_third
    ),
    "raises when told twice": lambda registry, case: _mask(
        {"a": JANE, "b": {"c": [JANE, f"third {JANE}"]}}, registry, recognizer=_third
    ),
    "refuses in a nest": lambda registry, case: _mask(
        {"a": JANE, "b": [SAID, {"c": _Opaque()}]}, registry
    ),
    "outside the text": lambda registry, case: _mask(
        JANE, registry, **_finding(Entity("EMAIL_ADDRESS", 0, 999))
    ),
    "backwards": lambda registry, case: _mask(
        JANE, registry, **_finding(Entity("EMAIL_ADDRESS", 5, 2))
    ),
    "no type": lambda registry, case: _mask(
        JANE,
        registry,
        **_finding(Entity(None, 0, 4)),  # type: ignore[arg-type]
    ),
    "no list": lambda registry, case: _mask(
        JANE, registry, recognizer=lambda text: None
    ),
    "policy raises": lambda registry, case: _mask(SAID, registry, policy=_raising),
    "unknown operator": lambda registry, case: _mask(SAID, registry, policy=_NOT_FOUND),
    "operator raises": lambda registry, case: _mask(
        SAID, registry, policy=_MINE, operators={"mine": _raising}
    ),
    "operator gives no text": lambda registry, case: _mask(
        SAID, registry, policy=_MINE, operators={"mine": lambda type, value: None}
    ),
    "too long": lambda registry, case: _mask(SAID, registry, max_chars=10),
    "nested 5000 deep": lambda registry, case: _mask(_nested(5_000), registry),
    "nested 100000 deep": lambda registry, case: _mask(_nested(100_000), registry),
    "refers to itself": lambda registry, case: _mask(_endless(), registry),
    "bytes": lambda registry, case: _mask({"a": SAID.encode()}, registry),
    "an object": lambda registry, case: _mask([SAID, _Opaque()], registry),
    "session name": lambda registry, case: Registry(
        case["text"] * case["times"], vault=MemoryVault()
    ),
}
"""What goes wrong -> how to bring it about."""


# --- Sealed values --------------------------------------------------------------------


def damaged(
    handle: dict[str, Any], key: bytes, part: str, how: Any
) -> tuple[dict[str, Any], bytes]:
    """A sealed handle and its key, with one thing changed."""
    if part == "key":
        return handle, key[::-1]
    raw = bytearray(base64.b64decode(handle["sealed"]))
    if part == "flip":
        raw[how] ^= 1
    elif part == "cut":
        raw = raw[:-how]
    else:
        return {**handle, part: how}, key
    return {**handle, "sealed": base64.b64encode(raw).decode()}, key
