"""Minutes of watched runs: 24 pages read, 8 never do and come back when they are dropped; memory stays as it was."""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from functools import partial
from pathlib import Path

import pytest
from benchmarks import streaming
from tests.server.http.test_ending import started
from tests.server.loops import elsewhere
from tests.server.training.test_live_training import pictures
from tests.soak.draw import count
from tests.soak.test_hostile_http import REST, SETTLING, resident
from tests.waiting import PATIENCE

FULL, SHORT = 600, 5  # seconds
READING, STALLED = 24, 8
GROWTH = 24 * 2**20  # bytes, from the rest after a fifth of the time to the rest at the end


class Crowd:
    """All pages of one run after the other."""

    def __init__(self, port: int, pid: int, data: str) -> None:
        self.port, self.pid, self.data = port, pid, data
        self.runs = self.frames = 0
        self.memory: list[int] = []

    async def watch(self, seconds: float) -> None:
        """Runs that are watched to their end, for so long; each page sees each end."""
        visitor = secrets.token_hex(16)
        pages = [streaming.Page(self.port, visitor) for _ in range(READING)]
        for page in pages:
            await page.open()
        tasks = [asyncio.create_task(page.listen()) for page in pages]
        tasks += [asyncio.create_task(streaming.stay_deaf(self.port, visitor)) for _ in range(STALLED)]
        until, number = time.monotonic() + seconds, 0
        while time.monotonic() < until:
            number += 1
            order = {"recipe": {"epochs": 100, "seed": number}, "base": "video", "data": self.data, "go": "run"}
            pages[number % READING].send(type="train", number=number, **order)
            for page in pages:
                await self._end(page, number)
            self.memory.append(resident(self.pid))
        pages[0].send(type="forget")  # what is kept of a run is bounded by itself
        self.runs += number
        self.frames += sum(page.frames for page in pages)
        for page in pages:
            page.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _end(self, page: streaming.Page, number: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while (page.header.get("number"), page.header.get("state")) != (number, "finished"):
                assert page.header.get("state") not in ("failed", "diverged"), page.header
                page.news.clear()
                await page.news.wait()


@pytest.mark.soak
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory was not looked at: this system has no /proc")
def test_pages_that_watch_and_pages_that_never_read_leave_memory_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = FULL if count(FULL) == FULL else SHORT
    monkeypatch.setenv("DIGITLENS_RUNS", str(tmp_path / "runs"))
    folder = pictures(tmp_path / "three")
    with started("--data", str(folder)) as (process, port):
        crowd = Crowd(port, process.pid, "pen" if seconds == FULL else "folder")
        rests = []
        for share in (1 / 5, 4 / 5):
            elsewhere(partial(crowd.watch, seconds * share))
            time.sleep(REST)  # until the last stalled page has been given up
            rests.append(resident(process.pid))
        files = len(os.listdir(f"/proc/{process.pid}/fd"))  # noqa: PTH208 - of another process
        process.terminate()
        _, said = process.communicate(timeout=PATIENCE)
    first, last = rests
    print(
        f"{crowd.runs} runs in {seconds} s, {crowd.frames:,} frames; memory at most {max(crowd.memory) >> 20} MiB, "
        f"at rest after a fifth of the time {first / 2**20:.1f}, at the end {last / 2**20:.1f}; {files} files open"
    )
    assert (process.returncode, said) == (0, "")
    assert crowd.frames >= READING * crowd.runs  # each page saw each end
    assert last - first < (GROWTH if seconds == FULL else SETTLING)
    assert files < 30
