"""The worksheet: its key holds the network's numbers, its blanks hide them, and a seed makes it again to the byte."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from digitlens.digits.sources.examples import example_files
from digitlens.digits.sources.find import find_data
from digitlens.errors import UsageError
from digitlens.exports.paper import GROUNDS, Blank, Sheet, html
from digitlens.exports.worksheet import RATE, TERMS, explanation, files, worksheet
from digitlens.lens.neuron import neuron_sum
from digitlens.lens.steps import back_propagate
from digitlens.reading.evaluation import Evaluation
from digitlens.reading.reader import Reader
from digitlens.storage.shipped import open_reader

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def reader() -> Reader:
    return open_reader("video")


@pytest.fixture(scope="module")
def evaluation(reader: Reader) -> Evaluation:
    return reader.evaluate(find_data("pen-small").test)


def words(svg: str) -> list[str]:
    """The texts of a page, in their order."""
    return [text.text or "" for text in ET.fromstring(svg).iter(f"{SVG}text")]


def answers(sheets: list[Sheet]) -> list[str]:
    """What the key says beyond the exercise."""
    half = len(sheets) // 2
    blank, key = (
        [word for sheet in some for word in words(sheet.svg())[1:]] for some in (sheets[:half], sheets[half:])
    )
    for word in blank:
        key.remove(word)
    return key


def number(text: str) -> float:
    return float(text.replace("−", "-").replace("+", ""))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("digit", [3, 7])
def test_the_key_holds_the_numbers_of_the_trace(reader: Reader, digit: int, seed: int) -> None:
    reading = reader.read(example_files()[digit])
    target = int(np.argsort(-reading.activations)[1])
    found = answers(worksheet(reader, reading, seed=seed))
    name = next(word for word in words(worksheet(reader, reading, seed=seed)[0].svg()) if "z = Σ" in word)
    where = re.match(r"(?:Neuron (\d+) of layer (\d)|Output neuron (\d))", name)
    assert where
    layer, neuron = (3, int(where[3])) if where[3] else (int(where[2]), int(where[1]))
    parts = neuron_sum(reader.network, reading.trace, layer, neuron, TERMS)
    printed = parts.printed(3)
    *products, z, a = found[:-4] if found[-5] else found
    assert number(z) == number(printed.z)
    assert number(a) == round(parts.activation, 3)
    assert set(products) <= {one.replace("-", "−") for one in printed.products}
    steps = back_propagate(reader.network, reading.trace.a[0], target, reader.cost)
    dC_da, dC_dz, dC_dw, after = (number(one) for one in found[-4:])
    outputs = steps.output_gradients()[target]
    assert dC_da == pytest.approx(outputs.dC_da, abs=5.1e-5)
    assert dC_dz == pytest.approx(outputs.dC_dz, abs=5.1e-5)
    weights, slopes = steps.network.layers[-1].weights[target], steps.gradient[-1].weights[target]
    near = [k for k in range(len(weights)) if abs(weights[k] - RATE * slopes[k] - after) < 6e-5]
    assert any(abs(slopes[k] - dC_dw) < 6e-5 for k in near)


def test_the_confusion_matrix_is_read_right(reader: Reader, evaluation: Evaluation) -> None:
    reading = reader.read(example_files()[7])
    sheets = worksheet(reader, reading, seed=5, evaluation=evaluation)
    assert len(sheets) == 4
    *_, total, right, share, mistake, accuracy = answers(sheets)
    counts = evaluation.confusion_matrix
    c = next(i for i in range(10) if f"{counts[i].sum():,}" == total and f"{counts[i, i]:,}" == right)
    assert share == f"{100 * counts[c, c] / counts[c].sum():.1f} %"
    truth, read = mistake.split(" → ")
    assert counts[int(truth), int(read)] == (counts - np.diag(np.diag(counts))).max()
    assert accuracy == f"{100 * evaluation.accuracy:.2f} %"


def test_blanks_hide_their_answers(reader: Reader, evaluation: Evaluation) -> None:
    sheets = worksheet(reader, reader.read(example_files()[7]), evaluation=evaluation)
    shown = [word for sheet in sheets[:2] for word in words(sheet.svg())]
    hidden = answers(sheets)
    assert len(hidden) >= 10
    z = next(word for word in hidden if word.startswith(("+", "−")))
    assert z not in shown


def test_the_same_seed_gives_the_same_bytes_and_another_one_another_sheet(reader: Reader) -> None:
    reading = reader.read(example_files()[4])
    once, again, other = (files(worksheet(reader, reading, seed=seed), "w.html", "white") for seed in (1, 1, 2))
    assert once == again
    assert once != other


@pytest.mark.parametrize("network", ["video", "straight", "reader"])
def test_every_network_that_ships_makes_a_sheet_that_fits_its_page(network: str) -> None:
    reader = open_reader(network)
    for digit, path in enumerate(example_files()):
        for sheet in worksheet(reader, reader.read(path), seed=digit, target=0):
            ET.fromstring(sheet.svg())  # it ends within the page, or svg() would have said so


def test_grounds_and_endings(reader: Reader, tmp_path: Path) -> None:
    reading = reader.read(example_files()[2])
    black = worksheet(reader, reading, ground="black")
    assert f'fill="{GROUNDS["black"].paper}"' in black[0].svg()
    assert list(files(black, "a.svg", "black")) == ["a-1.svg", "a-2.svg"]
    assert list(files(explanation(reader, reading), "b.svg", "white")) == ["b.svg"]
    page = files(black, "a.html", "black")["a.html"].decode()
    assert page.count("<svg ") == 2
    assert "break-after: page" in page
    assert "<script" not in page
    for wrong in ("a.pdf", "a"):
        with pytest.raises(UsageError, match="svg"):
            files(black, wrong, "black")
    for make in (worksheet, explanation):
        with pytest.raises(UsageError, match="white or black"):
            make(reader, reading, ground="pink")


def test_an_empty_picture_makes_no_sheet(reader: Reader) -> None:
    with pytest.raises(UsageError, match="another"):
        worksheet(reader, reader.read(np.zeros((28, 28), np.uint8)))


def test_an_explanation_has_every_number(reader: Reader) -> None:
    reading = reader.read(example_files()[7])
    parts = neuron_sum(reader.network, reading.trace, 1, 3)
    steps = back_propagate(reader.network, reading.trace.a[0], 2, reader.cost)
    said = [
        word
        for sheet in explanation(reader, reading, parts, steps, steps.weight(1, 3, 406))
        for word in words(sheet.svg())
    ]
    assert parts.printed(3).z.replace("-", "−") in said
    assert any("row " in word for word in said)
    softmax = open_reader("reader")
    seven = softmax.read(example_files()[7])
    steps = back_propagate(softmax.network, seven.trace.a[0], 2, softmax.cost)
    chain = steps.weight(len(softmax.network.layers), 2, 5)
    assert any("a′ − y" in word for word in words(explanation(softmax, seven, steps=steps, chain=chain)[0].svg()))


def test_names_cannot_break_out_of_a_sheet() -> None:
    sheet = Sheet("<script>", GROUNDS["white"], answers=True)
    sheet.question("Which </text> is it?", Blank("<b>"))
    page = html([sheet], GROUNDS["white"])
    assert "<script" not in page
    assert "<b>" in unescape(page)
    assert "<b>" not in page


def test_what_does_not_fit_a_page_is_noticed() -> None:
    sheet = Sheet("long", GROUNDS["white"], answers=False)
    for _ in range(60):
        sheet.paragraph("one line")
    with pytest.raises(AssertionError, match="long"):
        sheet.svg()
