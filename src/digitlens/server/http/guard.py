"""The guard: it checks every request before the app sees it, HTTP and WebSocket alike.

A page on any web site can make a browser send requests to this machine. So the Host header must name this server (which
stops DNS rebinding), and an Origin header must be our own page. If other machines can reach the server, every request
must have the token. Then come the limits: methods, paths, the size of a body, its time, and the size of all bodies. The
addresses take turns, and a request whose client is gone is cancelled: nobody waits for its response.

It is plain ASGI and wraps the whole app, so no new route can forget it.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.utils import ClientDisconnected

from digitlens.files.naming import printable
from digitlens.server.http.address import Address, authority
from digitlens.server.http.limits import Limits
from digitlens.server.http.responses import Headers, Refusal, page_headers, refusal
from digitlens.server.http.sessions import ENTRANCE, Tokens
from digitlens.server.refusal import MISTAKE
from digitlens.server.sharing.budget import Claim, FullError
from digitlens.server.sharing.budgets import Budgets

MAX_HEADER = 16 * 1024  # bytes of all headers of a request
METHODS = ("GET", "HEAD", "POST")

_ODD = re.compile(rb"[^!-~]|\\|//|%(?:2f|5c|7f|[01][0-9a-f])|^[^/]|^$", re.IGNORECASE)  # in none of our paths
_VISITOR = re.compile("[0-9a-f]{32}", re.IGNORECASE)  # whoever knows a visitor's name may watch: it is not logged

Log = Callable[[str], object]


class Guard:
    """Wraps `app`.

    log: called with a line for each request. close: called when the server ends. limits: None for the default ones.
    budgets: of all clients together; None: new ones. methods: those of METHODS that the app answers at an address.
    """

    def __init__(
        self,
        app: ASGIApp,
        address: Address,
        log: Log | None = None,
        close: Callable[[], object] = lambda: None,
        limits: Limits | None = None,
        budgets: Budgets | None = None,
        methods: Callable[[Scope], Sequence[str]] = lambda scope: METHODS,
    ) -> None:
        self._app = app
        self._methods = methods
        self.limits = limits or Limits()
        self.budgets = budgets or self.limits.budgets()
        self.close = close
        self._address = address
        self._tokens = Tokens(address.token, address.port)
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request, or one WebSocket until it is closed."""
        exchange = _Exchange(self, scope, receive, send)
        try:
            try:
                await self.budgets.requests.enter(client_of(scope))
                host, entering = self._check(scope)
                exchange.always = page_headers(self._address.sockets(host), embed=self._address.embed)
                entering = entering or self._to_folder(scope)
                if entering:
                    await exchange.answer(entering)
                else:
                    await exchange.run(self._app, self._within(scope))
            except HTTPException as error:
                await exchange.answer(refusal(error.status_code, error.detail, error.headers))
        except (ClientDisconnect, ClientDisconnected):  # Starlette's and uvicorn's words for the same
            pass
        except Exception:  # a bug: the client gets a short message, the terminal the traceback
            traceback.print_exc(file=sys.stderr)
            if not exchange.status:
                await exchange.answer(refusal(500, MISTAKE))
        finally:
            exchange.claim.release()
            if self._log:
                path = _VISITOR.sub("...", printable(scope["path"]))
                self._log(f"{scope.get('method', 'WebSocket')} {path} {exchange.status}")

    def _check(self, scope: Scope) -> tuple[str, Refusal | None]:
        """The host of the request, and a response if the guard itself answers. Raises HTTPException to refuse."""
        headers: Headers = [(name.lower(), value) for name, value in scope["headers"]]
        if sum(len(name) + len(value) for name, value in headers) > MAX_HEADER:
            raise HTTPException(431, f"the headers of a request may have at most {MAX_HEADER:,} bytes; send fewer")
        _check_path(scope)
        ours = self._address.hosts
        if self._address.everywhere and scope.get("server"):  # then the local address of the connection is valid, too
            ours |= {authority(scope["server"][0], self._address.port)}
        host = _check_host(_values(headers, b"host"), ours)
        _check_origin(_values(headers, b"origin"), self._address.origins_of(ours))
        if scope["type"] == "http":
            _check_method(scope["method"], self._methods(self._within(scope)))
            _check_body(scope["method"], headers, self.limits.max_body)
        if not self._address.token or self._tokens.sent_in(headers):
            return host, None
        tokens = parse_qs(scope["query_string"].decode("latin-1")).get("token", [])
        if scope["type"] == "http" and scope["method"] == "GET" and len(tokens) == 1 and self._tokens.valid(tokens[0]):
            page = page_headers(self._address.sockets(host), ENTRANCE, self._address.embed)
            return host, self._tokens.entrance(self._address.cookie(host), page)
        raise HTTPException(
            401,
            "this server needs its token: open the link that `digitlens app` printed, or send the header "
            "`Authorization: Bearer TOKEN`",
            {"WWW-Authenticate": "Bearer"},
        )

    def _to_folder(self, scope: Scope) -> Refusal | None:
        """Where the public address is a folder, and a request leaves out the slash at its end: the way there."""
        public = self._address.public
        if public is None or scope["type"] != "http" or public.within(scope["path"]) is not None:
            return None
        return 308, [(b"location", f"{public.path}/".encode()), (b"content-length", b"0")], b""

    def _within(self, scope: Scope) -> Scope:
        """The request as the app knows it, without the folder of the public address if a proxy has left that in."""
        public = self._address.public
        path = public.within(scope["path"]) if public else None
        if public is None or path is None or path == scope["path"]:
            return scope
        raw = scope.get("raw_path") or b""
        return {**scope, "path": path, "raw_path": raw.removeprefix(public.path.encode())}


