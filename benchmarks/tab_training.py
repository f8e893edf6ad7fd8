"""What training in a tab is like: a static site with MNIST behind `python -m http.server`, in headless Chromium.

    python benchmarks/tab_training.py --movements 50

Three things, one after the other: how many test images the recipe of the talk's network reads in the end; how long from
a movement of the learning rate's slider, with Live on, until the curve of the complete run is painted; and how long
Compare takes for two activation functions, six seeds each, ten epochs a run.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from first_reading import Quiet, site
from live import movements

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from playwright.sync_api import Page

PATIENCE = 600_000  # ms
NEWEST = """() => new Promise(done => digitlens.live.on("run", (header, frame) => done({
    ...header, test_accuracy: frame.blocks.curves.at(-3)})))"""
PAINTED = """() => { digitlens.live.on("comparison", header => { window.comparison = header; }); }"""


def opened(page: Page, address: str) -> None:
    """Another page at this address, with its own state."""
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector("html[data-whole]")


def recipe_of_the_talk(page: Page, address: str) -> dict[str, Any]:
    """The header of the run at its end."""
    opened(page, f"{address}#train?recipe=video")
    page.locator(".trainer .run").get_by_role("button", name="Start", exact=True).click(timeout=PATIENCE)
    page.wait_for_selector(".trainer .doing >> text=Finished", timeout=PATIENCE)
    return dict(page.evaluate(NEWEST))


def live(page: Page, address: str, count: int) -> list[dict[str, Any]]:
    """What each movement of the slider took."""
    opened(page, f"{address}#train?live=1&learning_rate=0.1")
    page.wait_for_selector(".trainer .doing >> text=Finished", timeout=PATIENCE)
    page.wait_for_timeout(500)
    return movements(page, count)


def compared(page: Page, address: str) -> dict[str, Any]:
    """The header of a comparison at its end, with `seconds` from the click to the sentence."""
    opened(page, f"{address}#compare?epochs=10&seeds=6")
    page.evaluate(PAINTED)
    start = page.locator(".compare-view .main")
    start.wait_for(timeout=PATIENCE)
    began = page.evaluate("performance.now()")
    start.click()
    page.locator(".compare-view .doing").filter(has_text="Finished").wait_for(timeout=PATIENCE)
    seconds = (page.evaluate("performance.now()") - began) / 1000
    return {**page.evaluate("window.comparison"), "seconds": seconds}


@click.command()
@click.option("--movements", "count", type=click.IntRange(1), default=50, show_default=True)
@click.option("--data", default="mnist", show_default=True, help="mnist, pen, or a folder.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of lines.")
def main(count: int, data: str, as_json: bool) -> None:
    """Train, move the slider, compare."""
    from playwright.sync_api import sync_playwright
    from tests.web.conftest import chromium_path

    with site(Quiet, data=data) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(PATIENCE)
        run = recipe_of_the_talk(page, address)
        took = live(page, address, count)
        comparison = compared(page, address)
        browser.close()
    times = sorted(one["ms"] for one in took)
    found = {
        "test_accuracy": run["test_accuracy"],
        "epochs": run["epoch"],
        "training_seconds": run["seconds"],
        "engine": run["engine"],
        "movements": len(took),
        "live_median_ms": times[len(times) // 2],
        "live_worst_ms": times[-1],
        "runs_compared": comparison["done"],
        "compare_seconds": comparison["seconds"],
        "sentence": comparison["sentence"],
    }
    if as_json:
        click.echo(json.dumps(found))
        return
    click.echo(f"{found['epochs']} epochs in the tab: {found['test_accuracy']:.2%} of the test images")
    click.echo(f"Live, {len(took)} movements: {times[len(times) // 2]:.0f} ms (median), {times[-1]:.0f} ms (worst)")
    click.echo(f"Compare, {found['runs_compared']} runs of 10 epochs: {found['compare_seconds']:.1f} s")


if __name__ == "__main__":
    main()
