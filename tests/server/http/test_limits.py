"""Everything that a hostile client can send over HTTP: a clear answer in bounded time, and the server goes on."""

from __future__ import annotations

import contextlib
import io
import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PIL import Image
from tests.server.serving import PATIENT, Site, connected_from, reply, running
from tests.waiting import PATIENCE, until

from digitlens.digits.sources.examples import example_files
from digitlens.reading.reader import Reader
from digitlens.server.http import reading
from digitlens.server.http.limits import Limits
from digitlens.server.http.pool import THREADS
from digitlens.server.http.protocol import StallWatch

MAX_BODY = Limits().max_body

ASTRAY = r"""
/.. /../ /. /./hosts/page.js /views/../hosts/page.js /%2e%2e/ /%2E%2e/hosts/page.js /..%2fhosts/page.js
/views%2Fread%2Fpad.js
/%252e%252e/hosts/page.js
// //etc //etc/passwd /views//read/pad.js /\etc /..\..\x /%5c..%5c /hosts/page.js%00.png
/%00 /%0d%0aSet-Cookie:x /%ff%fe
/~root
/views/%2e%2e/%2e%2e/server/http/server.py /networks/..%2f..%2fx.digitlens /networks/%2e%2e.digitlens
/../server/http/server.py
/server.py /routes.py /web/hosts/page.js /vendor/uplot/LICENSE /vendor/uplot/uPlot.esm.d.ts
/hosts/page.js/ /HOSTS/PAGE.JS /hosts/page.js. /hosts/page.js%20
/con.js /views /examples /examples/10.png /examples/-1.png /examples/7.png/x /networks/none.digitlens /networks
/api /api/ /api/networks/ /api/read/ /api/x /api/%6eetworks/x
/api/neuron/video/1/17 /api/neuron/video/0/0 /api/neuron/video/-1/0 /api/neuron/video/1e3/0 /api/neuron/none/1/0
"""
LONG = "1" * 4_301  # digits, of which Python makes no number
NUMBERS = [f"/examples/{LONG}.png", f"/api/neuron/video/1/{LONG}", f"/api/neuron/video/{LONG}/1"]
NUMBERS += [f"/api/runs/{'0' * 32}/{LONG}.digitlens", f"/networks/{LONG}.digitlens"]
SEVEN = example_files()[7].read_bytes()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running() as site:
        yield site


