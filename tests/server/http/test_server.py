"""The server as a whole: where it listens, what its files look like to a browser, and how it ends."""

from __future__ import annotations

import contextlib
import gzip
import posixpath
import re
import socket
from collections.abc import Iterator

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from tests.server.serving import Site, reply, running

from digitlens.bundles import PAGE, changed
from digitlens.errors import UsageError
from digitlens.server.http.address import FIRST, Address, ServingError, listen
from digitlens.server.http.guard import Guard
from digitlens.server.http.networks import Networks
from digitlens.server.http.routes import create_routes
from digitlens.server.http.static import TYPES, WEB, index, page_files


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running() as site:
        yield site


def test_every_file_of_the_page_is_served_with_its_type(site: Site) -> None:
    files = page_files()
    assert {"index.html", "hosts/page.js", "style.css", "views/shared/dom.js", "vendor/uplot/uPlot.esm.js"} <= set(
        files
    )
    for name, path in files.items():
        answer = site.ask("GET", f"/{name}")
        assert (answer.status, answer.body) == (200, index() if name == "index.html" else path.read_bytes()), name
        assert answer.headers["content-type"] == TYPES[path.suffix]
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert site.ask("GET", "/").body == index()


def test_the_page_loads_bundles_and_the_modules_where_one_was_changed_since() -> None:
    assert f"built/{PAGE}".encode() in index(bundled=True)
    assert index(bundled=False) == (WEB / "index.html").read_bytes()
    assert index() == index(bundled=not changed())


def test_text_goes_compressed_to_whoever_takes_it_so(site: Site) -> None:
    for name in ("style.css", "views/read/pad.js", "index.html"):
        plain = site.ask("GET", f"/{name}")
        packed = site.ask("GET", f"/{name}", ("Accept-Encoding", "br, gzip;q=0.8"))
        assert "content-encoding" not in plain.headers
        assert packed.headers["content-encoding"] == "gzip"
        assert gzip.decompress(packed.body) == plain.body
        assert len(packed.body) < 0.7 * len(plain.body)
        assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
        assert plain.headers["etag"] != packed.headers["etag"]
        known = ("If-None-Match", packed.headers["etag"]), ("Accept-Encoding", "gzip")
        assert site.ask("GET", f"/{name}", *known).status == 304
    for accepted in ("", "identity", "gzip;q=0", "br"):
        assert "content-encoding" not in site.ask("GET", "/style.css", ("Accept-Encoding", accepted)).headers
    packed = site.ask("GET", "/networks/video.digitlens", ("Accept-Encoding", "gzip"))
    assert "content-encoding" not in packed.headers  # numbers hardly get smaller


def test_every_file_that_the_page_names_is_there(site: Site) -> None:
    """Whatever index.html asks for, and the modules import."""
    named = re.findall(r'(?:href|src)="([\w./-]+\.\w+)"', (WEB / "index.html").read_text("utf-8"))
    for name, path in page_files().items():
        if path.suffix == ".js":
            found = re.findall(r'(?:^|\})\s*(?:import|from)\s+"(\.[^"]+)"', path.read_text("utf-8"), re.MULTILINE)
            named += [posixpath.normpath(posixpath.join(posixpath.dirname(name), each)) for each in found]
    assert len(named) > 20
    assert [name for name in sorted(set(named)) if site.ask("GET", f"/{name}").status != 200] == []


def test_a_browser_asks_each_time_and_is_sent_only_what_changed(site: Site) -> None:
    first = site.ask("GET", "/hosts/page.js")
    assert first.headers["cache-control"] == "no-cache"
    tag = first.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = site.ask("GET", "/hosts/page.js", ("If-None-Match", known))
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
    for other in ('"other"', tag[:-1], tag.strip('"')):
        assert site.ask("GET", "/hosts/page.js", ("If-None-Match", other)).body == first.body
    assert site.ask("HEAD", "/hosts/page.js").headers["content-length"] == str(len(first.body))


