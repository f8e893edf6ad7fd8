"""The page as a static site: plain files with relative addresses, for any web host and any folder of it.

index.html                  title, description and picture for link previews; a strict Content-Security-Policy
page/                       the bundles
texts/                      the texts of the languages besides English
networks/index.json         the networks, the first one to begin with; and networks/NAME.digitlens
examples/0.png ...          a drawing of each digit
laboratory/                 what the laboratory has measured on them, see laboratory.py
data/NAME.digits            packed digits to train on in the tab, which are loaded when somebody trains
service_worker.js           keeps all but those at the first visit, so that the second needs no connection
"""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from digitlens.bundles import LANGUAGES, WEB, page_bundles
from digitlens.digits.dataset import DataSet
from digitlens.digits.sources.examples import example_files
from digitlens.digits.sources.packed import header_of, pack
from digitlens.errors import UsageError
from digitlens.exports.document import DESCRIPTION, TITLE, document
from digitlens.exports.laboratory import laboratory_files
from digitlens.files.bounded import read_bounded
from digitlens.learning.choices import choices
from digitlens.storage.model_file import LIMITS
from digitlens.storage.offered import Offered, name_for, offered
from digitlens.storage.shipped import FOLDER, SUFFIX, names, open_reader

SHIPPED = "video", "straight", "reader"  # in the order in which a site offers them


def networks_of(given: Sequence[str | Path] = ()) -> list[Offered]:
    """The networks of `given`, names that ship or model files, and then those that ship, each once.

    Raises FileError or ModelFileError for one that is not there or cannot be read.
    """
    found: dict[str, Offered] = {}
    for network in [*given, *SHIPPED]:
        if isinstance(network, str) and network in names():
            found.setdefault(network, offered(network, (FOLDER / f"{network}{SUFFIX}").read_bytes()))
        else:
            open_reader(network)  # says in words what is wrong with it
            name = name_for(Path(network), {*found, *SHIPPED})
            found[name] = offered(name, bytes(read_bounded(network, LIMITS.size)))
    return list(found.values())


def listed(networks: Sequence[Offered]) -> list[dict[str, object]]:
    """The list of the networks as JSON values, the first one the default."""
    return [one.to_json(default=not i) for i, one in enumerate(networks)]


def packed_digits(names: Sequence[str], load: Callable[[str], DataSet]) -> list[bytes]:
    """Digits to train on in the page, packed: "pen" for the small set that ships; `load` gives what other names mean.

    Without a name, the pen's. Raises what `load` raises, and DataError for a set that is too large.
    """
    return [
        (WEB / "train/data/pen.digits").read_bytes() if name in ("pen", "pen-small") else pack(load(name))
        for name in dict.fromkeys(names or ("pen",))
    ]


def site_files(
    networks: Sequence[Offered], address: str = "", packed: Sequence[bytes] = (), given: Sequence[str | Path] = ()
) -> dict[str, bytes]:
    """All files of the site, by their paths, in the same bytes for the same networks and digits.

    given: what the networks were named by; what the laboratory found in a file's network is packed if it lies beside.
    packed: the digits to train on, the first ones first; without any, there are no journeys that train.
    address: https://..., where it will be, for the picture of link previews, which needs a whole address; "": none.
    Raises UsageError for an address that is none, FileError for what lies beside a network and is not about it.
    """
    if address and not address.startswith(("https://", "http://")):
        raise UsageError(f"--url wants the address of the site, https://host/folder/, got {address!r}")
    headers = [header_of(data) for data in packed]
    files = {
        "index.html": _index(address, headers).encode(),
        "page.css": (WEB / "hosts/page.css").read_bytes(),
        "icon.svg": (WEB / "icon.svg").read_bytes(),
        "preview.png": (WEB / "preview.png").read_bytes(),
        "networks/index.json": json.dumps(listed(networks), allow_nan=False).encode(),
        ".nojekyll": b"",  # GitHub serves the files as they are
    }
    files |= page_bundles()
    files |= {f"texts/{name}.json": (WEB / f"texts/{name}.json").read_bytes() for name in LANGUAGES if name != "en"}
    if packed:
        files |= {"page/kernel.wasm": (WEB / "train/kernel.wasm").read_bytes()}
        files |= {"page/choices.json": json.dumps(choices(), allow_nan=False).encode()}
    files |= {f"data/{header['name']}.digits": data for header, data in zip(headers, packed, strict=True)}
    files |= {f"networks/{one.name}{SUFFIX}": one.data for one in networks}
    files |= laboratory_files(networks, given)
    files |= {f"examples/{path.name}": path.read_bytes() for path in example_files()}
    return files | {"service_worker.js": _service_worker(files)}


def _index(address: str, headers: Sequence[Mapping[str, object]]) -> str:
    sets = json.dumps(headers, allow_nan=False).replace("<", "\\u003c")
    base = address.rstrip("/") + "/" if address else ""
    preview = f'<meta property="og:image" content="{html.escape(base)}preview.png">'
    head = f"""\
<meta property="og:type" content="website">
<meta property="og:title" content="{TITLE}">
<meta property="og:description" content="{DESCRIPTION}">
{preview}
<meta name="twitter:card" content="summary_large_image">
<link rel="icon" href="icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="page.css">
<script src="page/site.js" type="module" blocking="render"></script>"""
    return document(head, f'<script type="application/json" id="digitlens-packed">{sets}</script>')


def _service_worker(files: Mapping[str, bytes]) -> bytes:
    """The service worker, with the version of these files: other bytes are another version."""
    together = hashlib.sha256()
    for name, data in sorted(files.items()):
        together.update(f"{name} {hashlib.sha256(data).hexdigest()}\n".encode())
    left_out = ("index.html", "preview.png", ".nojekyll")  # and digits, which the page keeps when it has loaded them
    kept = ["./", *(name for name in sorted(files) if name not in left_out and not name.startswith("data/"))]
    text = (WEB / "hosts/service_worker.js").read_text(encoding="utf-8")
    text = text.replace('const VERSION = "";', f'const VERSION = "{together.hexdigest()[:16]}";')
    return text.replace("const FILES = [];", f"const FILES = {json.dumps(kept)};").encode()
