"""A classroom's link in a real browser: the token opens the page, leaves the address, and is kept from scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route
from tests.server.serving import running
from tests.web.conftest import context_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TOKEN = "a-token-that-nobody-guesses"


def test_a_link_in_another_sites_page_opens_ours_in_the_state_that_it_names(browser: Browser) -> None:
    with running(token=TOKEN) as site:
        link = f'<a href="{site.address.link()}#learn/7">today\'s lesson</a>'
        with running(lambda _: Starlette(routes=[Route("/", lambda request: HTMLResponse(link))])) as elsewhere:
            page = context_of(browser).new_page()
            page.goto(f"http://localhost:{elsewhere.address.port}/")  # another site than 127.0.0.1
            page.click("a")
            page.wait_for_url(f"{site.address.url}#learn/7*")
            assert page.title().startswith("Digitlens")
            assert TOKEN not in page.url
            assert page.evaluate("document.cookie") == ""
            assert page.evaluate("fetch('/api/networks').then(answer => answer.status)") == 200
            hello = "new Promise(done => { new WebSocket('/api/live').onmessage = event => done(event.data); })"
            assert '"hello"' in page.evaluate(hello)
            assert page.evaluate("history.length") <= 3  # the link with the token is not among them
            page.goto(site.address.url)
            assert page.title().startswith("Digitlens")
            other = context_of(browser).new_page()
            answer = other.goto(site.address.url)
            assert answer is not None
            assert answer.status == 401


def test_another_sites_page_reaches_nothing(browser: Browser) -> None:
    with running() as site:
        empty = Starlette(routes=[Route("/", lambda request: HTMLResponse("<title>elsewhere</title>"))])
        with running(lambda _: empty) as elsewhere:
            page = context_of(browser).new_page()
            page.goto(f"http://localhost:{elsewhere.address.port}/")
            tried = """async url => {
                const tries = [
                    fetch(url + 'api/networks'), fetch(url + 'api/read', {method: 'POST', body: 'x', mode: 'no-cors'}),
                    fetch(url + 'examples/7.png', {mode: 'no-cors'}), import(url + 'hosts/page.js'),
                    new Promise((done, fail) => {
                        const socket = new WebSocket(url.replace('http', 'ws') + 'api/live');
                        socket.onopen = done; socket.onerror = fail;
                    }),
                    new Promise((done, fail) => {
                        const picture = new Image();
                        picture.onload = done; picture.onerror = fail; picture.src = url + 'examples/7.png';
                    }),
                ];
                return (await Promise.allSettled(tries)).map(each => each.status);
            }"""
            assert page.evaluate(tried, site.address.url) == ["rejected"] * 6
