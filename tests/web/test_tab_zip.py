"""Somebody drops a ZIP archive of labelled pictures onto the page: it is learned from, or it is said why not."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image
from tests.waiting import PATIENCE
from tests.web.test_tab_worker import address
from tests.web.twins.tab import ask, task

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

assert address  # a fixture, for the tests below
RNG = np.random.default_rng(1)
INK = RNG.integers(0, 256, (24, 9, 7)).astype(np.uint8)


def picture(ink: np.ndarray, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.fromarray(ink).save(file, kind)
    return file.getvalue()


def archive(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return file.getvalue()


LETTERS = {f"letters/{'ab'[i % 2]}/{i:02}.png": picture(one) for i, one in enumerate(INK)}
LOAD = """async ([name, base64]) => {
  const { zipSet } = await import("./train/data/labelled.js");
  const { decodePicture } = await import("./train/data/decoding.js");
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  try {
    const set = await zipSet(bytes, name, decodePicture, () => {});
    const half = ({ labels, images }) => ({ labels: [...labels], images: [...images] });
    return { ...set, training: half(set.training), test: half(set.test) };
  } catch (error) {
    return { refused: error.message };
  }
}"""


@pytest.fixture
def tab(browser: Browser, address: str) -> Iterator[Page]:
    page = browser.new_context().new_page()
    page.set_default_timeout(1_000 * PATIENCE)
    page.goto(f"{address}icon.svg")
    yield page
    page.context.close()


def loaded(page: Page, file: bytes) -> Any:
    return page.evaluate(LOAD, ["letters.zip", base64.b64encode(file).decode()])


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_a_folder_for_each_class_is_a_data_set(tab: Page, method: int) -> None:
    others = {"letters/a/notes.txt": b"no picture", "__MACOSX/letters/a/00.png": b""}
    got = loaded(tab, archive(LETTERS | others, method))
    assert (got["classes"], got["rows"], got["columns"]) == (["a", "b"], 9, 7)
    order = [*range(0, 24, 2), *range(1, 24, 2)]  # class after class
    wanted = {"test": [i for i in order if i // 2 % 6 == 5], "training": [i for i in order if i // 2 % 6 < 5]}
    for part, which in wanted.items():
        assert got[part]["labels"] == [i % 2 for i in which]
        np.testing.assert_array_equal(np.array(got[part]["images"], np.uint8).reshape(-1, 9, 7), INK[which])


def test_train_and_test_folders_are_kept_apart_and_jpeg_is_read(tab: Page) -> None:
    flat = np.full((8, 8), 200, np.uint8)
    names = [f"data/{part}/{name}/{i}.jpg" for part in ("train", "test") for name in "12" for i in range(2)]
    got = loaded(tab, archive(dict.fromkeys(names, picture(flat, "JPEG"))))
    assert (got["training"]["labels"], got["test"]["labels"]) == ([0, 0, 1, 1], [0, 0, 1, 1])
    assert set(got["test"]["images"]) <= set(range(198, 203))


@pytest.mark.parametrize(
    ("files", "word"),
    [
        ({"a/1.png": picture(INK[0])}, "1 folders"),
        ({f"{name}/1.png": picture(INK[0]) for name in "ab"}, "too few"),
        (LETTERS | {"letters/a/large.png": picture(np.zeros((65, 9), np.uint8))}, "65×9"),
        (LETTERS | {"letters/a/other.png": picture(np.zeros((9, 8), np.uint8))}, "one size"),
        (LETTERS | {"letters/a/bad.png": b"no picture at all, whatever it is called"}, "bad.png"),
        (LETTERS | {"letters/a/cut.png": picture(INK[0])[:60]}, "cut.png"),
        (LETTERS | {"letters/a/bomb.png": bytes(6 * 2**20)}, "bomb.png"),
    ],
)
def test_an_archive_that_holds_no_data_set_is_refused_in_a_sentence(
    tab: Page, files: dict[str, bytes], word: str
) -> None:
    assert word in loaded(tab, archive(files))["refused"]


def test_a_browser_that_adds_noise_to_what_a_page_reads_is_noticed(tab: Page) -> None:
    tab.evaluate("""() => {
      const { prototype } = OffscreenCanvasRenderingContext2D;
      const { getImageData } = prototype;
      prototype.getImageData = function (...given) {
        const read = getImageData.apply(this, given);
        read.data[0] ^= 1;
        return read;
      };
    }""")
    assert "noise" in loaded(tab, archive(LETTERS))["refused"]


def changed(file: bytes, at: int, form: str, value: int) -> bytes:
    """The archive with another number in the first entry of its directory, `at` bytes from where that begins."""
    begin = file.index(b"PK\1\2") + at
    return file[:begin] + struct.pack(form, value) + file[begin + struct.calcsize(form) :]


SMALL = archive({"a/1.png": bytes(1_000), "b/2.png": b"two"})


def test_entries_come_back_as_they_went_in() -> None:
    (got,) = ask(task("zip", file=np.frombuffer(SMALL, np.uint8)))
    assert [one["name"] for one in got] == ["a/1.png", "b/2.png"]
    assert got[1]["content"].tobytes() == b"two"


@pytest.mark.parametrize(
    ("file", "word"),
    [
        (b"", "no ZIP"),
        (SMALL[:-1], "no ZIP"),
        (b"PK\3\4" + bytes(100), "no ZIP"),
        (changed(SMALL, 0, "<I", 7), "damaged"),
        (changed(SMALL, 8, "<H", 1), "password"),
        (changed(SMALL, 10, "<H", 12), "packed in a way"),
        (changed(SMALL, 24, "<I", 999), "allowed"),  # it unpacks to more than its directory says
        (changed(SMALL, 24, "<I", 1_001), "should"),
        (changed(SMALL, 24, "<I", 4 * 2**20), "more than an image"),  # a bomb, as its directory says
        (changed(SMALL, 20, "<I", 10**6), "cut short"),
        (changed(SMALL, 42, "<I", 5), "not where"),
    ],
)
def test_a_damaged_archive_or_a_bomb_is_refused_in_a_sentence(file: bytes, word: str) -> None:
    (got,) = ask(task("zip", file=np.frombuffer(file, np.uint8)))
    assert word in got["refused"]
