"""`digitlens explain`: what is printed adds up, for every neuron, every digit and every network."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from tests.cli.conftest import Run

import digitlens as dl

NUMBER = r"[+-]?\d+\.\d+"


def _printed_sum(text: str) -> tuple[list[Decimal], Decimal]:
    """The rows of the sum on the page, and the z beneath them."""
    page = text[text.index(", term by term") :]
    rows = [Decimal(n) for n in re.findall(rf"= +({NUMBER})$", page, re.MULTILINE)]
    rows += [Decimal(n) for n in re.findall(rf"add up to +({NUMBER})$", page, re.MULTILINE)]
    rows += [Decimal(n) for n in re.findall(rf"^bias +({NUMBER})$", page, re.MULTILINE)]
    (z,) = re.findall(rf"^z +({NUMBER})$", page, re.MULTILINE)
    return rows, Decimal(z)


def _printed_slope(text: str) -> bool:
    """Is the last sum of the chain, `dC/dz = ... = numbers = result`, true as printed?"""
    (line,) = re.findall(r"^  dC/dz = [^=]* = (.*)$", text, re.MULTILINE)
    numbers, result = line.replace("×", "*").replace("−", "-").split(" = ")
    assert re.fullmatch(r"[-+*(). e\d]+", numbers)
    return bool(eval(numbers) == pytest.approx(float(result), rel=2e-3, abs=1e-12))  # four digits are printed of each


def test_the_printed_sum_of_every_neuron_adds_up_exactly(digitlens: Run, pictures: Path) -> None:
    for layer, neurons in ((1, 16), (2, 16), (3, 10)):
        for neuron in range(neurons):
            answer = digitlens("explain", pictures / "4.png", "--layer", str(layer), "--neuron", str(neuron))
            assert (answer.code, answer.err) == (0, "")
            rows, z = _printed_sum(answer.out)
            assert len(rows) == 8  # six terms, the others, the bias
            assert sum(rows) == z


@pytest.mark.parametrize("terms", ["1", "50"])
def test_any_number_of_terms_adds_up(digitlens: Run, pictures: Path, terms: str) -> None:
    for layer in ("1", "2", "3"):
        rows, z = _printed_sum(digitlens("explain", pictures / "2.png", "-l", layer, "--terms", terms).out)
        assert sum(rows) == z


def test_an_empty_page_is_explained_too(digitlens: Run, blank: Path) -> None:
    answer = digitlens("explain", blank, "--layer", "1", "--neuron", "0")
    assert (answer.code, answer.err) == (0, "")
    assert "is not a digit: too little ink" in answer.out
    rows, z = _printed_sum(answer.out)
    assert rows == [Decimal("0.000"), z]  # nothing comes in: only the bias is left
    backwards = digitlens("explain", blank, "--target", "5")
    assert (backwards.code, backwards.err) == (0, "")
    assert "this weight does not matter here" in backwards.out
    assert "No weight into it matters here: all slopes are 0" in " ".join(backwards.out.split())


def test_it_shows_the_picture_its_preparation_and_every_neuron(digitlens: Run, pictures: Path) -> None:
    page = digitlens("explain", pictures / "3.png").out
    for stage in (
        "1. a PNG of",
        "2. dark ink on light paper",
        "3. the ink fills",
        "4. the longest side",
        "5. the centre",
    ):
        assert stage in page
    assert page.count(" z ") >= 16 + 16 + 10
    assert max(map(len, page.splitlines())) <= 120


@pytest.mark.parametrize("digit", range(10))
def test_back_propagation_to_every_digit_asks_what_it_should(digitlens: Run, pictures: Path, digit: int) -> None:
    answer = digitlens("explain", pictures / "6.png", "--target", str(digit))
    assert (answer.code, answer.err) == (0, "")
    wishes = re.findall(r"^ +(\d) +\d\.\d{3} +(\d) .* (up|down)$", answer.out, re.MULTILINE)
    assert [int(name) for name, _, _ in wishes] == list(range(10))
    assert [should for _, should, _ in wishes] == ["1" if i == digit else "0" for i in range(10)]
    assert [way for _, _, way in wishes] == ["up" if i == digit else "down" for i in range(10)]


def test_what_the_neurons_behind_ask_adds_up_exactly(digitlens: Run, pictures: Path) -> None:
    for layer in ("1", "2"):
        for neuron in ("0", "7", "15"):
            page = digitlens("explain", pictures / "5.png", "--target", "3", "-l", layer, "-j", neuron).out
            page = page[page.index("Down to one weight") :]
            rows = [Decimal(n) for n in re.findall(rf"from neuron \d+ +.* = +({NUMBER})$", page, re.MULTILINE)]
            (rest,) = re.findall(rf"add up to +({NUMBER})$", page, re.MULTILINE)
            (total,) = re.findall(rf"^ +dC/da +({NUMBER})$", page, re.MULTILINE)
            assert sum(rows) + Decimal(rest) == Decimal(total)


def test_one_weight_can_be_followed_by_name(digitlens: Run, pictures: Path) -> None:
    found = digitlens("explain", pictures / "5.png", "-t", "3", "-l", "2", "-j", "4", "--from", "9", "--json")
    weight = json.loads(found.out)["learning"]["weight"]
    assert (weight["layer"], weight["neuron"], weight["source"]) == (2, 4, 9)
    assert weight["dC_dw"] == pytest.approx(weight["input"] * weight["dC_dz"])
    assert weight["weight"] == pytest.approx(float(dl.load("video").network.layers[1].weights[4, 9]))


def test_json_holds_what_the_page_shows(digitlens: Run, pictures: Path) -> None:
    found = json.loads(digitlens("explain", pictures / "5.png", "--json").out)
    assert found["sizes"] == [784, 16, 16, 10]
    assert [len(layer["activations"]) for layer in found["layers"]] == [16, 16, 10]
    assert found["preparation"][0]["name"] == "decoded"
    assert found["neuron"]["neuron"] == found["digit"]
    terms = sum(term["product"] for term in found["neuron"]["terms"])
    assert terms + found["neuron"]["rest"] + found["neuron"]["bias"] == pytest.approx(found["neuron"]["z"])
    learning = json.loads(digitlens("explain", pictures / "5.png", "--target", "5", "--json").out)["learning"]
    assert learning["target"] == 5
    assert len(learning["outputs"]) == 10
    assert [len(layer) for layer in learning["dC_dz"]] == [16, 16, 10]
    assert learning["step"]["learning_rate"] == 0.1


@pytest.mark.parametrize(
    "options",
    [
        ("--layer", "0"), ("--layer", "4"), ("--layer", "-1"), ("--neuron", "10"), ("--neuron", "-1"),
        ("--layer", "1", "--neuron", "16"), ("--target", "10"), ("--target", "-1"), ("--target", "seven"),
        ("--target", ""), ("--target", "9" * 5000), ("--from", "3"), ("--target", "3", "--from", "784"),
        ("--target", "3", "--from", "-1"), ("--target", "3", "--layer", "9"), ("--terms", "0"),
        ("--layer", "9" * 400), ("--target", "3", "--learning-rate", "nan"),
        ("--target", "3", "--learning-rate", "inf"),
        ("--target", "3", "--learning-rate", "-1"), ("--learning-rate", "0.5"), ("--example", "10"),
        ("--example", "7"), ("--terms", "51"), ("--target", "²"),
    ],
)  # fmt: skip
def test_what_is_not_there_cannot_be_explained(digitlens: Run, pictures: Path, options: tuple[str, ...]) -> None:
    answer = digitlens("explain", pictures / "1.png", *options)
    assert (answer.code, answer.out) == (2, "")
    assert "Error: " in answer.err


def test_a_picture_that_is_none_is_one_clear_error(digitlens: Run, tmp_path: Path) -> None:
    (tmp_path / "words.png").write_text("no picture")
    for path in (tmp_path / "words.png", tmp_path, tmp_path / "missing", "x" * 300):
        answer = digitlens("explain", path)
        assert (answer.code, answer.out) == (1, "")
        assert answer.err.startswith("Error: ")
    assert digitlens("explain").code == 2


@pytest.mark.parametrize(
    "shape",
    [
        {"hidden": [], "output": "softmax", "cost": "cross_entropy"},
        {"hidden": [1], "activation": "tanh"},
        {"hidden": [40, 33], "activation": "relu", "initialisation": "he", "output": "identity"},
        {"hidden": [3], "precision": "float64", "cost": "cross_entropy"},
        {"hidden": [4], "output": "softmax"},
    ],
)
def test_networks_of_every_shape_are_explained(
    digitlens: Run, pictures: Path, tmp_path: Path, shape: dict[str, object]
) -> None:
    data = dl.DataSet("few", "a few pen digits", dl.pen_digits(30).digits, dl.pen_digits(10).digits)
    run = dl.train("video", data, epochs=1, **shape)
    for _ in run:
        pass
    dl.save(run.reader(), tmp_path / "odd.digitlens")
    for layer in range(1, len(run.recipe.hidden) + 2):
        for options in ((), ("--target", "2")):
            given = ("explain", pictures / "8.png", "-n", tmp_path / "odd.digitlens", "-l", str(layer), *options)
            answer = digitlens(*given)
            assert (answer.code, answer.err) == (0, "")
            json.loads(digitlens(*given, "--json").out)
            if options:
                assert _printed_slope(answer.out)
            else:
                rows, z = _printed_sum(answer.out)
                assert sum(rows) == z


def test_classes_that_are_hostile_words_are_shown_harmlessly(digitlens: Run, pictures: Path, tmp_path: Path) -> None:
    names = ("[/bold]", "\x1b[2J", "日本語", "two\nlines", *"456789")
    from dataclasses import replace

    reader = replace(dl.load("video"), classes=names, name="[red]\x1b[2J")
    dl.save(reader, tmp_path / "odd.digitlens")
    for options in ((), ("--target", "[/bold]"), ("--target", "1"), ("--layer", "2")):
        answer = digitlens("explain", pictures / "0.png", "-n", tmp_path / "odd.digitlens", *options)
        assert (answer.code, answer.err) == (0, "")
        assert "\x1b" not in answer.out
    layers = [layer.weights for layer in dl.load(tmp_path / "odd.digitlens").network.layers]
    assert all(np.isfinite(weights).all() for weights in layers)
