"""Figures of a study made up for tests, so that it is known what must be said of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from digitlens.laboratory.dictionary import Part
from digitlens.laboratory.first_layer import FirstLayer
from digitlens.laboratory.parts import PARTS
from digitlens.laboratory.probes import Probes
from digitlens.laboratory.second_layer import SecondLayer
from digitlens.laboratory.study import CONTROLS, PROBED, TRAINED, Study, Variant
from digitlens.learning.recipe import Recipe

NEURONS = 16


def first(found: int, explained: float = 0.4, expected: float = 0.3, neurons: int = NEURONS) -> FirstLayer:
    """A first layer, its first `found` neurons being edges or bars."""
    is_one = np.arange(neurons) < found
    parts = tuple(Part("edge" if j % 2 else "bar", 15.0 * (j % 12), 13, 13, 8.0, 4.0) for j in range(neurons))
    return FirstLayer(
        np.full(neurons, explained), np.full(neurons, expected), np.where(is_one, 0.001, 0.5), is_one, parts,
        np.full(neurons, 0.7), np.full(neurons, 0.6),
    )  # fmt: skip


def second(telling: Sequence[int] = (), *, clearest: float = 0.8, plain: float = 0.97, neurons: int = NEURONS) -> Any:
    """A second layer: of the neurons, so many tell each part, part by part; no digit says anything of the last part."""
    auc, p = np.full((neurons, len(PARTS)), 0.5), np.full((neurons, len(PARTS)), 0.5)
    for k, many in enumerate(telling):
        auc[:many, k], p[:many, k] = clearest, 0.002
    auc[:, -1], p[:, -1] = np.nan, 1.0
    at_all = np.full(auc.shape, 0.5)
    at_all[3, 0] = 1 - plain  # as clearly less active
    silenced = np.zeros((neurons, 10))
    silenced[2, 7] = 0.25
    filling, blots, closing, beside = (np.full(neurons, far) for far in (0.5, 0.125, 0.75, 0.25))
    answers = {"loop_filled": 0.3, "ink_added": 0.1, "loop_closed": 0.4, "ink_beside": 0.2}
    return SecondLayer(
        auc, p, at_all, ("0 2",) * (len(PARTS) - 1) + ("",), filling, blots, closing, beside, answers, silenced
    )


def probes(loops: float, strokes: float, ends: float = 0.75, *, control: float = 0.5) -> Probes:
    """What is read from a layer; of the last part nothing can be."""
    auc = np.array([loops] * 3 + [strokes] * 4 + [ends] * (len(PARTS) - 8) + [np.nan])
    there = np.where(np.isnan(auc), np.nan, 1.0)
    return Probes(auc, control * there, 0.55 * there)


def probed(
    whole: tuple[float, ...], before: tuple[float, ...] = (0.6, 0.6), *, seeds: int = 8, control: float = 0.5
) -> dict[str, tuple[Probes, ...]]:
    """Of loops, strokes and perhaps ends, from the second layer and from it before training."""
    layers = (whole, before, (0.71, 0.72), (0.81, 0.82))
    return {name: (probes(*layer, control=control),) * seeds for name, layer in zip(PROBED, layers, strict=True)}


def conditions(trained: Sequence[int], *others: Sequence[int], **shares: float) -> dict[str, tuple[FirstLayer, ...]]:
    """First layers by condition, one a seed; controls that are not given find nothing."""
    nothing = [0] * len(trained)
    rows = [*others, *[nothing] * (len(CONTROLS) - len(others))]
    named = {name: tuple(first(n, 0.3) for n in row) for name, row in zip(CONTROLS, rows, strict=True)}
    return {TRAINED: tuple(first(n, **shares) for n in trained), **named}


def study(seeds: int = 8, *, hidden: tuple[int, ...] = (16, 16), variants: bool = True, data: str = "mnist") -> Study:
    """A whole study: 14 of 16 neurons are edges or bars, and 2 of the second layer tell a loop."""
    changed = (
        (Variant("distorted <images>", np.full(3, 0.9612), (first(15), first(16), first(16))),) if variants else ()
    )
    layers = tuple(second([2]) for _ in range(seeds)) if len(hidden) > 1 else ()
    before = tuple(second() for _ in range(seeds)) if len(hidden) > 1 else ()
    pictures = np.random.default_rng(0).normal(size=(NEURONS, 784))
    return Study(
        Recipe(hidden=hidden, seed=3), data, (784, *hidden, 10), tuple(range(3, 3 + seeds)), np.full(seeds, 0.9487),
        conditions([14] * seeds), pictures, (0.9876, 0.1234), layers, before,
        probed((0.7, 0.65), seeds=seeds) if layers else {}, changed,
    )  # fmt: skip
