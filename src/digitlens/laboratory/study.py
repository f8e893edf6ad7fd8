"""The study: networks of several seeds are trained and examined, together with controls that have nothing to find."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import DIGIT_SHAPE, DataSet, shape_name
from digitlens.digits.preparation.adjusting import adjust_bytes
from digitlens.errors import DataError, UsageError
from digitlens.laboratory.dictionary import dictionary
from digitlens.laboratory.first_layer import FirstLayer, first_layer, inked_pixels
from digitlens.laboratory.probes import Probes, linear_probes
from digitlens.laboratory.second_layer import SecondLayer, activations, second_layer
from digitlens.laboratory.stimuli import Stimuli, stimuli
from digitlens.learning.experiments import Experiments, Outcome
from digitlens.learning.recipe import Recipe
from digitlens.learning.training import fitted
from digitlens.learning.varied import accuracy
from digitlens.network.network import Network

TRAINED, BEFORE, SHUFFLED, RANDOM = "trained", "before training", "pixels shuffled", "random labels"
CONTROLS = (BEFORE, SHUFFLED, RANDOM)
SECOND, UNTRAINED, FIRST, PIXELS = "second layer", "second layer before training", "first layer", "pixels"
PROBED = (SECOND, UNTRAINED, FIRST, PIXELS)
VARIANTS: dict[str, dict[str, Any]] = {  # changes of the recipe that may make the weights look more like strokes
    "distorted images": {"augmentation": "affine"},
    "weight decay 0.001": {"weight_decay": 0.001},
    "ReLU, rate 0.2": {"activation": "relu", "learning_rate": 0.2},
    "64-64 neurons": {"hidden": (64, 64)},
}
VARIANT_SEEDS = 3
T = TypeVar("T")
Progress = Callable[[str, float], object]  # called with what is being done, and the share of it that is done, 0..1


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """Networks trained with a changed recipe: their accuracies, and the results for their first layers."""

    name: str
    accuracies: NDArray[np.float64]  # (seeds,), on the test images
    layers: tuple[FirstLayer, ...]  # one for each seed


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """All results."""

    recipe: Recipe
    data: str
    sizes: tuple[int, ...]  # neurons of each layer, the image first
    seeds: tuple[int, ...]
    accuracies: NDArray[np.float64]  # (seeds,), of the trained networks
    first: dict[str, tuple[FirstLayer, ...]]  # by condition, one for each seed
    pictures: NDArray[np.float64]  # (neurons, 784), the first-layer weights of the first network
    initial_correlation: tuple[float, float]  # of weights and initial weights: on pixels without any ink, and on others
    second: tuple[SecondLayer, ...]  # one for each seed; empty if there is no second hidden layer
    second_before: tuple[SecondLayer, ...]  # the same before training
    probes: dict[str, tuple[Probes, ...]]  # by layer (PROBED), one for each seed; empty without a second hidden layer
    variants: tuple[Variant, ...]


def run_study(
    recipe: Recipe,
    data: DataSet,
    seeds: int,
    *,
    variants: bool = True,
    jobs: int | None = None,
    cluster: str = "",
    named: str | None = None,
    progress: Progress,
    on_trained: Callable[[Outcome], object] = lambda outcome: None,
) -> Study:
    """Train and examine one network for each of `seeds` seeds, and the controls; with `variants`, also VARIANTS.

    jobs, cluster, named: where they are trained, see Experiments; the networks are examined here. on_trained: is called
    with each network as soon as it is trained. Raises DataError if a run fails, UsageError for images of another size
    than 28×28, and what Experiments raises.
    """
    if data.image_shape != DIGIT_SHAPE:
        raise UsageError(
            f"the laboratory looks for parts of digits in images of {shape_name(DIGIT_SHAPE)} pixels, and those of "
            f"{data.source} have {shape_name(data.image_shape)}; name digits (--data)"
        )
    recipe = fitted(recipe, data, chosen=False)
    recipes = [recipe.changed(seed=recipe.seed + i) for i in range(seeds)]
    random_labels = [recipe.changed(labels="random") for recipe in recipes]
    changed = {
        name: [recipe.changed(**changes) for recipe in recipes[:VARIANT_SEEDS]]
        for name, changes in (VARIANTS if variants else {}).items()
    }
    all_recipes = [*recipes, *random_labels, *(recipe for variant in changed.values() for recipe in variant)]
    experiments = Experiments(all_recipes, data, jobs=jobs, cluster=cluster, named=named)
    outcomes = iter(_trained(experiments, progress, on_trained))
    trained, random = [next(outcomes) for _ in recipes], [next(outcomes) for _ in random_labels]
    adjusted = tuple(adjust_bytes(half.images, recipe.preparation) for half in (data.training, data.test))
    training = adjusted[0].reshape(-1, 784)
    mask = inked_pixels(training)
    parts = dictionary(mask)
    deep = len(recipe.hidden) > 1
    examinations = _Examinations(progress, (7 if deep else 4) * seeds + len(all_recipes) - 2 * seeds)
    test = stimuli(adjusted[1], data.test.digits, recipe.stream("shown")) if deep else None

    first: dict[str, list[FirstLayer]] = {name: [] for name in (TRAINED, *CONTROLS)}
    second: tuple[list[SecondLayer], list[SecondLayer]] = ([], [])
    probes: list[dict[str, Probes]] = []
    for run_recipe, outcome, random_outcome in zip(recipes, trained, random, strict=True):
        initial, rng = run_recipe.initial_network(len(data.classes)), run_recipe.stream("laboratory")
        weights = _weights(outcome)
        by_condition = {TRAINED: weights, BEFORE: initial.layers[0].weights, SHUFFLED: shuffled(weights, mask, rng),
                        RANDOM: _weights(random_outcome)}  # fmt: skip
        for name, pictures in by_condition.items():
            first[name].append(examinations.do(first_layer, pictures, parts, rng))
        if test:
            assert outcome.reader
            final = outcome.reader.network
            for network, layers in zip((final, initial), second, strict=True):
                layers.append(examinations.do(second_layer, network, test, rng))
            probes.append(examinations.do(_probes, final, initial, test, run_recipe))
    results = []
    for name, variant in changed.items():
        runs = [next(outcomes) for _ in variant]
        examined = [examinations.do(first_layer, _weights(run), parts, run.recipe.stream("laboratory")) for run in runs]
        results.append(Variant(name, np.array([accuracy(run) for run in runs]), tuple(examined)))
    never: NDArray[np.bool_] = np.asarray(~(training > 0).any(axis=0))
    before = recipes[0].initial_network(len(data.classes)).layers[0].weights
    return Study(
        recipe, data.name, recipe.sizes(len(data.classes)), tuple(recipe.seed for recipe in recipes),
        np.array([accuracy(run) for run in trained]),
        {name: tuple(layers) for name, layers in first.items()}, _weights(trained[0]).astype(np.float64),
        (_correlation(_weights(trained[0]), before, never), _correlation(_weights(trained[0]), before, ~never)),
        tuple(second[0]), tuple(second[1]),
        {name: tuple(layers[name] for layers in probes) for name in PROBED if probes}, tuple(results),
    )  # fmt: skip


def shuffled(weights: NDArray[Any], mask: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[Any]:
    """The same weights with the examined pixels in a random order, the same order for all neurons."""
    places, mixed = np.flatnonzero(mask), weights.copy()
    mixed[:, places] = weights[:, rng.permutation(places)]
    return mixed


def _probes(final: Network, initial: Network, test: Stimuli, recipe: Recipe) -> dict[str, Probes]:
    """Probe each layer of PROBED, on the same halves of the pictures and with the same shuffled labels."""
    layers = dict(zip(PROBED, ((final, 2), (initial, 2), (final, 1), (final, 0)), strict=True))
    return {
        name: linear_probes(activations(network, test.images, layer), test.has, test.digits, recipe.stream("probes"))
        for name, (network, layer) in layers.items()
    }


class _Examinations:
    """Reports the share of `total` examinations that is done, before each of them."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress, self._total, self._done = progress, max(1, total), 0

    def do(self, examine: Callable[..., T], *args: Any) -> T:
        self._progress("examining", self._done / self._total)
        result = examine(*args)
        self._done += 1
        return result


def _trained(
    experiments: Experiments, progress: Progress, on_trained: Callable[[Outcome], object]
) -> Iterator[Outcome]:
    experiments.on_progress = lambda now: progress("training", now.epochs / now.all_epochs)
    for outcome in experiments:
        on_trained(outcome)
    for outcome in experiments.in_order():
        if outcome.error:
            raise DataError(f"a run ended in an error, so nothing can be compared: {outcome.error}")
        yield outcome


def _weights(outcome: Outcome) -> NDArray[Any]:
    assert outcome.reader
    return outcome.reader.network.layers[0].weights


def _correlation(first: NDArray[Any], second: NDArray[Any], where: NDArray[np.bool_]) -> float:
    """The correlation of two layers' weights on the pixels of `where`, (784,); NaN if there are none."""
    if not where.any():
        return float("nan")
    return float(np.corrcoef(first[:, where].ravel(), second[:, where].ravel())[0, 1])
