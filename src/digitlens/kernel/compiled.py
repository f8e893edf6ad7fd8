"""A network prepared for the kernel, which reads many pictures fast, or one in microseconds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from digitlens.errors import ShapeError
from digitlens.kernel import native
from digitlens.kernel.capabilities import refuses
from digitlens.network.network import Network


class Compiled:
    """A copy of a network in the kernel's layout; later changes to the arrays of `network` do not affect it.

    Raises ShapeError for a network that the kernel cannot take: see refuses().
    """

    __slots__ = ("_engine", "_packed", "_sizes")

    def __init__(self, network: Network, instruction_set: str = "") -> None:
        if reason := refuses(network.sizes, network.activations, network.dtype):
            raise ShapeError(f"the kernel cannot take this network: {reason}; use Network.forward()")
        self._engine = native.engine(network.sizes, network.activations, "quadratic", instruction_set)
        self._packed = native.pack(network.layers)
        self._sizes = network.sizes

    def outputs(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What the output neurons hold: (n, pixels) uint8, ink from 0 to 255 -> (n, classes). Else ShapeError.

        The same as Network.forward() up to rounding, because sums are added in another order.
        """
        try:
            out = np.empty((len(images), self._sizes[-1]), np.float32)
            self._engine.outputs(self._packed, images, out)
        except (TypeError, ValueError) as error:
            got = f"{getattr(images, 'shape', '')} in {getattr(images, 'dtype', type(images).__name__)}"
            wanted = f"(n, {self._sizes[0]}) in uint8"
            raise ShapeError(f"outputs() wants pictures {wanted}, one after the other, got {got}") from error
        return out
