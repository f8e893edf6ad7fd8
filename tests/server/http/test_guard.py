"""Nothing comes past the guard: every route of the app, WebSockets included, is tried from where it must not answer.

The routes are taken from the app itself, so a new one is tried too, and one that the guard does not cover fails here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from tests.server.serving import Reply, Site, running

from digitlens.server.http.networks import Networks
from digitlens.server.http.routes import create_routes

TOKEN = "a-token-that-nobody-guesses"
FILLED = {
    "name": "video",
    "digit": "7",
    "path": "hosts/page.js",
    "visitor": "0" * 32,
    "record": "latest",
    "layer": "2",
    "neuron": "3",
}


def addresses(routes: Sequence[BaseRoute], before: str = "") -> list[tuple[str, str]]:
    """Every route of an app: what to ask with, and an address that it answers."""
    found = []
    for route in routes:
        assert isinstance(route, (Route, WebSocketRoute, Mount)), f"how is {route} to be tried?"
        path = before + re.sub(r"\{(\w+)(:\w+)?\}", lambda match: FILLED[match[1]], route.path)
        if isinstance(route, WebSocketRoute):
            found.append(("WebSocket", path))
        elif isinstance(route, Mount):
            found += addresses(route.routes, path) or [("GET", f"{path}/hosts/page.js")]
        else:
            found += [(method, path) for method in sorted((route.methods or {"GET"}) - {"HEAD"})]
    return found


ADDRESSES = addresses(create_routes(Networks()).routes)
Ask = Callable[..., Reply]


def asking(site: Site, method: str, path: str) -> Ask:
    """How to try one address, with the headers and the host that are given."""
    if method == "WebSocket":
        return lambda *headers, host="": site.upgrade(path, *headers, host=host)
    body = b"no picture" if method == "POST" else None
    return lambda *headers, host="": site.ask(method, path, *headers, host=host, body=body)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running() as site:
        yield site


@pytest.fixture(scope="module")
def locked() -> Iterator[Site]:
    with running(token=TOKEN) as site:
        yield site


def let_in(answer: Reply) -> bool:
    """Whether the app itself has answered: the picture above is none, which is 415, and that visitor has no run."""
    missing = b"MNIST" in answer.body or b"no such run" in answer.body
    return answer.status in (101, 200, 415) or (answer.status == 404 and missing)


def refused_wrongly(ask: Ask, site: Site) -> list[str]:
    """What this address answers although it must not, from a foreign Host or a foreign page."""
    port = site.address.port
    hosts = [None, "", "evil.com", f"evil.com:{port}", f"localhost.:{port}", f"127.0.0.1.evil.com:{port}", "127.0.0.1"]
    hosts += [
        f"127.0.0.1:{port + 1}",
        f"LOCALHOST:{port}",
        f"127.1:{port}",
        f"2130706433:{port}",
        f"a@127.0.0.1:{port}",
    ]
    hosts += [f"127.0.0.1:{port}, evil.com", f"[::1%25lo]:{port}", "x" * 8_000]
    origins = [
        "null",
        "",
        "http://evil.com",
        f"http://127.0.0.1:{port + 1}",
        f"https://127.0.0.1:{port}",
        "http://127.0.0.1",
    ]
    origins += [f"HTTP://127.0.0.1:{port}", f"http://LOCALHOST:{port}", f"http://127.0.0.1:{port}.evil.com"]
    origins += [f"http://127.0.0.1:{port}/", f"http://127.0.0.1:{port} http://evil.com", "file://", "127.0.0.1"]
    wrong = []
    for host in hosts:
        answer = ask(host=host) if host != "" else ask(host=" ")
        if answer.status not in (400, 403):
            wrong.append(f"Host {host!r}: {answer.status}")
    wrong += [f"Origin {origin!r}" for origin in origins if ask(("Origin", origin)).status not in (400, 403)]
    twice = f"http://127.0.0.1:{port}"
    if ask(("Host", site.host)).status != 400:
        wrong.append("Host twice")
    if ask(("Origin", twice), ("Origin", twice)).status not in (400, 403):
        wrong.append("Origin twice")
    return wrong


def opened_wrongly(ask: Ask) -> list[str]:
    """What this address answers without the token."""
    tries: list[tuple[tuple[str, str], ...]] = [
        (),
        (("Authorization", f"Bearer {TOKEN}x"),),
        (("Authorization", f"Bearer {TOKEN[:-1]}"),),
        (("Authorization", "Bearer "),),
        (("Authorization", TOKEN),),
        (("Authorization", f"Basic {TOKEN}"),),
        (("Cookie", "digitlens_8484="),),
        (("Cookie", f"digitlens={TOKEN}"),),
        (("X-Forwarded-For", "127.0.0.1"),),
    ]
    return [repr(headers) for headers in tries if ask(*headers).status != 401]


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_every_address_answers_its_own_page_and_programs(site: Site, method: str, path: str) -> None:
    ask, port = asking(site, method, path), site.address.port
    assert let_in(ask())
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}"):
        assert let_in(ask(("Origin", f"http://{host}"), host=host)), host


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_no_address_answers_a_foreign_host_or_a_foreign_page(site: Site, method: str, path: str) -> None:
    assert refused_wrongly(asking(site, method, path), site) == []


@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_no_address_answers_without_the_token_where_one_is_due(locked: Site, method: str, path: str) -> None:
    ask = asking(locked, method, path)
    assert opened_wrongly(ask) == []
    assert refused_wrongly(ask, locked) == []
    cookie = f"other=1; digitlens_{locked.address.port}={TOKEN}"
    assert let_in(ask(("Authorization", f"Bearer {TOKEN}")))
    assert let_in(ask(("Cookie", cookie)))


def test_the_token_in_an_address_opens_only_the_page(locked: Site) -> None:
    assert locked.ask("POST", f"/api/read?token={TOKEN}", body=b"x").status == 401
    assert locked.upgrade(f"/api/live?token={TOKEN}").status == 401
    assert locked.ask("GET", f"/?token={TOKEN}x").status == 401
    assert locked.ask("GET", f"/?token={TOKEN}&token=x").status == 401
    entered = locked.ask("GET", f"/?token={TOKEN}")
    assert entered.status == 200
    assert (
        entered.headers["set-cookie"] == f"digitlens_{locked.address.port}={TOKEN}; HttpOnly; SameSite=Strict; Path=/"
    )
    assert TOKEN.encode() not in entered.body
    assert entered.headers["cache-control"] == "no-store"
    assert "unsafe" not in entered.headers["content-security-policy"]
    cookie = entered.headers["set-cookie"].partition(";")[0]
    assert locked.ask("GET", "/", ("Cookie", cookie)).body.startswith(b"<!doctype html>")


def test_what_the_guard_answers_carries_the_headers_of_a_page(site: Site) -> None:
    for answer in (site.ask("GET", "/"), site.ask("GET", "/nothing"), site.ask("GET", "/", host="evil.com")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"].replace("'wasm-unsafe-eval'", "")
        assert "access-control-allow-origin" not in answer.headers
        assert "server" not in answer.headers


def test_a_route_that_goes_past_the_guard_is_found_out() -> None:
    """The tests above would fail: here is the app without its guard."""

    async def careless(request: Request) -> PlainTextResponse:
        return PlainTextResponse("come in")

    with running(lambda address: create_routes(Networks(), [Route("/careless", careless)])) as open_house:
        for method, path in [*ADDRESSES, ("GET", "/careless")]:
            ask = asking(open_house, method, path)
            assert len(refused_wrongly(ask, open_house)) > 10, path
            assert len(opened_wrongly(ask)) > 5, path


def test_a_new_route_is_among_those_that_are_tried() -> None:
    async def careless(request: Request) -> PlainTextResponse:
        return PlainTextResponse("come in")

    more = [Route("/careless/{name}", careless, methods=["PUT"]), WebSocketRoute("/careless", careless)]
    more += [Mount("/hidden", routes=[Route("/deep", careless)])]
    assert {("PUT", "/careless/video"), ("WebSocket", "/careless"), ("GET", "/hidden/deep")} < set(
        addresses(create_routes(Networks(), more).routes)
    )
