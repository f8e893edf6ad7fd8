"""A worksheet from a network and a picture: three exercises with blanks, and the key on another page.

1. A neuron's weighted sum, term by term.
2. One step of back-propagation, for one weight into an output.
3. A confusion matrix to read.

Which neuron, which weight and which numbers are left blank comes from a seed: the same seed, the same bytes. Every
number is the network's own: the key holds what `digitlens explain` prints of the same picture. The page makes the same
exercises: web/views/worksheet/exercise.js.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from digitlens.errors import UsageError
from digitlens.exports.paper import GROUNDS, Blank, Sheet, html
from digitlens.lens.neuron import NeuronSum, neuron_sum
from digitlens.lens.steps import Steps, WeightChain, back_propagate
from digitlens.reading.evaluation import Evaluation
from digitlens.reading.reader import Reader
from digitlens.reading.reading import Reading

TERMS = 6  # of the sum that are listed
HIDDEN = 3  # products of these that are left blank
RATE = 0.5  # the learning rate of the step
DECIMALS = 3
MOST_CLASSES = 12  # of a confusion matrix that fits a page
LAST_DIGIT = "The last decimal may differ by one."


def worksheet(
    reader: Reader,
    reading: Reading,
    *,
    seed: int = 0,
    target: int | None = None,
    evaluation: Evaluation | None = None,
    ground: str = "white",
) -> list[Sheet]:
    """The pages: the exercises, and the same with their answers.

    reading: of the picture that they are about. target: the class that it should have been read as; None: the second
    choice. evaluation: whose confusion matrix is to be read; None: that exercise is left out, as it is for more than 12
    classes. ground: "white" or "black". Raises UsageError for another ground, what back_propagate() raises for a
    target, and UsageError for a picture with nothing on it.
    """
    if ground not in GROUNDS:
        raise UsageError(f"--ground: white or black, got {ground!r}")
    if reading.reason:
        raise UsageError(
            f"a worksheet needs a picture that is read, and of this one: {reading.reason}; take another one"
        )
    rng = np.random.Generator(np.random.PCG64(seed))
    last = len(reader.network.sizes) - 1
    lowest = min(2, last)
    layer = lowest + _one_of(rng, last - lowest + 1)
    active = np.flatnonzero(np.abs(reading.trace.a[layer]) >= np.median(np.abs(reading.trace.a[layer])))
    neuron = int(active[_one_of(rng, len(active))])
    parts = neuron_sum(reader.network, reading.trace, layer, neuron, TERMS)
    wanted = _second(reading) if target is None else target
    steps = back_propagate(reader.network, reading.trace.a[0], wanted, reader.cost)
    sources = np.argsort(-np.abs(steps.trace.a[last - 1]), kind="stable")[:6]
    chain = steps.weight(last, wanted, int(sources[_one_of(rng, len(sources))]))
    hidden = rng.permutation(len(parts.terms))[:HIDDEN].tolist()
    asked = _one_of(rng, len(reader.classes))
    shows_matrix = evaluation is not None and len(reader.classes) <= MOST_CLASSES

    sheets = []
    for answers in (False, True):
        name = f"{reader.name} reads a picture"
        sheet = Sheet(f"{name}: the key" if answers else name, GROUNDS[ground], answers=answers)
        about_picture(sheet, reader, reading)
        exercise_sum(sheet, reader, reading, parts, hidden)
        exercise_step(sheet, reader, steps, chain, wanted)
        sheets.append(sheet)
        if shows_matrix and evaluation is not None:
            title = f"What {reader.name} confuses"
            sheet = Sheet(f"{title}: the key" if answers else title, GROUNDS[ground], answers=answers)
            exercise_matrix(sheet, reader.classes, evaluation, asked)
            sheets.append(sheet)
    return sheets


def explanation(
    reader: Reader,
    reading: Reading,
    parts: NeuronSum | None = None,
    steps: Steps | None = None,
    chain: WeightChain | None = None,
    *,
    rate: float = RATE,
    ground: str = "white",
) -> list[Sheet]:
    """What `digitlens explain` shows, as a page: the picture, the outputs, one neuron's sum; or the way to one weight.

    Raises UsageError for another ground than "white" or "black".
    """
    if ground not in GROUNDS:
        raise UsageError(f"--ground: white or black, got {ground!r}")
    sheet = Sheet(f"Why {reader.name} reads {reading.label}", GROUNDS[ground], answers=True)
    about_picture(sheet, reader, reading)
    order = np.sort(np.argsort(-reading.activations, kind="stable")[:MOST_CLASSES]).tolist()
    sheet.heading("The outputs")
    values = [float(reading.activations[j]) for j in order]
    sheet.bars([reader.classes[j] for j in order], values, order.index(reading.digit))
    if parts is not None:
        exercise_sum(sheet, reader, reading, parts, (), "One neuron’s sum", blanks=False)
    sheets = [sheet]
    if steps is not None and chain is not None:
        if parts is not None:
            sheets.append(sheet := Sheet("One weight", GROUNDS[ground], answers=True))
        exercise_step(sheet, reader, steps, chain, int(steps.targets.argmax()), "One weight", rate=rate, blanks=False)
    return sheets


def about_picture(sheet: Sheet, reader: Reader, reading: Reading) -> None:
    """The image that the network sees, and what it is."""
    rows, columns = reader.image_shape
    sizes = "-".join(f"{n:,}" for n in reader.network.sizes)
    said = f"The network {reader.name} ({sizes}) sees {rows} by {columns} pixels, each a number from 0 to 1."
    sheet.paragraph(f"{said} It reads this picture as {reading.label}.")
    sheet.picture(reading.trace.a[0].reshape(rows, columns).astype(np.float64), 30, left=18)


def exercise_sum(
    sheet: Sheet,
    reader: Reader,
    reading: Reading,
    parts: NeuronSum,
    hidden: Sequence[int],
    title: str = "1. A neuron’s sum",
    *,
    blanks: bool = True,
) -> None:
    """The terms of a neuron's sum; blank are the products `hidden`, z and the activation, if there are blanks."""
    name = _neuron_name(reader, parts.layer, parts.neuron)
    name = name[0].upper() + name[1:]
    printed = parts.printed(DECIMALS)
    sheet.heading(title)
    told = "Fill in what is left blank. " + LAST_DIGIT
    formula = f"{name}: z = Σ activation × weight + bias, and a = {parts.function}(z)."
    sheet.paragraph(f"{formula} {told if blanks else ''}".strip())

    def maybe(answer: str, blank: bool) -> str | Blank:
        return Blank(answer) if blank and blanks else answer

    rows: list[list[str | Blank]] = [
        [
            _input_name(reader, parts.layer, term.source),
            _printed(term.input, 4),
            _printed(term.weight, 4, "+"),
            maybe(_signed(product), i in hidden),
        ]
        for i, (term, product) in enumerate(zip(parts.terms, printed.products, strict=True))
    ]
    rows.append([f"the other {parts.others:,}", "", "", _signed(printed.rest)])
    rows.append(["bias", "", "", _signed(printed.bias)])
    rows.append(["= z", "", "", maybe(_signed(printed.z), True)])
    whole = reader.network.activations[parts.layer - 1].whole_layer  # of one z alone nobody can say what comes out
    a = f"a = {parts.function}, of all z of the layer" if whole else f"a = {parts.function}(z)"
    rows.append([a, "", "", maybe(_printed(parts.activation, DECIMALS), not whole)])
    sheet.table(["from", "activation", "× weight", "= product"], rows, [62, 36, 36, 40])


