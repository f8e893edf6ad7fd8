"""A real server on loopback and a real browser, for the tests of the page; where one is missing they skip and say so.

server   the address of `digitlens app`, one process for all tests
browser  headless Chromium, one for all tests
page     a fresh page at START with an empty tab storage; what goes wrong in it fails the test
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
from typing import TYPE_CHECKING

import pytest
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page


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
        deadline = time.monotonic() + 30
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
    with served() as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.skip("the page was not tested: `pip install playwright` brings what drives the browser")
    chromium = os.environ.get("DIGITLENS_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("the page was not tested: no Chromium here (Debian: apt install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(10_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, server: str) -> Iterator[Page]:
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.goto(server)
    page.wait_for_selector("html[data-whole]")
    yield page
    assert not wrong, wrong
