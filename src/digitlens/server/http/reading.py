"""POST /api/read: reads a picture, or all pictures of a form. The response is JSON: a reading, or a list of them."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from digitlens.digits.preparation.containers import open_container
from digitlens.digits.preparation.decode import MAX_OTHER_BYTES, MAX_PIXELS
from digitlens.digits.preparation.documents import HEAD, kind_of
from digitlens.errors import DigitlensError, PictureError
from digitlens.reading.reader import Reader
from digitlens.server.http.forms import SentFile, files_in, is_form
from digitlens.server.http.networks import Networks
from digitlens.server.http.pool import THREADS, Pool
from digitlens.server.sharing.budget import FullError

AT_ONCE = THREADS  # pictures of one form that are in the pool at the same time: the others of it wait outside

Work = Callable[[bytes], dict[str, Any]]  # reads the bytes of a picture

_SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8", b"GIF8", b"BM")


class ReadPicture:
    """The endpoint. Pictures are read in a pool, so that other requests are answered meanwhile."""

    def __init__(self, networks: Networks, pool: Pool) -> None:
        self._networks, self._pool = networks, pool

    async def answer(self, request: Request) -> Response:
        """The response for one picture, or for a form of many. Raises HTTPException: 400, 404, 413, 415, 503."""
        reader = self._networks.reading(request.query_params.get("network", "")).reader
        page = request.query_params.get("page", "0")
        if page not in ("0", "1"):
            raise HTTPException(400, f"page: wanted 1 for a picture with several digits, else 0, got {page[:40]!r}")
        kind = request.headers.get("content-type", "")
        client = request.client.host if request.client else ""
        work = partial(read_page if page == "1" else read, reader)
        run = partial(self._pool.run, client, long=page == "1")
        data = await request.body()
        try:
            if is_form(kind):
                body = await _read_all(run, work, await run(partial(files_in, kind, data)))
            else:
                body = await run(partial(_as_bytes, work, data))
            return Response(body, media_type="application/json")
        except PictureError as error:
            raise HTTPException(_status(data), str(error)) from error
        except DigitlensError as error:
            raise HTTPException(400, str(error)) from error
        except (FullError, MemoryError) as error:
            raise HTTPException(
                503, "too many pictures wait to be read; try again in a moment", {"Retry-After": "1"}
            ) from error


def read(reader: Reader, data: bytes) -> dict[str, Any]:
    """One reading as JSON values. Raises PictureError."""
    _check_kind(data)
    reading = reader.read(data)
    stages: list[dict[str, Any]] = [
        {"name": stage.name, "parameters": dict(stage.parameters), "reason": stage.reason}
        for stage in reading.prepared.stages
    ]
    return reading.to_json() | {"preparation": stages}


def read_page(reader: Reader, data: bytes) -> dict[str, Any]:
    """One page with all its digits as JSON values, each with its 784 bytes of `ink`, prepared. Raises PictureError."""
    _check_kind(data)
    page = reader.read_page(data)
    document = page.to_json()
    for box, box_json in zip(page.boxes, document["boxes"], strict=True):
        box_json["ink"] = base64.b64encode(box.image.tobytes()).decode()
    return document


def _check_kind(data: bytes) -> None:
    """Raise PictureError for a document: how long its decoders take is bounded less well than a server needs."""
    if kind := kind_of(data[:HEAD]):
        raise PictureError(f"the app wanted a PNG, JPEG, WebP, BMP or GIF file, got {kind}; `digitlens read` takes it")


def _as_bytes(work: Work, data: bytes) -> bytes:
    """The answer for one picture. Raises DigitlensError."""
    return json.dumps(work(data), allow_nan=False).encode()


def _one_of_many(work: Work, file: SentFile) -> bytes:
    """The answer for one file of a form; where it cannot be read, `error` says why."""
    try:
        answer = work(file.data)
    except DigitlensError as error:
        answer = {"error": str(error)}
    return json.dumps({"path": file.name} | answer | {"path": file.name}, allow_nan=False).encode()


async def _read_all(run: Callable[..., Awaitable[bytes]], work: Work, files: list[SentFile]) -> bytes:
    """The list of the answers for all files, in their order. Raises FullError or MemoryError."""
    answers = [b""] * len(files)
    waiting = iter(enumerate(files))

    async def in_turn() -> None:
        for number, file in waiting:  # from which the others take, too
            answers[number] = await run(partial(_one_of_many, work, file))

    tasks = [asyncio.create_task(in_turn()) for _ in range(min(AT_ONCE, len(files)))]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()  # where one has failed, or nobody waits any more
    return b"[" + b", ".join(answers) + b"]"


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
