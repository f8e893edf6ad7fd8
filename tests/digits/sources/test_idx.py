"""MNIST's format: what is right comes back as it was, and everything else is refused in one clear sentence."""

from __future__ import annotations

import contextlib
import gzip
import os
import struct
import sys
import tracemalloc
import zlib
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from tests.faults.mutate import mutate

from digitlens.digits.sources import idx
from digitlens.errors import FileError, IdxError, ShapeError
from digitlens.files.bounded import read_bounded

LABELS = idx.write(np.array([7, 2, 1], np.uint8))
PICTURES = idx.write(np.arange(3 * 784, dtype=np.uint32).astype(np.uint8).reshape(3, 28, 28))


def header(*sizes: int, kind: int = 8, order: str = ">") -> bytes:
    return bytes([0, 0, kind, len(sizes)]) + struct.pack(f"{order}{len(sizes)}I", *sizes)


@given(arrays(np.uint8, array_shapes(min_dims=1, max_dims=4, max_side=7)))
def test_what_is_written_is_read_again(array: NDArray[np.uint8]) -> None:
    again = idx.parse(idx.write(array))
    assert np.array_equal(again, array)
    assert again.shape == array.shape
    assert not again.flags.writeable


@given(arrays(np.uint8, array_shapes(min_dims=1, max_dims=4, max_side=5)))
def test_what_is_read_is_written_again(array: NDArray[np.uint8]) -> None:
    data = idx.write(array)
    assert idx.write(idx.parse(data)) == data


@given(st.binary(max_size=200))
def test_any_bytes_are_an_array_or_an_idx_error(data: bytes) -> None:
    with contextlib.suppress(IdxError):
        assert idx.parse(data).size > 0


@given(st.integers(0, 2**32))
def test_damaged_files_raise_nothing_but_our_own(seed: int) -> None:
    rng = Random(seed)
    for read, data in ((idx.images, PICTURES), (idx.labels, LABELS)):
        with contextlib.suppress(IdxError):
            read(mutate(data, rng))


@given(st.binary(min_size=1, max_size=5000))
def test_what_is_packed_is_unpacked_again(data: bytes) -> None:
    assert idx.gunzip(gzip.compress(data), len(data)) == data


def test_a_parsed_array_copies_nothing_and_cannot_be_changed_by_accident() -> None:
    data = bytearray(LABELS)
    array = idx.labels(data)
    data[-1] = 9
    assert array.tolist() == [7, 2, 9]
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "got 0 in all"),
        (b"\0\0\x08", "got 3 in all"),
        (b"\x01\0" + LABELS[2:], "two zero bytes, got 01 00 08 01"),
        (b"<html><body>no</body></html>", "the beginning of a web page"),
        (gzip.compress(LABELS, mtime=0), "a gzip file that was not unpacked"),
        (header(3, kind=0x0A) + b"abc", "type 0x0A, which is no type of IDX"),
        (header(3, kind=0x0D) + bytes(12), "type 0x0D, float32"),
        (header(), "got 0;"),
        (b"\0\0\x08\xff" + bytes(2000), "got 255;"),
        (header(1, 1, 1, 1, 1) + b"a", "got 5;"),
        (header(3, 28, 28)[:12], "16 bytes long, got 12"),
        (header(2**32 - 1, 2**32 - 1) + b"a", "18,446,744,065,119,617,025 bytes, got 1"),
        (header(60_000) + bytes(59_999), "promises 60,000 = 60,000 bytes, got 59,999"),
        (LABELS + b"\0", "got 4"),
        (header(0), "at least one number, got 0"),
        (header(0, 28, 28), "at least one number"),
        (header(3, 0) + b"abc", "at least one number"),
        (header(3, 28, 28, order="<") + bytes(3 * 784), "most significant byte first, got 3 × 28 × 28 backwards"),
    ],
)
def test_what_is_no_idx_file_is_refused_with_a_reason(data: bytes, said: str) -> None:
    for read in (idx.parse, idx.images, idx.labels):
        with pytest.raises(IdxError, match=said.replace("(", r"\(")) as caught:
            read(data)
        assert said in str(caught.value)


def test_labels_and_pictures_that_are_swapped_are_found_out() -> None:
    with pytest.raises(IdxError, match="labels; are the files swapped"):
        idx.images(LABELS)
    with pytest.raises(IdxError, match="pictures; are the files swapped"):
        idx.labels(PICTURES)


@pytest.mark.parametrize("label", [10, 255])
def test_a_label_that_is_no_digit_is_named_with_its_place(label: int) -> None:
    with pytest.raises(IdxError, match=f"got {label} as number 2"):
        idx.labels(idx.write(np.array([1, label, 255], np.uint8)))


