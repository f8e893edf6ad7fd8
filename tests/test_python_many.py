"""dl.read_many() and dl.read_pages(): any pictures, in order, as flat rows; what cannot be read is an error value."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.parallel.dask_cluster import cluster

import digitlens as dl
from digitlens.digits.synthetic.pen.rows import sheet
from digitlens.reading.rows import COLUMNS

IMAGES = dl.pen_digits(6, seed=5).digits.images


def png(grey: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "PNG")
    return file.getvalue()


class Closed(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        raise OSError("the disk is gone")


def kinds(folder: Path) -> list[Any]:
    """One picture in every form, and some that are none."""
    (folder / "0.png").write_bytes(data := png(IMAGES[0]))
    return [
        str(folder / "0.png"), folder / "0.png", data, bytearray(data), memoryview(data), io.BytesIO(data),
        IMAGES[0], Image.fromarray(IMAGES[0]),
        b"no picture", folder / "missing.png", 7, np.zeros(3), Closed(data), None,
    ]  # fmt: skip


@pytest.mark.parametrize("jobs", [None, 1, 2])
def test_every_kind_of_picture_is_read_in_order(tmp_path: Path, jobs: int | None) -> None:
    told: list[tuple[int, int | None]] = []
    rows = dl.read_many(kinds(tmp_path), jobs=jobs, on_progress=lambda done, total: told.append((done, total)))
    expected = dl.read(IMAGES[0]).label
    assert [row["number"] for row in rows] == [expected] * 8 + [""] * 6
    assert [bool(row["error"]) for row in rows] == [False] * 8 + [True] * 6
    path = str(tmp_path / "0.png")
    assert [row["file"] for row in rows] == [
        path,
        path,
        *map(str, range(2, 9)),
        str(tmp_path / "missing.png"),
        "10",
        "11",
        "12",
        "13",
    ]
    assert {tuple(row) for row in rows} == {COLUMNS}
    assert told == [(done, 14) for done in range(1, 15)]


def test_a_page_gives_a_row_for_each_number_on_any_worker(tmp_path: Path) -> None:
    pages = [sheet(["123 45", "67"], np.random.default_rng(number), gap=0.3).grey() for number in range(3)]
    rows = dl.read_pages(pages, jobs=1)
    assert [row["file"] for row in rows] == ["0"] * 3 + ["1"] * 3 + ["2"] * 3
    assert [number for row in rows[:3] for number in [row["number"]]] == dl.read_page(pages[0]).text.split()
    assert dl.read_pages(iter(pages), jobs=2) == rows
    with cluster(tmp_path) as dask:
        assert dl.read_pages(pages, cluster=dask.address) == rows


def test_a_table_keeps_what_was_read_until_it_was_interrupted(tmp_path: Path) -> None:
    table = tmp_path / "digits.csv"

    def until(last: int) -> Iterator[Any]:
        for number, image in enumerate(IMAGES):
            if number == last:
                raise KeyboardInterrupt
            yield image

    with pytest.raises(KeyboardInterrupt):
        dl.read_many(until(4), table=table, jobs=1)
    with pytest.raises(dl.UsageError, match="resume"):
        dl.read_many(IMAGES, table=table)
    assert dl.read_many(list(IMAGES), table=table, resume=True) == dl.read_many(list(IMAGES))
    lines = tmp_path / "digits.jsonl"
    assert dl.read_many(list(IMAGES), table=lines) == dl.read_many(list(IMAGES), table=lines, resume=True)
    table.write_text(table.read_text().replace('"reader"', '"reader"', 1).replace(",0.", ",sure", 1))
    with pytest.raises(dl.FileError, match="changed"):
        dl.read_many(list(IMAGES), table=table, resume=True)


def test_rows_are_a_data_frame_without_more(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed; not checked here: rows as a data frame")
    frame = pandas.DataFrame(dl.read_many(list(IMAGES)))
    assert list(frame.columns) == list(COLUMNS)
    assert len(frame) == 6
    assert frame["width"].dtype.kind == "i"


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"pictures": b"one picture"}, "pictures"), ({"pictures": 7}, "pictures"),
        ({"pictures": [], "jobs": 0}, "jobs"),
        ({"pictures": [], "resume": True}, "table"), ({"pictures": [], "cluster": 3}, "cluster"),
        ({"pictures": [], "table": 3}, "table"), ({"pictures": [], "on_progress": 3}, "on_progress"),
        ({"pictures": [], "network": 3}, "network"), ({"pictures": [], "resume": "yes"}, "resume"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_by_name(given: dict[str, Any], word: str) -> None:
    for function in (dl.read_many, dl.read_pages):
        with pytest.raises(dl.UsageError, match=word):
            function(**given)


def test_each_page_of_a_document_is_a_row_and_is_gone_on_with(tmp_path: Path) -> None:
    file, path = io.BytesIO(), tmp_path / "scan.tif"
    first, second = (Image.fromarray(255 - image).resize((84, 84)) for image in IMAGES[:2])
    first.save(file, "TIFF", save_all=True, append_images=[second])
    path.write_bytes(file.getvalue())
    seen: list[tuple[int, int | None]] = []
    pictures = [path, file.getvalue(), file, IMAGES[2]]
    file.seek(0)
    rows = dl.read_many(pictures, table=tmp_path / "out.csv", on_progress=lambda *at: seen.append(at))
    names = [f"{path}#page=1", f"{path}#page=2", "1#page=1", "1#page=2", "2#page=1", "2#page=2", "3"]
    assert [row["file"] for row in rows] == names
    assert rows[0]["number"] == rows[2]["number"] == rows[4]["number"]
    assert rows[1]["number"] == rows[3]["number"] == rows[5]["number"]
    assert (seen[0], seen[-1]) == ((1, 7), (7, 7))
    file.seek(0)
    assert dl.read_many(pictures, table=tmp_path / "out.csv", resume=True) == rows
    assert [row["file"] for row in dl.read_many(str(path))] == names[:2]
