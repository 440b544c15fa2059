"""What masks here, and how? The record for auditors, as data and as Markdown.

It names every setting that can change what is masked, and is the same in every run with
the same settings and versions, so that it can be kept under version control. What no
code can know (why this pattern, which vendor, what it keeps) is declared.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .described import name_of, told
from .entities import LABELS, Entity, label_of
from .errors import InputError
from .instruction import INSTRUCTION
from .masker import Masker
from .policy import Context
from .restore import RestorePolicy
from .sinks import hashed, is_of_this_process

PATTERNS = {
    1: "strip: removed before it is sent, for good",
    2: "placeholders: typed, restored in the answer",
    3: "a gate before recognition",
    4: "a policy by type and context",
    5: "references and a vault",
    6: "one registry for a conversation",
    7: "differential privacy for figures",
}
NOT_COVERED = (
    "What no recognizer finds: names, nicknames and numbers that nothing marks.",
    "Combinations of harmless facts that identify somebody.",
    "Images, audio and files that are not text.",
    "What a model infers, and what it was trained on.",
    "Text that reaches a model by a road that is not masked.",
    "Masked data are pseudonymised, not anonymous: they stay personal data.",
)
_PACKAGES = (
    *("llm-piimask", "presidio-analyzer", "presidio-anonymizer", "phonenumbers"),
    *("cryptography", "numpy", "spacy"),
)
_PLAIN = (
    *("tenant", "phone_region", "max_chars", "prove", "region", "tuning"),
    *("vendor_retention", "mode"),
)
"""Settings that are shown as they are; others may hold data, and are told of."""
_TYPES = sorted({*LABELS, "PERSON", "LOCATION", "URL", "NRP", "CRYPTO", "PASSWORD"})


class Declared(BaseModel):
    """What somebody has to say about it: a JSON file."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    patterns: tuple[Annotated[int, Field(ge=1, le=7)], ...] = ()
    reason: str = ""
    vendor: str = ""
    retention: (
        Literal["", "zero", "unknown"]
        | Annotated[str, Field(pattern=r"^days:[1-9][0-9]{0,4}$")]
    ) = ""
    not_covered: tuple[str, ...] = ()


def declared(path: str | Path) -> Declared:
    """What such a file says. Raises InputError, without showing what it says."""
    problem = ""
    try:
        return Declared.model_validate_json(Path(path).read_bytes())
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
    except ValidationError as error:
        places = sorted({str(e["loc"][0]) for e in error.errors() if e["loc"]})
        known = [place for place in places if place in Declared.model_fields]
        problem = f"is not as expected: {', '.join(known) or 'see the documentation'}"
    raise InputError(f"The declaration {problem}.")


