"""How long from the start of a pointer handler to the end of painting, while somebody scribbles for ten seconds.

python benchmarks/scribble.py --seconds 10

Real input events reach a headless Chromium through its own protocol; the page reads anew at each of them. A movement is
timed from the first handler that hears of it to the first task after the frame in which it was painted.
"""

from __future__ import annotations

import json
import math
import shutil
import sys
import time
from pathlib import Path

import click

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

WATCH = """
window.took = [];
document.addEventListener("pointermove", () => {
  const begun = performance.now();
  requestAnimationFrame(() => requestPaintEnd(begun));
}, true);
const requestPaintEnd = (begun) => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => window.took.push(performance.now() - begun);
  channel.port2.postMessage(0);
};
"""


@click.command()
@click.option("--seconds", type=click.IntRange(1), default=10, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a line.")
def main(seconds: int, as_json: bool) -> None:
    """Scribble, and tell the median and the 99th percentile in milliseconds."""
    from playwright.sync_api import sync_playwright
    from tests.web.conftest import served

    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(address)
        page.wait_for_selector("html[data-ready]")
        page.wait_for_timeout(2500)
        page.evaluate(WATCH)
        box = page.locator(".surface").bounding_box()
        assert box
        began, k = time.perf_counter(), 0
        while (now := time.perf_counter() - began) < seconds:
            x = 0.5 + 0.36 * math.sin(2.1 * now) * math.cos(0.7 * now)
            y = 0.5 + 0.36 * math.cos(1.7 * now)
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
            if k % 240 == 0:  # a new drawing every four seconds or so
                page.mouse.up()
                page.evaluate("window.digitlens.set({strokes: []})")
                page.mouse.down()
            k += 1
            time.sleep(max(0.0, k / 60 - (time.perf_counter() - began)))
        page.mouse.up()
        page.wait_for_timeout(200)
        took = sorted(page.evaluate("window.took"))
        browser.close()
    median, late = took[len(took) // 2], took[math.ceil(0.99 * len(took)) - 1]
    if as_json:
        click.echo(json.dumps({"movements": len(took), "median_ms": median, "p99_ms": late}))
    else:
        click.echo(
            f"{len(took)} movements: median {median:.1f} ms, 99th percentile {late:.1f} ms, longest {took[-1]:.1f} ms"
        )


if __name__ == "__main__":
    main()
