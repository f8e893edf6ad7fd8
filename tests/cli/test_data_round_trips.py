"""What `digitlens data --write` wrote, `--data` reads again to the same images, labels and names, in every format."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.digits.sources.known import arrays

from digitlens.cli import data_export
from digitlens.cli.main import cli
from digitlens.digits.dataset import DIGITS, DataSet, Digits
from digitlens.digits.sources.find import find_data
from digitlens.digits.sources.folders import folder_names
from digitlens.digits.sources.idx_set import load_set
from digitlens.digits.synthetic.pen.writer import pen_data
from digitlens.errors import DataError
from digitlens.files.folders import write_folder

FORMATS = "png", "idx", "csv", "npz"
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12) | st.sampled_from(
    ["A", "a", "T-shirt/top", "train", "con", "..", "x.", "two words", "ß", "SS", "classes.txt", "7"]
)


@st.composite
def data_sets(draw: st.DrawFn) -> DataSet:
    classes = tuple(draw(st.lists(NAMES, min_size=2, max_size=6, unique=True)))
    shape = draw(st.tuples(st.integers(1, 9), st.integers(1, 9)))
    rng = np.random.default_rng(draw(st.integers(0, 9)))

    def part(n: int) -> Digits:
        labels = rng.permutation(np.arange(n, dtype=np.uint8) % len(classes))
        return Digits(rng.integers(0, 256, (n, *shape), np.uint8), labels)

    return DataSet("made", "made for a test", part(2 * len(classes)), part(len(classes)), classes)


def write(data: DataSet, form: str, folder: Path) -> None:
    both = {"train": data.training, "test": data.test}
    if form == "png":
        files = data_export.picture_files({p: (some, np.arange(len(some))) for p, some in both.items()}, data.classes)
    else:
        files = getattr(data_export, f"{form}_files")(data.training, data.test, data.classes)
    write_folder(folder, files)


def assert_same(read: DataSet, written: DataSet) -> None:
    assert read.training.fingerprint() == written.training.fingerprint()
    assert read.test.fingerprint() == written.test.fingerprint()
    assert read.classes[: len(written.classes)] == written.classes
    assert read.image_shape == written.image_shape


@settings(deadline=None, max_examples=30)
@given(data=data_sets(), form=st.sampled_from(FORMATS))
def test_any_data_set_is_read_as_it_was_written(
    data: DataSet, form: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("data") / "written"
    write(data, form, folder)
    assert_same(find_data(folder), data)


@pytest.mark.parametrize("form", FORMATS)
def test_digits_are_read_as_they_were_written(form: str, tmp_path: Path) -> None:
    data = pen_data(3, 30, 10)
    write(data, form, tmp_path / "pen")
    found = find_data(tmp_path / "pen")
    assert_same(found, data)
    assert found.holds_digits


@pytest.mark.parametrize("form", FORMATS)
def test_the_command_writes_what_is_read_again(form: str, tmp_path: Path) -> None:
    arguments = ["data", "--write", str(tmp_path / "a"), "--data", "pen", "--count", "60", "--format", form]
    result = CliRunner().invoke(cli, [*arguments, *(["--on", "both"] if form == "png" else [])], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert_same(find_data(tmp_path / "a"), pen_data(0, 60, 10))


def test_forty_seven_classes_fit_into_every_format(tmp_path: Path) -> None:
    training, digits, test, other = arrays(47, 5)
    classes = tuple(f"letter {i}" for i in range(47))
    data = DataSet("many", "made for a test", Digits(training, digits), Digits(test, other), classes)
    for form in FORMATS:
        write(data, form, tmp_path / form)
        assert_same(find_data(tmp_path / form), data)


def test_folders_have_names_that_every_system_takes() -> None:
    assert folder_names(DIGITS) == DIGITS
    for unsound in (
        ["T-shirt/top", "Coat"],
        ["a", "A"],
        ["train", "test"],
        ["CON", "b"],
        [" a", "b"],
        ["a ", "b"],
        [".a", "b"],
    ):
        assert folder_names(unsound) == ("class0", "class1")


def test_classes_in_a_file_name_folders_or_numbers_and_nothing_else(tmp_path: Path) -> None:
    training, digits, test, other = arrays(2, 6)
    data = DataSet("two", "", Digits(training, digits), Digits(test, other), ("b", "a"))
    write(data, "png", tmp_path / "two")
    assert find_data(tmp_path / "two").classes == ("b", "a")
    (tmp_path / "two" / "classes.txt").write_text("a\nc\n", encoding="utf-8")
    with pytest.raises(DataError, match="'b'"):
        find_data(tmp_path / "two")


def test_pictures_that_are_taken_as_they_are_have_one_size_and_can_be_read(tmp_path: Path) -> None:
    training, digits, test, other = arrays(2, 6)
    folder = tmp_path / "two"
    write(DataSet("two", "", Digits(training, digits), Digits(test, other), ("a", "b")), "png", folder)
    (folder / "train" / "a" / "00099.png").write_bytes(b"none")
    small = Digits(np.zeros((1, 3, 3), np.uint8), np.zeros(1, np.uint8))
    for name, picture in data_export.picture_files({"train": (small, np.arange(1))}, ("a", "b")):
        if name.endswith(".png"):
            (folder / name.replace("00000", "00098")).write_bytes(picture)
    (folder / "train" / "b" / "00097.png").symlink_to(folder / "nowhere.png")
    found = find_data(folder)
    assert len(found.training) == 6
    assert "3 could not be read" in found.source
    for part in ("train", "test"):
        for kind in "ab":
            for file in (folder / part / kind).iterdir():
                file.unlink()
    with pytest.raises(DataError, match="no picture"):
        find_data(folder)


def test_a_size_that_is_asked_for_is_made_of_pictures_that_have_another(tmp_path: Path) -> None:
    data = pen_data(3, 30, 10)
    write(data, "png", tmp_path / "pen")
    assert_same(find_data(tmp_path / "pen", size=(28, 28)), data)
    assert find_data(tmp_path / "pen", size=(14, 14)).image_shape == (14, 14)


def test_mnists_own_names_serve_for_any_set(tmp_path: Path) -> None:
    training, digits, test, other = arrays(3, 9)
    data = DataSet("three", "", Digits(training, digits), Digits(test, other), ("0", "1", "2"))
    write(data, "idx", tmp_path / "a")
    assert_same(load_set(tmp_path / "a"), data)