def test_a_page_may_load_from_its_own_server_alone(site: Site) -> None:
    policy = dict(
        part.strip().split(" ", 1) for part in site.ask("GET", "/").headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == policy["frame-ancestors"] == "'none'"
    assert policy["style-src"] == policy["worker-src"] == "'self'"
    assert policy["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert policy["connect-src"] == f"'self' ws://{site.host}"
    assert policy["img-src"] == "'self' blob: data:"


def test_the_next_free_port_is_taken_and_a_port_that_was_named_is_not_swapped() -> None:
    with contextlib.ExitStack() as held:
        first, number = listen()
        held.enter_context(first)
        second, _ = listen()
        held.enter_context(second)
        port = first.getsockname()[1]
        assert number == "127.0.0.1"
        assert FIRST <= port < second.getsockname()[1]
        with pytest.raises(ServingError, match=f"port {port} is busy.*leave --port out"):
            listen(port=port)
    again, _ = listen(port=port)  # as soon as it is free
    again.close()


def test_a_port_at_which_another_program_listens_everywhere_is_busy() -> None:
    with socket.socket() as other:
        other.bind(("0.0.0.0", 0))
        other.listen()
        with pytest.raises(ServingError, match="busy"):
            listen("127.0.0.1", other.getsockname()[1])


@pytest.mark.parametrize(
    "host", ["192.0.2.1", "no.such.host.invalid", "", "a" * 300, "two words", "\0", "1.2.3.4.5", "::g"]
)
def test_a_host_that_is_not_ours_is_refused(host: str) -> None:
    with pytest.raises(UsageError, match="--host"):
        listen(host, 0)


def test_what_an_address_is_called() -> None:
    here = Address("127.0.0.1", 8484)
    assert here.hosts == {"127.0.0.1:8484", "localhost:8484", "[::1]:8484"}
    assert (here.loopback, here.everywhere, here.url, here.link(), here.others()) == (
        (True, False, "http://127.0.0.1:8484/", "http://127.0.0.1:8484/", [])
    )
    room = Address("192.168.1.5", 80, "Classroom.local", "secret")
    assert room.hosts == {"127.0.0.1", "localhost", "[::1]", "192.168.1.5", "classroom.local"}
    assert room.others() == ["http://Classroom.local/?token=secret"]
    wide = Address("0.0.0.0", 8484, "0.0.0.0", "secret")
    assert (wide.loopback, wide.everywhere, wide.url) == (False, True, "http://127.0.0.1:8484/")
    assert all("token=secret" in link for link in wide.others())
    assert Address("::1", 8484).url == "http://[::1]:8484/"
    assert Address("127.8.8.8", 1).loopback
    assert not Address("fe80::1%eth0", 1).loopback


def test_it_answers_at_the_loopback_of_ipv6() -> None:
    if not socket.has_ipv6:
        pytest.skip("IPv6 was not tested: this Python has none")
    with running(host="::1") as site:
        connection = socket.create_connection(("::1", site.address.port), 5)
        with connection:
            connection.sendall(f"GET /api/networks HTTP/1.1\r\nHost: [::1]:{site.address.port}\r\n\r\n".encode())
            assert reply(connection).status == 200


def test_everywhere_means_at_the_address_at_which_one_arrives() -> None:
    with running(host="0.0.0.0", token="t") as site:
        bearer = ("Authorization", "Bearer t")
        port = site.address.port
        with socket.create_connection(("127.0.0.2", port), 5) as connection:  # another address of this machine
            origin = f"Origin: http://127.0.0.2:{port}\r\nAuthorization: Bearer t"
            connection.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.2:{port}\r\n{origin}\r\n\r\n".encode())
            assert reply(connection).status == 200
        local = Site(Address("127.0.0.1", port), site.server, site.guard)
        assert local.ask("GET", "/", bearer, host=f"127.0.0.1:{port}").status == 200
        assert local.ask("GET", "/", bearer, host=f"127.0.0.2:{port}").status == 403
        assert local.ask("GET", "/", bearer, ("Origin", f"http://127.0.0.2:{port}")).status == 403


def test_a_mistake_of_ours_is_told_to_both_sides(capfd: pytest.CaptureFixture[str]) -> None:
    def broken(request: Request) -> Response:
        raise ZeroDivisionError("by nothing")

    with running(lambda address: Guard(create_routes(Networks(), [Route("/broken", broken)]), address)) as site:
        answer = site.ask("GET", "/broken")
        assert (answer.status, list(answer.json())) == (500, ["error"])
        assert "by nothing" not in answer.json()["error"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert site.ask("GET", "/").status == 200
    assert "ZeroDivisionError: by nothing" in capfd.readouterr().err