def client_of(scope: Scope) -> str:
    """The IP address of the client; empty if there is none, as for a UNIX socket."""
    return scope["client"][0] if scope.get("client") else ""


def _values(headers: Headers, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in headers if key == name]


def _check_path(scope: Scope) -> None:
    """Raise HTTPException 404 for a path that a browser or a file system might interpret in another way."""
    raw = scope.get("raw_path") or scope["path"].encode("utf-8", "surrogateescape")
    if _ODD.search(raw) or {".", ".."} & set(scope["path"].split("/")):
        raise HTTPException(404, "there is nothing at this address")


def _check_host(values: list[str], ours: frozenset[str]) -> str:
    """The one Host header. Raises HTTPException unless it names this server."""
    if len(values) != 1:
        raise HTTPException(400, f"wanted one Host header, got {len(values)}")
    if values[0] not in ours:
        host = printable(values[0])[:100]
        raise HTTPException(403, f"this server is not called {host!r}; open the address that `digitlens app` printed")
    return values[0]


def _check_origin(values: list[str], origins: frozenset[str]) -> None:
    """Raise HTTPException unless there is no Origin header (curl, Python), or it is our own page."""
    if values and (len(values) > 1 or values[0] not in origins):
        origin = printable(values[0])[:100]
        raise HTTPException(403, f"only this server's own pages may use it, got a request from a page of {origin!r}")


def _check_method(method: str, allowed: Sequence[str]) -> None:
    """Raise HTTPException 405 for another method than those of an address."""
    if method not in allowed:
        raise HTTPException(
            405, f"wanted {', '.join(allowed)}, got {printable(method)[:20]}", {"Allow": ", ".join(allowed)}
        )


def _check_body(method: str, headers: Headers, max_body: int) -> None:
    """Check the headers that describe the body."""
    lengths, chunked = _values(headers, b"content-length"), bool(_values(headers, b"transfer-encoding"))
    if method == "POST" and not lengths and not chunked:
        raise HTTPException(411, "wanted a body, and its length in the header Content-Length")
    if chunked and lengths:
        raise HTTPException(400, "wanted Content-Length or Transfer-Encoding, got both")
    if method != "POST" and (chunked or any(length != "0" for length in lengths)):
        raise HTTPException(400, f"{method} has no body; send one with POST")
    if any(not length.isdecimal() for length in lengths) or len(set(lengths)) > 1:
        raise HTTPException(400, f"Content-Length: wanted one number of bytes, got {printable(' '.join(lengths))[:50]}")
    if lengths and (len(lengths[0]) > 18 or int(lengths[0]) > max_body):
        raise HTTPException(
            413, f"a body may have at most {max_body:,} bytes, got {lengths[0][:20]}; make the picture smaller"
        )


