"""How far can the confidence of a number be trusted, on rows that people wrote, and what does an expectation give?

    DIGITLENS_HANDWRITING=../shared/handwriting python benchmarks/number_confidence.py

Rows as in pages.py: one line, digits only. A row's confidence is the product of those of its numbers. Nothing is fitted
on these rows: the confidence comes from rows of pen digits (tools/calibrate_numbers.py).
"""

from __future__ import annotations

import click
import numpy as np

from digitlens.cli.terminal import out
from digitlens.reading.calibration import reliability
from digitlens.storage.shipped import open_reader
from handwriting import strokes_in
from pages import page_of


@click.command()
@click.option("--some", type=click.IntRange(min=3), help="Only so many rows, drawn at random.")
def main(some: int | None) -> None:
    """Read every row twice: as it is, and with its length given."""
    reader = open_reader("reader")
    rows = [(t["digits"], s) for t, s in strokes_in("pen_rows") if t["one_line"] and t["only_digits"]]
    if some is not None:
        rows = [rows[i] for i in np.sort(np.random.default_rng(0).permutation(len(rows))[:some])]
    sure, right, expected, fits = [], [], [], []
    for digits, strokes in rows:
        picture = page_of(strokes)
        page = reader.read_page(picture)
        sure.append(float(np.prod([n.confidence or 0.0 for n in page.numbers])) if page.numbers else 0.0)
        right.append("".join(page.text.split()) == digits)
        known = reader.read_page(picture, expect=" ?".join("d" * len(digits)))
        expected.append("".join(known.text.split()) == digits)
        fits.append(all(number.fits for number in known.numbers))
    confidence, correct = np.array(sure), np.array(right)
    passing = confidence >= 0.98
    out().print(
        f"{len(rows)} rows: {correct.mean():.1%} read; expected error of the confidence "
        f"{reliability(confidence, correct, 10).error:.1%} (mean {confidence.mean():.1%}); at 0.98 "
        f"{passing.mean():.1%} pass, {(~correct[passing]).mean() if passing.any() else 0:.2%} of them wrong",
        markup=False,
    )
    out().print(f"with the length given: {np.mean(expected):.1%} read, {np.mean(fits):.1%} fit", markup=False)


if __name__ == "__main__":
    main()