@pytest.fixture(autouse=True)
def _and_it_goes_on(site: Site, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """After each of these the server still answers, holds nothing, and has printed nothing."""
    yield
    goes_on(site)
    assert capfd.readouterr().err == ""


def goes_on(site: Site) -> None:
    until(lambda: (answer := site.ask("POST", "/api/read", body=SEVEN)).status == 200 and answer.json()["digit"] == 7)
    until(lambda: site.connections() == 0)
    until(lambda: not site.guard.budgets.bodies.held)


@contextlib.contextmanager
def limited(**limits: Any) -> Iterator[Site]:
    """A server with other limits than those of a patient one."""
    with running(limits=replace(PATIENT, **limits)) as site:
        yield site
        goes_on(site)


@pytest.fixture(scope="module")
def hasty() -> Iterator[Site]:
    """A server that waits 0.4 seconds for the header of a request."""
    with limited(header_seconds=0.4) as site:
        yield site


def post(site: Site, *headers: str) -> bytes:
    """The header of a picture."""
    return "\r\n".join([f"POST /api/read HTTP/1.1\r\nHost: {site.host}", *headers, "", ""]).encode()


def test_a_request_without_a_host_or_with_two_is_refused(site: Site) -> None:
    for data in (
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        f"GET / HTTP/1.1\r\nHost: {site.host}\r\nHost: {site.host}\r\n\r\n".encode(),
    ):
        assert site.raw(data).status == 400
    assert site.raw(f"GET / HTTP/1.0\r\nHost: {site.host}\r\n\r\n".encode()).status == 200


@pytest.mark.parametrize("path", [*ASTRAY.split(), *NUMBERS, "/a" * 3_000])
def test_addresses_that_lead_astray_lead_nowhere(site: Site, path: str) -> None:
    answer = site.ask("GET", path)
    assert answer.status == 404
    assert answer.json()["error"]


@pytest.mark.parametrize(
    "target", ["http://evil.com/", "*", "evil.com:80", "hosts/page.js", "/\x00", "/ /", "", "/ü", "/\x7f", "/a\tb"]
)
def test_targets_that_are_no_address_are_refused(site: Site, target: str) -> None:
    assert site.raw(f"GET {target} HTTP/1.1\r\nHost: {site.host}\r\n\r\n".encode()).status in (400, 404)


@pytest.mark.parametrize("method", ["DELETE", "TRACE", "PUT", "PATCH", "OPTIONS", "CONNECT", "BREW", "get", "POST"])
def test_methods_that_no_address_has_are_refused(site: Site, method: str) -> None:
    for path in ("/", "/api/networks", "/networks/video.digitlens", "/api/live"):
        answer = site.ask(method, path, body=b"x" if method == "POST" else None)
        assert answer.status in (404, 405), (path, answer)
        assert answer.status == 405 or path == "/api/live"
    assert site.ask("GET", "/api/read").status == 405


@pytest.mark.parametrize(
    "line", ["GARBAGE", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "GET /", "GET / HTTP/9.9", "\r\n" * 9, ""]
)
def test_what_is_no_http_is_refused(site: Site, line: str) -> None:
    assert site.raw(line.encode("latin-1") + b"\r\n\r\n").status in (400, 408, 505)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([], 411),
        (["Content-Length: -1"], 400),
        (["Content-Length: 1e3"], 400),
        (["Content-Length: 0x10"], 400),
        (["Content-Length: +5"], 400),
        (["Content-Length: "], 400),
        (["Content-Length: 5", "Content-Length: 6"], 400),
        (["Content-Length: 5, 6"], 400),
        (["Content-Length: 5", "Transfer-Encoding: chunked"], 400),
        (["Transfer-Encoding: gzip, chunked"], 501),
        (["Transfer-Encoding: identity"], 501),
        ([f"Content-Length: {MAX_BODY + 1}"], 413),
        (["Content-Length: 209715200"], 413),
        (["Content-Length: " + "9" * 19], 413),
        (["Content-Length: " + "9" * 5_000], 400),
    ],
)
def test_lengths_that_cannot_be_are_refused_before_the_body_comes(site: Site, headers: list[str], status: int) -> None:
    assert site.raw(post(site, *headers)).status == status


def test_a_body_of_200_mebibytes_is_refused_and_its_sender_hears_it(site: Site) -> None:
    piece = bytes(1 << 20)
    with site.connect() as connection:
        connection.sendall(post(site, f"Content-Length: {200 << 20}"))
        for _ in range(200):
            connection.sendall(piece)
        assert reply(connection).status == 413


def test_a_body_that_does_not_say_how_long_it_is_is_counted_as_it_comes(site: Site) -> None:
    piece = b"10000\r\n" + bytes(1 << 16) + b"\r\n"
    with site.connect() as connection:
        connection.sendall(post(site, "Transfer-Encoding: chunked"))
        for _ in range(1_000):  # 64 MiB
            connection.sendall(piece)
        connection.sendall(b"0\r\n\r\n")
        answer = reply(connection)
    assert answer.status == 413
    assert f"{MAX_BODY:,}" in answer.json()["error"]


def test_the_largest_body_comes_through(site: Site) -> None:
    file = io.BytesIO()
    Image.open(io.BytesIO(SEVEN)).convert("L").save(file, "JPEG")
    answer = site.ask("POST", "/api/read", body=file.getvalue() + bytes(MAX_BODY - len(file.getvalue())))
    assert (answer.status, answer.json()["digit"]) == (200, 7)


def test_a_body_that_is_longer_than_it_said_counts_as_far_as_it_said(site: Site) -> None:
    answers = site.raw(post(site, f"Content-Length: {len(SEVEN)}") + SEVEN + b"and more\r\n\r\n")
    assert answers.json()["digit"] == 7


