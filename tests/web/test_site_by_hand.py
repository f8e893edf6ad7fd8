"""Somebody goes through every journey of the static site, by keyboard alone or with a finger, and trains in the tab.

The site is exported by the command, and lies in a folder of `python -m http.server`. Then that server ends, and all of
it goes once more. The browser asks nobody else: whatever does not go to this machine would go through a proxy, and
nobody comes to that.
"""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from tests.waiting import until
from tests.web.conftest import VIEWPORT, context_of, free_port, watched

from digitlens.digits.sources.packed import pack
from digitlens.digits.synthetic.pen.writer import pen_data

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

FOLDER = "class/7b"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
MOST = 800  # times that somebody presses Tab until something must have come
FOCUSED = "one => one.getRootNode().activeElement === one"
STEPS = 14


class Hand(Protocol):
    """How somebody uses a page."""

    def press(self, place: Locator) -> None:
        """A button, a link, what opens and closes."""

    def write(self, place: Locator, text: str) -> None:
        """Another text in an input."""

    def slide(self, place: Locator) -> None:
        """A slider to the left."""

    def draw_a_one(self) -> None:
        """On the pad."""


class Keys:
    """The keyboard alone: the Tab key leads to everything."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, place: Locator) -> None:
        """Presses Tab until it has the focus."""
        place.wait_for(state="attached")
        for _ in range(MOST):
            if place.evaluate(FOCUSED):
                return
            self.page.keyboard.press("Tab")
        pytest.fail(f"the Tab key does not lead to {place}")

    def press(self, place: Locator) -> None:
        self.reach(place)
        self.page.keyboard.press("Enter")

    def write(self, place: Locator, text: str) -> None:
        self.reach(place)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def slide(self, place: Locator) -> None:
        self.reach(place)
        self.page.keyboard.press("ArrowLeft")

    def draw_a_one(self) -> None:
        self.reach(self.page.locator(".surface"))
        for key in [*["ArrowUp"] * 2, " ", *["ArrowDown"] * 16, " "]:
            self.page.keyboard.press(key)


class Finger:
    """A finger on a phone, whose own keyboard comes up for texts."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, place: Locator) -> None:
        place.tap()

    def write(self, place: Locator, text: str) -> None:
        place.tap()
        place.press("Control+a")
        self.page.keyboard.type(text)

    def slide(self, place: Locator) -> None:
        box = place.bounding_box()
        assert box
        place.tap(position={"x": box["width"] / 4, "y": box["height"] / 2})

    def draw_a_one(self) -> None:
        pad = self.page.locator(".surface")
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        assert box
        touch = self.page.context.new_cdp_session(self.page)

        def send(kind: str, *heights: float) -> None:
            x = box["x"] + box["width"] / 2
            points = [{"x": x, "y": box["y"] + box["height"] * height} for height in heights]
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        send("touchStart", 0.2)
        for height in (0.4, 0.6, 0.78, 0.78):
            self.page.wait_for_timeout(30)  # as a finger does, which rests before it is lifted
            send("touchMove", height)
        self.page.wait_for_timeout(100)
        send("touchEnd")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a web host, with a site of a few hundred digits in a folder of it."""
    root = tmp_path_factory.mktemp("host")
    few = root / "few.digits"
    few.write_bytes(pack(replace(pen_data(3, 600, 200), name="mnist")))
    (root / FOLDER).parent.mkdir()
    command = [sys.executable, "-m", "digitlens", "export", "site", str(root / FOLDER), "--data", str(few)]
    subprocess.run(command, check=True, capture_output=True)
    return root


@pytest.fixture
def host(site: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m http.server`; its port is in `args`, and whoever ends it cuts the network."""
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(site)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        until(lambda: _answers(port))
        yield process
        process.kill()


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def address_of(host: subprocess.Popen[bytes]) -> str:
    args: Any = host.args
    return f"http://127.0.0.1:{args[3]}/{FOLDER}/"


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """The address of a proxy that leads nowhere, and what it was asked for."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def listen() -> None:
            with contextlib.suppress(OSError):
                while True:
                    with listening.accept()[0] as connection:
                        asked.append(connection.recv(1_000).partition(b"\r\n")[0].decode("latin-1"))

        threading.Thread(target=listen, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked
        listening.shutdown(socket.SHUT_RDWR)


def context_for(browser: Browser, proxy: str, **options: Any) -> BrowserContext:
    return context_of(browser, reduced_motion="reduce", proxy={"server": proxy, "bypass": "127.0.0.1"}, **options)


def opened(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("html[data-whole]")
    return page


def go(page: Page, hand: Hand, journey: str) -> None:
    hand.press(page.locator("nav").get_by_role("link", name=journey))
    page.wait_for_function("name => digitlens.state.view === name", arg=journey.lower())


def unfold(page: Page, hand: Hand, details: str) -> None:
    """Opens it where it is folded."""
    if not page.locator(details).evaluate("one => one.open"):
        hand.press(page.locator(f"{details} > summary"))


def button(page: Page, name: str, within: str = "#main") -> Locator:
    return page.locator(within).get_by_role("button", name=name, exact=True)


def read(page: Page, hand: Hand) -> None:
    hand.draw_a_one()
    page.locator(".answer .digit", has_text="1").wait_for()
    unfold(page, hand, ".picker")
    hand.press(button(page, "Example of a 7"))
    page.locator(".answer .digit", has_text="7").wait_for()
    page.locator(".opinion[data-digit=true]").wait_for()


def neuron(page: Page, hand: Hand) -> None:
    hand.press(button(page, "Next neuron"))
    page.get_by_role("heading", name="Neuron 1 of layer 1").wait_for()
    hand.slide(page.locator("#bias-range"))
    page.wait_for_function("() => digitlens.changed")
    hand.press(button(page, "Reset the network", ".neuron-view"))
    page.wait_for_function("() => !digitlens.changed")


def learn(page: Page, hand: Hand) -> None:
    hand.press(button(page, "It should have been 3"))
    hand.press(button(page, "Back-propagate ›"))
    stages = page.locator(".learn-view details.stage")
    unfold(page, hand, ".learn-view details.stage[data-part=learn-step]")
    assert stages.count() == 5
    hand.press(button(page, "Take the step"))
    page.wait_for_function("() => digitlens.changed")
    page.locator(".came", has_text="the cost fell").wait_for()
    hand.press(button(page, "Undo the step"))
    page.wait_for_function("() => !digitlens.changed")


def train(page: Page, hand: Hand) -> None:
    page.locator(".trainer [data-recipe=video]").wait_for(state="attached")
    unfold(page, hand, ".trainer .setup")
    hand.write(page.locator("#train-epochs"), "3")
    hand.press(button(page, "Start", ".trainer .run"))
    page.locator(".trainer .doing[data-doing=finished]").wait_for()
    assert page.locator(".trainer .weights canvas").count() == 16
    hand.slide(page.locator("#train-snapshot"))
    page.locator("#train-snapshot-words", has_text="of the test images").wait_for()
    hand.press(button(page, "Newest", ".trainer"))
    hand.press(button(page, "Read", ".trainer .take"))
    page.wait_for_function("() => digitlens.network.name === 'trained' && digitlens.state.view === 'read'")


def compare(page: Page, hand: Hand) -> None:
    page.locator("#compare-data option").wait_for(state="attached")
    hand.write(page.locator("#compare-epochs"), "2")
    hand.write(page.locator("#compare-seeds"), "2")
    hand.press(button(page, "Compare", ".compare-view"))
    page.locator(".compare-view .doing", has_text="Finished").wait_for()
    assert page.locator(".compare-view .sentence").inner_text()
    assert page.locator(".pairs-table tbody tr").count() == 2


def story(page: Page, hand: Hand) -> None:
    for step in range(1, STEPS + 1):
        page.locator(".story-card", has_text=f"{step} of {STEPS}").wait_for()
        if step < STEPS:
            hand.press(button(page, "Next →", ".story-card"))


JOURNEYS = {"Read": read, "Neuron": neuron, "Learn": learn, "Train": train, "Compare": compare, "Story": story}


@pytest.mark.parametrize("how", ["keyboard", "taps"])
def test_every_journey_goes_with_a_network_and_without_one_and_nobody_else_is_asked(
    browser: Browser, host: subprocess.Popen[bytes], elsewhere: tuple[str, list[str]], how: str
) -> None:
    proxy, asked = elsewhere
    options: dict[str, Any] = {"viewport": VIEWPORT} if how == "keyboard" else PHONE
    context = context_for(browser, proxy, **options)
    for visit in ("first", "second"):
        page = opened(context, address_of(host))
        with watched(page):
            hand = Keys(page) if how == "keyboard" else Finger(page)
            for journey, goes_through in JOURNEYS.items():
                go(page, hand, journey)
                goes_through(page, hand)
            if visit == "first":
                page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
        page.close()
        host.kill()
        host.wait()
    context.close()
    assert asked == []


def test_a_request_to_elsewhere_would_be_seen(browser: Browser, elsewhere: tuple[str, list[str]]) -> None:
    proxy, asked = elsewhere
    page = context_for(browser, proxy).new_page()
    page.set_content("<img src='http://elsewhere.example/one.png'>")
    until(lambda: page.evaluate("1") and bool(asked))
    page.context.close()
    assert "elsewhere.example" in asked[0]
