"""`digitlens read --page`: what it prints, what it writes, and what it will not do."""

from __future__ import annotations

import base64
import io
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import digitlens as dl
from digitlens.cli.main import _run
from digitlens.digits.synthetic.pen.rows import sheet


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "page.png"
    Image.fromarray(sheet(["123 45", "67"], np.random.default_rng(1), gap=0.3).grey()).save(path)
    return path


def test_the_numbers_are_printed_line_by_line(picture: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(["read", "--page", str(picture)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [[len(number) for number in line.split()] for line in printed] == [[3, 2], [2]]


def test_json_says_what_is_on_the_page_and_nothing_of_it_as_one_digit(
    picture: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(["read", "--page", "--json", str(picture), str(picture.parent / "none.png")]) == 0
    page, missing = json.loads(capsys.readouterr().out)
    assert page["path"] == str(picture)
    assert len(page["boxes"]) == 7
    assert set(page) == {"path", "network", "text", "numbers", "boxes", "turn", "notes"}
    assert set(missing) == {"path", "error"}
    assert [number["text"] for number in page["numbers"]] == page["text"].split()
    for number, count in zip(page["numbers"], (3, 2, 2), strict=True):
        inside = [box for box in page["boxes"] if page["numbers"][box["number"]] is number]
        assert len(inside) == count
        for box in inside:
            assert number["left"] <= box["left"]
            assert box["left"] + box["width"] <= number["left"] + number["width"]
            assert number["top"] <= box["top"]
            assert box["top"] + box["height"] <= number["top"] + number["height"]


def test_the_marked_picture_is_written_as_png(picture: Path, tmp_path: Path) -> None:
    marked = tmp_path / "marked.png"
    assert _run(["read", "--page", str(picture), "--annotate", str(marked)]) == 0
    with Image.open(marked) as image, Image.open(picture) as plain:
        assert (image.format, image.size) == ("PNG", plain.size)


def test_what_cannot_be_asked_is_said_before_anything_is_written(
    picture: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = picture.read_bytes()
    for given in (
        [str(picture), "--annotate", str(tmp_path / "out.png")],
        ["--page", str(picture), str(picture), "--annotate", str(tmp_path / "out.png")],
        ["--page", str(picture), "--annotate", str(tmp_path / "out.jpg")],
        ["--page", str(picture), "--annotate", str(picture)],
    ):
        assert _run(["read", *given]) == 2
        assert "--annotate" in capsys.readouterr().err
    assert picture.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["page.png"]


def test_a_sheet_shows_every_number_beside_its_crop_and_doubtful_ones_first(picture: Path, tmp_path: Path) -> None:
    other = tmp_path / "other <b>.png"
    other.write_bytes(picture.read_bytes())
    made = tmp_path / "check.html"
    assert _run(["read", "--page", str(picture), str(other), "--annotate", str(made), "--expect", "dd"]) == 0
    html = made.read_text()
    rows = re.findall(r"<tr.*?</tr>", html)[1:]
    assert len(rows) == 2 * len(dl.read_page(picture, expect="dd").numbers)
    marks = ["class='doubtful'" in row for row in rows]
    assert marks == sorted(marks, reverse=True)
    assert "<b>" not in html
    for row in rows:
        found = re.search(r"base64,([^']*)'", row)
        assert found
        with Image.open(io.BytesIO(base64.b64decode(found[1]))) as crop:
            assert crop.height <= 64
            assert np.asarray(crop).min() < 100


def test_a_place_that_cannot_be_written_is_an_error(picture: Path, tmp_path: Path) -> None:
    assert _run(["read", "--page", str(picture), "--annotate", str(tmp_path / "no" / "out.png")]) == 1
