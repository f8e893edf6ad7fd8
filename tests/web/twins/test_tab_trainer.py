"""A tab trains as the server does: the same messages, the same frames, the same network as the command line makes."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from tests.learning.bars import small
from tests.web.twins.trainer import DATA, block, drive, train

from digitlens.kernel import native
from digitlens.learning.compiled_engine import CompiledEngine
from digitlens.learning.data_split import split_data
from digitlens.learning.plain_engine import PlainEngine
from digitlens.network.network import Network
from digitlens.storage.model_file import from_bytes

FINISHED = ["until", "run", {"state": "finished"}]
RECIPE = small()


def wanted(recipe: Any = RECIPE) -> Network:
    """The network that the same recipe makes in Python."""
    engine = PlainEngine() if native.missing() else CompiledEngine()
    *_, last = engine.run(recipe, recipe.initial_network(4), split_data(recipe, DATA))
    return last.network


def far(got: str, network: Network) -> float:
    layers = from_bytes(base64.b64decode(got)).network.layers
    return max(
        float(np.abs(one - other).max())
        for a, b in zip(layers, network.layers, strict=True)
        for one, other in ((a.weights, b.weights), (a.biases, b.biases))
    )


def test_a_run_ends_in_the_network_that_its_command_line_makes() -> None:
    _, run, mistakes, network, state = drive(
        train(), FINISHED, ["until", "mistakes", {}], ["network", "latest"], ["state"]
    )
    assert far(network, wanted()) < 2e-4
    assert state["kind"] == "tab"
    assert run["command"] == "digitlens train --data pen --hidden 6-5 --mini-batch 16 --epochs 3 --validation 17"
    assert (run["epoch"], run["number"], run["engine"], run["own_way"]) == (3, 1, "WebAssembly", False)
    assert (run["training"], run["test"], run["sizes"]) == (383, 40, [784, 6, 5, 4])
    curves = block(run, "curves")
    assert curves.shape[1] == 7
    assert curves[-1, 0] == 3
    assert (curves[:, 5] == 1).sum() == 3  # all images are measured at the end of each epoch
    assert block(run, "gradients").shape == (len(curves), 3)
    assert block(run, "pictures").shape == (6, 784)
    confusion = block(mistakes, "confusion")
    assert confusion.sum() == 40
    assert mistakes["count"] == 40 - np.trace(confusion)
    reader = from_bytes(base64.b64decode(network))
    assert reader.provenance["learned_from"] == 383
    assert reader.provenance["epochs"] == 3
    assert reader.provenance["test_accuracy"] == pytest.approx(curves[-1, 4], abs=1e-6)
    assert [row["epoch"] for row in reader.history] == [1, 2, 3]


def test_pausing_and_going_on_changes_no_bit() -> None:
    """The run lasts long enough that none of the pauses can come after its end."""
    long = train(mini_batch=2, epochs=300)
    pauses: list[list[Any]] = []
    for record in (2, 5, 9):
        pauses += [
            ["past", "run", "records", record],
            ["send", {"type": "pause"}],
            ["until", "run", {"state": "paused"}],
        ]
        pauses += [["send", {"type": "go", "how": "run"}]]
    halting = drive(long, *pauses, FINISHED, ["network", "latest"])
    assert [answer["state"] for answer in halting[3:13:4]] == ["paused"] * 3
    straight = drive(long, FINISHED, ["network", "latest"])
    assert without_seconds(halting[-1]) == without_seconds(straight[-1])


def without_seconds(file: str) -> tuple[Any, ...]:
    reader = from_bytes(base64.b64decode(file))
    rows = [{name: value for name, value in row.items() if name != "seconds"} for row in reader.history]
    return rows, [part.tobytes() for layer in reader.network.layers for part in (layer.weights, layer.biases)]


def test_single_steps_go_by_example_by_mini_batch_and_by_epoch() -> None:
    def step(how: str, **values: int) -> list[Any]:
        return [["send", {"type": "go", "how": how}], ["until", "run", {"state": "paused", **values}]]

    answers = drive(
        train(go="nothing"),
        ["until", "run", {"state": "paused"}],
        *step("mini_batch", mini_batch=1),
        *step("example", mini_batch=1, example=1),
        *step("example", mini_batch=1, example=2),
        *step("mini_batch", mini_batch=2, example=0),
        *step("epoch", epoch=1, mini_batch=0),
        ["network", "latest"],
    )
    batch, example = answers[3], answers[7]
    assert not batch["own_way"]
    assert batch["last_example"] is None
    assert example["own_way"]
    order = RECIPE.stream("order", 0).permutation(383)
    split = split_data(RECIPE, DATA)
    assert example["last_example"]["index"] == order[17]
    assert example["last_example"]["digit"] == split.training.digits[order[17]]
    np.testing.assert_array_equal(block(example, "example"), split.training.flat[order[17]])
    assert example["last_example"]["cost_after"] < example["last_example"]["cost_before"]
    assert from_bytes(base64.b64decode(answers[-1])).provenance["single_examples"]


def test_single_examples_move_the_weights_as_in_python() -> None:
    from digitlens.learning.single_example import one_example
    from digitlens.learning.training import Run

    recipe = RECIPE.changed(optimiser="momentum", learning_rate=0.1)
    steps = [["send", {"type": "go", "how": "example"}], ["until", "run", {"example": 1}]]
    steps += [["send", {"type": "go", "how": "example"}], ["until", "run", {"example": 2, "state": "paused"}]]
    got = drive(
        train(go="nothing", optimiser="momentum", learning_rate=0.1), *steps, ["network", "latest"], ["destroy"]
    )[-2]
    run = Run(recipe, DATA)
    first = one_example(run, None, 0)
    second = one_example(run, first.record.state, first.taken)
    assert far(got, second.record.network) < 1e-6


def test_an_older_moment_comes_back_and_its_network_with_it() -> None:
    answers = drive(
        train(mini_batch=4),
        FINISHED,
        ["send", {"type": "moment", "at": 0, "ask": 7}],
        ["until", "moment", {"ask": 7}],
        ["network", 0],
        ["network", 100_000],
    )
    _, _, _, moment, network, absent = answers
    assert (moment["record"], moment["epoch"], moment["position"]) == (0, 0, 0)
    assert far(network, small(mini_batch=4).initial_network(4)) == 0
    assert absent["gone"]


def test_the_newest_request_wins() -> None:
    answers = drive(
        *(train(number, learning_rate=number / 10) for number in range(1, 20)),
        ["until", "run", {"state": "finished"}],
        ["network", "latest"],
    )
    assert answers[-2]["number"] == 19
    assert far(answers[-1], wanted(small(learning_rate=1.9))) < 2e-4


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ({"recipe": {"learning_rate": -1}}, "learning_rate"),
        ({"recipe": {"hidden": ["many"]}}, "hidden"),
        ({"recipe": {"hidden": [4096, 4096]}}, "hidden"),
        ({"recipe": {"activation": "swish"}}, "activation"),
        ({"recipe": {"output": "relu", "cost": "cross_entropy"}}, "cost"),
        ({"recipe": {"epochs": 1.5}}, "epochs"),
        ({"recipe": {"epochs": "3"}}, "epochs"),
        ({"recipe": {"precision": "float64"}}, "precision"),
        ({"recipe": {"validation": 400}}, "validation"),
        ({"recipe": {"preparation": ["resize", "resize"]}}, "preparation"),
        ({"recipe": {"name": "mine"}}, "recipe"),
        ({"recipe": {"wings": 2}}, "recipe"),
        ({"recipe": [1]}, "recipe"),
        ({"base": "nobody"}, "base"),
        ({"data": "nowhere"}, "data"),
        ({"number": -1}, "number"),
        ({"go": "away"}, "go"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field_at_fault(message: dict[str, Any], field: str) -> None:
    given = {"type": "train", "number": 3, "base": "video", "recipe": {}, "data": "pen"} | message
    _, refused, runs = drive(["send", given], ["until", "refused", {}], ["count", "run"])
    assert refused["field"] == field
    assert runs == 0


def test_a_run_that_diverges_says_so() -> None:
    _, run = drive(
        train(activation="relu", output="identity", learning_rate=1000), ["until", "run", {"state": "diverged"}]
    )
    assert "diverged" in run["error"]
    assert "1000" in run["error"]


def test_every_kind_of_recipe_is_learned() -> None:
    recipes: list[dict[str, Any]] = [
        {"labels": "random"},
        {"preparation": ["straighten", "resize"]},
        {"augmentation": "elastic", "optimiser": "adam", "learning_rate": 0.01, "averaging": 0.9, "weight_decay": 0.01},
        {"output": "softmax", "cost": "cross_entropy", "activation": "tanh", "schedule": "cosine"},
        {"hidden": []},
    ]
    script = [
        step
        for number, recipe in enumerate(recipes, 1)
        for step in (train(number, **recipe), ["until", "run", {"state": "finished", "number": number}],
                     ["network", "latest"])
    ]  # fmt: skip
    answers = drive(*script)
    for number, recipe in enumerate(recipes):
        if "preparation" not in recipe:  # held to Python image by image elsewhere
            assert far(answers[3 * number + 2], wanted(small(**recipe))) < 2e-4, recipe


LONG = {"mini_batch": 2, "epochs": 300}
PAUSED = [["send", {"type": "pause"}], ["until", "run", {"state": "paused"}]]
GOES_ON = [["send", {"type": "go", "how": "run"}], ["until", "run", {"state": "running"}]]
KEPT = [["past", "run", "epoch", 20], *PAUSED, ["kept"], *GOES_ON]  # a pause makes a checkpoint, however fast it trains


def test_a_worker_that_dies_is_replaced_and_the_run_ends_in_the_same_bits() -> None:
    answers = drive(
        train(**LONG), *KEPT, ["kill"], ["until", "run", {"state": "interrupted"}], FINISHED, ["network", "latest"],
        ["threads"],
    )  # fmt: skip
    assert "ended" in answers[-4]["error"]
    assert "epoch" in answers[-4]["error"]
    assert answers[-1] == 2
    straight = drive(train(**LONG), FINISHED, ["network", "latest"])
    assert without_seconds(answers[-2]) == without_seconds(straight[-1])
    curves = block(
        answers[-3], "curves"
    )  # they go on, and do not begin anew; how many rows are kept depends on the pace
    assert (curves[0, 0], curves[-1, 0]) == (0, 300)
    assert (curves[:, 0] < 20).sum() > 5


def test_a_worker_that_does_not_answer_is_replaced_too() -> None:
    answers = drive(
        train(**LONG), *KEPT, ["freeze"], ["until", "run", {"state": "interrupted"}], FINISHED, ["threads"], ask=300
    )
    assert "answer" in answers[-3]["error"]
    assert answers[-1] == 2


def test_workers_that_die_again_and_again_are_not_replaced_for_ever() -> None:
    deaths: list[list[Any]] = []
    for _ in range(3):
        deaths += [["until", "run", {"state": "running"}], ["kill"], ["until", "run", {"state": "interrupted"}]]
    asked = [["send", {"type": "go", "how": "run"}], FINISHED, ["network", "latest"], ["threads"]]
    answers = drive(train(epochs=2_000, mini_batch=2), *deaths, *[["send", {"type": "forget"}], train(2), *asked[1:]])
    assert "Continue" in answers[9]["error"]
    assert far(answers[-2], wanted()) < 2e-4
    assert answers[-1] == 4


@pytest.mark.parametrize(
    ("given", "named"),
    [({"workers": False}, "workers"), ({"kernel": "missing"}, "kernel.wasm")],
)
def test_without_workers_or_kernel_there_is_no_training_and_it_says_why(given: dict[str, Any], named: str) -> None:
    _, _, state, sent, _ = drive(["join"], ["until", "state", {}], ["state"], train(), ["destroy"], join=False, **given)
    assert state["state"] == "gone"
    assert named in state["reason"]
    assert sent is False


def test_images_that_do_not_come_fail_the_run_and_can_be_tried_again() -> None:
    answers = drive(
        train(), ["until", "run", {"state": "failed"}], train(2), FINISHED, ["said", "download", "error"], fails=1
    )
    assert "gone" in answers[1]["error"]
    assert answers[3]["number"] == 2
    assert "the images are gone" in answers[4]


def compare(**changes: Any) -> list[Any]:
    small = {"hidden": [6], "epochs": 2, "mini_batch": 16, "validation": 17}
    recipes = [{**small, "activation": "sigmoid"}, {**small, "activation": "relu", "learning_rate": 0.1}]
    message = {"type": "compare", "number": 5, "base": "video", "recipes": recipes, "data": "pen", "seeds": 6}
    return ["send", message | changes]


def test_a_comparison_says_what_python_says_of_the_same_runs() -> None:
    from digitlens.learning.compared import compare as compared
    from digitlens.learning.training import Run

    _, frame, threads = drive(compare(), ["until", "comparison", {"state": "finished"}], ["threads"], cores=3)
    assert threads == 3
    assert (frame["done"], frame["all"], frame["number"]) == (12, 12, 5)
    sides = []
    for recipe, told in zip(
        (small(hidden=(6,), epochs=2), small(hidden=(6,), epochs=2, activation="relu", learning_rate=0.1)),
        frame["runs"],
        strict=True,
    ):
        runs = [Run(recipe.changed(seed=seed), DATA) for seed in range(6)]
        sides.append([[*run][-1].test.accuracy for run in runs])
        assert [one["seed"] for one in told] == list(range(6))
        assert [one["test_accuracy"] for one in told] == pytest.approx(sides[-1], abs=0.051)  # two images of 40
    read = [[one["test_accuracy"] for one in side] for side in frame["runs"]]
    names = ("sigmoid and learning rate 0.75", "ReLU and learning rate 0.1")
    assert tuple(frame["names"]) == names
    wanted = compared(read[0], read[1], names, "after 2 epochs")
    assert frame["sentence"] == wanted.sentence
    assert frame["difference"]["mean"] == pytest.approx(wanted.mean, abs=1e-12)
    assert block(frame, "a_curves").shape == (6, 2, 4)
    assert block(frame, "b_pictures").shape == (6, 784)


def test_a_comparison_can_rest_and_loses_no_run_when_workers_die() -> None:
    more = {"hidden": [6], "epochs": 60, "mini_batch": 2}
    both = [{**more, "seed": 1}, {**more, "seed": 1, "activation": "tanh"}]
    answers = drive(
        compare(recipes=both, seeds=2),
        ["until", "comparison", {"state": "running"}],
        ["kill"],
        ["send", {"type": "pause"}],
        ["until", "comparison", {"state": "paused"}],
        ["send", {"type": "go"}],
        ["until", "comparison", {"state": "finished"}],
    )
    frame = answers[-1]
    assert [[one["error"] for one in side] for side in frame["runs"]] == [["", ""], ["", ""]]
    assert (frame["done"], len(frame["runs"][0]), len(frame["runs"][1])) == (4, 2, 2)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"recipes": [{}]}, "recipes"),
        ({"recipes": [{}, {}]}, "recipes"),
        ({"seeds": 0}, "seeds"),
        ({"seeds": 11}, "seeds"),
        ({"recipes": [{"epochs": 300}, {"epochs": 300, "seed": 4}]}, "epochs"),
    ],
)
def test_a_comparison_that_cannot_be_is_refused(changes: dict[str, Any], field: str) -> None:
    _, refused = drive(compare(**changes), ["until", "refused", {}])
    assert refused["field"] == field
