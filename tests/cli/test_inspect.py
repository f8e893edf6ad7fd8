"""`digitlens inspect`, on a network and digits that the project makes itself."""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import platformdirs
import pytest
from click.testing import CliRunner, Result
from PIL import Image
from tests.reading.test_familiarity import familiarity

from digitlens.cli.main import cli, main
from digitlens.digits.png import png
from digitlens.digits.synthetic.pen.writer import pen_digits
from digitlens.errors import DataError, FileError, MissingExtra, UsageError
from digitlens.learning.recipe import Recipe
from digitlens.reading.calibration import Calibration
from digitlens.reading.reader import Reader
from digitlens.storage.container import Limits, pack, unpack
from digitlens.storage.model_file import load, save

HISTORY = tuple(
    {
        "epoch": e,
        "training_cost": 1 / e,
        "training_accuracy": 1 - 1 / (e + 1),
        "test_cost": 2 / e,
        "test_accuracy": 0.1 * e,
    }
    for e in range(1, 8)
)


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Labelled pictures in a folder: forty pen digits."""
    folder = tmp_path_factory.mktemp("digits")
    pen = pen_digits(120, 3).digits
    for i, (image, digit) in enumerate(zip(pen.images, pen.digits, strict=True)):
        (folder / str(digit)).mkdir(exist_ok=True)
        (folder / str(digit) / f"{i}.png").write_bytes(png(image))
    return folder


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A network that has not learned anything, with a story."""
    path = tmp_path_factory.mktemp("network") / "small.digitlens"
    recipe = Recipe(name="small", hidden=(5, 4))
    story = {"data": "pen", "learned_from": 1200, "epochs": 7, "test_accuracy": 0.7}
    save(Reader(recipe.initial_network(), "small", recipe=recipe.to_json(), provenance=story, history=HISTORY), path)
    return str(path)


def run(*arguments: str, exit_code: int = 0) -> Result:
    result = CliRunner().invoke(cli, ["inspect", *arguments], catch_exceptions=False)
    assert result.exit_code == exit_code, result.output
    return result


def test_what_a_network_can_judge_is_told(network: str, tmp_path: Path) -> None:
    path = str(tmp_path / "judging.digitlens")
    save(replace(load(network), familiarity=familiarity(threshold=0.015), calibration=Calibration(1.25)), path)
    said = run("weights", "--network", path).stdout
    assert "1.50% of real digits are rejected" in said
    assert "how sure it is (temperature 1.25)" in said
    assert "rejected" not in run("weights", "--network", network).stdout


def test_everything_is_shown_in_the_terminal(network: str, digits: Path) -> None:
    said = run("--network", network, "--data", str(digits)).stdout
    assert said.startswith(f"{network}   784-5-4-10, 3,999 weights and biases\n")
    assert "learned from 1,200 pictures of pen, 7 epochs, seed 0" in said
    assert "it read 70.00% of the test pictures correctly" in said
    assert all(f"neuron {j}" in said for j in range(5))
    assert "Rows: what the picture shows. Columns: what was read." in said
    assert "with the highest activation" in said
    assert "Learning curves: epoch 1 to 7" in said


