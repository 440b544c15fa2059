"""Events arrive, in one file or several, or nothing is sent where they have to."""

import os
import stat
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from core.helpers import JANE, SCALE, blind, masker_for, own_registry

from piimask_core import Entity, Masker
from piimask_core.audit import EVENTS, Audit, Event, Masked, Refused, Sent, log
from piimask_core.errors import AuditFailed, AuditLogError, InputError
from piimask_core.sinks import both, default_key, json_lines, read, required

EVENT = Refused("InputError")


def failing(event: Event) -> None:
    raise OSError(f"no space left for {JANE}")


def hanging(event: Event) -> None:
    time.sleep(30)


def dying(event: Event) -> None:
    raise SystemExit


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """In order, by several writers, and only its owner may read it."""
    path = tmp_path / "audit.jsonl"
    first, second = json_lines(path), json_lines(path)
    first(EVENT)
    second(Masked(1, 1, 9))

    assert list(read(path)) == [EVENT, Masked(1, 1, 9)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_threads_share_a_file(tmp_path: Path) -> None:
    """Line by line."""
    path = tmp_path / "audit.jsonl"
    write = json_lines(path)

    def many() -> None:
        for _ in range(50):
            write(EVENT)

    threads = [threading.Thread(target=many) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert list(read(path)) == [EVENT] * 400


@pytest.mark.parametrize(
    ("text", "events"),
    [
        (b"", 0),
        (b"\n", 0),
        (EVENTS.dump_json(EVENT), 0),
        (EVENTS.dump_json(EVENT) + b"\n", 1),
        (b'{"event":"ref\n' + EVENTS.dump_json(EVENT) + b"\n", 1),
    ],
)
def test_a_line_that_breaks_off_is_left_out(
    text: bytes, events: int, tmp_path: Path
) -> None:
    """Whoever wrote it was stopped, or is still writing."""
    path = tmp_path / "audit.jsonl"
    path.write_bytes(text)

    assert len(list(read(path))) == events


@pytest.mark.parametrize(
    "line",
    [
        '{"event":"refused","cause":"InputError","value":"jane@example.com"}',
        '{"event":"jane@example.com"}',
        '["jane@example.com"]',
        '"jane@example.com"',
        "jane@example.com",
        '{"event":"refused","cause":"InputError","session":"jane@example.com"}',
    ],
)
def test_what_is_no_event_is_refused(line: str, tmp_path: Path) -> None:
    """By its line, and without saying what stands there."""
    path = tmp_path / "audit.jsonl"
    path.write_text(EVENTS.dump_json(EVENT).decode() + f"\n{line}\n")

    with pytest.raises(AuditLogError, match="line 2") as caught:
        list(read(path))
    assert JANE not in str(caught.value) + repr(caught.value.__cause__)
    assert caught.value.__context__ is None
    with pytest.raises(AuditLogError):
        list(read(tmp_path / "none"))


def test_a_write_that_breaks_off_spoils_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an error, and the next event begins a line of its own."""
    path = tmp_path / "audit.jsonl"
    write, whole = json_lines(path), os.write
    monkeypatch.setattr(os, "write", lambda file, data: whole(file, data[:9]))
    with pytest.raises(OSError, match="in part"):
        write(EVENT)
    monkeypatch.undo()
    write(EVENT)

    assert list(read(path)) == [EVENT]


# Failing


@pytest.mark.parametrize("text", ["plain", f"my mail is {JANE}"])
@pytest.mark.parametrize("sink", [failing, hanging, dying])
@pytest.mark.parametrize("prove", [True, False])
def test_a_required_audit_that_fails_stops_what_would_be_sent(
    sink: Audit, text: str, prove: bool
) -> None:
    """Whether it raises, hangs or exits; the error holds no value."""
    audit = required(sink, timeout=0.05)
    masker = replace(masker_for(), audit=audit, prove=prove)
    sent = []
    with pytest.raises(AuditFailed) as caught:
        sent.append(masker.mask(text, own_registry()))

    assert sent == []
    assert JANE not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("wrap", [required, lambda sink: both(log, required(sink))])
def test_what_cannot_even_be_told_is_not_sent(
    wrap: Callable[[Audit], Audit], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event that could not be made was not written either."""

    def broken(texts: object) -> object:
        raise ValueError(JANE)

    monkeypatch.setattr("piimask_core.masker.tally", broken)
    events: list[Event] = []
    masker = replace(masker_for(), audit=wrap(events.append))
    with pytest.raises(AuditFailed) as caught:
        masker.mask(JANE, own_registry())
    assert caught.value.__context__ is None
    heard = replace(masker_for(), audit=events.append)
    assert heard.mask(JANE, own_registry()) == "<EMAIL_1>"


@pytest.mark.parametrize("score", [float("nan"), float("inf"), -1.0, 7.0, 0.3, 1])
def test_any_score_has_a_bin(score: float) -> None:
    """Also one that is no score: an event must not be lost over it."""
    events: list[Event] = []
    found = [Entity("EMAIL_ADDRESS", 0, len(JANE), score)]
    masker = Masker(recognizer=lambda text: found, audit=events.append, threshold=0)
    masker.mask(JANE, own_registry())

    assert isinstance(events[0], Masked)


def test_what_is_proven_is_held_back_too() -> None:
    """By the guard that sees what no walker masks."""
    masker = Masker(recognizer=blind, audit=required(failing))

    with pytest.raises(AuditFailed):
        masker.proven(["plain"], own_registry())


def test_a_required_audit_blocks_no_answer() -> None:
    """What was sent was sent; the answer is restored."""
    masker, registry = masker_for(), own_registry()
    masker.mask(JANE, registry)
    masker = replace(masker, audit=required(failing))

    assert masker.unmask("<EMAIL_1> <EMAIL_7>", registry) == f"{JANE} <EMAIL_7>"


@pytest.mark.parametrize("sink", [failing])
def test_another_audit_that_fails_stops_nothing(sink: Audit) -> None:
    """It is told, and that is all."""
    masker = replace(masker_for(), audit=sink)
    registry = own_registry()

    assert masker.mask(JANE, registry) == "<EMAIL_1>"
    assert masker.mask("plain", registry) == "plain"
    assert masker.unmask("<EMAIL_1>", registry) == JANE


def test_all_are_told_though_one_fails() -> None:
    """The first that fails does not keep the others from hearing."""
    events: list[Event] = []
    both(failing, events.append)(EVENT)
    with pytest.raises(AuditFailed):
        both(required(failing), events.append)(EVENT)

    assert events == [EVENT, EVENT]


def test_faults_at_random_let_nothing_through() -> None:
    """A sink that fails each third time: what is masked was written, every text."""
    written: list[Event] = []
    calls = 0

    def flaky(event: Event) -> None:
        nonlocal calls
        calls += 1
        if calls % 3 == 0:
            raise OSError
        written.append(event)

    masker = replace(masker_for(), audit=required(flaky))
    passed, refused = 0, 0
    for turn in range(200 * SCALE):
        try:
            masker.mask(f"{turn} {JANE}", own_registry())
        except AuditFailed:
            refused += 1
        else:
            passed += 1

    assert refused > 50 and passed > 50
    assert sum(isinstance(event, Sent) for event in written) == passed


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf")])
def test_a_timeout_is_a_number_of_seconds(timeout: float) -> None:
    """Without one a sink that hangs would hang the app."""
    with pytest.raises(InputError):
        required(failing, timeout=timeout)


def test_a_logger_cannot_be_required() -> None:
    """It swallows what goes wrong."""
    with pytest.raises(InputError):
        required(log)


@pytest.mark.parametrize(
    ("written", "is_key"), [("ab" * 16, True), ("ab" * 15, False), ("nonsense", False)]
)
def test_the_key_for_ids_comes_from_the_environment(
    written: str, is_key: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is no key is refused, and not shown."""
    monkeypatch.setenv("PIIMASK_AUDIT_KEY", written)
    if is_key:
        assert default_key() == bytes.fromhex(written)
        return
    with pytest.raises(InputError) as caught:
        default_key()
    assert written not in str(caught.value)


def test_without_one_it_is_this_process_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that two logs cannot be told together by accident."""
    monkeypatch.delenv("PIIMASK_AUDIT_KEY", raising=False)

    assert default_key() == default_key() and len(default_key()) == 32
