"""A straightforward NumPy version: what a good engineer writes on one page, sharing nothing with network/.

x  (batch, 784)  a mini-batch of pictures
y  (batch, 10)   its targets
d  (batch, n)    the slope of the cost with respect to a layer's weighted sums
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import numpy as np

from digitlens.bench.work import Floats, Learner, Work


def learner(work: Work) -> Learner:
    """Three layers by hand, weights changed in place; σ' is taken from the activations, a (1 - a)."""
    x_all, y_all = work.pixels, work.targets
    (W1, b1), (W2, b2), (W3, b3) = work.first_layers()
    rng = np.random.default_rng(work.seed)

    def epoch() -> None:
        order = rng.permutation(len(x_all))
        for start in range(0, len(order), work.mini_batch):
            which = order[start : start + work.mini_batch]
            x, y = x_all[which], y_all[which]

            a1 = _sigmoid(x @ W1.T + b1)
            a2 = _sigmoid(a1 @ W2.T + b2)
            a3 = _sigmoid(a2 @ W3.T + b3)

            d3 = 2 * (a3 - y) * a3 * (1 - a3)
            d2 = (d3 @ W3) * a2 * (1 - a2)
            d1 = (d2 @ W2) * a1 * (1 - a1)

            rate = work.learning_rate / len(which)
            for W, b, d, a in ((W3, b3, d3, a2), (W2, b2, d2, a1), (W1, b1, d1, x)):
                W -= rate * (d.T @ a)
                b -= rate * d.sum(axis=0)

    def outputs(images: Floats) -> Floats:
        return _forward(images, [(W1, b1), (W2, b2), (W3, b3)])

    return Learner(epoch, outputs)


def one_picture(work: Work) -> Callable[[], object]:
    """One vector through three layers."""
    image, layers = work.pixels[0], work.first_layers()
    return lambda: _forward(image, layers)


def _forward(a: Floats, layers: list[tuple[Floats, Floats]]) -> Floats:
    for W, b in layers:
        a = _sigmoid(a @ W.T + b)
    return a


def _sigmoid(z: Floats) -> Floats:
    return cast("Floats", 1 / (1 + np.exp(-z)))
