"""WebSockets: what a page hears, and everything hostile that can come through one."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tests.server.serving import PATIENT, Site, connected_from, running
from tests.waiting import PATIENCE, until
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from digitlens.server.http.limits import Limits
from digitlens.server.http.live import MAX_DEPTH, MAX_PARTS, MessageError, depth, parse

UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13"
)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running() as site:
        yield site


@pytest.fixture(autouse=True)
def _and_it_goes_on(site: Site, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """After each of these the next page is greeted, nobody is left, and nothing has been printed."""
    yield
    until(lambda: site.connections() == 0)
    with live(site) as page:
        assert json.loads(page.recv(PATIENCE))["clients"] == 1
    until(lambda: site.connections() == 0)
    assert capfd.readouterr().err == ""


def live(site: Site) -> ClientConnection:
    return connect(f"ws://{site.host}/api/live", proxy=None, compression="deflate", max_size=None)


@contextlib.contextmanager
def greeted(site: Site) -> Iterator[ClientConnection]:
    with live(site) as page:
        assert json.loads(page.recv(PATIENCE))["type"] == "hello"
        yield page


@contextlib.contextmanager
def bare(site: Site, *headers: str) -> Iterator[socket.socket]:
    """A WebSocket of which we write every byte; what the server said so far has been read."""
    with site.connect() as connection:
        asked = "\r\n".join(["GET /api/live HTTP/1.1", f"Host: {site.host}", UPGRADE, *headers, "", ""])
        connection.sendall(asked.encode())
        said = b""
        while b"hello" not in said or not said.endswith(b"}"):
            said += connection.recv(4_096)
        assert said.startswith(b"HTTP/1.1 101")
        assert b"permessage-deflate" not in said
        yield connection


def frame(opcode: int, data: bytes, *, fin: bool = True, reserved: int = 0, masked: bool = True) -> bytes:
    """A frame as a client sends it, with a mask of zeros."""
    first = (0x80 if fin else 0) | reserved | opcode
    length = len(data)
    short = bytes([length]) if length < 126 else b"\x7e" + struct.pack("!H", length) if length < 65_536 else None
    size = bytearray(short or b"\x7f" + struct.pack("!Q", length))
    size[0] |= 0x80 if masked else 0
    return bytes([first]) + bytes(size) + (bytes(4) if masked else b"") + data


def ended(connection: socket.socket) -> int:
    """With which code the server closes; 1006 where it just hangs up."""
    said = b""
    with contextlib.suppress(ConnectionError):
        while got := connection.recv(1 << 16):
            said += got
    at = said.rfind(b"\x88")
    return int.from_bytes(said[at + 2 : at + 4], "big") if at >= 0 else 1006


def test_a_page_is_greeted_and_its_pings_are_answered(site: Site) -> None:
    with live(site) as page:
        hello = json.loads(page.recv(PATIENCE))
        assert hello["type"] == "hello"
        assert set(hello) == {"type", "version", "engine", "clients"}
        assert hello["engine"] in ("compiled", "plain")
        for _ in range(3):
            page.send('{"type": "ping"}')
            assert json.loads(page.recv(PATIENCE)) == {"type": "pong"}


def test_a_message_in_pieces_is_one_message(site: Site) -> None:
    with greeted(site) as page:
        page.send(iter(['{"ty', "", 'pe": "p', 'ing"}']))
        assert json.loads(page.recv(PATIENCE)) == {"type": "pong"}


NONSENSE = (
    """
