"""A picture may be an open file, as web frameworks hand it over; a Git LFS pointer is called what it is."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

import digitlens as dl
from digitlens.digits.png import png
from digitlens.digits.preparation.decode import decode

PICTURE = png(np.tile(np.arange(28, dtype=np.uint8) * 9, (28, 1)))
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"4d" * 32 + b"\nsize 132735\n"


def test_open_files_are_read_like_their_bytes(tmp_path: Path) -> None:
    path = tmp_path / "some.png"
    path.write_bytes(PICTURE)
    expected = decode(PICTURE).grey
    assert np.array_equal(decode(io.BytesIO(PICTURE)).grey, expected)  # type: ignore[arg-type]
    with path.open("rb") as file:
        assert np.array_equal(decode(file).grey, expected)  # type: ignore[arg-type]


def test_an_open_file_that_gives_no_bytes_says_how_to_open_it(tmp_path: Path) -> None:
    for file in (io.StringIO("some text"), (tmp_path / "new").open("wb")):
        with file, pytest.raises(dl.PictureError, match="bytes"):
            decode(file)  # type: ignore[arg-type]


def test_a_git_lfs_pointer_is_called_one(tmp_path: Path) -> None:
    with pytest.raises(dl.PictureError, match="git lfs pull"):
        decode(POINTER)
    path = tmp_path / "model.digitlens"
    path.write_bytes(POINTER)
    with pytest.raises(dl.ModelFileError, match="git lfs pull"):
        dl.load(path)
