"""Picture files become grey arrays."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.errors import PictureError


def decode(picture: Any) -> NDArray[Any]:
    """A picture of any kind -> (rows, columns) uint8 or float64 grey."""
    if isinstance(picture, np.ndarray):
        return picture
    from PIL import Image

    data = picture if isinstance(picture, bytes) else Path(picture).read_bytes()
    try:
        return np.asarray(Image.open(io.BytesIO(data)).convert("L"))
    except Exception as error:
        raise PictureError(f"cannot read: {error}") from error
