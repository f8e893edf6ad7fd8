"""/api/openapi.json keeps its word: it names every route, and schemathesis finds no answer that it does not describe.

schemathesis makes up requests from the document, good ones and bad ones, and holds every answer against it.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.routing import BaseRoute, Mount, Route
from tests.server.http.test_guard import TOKEN
from tests.server.serving import Site, running
from tests.soak.draw import count, seed
from websockets.sync.client import connect

import digitlens as dl
from digitlens.server.http.doors import public_url
from digitlens.server.http.networks import Networks
from digitlens.server.http.openapi import document
from digitlens.server.http.routes import create_app, create_routes

ROOT = Path(__file__).parents[3]
NOT_DESCRIBED = {"/{path}"}  # the files of the page


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running() as site:
        yield site


def operations(routes: list[BaseRoute], before: str = "") -> set[tuple[str, str]]:
    """Method and path of every route, as OpenAPI writes them."""
    found = set()
    for route in routes:
        if isinstance(route, Mount):
            found |= operations(list(route.routes), before + route.path)
        elif isinstance(route, Route):
            path = before + re.sub(r":\w+", "", route.path)
            found |= {(method.lower(), path) for method in (route.methods or {"GET"}) - {"HEAD"}}
    return found


def test_every_route_is_described_and_no_other_one() -> None:
    described = document(["video"], ["mnist"])["paths"]
    ours = operations(create_routes(Networks()).routes)
    theirs = {(method, path) for path, methods in described.items() for method in methods}
    assert {path for _, path in ours - theirs} == NOT_DESCRIBED
    assert theirs - ours == {("get", "/")}  # which is among the files of the page


def test_it_is_true_to_this_server(tmp_path: Path) -> None:
    dl.save(dl.load("video"), tmp_path / "mine.digitlens")
    networks = Networks(tmp_path / "mine.digitlens")
    public = public_url("https://hub.example.org/lens/")
    with running(lambda address: create_app(networks, address), token=TOKEN, public=public) as site:
        bearer = "Authorization", f"Bearer {TOKEN}"
        told = site.ask("GET", "/api/openapi.json", bearer).json()
        health = site.ask("GET", "/api/health", bearer).json()
    (name,) = told["paths"]["/networks/{name}.digitlens"]["get"]["parameters"][:1]
    assert name["schema"]["enum"] == ["mine", "reader", "straight", "video"]
    assert told["security"] == [{"bearer": []}]
    assert told["servers"] == [{"url": "/lens"}]
    assert told["info"]["version"] == health["version"]


def test_a_server_that_nothing_is_asked_of_is_well(site: Site) -> None:
    answer = site.ask("GET", "/api/health")
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert (told["status"], told["engine"], told["jobs"], told["pages"]) == ("ok", dl.load("video").engine, 0, 0)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/read", "POST"),
        ("/api/health", "GET, HEAD"),
        ("/", "GET, HEAD"),
        ("/networks/video.digitlens", "GET, HEAD"),
        ("/api/nothing", "GET, HEAD"),
        ("/api/live", "GET, HEAD"),
    ],
)
def test_an_address_says_which_methods_it_has(site: Site, path: str, allowed: str) -> None:
    for method in ("DELETE", "OPTIONS", "PUT"):
        answer = site.ask(method, path)
        assert (answer.status, answer.headers["allow"]) == (405, allowed)


@contextmanager
def server(token: str) -> Iterator[int]:
    """The app in a process of its own; its port."""
    command = [sys.executable, "-m", "tests.server.described_server", token]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.communicate()
        assert process.returncode == 0


def visitor_with_a_run(port: int) -> str:
    """The name of a visitor whose network has been trained."""
    visitor = secrets.token_hex(16)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    ended = False
    with connect(f"ws://127.0.0.1:{port}/api/live", additional_headers=headers) as socket:
        socket.send(json.dumps({"type": "visit", "visitor": visitor}))
        recipe = {"epochs": 1, "validation": 0}
        socket.send(json.dumps({"type": "train", "number": 1, "recipe": recipe, "data": "pen", "go": "run"}))
        while not ended:
            message = socket.recv()
            if isinstance(message, bytes):
                run = json.loads(message[4 : 4 + int.from_bytes(message[:4], "little")])
                ended = run["type"] == "run" and run["state"] == "finished"
    return visitor


@pytest.mark.soak
@pytest.mark.skipif(
    importlib.util.find_spec("schemathesis") is None,
    reason="requests made up from /api/openapi.json were not tried: pip install schemathesis",
)
def test_no_answer_is_another_one_than_described(tmp_path: Path) -> None:
    """In full, some ten thousand requests (`make soak`), here a few hundred."""
    with server(TOKEN) as port:
        hooks = {"SCHEMATHESIS_HOOKS": "tests.server.schemathesis_hooks", "PYTHONPATH": str(ROOT)}
        environment = os.environ | hooks | {"VISITOR_WITH_A_RUN": visitor_with_a_run(port)}
        command = [
            *(sys.executable, "-m", "schemathesis.cli", "run", f"http://127.0.0.1:{port}/api/openapi.json"),
            *("--phases", "coverage,fuzzing", "--max-examples", str(count(1_500)), "--seed", str(seed())),
            *("--request-timeout", "300", "--no-color", "--header", f"Authorization: Bearer {TOKEN}"),
        ]
        found = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    tried = re.search(r"(\d+) generated", found.stdout)
    assert tried, found.stdout
    assert int(tried[1]) > 200
    assert found.returncode == 0, found.stdout[-20_000:] + found.stderr[-5_000:]
