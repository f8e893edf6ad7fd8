"""`digitlens worksheet`: an exercise to print, from any network and picture, with the key on another page."""

from __future__ import annotations

import click

from digitlens.cli.terminal import data_options, load_data, network_option, open_network, out, say

HELP = """\
Write an exercise to print: a neuron's sum with blanks, one step of back-propagation with blanks, and a confusion
matrix to read; then the same with the answers, on other pages.

\b
digitlens worksheet --example 7                         worksheet.html
digitlens worksheet scan.png --out sheet.svg --seed 3   sheet-1.svg, ...

The same seed gives the same sheet. The confusion matrix is that of the pen digits which ship, unless --data names
others.
"""


@click.command("worksheet", help=HELP)
@click.argument("picture", required=False, metavar="PICTURE")
@click.option(
    "--example", "digit", metavar="DIGIT", type=click.IntRange(0, 9), help="The example drawing of this digit."
)
@click.option(
    "--out",
    "file",
    metavar="FILE",
    default="worksheet.html",
    show_default=True,
    help="A .html file, or .svg: one a page.",
)
@click.option(
    "--target", "-t", metavar="DIGIT", help="The class that it should be read as.  [default: its second choice]"
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Which blanks; another one, others.")
@click.option(
    "--ground", type=click.Choice(["white", "black"]), default="white", show_default=True, help="White for paper."
)
@network_option
@data_options
def command(
    picture: str | None,
    digit: int | None,
    file: str,
    target: str | None,
    seed: int,
    ground: str,
    network: str,
    data: str | None,
    offline: bool,
) -> None:
    """The command; HELP says what it does."""
    from digitlens.cli.confusion import relabelled
    from digitlens.cli.explain import target_of
    from digitlens.cli.pictures import example, read_one
    from digitlens.cli.sheets import check_sheets, write_sheets
    from digitlens.digits.dataset import are_digits
    from digitlens.exports.worksheet import worksheet

    if (picture is None) == (digit is None):
        raise click.UsageError("name one picture, or an example: digitlens worksheet --example 7")
    check_sheets(file)
    reader = open_network(network)
    reading = read_one(reader, example(digit) if digit is not None else str(picture))
    wanted = None if target is None else target_of(reader, target)
    evaluation = None
    if data is not None or (are_digits(reader.classes) and reader.image_shape == (28, 28)):
        source = load_data(data or "pen-small", offline=offline, network=reader)
        evaluation = reader.evaluate(relabelled(reader, source, source.test))
    sheets = worksheet(reader, reading, seed=seed, target=wanted, evaluation=evaluation, ground=ground)
    say(out(), write_sheets(sheets, file, ground))
