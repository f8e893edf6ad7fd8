"""The instrument sees what was planted in a network built by hand: all of it, and nothing else."""

from __future__ import annotations

import numpy as np

from digitlens.laboratory.dictionary import Dictionary
from digitlens.laboratory.first_layer import first_layer
from digitlens.laboratory.parts import ENDS, PARTS, parts_of
from digitlens.laboratory.planted_network import Planted, planted
from digitlens.laboratory.probes import linear_probes
from digitlens.laboratory.second_layer import activations, second_layer
from digitlens.laboratory.stimuli import stimuli

NAMES = tuple(PARTS)


def test_every_planted_bar_is_found_and_no_neuron_of_noise(known: Planted, rings: Dictionary) -> None:
    weights = known.network.layers[0].weights
    layer = first_layer(weights, rings, np.random.default_rng(1), count=399)  # 1/400 is below 0.05/16
    assert tuple(np.flatnonzero(layer.significant)) == known.bars == tuple(range(12))
    assert [layer.parts[j].kind for j in (0, 5)] == ["bar", "bar"]
    assert layer.explained[[0, 5]].min() > 0.999, "these two lie where the dictionary has parts"
    assert layer.explained[:12].min() > 0.5
    assert layer.explained[12:].max() < 0.3
    assert len(layer.significant) == 16


def test_each_bar_lies_along_its_ring(known: Planted, rings: Dictionary) -> None:
    _, which = rings.explained(known.network.layers[0].weights[:12])
    for neuron, part in enumerate(rings.parts[k] for k in which):
        tangent = (30 + 60 * (neuron % 6)) % 180
        off = abs(part.angle - tangent)
        assert min(off, 180 - off) <= 15, neuron


def test_the_loop_detectors_are_found_for_their_part_and_no_other_neuron_for_any(known: Planted) -> None:
    found = second_layer(
        known.network, stimuli(known.images, known.digits, np.random.default_rng(3)), np.random.default_rng(2)
    )
    assert np.flatnonzero(found.detects.any(axis=1)).tolist() == [neuron for neuron, _ in known.loops] == [0, 1]
    for neuron, part in known.loops:
        told = {name: found.auc[neuron, k] for k, name in enumerate(NAMES) if found.detects[neuron, k]}
        assert told[part] > 0.99
        assert set(told) - set(ENDS) == {part, "a loop"}, "a loop above is a loop"
        assert all(told.get(end, 0) < 0.5 for end in ENDS), "a ring that is not closed has ends"
        assert found.auc[neuron, NAMES.index("a loop above" if part == "a loop below" else "a loop below")] < 0.65
    assert found.silenced[0, 0] != found.silenced[5, 0] == 0
    assert found.silenced[1, 1] != found.silenced[5, 1] == 0


def test_a_loop_detector_is_active_where_the_ring_is_closed(known: Planted) -> None:
    active, has = activations(known.network, known.images, 2), parts_of(known.images)
    for neuron, part in known.loops:
        closed = has[:, NAMES.index(part)]
        assert 0.4 < closed.mean() < 0.6
        assert np.quantile(active[closed, neuron], 0.02) > np.quantile(active[~closed, neuron], 0.98)


def test_a_probe_reads_the_planted_loops_and_nothing_of_shuffled_labels(known: Planted) -> None:
    has = parts_of(known.images)
    read = linear_probes(activations(known.network, known.images, 2), has, known.digits, np.random.default_rng(4))
    for _, part in known.loops:
        k = NAMES.index(part)
        assert read.auc[k] > 0.99
        assert abs(read.control[k] - 0.5) < 0.05
        assert read.selectivity[k] == read.auc[k] - read.control[k]
    mixed = known.images[np.random.default_rng(5).permutation(len(known.images))]  # other pictures than those measured
    nothing = linear_probes(activations(known.network, mixed, 2), has, known.digits, np.random.default_rng(4))
    for _, part in known.loops:
        assert abs(nothing.auc[NAMES.index(part)] - 0.5) < 0.1


def test_the_same_random_numbers_plant_the_same_and_the_digits_say_nothing_of_the_rings(known: Planted) -> None:
    one, again = (planted(np.random.default_rng(3), count=5) for _ in range(2))
    np.testing.assert_array_equal(one.images, again.images)
    np.testing.assert_array_equal(one.network.layers[0].weights, again.network.layers[0].weights)
    assert one.images.shape == (5, 28, 28)
    closed = parts_of(known.images)[:, 1:3]
    assert set(known.digits.tolist()) == {0, 1}
    for part in closed.T:
        assert abs(np.corrcoef(part, known.digits)[0, 1]) < 0.15
    assert abs(np.corrcoef(closed.T)[0, 1]) < 0.15
