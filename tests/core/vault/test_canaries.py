"""Values that must never be seen, and every surface on which they could be."""

import io
import logging
import pickle
import sqlite3
import sys
import traceback
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from core.helpers import want
from core.vault.engines import KEYS
from core.vault.watched import Watched, raising

from piimask_core import Masker, PIIMaskError, Registry
from piimask_core.testing import recognizing
from piimask_core.vault import FileKeys, StoredVault
from piimask_core.vault.dictstore import DictStore
from piimask_core.vault.sqlite import SQLiteStore

CANARIES = {
    "EMAIL_ADDRESS": ["canary.one@zq-example.com", "CANARY.TWO@zq-example.com"],
    "PERSON": ["Zqanary Vogelsang", "Zq\u00e4nary \u00d6zdemir"],
    "US_SSN": ["523-45-9182"],
    "CREDIT_CARD": ["4929 1234 5678 9012"],
    "PHONE_NUMBER": ["+44 20 7946 0991"],
    "IBAN_CODE": ["DE75512108001245126199"],
    "PASSWORD": ['zq!canary\\pass"word'],
    "URL": ["https://zq-example.com/?to=canary"],
    "LOCATION": ["17 Zqanary Lane"],
    "MEDICAL": ["zqanarytosis"],
}
ALL = [value for values in CANARIES.values() for value in values]


def marks() -> list[bytes]:
    """Each canary and pieces of it, as any encoding would leave it readable."""
    forms = {form for value in ALL for form in (value, value.lower(), value[2:9])}
    return [
        encoded
        for form in forms
        for encoded in (
            form.encode(),
            form.encode("utf-16-le"),
            form.encode("unicode_escape"),
        )
    ]


MARKS = marks()


def assert_unseen(surface: str, seen: bytes | str) -> None:
    data = seen.encode("utf-8", "backslashreplace") if isinstance(seen, str) else seen
    assert not [mark for mark in MARKS if mark in data], surface


def test_a_canary_would_be_seen() -> None:
    """Else everything below shows nothing."""
    with pytest.raises(AssertionError):
        assert_unseen("x", f"log: {ALL[0]}")
    with pytest.raises(AssertionError):
        assert_unseen("x", pickle.dumps(ALL[3]))


@pytest.fixture
def heard() -> Iterator[io.StringIO]:
    """All that is logged, at DEBUG."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def files_of(path: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in path.parent.glob(f"{path.name}*")}


def test_no_value_shows_anywhere(tmp_path: Path, heard: io.StringIO) -> None:
    """On disk, in logs, pickles, dumps, representations and errors with all their
    frames' own variables of the vault."""
    path = tmp_path / "vault.db"
    store = Watched(SQLiteStore(path))
    vault = StoredVault(store, keys=KEYS)
    masker = Masker(recognizer=recognizing(CANARIES), vault=vault)
    registry = masker.registry("s")
    surfaces: dict[str, bytes | str] = {}
    for value in ALL:
        masked = masker.mask(f"it is {value}.", registry)
        assert masker.unmask(masked, registry) == f"it is {value}."
    assert len(registry) == len(ALL)

    surfaces |= {f"file {name}": data for name, data in files_of(path).items()}
    assert {"file vault.db", "file vault.db-wal"} <= surfaces.keys()
    with sqlite3.connect(path) as db:
        surfaces["sql dump"] = "\n".join(db.iterdump())
    db.close()
    surfaces["backup"] = backup(path, tmp_path / "backup.db")
    book: Any = vault.open("default", "s")
    things = {
        **{"registry": registry, "vault": vault, "store": store.store, "keys": KEYS},
        **{"mirror": book, "memo": registry.memo, "view": registry.view()},
        **{"masker": masker, "entries": book.contents(), "restorer": None},
        "draft": book._drafted([want(ALL[0]), want("other")]),
        "head": SQLiteStore(path).open(("default", "s")),
        "wanted": [want(value) for value in ALL],
    }
    for name, thing in things.items():
        surfaces[f"repr {name}"] = repr(thing)
        surfaces[f"str {name}"] = str(thing)
        surfaces[f"format {name}"] = f"{thing}"
    surfaces["handle"] = str(registry.dumps())
    surfaces["sealed copy"] = str(registry.dumps(key=bytes(range(32))))
    surfaces["pickled registry"] = pickle.dumps(registry)
    keyfile = tmp_path / "keys"
    keyfile.touch(0o600)
    keyfile.write_text("k1=" + "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=")
    own = StoredVault(SQLiteStore(tmp_path / "own.db"), keys=FileKeys(keyfile))
    Registry("s", vault=own).mint([want(value) for value in ALL])
    surfaces["pickled vault"] = pickle.dumps(own)
    surfaces["receipt"] = str(vault.erase("default", "other"))
    for name in ("open", "append", "forget"):
        surfaces[f"error at {name}"] = error_at(name, vault, store)
    surfaces["log"] = heard.getvalue()

    for surface, seen in surfaces.items():
        assert_unseen(surface, seen)
    assert len(surfaces) >= 40
    own.close()
    vault.close()