@pytest.mark.parametrize("shape", [(2, 65, 28), (2, 28, 65), (2, 784), (1, 1, 28, 28)])
def test_pictures_beyond_64_by_64_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(IdxError, match="at most 64 × 64"):
        idx.images(idx.write(np.ones(shape, np.uint8)))


def test_pictures_of_other_sizes_and_more_classes_are_read() -> None:
    pictures, labels = idx.write(np.full((2, 20, 24), 7, np.uint8)), idx.write(np.array([0, 25], np.uint8))
    found = idx.digits(pictures, labels, classes=26)
    assert (found.image_shape, found.digits.tolist()) == ((20, 24), [0, 25])
    with pytest.raises(IdxError, match="0 to 24, got 25 as number 2"):
        idx.digits(pictures, labels, classes=25)


def test_pictures_and_labels_stand_side_by_side_if_they_are_as_many() -> None:
    assert idx.digits(PICTURES, LABELS).digits.tolist() == [7, 2, 1]
    with pytest.raises(IdxError, match="3 pictures and 2 labels"):
        idx.digits(PICTURES, idx.write(np.array([1, 2], np.uint8)))


@pytest.mark.parametrize(
    "array", [np.zeros(3), np.zeros((2, 0), np.uint8), np.uint8(3).reshape(()), np.ones((1,) * 5, np.uint8)]
)
def test_an_array_that_is_no_idx_file_is_not_written(array: NDArray[np.uint8]) -> None:
    with pytest.raises(ShapeError, match=r"write\(\) wants uint8"):
        idx.write(array)


PACKED = gzip.compress(LABELS, mtime=0)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "got nothing"),
        (b"\x1f", "got 1f"),
        (b"<!DOCTYPE html><title>Log in</title>", "a web page"),
        (b"\xef\xbb\xbf\r\n <html>", "a web page"),
        (PACKED[:-1], "cut short"),
        (PACKED[:12], "cut short"),
        (PACKED[:2], "cut short"),
        (PACKED[:-8] + bytes([PACKED[-8] ^ 1]) + PACKED[-7:], "damaged: incorrect data check"),
        (PACKED[:-4] + b"\x09\0\0\0", "damaged: incorrect length check"),
        (PACKED[:2] + b"\x07" + PACKED[3:], "damaged: unknown compression method"),
        (PACKED + PACKED, "a second gzip member"),
        (PACKED + b"rubbish", "something else after it"),
        (PACKED + b"\0", "something else after it"),
    ],
)
def test_a_gzip_file_that_is_not_right_is_refused_with_a_reason(data: bytes, said: str) -> None:
    with pytest.raises(IdxError, match=said):
        idx.gunzip(data, 10_000)


def test_a_second_member_is_found_where_pieces_meet() -> None:
    rng = np.random.default_rng(1)
    for size in range(16_300, 16_400):
        packed = gzip.compress(rng.bytes(size))
        if len(packed) == 1 << 14:
            break
    assert len(packed) == 1 << 14
    with pytest.raises(IdxError, match="a second gzip member"):
        idx.gunzip(packed + PACKED, 100_000)


def test_a_bomb_is_stopped_at_the_limit() -> None:
    bomb = gzip.compress(bytes(100_000_000), 9)
    assert len(bomb) < 100_000
    tracemalloc.start()
    try:
        with pytest.raises(IdxError, match="at most 1,000,000 bytes, and holds more"):
            idx.gunzip(bomb, 1_000_000)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()
    assert len(idx.gunzip(bomb, 100_000_000)) == 100_000_000


def test_a_name_that_never_ends_in_a_gzip_header_is_no_harm() -> None:
    endless = b"\x1f\x8b\x08\x08" + bytes(6) + b"n" * 1_000_000
    with pytest.raises(IdxError, match="cut short"):
        idx.gunzip(endless, 1000)


def test_raw_deflate_is_not_taken_for_gzip() -> None:
    with pytest.raises(IdxError, match="begins with 1f 8b"):
        idx.gunzip(zlib.compress(LABELS), 1000)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices in the file system: run this on Linux or macOS")
def test_only_regular_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for path, said in (
        (tmp_path, "a folder"),
        (tmp_path / "pipe", "a pipe"),
        (tmp_path / "loop", "symbolic links"),
        (Path("/dev/zero"), "a device"),
        (tmp_path / "none", "no such file"),
        (tmp_path / "nul\0", "null"),
    ):
        with pytest.raises(FileError, match=said):
            read_bounded(path, 1000)