def exercise_step(
    sheet: Sheet,
    reader: Reader,
    steps: Steps,
    chain: WeightChain,
    target: int,
    title: str = "2. One step of learning",
    *,
    rate: float = RATE,
    blanks: bool = True,
) -> None:
    """From the cost back to one weight, and the step that it takes."""
    sheet.heading(title)
    last = len(reader.network.sizes) - 1
    source, to = _input_name(reader, chain.layer, chain.source), _neuron_name(reader, chain.layer, chain.neuron)
    suppose = f"Suppose that the picture shows {reader.classes[target]}."
    weight = f"The weight from {source} to {to} is w = {_printed(chain.weight, 4)}."
    told = f"The learning rate is {rate:g}." + (f" How should it change? {LAST_DIGIT}" if blanks else "")
    sheet.paragraph(f"{suppose} {weight} {told}".strip())

    def maybe(value: float, blank: bool = True, decimals: int = DECIMALS + 1) -> str | Blank:
        answer = _printed(value, decimals)
        return Blank(answer) if blank and blanks else answer

    rows: list[list[str | Blank]] = [["a, what comes in at the weight", maybe(chain.input, blank=False)]]
    if chain.layer == last:
        rows.append(["a′, what the output is", maybe(float(steps.trace.a[-1][chain.neuron]), blank=False)])
        rows.append(["y, what it should be", f"{steps.targets[chain.neuron]:g}"])
    if chain.dC_da is not None and chain.slope is not None:
        known = "dC/da′ = 2 (a′ − y)" if chain.layer == last else "dC/da′, a sum over the next layer"
        rows.append([known, maybe(chain.dC_da, blank=chain.layer == last)])
        rows.append(["σ′(z) = slope of the activation function", maybe(chain.slope, blank=False)])
        rows.append(["dC/dz = σ′(z) × dC/da′", maybe(chain.dC_dz)])
    else:
        rows.append(["dC/dz = a′ − y", maybe(chain.dC_dz)])
    rows.append(["dC/dw = a × dC/dz", maybe(chain.dC_dw)])
    rows.append(["= w after the step: w − rate × dC/dw", maybe(chain.weight - rate * chain.dC_dw)])
    sheet.table(["", ""], rows, [110, 40])


