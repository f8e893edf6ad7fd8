"""A whole study, on small pictures: networks are trained, and all conditions examined."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.learning.bars import CLASSES, small

from digitlens.digits.dataset import DataSet, Digits
from digitlens.digits.preparation.adjusting import adjust_bytes
from digitlens.errors import DataError
from digitlens.laboratory.first_layer import inked_pixels
from digitlens.laboratory.parts import PARTS, parts_of
from digitlens.laboratory.probes import linear_probes
from digitlens.laboratory.second_layer import activations
from digitlens.laboratory.study import CONTROLS, PROBED, TRAINED, VARIANTS, Study, _correlation, run_study, shuffled
from digitlens.learning.recipe import Recipe
from digitlens.learning.training import Run

WINDOW = slice(9, 19)  # rows and columns that ever have ink


def bars(count: int, seed: int) -> Digits:
    """Small bars in four places, half of them with a hole, and nothing anywhere else."""
    rng = np.random.default_rng(seed)
    digits = rng.integers(0, 4, count).astype(np.uint8)
    images = np.zeros((count, 28, 28), np.uint8)
    images[:, WINDOW, WINDOW] = rng.integers(0, 60, (count, 10, 10))
    for image, digit, hole in zip(images, digits, rng.random(count) < 0.5, strict=True):
        row = 9 + 2 * int(digit)
        image[row : row + 3, 10:18] = rng.integers(150, 256)
        image[row + 1, 12 : 12 + 4 * hole] = 0
    return Digits(images, digits)


DATA = DataSet("bars", "bars made for tests", bars(90, 0), bars(400, 1), CLASSES)
RECIPE = small(hidden=(4, 3), epochs=3, seed=5)


def trained(recipe: Recipe) -> np.ndarray:
    """The first layer's weights after a run of its own."""
    run = Run(recipe, DATA)
    for _ in run:
        pass
    return run.reader().network.layers[0].weights


@pytest.fixture(scope="module")
def heard() -> list[tuple[str, float]]:
    return []


@pytest.fixture(scope="module")
def study(heard: list[tuple[str, float]]) -> Study:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(VARIANTS, "64-64 neurons", {"hidden": (6, 5)})  # 64 take half a minute
        return run_study(RECIPE, DATA, 2, jobs=1, progress=lambda doing, share: heard.append((doing, share)))


def test_every_condition_is_examined_for_every_seed(study: Study) -> None:
    assert study.seeds == (5, 6)
    assert (study.data, study.sizes, study.recipe.seed, study.recipe.data) == ("bars", (784, 4, 3, 4), 5, "bars")
    assert list(study.first) == [TRAINED, *CONTROLS]
    for layers in study.first.values():
        assert [len(layer.significant) for layer in layers] == [4, 4]
        for layer in layers:
            assert ((layer.explained > 0) & (layer.explained <= 1)).all()
            assert ((layer.p > 0) & (layer.p <= 1)).all()
            assert len(layer.parts) == 4
    explained = {name: layers[0].explained.tolist() for name, layers in study.first.items()}
    assert len(set(map(tuple, explained.values()))) == len(explained), "no two conditions are the same weights"
    assert study.accuracies.shape == (2,)
    assert ((study.accuracies >= 0) & (study.accuracies <= 1)).all()


def test_the_pictures_are_the_weights_of_the_network_that_the_first_seed_gives(study: Study) -> None:
    fit = RECIPE.changed(data="bars", validation=9)  # a tenth of 90
    np.testing.assert_array_equal(study.pictures, trained(fit).astype(float))
    assert study.recipe == fit


def test_where_no_ink_ever_comes_weights_stay_as_they_began_and_elsewhere_they_do_not(study: Study) -> None:
    never, ever = study.initial_correlation
    assert never > 0.999999
    assert ever < 0.999


def test_both_second_layers_are_examined(study: Study) -> None:
    for layers in (study.second, study.second_before):
        assert [layer.auc.shape for layer in layers] == [(3, len(PARTS))] * 2
        assert [layer.silenced.shape for layer in layers] == [(3, 4)] * 2
    one, before = study.second[0], study.second_before[0]
    assert one.digits[0] == before.digits[0] == "0 1 2 3", "half of each have a loop"
    assert not np.array_equal(one.auc, before.auc)
    assert (np.nan_to_num(one.loop_filled) > 0).all()


def test_each_layer_is_probed_and_a_network_trained_again_reads_the_same(study: Study) -> None:
    assert list(study.probes) == list(PROBED)
    for layers in study.probes.values():
        assert [layer.auc.shape for layer in layers] == [(len(PARTS),)] * 2
        assert layers[0].auc[0] > 0.5, "half of the bars have a hole"
    loop = {name: layers[0].auc[0] for name, layers in study.probes.items()}
    assert len(set(loop.values())) == len(PROBED)
    assert max(loop, key=lambda name: loop[name]) == PROBED[-1], "of the pixels nothing is lost"
    run = Run(RECIPE.changed(data="bars", validation=9), DATA)
    for _ in run:
        pass
    network, has = run.reader().network, parts_of(DATA.test.images)
    again = linear_probes(activations(network, DATA.test.images, 2), has, DATA.test.digits, RECIPE.stream("probes"))
    for of in ("auc", "control", "by_heart"):
        np.testing.assert_array_equal(getattr(study.probes[PROBED[0]][0], of), getattr(again, of))


