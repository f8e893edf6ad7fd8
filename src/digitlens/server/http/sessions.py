"""The token that other machines need."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable

from digitlens.server.http.responses import Headers, Refusal, page

_ENTER = "location.replace(location.pathname + location.hash)"
# the source of the entrance's script, as a policy names it
ENTRANCE = "'sha256-" + base64.b64encode(hashlib.sha256(_ENTER.encode()).digest()).decode() + "'"


class Tokens:
    """The token of this server; an empty one is not asked for."""

    def __init__(self, token: str, port: int) -> None:
        self._token = token.encode()
        self._cookie = f"digitlens_{port}"  # cookies ignore ports, but two apps on one machine need separate cookies

    def valid(self, token: str) -> bool:
        """Whether this is the token, compared in constant time."""
        return hmac.compare_digest(token.encode("utf-8", "replace"), self._token)

    def sent_in(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Whether a request's headers have the token: as `Authorization: Bearer`, or in our cookie."""
        for name, value in headers:
            text = value.decode("latin-1")
            if name == b"authorization":
                scheme, _, token = text.partition(" ")
                if scheme.lower() == "bearer" and self.valid(token.strip()):
                    return True
            elif name == b"cookie":
                for part in text.split(";"):
                    key, _, token = part.strip().partition("=")
                    if key == self._cookie and self.valid(token):
                        return True
        return False

    def entrance(self, attributes: str, headers: Headers) -> Refusal:
        """The response to the link with the token: it sets a cookie and opens the page without the token in the URL.

        attributes: of the cookie, "SameSite=Strict; Path=/"; headers: those of a page that may run ENTRANCE.

        It is a page with a script, not a redirect: after a click in a mail or on another site, a browser does not send
        a SameSite=Strict cookie to the target of a redirect. And the part of the URL after # is kept.
        """
        cookie = f"{self._cookie}={self._token.decode()}; HttpOnly; {attributes}"
        text = (
            "<!doctype html><html lang=en><meta charset=utf-8><title>Digitlens</title>"
            f'<noscript><meta http-equiv="refresh" content="0; url=./"></noscript><script>{_ENTER}</script>'
        )
        return page(text, [(b"set-cookie", cookie.encode()), *headers])
