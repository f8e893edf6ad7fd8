"""A visitor's own images, dropped on the Train view or chosen there, are learned from in the tab, or it is said why.

The page is a static site on a plain file server.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.web.conftest import VIEWPORT, context_of, watched
from tests.web.test_static_site import FileServer, few
from tests.web.test_tab_zip import LETTERS, archive, picture
from tests.web.training_page import button, doing, field, there

from digitlens.digits.sources import idx
from digitlens.digits.sources.mnist import FILES
from digitlens.digits.sources.packed import pack
from digitlens.digits.synthetic.pen.writer import pen_digits
from digitlens.exports.site import networks_of, site_files

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HEARD = "() => { window.ended = null; digitlens.live.on('run', one => { window.ended = one; }); }"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FileServer]:
    root = tmp_path_factory.mktemp("host")
    for name, data in site_files(networks_of(), packed=[pack(few())]).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    server = FileServer(root)
    yield server
    server.end()


@contextlib.contextmanager
def opened(browser: Browser, host: FileServer) -> Iterator[Page]:
    context = context_of(browser, viewport=VIEWPORT, reduced_motion="reduce")
    page = context.new_page()
    with watched(page):
        page.goto(f"{host.address}#train?epochs=2")
        there(page)
        yield page
    context.close()


@pytest.fixture
def page(browser: Browser, host: FileServer) -> Iterator[Page]:
    with opened(browser, host) as page:
        yield page


@pytest.fixture(scope="module")
def one_page(browser: Browser, host: FileServer) -> Iterator[Page]:
    """For all that is refused, which leaves nothing behind; at the end it trains on what was there."""
    with opened(browser, host) as page:
        yield page
        assert trained(page)["data"] == "mnist"


def dropped(page: Page, files: Sequence[Path]) -> None:
    """Files that come from outside the browser, as a file manager drops them."""
    box = page.locator(".trainer").bounding_box()
    assert box
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in files], "dragOperationsMask": 1}
    place = {"x": box["x"] + 50, "y": box["y"] + 50, "data": data}
    for kind in ("dragEnter", "dragOver"):
        session.send("Input.dispatchDragEvent", {"type": kind, **place})
    page.locator(".drop-target", has_text="learn").wait_for()
    session.send("Input.dispatchDragEvent", {"type": "drop", **place})


def chosen(page: Page, files: Sequence[Path]) -> None:
    """Files that somebody picks in the browser's dialog."""
    with page.expect_file_chooser() as dialog:
        page.get_by_role("button", name="Your own images…").click()
    dialog.value.set_files([str(path) for path in files])


def written(folder: Path, files: dict[str, bytes]) -> list[Path]:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in files]


def taken(page: Page, count: str) -> None:
    page.locator(".own-images", has_text=f"{count} images").wait_for()
    page.locator("#train-data option[value=folder]:checked").wait_for(state="attached")  # in the next frame


def trained(page: Page) -> Any:
    """Starts, and waits for the end; the run as it is then."""
    page.evaluate(HEARD)
    button(page, "Start").click()
    doing(page, "finished")
    page.wait_for_function("() => window.ended?.state === 'finished'")
    return page.evaluate("window.ended")


def mnists_own(training: int, test: int) -> dict[str, bytes]:
    """Four files called and packed as MNIST's are, of pen digits."""
    found = {}
    for count, part in ((training, FILES[:2]), (test, FILES[2:])):
        written = pen_digits(count, seed=count).digits
        for file, numbers in zip(part, (written.images[:count], written.digits[:count]), strict=True):
            found[f"{file.name}.gz"] = gzip.compress(idx.write(numbers))
    return found


@pytest.mark.parametrize("how", [dropped, chosen])
def test_mnists_own_files_are_learned_from(page: Page, tmp_path: Path, how: Callable[..., None]) -> None:
    how(page, written(tmp_path, mnists_own(600, 150)))
    taken(page, "750")
    run = trained(page)
    assert (run["data"], run["training"] + run["recipe"]["validation"], run["test"]) == ("folder", 600, 150)
    assert run["classes"] == list("0123456789")
    assert "--data FOLDER" in page.locator(".command code").inner_text()
    assert "FOLDER stands for" in page.locator(".command .dim").inner_text()


def test_the_real_ones_are_60_000_and_10_000(page: Page) -> None:
    folder = Path(os.environ.get("DIGITLENS_DATA", ""))
    files = [folder / f"{file.name}.gz" for file in FILES]
    if not all(path.is_file() for path in files):
        pytest.skip("MNIST's own files were not dropped: DIGITLENS_DATA names no folder of the four .gz files")
    dropped(page, files)
    taken(page, "70,000")
    field(page, "epochs").fill("1")
    run = trained(page)
    assert (run["training"], run["test"]) == (55_000, 10_000)
    page.locator(".curves .summary", has_text="After 1 epoch: 8").wait_for()


