"""Folders of labelled pictures become digits, the same ones every time; what cannot be read is said."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.digits.sources.pictures import fill
from tests.letters import NAMES, SHAPE, letter_folder, letter_images

from digitlens.digits.sources import folders
from digitlens.digits.sources.find import find_data
from digitlens.digits.sources.folders import holds_classes, load_folder
from digitlens.errors import DataError, UsageError


def test_sub_folders_are_classes_in_the_order_of_people(tmp_path: Path) -> None:
    data = load_folder(fill(tmp_path / "numbers", ["10", "2", "0"]))
    assert data.classes == ("0", "2", "10")
    assert data.name == "numbers"
    assert "18 labelled pictures" in data.source
    assert np.bincount(np.concatenate([data.training.digits, data.test.digits])).tolist() == [6, 6, 6]
    assert set(data.training.digits) == set(data.test.digits) == {0, 1, 2}
    assert data.training.images.dtype == np.uint8
    assert data.training.images.max() > 200


def test_the_same_names_are_split_the_same_way_wherever_they_are(tmp_path: Path) -> None:
    one, two = (load_folder(fill(tmp_path / name, "ab", 30)) for name in ("one", "two"))
    assert one.training.fingerprint() == two.training.fingerprint()
    assert one.test.fingerprint() == two.test.fingerprint()
    assert 2 <= len(one.test) <= 20


def test_which_pictures_are_kept_for_testing_does_not_change_when_others_come(tmp_path: Path) -> None:
    few = [(0, Path(f"{n}.png")) for n in range(60)]
    more = [*few, *((0, Path(f"{n}.png")) for n in range(60, 90))]
    assert set(folders._split(few)[1]) <= set(folders._split(more)[1])


def test_about_one_picture_in_six_is_kept_for_testing() -> None:
    learning, testing = folders._split([(number, Path(f"{name}.png")) for number in range(3) for name in range(1_200)])
    for number in range(3):
        assert 150 < sum(item[0] == number for item in testing) < 250
    assert sorted(learning + testing) == sorted({*learning, *testing})
    assert len(learning) + len(testing) == 3_600


def test_train_and_test_folders_are_taken_as_they_are(tmp_path: Path) -> None:
    fill(tmp_path / "Train", ["a", "b"], 3)
    fill(tmp_path / "test", ["b"], 2)
    data = load_folder(tmp_path)
    assert data.training.digits.tolist() == [0, 0, 0, 1, 1, 1]
    assert data.test.digits.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("parts", "counts"),
    [
        ({"training": 3, "testing": 2}, (6, 4)),
        ({"train": 3, "valid": 1, "test": 2}, (8, 4)),
        ({"train": 3, "val": 2}, (6, 4)),
        ({"Train": 3, "Validation": 2}, (6, 4)),
    ],
)
def test_parts_have_many_names(parts: dict[str, int], counts: tuple[int, int], tmp_path: Path) -> None:
    for part, each in parts.items():
        fill(tmp_path / part, ["a", "b"], each)
    data = load_folder(tmp_path)
    assert data.classes == ("a", "b")
    assert (len(data.training), len(data.test)) == counts


@pytest.mark.parametrize("names", [["train", "other"], ["val", "test"], ["train", "training"], ["test", "train", "x"]])
def test_names_of_parts_that_make_no_set_are_classes(names: list[str], tmp_path: Path) -> None:
    assert load_folder(fill(tmp_path, names, 3)).classes == tuple(sorted(names))


def test_a_class_that_is_only_tested_is_refused(tmp_path: Path) -> None:
    fill(tmp_path / "train", ["a", "b"], 3)
    fill(tmp_path / "test", ["b", "c"], 2)
    with pytest.raises(DataError, match="does not learn: c"):
        load_folder(tmp_path)


def test_pictures_that_cannot_be_read_are_left_out_and_said(tmp_path: Path) -> None:
    fill(tmp_path, "ab")
    (tmp_path / "a" / "broken.png").write_bytes(b"\x89PNG and then nothing")
    (tmp_path / "b" / "folder.png").mkdir()
    Image.new("L", (40, 40), 255).save(tmp_path / "b" / "empty.png")
    with (tmp_path / "b" / "huge.png").open("wb") as file:
        file.truncate(folders.MOST_BYTES + 1)
    data = load_folder(tmp_path)
    assert len(data.training) + len(data.test) == 12
    assert "4 could not be read, the first: " in data.source


def test_images_of_ink_with_one_size_keep_it_and_are_taken_as_they_are(tmp_path: Path) -> None:
    data = load_folder(letter_folder(tmp_path / "letters", each=3, test=2))
    assert (data.classes, data.image_shape, data.dark_on_light) == (NAMES, SHAPE, False)
    np.testing.assert_array_equal(data.training.images, letter_images(3)[0])
    np.testing.assert_array_equal(data.test.digits, np.repeat(np.arange(26), 2))


def test_digits_and_dark_pictures_on_light_paper_are_framed_whatever_their_size(tmp_path: Path) -> None:
    image = letter_images(1)[0][0]
    for name, drawn in (("7", image), ("x", 255 - image)):
        for each in (0, 1):
            place = tmp_path / name / str(each) if name == "7" else tmp_path / name / f"class {each}"
            place.mkdir(parents=True)
            for number in range(2):
                Image.fromarray(drawn).save(place / f"{number}.png")
        assert load_folder(tmp_path / name).image_shape == (28, 28)


def test_not_every_picture_is_opened_to_see_how_light_the_paper_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[int] = []
    really = folders.decode
    monkeypatch.setattr(folders, "decode", lambda data: opened.append(1) or really(data))
    monkeypatch.setattr(folders, "PAPER", 3)
    letter_folder(tmp_path / "letters", each=3, test=2)
    assert load_folder(tmp_path / "letters").image_shape == SHAPE
    assert len(opened) == 3, "three to see the paper"


def test_a_picture_taken_with_the_camera_on_its_side_has_the_size_that_it_is_seen_in(tmp_path: Path) -> None:
    sideways = Image.Exif()
    sideways[0x0112] = 6
    for number, (size, exif) in enumerate((((20, 24), Image.Exif()), ((24, 20), sideways))):
        place = tmp_path / f"class {number}"
        place.mkdir(parents=True)
        for each in range(2):
            page = np.zeros(size, np.uint8)
            page[4:16, 10:13] = 255
            Image.fromarray(page).save(place / f"{each}.png", exif=exif)
    assert load_folder(tmp_path).image_shape == (20, 24)


def test_pictures_of_several_sizes_are_framed_and_so_are_larger_ones(tmp_path: Path) -> None:
    for name, sizes in (("mixed", ((20, 24), (21, 24))), ("large", ((65, 64), (65, 64)))):
        for number, size in enumerate(sizes):
            place = tmp_path / name / f"class {number}"
            place.mkdir(parents=True)
            for each in range(2):
                page = np.zeros(size, np.uint8)
                page[4:16, 10:13] = 255
                Image.fromarray(page).save(place / f"{each}.png")
        assert load_folder(tmp_path / name).image_shape == (28, 28)


def test_a_size_that_is_asked_for_is_what_pictures_get(tmp_path: Path) -> None:
    folder = letter_folder(tmp_path / "letters", each=3, test=2)
    framed, wide, same = (load_folder(folder, size) for size in ((28, 28), (10, 48), SHAPE))
    assert (framed.image_shape, wide.image_shape) == ((28, 28), (10, 48))
    assert same.training.fingerprint() == load_folder(folder).training.fingerprint()
    dark = load_folder(fill(tmp_path / "drawn", "ab"), (60, 60))  # drawn dark on 60×60
    assert (dark.image_shape, dark.dark_on_light) == ((60, 60), True)
    with pytest.raises(UsageError, match="1×1 to 64×64"):
        load_folder(folder, (65, 64))


def test_a_picture_that_cannot_be_read_does_not_change_the_size_of_the_others(tmp_path: Path) -> None:
    folder = letter_folder(tmp_path / "letters", each=3, test=2)
    (folder / "train" / "a" / "broken.png").write_bytes(b"\x89PNG and then nothing")
    data = load_folder(folder)
    assert data.image_shape == SHAPE
    assert "1 could not be read" in data.source


def test_other_files_and_hidden_folders_are_passed_over(tmp_path: Path) -> None:
    fill(tmp_path, "ab")
    fill(tmp_path, [".git", "__pycache__"])
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "a" / "notes.txt").write_text("hello")
    assert load_folder(tmp_path).classes == ("a", "b")


@pytest.mark.parametrize("classes", [[], ["a"], [f"c{n}" for n in range(257)]])
def test_too_few_or_too_many_classes_are_refused(classes: list[str], tmp_path: Path) -> None:
    for name in classes:
        (tmp_path / name).mkdir()
    with pytest.raises(DataError, match=rf"wants 2 to 256 sub-folders of labelled pictures, got {len(classes)}"):
        load_folder(tmp_path)
    assert holds_classes(tmp_path) == (len(classes) > 1)


def test_a_class_without_pictures_is_named(tmp_path: Path) -> None:
    fill(tmp_path, "ab")
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "broken.png").touch()
    with pytest.raises(DataError, match=r"no picture of 'c' to learn from; 1 could not be read, the first: .*broken"):
        load_folder(tmp_path)


def test_one_picture_a_class_leaves_nothing_to_be_tested_on(tmp_path: Path) -> None:
    fill(tmp_path, "ab", 1)
    with pytest.raises(DataError, match="no picture to be tested on"):
        load_folder(tmp_path)


def test_too_many_pictures_are_refused_before_any_is_opened(tmp_path: Path) -> None:
    for picture in fill(tmp_path, "ab").rglob("*.png"):
        picture.write_bytes(b"no picture at all")
    with pytest.raises(DataError, match="more than 11 pictures"):
        load_folder(tmp_path, most=11)


def test_a_folder_that_is_none_is_a_data_error(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path / "nul\0"):
        with pytest.raises(DataError, match="check the path"):
            load_folder(path)
        assert not holds_classes(path)


def test_a_class_that_cannot_be_looked_into_is_a_data_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match="looking into"):
        list(folders._pictures(tmp_path / "file"))


def test_the_draw_of_a_name_is_its_hash() -> None:
    assert folders._draw("a.png") == int(hashlib.sha256(b"a.png").hexdigest()[:12], 16) / 2**48


def test_a_part_without_classes_is_left_out(tmp_path: Path) -> None:
    """As competitions have it: train with a folder a class, and pictures without labels to be tested on."""
    rng = np.random.default_rng(0)
    for name in ("cat", "dog"):
        inside = tmp_path / "train" / name
        inside.mkdir(parents=True)
        for number in range(12):
            Image.fromarray(rng.integers(0, 60, (20, 20), np.uint8)).save(inside / f"{number}.png")
    alone = find_data(tmp_path)
    assert (len(alone.training) + len(alone.test), alone.classes) == (24, ("cat", "dog"))
    assert len(alone.test) >= 2
    for part in ("test", "val"):
        (tmp_path / part).mkdir()
        Image.fromarray(np.zeros((20, 20), np.uint8)).save(tmp_path / part / "0.png")
        assert find_data(tmp_path).training.fingerprint() == alone.training.fingerprint()
    (tmp_path / "train").rename(tmp_path / "pictures")
    with pytest.raises(DataError):
        find_data(tmp_path)


def test_one_folder_that_is_called_as_a_part_and_holds_pictures_is_no_data_set(tmp_path: Path) -> None:
    (tmp_path / "train").mkdir()
    Image.fromarray(np.zeros((20, 20), np.uint8)).save(tmp_path / "train" / "0.png")
    with pytest.raises(DataError, match="neither MNIST nor"):
        find_data(tmp_path)
