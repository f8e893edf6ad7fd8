"""Packed digits come back as they went in; what is cut short, changed or of another kind is refused in a sentence."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitlens.digits.dataset import DataSet, Digits
from digitlens.digits.sources import packed as module
from digitlens.digits.sources.find import SMALL_PEN, SMALL_PEN_FILE, describe, find_data
from digitlens.digits.sources.packed import MAGIC, header_of, pack, unpack
from digitlens.digits.synthetic.pen.writer import pen_data
from digitlens.errors import DataError


def data(training: int = 5, test: int = 3, rows: int = 6, columns: int = 5, classes: int = 3, seed: int = 0) -> DataSet:
    rng = np.random.default_rng(seed)

    def half(count: int) -> Digits:
        ink = rng.integers(0, 256, (count, rows, columns)) * rng.integers(0, 2, (count, rows, columns))
        ink = np.where(rng.random(ink.shape) < 0.3, 255, ink)
        return Digits(ink.astype(np.uint8), rng.integers(0, classes, count).astype(np.uint8))

    return DataSet("letters", "made for a test", half(training), half(test), tuple("abcdefgh"[:classes]))


def same(one: DataSet, other: DataSet) -> bool:
    arrays = [(half.images, half.digits) for each in (one, other) for half in (each.training, each.test)]
    told = [(each.name, each.source, each.classes) for each in (one, other)]
    return told[0] == told[1] and all(
        np.array_equal(a, b)
        for left, right in ((0, 2), (1, 3))
        for a, b in zip(arrays[left], arrays[right], strict=True)
    )


@given(
    st.integers(0, 7), st.integers(0, 3), st.integers(1, 9), st.integers(1, 9), st.integers(1, 8), st.integers(0, 99)
)
def test_a_data_set_comes_back_as_it_went_in(
    training: int, test: int, rows: int, columns: int, classes: int, seed: int
) -> None:
    given = data(training, test, rows, columns, classes, seed)
    assert same(unpack(pack(given)), given)


def test_the_header_tells_what_is_inside() -> None:
    given = data()
    told = header_of(pack(given))
    assert (told["training"], told["test"], told["rows"], told["columns"]) == (5, 3, 6, 5)
    assert told["fingerprint"] == given.training.fingerprint()


def changed(change: Callable[[dict[str, Any]], object], body: bytes | None = None) -> bytes:
    """A packed file with another header, and perhaps another body."""
    whole = pack(data())
    length = struct.unpack_from("<I", whole, 12)[0]
    header = json.loads(whole[16 : 16 + length])
    if body is not None:
        header["packed"] = len(body)
    change(header)
    text = json.dumps(header).encode()
    return whole[:12] + struct.pack("<I", len(text)) + text + (whole[16 + length :] if body is None else body)


def gzipped(content: bytes) -> bytes:
    import gzip

    return gzip.compress(content)


WHOLE = pack(data())
BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "begin"),
    "another kind": (b"PK\3\4" + bytes(40), "begin"),
    "its beginning alone": (MAGIC, "cut short"),
    "another version": (WHOLE[:8] + struct.pack("<I", 2) + WHOLE[12:], "version 2"),
    "a header without end": (WHOLE[:12] + struct.pack("<I", 2**31) + WHOLE[16:], "claims"),
    "a header that is no JSON": (WHOLE[:12] + struct.pack("<I", 4) + b"oops", "not one of ours"),
    "a header that is deep": (WHOLE[:12] + struct.pack("<I", 60_000) + b"[" * 60_000, "not one of ours"),
    "a header without rows": (changed(lambda header: header.pop("rows")), "not one of ours"),
    "a header of a list": (changed(lambda header: header.update(classes=3)), "not one of ours"),
    "truth for a number": (changed(lambda header: header.update(rows=True)), "not one of ours"),
    "no rows": (changed(lambda header: header.update(rows=0)), "not one of ours"),
    "cut short": (WHOLE[:-1], "cut short"),
    "longer than it says": (WHOLE + b"\0", "longer"),
    "more images than bytes": (changed(lambda header: header.update(training=10**6)), "contradicts"),
    "no gzip": (changed(lambda header: None, b"no gzip at all"), "damaged"),
    "a bomb": (changed(lambda header: None, gzipped(bytes(10**6))), "unpack to"),
    "too little inside": (changed(lambda header: None, gzipped(b"123")), "unpack to"),
    "changed inside": (changed(lambda header: header.update(sha256="0" * 64)), "SHA-256"),
    "a class twice": (changed(lambda header: header.update(classes=["a", "a", "b"])), "cannot be"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_damaged_is_refused_in_a_sentence(name: str) -> None:
    file, word = BAD[name]
    with pytest.raises(DataError, match=word):
        unpack(file)


def test_greys_that_are_missing_are_noticed() -> None:
    import hashlib

    body = bytes(8) + bytes([0b01] * 60) + b"\7"  # every fourth pixel grey, and one grey for all of them
    file = changed(
        lambda header: header.update(bytes=len(body), sha256=hashlib.sha256(body).hexdigest()), gzipped(body)
    )
    with pytest.raises(DataError, match="greys are here"):
        unpack(file)


def test_more_than_fits_is_not_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 10)
    with pytest.raises(DataError, match="fewer images"):
        pack(data())


def test_a_packed_file_is_named_as_a_folder_is(tmp_path: Path) -> None:
    path = tmp_path / "letters.digits"
    path.write_bytes(pack(data()))
    assert same(find_data(path), data())
    (named, *_) = describe(path)
    assert named.chosen
    assert named.holds == "packed digits"
    path.write_bytes(b"digitpak")
    with pytest.raises(DataError, match="cut short"):
        find_data(path)


def test_the_pen_digits_of_the_page_are_the_first_of_all_pen_digits() -> None:
    small = find_data(SMALL_PEN)
    assert (len(small.training), len(small.test), small.name) == (20_000, 2_000, SMALL_PEN)
    assert json.loads(SMALL_PEN_FILE.with_suffix(".json").read_text()) == header_of(SMALL_PEN_FILE.read_bytes())
    assert SMALL_PEN_FILE.stat().st_size <= 3_500_000
    written = pen_data(training=50, test=50)  # always written by the thousand, so these are the same
    for one, other in ((small.training, written.training), (small.test, written.test)):
        np.testing.assert_array_equal(one.images[:50], other.images)
        np.testing.assert_array_equal(one.digits[:50], other.digits)
