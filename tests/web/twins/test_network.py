"""The page's network, costs, back-propagation and sums are those of Python."""

from __future__ import annotations

import functools
import math
import os
from typing import Any

import numpy as np
import pytest
from tests.golden import make
from tests.golden.test_golden import GOLDEN
from tests.kernel import served
from tests.network.legal import CASES, network_of
from tests.web.twins.node import ask, ask_all, file_of, floats, in_float64, near

import digitlens
from digitlens.digits.sources.mnist import load_mnist
from digitlens.lens.neuron import add_up, neuron_sum
from digitlens.lens.steps import Steps, back_propagate
from digitlens.lens.weights import full_strength
from digitlens.network.activations import ACTIVATIONS
from digitlens.network.network import Network

VIDEO = digitlens.load("video")
EXACT = in_float64(VIDEO.network)


def described(network: Network, cost: str) -> dict[str, Any]:
    """A small network for the driver."""
    hidden, output = network.activations[0].name, network.activations[-1].name
    return {"layers": make.plain(network.layers), "activation": hidden, "output": output, "cost": cost}


def batch(layers: list[dict[str, Any]], number: int) -> dict[str, Any]:
    """The golden batch, through the golden network of a case, as a task for the driver."""
    names = {part: GOLDEN["cases"][number][part] for part in ("activation", "output", "cost")}
    return {"task": "batch", "network": {"layers": layers, **names}} | {k: GOLDEN[k] for k in ("images", "targets")}


@functools.cache
def computed() -> list[int]:
    """The numbers of the cases that the page can compute; it leaves what only Python knows to the server."""
    known = {each["name"] for each in ask("activations")}
    return [number for number, (hidden, output, _) in enumerate(CASES) if {hidden, output} <= known]


def skip_what_only_python_knows(number: int) -> None:
    if number not in computed():
        pytest.skip(f"the page does not compute {' and '.join(CASES[number][:2])}, so there is nothing to compare")


def test_the_page_knows_what_the_kernel_knows_and_each_range_is_pythons() -> None:
    known = {each["name"]: each for each in ask("activations")}
    assert {*served.OUTPUTS} <= {*known}
    for name, each in known.items():
        assert tuple(each["range"]) == ACTIVATIONS[name].range
        assert each["wholeLayer"] == ACTIVATIONS[name].whole_layer


@functools.cache
def golden_answers() -> dict[int, Any]:
    return dict(zip(computed(), ask_all([batch(GOLDEN["layers"], number) for number in computed()]), strict=True))


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda number: "-".join(CASES[number]))
def test_forward_costs_and_gradient_are_the_golden_ones(number: int) -> None:
    skip_what_only_python_knows(number)
    got, wanted = golden_answers()[number], GOLDEN["cases"][number]
    for l, (z, a) in enumerate(zip(wanted["z"], wanted["a"], strict=True)):
        near([trace["z"][l] for trace in got["traces"]], z, "z")
        near([trace["a"][l] for trace in got["traces"]], a, "a")
    near(got["costs"], wanted["costs"], "costs")
    for one, other in zip(got["gradient"], wanted["gradient"], strict=True):
        near(one["weights"], other["weights"], "weights")
        near(one["biases"], other["biases"], "biases")
    assert got["parameters"] == sum(len(layer["biases"]) * (len(layer["weights"][0]) + 1) for layer in GOLDEN["layers"])


def test_the_comparison_can_fail() -> None:
    wanted = GOLDEN["cases"][0]
    layers = make.plain(make.layers_of(GOLDEN["layers"]))
    layers[0]["weights"][0][0] += 1e-6
    (got,) = ask_all([batch(layers, 0)])
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        near([trace["z"][0] for trace in got["traces"]], wanted["z"][0])
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        near(got["costs"], wanted["costs"])


def images(count: int) -> np.ndarray:
    """Real test images, (count, 784)."""
    if not os.environ.get("DIGITLENS_DATA"):
        pytest.skip("real MNIST was not read by the page's network: set DIGITLENS_DATA to a folder with its four files")
    return load_mnist(os.environ["DIGITLENS_DATA"]).test.images[:count].reshape(count, 784) / 255.0


def test_real_digits_go_through_the_network_as_in_python() -> None:
    some = images(1000)
    wanted = EXACT.forward(some)
    got = ask("forward", network=file_of(VIDEO), images=floats(some))
    for l in range(3):
        near([trace["z"][l] for trace in got], wanted.z[l], "z")
        near([trace["a"][l] for trace in got], wanted.a[l + 1], "a")


def pictures(count: int, size: int = 784) -> np.ndarray:
    """Pictures with as many black pixels as real ones."""
    rng = np.random.default_rng(5)
    return np.where(rng.random((count, size)) < 0.8, 0.0, np.round(rng.random((count, size)) * 255) / 255)


