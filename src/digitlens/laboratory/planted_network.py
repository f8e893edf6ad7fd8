"""A network built by hand whose neurons are edge and loop detectors, as the talk hopes. It tests the laboratory itself.

Its pictures show two rings, one above the other. Each ring is closed or has a gap somewhere. In the first layer, each
of twelve neurons is a bar on one sixth of a ring; the other four are noise, as smooth as the bars. In the second layer,
one neuron responds if all six bars of the upper ring are active, and one if all six of the lower ring are: these two
are loop detectors. Every other neuron has as many positive as negative weights, so a gap raises it as often as it
lowers it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.preparation.strokes import ink_strokes
from digitlens.laboratory.dictionary import Part
from digitlens.laboratory.surrogates import surrogates
from digitlens.network.activations import ACTIVATIONS
from digitlens.network.network import Layer, Network

SECTORS, RADIUS, PEN = 6, 4.5, 1.1  # pixels
MIDDLES = ((7.0, 13.5), (20.0, 13.5))  # row and column of the ring above and the ring below
GAIN = 12.0  # how sharply a neuron separates its two cases: the difference in z


@dataclass(frozen=True, slots=True, eq=False)
class Planted:
    """The network, pictures for it, and which neurons are detectors."""

    network: Network
    images: NDArray[np.uint8]  # (n, 28, 28)
    digits: NDArray[np.uint8]  # (n,), 0 or 1 at random, unrelated to the rings
    bars: tuple[int, ...]  # neurons of the first layer that are bars
    loops: tuple[tuple[int, str], ...]  # neurons of the second layer, and the part that each detects


def planted(rng: np.random.Generator, count: int = 600) -> Planted:
    """The network and `count` pictures. About half of the upper rings are closed, and about half of the lower."""
    gaps = np.where(rng.random((count, 2)) < 0.5, -1, rng.integers(0, SECTORS, (count, 2)))
    images = [np.maximum(_ring(0, above, rng), _ring(1, below, rng)) for above, below in gaps.tolist()]
    digits = rng.integers(0, 2, count).astype(np.uint8)
    loops = ((0, "a loop above"), (1, "a loop below"))
    return Planted(_network(rng), np.stack(images), digits, tuple(range(2 * SECTORS)), loops)


def _angle(sector: int) -> float:
    return 2 * np.pi * (sector + 0.5) / SECTORS


def _ring(place: int, gap: int, rng: np.random.Generator | None = None) -> NDArray[np.uint8]:
    """A ring, without its sixth number `gap` unless that is negative. With `rng`, place and size vary a little."""
    moved = rng.uniform(-0.2, 0.2, 2) if rng else np.zeros(2)
    radius = RADIUS + (rng.uniform(-0.15, 0.15) if rng else 0.0)
    first, last = (0.0, 2 * np.pi) if gap < 0 else (_angle(gap) + 0.6, _angle(gap) - 0.6 + 2 * np.pi)
    turn = np.linspace(first, last, 40)
    row, column = np.array(MIDDLES[place]) + moved
    points = np.stack([column + 0.5 + radius * np.cos(turn), row + 0.5 + radius * np.sin(turn)], axis=1)
    return np.round(255 * ink_strokes([points], (28, 28), PEN)).astype(np.uint8)


def _network(rng: np.random.Generator) -> Network:
    mask = np.ones(784, bool)
    rows = []
    for place in (0, 1):
        for sector in range(SECTORS):
            row = round(MIDDLES[place][0] + RADIUS * np.sin(_angle(sector)))
            column = round(MIDDLES[place][1] + RADIUS * np.cos(_angle(sector)))
            rows.append(Part("bar", np.degrees(_angle(sector)), row, column, 5.0, 2.5).picture().ravel())
    bars = np.array(rows)
    noise = [surrogates(bars[3 * k], mask, 1, rng)[0] for k in range(4)]
    weights, biases = np.concatenate([bars, noise]), np.zeros(16)
    for neuron in range(12):
        place, sector = divmod(neuron, SECTORS)
        closed, gapped = (weights[neuron] @ (_ring(place, gap).ravel() / 255.0) for gap in (-1, sector))
        weights[neuron] *= GAIN / (closed - gapped)
        biases[neuron] = -GAIN * (closed + gapped) / 2 / (closed - gapped)
    second, offsets = np.zeros((16, 16)), np.zeros(16)
    for place in (0, 1):
        second[place, SECTORS * place : SECTORS * (place + 1)] = GAIN
        offsets[place] = -GAIN * (SECTORS - 0.5)
    for neuron in range(2, 16):
        for place in (0, 1):
            second[neuron, SECTORS * place : SECTORS * (place + 1)] = rng.permutation([1.0, 1, 1, -1, -1, -1])
    outputs = np.zeros((10, 16))
    outputs[0, 0] = outputs[1, 1] = 1.0
    sigmoid = ACTIVATIONS["sigmoid"]
    layers = (Layer(weights, biases), Layer(second, offsets), Layer(outputs, np.zeros(10)))
    return Network(layers, (sigmoid, sigmoid, sigmoid))