def backup(path: Path, to: Path) -> bytes:
    with sqlite3.connect(path) as db, sqlite3.connect(to) as copy:
        db.backup(copy)
    db.close()
    copy.close()
    return to.read_bytes() + zlib.compress(b"")


def error_at(name: str, vault: StoredVault, store: Watched) -> str:
    """An error of the store that shows a value, as a caller sees and prints it."""
    store.fault = raising(ValueError(ALL[0]))
    calls: dict[str, Any] = {
        "open": lambda: vault.open("default", "another"),
        "append": lambda: vault.open("default", "s").sync(),
        "forget": lambda: vault.erase("default", "s"),
    }
    try:
        calls[name]()
    except PIIMaskError as error:
        told = traceback.TracebackException.from_exception(error, capture_locals=True)
        assert error.__cause__ is None
        assert error.__context__ is None
        return "".join(told.format())
    raise AssertionError(f"no error at {name}, Python {sys.version_info}")


def test_erased_bytes_are_gone_from_the_file_and_its_log(tmp_path: Path) -> None:
    """Even of a vault in clear: nothing is left to be found."""
    path = tmp_path / "vault.db"
    vault = StoredVault(SQLiteStore(path), plaintext=True)
    registry = Registry("s", tenant="t", vault=vault)
    other = Registry("other", tenant="t", vault=vault)
    registry.mint([want(value) for value in ALL])
    other.mint([want("somebody@else.com"), want(ALL[0])])
    with pytest.raises(AssertionError):
        assert_unseen("files", b"".join(files_of(path).values()))

    assert vault.erase("t", "s").placeholders == len(ALL)
    assert vault.erase_value("t", ALL[0])[0].placeholders == 1
    vault.purge()

    assert_unseen("files", b"".join(files_of(path).values()))
    assert b"somebody@else.com" in b"".join(files_of(path).values())
    vault.close()


def test_expired_bytes_are_gone_after_a_purge(tmp_path: Path) -> None:
    """The time of a session is over; nobody asks for it any more."""
    now = [1000.0]
    path = tmp_path / "vault.db"
    store = SQLiteStore(path, ttl=60, clock=lambda: now[0])
    vault = StoredVault(store, plaintext=True)
    Registry("s", vault=vault).mint([want(value) for value in ALL])
    now[0] += 61

    assert vault.purge() == 1

    assert_unseen("files", b"".join(files_of(path).values()))
    vault.close()


def test_a_file_is_its_owners_alone(tmp_path: Path) -> None:
    """The log beside it too."""
    path = tmp_path / "vault.db"
    vault = StoredVault(SQLiteStore(path), keys=KEYS)
    Registry("s", vault=vault).mint([want(ALL[0])])

    modes = {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()}
    vault.close()
    assert modes == {0o600}


def test_a_store_in_a_dictionary_holds_no_value_in_clear() -> None:
    """What an engine is given is sealed before."""
    store = DictStore()
    vault = StoredVault(store, keys=KEYS)
    Registry("s", vault=vault).mint([want(value) for value in ALL])

    assert_unseen("store", repr(store.heads) + repr(store.rows))
    assert_unseen("rows", b"".join(r.sealed for r in store.rows[("default", "s")]))
