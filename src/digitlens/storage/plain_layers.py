"""What a file of another program is read into: layer after layer, before it is checked as a network."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

LIMIT = 64 * 1024 * 1024  # bytes of a file, and of the arrays in it

Step = tuple[NDArray[Any], NDArray[Any], str]  # weights (n, n_before), biases (n,), activation
