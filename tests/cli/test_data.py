"""`digitlens data`: where digits are, and folders of digits that are whole or not there."""

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import platformdirs
import pytest
from click.testing import CliRunner, Result
from PIL import Image
from tests.digits.sources.known import small
from tests.faults.server import FaultyServer

from digitlens.cli.main import cli
from digitlens.digits.sources import idx
from digitlens.digits.sources.catalogue import CATALOGUE
from digitlens.digits.sources.folders import load_folder
from digitlens.digits.sources.mnist import FILES, load_mnist
from digitlens.digits.synthetic.pen.writer import pen_data
from digitlens.errors import DataError, FileError, UsageError

MNIST = os.environ.get("DIGITLENS_DATA", "")


def run(*arguments: str, exit_code: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["data", *arguments], catch_exceptions=False)
    assert result.exit_code == exit_code, result.output
    return result


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and no variable: nothing is found but what a test names."""
    monkeypatch.delenv("DIGITLENS_DATA", raising=False)
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda *_, **__: str(tmp_path / "cache"))
    return tmp_path / "cache" / "mnist"


def test_every_place_is_told_and_the_one_that_counts_is_marked(cache: Path) -> None:
    said = run("--offline").stdout
    assert str(cache) in said
    assert "0 of MNIST's 4 files" in said
    assert "None of them is used" in said
    assert "> download" in run().stdout
    assert "> pen" in run("--data", "pen").stdout


def test_json_tells_the_same(cache: Path) -> None:
    places = json.loads(run("--data", "pen", "--json").stdout)
    assert [place["name"] for place in places] == ["--data", "DIGITLENS_DATA", "cache", "download", "pen"]
    assert [place["name"] for place in places if place["chosen"]] == ["pen"]
    assert places[2]["where"] == str(cache)


def test_pen_digits_are_written_as_pictures_in_a_folder_a_class(tmp_path: Path) -> None:
    folder = tmp_path / "pen"
    said = run("--write", str(folder), "--data", "pen", "--count", "40", "--seed", "5").stdout
    assert "40 test pictures, one sub-folder for each of 10 classes" in said
    written = pen_data(5, 1, 40).test
    files = sorted(folder.glob("*/*.png"), key=lambda file: file.name)
    assert [file.name for file in files] == [f"{i:05}.png" for i in range(40)]
    assert [int(file.parent.name) for file in files] == written.digits.tolist()
    for file, image in zip(files, written.images, strict=True):
        with Image.open(file) as picture:
            assert (np.asarray(picture) == image).all()


def test_training_digits_are_others_than_test_digits(tmp_path: Path) -> None:
    told = json.loads(
        run("--write", str(tmp_path / "a"), "--data", "pen", "--count", "30", "--on", "training", "--json").stdout
    )
    assert told == {
        "folder": str(tmp_path / "a"), "data": "pen", "on": "training", "format": "png", "files": 30,
    }  # fmt: skip
    run("--write", str(tmp_path / "b"), "--data", "pen", "--count", "30")
    assert {f.read_bytes() for f in tmp_path.glob("a/*/*")}.isdisjoint({f.read_bytes() for f in tmp_path.glob("b/*/*")})


def test_what_was_written_can_be_trained_on(tmp_path: Path) -> None:
    run("--write", str(tmp_path / "pen"), "--data", "pen", "--count", "200", "--on", "training")
    data = load_folder(tmp_path / "pen")
    assert data.classes == tuple("0123456789")
    assert len(data.training) + len(data.test) == 200


def test_a_seed_chooses_some_of_a_folder_and_their_numbers_are_kept(tmp_path: Path) -> None:
    run("--write", str(tmp_path / "all"), "--data", "pen", "--count", "100", "--on", "training")
    arguments = "--data", str(tmp_path / "all"), "--on", "training", "--count", "20"
    for name, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        run("--write", str(tmp_path / name), *arguments, "--seed", seed)
    run("--write", str(tmp_path / "first"), *arguments)
    a, b, c, first = (
        {f"{f.parent.name}/{f.name}": f.read_bytes() for f in (tmp_path / name).glob("*/*")}
        for name in ("a", "b", "c", "first")
    )
    assert a == b
    assert a != c
    assert len(a) == len(c) == len(first) == 20
    assert {name[2:] for name in first} == {f"{i:05}.png" for i in range(20)}


def test_pen_digits_are_written_in_mnists_format(tmp_path: Path) -> None:
    run("--write", str(tmp_path / "idx"), "--data", "pen", "--count", "60", "--format", "idx")
    parts = [(tmp_path / "idx" / file.name).read_bytes() for file in FILES]
    data = pen_data(0, 60, 10)
    for read, written in ((idx.digits(*parts[:2]), data.training), (idx.digits(*parts[2:]), data.test)):
        assert read.fingerprint() == written.fingerprint()


@pytest.mark.skipif(not MNIST, reason="MNIST written as IDX was not compared: set DIGITLENS_DATA to its folder")
def test_mnist_written_in_its_own_format_is_mnist_again(tmp_path: Path) -> None:
    run("--write", str(tmp_path / "again"), "--data", MNIST, "--format", "idx")
    assert len(load_mnist(tmp_path / "again").training) == 60_000  # its SHA-256 is verified


def test_known_data_sets_are_listed_with_what_one_has_to_know() -> None:
    said = run("--list").stdout
    for words in ("fashion-mnist", "emnist-byclass", "697,932 + 116,323", "CC BY-SA 4.0"):
        assert words in said
    listed = json.loads(run("--list", "--json").stdout)
    assert [one["name"] for one in listed] == list(CATALOGUE)
    assert not any(one["here"] for one in listed)


def test_a_known_set_is_downloaded_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known, files = small("kmnist")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FaultyServer({f"/{name}": data for name, data in files.items()}) as server:
        monkeypatch.setitem(CATALOGUE, "kmnist", replace(known, mirrors=(server.url,)))
        said = run("--download", "--data", "kmnist").stdout
        assert "Kuzushiji-MNIST is in" in said
        assert json.loads(run("--download", "--data", "kmnist", "--json").stdout)["training"] == 30
    with pytest.raises(UsageError, match="takes one of mnist, fashion-mnist"):
        run("--download", "--data", "pen")
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda *_, **__: "~/none")
    with pytest.raises(DataError, match="no home folder"):
        run("--download", "--data", "kmnist")


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "precious").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("full", "file", "no/where", "nul\0"):
        with pytest.raises(FileError, match="--write"):
            run("--write", str(tmp_path / name), "--data", "pen", "--count", "3")
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["file", "full", "precious"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    run("--write", str(tmp_path / "empty"), "--data", "pen", "--count", "3")
    assert len(list(tmp_path.glob("empty/*/*.png"))) == 3


def test_a_disk_that_is_full_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = Path.write_bytes

    def full(self: Path, data: bytes) -> int:
        if self.name == "00002.png":
            raise OSError(28, "No space left on device")
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(FileError, match="no space left on device; nothing was written"):
        run("--write", str(tmp_path / "new"), "--data", "pen", "--count", "5")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--count", "3"],
        ["--on", "test"],
        ["--format", "idx"],
        ["--download", "--offline"],
        ["--write", "x", "--data", "pen", "--format", "idx", "--on", "test"],
    ],
)
def test_options_that_contradict_each_other_are_refused(arguments: list[str]) -> None:
    with pytest.raises(UsageError):
        run(*arguments)
    assert not Path("x").exists()


def test_more_digits_than_there_are_is_refused(tmp_path: Path) -> None:
    run("--write", str(tmp_path / "few"), "--data", "pen", "--count", "100", "--on", "training")
    with pytest.raises(UsageError, match="--count 1,000: there are"):
        run("--write", str(tmp_path / "more"), "--data", str(tmp_path / "few"), "--count", "1000")
    assert not (tmp_path / "more").exists()


def test_mnist_is_downloaded_into_the_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def fetched(folder: Path, *, progress: object) -> None:
        asked.append(folder)

    monkeypatch.setattr("digitlens.digits.sources.download.download_mnist", fetched)
    with pytest.raises(DataError, match="not a folder"):  # nothing came, and what is in the cache is verified
        run("--download")
    assert asked == [cache]


def test_without_a_home_there_is_nowhere_to_download_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda *_, **__: "~/.cache/digitlens")
    with pytest.raises(DataError, match="no home folder"):
        run("--download")


def test_a_data_set_is_described_with_what_looks_wrong(tmp_path: Path) -> None:
    run("--write", str(tmp_path / "pen"), "--data", "pen", "--count", "600", "--format", "npz")
    said = run("--describe", "--data", str(tmp_path / "pen"), "--sheet", str(tmp_path / "sheet.png")).stdout
    assert "Nothing looks wrong" in said
    assert "600 images to learn from" in said
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size == (302, 302)
    told = json.loads(run("--describe", "--data", str(tmp_path / "pen"), "--json").stdout)
    assert [sum(column) for column in zip(*told["counts"].values(), strict=True)] == [600, 100]
    assert told["wrong"] == []
    with np.load(tmp_path / "pen" / "data.npz") as arrays:
        inverted = {name: ~arrays[name] if name.startswith("x") else arrays[name] for name in arrays}
    np.savez(tmp_path / "inverted.npz", **inverted)
    assert "invert the images" in run("--describe", "--data", str(tmp_path / "inverted.npz")).stdout


def test_one_thing_is_done_at_a_time() -> None:
    for arguments in (["--list", "--describe"], ["--describe", "--download"], ["--sheet", "a.png"]):
        with pytest.raises(UsageError):
            run(*arguments)
