"""Whatever a command writes: that it can be written is found before the work begins, and the old file stays whole."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Run

from digitlens.cli.outputs import check_outputs
from digitlens.errors import FileError, UsageError

posix = pytest.mark.skipif(sys.platform == "win32", reason="pipes, devices and links: run this on Linux or macOS")

GRID = ("sweep", "--grid", "epochs=1")
WRITING: dict[str, tuple[tuple[str, ...], str]] = {  # by what is written: the command, and how the name must end
    "a network": (("train", "--out"), ""),
    "a journal": ((*GRID, "--journal"), ""),
    "a table": ((*GRID, "--csv"), ""),
    "lines": ((*GRID, "--jsonl"), ""),
    "a figure": (("compare", "--vary", "epochs=1,2", "--figure"), ".png"),
    "gradients": (("compare", "--vary", "epochs=1,2", "--gradients"), ".png"),
    "a report": (("lab", "features", "--out"), ".html"),
    "read pictures": (("read", "no such picture.jpg", "--csv"), ""),
    "read pictures as lines": (("read", "no such picture.jpg", "--json-lines"), ""),
    "a marked page": (("read", "--page", "no such picture.jpg", "--annotate"), ".png"),
    "figures": (("inspect", "--out"), ""),
    "digits": (("data", "--write"), ""),
    "one file": (("export", "page", "video"), ".html"),
}
FOLDERS = ("figures", "digits")  # these are written into a folder
BAD = ("too long", "pipe", "device", "full", "folder", "no folder", "loop", "link into nowhere", "file as folder")


def bad_name(what: str, end: str, folder: Path) -> Path:
    """A name under which no file can be written, ending as the command wants it."""
    path = folder / f"{what.replace(' ', '_')}{end}"
    if what == "too long":
        return folder / ("x" * (256 - len(end)) + end)
    if what == "pipe":
        os.mkfifo(path)
    elif what in ("device", "full"):
        path.symlink_to({"device": "/dev/null", "full": "/dev/full"}[what])
    elif what == "folder":
        path.mkdir()
        (path / "thesis.txt").write_text("two years of work")
    elif what == "no folder":
        return folder / "none" / f"x{end}"
    elif what == "loop":
        path.symlink_to(path)
    elif what == "link into nowhere":
        path.symlink_to(folder / "none" / "x")
    elif what == "file as folder":
        path.write_text("two years of work")
        return path / f"x{end}"
    return path


def contents(folder: Path) -> dict[str, str]:
    """Everything in a folder, by name; links as what they say, files as what they hold."""
    return {
        str(path.relative_to(folder)): str(path.readlink()) if path.is_symlink()
        else path.read_text() if path.is_file() else "" for path in sorted(folder.rglob("*"))
    }  # fmt: skip


@posix
@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("what", WRITING)
def test_a_name_that_cannot_be_written_is_refused_before_anything_is_done(
    what: str, bad: str, digitlens: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if what == "figures" and bad == "folder":
        pytest.skip("a folder is what is wanted there")
    monkeypatch.chdir(tmp_path)
    command, end = WRITING[what]
    path = bad_name(bad, end, tmp_path)
    before = contents(tmp_path)
    if command[0] in ("compare", "lab", "inspect"):
        pytest.importorskip("matplotlib")
    more = (
        () if command[0] in ("read", "export") else ("--data", "no such folder")
    )  # which comes second, or nothing was checked
    answer = digitlens(*command, path, *more)
    assert answer.code in (1, 2)
    assert answer.err.startswith("Error: ") or answer.code == 2
    assert "no such folder" not in answer.err
    assert "no such picture" not in answer.err
    assert contents(tmp_path) == before


@posix
@pytest.mark.parametrize("name", ["x" * 255, "x" * 251])
@pytest.mark.parametrize("option", ["--out", "--journal"])
def test_a_name_that_leaves_no_room_for_what_lies_beside_it_is_refused_first(
    option: str, name: str, digitlens: Run, tmp_path: Path
) -> None:
    command = ("train",) if option == "--out" else GRID
    answer = digitlens(*command, option, tmp_path / name, "--data", "no such folder")
    assert answer.code == 1
    assert "choose a shorter name" in answer.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", ["--csv", "--jsonl"])
def test_a_table_never_takes_the_name_of_the_journal(option: str, digitlens: Run, words: Path, tmp_path: Path) -> None:
    journal = tmp_path / "runs"
    given = (*GRID, "--hidden", "4", "--data", words, "--journal", journal)
    assert digitlens(*given).code == 0
    kept = journal.read_bytes()
    names = [journal, tmp_path / "." / "runs", tmp_path / ".." / tmp_path.name / "runs"]
    if sys.platform != "win32":
        (tmp_path / "link").symlink_to(journal)
        os.link(journal, tmp_path / "twin")
        names += [tmp_path / "link", tmp_path / "twin"]
    for name in names:
        answer = digitlens(*given, option, name)
        assert (answer.code, answer.out) == (2, "")
        assert "the same file" in answer.err
        assert journal.read_bytes() == kept


def test_two_outputs_never_have_one_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    check_outputs({"--figure": "a.png", "--gradients": "b.png", "--csv": None})
    with pytest.raises(UsageError, match=r"--figure and --gradients"):
        check_outputs({"--figure": "a.png", "--gradients": tmp_path / "a.png"})
    with pytest.raises(FileError, match=r"^--csv: "):
        check_outputs({"--csv": "none/a.csv"})
    assert list(tmp_path.iterdir()) == []