def test_a_body_that_stops_is_given_up() -> None:
    with limited(body_pause=0.3, linger=0.2) as site:
        answer = site.raw(post(site, "Content-Length: 1000") + b"not all")
    assert answer.status == 408
    assert "7 bytes" in answer.json()["error"]


def test_a_body_that_drips_is_given_up() -> None:
    with limited(body_seconds=0.8, linger=0.2) as site, site.connect() as connection:
        connection.sendall(post(site, "Content-Length: 1000"))
        with contextlib.suppress(ConnectionError):
            for _ in range(40):
                connection.sendall(b"x")
                time.sleep(0.05)
        assert reply(connection).status in (408, 0)


def test_all_bodies_together_are_bounded() -> None:
    with limited(max_held=1_000_000, linger=0.2) as site, site.connect() as first:
        first.sendall(post(site, "Content-Length: 900001") + bytes(900_000))
        until(lambda: site.guard.budgets.bodies.held == 900_000)
        second = site.ask("POST", "/api/read", body=bytes(200_000))
        assert (second.status, second.headers["retry-after"]) == (503, "1")
        first.sendall(b"x")
        assert reply(first).status == 415


def test_the_address_that_sends_most_gives_way_to_the_others() -> None:
    with limited(max_held=1_000_000, linger=0.2) as site, contextlib.ExitStack() as held:
        bodies = site.guard.budgets.bodies
        greedy = []
        for number in range(3):
            connection = held.enter_context(connected_from(site, "127.0.0.2"))
            connection.sendall(post(site, "Content-Length: 400000") + bytes(300_000))
            until(lambda number=number: bodies.held == 300_000 * (number + 1))  # type: ignore[misc]
            greedy.append(connection)
        answer = site.ask("POST", "/api/read", body=SEVEN + bytes(200_000 - len(SEVEN)))
        assert (answer.status, answer.json()["digit"]) == (200, 7)
        assert reply(greedy[-1]).status == 503
        greedy[0].sendall(bytes(100_000))
        assert reply(greedy[0]).status == 415


def test_a_client_that_is_gone_leaves_nothing_behind(site: Site) -> None:
    for _ in range(20):
        with site.connect() as connection:
            connection.sendall(post(site, "Content-Length: 100000") + bytes(50_000))


def test_a_body_where_none_belongs_is_refused(site: Site) -> None:
    assert site.ask("GET", "/", body=b"x").status == 400
    assert site.ask("GET", "/", ("Transfer-Encoding", "chunked")).status == 400


@pytest.mark.parametrize("piece", [b"GET / HTTP/1.1\r\n", b"G", b"GET / HTTP/1.1\r\nHost: x\r\nX: "])
def test_a_header_that_does_not_end_is_given_up(hasty: Site, piece: bytes) -> None:
    with hasty.connect() as connection:
        connection.sendall(piece)
        assert reply(connection).status in (408, 0)


def test_a_header_that_drips_is_given_up_however_often_it_drips(hasty: Site) -> None:
    for first in (b"", f"GET /icon.svg HTTP/1.1\r\nHost: {hasty.host}\r\n\r\n".encode()):  # new, and after a request
        with contextlib.ExitStack() as held:
            answered = False
            while not answered:  # again, where this thread was too slow to send it in time
                connection = held.enter_context(hasty.connect())
                connection.sendall(first)
                answered = not first or reply(connection).status == 200

            def dropped(connection: socket.socket = connection) -> bool:
                try:
                    connection.sendall(b"X-A: b\r\n")
                except ConnectionError:
                    return True
                return False

            connection.sendall(b"GET / HTTP/1.1\r\n")
            until(dropped)


def test_a_header_has_five_seconds_and_a_download_that_nobody_takes_has_ten() -> None:
    assert (Limits().header_seconds, Limits().stalled_http) == (5, 10)


def test_a_connection_that_says_nothing_is_closed(hasty: Site) -> None:
    with hasty.connect() as connection:
        assert connection.recv(1) == b""


def test_a_header_in_two_lines_is_one_line_and_names_another_host(site: Site) -> None:
    assert site.raw(f"GET / HTTP/1.1\r\nHost: {site.host}\r\n folded\r\n\r\n".encode()).status == 403


