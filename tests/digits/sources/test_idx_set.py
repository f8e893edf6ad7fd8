"""IDX files of any data set: two or four, whatever they are called, packed or not."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from tests.digits.sources.known import arrays, small
from tests.faults.small_mnist import CONTENTS

from digitlens.digits.dataset import DataSet
from digitlens.digits.sources import idx
from digitlens.digits.sources.catalogue import CATALOGUE
from digitlens.digits.sources.find import describe, find_data
from digitlens.digits.sources.idx_set import find_sets, load_set
from digitlens.digits.sources.mnist import FILES, MnistFile
from digitlens.errors import DataError

MADE = arrays(4, 12)
NAMES = [file.name for file in FILES]


def put(folder: Path, names: list[str], made: tuple[np.ndarray, ...] = MADE) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in zip(names, made, strict=False):
        data = idx.write(array)
        (folder / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return folder


def assert_same(data: DataSet, made: tuple[np.ndarray, ...] = MADE) -> None:
    got = data.training.images, data.training.digits, data.test.images, data.test.digits
    for one, wanted in zip(got, made, strict=True):
        assert np.array_equal(one, wanted)


@pytest.mark.parametrize(
    "names",
    [
        NAMES,
        [f"{name}.gz" for name in NAMES],
        ["train-images.idx3-ubyte", "train-labels.idx1-ubyte", "t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte"],
        ["training-images.idx", "training-labels.idx", "testing-images.idx", "testing-labels.idx"],
        [f"letters-{part}-{kind}-ubyte" for part in ("train", "test") for kind in ("images-idx3", "labels-idx1")],
        ["a_train.idx3.gz", "a_train.idx1.gz", "a_val.idx3.gz", "a_val.idx1.gz"],
    ],
)
def test_four_files_are_a_data_set_by_any_names(names: list[str], tmp_path: Path) -> None:
    folder = put(tmp_path / "mine", names)
    data = find_data(folder)
    assert_same(data)
    assert (data.name, data.classes) == ("mine", tuple("0123456789"))
    assert_same(find_data(folder / names[2]))
    assert describe(folder)[0].chosen


def test_gzip_is_known_by_its_bytes_and_not_by_the_name(tmp_path: Path) -> None:
    for i, (name, array) in enumerate(zip(NAMES, MADE, strict=True)):
        data = idx.write(array)
        (tmp_path / (f"{name}.gz" if i % 2 else name)).write_bytes(data if i % 2 else gzip.compress(data))
    assert_same(find_data(tmp_path))


def test_two_files_are_split_as_arrays_are(tmp_path: Path) -> None:
    for names in (["images.idx3-ubyte", "labels.idx1-ubyte"], ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"]):
        data = find_data(put(tmp_path / names[0], names))
        assert (len(data.training), len(data.test)) == (8, 4)


def test_what_is_kept_for_validation_is_learned_from(tmp_path: Path) -> None:
    names = [f"{part}-{kind}.idx" for part in ("train", "test", "val") for kind in ("images", "labels")]
    data = load_set(put(tmp_path, names, MADE + MADE[:2]))
    assert (len(data.training), len(data.test)) == (24, 4)


def test_classes_are_named_in_a_file(tmp_path: Path) -> None:
    put(tmp_path, NAMES)
    (tmp_path / "classes.txt").write_text("cat\n dog \n\nowl\nbee\n", encoding="utf-8")
    assert find_data(tmp_path).classes == ("cat", "dog", "owl", "bee")
    (tmp_path / "classes.txt").write_text("cat\ndog\n", encoding="utf-8")
    with pytest.raises(DataError, match="3 is a label, and there are 2 classes"):
        find_data(tmp_path)
    (tmp_path / "classes.txt").write_text("cat\ncat\n", encoding="utf-8")
    with pytest.raises(DataError, match="twice"):
        find_data(tmp_path)
    (tmp_path / "classes.txt").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(DataError, match="no list of names"):
        find_data(tmp_path)


def test_more_classes_than_ten_are_numbered(tmp_path: Path) -> None:
    assert find_data(put(tmp_path, NAMES, arrays(47))).classes == tuple(map(str, range(47)))


@pytest.mark.parametrize("name", ["fashion-mnist", "kmnist"])
def test_a_set_with_mnists_names_is_known_by_its_bytes(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, files = small(name)
    monkeypatch.setitem(CATALOGUE, name, known)
    for file, data in files.items():
        (tmp_path / file).write_bytes(data)
    data = find_data(tmp_path)
    assert (data.name, data.classes) == (name, known.classes)
    assert "verified" in data.source
    (tmp_path / known.names[2]).write_bytes(gzip.compress(idx.write(MADE[2])))
    with pytest.raises(DataError, match="others are of another set, or damaged"):
        find_data(tmp_path)


def test_without_a_hash_the_folder_or_the_names_say_which_set_it_is(tmp_path: Path) -> None:
    made = arrays(10)
    data = find_data(put(tmp_path / "FashionMNIST" / "raw", NAMES, made))
    assert (data.name, data.classes[9]) == ("fashion-mnist", "Ankle boot")
    assert "not verified" in data.source
    letters = [f"emnist-letters-{name}".replace("t10k", "test") for name in NAMES]
    turned = tuple(np.ascontiguousarray(a.transpose(0, 2, 1)) if a.ndim == 3 else a + np.uint8(1) for a in made)
    data = find_data(put(tmp_path / "letters", letters, turned))
    assert (data.name, data.classes[:2]) == ("emnist-letters", ("a", "b"))
    assert_same(data, made)


def test_letters_are_numbered_from_one(tmp_path: Path) -> None:
    names = [f"emnist-letters-{name}".replace("t10k", "test") for name in NAMES]
    with pytest.raises(DataError, match="are 1 and more, got 0"):
        find_data(put(tmp_path, names))


def test_several_sets_in_a_folder_want_one_of_their_files(tmp_path: Path) -> None:
    put(tmp_path, [f"a-{name}" for name in NAMES])
    put(tmp_path, [f"b-{name}" for name in NAMES], arrays(4, 12, seed=2))
    with pytest.raises(DataError, match=r"one data set, got 2 \(.*; name one file"):
        find_data(tmp_path)
    assert_same(find_data(tmp_path / "b-train-labels-idx1-ubyte"), arrays(4, 12, seed=2))
    assert find_sets(tmp_path / "another") == {}
    with pytest.raises(DataError, match=r"got 0 \(none\)"):
        load_set(tmp_path / "another")


@pytest.mark.parametrize(
    ("names", "lacks"),
    [
        (["train-images.idx"], "the labels beside"),
        (["labels.idx1-ubyte"], "the images beside"),
        (["test-images.idx", "test-labels.idx"], "the images to learn from"),
    ],
)
def test_what_is_missing_is_told(names: list[str], lacks: str, tmp_path: Path) -> None:
    made = MADE[1:] if "labels" in names[0] else MADE
    with pytest.raises(DataError, match=lacks):
        find_data(put(tmp_path, names, made))


def test_damaged_files_are_told_one_by_one(tmp_path: Path) -> None:
    folder = put(tmp_path, [f"a-{name}.gz" for name in NAMES])
    (folder / f"a-{NAMES[0]}.gz").write_bytes(gzip.compress(idx.write(MADE[0]))[:-9])
    (folder / f"a-{NAMES[3]}.gz").unlink()
    (folder / f"a-{NAMES[3]}.gz").symlink_to(folder / "nowhere")
    put(tmp_path / f"a-{NAMES[3]}.gz.d", [])
    with pytest.raises(DataError, match="lacks the labels"):
        find_data(folder)
    (folder / f"a-{NAMES[3]}.gz").unlink()
    (folder / f"a-{NAMES[3]}.gz").write_bytes(gzip.compress(idx.write(MADE[1])))
    with pytest.raises(DataError, match="cut short") as caught:
        find_data(folder)
    assert str(caught.value).count("\n") == 1
    put(folder, [f"a-{NAMES[0]}.gz"])
    with pytest.raises(DataError, match="every picture wants a label"):
        find_data(folder)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idx, "MOST", 100)
    with pytest.raises(DataError, match="at most 100 bytes"):
        find_data(put(tmp_path, [f"a-{name}" for name in NAMES]))


def test_labels_may_be_a_table_of_whole_numbers() -> None:
    table = np.array([[3, 9], [0, 9]], ">i4")
    header = bytes([0, 0, 0x0C, 2]) + np.array(table.shape, ">u4").tobytes()
    assert idx.many_labels(header + table.tobytes()).tolist() == [3, 0]
    for wrong in (header[:9], header, header + table.tobytes()[:-1], header + np.full((2, 2), 300, ">i4").tobytes()):
        with pytest.raises(DataError):
            idx.many_labels(wrong)


def test_a_damaged_mnist_is_still_called_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import hashlib

    from digitlens.digits.sources import named_path

    small_files = [MnistFile(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in CONTENTS]
    monkeypatch.setattr(named_path, "FILES", small_files)
    for name, data in CONTENTS:
        (tmp_path / name).write_bytes(data)
    (tmp_path / NAMES[0]).write_bytes(CONTENTS[0][1][:-1] + b"?")
    with pytest.raises(DataError, match=r"MNIST in .* is not usable"):
        find_data(tmp_path)
    for name, data in CONTENTS:
        (tmp_path / name).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert find_data(tmp_path).name == tmp_path.name


@pytest.mark.parametrize(
    "names",
    [
        ["q-images.gz", "q-labels"],
        ["Images", "Labels"],
        ["digits_images.bin", "digits_labels.bin.gz"],
        ["train_images", "train_labels", "test_images", "test_labels"],
    ],
)
def test_names_without_idx_count_where_both_are_there(names: list[str], tmp_path: Path) -> None:
    data = find_data(put(tmp_path / "set", names))
    assert len(data.training) + len(data.test) == sum(len(array) for array in MADE[: len(names)]) // 2


def test_names_of_other_formats_and_half_a_pair_are_no_idx_files(tmp_path: Path) -> None:
    assert not find_sets(put(tmp_path / "csv", ["images.csv.gz", "labels.csv.gz"]))
    assert not find_sets(put(tmp_path / "half", ["labels", "readme"]))
    for name in ("images", "labels"):
        (tmp_path / "folders" / name).mkdir(parents=True)
    assert not find_sets(tmp_path / "folders")


def test_one_image_and_a_pointer_to_images_are_told(tmp_path: Path) -> None:
    one = tuple(array[:1] for array in MADE)
    with pytest.raises(DataError, match="to be tested on"):
        find_data(put(tmp_path / "one", NAMES[:2], one))
    place = put(tmp_path / "pointer", ["a-images-idx3-ubyte", "a-labels-idx1-ubyte"])
    (place / "a-images-idx3-ubyte").write_text("version https://git-lfs.github.com/spec/v1\nsize 12\n")
    with pytest.raises(DataError, match="git lfs pull"):
        find_data(place)
