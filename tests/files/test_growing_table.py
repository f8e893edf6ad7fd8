"""A table grows by whole groups of rows. Cut anywhere, it goes on behind the last group that is surely whole."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitlens.errors import FileError, UsageError
from digitlens.files import growing_table
from digitlens.files.growing_table import FORMATS, GrowingTable

COLUMNS = ("file", "number", "sure")
GROUPS: list[list[dict[str, Any]]] = [
    [{"file": "a.png", "number": "007", "sure": 0.5}],
    [{"file": 'two\nlines, "quoted".png', "number": text, "sure": None} for text in ("1", "", "2")],
    [{"file": "ä\r.png", "number": "1", "sure": 1.0}, {"file": "ä\r.png", "number": "x,y", "sure": 0.25}],
]


def written(path: Path, form: str, groups: list[list[dict[str, Any]]], *, resume: bool = False) -> bytes:
    table = GrowingTable(path, COLUMNS, form, resume=resume)
    for group in groups:
        table.add(group)
    table.close()
    table.close()
    return path.read_bytes()


@pytest.fixture(scope="module", params=FORMATS)
def whole(request: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bytes, Path]:
    path = tmp_path_factory.mktemp("tables") / "whole"
    return request.param, written(path, request.param, GROUPS), path.with_name("cut")


@given(st.floats(0, 1))
def test_cut_anywhere_it_goes_on_to_the_same_table(whole: tuple[str, bytes, Path], share: float) -> None:
    form, data, path = whole
    path.write_bytes(data[: round(share * len(data))])
    table = GrowingTable(path, COLUMNS, form, resume=True)
    assert [name for name, _ in table.groups] == [group[0]["file"] for group in GROUPS[: len(table.groups)]]
    assert len(table.groups) < len(GROUPS)
    for group in GROUPS[len(table.groups) :]:
        table.add(group)
    table.close()
    assert path.read_bytes() == data


@pytest.mark.parametrize("form", FORMATS)
def test_what_is_no_such_table_is_refused_and_left_as_it_is(tmp_path: Path, form: str) -> None:
    path = tmp_path / "table"
    good = written(tmp_path / "good", form, GROUPS)
    damaged = good.replace(b"0.25", b'0.25,"') if form == "csv" else good.replace(b'"sure": 0.5}', b'"sure": 0.5')
    for data in (
        b"years of work",
        b"years of work\n",
        b"\x89PNG",
        b'"file","else"\n',
        b'{"file": 1}\n',
        damaged + good,
    ):
        path.write_bytes(data)
        with pytest.raises(FileError, match="table"):
            GrowingTable(path, COLUMNS, form, resume=True)
        assert path.read_bytes() == data


@pytest.mark.parametrize("form", FORMATS)
def test_rows_that_are_there_are_never_written_over(tmp_path: Path, form: str) -> None:
    data = written(tmp_path / "table", form, GROUPS)
    with pytest.raises(UsageError, match="--resume"):
        GrowingTable(tmp_path / "table", COLUMNS, form)
    assert (tmp_path / "table").read_bytes() == data


def test_a_table_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = written(tmp_path / "table", "csv", GROUPS)
    monkeypatch.setattr(growing_table, "LARGEST", len(data) - 1)
    with pytest.raises(FileError, match="at most"):
        GrowingTable(tmp_path / "table", COLUMNS, resume=True)
    assert (tmp_path / "table").read_bytes() == data


def test_a_table_without_rows_names_its_columns(tmp_path: Path) -> None:
    assert written(tmp_path / "table", "csv", []) == b'"file","number","sure"\n'
    assert written(tmp_path / "table", "csv", GROUPS, resume=True).startswith(b'"file","number","sure"\n"a.png"')


def test_a_group_that_was_being_added_is_not_left_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "table"
    table = GrowingTable(path, COLUMNS)
    table.add(GROUPS[0])
    before, write = path.read_bytes(), os.write

    def half(descriptor: int, data: bytes) -> int:
        write(descriptor, data[: len(data) // 2])
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "write", half)
    with pytest.raises(KeyboardInterrupt):
        table.add(GROUPS[1])
    monkeypatch.undo()
    assert len(path.read_bytes()) > len(before)
    table.close()
    assert path.read_bytes() == before


@pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX; not checked here: two writers of one table")
def test_it_is_open_once_at_a_time(tmp_path: Path) -> None:
    table = GrowingTable(tmp_path / "table", COLUMNS)
    with pytest.raises(FileError, match="another process"):
        GrowingTable(tmp_path / "table", COLUMNS, resume=True)
    table.close()
    GrowingTable(tmp_path / "table", COLUMNS, resume=True).close()
