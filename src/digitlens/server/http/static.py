"""Static files of the page, with their types and ETags.

Only files that are in the folder when the app is made are served, by their exact names: a path from a request never
reaches the disk. A page and its modules belong together. So a browser must ask each time (no-cache), and the ETag, a
hash of the bytes, tells it what has not changed. An upgraded package is never mixed with an old page. Text goes
compressed to whoever takes it so.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from digitlens.bundles import PAGE, WEB, fresh

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".digits": "application/octet-stream",
    ".digitlens": "application/octet-stream",
}


SMALL = 500  # bytes: a text up to this size is not compressed
_TEXT = ("text/", "image/svg", "application/json")


def serve(request: Request, data: bytes, suffix: str) -> Response:
    """The response with these bytes and the type of their suffix, or 304 if the browser has them already."""
    kind = TYPES[suffix]
    tag = hashlib.sha256(data).hexdigest()[:32]
    headers = {"Cache-Control": "no-cache"}
    if kind.startswith(_TEXT) and len(data) > SMALL:
        headers["Vary"] = "Accept-Encoding"
        if takes_gzip(request.headers.get("accept-encoding", "")):
            data, tag = _compressed(data), f"{tag}-gzip"
            headers["Content-Encoding"] = "gzip"
    headers["ETag"] = f'"{tag}"'
    known = {value.strip().removeprefix("W/") for value in request.headers.get("if-none-match", "").split(",")}
    if headers["ETag"] in known or "*" in known:
        return Response(status_code=304, headers={name: headers[name] for name in headers if name[:8] != "Content-"})
    return Response(data, media_type=None, headers=headers | {"Content-Type": kind})


def takes_gzip(accepted: str) -> bool:
    """Whether the header Accept-Encoding takes gzip.

    >>> takes_gzip("gzip, deflate, br"), takes_gzip("br;q=1, gzip;q=0"), takes_gzip("")
    (True, False, False)
    """
    for part in accepted.lower().split(","):
        name, _, weight = part.strip().partition(";")
        if name.strip() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


@functools.lru_cache(maxsize=256)
def _compressed(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def page_files(folder: Path = WEB) -> dict[str, Path]:
    """Every file of a folder with a type of TYPES, by its path in the URL: "views/read/pad.js"."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in TYPES and path.is_file())
    return {path.relative_to(folder).as_posix(): path for path in paths}


def index(bundled: bool | None = None) -> bytes:
    """The page itself. It loads the bundles, but the modules themselves where one was changed since.

    bundled: None: as it is said; else whether it loads the bundles.
    """
    text = (WEB / "index.html").read_bytes()
    if bundled is None:
        bundled = fresh()
    return text.replace(b"hosts/page.js", f"built/{PAGE}".encode()) if bundled else text
