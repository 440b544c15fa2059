"""Keys are given, never made up, never shown; each session has one of its own."""

import base64
import os
import pickle
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from core.helpers import BOB, JANE, want
from core.vault.engines import Open, size

from piimask_core import Registry, SealError
from piimask_core.errors import VaultUnavailable
from piimask_core.vault import (
    CallableKeys,
    EnvKeys,
    FileKeys,
    Keys,
    StaticKeys,
    StoredVault,
)
from piimask_core.vault.dictstore import DictStore
from piimask_core.vault.keys import Wrapped

ONE, TWO = (bytes(range(n, n + 32)) for n in (1, 2))
KEY = secrets.token_bytes(32)
PLACE = ("1", "t", "s")


def encoded(**keys: bytes) -> str:
    return " ".join(f"{k}={base64.b64encode(v).decode()}" for k, v in keys.items())


class Service:
    """A key service that can be slow, away, or give nonsense."""

    def __init__(self) -> None:
        self.calls = 0
        self.say: Callable[[], Any] | None = None

    def wrap(self, tenant: str, key: bytes) -> tuple[str, bytes]:
        """The key, turned round."""
        self.calls += 1
        if self.say:
            self.say()
        return "kms", key[::-1]

    def unwrap(self, tenant: str, key_id: str, wrapped: bytes) -> Any:
        """And back."""
        self.calls += 1
        return (self.say and self.say()) or wrapped[::-1]

    def keys(self, deadline: float = 5.0) -> CallableKeys:
        """As a vault takes it."""
        return CallableKeys(self.wrap, self.unwrap, deadline=deadline)


def provided(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Keys]:
    monkeypatch.setenv("PIIMASK_KEYS", encoded(k1=ONE))
    path = tmp_path / "keys"
    path.touch(0o600)
    path.write_text(encoded(k1=ONE) + "\n")
    return [StaticKeys({"k1": ONE}), EnvKeys(), FileKeys(path), Service().keys()]


def test_every_provider_unwraps_what_it_wrapped_there_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not for another tenant or place, nor under another id."""
    for keys in provided(tmp_path, monkeypatch):
        wrapped = keys.wrap("t", KEY, PLACE)
        assert keys.unwrap("t", wrapped, PLACE) == KEY
        assert KEY not in wrapped.wrapped
        others: list[tuple[str, Wrapped, tuple[str, ...]]] = [
            ("u", wrapped, PLACE),
            ("t", wrapped, ("1", "t", "z")),
            ("t", wrapped, ("1", "ts", "")),
            ("t", wrapped._replace(key_id="k2"), PLACE),
            ("t", wrapped._replace(wrapped=wrapped.wrapped[:-1]), PLACE),
            ("t", wrapped._replace(wrapped=b""), PLACE),
        ]
        for tenant, other, place in others:
            with pytest.raises(SealError) as caught:
                keys.unwrap(tenant, other, place)
            assert caught.value.__context__ is None


BAD = [
    "",
    " ",
    "k1=",
    "=" + base64.b64encode(ONE).decode(),
    "k1=password",
    "k1=" + base64.b64encode(b"x" * 31).decode(),
    "k1=" + base64.b64encode(b"x" * 32).decode(),
    "k1=" + base64.b64encode(bytes(32)).decode(),
    "k1=" + base64.b64encode(b"passwordpasswordpasswordpassword").decode(),
    encoded(k1=ONE) + " " + encoded(k1=TWO),
    encoded(k1=ONE) + " rest",
    "k1=" + ONE.hex(),
]


@pytest.mark.parametrize("text", BAD)
def test_what_is_no_key_is_refused(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Empty, short, guessable, twice the same id; the message does not show it."""
    monkeypatch.setenv("PIIMASK_KEYS", text)
    path = tmp_path / "keys"
    path.touch(0o600)
    path.write_text(text)

    makers: list[Callable[[], object]] = [EnvKeys, lambda: FileKeys(path)]
    for make in makers:
        with pytest.raises(SealError) as caught:
            make()
        told = str(caught.value)
        assert not any(part in told for part in text.split("=") if len(part) > 4)
        assert caught.value.__context__ is None