def test_headers_that_are_too_large_are_refused(site: Site) -> None:
    for headers in (
        f"X: {'a' * 20_000}",
        "\r\n".join(f"X-{i}: {'a' * 50}" for i in range(1_000)),
        "Cookie: " + "a=b; " * 5_000,
    ):
        answer = site.raw(f"GET / HTTP/1.1\r\nHost: {site.host}\r\n{headers}\r\n\r\n".encode())
        assert answer.status == 431
        assert answer.json()["error"]


@pytest.mark.parametrize("header", ["X : y", "X\x00: y", "X: \x00", ": y", "X: y\r", "Ü: y", "no colon"])
def test_headers_that_are_none_are_refused(site: Site, header: str) -> None:
    assert site.raw(f"GET / HTTP/1.1\r\nHost: {site.host}\r\n{header}\r\n\r\n".encode()).status == 400


def test_a_thousand_requests_in_one_go_are_answered_one_after_the_other(site: Site) -> None:
    one = f"GET /icon.svg HTTP/1.1\r\nHost: {site.host}\r\n"
    with site.connect() as connection:
        connection.sendall(f"{one}\r\n".encode() * 999 + f"{one}Connection: close\r\n\r\n".encode())
        data = b""
        while got := connection.recv(1 << 16):
            data += got
    assert data.count(b"HTTP/1.1 200 OK") == 1_000


def test_a_crowd_of_connections_leaves_room_for_the_next() -> None:
    with limited(max_connections=20) as site:
        with contextlib.ExitStack() as held:
            connections = [held.enter_context(site.connect()) for _ in range(100)]
            assert {reply(connection).status for connection in connections[20:]} == {503}
        until(lambda: site.connections() == 0)
        assert site.ask("GET", "/icon.svg").status == 200


def test_who_does_not_take_what_they_asked_for_is_dropped() -> None:
    with limited(stalled_http=0.5) as site, socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.connect((site.address.host, site.address.port))
        connection.sendall(f"GET /networks/video.digitlens HTTP/1.1\r\nHost: {site.host}\r\n\r\n".encode() * 100)
        until(lambda: site.connections() == 1)
        until(lambda: site.connections() == 0)


def test_the_address_that_holds_most_connections_gives_way_to_the_others() -> None:
    with limited(max_connections=20) as site, contextlib.ExitStack() as held:
        greedy = [held.enter_context(connected_from(site, "127.0.0.2")) for _ in range(20)]
        until(lambda: site.connections() == 20)
        assert site.ask("GET", "/icon.svg").status == 200
        assert reply(greedy[-1]).status == 503
        modest = [held.enter_context(connected_from(site, "127.0.0.3")) for _ in range(10)]
        for connection in modest:
            connection.sendall(f"GET /icon.svg HTTP/1.1\r\nHost: {site.host}\r\n\r\n".encode())
        assert {reply(connection).status for connection in modest} == {200}


WEBSOCKET = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
UPGRADES = {
    "140 headers": ("GET", "/api/live", KEY + "".join(f"X-{i}: y\r\n" for i in range(140))),
    "a long path": ("GET", "/api/live?" + "x" * 9_000, KEY),
    "a long cookie": ("GET", "/api/live", KEY + f"Cookie: {'x' * 9_000}\r\n"),
    "a body": ("GET", "/api/live", KEY + "Content-Length: 1\r\n"),
    "a body in pieces": ("GET", "/api/live", KEY + "Transfer-Encoding: chunked\r\n"),
    "another method": ("POST", "/api/live", KEY),
    "a byte above 127": ("GET", "/api/live?\xff", KEY),
    "no key": ("GET", "/api/live", ""),
    "two keys": ("GET", "/api/live", KEY + KEY),
    "a foreign host": ("GET", "/api/live", KEY + "Host: evil.com\r\n"),
    "no version": ("GET", "/api/live", KEY + "Sec-WebSocket-Version: 99\r\n"),
}


