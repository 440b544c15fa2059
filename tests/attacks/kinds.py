"""How each kind of case is run. A check gives what it finds wrong, if anything.

round_trip   ``turns``: what a user says, turn by turn, with all before it sent again.
             Each turn comes back to the character, and no ``secret`` is sent.
tree         The same for one nest of containers, ``tree``.
steps        ``mask``, ``unmask``, ``session``, ``erase``, ``later`` (seconds),
             ``reopen``, ``blind`` (the recognizer finds nothing from now on), in order.
             ``is`` is what comes out, ``lacks`` what must not stand in it.
answer       After ``given``, an ``answer`` of the model and what the user reads.
stream       The same, and so however the answer is cut.
structured   An answer in JSON, or a tool's arguments, and what it parses to.
tool         A tool's arguments, as it gets them.
denied       An answer or a tool's arguments: no ``secret`` may come out.
respelling   A placeholder in another spelling, issued and not.
surface      Something that gets printed, stored or logged: it holds no value.
fails        What cannot be masked raises, holds no value and issues nothing.
seal         Sealed values that were ``damage``d do not open.
conflict     Two copies of a registry that went separate ways.
"""

import json
import random
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from attacks.corpus import (
    Case,
    conversation,
    masker_for,
    restored,
    secrets_of,
    streamed,
    told,
)
from attacks.surfaces import FAILING, SURFACES, damaged, values_in
from core.helpers import Clock, blind

from piimask_core import Masker, MemoryVault, PIIMaskError, Registry

KEY = bytes(range(32))


def round_trip(case: Case) -> Iterator[str]:
    """Each turn comes back to the character, and nothing is told on the way."""
    masker = masker_for(case)
    registry = masker.registry("s")
    for n in range(1, len(case["turns"]) + 1):
        turns = case["turns"][:n]
        masked = masker.mask(turns, registry)
        if (back := masker.unmask(masked, registry)) != turns:
            yield f"{masked} came back as {back}"
        if leaked := told(case.get("secret", ()), masked):
            yield f"{masked} tells {leaked}"


def tree(case: Case) -> Iterator[str]:
    """A nest comes back as it was, and nothing is told on the way."""
    masker = masker_for(case)
    registry = masker.registry("s")
    masked = masker.mask(case["tree"], registry)
    if (back := masker.unmask(masked, registry)) != case["tree"]:
        yield f"{masked} came back as {back}"
    if leaked := told(case["secret"], masked):
        yield f"{masked} tells {leaked}"


class _Conversation:
    """One run of steps."""

    def __init__(self, case: Case) -> None:
        self.clock = Clock(1_000_000.0)
        self.masker = masker_for(case, vault=MemoryVault(clock=self.clock))
        self.registry = self.masker.registry("s")

    def take(self, step: dict[str, Any]) -> Iterator[str]:
        """Take a step; give what is wrong with what comes out."""
        verb, what = next(iter(step.items()))
        out = getattr(self, f"_{verb}")(what, **_options(step))
        if "is" in step and out != step["is"]:
            yield f"{verb} {what!r}: {out!r}"
        if leaked := told(step.get("lacks", ()), out or ""):
            yield f"{verb} {what!r}: {out!r} tells {leaked}"
        if verb == "mask" and not step.get("layered"):
            back = self.masker.unmask(out, self.registry)
            if back != what:
                yield f"{verb} {what!r}: {out!r} came back as {back!r}"

    def _mask(self, tree: Any, **options: Any) -> Any:
        return self.masker.mask(tree, self.registry, **options)

    def _unmask(self, tree: Any, **options: Any) -> Any:
        return self.masker.unmask(tree, self.registry, **options)

    def _session(self, name: str, tenant: str | None = None) -> None:
        self.registry = self.masker.registry(name, tenant=tenant)

    def _erase(self, _: bool) -> None:
        self.registry.erase()

    def _later(self, seconds: float) -> None:
        self.clock.now += seconds

    def _blind(self, _: bool) -> None:
        self.masker = Masker(recognizer=blind, vault=self.masker.vault)

    def _reopen(self, how: str) -> None:
        if how == "handle":
            handle = json.loads(json.dumps(self.registry.dumps()))
            self.registry = Registry.loads(handle, vault=self.masker.vault)
        else:
            sealed = json.loads(json.dumps(self.registry.dumps(key=KEY)))
            self.registry = Registry.loads(sealed, key=KEY, vault=MemoryVault())


def _options(step: dict[str, Any]) -> dict[str, Any]:
    names = ("source", "sink", "layered", "tenant")
    return {name: step[name] for name in names if name in step}


def steps(case: Case) -> Iterator[str]:
    """One after the other."""
    conversation = _Conversation(case)
    for step in case["steps"]:
        yield from conversation.take(step)


def answer(case: Case) -> Iterator[str]:
    """What the user reads, or a tool gets."""
    if (out := restored(case, *conversation(case))) != case["restored"]:
        yield repr(out)


def stream(case: Case) -> Iterator[str]:
    """The same in pieces: cut in two anywhere, in letters, at random."""
    yield from answer(case)
    masker, registry = conversation(case)
    text, rnd = case["answer"], random.Random(case["id"])  # noqa: S311
    wrong = {out for out in streamed(case, masker, registry)} - {case["restored"]}
    for cuts in [range(1, len(text)), *(rnd.sample(range(len(text)), 4),) * 20]:
        pieces = masker.stream_unmasker(registry)
        parts = [text[a:b] for a, b in pairwise([0, *sorted(cuts), len(text)])]
        out = "".join([*map(pieces.feed, parts), pieces.flush()])
        wrong |= {out} - {case["restored"]}
    yield from map(repr, sorted(wrong))


