"""A loopback server that speaks as the model vendors do and records every byte.

Real clients talk to it, so a test sees what would have left the machine::

    with WireServer() as server:
        model = ChatOpenAI(base_url=server.base_url_openai, api_key="test")
        PIIMaskedChatModel(model).invoke("My email is jane@example.com")
        assert_never_sent(server, ["jane@example.com"])

It answers with the placeholders it saw, or with what ``reply`` makes of a request.
"""

import io
import json
import socket
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from types import TracebackType
from typing import Any, Self

from wire import anthropic_messages, openai_chat, openai_embeddings, openai_responses
from wire.leakage import leaks as leaks
from wire.replies import Answer, Json, Replier
from wire.replies import ToolCall as ToolCall
from wire.replies import echo as echo
from wire.replies import in_turn as in_turn
from wire.replies import last_user_text as last_user_text
from wire.replies import placeholders as placeholders

Plain = Callable[[Json, Answer], Json]
Stream = Callable[[Json, Answer, int], Iterator[bytes]]

DIALECTS: dict[str, tuple[Plain, Stream]] = {
    "/v1/chat/completions": (openai_chat.plain, openai_chat.stream),
    "/v1/responses": (openai_responses.plain, openai_responses.stream),
    "/v1/messages": (anthropic_messages.plain, anthropic_messages.stream),
}
EMBEDDINGS = "/v1/embeddings"
COUNT_TOKENS = "/v1/messages/count_tokens"

PATIENCE = 30
"""Seconds a connection may stay silent."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One request as it came; header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    json: Any
    """The parsed body, or None where it is no JSON."""


class WireServer:
    """A vendor on 127.0.0.1, from ``with`` to its end."""

    def __init__(self, reply: Replier = echo, *, chunk_size: int = 3) -> None:
        self.reply = reply
        self.chunk_size = chunk_size
        self.requests: list[Recorded] = []
        self.errors: list[Exception] = []
        self._received: list[bytearray] = []
        self._failures: list[int] = []
        self._http = _Http(self)
        poll = {"poll_interval": 0.01}
        self._thread = Thread(target=self._http.serve_forever, kwargs=poll)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def base_url_openai(self) -> str:
        return f"{self.url}/v1"

    @property
    def base_url_anthropic(self) -> str:
        return self.url

    @property
    def received(self) -> list[bytes]:
        """Each connection's bytes, whether they were understood or not."""
        return [bytes(data) for data in self._received]

    @property
    def bytes(self) -> bytes:
        """All that was received, one connection after the other."""
        return b"\n".join(self._received)

    def fail_next(self, status: int = 500, *, times: int = 1) -> None:
        """Answer the next request, or requests, with an error."""
        self._failures += [status] * times

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.stop()
        self._thread.join()
        if self.errors and error is None:
            raise self.errors[0]


def assert_never_sent(server: WireServer, values: Iterable[str]) -> None:
    """Fail if a value was sent in any disguise, or if there was nothing to look at."""
    hidden = list(values)
    if not hidden or not server.requests:
        raise AssertionError("no value was given, or no request came: nothing to check")
    found = [
        f"connection {index}, {leak}"
        for index, data in enumerate(server.received)
        for leak in leaks(data, hidden)
    ]
    if found:
        raise AssertionError("values were sent:\n" + "\n".join(found))


class _Http(ThreadingHTTPServer):
    """Knows its connections, so that stopping waits for nobody and leaves nothing."""

    daemon_threads = False
    request_queue_size = 128

    def __init__(self, wire: WireServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.wire = wire
        self._open: set[socket.socket] = set()
        self._lock = Lock()

    def stop(self) -> None:
        self.shutdown()
        with self._lock:
            for connection in self._open:
                _hang_up(connection)
        self.server_close()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up early is no error; the rest is raised at the end."""
        error = sys.exception()
        if isinstance(error, Exception) and not isinstance(error, OSError):
            self.wire.errors.append(error)


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


class _Tap(io.RawIOBase):
    """Reads a socket and keeps what it read."""

    def __init__(self, connection: socket.socket, kept: bytearray) -> None:
        self._connection = connection
        self._kept = kept

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._connection.recv_into(buffer)
        self._kept += memoryview(buffer)[:count]
        return count


class _Handler(BaseHTTPRequestHandler):
    """One request for each connection, so that nothing stays open behind a test."""

    protocol_version = "HTTP/1.1"
    timeout = PATIENCE
    server: _Http

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        kept = bytearray()
        self.server.wire._received.append(kept)
        self.rfile = io.BufferedReader(_Tap(self.connection, kept))

    def do_GET(self) -> None:
        self._record(b"")
        self._send(404, _problem("there is nothing here"))

    def do_POST(self) -> None:
        wire = self.server.wire
        length = int(self.headers.get("Content-Length", 0))
        request = self._record(self.rfile.read(length))
        if not length or "content-encoding" in request.headers:
            self._send(411, _problem("a plain body of known length is needed"))
            return
        if wire._failures:
            self._send(wire._failures.pop(0), _problem("failing as told"))
            return
        try:
            answer = self._answer(request)
        except Exception as error:
            wire.errors.append(error)
            self._send(500, _problem("the script failed"))
            return
        self._send(*answer) if isinstance(answer, tuple) else self._stream(answer)

    def _record(self, body: bytes) -> Recorded:
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Recorded(self.command, self.path, headers, body, _parse(body))
        self.server.wire.requests.append(request)
        return request

    def _answer(self, request: Recorded) -> tuple[int, Json] | Iterator[bytes]:
        wire = self.server.wire
        path = request.path.partition("?")[0]
        if path == EMBEDDINGS:
            return 200, openai_embeddings.plain(request.json)
        if path == COUNT_TOKENS:
            return 200, {"input_tokens": 1 + len(request.body.split())}
        if path not in DIALECTS:
            return 404, _problem("there is nothing here")
        plain, stream = DIALECTS[path]
        answer = Answer.of(wire.reply(request.json))
        if answer.calls and not request.json.get("tools"):
            raise LookupError("the script calls a tool, but the request offers none")
        if request.json.get("stream"):
            return stream(request.json, answer, wire.chunk_size)
        return 200, plain(request.json, answer)

    def _send(self, status: int, data: Json) -> None:
        body = json.dumps(data).encode()
        self._head(status, "application/json", [("Content-Length", str(len(body)))])
        self.wfile.write(body)

    def _stream(self, events: Iterator[bytes]) -> None:
        self._head(200, "text/event-stream", [("Transfer-Encoding", "chunked")])
        for event in events:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(event), event))
        self.wfile.write(b"0\r\n\r\n")

    def _head(self, status: int, kind: str, more: Sequence[tuple[str, str]]) -> None:
        self.send_response(status)
        for name, value in [("Content-Type", kind), ("Connection", "close"), *more]:
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed."""


def _parse(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _problem(message: str) -> Json:
    return {
        "type": "error",
        "error": {"type": "api_error", "message": message, "param": None, "code": None},
    }
