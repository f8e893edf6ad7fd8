"""How much memory the work of a visitor keeps, estimated from what was asked for, before it begins."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from digitlens.learning.recipe import step_settings
from digitlens.server.training.run_status import RunRequest
from digitlens.server.training.snapshots import most_snapshots

if TYPE_CHECKING:
    from digitlens.server.training.comparison import ComparisonRequest

CURVES = 2 * 2**20  # bytes: the history of a run, its curves, and the frames made of it


def memory_of(request: RunRequest | ComparisonRequest) -> int:
    """Bytes that this work keeps until it is forgotten, about."""
    if isinstance(request, RunRequest):
        return _state(request) + 4 * _weights(request) * most_snapshots(_weights(request)) + CURVES
    sides = request.a, request.b
    return max(map(_state, sides)) + sum(_network(side) + request.seeds * CURVES for side in sides)


def _weights(request: RunRequest) -> int:
    sizes = request.recipe.sizes(len(request.classes), math.prod(request.image_shape))
    return sum(n * (n_before + 1) for n_before, n in pairwise(sizes))


def _network(request: RunRequest) -> int:
    """Bytes of the weights and biases."""
    return _weights(request) * np.dtype(request.recipe.precision).itemsize


def _state(request: RunRequest) -> int:
    """Bytes of a run's state: the network, what its optimiser remembers, and its running mean, if there is one."""
    recipe = request.recipe
    return _network(request) * (1 + recipe.optimiser_pair().memories + bool(step_settings(recipe).running_mean))
