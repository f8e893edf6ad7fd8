"""What looks like a digit: the model's arithmetic, and what is said of a picture."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from digitlens.digits.synthetic.pen.writer import pen_digits
from digitlens.errors import ShapeError
from digitlens.network.network import Layer
from digitlens.reading.familiarity import QUANTILES, SHAPES, Familiarity, forward, in_two_parts, patches, scores

IMAGES = pen_digits(40, seed=2).digits.images / 255.0


def familiarity(seed: int = 0, threshold: float = 0.25) -> Familiarity:
    """One that has learned nothing: random weights, and the scores of pen digits."""
    rng = np.random.default_rng(seed)
    layers = tuple(
        Layer(*(w.astype(np.float16).astype(float) for w in (rng.normal(0, m**-0.5, (n, m)), rng.normal(0, 0.1, n))))
        for n, m in SHAPES
    )
    found = np.quantile(scores(layers, IMAGES), np.linspace(0, 1, QUANTILES)).astype(np.float32)
    return Familiarity(layers, found.astype(float), threshold)


MODEL = familiarity()


def by_loops(image: np.ndarray) -> float:
    """The score of one picture, as one would work it out by hand."""
    looked = image[None]  # (channels, rows, columns)
    for (n, _), layer, side in zip(SHAPES[:2], MODEL.layers, (5, 4), strict=False):
        size = (looked.shape[1] - side) // 2 + 1
        seen = np.zeros((n, size, size))
        for j in range(n):
            eye = layer.weights[j].reshape(looked.shape[0], side, side)
            for row in range(size):
                for column in range(size):
                    patch = looked[:, 2 * row : 2 * row + side, 2 * column : 2 * column + side]
                    seen[j, row, column] = max(float((eye * patch).sum()) + layer.biases[j], 0.0)
        looked = seen
    hidden = np.moveaxis(looked, 0, -1).ravel()
    hidden = np.maximum(MODEL.layers[2].weights @ hidden + MODEL.layers[2].biases, 0)
    z = MODEL.layers[3].weights @ hidden + MODEL.layers[3].biases
    return float(np.log(np.exp(z[:10]).sum()) - z[10])


def test_the_score_is_what_loops_by_hand_give() -> None:
    got = scores(MODEL.layers, IMAGES[:3])
    assert got == pytest.approx([by_loops(image) for image in IMAGES[:3]], abs=1e-12)
    assert len(set(got.round(6))) == 3


def test_a_score_far_out_does_not_overflow() -> None:
    *rest, last = MODEL.layers
    biases = last.biases.copy()
    biases[3] = 1e5
    assert scores((*rest, Layer(last.weights, biases)), IMAGES[:1]) == pytest.approx([1e5], rel=1e-3)


def test_the_patches_of_a_layer_are_what_forward_shows() -> None:
    first, second, flat, hidden, z = forward(MODEL.layers, IMAGES[:2])
    assert [part.shape for part in (first, second, flat, hidden, z)] == [
        (2, 12, 12, 25), (2, 5, 5, 192), (2, 600), (2, 64), (2, 11),
    ]  # fmt: skip
    assert np.array_equal(patches(IMAGES[:2, ..., None], 5), first)


def test_familiarity_is_the_share_of_held_out_digits_that_look_less_like_one() -> None:
    got = MODEL.of(IMAGES)
    order = np.argsort(np.argsort(scores(MODEL.layers, IMAGES)))
    np.testing.assert_allclose(got, order / (len(IMAGES) - 1), atol=0.006)  # between two of 201 quantiles
    assert 0 <= got.min() <= got.max() <= 1
    assert np.mean(got < MODEL.threshold) == pytest.approx(0.25, abs=0.03)


def test_many_pictures_are_judged_as_one_by_one_in_any_precision_and_none_at_all() -> None:
    many = np.concatenate([IMAGES] * 13)  # 520: more than are looked at together
    np.testing.assert_allclose(MODEL.of(many), np.tile(MODEL.of(IMAGES), 13), atol=1e-9)
    single = MODEL.of(IMAGES.astype(np.float32))
    assert single.dtype == np.float64
    np.testing.assert_allclose(single, MODEL.of(IMAGES), atol=1e-4)
    assert MODEL.of(IMAGES[:0]).shape == (0,)


def test_a_picture_below_the_threshold_is_no_digit_and_one_at_it_is() -> None:
    shares = MODEL.of(IMAGES)
    for threshold, is_digit in ((shares[0], True), (min(shares[0] + 1e-6, 1.0), False)):
        said = replace(MODEL, threshold=float(threshold)).judge(IMAGES[0])
        assert (said.is_digit, said.familiarity) == (is_digit, shares[0])
        assert bool(said.reason) != is_digit


def apart(gap: int) -> np.ndarray:
    image = np.zeros((28, 28))
    image[6:22, 6:10] = image[6:22, 10 + gap : 13 + gap] = 1
    return image


def test_two_things_are_two_only_where_they_do_not_touch_and_both_weigh() -> None:
    assert in_two_parts(apart(2))
    assert not in_two_parts(apart(0))
    crumb = apart(0)
    crumb[2:4, 2:4] = 1
    assert not in_two_parts(crumb)
    assert not in_two_parts(np.zeros((28, 28)) + 0.01)
    strict = replace(MODEL, threshold=1.0)
    assert strict.judge(apart(2)).reason == "two separate things"
    assert strict.judge(apart(0)).reason == "unlike any digit"


WRONG: list[Any] = [
    np.zeros((28, 28)), np.zeros((1, 784)), np.zeros((1, 28, 27)), np.zeros((1, 1, 28, 28)), np.zeros((1, 28, 28), int),
]  # fmt: skip


@pytest.mark.parametrize("images", WRONG)
def test_other_arrays_are_refused(images: np.ndarray) -> None:
    with pytest.raises(ShapeError, match=r"framed pictures \(n, 28, 28\)"):
        MODEL.of(images)


def test_parts_that_do_not_fit_are_refused() -> None:
    layers, found = MODEL.layers, MODEL.scores
    wide, short = Layer(np.zeros((12, 26)), np.zeros(12)), Layer(layers[0].weights, np.zeros(9))
    for wrong in (layers[:3], (*layers[:3], layers[0]), (wide, *layers[1:]), (short, *layers[1:])):
        with pytest.raises(ShapeError, match="weights of shapes"):
            Familiarity(wrong, found)
    for scores_ in (found[:-1], found[::-1], np.where(np.arange(QUANTILES) == 5, np.nan, found)):
        with pytest.raises(ShapeError, match="ascending"):
            Familiarity(layers, scores_)
    for threshold in (-0.1, 1.1, float("nan")):
        with pytest.raises(ShapeError, match="from 0 to 1"):
            Familiarity(layers, found, threshold)


def test_its_file_would_be_small() -> None:
    numbers = sum(layer.weights.size + layer.biases.size for layer in MODEL.layers)
    assert 2 * numbers + 4 * QUANTILES < 120_000
