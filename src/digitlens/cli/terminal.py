"""Output in the terminal: consoles, pictures made of half blocks, bars, tables, and options that commands share.

Results go to stdout; everything else (progress, notes, errors) goes to stderr. A terminal without Unicode gets plain
letters. NO_COLOR and pipes get no colour.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import click
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.style import Style
from rich.text import Text

if TYPE_CHECKING:
    from digitlens.reading.reader import Reader

BLUE, RED = "#58C4DD", "#FC6255"  # positive, negative
WINNER = "bold black on #FFE81A"  # the answer, boxed so that it can be read on dark and light terminals
SHADES = " .:-=+*#%@"


class Screen(Console):
    """Rich's console, except that a closed output raises BrokenPipeError instead of ending the program."""

    def on_broken_pipe(self) -> None:
        """Called while a BrokenPipeError is handled."""
        raise BrokenPipeError


def out() -> Console:
    """The console for results. Lines are not wrapped automatically; a file or pipe counts as 120 columns wide."""
    console = Screen(highlight=False, soft_wrap=True)
    return console if console.is_terminal else Screen(highlight=False, soft_wrap=True, width=120)


def err() -> Console:
    """The console for progress and notes."""
    return Screen(stderr=True, highlight=False)


def say(console: Console, text: str | Text, indent: int = 0) -> None:
    """Print text, wrapped between words; further lines are indented."""
    if isinstance(text, str):
        text = Text(text)
    for i, line in enumerate(text.wrap(console, max(console.width - 1 - indent, 20))):
        line.rstrip()
        console.print((Text(" " * indent) if i else Text()).append_text(line))


def unicode(console: Console) -> bool:
    """Whether this console can show Unicode, such as half blocks."""
    return console.encoding.lower().replace("-", "").startswith("utf")


def coloured(console: Console) -> bool:
    """Whether pictures can be drawn as half blocks in colour; otherwise they are drawn in plain letters."""
    return unicode(console) and bool(console.color_system) and not console.no_color


def picture(console: Console, image: NDArray[Any]) -> list[Text]:
    """A grey picture, (rows, columns) 0..1, as lines of text: two pixels in each character, white ink on black."""
    if not coloured(console):
        return [Text("".join(SHADES[min(int(v * len(SHADES)), 9)] * 2 for v in row)) for row in image]
    return _half_blocks(np.repeat((np.clip(image, 0, 1) * 255).astype(int)[..., None], 3, axis=2))


def weights(console: Console, image: NDArray[Any], largest: float | None = None) -> list[Text]:
    """Weights, (rows, columns), as lines of text: blue for positive, red for negative, on a linear scale."""
    scale = image / (largest or np.abs(image).max() or 1)
    if not coloured(console):
        return [Text("".join(_sign(float(v)) * 2 for v in row)) for row in scale]
    blue, red = (np.array([int(c[i : i + 2], 16) for i in (1, 3, 5)]) for c in (BLUE, RED))
    strength = np.clip(np.abs(scale), 0, 1)[..., None]
    return _half_blocks((strength * np.where(scale[..., None] > 0, blue, red)).astype(int))


def bar(console: Console, share: float, width: int = 20) -> str:
    """A bar for a number from 0 to 1."""
    filled = round(max(0.0, min(1.0, share)) * width)
    return ("━" if unicode(console) else "=") * filled + " " * (width - filled)


def percent(share: float) -> str:
    """A share in whole percent. Only 1.0 is 100 %; 0.997 is 99 %."""
    return f"{min(int(share * 100 + 0.5), 99 if share < 1 else 100)} %"


def beside(*blocks: list[Text], gap: int = 3) -> list[Text]:
    """Blocks of lines side by side."""
    height = max(map(len, blocks))
    widths = [max((line.cell_len for line in block), default=0) for block in blocks]
    lines = []
    for i in range(height):
        line = Text()
        for block, width in zip(blocks, widths, strict=True):
            part = block[i] if i < len(block) else Text()
            line.append_text(part).append(" " * (width - part.cell_len + gap))
        line.rstrip()
        lines.append(line)
    return lines


def flow(console: Console, *blocks: list[Text], gap: int = 3) -> list[Text]:
    """Blocks of lines side by side as far as they fit, and the others below."""
    rows: list[list[list[Text]]] = []
    left = 0
    for block in blocks:
        width = max((line.cell_len for line in block), default=0)
        if not rows or width > left:
            rows.append([])
            left = console.width
        rows[-1].append(block)
        left -= width + gap
    lines = beside(*rows[0], gap=gap)
    for row in rows[1:]:
        lines += [Text(), *beside(*row, gap=gap)]
    return lines


@contextmanager
def progress(*columns: ProgressColumn | str) -> Iterator[Progress | None]:
    """A progress bar on stderr, which disappears at the end; None if stderr cannot show one."""
    console = err()
    if not console.is_terminal or console.is_dumb_terminal:
        yield None  # Rich's disabled bar would print an empty line
        return
    with Progress(*columns, console=console, transient=True) as shown:
        yield shown


