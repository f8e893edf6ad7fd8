"""Frames: what goes in comes out, every array where the header says, and nothing that JSON has no word for."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from digitlens.server.training.frames import TYPES, as_pictures, frame, unframe

BLOCKS = st.dictionaries(
    st.text(max_size=12),
    st.sampled_from(TYPES).flatmap(lambda kind: arrays(kind, array_shapes(min_dims=1, max_dims=3, min_side=0))),
    max_size=4,
)
WORDS = st.dictionaries(
    st.text(max_size=8).filter(lambda name: name != "blocks"), st.text() | st.integers() | st.none(), max_size=5
)


@given(WORDS, BLOCKS)
def test_what_goes_in_comes_out(header: dict[str, Any], blocks: dict[str, Any]) -> None:
    data = frame(header, blocks)
    told, found = unframe(data)
    assert {name: value for name, value in told.items() if name != "blocks"} == header
    assert list(found) == list(blocks)
    for name, array in blocks.items():
        assert (found[name].dtype, found[name].shape) == (array.dtype, array.shape)
        assert found[name].tobytes() == array.tobytes()


@given(WORDS, BLOCKS)
def test_every_array_begins_where_a_browser_can_look_at_it(header: dict[str, Any], blocks: dict[str, Any]) -> None:
    """A typed array begins at a multiple of its items' size, or is refused."""
    data = frame(header, blocks)
    (length,) = struct.unpack_from("<I", data)
    assert (length + 4) % 8 == 0
    assert len(data) % 8 == 0
    at = length + 4
    for block in json.loads(data[4 : 4 + length])["blocks"]:
        assert block["at"] == at
        at += -(-np.dtype(block["type"]).itemsize * int(np.prod(block["shape"])) // 8) * 8
    assert len(data) == at


def test_the_bytes_are_those_that_are_documented() -> None:
    data = frame({"type": "x"}, {"a": np.array([[1, -1]], np.int8), "b": np.array([1.5], np.float32)})
    text = (
        b'{"type": "x", "blocks": [{"name": "a", "type": "int8", "shape": [1, 2], "at": 152}, '
        b'{"name": "b", "type": "float32", "shape": [1], "at": 160}]}'
    )
    assert data[4 : 4 + len(text)] == text
    assert data[:4] == struct.pack("<I", 148)
    assert data[4 + len(text) : 152].strip(b" ") == b""
    assert data[152:] == b"\x01\xff" + bytes(6) + struct.pack("<f", 1.5) + bytes(4)


def test_big_endian_and_strided_arrays_are_written_as_all_others() -> None:
    plain = np.arange(12, dtype=np.float32).reshape(3, 4)
    for other in (plain.astype(">f4"), np.asfortranarray(plain), np.repeat(plain, 2, axis=1)[:, ::2]):
        assert frame({}, {"x": other}) == frame({}, {"x": plain})


@pytest.mark.parametrize("array", [np.zeros(2), np.zeros(2, np.int64), np.zeros(2, bool), np.array(["x"])])
def test_other_types_are_refused(array: Any) -> None:
    with pytest.raises(ValueError, match=r"a frame holds arrays of .*, got x \("):
        frame({}, {"x": array})


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_header_has_no_numbers_that_json_lacks(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        frame({"x": value}, {})


@given(arrays(np.float32, (5, 784), elements=st.floats(-(2.0**99), 2.0**99, width=32)))
def test_pictures_are_within_half_a_step_of_the_weights(weights: Any) -> None:
    pictures, strongest = as_pictures(weights, 3)
    assert (pictures.shape, pictures.dtype) == ((3, 784), np.int8)
    assert strongest == np.abs(weights[:3]).max()
    assert (np.abs(pictures / 127 * strongest - weights[:3]) <= strongest / 127 * 0.501).all()


def test_weights_beyond_all_bounds_and_none_at_all_are_no_picture() -> None:
    for weights in (np.full((2, 784), np.inf, np.float32), np.full((2, 784), np.nan), np.zeros((2, 784))):
        pictures, strongest = as_pictures(weights, 64)
        assert (pictures.any(), strongest) == (False, 0.0)
