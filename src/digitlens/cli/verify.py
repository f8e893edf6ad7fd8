"""`digitlens verify`: trains again from the recipe in a file, and says whether the bits agree."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from digitlens.cli.terminal import data_options, json_option, load_data, out, print_json, say

HELP = """\
Train again from the recipe in each FILE, and say whether the weights agree, to the bit.

Ends with 0 if all agree, else with 1. The same recipe, images, engine and kind of processor give the same bits; another
processor may round otherwise, and then the largest difference is small.
"""


@click.command("verify", help=HELP)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--from", "start", metavar="NETWORK", help="The network that they started from, if none that ships.")
@data_options
@json_option
def command(files: tuple[str, ...], start: str | None, data: str | None, offline: bool, as_json: bool) -> int:
    """The command; HELP says what it does."""
    from digitlens.errors import DigitlensError
    from digitlens.files.naming import shown
    from digitlens.learning.training import named_for
    from digitlens.learning.verifying import CLOSE, recipe_of, verify
    from digitlens.storage.shipped import open_reader

    found: list[dict[str, Any]] = []
    for file in files:
        try:
            reader = open_reader(file)
            named = load_data(named_for(recipe_of(reader), data), offline=offline, network=reader)
            result = verify(reader, named, None if start is None else open_reader(start))
        except DigitlensError as error:
            found.append({"file": file, "agrees": False, "error": str(error)})
            said = f"{shown(file)} could not be verified: {error}"
        else:
            found.append({"file": file, **asdict(result)})
            about = f"{result.epochs} epochs on the {result.engine} engine"
            if result.agrees:
                said = f"{shown(file)} agrees, to the bit: {about}, weights {result.fingerprint[:16]}…"
            else:
                far = f"{result.differing:,} weights and biases differ, by {result.largest_difference:.2g} at most"
                near = result.largest_difference < CLOSE
                why = "another processor or version may round so" if near else "these are other weights"
                said = f"{shown(file)} DIFFERS: after {about}, {far}; {why}."
        if not as_json:
            say(out(), said)
    if as_json:
        print_json(found)
    return 0 if all(one["agrees"] for one in found) else 1
