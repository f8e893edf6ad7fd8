"""Training again from the recipe inside: the same bits, or not one flipped bit goes unseen."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import digitlens as dl
from digitlens.cli.main import _run
from digitlens.learning.verifying import fingerprint, verify


def data() -> dl.DataSet:
    written = dl.pen_digits(260, seed=3).digits
    return dl.DataSet("few", "a few pen digits", written[:200], written[200:])


def trained(epochs: int = 2, until: int | None = None, every: int = 0, **changes: Any) -> dl.Reader:
    run = dl.Run(dl.Recipe(epochs=epochs, validation=20, **changes), data(), every=every)
    for i, _ in enumerate(run, start=1):
        if i == until:
            break
    return run.reader()


@pytest.mark.parametrize(
    "changes", [{}, {"activation": "relu", "output": "softmax", "cost": "cross_entropy"}, {"stored": "float16"}]
)
def test_the_same_run_writes_the_same_bytes(changes: dict[str, Any], tmp_path: Path) -> None:
    for name in ("one", "two"):
        dl.save(trained(**changes), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
    assert not any("seconds" in row for row in dl.load(tmp_path / "one").history)


@pytest.mark.parametrize("changes", [{}, {"optimiser": "adam", "learning_rate": 0.01}, {"precision": "float64"}])
def test_what_was_trained_is_verified(changes: dict[str, Any], tmp_path: Path) -> None:
    dl.save(trained(**changes), tmp_path / "net")
    found = verify(dl.load(tmp_path / "net"), data())
    if changes.get("precision") != "float64":  # a file holds float32
        assert found.agrees
        assert found.fingerprint == found.trained == fingerprint(dl.load(tmp_path / "net").network)
        assert found.largest_difference == 0
    assert found.largest_difference < 1e-6


@pytest.mark.parametrize("until", [1, 2])
def test_a_run_that_was_stopped_is_verified_as_far_as_it_went(until: int) -> None:
    assert verify(trained(epochs=5, until=until), data()).agrees
    assert verify(trained(epochs=5, until=until, every=3), data()).agrees


def test_one_flipped_bit_is_found() -> None:
    reader = trained()
    layers = list(reader.network.layers)
    weights = layers[1].weights.copy()
    weights.view(np.uint32)[3, 5] ^= 1
    layers[1] = dl.Layer(weights, layers[1].biases)
    found = verify(replace(reader, network=dl.Network(tuple(layers), reader.network.activations)), data())
    assert not found.agrees
    assert found.differing == 1
    assert found.fingerprint != found.trained


def test_other_images_and_networks_without_a_recipe_are_refused() -> None:
    written = dl.pen_digits(260, seed=4).digits
    with pytest.raises(dl.DataError, match="other images"):
        verify(trained(), dl.DataSet("few", "other digits", written[:200], written[200:]))
    with pytest.raises(dl.UsageError, match="how it was trained"):
        verify(replace(trained(), recipe={}), data())


def test_the_command_says_which_files_agree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "digits"
    folder.mkdir()
    assert _run(["data", "--data", "pen", "--write", str(folder), "--count", "60", "--on", "training"]) == 0
    good, bad = tmp_path / "good.digitlens", tmp_path / "bad.digitlens"
    capsys.readouterr()
    train = ["train", "--data", str(folder), "--epochs", "2", "--out", str(good), "--json"]
    assert _run(train) == 0
    told = json.loads(capsys.readouterr().out)["fingerprint"]
    assert _run(["verify", str(good), "--data", str(folder), "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["agrees"]
    assert found["fingerprint"] == told
    reader = dl.load(good)
    layers = [dl.Layer(one.weights + np.float32(1e-6), one.biases) for one in reader.network.layers]
    dl.save(replace(reader, network=dl.Network(tuple(layers), reader.network.activations)), bad)
    assert _run(["verify", str(good), str(bad), "--data", str(folder)]) == 1
    said = capsys.readouterr().out
    assert "agrees" in said
    assert "DIFFERS" in said