def test_what_may_help_is_tried_with_up_to_three_seeds(study: Study) -> None:
    assert [variant.name for variant in study.variants] == list(VARIANTS)
    for variant in study.variants:
        assert len(variant.layers) == len(variant.accuracies) == 2
        neurons = 6 if variant.name == "64-64 neurons" else 4
        assert [len(layer.significant) for layer in variant.layers] == [neurons] * 2


def test_how_far_it_is_is_told_in_shares(study: Study, heard: list[tuple[str, float]]) -> None:
    assert {doing for doing, _ in heard} == {"training", "examining"}
    for doing in ("training", "examining"):
        shares = [share for name, share in heard if name == doing]
        assert shares == sorted(shares)
        assert all(0 <= share <= 1 for share in shares)
        assert shares[-1] > 0.9
    looks = [share for name, share in heard if name == "examining"]
    assert looks == [k / len(looks) for k in range(len(looks))]
    assert len(looks) == 2 * (4 + 2 + 1 + len(VARIANTS))


def test_where_every_pixel_has_ink_there_are_no_weights_that_stay() -> None:
    one, other = np.random.default_rng(0).normal(size=(2, 3, 784))
    assert np.isnan(_correlation(one, other, np.zeros(784, bool)))
    assert _correlation(one, one, np.ones(784, bool)) == pytest.approx(1)
    assert _correlation(one, np.where(np.arange(784) < 9, one, other), np.arange(784) < 9) == pytest.approx(1)


@pytest.fixture(scope="module")
def stroke() -> np.ndarray:
    """A short stroke that leans, (28, 28)."""
    row, column = np.mgrid[:28, :28]
    return np.where((np.abs(column - 27 + row) < 3) & (np.abs(row - 13) < 8), np.uint8(255), np.uint8(0))


@pytest.fixture(scope="module")
def straightened(stroke: np.ndarray) -> Study:
    """One hidden layer, and pictures that are adjusted."""
    pictures = Digits(np.stack([stroke] * 40), np.arange(40, dtype=np.uint8) % 2)
    data = DataSet("leaning", "strokes made for tests", pictures, pictures, ("0", "1"))
    recipe = small(hidden=(2,), epochs=1, preparation=("straighten",))
    return run_study(recipe, data, 1, variants=False, jobs=1, progress=lambda *_: None)


def test_without_a_second_hidden_layer_nothing_is_said_of_one(straightened: Study) -> None:
    assert straightened.second == straightened.second_before == straightened.variants == ()
    assert straightened.probes == {}
    assert straightened.sizes == (784, 2, 2)
    assert {len(layers) for layers in straightened.first.values()} == {1}


def test_pictures_are_examined_as_the_network_sees_them(straightened: Study, stroke: np.ndarray) -> None:
    learned = (np.abs(straightened.pictures - begun(straightened)) > 0).any(axis=0)
    seen = adjust_bytes(stroke[None], ("straighten",))[0].ravel() > 0
    np.testing.assert_array_equal(learned, seen)
    assert (learned & (stroke.ravel() == 0)).sum() > 10, "straightened, it stands where it did not"
    assert straightened.initial_correlation[0] > 0.999999, "what never has ink after the adjusting is what stays"


def begun(study: Study) -> np.ndarray:
    """The first layer before training."""
    return study.recipe.initial_network(study.sizes[-1]).layers[0].weights


def test_a_run_that_diverges_ends_the_study() -> None:
    wild = small(activation="relu", output="relu", learning_rate=1e6, schedule="constant", hidden=(4,))
    with pytest.raises(DataError, match="nothing can be compared: the run diverged"):
        run_study(wild, DATA, 1, variants=False, jobs=1, progress=lambda *_: None)


@given(st.integers(0, 2**32 - 1), st.integers(2, 784))
def test_shuffling_moves_the_pixels_that_count_the_same_way_for_all_neurons(seed: int, many: int) -> None:
    rng = np.random.default_rng(seed)
    mask = rng.permutation(784) < many
    numbered = np.arange(784.0) * np.array([[1.0], [1000.0]])
    mixed = shuffled(numbered, mask, rng)
    np.testing.assert_array_equal(mixed[:, ~mask], numbered[:, ~mask])
    np.testing.assert_array_equal(np.sort(mixed[0]), numbered[0])
    np.testing.assert_array_equal(mixed[1], 1000 * mixed[0])
    assert many < 20 or (mixed != numbered).any()
    np.testing.assert_array_equal(numbered[0], np.arange(784))


def test_the_small_pictures_are_what_these_tests_take_them_for() -> None:
    assert inked_pixels(DATA.training.flat).sum() == 100
    assert activations(RECIPE.initial_network(4), DATA.test.images, 2).shape == (400, 3)
