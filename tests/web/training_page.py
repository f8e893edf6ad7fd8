"""A page that trains on a small folder of digits, for the tests of the train view.

page = trainer(context, address, "train?epochs=3")
page.get_by_role("button", name="Start").click()
header = ended(page)
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tests.cli.conftest import save

from digitlens.digits.synthetic.pen.writer import pen_digits

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page

RUN = """() => new Promise(done => digitlens.live.on("run", (header, frame) => done({
    ...header, curves: Array.from(frame.blocks.curves), pictures: Array.from(frame.blocks.pictures ?? [])})))"""
BEGIN = """() => { window.ended = null; digitlens.live.on("run", header => { window.ended = header; }); }"""


def pictures(folder: Path, each: int = 30) -> Path:
    """A folder of labelled pictures, all ten digits."""
    written = pen_digits(each * 15, seed=6).digits
    for digit in range(10):
        (folder / str(digit)).mkdir(parents=True)
        for number, which in enumerate(np.flatnonzero(written.digits == digit)[:each]):
            save(written.images[which], folder / str(digit) / f"{number}.png", times=2)
    return folder


def trainer(context: BrowserContext, address: str, fragment: str = "train") -> Page:
    """The page at that address, once there is something to be started."""
    page = context.pages[0]
    page.goto(f"{address}#{fragment}")
    there(page)
    return page


def there(page: Page) -> None:
    """Waits until the view knows what there is to choose from."""
    page.wait_for_selector("html[data-whole]")
    page.wait_for_selector(".trainer [data-recipe=video]", state="attached")


def button(page: Page, name: str) -> Locator:
    return page.locator(".trainer .run").get_by_role("button", name=name, exact=True)


def field(page: Page, name: str) -> Locator:
    """The control of a field, with the section that holds it open."""
    page.evaluate(
        "digitlens.root.querySelectorAll('.trainer .setup, .trainer .more').forEach(one => { one.open = true; })"
    )
    return page.locator(f"#train-{name}")


def wrong(page: Page, name: str, words: str) -> str:
    """Waits until these words are among those said to be wrong beside a field; all of them."""
    line = page.locator(f"#train-{name}-wrong").filter(has_text=words)
    line.wait_for()
    return line.inner_text()


def heard(page: Page, what: str, arg: Any = None) -> Any:
    """What a promise in the page comes to; unlike evaluate(), which waits for ever, within the page's patience."""
    return page.wait_for_function(what, arg=arg).json_value()


def run_of(page: Page) -> Any:
    """The newest run that the page has heard of: its header, its curves and its pictures."""
    return heard(page, RUN)


def doing(page: Page, what: str, *words: str) -> str:
    """Waits until the run is doing this ("running", "paused"), and the words for it hold these; all of them."""
    line = page.locator(f".trainer .doing[data-doing={what}]")
    for each in words:
        line = line.filter(has_text=each)
    line.wait_for()
    return line.inner_text()


def ended(page: Page) -> Any:
    """Waits for the end; the run as it is then."""
    doing(page, "finished")
    return run_of(page)


def drawn(page: Page, which: str) -> list[str]:
    """Canvases as they are painted, each as text."""
    found: list[str] = page.locator(which).evaluate_all("all => all.map(one => one.toDataURL())")
    return found
