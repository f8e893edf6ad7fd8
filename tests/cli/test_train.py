"""`digitlens train`: every option counts, nothing is lost, and what was trained reads."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.cli.conftest import WORDS, Run

import digitlens as dl
from digitlens.digits.synthetic.pen.writer import pen_data
from digitlens.kernel import native
from digitlens.learning.checkpointing import save_checkpoint
from digitlens.learning.recipe import Recipe
from digitlens.storage.checkpoint import checkpoint_path


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no --out is given, the network is saved in the working folder."""
    monkeypatch.chdir(tmp_path)


def test_labelled_pictures_whose_classes_are_words_are_learned_and_read(
    digitlens: Run, words: Path, tmp_path: Path
) -> None:
    answer = digitlens("train", "--data", words, "--epochs", "40", "--out", "words.digitlens")
    assert (answer.code, answer.err) == (0, "")
    assert "784-16-16-3" in answer.out
    assert f"--network 'words.digitlens' --data '{words}'" in answer.out
    assert [path.name for path in tmp_path.iterdir()] == ["words.digitlens"]
    found = json.loads(digitlens("read", "-n", "words.digitlens", "--json", words / "seven").out)
    assert {each["network"] for each in found} == {"words.digitlens"}
    labels = [each["label"] for each in found]
    assert set(labels) <= set(WORDS)
    assert labels.count("seven") > len(labels) / 2
    assert labels == [WORDS[each["class"]] for each in found]
    measured = json.loads(digitlens("evaluate", "-n", "words.digitlens", "--data", words, "--json").out)
    assert len(measured["confusion_matrix"]) == 3
    assert digitlens("explain", words / "one" / "0.png", "-n", "words.digitlens", "--target", "zero").code == 0


def test_of_few_pictures_a_tenth_is_held_out_and_it_says_so(digitlens: Run, words: Path) -> None:
    answer = digitlens("train", "--data", words, "--epochs", "1")
    learned = len(dl.data(words).training)
    assert f"{learned} training images, {learned // 10} of them held out" in answer.out
    assert dl.load("video.digitlens").recipe["validation"] == learned // 10


def test_a_network_of_the_default_name_is_not_replaced_without_a_word(digitlens: Run, words: Path) -> None:
    given = ("train", "--data", words, "--epochs", "1")
    assert digitlens(*given).err == ""
    assert "this run will replace 'video.digitlens'" in digitlens(*given).err
    assert digitlens(*given, "--out", "video.digitlens").err == ""  # named, so it is meant


def test_a_number_of_held_out_pictures_that_was_asked_for_is_kept_to_or_refused(digitlens: Run, words: Path) -> None:
    assert digitlens("train", "--data", words, "--epochs", "1", "--validation", "20").code == 0
    assert dl.load("video.digitlens").recipe["validation"] == 20
    answer = digitlens("train", "--data", words, "--epochs", "1", "--validation", "60")
    assert answer.code == 2
    assert "--validation" in answer.err


