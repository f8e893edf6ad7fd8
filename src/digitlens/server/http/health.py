"""GET /api/health: whether the server answers, for whoever watches over it: a container, a proxy, a script."""

from __future__ import annotations

import functools
import importlib.metadata

from starlette.requests import Request
from starlette.responses import Response

from digitlens.server.http.responses import as_json
from digitlens.server.sharing.budgets import Budgets
from digitlens.server.training.data_sets import DataSets


class Health:
    """The endpoint. It waits for nothing and holds nothing, so a server with much to do says that it is well."""

    def __init__(self, budgets: Budgets, engine: str, sets: DataSets) -> None:
        self._budgets, self._engine, self._sets = budgets, engine, sets

    async def answer(self, request: Request) -> Response:
        """What is running here, how much it has to do, and which sets of images it was started with."""
        answer = {
            "status": "ok",
            "version": version(),
            "engine": self._engine,
            "jobs": len(self._budgets.jobs),
            "pages": len(self._budgets.pages),
            "data": self._sets.names(),
        }
        return as_json(answer, headers={"Cache-Control": "no-store"})


@functools.cache
def version() -> str:
    """The version of the package that is installed."""
    return importlib.metadata.version("digitlens")
