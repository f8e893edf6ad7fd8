"""The static site on a plain file server, in a folder of it: every journey by keyboard, no request to elsewhere.
Once it was seen, it needs no connection."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.waiting import until
from tests.web.conftest import VIEWPORT, context_of, watched
from tests.web.test_accessibility import THREE, violations

from digitlens.digits.dataset import DataSet
from digitlens.digits.sources.find import find_data
from digitlens.digits.sources.packed import pack
from digitlens.digits.synthetic.pen.writer import pen_data
from digitlens.exports.site import networks_of, packed_digits, site_files

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

FOLDER = "class/7b"
JOURNEYS = {
    "Neuron": ".neuron-view",
    "Learn": ".learn-view",
    "Lab": ".lab-neurons .caption",
    "Train": ".trainer [data-recipe=video]",
    "Compare": "#compare-data option",
    "Story": ".story-card",
    "Read": ".preparation",
}


def few() -> DataSet:
    """A few hundred digits under MNIST's name, as a site has it that was made with --data mnist."""
    return replace(pen_data(3, 300, 100), name="mnist")


class Quiet(http.server.SimpleHTTPRequestHandler):
    """As `python -m http.server` serves, without its log."""

    def log_message(self, text: str, *args: object) -> None:
        """Say nothing."""


class FileServer:
    """A folder behind a plain file server, which can be ended."""

    def __init__(self, folder: Path) -> None:
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
        self.address = f"http://127.0.0.1:{self._server.server_port}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def end(self) -> None:
        """End it; nobody answers at its address any more."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a web host, with the site in a folder of it."""
    root = tmp_path_factory.mktemp("host")
    for name, data in site_files(networks_of(), packed=[*packed_digits(["pen"], find_data), pack(few())]).items():
        path = root / FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


@pytest.fixture
def host(folder: Path) -> Iterator[FileServer]:
    server = FileServer(folder)
    yield server
    server.end()


@pytest.fixture
def page(browser: Browser, host: FileServer) -> Iterator[Page]:
    context = context_of(browser, viewport=VIEWPORT, reduced_motion="reduce")
    page = context.new_page()
    with watched(page):
        page.goto(f"{host.address}{FOLDER}/")
        page.wait_for_selector("html[data-whole]")
        yield page
    context.close()


def reads(page: Page, digit: str) -> None:
    page.evaluate("strokes => digitlens.set({strokes})", THREE)
    page.locator(".answer .digit", has_text=digit).wait_for()


def go(page: Page, journey: str) -> None:
    """Goes there by the keyboard alone."""
    page.locator("nav").get_by_role("link", name=journey).focus()
    page.keyboard.press("Enter")
    page.locator(JOURNEYS[journey]).first.wait_for(state="attached")


def test_the_journeys_by_keyboard_and_not_one_request_to_elsewhere(page: Page, host: FileServer) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.context.on("request", note)
    page.reload()
    page.wait_for_selector("html[data-whole]")
    reads(page, "3")
    for journey in JOURNEYS:
        go(page, journey)
        assert violations(page) == [], journey
    page.locator(".opinion[data-digit=true]").wait_for()  # the larger network came along
    page.locator(".picker summary").press("Enter")
    page.get_by_role("button", name="Example of a 7").press("Enter")
    page.locator(".answer .digit", has_text="7").wait_for()
    assert len(asked) > 10
    assert [url for url in asked if not url.startswith((f"{host.address}{FOLDER}/", "blob:", "data:"))] == []


RULES = "digitlens.root.adoptedStyleSheets.map(one => Array.from(one.cssRules, rule => rule.cssText).join('\\n'))"


@pytest.mark.parametrize("width", [820, 390])
def test_on_a_phone_a_run_stands_above_its_results_not_beside_them(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    go(page, "Train")
    sheets = page.evaluate(RULES)
    assert len(sheets) == len(set(sheets)) > 10  # a sheet that came twice would overrule what lies between
    head, watch = (page.locator(f".trainer > .{part}").bounding_box() for part in ("head", "watch"))
    assert head
    assert watch
    assert head["width"] == watch["width"] > 0.9 * width - 10
    assert head["y"] + head["height"] <= watch["y"]


def test_what_needs_a_server_is_left_out(page: Page) -> None:
    assert page.locator(".connection").count() == 0
    page.goto(f"{page.url.partition('#')[0]}#neuron/1/3")
    page.locator(".neuron-view").wait_for()
    page.locator(".looks-for figure").nth(2).wait_for()  # as the laboratory measured it; the files came along


def test_a_tab_trains_and_what_it_has_learned_reads(page: Page, host: FileServer) -> None:
    """On the digits that were packed, which are loaded only now; and once more without a connection."""
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    for again in (False, True):
        if again:
            host.end()
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))  # type: ignore[misc]
        page.goto(f"{host.address}{FOLDER}/?{int(again)}#train?epochs=2&hidden=16")
        go(page, "Train")
        assert not any(url.endswith(".digits") for url in asked)
        page.wait_for_function("() => window.digitlens?.live")
        page.evaluate("() => { window.ended = null; digitlens.live.on('run', one => { window.ended = one; }); }")
        page.locator(".trainer .run").get_by_role("button", name="Start", exact=True).press("Enter")
        page.wait_for_function("() => window.ended?.state === 'finished'")
        ended = page.evaluate("window.ended")
        assert (ended["engine"], ended["data"], ended["epoch"]) == ("WebAssembly", "pen-small", 2)
        assert ended["command"].startswith("digitlens train --data pen-small")
        assert any(url.endswith("data/pen-small.digits") for url in asked) != again
    page.get_by_role("group", name="Open the network").get_by_role("button", name="Read").press("Enter")
    page.locator(".preparation").wait_for()
    assert page.evaluate("digitlens.network.name") == "trained"
    assert page.evaluate("digitlens.network.sizes") == [784, 16, 10]