def test_lines_stay_within_the_terminal(network: str, digits: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(digits)  # paths are printed whole, however long: short ones here
    said = run("--network", os.path.relpath(network), "--data", ".").stdout
    assert max(map(len, said.splitlines())) <= 120  # what a pipe gets


def test_only_what_is_named_is_shown(network: str) -> None:
    said = run("curves", "--network", network).stdout
    assert "Learning curves" in said
    assert "neuron" not in said.replace("neurons: sigmoid", "")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_pictures_are_written_as_png_files(network: str, digits: Path, tmp_path: Path, theme: str) -> None:
    pytest.importorskip("matplotlib", reason='figures need matplotlib: pip install "digitlens[figures]"')
    out = tmp_path / "new"
    said = run("--network", network, "--data", str(digits), "--out", str(out), "--theme", theme).stdout
    assert sorted(p.name for p in out.iterdir()) == ["confusion.png", "curves.png", "mistakes.png", "weights.png"]
    assert str(out / "weights.png") in said
    for file in out.iterdir():
        with Image.open(file) as image:
            assert image.convert("RGB").getpixel((0, 0)) == {"dark": (0, 0, 0), "light": (255, 255, 255)}[theme]


def test_json_tells_the_story_without_the_weights_and_needs_no_digits(network: str) -> None:
    told = json.loads(run("--network", network, "--json").stdout)
    assert told["sizes"] == [784, 5, 4, 10]
    assert told["parameters"] == 784 * 5 + 5 * 4 + 4 * 10 + 5 + 4 + 10
    assert told["activations"] == ["sigmoid"] * 3
    assert told["preparation"] == {"framing": 1, "adjusting": []}
    assert told["provenance"]["data"] == "pen"
    assert told["recipe"]["hidden"] == [5, 4]
    assert len(told["history"]) == 7
    assert told["notes"] == []
    assert "confusion_matrix" not in told


def test_json_measures_what_is_named(network: str, digits: Path) -> None:
    told = json.loads(run("confusion", "mistakes", "--network", network, "--data", str(digits), "--json").stdout)
    matrix = np.array(told["confusion_matrix"])
    assert matrix.sum() == told["images"]
    assert len(told["mistakes"]) == matrix.sum() - np.trace(matrix)
    strengths = [mistake["activation"] for mistake in told["mistakes"]]
    assert strengths == sorted(strengths, reverse=True)
    assert all(mistake["shows"] != mistake["read"] for mistake in told["mistakes"])


def test_without_digits_the_rest_is_shown_and_one_line_says_so(
    network: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DIGITLENS_DATA", raising=False)
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda *_, **__: str(tmp_path))
    result = run("--network", network, "--offline")
    (line,) = (line for line in result.stderr.splitlines() if line.strip())
    assert line.startswith("No test pictures, so no confusion and no mistakes: MNIST is not in the cache")
    assert "neuron 0" in result.stdout
    assert "Learning curves" in result.stdout
    with pytest.raises(SystemExit) as ended:
        main(["inspect", "mistakes", "--network", network, "--offline"])
    assert ended.value.code == 1  # nothing of what was asked for
    assert "small" in capsys.readouterr().out


def test_a_theme_without_pictures_to_write_is_wrong_use(network: str) -> None:
    result = CliRunner().invoke(cli, ["inspect", "--network", network, "--theme", "light", "curves"])
    assert result.exit_code == 2
    assert "name a folder for them with --out" in result.stderr


def test_digits_that_are_named_must_be_there(network: str, tmp_path: Path) -> None:
    with pytest.raises(DataError):
        run("--network", network, "--data", str(tmp_path / "nowhere"))


def test_digits_of_other_classes_are_refused(network: str, tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        for i in range(4):
            (tmp_path / name / f"{i}.png").write_bytes(png(pen_digits(i + 1).digits.images[i]))
    with pytest.raises(UsageError, match="the pictures also show a, b"):
        run("--network", network, "--data", str(tmp_path))


def test_a_folder_that_cannot_be_made_is_refused(network: str, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason='figures need matplotlib: pip install "digitlens[figures]"')
    for folder in (tmp_path / "not" / "there", Path(network)):
        with pytest.raises(FileError, match="making this folder failed"):
            run("weights", "--network", network, "--out", str(folder))


def test_without_matplotlib_no_folder_is_made(network: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtra, match="pip install"):
        run("--network", network, "--out", str(tmp_path / "new"))
    assert not (tmp_path / "new").exists()


def test_a_network_without_a_story_is_shown_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "bare.digitlens"
    save(Reader(Recipe(hidden=()).initial_network(), "bare"), path)
    said = run("weights", "curves", "--network", str(path)).stdout
    assert "neuron of the first output layer" in said
    assert "No learning curve" in said
    if "matplotlib" in sys.modules:
        result = run("curves", "--network", str(path), "--out", str(tmp_path / "out"))
        assert "No curves: the network's file has no history" in result.stderr


def test_notes_of_a_file_and_names_that_would_steer_a_terminal_are_made_visible(tmp_path: Path) -> None:
    path = tmp_path / "odd.digitlens"
    network = Recipe(hidden=(2,)).initial_network()
    story = {"data": "\x1b[2Jmnist", "learned_from": 3}
    save(Reader(network, "odd\x1b[31m", classes=("[bold]", *"123456789"), provenance=story), path)
    document, tensors = unpack(path.read_bytes(), Limits())
    document["blocks"]["later"] = {"required": False}
    path.write_bytes(pack(document, tensors, Limits()))
    result = run("weights", "--network", str(path))
    assert "\x1b" not in result.output
    assert r"\x1b[2Jmnist" in result.stdout
    assert "skipped an unknown block: later" in result.stderr


def perfect(reader: Reader) -> Reader:
    """A reader of one class more than it ever sees wrongly: every picture is a 0 to it."""
    layer = reader.network.layers[-1]
    biases = layer.biases * 0
    biases[0] = 9
    last = replace(layer, weights=layer.weights * 0, biases=biases)
    return replace(reader, network=replace(reader.network, layers=(*reader.network.layers[:-1], last)))


def test_a_network_that_makes_no_mistakes_shows_none(tmp_path: Path) -> None:
    path, folder = tmp_path / "perfect.digitlens", tmp_path / "digits"
    recipe = Recipe(hidden=(2,))
    save(perfect(Reader(recipe.initial_network(classes=2), "perfect", classes=("a", "b"))), path)
    images = pen_digits(12).digits.images
    files: Sequence[tuple[str, int]] = [("train/a", 0), ("train/b", 1), ("test/a", 2), ("test/a", 3)]
    for name, i in files:
        (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / name / f"{i}.png").write_bytes(png(images[i]))
    (folder / "test" / "b").mkdir()
    said = run("mistakes", "confusion", "--network", str(path), "--data", str(folder)).stdout
    assert "No mistakes among 2 pictures" in said
    assert "100.00% of 2 test pictures are read correctly" in said
