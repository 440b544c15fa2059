"""A line to a server that counts its round trips, and fails when it is told to."""

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit


class Line:
    """Passes bytes on in both directions.

    ``turns``: how often the client has spoken after the server, or first. ``fault``:
    what becomes of the next turn: "request" is lost and the line closed, "reply" is
    lost after the server has done its work, "silence" loses the reply and says nothing;
    ``spare`` turns before it.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._server = (parts.hostname or "", parts.port or 0)
        self._listener = socket.create_server(("127.0.0.1", 0))
        user = f"{parts.username}@" if parts.username else ""
        port = self._listener.getsockname()[1]
        self.url = parts._replace(netloc=f"{user}127.0.0.1:{port}").geturl()
        self.turns = 0
        self.fault = ""
        self.spare = 0
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Nothing passes any more."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """Close all connections there are; new ones may come."""
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._open.append(client)
                threading.Thread(
                    target=self._serve, args=(client,), daemon=True
                ).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client, socket.create_connection(self._server) as there:
            speaks, fault = there, ""
            while True:
                for source in select.select([client, there], [], [])[0]:
                    data = source.recv(1 << 16)
                    if not data:
                        return
                    if source is client and speaks is there:
                        fault = self._next_turn()
                    speaks = source
                    if fault == "request" or (fault == "reply" and source is there):
                        return
                    if not (fault == "silence" and source is there):
                        (there if source is client else client).sendall(data)

    def _next_turn(self) -> str:
        self.turns += 1
        if not self.fault or self.spare > 0:
            self.spare -= 1
            return ""
        fault, self.fault = self.fault, ""
        return fault


@contextmanager
def line_to(url: str) -> Iterator[Line]:
    """A line that is closed at the end."""
    line = Line(url)
    try:
        yield line
    finally:
        line.close()
