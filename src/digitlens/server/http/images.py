"""GET /api/images: MNIST's images, or those of another set that the app knows. Nothing is downloaded."""

from __future__ import annotations

import asyncio
from functools import partial

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from digitlens.digits.dataset import DataSet
from digitlens.errors import DigitlensError
from digitlens.server.http.pool import Pool
from digitlens.server.sharing.budget import FullError
from digitlens.server.training.data_sets import DataSets

MOST = 1_000  # pictures in one answer
_HOW = (
    "MNIST is not on this machine, or it is damaged; `digitlens data` lists the places. Download it once (11 MB): "
    "digitlens data --download. Or start the app with DIGITLENS_DATA set to the folder of its files"
)


class MnistImages:
    """The endpoint. A set is loaded at the first request for it, in the pool."""

    def __init__(self, sets: DataSets, pool: Pool) -> None:
        self._sets, self._pool = sets, pool
        self._loading: dict[str, asyncio.Task[DataSet]] = {}  # by name; who waits for one occupies no thread

    async def answer(self, request: Request) -> Response:
        """`count` bytes of labels, then count · rows · columns of pixels, ink 0..255.

        Raises HTTPException: 400, 404, 503.
        """
        name = request.query_params.get("data", "mnist")
        if name not in self._sets.names():
            raise HTTPException(400, f"data: wanted one of {', '.join(self._sets.names())}, got {name[:40]!r}")
        on = request.query_params.get("on", "test")
        if on not in ("test", "training"):
            raise HTTPException(400, f"on: wanted test or training, got {on[:40]!r}")
        first, count = _number(request, "from", 0), _number(request, "count", 100)
        if not 1 <= count <= MOST:
            raise HTTPException(400, f"count: wanted 1 to {MOST:,} pictures at a time, got {count}")
        data = await self._load(name, request.client.host if request.client else "")
        digits = data.test if on == "test" else data.training
        if first >= len(digits):
            raise HTTPException(404, f"from: wanted 0 to {len(digits) - 1:,}, got {first:,}")
        chosen, (rows, columns) = digits[slice(first, first + count)], digits.image_shape
        return Response(
            chosen.digits.astype("uint8").tobytes() + chosen.images.tobytes(),
            media_type="application/octet-stream",
            headers={
                "X-Digitlens-Total": str(len(digits)),
                "X-Digitlens-Rows": str(rows),
                "X-Digitlens-Columns": str(columns),
                "Cache-Control": "no-store",
            },
        )

    async def _load(self, name: str, client: str) -> DataSet:
        task = self._loading.get(name)
        if task is None:
            task = asyncio.create_task(self._pool.run(client, partial(self._sets.load, name), long=True))
            self._loading[name] = task
            task.add_done_callback(partial(self._loaded, name))
        try:
            return await asyncio.shield(task)  # whose client is gone: others may wait for it
        except DigitlensError as error:
            raise HTTPException(404, _HOW) from error
        except (FullError, MemoryError) as error:
            raise HTTPException(503, "the server is busy; try again in a moment") from error

    def _loaded(self, name: str, task: asyncio.Task[DataSet]) -> None:
        del self._loading[name]
        if not task.cancelled():
            task.exception()  # it was seen, even if nobody waits for it any more


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise HTTPException(400, f"{name}: wanted a whole number, got {text[:40]!r}")
    return int(text)
