"""A Reader's network never changes, so that all ways of reading with it agree: picture by picture, or many at once."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from tests.waiting import PATIENCE

import digitlens as dl
from digitlens.network.activations import sigmoid
from digitlens.reading.unchangeable import unchangeable

IMAGES = dl.pen_digits(20, seed=3).digits.images


def network(dtype: Any = np.float32) -> dl.Network:
    return dl.initialise((784, 8, 10), [sigmoid] * 2, "he", np.random.default_rng(0), dtype)


def test_weights_that_are_overwritten_in_place_change_neither_way_of_reading() -> None:
    mine = network()
    reader = dl.Reader(mine)
    before = reader.outputs(IMAGES)
    mine.layers[1].weights[:] = 0
    mine.layers[1].biases[:] = 5
    assert np.array_equal(reader.outputs(IMAGES), before)
    assert np.allclose(np.concatenate([trace.a[-1] for trace in reader.traces(IMAGES)]), before, atol=1e-5)
    assert np.allclose(dl.Reader(mine).outputs(IMAGES), sigmoid(np.float32(5)), atol=1e-5)  # a new one sees them


@pytest.mark.parametrize(
    "how", [lambda one: one, copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))]
)
def test_nobody_can_write_to_them(how: Any) -> None:
    for reader in (dl.Reader(network()), dl.load("video")):
        for layer in how(reader).network.layers:
            for part in (layer.weights, layer.biases):
                with pytest.raises(ValueError, match="read-only"):
                    part[...] = 0


def test_what_is_read_only_already_is_not_copied() -> None:
    reader = dl.load("video")
    assert unchangeable(reader.network) is reader.network
    assert dl.Reader(reader.network).network is reader.network
    owner = network().layers[0].weights
    view = owner.view()
    view.flags.writeable = False  # but its owner can still be written to
    other = dl.Network((dl.Layer(view, np.zeros(8, np.float32)), network().layers[1]), (sigmoid,) * 2)
    assert unchangeable(other) is not other
    memory = bytearray(owner.tobytes())
    shared = np.frombuffer(memory, np.float32).reshape(owner.shape)
    shared.flags.writeable = False
    other = dl.Network((dl.Layer(shared, np.zeros(8, np.float32)), network().layers[1]), (sigmoid,) * 2)
    kept = unchangeable(other)
    memory[:4] = b"abcd"
    assert kept.layers[0].weights[0, 0] == owner[0, 0]


SPAWNED = """
import multiprocessing, sys
import digitlens as dl

def read(reader):
    return reader.read(dl.pen_digits(1, seed=3).digits.images[0]).digit

if __name__ == "__main__":
    reader = dl.load("reader")
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(read, [reader]) == [read(reader)]
    print("read there as here")
"""


def test_a_reader_goes_to_a_worker_that_was_spawned(tmp_path: Any) -> None:
    (tmp_path / "spawned.py").write_text(SPAWNED)
    done = subprocess.run(
        [sys.executable, tmp_path / "spawned.py"], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert (done.returncode, done.stdout) == (0, "read there as here\n"), done.stderr
