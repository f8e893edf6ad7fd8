"""A straightforward NumPy version, as a good engineer writes it on one page. It shares nothing with network/.

All weights and biases are in one vector, and W and b are views into it. So a step takes few calls, however many layers
there are.

x  (batch, 784)  a mini-batch of pictures
y  (batch, 10)   its targets
d  (batch, n)    the slope of the cost with respect to a layer's weighted sums
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from digitlens.bench.task import Floats, Layers, Learner, Work


def learner(work: Work) -> Learner:
    """Weights are changed in place; slopes are computed from the activations: a (1 - a), or a > 0."""
    x_all, y_all, size = work.pixels, work.targets, work.task.mini_batch
    relu = work.task.activation == "relu"
    weights, layers = _flat(work.first_layers())
    gradient, slopes = _flat(work.first_layers())
    step = (_adam if work.task.optimiser == "adam" else _descent)(weights, gradient, work.task.learning_rate)
    rng = np.random.default_rng(0)

    def epoch() -> None:
        order = rng.permutation(len(x_all))
        for start in range(0, len(order), size):
            which = order[start : start + size]
            x, y = x_all.take(which, axis=0), y_all.take(which, axis=0)

            a = [x]
            for W, b in layers[:-1]:
                a.append(_hidden(a[-1] @ W.T + b, relu))
            W, b = layers[-1]
            out = _sigmoid(a[-1] @ W.T + b)

            d = (2 / len(which)) * (out - y) * out * (1 - out)
            for l in reversed(range(len(layers))):
                np.matmul(d.T, a[l], out=slopes[l][0])
                d.sum(axis=0, out=slopes[l][1])
                if l:
                    d = (d @ layers[l][0]) * ((a[l] > 0) if relu else a[l] * (1 - a[l]))
            step()

    return Learner(epoch, lambda images: _forward(images, layers, relu))


def one_picture(work: Work) -> Callable[[], object]:
    """One vector through the layers."""
    image, layers, relu = work.pixels[0], work.first_layers(), work.task.activation == "relu"
    return lambda: _forward(image, layers, relu)


def _forward(a: Floats, layers: Layers, relu: bool) -> Floats:
    for W, b in layers[:-1]:
        a = _hidden(a @ W.T + b, relu)
    W, b = layers[-1]
    return _sigmoid(a @ W.T + b)


def _hidden(z: Floats, relu: bool) -> Floats:
    return np.maximum(z, 0, out=z) if relu else _sigmoid(z)


def _sigmoid(z: Floats) -> Floats:
    """In place: 1 / (1 + exp(-z))."""
    np.negative(z, out=z)
    np.exp(z, out=z)
    z += 1
    return np.reciprocal(z, out=z)


def _descent(weights: Floats, gradient: Floats, rate: float) -> Callable[[], None]:
    def step() -> None:
        np.multiply(gradient, rate, out=gradient)
        np.subtract(weights, gradient, out=weights)

    return step


def _adam(weights: Floats, gradient: Floats, rate: float) -> Callable[[], None]:
    """Kingma and Ba 2015, in place, in the faster order of its section 2."""
    mean, squares, some = np.zeros_like(weights), np.zeros_like(weights), np.empty_like(weights)
    keep, keep_squares, epsilon, t = 0.9, 0.999, 1e-8, 0

    def step() -> None:
        nonlocal t
        t += 1
        np.multiply(mean, keep, out=mean)
        np.multiply(gradient, 1 - keep, out=some)
        np.add(mean, some, out=mean)
        np.multiply(squares, keep_squares, out=squares)
        np.multiply(gradient, gradient, out=some)
        np.multiply(some, 1 - keep_squares, out=some)
        np.add(squares, some, out=squares)
        np.sqrt(squares, out=some)
        unbiased = (1 - keep_squares**t) ** 0.5
        np.add(some, epsilon * unbiased, out=some)
        np.divide(mean, some, out=some)
        np.multiply(some, rate * unbiased / (1 - keep**t), out=some)
        np.subtract(weights, some, out=weights)

    return step


def _flat(layers: Layers) -> tuple[Floats, Layers]:
    """All parameters in one vector, and the same layers as views into it."""
    vector = np.concatenate([part.ravel() for layer in layers for part in layer])
    views, begin = [], 0
    for W, b in layers:
        middle = begin + W.size
        views.append((vector[begin:middle].reshape(W.shape), vector[middle : middle + b.size]))
        begin = middle + b.size
    return vector, views
