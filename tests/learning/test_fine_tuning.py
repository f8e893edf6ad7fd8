"""A run that starts from a trained network: what it keeps, what it refuses, and that it can be done again."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.cli.conftest import Run as Command
from tests.cli.conftest import digitlens

import digitlens as dl
from digitlens.cli import data_export
from digitlens.digits.dataset import DataSet, Digits
from digitlens.digits.synthetic.pen.writer import pen_data
from digitlens.errors import RecipeError, UsageError
from digitlens.files.folders import write_folder
from digitlens.learning.before_after import before_and_after
from digitlens.learning.checkpointing import resume_run, save_checkpoint
from digitlens.learning.fine_tuning import fine_tune, recipe_from, start_of, starting_network
from digitlens.learning.fingerprints import fingerprint
from digitlens.learning.recipe import Recipe
from digitlens.learning.training import Run
from digitlens.learning.verifying import verify
from digitlens.reading.reader import Reader

__all__ = ["digitlens"]  # a fixture

PEN = pen_data(5, 120, 60)
VIDEO = dl.load("video")
QUICK = {"epochs": 2, "augmentation": "none"}


def trained(run: Run) -> Reader:
    assert list(run)
    return run.reader()


def some(classes: str, data: DataSet = PEN) -> DataSet:
    """Those of some digits, with their names as classes in this order."""
    halves = []
    for half in (data.training, data.test):
        kept = half[np.isin(half.digits, [int(c) for c in classes])]
        halves.append(kept.relabelled(np.array([classes.index(str(d)) for d in kept.digits], np.uint8)))
    return DataSet("some", "some pen digits", halves[0], halves[1], tuple(classes))


def test_it_learns_on_from_the_network_and_not_from_random_weights() -> None:
    run = dl.train(start="video", data=PEN, epochs=1, learning_rate=1e-6, augmentation="none")
    reader = trained(run)
    assert run.recipe.start == fingerprint(VIDEO.network)
    assert (run.recipe.hidden, run.recipe.activation, run.recipe.preparation) == ((16, 16), "sigmoid", ())
    for ours, theirs in zip(reader.network.layers, VIDEO.network.layers, strict=True):
        assert np.abs(ours.weights - theirs.weights).max() < 1e-4
    assert reader.provenance["start"] == "video"
    assert reader.name == "video-tuned"


def test_a_writer_that_it_misread_is_read_better() -> None:
    mirrored = DataSet(
        "mirrored",
        "pen digits in a mirror",
        *(Digits(np.ascontiguousarray(half.images[:, :, ::-1]), half.digits) for half in (PEN.training, PEN.test)),
    )
    before = VIDEO.evaluate(mirrored.test).accuracy
    after = trained(dl.train(start=VIDEO, data=mirrored, learning_rate=0.003)).evaluate(mirrored.test).accuracy
    assert after > before + 0.1


def test_what_digits_look_like_is_still_known() -> None:
    reader = dl.load("reader")
    run = dl.train(start=reader, data=PEN, epochs=1, augmentation="none")
    assert trained(run).familiarity is reader.familiarity
    assert trained(dl.train(start=reader, data=renamed("abcdefghij"), epochs=1)).familiarity is None


def renamed(names: str, data: DataSet = PEN) -> DataSet:
    return replace(data, classes=tuple(names))


def test_frozen_layers_stay_to_the_bit() -> None:
    for averaging in (0.0, 0.5):
        run = dl.train(start="video", data=PEN, frozen=1, averaging=averaging, weight_decay=0.1, **QUICK)
        first, *others = trained(run).network.layers
        assert run.engine.name == "plain"
        assert "frozen" in run.fallback_reason
        assert first.weights.tobytes() == VIDEO.network.layers[0].weights.tobytes()
        assert first.biases.tobytes() == VIDEO.network.layers[0].biases.tobytes()
        for ours, theirs in zip(others, VIDEO.network.layers[1:], strict=True):
            assert (ours.weights != theirs.weights).any()


def test_layers_can_be_frozen_from_random_weights_as_well_but_never_the_last() -> None:
    for frozen in (2, 5):
        run = dl.train(data=PEN, frozen=frozen, epochs=1)
        network, begun = trained(run).network, run.recipe.initial_network()
        assert (network.layers[1].weights == begun.layers[1].weights).all()
        assert (network.layers[2].weights != begun.layers[2].weights).any()


def test_a_network_that_knows_the_classes_keeps_its_outputs() -> None:
    run = dl.train(start="video", data=some("73"), epochs=1, augmentation="none")
    assert trained(run).classes == VIDEO.classes
    assert set(run.data.training.digits.tolist()) == {3, 7}


def test_other_classes_get_a_new_last_layer() -> None:
    data = renamed("abcdefghij")
    run = dl.train(start="video", data=data, frozen=2, epochs=1, augmentation="none")
    reader = trained(run)
    assert reader.classes == data.classes
    assert (reader.network.layers[0].weights == VIDEO.network.layers[0].weights).all()
    assert before_and_after(run)[0]["before"] is None
    assert len(before_and_after(run)) == 1


def test_before_and_after_are_told_for_the_test_images() -> None:
    run = dl.train(start="video", data=PEN, **QUICK)
    reader = trained(run)
    told = before_and_after(run)[0]
    assert told["before"] == pytest.approx(VIDEO.evaluate(PEN.test).accuracy, abs=1e-6)
    assert told["after"] == pytest.approx(reader.evaluate(PEN.test).accuracy, abs=1e-6)
    assert not [row for row in before_and_after(_done(replace(PEN, test=PEN.test[:0]))) if row["data"] != "MNIST"]


def _done(data: DataSet) -> Run:
    run = dl.train(start="video", data=data, epochs=1, augmentation="none")
    assert list(run)
    return run


def test_what_the_network_decides_cannot_be_changed() -> None:
    for field, value in (
        ("hidden", (30,)),
        ("activation", "relu"),
        ("output", "softmax"),
        ("preparation", ("straighten",)),
    ):
        with pytest.raises(RecipeError, match=f"{field}: the network that it starts from decides it"):
            dl.train(start="video", data=PEN, **{field: value})  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="leave `recipe` out"):
        dl.train("talk", start="video", data=PEN)
    with pytest.raises(RecipeError, match="hidden: 16-16, as in the network"):
        fine_tune(VIDEO, PEN, Recipe(hidden=(8,)))
    with pytest.raises(UsageError, match="28×28"):
        fine_tune(VIDEO, DataSet("a", "", *[Digits(np.zeros((2, 5, 5), np.uint8), np.zeros(2, np.uint8))] * 2))
    odd = tuple(dl.ACTIVATIONS[name] for name in ("relu", "tanh", "sigmoid"))
    mixed = replace(VIDEO, network=replace(VIDEO.network, activations=odd))
    with pytest.raises(RecipeError, match="one activation for all hidden layers"):
        recipe_from(mixed)


def test_a_recipe_that_names_its_start_wants_that_one() -> None:
    recipe = recipe_from(VIDEO, **QUICK)
    with pytest.raises(RecipeError, match="which is not here"):
        Run(recipe, PEN)
    with pytest.raises(RecipeError, match=r"start: .*starts from the network"):
        Run(recipe, PEN, start=dl.load("straight"))
    with pytest.raises(RecipeError, match="random weights"):
        starting_network(VIDEO, Recipe(), PEN)
    assert start_of(recipe) is not None
    assert start_of(Recipe()) is None
    with pytest.raises(UsageError, match="leave out --from"):
        start_of(Recipe(), VIDEO)
    for given in (None, dl.load("straight")):
        with pytest.raises(UsageError, match="name its file with --from"):
            start_of(recipe.changed(start="0" * 64), given)


def test_recipes_without_a_start_are_written_as_they_were_before() -> None:
    assert not {"start", "frozen"} & set(Recipe().to_json())
    recipe = recipe_from(VIDEO, frozen=1)
    assert Recipe.from_json(json.loads(json.dumps(recipe.to_json()))) == recipe


def test_the_same_run_can_be_done_again_from_the_same_start(tmp_path: Path) -> None:
    reader = trained(dl.train(start="video", data=some("73"), **QUICK))
    dl.save(reader, tmp_path / "a.digitlens")
    assert verify(dl.load(tmp_path / "a.digitlens"), some("73")).agrees
    again = trained(dl.train(start=reader, data=PEN, **QUICK))
    assert verify(again, PEN, reader).agrees
    with pytest.raises(UsageError, match="--from"):
        verify(again, PEN)


def test_a_run_that_was_interrupted_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    whole = trained(dl.train(start="video", data=some("73"), epochs=4))
    run = dl.train(start="video", data=some("73"), epochs=4)
    for _ in zip(run, range(2), strict=False):
        pass
    save_checkpoint(run, tmp_path / "a.digitlens")
    resumed = resume_run(tmp_path / "a.digitlens", some("73"))
    assert fingerprint(trained(resumed).network) == fingerprint(whole.network)


@pytest.fixture
def crops(tmp_path: Path) -> Path:
    parts = {"": (PEN.training, np.arange(len(PEN.training)))}
    write_folder(tmp_path / "crops", data_export.picture_files(parts, PEN.classes))
    return tmp_path / "crops"


def test_the_command_starts_from_a_network_and_compares(
    digitlens: Command, crops: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(crops.parent)
    answer = digitlens("train", "--from", "video", "--data", crops, "--epochs", "2", "--out", "a.digitlens")
    assert answer.code == 0, answer.err
    assert "starts from video" in answer.out
    assert "before" in answer.out
    assert digitlens("verify", "a.digitlens", "--data", crops).code == 0
    told = json.loads(
        digitlens(
            "train", "--from", "a.digitlens", "--data", crops, "--frozen", "1", "--out", "b.digitlens", "--json"
        ).out
    )
    assert told["compared"][0]["data"] == "test images"
    assert told["recipe"]["frozen"] == 1
    assert digitlens("verify", "b.digitlens", "--data", crops).code == 1
    assert digitlens("verify", "b.digitlens", "--data", crops, "--from", "a.digitlens").code == 0
    for wrong in (["--recipe", "talk"], ["--hidden", "30"]):
        assert digitlens("train", "--from", "video", "--data", crops, *wrong).code == 2


def test_the_command_goes_on_where_it_was_stopped(
    digitlens: Command, crops: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(crops.parent)
    run = dl.train(start="video", data=str(crops), epochs=3)
    next(iter(run))
    save_checkpoint(run, "a.digitlens")
    answer = digitlens("train", "--resume", "a.digitlens", "--data", crops)
    assert answer.code == 0, answer.err
    assert digitlens("verify", "a.digitlens", "--data", crops).code == 0
