"""WebSocket /api/live: how a page knows that the server is there, and later hears of what happens there.

Text messages are JSON objects with a `type`. The server begins with `hello`; a page may send `ping` and hears `pong`.
Whatever else comes is answered with `error` where that is possible, and closed with the fitting code where it is not.
A client that does not read for two seconds is dropped by the watch in protocol.py, whatever was being sent to it.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import json
from collections.abc import Callable
from typing import Any, NoReturn

from starlette.websockets import WebSocket, WebSocketDisconnect

from digitlens.app.sessions import Clients

MAX_DEPTH = 8  # of JSON: lists and objects within each other
UNSUPPORTED, TRY_AGAIN_LATER = 1003, 1013  # why a WebSocket is closed


class MessageError(ValueError):
    """A message that cannot be understood; says what was wanted."""


class Live:
    """The endpoint. `engine`: what computes here, for the greeting."""

    def __init__(self, clients: Clients, engine: str) -> None:
        self._clients, self._engine = clients, engine

    async def answer(self, socket: WebSocket) -> None:
        """One client, from its arrival until it is gone."""
        await socket.accept()
        try:
            if not self._clients.enter(socket):
                most = self._clients.most
                await say(socket, type="full", error=f"{most} pages are connected already; close one of them")
                await socket.close(TRY_AGAIN_LATER, f"{most} pages are connected already")
                return
            await say(
                socket,
                type="hello",
                version=importlib.metadata.version("digitlens"),
                engine=self._engine,
                clients=len(self._clients),
            )
            await self._talk(socket)
        except (WebSocketDisconnect, ConnectionError):
            pass
        finally:
            self._clients.leave(socket)

    async def _talk(self, socket: WebSocket) -> None:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if message.get("text") is None:
                await socket.close(UNSUPPORTED, "wanted text, got binary data")
                return
            try:
                answer = ANSWERS[parse(message["text"])["type"]]()
            except MessageError as error:
                answer = {"type": "error", "error": str(error)}
            await say(socket, **answer)
            await asyncio.sleep(0)  # who sends thousands at once lets the others have their turn


ANSWERS: dict[str, Callable[[], dict[str, Any]]] = {"ping": lambda: {"type": "pong"}}


async def say(socket: WebSocket, **message: Any) -> None:
    """Send one message."""
    await socket.send_text(json.dumps(message, allow_nan=False))


def parse(text: str) -> dict[str, Any]:
    """A message: a JSON object with a `type` that we know, at most MAX_DEPTH deep. Raises MessageError.

    >>> parse('{"type": "ping"}')
    {'type': 'ping'}
    """
    if depth(text) > MAX_DEPTH:
        raise MessageError(f"wanted JSON at most {MAX_DEPTH} deep")
    try:
        message = json.loads(text, parse_constant=_no_number, object_pairs_hook=_once)
    except MessageError:
        raise
    except (ValueError, RecursionError) as error:
        raise MessageError(f"wanted JSON, got something else: {str(error)[:100]}") from None
    kind = message.get("type") if isinstance(message, dict) else None
    if not isinstance(kind, str) or kind not in ANSWERS:
        raise MessageError(f"wanted a message with a type among {', '.join(ANSWERS)}, got {str(kind)[:40]!r}")
    return dict(message)


def depth(text: str) -> int:
    """How deep lists and objects lie within each other, found without following them.

    >>> depth('{"a": [1, "[[["]}')
    2
    """
    deepest = level = 0
    quoted = escaped = False
    for letter in text:
        if quoted:
            if escaped:
                escaped = False
            elif letter == "\\":
                escaped = True
            elif letter == '"':
                quoted = False
        elif letter == '"':
            quoted = True
        elif letter in "[{":
            level += 1
            deepest = max(deepest, level)
        elif letter in "]}":
            level -= 1
    return deepest


def _no_number(name: str) -> NoReturn:
    raise MessageError(f"{name} is no number in JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MessageError("wanted every name once in an object")
    return found
