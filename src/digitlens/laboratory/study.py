"""The study: networks from several seeds are trained and examined, beside controls in which nothing can be found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import DataSet
from digitlens.digits.preparation.adjusting import adjust_bytes
from digitlens.errors import DataError
from digitlens.laboratory.dictionary import dictionary
from digitlens.laboratory.first_layer import FirstLayer, first_layer, inked
from digitlens.laboratory.probes import Probes, probed
from digitlens.laboratory.second_layer import SecondLayer, activations, second_layer
from digitlens.laboratory.stimuli import Shown, shown
from digitlens.learning.experiments import Experiments, Outcome
from digitlens.learning.recipe import Recipe
from digitlens.learning.training import fitted
from digitlens.learning.varied import accuracy
from digitlens.network.network import Network

TRAINED, BEFORE, SHUFFLED, RANDOM = "trained", "before training", "pixels shuffled", "random labels"
CONTROLS = (BEFORE, SHUFFLED, RANDOM)
SECOND, UNTRAINED, FIRST, PIXELS = "second layer", "second layer before training", "first layer", "pixels"
PROBED = (SECOND, UNTRAINED, FIRST, PIXELS)
HELP: dict[str, dict[str, Any]] = {  # what may make weight pictures look more like strokes
    "distorted images": {"augmentation": "affine"},
    "weight decay 0.001": {"weight_decay": 0.001},
    "ReLU, rate 0.2": {"activation": "relu", "learning_rate": 0.2},
    "64-64 neurons": {"hidden": (64, 64)},
}
HELP_SEEDS = 3
Heard = Callable[[str, float], object]  # what is being done, and which share of it is


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """Networks trained in one way: what they came to, and what was found in their first layers."""

    name: str
    accuracies: NDArray[np.float64]  # (seeds,), on the test images
    layers: tuple[FirstLayer, ...]  # one a seed


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """All that was found."""

    recipe: Recipe
    data: str
    sizes: tuple[int, ...]  # how many neurons each layer has, the picture first
    seeds: tuple[int, ...]
    accuracies: NDArray[np.float64]  # (seeds,), of the trained networks
    first: dict[str, tuple[FirstLayer, ...]]  # by condition, one a seed
    pictures: NDArray[np.float64]  # (neurons, 784), the first layer of the first network
    shine: tuple[float, float]  # how alike weights and initial weights are: where no ink ever comes, and elsewhere
    second: tuple[SecondLayer, ...]  # one a seed; empty where there is no second hidden layer
    second_before: tuple[SecondLayer, ...]  # the same before training
    probes: dict[str, tuple[Probes, ...]]  # by what is probed, one a seed; empty where there is no second hidden layer
    helped: tuple[Way, ...]


def run_study(
    recipe: Recipe, data: DataSet, seeds: int, *, helped: bool = True, jobs: int | None = None, heard: Heard
) -> Study:
    """Train and examine. Raises DataError where a run fails, and what Experiments raises."""
    recipe = fitted(recipe, data, chosen=False)
    recipes = [recipe.changed(seed=recipe.seed + i) for i in range(seeds)]
    mixed = [one.changed(labels="random") for one in recipes]
    ways = {name: [one.changed(**changes) for one in recipes[:HELP_SEEDS]] for name, changes in HELP.items()}
    wanted = [*recipes, *mixed, *(one for way in ways.values() for one in way if helped)]
    outcomes = iter(_trained(wanted, data, jobs, heard))
    trained, random = [next(outcomes) for _ in recipes], [next(outcomes) for _ in mixed]
    seen = tuple(adjust_bytes(half.images, recipe.preparation) for half in (data.training, data.test))  # as networks do
    training = seen[0].reshape(-1, 784)
    mask = inked(training)
    parts = dictionary(mask)
    looks = _Looks(heard, 4 * seeds + (3 * seeds if len(recipe.hidden) > 1 else 0) + (len(wanted) - 2 * seeds))
    test = shown(seen[1], data.test.digits, recipe.stream("shown")) if len(recipe.hidden) > 1 else None

    first: dict[str, list[FirstLayer]] = {name: [] for name in (TRAINED, *CONTROLS)}
    second: tuple[list[SecondLayer], list[SecondLayer]] = ([], [])
    probes: list[dict[str, Probes]] = []
    for one, outcome, other in zip(recipes, trained, random, strict=True):
        start, rng = one.initial_network(len(data.classes)), one.stream("laboratory")
        weights = _weights(outcome)
        looked_at = {TRAINED: weights, BEFORE: start.layers[0].weights, SHUFFLED: shuffled(weights, mask, rng),
                     RANDOM: _weights(other)}  # fmt: skip
        for name, pictures in looked_at.items():
            first[name].append(looks.at(lambda p=pictures, r=rng: first_layer(p, parts, r)))  # type: ignore[misc]
        if test:
            assert outcome.reader
            end = outcome.reader.network
            for network, found in zip((end, start), second, strict=True):
                found.append(looks.at(lambda n=network, t=test, r=rng: second_layer(n, t, r)))  # type: ignore[misc]
            probes.append(looks.at(lambda n=end, s=start, t=test, o=one: _probes(n, s, t, o)))  # type: ignore[misc]
    told = []
    for name, way in ways.items() if helped else ():
        runs = [next(outcomes) for _ in way]
        layers = []
        for run in runs:
            rng = run.recipe.stream("laboratory")
            layers.append(looks.at(lambda r=run, g=rng: first_layer(_weights(r), parts, g)))  # type: ignore[misc]
        told.append(Way(name, np.array([accuracy(run) for run in runs]), tuple(layers)))
    never: NDArray[np.bool_] = np.asarray(~(training > 0).any(axis=0))
    begun = recipes[0].initial_network(len(data.classes)).layers[0].weights
    return Study(
        recipe, data.name, recipe.sizes(len(data.classes)), tuple(one.seed for one in recipes),
        np.array([accuracy(one) for one in trained]),
        {name: tuple(found) for name, found in first.items()}, _weights(trained[0]).astype(np.float64),
        (_alike(_weights(trained[0]), begun, never), _alike(_weights(trained[0]), begun, ~never)),
        tuple(second[0]), tuple(second[1]),
        {name: tuple(one[name] for one in probes) for name in PROBED if probes}, tuple(told),
    )  # fmt: skip


def shuffled(weights: NDArray[Any], mask: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[Any]:
    """The same weights, the pixels that count in another order: the same for all neurons."""
    places, mixed = np.flatnonzero(mask), weights.copy()
    mixed[:, places] = weights[:, rng.permutation(places)]
    return mixed


def _probes(network: Network, start: Network, test: Shown, recipe: Recipe) -> dict[str, Probes]:
    """Probe each of PROBED, on the same halves of the pictures and the same shuffled labels."""
    held = dict(zip(PROBED, ((network, 2), (start, 2), (network, 1), (network, 0)), strict=True))
    return {
        name: probed(activations(one, test.images, layer), test.has, test.digits, recipe.stream("probes"))
        for name, (one, layer) in held.items()
    }


class _Looks:
    """Counts what has been examined."""

    def __init__(self, heard: Heard, total: int) -> None:
        self._heard, self._total, self._done = heard, max(1, total), 0

    def at(self, look: Callable[[], Any]) -> Any:
        """One more."""
        self._heard("examining", self._done / self._total)
        found = look()
        self._done += 1
        return found


def _trained(recipes: list[Recipe], data: DataSet, jobs: int | None, heard: Heard) -> Iterator[Outcome]:
    experiments = Experiments(
        recipes, data, jobs=jobs, heard=lambda now: heard("training", now.epochs / now.all_epochs)
    )
    for outcome in experiments.in_order():
        if outcome.error:
            raise DataError(f"a run ended in an error, so that nothing can be compared: {outcome.error}")
        yield outcome


def _weights(outcome: Outcome) -> NDArray[Any]:
    assert outcome.reader
    return outcome.reader.network.layers[0].weights


def _alike(one: NDArray[Any], other: NDArray[Any], where: NDArray[np.bool_]) -> float:
    """The correlation of two layers' weights on some pixels; not a number where there are none."""
    if not where.any():
        return float("nan")
    return float(np.corrcoef(one[:, where].ravel(), other[:, where].ravel())[0, 1])
