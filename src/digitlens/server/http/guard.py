"""The guard: it sees every request first, HTTP and WebSocket alike, and lets through what may come in.

A page elsewhere on the web can make a browser send requests to this machine. So the Host header must name this server
and nothing else (a name that is pointed at us afterwards does not), an Origin must be our own page, and as soon as
other machines can reach us every request shows the token. Then come the limits: methods, addresses, how much a body
holds, how long it takes, and how much all bodies hold together.

It is plain ASGI, wraps the whole app, and knows no route: a new route cannot forget it.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
import traceback
from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from digitlens.files.naming import printable
from digitlens.server.http.address import Address, authority
from digitlens.server.http.limits import Limits
from digitlens.server.http.responses import Headers, Refusal, page_headers, refusal
from digitlens.server.http.sessions import Tokens
from digitlens.server.refusal import MISTAKE

MAX_HEADER = 16 * 1024  # bytes, of all headers of a request
METHODS = ("GET", "HEAD", "POST")

_ODD = re.compile(rb"[^!-~]|\\|//|%(?:2f|5c|7f|[01][0-9a-f])|^[^/]|^$", re.IGNORECASE)  # nowhere in an address of ours

Log = Callable[[str], object]


class Guard:
    """Wraps `app`.

    log: gets a line for each request. close: is called when the server ends. limits: None for the usual ones.
    """

    def __init__(
        self,
        app: ASGIApp,
        address: Address,
        log: Log | None = None,
        close: Callable[[], object] = lambda: None,
        limits: Limits | None = None,
    ) -> None:
        self._app = app
        self.limits = limits or Limits()
        self.close = close
        self._address = address
        self._tokens = Tokens(address.token, address.port)
        self._log = log
        self.held = 0  # bytes of bodies under way

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or one WebSocket from beginning to end."""
        exchange = _Exchange(self, scope, receive, send)
        try:
            try:
                host, entering = self._check(scope)
                exchange.always = page_headers(host)
                if entering:
                    await exchange.answer(entering)
                else:
                    await self._app(scope, exchange.receive, exchange.send)
            except HTTPException as error:
                await exchange.answer(refusal(error.status_code, error.detail, error.headers))
        except ClientDisconnect:
            pass
        except Exception:  # a mistake of ours: the sender is told so, and whoever runs the app sees where it is
            traceback.print_exc(file=sys.stderr)
            if not exchange.status:
                await exchange.answer(refusal(500, MISTAKE))
        finally:
            self.held -= exchange.size
            if self._log:
                self._log(f"{scope.get('method', 'WebSocket')} {printable(scope['path'])} {exchange.status}")

    def _check(self, scope: Scope) -> tuple[str, Refusal | None]:
        """The host as which we were asked; an answer, where the guard has one itself; HTTPException refuses."""
        headers: Headers = [(name.lower(), value) for name, value in scope["headers"]]
        if sum(len(name) + len(value) for name, value in headers) > MAX_HEADER:
            raise HTTPException(431, f"the headers of a request may have {MAX_HEADER:,} bytes")
        _check_path(scope)
        ours = self._address.hosts
        if self._address.everywhere and scope.get("server"):  # then it is called by where this connection arrived
            ours |= {authority(scope["server"][0], self._address.port)}
        host = _check_host(_values(headers, b"host"), ours)
        _check_origin(_values(headers, b"origin"), ours)
        if scope["type"] == "http":
            _check_request(scope["method"], headers, self.limits.max_body)
        if not self._address.token or self._tokens.shown(headers):
            return host, None
        given = parse_qs(scope["query_string"].decode("latin-1")).get("token", [])
        if scope["type"] == "http" and scope["method"] == "GET" and len(given) == 1 and self._tokens.right(given[0]):
            return host, self._tokens.entrance(host)
        raise HTTPException(
            401,
            "this server wants its token: open the link that `digitlens app` printed, or send the header "
            "`Authorization: Bearer TOKEN`",
            {"WWW-Authenticate": "Bearer"},
        )


def _values(headers: Headers, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in headers if key == name]


def _check_path(scope: Scope) -> None:
    """Only addresses as we would write them; what a browser or a disk might read in another way is none."""
    raw = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogateescape")
    if _ODD.search(raw) or {".", ".."} & set(scope["path"].split("/")):
        raise HTTPException(404, "there is nothing at this address, and there is no way around")


def _check_host(given: list[str], ours: frozenset[str]) -> str:
    if len(given) != 1:
        raise HTTPException(400, f"wanted one Host header, got {len(given)}")
    if given[0] not in ours:
        said = printable(given[0])[:100]
        raise HTTPException(403, f"this server is not called {said!r}; open the address that `digitlens app` printed")
    return given[0]