def test_there_is_no_default_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A vault that lasts starts with keys, or when asked for plaintext in so many
    words."""
    monkeypatch.delenv("PIIMASK_KEYS", raising=False)
    with pytest.raises(SealError, match="No key"):
        EnvKeys()
    with pytest.raises(SealError, match="No key"):
        StaticKeys({})
    unclear: list[dict[str, Any]] = [
        {},
        {"keys": None},
        {"plaintext": False},
        {"plaintext": 1},
        {"plaintext": "yes"},
        {"plaintext": True, "keys": StaticKeys({"k1": ONE})},
    ]
    for options in unclear:
        with pytest.raises(SealError):
            StoredVault(DictStore(), **options)

    assert StoredVault(DictStore(), plaintext=True).open("t", "s").epoch


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o666, 0o601])
def test_a_key_file_that_others_may_open_is_refused(mode: int, tmp_path: Path) -> None:
    """Also when its mode changes while serving."""
    path = tmp_path / "keys"
    path.touch(0o600)
    path.write_text(encoded(k1=ONE))
    keys = FileKeys(path)
    path.chmod(mode)

    with pytest.raises(SealError, match="chmod 600"):
        FileKeys(path)
    with pytest.raises(SealError, match="chmod 600"):
        keys.wrap("t", KEY, PLACE)


def test_keys_show_nothing_of_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor do they leave the process: a pickle says where to read them."""
    for keys in provided(tmp_path, monkeypatch):
        assert repr(keys) == f"{type(keys).__name__}()"
        if isinstance(keys, EnvKeys | FileKeys):
            pickled = pickle.dumps(keys)
            assert ONE not in pickled
            assert base64.b64encode(ONE) not in pickled
            again = pickle.loads(pickled)  # noqa: S301
            assert again.unwrap("t", keys.wrap("t", KEY, PLACE), PLACE) == KEY
        elif isinstance(keys, StaticKeys):
            with pytest.raises(SealError):
                pickle.dumps(keys)


# A key service


@pytest.mark.parametrize("away", ["raises", "hangs", "nonsense", "short"])
def test_a_key_service_that_fails_opens_nothing(away: str) -> None:
    """Within the deadline, with an error that shows nothing; then it works again."""
    service, store = Service(), DictStore()
    released = threading.Event()

    def raises() -> None:
        raise OSError(JANE)

    say: dict[str, Callable[[], Any]] = {
        "raises": raises,
        "hangs": lambda: released.wait(60),
        "nonsense": lambda: "x" * 32,
        "short": lambda: b"x" * 31,
    }
    mint(StoredVault(store, keys=service.keys()), JANE)
    service.say = say[away]
    began = time.monotonic()

    with pytest.raises((VaultUnavailable, SealError)) as caught:
        StoredVault(store, keys=service.keys(0.1)).open("t", "s")

    assert time.monotonic() - began < 5
    assert JANE not in f"{caught.value!r}"
    assert caught.value.__context__ is None
    released.set()
    service.say = None
    assert mint(StoredVault(store, keys=service.keys()), JANE) == ["<EMAIL_1>"]


def test_a_key_service_is_asked_once_a_session() -> None:
    """Not with every message."""
    service = Service()
    vault = StoredVault(DictStore(), keys=service.keys())
    for n in range(5):
        mint(vault, f"user{n}@x.com")

    assert service.calls == 2  # wrapped at birth, unwrapped once


# Sealed with, opened with


def mint(vault: StoredVault, *values: str, session: str = "s") -> list[str]:
    registry = Registry(session, tenant="t", vault=vault)
    return registry.mint([want(value) for value in values])


WRONG: list[dict[str, Any]] = [
    {"keys": StaticKeys({"k1": TWO})},
    {"keys": StaticKeys({"k2": ONE})},
    {"keys": StaticKeys({"k2": TWO})},
    {"plaintext": True},
]


@pytest.mark.parametrize("wrong", WRONG, ids=["other", "id", "retired", "none"])
def test_without_the_key_nothing_is_read_or_written(
    wrong: dict[str, Any], shared: Open
) -> None:
    """Erasing needs none."""
    right = {"keys": StaticKeys({"k1": ONE})}
    mint(shared(**right), JANE)

    with pytest.raises(SealError) as caught:
        mint(shared(**wrong), BOB)
    assert caught.value.__context__ is None
    with pytest.raises(SealError):
        shared(**wrong).export("t", "s")
    assert mint(shared(**right), BOB, JANE) == ["<EMAIL_2>", "<EMAIL_1>"]

    assert shared(**wrong).erase("t", "s").placeholders == 2
    assert mint(shared(**right), JANE) == ["<EMAIL_3>"]


