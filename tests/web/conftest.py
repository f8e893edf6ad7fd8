"""A real server on loopback and a real browser, for the tests of the page; where one is missing they skip and say so.

server   the address of the app, served by this process: one for all tests
browser  headless Chromium, one for all tests
context  its windows: one is open, blank, and remembers nothing of the tests before
page     that window with the page at START; what goes wrong in it fails the test
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import pytest
from tests.server.serving import running
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, ViewportSize

VIEWPORT: ViewportSize = {"width": 1440, "height": 900}
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")  # the first costs half of what the others do


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What drives a browser, Node or a server from outside is tried once more if it fails; the summary names it.

    So a race in one test of thousands is seen, and does not stop what has nothing to do with it. `--reruns=0`: never.
    """
    if config.getoption("reruns", None) == 0:
        return
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.flaky(reruns=1))


def free_port() -> int:
    """A port of 127.0.0.1 that was free a moment ago; skips where there is no loopback."""
    try:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])
    except OSError as error:
        pytest.skip(f"the app was not tested: no loopback address here ({error})")


@contextlib.contextmanager
def served(*options: str, port: int | None = None, environment: dict[str, str] | None = None) -> Iterator[str]:
    """The address of a running `digitlens app`, which ends with the block. environment: None: as it is here."""
    port = port or free_port()
    command = [sys.executable, "-m", "digitlens", "app", "--no-browser", "--port", str(port), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment)
    try:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            assert process.poll() is None, (process.stdout.read() if process.stdout else b"").decode()
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with running() as site:
        yield site.address.url


def chromium_path() -> str | None:
    """The Chromium of this machine, if it has one."""
    return os.environ.get("DIGITLENS_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.skip("the page was not tested: `pip install playwright` brings what drives the browser")
    chromium = chromium_path()
    if not chromium:
        pytest.skip("the page was not tested: no Chromium here (Debian: apt install chromium-headless-shell)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


def context_of(browser: Browser, **options: Any) -> BrowserContext:
    """A context that waits patiently."""
    context = browser.new_context(**options)
    context.set_default_timeout(1_000 * PATIENCE)
    return context


@pytest.fixture(scope="session")
def _context(browser: Browser) -> Iterator[BrowserContext]:
    context = context_of(browser, viewport=VIEWPORT, reduced_motion="reduce")
    context.new_page()
    yield context
    context.close()


@pytest.fixture
def context(_context: BrowserContext) -> Iterator[BrowserContext]:
    """One for all tests: to open a window costs more than most of them do. What a test left in it goes."""
    yield _context
    window, *others = _context.pages
    for other in others:
        other.close()
    _context.clear_cookies()
    _context.clear_permissions()
    window.unroute_all()
    window.set_viewport_size(VIEWPORT)
    window.emulate_media(color_scheme="light")
    _forget(window)


def _forget(window: Page) -> None:
    """End the page, and empty what its site keeps in the browser: in a document of the site, but not the page."""
    from playwright.sync_api import Error

    try:
        window.goto(urljoin(window.url, "/icon.svg"))
        window.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        window.goto("about:blank")
    except Error:  # the server is gone, and with it whoever could see what it kept
        window.context.new_page()
        window.close()


@contextlib.contextmanager
def watched(page: Page, console: bool = True) -> Iterator[None]:
    """An exception in the page meanwhile fails the test, and so does an error on its console."""
    wrong: list[str] = []

    def raised(error: Error) -> None:
        wrong.append(str(error))

    def said(message: ConsoleMessage) -> None:
        if message.type == "error" and console:
            wrong.append(f"{message.text} ({message.location['url']})")

    page.on("pageerror", raised)
    page.on("console", said)
    yield
    page.remove_listener("pageerror", raised)
    page.remove_listener("console", said)
    assert not wrong, wrong


@pytest.fixture
def page(context: BrowserContext, server: str) -> Iterator[Page]:
    page = context.pages[0]
    with watched(page):
        page.goto(server)
        page.wait_for_selector("html[data-whole]")
        yield page
