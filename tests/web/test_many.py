"""Many pictures at once: a table, the doubtful first; the same as CSV; a row on the pad. Large ones; networks."""

from __future__ import annotations

import base64
import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from tests.web.test_accessibility import violations
from tests.web.test_pad import drop
from tests.web.test_several import opened, picture  # noqa: F401  a fixture

import digitlens as dl
from digitlens.digits.sources.examples import example_files
from digitlens.storage.shipped import FOLDER

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROWS = ".many tbody tr"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ten digits, white paper, and a file that is no picture."""
    place = tmp_path / "pictures"
    place.mkdir()
    for digit, path in enumerate(example_files()):
        (place / f"digit {digit}.png").write_bytes(path.read_bytes())
    Image.fromarray(np.full((60, 60), 255, np.uint8)).save(place / "=white.png")
    (place / "broken.png").write_bytes(b"no picture")
    return place


def table(page: Page, folder: Path) -> None:
    page.get_by_label("A folder of pictures to read").set_input_files(folder)
    page.locator(ROWS).nth(11).wait_for()
    page.locator(".many progress").wait_for(state="hidden")


def answers(page: Page) -> dict[str, str]:
    rows = page.locator(ROWS).all()
    return {row.locator(".name").inner_text(): row.locator("strong").inner_text() for row in rows}


def test_every_picture_has_a_row_with_the_answer_that_python_gives(page: Page, folder: Path) -> None:
    table(page, folder)
    reader, told = dl.load("video"), answers(page)
    assert len(told) == 12
    for path in sorted(folder.glob("digit*.png")):
        assert told[f"pictures/{path.name}"] == reader.read(path).label
    assert told["pictures/=white.png"] == told["pictures/broken.png"] == "–"
    assert "browser can decode" in page.locator(ROWS, has_text="broken").inner_text()
    names = list(told)
    assert {names[0], names[1]} == {"pictures/=white.png", "pictures/broken.png"}, "without an answer: first"
    sure = [float(cell.split()[0]) for cell in page.locator(f"{ROWS} td.number").all_inner_texts() if cell]
    assert sure == sorted(sure), "then by how sure it is"


def test_the_csv_has_every_row_in_the_order_of_the_files_and_no_formula(page: Page, folder: Path) -> None:
    table(page, folder)
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(encoding="utf-8"), newline="")))
    assert len(rows) == 12
    assert list(rows[0]) == ["picture", "answer", "output", "second", "note"]
    told = answers(page)
    assert {row["picture"]: row["answer"] or "–" for row in rows} == told
    assert all(0 <= float(row["output"]) <= 1 for row in rows if row["answer"])


def test_a_row_goes_onto_the_pad_and_clear_closes_the_table(page: Page, folder: Path) -> None:
    table(page, folder)
    row = page.locator(ROWS, has_text="digit 4")
    row.locator("button").click()
    page.wait_for_function("() => digitlens.state.base?.name.endsWith('digit 4.png') && digitlens.reading.inkFound")
    page.locator(f"{ROWS} [aria-current=true]", has_text="digit 4").wait_for()
    assert page.locator(".answer .digit").inner_text() == answers(page)["pictures/digit 4.png"]
    page.get_by_role("button", name="Clear").click()
    page.locator(".many").wait_for(state="detached")
    assert page.evaluate("digitlens.state.base") is None


def test_another_network_reads_all_of_them_again_and_says_how_sure_it_is(page: Page, folder: Path) -> None:
    table(page, folder)
    page.evaluate("() => digitlens.services.networks.fetch('reader').then(one => digitlens.setNetwork(one, true))")
    page.locator(".many thead th", has_text="confidence").wait_for()
    reader, told = dl.load("reader"), answers(page)
    for path in sorted(folder.glob("digit*.png")):
        assert told[f"pictures/{path.name}"] == reader.read(path).label
    assert "%" in page.locator(f"{ROWS} td.number").last.inner_text()


def test_a_network_that_is_dropped_is_opened(page: Page) -> None:
    drop(page, "mine.digitlens", "application/octet-stream", (FOLDER / "straight.digitlens").read_bytes())
    page.wait_for_function("() => digitlens.network.adjusting.length > 0")
    drop(page, "broken.digitlens", "application/octet-stream", b"nothing")
    alert = page.locator("#pad .trouble")
    alert.wait_for(state="visible")
    assert "broken.digitlens" in alert.inner_text()


def test_a_photo_of_several_digits_is_no_mash_on_the_pad_and_goes_with_clear(page: Page, picture: Path) -> None:  # noqa: F811
    several = opened(page, picture)
    assert page.evaluate("digitlens.state.baseInk") is None, "twelve digits in 28×28 pixels are none"
    several.locator(".found").nth(3).click()
    page.wait_for_function("() => digitlens.state.baseInk !== null")
    page.get_by_role("button", name="Clear").click()
    several.wait_for(state="hidden")
    opened(page, picture)
    page.get_by_role("button", name="Clear").click()  # with nothing on the pad, too
    several.wait_for(state="hidden")


def test_a_large_photo_is_made_smaller_by_a_worker_and_not_refused(page: Page, tmp_path: Path) -> None:
    with Image.open(example_files()[7]) as small:
        grey = np.asarray(small.convert("L").resize((4600, 4600)))
    noisy = grey.astype(np.int16) + np.random.default_rng(0).integers(-3, 4, grey.shape)
    path = tmp_path / "large.png"
    Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(path, compress_level=1)
    assert path.stat().st_size > 2**20
    with page.expect_worker(lambda worker: "pictures" in worker.url or "picture/worker" in worker.url):
        page.locator(".picker input[type=file]").first.set_input_files(path)
    page.wait_for_function("() => digitlens.state.base?.name === 'large.png'")
    assert page.evaluate("digitlens.network.classes[digitlens.reading.digit]") == "7"
    stage = page.evaluate("(({rows, columns}) => [rows, columns])(digitlens.state.baseStages[0])")
    assert max(stage) <= 4600


def test_without_a_worker_a_large_photo_is_opened_in_the_page(page: Page, tmp_path: Path) -> None:
    with Image.open(example_files()[7]) as small:
        path = tmp_path / "large.bmp"
        small.convert("RGB").resize((700, 700)).save(path)
    assert path.stat().st_size > 2**20
    page.evaluate("() => { window.Worker = class { constructor() { throw new Error('no'); } }; }")
    drop(page, "large.bmp", "image/bmp", base64.b64decode(base64.b64encode(path.read_bytes())))
    page.wait_for_function("() => digitlens.state.base?.name === 'large.bmp'")
    assert page.evaluate("digitlens.network.classes[digitlens.reading.digit]") == "7"


def test_axe_finds_nothing_in_the_table(page: Page, folder: Path) -> None:
    table(page, folder)
    assert violations(page) == []
