"""How much a client may send and hold, and how long it may take; whoever goes beyond is refused or dropped."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field


def _max_connections() -> int:
    """512, or half of the files that this process may open: whatever else is open needs room too."""
    if sys.platform == "win32":
        return 512
    import resource

    may_open, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(512, may_open // 2) if may_open > 0 else 512


@dataclass(frozen=True, slots=True)
class Limits:
    """Those of a server. Sizes in bytes, times in seconds."""

    max_connections: int = field(default_factory=_max_connections)
    header_seconds: float = 5.0  # from the first byte of a request's header to its last, and before the first one
    max_body: int = 5 * 1024 * 1024  # of one request
    max_held: int = 256 * 1024 * 1024  # of all bodies under way
    body_pause: float = 10.0  # seconds between two pieces of a body
    body_seconds: float = 60.0  # for a whole body
    linger: float = 2.0  # seconds for which a refused body is still taken and thrown away, so that its sender hears why
    stalled_http: float = 10.0  # seconds in which a client takes nothing of the answer that waits for it
    stalled_websocket: float = 2.0  # the same, of a WebSocket's messages
    websocket_buffer: int = 256 * 1024  # of a WebSocket's messages, held by the system; beyond it the client stalls
