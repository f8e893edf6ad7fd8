"""Write the numbers that Python, native code and JavaScript answer to: `python -m tests.golden.make`.

One small 6-4-3-3 network and one batch of three pictures serve every legal activation × output × cost; all in float64,
every number with the digits that bring the same float64 back. What changes here changes for every twin: look twice.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from tests.network.legal import CASES, batch_of, network_of

from digitlens.learning.recipe import Recipe
from digitlens.network.activations import ACTIVATIONS
from digitlens.network.costs import cost_for
from digitlens.network.gradient import backward
from digitlens.network.initialisation import INITIALISATIONS
from digitlens.network.network import Layer, Layers, Network
from digitlens.network.optimisers import OPTIMISERS

FILE = Path(__file__).with_name("network.json")
SIZES = (6, 4, 3, 3)
RATE = 0.1


def plain(layers: Layers) -> list[dict[str, Any]]:
    """Layers as JSON values."""
    return [{"weights": layer.weights.tolist(), "biases": layer.biases.tolist()} for layer in layers]


def layers_of(values: list[dict[str, Any]]) -> Layers:
    """The layers that plain() came from."""
    return tuple(Layer(np.array(layer["weights"]), np.array(layer["biases"])) for layer in values)


def case(layers: Layers, images: np.ndarray, targets: np.ndarray, names: tuple[str, str, str]) -> dict[str, Any]:
    """One network, forward and back."""
    hidden, output, cost_name = names
    network = Network(layers, (ACTIVATIONS[hidden],) * (len(layers) - 1) + (ACTIVATIONS[output],))
    cost = cost_for(cost_name, network.activations[-1])
    trace = network.forward(images)
    return {
        "activation": hidden,
        "output": output,
        "cost": cost_name,
        "z": [z.tolist() for z in trace.z],
        "a": [a.tolist() for a in trace.a[1:]],
        "costs": cost.each(trace, targets).tolist(),
        "gradient": plain(backward(network, trace, targets, cost)),
    }


def steps(name: str, layers: Layers, gradient: Layers) -> dict[str, Any]:
    """Two steps of an optimiser on the same gradient, the second of half the rate."""
    optimiser = OPTIMISERS[name]()
    once, memory = optimiser.step(layers, gradient, optimiser.start(layers), RATE)
    twice, memory = optimiser.step(once, gradient, memory, RATE / 2)
    return {"optimiser": name, "rates": [RATE, RATE / 2], "layers": [plain(once), plain(twice)]}


def streams(seed: int) -> dict[str, Any]:
    """The first numbers of the random streams that every engine gets."""
    recipe = Recipe(seed=seed)
    weights = {name: Recipe(seed=seed, initialisation=name).initial_network().layers for name in INITIALISATIONS}
    return {
        "seed": seed,
        "order": [recipe.stream("order", epoch).permutation(60_000)[:8].tolist() for epoch in (0, 1, 59)],
        "validation": recipe.stream("validation").permutation(60_000)[:8].tolist(),
        "initial": {
            name: [[*layer.weights[0, :4].tolist(), float(layer.biases[-1])] for layer in layers]
            for name, layers in weights.items()
        },
    }


def golden() -> dict[str, Any]:
    """All of it."""
    rng = np.random.default_rng(2)
    layers = network_of("sigmoid", "sigmoid", SIZES, rng).layers
    images, targets = batch_of(SIZES, 3, rng)
    images = np.round(images * 255) / 255 * (images > 0.2)  # real pictures hold whole greys, and many zeros
    cases = [case(layers, images, targets, names) for names in CASES]
    gradient = layers_of(cases[0]["gradient"])
    return {
        "about": "6-4-3-3 networks in float64; see tests/golden/make.py",
        "sizes": SIZES,
        "layers": plain(layers),
        "images": images.tolist(),
        "targets": targets.tolist(),
        "cases": cases,
        "steps": [steps(name, layers, gradient) for name in OPTIMISERS],
        "streams": [streams(seed) for seed in (0, 2**40 + 7)],
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(golden(), separators=(",", ":")).replace('{"activation"', '\n{"activation"') + "\n")
