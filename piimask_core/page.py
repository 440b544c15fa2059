"""What does an audit log say at a glance? A page of HTML, without script or net."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from statistics import quantiles

from .audit import (
    Event,
    Judged,
    Masked,
    NotRestored,
    Refused,
    Sent,
    Stored,
    Unmasked,
)
from .refit import rates

_STYLE = (
    "body{font:15px sans-serif;margin:2em auto;max-width:60em;color:#222}"
    "table{border-collapse:collapse;margin:.5em 0 1.5em}"
    "td,th{padding:.2em .8em;border-bottom:1px solid #ddd;text-align:left}"
    "td.n{text-align:right;font-variant-numeric:tabular-nums}"
    ".bar{background:#7aa6c2;height:.8em;display:inline-block}"
)
_LONGEST = 240


@dataclass(slots=True)
class _Sums:
    first: float = float("inf")
    last: float = 0.0
    sessions: set[tuple[str, str]] = field(default_factory=set)
    texts: int = 0
    skipped: int = 0
    again: int = 0
    answers: int = 0
    days: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    operators: Counter[str] = field(default_factory=Counter)
    stayed: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    stored: Counter[str] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    judged: list[Event] = field(default_factory=list)


def page(events: Iterable[Event]) -> str:
    """The page, from events in any order.

    These are exact counts, for whoever runs the app: figures for others go through
    ``analytics``.
    """
    sums = _Sums()
    for event in events:
        _add(sums, event)
    parts = [
        _table("In all", _totals(sums)),
        _bars("Entities by type", sums.types),
        _table("Entities by operator", sums.operators),
        _bars("Entities by day (UTC)", dict(sorted(sums.days.items()))),
        _table("Placeholders that stayed in an answer", sums.stayed),
        _table("Requests that were not sent", sums.refused),
        _table("What the vault did", sums.stored),
        _table("Reported as wrong", _reported(sums)),
    ]
    body = "\n".join(part for part in parts if part)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>Masking</title><style>{_STYLE}</style></head>\n"
        f"<body><h1>Masking</h1>\n{body}\n</body></html>\n"
    )


def _add(sums: _Sums, event: Event) -> None:
    if event.at:
        sums.first, sums.last = min(sums.first, event.at), max(sums.last, event.at)
    if event.session:
        sums.sessions.add((event.tenant, event.session))
    match event:
        case Masked():
            sums.texts += event.texts
            sums.skipped += event.texts if event.skipped else 0
            sums.took.append(event.ms)
            sums.judged += [event] if event.entities else []
            for each in event.entities:
                sums.types[each.type] += each.count
                sums.operators[each.operator] += each.count
                sums.days[_day(event.at)] += each.count
        case Sent():
            sums.again += event.masked_again
        case Unmasked():
            sums.answers += 1
        case NotRestored():
            sums.stayed[f"{event.reason}: {event.label} in {event.sink}"] += 1
        case Refused():
            sums.refused[event.cause] += 1
        case Stored():
            sums.stored[event.what] += event.count
        case Judged():
            sums.judged.append(event)
        case _:
            pass


def _totals(sums: _Sums) -> Mapping[str, object]:
    took = quantiles(sums.took, n=100) if len(sums.took) > 1 else []
    return {
        "from": _day(sums.first) if sums.last else "-",
        "to": _day(sums.last) if sums.last else "-",
        "conversations": len(sums.sessions),
        "texts": sums.texts,
        "let pass by the gate": _percent(sums.skipped, sums.texts),
        "found by the last look only": sums.again,
        "answers read": sums.answers,
        "masking, median": f"{took[49]:.2f} ms" if took else "-",
        "masking, 99 of 100 within": f"{took[98]:.2f} ms" if took else "-",
    }


def _reported(sums: _Sums) -> Mapping[str, object]:
    return {
        f"{label}: {name}": str(share)
        for label, each in rates(sums.judged).items()
        for name, share in (
            ("no personal data", each.false_positive),
            ("another type", each.wrong_type),
            ("missed", each.missed),
        )
        if share.count
    }


def _table(title: str, rows: Mapping[str, object]) -> str:
    cells = [
        f'<tr><td>{escape(str(name))}</td><td class="n">{escape(str(value))}</td></tr>'
        for name, value in rows.items()
    ]
    return _section(title, cells)


def _bars(title: str, counts: Mapping[str, int]) -> str:
    top = max(counts.values(), default=1) or 1
    rows = counts.most_common() if isinstance(counts, Counter) else counts.items()
    cells = [
        f'<tr><td>{escape(name)}</td><td class="n">{count}</td><td><span class="bar" '
        f'style="width:{_LONGEST * count // top}px"></span></td></tr>'
        for name, count in rows
    ]
    return _section(title, cells)


def _section(title: str, rows: Sequence[str]) -> str:
    if not rows:
        return ""
    return "\n".join([f"<h2>{escape(title)}</h2>", "<table>", *rows, "</table>"])


def _percent(count: int, of: int) -> str:
    return f"{count} ({100 * count / of:.1f} %)" if of else "-"


def _day(at: float) -> str:
    try:
        return str(datetime.fromtimestamp(at, UTC).date())
    except (OverflowError, ValueError, OSError):
        return "-"