def _crowded() -> HTTPException:
    return HTTPException(503, "the server is receiving too much at once; try again in a moment", {"Retry-After": "1"})


class _Exchange:
    """One request and its response: bytes are counted, and waiting is limited."""

    def __init__(self, guard: Guard, scope: Scope, receive: Receive, send: Send) -> None:
        self._guard, self._receive, self._send = guard, receive, send
        self.claim: Claim = guard.budgets.bodies.claim(client_of(scope), 0, self._crowded_out)
        self._app: asyncio.Task[None] | None = None
        self._crowded = False  # whether its body had to give way to those of others
        self._body_ended = asyncio.Event()
        self._answered = False
        self._http = scope["type"] == "http"
        self._complete = not self._http or scope["method"] != "POST"  # whether all of the body has arrived
        self._until = time.monotonic() + guard.limits.body_seconds
        self.always: Headers = page_headers()
        self.size = 0  # bytes of the body so far
        self.status = 0  # of the response; 0: none yet

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        """Run the app until it has answered; cancel it if the client goes, or the body has to give way to others."""
        if not self._http:  # its endpoint notices by itself that the client is gone
            await app(scope, self._receive, self.send)
            return
        if self._complete:
            self._body_ended.set()
        self._app = asyncio.create_task(app(scope, self.receive, self.send))  # type: ignore[arg-type]
        gone = asyncio.create_task(self._gone())
        try:
            await asyncio.wait({self._app, gone}, return_when=asyncio.FIRST_COMPLETED)
            self._app.cancel()
            await self._app
        except asyncio.CancelledError:
            self._app.cancel()
            if self._crowded:
                raise _crowded() from None
            if not gone.done():  # the server ends
                raise
            raise ClientDisconnect from None
        finally:
            gone.cancel()

    async def _gone(self) -> None:
        """Wait until the client is gone, before it has its answer."""
        await self._body_ended.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass
        if self._answered:
            await asyncio.Event().wait()  # it may go now

    def _crowded_out(self) -> None:
        self._crowded = True
        if self._app is not None:
            self._app.cancel()

    async def receive(self) -> Message:
        """The next piece of the body as an ASGI message. Raises HTTPException beyond the limits."""
        if self._complete:
            return {"type": "http.request", "body": b"", "more_body": False}
        limits = self._guard.limits
        try:
            async with asyncio.timeout(max(0, min(limits.body_pause, self._until - time.monotonic()))):
                message = await self._receive()
        except TimeoutError:
            text = f"{self.size:,} bytes of the body arrived, and then nothing for a while; send it again"
            raise HTTPException(408, text) from None
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            self._complete = True
            self._body_ended.set()
        length = len(message.get("body", b""))
        self.size += length
        if self.size > limits.max_body:
            raise HTTPException(413, f"a body may have at most {limits.max_body:,} bytes; make the picture smaller")
        try:
            self.claim.grow(length)
        except FullError:
            raise _crowded() from None
        return message

    async def send(self, message: Message) -> None:
        """Send a message of the response, with the headers that every response has."""
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
            self._answered = True
            message = {"type": "http.response.body", "body": b""}
        elif message["type"] == "http.response.body" and not message.get("more_body"):
            self._answered = True
        await self._send(message)

    async def answer(self, answer: Refusal) -> None:
        """Send a complete response, unless one was begun already."""
        if self.status:
            return
        status, headers, body = answer
        kind = "http.response" if self._http else "websocket.http.response"
        await self.send({"type": f"{kind}.start", "status": status, "headers": headers})
        await self.send({"type": f"{kind}.body", "body": body})

    async def _linger(self) -> None:
        """Receive and discard the rest of a body: a client that is cut off while sending never reads the response."""
        try:
            async with asyncio.timeout(self._guard.limits.linger):
                while not self._complete:
                    message = await self._receive()
                    self._complete = message["type"] == "http.disconnect" or not message.get("more_body", False)
        except TimeoutError:
            self._complete = True
