"""How much of what is no digit is turned away, and how much of what is one? One table, three ways to judge.

    DIGITLENS_HANDWRITING=../shared/handwriting python benchmarks/familiarity.py --network FILE

FILE holds a reader with a familiarity (see --fit). Beside it stand what needs no model: the network's largest output,
and the entropy of its outputs as shares of their sum. Each turns away the same share of MNIST's held-out digits. What
has too little ink is turned away by all three. Other people's drawings are a thermometer: nothing is trained on them.
The strokes of fonts are measured where the package Hershey-Fonts is installed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from string import ascii_letters, ascii_uppercase, digits
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from digitlens.digits.dataset import Digits, pixels
from digitlens.digits.preparation.adjusting import adjust
from digitlens.digits.preparation.prepare import prepare
from digitlens.digits.sources.find import find_data
from digitlens.digits.synthetic.nondigits import KINDS, nondigits, pages_of
from digitlens.figures.reliability import reliability_diagram
from digitlens.figures.theme import to_png
from digitlens.learning.data_split import split_data
from digitlens.learning.familiarity import fit_familiarity
from digitlens.learning.recipe import Recipe
from digitlens.reading.calibration import reliability
from digitlens.reading.reader import Reader
from digitlens.storage.model_file import save
from digitlens.storage.shipped import open_reader
from handwriting import COLLECTIONS, page_of, strokes_in

Pages = Iterator[NDArray[np.uint8]]
Framed = tuple[NDArray[np.float32], int]  # (n, 28, 28), and how many held no ink
SEED = 1_000_003  # of non-digits: none that a familiarity has learned from
NAMES = {
    "noise": "noise",
    "blank": "blanks",
    "scribble": "scribbles",
    "silhouette": "silhouettes",
    "letter": "letters of our pen",
    "symbol": "symbols of our pen",
}
STROKES = ("music", "meteorology", "mathlow", "astrology", "symbolic", "markers")


def other_scribbles(count: int) -> Pages:
    """Scribbles that another rule made than those that were learned from: some Bézier curves, or a drunkard's walk."""
    rng = np.random.default_rng(SEED)
    t = np.linspace(0, 1, 40)[:, None]
    for i in range(count):
        if i % 2:
            ends = rng.random((int(rng.integers(3, 9)), 4, 1, 2))
            strokes = [
                (1 - t) ** 3 * a + 3 * t * (1 - t) ** 2 * b + 3 * t**2 * (1 - t) * c + t**3 * d for a, b, c, d in ends
            ]
        else:
            steps = rng.standard_normal((int(rng.integers(100, 400)), 2)).cumsum(axis=0)
            kernel = np.ones(9) / 9
            strokes = [np.stack([np.convolve(steps[:, k], kernel, "valid") for k in (0, 1)], axis=1)]
        yield from pages_of([strokes], rng)


def signs_of_a_font() -> Pages:
    """What the font of matplotlib has of chess men, weather, tools, hands, stars and arrows: other people's shapes."""
    from matplotlib import get_data_path
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype(str(Path(get_data_path()) / "fonts/ttf/DejaVuSans.ttf"), 90)
    missing = font.getmask("\U0010ffff").getbbox(), bytes(font.getmask("\U0010ffff"))
    for code in [*range(0x2600, 0x26C0), *range(0x2701, 0x2776), *range(0x2794, 0x27BF)]:
        mask = font.getmask(chr(code))
        if (mask.getbbox(), bytes(mask)) == missing or not mask.getbbox():
            continue
        page = Image.new("L", (160, 160), 255)
        ImageDraw.Draw(page).text((30, 25), chr(code), 0, font)
        yield np.asarray(page)


def signs_of_strokes(font: str) -> Pages:
    """The signs of a Hershey font, three times: other people's strokes, inked by our pen, a little out of shape.

    Where a letter or a digit has its place there is often just that, and in "symbolic" a straight line.
    """
    fonts, drawings, rng = import_module("HersheyFonts").HersheyFonts(), [], np.random.default_rng(5)
    fonts.load_default_font(font)
    left_out = {"markers": "", "symbolic": ascii_uppercase}.get(font, ascii_letters + digits)
    for code in (code for code in range(33, 127) if chr(code) not in left_out):
        strokes = [np.array(stroke, np.float64) for stroke in fonts.strokes_for_text(chr(code))]
        size = float(np.ptp(np.concatenate(strokes), axis=0).max()) if strokes else 0.0
        for _ in range(3 if size >= 1 else 0):
            slant = np.eye(2) + rng.normal(0, 0.12, (2, 2))
            drawings.append([stroke @ slant.T + rng.normal(0, 0.012 * size, stroke.shape) for stroke in strokes])
    yield from pages_of(drawings, rng)


def others_signs(which: Callable[[dict[str, Any]], bool]) -> Pages:
    """Letters and symbols by other people, of the kind that is asked for."""
    return (page_of(strokes) for told, strokes in strokes_in("pen_symbols") if which(told))


def rows_of_digits() -> Pages:
    """Phone numbers, dates and amounts in one picture."""
    return (page_of(strokes) for _, strokes in strokes_in("pen_rows"))


