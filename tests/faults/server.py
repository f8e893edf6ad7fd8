"""A web server on this machine that fails on purpose, one named fault at a time.

with FaultyServer({"/a.gz": data}) as server:
    server.faults = ["stall", "reset"]     # one for each request, in order; then it behaves
    ... server.url + "a.gz" ...
    server.requests                        # [("/a.gz", {"Range": "bytes=5-"}), ...]
"""

from __future__ import annotations

import gzip
import socket
import struct
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

PAGE = b"<!DOCTYPE html><html><body>Please accept our cookies</body></html>" * 20
BOMB = gzip.compress(bytes(20_000_000), 9)  # 20 kB
FAULTS = (
    "403",
    "404",
    "429",
    "429 for an hour",
    "500",
    "503",
    "stall",
    "stall before headers",
    "drip",
    "reset",
    "truncation",
    "wrong bytes",
    "page",
    "redirect loop",
    "redirect elsewhere",
    "redirect to nowhere",
    "redirect to rubbish",
    "wrong Content-Range",
    "Range ignored",
    "bomb",
    "too much",
    "huge claim",
    "no length",
    "nonsense",
    "nothing",
    "204",
    "416",
)


class FaultyServer:
    """Serves `files` on a free port of 127.0.0.1; `faults` are spent one a request."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)
        self.faults: list[str | None] = []
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.stop = threading.Event()  # lets stalled answers go
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"

    def __enter__(self) -> FaultyServer:
        try:
            socket.create_connection(self._server.server_address[:2], timeout=5).close()
        except OSError:
            self._server.server_close()
            pytest.skip("downloads were not checked: this machine cannot reach itself at 127.0.0.1; bring loopback up")
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def next_fault(self) -> str | None:
        return self.faults.pop(0) if self.faults else None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, owner: FaultyServer) -> None:
        self.owner = owner
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what half of the faults are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *args: Any) -> None:
        pass

    def do_GET(self) -> None:
        owner = self.server.owner
        owner.requests.append((self.path, dict(self.headers)))
        data = owner.files.get(self.path)
        if data is None and not self.path.startswith("/loop"):
            return self._status(404)
        return self._answer("redirect loop" if data is None else owner.next_fault(), data or b"")

    def _answer(self, fault: str | None, data: bytes) -> None:
        stop = self.server.owner.stop
        match fault:
            case "403" | "404" | "500" | "503" | "204" | "416":
                self._status(int(fault))
            case "429":
                self._status(429, {"Retry-After": "3"})
            case "429 for an hour":
                self._status(429, {"Retry-After": "3600"})
            case "stall":
                self._head(200, len(data))
                self.wfile.write(data[: len(data) // 2])
                self.wfile.flush()
                stop.wait(5)
            case "stall before headers":
                stop.wait(5)
            case "drip":
                for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"s" * 5000:
                    self.wfile.write(bytes([byte]))
                    if stop.wait(0.02):
                        break
            case "reset":
                self._head(200, len(data))
                self.wfile.write(data[: len(data) // 3])
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.connection.close()
            case "truncation":
                self._whole(data[: len(data) * 2 // 3], len(data))
            case "wrong bytes":
                self._whole(gzip.compress(bytes(b ^ 0x55 for b in gzip.decompress(data))))
            case "page":
                self._whole(PAGE)
            case "redirect loop":
                self._status(302, {"Location": "/loop" + self.path})
            case "redirect elsewhere":
                self._status(301, {"Location": "http://192.0.2.1/away.gz"})
            case "redirect to nowhere":
                self._status(307, {"Location": "http://[nowhere"})
            case "wrong Content-Range":
                self._head(206, len(data), {"Content-Range": f"bytes 7-{len(data) + 6}/{len(data) + 7}"})
                self.wfile.write(data)
            case "Range ignored":
                self._whole(data)
            case "redirect to rubbish":
                self._status(302, {"Location": "/a b.gz"})
            case "bomb":
                self._whole(BOMB)
            case "too much":
                self._whole(bytes(1_000_000), None)
            case "huge claim":
                self._whole(data, 10**15)
            case "no length":
                self._whole(data, None)
            case "nonsense":
                self.wfile.write(b"220 smtp ready\x1b[2J\r\n\r\n")
            case "nothing":
                pass
            case "503 until a date":
                self._status(503, {"Retry-After": "Wed, 21 Oct 2065 07:28:00 GMT"})
            case "rest without total":
                begin = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
                self._head(206, len(data) - begin, {"Content-Range": f"bytes {begin}-{len(data) - 1}/*"})
                self.wfile.write(data[begin:])
            case "steady":
                self._head(200, len(data))
                for begin in range(0, len(data), 500):
                    self.wfile.write(data[begin : begin + 500])
                    stop.wait(0.01)
            case "bad chunk":
                self._head(200, None, {"Transfer-Encoding": "chunked"})
                self.wfile.write(b"zz\r\nhello\r\n")
            case _:
                self._properly(data)

    def _properly(self, data: bytes) -> None:
        wanted = self.headers.get("Range", "")
        if not wanted:
            return self._whole(data)
        begin = int(wanted.removeprefix("bytes=").removesuffix("-"))
        if begin >= len(data):
            return self._status(416)
        self._head(206, len(data) - begin, {"Content-Range": f"bytes {begin}-{len(data) - 1}/{len(data)}"})
        self.wfile.write(data[begin:])
        return None

    def _whole(self, data: bytes, claimed: int | None = -1) -> None:
        self._head(200, len(data) if claimed == -1 else claimed)
        self.wfile.write(data)

    def _status(self, status: int, headers: Mapping[str, str] = {}) -> None:
        self._head(status, 0, headers)

    def _head(self, status: int, length: int | None, headers: Mapping[str, str] = {}) -> None:
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