def _check_origin(given: list[str], ours: frozenset[str]) -> None:
    """Whoever asks is no page (curl, Python), or one of ours."""
    if given and (len(given) > 1 or given[0] not in {f"http://{host}" for host in ours}):
        said = printable(given[0])[:100]
        raise HTTPException(403, f"pages of {said!r} may not use this server, only its own")


def _check_request(method: str, headers: Headers, max_body: int) -> None:
    """The method, and what is said of the body before it comes."""
    if method not in METHODS:
        raise HTTPException(
            405, f"wanted {', '.join(METHODS)}, got {printable(method)[:20]}", {"Allow": ", ".join(METHODS)}
        )
    lengths, chunked = _values(headers, b"content-length"), bool(_values(headers, b"transfer-encoding"))
    if method == "POST" and not lengths and not chunked:
        raise HTTPException(411, "wanted a body, and its length in the header Content-Length")
    if chunked and lengths:
        raise HTTPException(400, "wanted Content-Length or Transfer-Encoding, got both")
    if method != "POST" and (chunked or any(length != "0" for length in lengths)):
        raise HTTPException(400, f"{method} comes without a body; send it with POST")
    if any(not length.isdecimal() for length in lengths) or len(set(lengths)) > 1:
        raise HTTPException(400, f"Content-Length: wanted one number of bytes, got {printable(' '.join(lengths))[:50]}")
    if lengths and (len(lengths[0]) > 18 or int(lengths[0]) > max_body):
        raise HTTPException(413, f"a body may have {max_body:,} bytes, got {lengths[0][:20]}; make the picture smaller")


class _Exchange:
    """One request's way in and the answer's way out, counted and timed."""

    def __init__(self, guard: Guard, scope: Scope, receive: Receive, send: Send) -> None:
        self._guard, self._receive, self._send = guard, receive, send
        self._http = scope["type"] == "http"
        self._complete = not self._http or scope["method"] != "POST"  # whether the body has come to its end
        self._until = time.monotonic() + guard.limits.body_seconds
        self.always: Headers = page_headers()
        self.size = 0  # bytes of the body so far
        self.status = 0  # what was answered; 0: nothing yet

    async def receive(self) -> Message:
        """The next piece of the body, or whatever else there is to hear. HTTPException beyond the limits."""
        if self._complete:
            return await self._receive()
        limits = self._guard.limits
        try:
            async with asyncio.timeout(max(0, min(limits.body_pause, self._until - time.monotonic()))):
                message = await self._receive()
        except TimeoutError:
            said = f"{self.size:,} bytes of the body came, and then nothing for a while; send it again"
            raise HTTPException(408, said) from None
        self._complete = message["type"] == "http.disconnect" or not message.get("more_body", False)
        length = len(message.get("body", b""))
        self.size += length
        self._guard.held += length
        if self.size > limits.max_body:
            raise HTTPException(413, f"a body may have {limits.max_body:,} bytes; make the picture smaller")
        if self._guard.held > limits.max_held:
            raise HTTPException(503, "too much is being sent at once; try again in a moment", {"Retry-After": "1"})
        return message

    async def send(self, message: Message) -> None:
        """Pass an answer on, with the headers that all of ours have."""
        if message["type"] in ("http.response.start", "websocket.http.response.start"):
            self.status = message["status"]
            names = {name for name, _ in message["headers"]}
            headers = [*message["headers"], *(pair for pair in self.always if pair[0] not in names)]
            if not self._complete:
                headers.append((b"connection", b"close"))
            message = {**message, "headers": headers}
        elif message["type"] == "websocket.accept":
            self.status = 101
        elif message["type"] == "http.response.body" and not message.get("more_body") and not self._complete:
            await self._send({**message, "more_body": True})
            await self._linger()
            message = {"type": "http.response.body", "body": b""}
        await self._send(message)

    async def answer(self, answer: Refusal) -> None:
        """An answer of the guard's own."""
        if self.status:
            return
        status, headers, body = answer
        kind = "http.response" if self._http else "websocket.http.response"
        await self.send({"type": f"{kind}.start", "status": status, "headers": headers})
        await self.send({"type": f"{kind}.body", "body": body})

    async def _linger(self) -> None:
        """Let the rest of a body come, and throw it away: who is hung up on while sending never reads the answer."""
        try:
            async with asyncio.timeout(self._guard.limits.linger):
                while not self._complete:
                    message = await self._receive()
                    self._complete = message["type"] == "http.disconnect" or not message.get("more_body", False)
        except TimeoutError:
            self._complete = True
