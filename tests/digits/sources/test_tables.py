"""Images as numbers: NumPy's files, CSV, and data frames, as other programs lay them out."""

from __future__ import annotations

import csv
import gzip
import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.digits.sources.known import arrays

import digitlens as dl
from digitlens.digits.dataset import DataSet
from digitlens.digits.sources import tables
from digitlens.digits.sources.find import describe, find_data
from digitlens.errors import DataError, DigitlensError, ShapeError, UsageError

X, Y, X2, Y2 = MADE = arrays(5, 8)


def assert_same(data: DataSet) -> None:
    got = data.training.images, data.training.digits, data.test.images, data.test.digits
    for one, wanted in zip(got, MADE, strict=True):
        assert np.array_equal(one, wanted)


def write_csv(path: Path, images: np.ndarray, labels: object, header: list[str] | None = None) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        if header:
            writer.writerow(header)
        for label, row in zip(labels, images.reshape(len(images), -1), strict=True):  # type: ignore[call-overload]
            writer.writerow([label, *row])


KAGGLE = ["label", *(f"pixel{i}" for i in range(64))]


@pytest.mark.parametrize(
    "names",
    [
        ("x_train", "y_train", "x_test", "y_test"),  # Keras
        ("X_train", "Y_train", "X_test", "Y_test"),
        ("train_images", "train_labels", "test_images", "test_labels"),
        ("training_data", "training_targets", "val_data", "val_targets"),
    ],
)
def test_npz_as_others_write_it(names: tuple[str, ...], tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "mnist.npz", **dict(zip(names, MADE, strict=True)))  # type: ignore[arg-type]
    data = find_data(tmp_path / "mnist.npz")
    assert_same(data)
    assert (data.name, data.classes) == ("mnist", tuple("0123456789"))
    assert_same(find_data(tmp_path))
    assert describe(tmp_path)[0].holds == "images as numbers"


def test_medmnist_keeps_labels_in_a_column_and_has_a_part_for_validation(tmp_path: Path) -> None:
    halves = {"train_images": X, "val_images": X2, "test_images": X2}
    labels = {"train_labels": Y[:, None], "val_labels": Y2[:, None], "test_labels": Y2[:, None]}
    np.savez(tmp_path / "medmnist.npz", **halves, **labels)
    data = find_data(tmp_path / "medmnist.npz")
    assert (len(data.training), len(data.test)) == (20, 5)


def test_files_of_one_array_each(tmp_path: Path) -> None:
    for name, array in zip(("k-train-imgs", "k-train-labels", "k-test-imgs", "k-test-labels"), MADE, strict=True):
        np.savez_compressed(tmp_path / f"{name}.npz", array)
    assert_same(find_data(tmp_path))
    for name, array in zip(("x_train", "y_train", "x_test", "y_test"), MADE, strict=True):
        (tmp_path / "npy").mkdir(exist_ok=True)
        np.save(tmp_path / "npy" / f"{name}.npy", array)
    assert_same(find_data(tmp_path / "npy"))


def test_arrays_of_every_layout_and_type_are_the_same_images(tmp_path: Path) -> None:
    flat = X.reshape(len(X), -1)
    for i, images in enumerate(
        (flat, flat.astype(np.int64), flat.astype(np.float64), X[..., None], (X / 255).astype("f4"))
    ):
        np.savez(tmp_path / f"{i}.npz", images=images, labels=Y.astype(float))
        data = find_data(tmp_path / f"{i}.npz")
        assert sorted(map(bytes, (*data.training.images, *data.test.images))) == sorted(map(bytes, X))


