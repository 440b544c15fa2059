"""Counters, events and a page: what an app's operators see, without a value."""

from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from core.helpers import BOB, JANE, SSN, masker_for, own_registry
from core.test_audit import CLASSES, GOOD
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import (
    InMemoryLogRecordExporter,
    SimpleLogRecordProcessor,
)
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader

from piimask_core.audit import Event
from piimask_core.metrics import events, metrics
from piimask_core.page import page
from piimask_core.sinks import both


def told() -> list[Event]:
    """What a conversation with a mishap of each kind tells."""
    kept: list[Event] = []
    masker, registry = replace(masker_for(), audit=kept.append), own_registry(JANE)
    masker.mask("plain", registry)
    masker.mask([f"{JANE} {SSN}", f"Jane Doe {BOB}"], registry)
    masker.unmask("<EMAIL_1> <EMAIL_9> https://x.test/<SSN_1>", registry)
    masker.feedback.missed("US_SSN", value=SSN)
    return [*kept, *(CLASSES[kind](**good) for kind, good in GOOD.items())]


def points(reader: InMemoryMetricReader) -> Iterator[tuple[str, dict[str, Any], Any]]:
    data = reader.get_metrics_data()
    assert data is not None
    for resource in data.resource_metrics:
        for scope in resource.scope_metrics:
            for metric in scope.metrics:
                for point in metric.data.data_points:
                    yield metric.name, dict(point.attributes or {}), point


def test_counters_count_what_the_events_say() -> None:
    """By type, operator, reason and cause; a histogram for how long it took."""
    reader = InMemoryMetricReader()
    count = metrics(MeterProvider([reader]).get_meter("test"))
    for event in told():
        count(event)
    seen = list(points(reader))
    sums = {
        (name, *sorted(map(str, attributes.values()))): point.value
        for name, attributes, point in seen
        if hasattr(point, "value")
    }

    assert sums["piimask.texts",] == 4
    assert sums["piimask.skipped",] == 1
    assert sums["piimask.entities", "EMAIL", "placeholder"] == 2
    assert sums["piimask.unrestored", "EMAIL", "text", "unknown"] == 2
    assert sums["piimask.unrestored", "SSN", "refused", "url"] == 1
    assert sums["piimask.refused", "InputTooLarge"] == 1
    assert any(name == "piimask.mask.duration" for name, _, _ in seen)
    for value in (JANE, BOB, SSN, "Jane Doe"):
        assert value not in repr(seen)


def test_events_go_to_a_logger_of_opentelemetry() -> None:
    """One record each, named, with flat attributes."""
    exporter = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
    provider = LoggerProvider(shutdown_on_exit=False)
    provider.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    emit = events(provider.get_logger("test"))
    for event in told():
        emit(event)
    records = exporter.get_finished_logs()

    names = {each.log_record.event_name for each in records}
    assert names == {f"piimask.{kind}" for kind in CLASSES}
    for value in (JANE, BOB, SSN, "Jane Doe"):
        assert value not in repr([each.log_record.attributes for each in records])
    masked = [r for r in records if r.log_record.event_name == "piimask.masked"][1]
    entities = (masked.log_record.attributes or {})["piimask.entities"]
    assert "EMAIL placeholder 10 2" in entities  # type: ignore[operator]


def test_without_an_sdk_it_does_nothing() -> None:
    """The API alone is installed in many apps."""
    audit = both(metrics(), events())

    assert [audit(event) for event in told()] == [None] * len(told())


class Tags(HTMLParser):
    """Notes the tags of a page, and whether they are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_shows_sums_and_no_value() -> None:
    """Well-formed, and it loads nothing."""
    made = page(told())
    tags = Tags()
    tags.feed(made)

    assert tags.open == [] and not tags.seen & {"script", "link", "img", "iframe"}
    assert "http" not in made
    for row in ("conversations", "unknown: EMAIL in text", "InputTooLarge", "SSN"):
        assert row in made
    for value in (JANE, BOB, SSN, "Jane Doe"):
        assert value not in made


@pytest.mark.parametrize("kind", CLASSES)
def test_a_page_can_be_made_of_any_event(kind: str) -> None:
    """Alone, and of nothing."""
    for some in (
        [],
        [CLASSES[kind](**GOOD[kind])],
        [CLASSES[kind](**GOOD[kind], at=1e300)],
    ):
        assert page(some).startswith("<!doctype html>")


@pytest.mark.parametrize("kind", sorted(CLASSES.keys() - {"unmasked"}))
def test_every_event_is_counted(kind: str) -> None:
    """A new one fails here until somebody has thought of it."""
    reader = InMemoryMetricReader()
    metrics(MeterProvider([reader]).get_meter("test"))(CLASSES[kind](**GOOD[kind]))

    assert list(points(reader))
