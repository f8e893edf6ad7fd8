"""docs/threads.md: what several threads may do at the same time, with the same values."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from tests.learning.bars import bar_data

import digitlens as dl

T = TypeVar("T")
THREADS = 6


def at_once(work: Callable[[int], T]) -> list[T]:
    """The results of `work` with 0, 1, ..., called in as many threads at the same moment."""
    start = threading.Barrier(THREADS)

    def begin(number: int) -> T:
        start.wait()
        return work(number)

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(begin, range(THREADS)))


def weights(network: dl.Network) -> bytes:
    return b"".join(layer.weights.tobytes() + layer.biases.tobytes() for layer in network.layers)


@pytest.mark.parametrize("engine", ["compiled", "plain"])
def test_runs_on_the_same_data_end_in_the_bits_of_one_alone(engine: str) -> None:
    if engine == "compiled" and dl.load("video").engine != engine:
        pytest.skip("runs of the compiled engine were not tried beside each other: it is not installed")

    def train(seed: int, data: dl.DataSet) -> bytes:
        recipe = dl.Recipe(hidden=(8,), epochs=2, seed=seed, validation=0, preparation=("resize",))
        return weights(list(dl.train(recipe, data, engine=engine))[-1].network)

    shared = bar_data()
    alone = [train(seed, bar_data()) for seed in range(THREADS)]
    assert at_once(lambda seed: train(seed, shared)) == alone


def test_one_reader_reads_pages_and_explains_in_all_threads() -> None:
    reader, image = dl.load("reader"), dl.pen_digits(1, seed=4).digits.images[0]
    page = np.pad(np.tile(image, (1, 4)), 30)
    first = dl.read_page(page, reader).to_json()
    assert at_once(lambda number: dl.read_page(page, reader).to_json()) == [first] * THREADS
    said = repr(dl.explain(image, reader))
    assert at_once(lambda number: repr(dl.explain(image, reader))) == [said] * THREADS


def test_a_file_that_many_write_is_that_of_one_of_them(tmp_path: Path) -> None:
    readers = [dl.load(name) for name in ("video", "straight", "reader")]
    files = {
        name: dl.save(reader, tmp_path / name) or (tmp_path / name).read_bytes()
        for name, reader in zip("abc", readers, strict=True)
    }
    target = tmp_path / "one.digitlens"
    at_once(lambda number: dl.save(readers[number % 3], target))
    assert target.read_bytes() in files.values()


@pytest.mark.skipif(
    importlib.util.find_spec("sklearn") is None, reason="no classifier was shared: no scikit-learn here"
)
def test_a_classifier_predicts_in_all_threads() -> None:
    from digitlens.sklearn import DigitlensClassifier

    data = bar_data()
    model = DigitlensClassifier(hidden=(8,), epochs=2).fit(data.training.images, data.training.digits)
    alone = model.predict_proba(data.test.images).tobytes()
    assert at_once(lambda number: model.predict_proba(data.test.images).tobytes()) == [alone] * THREADS
