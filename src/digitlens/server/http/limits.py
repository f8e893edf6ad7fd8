"""Limits of sizes and times for each client. Beyond them, a request is refused or a connection is closed."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field

from digitlens.server.sharing.budgets import BODIES, CONNECTIONS, Budgets


def _max_connections() -> int:
    """CONNECTIONS, or half of the files that this process may open, because it also opens other files."""
    if sys.platform == "win32":
        return CONNECTIONS
    import resource

    may_open, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(CONNECTIONS, may_open // 2) if may_open > 0 else CONNECTIONS


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a server. Sizes in bytes, times in seconds."""

    max_connections: int = field(default_factory=_max_connections)
    header_seconds: float = 5.0  # for the header of a request, and for its first byte to arrive
    max_body: int = 32 * 1024 * 1024  # of one request
    max_held: int = BODIES  # of all bodies in progress
    body_pause: float = 10.0  # between two pieces of a body
    body_seconds: float = 60.0  # for a whole body
    linger: float = 2.0  # how long the rest of a refused body is received, so that its sender reads the response
    stalled_http: float = 10.0  # a client that receives nothing of its response for so long is dropped
    stalled_websocket: float = 2.0  # the same for the messages of a WebSocket
    websocket_buffer: int = (
        256 * 1024
    )  # send buffer of a WebSocket in the system; beyond it, the client counts as stalled

    def budgets(self, *, alone: bool = True) -> Budgets:
        """The budgets of a server with these limits. alone: whether only its own machine reaches it."""
        return Budgets(self.max_connections, self.max_held, alone=alone)
