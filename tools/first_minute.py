"""Make the README's recording of the first minute with the page.

    python tools/first_minute.py [FILE]

The example 7 draws itself and is read; somebody draws a 3, plays it through the network, sees why it is a 3 and no
other digit, takes one step of learning, and paints a neuron, which costs accuracy. Every picture is the page itself,
in headless Chromium. Needs playwright, Chromium and MNIST.
"""

from __future__ import annotations

import sys
import time
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

FILE = ROOT / "docs/pictures/first-minute.webp"
SIZE, SHOWN = (1280, 760), (896, 532)  # of the page, and of the picture, in pixels
LARGEST = 2_000_000  # bytes
QUICK, LONG = 110, 1_800  # milliseconds of a picture in motion, and of one that is to be read
THREE = [(9, 7), (11, 6), (14, 5.5), (17, 6.5), (18, 8), (18, 10), (17, 12), (15, 13.2), (13, 13.5), (15, 13.8),
         (18, 15.5), (19, 18), (18.5, 20), (17, 22.5), (14, 23), (11, 22.7), (9, 21.5)]  # fmt: skip


class Recording:
    """Pictures of a page, and for how long each is shown."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.pictures: list[Image.Image] = []
        self.milliseconds: list[int] = []

    def take(self, milliseconds: int = QUICK) -> None:
        """One picture; the same one again is shown for longer."""
        shot = Image.open(BytesIO(self.page.screenshot())).convert("RGB").resize(SHOWN, Image.Resampling.LANCZOS)
        if self.pictures and shot.tobytes() == self.pictures[-1].tobytes():
            self.milliseconds[-1] += milliseconds
            return
        self.pictures.append(shot)
        self.milliseconds.append(milliseconds)

    def watch(self, seconds: float) -> None:
        """Pictures of what moves, one after the other."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.take()

    def save(self, file: Path) -> None:
        """As WebP, in the best quality with which it stays small."""
        first, *others = self.pictures
        for quality in (75, 60, 45, 30, 15):
            first.save(
                file, save_all=True, append_images=others, duration=self.milliseconds, loop=0, quality=quality, method=6
            )
            if file.stat().st_size <= LARGEST:
                return


def first_minute(page: Any, recording: Recording) -> None:
    """What somebody does who sees the page for the first time."""
    recording.watch(4.5)  # the example draws itself, and goes through the network
    recording.take(LONG)
    pad = page.locator(".surface").bounding_box()
    places = [(pad["x"] + x / 28 * pad["width"], pad["y"] + y / 28 * pad["height"]) for x, y in THREE]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=3)
        recording.take()
    page.mouse.up()
    recording.take(LONG)
    page.get_by_role("button", name="Play").click()
    recording.watch(3)
    recording.take(LONG // 2)
    page.locator("[data-part=why]").first.scroll_into_view_if_needed()
    page.evaluate("digitlens.root.querySelector('[data-part=why]').scrollIntoView({block: 'end'})")
    page.wait_for_timeout(200)
    recording.take(LONG + 800)
    page.locator("nav").get_by_role("link", name="Learn", exact=True).click()
    page.get_by_role("button", name="Back-propagate ›").wait_for()
    page.evaluate("scrollTo(0, 0)")
    recording.take(LONG)
    page.get_by_role("button", name="Back-propagate ›").click()
    recording.watch(3.5)
    folded = page.locator(".learn-view details.stage[data-part=learn-step]:not([open]) > summary")
    if folded.count():
        folded.click()
    step = page.get_by_role("button", name="Take the step")
    step.scroll_into_view_if_needed()
    recording.take(LONG // 2)
    step.click()
    page.locator(".came", has_text="the cost fell").wait_for()
    recording.take(LONG + 400)
    page.get_by_role("button", name="Undo the step").click()
    page.locator("nav").get_by_role("link", name="Neuron", exact=True).click()
    easel = page.locator(".easel canvas").first
    easel.wait_for()
    easel.evaluate("one => one.scrollIntoView({block: 'center'})")
    recording.take(LONG // 2)
    box = easel.bounding_box()
    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    for k in range(9):
        page.mouse.move(
            box["x"] + (0.25 + 0.06 * k) * box["width"], box["y"] + (0.5 - 0.02 * k) * box["height"], steps=2
        )
        recording.take()
    page.mouse.up()
    page.locator(".cost-of-change", has_text="→").wait_for()
    page.wait_for_timeout(300)
    recording.take(2 * LONG)


def main() -> int:
    """The file."""
    from playwright.sync_api import sync_playwright
    from tests.web.conftest import chromium_path, served

    file = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]}, color_scheme="dark")
        page.goto(address)
        page.wait_for_selector("html[data-ready]")
        recording = Recording(page)
        first_minute(page, recording)
        browser.close()
    recording.save(file)
    seconds = sum(recording.milliseconds) / 1000
    print(f"{len(recording.pictures)} pictures, {seconds:.0f} s, {file.stat().st_size:,} bytes: {file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