def bad_upgrade(site: Site, kind: str) -> bytes:
    method, path, headers = UPGRADES[kind]
    return f"{method} {path} HTTP/1.1\r\nHost: {site.host}\r\n{WEBSOCKET}{headers}\r\n".encode("latin-1")


@pytest.mark.parametrize("kind", UPGRADES)
def test_an_upgrade_that_cannot_be_is_answered_and_closed(site: Site, kind: str) -> None:
    with site.connect() as connection:
        connection.sendall(bad_upgrade(site, kind))
        assert reply(connection).status in (400, 403, 405, 426, 431)
        with contextlib.suppress(ConnectionError):
            assert connection.recv(1) == b""


def test_upgrades_that_cannot_be_fill_nothing(site: Site) -> None:
    with contextlib.ExitStack() as held:
        for number in range(600 if may_open(1_500) else 100):
            connection = held.enter_context(site.connect())
            connection.sendall(bad_upgrade(site, list(UPGRADES)[number % len(UPGRADES)]))
        until(lambda: site.connections() == 0)
        assert site.ask("GET", "/").status == 200


def may_open(count: int) -> bool:
    if sys.platform == "win32":
        return False
    import resource

    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= count


def test_who_hangs_up_is_worked_for_no_more_and_nobody_waits_for_them(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first page is held up, as a slow one would be; those behind it are posted by clients who hang up."""
    begun, gate, worked = threading.Event(), threading.Event(), list[int]()

    def slow(reader: Reader, data: bytes) -> dict[str, Any]:
        worked.append(len(data))
        begun.set()
        gate.wait(PATIENCE)
        return {}

    monkeypatch.setattr(reading, "read_page", slow)
    jobs = site.guard.budgets.jobs
    ask = f"POST /api/read?page=1 HTTP/1.1\r\nHost: {site.host}\r\nContent-Length: {len(SEVEN)}\r\n\r\n".encode()
    with site.connect() as first, contextlib.ExitStack() as others:
        first.sendall(ask + SEVEN)
        assert begun.wait(PATIENCE)
        long = max(1, THREADS - 1)  # so many can be under way at once
        for number in range(40):
            connection = others.enter_context(site.connect())
            connection.sendall(ask + SEVEN)
            until(lambda number=number: jobs.held == number + 2)  # type: ignore[misc]
        assert site.ask("POST", "/api/read", body=SEVEN).json()["digit"] == 7  # one digit waits for no page
        others.close()
        until(lambda: jobs.held == 1)
        gate.set()
        assert reply(first).status == 200
    assert len(worked) <= long


class _Receiver:
    """A connection whose client receives so many bytes a second of what waits for it."""

    stalled = 10.0

    def __init__(self, rate: float, step: int = 1) -> None:
        self.rate, self.step, self.left, self.received, self.aborted = rate, step, 1_000_000.0, 0.0, False
        self.transport = self

    def get_write_buffer_size(self) -> int:
        return int(self.left)

    def abort(self) -> None:
        self.aborted = True

    def receive(self, seconds: float) -> None:
        self.received += self.rate * seconds
        steps = self.received // self.step * self.step  # the system tells of it in steps
        self.received -= steps
        self.left = max(0.0, self.left - steps)


@pytest.mark.parametrize(
    ("rate", "step", "dropped"),
    [(0, 1, True), (1, 1, True), (1_000, 1, True), (10_000, 1, False), (10_000, 43_000, False)],
)
def test_who_receives_hardly_anything_is_dropped_and_who_is_slow_is_not(rate: int, step: int, dropped: bool) -> None:
    clock, client = 0.0, _Receiver(rate, step)
    watch = StallWatch(lambda: clock)
    while client.left and not client.aborted:
        watch.check([client])
        client.receive(0.1)
        clock += 0.1
    assert client.aborted == dropped
    assert not dropped or clock < 2 * client.stalled


def test_what_waits_for_everybody_counts_from_when_it_began_to_wait() -> None:
    clock, client = 0.0, _Receiver(0)
    watch = StallWatch(lambda: clock)
    for left in (500, 0, 500, 0) * 10:  # it receives everything, and soon something else waits
        client.left = left
        watch.check([client])
        clock += 4.0
    assert not client.aborted
