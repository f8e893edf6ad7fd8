"""MNIST's four files in a folder: found under every usual name, verified at every load, refused with every reason."""

from __future__ import annotations

import gzip
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.faults.small_mnist import CONTENTS, SMALL

from digitlens.digits.dataset import Digits
from digitlens.digits.sources import mnist
from digitlens.digits.sources.mnist import FILES, FINGERPRINT, find, load_mnist, missing, read_verified
from digitlens.errors import DataError, FileError, IdxError

NAMES = [name for name, _ in CONTENTS]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, data in CONTENTS:
        (tmp_path / name).write_bytes(data)
    return tmp_path


def test_four_files_are_digits_to_learn_from_and_digits_to_be_tested_on(folder: Path) -> None:
    data = load_mnist(folder, files=SMALL)
    assert (data.name, len(data.training), len(data.test)) == ("mnist", 12, 5)
    assert data.classes == tuple("0123456789")
    assert data.training.images.tobytes() == CONTENTS[0][1][16:]
    assert data.test.digits.tobytes() == CONTENTS[3][1][8:]
    assert str(folder) in data.source


def test_the_arrays_cannot_be_written(folder: Path) -> None:
    data = load_mnist(folder, files=SMALL)
    for array in (data.training.images, data.training.digits, data.test.images, data.test.digits):
        assert not array.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
        with pytest.raises(ValueError, match="WRITEABLE"):
            array.flags.writeable = True


@pytest.mark.parametrize("twin", [False, True])
@pytest.mark.parametrize("packed", [False, True])
def test_both_spellings_are_found_packed_and_unpacked(twin: bool, packed: bool, tmp_path: Path) -> None:
    for name, data in CONTENTS:
        spelt = name.replace("-idx", ".idx") if twin else name
        if packed:
            (tmp_path / f"{spelt}.gz").write_bytes(gzip.compress(data))
        else:
            (tmp_path / spelt).write_bytes(data)
    assert missing(tmp_path, SMALL) == ()
    assert len(load_mnist(tmp_path, files=SMALL).training) == 12


def test_an_unpacked_file_comes_before_a_packed_one(folder: Path) -> None:
    (folder / f"{NAMES[0]}.gz").write_bytes(b"not looked at")
    assert find(folder, SMALL[0]) == folder / NAMES[0]
    assert len(load_mnist(folder, files=SMALL).training) == 12


@pytest.mark.parametrize("layout", ["kaggle", "kaggle, folders alone", "torchvision", "raw"])
def test_other_people_lay_the_files_out_otherwise(layout: str, tmp_path: Path) -> None:
    place = {"torchvision": tmp_path / "MNIST" / "raw", "raw": tmp_path / "raw"}.get(layout, tmp_path)
    place.mkdir(parents=True, exist_ok=True)
    for name, data in CONTENTS:
        if layout.startswith("kaggle"):
            (place / name).mkdir()
            (place / name / name).write_bytes(data)
        if layout != "kaggle, folders alone":
            (place / name.replace("-idx", ".idx")).write_bytes(data)
    assert missing(tmp_path, SMALL) == ()
    assert len(load_mnist(tmp_path, files=SMALL).training) == 12


def test_an_empty_folder_of_a_files_name_is_no_file(tmp_path: Path) -> None:
    (tmp_path / NAMES[0]).mkdir()
    assert NAMES[0] in missing(tmp_path, SMALL)


def test_whether_a_file_is_packed_its_bytes_say_and_not_its_name(tmp_path: Path) -> None:
    for i, (name, data) in enumerate(CONTENTS):
        (tmp_path / (f"{name}.gz" if i % 2 else name)).write_bytes(data if i % 2 else gzip.compress(data))
    assert len(load_mnist(tmp_path, files=SMALL).training) == 12


