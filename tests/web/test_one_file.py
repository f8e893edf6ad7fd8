"""The page in one file, opened from the disk: its journeys, and not one request; with --train it trains there."""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.web.conftest import VIEWPORT, context_of, watched
from tests.web.test_accessibility import THREE, violations

from digitlens.exports.one_file import one_file
from digitlens.exports.site import SHIPPED, networks_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LARGEST, LARGEST_THAT_TRAINS = 1_500_000, 6_000_000  # bytes
JOURNEYS = {"Neuron": ".neuron-view", "Learn": ".learn-view", "Read": ".preparation"}
ALL = {
    "Train": ".trainer [data-recipe=video]",
    "Compare": "#compare-data option",
    "Story": ".story-card",
    "Lab": ".lab-view",
    **JOURNEYS,
}
Opening = Callable[[Path], "contextlib.AbstractContextManager[Page]"]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("mail") / "lens with spaces.html"
    path.write_bytes(one_file(networks_of(["straight"])[:1]))
    return path


@pytest.fixture
def opening(browser: Browser) -> Iterator[Opening]:
    """Opens a file in a window of its own, in which nothing goes wrong."""

    @contextlib.contextmanager
    def opened(path: Path) -> Iterator[Page]:
        context = context_of(browser, viewport=VIEWPORT, reduced_motion="reduce")
        page = context.new_page()
        with watched(page):
            page.goto(path.as_uri())
            page.wait_for_selector("html[data-whole]")
            yield page
        context.close()

    return opened


@pytest.fixture
def page(opening: Opening, file: Path) -> Iterator[Page]:
    with opening(file) as page:
        yield page


def asked_for(page: Page) -> list[str]:
    """The addresses that it asks for from now on, beside those of things that it made itself."""
    asked: list[str] = []
    page.on(
        "request", lambda request: None if request.url.startswith(("blob:", "data:")) else asked.append(request.url)
    )
    return asked


def go(page: Page, journeys: dict[str, str]) -> None:
    """To each of these journeys, by the keyboard alone."""
    assert set(page.locator("nav a").all_inner_texts()) == set(journeys)
    for journey, view in journeys.items():
        page.locator("nav").get_by_role("link", name=journey).press("Enter")
        page.locator(view).first.wait_for(state="attached")
        assert violations(page) == [], journey


@pytest.mark.parametrize("name", SHIPPED)
def test_it_is_small_and_the_same_bytes_each_time(name: str) -> None:
    for train, largest in ((False, LARGEST), (True, LARGEST_THAT_TRAINS)):
        data = one_file(networks_of([name])[:1], train=train)
        assert len(data) <= largest
        assert data == one_file(networks_of([name])[:1], train=train)
        assert "http://" not in data.decode("utf-16")


def test_the_journeys_work_from_the_disk_and_nothing_is_asked_for(page: Page) -> None:
    asked = asked_for(page)
    assert page.evaluate("digitlens.network.name") == "straight"
    assert "straight" in page.title()
    page.evaluate("strokes => digitlens.set({strokes})", THREE)
    page.locator(".answer .digit", has_text="3").wait_for()
    go(page, JOURNEYS)
    page.locator(".picker summary").press("Enter")
    page.get_by_role("button", name="Example of a 7").press("Enter")
    page.locator(".answer .digit", has_text="7").wait_for()
    assert asked == []


def test_a_link_into_the_file_and_a_reload_find_what_was_drawn(page: Page) -> None:
    page.evaluate("strokes => digitlens.set({view: 'learn', strokes}, 'push')", THREE)
    page.wait_for_function("() => location.hash.startsWith('#learn')")
    page.reload()
    page.wait_for_selector("html[data-whole]")
    page.locator(".learn-view").wait_for()
    assert page.evaluate("digitlens.state.strokes.length") == 1
    page.go_back()
    page.locator(".preparation").wait_for()


def test_with_train_it_trains_and_compares_from_the_disk(opening: Opening, tmp_path: Path) -> None:
    """Its workers begin with a part of the file, and the digits are another one; nothing is asked for."""
    path = tmp_path / "trains.html"
    path.write_bytes(one_file(networks_of(["video"])[:1], train=True))
    with opening(path) as page:
        asked = asked_for(page)
        go(page, ALL)
        page.evaluate("location.hash = '#train?epochs=2&hidden=16'")
        page.evaluate("() => digitlens.live.on('run', one => { window.ended = one; })")
        page.locator(".trainer .run").get_by_role("button", name="Start", exact=True).press("Enter")
        page.wait_for_function("() => window.ended?.state === 'finished'")
        ended = page.evaluate("window.ended")
        assert (ended["engine"], ended["data"], ended["epoch"]) == ("WebAssembly", "pen-small", 2)
        page.get_by_role("group", name="Open the network").get_by_role("button", name="Read").press("Enter")
        page.locator(".preparation").wait_for()
        assert page.evaluate("digitlens.network.name") == "trained"
        page.locator("nav").get_by_role("link", name="Compare").press("Enter")
        page.locator("#compare-epochs").fill("1")
        page.locator("#compare-seeds").fill("2")
        page.locator(".compare-view .main").press("Enter")
        page.locator(".compare-view .doing").filter(has_text="Finished").wait_for()
        assert asked == []


def test_whatever_a_server_or_an_editor_says_of_its_letters_it_is_the_same_page(
    browser: Browser, file: Path, tmp_path: Path
) -> None:
    """A server that calls everything UTF-8, and a file that somebody has saved as UTF-8."""

    class CallsAllUtf8(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(file.read_bytes())

        def log_message(self, text: str, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), CallsAllUtf8)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    saved = tmp_path / "saved.html"
    saved.write_text(file.read_text(encoding="utf-16"), encoding="utf-8")
    for address in (f"http://127.0.0.1:{server.server_port}/", saved.as_uri()):
        page = context_of(browser).new_page()
        page.goto(address)
        page.wait_for_selector("html[data-whole]")
        assert page.evaluate("digitlens.network.name") == "straight"
        page.context.close()
    server.shutdown()
    server.server_close()


def test_another_script_in_the_file_does_not_run(browser: Browser, file: Path, tmp_path: Path) -> None:
    """The policy allows the scripts that belong to it, and no other that somebody has put in on the way."""
    changed = tmp_path / "changed.html"
    text = file.read_text(encoding="utf-16")
    changed.write_text(text.replace("<main>", "<script>window.foreign = true</script><main>"), encoding="utf-16")
    page = context_of(browser).new_page()
    page.goto(changed.as_uri())
    page.wait_for_selector("html[data-ready]")
    assert page.evaluate("window.foreign") is None
    page.context.close()


@pytest.mark.parametrize("what", ["cut short", "changed", "opened in a browser that cannot unpack"])
def test_a_file_that_cannot_be_opened_says_so(browser: Browser, file: Path, tmp_path: Path, what: str) -> None:
    text = file.read_text(encoding="utf-16")
    at = text.index('"text": "') + 1_000
    changed = tmp_path / "changed.html"
    changed.write_text({"changed": text[:at] + "不" + text[at + 1 :]}.get(what, text), encoding="utf-16")
    if what == "cut short":
        changed.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    page = context_of(browser).new_page()
    if what.startswith("opened"):
        page.add_init_script("delete globalThis.DecompressionStream")
    page.goto(changed.as_uri())
    page.get_by_role("alert").get_by_text("cannot be opened").wait_for()
    page.context.close()
