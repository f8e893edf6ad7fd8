"""`digitlens export`: the page without a server, as a static site or as one file."""

from __future__ import annotations

import click

from digitlens.cli.terminal import out, say

HELP = """\
Write the page so that it needs no server: as a static site, or as one file.

\b
digitlens export site public            a folder for any web host
digitlens export page video lens.html   one file, to be opened or mailed
"""
SITE = """\
Write the page as plain files into a new or empty FOLDER.

Any web host serves them, from any of its folders. After the first visit the page needs no connection.
"""
PAGE = """\
Write Read, Neuron and Learn with NETWORK into one file, which opens in any browser, from a disk or a mail.

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
    from digitlens.export.site import networks_of, packed_digits, site_files
    from digitlens.files.naming import shown

    check_empty(folder, "export site")
    files = site_files(networks_of(networks), url, packed_digits(data, load_data))
    write_files(folder, iter(files.items()), len(files))
    size = sum(map(len, files.values())) / 1e6
    say(out(), f"The site is in {shown(folder)}: {len(files)} files, {size:.1f} MB.")
    say(out(), f"To look at it: python -m http.server --directory {folder}")


@command.command("page", help=PAGE)
@click.argument("network", metavar="NETWORK")
@click.argument("file", metavar="FILE.html")
def page(network: str, file: str) -> None:
    """The command; PAGE says what it does."""
    from digitlens.export.one_file import one_file
    from digitlens.export.site import networks_of
    from digitlens.files.atomic import write_atomically
    from digitlens.files.naming import shown

    data = one_file(networks_of([network])[:1])
    write_atomically(file, data)
    say(out(), f"Written {shown(file)}: {len(data) / 1e6:.2f} MB.")
