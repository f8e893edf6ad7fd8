"""Take pictures of every journey of the app, at three widths, dark and light: `python tools/screenshots.py FOLDER`.

They are for looking at: what is cramped, cut off or misaligned shows at once. Needs playwright and Chromium. With
--readme the three that the README shows are made anew, in docs/pictures.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

WIDTHS = (1440, 820, 390)
THEMES = ("dark", "light")
SEVEN = [[[7.0, 8.5], [11.0, 7.8], [15.0, 7.5], [19.5, 7.8], [18.5, 10.5], [16.8, 14.0], [15.0, 17.5], [13.6, 21.5]]]
JOURNEYS = {
    "read": "read",
    "neuron": "neuron/1/3",
    "neuron-deep": "neuron/2/5",
    "learn": "learn/2",
    "story": "story/4",
    "train": "train",
    "train-running": "train?epochs=60",
    "train-back": "train?live=1",
    "compare": "compare?seeds=6&epochs=5",
}
README = {"read": ("read", "dark"), "neuron": ("neuron", "dark"), "learn": ("learn", "light")}


def take(page: Any, address: str, journey: str, width: int, theme: str, to: Path, whole: bool) -> None:
    """One picture: the journey's page with a seven on its pad."""
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{address}#{JOURNEYS[journey]}")
    page.evaluate("theme => { localStorage.setItem('digitlens.theme', theme); }", theme)
    page.reload()
    page.wait_for_selector("html[data-whole]")
    page.evaluate("strokes => window.digitlens.set({strokes})", SEVEN)
    act(page, journey)
    page.wait_for_timeout(400)
    page.screenshot(path=str(to), full_page=whole)


def act(page: Any, journey: str) -> None:
    """What has to be done first: a run begun, or gone back in; a comparison made."""
    main = page.locator(".train-view button.main")
    if journey == "train-running":
        main.click()
        page.wait_for_timeout(1_200)
    elif journey == "train-back":
        page.locator(".doing", has_text="Finished").wait_for(timeout=60_000)
        page.get_by_role("slider", name="Snapshot").focus()
        for key in ("Home", *["ArrowRight"] * 4):
            page.keyboard.press(key)
            page.wait_for_timeout(100)
    elif journey == "compare":
        main.click()
        page.locator(".doing", has_text="Finished").wait_for(timeout=120_000)


def lighter(picture: Path) -> None:
    """The same picture with 256 colours: a third of the bytes."""
    image = Image.open(picture).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    image.save(picture, optimize=True)


def main() -> int:
    """All of them, or the README's three."""
    from playwright.sync_api import sync_playwright
    from tests.web.conftest import served

    readme = "--readme" in sys.argv
    folder = ROOT / "docs/pictures" if readme else Path(sys.argv[1] if len(sys.argv) > 1 else "build/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    wanted = (
        [(journey, 1440, theme, f"app-{name}.png") for name, (journey, theme) in README.items()]
        if readme
        else [
            (journey, width, theme, f"{journey}-{width}-{theme}.png")
            for journey in JOURNEYS
            for width in WIDTHS
            for theme in THEMES
        ]
    )
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for journey, width, theme, name in wanted:
            page = browser.new_page(reduced_motion="reduce")  # another visitor, with nothing from before
            take(page, address, journey, width, theme, folder / name, whole=not readme)
            page.close()
            if readme:
                lighter(folder / name)
        browser.close()
    print(f"{len(wanted)} pictures in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
