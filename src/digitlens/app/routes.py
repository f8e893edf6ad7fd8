"""Every address of the app, and what answers there. docs/app.md describes them, for programs too."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, Router, WebSocketRoute

from digitlens.app.address import Address
from digitlens.app.answers import MISTAKE, as_json
from digitlens.app.digits import DigitSets
from digitlens.app.guard import Guard, Log
from digitlens.app.images import MnistImages
from digitlens.app.live import Live
from digitlens.app.networks import Networks
from digitlens.app.pool import FullError, Pool
from digitlens.app.reading import ReadPicture
from digitlens.app.sessions import Clients
from digitlens.app.static import page_files, serve
from digitlens.app.visitors import Visitors
from digitlens.digits.examples import example_files
from digitlens.storage.model_file import to_bytes
from digitlens.storage.shipped import SUFFIX


def create_app(
    networks: Networks,
    address: Address,
    log: Log | None = None,
    *,
    sets: DigitSets | None = None,
    runs: Path | None = None,
) -> Guard:
    """The whole app behind its guard, for whoever asks at `address`.

    sets: the digits to train on. runs: a folder for checkpoints of visitors' runs; None keeps none.
    """
    return Guard(create_routes(networks, sets=sets, runs=runs), address, log)


def create_routes(
    networks: Networks,
    more: Sequence[BaseRoute] = (),
    *,
    sets: DigitSets | None = None,
    runs: Path | None = None,
) -> Starlette:
    """The app without its guard, which is never served like this; with `more` routes where a test wants them."""
    pool = Pool()
    files = _Files(networks)
    engine = networks.get().reader.engine
    visitors = Visitors(sets or DigitSets(), engine, runs)
    api = [
        Route("/networks", files.networks),
        Route("/images", MnistImages(pool).answer),
        Route("/read", ReadPicture(networks, pool).answer, methods=["POST"]),
        Route(f"/runs/{{visitor}}/{{record}}{SUFFIX}", Trained(visitors, pool).answer),
        WebSocketRoute("/live", Live(Clients(), engine, visitors, pool).answer),
    ]
    app = Starlette(
        routes=[
            Mount("/api", Router(api, redirect_slashes=False)),
            Route(f"/networks/{{name}}{SUFFIX}", files.network),
            Route("/examples/{digit:int}.png", files.example),
            *more,
            Route("/{path:path}", files.page),
        ],
        exception_handlers={HTTPException: _refused, Exception: _broken},
    )
    app.router.redirect_slashes = False  # what is not there is not there
    return app


class _Files:
    """What is served from bytes, and from files so small that nobody waits while one is read."""

    def __init__(self, networks: Networks) -> None:
        self._networks = networks
        self._page = page_files()
        self._examples = {path.stem: path for path in example_files()}

    async def networks(self, request: Request) -> Response:
        """What there is to choose from."""
        return as_json(self._networks.to_json())

    async def network(self, request: Request) -> Response:
        """One model file."""
        return serve(request, self._networks.get(request.path_params["name"]).data, SUFFIX)

    async def example(self, request: Request) -> Response:
        """One of the ten example drawings."""
        path = self._examples.get(str(request.path_params["digit"]))
        if path is None:
            raise HTTPException(404, "there are example drawings of 0 to 9")
        return _from_disk(request, path)

    async def page(self, request: Request) -> Response:
        """A file of the page."""
        path = self._page.get(request.path_params["path"] or "index.html")
        if path is None:
            raise HTTPException(404, "there is nothing at this address; the page is at /")
        return _from_disk(request, path)


def _from_disk(request: Request, path: Path) -> Response:
    try:
        return serve(request, path.read_bytes(), path.suffix)
    except OSError as error:
        raise HTTPException(404, "this file is gone; install digitlens again") from error


class Trained:
    """GET /api/runs/VISITOR/RECORD.digitlens: the network of any moment of a visitor's run, as a model file."""

    def __init__(self, visitors: Visitors, pool: Pool) -> None:
        self._visitors, self._pool = visitors, pool

    async def answer(self, request: Request) -> Response:
        """The file; HTTPException, 404, where there is no such run."""
        client = request.client.host if request.client else ""
        try:
            data = await self._pool.run(client, lambda: self._file(**request.path_params))
        except FullError as error:
            raise HTTPException(
                503, "too much waits to be done; try again in a moment", {"Retry-After": "1"}
            ) from error
        if data is None:
            raise HTTPException(404, "there is no such run here, or it has not begun")
        return serve(request, data, SUFFIX)

    def _file(self, visitor: str, record: str) -> bytes | None:
        reader = self._visitors.reader(visitor, record)
        return to_bytes(reader) if reader else None


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return as_json({"error": error.detail}, error.status_code, error.headers)


async def _broken(request: Request, error: Exception) -> Response:
    return as_json({"error": MISTAKE}, 500)
