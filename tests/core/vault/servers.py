"""Real servers for the tests: started on a free port, in a directory that goes again.

Without its programs a test is skipped and says how to get them (``make servers``); in
CI it fails.
"""

import atexit
import functools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

_AT_MOST = 30.0
"""Seconds that a server may take to come up."""


class Server:
    """A process that answers at ``url``; may be killed and started again."""

    def __init__(
        self,
        url: str,
        command: list[str],
        *,
        is_up: Callable[[], bool],
        user: str = "",
        killed_by: signal.Signals = signal.SIGKILL,
    ) -> None:
        self.url = url
        self._command = command
        self._is_up = is_up
        self._user = user or None
        self._killed_by = killed_by
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when it answers."""
        self._process = subprocess.Popen(  # noqa: S603  # a program of the system's
            self._command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self._user,
            group=self._user,
            extra_groups=[] if self._user else None,
        )
        until = time.monotonic() + _AT_MOST
        while not self._is_up():
            if self._process.poll() is not None or time.monotonic() > until:
                self.kill()
                pytest.fail(f"{Path(self._command[0]).name} does not start here.")
            time.sleep(0.02)

    def kill(self) -> None:
        """At once, with nothing put away."""
        if self._process is not None:
            self._process.send_signal(self._killed_by)
            self._process.wait(_AT_MOST)
            self._process = None


def redis_in(path: Path, *options: str) -> Server:
    """A Redis that keeps its files there; not started yet."""
    program = found("redis-server", "redis-server")
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(path)]
    return Server(
        f"redis://127.0.0.1:{port}/0",
        [*command, "--save", "", *options],
        is_up=lambda: _pongs(port),
    )


def postgres_in(path: Path) -> Server:
    """A PostgreSQL that keeps its files there; not started yet.

    It does not run as root, who starts it as the user that its package brings.
    """
    initdb, postgres = found("initdb", "postgresql"), found("postgres", "postgresql")
    user = "postgres" if os.geteuid() == 0 else ""
    if user:
        shutil.chown(path, user, user)
    subprocess.run(  # noqa: S603  # a program of the system's
        [initdb, "-D", path / "db", "-U", "piimask", "-A", "trust", "--no-sync"],
        check=True,
        capture_output=True,
        user=user or None,
        group=user or None,
        cwd=path,
    )
    port = free_port()
    options = {
        "port": str(port),
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
        "shared_buffers": "16MB",
        "max_connections": "200",
    }
    flags = [
        part for name, each in options.items() for part in ("-c", f"{name}={each}")
    ]
    url = f"postgresql://piimask@127.0.0.1:{port}/postgres"
    return Server(
        url,
        [postgres, "-D", str(path / "db"), *flags],
        is_up=lambda: _connects(url),
        user=user,
        killed_by=signal.SIGQUIT,  # "immediate": its processes end with it
    )


@functools.cache
def redis_url() -> str:
    """Of one Redis for all tests; a number of a database of its own for each."""
    return _for_all(redis_in, "--databases", "1000")


@functools.cache
def postgres_url() -> str:
    """Of one PostgreSQL for all tests."""
    return _for_all(postgres_in)


def found(program: str, package: str) -> str:
    """Where a program of the system's lies; skips the test if nowhere."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, places)])
    where = shutil.which(program, path=path)
    if where is None:
        how = f"There is no {program} here: make servers, or apt-get install {package}"
        is_needed = {"CI", "PIIMASK_SERVERS"} & os.environ.keys()
        (pytest.fail if is_needed else pytest.skip)(how)
    return where


def free_port() -> int:
    """One that nobody listens on now."""
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        port: int = any_port.getsockname()[1]
        return port


def _for_all(make: Callable[..., Server], *options: str) -> str:
    with ExitStack() as stack:
        path = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = make(path, *options)
        stack.callback(server.kill)
        server.start()
        atexit.register(stack.pop_all().close)
    return server.url


def _pongs(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(7) == b"+PONG\r\n"
    except OSError:
        return False


def _connects(url: str) -> bool:
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
