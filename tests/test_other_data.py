"""Nothing counts on ten or 784: letters of 20×24 pixels go through everything that digits of 28×28 go through."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from tests.cli.conftest import Run, digitlens
from tests.letters import NAMES, ROWS, SHAPE, letter_folder, letter_images, letters
from tests.server.serving import running
from tests.server.watching import page, training

import digitlens as dl
from digitlens.figures.theme import to_png
from digitlens.figures.weights import weight_pictures
from digitlens.kernel import native
from digitlens.learning.compiled_engine import CompiledEngine
from digitlens.learning.data_split import split_data
from digitlens.learning.plain_engine import PlainEngine
from digitlens.reading.calibration import Calibration
from digitlens.reading.reader import Reader
from digitlens.server.http.networks import Networks
from digitlens.server.http.routes import create_app
from digitlens.server.training.data_sets import DataSets
from digitlens.server.training.timing import Timing

__all__ = ["digitlens"]  # a fixture

PIXELS = SHAPE[0] * SHAPE[1]
ENGINES = ["plain", "compiled"] if native.module() else ["plain"]
QUICK: dict[str, Any] = {"epochs": 12, "mini_batch": 8, "hidden": (20,), "learning_rate": 1.0, "validation": 26}


@pytest.fixture(scope="module")
def data() -> dl.DataSet:
    return letters()


@pytest.fixture(scope="module")
def reader(data: dl.DataSet) -> Reader:
    run = dl.train(data=data, **QUICK)
    assert [record.epoch for record in run] == list(range(1, 13))
    return run.reader()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return letter_folder(tmp_path_factory.mktemp("data") / "letters", each=12, test=3)


@pytest.fixture(scope="module")
def network(reader: Reader, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("network") / "letters.digitlens"
    dl.save(reader, path)
    return path


# ---- Python


def test_what_is_learned_knows_its_classes_and_its_size(reader: Reader) -> None:
    assert reader.network.sizes == (PIXELS, 20, 26)
    assert (reader.classes, reader.image_shape, reader.reads_digits) == (NAMES, SHAPE, False)
    assert dl.Recipe().describe(classes=26, pixels=PIXELS) == "480-16-16-26 sigmoid"
    for told in (repr(reader), reader._repr_html_()):
        assert "20×24" in told


def test_letters_are_read_and_measured(reader: Reader, data: dl.DataSet) -> None:
    result = reader.evaluate(data.test)
    assert result.accuracy > 0.9
    assert result.confusion_matrix.shape == (26, 26)
    told = json.loads(json.dumps(result.to_json()))
    assert (told["classes"], len(told["per_class"]), "per_digit" in told) == (list(NAMES), 26, False)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("more", [
    {}, {"augmentation": "elastic", "preparation": ("straighten", "resize")},
    {"cost": "cross_entropy", "output": "softmax", "optimiser": "adam", "learning_rate": 0.01},
], ids=["as it is", "distorted", "softmax"])  # fmt: skip
def test_letters_are_learned_on_every_engine(
    engine: str, precision: str, more: dict[str, Any], data: dl.DataSet
) -> None:
    if engine == "compiled" and precision == "float64":
        engine = "auto"  # the plain one, which says so
    changes: dict[str, Any] = QUICK | {"epochs": 3, "precision": precision} | more
    run = dl.train(data=data, engine=engine, **changes)
    costs = [record.training.cost for record in run if record.training]
    assert costs[-1] < costs[0]
    assert run.latest is not None
    assert run.latest.network.sizes == (PIXELS, 20, 26)
    assert run.latest.network.dtype == precision


@pytest.mark.skipif("compiled" not in ENGINES, reason="there is no compiled kernel to hold to the plain engine")
@pytest.mark.parametrize("augmentation", ["none", "elastic"])
def test_both_engines_learn_the_same(augmentation: str, data: dl.DataSet) -> None:
    recipe = dl.Recipe(hidden=(9,), epochs=2, validation=7, augmentation=augmentation, mini_batch=10)
    start, split = recipe.initial_network(26, PIXELS), split_data(recipe, data)
    (*_, fast), (*_, plain) = (list(each.run(recipe, start, split)) for each in (CompiledEngine(), PlainEngine()))
    for one, other in zip(fast.network.layers, plain.network.layers, strict=True):
        np.testing.assert_allclose(one.weights, other.weights, rtol=0, atol=2e-4)
    assert fast.test is not None
    assert plain.test is not None
    assert fast.test.cost == pytest.approx(plain.test.cost, abs=1e-3)


def test_a_letter_is_read_from_an_array_a_row_of_numbers_and_a_file(
    reader: Reader, data: dl.DataSet, tmp_path: Path
) -> None:
    image, shows = data.test.images[3], NAMES[data.test.digits[3]]
    Image.fromarray(image).save(tmp_path / "same.png")
    for picture in (image, image / 255, image.reshape(-1), tmp_path / "same.png", Image.fromarray(image)):
        reading = reader.read(picture)
        assert reading.label == shows
        np.testing.assert_allclose(reading.prepared.image, image / 255, atol=1e-6)
        assert [stage.name for stage in reading.prepared.stages] == ["decoded", "fitted"]
        assert "20×24" in reading.prepared.stages[-1].reason


def test_a_larger_picture_is_laid_onto_20_by_24_dark_or_light(reader: Reader, data: dl.DataSet) -> None:
    for which in range(0, len(data.test), 11):
        image, shows = data.test.images[which], NAMES[data.test.digits[which]]
        large = np.kron(image, np.ones((10, 10), np.uint8)).astype(np.uint8)
        for picture in (large, 255 - large):
            reading = reader.read(picture)
            assert [stage.name for stage in reading.prepared.stages] == ["decoded", "ink", "fitted"]
            assert reading.label == shows


def test_a_reading_says_which_class_it_is_and_never_a_digit(reader: Reader, data: dl.DataSet) -> None:
    reading = reader.read(data.test.images[-1])
    told = json.loads(json.dumps(reading.to_json()))
    assert (told["label"], told["class"]) == (reading.label, NAMES.index(reading.label))
    assert {"digit", "is_digit", "familiarity"}.isdisjoint(told)
    assert reading.label in reading._repr_html_()
    assert reading.label in repr(reading)
    blank = reader.read(np.zeros((60, 40), np.uint8))
    assert (blank.reason, blank.prepared.image.shape) == ("too little ink", SHAPE)
    assert "is_digit" not in blank.to_json()
    assert reader.read(np.zeros(SHAPE)).reason == "too little ink"


def test_a_letter_is_explained_down_to_a_pixel_and_told_target_25(reader: Reader, data: dl.DataSet) -> None:
    parts = dl.explain(data.test.images[0], reader, layer=1, neuron=19)
    assert parts.others + len(parts.terms) == PIXELS
    steps = dl.explain(data.test.images[0], reader, target=25)
    assert steps.targets.tolist() == [0.0] * 25 + [1.0]
    assert steps.weight(1, 19, PIXELS - 1).source == PIXELS - 1
    assert len(steps.output_gradients()) == 26
    with pytest.raises(dl.UsageError):
        dl.explain(data.test.images[0], reader, target=26)


def test_a_saved_network_reads_the_same_and_is_written_the_same(
    reader: Reader, network: Path, data: dl.DataSet, tmp_path: Path
) -> None:
    again = dl.load(network)
    assert (again.classes, again.image_shape, again.framing) == (NAMES, SHAPE, 0)
    np.testing.assert_array_equal(again.outputs(data.test.images), reader.outputs(data.test.images))
    dl.save(again, tmp_path / "again.digitlens")
    assert (tmp_path / "again.digitlens").read_bytes() == network.read_bytes()


def test_ways_to_train_are_compared_and_swept(data: dl.DataSet, tmp_path: Path) -> None:
    quick = QUICK | {"epochs": 1}
    compared = dl.compare("activation", ["sigmoid", "relu"], data=data, seeds=2, jobs=2, **quick)
    assert [len(side.outcomes) for side in compared.sides] == [2, 2]
    assert not any(outcome.error for side in compared.sides for outcome in side.outcomes)
    journal = tmp_path / "letters.journal"
    swept = [
        dl.sweep({"precision": ["float32", "float64"]}, data=data, journal=journal, jobs=2, **quick) for _ in range(2)
    ]
    assert [row["error"] for row in swept[0].rows] == ["", ""]
    assert swept[0].rows == swept[1].rows


def test_how_sure_it_is_can_be_fitted_to_letters(reader: Reader, data: dl.DataSet) -> None:
    sure = reader.calibrated(data.test).read(data.test.images[0]).confidence
    assert sure is not None
    assert 1 / 26 <= sure <= 1
    assert Calibration(1.0).probabilities(np.zeros(26)).tolist() == [1 / 26] * 26


def test_weights_of_letters_are_drawn_as_pictures_of_20_by_24(reader: Reader) -> None:
    pytest.importorskip("matplotlib")
    axes = weight_pictures(reader.network.layers[0].weights.reshape(-1, *SHAPE))
    extent = axes.get_images()[0].get_extent()
    assert (abs(extent[1] - extent[0]), abs(extent[3] - extent[2])) == (24, 20)
    assert to_png(axes).startswith(b"\x89PNG")


# ---- what only digits have


def test_what_only_digits_have_says_so(reader: Reader, data: dl.DataSet) -> None:
    with pytest.raises(dl.UsageError, match="page"):
        reader.read_page(data.test.images[0])
    from digitlens.laboratory.study import run_study

    with pytest.raises(dl.UsageError, match="laboratory"):
        run_study(dl.Recipe(), data, 1, progress=lambda what, share: None)
    with pytest.raises(dl.ShapeError, match="familiarity"):
        Reader(reader.network, classes=NAMES, framing=0, image_shape=SHAPE, familiarity=dl.load("reader").familiarity)


# ---- limits


def test_64_by_64_pixels_and_256_classes_are_learned_saved_and_read(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (512, 64, 64), np.uint8), np.arange(512) % 256
    largest = dl.data(images, labels, test=(images[:256], labels[:256]))
    for engine in ENGINES:
        run = dl.train(data=largest, engine=engine, epochs=1, hidden=(8,), validation=0)
        for _ in run:
            pass
        dl.save(run.reader(), tmp_path / "largest.digitlens")
        again = dl.load(tmp_path / "largest.digitlens")
        assert again.network.sizes == (4096, 8, 256)
        assert again.read(images[7]).label == again.classes[int(again.outputs(images[7:8]).argmax())]


def test_one_pixel_or_one_class_more_is_refused() -> None:
    for shape in ((3, 65, 64), (3, 64, 65)):
        with pytest.raises(dl.ShapeError, match="1×1 to 64×64 pixels"):
            dl.data(np.zeros(shape, np.uint8), [0, 1, 2])
    images = np.zeros((257, 2, 2), np.uint8)
    with pytest.raises(dl.DataError, match="1 to 256 classes, got 257"):
        dl.data(images, np.arange(257))
    with pytest.raises(dl.DataError, match="1 to 256 classes, got 257"):
        dl.DataSet("many", "", dl.Digits(images, np.zeros(257, np.uint8)), dl.Digits(images, np.zeros(257, np.uint8)),
                   tuple(map(str, range(257))))  # fmt: skip


def test_a_network_too_large_for_these_images_is_refused_before_anything_is_done(data: dl.DataSet) -> None:
    recipe = dl.Recipe(hidden=(4096, 900))  # of which there may be as many
    with pytest.raises(dl.RecipeError, match="hidden: at most") as caught:
        dl.train(recipe, data)
    assert caught.value.field == "hidden"


def test_names_of_classes_that_no_file_can_hold_are_refused_before_anything_is_done(tmp_path: Path) -> None:
    images, labels = np.zeros((512, 3, 3), np.uint8), np.arange(512) % 256
    images[:, 1, 1] = labels
    for letter, length, fits in (("a", 70, True), ("七", 12, True), ("a", 90, False), ("七", 20, False)):
        names = [f"{i:03}" + letter * (length - 3) for i in range(256)]
        named = dl.data(images, labels, names=names)
        if not fits:
            with pytest.raises(dl.UsageError, match="shorten them"):
                dl.train(data=named)
            continue
        run = dl.train(data=named, epochs=210, hidden=(), mini_batch=256, validation=9)
        for _ in run:
            pass
        dl.save(run.reader(), tmp_path / "long.digitlens")
        assert dl.load(tmp_path / "long.digitlens").classes == tuple(names)


# ---- the command line


def test_the_command_line_trains_and_looks_at_letters(digitlens: Run, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine.digitlens"
    trained = digitlens("train", "--data", folder, "--epochs", 4, "--hidden", "20", "--mini-batch", 8, "--out", out)
    assert trained.code == 0, trained.err
    assert "480-20-26" in trained.out
    measured = json.loads(digitlens("evaluate", "-n", out, "--data", folder, "--json").out)
    assert (measured["images"], measured["classes"]) == (78, list(NAMES))
    told = json.loads(digitlens("inspect", "confusion", "-n", out, "--data", folder, "--json").out)
    assert (told["rows"], told["columns"], len(told["confusion_matrix"])) == (*SHAPE, 26)
    for arguments in (("evaluate",), ("inspect",)):
        answer = digitlens(*arguments, "-n", out, "--data", folder)
        assert answer.code == 0, answer.err
        assert "480" in answer.out or arguments == ("evaluate",)
    picture = next((folder / "test" / "z").iterdir())
    (read,) = json.loads(digitlens("read", "-n", out, picture, "--json").out)
    assert read["label"] in NAMES
    explained = digitlens("explain", "-n", out, picture, "--layer", 1)
    assert "20×24 = 480 numbers" in explained.out
    for target in ("z", "25"):
        learned = digitlens("explain", "-n", out, picture, "--target", target, "--json")
        assert json.loads(learned.out)["learning"]["target"] == 25
    shown = digitlens("explain", "-n", out, picture, "--target", "z", "--from", 479)
    assert f"(row {ROWS - 1}, column 23)" in shown.out


def test_the_command_line_compares_and_sweeps_letters(digitlens: Run, folder: Path, tmp_path: Path) -> None:
    few = ("--data", folder, "--epochs", 1, "--hidden", "5", "--json")
    compared = digitlens("compare", "--vary", "activation=sigmoid,tanh", "--seeds", 1, *few)
    assert [side["errors"] for side in json.loads(compared.out)["sides"]] == [[], []]
    swept = digitlens("sweep", "--grid", "mini_batch=8,16", "--journal", tmp_path / "journal", *few)
    assert [row["error"] for row in json.loads(swept.out)] == ["", ""]


def test_the_command_line_says_what_is_for_digits_alone(digitlens: Run, network: Path, folder: Path) -> None:
    picture = next((folder / "test" / "a").iterdir())
    for arguments, word in (
        (("read", "--page", "-n", network, picture), "--page"),
        (("evaluate", "-n", network, "--data", "pen"), "20×24"),
        (("evaluate", "-n", "video", "--data", folder), "knows"),
    ):
        answer = digitlens(*arguments)
        assert (answer.code, answer.out) == (2, ""), arguments
        assert word in answer.err


def test_pictures_of_a_folder_get_the_size_that_is_asked_for(digitlens: Run, folder: Path, tmp_path: Path) -> None:
    for size, wanted in (("28x28", "784-5-26"), ("9x40", "360-5-26")):
        answer = digitlens(
            "train", "--data", folder, "--size", size, "--epochs", 1, "--hidden", 5, "--out", tmp_path / size
        )
        assert wanted in answer.out
        assert digitlens("evaluate", "-n", tmp_path / size, "--data", folder).code == 0
    for wrong in ("28", "0x5", "65x64", "axb", "28x28x3", "99999999x1"):
        assert digitlens("train", "--data", folder, "--size", wrong, "--out", tmp_path / "x").code == 2
    assert not (tmp_path / "x").exists()


# ---- the server


@pytest.fixture(scope="module")
def served(network: Path, folder: Path) -> Iterator[Any]:
    with running(lambda address: create_app(Networks(network), address, sets=DataSets(str(folder)))) as site:
        yield site


def test_the_server_says_what_its_networks_and_its_data_are_like(served: Any) -> None:
    first, *others = served.ask("GET", "/api/networks").json()
    assert (first["name"], first["classes"], first["rows"], first["columns"]) == ("letters", list(NAMES), *SHAPE)
    assert {(one["rows"], one["columns"], len(one["classes"])) for one in others} == {(28, 28, 10)}
    with page(served) as one:
        one.say(type="visit", visitor=one.visitor)
        told = one.hears("choices")["data"]
    sets = {one["name"]: (one["rows"], one["columns"], one["classes"]) for one in told}
    assert sets == {"mnist": (28, 28, 10), "pen": (28, 28, 10), "folder": (*SHAPE, 26)}


def test_the_server_reads_letters_and_shows_them(served: Any, folder: Path) -> None:
    picture = next((folder / "test" / "q").iterdir()).read_bytes()
    read = served.ask("POST", "/api/read", body=picture).json()
    assert read["label"] in NAMES
    assert "digit" not in read
    assert served.ask("POST", "/api/read?page=1", body=picture).status == 400
    answer = served.ask("GET", "/api/images?data=folder&count=3&from=75")
    assert list(answer.body[:3]) == [25, 25, 25]
    assert len(answer.body) == 3 * (1 + PIXELS)
    assert served.ask("GET", "/api/images?data=letters").status == 400


def test_the_server_says_what_a_neuron_of_letters_answers_to(served: Any) -> None:
    told = served.ask("GET", "/api/neuron/letters/1/4").json()
    assert (told["rows"], told["columns"], told["part"]) == (*SHAPE, None)
    assert {one["label"] for one in told["strongest"]} <= set(NAMES)
    assert served.ask("GET", "/api/neuron/video/1/4").json()["part"] is not None


def test_the_server_trains_on_letters_and_compares(served: Any) -> None:
    with page(served) as one:
        one.train(data="folder", epochs=2, hidden=[6], mini_batch=16)
        header, arrays = one.sees(state="finished")
        assert (header["sizes"], header["classes"]) == ([PIXELS, 6, 26], list(NAMES))
        assert (header["rows"], header["columns"], arrays["pictures"].shape) == (*SHAPE, (6, PIXELS))
        mistakes, arrays = one.sees("mistakes")
        assert arrays["confusion"].shape == (26, 26)
        assert arrays["images"].shape == (len(mistakes["shown"]), PIXELS)
        one.train(number=2, data="folder", go="nothing", hidden=[6])
        one.say(type="go", how="example")
        header, arrays = one.sees(when=lambda header: header["last_example"])
        assert arrays["example"].shape == (PIXELS,)
        one.say(type="compare", number=3, base="video", data="folder", seeds=1,
                recipes=[{"epochs": 1, "hidden": [4]}, {"epochs": 1, "hidden": [5]}])  # fmt: skip
        header, arrays = one.sees("comparison", state="finished")
        assert (header["rows"], header["columns"]) == SHAPE
        assert arrays["b_pictures"].shape == (5, PIXELS)


def test_a_run_on_letters_goes_on_after_its_server_was_killed(folder: Path, tmp_path: Path) -> None:
    with training(folder, tmp_path, timing=Timing(checkpoints=0.0)) as site, page(site) as one:
        one.train(data="folder", epochs=100_000, hidden=[4])
        one.sees(when=lambda header: header["epoch"] >= 3)
        one.say(type="pause")
        one.sees(state="paused")
        visitor = one.visitor
        assert list(tmp_path.glob("*.checkpoint"))
    with training(folder, tmp_path) as site, page(site, visitor) as again:
        header, arrays = again.sees()
        assert (header["state"], header["sizes"], header["rows"]) == ("interrupted", [PIXELS, 4, 26], ROWS)
        assert arrays["pictures"].shape == (4, PIXELS)
        again.say(type="go", how="epoch")
        assert again.sees(state="paused")[0]["epoch"] > header["epoch"]


def test_the_classes_of_letters_are_told_apart_by_bars_alone_so_that_the_tests_above_mean_something() -> None:
    images, labels = letter_images(5)
    means = np.stack([images[labels == label].mean(axis=0).ravel() for label in range(26)])
    nearest = ((images.reshape(len(images), 1, -1) - means) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == labels).mean() > 0.95
