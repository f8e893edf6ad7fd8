"""One value of every public class, small and real: from a run of a few epochs on a few pen digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache, partial
from typing import Any

import numpy as np

import digitlens as dl
from digitlens.network.costs import COSTS

# what engines have in common: a run's engine is one; and what lives in a notebook: tests/test_widget.py tries it
NOT_MADE = ("Engine", "Lens")


@cache
def values() -> dict[str, Any]:
    """By the name of its class."""
    pen = dl.pen_digits(140, seed=4)
    few = dl.DataSet("few", "a few pen digits", pen.digits[:120], pen.digits[120:])
    run = dl.train("video", few, epochs=2, hidden=(6,), validation=20)
    records = list(run)
    reader = run.reader()
    judging = dl.load("reader")
    image = few.test.images[0]
    page = np.kron(np.hstack([few.test.images[0], few.test.images[1]]), np.ones((3, 3), np.uint8))
    read_page = dl.read_page(np.pad(page, 40), judging)
    form = dl.read_fields(np.pad(page, 40), {"all": "0,0,100%,100%"}, judging)
    reading = dl.read(image, judging)
    total, steps = dl.explain(image, reader, layer=1, neuron=2), dl.explain(image, reader, target=3)
    compared = dl.compare("activation", ["sigmoid", "relu"], data=few, seeds=2, epochs=1, hidden=(4,), jobs=1)
    swept = dl.sweep({"learning_rate": [0.1, 1.0]}, data=few, epochs=1, hidden=(4,), jobs=1)
    network = run.recipe.initial_network()
    optimiser = run.recipe.optimiser_pair()
    found = [
        pen,
        few,
        few.training,
        run,
        run.recipe,
        records[-1],
        records[-1].test,
        records[-1].state,
        run.split,
        reader,
        judging.familiarity,
        judging.calibration,
        reading,
        reading.judgement,
        reading.prepared,
        reading.prepared.stages[1],
        reading.trace,
        reader.evaluate(few.test),
        read_page,
        read_page.boxes[0],
        read_page.numbers[0],
        form["all"],
        dl.Region("all", 0, 0, 100, 100),
        total,
        total.terms[0],
        total.printed(),
        steps,
        steps.output_gradients()[0],
        steps.weight(1, 2, 300),
        steps.weight(1, 2, 300).terms[0],
        compared,
        compared.varied,
        compared.sides[0],
        compared.differences[0],
        compared.sides[0].outcomes[0],
        swept,
        dl.Range(0.1, 1.0, log=True),
        network,
        network.layers[0],
        network.activations[0],
        steps.cost_function,
        COSTS["quadratic"],
        optimiser,
        optimiser.start(network.layers),
    ]
    return {type(one).__name__: one for one in found}


def same(one: Any, other: Any) -> bool:
    """Equal by value: arrays to the last bit, values by the fields they are made of, functions by their name."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, float):
        return one == other or (np.isnan(one) and np.isnan(other))
    if isinstance(one, str | bytes | int | None):
        return bool(one == other)
    if is_dataclass(one):
        return all(same(getattr(one, field.name), getattr(other, field.name)) for field in fields(one) if field.init)
    if isinstance(one, Mapping):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, Sequence):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, partial):
        return same((one.func, one.args, one.keywords), (other.func, other.args, other.keywords))
    if callable(one) and hasattr(one, "__qualname__"):
        return bool(one.__qualname__ == other.__qualname__ and one.__module__ == other.__module__)
    return all(same(value, other.__dict__[name]) for name, value in vars(one).items())
