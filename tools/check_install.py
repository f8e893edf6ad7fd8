"""Checks an installed Digitlens, with nothing but itself: python tools/check_install.py [--compiled | --plain] [--app]

--compiled, --plain: which engine it has to have. --app: it serves, too; without it no server package is needed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import urllib.request

COMMAND = [sys.executable, "-m", "digitlens"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiled", action="store_true")
    parser.add_argument("--plain", action="store_true")
    parser.add_argument("--app", action="store_true")
    wanted = parser.parse_args()
    readings = json.loads(
        subprocess.run([*COMMAND, "read", "--examples", "--json"], stdout=subprocess.PIPE, check=True).stdout
    )
    digits = [reading["digit"] for reading in readings]
    check("digits read of the ten examples", digits, list(range(10)))
    import digitlens as dl

    engine = dl.load("video").engine
    if wanted.compiled or wanted.plain:
        check("engine", engine, "compiled" if wanted.compiled else "plain")
    if wanted.app:
        health = served()
        check("health of the app", (health["status"], health["engine"]), ("ok", engine))
    print(f"Digitlens at {dl.__path__[0]}: reads all ten examples, {engine} engine{', serves' * wanted.app}.")


def served() -> dict[str, str]:
    """What an app that is started here says of its health."""
    with subprocess.Popen([*COMMAND, "app", "--no-browser", "--port", "0"], stdout=subprocess.PIPE, text=True) as app:
        assert app.stdout is not None
        try:
            address = app.stdout.readline().split()[-1]
            with urllib.request.urlopen(f"{address}api/health") as answer:
                health: dict[str, str] = json.load(answer)
        finally:
            app.terminate()
    return health


def check(what: str, got: object, wanted: object) -> None:
    """End with an error unless both are the same."""
    if got != wanted:
        sys.exit(f"{what}: wanted {wanted}, got {got}")


if __name__ == "__main__":
    main()