@pytest.mark.parametrize("how", [dropped, chosen])
def test_a_zip_of_labelled_letters_gives_a_network_that_reads_letters(
    page: Page, tmp_path: Path, how: Callable[..., None]
) -> None:
    how(page, written(tmp_path, {"letters.zip": archive(LETTERS, zipfile.ZIP_DEFLATED)}))
    taken(page, "24")
    assert trained(page)["classes"] == ["a", "b"]
    page.locator(".take").get_by_role("button", name="Read").click()
    page.wait_for_function("() => digitlens.network.classes.join() === 'a,b'")
    assert page.evaluate("digitlens.network.shape") == {"rows": 9, "columns": 7}


def test_any_idx_pair_is_learned_from_and_another_one_after_it(page: Page, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    for count, side in ((60, 12), (90, 16)):
        images = rng.integers(0, 256, (count, side, side)).astype(np.uint8)
        labels = (np.arange(count) % 3).astype(np.uint8)
        files = {"mine-images": idx.write(images), "mine-labels": gzip.compress(idx.write(labels))}
        dropped(page, written(tmp_path, {f"{name}-idx": data for name, data in files.items()}))
        taken(page, str(count))
        page.evaluate(HEARD)
        button(page, "Start" if side == 12 else "Start again").click()
        page.wait_for_function("rows => window.ended?.state === 'finished' && window.ended.rows === rows", arg=side)


def test_dark_digits_on_light_paper_are_inverted_as_the_pad_draws_them(page: Page, tmp_path: Path) -> None:
    some = pen_digits(150, seed=5).digits
    files = {f"{digit}/{i}.png": picture(255 - some.images[i]) for i, digit in enumerate(some.digits)}
    dropped(page, written(tmp_path, {"scans.zip": archive(files)}))
    taken(page, f"{len(files)}")
    trained(page)
    page.locator(".data .dim", has_text="inverted").wait_for()
    assert page.evaluate(
        """async () => {
          const set = digitlens.live.sets.find(({ info }) => info.name === "folder");
          const { images } = (await set.load()).training;
          return images.reduce((sum, one) => sum + one, 0) / images.length < 127;
        }"""
    )


IMAGES, LABELS = (idx.write(one) for one in (np.zeros((12, 28, 28), np.uint8), np.zeros(12, np.uint8)))
BAD = {
    "a pair that does not fit": ({"a-images-idx": IMAGES, "a-labels-idx": LABELS[:7] + b"\13" + LABELS[8:-1]}, "pair"),
    "images alone": ({"a-images-idx": IMAGES}, "pairs"),
    "two of images": ({"a-images-idx": IMAGES, "b-images-idx": IMAGES}, "labels"),
    "cut short": ({"a-images-idx": IMAGES[:-5], "a-labels-idx": LABELS}, "promises"),
    "cut gzip": ({"a-images-idx.gz": gzip.compress(IMAGES)[:-9], "a-labels-idx": LABELS}, "cut short"),
    "a gzip bomb": ({"a-images-idx.gz": gzip.compress(bytes(2**28 + 99), 1), "a-labels-idx": LABELS}, "allowed"),
    "a zip bomb": ({"a.zip": archive({"a/1.png": bytes(6 * 2**20), "b/1.png": b""})}, "more than an image"),
    "a zip cut short": ({"a.zip": archive(LETTERS)[:-30]}, "cut short"),
    "no classes": ({"a.zip": archive({"1.png": b"", "2.png": b""})}, "folders"),
    "another kind": ({"letter.docx": b"whatever"}, "another kind"),
    "a web page": ({"train-images-idx3-ubyte.gz": b"<!doctype html>", "train-labels-idx1-ubyte.gz": LABELS}, "IDX"),
    "too many": ({f"{i}.png": picture(np.zeros((8, 8), np.uint8)) for i in range(5)}, "ZIP"),
    "empty": ({"a.gz": b""}, "pairs"),
    "packed and cut": ({"a.digits": pack(few())[:-1]}, "cut short"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_learned_from_is_refused_in_words(one_page: Page, tmp_path: Path, what: str) -> None:
    files, word = BAD[what]
    chosen(one_page, written(tmp_path, files))
    words = one_page.locator(".own-images .trouble").filter(has_text=word)
    words.wait_for()
    assert len(words.inner_text()) < 400
    assert one_page.locator("#train-data").input_value() == "mnist"


def test_a_single_picture_is_still_one_to_be_read(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "seven.png"
    path.write_bytes(picture(few().test.images[0]))
    dropped(page, [path])
    page.wait_for_function("() => digitlens.state.base?.kind === 'picture'")
    assert not page.locator(".own-images .trouble").is_visible()