def test_a_file_that_cannot_be_opened_is_left_to_whoever_reads_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, *arguments: object) -> None:
        raise PermissionError(13, "no", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    assert not mnist._is_packed(folder / NAMES[0])


def test_every_file_that_is_not_right_is_named(folder: Path) -> None:
    (folder / NAMES[0]).unlink()
    (folder / NAMES[1]).write_bytes(CONTENTS[1][1][:-1])
    (folder / NAMES[2]).write_bytes(CONTENTS[2][1][:-1] + b"?")
    (folder / NAMES[3]).unlink()
    (folder / f"{NAMES[3]}.gz").write_bytes(b"<html>log in</html>")
    assert missing(folder, SMALL) == (NAMES[0],)
    with pytest.raises(DataError) as caught:
        load_mnist(folder, files=SMALL)
    said = str(caught.value).splitlines()
    assert len(said) == 6
    for name, reason in zip(
        NAMES, ("no such file", "20 bytes, got 19", "not MNIST's bytes", "a web page"), strict=True
    ):
        assert any(name in line and reason in line for line in said[1:5])
    assert "Put the four files there" in said[5]


@pytest.mark.parametrize("more", [1, 5000])
def test_a_file_that_is_too_long_is_refused(more: int, folder: Path) -> None:
    (folder / NAMES[1]).write_bytes(CONTENTS[1][1] + bytes(more))
    with pytest.raises(DataError, match="20 bytes, got more"):
        load_mnist(folder, files=SMALL)


def test_labels_and_pictures_that_are_swapped_are_refused(folder: Path) -> None:
    (folder / NAMES[0]).rename(folder / "x")
    (folder / NAMES[1]).rename(folder / NAMES[0])
    (folder / "x").rename(folder / NAMES[1])
    with pytest.raises(DataError, match="got more"):
        load_mnist(folder, files=SMALL)


def test_a_folder_that_is_none_is_a_data_error(folder: Path) -> None:
    for path in (folder / "none", folder / NAMES[0]):
        with pytest.raises(DataError, match="not a folder"):
            load_mnist(path, files=SMALL)


def test_a_link_that_leads_to_itself_is_a_reason_like_any_other(folder: Path) -> None:
    (folder / NAMES[0]).unlink()
    try:
        (folder / NAMES[0]).symlink_to(folder / NAMES[0])
    except OSError:  # Windows, without the right to make links
        pytest.skip("no links here: run this on Linux or macOS")
    with pytest.raises(DataError, match="symbolic links"):
        load_mnist(folder, files=SMALL)


def test_one_file_is_read_and_verified_by_itself(folder: Path) -> None:
    assert bytes(read_verified(folder / NAMES[1], SMALL[1])) == CONTENTS[1][1]
    with pytest.raises(IdxError, match="SHA-256"):
        read_verified(folder / NAMES[1], SMALL[1].__class__(NAMES[1], SMALL[1].size, "0" * 64))
    with pytest.raises(FileError, match="no such file"):
        read_verified(folder / "none", SMALL[1])


def test_the_hashes_are_those_of_mnist() -> None:
    assert [file.size for file in FILES] == [47_040_016, 60_008, 7_840_016, 10_008]
    assert all(len(file.sha256) == 64 for file in FILES)


def test_real_mnist_loads() -> None:
    folder = os.environ.get("DIGITLENS_DATA")
    if not folder:
        pytest.skip("real MNIST was not loaded: set DIGITLENS_DATA to a folder that holds its four files")
    data = load_mnist(folder)
    assert (len(data.training), len(data.test)) == (60_000, 10_000)
    assert np.bincount(data.test.digits).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert data.training.digits[:5].tolist() == [5, 0, 4, 1, 9]
    assert (
        data.training.fingerprint() == Digits(data.training.images, data.training.digits).fingerprint() == FINGERPRINT
    )


def test_a_known_fingerprint_is_of_these_digits_alone(folder: Path) -> None:
    some = load_mnist(folder, files=SMALL).training
    own = some.fingerprint()
    some.trust_fingerprint("known")
    assert some.fingerprint() == "known"
    assert some[:].fingerprint() == replace(some, images=some.images).fingerprint() == own
    assert some[:5].fingerprint() not in ("known", own)
