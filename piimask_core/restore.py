"""May a value come back here, and how is it written?

A placeholder is restored only where a policy lets it, and only once: what was put in is
read for what it opens (a URL, a link), never for placeholders.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from .entities import LITERAL, label_of
from .errors import InputError
from .surroundings import ATTRIBUTE, CODE, TEXT, URL

STRUCTURED = "structured"
HTML = "html"
CSV = "csv"
NEVER = frozenset({"trace", "log", "memory", "model", "embedding"})
"""Sinks that no preset restores to: nobody reads there who asked."""

ADDRESSES = frozenset({"EMAIL", "PHONE", "URL"})
"""Labels whose values are an address by themselves."""

USER = "user"
"""The source of what the user wrote; others are "tool", "document", "model", "app"."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value is about to come back.

    ``sink``: text, url, attribute, code, structured, html, csv, trace, log, memory,
    model or embedding. ``tool`` and ``argument`` name the call it goes into, if it
    does. ``host`` is the literal host of a URL. ``whole``: the placeholder is all that
    the URL or attribute says, whatever its label. ``safe``: the value has no character
    that means something to code or markup. ``sources``: who has said the value.
    ``shown``: the model saw the placeholder in this very request.
    """

    sink: str = TEXT
    tool: str = ""
    argument: str = ""
    host: str = ""
    whole: bool = False
    safe: bool = True
    sources: Collection[str] = ()
    shown: bool = True


Policy = Callable[[str, Place], bool]
"""(label, place) -> whether the value may come back; ``label`` as in ``<EMAIL_1>``."""

Declared = str | Mapping[str, Iterable[str]]
"""What a tool may get: "real", "masked", "block", or for each argument the types."""


@dataclass(frozen=True, slots=True)
class RestorePolicy:
    """Where values may come back: ``policy(label, place)``. Two presets.

    ``hosts``: exact host names in whose URLs values may stand. ``tools``: what each
    tool may get; where any is declared, the others get placeholders.
    """

    hosts: Collection[str] = ()
    tools: Mapping[str, Declared] = field(default_factory=dict)
    is_strict: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "hosts", frozenset(h.lower() for h in self.hosts))
        object.__setattr__(
            self, "tools", {name: _declared(what) for name, what in self.tools.items()}
        )

    @classmethod
    def standard(
        cls, *, hosts: Collection[str] = (), tools: Mapping[str, Declared] | None = None
    ) -> Self:
        """Texts and structured output come back; URLs, links and what is fetched only
        whole or to ``hosts``; tools get real values, or what is declared."""
        return cls(hosts, tools or {})

    @classmethod
    def strict(
        cls, *, hosts: Collection[str] = (), tools: Mapping[str, Declared] | None = None
    ) -> Self:
        """Tools get declared types in declared arguments only, code nothing, and no
        placeholder is restored that the model was not shown in this request."""
        return cls(hosts, tools or {}, True)

    def __call__(self, label: str, place: Place) -> bool:
        """Whether a value of this label may come back at this place."""
        if place.sink in NEVER or (self.is_strict and not place.shown):
            return False
        if place.tool and not self._gets(label, place):
            return False
        own = place.safe or USER in place.sources
        if place.sink in (URL, ATTRIBUTE):
            is_address = place.whole and label in ADDRESSES
            return place.host in self.hosts or (is_address and own)
        if place.sink == CODE:
            return not self.is_strict and not place.tool and own
        return True

    def _gets(self, label: str, place: Place) -> bool:
        declared = self.tools.get(place.tool)
        if declared is None:
            return not self.tools and not self.is_strict
        if isinstance(declared, str):
            return declared == "real" and not self.is_strict
        return label in declared.get(place.argument, ())


STANDARD = RestorePolicy()


def allowed(policy: Policy, label: str, place: Place) -> bool:
    """What the policy says; what was typed is nobody's value and may stand anywhere.

    A policy that fails has not allowed.
    """
    if label == LITERAL:
        return True
    try:
        return policy(label, place) is True
    except Exception:
        return False


def _declared(what: Declared) -> Declared:
    if isinstance(what, str):
        if what not in ("real", "masked", "block"):
            raise InputError(
                'A tool is "real", "masked", "block", or {argument: types}.'
            )
        return what
    return {name: frozenset(map(label_of, types)) for name, types in what.items()}
