"""A folder of pictures is read by several processes, and nobody can tell but by the clock."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from tests.cli.conftest import save
from tests.parallel.dask_cluster import cluster

import digitlens as dl
from digitlens.digits.synthetic.pen.rows import sheet
from digitlens.digits.synthetic.pen.writer import pen_digits
from digitlens.reading import folders
from digitlens.reading.folders import SUFFIXES, Answer, pictures_in, read_or_say, read_pictures, to_answer

READER = dl.load("video")


@pytest.fixture(scope="module")
def pile(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Forty pictures, some of which are none, and names that are hard to hand on."""
    folder = tmp_path_factory.mktemp("pile")
    for number, image in enumerate(pen_digits(36, seed=5).digits.images):
        save(image, folder / f"{number:02}.png", times=2)
    (folder / "a line\nin its name.png").write_bytes((folder / "07.png").read_bytes())
    (folder / "damaged.png").write_bytes(b"no picture")
    half = os.fsencode(folder) + b"/half \xff.png"
    if sys.platform == "linux":
        Path(os.fsdecode(half)).write_bytes((folder / "03.png").read_bytes())
    return [*sorted(str(path) for path in folder.glob("*.png")), str(folder / "missing.png"), str(folder)]


def one_by_one(paths: list[str], *, page: bool = False) -> list[Answer]:
    return [to_answer(path, read_or_say(READER, path, page=page)) for path in paths]


@pytest.mark.parametrize("jobs", [1, 3])
@pytest.mark.parametrize("block", [1, 3, 64])
def test_workers_answer_what_one_process_answers_in_the_same_order(pile: list[str], jobs: int, block: int) -> None:
    answers = list(read_pictures(READER, pile, jobs=jobs, block=block))
    assert [answer.path for answer in answers] == pile
    assert answers == one_by_one(pile)
    assert sum(bool(answer.error) for answer in answers) == 3


def test_pages_are_read_the_same_way(tmp_path: Path, pile: list[str]) -> None:
    for number in range(4):
        page = sheet(["123 45", "67"], np.random.default_rng(number), gap=0.3)
        Image.fromarray(page.grey()).save(tmp_path / f"{number}.png")
    paths = [*sorted(map(str, tmp_path.iterdir())), *pile[-2:]]
    answers = list(read_pictures(READER, paths, page=True, jobs=2))
    assert answers == one_by_one(paths, page=True)
    assert sum("text" in answer.json for answer in answers) == 4


def test_a_cluster_answers_the_same(tmp_path: Path, pile: list[str]) -> None:
    with cluster(tmp_path) as dask:
        assert list(read_pictures(READER, pile, cluster=dask.address, block=7)) == one_by_one(pile)


def test_paths_are_drawn_as_they_are_read(pile: list[str]) -> None:
    drawn = 0

    def paths() -> Iterator[str]:
        nonlocal drawn
        while True:
            drawn += 1
            yield pile[drawn % 36]

    answers = read_pictures(READER, paths(), jobs=2, block=3)
    for taken in range(1, 100):
        next(answers)
        assert drawn <= taken + 5 * 3
    answers.close()


DEADLY = """
import os, sys
sys.path[:] = sys.argv[1:]
from digitlens.parallel.process import serve
from digitlens.reading import folders
read = folders.read_or_say
folders.read_or_say = lambda reader, path, **more: os._exit(5) if path == {!r} else read(reader, path, **more)
serve()
"""


def test_a_picture_of_which_workers_die_is_an_error_and_the_others_are_read(
    pile: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    deadly = (
        "import os, sys; sys.path[:] = sys.argv[1:]; from digitlens.reading import folders; read = folders.read_or_say"
    )
    deadly += f"\nfolders.read_or_say = lambda reader, path, **more: os._exit(5) if path == {pile[4]!r} else "
    deadly += "read(reader, path, **more)\nfrom digitlens.parallel.process import serve; serve()"
    monkeypatch.setattr("digitlens.parallel.process.COMMAND", deadly)
    answers = list(read_pictures(READER, pile[:12], jobs=2, block=6))
    assert [answer.path for answer in answers] == pile[:12]
    assert "exit code 5" in answers.pop(4).error
    assert answers == one_by_one(pile[:4] + pile[5:12])


names = st.text("ab.-/ Zß", min_size=1, max_size=6).map(lambda name: name.strip("/ .").replace("//", "/")).filter(bool)


@given(st.lists(st.tuples(names, st.sampled_from([*SUFFIXES, ".PNG", ".txt", ""])), max_size=12))
def test_a_folder_is_its_pictures_in_the_order_of_their_names(files: list[tuple[str, str]]) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as top:
        for name, suffix in files:
            path = Path(top, name + suffix)
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
            except OSError:  # a file where a folder is to be, or the other way round
                continue
        paths = [str(path) for path in Path(top).rglob("*") if path.is_file() and path.suffix.lower() in SUFFIXES]
        hidden = [path for path in map(str, Path(top).rglob("*")) if Path(path).is_file()]
        wanted = sorted({*paths, *(path for path in hidden if path.lower().endswith(SUFFIXES))})
        assert list(pictures_in(top)) == (wanted or [top])


def test_what_is_no_folder_is_itself(tmp_path: Path) -> None:
    for path in ("-", "seven.png", "x" * 5_000, "nul\0", str(tmp_path)):
        assert list(pictures_in(path)) == [path]


@pytest.mark.skipif(sys.platform == "win32", reason="links in the file system: run this on Linux or macOS")
def test_links_to_pictures_are_read_and_those_to_folders_are_not_followed(tmp_path: Path, pile: list[str]) -> None:
    (tmp_path / "around").symlink_to(tmp_path)
    (tmp_path / "seven.png").symlink_to(pile[7])
    (tmp_path / "closed").mkdir()
    shutil.copy(pile[3], tmp_path / "closed" / "three.png")
    assert list(pictures_in(str(tmp_path))) == [str(tmp_path / "closed/three.png"), str(tmp_path / "seven.png")]


def test_blocks_are_what_a_task_is_made_of() -> None:
    assert list(folders._blocks(iter("abcdefg"), 3)) == [("a", "b", "c"), ("d", "e", "f"), ("g",)]
