"""A page that trains and watches, without a browser: what it says over its WebSocket, and what it sees.

with page(site) as one:
    one.say(type="train", number=1, recipe={"epochs": 3}, data="folder")
    header, arrays = one.sees("run", state="finished")
"""

from __future__ import annotations

import contextlib
import json
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.server.serving import PATIENT, Site, running
from tests.waiting import PATIENCE
from websockets.sync.client import ClientConnection, connect

from digitlens.server.http.limits import Limits
from digitlens.server.http.networks import Networks
from digitlens.server.http.routes import create_app
from digitlens.server.training.data_sets import DataSets
from digitlens.server.training.frames import unframe
from digitlens.server.training.timing import Timing
from digitlens.server.training.visitors import Visitors

Seen = tuple[dict[str, Any], dict[str, Any]]


class Page:
    """One WebSocket; `visitor`: who has said hello through it."""

    def __init__(self, socket: ClientConnection, visitor: str) -> None:
        self._socket, self.visitor = socket, visitor

    def say(self, **message: Any) -> None:
        self._socket.send(json.dumps(message))

    def hear(self, seconds: float = PATIENCE) -> Any:
        """The next message: a text as what it says, a frame as its header and arrays."""
        message = self._socket.recv(seconds)
        return unframe(message) if isinstance(message, bytes) else json.loads(message)

    def hears(self, kind: str, seconds: float = PATIENCE) -> dict[str, Any]:
        """The next text message of this kind; frames and others are passed over."""
        until = time.monotonic() + seconds
        while True:
            message = self.hear(max(0.01, until - time.monotonic()))
            if isinstance(message, dict) and message["type"] == kind:
                return message

    def sees(
        self, kind: str = "run", when: Callable[[dict[str, Any]], Any] = lambda header: True, **about: Any
    ) -> Seen:
        """The next frame of this kind whose header says this; texts and other frames are passed over."""
        return self.watches(kind, when, **about)[-1]

    def watches(
        self, kind: str = "run", when: Callable[[dict[str, Any]], Any] = lambda header: True, **about: Any
    ) -> list[Seen]:
        """All frames of this kind until one whose header says this, and that one."""
        until, seen = time.monotonic() + PATIENCE, []
        while True:
            message = self.hear(max(0.01, until - time.monotonic()))
            if isinstance(message, dict):
                assert message["type"] not in ("refused", "error"), message
                continue
            header, arrays = message
            if header["type"] == kind:
                seen.append((header, arrays))
                if about.items() <= header.items() and when(header):
                    return seen

    def train(self, number: int = 1, go: str = "run", data: str = "folder", base: str = "video", **recipe: Any) -> None:
        self.say(type="train", number=number, recipe=recipe, base=base, data=data, go=go)


@contextlib.contextmanager
def page(site: Site | str, visitor: str = "") -> Iterator[Page]:
    """A page that has said who it is, and heard what there is to choose from. site: or its host and port."""
    with connect(
        f"ws://{site if isinstance(site, str) else site.host}/api/live", proxy=None, compression=None, max_size=None
    ) as socket:
        one = Page(socket, visitor or secrets.token_hex(16))
        assert one.hear()["type"] == "hello"
        one.say(type="visit", visitor=one.visitor)
        one.hears("choices")
        yield one


@contextlib.contextmanager
def training(
    folder: Path,
    runs: Path | None = None,
    limits: Limits = PATIENT,
    timing: Timing | None = None,
    sets: DataSets | None = None,
) -> Iterator[Site]:
    """The app in this process, with a folder of labelled pictures to train on."""
    how = {"sets": sets or DataSets(str(folder)), "runs": runs, "limits": limits, "timing": timing}
    with running(lambda address: create_app(Networks(), address, **how)) as site:
        yield site


def visitors(site: Site) -> Visitors:
    """Those of a site's server."""
    made: Visitors = site.guard._app.state.visitors()
    return made
