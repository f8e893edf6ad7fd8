"""The routes of the app. docs/app.md describes them, for programs, too."""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Mount, Route, Router, WebSocketRoute
from starlette.types import Scope

from digitlens.digits.sources.examples import example_files
from digitlens.errors import DigitlensError
from digitlens.server.http.address import Address
from digitlens.server.http.guard import METHODS, Guard, Log
from digitlens.server.http.health import Health
from digitlens.server.http.images import MnistImages
from digitlens.server.http.limits import Limits
from digitlens.server.http.live import Live
from digitlens.server.http.networks import Networks
from digitlens.server.http.neuron_preference import NeuronPreferences
from digitlens.server.http.openapi import OpenApi
from digitlens.server.http.pool import Pool
from digitlens.server.http.reading import ReadPicture
from digitlens.server.http.responses import as_json
from digitlens.server.http.static import index, page_files, serve
from digitlens.server.refusal import MISTAKE
from digitlens.server.sharing.budget import FullError
from digitlens.server.sharing.budgets import Budgets
from digitlens.server.training.data_sets import DataSets
from digitlens.server.training.timing import Timing
from digitlens.storage.model_file import to_bytes
from digitlens.storage.shipped import SUFFIX

if TYPE_CHECKING:
    from digitlens.server.training.visitors import Visitors


CHOICES = "train/choices.json"


class _Number(Convertor[int]):
    """A whole number in a path. Its digits are counted: Python refuses to make a number of too many."""

    regex = "[0-9]{1,9}"

    def convert(self, value: str) -> int:
        """The number."""
        return int(value)

    def to_string(self, value: int) -> str:
        """Its digits."""
        return str(value)


register_url_convertor("number", _Number())


def create_app(
    networks: Networks,
    address: Address,
    log: Log | None = None,
    *,
    sets: DataSets | None = None,
    runs: Path | None = None,
    limits: Limits | None = None,
    timing: Timing | None = None,
) -> Guard:
    """The whole app behind its guard, for requests to `address`.

    sets: the data sets to train on. runs: a folder for checkpoints of visitors' runs; None: none are written.
    limits: of sizes and times; timing: how runs share the cores; None for the default ones.
    """
    limits = limits or Limits()
    budgets = limits.budgets(alone=address.loopback)
    routes = create_routes(networks, sets=sets, runs=runs, timing=timing, budgets=budgets, address=address)
    methods = partial(methods_at, routes.routes)
    return Guard(routes, address, log, routes.state.visitors.close, limits, budgets, methods)


def methods_at(routes: Sequence[BaseRoute], scope: Scope) -> list[str]:
    """The methods that these routes answer at the path of a request; GET and HEAD where nothing is."""
    for route in routes:
        match, within = route.matches(scope)
        if match is not Match.NONE and isinstance(route, Mount):
            return methods_at(route.routes, {**scope, **within})
        if match is not Match.NONE and isinstance(route, Route):
            return sorted(route.methods or METHODS)
    return ["GET", "HEAD"]


def create_routes(
    networks: Networks,
    more: Sequence[BaseRoute] = (),
    *,
    sets: DataSets | None = None,
    runs: Path | None = None,
    timing: Timing | None = None,
    budgets: Budgets | None = None,
    address: Address | None = None,
) -> Starlette:
    """The app without its guard; never to be served like this. more: further routes, for tests.

    address: where it is served, for the description of its routes.
    """
    budgets = budgets or Budgets()
    pool = Pool(budgets.jobs)
    files = _Files(networks)
    engine, sets = networks.get().reader.engine, sets or DataSets()
    visitors = _LazyVisitors(sets, engine, runs, timing, budgets)
    folder = address.public.path if address and address.public else ""
    described = OpenApi(networks.names(), sets.names(), token=bool(address and address.token), folder=folder)
    api = [
        Route("/health", Health(budgets, engine, sets).answer),
        Route("/openapi.json", described.answer),
        Route("/networks", files.networks),
        Route("/images", MnistImages(sets, pool).answer),
        Route("/neuron/{name}/{layer:number}/{neuron:number}", NeuronPreferences(networks, sets, pool).answer),
        Route("/read", ReadPicture(networks, pool).answer, methods=["POST"]),
        Route(f"/runs/{{visitor}}/{{record}}{SUFFIX}", _TrainedNetwork(visitors, pool).answer),
        WebSocketRoute("/live", Live(budgets, engine, pool, visitors).answer),
    ]
    app = Starlette(
        routes=[
            Mount("/api", Router(api, redirect_slashes=False)),
            Route(f"/networks/{{name}}{SUFFIX}", files.network),
            Route("/examples/{digit:number}.png", files.example),
            *more,
            Route("/{path:path}", files.page),
        ],
        exception_handlers={HTTPException: _refused, Exception: _broken},
    )
    app.router.redirect_slashes = False  # an unknown path is a 404, not a redirect
    app.state.visitors = visitors
    return app


