"""What is kept of a run: curves and snapshots, evenly thinned, in bounded room, and always the first and the newest."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.learning.bars import bar_data, bars, small

from digitlens.learning.engine import Record
from digitlens.learning.plain_engine import measure
from digitlens.learning.recipe import Recipe
from digitlens.learning.records import beginning
from digitlens.learning.training import Run, row
from digitlens.server.training.snapshots import ROOM, ROWS, SNAPSHOTS, Snapshots, arrays, sample
from digitlens.server.training.thinning import Thinned

DATA = bar_data()


@given(st.integers(2, 40), st.integers(1, 500))
def test_what_is_thinned_stays_even_with_the_first_and_the_newest(most: int, count: int) -> None:
    kept: Thinned[int] = Thinned(most)
    for n in range(count):
        kept.add(n)
        assert kept.newest() == n
        assert len(kept) == len(list(kept)) <= most
    numbers = list(kept)
    assert (numbers[0], numbers[-1]) == (0, count - 1)
    gaps = set(np.diff(numbers[:-1]).tolist())
    assert len(gaps) <= 1
    if gaps:
        (gap,) = gaps
        assert gap & (gap - 1) == 0  # a power of two
        assert 0 < numbers[-1] - numbers[-2] <= gap
        assert gap == 1 or count > (most - 2) * gap / 2  # no more goes than has to


def moments_of(run: Run) -> tuple[Snapshots, list[Record]]:
    snapshots = Snapshots(run.recipe, run.split.classes, 784, short=1e9)  # however busy the machine is
    records = list(run)
    for record in records:
        position = record.epoch + record.mini_batch * run.recipe.mini_batch / len(run.split.training)
        snapshots.add(record, position, snapshots.measure_row(record, run.split, run.engine.name, position))
    return snapshots, records


@pytest.mark.parametrize("engine", ["auto", "plain"])
def test_a_row_says_what_was_measured_and_on_how_much(engine: str) -> None:
    run = Run(small(), DATA, every=2, engine=engine)
    snapshots, records = moments_of(run)
    curves, gradients = arrays(snapshots.rows())
    assert curves.dtype == gradients.dtype == np.float32
    assert (curves.shape, gradients.shape) == ((len(records), 7), (len(records), 3))
    assert curves[:, 6].tolist() == list(range(len(records)))
    assert (np.diff(curves[:, 0]) > 0).all()
    assert curves[-1, 0] == 3
    cost = run.recipe.cost_function()
    for record, values in zip(records, curves, strict=True):
        assert values[5] == (record.training is not None)
        for digits, (c, accuracy) in zip((run.split.training, run.split.test), (values[1:3], values[3:5]), strict=True):
            measured = measure(record.network, digits, cost)  # of so few digits, a sample is all of them
            assert c == pytest.approx(measured.cost, rel=1e-4)
            assert accuracy == pytest.approx(measured.accuracy, abs=1e-6)


@pytest.mark.parametrize(
    ("recipe", "most"),
    [
        (Recipe(), SNAPSHOTS),
        (Recipe(hidden=()), SNAPSHOTS),
        (Recipe(hidden=(1_250,)), 3),
        (Recipe(hidden=(1_250,), precision="float64"), 3),
        (Recipe(hidden=(300,)), 13),
    ],
)
def test_moments_have_room_for_twelve_mebibytes_and_no_more(recipe: Recipe, most: int) -> None:
    network = recipe.initial_network()
    snapshots = Snapshots(recipe, 10, 784)
    record = Record(0, 0, 0.0, 0.1, "plain", network, beginning(recipe, network))
    for _ in range(max(20, most + 1)):
        snapshots.add(record, 0.0, None)
    kept = list(snapshots._snapshots)
    assert len(kept) <= most
    assert len(kept) > most // 2
    held = sum(layer.weights.nbytes + layer.biases.nbytes for moment in kept for layer in moment.network.layers)
    assert held <= ROOM
    assert {moment.network.dtype for moment in kept} == {np.dtype("float32")}


def test_long_runs_keep_as_many_rows_as_a_screen_shows() -> None:
    snapshots = Snapshots(small(), 4, 784)
    network = small().initial_network(4)
    for epoch in range(2_000):
        record = Record(epoch, 0, 0.0, 0.1, "plain", network, beginning(small(), network))
        snapshots.add(record, float(epoch), ((float(epoch), 0.5, 0.5, 0.5, 0.5, 1.0, float(epoch)), (1.0, 1.0, 1.0)))
    curves, _ = arrays(snapshots.rows())
    assert ROWS // 2 < len(curves) <= ROWS
    assert (curves[0, 0], curves[-1, 0]) == (0, 1_999)
    nearest = snapshots.nearest(1_000)
    assert nearest is not None
    assert abs(nearest.number - 1_000) <= 8


def test_measuring_between_epochs_never_takes_the_run_s_own_time() -> None:
    run = Run(small(), DATA)
    recipe, network = run.recipe, run.recipe.initial_network(4)
    ticks = itertools.count()
    snapshots = Snapshots(recipe, 4, 784, now=lambda: next(ticks) / 10)
    measured = 0
    for tenth in range(1, 200):  # of a second of training each; to measure takes as long
        record = Record(0, tenth, tenth / 10, 0.1, "plain", network, beginning(recipe, network))
        found = snapshots.measure_row(record, run.split, "plain", 0.1)
        snapshots.add(record, 0.1, found)
        measured += found is not None
    assert measured / 199 == pytest.approx(0.25, abs=0.02)
    newest = snapshots.newest()
    assert newest is not None
    assert newest.number == 198  # it is a moment all the same, with the row that was measured last
    assert newest.row is not None


def test_a_run_that_goes_on_shows_the_rows_that_its_checkpoint_holds() -> None:
    run = Run(small(), DATA)
    history = [row(record) for record in run]
    snapshots = Snapshots(run.recipe, 4, 784)
    snapshots.restore_history(history)
    curves, gradients = arrays(snapshots.rows())
    assert curves[:, 0].tolist() == [1, 2, 3]
    assert curves[:, 1].tolist() == pytest.approx([one["training_cost"] for one in history])
    assert curves[:, 4].tolist() == pytest.approx([one["test_accuracy"] for one in history])
    assert np.isnan(gradients).all()
    assert gradients.shape == (3, 3)
    assert snapshots.nearest(1) is None
    assert snapshots.count == 3


def test_a_sample_is_the_same_each_time_and_of_all_digits() -> None:
    digits = bars(5_000)
    some = sample(digits, 500)
    assert some.derived is sample(digits, 500).derived  # so that what is made for the kernel is made once
    assert len(some) == 500
    assert (some.images == sample(bars(5_000), 500).images).all()
    assert np.bincount(some.digits).min() > 80
    assert np.array_equal(some.digits, sample(digits, 500).digits)
    mixed = digits.relabelled(np.random.default_rng(1).permutation(digits.digits))
    assert (sample(mixed, 500).images == some.images).all()
    assert (sample(mixed, 500).digits != some.digits).any()
    few = digits[:400]
    assert sample(few, 500) is few
