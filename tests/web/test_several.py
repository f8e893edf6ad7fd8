"""A photo of several digits, opened in the page: the numbers, a box around each digit, and any of them on the pad."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageDraw
from tests.web.test_accessibility import THEMES, WIDTHS, violations

import digitlens as dl
from digitlens.digits.sources.examples import example_files
from digitlens.digits.synthetic.pen.rows import sheet

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Locator, Page


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pages") / "numbers.png"
    Image.fromarray(sheet(["4071 23", "98 1556"], np.random.default_rng(5), gap=0.3).grey()).save(path)
    return path


def opened(page: Page, picture: Path) -> Locator:
    """The place where the page's digits are told."""
    page.locator(".picker input[type=file]").set_input_files(picture)
    several = page.locator(".several")
    several.wait_for(state="visible")
    return several


def test_the_numbers_and_a_box_for_each_digit_are_those_of_python(page: Page, picture: Path) -> None:
    several, read = opened(page, picture), dl.read_page(picture)
    assert several.locator(".numbers").inner_text() == read.text
    assert several.locator("h2").inner_text() == "12 digits on this picture"
    with Image.open(picture) as image:
        width, height = image.size
    sheet_box = several.locator("canvas").bounding_box()
    assert sheet_box
    for button, box in zip(several.locator(".found").all(), read.boxes, strict=True):
        at = button.bounding_box()
        assert at
        assert at["x"] - sheet_box["x"] == pytest.approx(box.left / width * sheet_box["width"], abs=1)
        assert at["y"] - sheet_box["y"] == pytest.approx(box.top / height * sheet_box["height"], abs=1)
        assert at["width"] == pytest.approx(box.width / width * sheet_box["width"], abs=1)
        assert button.locator("span").inner_text() == (box.label if box.is_digit else f"{box.label}?")


def test_it_is_read_once_the_server_is_back(context: BrowserContext, server: str, picture: Path) -> None:
    """It was gone as the page came, and wanted the module for photos; and again as the photo was to be read."""
    page = context.pages[0]  # without `page`, whose console must stay empty
    page.route(re.compile(r"/page/page-\w+\.js"), lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.goto(server)
    page.wait_for_selector("html[data-whole]")
    page.unroute_all()
    page.route("**/api/read*", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.locator(".picker input[type=file]").set_input_files(picture)
    page.wait_for_function("() => window.digitlens?.state.baseInk")  # one image, since nobody finds the digits on it
    page.unroute_all()
    assert opened(page, picture).locator(".found").count() == 12


def test_a_digit_that_is_chosen_goes_onto_the_pad_as_the_network_saw_it(page: Page, picture: Path) -> None:
    several, read = opened(page, picture), dl.read_page(picture)
    several.locator(".found").nth(4).focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => window.digitlens?.state.base?.name.endsWith('digit 5')")
    ink = page.evaluate("Array.from(digitlens.state.baseInk, one => Math.round(255 * one))")
    assert ink == read.boxes[4].image.ravel().tolist()
    assert several.locator("[aria-current=true]").count() == 1
    several.get_by_role("button", name="Close").click()
    several.wait_for(state="hidden")
    assert page.evaluate("digitlens.state.base.name") == "numbers.png, digit 5"


def test_what_is_perhaps_no_digit_is_marked(page: Page, tmp_path: Path) -> None:
    image = Image.fromarray(sheet(["40 71"], np.random.default_rng(5), gap=0.3).grey())
    size = image.height // 4
    left, top, right, bottom = 20, image.height - 2 * size, 20 + size, image.height - size
    for line in ((left, top, right, bottom), (left, bottom, right, top)):  # an X
        ImageDraw.Draw(image).line(line, fill=0, width=size // 9)
    path = tmp_path / "cross.png"
    image.save(path)
    boxes = dl.read_page(path).boxes
    assert {box.is_digit for box in boxes} == {True, False}
    several = opened(page, path)
    doubted = several.locator(".found[data-doubted=true]")
    assert doubted.count() == sum(not box.is_digit for box in boxes)
    assert doubted.first.inner_text().endswith("?")
    assert "perhaps no digit" in several.inner_text()


def test_one_digit_is_no_page(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "seven.png"
    path.write_bytes(example_files()[7].read_bytes())
    with page.expect_response("**/api/read?page=1") as answer:
        page.locator(".picker input[type=file]").set_input_files(path)
    assert answer.value.ok
    page.wait_for_function("() => window.digitlens?.state.base?.name === 'seven.png'")
    page.wait_for_timeout(100)
    assert not page.locator(".several").is_visible()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_and_it_fits(page: Page, picture: Path, width: int, theme: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate("theme => digitlens.root.host.dataset.theme = theme", theme)
    opened(page, picture)
    assert violations(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
