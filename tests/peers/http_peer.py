"""What servers of models on loopback have in common: HTTP, a script of behaviours, and every way to misbehave."""

from __future__ import annotations

import contextlib
import json
import select
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SLOW_S = 0.4
"""How long the slow ones take, in seconds."""
Answer = Callable[[dict[str, Any]], str]
"""Body of a request to what the model says."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what these tests are about; anything else is a mistake of the peer."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class Peer:
    """A server of models: `behaviour` says how it answers, `answer` what."""

    base = ""
    """What clients put before their paths."""

    def __init__(self) -> None:
        self.behaviour = "answer"
        self.answer: Answer = lambda _body: '{"commands": []}'
        self.requests: list[dict[str, Any]] = []
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}{self.base}"

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        peer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: Any) -> None:
                """Nothing that a test sends is logged."""

            def do_POST(self) -> None:
                size = int(self.headers.get("content-length", 0))
                raw = self.rfile.read(size)
                if len(raw) < size:  # the client has given up before it had said all
                    self.close_connection = True
                    return
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    peer.take(Call(self, raw))

        return Handler

    def take(self, call: Call) -> None:
        """Answer one request; each protocol has its own."""
        raise NotImplementedError

    def misbehave(self, call: Call) -> bool:
        """The ways that HTTP itself goes wrong; True when the request is done with."""
        match self.behaviour:
            case "hang":
                call.wait_until_gone(self.closing)
            case "slow_first_byte":
                self.closing.wait(SLOW_S)
                return False
            case "drop":
                call.send_raw(
                    b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 4000\r\n\r\n{"id":'
                )
                call.drop()
            case "invalid_json":
                call.send(200, b'{"id": "x", "content": [', "application/json")
            case "html":
                call.send(200, b"<html>gateway</html>", "text/html")
            case _:
                return False
        return True


class Call:
    """One request and its connection."""

    def __init__(self, handler: BaseHTTPRequestHandler, raw: bytes) -> None:
        self._handler = handler
        self.path = handler.path
        self.headers = handler.headers
        self.body: dict[str, Any] = json.loads(raw)

    def send(self, status: int, body: bytes, kind: str, headers: dict[str, str] | None = None) -> None:
        self._handler.send_response(status)
        for name, value in {
            "content-type": kind,
            "content-length": str(len(body)),
            **(headers or {}),
        }.items():
            self._handler.send_header(name, value)
        self._handler.end_headers()
        self._handler.wfile.write(body)

    def send_json(self, status: int, data: Any, headers: dict[str, str] | None = None) -> None:
        self.send(status, json.dumps(data).encode(), "application/json", headers)

    def send_raw(self, data: bytes) -> None:
        self._handler.wfile.write(data)
        self._handler.wfile.flush()

    def stream(self, pieces: Iterator[bytes]) -> None:
        """Server-sent events, chunk by chunk."""
        self._handler.send_response(200)
        self._handler.send_header("content-type", "text/event-stream")
        self._handler.send_header("transfer-encoding", "chunked")
        self._handler.end_headers()
        for piece in pieces:
            self.send_raw(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        self.send_raw(b"0\r\n\r\n")

    def wait_until_gone(self, closing: threading.Event) -> None:
        """Say nothing until the client has had enough."""
        connection = self._handler.connection
        while not closing.is_set():
            readable, _, _ = select.select([connection], [], [], 0.05)
            if readable and not connection.recv(1, socket.MSG_PEEK):
                break
        self.drop()

    def drop(self) -> None:
        self._handler.close_connection = True


def pieces_of(text: str, size: int = 12) -> list[str]:
    """A text as it streams."""
    return [text[at : at + size] for at in range(0, len(text), size)] or [""]


def pause(call: Call, peer: Peer) -> None:
    """A stall in the middle of a stream: nothing comes any more."""
    call.wait_until_gone(peer.closing)
