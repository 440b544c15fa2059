"""Where do audit events go, and must they arrive?

>>> audit = required(json_lines("audit.jsonl"))
>>> audit = both(log, json_lines("audit.jsonl"))
"""

import hashlib
import hmac
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import FunctionType
from weakref import WeakSet

from pydantic import ValidationError

from .audit import EVENTS, Audit, Event, log
from .errors import AuditFailed, AuditLogError, InputError

KEY_VARIABLE = "PIIMASK_AUDIT_KEY"
_AT_ONCE = 32
_UNKEYED = secrets.token_bytes(32)


def default_key() -> bytes:
    """What ids are hashed with: PIIMASK_AUDIT_KEY (hexadecimal, 32 digits or more).

    Without it a key of this process, so that nothing can be told of two runs together.
    Raises InputError for a key that is none.
    """
    written = os.environ.get(KEY_VARIABLE, "")
    if not written:
        return _UNKEYED
    try:
        key = bytes.fromhex(written)
    except ValueError:
        key = b""
    if len(key) < 16:
        raise InputError(f"{KEY_VARIABLE} is no key: expected 32 or more hex digits.")
    return key


def is_of_this_process(key: bytes) -> bool:
    """Whether nobody gave this key: it is another one in the next process."""
    return key == _UNKEYED


def hashed(key: bytes, *parts: str) -> str:
    """16 hexadecimal digits for an id: nobody without the key can tell whose it is."""
    raw = [part.encode("utf-8", "surrogatepass") for part in parts]
    told = b"".join(len(part).to_bytes(8, "big") + part for part in raw)
    return hmac.new(key, told, hashlib.sha256).hexdigest()[:16]


def of_session(
    audit: Audit,
    key: bytes,
    tenant: str,
    session: str,
    *,
    clock: Callable[[], float] = time.time,
) -> Audit:
    """The same sink, which is told of each event when and in which session it was."""

    def tell(event: Event) -> None:
        whose = hashed(key, tenant), hashed(key, tenant, session)
        at = max(clock(), 0.0)
        audit(replace(event, at=at, tenant=whose[0], session=whose[1]))

    return _like(audit, tell)


def tell(audit: Audit, make: Callable[[], Event]) -> None:
    """Make an event and tell it; what goes wrong is dropped.

    Raises AuditFailed where the sink is ``required``, also where there is no event.
    """
    try:
        audit(make())
        return
    except AuditFailed:
        raise
    except Exception:
        failed = _is_required(audit)
    if failed:
        raise AuditFailed(_FAILED)


def both(*audits: Audit) -> Audit:
    """Tell each of them, whatever becomes of the others.

    Raises AuditFailed where one of them is ``required`` and fails.
    """

    def tell_all(event: Event) -> None:
        failed = False
        for audit in audits:
            try:
                tell(audit, lambda: event)
            except AuditFailed:
                failed = True
        if failed:
            raise AuditFailed(_FAILED)

    return _like(audits, tell_all)


_FAILED = "The audit event could not be written: nothing was sent."


def required(audit: Audit, *, timeout: float = 5.0) -> Audit:
    """A sink that has to take every event of what is sent: else nothing is sent.

    Raises AuditFailed where it fails, or takes longer than ``timeout`` seconds. A
    failed restore still blocks no answer. Raises InputError for ``log``: a logger does
    not say whether anybody listened.
    """
    if audit is log:
        raise InputError("A logger cannot be required: it does not say if it failed.")
    if not 0 < timeout < float("inf"):
        raise InputError("timeout is a number of seconds above 0.")
    running = threading.BoundedSemaphore(_AT_ONCE)  # one that hangs stays

    def tell_or_fail(event: Event) -> None:
        done: list[bool] = []

        def run() -> None:
            try:
                audit(event)
                done.append(True)
            except BaseException:  # noqa: S110 - it is told by what is not done
                pass
            finally:
                running.release()

        if running.acquire(timeout=timeout):
            try:
                thread = threading.Thread(target=run, daemon=True)
                thread.start()
            except RuntimeError:
                running.release()
            else:
                thread.join(timeout)
        if not done:
            raise AuditFailed(_FAILED)

    _REQUIRED.add(tell_or_fail)
    return tell_or_fail


_REQUIRED: "WeakSet[Audit]" = WeakSet()


def _is_required(audit: Audit) -> bool:
    return isinstance(audit, FunctionType) and audit in _REQUIRED


def _like(audits: Audit | Iterable[Audit], made: Audit) -> Audit:
    """A sink made of others is required as soon as one of them is."""
    listed = [audits] if callable(audits) else audits
    if any(map(_is_required, listed)):
        _REQUIRED.add(made)
    return made


def json_lines(path: str | Path) -> Audit:
    """Append each event as a line of JSON to a file that only its owner can read.

    One write for a line, so several processes may share the file. Raises OSError.
    """
    file = Path(path)
    lock = threading.Lock()
    cut = False  # whether the last line was not written to its end

    def write(event: Event) -> None:
        nonlocal cut
        line = EVENTS.dump_json(event) + b"\n"
        with lock:
            line = b"\n" + line if cut else line
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            opened = os.open(file, flags, 0o600)
            try:
                written = os.write(opened, line)
            finally:
                os.close(opened)
            cut = written < len(line)
        if cut:
            raise OSError("the event was written in part only")

    return write


def read(path: str | Path) -> Iterator[Event]:
    """The events of a file of JSON lines, oldest first.

    A line that breaks off, because whoever wrote it did, is left out. Raises
    AuditLogError for one that is something else.
    """
    number, problem = 0, ""
    try:
        with Path(path).open("rb") as lines:
            for line in lines:
                number += 1
                if not line.endswith(b"\n"):
                    return
                event = _event(line) if line.strip() else None
                if event is not None:
                    yield event
    except OSError as error:
        problem = f": {error.strerror}"
    except ValidationError:
        problem = f", line {number}: not an event"
    if problem:
        raise AuditLogError(f"The audit log{problem}.")


def _event(line: bytes) -> Event | None:
    try:
        return EVENTS.validate_json(line)
    except ValidationError as error:
        is_cut = error.errors(include_input=False)[0]["type"] == "json_invalid"
        if is_cut and line.startswith(b'{"'):
            return None
        raise
