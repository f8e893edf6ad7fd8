"""The app in a process of its own, which says on demand what it holds: python -m tests.soak.counted_server FOLDER RUNS

It prints its port. For each line on stdin it prints one line of JSON: threads, visitors, work in the queue, and what is
given out of each budget. It ends when stdin does. Visitors whom no page watches are forgotten after two seconds.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from digitlens.server.http.address import Address, listen
from digitlens.server.http.guard import Guard
from digitlens.server.http.networks import Networks
from digitlens.server.http.routes import create_app
from digitlens.server.http.server import Server
from digitlens.server.sharing import memory
from digitlens.server.training.data_sets import DataSets
from digitlens.server.training.timing import Timing

ROOT = Path(__file__).parents[2]
FORGET_AFTER = 2.0  # seconds
BUDGETS = ("connections", "bodies", "jobs", "pages", "visitors", "runs")


def counts(app: Guard) -> dict[str, int]:
    visitors = app._app.state.visitors.visitors  # type: ignore[attr-defined]
    given_out = {name: getattr(app.budgets, name).held for name in BUDGETS}
    known, queued = (len(visitors), len(visitors.queue)) if visitors else (0, 0)
    return {"threads": threading.active_count(), "known": known, "queued": queued, **given_out}


def main(folder: str, runs: str) -> None:
    listener, number = listen("127.0.0.1", 0)
    address = Address(number, listener.getsockname()[1])
    timing = Timing(forget_after=FORGET_AFTER, sweep=0.5)
    app = create_app(Networks(), address, sets=DataSets(folder), runs=Path(runs), timing=timing)
    server = Server(app)
    memory.return_freed_memory()

    def answer() -> None:
        for _ in sys.stdin:
            print(json.dumps(counts(app)), flush=True)
        server.should_exit = True

    threading.Thread(target=answer, daemon=True).start()
    print(address.port, flush=True)
    asyncio.run(server.serve([listener]))


class Counted:
    """That process, seen from outside."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process, self.port = process, port

    def counts(self) -> dict[str, int]:
        """What it holds now."""
        stdin, stdout = self.process.stdin, self.process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write("\n")
        stdin.flush()
        found: dict[str, int] = json.loads(stdout.readline())
        return found

    def memory(self) -> int:
        """Bytes of memory that it holds."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) * 1024

    def handles(self) -> int:
        """How many files and connections it has open."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))


@contextmanager
def counted_server(folder: Path, runs: Path) -> Iterator[Counted]:
    """The server in a process of its own, until the block ends; it must have said nothing on stderr."""
    command = [sys.executable, "-m", "tests.soak.counted_server", str(folder), str(runs)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, cwd=ROOT, **pipes) as process:
        try:
            assert process.stdout is not None
            yield Counted(process, int(process.stdout.readline()))
            _, said = process.communicate(timeout=120)
            assert (process.returncode, said) == (0, ""), said
        finally:
            process.kill()


if __name__ == "__main__":
    main(*sys.argv[1:])
