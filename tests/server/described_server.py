"""The app in a process of its own, with few digits: python -m tests.server.described_server [TOKEN]

It prints its port, and ends when stdin does.
"""

from __future__ import annotations

import asyncio
import sys
import threading

from tests.server.serving import few

from digitlens.server.http.address import Address, listen
from digitlens.server.http.networks import Networks
from digitlens.server.http.routes import create_app
from digitlens.server.http.server import Server


def main(token: str = "") -> None:
    listener, number = listen("127.0.0.1", 0)
    address = Address(number, listener.getsockname()[1], token=token)
    server = Server(create_app(Networks(), address, sets=few()))

    def end() -> None:
        sys.stdin.read()
        server.should_exit = True

    threading.Thread(target=end, daemon=True).start()
    print(address.port, flush=True)
    asyncio.run(server.serve([listener]))


if __name__ == "__main__":
    main(*sys.argv[1:])