ping|{|null|7|"ping"|[]|{}|{"type": null}|{"type": ["ping"]}|{"type": "dance"}|{"type": "ping", "x": NaN}|\x00|💥
{"type": "ping", "x": -Infinity}|{"type": "ping", "type": "ping"}|{"type": "ping"} {"type": "ping"}
""".strip()
    .replace("\n", "|")
    .split("|")
)
LONG = ["", "1" * 60_000, '{"type": "' + "x" * 60_000 + '"}', "[" * 60_000, '{"a":' * 10_000]


@pytest.mark.parametrize("text", NONSENSE + LONG)
def test_messages_that_make_no_sense_are_answered_with_an_error(site: Site, text: str) -> None:
    with greeted(site) as page:
        page.send(text)
        answer = json.loads(page.recv(PATIENCE))
        assert answer["type"] == "error"
        assert 10 < len(answer["error"]) < 300
        page.send('{"type": "ping"}')
        assert json.loads(page.recv(PATIENCE)) == {"type": "pong"}


def test_depth_is_counted_outside_of_text() -> None:
    assert depth('{"[[[": "]]\\"[["}') == 1
    assert depth("[" * 100_000) == depth("[[" * 8) == MAX_DEPTH + 1  # and no further
    assert parse('{"type": "ping", "x": ' + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1) + "}")["type"] == "ping"
    with pytest.raises(MessageError, match=f"at most {MAX_DEPTH} deep"):
        parse('{"type": "ping", "x": ' + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "}")


@pytest.mark.parametrize("part", ["[],", "{},", '{"a":[]},', '"[",'])
def test_a_message_of_too_many_parts_is_refused_before_it_is_parsed(part: str) -> None:
    enough = MAX_PARTS // (part.count("[") + part.count("{")) - 2
    text = '{{"type": "ping", "x": [{}0]}}'.format
    assert parse(text(part * enough))["type"] == "ping"
    with pytest.raises(MessageError, match="lists and objects"):
        parse(text(part * (enough + 3)))


def test_bytes_where_text_belongs_close_it(site: Site) -> None:
    with greeted(site) as page:
        page.send(b'{"type": "ping"}')
        with pytest.raises(ConnectionClosed) as closed:
            page.recv(PATIENCE)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1003


@pytest.mark.parametrize("size", [(64 << 10) + 1, 17 << 20])
def test_a_message_that_is_too_large_closes_it(site: Site, size: int) -> None:
    with bare(site) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(frame(1, b"x" * size))
        assert ended(connection) in (1009, 1006)
    with bare(site) as connection:
        connection.sendall(frame(1, b"x" * size)[:14])  # what it says is enough
        assert ended(connection) == 1009


def test_a_message_of_64_kibibytes_is_heard(site: Site) -> None:
    with greeted(site) as page:
        page.send('{"type": "ping", "x": "'.ljust((64 << 10) - 2, "x") + '"}')
        assert json.loads(page.recv(PATIENCE)) == {"type": "pong"}


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (frame(1, b"\xff\xfe"), 1007),
        (frame(1, b"\xed\xa0\x80"), 1007),
        (frame(1, b"{}", masked=False), 1002),
        (frame(1, b"{}", reserved=0x40), 1002),  # as if it were compressed
        (frame(1, b"{}", reserved=0x20), 1002),
        (frame(3, b"{}"), 1002),
        (frame(0, b"{}"), 1002),
        (frame(9, b"x" * 126), 1002),
        (frame(9, b"x", fin=False), 1002),
        (frame(8, b"x"), 1002),
        (frame(8, struct.pack("!H", 5)), 1002),
        (frame(8, struct.pack("!H", 1000) + b"\xff"), 1007),
        (frame(1, b"{", fin=False) + frame(1, b"}"), 1002),
        (frame(1, b"x" * 40_000, fin=False) + frame(0, b"x" * 40_000), 1009),
        (b"\x81\xff" + b"\xff" * 8, 1009),
        (b"\x81\xff\x7f" + b"\xff" * 7, 1009),
    ],
)
def test_frames_that_break_the_rules_close_it(site: Site, sent: bytes, code: int) -> None:
    with bare(site) as connection:
        connection.sendall(sent)
        assert ended(connection) == code


def test_a_compressed_bomb_is_no_message_because_nothing_is_compressed(site: Site) -> None:
    import zlib

    squeeze = zlib.compressobj(wbits=-15)
    bomb = squeeze.compress(bytes(50 << 20)) + squeeze.flush(zlib.Z_SYNC_FLUSH)
    with bare(site, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits") as connection:
        connection.sendall(frame(1, bomb[:60_000], reserved=0x40))
        assert ended(connection) == 1002


def test_a_message_in_endless_empty_pieces_closes_it(site: Site) -> None:
    with bare(site) as connection:
        connection.sendall(frame(1, b"", fin=False))
        with contextlib.suppress(ConnectionError):
            for _ in range(100):
                connection.sendall(frame(0, b"", fin=False) * 100)
        assert ended(connection) in (1008, 1006)


@pytest.mark.parametrize("headers", ["Sec-WebSocket-Version: 12", "Sec-WebSocket-Key: x", "Upgrade: h2c"])
def test_a_handshake_that_is_none_is_refused(site: Site, headers: str) -> None:
    asked = (
        f"GET /api/live HTTP/1.1\r\nHost: {site.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{headers}\r\n\r\n"
    )
    assert site.raw(asked.encode()).status in (400, 404, 426)


def test_a_websocket_where_there_is_none_is_refused(site: Site) -> None:
    for path in ("/", "/api/read", "/api/nothing", "/networks/video.digitlens", "/api/live/", "//api/live"):
        assert site.upgrade(path).status in (403, 404), path


def test_sixty_four_pages_are_welcome_and_the_next_one_is_told(site: Site) -> None:
    with contextlib.ExitStack() as pages:
        first = [pages.enter_context(greeted(site)) for _ in range(64)]
        with live(site) as one_more:
            assert json.loads(one_more.recv(PATIENCE))["type"] == "full"
            with pytest.raises(ConnectionClosed) as closed:
                one_more.recv(PATIENCE)
        assert closed.value.rcvd is not None
        assert (closed.value.rcvd.code, "64 pages" in closed.value.rcvd.reason) == (1013, True)
        first[0].close()
        until(lambda: site.connections() == 63)
        pages.enter_context(greeted(site))


def test_the_address_that_has_most_pages_gives_way_to_the_others(site: Site) -> None:
    with contextlib.ExitStack() as pages:
        greedy = []
        for _ in range(64):
            socket = connected_from(site, "127.0.0.2")
            page = connect(f"ws://{site.host}/api/live", sock=socket, proxy=None, compression=None)
            greedy.append(pages.enter_context(page))
            assert json.loads(greedy[-1].recv(PATIENCE))["type"] == "hello"
        pages.enter_context(greeted(site))
        assert json.loads(greedy[-1].recv(PATIENCE))["type"] == "full"  # the newest
        with pytest.raises(ConnectionClosed) as closed:
            greedy[-1].recv(PATIENCE)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1013
        greedy[0].send('{"type": "ping"}')
        assert json.loads(greedy[0].recv(PATIENCE)) == {"type": "pong"}


def test_a_thousand_sockets_at_once_leave_the_first_ones_alone(site: Site) -> None:
    with greeted(site) as page, contextlib.ExitStack() as others:
        asked = f"GET /api/live HTTP/1.1\r\nHost: {site.host}\r\n{UPGRADE}\r\n\r\n".encode()
        for _ in range(1_000 if os.name != "nt" and _may_open(1_200) else 200):
            with contextlib.suppress(ConnectionError):
                others.enter_context(site.connect()).sendall(asked)
        page.send('{"type": "ping"}')
        assert json.loads(page.recv(PATIENCE)) == {"type": "pong"}
        until(lambda: site.connections() <= Limits().max_connections)


def _may_open(count: int) -> bool:
    import resource

    return resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= 2 * count + 200


def test_pages_that_come_and_go_a_thousand_times_leave_nothing_behind(site: Site) -> None:
    asked = f"GET /api/live HTTP/1.1\r\nHost: {site.host}\r\n{UPGRADE}\r\n\r\n".encode()
    for number in range(1_000):
        with site.connect() as connection:
            connection.sendall(asked)
            if number % 3:
                connection.recv(1 << 16)
            if number % 3 == 2:
                connection.sendall(frame(8, struct.pack("!H", 1000)))


def test_who_does_not_wait_for_the_handshake_disturbs_nobody(site: Site) -> None:
    asked = f"GET /api/live HTTP/1.1\r\nHost: {site.host}\r\n{UPGRADE}\r\n\r\n".encode()
    with contextlib.ExitStack() as held:
        for number in range(200):
            connection = held.enter_context(site.connect())
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(asked)
            for _ in range(number % 4 + 1):
                with contextlib.suppress(ConnectionError):
                    connection.sendall(frame((1, 9, 0, 3)[number % 4], b"x"))


def test_a_thousand_pings_are_a_thousand_pongs(site: Site) -> None:
    with greeted(site) as page:
        for _ in range(1_000):
            page.send('{"type": "ping"}')
        assert all(json.loads(page.recv(PATIENCE)) == {"type": "pong"} for _ in range(1_000))


@pytest.mark.parametrize("flood", [frame(1, b'{"type": "' + b"?" * 100 + b'"}'), frame(9, b"x" * 125)])
def test_a_page_that_sends_and_does_not_read_is_dropped(flood: bytes) -> None:
    with (
        running(limits=replace(PATIENT, stalled_websocket=0.5, websocket_buffer=4_096)) as site,
        bare(site) as connection,
    ):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        connection.settimeout(0.5)
        left = b""

        def dropped() -> bool:  # the buffers between the two must fill first, which takes as long as it takes
            nonlocal left
            left = left or flood * 1_000
            try:
                left = left[connection.send(left) :]  # so that no frame is cut, however slowly they are taken
            except TimeoutError:
                return False
            except ConnectionError:
                return True
            return False

        until(dropped)
        until(lambda: site.connections() == 0)


def test_a_page_has_two_seconds_to_read() -> None:
    assert Limits().stalled_websocket == 2
