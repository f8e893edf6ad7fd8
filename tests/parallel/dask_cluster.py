"""A real Dask cluster on this machine, for tests."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.waiting import until

from digitlens.errors import ClusterError

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


class Cluster:
    """Its address, its scheduler and its workers, which are processes."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        self.address = f"tcp://127.0.0.1:{port}"
        self._quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
        self._quiet["env"] = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
        self.scheduler = self._started(
            "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"
        )
        self.workers: list[subprocess.Popen[bytes]] = []

    def worker(self) -> subprocess.Popen[bytes]:
        """One more."""
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard"]
        self.workers.append(self._started("distributed.cli.dask_worker", self.address, *options))
        return self.workers[-1]

    def threads(self) -> int:
        """Of all its workers that have come by now; 0 while there is no scheduler yet."""
        from digitlens.parallel.cluster import reached

        try:
            return reached(self.address)
        except ClusterError:
            return 0

    def close(self) -> None:
        for process in [self.scheduler, *self.workers]:
            process.kill()
            process.wait(60)

    def _started(self, *command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", *command], **self._quiet)


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """A cluster with so many workers of one thread each. Skips where Dask is not installed."""
    pytest.importorskip("distributed", reason='the cluster was not tried: pip install "digitlens[cluster]"')
    running = Cluster(folder)
    try:
        for _ in range(workers):
            running.worker()
        until(lambda: running.threads() >= workers)
        yield running
    finally:
        running.close()
