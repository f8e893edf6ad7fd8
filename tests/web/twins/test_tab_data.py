"""Digits in a tab: packed files and IDX files come out as Python reads them, and what is wrong with one is said."""

from __future__ import annotations

import gzip
import struct
from typing import Any

import numpy as np
import pytest
from tests.digits.sources.test_packed import BAD, data
from tests.web.twins.node import base64_of
from tests.web.twins.tab import ask, task

from digitlens.digits.dataset import DataSet
from digitlens.digits.sources.find import SMALL_PEN, SMALL_PEN_FILE, find_data
from digitlens.digits.sources.packed import pack


def array(data: bytes) -> np.ndarray:
    return np.frombuffer(data, np.uint8)


def held(got: dict[str, Any], wanted: DataSet) -> None:
    rows, columns = wanted.image_shape
    told = (got["name"], got["source"], tuple(got["classes"]), got["rows"], got["columns"], got["fingerprint"])
    assert told == (wanted.name, wanted.source, wanted.classes, rows, columns, wanted.training.fingerprint())
    for part in ("training", "test"):
        half = getattr(wanted, part)
        np.testing.assert_array_equal(got[part]["labels"], half.digits)
        np.testing.assert_array_equal(got[part]["images"].reshape(half.images.shape), half.images)


def test_packed_digits_are_those_that_python_packed() -> None:
    sets = [data(), data(1, 1, 1, 1, 1), data(40, 9, 20, 24, 8), find_data(SMALL_PEN)]
    files = [pack(one) for one in sets[:3]] + [SMALL_PEN_FILE.read_bytes()]
    for got, wanted in zip(ask(*(task("unpacked", file=array(file)) for file in files)), sets, strict=True):
        held(got, wanted)


def test_every_damaged_file_is_refused_in_a_sentence() -> None:
    answers = ask(*(task("unpacked", file=array(file)) for file, _ in BAD.values()))
    for name, answer in zip(BAD, answers, strict=True):
        if name == "a class twice":  # the page numbers classes, and takes any names
            continue
        assert "packed digits" in answer["refused"], name


def test_a_file_is_fetched_once_and_then_kept_and_never_beyond_its_size() -> None:
    file = array(pack(data()))
    once, large, gone, private = ask(
        task("fetched", file=file, most=len(file), times=3, broken=False),
        task("fetched", file=file, most=len(file) - 1, times=1, broken=False),
        task("fetched", file=None, most=10, times=1, broken=False),
        task("fetched", file=file, most=len(file), times=2, broken=True),
    )
    assert once["fetches"] == 1
    np.testing.assert_array_equal(once["bytes"], file)
    assert once["told"][-1] == [len(file), len(file)]
    assert "more than" in large["refused"]
    assert "404" in gone["refused"]
    assert private["fetches"] == 2


def test_no_more_is_unpacked_than_is_allowed() -> None:
    bomb, file = array(gzip.compress(bytes(10_000_000))), array(gzip.compress(bytes(1_000)))
    beyond, whole = ask(task("inflated", file=bomb, most=1_000), task("inflated", file=file, most=1_000))
    assert "allowed" in beyond["refused"]
    assert len(whole) == 1_000


def idx(values: np.ndarray) -> bytes:
    return bytes([0, 0, 8, values.ndim]) + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()


RNG = np.random.default_rng(3)
IMAGES = RNG.integers(0, 256, (30, 5, 7)).astype(np.uint8)
LABELS = RNG.integers(0, 12, 30).astype(np.uint8)
LABELS[0] = 11


def files(**given: bytes) -> list[dict[str, str]]:
    return [{"name": name, "bytes": base64_of(content)} for name, content in given.items()]


def test_mnists_four_files_are_known_by_their_names_compressed_or_not() -> None:
    given = files(**{
        "t10k-labels-idx1-ubyte.gz": gzip.compress(idx(LABELS[:12])), "train-images-idx3-ubyte": idx(IMAGES[12:]),
        "t10k-images-idx3-ubyte.gz": gzip.compress(idx(IMAGES[:12])), "train-labels-idx1-ubyte": idx(LABELS[12:]),
    })  # fmt: skip
    (got,) = ask(task("idx", files=given))
    assert (got["rows"], got["columns"], got["classes"]) == (5, 7, [str(i) for i in range(12)])
    for part, some in (("training", slice(12, 30)), ("test", slice(0, 12))):
        np.testing.assert_array_equal(got[part]["labels"], LABELS[some])
        np.testing.assert_array_equal(got[part]["images"], IMAGES[some].ravel())


def test_of_one_pair_some_images_are_kept_for_the_test() -> None:
    (got,) = ask(task("idx", files=files(labels=idx(LABELS), images=idx(IMAGES))))
    order = np.random.default_rng([0]).permutation(30)
    for part, which in (("test", order[:5]), ("training", order[5:])):
        np.testing.assert_array_equal(got[part]["labels"], LABELS[np.sort(which)])
        np.testing.assert_array_equal(got[part]["images"], IMAGES[np.sort(which)].ravel())


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"one": idx(IMAGES)}, "pairs"),
        ({"a": idx(IMAGES), "b": idx(IMAGES)}, "labels"),
        ({"a": idx(LABELS), "b": idx(LABELS)}, "images"),
        ({"a": idx(IMAGES), "b": idx(LABELS[:29])}, "no pair"),
        ({"a": idx(IMAGES)[:-1], "b": idx(LABELS)}, "promises"),
        ({"a": idx(IMAGES) + b"\0", "b": idx(LABELS)}, "promises"),
        ({"a": b"", "b": idx(LABELS)}, "IDX"),
        ({"a": b"<html>", "b": idx(LABELS)}, "IDX"),
        ({"a": bytes([0, 0, 10, 3]) + idx(IMAGES)[4:], "b": idx(LABELS)}, "type"),
        ({"a": bytes([0, 0, 8, 255]), "b": idx(LABELS)}, "dimensions"),
        ({"a": bytes([0, 0, 8, 3, 255]), "b": idx(LABELS)}, "header"),
        ({"a": bytes([0, 0, 8, 2]) + b"\xff" * 8, "b": idx(LABELS)}, "promises"),
        ({"a": gzip.compress(idx(IMAGES))[:-9], "b": idx(LABELS)}, "unpack"),
        ({"a": b"\x1f\x8b<html>", "b": idx(LABELS)}, "unpack"),
        ({"a": idx(np.zeros((3, 65, 2), np.uint8)), "b": idx(LABELS[:3])}, "65"),
        ({"a": idx(IMAGES[:3]), "b": idx(LABELS[:3])}, "only 3"),
        ({"a": idx(IMAGES), "b": idx(LABELS), "c": idx(IMAGES[:, 1:]), "d": idx(LABELS)}, "differ"),
    ],
)
def test_idx_files_that_do_not_fit_are_refused_in_a_sentence(given: dict[str, bytes], word: str) -> None:
    (got,) = ask(task("idx", files=files(**given)))
    assert word in got["refused"]
