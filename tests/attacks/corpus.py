"""The cases as they stand in the files, and a conversation for each to run in."""

import base64
import html
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

from piimask_core import Masker, MemoryVault, Registry
from piimask_core.recognizers import patterns, union
from piimask_core.restore import RestorePolicy
from piimask_core.testing import recognizing

HERE = Path(__file__).parent
Case = Mapping[str, Any]
"""One line of a file: ``id``, ``class``, and what its kind needs."""


def cases(name: str) -> list[Case]:
    """All lines of a file of cases."""
    lines = (HERE / name).read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines if line]


SAID: Case = json.loads((HERE / "conversations.json").read_text(encoding="utf-8"))
"""``names``: what the recognizer knows; ``turns``: who said what, for many cases."""


def masker_for(case: Case, **masking: Any) -> Masker:
    """A masker with the restore policy that a case asks for."""
    preset = {"standard": RestorePolicy.standard, "strict": RestorePolicy.strict}
    restore = preset[case.get("preset", "standard")](
        hosts=case.get("hosts", ()), tools=case.get("tools", {})
    )
    names = recognizing({**SAID["names"], **case.get("names", {})})
    return Masker(
        **{
            "recognizer": union(patterns(), names),
            "vault": MemoryVault(),
            "restore": restore,
            "audit": lambda event: None,
            **masking,
        }
    )


def conversation(case: Case, **masking: Any) -> tuple[Masker, Registry]:
    """A masker, and a registry that has heard what was said before the answer."""
    masker = masker_for(case, **masking)
    registry = masker.registry("s")
    given = case.get("given", "jane")
    for source, text in SAID["turns"][given] if isinstance(given, str) else given:
        masker.mask(text, registry, source=source)
    return masker, registry


def restored(case: Case, masker: Masker, registry: Registry) -> Any:
    """The answer, or the arguments of a tool, with values where they may stand."""
    restorer = masker.restorer(registry, shown=case.get("shown"))
    if "arguments" in case:
        return restorer.arguments(case["tool"], case["arguments"])
    if case.get("as") == "json":
        return restorer.json(case["answer"], tool=case.get("tool", ""))
    return restorer.text(case["answer"], sink=case.get("sink", "text"))


def streamed(case: Case, masker: Masker, registry: Registry) -> Iterator[str]:
    """The same, for each place at which the answer can be cut in two."""
    tool = case.get("tool", "")
    text = json.dumps(case["arguments"]) if "arguments" in case else case["answer"]
    is_json = "arguments" in case or case.get("as") == "json"
    for at in range(len(text) + 1):
        restorer = masker.restorer(registry, shown=case.get("shown"))
        stream = (
            restorer.json_stream(tool=tool)
            if is_json
            else restorer.stream(sink=case.get("sink", "text"))
        )
        yield stream.feed(text[:at]) + stream.feed(text[at:]) + stream.flush()


def secrets_of(case: Case, registry: Registry) -> Sequence[str]:
    """The values that must not stand in the output: those that the user said."""
    view = registry.view()
    if "secret" in case:
        return list(case["secret"])
    return [
        value
        for placeholder, value in view.items()
        if "user" in view.sources[placeholder]
        and not placeholder.startswith(("<URL_", "<LITERAL_"))
    ]


def told(values: Sequence[str], output: Any) -> list[str]:
    """Which of the values an output tells, as they are or in any common escape."""
    text = output if isinstance(output, str) else json.dumps(output, ensure_ascii=False)
    views = [undo(text).lower() for undo in _UNDONE]
    return [
        value
        for value in values
        if any(form.lower() in view for form in _forms(value) for view in views)
    ]


def _from_json(text: str) -> str:
    return re.sub(
        r'\\u([0-9a-fA-F]{4})|\\(["\\/])',
        lambda m: chr(int(m[1], 16)) if m[1] else m[2],
        text,
    )


_UNDONE: list[Callable[[str], str]] = [
    *(str, unquote, unquote_plus, html.unescape, _from_json),
    lambda text: unquote(unquote(text)),
    lambda text: unquote(html.unescape(text)),
    lambda text: html.unescape(_from_json(text)),
]


def _forms(value: str) -> set[str]:
    raw = value.encode()
    packed = base64.b64encode(raw).decode().rstrip("=")
    digits = re.sub(r"[\W_]", "", value)
    return {
        *(value, quote(value), quote(value, safe=""), quote_plus(value)),
        *(html.escape(value), json.dumps(value)[1:-1], packed, raw.hex()),
        *([digits] if digits.isdecimal() else []),
    }
