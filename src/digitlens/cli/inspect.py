"""`digitlens inspect`: shows the weights, confusion matrix, mistakes and learning curves of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from digitlens.cli.outputs import check_outputs
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


HELP = """\
Show a network: WHAT is any of weights, confusion, mistakes, curves; without it, all four.

\b
weights    the weights of each neuron of the first hidden layer
confusion  the confusion matrix on the test pictures
mistakes   the mistakes with the highest activation
curves     cost and accuracy during training

--out writes them as PNG files; this needs matplotlib: pip install "digitlens[figures]". With --json, confusion and
mistakes are measured only if you name them.
"""


@click.command("inspect", help=HELP)
@click.argument("what", nargs=-1, metavar="[WHAT]...", type=click.Choice(WHAT))
@network_option
@data_options
@click.option("--out", "-o", "folder", metavar="FOLDER", help="Write the figures into this folder, as PNG files.")
@click.option(
    "--theme", type=click.Choice(["dark", "light"]), help="The theme of the PNG files of --out.  [default: dark]"
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
    """The command; HELP says what it does."""
    from digitlens.cli import network_view

    if theme and folder is None:
        raise click.UsageError("--theme belongs to the PNG files; name a folder for them with --out")
    reader = open_network(network)
    for note in reader.notes:
        err().print(f"Note: {clean(note)}", markup=False, soft_wrap=True)
    names = [name for name in WHAT if name in what or not (what or (as_json and not folder))]
    path = _folder(folder, names) if folder is not None else None
    digits = _digits(reader, data, offline) if set(names) & set(FROM_DATA) else None
    if digits is None:
        names = [name for name in names if name not in FROM_DATA]
    result = reader.evaluate(digits.test) if digits else None
    written = _write(names, path, theme or "dark", reader, digits, result) if path else {}
    if as_json:
        answer = network_view.summary_json(reader) | _measured(names, reader, digits, result)
        print_json(answer | ({"written": written} if path else {}))
    elif path:
        for name, file in written.items():
            out().print(f"{name:<9}  {file}", markup=False, soft_wrap=True)
    else:
        _show(names, reader, digits, result)
    return 0 if names or not what else 1


def _digits(reader: Reader, data: str | None, offline: bool) -> DataSet | None:
    """The test pictures; None, with a note, if there are none. Data named with --data must exist."""
    from dataclasses import replace

    from digitlens.cli.confusion import relabelled
    from digitlens.errors import DataError, FileError

    try:
        source: DataSet = load_data(data, offline=offline, network=reader)
    except (DataError, FileError) as error:
        if data is not None:
            raise
        reason = str(error).splitlines()[0].split(". ")[0].rstrip(":.")
        note = f"No test pictures, so no confusion and no mistakes: {reason}; `digitlens data` lists where they can be"
        err().print(note, markup=False, soft_wrap=True)
        return None
    return replace(source, test=relabelled(reader, source, source.test))


def _show(names: list[str], reader: Reader, digits: DataSet | None, result: Evaluation | None) -> None:
    """Print in the terminal."""
    from digitlens.cli import network_view

    console = out()
    network_view.show_summary(console, reader)
    if "weights" in names:
        network_view.show_weights(console, reader)
    if digits and result:
        if "confusion" in names:
            network_view.show_confusion(console, reader, result, digits.source)
        if "mistakes" in names:
            network_view.show_mistakes(console, reader, result, digits.test)
    if "curves" in names:
        network_view.show_curves(console, reader)


def _measured(names: list[str], reader: Reader, digits: DataSet | None, result: Evaluation | None) -> dict[str, Any]:
    """Confusion and mistakes as plain JSON values."""
    answer: dict[str, Any] = {}
    if digits and result:
        answer |= {"data": digits.name, "images": result.images, "accuracy": result.accuracy}
        if "confusion" in names:
            answer["confusion_matrix"] = result.confusion_matrix.tolist()
        if "mistakes" in names:
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


def _folder(folder: str, names: list[str]) -> Any:
    """The folder to write these figures to; it is made if its parent exists. Raises FileError."""
    from pathlib import Path

    from digitlens.errors import FileError
    from digitlens.figures.theme import available
    from digitlens.files.naming import shown, why

    available()  # checked before the folder is made
    try:
        Path(folder).mkdir(exist_ok=True)
    except (OSError, ValueError) as error:
        raise FileError(
            f"--out {shown(folder)}: making this folder failed: {why(error)}; name a folder, or a new one in a "
            "folder that exists"
        ) from error
    check_outputs({f"--out, for {name},": Path(folder) / f"{name}.png" for name in names})
    return Path(folder)


def _write(
    names: list[str], folder: Any, theme: str, reader: Reader, digits: DataSet | None, result: Evaluation | None
) -> dict[str, str]:
    """Write the figures as PNG files; returns the path of each. A note on stderr says which figures are missing."""
    from digitlens.figures.theme import to_png
    from digitlens.files.atomic import write_atomically

    written = {}
    for name in names:
        drawn = _draw(name, theme, reader, digits, result)
        if drawn is None:
            missing = {"mistakes": "it makes none", "curves": "the network's file has no history"}[name]
            err().print(f"No {name}: {missing}", markup=False)
            continue
        written[name] = str(folder / f"{name}.png")
        write_atomically(written[name], to_png(drawn))
    return written


def _draw(name: str, theme: str, reader: Reader, digits: DataSet | None, result: Evaluation | None) -> Any:
    """One figure; None if there is nothing to draw."""
    from digitlens.cli import network_view
    from digitlens.figures.confusion import confusion
    from digitlens.figures.curves import learning_curves
    from digitlens.figures.mistakes import wrong_digits
    from digitlens.figures.weights import weight_pictures

    if name == "weights":
        weights = reader.network.layers[0].weights
        return weight_pictures(weights.reshape(-1, *reader.image_shape), theme=theme)
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
