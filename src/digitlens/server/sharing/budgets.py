"""The budgets of one server. docs/limits.md lists them, with what happens when one of them is used up."""

from __future__ import annotations

from digitlens.server.sharing.budget import Budget
from digitlens.server.sharing.turnstile import Turnstile

CONNECTIONS = 512
BODIES = 256 * 2**20  # bytes
JOBS = 256
PAGES = 64
VISITORS = 64
RUNS = 2**30  # bytes
PIECES, REQUESTS, MESSAGES, FRAMES = 16, 4, 2, 2  # that begin in one round of the event loop
SHARE = 4  # where other machines reach the server, one address gets one part in so many of the memory of runs


class Budgets:
    """One budget for each thing that clients make the server hold, and the turnstiles for what they ask."""

    def __init__(
        self, connections: int = CONNECTIONS, bodies: int = BODIES, *, alone: bool = True, runs: int = RUNS
    ) -> None:
        """alone: whether only this machine reaches the server."""
        self.connections = Budget(connections)  # open ones, HTTP and WebSocket
        self.bodies = Budget(bodies)  # bytes of request bodies, until their requests are answered
        self.jobs = Budget(JOBS)  # in the thread pool, waiting or running
        self.pages = Budget(PAGES)  # WebSockets that said hello
        self.visitors = Budget(VISITORS)  # that are known
        self.runs = Budget(runs, runs if alone else runs // SHARE)  # bytes that runs and comparisons may keep
        self.pieces = Turnstile(PIECES)  # of what arrives on connections
        self.requests = Turnstile(REQUESTS)  # HTTP, and WebSockets that begin
        self.messages = Turnstile(MESSAGES)  # of WebSockets
        self.frames = Turnstile(FRAMES)  # updates of what pages watch
