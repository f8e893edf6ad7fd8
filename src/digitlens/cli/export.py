"""`digitlens export`: the page without a server, as a static site or one file; and a network for other programs."""

from __future__ import annotations

import click

from digitlens.bundles import LANGUAGES
from digitlens.cli.terminal import data_options, out, say

HELP = """\
Write the page so that it needs no server, or a network for other programs.

\b
digitlens export site public            a folder for any web host
digitlens export page video lens.html   one file to open or mail; --train
digitlens export onnx reader r.onnx     for ONNX Runtime and others
digitlens export c video video.h        a C99 header; smaller with --int8
digitlens export numpy video v.npz      NumPy's arrays; and json
"""
SITE = """\
Write the page as plain files into a new or empty FOLDER.

Any web host serves them, from any of its folders. After the first visit the page needs no connection.
"""
PAGE = """\
Write Read, Neuron and Learn with NETWORK into one file, which opens in any browser, from a disk or a mail.

With --train, also what trains in the browser, and pen digits for that: 3 MB more.

NETWORK is the name of one that ships (video, straight, reader) or a model file.
"""


@click.group("export", help=HELP)
def command() -> None:
    """The group; HELP says what it does."""


@command.command("site", help=SITE)
@click.argument("folder")
@click.option(
    "--network",
    "networks",
    metavar="NAME|FILE",
    multiple=True,
    help="A network to begin with, and others to choose: a name that ships or a model file.  [default: video]",
)
@click.option(
    "--data",
    metavar="NAME|FOLDER",
    multiple=True,
    help="Digits to train on in the page: pen, mnist or a folder. Can be given several times.  [default: pen]",
)
@click.option("--url", default="", metavar="URL", help="Where the site will be, for the picture in link previews.")
def site(folder: str, networks: tuple[str, ...], data: tuple[str, ...], url: str) -> None:
    """The command; SITE says what it does."""
    from digitlens.cli.data_export import check_empty, write_files
    from digitlens.cli.terminal import load_data
    from digitlens.exports.site import networks_of, packed_digits, site_files
    from digitlens.files.naming import shown

    check_empty(folder, "export site")
    files = site_files(networks_of(networks), url, packed_digits(data, load_data), networks)
    write_files(folder, iter(files.items()), len(files))
    size = sum(map(len, files.values())) / 1e6
    say(out(), f"The site is in {shown(folder)}: {len(files)} files, {size:.1f} MB.")
    say(out(), f"To look at it: python -m http.server --directory {folder}")


@command.command("page", help=PAGE)
@click.argument("network", metavar="NETWORK")
@click.argument("file", metavar="FILE.html")
@click.option("--train", is_flag=True, help="Train and Compare as well, on 20,000 pen digits.")
@click.option(
    "--language",
    type=click.Choice(LANGUAGES),
    default="en",
    show_default=True,
    help="The language that it begins with; English comes along.",
)
def page(network: str, file: str, *, train: bool, language: str) -> None:
    """The command; PAGE says what it does."""
    from digitlens.cli.outputs import check_outputs
    from digitlens.exports.one_file import one_file
    from digitlens.exports.site import networks_of
    from digitlens.files.atomic import write_atomically
    from digitlens.files.naming import shown

    check_outputs({"FILE": file})
    data = one_file(networks_of([network])[:1], train=train, language=language)
    write_atomically(file, data)
    say(out(), f"Written {shown(file)}: {len(data) / 1e6:.2f} MB.")


NETWORK = "NETWORK is the name of one that ships (video, straight, reader) or a model file."
BESIDE = "Ten test vectors and a readme are written beside FILE."


def _write(network: str, file: str, form: str, data: str | None = None, *, offline: bool, int8: bool = False) -> None:
    """Write the files of an export, and say which."""
    from digitlens.cli.outputs import check_outputs
    from digitlens.cli.terminal import load_data, open_network
    from digitlens.errors import UsageError
    from digitlens.exports.formats import export
    from digitlens.files.naming import shown

    if data is not None and not int8:
        raise UsageError("--data belongs to --int8: bytes are chosen by what the network sees; leave it out")
    check_outputs({"FILE": file})
    reader = open_network(network)
    digits = load_data(data, offline=offline).training if int8 else None
    written = export(reader, file, form, int8=int8, digits=digits)
    say(out(), f"Written {', '.join(shown(path) for path in written)}.")
    if int8:
        say(out(), next(line for line in written[-1].read_text(encoding="utf-8").splitlines() if "int8" in line))


@command.command("onnx", help=f"Write NETWORK as an ONNX file. {NETWORK} {BESIDE}")
@click.argument("network", metavar="NETWORK")
@click.argument("file", metavar="FILE.onnx")
def onnx(network: str, file: str) -> None:
    """The command; its help says what it does."""
    _write(network, file, "onnx", offline=True)


@command.command("c", help=f"Write NETWORK as one header of C99, without allocation. {NETWORK} {BESIDE}")
@click.argument("network", metavar="NETWORK")
@click.argument("file", metavar="FILE.h")
@click.option("--int8", is_flag=True, help="In bytes, chosen by training images: a quarter of the memory.")
@data_options
def c(network: str, file: str, int8: bool, data: str | None, offline: bool) -> None:
    """The command; its help says what it does."""
    _write(network, file, "c", data, offline=offline, int8=int8)


@command.command("numpy", help=f"Write NETWORK as arrays of NumPy. {NETWORK} {BESIDE}")
@click.argument("network", metavar="NETWORK")
@click.argument("file", metavar="FILE.npz")
def numpy(network: str, file: str) -> None:
    """The command; its help says what it does."""
    _write(network, file, "numpy", offline=True)


@command.command("json", help=f"Write NETWORK as plain JSON; docs/exporting.md describes it. {NETWORK} {BESIDE}")
@click.argument("network", metavar="NETWORK")
@click.argument("file", metavar="FILE.json")
def json(network: str, file: str) -> None:
    """The command; its help says what it does."""
    _write(network, file, "json", offline=True)
