"""All engines of the bench do the same work: only then do their times say something."""

import json
from dataclasses import asdict
from importlib.util import find_spec

import numpy as np
import pytest
from tests.bench.noise import random_pictures

from digitlens.bench.peers import COMPILED, COMPILED_AVX2, PLAIN, own_engines, peer
from digitlens.bench.task import Task, Work
from digitlens.errors import RecipeError, UsageError
from digitlens.kernel import native

PICTURES = random_pictures(300)
LIBRARIES = {
    "numpy": "numpy",
    "jax": "jax",
    "pytorch": "torch",
    "scikit-learn": "sklearn",
    "onnxruntime": "onnx",  # with which its twin is written
}
HOW = [(activation, optimiser) for activation in ("sigmoid", "relu") for optimiser in ("gradient_descent", "adam")]


def the(name):
    if name in (COMPILED, COMPILED_AVX2) and name not in own_engines():
        pytest.skip(f"{name} cannot run here, so it was not held to the plain engine: see kernel.native.missing()")
    if name in LIBRARIES and find_spec(LIBRARIES[name]) is None:
        pytest.skip(
            f"{name} is not installed, so its twin of our network was not checked: pip install {LIBRARIES[name]}"
        )
    return peer(name)


def work(**task):
    return Work(PICTURES.images, PICTURES.digits, Task(**{"mini_batch": 300, **task}))  # one batch: no order matters


def learned(name, work, epochs=3):
    learner = the(name).learner(work)
    for _ in range(epochs):
        learner.epoch()
    return np.asarray(learner.outputs(work.pixels))


@pytest.mark.parametrize("hidden", [(16, 16), (20,)])
@pytest.mark.parametrize(("activation", "optimiser"), HOW)
@pytest.mark.parametrize("name", [COMPILED, COMPILED_AVX2, "numpy", "jax", "pytorch"])
def test_all_learn_the_same_from_the_same_start(name, activation, optimiser, hidden):
    some = work(activation=activation, optimiser=optimiser, hidden=hidden)
    assert learned(name, some) == pytest.approx(learned(PLAIN, some), abs=2e-5)


def test_learning_something_else_would_be_noticed():
    results = [learned("numpy", work(activation=activation, optimiser=optimiser)) for activation, optimiser in HOW]
    results += [learned("numpy", work(), epochs) for epochs in (0, 2)]
    for i, some in enumerate(results):
        assert all(abs(some - other).max() > 2e-4 for other in results[:i])


def test_mini_batches_of_different_sizes_are_all_learned():
    uneven = {"mini_batch": 128}  # 300 = 128 + 128 + 44
    for name in own_engines():
        assert learned(name, work(**uneven), 1) == pytest.approx(learned(PLAIN, work(**uneven), 1), abs=2e-5)
    assert abs(learned("numpy", work(**uneven), 1) - learned("numpy", work(), 1)).max() > 2e-4


@pytest.mark.parametrize(("activation", "optimiser"), HOW)
def test_scikit_learn_is_told_the_task(activation, optimiser):
    from digitlens.bench.peers import sklearn_mlp

    the("scikit-learn")
    told = sklearn_mlp._model(work(activation=activation, optimiser=optimiser, hidden=(20,))).get_params()
    assert told["hidden_layer_sizes"] == (20,)
    assert told["activation"] == {"sigmoid": "logistic", "relu": "relu"}[activation]
    assert told["solver"] == {"gradient_descent": "sgd", "adam": "adam"}[optimiser]
    assert told["batch_size"] == 300


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
@pytest.mark.parametrize("name", [COMPILED, COMPILED_AVX2, PLAIN, "numpy", "jax", "pytorch", "onnxruntime"])
def test_all_read_the_same_from_one_picture(name, activation):
    some = work(activation=activation)
    expected = some.task.recipe().initial_network().forward(some.pixels[:2]).a[-1]
    read = np.asarray(the(name).one_picture(some)()).reshape(-1)
    assert read == pytest.approx(expected[0], abs=1e-5)
    assert read != pytest.approx(expected[1], abs=1e-5)


@pytest.mark.parametrize(
    ("sets", "ours"),
    [
        (["AVX-512", "AVX2", "SSE2"], (COMPILED, COMPILED_AVX2, PLAIN)),
        (["AVX2", "SSE2"], (COMPILED, PLAIN)),
        (["NEON"], (COMPILED, PLAIN)),
        ([], (PLAIN,)),
    ],
)
def test_which_of_ours_take_part_depends_on_the_processor(monkeypatch, sets, ours):
    monkeypatch.setattr(native, "instruction_sets", lambda: sets)
    assert own_engines() == ours


@pytest.mark.parametrize(("name", "wanted"), [(COMPILED, ""), (COMPILED_AVX2, "AVX2")])
def test_an_engine_runs_on_the_instruction_set_that_its_note_names(monkeypatch, name, wanted):
    engine, asked = native.engine, []

    def ask(sizes, activations, cost, instruction_set=""):
        asked.append(instruction_set)
        return engine(sizes, activations, cost, instruction_set)

    monkeypatch.setattr(native, "engine", ask)
    learned(name, work(), 1)
    peer(name).one_picture(work())
    assert asked == [wanted, wanted]
    note = peer(name).NOTE
    assert note == f"on {wanted or native.instruction_sets()[0]}"


def test_a_task_reaches_a_worker_unchanged():
    task = Task(10, "relu", "adam", (100, 50), 600)
    assert Task(**json.loads(json.dumps(asdict(task)))) == task


@pytest.mark.parametrize("wrong", [{"activation": "tanh"}, {"optimiser": "momentum"}])
def test_a_task_that_not_all_can_do_is_refused(wrong):
    with pytest.raises(UsageError, match=next(iter(wrong.values()))):
        Task(**wrong)


def test_a_task_that_is_no_recipe_is_refused():
    with pytest.raises(RecipeError, match="mini_batch"):
        Task(mini_batch=0)
