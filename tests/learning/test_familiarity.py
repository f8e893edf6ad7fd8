"""Learning what digits look like: the gradient is right, and a short lesson already tells something."""

from __future__ import annotations

import numpy as np
import pytest
from tests.reading.test_familiarity import familiarity

from digitlens.digits.synthetic.nondigits import nondigits
from digitlens.digits.synthetic.pen.writer import pen_digits
from digitlens.errors import ShapeError
from digitlens.learning.familiarity import fit_familiarity, slope
from digitlens.learning.familiarity_data import SHARES, augmented, digit_images, framed, nondigit_images
from digitlens.network.costs import one_hot
from digitlens.network.network import Layer, Layers
from digitlens.reading.familiarity import Familiarity, forward, scores

DIGITS = pen_digits(500, seed=6).digits


def cost(layers: Layers, images: np.ndarray, targets: np.ndarray) -> float:
    z = forward(layers, images)[-1]
    most = z.max(axis=1, keepdims=True)
    return float((np.log(np.exp(z - most).sum(axis=1)) + most[:, 0] - (z * targets).sum(axis=1)).mean())


def remainders(number: int, wrong: float = 0.0) -> float:
    """How the Taylor remainder shrinks when the step in layer `number` halves: 4 for a right gradient."""
    rng = np.random.default_rng(number)
    layers, images = familiarity(3).layers, rng.random((3, 28, 28))
    targets = one_hot(np.array([1, 10, 4]), 11, float)
    gradient = slope(layers, images, targets)[number]
    way = Layer(*(rng.normal(size=w.shape) for w in (layers[number].weights, layers[number].biases)))
    fall = (1 + wrong) * float((gradient.weights * way.weights).sum() + (gradient.biases * way.biases).sum())

    def at(h: float) -> float:
        moved = Layer(layers[number].weights + h * way.weights, layers[number].biases + h * way.biases)
        return cost((*layers[:number], moved, *layers[number + 1 :]), images, targets)

    here = at(0.0)
    return abs(at(1e-5) - here - 1e-5 * fall) / abs(at(5e-6) - here - 5e-6 * fall)


@pytest.mark.parametrize("number", range(4))
def test_the_gradient_of_every_layer_has_a_remainder_that_quarters(number: int) -> None:
    assert remainders(number) == pytest.approx(4, abs=0.1)
    assert remainders(number, wrong=0.01) == pytest.approx(2, abs=0.1)  # so the test can fail


@pytest.fixture(scope="module")
def learned() -> Familiarity:
    return fit_familiarity(DIGITS[:300], DIGITS[300:], seed=1, epochs=4, images_per_epoch=1_000)


def test_a_short_lesson_already_tells_silhouettes_from_digits(learned: Familiarity) -> None:
    shapes = scores(learned.layers, framed(nondigits("silhouette", 60, 9, DIGITS)) / 255)
    digits = scores(learned.layers, pen_digits(60, seed=8).digits.images / 255)
    assert np.mean(digits[:, None] > shapes) > 0.65  # of all pairs of one and the other


def test_as_many_validation_digits_are_turned_away_as_the_threshold_says(learned: Familiarity) -> None:
    away = learned.of(DIGITS.images[300:] / 255) < learned.threshold
    assert np.mean(away) == pytest.approx(learned.threshold, abs=0.01)


def test_what_is_learned_fits_into_sixteen_bits_and_is_the_same_for_the_same_seed(learned: Familiarity) -> None:
    for layer in learned.layers:
        assert np.array_equal(layer.weights, layer.weights.astype(np.float16))
        assert np.array_equal(layer.biases, layer.biases.astype(np.float16))
    heard: list[str] = []
    short = {"epochs": 1, "images_per_epoch": 100}
    first = fit_familiarity(DIGITS[:100], DIGITS[300:], 1, **short, progress=heard.append)  # type: ignore[arg-type]
    again, other = (fit_familiarity(DIGITS[:100], DIGITS[300:], seed, **short) for seed in (1, 2))  # type: ignore[arg-type]
    assert np.array_equal(first.scores, again.scores)
    assert not np.array_equal(first.scores, other.scores)
    assert len(heard) == 3


def test_no_digits_are_refused() -> None:
    for training, validation in ((DIGITS[:0], DIGITS), (DIGITS, DIGITS[:0])):
        with pytest.raises(ShapeError, match=r"got 0 and 500|got 500 and 0"):
            fit_familiarity(training, validation)


def test_what_it_learns_from_is_of_every_kind_and_every_way_of_writing() -> None:
    strangers = nondigit_images(DIGITS, 200, seed=0)
    assert list(strangers) == list(SHARES)
    assert all(len(images) for kind, images in strangers.items() if kind not in ("noise", "blank"))
    digits = digit_images(DIGITS, 300, seed=0)
    assert 250 < len(digits) < 400
    assert (np.bincount(digits.digits, minlength=10) >= 10).all()


def test_pictures_are_shown_a_little_different_every_time_with_thicker_and_thinner_pens() -> None:
    rng = np.random.default_rng(0)
    first, again = augmented(DIGITS.images, rng), augmented(DIGITS.images, rng)
    assert first.dtype == np.float32
    assert 0 <= first.min() <= first.max() <= 1
    ink, before = first.sum(axis=(1, 2)), DIGITS.images.sum(axis=(1, 2)) / 255
    assert not np.array_equal(first, again)
    assert np.mean(ink > 1.25 * before) == pytest.approx(0.15, abs=0.08)
    assert np.mean(ink < 0.75 * before) > 0.02
    assert framed([]).shape == (0, 28, 28)
