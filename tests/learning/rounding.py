"""How far float32 may be off: the gradient of a mini-batch in float64, and beside it what rounding can do to it.

Derived, not guessed: a sum of n products, in any order, fused or not, is off by at most γ(n) = n u / (1 - n u) times
the sum of their sizes, u = 2^-24 (Higham 2002, section 3.1). Errors go on through a layer as |W| e, through σ as its
steepest slope times e. Products of two errors are left out, and SECOND is what they may add. Whatever would be smaller
than 2^-126 may come out as 0 (the compiled engine has no subnormal numbers), so each product is off by TINY besides.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from tests.network.legal import kinks

from digitlens.network.activations import Activation
from digitlens.network.costs import cost_for, one_hot
from digitlens.network.gradient import backward
from digitlens.network.network import Layer, Layers, Network

U = 2.0**-24
TINY = 2.0**-126
SECOND = 1.01
FEW = 16  # roundings within one function: exp's series, a quotient, a slope
Z = np.linspace(-20, 20, 40_001)


@cache
def steepest(activation: Activation) -> float:
    """The largest slope."""
    return float(np.abs(activation.slope(Z)).max()) * 1.001


@cache
def bent(activation: Activation) -> float:
    """The most by which the slope changes with z, kinks left out."""
    change = np.abs(np.diff(activation.slope(Z)))
    return float(change[change < 0.005].max() / (Z[1] - Z[0])) * 1.001


def gamma(n: int) -> float:
    return n * U / (1 - n * U)


def doubled(network: Network) -> Network:
    """The same network in float64."""
    layers = tuple(Layer(l.weights.astype(float), l.biases.astype(float)) for l in network.layers)
    return Network(layers, network.activations)


def gradient_and_bound(network: Network, images: np.ndarray, digits: np.ndarray, cost: str) -> tuple[Layers, Layers]:
    """The gradient for pictures (batch, 784) uint8 in float64, and how far off it may be in float32."""
    exact, x = doubled(network), images / 255.0
    y = one_hot(digits, network.sizes[-1], np.float64)
    trace, batch = exact.forward(x), len(x)
    right = backward(exact, trace, y, cost_for(cost, exact.activations[-1]))
    a_error, slopes, slope_errors, a_errors = 2 * U * x, [], [], [2 * U * x]
    for l, (layer, activation) in enumerate(zip(exact.layers, exact.activations, strict=True)):
        size = abs(layer.weights)
        z_error = a_error @ size.T + gamma(len(size[0]) + 8) * (abs(trace.a[l]) @ size.T + abs(layer.biases))
        if activation.whole_layer:
            a_error = 2 * trace.a[-1] * z_error.max(axis=1, keepdims=True) + FEW * U
        else:
            whole = 1.0 if activation.name == "tanh" else abs(trace.a[l + 1])  # 1 - e^-2z cancels where z is small
            a_error = steepest(activation) * z_error + FEW * U * whole
            slopes.append(activation.slope(trace.z[l]))
            slope_errors.append(bent(activation) * z_error + FEW * U * abs(slopes[-1]))
            for kink in kinks(activation):  # on its other side, perhaps
                slope_errors[-1] += np.where(abs(trace.z[l] - kink) <= z_error, 1.0, 0.0)
        a_error = a_error + FEW * TINY
        a_errors.append(a_error)
    error = abs(trace.a[-1] - y)
    dC_dz = backward_start = cost_for(cost, exact.activations[-1]).slope(trace, y)
    if cost == "cross_entropy":
        off = a_error + U * error
    elif exact.activations[-1].whole_layer:
        a, d = trace.a[-1], 2 * error
        d_off = 2 * a_error + 4 * U * d
        shared, shared_off = (d * a).sum(1, keepdims=True), (d_off * a + d * a_error).sum(1, keepdims=True)
        off = a_error * (d + shared) + a * (d_off + shared_off) + gamma(40) * a * (d + shared)
    else:
        off = 2 * (a_error * abs(slopes[-1]) + error * slope_errors[-1]) + FEW * U * abs(backward_start)
    off = off + FEW * TINY
    bounds: list[Layer] = []
    for l in reversed(range(len(exact.layers))):
        a, size = abs(trace.a[l]), abs(dC_dz)
        W_off = off.T @ a + size.T @ a_errors[l] + gamma(batch + 8) * size.T @ a + (batch + FEW) * TINY
        b_off = off.sum(0) + gamma(batch + 8) * size.sum(0) + (batch + FEW) * TINY
        bounds.append(Layer(SECOND * W_off / batch, SECOND * b_off / batch))
        if l:
            W = exact.layers[l].weights
            before = dC_dz @ W
            off = off @ abs(W) + gamma(len(W) + 8) * size @ abs(W)
            off = off * abs(slopes[l - 1]) + abs(before) * slope_errors[l - 1] + (len(W) + FEW) * TINY
            dC_dz = before * slopes[l - 1]
    return right, tuple(reversed(bounds))
