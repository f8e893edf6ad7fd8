"""Draw the picture that link previews of the site show: `python tools/draw_preview.py`, after the page looks different.

1200×630 pixels of the page reading a three, in src/digitlens/web/preview.png. Needs playwright and Chromium.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

SIZE = {"width": 1200, "height": 630}


def main() -> int:
    """Draw it."""
    from playwright.sync_api import sync_playwright
    from tests.server.serving import running
    from tests.web.conftest import chromium_path
    from tests.web.test_accessibility import THREE

    target = ROOT / "src/digitlens/web/preview.png"
    with running() as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, reduced_motion="reduce")  # type: ignore[arg-type]
        page.goto(site.address.url)
        page.wait_for_selector("html[data-whole]")
        page.evaluate("strokes => window.digitlens.set({strokes})", THREE)
        page.wait_for_timeout(400)
        page.screenshot(path=target)
        browser.close()
    picture = Image.open(target).convert("RGB").quantize(128, dither=Image.Dither.NONE)
    picture.save(target, optimize=True)
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