def test_pen_digits_are_learned_without_any_download(digitlens: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("digitlens.digits.sources.pen_cache.pen_data", lambda: pen_data(training=200, test=50))
    answer = digitlens("train", "--data", "pen", "--epochs", "2", "--json")
    assert (answer.code, answer.err) == (0, "")
    found = json.loads(answer.out)
    assert (found["path"], found["finished"], found["epoch"]) == ("video.digitlens", True, 2)
    assert found["recipe"]["data"] == "pen"
    assert 0 <= found["test_accuracy"] <= 1


def test_every_option_of_a_recipe_reaches_it(digitlens: Run, words: Path) -> None:
    options = {
        "seed": "3", "hidden": "9,4", "activation": "tanh", "output": "softmax", "initialisation": "glorot",
        "cost": "cross_entropy", "optimiser": "adam", "momentum": "0.8", "learning-rate": "0.01",
        "schedule": "cosine", "mini-batch": "7", "epochs": "2", "weight-decay": "0.001", "averaging": "0.5",
        "validation": "6", "preparation": "straighten", "precision": "float64",
        "augmentation": "affine", "labels": "random", "stored": "float16",
    }  # fmt: skip
    given = [f"--{name}={value}" for name, value in options.items()]
    answer = digitlens("train", "--data", words, *given, "--json", "--out", "all.digitlens")
    assert (answer.code, answer.err) == (0, "")
    recipe = Recipe.from_json(json.loads(answer.out)["recipe"])
    assert recipe == Recipe.from_json(dict(dl.load("all.digitlens").recipe))
    unchanged = {field for field, value in Recipe().to_json().items() if recipe.to_json()[field] == value}
    assert unchanged == {"name"}
    assert recipe.hidden == (9, 4)
    assert recipe.preparation == ("straighten",)


def test_the_engine_is_named_and_why_a_faster_one_does_not_serve(digitlens: Run, words: Path) -> None:
    given = ("train", "--data", words, "--epochs", "1", "--out", "x.digitlens")
    best = "plain" if native.missing() else "compiled"
    assert f"\non the {best} engine" in digitlens(*given).out
    assert json.loads(digitlens(*given, "--json").out)["engine"] == best
    assert "\non the plain engine\n" in digitlens(*given, "--engine", "plain").out
    slower = digitlens(*given, "--precision", "float64").out
    assert "on the plain engine, because the compiled one cannot run it: it computes in float32, not float64" in slower


def test_the_talks_own_recipe_has_a_name(digitlens: Run, words: Path) -> None:
    found = json.loads(digitlens("train", "--recipe", "talk", "--data", words, "--epochs", "1", "--json").out)
    assert found["path"] == "talk.digitlens"
    assert (found["recipe"]["mini_batch"], found["recipe"]["initialisation"]) == (10, "standard_normal")


@pytest.mark.parametrize(
    "options",
    [
        ("--epochs", "0"), ("--epochs", "-1"), ("--epochs", "1e309"), ("--epochs", "nan"), ("--epochs", ""),
        ("--epochs", "9" * 5000), ("--learning-rate", "inf"), ("--learning-rate", "nan"), ("--learning-rate", "-0.1"),
        ("--learning-rate", "1e309"), ("--seed", "-1"), ("--seed", str(2**64)), ("--seed", "1.5"),
        ("--hidden", "16,x"), ("--hidden", "5x"), ("--hidden", "-5"), ("--hidden", "0"), ("--hidden", "99999"),
        ("--hidden", ",".join(["16"] * 99)), ("--hidden", "9" * 5000), ("--activation", "softmax"),
        ("--activation", "sine"), ("--output", "relu", "--cost", "cross_entropy"), ("--cost", "absolute"),
        ("--mini-batch", "0"),
        ("--momentum", "1"), ("--averaging", "1"), ("--averaging", "nan"), ("--weight-decay", "-1"),
        ("--validation", "-1"), ("--preparation", "shake"), ("--precision", "float16"), ("--engine", "steam"),
        ("--recipe", "soup"), ("--recipe", ""), ("--optimiser", "\x1b[2J"), ("--fresh", "now"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_before_anything_happens(
    digitlens: Run, words: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    answer = digitlens("train", "--data", words, *options)
    assert (answer.code, answer.out) == (2, "")
    assert "Error: " in answer.err
    assert "\x1b" not in answer.err
    assert len(answer.err) < 1000
    assert not list(tmp_path.iterdir())


def test_nothing_that_is_not_ours_is_overwritten(digitlens: Run, words: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("two years of work")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("thesis.txt")
    picture = words / "one" / "0.png"
    before = picture.read_bytes()
    for out in (
        "thesis.txt",
        "link",
        "folder",
        ".",
        "",
        "nowhere/x",
        "/dev/null",
        picture,
        "x" * 300,
        "a\0b",
        "thesis.txt/x",
    ):
        answer = digitlens("train", "--data", words, "--epochs", "1", "--out", out)
        assert (answer.code, answer.out) == (1, ""), out
        assert answer.err.startswith("Error: --out ")
        assert len(answer.err.splitlines()) == 1
    assert (tmp_path / "thesis.txt").read_text() == "two years of work"
    assert picture.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "link", "thesis.txt"]


def test_an_older_network_or_an_empty_file_makes_room(digitlens: Run, words: Path, tmp_path: Path) -> None:
    (tmp_path / "new").touch()
    for seed in ("1", "2"):
        assert digitlens("train", "--data", words, "--epochs", "1", "--seed", seed, "--out", "new").code == 0
        assert dl.load(tmp_path / "new").recipe["seed"] == int(seed)


@pytest.mark.parametrize("name", ["😀.digitlens", "two\nlines", "-7", "[bold]"])
def test_odd_names_are_written_and_shown_on_one_line(digitlens: Run, words: Path, name: str) -> None:
    answer = digitlens("train", "--data", words, "--epochs", "1", f"--out={name}")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.replace("\n", "").isprintable()
    assert Path(name).exists()


def _unfinished(words: Path, path: str, **changes: object) -> Recipe:
    """A run that was left after its first epoch."""
    run = dl.train("video", words, **{"epochs": 5, **changes})
    next(iter(run))
    save_checkpoint(run, path)
    return run.recipe


def test_an_unfinished_run_that_waits_is_not_lost_by_mistake(digitlens: Run, words: Path) -> None:
    _unfinished(words, "mine")
    answer = digitlens("train", "--data", words, "--out", "mine")
    assert (answer.code, answer.out) == (2, "")
    assert "digitlens train --resume 'mine'" in answer.err
    assert "--fresh" in answer.err
    assert digitlens("train", "--data", words, "--out", "mine", "--fresh", "--epochs", "2").code == 0
    assert not checkpoint_path("mine").exists()
    assert dl.load("mine").provenance["epochs"] == 2


def test_a_resumed_run_ends_as_if_it_had_never_stopped(digitlens: Run, words: Path) -> None:
    recipe = _unfinished(words, "mine", hidden=[5], seed=4)
    answer = digitlens("train", "--resume", "mine", "--data", words)
    assert (answer.code, answer.err) == (0, "")
    undisturbed = dl.train(recipe, words)
    for _ in undisturbed:
        pass
    pairs = zip(dl.load("mine").network.layers, undisturbed.reader().network.layers, strict=True)
    for ours, theirs in pairs:
        assert ours.weights.tobytes() == theirs.weights.tobytes()
        assert ours.biases.tobytes() == theirs.biases.tobytes()
    assert not checkpoint_path("mine").exists()


@pytest.mark.parametrize(
    "more",
    [("--epochs", "9"), ("--recipe", "talk"), ("--out", "x"), ("--fresh",), ("--seed", "0"), ("--engine", "plain")],
)
def test_a_resumed_run_goes_on_with_its_own_recipe_only(digitlens: Run, words: Path, more: tuple[str, ...]) -> None:
    _unfinished(words, "mine")
    before = checkpoint_path("mine").read_bytes()
    answer = digitlens("train", "--resume", "mine", "--data", words, *more)
    assert (answer.code, answer.out) == (2, "")
    assert more[0] in answer.err
    assert checkpoint_path("mine").read_bytes() == before


def test_resuming_what_is_not_there_or_on_other_digits_is_refused(
    digitlens: Run, words: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in ("missing", "", "x" * 300, "."):
        answer = digitlens("train", "--resume", path, "--data", words)
        assert answer.code in (1, 2)
        assert "Error: " in answer.err
    _unfinished(words, "mine")
    monkeypatch.delenv("DIGITLENS_DATA", raising=False)
    answer = digitlens("train", "--resume", "mine")
    assert (answer.code, answer.out) == (2, "")
    assert "folder called 'words'" in answer.err
    assert "--data" in answer.err
    (words.parent / "fewer" / "one").mkdir(parents=True, exist_ok=True)
    (words.parent / "fewer" / "zero").mkdir(exist_ok=True)
    for name in ("one/0.png", "one/1.png", "zero/0.png", "zero/1.png"):
        (words.parent / "fewer" / name).write_bytes((words / name).read_bytes())
    answer = digitlens("train", "--resume", "mine", "--data", words.parent / "fewer")
    assert (answer.code, answer.out) == (2, "")
    assert "other digits" in answer.err


def test_a_damaged_checkpoint_is_one_clear_error(digitlens: Run, words: Path) -> None:
    _unfinished(words, "mine")
    checkpoint_path("mine").write_bytes(checkpoint_path("mine").read_bytes()[:-7])
    for arguments in (("--resume", "mine"), ("--out", "mine")):
        answer = digitlens("train", "--data", words, *arguments)
        assert (answer.code, answer.out) == (1, "")
        assert answer.err.startswith("Error: ")
    assert digitlens("train", "--data", words, "--out", "mine", "--fresh", "--epochs", "1").code == 0


def test_a_run_that_diverges_says_why_and_leaves_nothing_behind(digitlens: Run, words: Path, tmp_path: Path) -> None:
    options = ("--activation", "relu", "--output", "identity", "--learning-rate", "1000", "--epochs", "50")
    answer = digitlens("train", "--data", words, *options)
    assert answer.code == 1
    assert "lower the learning rate" in answer.err
    assert not list(tmp_path.iterdir())


def test_a_run_that_ends_at_chance_says_so(digitlens: Run, tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    arrays = {}
    for half, n in (("train", 200), ("test", 100)):
        arrays |= {f"x_{half}": rng.integers(0, 256, (n, 9, 9), np.uint8), f"y_{half}": rng.permutation(n) % 4}
    np.savez(tmp_path / "noise.npz", **arrays)
    arguments = "train", "--data", "noise.npz", "--epochs", "1", "--out", "a.digitlens"
    said = digitlens(*arguments).out
    assert "no better than chance" in said
    assert "data --describe --data 'noise.npz'" in said
    assert json.loads(digitlens(*arguments, "--json").out)["at_chance"] is True
    assert "no better than chance" not in digitlens(*arguments, "--labels", "random").out
    assert "no better than chance" not in digitlens("train", "--data", "pen-small", "--epochs", "2").out
