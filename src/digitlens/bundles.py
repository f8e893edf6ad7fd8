"""The bundles of the page: its modules and style sheets in a few files, which load fast and need no server.

They are package data, made by `make bundles` with esbuild, and committed, so that nobody needs Node. Their manifest
holds the SHA-256 of every file that they were made from. Whoever changes a module in a checkout gets the module itself
from the server, not a bundle that knows nothing of the change; a test says that it has to be made again.
"""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path
from typing import Any

from digitlens.errors import UsageError

WEB = Path(__file__).parent / "web"
BUILT = WEB / "built"
PAGE, SITE, WORKER, WIDGET = "page/page.js", "page/site.js", "page/worker.js", "widget.js"
FILE_OPENER, FILE, FILE_TRAINS = "file_opener.js", "file.js", "file_trains.js"
LANGUAGES = ("en", "de", "es", "zh")  # that the page speaks
_SOURCES = (".js", ".css", ".html")  # and the texts


def manifest(built: Path = BUILT) -> dict[str, Any]:
    """What the bundles were made from, and with which esbuild; nothing, where there are none."""
    try:
        found: dict[str, Any] = json.loads((built / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {"esbuild": "", "sources": {}, "bundles": {}}
    return found


def changed(web: Path = WEB) -> list[str]:
    """The sources that have been added, removed or changed since the bundles were made, and bundles that were changed.

    Each is named by its path in web/: "views/read/pad.js", "built/widget.js".
    """
    built = web / "built"
    known = manifest(built)
    then = known["sources"] | {f"built/{name}": value for name, value in known["bundles"].items()}
    paths = [path for path in web.rglob("*") if path.suffix in _SOURCES and path.is_file()]
    paths += (web / "texts").glob("*.json")
    now = {path.relative_to(web).as_posix(): _hash(path, path.is_relative_to(built)) for path in paths}
    return sorted(name for name in then.keys() | now.keys() if then.get(name) != now.get(name))


@functools.cache
def fresh() -> bool:
    """Whether the bundles were made from the modules as they are."""
    return not changed()


def bundle(name: str) -> bytes:
    """A bundle, such as FILE."""
    return (BUILT / name).read_bytes()


def page_bundles(entry: str = SITE) -> dict[str, bytes]:
    """The bundles of a page, by their paths: its entry, and the pieces that it shares with other pages."""
    others = {PAGE, SITE} - {entry}
    names = [name for name in manifest()["bundles"] if name.startswith("page/") and name not in others]
    return {name: bundle(name) for name in names}


def texts(language: str) -> dict[str, dict[str, Any]]:
    """The texts of the page in one of LANGUAGES, part by part and by their keys, as web/texts/language.js reads them.

    Raises UsageError for another one.
    """
    if language not in LANGUAGES:
        raise UsageError(f"the page speaks {', '.join(LANGUAGES)}, not {language!r}; choose one of these")
    found: dict[str, dict[str, Any]] = json.loads((WEB / f"texts/{language}.json").read_text(encoding="utf-8"))
    return found


def _hash(path: Path, exact: bool) -> str:
    """The SHA-256 of a file; of a source, however its lines end on this system."""
    data = path.read_bytes()
    return hashlib.sha256(data if exact else data.replace(b"\r\n", b"\n")).hexdigest()
