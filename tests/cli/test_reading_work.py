"""A large folder is read by several workers, and nobody can tell but by the clock."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from digitlens.cli import reading_work
from digitlens.cli.pictures import answer_for
from digitlens.cli.reading_work import read_all
from digitlens.cli.terminal import open_network
from digitlens.parallel.work import Control


@pytest.fixture
def folder(pictures: Path, tmp_path: Path) -> list[str]:
    """Forty pictures, some of which are none, and names that are hard to hand on."""
    for number in range(36):
        shutil.copy(pictures / f"{number % 10}.png", tmp_path / f"{number:02}.png")
    (tmp_path / "a line\nin its name.png").write_bytes((tmp_path / "07.png").read_bytes())
    (tmp_path / "damaged.png").write_bytes(b"no picture")
    half = os.fsencode(tmp_path) + b"/half \xff.png"
    if os.name == "posix":
        Path(os.fsdecode(half)).write_bytes((tmp_path / "03.png").read_bytes())
    return [*sorted(str(path) for path in tmp_path.glob("*.png")), str(tmp_path / "missing.png")]


@pytest.mark.parametrize("page", [False, True])
def test_workers_answer_what_one_process_answers_in_the_same_order(
    monkeypatch: pytest.MonkeyPatch, folder: list[str], page: bool
) -> None:
    monkeypatch.setitem(reading_work.AT_ONCE, False, 3)
    reader, paths = open_network("video"), folder[-12:] if page else folder
    alone = list(read_all(reader, paths, page=page, jobs=1))
    assert list(read_all(reader, paths, page=page, jobs=2)) == alone
    assert [one["path"] for one in alone] == paths
    assert sum("error" in one for one in alone) == 2
    assert any(one.get("text") for one in alone) == page


class Deadly(reading_work.ReadingWork):
    """Its worker dies of one picture."""

    def begin(self):  # type: ignore[no-untyped-def]
        def read(paths: list[str], control: Control) -> list[dict[str, object]]:
            if any(path.endswith("07.png") for path in paths):
                os._exit(1)
            return [answer_for(self.reader, path) for path in paths]

        return read


def test_what_workers_die_of_is_an_error_and_all_others_are_read(
    monkeypatch: pytest.MonkeyPatch, folder: list[str]
) -> None:
    monkeypatch.setattr(reading_work, "ReadingWork", Deadly)
    monkeypatch.setitem(reading_work.AT_ONCE, False, 3)
    reader = open_network("video")
    lost = {one["path"]: one for one in read_all(reader, folder, jobs=2) if "died" in one.get("error", "")}
    first = next(index for index, path in enumerate(folder) if path.endswith("07.png")) // 3 * 3
    assert list(lost) == folder[first : first + 3]


def test_the_command_says_the_same_however_many_work_on_it(digitlens: Run, folder: list[str], tmp_path: Path) -> None:
    for options in ((), ("--json",), ("--page",), ("--page", "--json")):
        alone = digitlens("read", *options, tmp_path / "01.png", tmp_path / "02.png", "--jobs", 1)
        together = digitlens("read", *options, tmp_path / "01.png", tmp_path / "02.png", "--jobs", 2)
        assert together == alone
        assert alone.out


def test_what_was_read_before_ctrl_c_is_printed(
    monkeypatch: pytest.MonkeyPatch, digitlens: Run, folder: list[str], tmp_path: Path
) -> None:
    whole = reading_work.answer_for

    def interrupted(reader, path):  # type: ignore[no-untyped-def]
        if path.endswith("05.png"):
            raise KeyboardInterrupt
        return whole(reader, path)

    monkeypatch.setattr(reading_work, "answer_for", interrupted)
    done = digitlens("read", "--json", tmp_path)
    assert done.code == 130
    assert [Path(one["path"]).name for one in json.loads(done.out)] == [f"{number:02}.png" for number in range(5)]
