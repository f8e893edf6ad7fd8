"""`digitlens inspect`: what does a network look like inside, and where does it go wrong?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from digitlens.cli.terminal import (
    clean,
    data_options,
    err,
    json_option,
    load_data,
    network_option,
    open_network,
    out,
    print_json,
)

if TYPE_CHECKING:
    from digitlens.digits.dataset import DataSet
    from digitlens.reading.evaluation import Evaluation
    from digitlens.reading.reader import Reader

WHAT = ("weights", "confusion", "mistakes", "curves")
FROM_DATA = ("confusion", "mistakes")  # these have to be measured
SHEET = 40  # mistakes in the picture


@click.command("inspect")
@click.argument("what", nargs=-1, metavar="[WHAT]...", type=click.Choice(WHAT))
@network_option
@data_options
@click.option("--out", "-o", "folder", metavar="FOLDER", help="Write the pictures there, as PNG files.")
@click.option(
    "--theme", type=click.Choice(["dark", "light"]), help="Of the PNG files that --out writes.  [default: dark]"
)
@json_option
def command(
    what: tuple[str, ...],
    network: str,
    data: str | None,
    offline: bool,
    folder: str | None,
    theme: str | None,
    as_json: bool,
) -> int:
    """Look at a network: WHAT is any of weights, confusion, mistakes, curves; without it, all four.

    \b
    weights    what each neuron of the first hidden layer looks for
    confusion  what it takes for what, on the test pictures
    mistakes   the most certain of its mistakes
    curves     how cost and accuracy went while it learned

    With --out they become PNG files, which needs matplotlib: pip install "digitlens[figures]". With --json, confusion
    and mistakes are measured only if they are named.
    """  # noqa: D301    \b is click's: it keeps these lines as they are
    from digitlens.cli import network_view

    if theme and folder is None:
        raise click.UsageError("--theme is that of the PNG files; name a folder for them with --out")
    reader = open_network(network)
    for note in reader.notes:
        err().print(f"Note: {clean(note)}", markup=False, soft_wrap=True)
    wanted = [name for name in WHAT if name in what or not (what or (as_json and not folder))]
    path = _folder(folder) if folder is not None else None
    digits = _digits(reader, data, offline) if set(wanted) & set(FROM_DATA) else None
    if digits is None:
        wanted = [name for name in wanted if name not in FROM_DATA]
    result = reader.evaluate(digits.test) if digits else None
    written = _write(wanted, path, theme or "dark", reader, digits, result) if path else {}
    if as_json:
        answer = network_view.summary_json(reader) | _measured(wanted, reader, digits, result)
        print_json(answer | ({"written": written} if path else {}))
    elif path:
        for name, file in written.items():
            out().print(f"{name:<9}  {file}", markup=False, soft_wrap=True)
    else:
        _show(wanted, reader, digits, result)
    return 0 if wanted or not what else 1


def _digits(reader: Reader, data: str | None, offline: bool) -> DataSet | None:
    """The test pictures; None, with a line that says so, where there are none. What was named must be there."""
    from dataclasses import replace

    from digitlens.cli.confusion import known
    from digitlens.errors import DataError, FileError

    try:
        found: DataSet = load_data(data, offline=offline)
    except (DataError, FileError) as error:
        if data is not None:
            raise
        reason = str(error).splitlines()[0].split(". ")[0].rstrip(":.")
        said = f"No test pictures, so no confusion and no mistakes: {reason}; `digitlens data` says where they can be"
        err().print(said, markup=False, soft_wrap=True)
        return None
    return replace(found, test=known(reader, found, found.test))


def _show(wanted: list[str], reader: Reader, digits: DataSet | None, result: Evaluation | None) -> None:
    """In the terminal."""
    from digitlens.cli import network_view

    console = out()
    network_view.show_summary(console, reader)
    if "weights" in wanted:
        network_view.show_weights(console, reader)
    if digits and result:
        if "confusion" in wanted:
            network_view.show_confusion(console, reader, result, digits.source)
        if "mistakes" in wanted:
            network_view.show_mistakes(console, reader, result, digits.test)
    if "curves" in wanted:
        network_view.show_curves(console, reader)


def _measured(wanted: list[str], reader: Reader, digits: DataSet | None, result: Evaluation | None) -> dict[str, Any]:
    """Confusion and mistakes as plain JSON values."""
    answer: dict[str, Any] = {}
    if digits and result:
        answer |= {"data": digits.name, "images": result.images, "accuracy": result.accuracy}
        if "confusion" in wanted:
            answer["confusion_matrix"] = result.confusion_matrix.tolist()
        if "mistakes" in wanted:
            answer["mistakes"] = [
                {
                    "picture": int(i),  # its number among the test pictures, from 0
                    "shows": reader.classes[int(result.digits[i])],
                    "read": reader.classes[int(result.read[i])],
                    "activation": round(float(result.outputs[i].max()), 6),
                }
                for i in result.wrong()
            ]
    return answer


def _folder(folder: str) -> Any:
    """The folder to write to, made if its parent is there. FileError where it cannot be."""
    from pathlib import Path

    from digitlens.errors import FileError
    from digitlens.figures.theme import available
    from digitlens.files.naming import shown, why

    available()  # before a folder is made for nothing
    try:
        Path(folder).mkdir(exist_ok=True)
    except (OSError, ValueError) as error:
        raise FileError(
            f"--out {shown(folder)}: making this folder failed: {why(error)}; name a folder, or one to be made in a "
            "folder that exists"
        ) from error
    return Path(folder)


def _write(
    wanted: list[str], folder: Any, theme: str, reader: Reader, digits: DataSet | None, result: Evaluation | None
) -> dict[str, str]:
    """As PNG files; the path of each. Curves that there are none of are told on stderr."""
    from digitlens.figures.theme import to_png
    from digitlens.files.atomic import write_atomically

    written = {}
    for name in wanted:
        drawn = _draw(name, theme, reader, digits, result)
        if drawn is None:
            missing = {"mistakes": "it makes none", "curves": "the network's file holds no history"}[name]
            err().print(f"No {name}: {missing}", markup=False)
            continue
        written[name] = str(folder / f"{name}.png")
        write_atomically(written[name], to_png(drawn))
    return written


def _draw(name: str, theme: str, reader: Reader, digits: DataSet | None, result: Evaluation | None) -> Any:
    """One figure; None where there is nothing to draw."""
    from digitlens.cli import network_view
    from digitlens.figures.confusion import confusion
    from digitlens.figures.curves import learning_curves
    from digitlens.figures.mistakes import wrong_digits
    from digitlens.figures.weights import weight_pictures

    if name == "weights":
        return weight_pictures(reader.network.layers[0].weights, theme=theme)
    if name == "curves":
        return learning_curves(reader.history, theme=theme)[0] if network_view.has_curves(reader) else None
    assert digits is not None
    assert result is not None
    if name == "confusion":
        return confusion(result.confusion_matrix, reader.classes, theme=theme)
    wrong = result.wrong()[:SHEET]
    if not len(wrong):
        return None
    shown, read = ([reader.classes[int(n)] for n in numbers[wrong]] for numbers in (result.digits, result.read))
    return wrong_digits(digits.test.images[wrong], shown, read, result.outputs[wrong].max(axis=1), theme=theme)