@pytest.mark.parametrize(("count", "decimals"), [(6, 3), (12, 1), (0, 15), (2000, 6)])
def test_a_neurons_sum_has_the_same_terms_and_is_printed_alike(count: int, decimals: int) -> None:
    some = pictures(3)
    got = ask("sums", network=file_of(VIDEO), images=floats(some), count=count, decimals=decimals)
    for i, sums in enumerate(got):
        trace = EXACT.forward(some[i : i + 1])[0]
        wanted = [neuron_sum(EXACT, trace, l, j, count) for l in (1, 2, 3) for j in range(EXACT.sizes[l])]
        for one, other in zip(sums, wanted, strict=True):
            for part in ("layer", "neuron", "others", "silent", "function"):
                assert one[part] == getattr(other, part), part
            assert [term["source"] for term in one["terms"]] == [term.source for term in other.terms]
            for part in ("input", "weight", "product"):
                near([term[part] for term in one["terms"]], [getattr(term, part) for term in other.terms], part)
            near(
                [one[p] for p in ("rest", "bias", "z", "activation")],
                [other.rest, other.bias, other.z, other.activation],
            )
            if decimals < 10 or one["layer"] == 1:  # beyond, an input's last bit may show
                text = other.printed(decimals)
                assert one["printed"] == {
                    "products": list(text.products), "rest": text.rest, "bias": text.bias, "z": text.z
                }  # fmt: skip


def test_equal_products_are_listed_in_the_order_of_their_pixels() -> None:
    network = {"layers": [{"weights": [[1, -2, 2, 0, -1, 2]], "biases": [0.5]}], "output": "relu", "cost": "quadratic"}
    (sums,) = ask("sums", network=network, images=floats(np.ones(6)), count=4, decimals=3)
    assert [term["source"] for term in sums[0]["terms"]] == [1, 2, 5, 0]


def test_half_a_unit_is_printed_as_python_prints_it() -> None:
    rows = [0.125, 0.375, -0.125, 2.5, -0.0005, 1e-9, 1e22, 123456789.0625, 0.1 + 0.2, -1.005]
    for decimals in (1, 2, 3, 15):
        got = ask("addUp", rows=rows, total=0.625, decimals=decimals)
        texts, rest, total = add_up(rows, 0.625, decimals)
        assert (got["rows"], got["rest"], got["total"]) == (list(texts), rest, total)


def test_sums_are_rounded_once_at_the_end() -> None:
    rng = np.random.default_rng(1)
    rows = [list(rng.normal(0, 1, 50) * 10.0 ** rng.integers(-20, 20, 50)) for _ in range(300)]
    rows += [[], [0.0], [1e16, 1.0, 1e-16], [1e100, 1.0, -1e100], [1.0, 2**-53, 2**-106], [1.0, -(2**-54), -(2**-108)]]
    rows += [[0.1] * 10, [1e308, -1e308, 1.0], [3.0, -3.0, 0.0, 1e-300]]
    got = [float(sum_) for sum_ in ask("exactSums", rows=rows)]  # JSON has but one kind of number
    assert got == [math.fsum(row) for row in rows]
    assert [sum(row) for row in rows] != got  # a plain sum would not do


def same_steps(got: dict[str, Any], wanted: Steps, chains: list[list[int]], rate: float) -> None:
    def numbers(value: Any) -> list[float]:  # None as NaN, which equals NaN here
        return [math.nan if one is None else one for one in value]

    near(got["cost"], wanted.cost, "cost")
    for l in range(len(wanted.dC_dz)):
        near(got["z"][l], wanted.trace.z[l], "z")
        near(got["dC_dz"][l], wanted.dC_dz[l], "dC_dz")
        asked = np.full_like(wanted.dC_da[l], np.nan) if got["dC_da"][l] is None else got["dC_da"][l]
        near(asked, wanted.dC_da[l], "dC_da")
        near(got["gradient"][l]["weights"], wanted.gradient[l].weights, "gradient")
        near(got["gradient"][l]["biases"], wanted.gradient[l].biases, "gradient")
        assert (got["steepest"][l]["neuron"], got["steepest"][l]["source"]) == wanted.steepest(l + 1)
    for one, output in zip(got["outputs"], wanted.output_gradients(), strict=True):
        assert (one["neuron"], one["up"]) == (output.neuron, output.up)
        parts = ("activation", "target", "dC_da", "slope", "dC_dz")
        near(numbers(one[p] for p in parts), numbers(getattr(output, p) for p in parts), "outputs")
    for one, place in zip(got["chains"], chains, strict=True):
        chain = wanted.weight(*place)
        assert [one["layer"], one["neuron"], one["source"]] == place
        parts = ("weight", "input", "slope", "dC_da", "dC_dz", "dC_dw")
        near(numbers(one[p] for p in parts), numbers(getattr(chain, p) for p in parts), "chain")
        assert [asked["neuron"] for asked in one["asked"]] == [asked.neuron for asked in chain.terms]
        for part in ("weight", "dC_dz", "product"):
            near([asked[part] for asked in one["asked"]], [getattr(asked, part) for asked in chain.terms], part)
    near([got["promised"], got["fell"]], wanted.take_step(rate), "promised and fell")


