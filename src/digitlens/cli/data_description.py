"""`digitlens data --describe`: what a data set holds, and what looks wrong with it."""

from __future__ import annotations

from rich.text import Text

from digitlens.cli.outputs import check_outputs
from digitlens.cli.terminal import clean, coloured, flow, out, picture, print_json, say
from digitlens.digits.dataset import DataSet, shape_name
from digitlens.digits.png import png
from digitlens.files.atomic import write_atomically
from digitlens.files.naming import shown
from digitlens.reading.examining import contact_sheet, examine
from digitlens.storage.shipped import open_reader

DRAWN, LISTED = 12, 70  # classes of which an image is drawn, and that are listed


def describe_data(data: DataSet, sheet: str | None, as_json: bool) -> None:
    """Print what a data set holds; write its contact sheet to a file where one is named."""
    if sheet is not None:
        check_outputs({"--sheet": sheet})
    found = examine(data, open_reader("reader") if data.holds_digits else None)
    if sheet is not None:
        write_atomically(sheet, png(contact_sheet(data)))
    if as_json:
        rows, columns = data.image_shape
        about = {"data": data.name, "source": data.source, "rows": rows, "columns": columns}
        print_json(about | found.to_json() | ({"sheet": sheet} if sheet is not None else {}))
        return
    console = out()
    counts = f"{len(data.training):,} images to learn from, {len(data.test):,} to be tested on, "
    title = Text(clean(data.name), style="bold").append(": ", "not bold").append(counts, "not bold")
    say(console, title.append(f"{len(data.classes)} classes, {shape_name(data.image_shape)} pixels", "not bold"))
    say(console, clean(data.source))
    console.print()
    names = [clean(name) for name in data.classes[:LISTED]]
    width = max(5, *map(len, names))
    console.print(Text(f"{'class':<{width}} {'to learn from':>14} {'for the test':>13}", style="bold"))
    for name, (training, test) in zip(names, found.counts.values(), strict=False):
        console.print(f"{name:<{width}} {training:14,} {test:13,}", markup=False)
    if len(names) < len(data.classes):
        console.print(f"... and {len(data.classes) - len(names)} more")
    console.print()
    if coloured(console):
        first = [data.training.images[data.training.digits == number][:1] for number in range(min(DRAWN, len(names)))]
        blocks = [[Text(names[i]), *picture(console, some[0] / 255)] for i, some in enumerate(first) if len(some)]
        for line in flow(console, *blocks) if blocks else []:
            console.print(line)
        console.print()
    for sentence in found.wrong:
        say(console, f"- {clean(sentence)}", indent=2)
    if not found.wrong:
        console.print("Nothing looks wrong.")
    if found.neighbours is not None:
        say(
            console,
            f"The training image that resembles a test image most has the same label in {found.neighbours:.0%} of the "
            f"tests; always naming the most frequent class is right in {found.chance:.0%}.",
        )
    if sheet is not None:
        console.print(f"Contact sheet: {shown(sheet)}", markup=False, soft_wrap=True)
