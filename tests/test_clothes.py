"""Images of 28×28 that are no framed digits: clothes that fill them are read as they were learned."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.cli.conftest import Run, digitlens
from tests.clothes import NAMES, clothes

import digitlens as dl
from digitlens.digits.sources.folders import load_folder
from digitlens.reading.examining import examine

__all__ = ["digitlens"]  # a fixture

LARGE, SMALL, LABELS = clothes(80, 2)
RECIPE = {
    "hidden": (24,), "activation": "relu", "output": "softmax", "cost": "cross_entropy", "initialisation": "he",
    "optimiser": "adam", "learning_rate": 0.003, "epochs": 8, "validation": 0,
}  # fmt: skip


@pytest.fixture(scope="module")
def data() -> dl.DataSet:
    _, images, labels = clothes(480, 1)
    return dl.data(images, labels, names=NAMES, test=(SMALL, LABELS))


@pytest.fixture(scope="module")
def reader(data: dl.DataSet) -> dl.Reader:
    run = dl.train(data=data, **RECIPE)  # type: ignore[arg-type]
    list(run)
    return run.reader()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clothes for the test as large pictures, dark on white, in a folder a class."""
    place = tmp_path_factory.mktemp("clothes")
    for number, (picture, label) in enumerate(zip(LARGE, LABELS, strict=True)):
        inside = place / f"class{label}"
        inside.mkdir(exist_ok=True)
        Image.fromarray(255 - np.pad(picture, 20)).save(inside / f"{number}.png")
    (place / "classes.txt").write_text("\n".join(NAMES), encoding="utf-8")
    return place


def right(reader: dl.Reader, pictures: list[np.ndarray]) -> float:
    return float(np.mean([reader.read(one).digit == label for one, label in zip(pictures, LABELS, strict=True)]))


def test_an_image_is_read_as_it_was_learned(reader: dl.Reader, data: dl.DataSet) -> None:
    assert reader.framing == 0
    assert not reader.reads_digits
    assert not reader.dark_on_light
    assert right(reader, list(SMALL)) == reader.evaluate(data.test).accuracy > 0.9
    for image in SMALL[:8]:
        reading = reader.read(image)
        np.testing.assert_array_equal(np.rint(reading.prepared.image * 255), image)
        assert [stage.name for stage in reading.prepared.stages] == ["decoded", "fitted"]


def test_framed_as_a_digit_it_was_read_much_worse(reader: dl.Reader) -> None:
    """What this is for: so it was until networks said how their images lie."""
    assert right(replace(reader, framing=1), list(SMALL)) < 0.6


def test_a_larger_picture_is_laid_onto_the_image_light_or_dark(reader: dl.Reader) -> None:
    pages = [np.pad(one, 20) for one in LARGE]
    assert right(reader, pages) > 0.75
    assert right(reader, [255 - page for page in pages]) == right(reader, pages)


def test_a_file_keeps_how_its_pictures_are_prepared(reader: dl.Reader, tmp_path: Path) -> None:
    dl.save(reader, tmp_path / "clothes.digitlens")
    again = dl.load(tmp_path / "clothes.digitlens")
    assert (again.framing, again.image_shape, again.classes) == (0, (28, 28), NAMES)
    np.testing.assert_array_equal(again.read(LARGE[0]).prepared.image, reader.read(LARGE[0]).prepared.image)
    for name in ("clothes.npz", "clothes.onnx"):
        dl.export(reader, tmp_path / name)
        foreign = dl.load(tmp_path / name)
        assert foreign.framing == 0, name
        assert foreign.read(LARGE[0]).digit == reader.read(LARGE[0]).digit


def test_dark_clothes_on_light_paper_are_learned_and_read_so(data: dl.DataSet, tmp_path: Path) -> None:
    images, labels = 255 - data.training.images, data.training.digits
    turned = dl.data(images, labels, names=NAMES, test=(255 - SMALL, LABELS))
    run = dl.train(data=turned, **RECIPE)  # type: ignore[arg-type]
    list(run)
    dark = run.reader()
    assert dark.dark_on_light
    assert right(dark, list(255 - SMALL)) == dark.evaluate(turned.test).accuracy
    for page in (np.pad(LARGE[0], 20), 255 - np.pad(LARGE[0], 20)):
        assert dark.read(page).prepared.image[0].min() == 1  # paper
    dl.save(dark, tmp_path / "dark.digitlens")
    dl.export(dark, tmp_path / "dark.npz")
    dl.export(dark, tmp_path / "dark.onnx")
    for name in ("dark.digitlens", "dark.npz", "dark.onnx"):
        assert dl.load(tmp_path / name).dark_on_light, name


def test_a_folder_of_larger_pictures_is_prepared_for_the_network(
    reader: dl.Reader, folder: Path, tmp_path: Path, digitlens: Run
) -> None:
    fitted = load_folder(folder, (28, 28), framing=0)
    assert set(fitted.classes) == set(NAMES)
    wanted = reader.read(Image.open(folder / "class0" / "0.png")).prepared.image
    assert (
        (np.rint(wanted * 255) == np.concatenate([fitted.training.images, fitted.test.images])).all(axis=(1, 2)).any()
    )
    network = tmp_path / "clothes.digitlens"
    dl.save(reader, network)
    answer = digitlens("evaluate", "--network", network, "--data", folder, "--json")
    assert json.loads(answer.out)["accuracy"] > 0.7
    run = dl.train(start=reader, data=folder, epochs=1)
    list(run)
    assert run.reader().framing == 0
    answer = digitlens("read", "--page", "--network", network, folder / "class0" / "0.png")
    assert answer.code != 0
    assert "digits" in answer.err


def test_images_that_are_called_as_digits_are_told_that_they_are_none(data: dl.DataSet) -> None:
    unnamed = dl.data(data.training.images, data.training.digits, test=(SMALL, LABELS))
    assert any("classes.txt" in sentence for sentence in examine(unnamed).wrong)
    assert not any("classes.txt" in sentence for sentence in examine(data).wrong)
    assert not any("classes.txt" in sentence for sentence in examine(dl.data("pen-small")).wrong)


def test_what_scikit_learn_fitted_reads_its_own_images_as_they_are(data: dl.DataSet) -> None:
    pytest.importorskip("sklearn")
    from digitlens.sklearn import DigitlensClassifier

    names = np.array(NAMES)
    model = DigitlensClassifier(hidden=(16,), epochs=6).fit(data.training.images, names[data.training.digits])
    assert model.reader().framing == 0
    read = [model.reader().read(image).label for image in SMALL[:20]]
    assert read == model.predict(SMALL[:20]).tolist()
    pen = dl.data("pen-small").training
    letters = np.array(list("abcdefghij"))[pen.digits]
    assert DigitlensClassifier(hidden=(4,), epochs=1).fit(pen.images, letters).reader().framing == 1
    assert model.fit(data.training.images, data.training.digits).reader().framing == 1
