"""`digitlens app`: serves the page, where users draw digits and look into the network."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from digitlens.cli.terminal import err, network_option, out, say, unicode

if TYPE_CHECKING:
    from rich.console import Console

    from digitlens.server.http.address import Address

SERVER = ("starlette", "uvicorn", "websockets", "segno")  # what this command alone needs
_UNGUARDED = "Note: the app asks for no token. Whoever gets past the proxy in front of it can use it."


HELP = """\
Open the page: draw a digit, watch the network think, look at every number.

Everything is served from this machine, and only to this machine, unless you set --host or --public-url. It runs
until Ctrl-C.
"""


@click.command("app", help=HELP)
@network_option
@click.option(
    "--host",
    metavar="ADDRESS",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen at. 0.0.0.0 lets other machines in, with a token.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="The port; 0 is any free one.  [default: the first free one from 8484]",
)
@click.option(
    "--public-url",
    metavar="URL",
    help="The address at which a proxy, tunnel or container shows the app: https://host/path. It needs a token.",
)
@click.option(
    "--embed",
    metavar="ORIGIN",
    multiple=True,
    help="A site whose pages may show the app in a frame: https://host. Can be given several times.",
)
@click.option(
    "--token",
    metavar="TOKEN",
    envvar="DIGITLENS_TOKEN",
    help="The token that others need, in place of a new one; @FILE reads it from a file, none asks for none (behind a "
    "proxy that lets in only whom it should).",
)
@click.option("--data", metavar="FOLDER", help="A folder of labelled pictures, which the page offers for training.")
@click.option("--no-browser", is_flag=True, help="Print the address, and do not open a browser.")
@click.option("--verbose", "-v", is_flag=True, help="Print a line for each request.")
def command(
    network: str,
    host: str,
    port: int | None,
    public_url: str | None,
    embed: tuple[str, ...],
    token: str | None,
    data: str | None,
    no_browser: bool,
    verbose: bool,
) -> None:
    """The command; HELP says what it does."""
    import secrets

    from digitlens.errors import MissingExtra, UsageError

    if missing := [name for name in SERVER if importlib.util.find_spec(name) is None]:
        raise MissingExtra(
            f"the app needs {', '.join(missing)}, and everything else does without: pip install {' '.join(missing)}"
        )
    from digitlens.server.http import doors
    from digitlens.server.http.address import Address, listen
    from digitlens.server.http.networks import Networks
    from digitlens.server.http.routes import create_app
    from digitlens.server.http.server import serve
    from digitlens.server.training.data_sets import DataSets

    networks, sets = Networks(network), DataSets(data or "")
    public = doors.public_url(public_url) if public_url else None
    origins = tuple(doors.origin(one) for one in embed)
    chosen = None if token is None else doors.token(token)
    listener, number = listen(host, port)
    address = Address(number, listener.getsockname()[1], host, chosen or "", public, origins)
    if chosen == "" and not address.loopback:
        listener.close()
        raise UsageError(f"--token none would let everybody in at {host}; leave --token or --host out")
    if chosen is None and (public or not address.loopback):
        address = replace(address, token=secrets.token_urlsafe(16))
    notes = err()
    log = (lambda line: notes.print(line, markup=False)) if verbose else None
    app = create_app(networks, address, log, sets=sets, runs=_runs())
    with contextlib.ExitStack() as held:
        serve(app, listener, lambda: _started(address, no_browser, held))


def _runs() -> Path | None:
    """The folder for checkpoints of visitors' runs, which resume after a restart; None if there is no home folder."""
    from digitlens.files.places import state_folder

    named = os.environ.get("DIGITLENS_RUNS")
    return Path(named) if named else state_folder("runs")


def _started(address: Address, no_browser: bool, held: contextlib.ExitStack) -> None:
    """The server is ready: print the address, and open a browser. held: closed when the server has ended."""
    import threading

    console = out()
    browser = None if no_browser else _browser()
    _announce(console, address)
    if browser is None and not no_browser:
        say(console, "No browser was opened, because there is no screen. Open that address in a browser.")
    say(console, "Ctrl-C ends it.")
    sys.stdout.flush()
    if browser is not None:
        try:
            link = held.enter_context(_without_token(address)) if address.token else address.link()
        except OSError:  # no folder for temporary files, or a full one
            say(console, "No browser was opened, because no file could be written for it. Open that address in one.")
        else:
            threading.Thread(target=browser, args=(link,), daemon=True).start()


@contextlib.contextmanager
def _without_token(address: Address) -> Iterator[str]:
    """The address of a file that leads on to the app, for the command line of a browser.

    Every user of a machine can read the arguments of all processes, but only this user the file.
    """
    import html
    import tempfile

    with tempfile.TemporaryDirectory(prefix="digitlens-") as folder:  # for this user alone
        file = Path(folder) / "open.html"
        link = html.escape(address.link(), quote=True)
        text = f'<!doctype html><title>Digitlens</title><meta http-equiv="refresh" content="0; url={link}">'
        file.touch(mode=0o600)
        file.write_text(f'{text}<a href="{link}">Digitlens</a>\n', encoding="utf-8")
        yield file.as_uri()


def _announce(console: Console, address: Address) -> None:
    """Print the address; for other machines, also a link with the token, and its QR code."""
    console.print(f"Digitlens is at {address.link()}", markup=False, soft_wrap=True)
    if address.public:
        say(err(), "Note: everyone with that link can use this app." if address.token else _UNGUARDED)
    if address.public or address.loopback:
        return
    others = address.others()
    for link in others:
        console.print(f"On other machines, open {link}", markup=False)
    if others and unicode(console):
        console.print()
        for line in _code(others[0]):
            console.print(line, style="black on white", markup=False)
        console.print()
    if not others:
        say(console, "Other machines cannot reach this one, because it is not in a network now.")
    say(
        err(),
        "Note: everyone with that link can use this app. The connection is not encrypted, so others in the network may "
        "read it. End the app with Ctrl-C when the lesson is over.",
    )


def _code(link: str) -> list[str]:
    """A QR code as lines of half blocks, dark on light, with the margin that cameras need."""
    import segno

    rows = [list(row) for row in segno.make(link, error="l", micro=False).matrix_iter(border=4)]
    rows += [[0] * len(rows[0])] * (len(rows) % 2)
    blocks = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
    return [
        "".join(blocks[bool(upper), bool(lower)] for upper, lower in zip(*pair, strict=True))
        for pair in zip(rows[::2], rows[1::2], strict=True)
    ]


def _browser() -> Callable[[str], object] | None:
    """The function that opens an address in a browser; None if there is no screen."""
    import webbrowser

    screen = os.name == "nt" or sys.platform == "darwin" or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
    if not screen and not os.environ.get("BROWSER"):
        return None
    try:
        return webbrowser.get().open
    except webbrowser.Error:
        return None
