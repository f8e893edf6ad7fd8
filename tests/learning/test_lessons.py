"""The digits of a run are made ready once: what runs have in common is the same array, and only a few are kept."""

from __future__ import annotations

import gc
import threading
import weakref

import numpy as np
from tests.learning.bars import bar_data, small

from digitlens.kernel import native
from digitlens.learning import compiled_engine as fast
from digitlens.learning.data_split import KEPT, DataSplit, split_data
from digitlens.learning.training import Run


def test_runs_that_hold_out_alike_have_their_lessons_in_common() -> None:
    data = bar_data()
    first = split_data(small(), data)
    assert split_data(small(seed=9, hidden=(), epochs=7), data) is first
    assert Run(small(), data).split is first
    assert split_data(small(validation=3), data) is not first
    assert split_data(small(), bar_data()) is not first


def test_random_labels_are_the_same_pictures_under_others_labels() -> None:
    data = bar_data()
    true, mixed, other = (
        split_data(small(**fields), data)
        for fields in ({}, {"labels": "random", "seed": 1}, {"labels": "random", "seed": 2})
    )
    assert mixed.training.derived is true.training.derived
    assert np.shares_memory(mixed.training.images, true.training.images)
    assert mixed.validation.derived is true.validation.derived
    assert mixed.test is true.test
    assert (mixed.training.digits != true.training.digits).any()
    assert (mixed.training.digits != other.training.digits).any()
    for some in (mixed, other):  # shuffled before some are held out: all labels are there, in both together
        both = np.concatenate([some.training.digits, some.validation.digits])
        assert np.bincount(both).tolist() == np.bincount(data.training.digits).tolist()
    assert split_data(small(labels="random", seed=1, hidden=()), data) is mixed
    again = split_data(small(labels="random", seed=1), bar_data())
    assert (again.training.digits == mixed.training.digits).all()
    whole = split_data(small(labels="random", seed=1, validation=0), data)
    assert whole.training.derived is data.training.derived


def test_only_a_few_are_kept_and_what_is_in_use_stays() -> None:
    data = bar_data()
    first = split_data(small(), data)
    for held in range(KEPT + 3):
        split_data(small(validation=held), data)
    images = first.training.images.copy()
    assert split_data(small(), data) is not first
    assert (split_data(small(), data).training.images == images).all()


def test_who_asks_at_the_same_time_gets_the_same() -> None:
    data, found = bar_data(5_000), list[DataSplit]()
    threads = [threading.Thread(target=lambda: found.append(split_data(small(), data))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, found))) == 1


def test_adjusted_digits_are_adjusted_once() -> None:
    data = bar_data()
    first = Run(small(preparation=("straighten",)), data)
    assert Run(small(preparation=("straighten",), seed=2), data).split is first.split
    assert first.split is not Run(small(), data).split
    assert first.data is data


def test_pictures_for_the_kernel_are_kept_as_long_as_their_images_and_no_longer() -> None:
    if native.missing():
        return
    data = bar_data()
    splits = [
        Run(small(epochs=1, **fields), data)
        for fields in ({}, {"seed": 3}, {"labels": "random"}, {"labels": "random", "seed": 4})
    ]
    for run in splits:
        list(run)
    for part in ("training", "validation", "test"):  # to learn from, to choose by, to be tested on
        assert len({id(getattr(run.split, part).derived[fast.PICTURES]) for run in splits}) == 1
    kept = [weakref.ref(data), weakref.ref(splits[0].split.training)]
    del data, splits, run
    gc.collect()
    assert [one() for one in kept] == [None, None]
