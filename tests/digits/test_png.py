"""What png() writes is what any reader of PNG files gives back."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from digitlens.digits.png import png
from digitlens.errors import ShapeError

SHAPES = st.one_of(
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
    st.tuples(st.integers(1, 20), st.integers(1, 20), st.sampled_from([3, 4])),
)


@given(hnp.arrays(np.uint8, SHAPES))
def test_every_pixel_comes_back(image: np.ndarray) -> None:
    with Image.open(io.BytesIO(png(image))) as read:
        assert (np.asarray(read) == image).all()


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((28, 28)),
        np.zeros(28, np.uint8),
        np.zeros((2, 2, 2), np.uint8),
        np.zeros((0, 28), np.uint8),
        np.zeros((1, 2, 3, 4), np.uint8),
    ],
)
def test_other_arrays_are_refused(array: np.ndarray) -> None:
    with pytest.raises(ShapeError, match="png\\(\\) wants uint8"):
        png(array)