def test_what_lies_in_clear_is_refused_by_a_vault_with_keys(shared: Open) -> None:
    """Nobody is to slip rows under it."""
    mint(shared(plaintext=True), JANE)

    with pytest.raises(SealError):
        mint(shared(keys=StaticKeys({"k1": ONE})), JANE)


def test_keys_are_changed_while_serving(shared: Open) -> None:
    """Add, promote, rewrap, retire: whoever has the session open never notices."""
    old = shared(keys=StaticKeys({"k1": ONE}))
    both = shared(keys=StaticKeys({"k1": ONE, "k2": TWO}))
    promoted = shared(keys=StaticKeys({"k2": TWO, "k1": ONE}))
    retired = shared(keys=StaticKeys({"k2": TWO}))
    assert mint(old, JANE) == ["<EMAIL_1>"]
    assert mint(both, BOB) == ["<EMAIL_2>"]
    with pytest.raises(SealError):
        mint(retired, JANE)

    assert (both.rewrap(), promoted.rewrap(), promoted.rewrap()) == (0, 1, 0)

    assert mint(retired, JANE, BOB, "carol@x.com") == [
        *("<EMAIL_1>", "<EMAIL_2>", "<EMAIL_3>")
    ]
    assert mint(old, "dave@x.com", "carol@x.com") == ["<EMAIL_4>", "<EMAIL_3>"]
    with pytest.raises(SealError):
        mint(shared(keys=StaticKeys({"k1": ONE})), JANE)


def test_rotation_under_load_fails_no_read(shared: Open) -> None:
    """Sessions are opened and restored all the time while their keys are rewrapped."""
    count = size(40, 400)
    each = size(5, 25)
    first = shared(keys=StaticKeys({"k1": ONE}))
    for n in range(count):
        mint(first, *[f"u{n}.{m}@x.com" for m in range(each)], session=str(n))
    keys = StaticKeys({"k2": TWO, "k1": ONE})
    failed: list[BaseException] = []
    done = threading.Event()
    reads = 0

    def read() -> None:
        nonlocal reads
        try:
            while not done.is_set():
                vault = shared(keys=keys)
                for n in range(count):
                    registry = Registry(str(n), tenant="t", vault=vault)
                    assert registry.view()["<EMAIL_1>"] == f"u{n}.0@x.com"
                    reads += 1
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    rotated = shared(keys=keys).rewrap()
    done.set()
    for thread in threads:
        thread.join()

    assert failed == []
    assert rotated == count
    assert reads >= count
    assert len(shared(keys=StaticKeys({"k2": TWO})).export("t", "0")) == each


def test_a_file_of_keys_is_read_again_when_it_changes(tmp_path: Path) -> None:
    """So that nobody has to start anew for a rotation."""
    path = tmp_path / "keys"
    path.touch(0o600)
    path.write_text(encoded(k1=ONE))
    keys, store = FileKeys(path), DictStore()
    vault = StoredVault(store, keys=keys)
    mint(vault, JANE)

    path.write_text(encoded(k2=TWO, k1=ONE))
    os.utime(path, ns=(1, 1))

    assert vault.rewrap() == 1
    assert mint(StoredVault(store, keys=StaticKeys({"k2": TWO})), JANE) == ["<EMAIL_1>"]


def test_a_session_whose_key_is_gone_holds_no_other_back(shared: Open) -> None:
    """The others are rewrapped, erased from; then it is told."""
    for key, session in (("k1", "a"), ("k0", "b"), ("k1", "c")):
        vault = shared(keys=StaticKeys({key: {"k1": ONE, "k0": KEY}[key]}))
        mint(vault, JANE, session=session)
    both = shared(keys=StaticKeys({"k2": TWO, "k1": ONE}))

    with pytest.raises(SealError, match="not at hand"):
        both.rewrap()
    with pytest.raises(SealError, match="not at hand"):
        both.erase_value("t", JANE)

    new = shared(keys=StaticKeys({"k2": TWO}))
    assert new.export("t", "a") == new.export("t", "c") == []


def test_a_key_service_that_hangs_costs_so_many_threads_and_no_more() -> None:
    """However many ask while it does."""
    service, released = Service(), threading.Event()
    service.say = lambda: released.wait(60)
    keys = service.keys(0.02)
    before = threading.active_count()
    for _ in range(50):
        with pytest.raises(VaultUnavailable):
            keys.wrap("t", KEY, PLACE)

    assert threading.active_count() - before <= 32
    released.set()
    service.say = None
    assert keys.unwrap("t", keys.wrap("t", KEY, PLACE), PLACE) == KEY
