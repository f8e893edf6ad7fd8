"""Fields of a form: each region is read by itself, and its numbers have their places in the whole picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import digitlens as dl
from digitlens.cli.main import _run
from digitlens.digits.preparation.decode import Decoded
from digitlens.digits.synthetic.pen.rows import sheet
from digitlens.reading.regions import crop, region_of, regions_of


@pytest.fixture(scope="module")
def form() -> Any:
    """Two numbers, one below the other, on a page of 640×400."""
    grey = np.full((400, 640), 255, np.uint8)
    for top, text in ((40, "123"), (240, "4067")):
        row = sheet([text], np.random.default_rng(3), 50, gap=0.3).grey()
        grey[top : top + row.shape[0], 60 : 60 + row.shape[1]] = row
    return grey


def test_each_region_is_read_by_itself_and_placed_in_the_picture(form: Any, tmp_path: Path) -> None:
    regions = {"first": "0,0,100%,50%", "second": (40, 200, 600, 200), "none": "90%,90%,10%,10%"}
    fields = dl.read_fields(form, regions)
    assert [len(fields[name].text) for name in regions] == [3, 4, 0]
    rows = dl.read_pages([form], regions=regions)
    assert [(row["field"], row["number"]) for row in rows] == [(name, fields[name].text) for name in regions]
    top, left = np.argwhere(form[200:] < 128).min(axis=0)
    assert abs(rows[1]["top"] - top - 200) <= 2
    assert abs(rows[1]["left"] - left) <= 2
    Image.fromarray(form).save(tmp_path / "form.png")
    table = tmp_path / "form.csv"
    given = ["read", str(tmp_path / "form.png"), "--region", "first=0,0,100%,50%", "--region", "second=40,200,600,200"]
    assert _run([*given, "--csv", str(table)]) == 0
    assert [line.split(",")[1] for line in table.read_text().splitlines()[1:]] == ['"first"', '"second"']


def test_the_command_prints_each_field_by_its_name(form: Any, tmp_path: Path, capsys: Any) -> None:
    Image.fromarray(form).save(tmp_path / "form.png")
    given = ["read", str(tmp_path / "form.png"), "--region", "0,0,100%,50%", "--region", "sum=0,50%,100%,50%"]
    assert _run(given) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["1", "sum"]
    assert _run([*given, "--json", "--expect", "sum=dddd"]) == 0
    (page,) = json.loads(capsys.readouterr().out)
    assert [field["field"] for field in page["fields"]] == ["1", "sum"]
    assert page["fields"][1]["top"] == 200
    assert page["fields"][1]["numbers"][0]["top"] > 200
    assert page["fields"][1]["numbers"][0]["fits"] is True
    assert _run([*given, "--expect", "total=dd"]) == 2


def test_a_region_outside_of_one_picture_is_an_error_of_that_picture(form: Any) -> None:
    rows = dl.read_pages([form, form[:100, :100]], regions=["total=0,50%,100%,50%", "more=300,0,50,50"])
    assert [bool(row["error"]) for row in rows] == [False, False, True]
    assert "more" in rows[2]["error"]


@pytest.mark.parametrize(
    "wrong",
    ["", "1,2,3", "a=1,2,3,4,5", "1,2,x,4", "=1,2,3,4", "1,2,0,4", "-1,2,3,4", "nan,2,3,4", "1,2,inf,4", 7, None],
)
def test_what_is_no_region_is_refused(wrong: Any) -> None:
    with pytest.raises(dl.UsageError, match="region"):
        regions_of("read_fields()", [wrong])


def test_two_regions_of_one_name_are_refused() -> None:
    for wrong in (["a=1,2,3,4", "a=5,6,7,8"], "1,2,3,4", 7, {"a=b": "1,2,3,4"}, {3: "1,2,3,4"}, ["1,2,3,4"] * 1_001):
        with pytest.raises(dl.UsageError, match=r"region|name"):
            regions_of("read_fields()", wrong)


def test_of_a_reduced_picture_the_same_part_is_cut_out() -> None:
    grey = np.arange(50 * 40, dtype=np.uint16).reshape(50, 40).astype(np.uint8)
    decoded = Decoded(grey, "JPEG", size=(200, 160), reduction=4)
    cut, box = crop(decoded, region_of("80,100,40,20"))
    assert box == (80, 100, 40, 20)
    assert np.array_equal(cut, grey[25:30, 20:30])
