"""What every answer carries: headers that keep the page to itself, and errors as JSON, `{"error": "..."}`."""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.responses import Response

Headers = list[tuple[bytes, bytes]]
Refusal = tuple[int, Headers, bytes]  # status, headers, body

_KEPT = (
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-embedder-policy", "require-corp"),
    ("cross-origin-resource-policy", "same-origin"),
)
_ALWAYS: Headers = [(name.encode(), value.encode()) for name, value in _KEPT]


def page_headers(host: str = "", script: str = "'self'") -> Headers:
    """The headers of every answer. `host`: as the (checked) Host header names us; scripts come from `script` alone.

    Nothing is loaded from elsewhere, nothing inline is run, nobody may put the page into a frame. 'self' does not
    cover ws: in every browser, so the WebSocket's address is named.
    """
    socket = f" ws://{host}" if host else ""
    policy = (
        f"default-src 'none'; script-src {script}; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
        f"connect-src 'self'{socket}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return [*_ALWAYS, (b"content-security-policy", policy.encode("latin-1"))]


def refusal(status: int, error: str, headers: Mapping[str, str] | None = None) -> Refusal:
    """An error, as it is sent."""
    body = json.dumps({"error": error}).encode()
    more = [(name.lower().encode(), value.encode("latin-1")) for name, value in (headers or {}).items()]
    return status, _typed("application/json", body) + more, body


def page(text: str, headers: Headers) -> Refusal:
    """A small page of our own."""
    body = text.encode()
    return 200, _typed("text/html; charset=utf-8", body) + headers, body


def as_json(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A value as JSON, in letters that survive anywhere; a number that JSON has no word for is a mistake of ours."""
    return Response(json.dumps(value, allow_nan=False), status, headers, "application/json")


def _typed(kind: str, body: bytes) -> Headers:
    return [
        (b"content-type", kind.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
    ]
