"""Pictures given to `dl.read` in every honest form, and in others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import digitlens as dl


@pytest.fixture(scope="module")
def seven() -> np.ndarray:
    """A pen digit, (28, 28) uint8, ink on nothing."""
    written = dl.pen_digits(50, seed=2).digits
    return written.images[np.flatnonzero(written.digits == 7)[0]]


@pytest.mark.parametrize(
    "form",
    [
        lambda a: a, lambda a: 255 - a, lambda a: a / 255, lambda a: (a / 255).astype(np.float32),
        lambda a: (a / 255).astype(np.float16), lambda a: (a / 255).astype(">f8"), np.asfortranarray,
        lambda a: np.repeat(np.repeat(a, 2, 0), 2, 1)[::2, ::2], lambda a: a[::-1][::-1], lambda a: a[None],
        lambda a: a[..., None], lambda a: np.stack([a, a, a], axis=2), lambda a: a.reshape(784), Image.fromarray,
        lambda a: np.kron(a, np.ones((9, 9), np.uint8)),
    ],
)  # fmt: skip
def test_the_same_picture_in_any_honest_form_is_read_as_the_same(seven: np.ndarray, form: Any) -> None:
    given = form(seven)
    if isinstance(given, np.ndarray):
        given.setflags(write=False)
    assert dl.read(given).digit == dl.read(seven).digit
    assert dl.read(given).path is None


def test_truths_are_a_picture_too(seven: np.ndarray) -> None:
    assert not dl.read(seven > 100).reason


@pytest.mark.parametrize(
    "array",
    [
        np.full((28, 28), np.nan), np.full((28, 28), np.inf), np.full((28, 28), -1.0), np.full((28, 28), 255.0),
        np.zeros((28, 28), complex), np.zeros((28, 28), object), np.full((28, 28), "a"), np.zeros((28, 28), np.int64),
        np.ma.masked_array(np.zeros((28, 28))), np.zeros((0, 28)), np.zeros((28, 0)), np.zeros(()), np.zeros(783),
        np.zeros((2, 28, 28)), np.zeros((3, 1, 28, 28)), np.zeros((1, 1, 1, 28, 28)), np.zeros((28, 28, 5)),
        np.zeros((4001, 4001), np.uint8), [[0.0] * 28] * 27 + [[0.0]], None, 7, object(), {"picture": 1},
    ],
)  # fmt: skip
def test_an_array_that_is_no_picture_is_refused_by_name(array: Any) -> None:
    with pytest.raises(dl.DigitlensError) as caught:
        dl.read(array)
    assert isinstance(caught.value, ValueError)
    assert len(str(caught.value)) > 30


def test_paths_bytes_and_files_that_are_none(seven: np.ndarray, tmp_path: Path) -> None:
    path = tmp_path / "seven.png"
    Image.fromarray(seven).save(path)
    digit = dl.read(seven).digit
    assert [dl.read(path).digit, dl.read(str(path)).digit, dl.read(path.read_bytes()).digit] == [digit] * 3
    assert dl.read(path).path == str(path)
    for wrong in (tmp_path / "missing.png", tmp_path, "x" * 300, "a\0b", b"", b"no picture"):
        with pytest.raises(dl.DigitlensError):
            dl.read(wrong)
    for network in ("missing", tmp_path, path, "", "a\0b"):
        with pytest.raises(dl.DigitlensError):
            dl.read(seven, network)