def test_npz_may_name_the_classes_and_labels_may_be_names(tmp_path: Path) -> None:
    names = np.array(["ant", "bee", "cat", "dog", "eel"])
    np.savez(tmp_path / "a.npz", x_train=X, y_train=Y, x_test=X2, y_test=Y2, class_names=names)
    assert find_data(tmp_path / "a.npz").classes == tuple(names)
    np.savez(tmp_path / "b.npz", x_train=X, y_train=names[Y].astype("S"), x_test=X2, y_test=names[Y2].astype("S"))
    assert_same(find_data(tmp_path / "b.npz"))


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ({}, "got nothing"),
        ({"x_train": X}, "such as x_train and y_train"),
        ({"x_test": X, "y_test": Y}, "only test"),
        ({"x": X[:, 0, :7], "y": Y}, "no image of 2×2"),
        ({"x": X.astype(float) / 2, "y": Y}, "neither"),
        ({"x": X.astype(int) - 9, "y": Y}, "neither"),
        ({"x": X.astype(complex), "y": Y}, "not what it says"),
        ({"x": X, "y": np.eye(5)[Y]}, "argmax"),
        ({"x_train": X, "y_train": Y, "x_test": X2, "y_test": np.array(list("abcde"))}, "alike"),
        ({"x_train": X, "y_train": Y, "x_test": X2[:, :4], "y_test": Y2}, "one size in one part"),
        ({"x": X, "y": Y[:3]}, r"labels \(n,\)"),
        ({"x": X[0, 0], "y": Y}, r"images \(n, rows, columns\)"),
        ({"x": X[:0], "y": Y[:0]}, "to learn from"),
        ({"x": X[:, :0, 0], "y": Y}, "no pixels"),
        ({"x": X, "y": Y + 0.5}, "whole numbers or names"),
        ({"x": X, "y": np.full(len(X), np.inf)}, "whole numbers or names"),
        ({"x": X, "y": np.array([b"\xff"] * len(X)), "class_names": np.array([b"a"])}, "every label is one of"),
    ],
)
def test_arrays_that_are_no_data_set_are_refused(held: dict[str, np.ndarray], said: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", **held)  # type: ignore[arg-type]
    with pytest.raises(DataError, match=said) as caught:
        find_data(tmp_path / "a.npz")
    assert str(caught.value).count("a.npz") == 1


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    for name in ("a.npz", "a.npy"):
        (tmp_path / name).write_bytes(b"nothing")
        with pytest.raises(DataError, match="this is no"):
            find_data(tmp_path / name)


def test_csv_as_kaggle_writes_it(tmp_path: Path) -> None:
    write_csv(tmp_path / "mnist_train.csv", X, Y, KAGGLE)
    write_csv(tmp_path / "mnist_test.csv", X2, Y2, KAGGLE)
    data = find_data(tmp_path)
    assert_same(data)
    assert data.classes == tuple("0123456789")
    assert len(find_data(tmp_path / "mnist_train.csv").training) == 10


def test_csv_of_a_competition_has_a_test_without_labels(tmp_path: Path) -> None:
    write_csv(tmp_path / "train.csv", X, Y, KAGGLE)
    write_csv(tmp_path / "test.csv", X2.reshape(5, -1)[:, 1:], X2[:, 0, 0], KAGGLE[1:])
    data = find_data(tmp_path)
    assert (len(data.training), len(data.test)) == (10, 5)


def test_csv_without_a_header_has_the_label_first(tmp_path: Path) -> None:
    write_csv(tmp_path / "emnist-train.csv", X, Y)
    write_csv(tmp_path / "emnist-test.csv", X2, Y2)
    assert_same(find_data(tmp_path))


def test_csv_packed_with_semicolons_and_a_last_column_of_names(tmp_path: Path) -> None:
    names = ["a;b", "bee", "cat", "dog", "eel"]
    rows = [";".join([*map(str, row), f'"{names[label]}"']) for row, label in zip(X.reshape(15, -1), Y, strict=True)]
    text = ";".join([*(f"p{i}" for i in range(64)), "class"]) + "\r\n" + "\r\n".join(rows) + "\r\n\r\n"
    (tmp_path / "all.csv.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + text.encode()))
    data = find_data(tmp_path / "all.csv.gz")
    assert data.classes == tuple(names)
    assert sorted(map(bytes, (*data.training.images, *data.test.images))) == sorted(map(bytes, X))


def test_csv_of_shares_of_full_ink(tmp_path: Path) -> None:
    write_csv(tmp_path / "train.csv", (X / 255).round(6), Y, KAGGLE)
    write_csv(tmp_path / "test.csv", (X2 / 255).round(6), Y2, KAGGLE)
    assert_same(find_data(tmp_path))


def test_the_size_of_images_that_are_not_square_stands_in_the_header_or_is_asked_for(tmp_path: Path) -> None:
    wide = X.reshape(15, 4, 16)
    write_csv(tmp_path / "a.csv", wide, Y, ["label", *(f"{r}x{c}" for r in range(1, 5) for c in range(1, 17))])
    assert find_data(tmp_path / "a.csv").image_shape == (4, 16)
    write_csv(tmp_path / "b.csv", wide[:, :3], Y, ["label", *map(str, range(48))])
    assert find_data(tmp_path / "b.csv", size=(3, 16)).image_shape == (3, 16)
    with pytest.raises(DataError, match="--size"):
        find_data(tmp_path / "b.csv")
    write_csv(tmp_path / "c.csv", wide, Y, ["label", *(f"{r}x{c}" for r in range(4) for c in range(16))])
    assert find_data(tmp_path / "c.csv").image_shape == (8, 8)


def test_whatever_space_is_around_a_label_it_is_the_same_number() -> None:
    """Found by fuzzing: a file separator is space to strip(), and none to int()."""
    part = tables.csv_part(b"label,a,b,c,d\n\x1c4,0,1,2,3\n 4\t,0,1,2,3\n4,0,1,2,3\n")
    assert part is not None
    assert part[1].tolist() == [4, 4, 4]


def test_csv_that_is_no_data_set_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for text, said in (
        ("label,a,b,c,d\n", "no row of numbers"),
        ("label,a,b,c,d\n1,2,3,4\n", "line 2 is not 4 pixels"),
        ('label,a,b,c,d\n1,2,"3,4",5,6\n', "line 2 is not 4 pixels"),
        ("label,a,b,c,d\n1,2,3,4,0.5.5\n", "line 2 is not 4 pixels"),
        ("label,a,b,c,d\n1,2,3,4,5\n1,2,3,x,5\n", "line 3"),
        ("1,2,3,4,5\n1,2,,4,5\n", "line 2"),
        ("name,file\ncat,cat.png\n", "line 2"),
        ("", "no column of labels"),
        ("<!doctype html><html></html>", "no column of labels"),
        ("version https://git-lfs.github.com/spec/v1\nsize 12\n", "Git LFS pointer"),
        ("label,a\n\n", "no row"),
        ("b,c,label\n1,2", "not 2 pixels"),
        ("label,a,b,c,d\n1,2,3,4,500\n", "neither"),
        ("label," + "1" * 200_000 + "\n", "no CSV"),
        ("label\n1\n2\n", "no pixels"),
        ("label,1x" + "9" * 5_000 + "\n1,2\n", "learn from and"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(DataError, match=said) as caught:
            find_data(path)
        assert str(caught.value).count("a.csv") == 1, said
    path.write_bytes(b"label,a\n\xff\xfe")
    with pytest.raises(DataError, match="no text"):
        find_data(path)
    for name in ("train.csv", "training.csv"):
        write_csv(tmp_path / name, X, Y, KAGGLE)
    path.unlink()
    with pytest.raises(DataError, match="are both to train"):
        find_data(tmp_path)


def test_labels_that_pandas_made_floats_are_numbers_again() -> None:
    part = tables.csv_part(b"label,a,b,c,d\n1.0,0,0,0,0\n0.00,1,0,0,0\n2.5,1,0,0,0\n")
    assert part is not None
    assert part[1].tolist() == ["1", "0", "2.5"]
    part = tables.csv_part(b"label,a,b,c,d\n1.0,0,0,0,0\n0.00,1,0,0,0\n")
    assert part is not None
    assert part[1].tolist() == [1, 0]


def test_more_rows_than_any_data_set_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 3)
    rows = b"1,0,0,0,0\n" * 3
    assert tables.csv_part(rows) is not None
    with pytest.raises(DataError, match="more than 3 images"):
        tables.csv_part(rows + b"1,0,0,0,0\n")


def test_one_image_leaves_none_for_the_test(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("label,a,b,c,d\n1,0,0,0,0\n")
    with pytest.raises(DataError, match="to be tested on"):
        find_data(tmp_path / "a.csv")


def test_a_name_that_no_folder_can_have_holds_nothing() -> None:
    assert tables.table_files(Path("nul\0")) == ("", [])


class Frame:
    """What we ask of a data frame."""

    def __init__(self, columns: list[str], values: np.ndarray) -> None:
        self.columns, self._values = columns, values

    def to_numpy(self) -> np.ndarray:
        return self._values


def test_a_frame_of_pandas_is_a_data_set() -> None:
    pandas = pytest.importorskip("pandas", reason="data frames were not checked: pandas is not installed")
    learning, testing = (
        pandas.DataFrame(images.reshape(len(images), -1)).assign(label=labels) for images, labels in ((X, Y), (X2, Y2))
    )
    assert_same(dl.data(learning, test=testing))
    named = learning.assign(label=[f"class {n}" for n in Y])
    assert dl.data(named, "label").classes == tuple(f"class {n}" for n in range(5))
    assert dl.data(named.rename(columns={"label": "what"}), "what", size=(4, 16)).image_shape == (4, 16)


def test_a_frame_of_anybody_is_a_data_set() -> None:
    values = np.column_stack([Y, X.reshape(15, -1)]).astype(float)
    assert len(dl.data(Frame(KAGGLE, values)).training) == 10
    for columns, label, said in ((KAGGLE, "what", "called what"), ([f"p{i}" for i in range(64)], None, "none of them")):
        with pytest.raises(DataError, match=said):
            dl.data(Frame(columns, values), label)
    with pytest.raises(DataError, match="are pixels"):
        dl.data(Frame(["label", "a"], np.array([[1, "x"]], object)))
    with pytest.raises(UsageError, match="another frame"):
        dl.data(Frame(KAGGLE, values), test=(X2, Y2))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="labels"):
        dl.data(Frame(KAGGLE, values), 3)  # type: ignore[arg-type, call-overload]
    with pytest.raises(UsageError, match="no size"):
        dl.data(X, Y, size=(8, 8))  # type: ignore[call-overload]


def test_images_of_any_other_layout_are_left_to_the_check_of_arrays() -> None:
    assert tables.as_images(np.zeros((3, 1, 8, 8), np.uint8)).shape == (3, 1, 8, 8)
    assert tables.as_images(np.zeros((0, 9))).shape == (0, 3, 3)
    with pytest.raises(ShapeError):
        tables.as_images(np.zeros((2, 7)))
    assert issubclass(ShapeError, DigitlensError)


KINDS = ["u1", "?", "i4", "f4", "f8", "f2", ">u2", "U1", "S2", "i8"]
SHAPES = st.sampled_from(
    [(), (0,), (3,), (3, 0), (3, 4), (3, 1), (3, 2, 2), (3, 2, 3), (2, 4), (3, 2, 2, 1), (3, 65, 1)]
)
NAMES = ["x_train", "y_train", "x_test", "y_test", "class_names", "valid_images", "labels", "other"]
NUMBERS = st.sampled_from([0, 1, 2, 255, 256, -1, 0.5, np.nan, np.inf, 1e300])


@given(st.data())
def test_any_arrays_are_a_data_set_or_refused(data: st.DataObject) -> None:
    held = {}
    for name in data.draw(st.lists(st.sampled_from(NAMES), unique=True)):
        with np.errstate(all="ignore"):
            some = np.full(data.draw(SHAPES), data.draw(NUMBERS))
            held[name] = some.astype(data.draw(st.sampled_from(KINDS)))
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder) / "a.npz", **held)  # type: ignore[arg-type]
        with suppress(DataError):
            found = find_data(Path(folder) / "a.npz")
            assert len(found.training)
            assert len(found.test)


@given(st.data())
def test_any_frame_is_a_data_set_or_refused(data: st.DataObject) -> None:
    pandas = pytest.importorskip("pandas")
    column = st.lists(st.one_of(NUMBERS, st.text(max_size=2), st.none(), st.booleans()), min_size=6, max_size=6)
    names = data.draw(
        st.lists(st.sampled_from(["label", "class", "1x1", "1x2", "a", 3, None]), max_size=5, unique=True)
    )
    frame = pandas.DataFrame({name: data.draw(column) for name in names})
    with suppress(DigitlensError):
        assert len(dl.data(frame).training)
