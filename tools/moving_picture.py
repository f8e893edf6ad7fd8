"""Make the README's moving picture: a network is trained anew while the slider of the learning rate moves.

    python tools/moving_picture.py [FILE]

Every picture is the page itself, in headless Chromium, after the run that this place of the slider asked for has ended.
Needs playwright, Chromium and MNIST.
"""

from __future__ import annotations

import shutil
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

FILE = ROOT / "docs/pictures/app-live.webp"
SIZE, SHOWN = (1200, 700), (900, 525)  # of the page, and of the picture, in pixels
LARGEST = 1_500_000  # bytes
MILLISECONDS = 140  # a picture
POWERS = [-2.0 + 0.1 * step for step in range(36)]  # of ten: the learning rates, there and back


def shot(page: Any, power: float) -> Image.Image:
    """The page when its run at this learning rate has ended."""
    slider = page.locator("input[type=range][aria-label^='Learning rate']")
    before = page.evaluate("window.ended ?? 0")
    slider.evaluate(
        "(input, power) => { input.value = power; input.dispatchEvent(new Event('input', { bubbles: true })); }", power
    )
    page.wait_for_timeout(30)
    for _ in range(400):
        if page.evaluate("window.ended ?? 0") > before:
            break
        page.wait_for_timeout(10)
    page.wait_for_timeout(60)
    return Image.open(BytesIO(page.screenshot())).convert("RGB").resize(SHOWN, Image.Resampling.LANCZOS)


def main() -> int:
    """The file."""
    from playwright.sync_api import sync_playwright
    from tests.web.conftest import served

    file = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]}, reduced_motion="reduce")
        page.goto(f"{address}#train?live=1&learning_rate=0.01")
        page.wait_for_selector("html[data-ready]")
        page.evaluate("""() => window.digitlens.live.on("run", ({ state, number }) => {
            if (state !== "finished" || number === window.lastEnded) return;
            [window.lastEnded, window.ended] = [number, (window.ended ?? 0) + 1];
        })""")
        page.wait_for_timeout(1_500)
        shots = [shot(page, power) for power in [*POWERS, *reversed(POWERS[1:-1])][::2]]
        browser.close()
    for quality in (80, 65, 50, 35, 20):
        shots[0].save(
            file, save_all=True, append_images=shots[1:], duration=MILLISECONDS, loop=0, quality=quality, method=6
        )
        if file.stat().st_size <= LARGEST:
            break
    print(f"{len(shots)} pictures, {file.stat().st_size:,} bytes: {file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