def record(
    masker: Masker,
    declared: Declared | None = None,
    *,
    measured: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The record in JSON types. ``measured``: the name of a set -> what ``evaluate``
    gave for it as a dict."""
    said = declared or Declared()
    return {
        "v": 1,
        "patterns": {str(n): PATTERNS[n] for n in said.patterns},
        "reason": said.reason,
        "vendor": {"name": said.vendor, "retention": said.retention},
        "settings": {
            each.name: _setting(masker, each.name)
            for each in fields(masker)
            if each.init
        },
        "tuned": masker.tuned,
        "thresholds": {
            "default": masker.thresholds.default,
            **dict(sorted(masker.thresholds.labels.items())),
        },
        "operators by type": _decided(masker),
        "versions": _versions(),
        "name model": _digest_of_model(),
        "measured": {name: _figures(told) for name, told in (measured or {}).items()},
        "not covered": [*NOT_COVERED, *said.not_covered],
    }


def markdown(record: Mapping[str, Any]) -> str:
    """The record for people."""
    lines = ["# How personal data are masked", ""]
    lines += [f"- Pattern {n}: {told}." for n, told in record["patterns"].items()]
    vendor = record["vendor"]
    lines += [
        f"- Reason: {_one_line(record['reason']) or 'not declared'}",
        f"- Vendor: {_one_line(vendor['name']) or 'not declared'}",
        f"- Vendor keeps: {vendor['retention'] or 'not declared'}",
        *("", "## Settings", "", "| setting | value |", "|---|---|"),
    ]
    for name, value in record["settings"].items():
        lines.append(f"| {name} | {_cell(value)} |")
    lines += [
        *("", "## Thresholds", "", f"Tuned for {record['tuned']}.", ""),
        *("| type | least score |", "|---|---|"),
        *(f"| {name} | {least:g} |" for name, least in record["thresholds"].items()),
    ]
    lines += ["", "## Operator by type", "", "| type | operator |", "|---|---|"]
    lines += [f"| {k} | {_cell(v)} |" for k, v in record["operators by type"].items()]
    lines += ["", "## Versions", ""]
    lines += [f"- {name} {number}" for name, number in record["versions"].items()]
    lines += [f"- name model, SHA-256 {record['name model']}", "", "## Measured", ""]
    lines += _measured(record["measured"])
    lines += ["", "## Not covered", ""]
    lines += [f"- {_one_line(each)}" for each in record["not covered"]]
    return "\n".join(lines) + "\n"


def _setting(masker: Masker, name: str) -> Any:
    value = getattr(masker, name)
    if name == "audit_key":
        if is_of_this_process(value):
            return "of this process"
        return {"key id": hashed(value, "the id of this key")}
    if name == "instruction":
        digest = hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()
        return {"default": value == INSTRUCTION, "fingerprint": digest[:12]}
    if name in _PLAIN and isinstance(value, str | int | float | bool | None):
        return value
    if name == "profile" and isinstance(value, str):
        return value
    if name == "threshold" and not isinstance(value, Mapping):
        return value
    if value is None:
        return "default"
    if name == "operators":
        return {each: told(operator) for each, operator in sorted(value.items())}
    if isinstance(value, RestorePolicy):
        tools = {tool: _allowed(what) for tool, what in sorted(value.tools.items())}
        strict, hosts = value.is_strict, sorted(value.hosts)
        return {"is": name_of(value), "strict": strict, "hosts": hosts, "tools": tools}
    return told(value)


def _allowed(what: Any) -> Any:
    if isinstance(what, Mapping):
        return {argument: sorted(types) for argument, types in sorted(what.items())}
    return what


def _decided(masker: Masker) -> dict[str, str]:
    """What the policy says of each type where nothing else is known."""
    names: dict[str, str] = {}
    for type in _TYPES:
        try:
            names[label_of(type)] = masker.decides(Entity(type, 0, 1), Context("x"))
        except Exception:
            names[label_of(type)] = "depends on the text"
    return dict(sorted(names.items()))


def _versions() -> dict[str, str]:
    found = {}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _digest_of_model() -> str:
    model = Path(__file__).with_name("recognizers") / "names.bin"
    return hashlib.sha256(model.read_bytes()).hexdigest()


def _figures(told: Mapping[str, Any]) -> dict[str, Any]:
    """The figures for all and for each type, of what ``evaluate`` gave."""
    try:
        return {
            "examples": int(told["examples"]),
            "all": _shares(told["total"]),
            "types": {str(k): _shares(v) for k, v in told["types"].items()},
        }
    except (KeyError, TypeError, ValueError, AttributeError):
        pass
    raise InputError("Not a measurement: expected what evaluate --json printed.")


def _shares(figures: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {k: figures[name][k] for k in ("count", "of", "low", "high")}
        for name in ("leaked", "recall", "precision")
    }


def _measured(measured: Mapping[str, Any]) -> list[str]:
    if not measured:
        return ["Nothing was measured for this record."]
    lines = ["| set | type | labelled | recall | leaked | precision |"]
    lines.append("|---" * 6 + "|")
    for name, found in measured.items():
        for type, shares in [("all", found["all"]), *found["types"].items()]:
            cells = [_share(shares[f]) for f in ("recall", "leaked", "precision")]
            row = [
                _one_line(name),
                _one_line(type),
                str(shares["recall"]["of"]),
                *cells,
            ]
            lines.append(f"| {' | '.join(row)} |")
    return lines


def _share(share: Mapping[str, Any]) -> str:
    if not share["of"]:
        return "-"
    value = share["count"] / share["of"]
    return f"{value:.3f} [{share['low']:.3f}, {share['high']:.3f}]"


def _cell(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return _one_line(text)


def _one_line(text: str) -> str:
    clean = "".join(c if c.isprintable() else " " for c in text)
    return clean.replace("|", "\\|")
