"""Initial weights: from the distribution that the source gives, and from the generator that is handed in."""

from __future__ import annotations

import math

import numpy as np
import pytest

from digitlens.errors import RecipeError
from digitlens.network.activations import relu, sigmoid
from digitlens.network.initialisation import INITIALISATIONS, initialise

N, N_BEFORE = 200, 300
DRAWS = N * N_BEFORE
VARIANCE = {
    "standard_normal": 1.0,
    "one_over_n": 1 / N_BEFORE,
    "glorot": (2 * math.sqrt(6 / (N + N_BEFORE))) ** 2 / 12,  # of a uniform distribution: width² / 12
    "he": 2 / N_BEFORE,
}


@pytest.mark.parametrize("scheme", INITIALISATIONS)
def test_weights_have_the_mean_and_the_variance_of_their_source(scheme: str) -> None:
    # The mean of n draws has a spread of σ/√n; their variance one of σ²√(2/n) if normal, less if uniform. Five of each
    # are exceeded once in a million draws, and this draw is fixed.
    W, b = INITIALISATIONS[scheme](np.random.default_rng(7), N, N_BEFORE)
    variance = VARIANCE[scheme]
    assert W.shape == (N, N_BEFORE)
    assert b.shape == (N,)
    assert abs(W.mean()) < 5 * math.sqrt(variance / DRAWS)
    assert abs(W.var() - variance) < 5 * variance * math.sqrt(2 / DRAWS)
    if scheme == "standard_normal":
        assert abs(b.mean()) < 5 / math.sqrt(N)
        assert abs(b.var() - 1) < 5 * math.sqrt(2 / N)
    else:
        assert not b.any()


def test_glorot_is_uniform_within_its_limits() -> None:
    W, _ = INITIALISATIONS["glorot"](np.random.default_rng(0), N, N_BEFORE)
    limit = math.sqrt(6 / (N + N_BEFORE))
    assert limit * 0.999 < np.abs(W).max() <= limit
    quarters = np.histogram(W, bins=4, range=(-limit, limit))[0]
    assert np.abs(quarters - DRAWS / 4).max() < 5 * math.sqrt(DRAWS * 3 / 16)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("scheme", INITIALISATIONS)
def test_the_same_generator_gives_the_same_network_in_the_type_asked_for(scheme: str, dtype: type) -> None:
    def made(seed: int) -> list[np.ndarray]:
        network = initialise((6, 5, 3), (relu, sigmoid), scheme, np.random.default_rng(seed), dtype)
        assert network.sizes == (6, 5, 3)
        assert network.dtype == dtype
        return [layer.weights for layer in network.layers]

    assert all(np.array_equal(a, b) for a, b in zip(made(1), made(1), strict=True))
    assert not np.array_equal(made(1)[0], made(2)[0])


def test_numpys_global_generator_plays_no_part() -> None:
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - it is looked at, not used
    initialise((6, 3), (relu,), "he", np.random.default_rng(0))
    assert np.array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_an_unknown_initialisation_is_refused_with_the_known_ones() -> None:
    with pytest.raises(RecipeError, match="one of standard_normal, one_over_n, glorot, he, got 'zeros'"):
        initialise((6, 3), (relu,), "zeros", np.random.default_rng(0))
