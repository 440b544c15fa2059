"""How is it going? Counters, histograms and events through OpenTelemetry's API.

>>> masker = Masker(audit=both(metrics(), events()))  # an SDK decides where they go

Attributes are the closed names of the audit's schema: no value, no id, and few series.
"""

from typing import TYPE_CHECKING, Any

from .audit import (
    Audit,
    Event,
    Judged,
    Masked,
    MostlyMasked,
    NotRestored,
    NotReversible,
    Observed,
    Refused,
    Sent,
    Stored,
    Unmasked,
    facts,
)

if TYPE_CHECKING:
    from opentelemetry._logs import Logger
    from opentelemetry.metrics import Meter

_NAME = "piimask"
_NEEDED = "OpenTelemetry is missing: pip install 'llm-piimask[otel]'"


def metrics(meter: "Meter | None" = None) -> Audit:
    """A sink that counts, with a meter of your own or the global one."""
    if meter is None:
        try:
            from opentelemetry.metrics import get_meter
        except ImportError:
            raise ImportError(_NEEDED) from None
        meter = get_meter(_NAME)
    counters = {
        name: meter.create_counter(f"piimask.{name}", unit="1", description=told)
        for name, told in _COUNTERS.items()
    }
    took = {
        name: meter.create_histogram(f"piimask.{name}.duration", unit="ms")
        for name in ("mask", "unmask")
    }

    def count(event: Event) -> None:
        for name, number, attributes in _counts(event):
            counters[name].add(number, attributes)
        if isinstance(event, Masked):
            took["mask"].record(event.ms, {"skipped": event.skipped})
        elif isinstance(event, Unmasked):
            took["unmask"].record(event.ms, {"sink": event.sink})

    return count


_COUNTERS = {
    "texts": "Texts that were masked",
    "skipped": "Texts that the gate let pass",
    "entities": "Entities, by type and operator",
    "again": "Stretches that only the last look found",
    "unrestored": "Placeholders that stayed in an answer, by reason",
    "refused": "Requests that were not sent, by cause",
    "final": "Entities that were replaced for good, by type",
    "mostly_masked": "Texts of which little but placeholders was left",
    "observed": "Entities that would have been masked, by type",
    "stored": "Values or keys that a vault changed, by what",
    "judged": "Reports that the masker was wrong, by verdict and type",
}

_Count = tuple[str, int, dict[str, Any]]


def _counts(event: Event) -> list[_Count]:
    match event:
        case Masked():
            skipped = event.texts if event.skipped else 0
            entities: list[_Count] = [
                ("entities", e.count, {"type": e.type, "operator": e.operator})
                for e in event.entities
            ]
            texts: _Count = ("texts", event.texts, {})
            return [texts, ("skipped", skipped, {}), *entities]
        case Sent():
            return [("again", event.masked_again, {})]
        case NotRestored():
            told = {"reason": event.reason, "type": event.label, "sink": event.sink}
            return [("unrestored", 1, told)]
        case Refused():
            return [("refused", 1, {"cause": event.cause})]
        case NotReversible():
            return [("final", n, {"type": type}) for type, n in event.types.items()]
        case MostlyMasked():
            return [("mostly_masked", 1, {})]
        case Observed():
            return [("observed", n, {"type": type}) for type, n in event.types.items()]
        case Stored():
            return [("stored", event.count, {"what": event.what})]
        case Judged():
            told = {"verdict": event.verdict, "type": event.type}
            return [("judged", 1, told)]
        case _:
            return []


def events(logger: "Logger | None" = None) -> Audit:
    """A sink that emits each event as one of OpenTelemetry's, ``piimask.masked``."""
    try:
        from opentelemetry._logs import LogRecord, SeverityNumber, get_logger
    except ImportError:
        raise ImportError(_NEEDED) from None
    emitter = get_logger(_NAME) if logger is None else logger

    def emit(event: Event) -> None:
        told = facts(event)
        at = int(told.pop("at", 0) * 1e9)
        attributes = {f"piimask.{name}": _plain(fact) for name, fact in told.items()}
        emitter.emit(
            LogRecord(
                timestamp=at or None,
                severity_number=SeverityNumber.INFO,
                event_name=f"piimask.{event.event}",
                attributes=attributes,
            )
        )

    return emit


def _plain(fact: Any) -> Any:
    """Lists of counts as one list of texts: attributes are not nested."""
    if isinstance(fact, dict):
        return [f"{name}={count}" for name, count in fact.items()]
    if isinstance(fact, list | tuple):
        return [
            each if isinstance(each, str) else " ".join(str(v) for v in each.values())
            for each in fact
        ]
    return fact
