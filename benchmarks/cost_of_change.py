"""How long from a finger lifted off a painted neuron to the new accuracy on MNIST's 10,000 test images, in a tab.

    python benchmarks/cost_of_change.py --dabs 30

A static site with MNIST in headless Chromium. A real mouse paints weights of one neuron after another, a dab at a time;
timed in the page is from the pointerdown event, just before the pointerup, to the frame in which the figure changed.
"""

from __future__ import annotations

import json
from statistics import median
from typing import TYPE_CHECKING

import click

from first_reading import Quiet, site
from tab_training import opened

if TYPE_CHECKING:
    from playwright.sync_api import Page

SEVEN = [[[8, 7], [20, 7], [13, 23]]]
TOOK = "took "
PLACE = "digitlens.root.querySelector('.cost-of-change')"
WATCH = f"""() => {{
  let pressed = 0;
  digitlens.root.addEventListener("pointerdown", () => {{ pressed = performance.now(); }}, true);
  let before = {PLACE}.textContent;
  new MutationObserver(() => {{
    const now = {PLACE}.textContent;
    if (!pressed || now === before || !now.includes("→")) return;
    const from = pressed;
    [before, pressed] = [now, 0];
    requestAnimationFrame(() => console.log("{TOOK}" + (performance.now() - from)));
  }}).observe({PLACE}, {{ subtree: true, childList: true, characterData: true }});
}}"""


def dabs(page: Page, count: int) -> list[float]:
    """Milliseconds of so many dabs, each on another neuron of the first layer."""
    took = []
    for k in range(count):
        page.evaluate("neuron => digitlens.set({neuron})", k % 16)
        page.wait_for_timeout(200)
        easel = page.locator(".easel canvas").first
        easel.scroll_into_view_if_needed()
        box = easel.bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] * (0.3 + 0.1 * (k // 16)), box["y"] + box["height"] * 0.4)
        with page.expect_console_message(lambda said: said.text.startswith(TOOK), timeout=20_000) as heard:
            page.mouse.down()
            page.mouse.up()
        took.append(float(heard.value.text.removeprefix(TOOK)))
    return took


@click.command()
@click.option("--dabs", "count", type=click.IntRange(1), default=30, show_default=True)
@click.option("--data", default="mnist", show_default=True, help="mnist, or a folder.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a line.")
def main(count: int, data: str, as_json: bool) -> None:
    """Paint, and tell the median and the longest in milliseconds."""
    from playwright.sync_api import sync_playwright
    from tests.web.conftest import chromium_path

    with site(Quiet, data=data) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        opened(page, f"{address}#neuron?layer=1&neuron=3")
        page.evaluate("strokes => digitlens.set({strokes})", SEVEN)
        page.get_by_role("button", name="all 0").click()  # the images are loaded
        page.locator(".cost-of-change", has_text="→").wait_for(timeout=60_000)
        page.evaluate(WATCH)
        took = dabs(page, count)
        browser.close()
    found = {"dabs": len(took), "median_ms": median(took), "longest_ms": max(took)}
    if as_json:
        click.echo(json.dumps(found))
    else:
        click.echo(f"{len(took)} dabs: {found['median_ms']:.0f} ms (median), {found['longest_ms']:.0f} ms (longest)")


if __name__ == "__main__":
    main()
