"""Responses: the security headers that each of them has, and errors as JSON, `{"error": "..."}`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from starlette.responses import Response

from digitlens.server.http.doors import frame_ancestors

Headers = list[tuple[bytes, bytes]]
Refusal = tuple[int, Headers, bytes]  # status, headers, body

SCRIPTS = "'self' 'wasm-unsafe-eval'"
_SECURITY = (
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-embedder-policy", "require-corp"),
    ("cross-origin-resource-policy", "same-origin"),
)
_ALWAYS: Headers = [(name.encode(), value.encode()) for name, value in _SECURITY]


def page_headers(sockets: Sequence[str] = (), script: str = SCRIPTS, embed: Sequence[str] = ()) -> Headers:
    """The headers of every response.

    sockets: where the page may open a WebSocket: "ws://127.0.0.1:8484"; script: the only sources of scripts; embed: the
    origins of pages that may show this one in a frame.

    Nothing is loaded from other sites, no inline script runs, and no other site may show the page in a frame. In some
    browsers 'self' does not include ws:, so the address of the WebSocket is named. WebAssembly, which trains in the
    tab, is compiled, which needs a word of its own; no text ever becomes a script.
    """
    connect = " ".join(["'self'", *sockets])
    policy = (
        f"default-src 'none'; script-src {script}; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
        f"connect-src {connect}; worker-src 'self'; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors {frame_ancestors(embed)}"
    )
    old = [] if embed else [(b"x-frame-options", b"DENY")]  # which knows no list
    return [*_ALWAYS, *old, (b"content-security-policy", policy.encode("latin-1"))]


def refusal(status: int, error: str, headers: Mapping[str, str] | None = None) -> Refusal:
    """The response for an error."""
    body = json.dumps({"error": error}).encode()
    more = [(name.lower().encode(), value.encode("latin-1")) for name, value in (headers or {}).items()]
    return status, _typed("application/json", body) + more, body


def page(text: str, headers: Headers) -> Refusal:
    """The response for a small HTML page."""
    body = text.encode()
    return 200, _typed("text/html; charset=utf-8", body) + headers, body


def as_json(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The response for a JSON value, in ASCII. Raises ValueError for NaN and infinity, which would be a bug."""
    return Response(json.dumps(value, allow_nan=False), status, headers, "application/json")


def _typed(kind: str, body: bytes) -> Headers:
    return [
        (b"content-type", kind.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