class _LazyVisitors:
    """The Visitors, made at the first call, so that the modules for training are not loaded before."""

    def __init__(self, sets: DataSets, engine: str, runs: Path | None, timing: Timing | None, budgets: Budgets) -> None:
        self._arguments = sets, engine, runs, timing, budgets
        self._lock = threading.Lock()
        self.visitors: Visitors | None = None

    def __call__(self) -> Visitors:
        with self._lock:
            if self.visitors is None:
                from digitlens.server.training.visitors import Visitors

                self.visitors = Visitors(*self._arguments)
            return self.visitors

    def close(self) -> None:
        """End all runs, because the app ends."""
        if self.visitors is not None:
            self.visitors.close()


class _Files:
    """What is served from memory, and from small files."""

    def __init__(self, networks: Networks) -> None:
        self._networks = networks
        self._page = page_files()
        self._index = index()
        self._examples = {path.stem: path for path in example_files()}

    async def networks(self, request: Request) -> Response:
        """The list of networks."""
        return as_json(self._networks.to_json())

    async def network(self, request: Request) -> Response:
        """One model file."""
        return serve(request, self._networks.get(request.path_params["name"]).data, SUFFIX)

    async def example(self, request: Request) -> Response:
        """One of the ten example drawings."""
        path = self._examples.get(str(request.path_params["digit"]))
        if path is None:
            raise HTTPException(404, "there are only example drawings of 0 to 9")
        return _from_disk(request, path)

    async def page(self, request: Request) -> Response:
        """A file of the page."""
        name = request.path_params["path"] or "index.html"
        if name == "index.html":
            return serve(request, self._index, ".html")
        if name == CHOICES:
            return serve(request, _choices(), ".json")
        path = self._page.get(name)
        if path is None:
            raise HTTPException(404, "there is nothing at this address; the page is at /")
        return _from_disk(request, path)


@functools.cache
def _choices() -> bytes:
    """What can be chosen for training in the tab, as the file that a static site has."""
    from digitlens.learning.choices import choices

    return json.dumps(choices(), allow_nan=False).encode()


def _from_disk(request: Request, path: Path) -> Response:
    try:
        return serve(request, path.read_bytes(), path.suffix)
    except OSError as error:
        raise HTTPException(404, "this file is gone; install digitlens again") from error


class _TrainedNetwork:
    """GET /api/runs/VISITOR/RECORD.digitlens: the network of a record of a visitor's run, as a model file."""

    def __init__(self, visitors: _LazyVisitors, pool: Pool) -> None:
        self._visitors, self._pool = visitors, pool

    async def answer(self, request: Request) -> Response:
        """The file. Raises HTTPException: 404 if there is no such run or record, 503."""
        client = request.client.host if request.client else ""
        try:
            data = await self._pool.run(client, partial(self._file, **request.path_params))
        except DigitlensError as error:
            raise HTTPException(404, f"the network of this run cannot be made: {error}") from error
        except (FullError, MemoryError) as error:
            raise HTTPException(503, "the server is busy; try again in a moment", {"Retry-After": "1"}) from error
        if data is None:
            raise HTTPException(404, "there is no such run, or this record of it is no longer stored")
        return serve(request, data, SUFFIX)

    def _file(self, visitor: str, record: str) -> bytes | None:
        visitors = self._visitors.visitors
        reader = visitors.reader(visitor, record) if visitors else None
        return to_bytes(reader) if reader else None


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return as_json({"error": error.detail}, error.status_code, error.headers)


async def _broken(request: Request, error: Exception) -> Response:
    return as_json({"error": MISTAKE}, 500)
