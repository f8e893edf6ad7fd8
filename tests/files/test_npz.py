"""NumPy's .npz files, honest and not."""

from __future__ import annotations

import io
import struct
import zipfile
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitlens.errors import FileError
from digitlens.files.npz import ARRAYS, array_of, arrays_of

LIMIT = 1 << 20


def npz(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def npy(header: str, held: bytes = b"") -> bytes:
    """An .npy file with such a header."""
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + held


def says(kind: str, shape: str) -> str:
    return f"{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}}}"


def test_what_numpy_saved_is_read_again():
    rng = np.random.default_rng(0)
    given = {
        "bytes": rng.integers(0, 256, (3, 4, 5), dtype=np.uint8),
        "columns": np.asfortranarray(rng.normal(size=(3, 4))),
        "names": np.array(["a", "bc"]),
        "none": np.zeros((0, 4), np.float32),
        "one": np.array(2.5, ">f4"),
        "longer_than_a_short_header": np.zeros((1,) * 30, "<i2"),
    }
    read = arrays_of(npz(**given), LIMIT)
    assert list(read) == list(given)
    for name, array in given.items():
        assert read[name].shape == array.shape
        assert np.array_equal(read[name], array)
    assert list(arrays_of(npz(**given), LIMIT, ("one",))) == ["one"]


@pytest.mark.parametrize(
    ("header", "held"),
    [
        (says("'<f4'", "(-1, -2)"), bytes(8)),
        (says("'<f4'", "(0, -2)"), b""),
        (says("'<f4'", f"(0, {10**27})"), b""),
        (says("'<f4'", f"(0, {2**63 - 1})"), b""),
        (says("'<f4'", str((1,) * 70)), bytes(4)),
        (says("'<f4'", "(60_000,)"), bytes(4)),
        (says("'<U0'", "(1_000_000_000,)"), b""),
        (says("()", "(0,)"), b""),
        (says("'|O'", "(1,)"), b"\x80\x04N."),
        (says("[('a', '<f4')]", "(1,)"), bytes(4)),
        (says("'<c8'", "(1,)"), bytes(8)),
        (says("'<M8[s]'", "(1,)"), bytes(8)),
        ("{'descr': '''", bytes(4)),
        ("(" * 5_000, b""),
        ("{" * 20_000, b""),
        ("  {\n a", b""),
        ("", b""),
    ],
)
def test_a_header_that_says_something_impossible_is_refused(header: str, held: bytes):
    with pytest.raises(FileError, match="array in this file"):
        array_of(npy(header, held))


def test_a_length_may_be_written_as_a_truth():
    assert array_of(npy(says("'<f4'", "(True, 2)"), bytes(8))).shape == (1, 2)


@given(st.binary(max_size=200), st.binary(max_size=40))
def test_any_bytes_are_an_array_or_refused(header: bytes, held: bytes):
    with suppress(FileError):
        array_of(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + held)


@given(st.data())
def test_a_damaged_archive_is_an_archive_or_refused(data: st.DataObject):
    packed = bytearray(npz(x=np.arange(9, dtype=np.uint8), names=np.array(["a"])))
    for _ in range(data.draw(st.integers(1, 4))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(packed)))
    for bytes_ in (bytes(packed), bytes(packed[:cut]), bytes(packed[cut:])):
        try:
            arrays_of(bytes_, LIMIT)
        except FileError:
            continue


def test_an_archive_whose_parts_lie_before_its_beginning_is_refused():
    """Found by fuzzing: the offset of a part, less what was cut off, is negative, and zipfile seeks there."""
    packed = npz(x=np.arange(9, dtype=np.uint8), y=np.arange(4, dtype=np.uint8))
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        second = archive.infolist()[1].header_offset
    with pytest.raises(FileError, match=r"no \.npz"):
        arrays_of(packed[second:], LIMIT)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_damage_in_any_compression_is_refused_or_without_effect(method: int):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        archive.writestr("x.npy", npy(says("'<u1'", "(900,)"), bytes(900)))
    whole = file.getvalue()
    refused = 0
    for at in range(35, 60):
        damaged = bytearray(whole)
        damaged[at] ^= 0xFF
        try:
            assert not arrays_of(bytes(damaged), LIMIT)["x"].any()
        except FileError:
            refused += 1
    assert refused > 10


def test_more_than_the_limit_is_refused():
    many = {f"a{number}": np.zeros(1, np.uint8) for number in range(ARRAYS + 1)}
    with pytest.raises(FileError, match="may hold"):
        arrays_of(npz(**many), LIMIT)
    with pytest.raises(FileError, match="may hold"):
        arrays_of(npz(x=np.zeros(LIMIT, np.uint8)), LIMIT)  # a bomb: a thousand bytes that become a million


def test_a_pickle_is_not_opened():
    file = io.BytesIO()
    np.save(file, np.array([{"a": 1}]), allow_pickle=True)
    with pytest.raises(FileError, match="not what it says"):
        array_of(file.getvalue())
