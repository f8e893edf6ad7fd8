"""How long from a movement of the learning rate's slider to the curve of the complete run, with Live on.

    python benchmarks/live.py --movements 50

Real key presses move the slider in a headless Chromium; each trains three epochs of MNIST anew, from the same seed. A
movement is timed in the page, from the slider's input event to the first task after the frame in which the curve of the
finished run was painted. The exit code is 1 if the median or the worst takes longer than a quarter of a second, or if a
run does not come to its end.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

BAR = 250.0  # ms, from the event to the painted curve
STUCK = 10_000  # ms without an end
TOOK = "took "  # how the page tells of one
WATCH = """
() => {
  let [begun, wanted] = [0, 0];
  const slider = digitlens.root.querySelector(".trainer .quick input[type=range]");
  slider.addEventListener("input", () => {
    begun = performance.now();
    wanted = Number((10 ** Number(slider.value)).toPrecision(3));
  }, true);
  digitlens.live.on("run", (header) => {
    if (!begun || header.state !== "finished" || header.recipe.learning_rate !== wanted) return;
    const [from, channel] = [begun, new MessageChannel()];
    begun = 0;
    channel.port1.onmessage = () => console.log("took " + JSON.stringify({
      ms: performance.now() - from, training: 1000 * header.seconds, epochs: header.epoch, engine: header.engine,
    }));
    requestAnimationFrame(() => channel.port2.postMessage(0)); // the same frame in which the view draws it
  });
}
"""


def movements(page: Any, count: int) -> list[dict[str, Any]]:
    """So many movements, one after the other: what each took. Raises where one does not come to its end."""
    took: list[dict[str, Any]] = []
    page.evaluate(WATCH)
    page.locator(".trainer .quick input[type=range]").focus()
    for k in range(count):  # nobody asks the page meanwhile, which would make it draw
        with page.expect_console_message(lambda said: said.text.startswith(TOOK), timeout=STUCK) as heard:
            page.keyboard.press("ArrowRight" if k // 12 % 2 == 0 else "ArrowLeft")  # to and fro, over a factor of four
        took.append(json.loads(heard.value.text.removeprefix(TOOK)))
    return took


@click.command()
@click.option("--movements", "count", type=click.IntRange(1), default=50, show_default=True)
@click.option("--data", metavar="FOLDER", help="MNIST, where it is not in the cache.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a line.")
def main(count: int, data: str | None, as_json: bool) -> None:
    """Move the slider, and tell the median and the worst in milliseconds."""
    from playwright.sync_api import sync_playwright
    from tests.web.conftest import served

    from digitlens.server.training.data_sets import DataSets

    if data:
        os.environ["DIGITLENS_DATA"] = data
    if not DataSets().available("mnist"):
        raise click.ClickException("nothing was timed: MNIST is not here; name its folder with --data")
    with tempfile.TemporaryDirectory() as runs:
        os.environ["DIGITLENS_RUNS"] = runs
        with served() as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"{address}#train?data=mnist&live=1&learning_rate=0.1")
            page.wait_for_selector(".trainer .doing >> text=Finished", timeout=60_000)  # MNIST is loaded by now
            page.wait_for_timeout(500)
            took = movements(page, count)
            browser.close()
    times = sorted(one["ms"] for one in took)
    found = {
        "movements": len(took),
        "median_ms": times[len(times) // 2],
        "worst_ms": times[-1],
        "training_ms": sorted(one["training"] for one in took)[len(took) // 2],
        "engine": took[0]["engine"],
        "epochs": took[0]["epochs"],
    }
    if as_json:
        click.echo(json.dumps(found))
    else:
        click.echo(
            f"{found['movements']} movements: {found['epochs']} epochs on the {found['engine']} engine, complete and "
            f"painted after {found['median_ms']:.0f} ms (median), {found['worst_ms']:.0f} ms (worst); the training "
            f"alone took {found['training_ms']:.0f} ms (median)"
        )
    sys.exit(found["worst_ms"] > BAR)


if __name__ == "__main__":
    main()
