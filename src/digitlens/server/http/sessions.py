"""Who may come in, and who is there: the token with which other machines enter, and the clients that are connected."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable

from digitlens.server.http.responses import Headers, Refusal, page, page_headers

MAX_CLIENTS = 64  # WebSockets at once

_ENTER = "location.replace(location.pathname + location.hash)"
_ENTER_HASH = "'sha256-" + base64.b64encode(hashlib.sha256(_ENTER.encode()).digest()).decode() + "'"


class Tokens:
    """The token of this server; an empty one is asked of nobody."""

    def __init__(self, token: str, port: int) -> None:
        self._token = token.encode()
        self._cookie = f"digitlens_{port}"  # cookies know no ports: two apps on one machine must not share theirs

    def right(self, given: str) -> bool:
        """Whether this is the token; how long the answer takes says nothing about it."""
        return hmac.compare_digest(given.encode("utf-8", "replace"), self._token)

    def shown(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Whether a request's headers carry it: as `Authorization: Bearer`, or as our cookie."""
        for name, value in headers:
            text = value.decode("latin-1")
            if name == b"authorization":
                scheme, _, token = text.partition(" ")
                if scheme.lower() == "bearer" and self.right(token.strip()):
                    return True
            elif name == b"cookie":
                for part in text.split(";"):
                    key, _, token = part.strip().partition("=")
                    if key == self._cookie and self.right(token):
                        return True
        return False

    def entrance(self, host: str) -> Refusal:
        """The answer to the link with the token: the browser keeps it as a cookie, and the address loses it.

        A page that goes on by itself, not a redirect: after a click in a mail or in another site's page, a browser
        keeps a SameSite=Strict cookie back from wherever that click is redirected to. And what follows # stays.
        """
        cookie = f"{self._cookie}={self._token.decode()}; HttpOnly; SameSite=Strict; Path=/"
        headers: Headers = [(b"set-cookie", cookie.encode())]
        text = (
            "<!doctype html><html lang=en><meta charset=utf-8><title>Digitlens</title>"
            f'<noscript><meta http-equiv="refresh" content="0; url=/"></noscript><script>{_ENTER}</script>'
        )
        return page(text, headers + page_headers(host, _ENTER_HASH))


class Clients:
    """The clients connected by WebSocket, and no more than `most` of them."""

    def __init__(self, most: int = MAX_CLIENTS) -> None:
        self.most = most
        self._here: set[object] = set()

    def enter(self, client: object) -> bool:
        """Take a client in; False where the house is full."""
        if len(self._here) >= self.most:
            return False
        self._here.add(client)
        return True

    def leave(self, client: object) -> None:
        """A client is gone; once more does no harm."""
        self._here.discard(client)

    def __len__(self) -> int:
        return len(self._here)