def test_images_that_were_packed_can_be_picked(page: Page) -> None:
    page.locator(".picker summary").press("Enter")
    page.get_by_role("button", name="Show some").press("Enter")
    page.locator(".gallery canvas").first.wait_for()
    images = few().test
    page.get_by_role("button", name="number 3 of MNIST").press("Enter")
    page.wait_for_function("() => digitlens.state.base?.kind === 'mnist'")
    ink = page.evaluate("Array.from(digitlens.state.baseInk, one => Math.round(255 * one))")
    assert ink == images.images[3].ravel().tolist()


def test_a_second_visit_needs_no_connection(page: Page, host: FileServer) -> None:
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    address = page.url.partition("#")[0]
    host.end()
    page.goto("about:blank")  # a second visit, not another place in the page that is there
    page.goto(f"{address}#story/4")
    page.wait_for_selector("html[data-whole]")
    page.locator(".story-card").wait_for()
    reads(page, "3")
    for journey in JOURNEYS:
        go(page, journey)


def test_files_of_two_versions_never_meet(page: Page, folder: Path, host: FileServer, tmp_path: Path) -> None:
    """A new version is shown when no tab shows the old one any more, and then all of it."""
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    other = networks_of(["straight"])
    shutil.copytree(folder, tmp_path / "first")
    try:
        for name, data in site_files(other, packed=packed_digits([], find_data)).items():
            (folder / FOLDER / name).write_bytes(data)
        page.reload()
        tab = page.context.new_page()  # shows the old version while the other one is loaded again
        tab.goto(page.url)
        tab.wait_for_function("() => window.digitlens?.network.name === 'video'")
        page.evaluate("() => navigator.serviceWorker.getRegistration().then(one => one.update())")
        page.wait_for_function("() => navigator.serviceWorker.getRegistration().then(one => one.waiting !== null)")
        page.reload()
        page.wait_for_function("() => window.digitlens?.network")
        assert page.evaluate("digitlens.network.name") == "video"
        address = page.url
        tab.close()

        def shown_anew() -> str:
            page.goto("about:blank")
            page.goto(address)
            page.wait_for_function("() => window.digitlens?.network")
            return str(page.evaluate("digitlens.network.name"))

        until(lambda: shown_anew() == "straight")  # a moment after the last tab has gone
        until(lambda: len(page.evaluate("caches.keys()")) == 1)
    finally:  # the other tests' site
        shutil.copytree(tmp_path / "first", folder, dirs_exist_ok=True)


def test_in_a_frame_of_another_site_it_shows_what_was_chosen_and_tells_its_owner(
    browser: Browser, host: FileServer, tmp_path: Path
) -> None:
    """The owner hears the height and what was read; an owner of another origin than was named hears nothing."""
    script = "window.heard = []; addEventListener('message', ({ data, origin }) => heard.push({ ...data, origin }));"
    for name, owner in {"owner": "", "other": "&origin=https://example.org"}.items():
        frame = f'<iframe src="{host.address}{FOLDER}/?embed=pad,network,answer{owner}" width=800 height=900></iframe>'
        (tmp_path / f"{name}.html").write_text(f"<!doctype html><script>{script}</script>{frame}")
    elsewhere = FileServer(tmp_path)
    page = context_of(browser).new_page()
    with watched(page):
        page.goto(f"{elsewhere.address.replace('127.0.0.1', 'localhost')}owner.html")
        frame = page.frames[1]
        frame.wait_for_selector("html[data-whole]")
        frame.evaluate("strokes => digitlens.set({strokes})", THREE)
        page.wait_for_function("() => heard.some(one => one.type === 'reading' && one.reading === '3' && one.ink)")
        newest = "heard.filter(one => one.type === 'height').at(-1)"
        until(  # a message is under way for a moment
            lambda: page.evaluate(newest)["height"] == frame.evaluate("Math.ceil(digitlens.root.host.offsetHeight)")
        )
        assert page.evaluate(newest)["height"] > 300
        assert page.evaluate(newest)["origin"] == host.address.rstrip("/")
        assert frame.locator("#pad").is_visible()
        assert frame.locator(".answer").is_visible()
        for hidden in ("header", "footer", ".preparation", ".nonsense"):
            assert not frame.locator(hidden).is_visible(), hidden
    page.goto(f"{elsewhere.address.replace('127.0.0.1', 'localhost')}other.html")
    frame = page.frames[1]
    frame.wait_for_selector("html[data-whole]")
    frame.evaluate("strokes => digitlens.set({strokes})", THREE)
    frame.wait_for_function("() => window.digitlens?.reading.inkFound")
    page.wait_for_timeout(300)
    assert page.evaluate("heard") == []
    page.context.close()
    elsewhere.end()


def test_what_the_owner_of_a_frame_sends_is_not_listened_to(page: Page) -> None:
    before = page.evaluate("digitlens.link()")
    page.evaluate("postMessage({digitlens: 1, type: 'set', state: {view: 'learn'}}, '*')")
    page.wait_for_timeout(100)
    assert page.evaluate("digitlens.link()") == before