def exercise_matrix(sheet: Sheet, classes: Sequence[str], evaluation: Evaluation, asked: int) -> None:
    """A confusion matrix, and four questions about it."""
    counts = evaluation.confusion_matrix
    sheet.heading("3. A confusion matrix to read")
    sheet.paragraph(
        f"{evaluation.images:,} test images: a row for the class that an image shows, a column for the class that it "
        "is read as."
    )
    width = min(14.5, 150 / len(classes))
    rows: list[list[str | Blank]] = [
        [classes[i], *(f"{n}" if n else "·" for n in row)] for i, row in enumerate(counts.tolist())
    ]
    sheet.table(["", *(name[:6] for name in classes)], rows, [20, *([width] * len(classes))])
    name = classes[asked]
    total, right = int(counts[asked].sum()), int(counts[asked, asked])
    wrong = counts - np.diag(np.diag(counts))
    i, j = (int(k) for k in np.unravel_index(int(wrong.argmax()), wrong.shape))
    sheet.question(f"How many test images show {name}?", Blank(f"{total:,}"))
    sheet.question("How many of these are read correctly?", Blank(f"{right:,}"))
    sheet.question("Which share of them, in percent?", Blank(f"{100 * right / total:.1f} %" if total else "–"))
    sheet.question("Which mistake is the most frequent: true class → read as?", Blank(f"{classes[i]} → {classes[j]}"))
    accuracy = 100 * int(np.trace(counts)) / max(1, int(counts.sum()))
    sheet.question("The accuracy over all test images, in percent?", Blank(f"{accuracy:.2f} %"))


def files(sheets: Sequence[Sheet], name: str, ground: str) -> dict[str, bytes]:
    """The files by their names: NAME.html holds all pages; NAME.svg becomes NAME-1.svg, NAME-2.svg, one a page.

    Raises UsageError for another ending.
    """
    stem, _, ending = name.rpartition(".")
    if ending.lower() in ("html", "htm"):
        return {name: html(sheets, GROUNDS[ground]).encode()}
    if ending.lower() != "svg":
        raise UsageError(f"a sheet is written as .html or .svg, got {name!r}; name the file so")
    if len(sheets) == 1:
        return {name: sheets[0].svg().encode()}
    return {f"{stem}-{i}.svg": sheet.svg().encode() for i, sheet in enumerate(sheets, 1)}


def _second(reading: Reading) -> int:
    """The class that comes second."""
    order = np.argsort(-reading.activations, kind="stable")
    return int(order[1] if len(order) > 1 else order[0])


def _one_of(rng: np.random.Generator, n: int) -> int:
    """A number from 0 to n - 1, drawn as the page can draw it, too."""
    return int(rng.permutation(n)[0])


def _neuron_name(reader: Reader, layer: int, neuron: int) -> str:
    """`output neuron 7`, `neuron 3 of layer 1`."""
    last = layer == len(reader.network.sizes) - 1
    return f"output neuron {reader.classes[neuron]}" if last else f"neuron {neuron} of layer {layer}"


def _input_name(reader: Reader, layer: int, source: int) -> str:
    """`row 14, column 9`, `neuron 3 of layer 1`."""
    row, column = divmod(source, reader.image_shape[1])
    return f"row {row}, column {column}" if layer == 1 else f"neuron {source} of layer {layer - 1}"


def _printed(number: float, decimals: int, sign: str = "-") -> str:
    """Rounded, without a minus before a zero; sign: "+": with one in any case."""
    return _signed(f"{number:{sign}z.{decimals}f}")


def _signed(number: str) -> str:
    """With the minus of print."""
    return number.replace("-", "−")
