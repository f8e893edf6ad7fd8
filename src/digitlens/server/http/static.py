"""Static files of the page, with their types and ETags.

Only files that are in the folder when the app is made are served, by their exact names: a path from a request never
reaches the disk. A page and its modules belong together. So a browser must ask each time (no-cache), and the ETag, a
hash of the bytes, tells it what has not changed. An upgraded package is never mixed with an old page.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

WEB = Path(__file__).parents[2] / "web"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".digitlens": "application/octet-stream",
}


def serve(request: Request, data: bytes, suffix: str) -> Response:
    """The response with these bytes and the type of their suffix, or 304 if the browser has them already."""
    tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    known = {value.strip().removeprefix("W/") for value in request.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=None, headers=headers | {"Content-Type": TYPES[suffix]})


def page_files(folder: Path = WEB) -> dict[str, Path]:
    """Every file of a folder with a type of TYPES, by its path in the URL: "views/read/pad.js"."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in TYPES and path.is_file())
    return {path.relative_to(folder).as_posix(): path for path in paths}
