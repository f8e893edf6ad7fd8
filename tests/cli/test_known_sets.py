"""Files in the form of Fashion-MNIST and of EMNIST go through every command."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from tests.cli.conftest import Run
from tests.digits.sources.known import Arrays

from digitlens.digits.png import png
from digitlens.digits.sources import idx
from digitlens.digits.sources.catalogue import CATALOGUE, KnownSet
from digitlens.digits.sources.mnist import FILES

SETS = {
    "fashion-mnist": ("FashionMNIST/raw", 10),
    "emnist-byclass": ("EMNIST/raw", 62),
    "emnist-balanced": ("gzip", 47),
}


def patches(classes: int) -> Arrays:
    """Images that show their class: a bright patch at a place of its own, on noise."""
    rng = np.random.default_rng(4)

    def part(each: int) -> tuple[np.ndarray, np.ndarray]:
        labels = rng.permutation(np.arange(each * classes, dtype=np.uint8) % classes)
        images = rng.integers(0, 40, (len(labels), 28, 28), np.uint8)
        for image, label in zip(images, labels.tolist(), strict=True):
            row, column = divmod(label, 8)
            image[2 + 3 * row : 5 + 3 * row, 2 + 3 * column : 5 + 3 * column] = 255
        return images, labels

    return part(40) + part(4)


def put(known: KnownSet, folder: Path, made: Arrays) -> Path:
    """The four files of a set, as they are published: packed, and turned where those of the set are."""
    folder.mkdir(parents=True)
    names = known.names if known.files[0].holds else tuple(f"{file.name}.gz" for file in FILES)
    for name, array in zip(names, made, strict=True):
        stored = np.ascontiguousarray(array.transpose(0, 2, 1)) if known.turned and array.ndim == 3 else array
        (folder / name).write_bytes(gzip.compress(idx.write(stored), 1))
    return folder


@pytest.mark.parametrize("name", SETS)
def test_a_known_set_goes_through_everything(
    name: str, digitlens: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    known, (inside, classes) = CATALOGUE[name], SETS[name]
    made = patches(classes)
    folder = put(known, tmp_path / inside, made)

    def done(*arguments: str | Path) -> str:
        answer = digitlens(*arguments)
        assert (answer.code, answer.err) == (0, ""), answer.out + answer.err
        return answer.out

    pace = "--epochs", "12", "--hidden", "32", "--mini-batch", "16", "--optimiser", "adam", "--learning-rate", "0.01"
    options = "--data", folder, "--output", "softmax", "--cost", "cross_entropy", *pace, "--out", "a.digitlens"
    told = json.loads(done("train", *options, "--json"))
    assert told["test_accuracy"] > 0.8
    assert not told["at_chance"]
    measured = json.loads(done("evaluate", "-n", "a.digitlens", "--data", folder, "--json"))
    assert measured["accuracy"] == pytest.approx(told["test_accuracy"], abs=1e-6)
    assert measured["classes"] == list(known.classes)
    assert "reads" in done("evaluate", "-n", "a.digitlens", "--data", folder)
    described = json.loads(done("data", "--describe", "--data", folder, "--json"))
    assert described["wrong"] == []
    assert list(described["counts"]) == list(known.classes)
    picture = tmp_path / "picture.png"
    picture.write_bytes(png(made[2][0]))
    assert done("explain", picture, "-n", "a.digitlens")
    assert done("explain", picture, "-n", "a.digitlens", "--target", str(made[3][0]))
    assert done("read", picture, "-n", "a.digitlens")
    assert done("inspect", "-n", "a.digitlens", "--data", folder)
    arguments = "--vary", "activation=sigmoid,relu", "--seeds", "2", "--data", folder, "--epochs", "1", "--hidden", "8"
    compared = json.loads(done("compare", *arguments, "--json"))
    assert [len(side["accuracies"]) for side in compared["sides"]] == [2, 2]
    assert "agrees" in done("verify", "a.digitlens", "--data", folder)
    done("data", "--write", "again", "--data", folder, "--on", "both")
    assert (
        json.loads(done("evaluate", "-n", "a.digitlens", "--data", "again", "--json"))["accuracy"]
        == measured["accuracy"]
    )
