"""POST /api/read: reads a picture; the body is its bytes, the response the reading as JSON."""

from __future__ import annotations

import base64
import json
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from digitlens.digits.preparation.containers import open_container
from digitlens.digits.preparation.decode import MAX_OTHER_BYTES, MAX_PIXELS
from digitlens.errors import DigitlensError, PictureError
from digitlens.reading.reader import Reader
from digitlens.server.http.networks import Networks
from digitlens.server.http.pool import Pool
from digitlens.server.sharing.budget import FullError

_SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"GIF8", b"BM")


class ReadPicture:
    """The endpoint. Pictures are read in a pool, so that other requests are answered meanwhile."""

    def __init__(self, networks: Networks, pool: Pool) -> None:
        self._networks, self._pool = networks, pool

    async def answer(self, request: Request) -> Response:
        """The response for one picture. Raises HTTPException: 400, 404, 413, 415, 503."""
        reader = self._networks.reading(request.query_params.get("network", "")).reader
        if request.headers.get("content-type", "").startswith("multipart/"):
            raise HTTPException(
                415, "wanted the bytes of a picture and nothing around them, got a form; curl: --data-binary @seven.png"
            )
        page = request.query_params.get("page", "0")
        if page not in ("0", "1"):
            raise HTTPException(400, f"page: wanted 1 for a picture with several digits, else 0, got {page[:40]!r}")
        work = read_page if page == "1" else read
        data = await request.body()
        client = request.client.host if request.client else ""
        try:
            return Response(
                await self._pool.run(client, lambda: work(reader, data), long=page == "1"),
                media_type="application/json",
            )
        except PictureError as error:
            raise HTTPException(_status(data), str(error)) from error
        except DigitlensError as error:
            raise HTTPException(400, str(error)) from error
        except (FullError, MemoryError) as error:
            raise HTTPException(
                503, "too many pictures wait to be read; try again in a moment", {"Retry-After": "1"}
            ) from error


def read(reader: Reader, data: bytes) -> bytes:
    """The JSON of one reading. Raises PictureError."""
    reading = reader.read(data)
    stages: list[dict[str, Any]] = [
        {"name": stage.name, "parameters": dict(stage.parameters), "reason": stage.reason}
        for stage in reading.prepared.stages
    ]
    return json.dumps(reading.to_json() | {"preparation": stages}, allow_nan=False).encode()


def read_page(reader: Reader, data: bytes) -> bytes:
    """The JSON of one page with all its digits, each with its 784 bytes of `ink`, prepared. Raises PictureError."""
    page = reader.read_page(data)
    document = page.to_json()
    for box, box_json in zip(page.boxes, document["boxes"], strict=True):
        box_json["ink"] = base64.b64encode(box.image.tobytes()).decode()
    return json.dumps(document, allow_nan=False).encode()


def _status(data: bytes) -> int:
    """The status for a refused picture: 415 for another kind of file, 413 if it is too large, 400 if it is damaged."""
    if not data.startswith(_SIGNATURES) and not (data.startswith(b"RIFF") and data[8:12] == b"WEBP"):
        return 415 if data else 400
    try:
        container = open_container(data)
    except PictureError:
        return 400
    large = container.width * container.height > MAX_PIXELS or len(data) > MAX_OTHER_BYTES
    return 413 if large else 400
