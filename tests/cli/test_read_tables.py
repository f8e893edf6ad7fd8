"""`digitlens read --csv` and `--json-lines`: every number in a table that grows, and is gone on with."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.cli.conftest import save

from digitlens.cli.main import _run
from digitlens.digits.synthetic.pen.rows import sheet
from digitlens.digits.synthetic.pen.writer import pen_digits
from digitlens.reading.rows import COLUMNS

NUMBERS = ["123", "45", "67", "0089"]


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    """Three pages with four numbers each, an empty one, and something else."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for number in range(3):
        page = sheet(["123 45", "67 0089"], np.random.default_rng(number), gap=0.3).grey()
        Image.fromarray(page).save(folder / f"{number}.png")
    Image.fromarray(np.full((200, 300), 255, np.uint8)).save(folder / "3 empty.png")
    (folder / "4 none.png").write_bytes(b"no picture")
    return folder


def table_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def as_text(row: dict[str, Any]) -> dict[str, str]:
    return {name: "" if value is None else str(value) for name, value in row.items()}


def test_each_number_of_a_page_is_a_row_with_its_box(scans: Path, tmp_path: Path) -> None:
    table, lines = tmp_path / "numbers.csv", tmp_path / "numbers.jsonl"
    assert _run(["read", "--page", str(scans), "--csv", str(table), "--json-lines", str(lines)]) == 0
    rows = table_of(table)
    assert [tuple(row) for row in rows] == [COLUMNS] * 14
    assert [Path(row["file"]).name for row in rows] == [f"{n}.png" for n in "000011112222"] + [
        "3 empty.png",
        "4 none.png",
    ]
    assert [len(row["number"]) for row in rows[:12]] == [len(number) for number in NUMBERS] * 3
    assert {row["line"] for row in rows[:2]} == {"0"}
    assert {row["line"] for row in rows[2:4]} == {"1"}
    for row in rows[:4]:
        left, top, width, height = (int(row[name]) for name in ("left", "top", "width", "height"))
        assert (np.asarray(Image.open(row["file"]))[top : top + height, left : left + width] < 128).any()
    assert rows[12]["number"] == rows[12]["error"] == ""
    assert "PNG" in rows[13]["error"]
    assert [as_text(json.loads(line)) for line in lines.read_text().splitlines()] == rows


def test_a_picture_of_one_digit_is_a_row_with_its_confidence(tmp_path: Path) -> None:
    for number, image in enumerate(pen_digits(6, seed=5).digits.images):
        save(image, tmp_path / f"{number}.png", times=4)
    assert _run(["read", str(tmp_path), "--csv", str(tmp_path / "digits.csv")]) == 0
    rows = table_of(tmp_path / "digits.csv")
    assert len(rows) == 6
    for row in rows:
        assert row["line"] == ""
        assert row["doubtful"] == "True" or 0.9 <= float(row["confidence"]) <= 1
        assert int(row["width"]) <= 112


def test_it_goes_on_where_it_was_cut_and_with_what_came_meanwhile(scans: Path, tmp_path: Path) -> None:
    table, lines = tmp_path / "numbers.csv", tmp_path / "numbers.jsonl"
    both = ["read", "--page", str(scans), "--csv", str(table), "--json-lines", str(lines)]
    assert _run(both) == 0
    whole = table.read_bytes(), lines.read_bytes()
    table.write_bytes(whole[0][: len(whole[0]) // 2])
    lines.write_bytes(whole[1][: len(whole[1]) // 4])
    assert _run([*both, "--resume"]) == 0
    assert (table.read_bytes(), lines.read_bytes()) == whole
    (scans / "0 more.png").write_bytes((scans / "0.png").read_bytes())
    assert _run([*both, "--resume"]) == 0
    names = [Path(row["file"]).name for row in table_of(table)]
    assert names.count("0 more.png") == 4
    assert len(names) == 18


def test_a_table_is_not_written_over_nor_read_on_by_another_network(
    scans: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "numbers.csv"
    asked = ["read", "--page", str(scans), "--csv", str(table)]
    assert _run(asked) == 0
    before = table.read_bytes()
    assert _run(asked) == 2
    assert "--resume" in capsys.readouterr().err
    assert _run([*asked, "--resume", "--network", "video"]) == 2
    assert "reader" in capsys.readouterr().err
    assert table.read_bytes() == before
    assert _run(["read", str(scans), "--resume"]) == 2


def test_nothing_that_can_be_read_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "none.png").write_bytes(b"no picture")
    assert _run(["read", str(tmp_path), "--csv", str(tmp_path / "a.csv")]) == 1
    assert len(table_of(tmp_path / "a.csv")) == 1


def test_pandas_reads_the_table(scans: Path, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed; not checked here: that it reads the table")
    table = tmp_path / "numbers.csv"
    assert _run(["read", "--page", str(scans), "--csv", str(table)]) == 0
    frame = pandas.read_csv(table, dtype={"number": str})
    assert list(frame.columns) == list(COLUMNS)
    assert [len(number) for number in frame["number"][:4]] == [3, 2, 2, 4]
    assert frame["left"][:12].gt(0).all()
