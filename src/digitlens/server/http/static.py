"""Files of the package as a browser wants them: each with its type, and asked for anew whenever it has changed.

Only what lies in the folder when the app is made is served, by its exact name: a path from outside never reaches the
disk. A page and its modules belong together, so a browser asks each time (no-cache) and is told "not modified" by the
ETag, a hash of the bytes: an upgraded package is never mixed with an old page.
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
    ".digitlens": "application/octet-stream",
}


def serve(request: Request, data: bytes, suffix: str) -> Response:
    """The bytes with the type of their suffix, or 304 where the browser holds them already."""
    tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type=None, headers=headers | {"Content-Type": TYPES[suffix]})


def page_files(folder: Path = WEB) -> dict[str, Path]:
    """Every file of a folder that has a type of ours, by its path in an address: "views/read/pad.js"."""
    found = sorted(path for path in folder.rglob("*") if path.suffix in TYPES and path.is_file())
    return {path.relative_to(folder).as_posix(): path for path in found}
