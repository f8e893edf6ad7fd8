"""The example drawings that ship are what the pen draws today, and the shipped network reads them."""

import importlib.util
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from digitlens.digits.preparation.prepare import prepare
from digitlens.digits.sources.examples import example_files
from digitlens.storage.shipped import names, open_reader

TOOL = Path(__file__).parents[3] / "tools" / "draw_examples.py"


def pixels(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as image:
        assert image.mode == "L"
        return np.asarray(image)


def drawn() -> Any:
    spec = importlib.util.spec_from_file_location("draw_examples", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.drawings()


def test_there_is_one_drawing_of_each_digit() -> None:
    assert [file.name for file in example_files()] == [f"{digit}.png" for digit in range(10)]
    assert sum(file.stat().st_size for file in example_files()) < 50_000


def test_the_drawings_are_what_the_tool_draws() -> None:
    for file, data in zip(example_files(), drawn(), strict=True):  # pixels: another zlib packs them otherwise
        apart = np.abs(pixels(file.read_bytes()).astype(int) - pixels(data).astype(int))
        assert apart.max() <= 1, "the pen has changed: choose drawings in tools/draw_examples.py and run it"


@pytest.mark.parametrize("digit", range(10))
def test_a_drawing_is_a_page_with_ink_that_can_be_prepared(digit: int) -> None:
    prepared = prepare(example_files()[digit])
    assert prepared.stages[0].image.shape == (280, 280)
    assert prepared.ink_found


@pytest.mark.parametrize("digit", range(10))
def test_the_shipped_network_reads_every_drawing(digit: int) -> None:
    assert "video" in names()
    reading = open_reader("video").read(example_files()[digit])
    assert reading.digit == digit
    assert not reading.reason