def structured(case: Case) -> Iterator[str]:
    """It parses, whole and streamed, to what it should say."""
    masker, registry = conversation(case)
    restorer = masker.restorer(registry)
    outputs = {restorer.json(case["answer"], tool=case.get("tool", ""))}
    outputs |= {*streamed({**case, "as": "json"}, masker, registry)}
    if "tool" not in case:
        outputs |= {masker.unmask(case["answer"], registry)}
    for out in sorted(outputs):
        if not _parses_to(out, case["parsed"]):
            yield repr(out)
    if (out := _on_tree(case, masker, registry)) != case["parsed"]:
        yield f"as a tree: {out!r}"


def _on_tree(case: Case, masker: Masker, registry: Registry) -> Any:
    parsed = json.loads(case["answer"])
    restorer = masker.restorer(registry)
    if "tool" in case:
        return restorer.arguments(case["tool"], parsed)
    return restorer.tree(parsed, sink="structured")


def _parses_to(text: str, expected: Any) -> bool:
    try:
        return bool(json.loads(text) == expected)
    except ValueError:
        return False


def denied(case: Case) -> Iterator[str]:
    """No value gets away, whole or streamed."""
    masker, registry = conversation(case)
    secrets = secrets_of(case, registry)
    outputs = [restored(case, masker, registry), *streamed(case, masker, registry)]
    for out in outputs:
        if leaked := told(secrets, out):
            yield f"{out!r} tells {leaked}"
            return


PLACES = ("{}", "Write to {} today.", "A list:\n- {}\n- none", "**{}**, 您好{}。")
"""Where a model puts a placeholder; one that is told ``apart`` from code by what
stands before it is not put behind a letter."""


def respelling(case: Case) -> Iterator[str]:
    """Restored when issued; as it is under another number, or in another session."""
    masker, registry = conversation(case)
    spelled = case["spelled"]
    invented = spelled.replace("1", "7").replace("１", "７")
    nobody = masker.registry("nobody")
    places = PLACES[:3] if case.get("apart") else PLACES
    yield from differing(masker, registry, spelled, case["restored"], places)
    yield from differing(masker, registry, invented, invented)
    yield from differing(masker, nobody, spelled, spelled)


def differing(
    masker: Masker,
    registry: Registry,
    spelled: str,
    expected: str,
    places: Sequence[str] = PLACES,
) -> Iterator[str]:
    """What comes out otherwise than expected: whole, or a stream cut anywhere."""
    for place in places:
        text, right = place.replace("{}", spelled), place.replace("{}", expected)
        outputs = {masker.unmask(text, registry)}
        outputs |= {*streamed({"answer": text}, masker, registry)}
        letters = masker.stream_unmasker(registry)
        outputs.add("".join([*map(letters.feed, text), letters.flush()]))
        yield from sorted(outputs - {right})


def surface(case: Case) -> Iterator[str]:
    """What is printed, stored or logged holds no value."""
    masker, registry = conversation(case)
    shown = SURFACES[case["surface"]](masker, registry)
    if not shown:
        yield "nothing was shown"
    if leaked := told(secrets_of(case, registry), shown):
        yield f"{shown!r} tells {leaked}"


def fails(case: Case) -> Iterator[str]:
    """It raises the error named, which holds no value, and nothing was issued."""
    before = masker_for(case)
    registry = before.registry("s")
    before.mask("My card is 4111 1111 1111 1111.", registry)
    error: Exception | None = None
    try:
        FAILING[case["how"]](registry, case)
    except Exception as raised:
        error = raised
    if type(error).__name__ != case["error"]:
        yield f"raised {type(error).__name__}"
    elif error is not None and (leaked := values_in(error)):
        yield f"the error tells {leaked}"
    if len(registry) != 1:
        yield "something was issued"


def seal(case: Case) -> Iterator[str]:
    """What was sealed does not open any more, and nothing of it stays."""
    _, registry = conversation(case)
    handle, key = damaged(registry.dumps(key=KEY), KEY, *case["damage"])
    vault = MemoryVault()
    try:
        opened = Registry.loads(handle, key=key, vault=vault)
    except PIIMaskError as error:
        if leaked := values_in(error):
            yield f"the error tells {leaked}"
    else:
        yield f"it opened, with {len(opened)} values"


def conflict(case: Case) -> Iterator[str]:
    """Each copy gives a placeholder; together they are refused or agree."""
    masker, registry = conversation(case)
    copies = []
    for said in (case["one"], case["two"]):
        copy = Registry.loads(registry.dumps(key=KEY), key=KEY, vault=MemoryVault())
        masker.mask(said, copy)
        copies.append(copy.dumps(key=KEY))
    raised = None
    try:
        Registry.loads(*copies, key=KEY, vault=MemoryVault())
    except PIIMaskError as error:
        raised = type(error).__name__
    if raised != case["error"]:
        yield f"raised {raised}"


KINDS: dict[str, Callable[[Case], Iterator[str]]] = {
    "round_trip": round_trip,
    "tree": tree,
    "steps": steps,
    "answer": answer,
    "tool": answer,
    "stream": stream,
    "structured": structured,
    "denied": denied,
    "respelling": respelling,
    "surface": surface,
    "fails": fails,
    "seal": seal,
    "conflict": conflict,
}

_FOUND: dict[str, list[str]] = {}


def wrong_with(case: Case) -> list[str]:
    """What is wrong with a case; each is run once, however many tests ask."""
    if case["id"] not in _FOUND:
        _FOUND[case["id"]] = list(KINDS[case["kind"]](case))
    return _FOUND[case["id"]]