class Judges:
    """Three ways to judge framed pictures: the lower a number, the less it is a digit."""

    def __init__(self, reader: Reader, validation: Digits, share: float) -> None:
        self.reader = reader
        framed = pixels(validation.images, np.dtype(np.float32))
        self.limits = np.quantile(self.numbers(framed), share, axis=1)  # (3,)

    def numbers(self, framed: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n, 28, 28) -> (3, n): familiarity, largest output, minus the entropy."""
        assert self.reader.familiarity
        seen = adjust(framed, self.reader.adjusting).reshape(len(framed), 784)
        a = self.reader.network.forward(seen.astype(self.reader.network.dtype)).a[-1].astype(float)
        p = np.maximum(a, 1e-12) / np.maximum(a, 1e-12).sum(axis=1, keepdims=True)
        return np.stack([self.reader.familiarity.of(framed), a.max(axis=1), (p * np.log(p)).sum(axis=1)])

    def away(self, framed: NDArray[np.float32], without_ink: int) -> list[float]:
        """The share that each turns away."""
        below = (self.numbers(framed) < self.limits[:, None]).sum(axis=1) if len(framed) else np.zeros(3)
        return [float(n) for n in (below + without_ink) / (len(framed) + without_ink)]


def framed(pages: Pages) -> Framed:
    """Pages after framing, and how many held no ink."""
    prepared = [prepare(page) for page in pages]
    images = [one.image for one in prepared if one.ink_found]
    return np.stack(images) if images else np.zeros((0, 28, 28), np.float32), len(prepared) - len(images)


def sources(test: Digits, count: int) -> dict[str, Callable[[], Framed]]:
    """Everything that is looked at, by name; `count` of each at most."""

    def own(kind: str) -> Framed:
        return framed(iter(nondigits(kind, min(count, 1_000), SEED, test)))

    def others(name: str) -> Framed:
        collection: Callable[[], Iterator[Any]] = COLLECTIONS[name]
        return framed(page for page, _ in spread(collection(), count))

    def strokes(font: str) -> Framed:
        return framed(signs_of_strokes(font))

    def others_own(which: Callable[[dict[str, Any]], bool]) -> Framed:
        return framed(islice(others_signs(which), count))

    return {
        "MNIST test": lambda: (pixels(test.images[:count], np.dtype(np.float32)), 0),
        **{name: partial(others, name) for name in COLLECTIONS},
        **{NAMES.get(kind, f"digits, {kind}"): partial(own, kind) for kind in KINDS},
        "scribbles by another rule": lambda: framed(other_scribbles(min(count, 1_000))),
        "signs of a font": lambda: framed(signs_of_a_font()),
        **{f"strokes of a font: {font}": partial(strokes, font) for font in STROKES if find_spec("HersheyFonts")},
        "letters": lambda: others_own(lambda told: not told["looks_like_a_digit"] and told["label"].isalpha()),
        "symbols": lambda: others_own(lambda told: not told["looks_like_a_digit"] and not told["label"].isalpha()),
        "letters and symbols": lambda: others_own(lambda told: not told["looks_like_a_digit"]),
        "those like a digit": lambda: others_own(lambda told: bool(told["looks_like_a_digit"])),
        "rows of digits": lambda: framed(islice(rows_of_digits(), count)),
    }


def spread(some: Iterator[Any], count: int) -> list[Any]:
    """At most `count` of them, evenly over all."""
    all_of_them = list(some)
    return all_of_them[:: -(-len(all_of_them) // count)]


@click.command()
@click.option("--network", default="video", help="A file whose reader has a familiarity, or with --fit any network.")
@click.option(
    "--fit", "out_file", type=click.Path(path_type=Path), help="Learn a familiarity first, and write it here."
)
@click.option("--count", type=click.IntRange(10), default=20_000, help="Pictures of each kind, at most.")
@click.option("--figure", type=click.Path(path_type=Path), help="Draw how reliable its answers are, as a PNG file.")
@click.option("--json", "as_json", is_flag=True)
def main(network: str, out_file: Path | None, count: int, figure: Path | None, as_json: bool) -> None:
    """Judge every collection and print the table."""
    from digitlens.cli.terminal import print_json

    reader = open_reader(network)
    parts = split_data(Recipe(preparation=()), find_data("mnist"))
    if out_file:
        found = fit_familiarity(parts.training, parts.validation, progress=lambda text: click.echo(text, err=True))
        reader = replace(reader.calibrated(parts.validation), familiarity=found)
        save(reader, out_file)
    if not reader.familiarity:
        raise click.UsageError(f"{network} has no familiarity; learn one with --fit FILE")
    judges = Judges(reader, parts.validation, reader.familiarity.threshold)
    rows = {name: judges.away(*source()) for name, source in sources(parts.test, count).items()}
    real = list(COLLECTIONS)
    rows["mean of the four"] = [float(n) for n in np.mean([rows[name] for name in real], axis=0)]
    answer: dict[str, Any] = {"network": reader.name, "turned_away": rows}
    if reader.calibration:
        sums = np.concatenate([trace.z[-1] for trace in reader.traces(parts.test.images)])
        outputs, right = reader.outputs(parts.test.images), sums.argmax(axis=1) == parts.test.digits
        answer["temperature"] = reader.calibration.temperature
        measured = reliability(reader.calibration.confidence(sums), right)
        answer["calibration_error"] = measured.error
        if figure:
            figure.write_bytes(to_png(reliability_diagram(measured)))
        answer["calibration_error_of_the_largest_output"] = reliability(outputs.max(axis=1).clip(0, 1), right).error
    if as_json:
        print_json(answer)
        return
    click.echo(
        f"| turned away | familiarity | largest output of {reader.name} | entropy |\n| --- | ---: | ---: | ---: |"
    )
    for name in [
        "MNIST test",
        *real,
        "mean of the four",
        *(name for name in rows if name not in ("MNIST test", *real, "mean of the four")),
    ]:
        click.echo(f"| {name} | " + " | ".join(f"{share:.1%}" for share in rows[name]) + " |")
    for name in ("temperature", "calibration_error", "calibration_error_of_the_largest_output"):
        if name in answer:
            click.echo(f"{name.replace('_', ' ')}: {answer[name]:.4f}")


if __name__ == "__main__":
    main()