CHAINS = [[1, 2, 5], [2, 0, 3], [3, 1, 1]]


@functools.cache
def small(number: int) -> tuple[Network, np.ndarray]:
    """A small network of a case, and a picture for it."""
    hidden, output, _ = CASES[number]
    return network_of(hidden, output, (6, 4, 3, 3), np.random.default_rng(number)), pictures(1, 6)[0] + 0.1


@functools.cache
def steps_answers() -> dict[int, Any]:
    tasks: list[dict[str, Any]] = []
    for number in computed():
        network, image = small(number)
        about = {"network": described(network, CASES[number][2]), "image": image.tolist()}
        tasks.append({"task": "steps", "target": 1, "chains": CHAINS, "rate": 0.1, **about})
    return dict(zip(computed(), ask_all(tasks), strict=True))


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda number: "-".join(CASES[number]))
def test_back_propagation_gives_pythons_numbers_step_by_step(number: int) -> None:
    skip_what_only_python_knows(number)
    network, image = small(number)
    same_steps(steps_answers()[number], back_propagate(network, image, 1, CASES[number][2]), CHAINS, 0.1)


def test_back_propagation_of_the_network_that_ships_is_pythons() -> None:
    image = pictures(1)[0]
    chains = [[1, 15, 783], [2, 3, 4], [3, 9, 0]]
    got = ask("steps", network=file_of(VIDEO), image=image.tolist(), target=7, chains=chains, rate=0.75)
    wanted = back_propagate(EXACT, image, 7, VIDEO.cost)
    same_steps(got, wanted, chains, 0.75)
    for layer, moved, slope in zip(EXACT.layers, got["moved"], wanted.gradient, strict=True):
        near(moved["weights"], layer.weights - 0.75 * slope.weights)


def test_far_out_nothing_overflows() -> None:
    weights = [[[1.0]], [[1.0], [-1.0]]]
    for hidden, output, cost in (CASES[number] for number in computed() if CASES[number][2] == "cross_entropy"):
        layers = [{"weights": weights[0], "biases": [0.0]}, {"weights": weights[1], "biases": [0.0, 0.0]}]
        network = {"layers": layers, "activation": hidden, "output": output, "cost": cost}
        batch = [[900.0], [-900.0], [0.0], [40.0]]
        got = ask("batch", network=network, images=batch, targets=[[1, 0], [0, 1], [1, 0], [0, 1]])
        rows = [got["costs"], *(row for t in got["traces"] for row in (*t["z"], *t["a"]))]
        assert all(np.isfinite(row).all() for row in rows), (hidden, output)


def test_weights_are_shown_as_strong_as_in_python() -> None:
    rng = np.random.default_rng(0)
    rows = [list(rng.normal(size=n)) for n in (1, 2, 7, 200, 784)] + [[0.0], [0.0] * 999 + [3.0], [2.0, -2.0]]
    near(ask("strengths", rows=rows), [full_strength(row) for row in rows])
    whole = [rng.integers(-128, 128, n).tolist() for n in (1, 2, 7, 784)] + [[0], [0] * 999 + [-128], [-128, 127]]
    near(ask("strengths", rows=whole, whole=True), [full_strength(row) for row in whole])


def test_numbers_are_written_as_python_writes_them() -> None:
    rng = np.random.default_rng(0)
    values = [*(rng.normal(size=300) * 10.0 ** rng.integers(-9, 9, 300)), 0.0, 0.5, 2.5, 0.125, 1e-5, 9.9995, 12345.0]
    values += [12355.0, 99999.0, 0.00012345, -1.0, 1e22, 1234.5, 5e-324, 0.0625, 100.0, 1e-4]
    got = ask("numbers", values=values, decimals=3, many=4)
    for x, texts in zip(values, got, strict=True):
        plain = f"{x:.3f}".replace("-0.000", "0.000").replace("-", "−")
        assert texts["plain"] == plain, x
        assert texts["fixed"] == (plain if "−" in plain else f"+{plain}"), x
        assert texts["significant"] == f"{x:.4g}".replace("-", "−"), x
    assert ask("counts", values=[0, 999, 13002, -1234567]) == ["0", "999", "13,002", "−1,234,567"]


def test_what_is_asked_wrongly_is_refused_with_words() -> None:
    answers = ask("refusals", network=file_of(VIDEO), image=[0.0] * 784)
    assert len(answers) == 17
    for answer in answers:
        assert "answered" not in answer
        assert len(answer["refused"]) > 20
