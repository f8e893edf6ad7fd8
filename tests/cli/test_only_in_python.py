"""An activation that only Python knows, added in one line, goes through everything: slower, and said so."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.cli.conftest import Answer, Run, save
from tests.kernel.served import HIDDEN
from tests.only_in_python import ADDED, GAUSSIAN, SOFTPLUS
from tests.server.serving import Site, running
from tests.server.watching import page, training

import digitlens as dl
from digitlens.digits.dataset import DataSet
from digitlens.digits.sources.examples import example_files
from digitlens.kernel import native
from digitlens.learning.checkpointing import checkpointed, resume_run
from digitlens.lens.steps import back_propagate
from digitlens.network.activations import ACTIVATIONS
from digitlens.network.costs import cost_for, one_hot
from digitlens.network.gradient import backward
from digitlens.network.network import Network
from digitlens.network.optimisers import each
from digitlens.server.http.networks import Networks
from digitlens.server.http.routes import create_app

SHORT = ("--epochs", "2", "--hidden", "6", "--validation", "0")


@pytest.fixture(autouse=True)
def softplus(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one line, for the length of a test."""
    monkeypatch.setitem(ACTIVATIONS, "softplus", SOFTPLUS)


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of labelled pictures with three classes, all of them digits: 20 of each."""
    folder, written = tmp_path_factory.mktemp("labelled") / "numbers", dl.pen_digits(1_000, seed=6).digits
    for digit in (0, 1, 7):
        (folder / str(digit)).mkdir(parents=True)
        for number, which in enumerate(np.flatnonzero(written.digits == digit)[:20]):
            save(written.images[which], folder / str(digit) / f"{number}.png", times=2)
    return folder


@pytest.fixture
def network(tmp_path: Path, numbers: Path, digitlens: Run) -> Path:
    """A network that was trained with it, by the command line."""
    path = tmp_path / "soft.digitlens"
    answer = digitlens("train", "--activation", "softplus", *SHORT, "--data", numbers, "--out", path)
    assert (answer.code, answer.err) == (0, ""), answer
    said = " ".join(answer.out.split())
    assert "on the plain engine" in said
    assert native.missing() or "does not know the activation 'softplus'" in said
    return path


def few() -> DataSet:
    written = dl.pen_digits(200, seed=3).digits
    return DataSet("few", "a few pen digits", written[:160], written[160:])


def test_the_kernel_does_not_know_it() -> None:
    assert "softplus" not in HIDDEN


def soft_run() -> dl.Run:
    return dl.train(data=few(), activation="softplus", hidden=(6,), epochs=3, validation=0, learning_rate=0.1)


def test_a_run_says_why_it_is_on_the_plain_engine_and_its_network_is_saved_and_read_back(tmp_path: Path) -> None:
    run = soft_run()
    (*_, last) = iter(run)
    assert run.engine.name == last.engine == "plain"
    assert native.missing() or "softplus" in run.fallback_reason
    dl.save(run.reader(), tmp_path / "soft.digitlens")
    again, test = dl.load(tmp_path / "soft.digitlens"), few().test
    np.testing.assert_array_equal(again.outputs(test.images), run.reader().outputs(test.images))
    assert (again.engine, again.fallback_reason) == ("plain", native.missing() or run.fallback_reason)
    assert last.test is not None
    assert again.evaluate(test).accuracy == last.test.accuracy


def test_an_unfinished_run_goes_on_to_the_same_bits_and_elsewhere_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, whole, run = tmp_path / "soft.digitlens", soft_run(), soft_run()
    list(whole)
    for _ in checkpointed(run, path):
        run.stop()
    assert not run.finished
    again = resume_run(path, few())
    list(again)
    for one, other in zip(again.reader().network.layers, whole.reader().network.layers, strict=True):
        np.testing.assert_array_equal(one.weights, other.weights)
    monkeypatch.delitem(ACTIVATIONS, "softplus")
    with pytest.raises(dl.ModelFileError, match="softplus"):
        resume_run(path, few())


def test_its_network_is_evaluated_read_with_explained_and_inspected(
    network: Path,
    numbers: Path,
    digitlens: Run,
) -> None:
    def ask(*arguments: Any) -> Answer:
        answer = digitlens(*arguments)
        assert (answer.code, answer.err) == (0, ""), answer
        return answer

    evaluated = json.loads(ask("evaluate", "--network", network, "--data", numbers, "--json").out)
    assert evaluated["engine"] == "plain"
    assert native.missing() or "softplus" in evaluated["fallback_reason"]
    assert "plain engine" in ask("evaluate", "--network", network, "--data", numbers).out
    assert json.loads(ask("inspect", "--network", network, "--data", numbers, "--json").out)["activations"] == [
        "softplus",
        "sigmoid",
    ]
    assert "softplus" in ask("inspect", "--network", network, "--data", numbers).out
    assert "example 7.png" in ask("read", "--network", network, "--examples").out
    assert "softplus(z)" in ask("explain", "--network", network, "--example", "7").out
    assert "Down to one weight" in ask("explain", "--network", network, "--example", "7", "--target", "1").out


def test_it_is_compared_and_swept_beside_others(numbers: Path, digitlens: Run, tmp_path: Path) -> None:
    answer = digitlens(
        "compare", "--vary", "activation=softplus,relu", *SHORT, "--seeds", "2", "--data", numbers, "--json"
    )
    assert answer.code == 0, answer
    sides = json.loads(answer.out)["sides"]
    assert [side["name"] for side in sides] == ["softplus", "ReLU"]
    assert all(one is not None for side in sides for one in side["accuracies"])
    journal = tmp_path / "journal"
    grid = (
        "sweep",
        "--grid",
        "activation=softplus,tanh",
        *SHORT,
        "--data",
        numbers,
        "--journal",
        journal,
        "--jobs",
        "2",
    )
    rows = json.loads(digitlens(*grid, "--json").out)
    assert [(row["recipe"]["activation"], row["error"]) for row in rows] == [("softplus", ""), ("tanh", "")]


def test_elsewhere_its_file_is_refused_with_the_name_of_what_is_missing(
    network: Path,
    numbers: Path,
    digitlens: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(ACTIVATIONS, "softplus")
    for command in (("read", "--examples"), ("evaluate", "--data", numbers)):
        answer = digitlens(*command, "--network", network)
        assert answer.code == 1
        said = " ".join(answer.err.split())
        assert "'softplus'" in said
        assert "activations.py" in said
        assert "contradicts itself" not in said
    with pytest.raises(dl.ModelFileError, match="softplus"):
        dl.load(network)


def test_the_page_trains_with_it_and_is_told_why_that_is_slower(numbers: Path) -> None:
    with training(numbers) as site, page(site) as one:
        one.train(epochs=2, hidden=[6], activation="softplus")
        header, arrays = one.sees(state="finished")
        assert header["engine"] == "plain"
        assert native.missing() or "softplus" in header["fallback_reason"]
        assert np.isfinite(arrays["curves"]).all()
        assert np.isfinite(arrays["gradients"]).all()
        taken = site.ask("GET", f"/api/runs/{one.visitor}/latest.digitlens")
        assert b"softplus" in taken.body
        one.say(
            type="compare", number=2, base="video", data="folder", seeds=1,
            recipes=[{"epochs": 1, "hidden": [6], "activation": name} for name in ("softplus", "leaky_relu")],
        )  # fmt: skip
        header, _ = one.sees("comparison", state="finished")
        assert header["names"] == ["softplus", "leaky ReLU"]
        assert [run["error"] for side in header["runs"] for run in side] == ["", ""]


@pytest.fixture
def own_site(network: Path) -> Iterator[Site]:
    with running(lambda address: create_app(Networks(str(network)), address)) as site:
        yield site


def test_the_app_serves_its_network(own_site: Site) -> None:
    (own,) = [one for one in own_site.ask("GET", "/api/networks").json() if one["default"]]
    assert own["sizes"] == [784, 6, 3]
    picture = example_files()[7].read_bytes()
    answer = own_site.ask("POST", "/api/read", ("Content-Type", "image/png"), body=picture)
    assert answer.status == 200
    assert len(answer.json()["activations"]) == 3


@pytest.mark.parametrize("field", ADDED)
def test_a_cost_an_optimiser_and_an_initialisation_go_the_same_way(
    field: str, tmp_path: Path, numbers: Path, digitlens: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry, added = ADDED[field]
    name = getattr(added, "name", None) or added.__name__
    monkeypatch.setitem(registry, name, added)
    path = tmp_path / "added.digitlens"
    said = digitlens("train", f"--{field}", name, *SHORT, "--data", numbers, "--out", path, "--json")
    assert said.code == 0, said
    last = json.loads(said.out)
    in_the_kernel = field == "initialisation" and not native.missing()  # it takes any weights to begin with
    assert (last["engine"], last["recipe"][field]) == ("compiled" if in_the_kernel else "plain", name)
    for command in (("evaluate", "--data", numbers), ("explain", "--example", "7", "--target", "1")):
        answer = digitlens(*command, "--network", path)
        assert (answer.code, answer.err) == (0, ""), answer
    grid = (
        "sweep",
        "--grid",
        f"{field}={name}",
        *SHORT,
        "--data",
        numbers,
        "--journal",
        tmp_path / "journal",
        "--json",
    )
    assert [row["error"] for row in json.loads(digitlens(*grid).out)] == [""]
    compared = dl.compare(field, [name, str(getattr(dl.Recipe(), field))], data=few(), epochs=1, hidden=(6,), seeds=1)
    assert all(outcome.error == "" for side in compared.sides for outcome in side.outcomes)
    monkeypatch.delitem(registry, name)
    if field in ("activation", "cost"):  # by which a network computes; what it was trained by is its story
        with pytest.raises(dl.ModelFileError, match=name):
            dl.load(path)
    else:
        assert dl.load(path).recipe[field] == name


@pytest.mark.parametrize("hidden", ["softplus", "sigmoid"])
def test_outputs_between_0_and_1_take_cross_entropy_whoever_made_them(
    hidden: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ACTIVATIONS, "gaussian", GAUSSIAN)
    recipe = dl.Recipe(activation=hidden, output="gaussian", cost="cross_entropy", hidden=(6,), precision="float64")
    network = recipe.initial_network(4)
    images, y = np.random.default_rng(0).random((5, 784)), one_hot(np.arange(5) % 4, 4, np.float64)
    cost = cost_for("cross_entropy", GAUSSIAN)
    gradient = backward(network, network.forward(images), y, cost)

    def at(h: float) -> float:
        layers = each(lambda w, g: w - h * g, network.layers, gradient)
        return float(cost.each(Network(layers, network.activations).forward(images), y).mean())

    steep = sum(float((g.weights**2).sum() + (g.biases**2).sum()) for g in gradient)
    assert (at(-1e-7) - at(1e-7)) / 2e-7 == pytest.approx(steep, rel=1e-4)
    steps = back_propagate(network, images[0], 1, "cross_entropy")
    for one in steps.output_gradients():
        assert one.dC_da is not None
        assert one.slope is not None
        assert one.dC_dz == pytest.approx(one.dC_da * one.slope)
