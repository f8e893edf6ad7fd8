"""GET /api/health: whether the server answers, for whoever watches over it: a container, a proxy, a script."""

from __future__ import annotations

import functools
import importlib.metadata

from starlette.requests import Request
from starlette.responses import Response

from digitlens.server.http.responses import as_json
from digitlens.server.sharing.budgets import Budgets


class Health:
    """The endpoint. It waits for nothing and holds nothing, so a server with much to do says that it is well."""

    def __init__(self, budgets: Budgets, engine: str) -> None:
        self._budgets, self._engine = budgets, engine

    async def answer(self, request: Request) -> Response:
        """What is running here, and how much it has to do."""
        answer = {
            "status": "ok",
            "version": version(),
            "engine": self._engine,
            "jobs": len(self._budgets.jobs),
            "pages": len(self._budgets.pages),
        }
        return as_json(answer, headers={"Cache-Control": "no-store"})


@functools.cache
def version() -> str:
    """The version of the package that is installed."""
    return importlib.metadata.version("digitlens")
