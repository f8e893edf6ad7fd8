"""WebSocket /api/live: the connection over which a page trains networks and watches runs.

Text messages are JSON objects with a `type`. The server starts with `hello`; `ping` is answered with `pong`. With
`visit` a page says which visitor it belongs to. It gets `choices`, and from then on the visitor's run as binary frames.
Any other message is answered with `error`, or, if that is not possible, the connection is closed with the right code.
protocol.py drops a client that does not read for two seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import threading
from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from digitlens.errors import DigitlensError
from digitlens.server.http.health import version
from digitlens.server.http.pool import Pool
from digitlens.server.http.stream import Stream
from digitlens.server.refusal import Refused
from digitlens.server.sharing.budget import FullError
from digitlens.server.sharing.budgets import Budgets

if TYPE_CHECKING:
    from digitlens.server.training.visitors import Visitors

MAX_DEPTH = 8  # of nested lists and objects in JSON
MAX_PARTS = 1_000  # lists and objects in JSON
_TEXT = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)  # a string of JSON, or the rest of one that does not end
_OTHERS = re.compile(r"[^\[\]{}]+")
UNSUPPORTED, TRY_AGAIN_LATER = 1003, 1013  # close codes of a WebSocket


class MessageError(ValueError):
    """A message that is not valid; says what was wanted."""


class Live:
    """The endpoint.

    engine: the name of the engine, for `hello`. pool: for work that takes a while. visitors: returns the Visitors,
    which are made at the first call, so that nothing of training is loaded before.
    """

    def __init__(self, budgets: Budgets, engine: str, pool: Pool, visitors: Callable[[], Visitors]) -> None:
        self._budgets, self._engine, self._pool, self._visitors = budgets, engine, pool, visitors
        self._streams: set[Stream] = set()

    async def answer(self, socket: WebSocket) -> None:
        """Serve one client until it is gone."""
        await socket.accept()
        client, pages = socket.client.host if socket.client else "", self._budgets.pages
        stream = Stream(partial(send, socket), turn=partial(self._budgets.frames.enter, client))
        crowded = asyncio.Event()
        try:
            with pages.claim(client, give_way=crowded.set):
                await say(
                    socket,
                    type="hello",
                    version=version(),
                    engine=self._engine,
                    clients=len(pages),
                )
                self._streams.add(stream)
                await _first_of(self._talk(socket, stream, client), crowded.wait())
                if crowded.is_set():
                    raise FullError
        except FullError:
            with contextlib.suppress(WebSocketDisconnect, ConnectionError):
                await say(socket, type="full", error=f"{pages.most} pages are connected already; close one of them")
                await socket.close(TRY_AGAIN_LATER, f"{pages.most} pages are connected already")
        except (WebSocketDisconnect, ConnectionError):
            pass
        finally:
            self._streams.discard(stream)
            stream.end()

    async def _talk(self, socket: WebSocket, stream: Stream, client: str) -> None:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if message.get("text") is None:
                await socket.close(UNSUPPORTED, "wanted text, got binary data")
                return
            await self._budgets.messages.enter(client)
            try:
                answer = await self._answer(parse(message["text"]), stream, client)
            except MessageError as error:
                answer = {"type": "error", "error": str(error)}
            except FullError:
                answer = {"type": "error", "error": "the server is busy; try again in a moment"}
            if answer is not None:
                await send(socket, answer)

    async def _answer(self, message: dict[str, Any], stream: Stream, client: str) -> dict[str, Any] | None:
        """The answer to one message, or None."""
        kind = message["type"]
        if kind == "ping":
            return {"type": "pong"}
        try:
            if kind == "visit":
                await self._visit(message, stream, client)
            elif stream.visitor is None:
                raise MessageError("wanted `visit` as the first message; send it, with the visitor's name")
            elif kind == "download":
                self._download()
            elif frame := self._visitors().handle(stream.visitor, message):
                stream.say("moment", frame)
        except Refused as error:
            number = message.get("number")
            valid = number if type(number) is int and 0 <= number <= 2**53 else 0
            return {"type": "refused", "number": valid, "field": error.field, "error": str(error)}
        return None

    async def _visit(self, message: dict[str, Any], stream: Stream, client: str) -> None:
        """A page belongs to this visitor; the choices are the first thing it gets."""
        found, options = await self._pool.run(client, lambda: self._visitors().find(message.get("visitor")))
        stream.say("choices", options)
        stream.show(self._visitors(), self._visitors().enter(found, client))  # nothing can come between these two

    def _download(self) -> None:
        """Download MNIST in a thread, and report the progress to all clients."""
        loop, sets = asyncio.get_running_loop(), self._visitors().sets

        def send_to_all(status: dict[str, Any]) -> None:
            for stream in self._streams:
                stream.say("download", status)

        def report(file: str, done: int, total: int | None, **more: Any) -> None:
            status = {
                "type": "download",
                "file": file,
                "done": done,
                "total": total,
                "ended": False,
                "error": "",
            } | more
            with contextlib.suppress(RuntimeError):  # the loop is closed: the app has ended
                loop.call_soon_threadsafe(send_to_all, status)

        def work() -> None:
            error = ""
            try:
                sets.download(report)
            except DigitlensError as raised:
                error = str(raised)
            report("", 0, None, ended=True, error=error, data=sets.to_json())

        threading.Thread(target=work, name="download", daemon=True).start()


TYPES = ("ping", "visit", "train", "compare", "go", "pause", "moment", "forget", "download")


async def send(socket: WebSocket, message: dict[str, Any] | bytes) -> None:
    """Send a text message or a frame. Raises WebSocketDisconnect if the client is gone."""
    if socket.application_state is WebSocketState.DISCONNECTED:  # another task has already noticed it
        raise WebSocketDisconnect
    if isinstance(message, bytes):
        await socket.send_bytes(message)
    else:
        await socket.send_text(json.dumps(message, allow_nan=False))


async def _first_of(work: Coroutine[Any, Any, None], end: Coroutine[Any, Any, Any]) -> None:
    """Do this work, until the other one ends. Raises what the work raises."""
    tasks = asyncio.create_task(work), asyncio.create_task(end)
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def say(socket: WebSocket, **message: Any) -> None:
    """Send one message, from its fields."""
    await send(socket, message)


def parse(text: str) -> dict[str, Any]:
    """Parse a message: a JSON object with a `type` of TYPES, nested at most MAX_DEPTH deep. Raises MessageError.

    >>> parse('{"type": "ping"}')
    {'type': 'ping'}
    """
    if text.count("[") + text.count("{") > MAX_PARTS:
        raise MessageError(f"wanted JSON of at most {MAX_PARTS:,} lists and objects, got more")
    if depth(text) > MAX_DEPTH:
        raise MessageError(f"wanted JSON nested at most {MAX_DEPTH} deep, got more")
    try:
        message = json.loads(text, parse_constant=_no_number, object_pairs_hook=_no_duplicates)
    except MessageError:
        raise
    except (ValueError, RecursionError) as error:
        raise MessageError(f"wanted JSON, got something else: {str(error)[:100]}") from None
    kind = message.get("type") if isinstance(message, dict) else None
    if not isinstance(kind, str) or kind not in TYPES:
        raise MessageError(f"wanted a message with a type among {', '.join(TYPES)}, got {str(kind)[:40]!r}")
    return dict(message)


def depth(text: str) -> int:
    """How deep lists and objects are nested, found without recursion and without looking at each letter in Python.

    Beyond MAX_DEPTH it is not counted further.

    >>> depth('{"a": [1, "[[["]}')
    2
    """
    brackets = _OTHERS.sub("", _TEXT.sub("", text))
    deepest = level = 0
    for bracket in brackets:
        level += 1 if bracket in "[{" else -1
        deepest = max(deepest, level)
        if deepest > MAX_DEPTH:
            break
    return deepest


def _no_number(name: str) -> NoReturn:
    raise MessageError(f"wanted JSON, got {name}, which is not a number in JSON")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise MessageError("wanted every name in an object once, got one twice")
    return fields