@contextmanager
def download_progress() -> Iterator[Callable[[str, int, int | None], None]]:
    """A progress bar for downloads, which appears at the first call of the yielded function (file, done, total)."""
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    tasks: dict[str, TaskID] = {}
    with ExitStack() as open_bars:
        bars: list[Progress | None] = []

        def update(name: str, done: int, total: int | None) -> None:
            if not bars:
                bars.append(open_bars.enter_context(progress(*columns)))
            if (bar := bars[0]) is None:
                return
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=total)
            bar.update(tasks[name], completed=done, total=total)

        yield update


def open_network(network: str) -> Reader:
    """The reader of a name or file. One from a file is named after the file."""
    from dataclasses import replace

    from digitlens.storage.shipped import names, open_reader

    reader = open_reader(network)
    return reader if network in names() else replace(reader, name=network)


def clean(text: str) -> str:
    """A name that is safe for a line of a terminal: what cannot be printed is escaped."""
    from digitlens.files.naming import shown

    return shown(text)[1:-1]


def picture_name(path: str) -> str:
    """The name of a picture for the terminal; an example drawing without its folder."""
    from digitlens.digits.sources.examples import FOLDER

    folder, name = os.path.split(path)
    return f"example {name}" if folder == str(FOLDER) else clean(path)


def load_data(
    data: str | None,
    *,
    offline: bool = False,
    size: tuple[int, int] | None = None,
    network: Reader | None = None,
) -> Any:
    """The digits for --data, with a progress bar if they must be downloaded.

    size: as for find_data(). network: which is to see them, and decides what `size` leaves open.
    """
    from digitlens.digits.sources.find import find_data

    writes = data in ("pen", "mnist+pen")
    note = "writing digits with the pen model, or finding them in the cache, where they are kept"
    with download_progress() as update, err().status(note) if writes else nullcontext():
        if network is None:
            return find_data(data, offline=offline, progress=update, size=size)
        seen = size or network.image_shape
        return find_data(data, offline=offline, progress=update, size=seen, framing=network.framing)


def print_json(value: Any) -> None:
    """Print a JSON document on stdout. Bytes of a path that are not text are escaped."""
    import json

    click.echo(json.dumps(value, indent=2, allow_nan=False))


def data_options(f: Any) -> Any:
    """The options --data and --offline."""
    f = click.option("--offline", is_flag=True, help="Never use the network.")(f)
    text = (
        "Which images: mnist, pen, another name of `digitlens data --list`, a folder with MNIST's files, those of "
        "another set or one folder of pictures for each class, .npz or .csv."
    )
    return click.option("--data", metavar="DATA", help=text + " Default: MNIST, from the first place that has it.")(f)


def size_option(f: Any) -> Any:
    """The option --size."""

    def parse(context: click.Context, option: click.Parameter, text: str | None) -> tuple[int, int] | None:
        if text is None:
            return None
        found = re.fullmatch(r"(\d{1,4})[x×](\d{1,4})", text, re.ASCII)
        if found is None:
            raise click.BadParameter(f"rows and columns, such as 28x28, got {text[:40]!r}", context, option)
        return int(found[1]), int(found[2])

    text = "Rows and columns of the images, 28x28, of a folder of pictures.  [default: see docs/preparation.md]"
    return click.option("--size", metavar="ROWSxCOLUMNS", callback=parse, help=text)(f)


def network_option(f: Any, default: str = "video") -> Any:
    """The option --network."""
    text = "A network that ships with Digitlens, or a file."
    return click.option("--network", "-n", default=default, metavar="NETWORK", show_default=True, help=text)(f)


def work_options(f: Any) -> Any:
    """The options that say where many tasks are done."""
    text = "A Dask scheduler, tcp://host:8786, whose workers do it."
    f = click.option("--cluster", default="", metavar="ADDRESS", help=text)(f)
    text = "How many at a time.  [default: one a core, or as many as the cluster can]"
    return click.option("--jobs", type=int, help=text)(f)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


def _sign(share: float) -> str:
    """A weight as one plain letter. share: of the largest weight, −1 to 1."""
    if abs(share) < 0.2:
        return "."
    strong = abs(share) > 0.6
    return ("#" if strong else "+") if share > 0 else ("=" if strong else "-")


def _half_blocks(rgb: NDArray[Any]) -> list[Text]:
    """(rows, columns, 3) colours 0..255 -> lines of half blocks, two rows of pixels in each line."""
    if len(rgb) % 2:
        rgb = np.concatenate([rgb, np.zeros_like(rgb[:1])])
    lines = []
    for upper, lower in zip(rgb[::2], rgb[1::2], strict=True):
        line = Text()
        for (r, g, b), (r2, g2, b2) in zip(upper, lower, strict=True):
            line.append("▀", Style(color=f"#{r:02x}{g:02x}{b:02x}", bgcolor=f"#{r2:02x}{g2:02x}{b2:02x}"))
        lines.append(line)
    return lines
