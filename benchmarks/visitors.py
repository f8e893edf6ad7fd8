"""How long do 64 visitors wait who all want a picture read at the same moment, again and again?

    python benchmarks/visitors.py

The app runs in a process of its own, as `digitlens app` starts it; the visitors are one more process, with a
connection each. As soon as a visitor has their answer they ask again (no pause to think), so that at every moment 64
requests are under way: a closed loop. The pictures are the ten example drawings, 280×280 PNG. With `--size 1000` they
are drawn larger first; `--cores` names how many cores both processes may use together.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence

import numpy as np
from PIL import Image

from digitlens.digits.examples import example_files

BOUND = 0.250  # seconds: what the 99th percentile may be


def pictures(size: int) -> list[bytes]:
    """The example drawings as PNG, `size` pixels wide and high."""
    drawn = []
    for path in example_files():
        with Image.open(path) as image, io.BytesIO() as file:
            image.convert("L").resize((size, size)).save(file, "PNG")
            drawn.append(path.read_bytes() if image.size == (size, size) else file.getvalue())
    return drawn


async def visit(port: int, number: int, drawn: Sequence[bytes], until: float, waits: list[float]) -> int:
    """One visitor, until the time is up; their waits in seconds, and how many answers were not what they should be."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    wrong = 0
    digit = number % 10
    while time.perf_counter() < until:
        body = drawn[digit]
        head = f"POST /api/read HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {len(body)}\r\n\r\n"
        began = time.perf_counter()
        writer.write(head.encode() + body)
        header = await reader.readuntil(b"\r\n\r\n")
        found = re.search(rb"content-length: (\d+)", header)
        answer = await reader.readexactly(int(found[1]) if found else 0)
        waits.append(time.perf_counter() - began)
        wrong += not header.startswith(b"HTTP/1.1 200") or json.loads(answer)["digit"] != digit
        digit = (digit + 1) % 10
    writer.close()
    return wrong


async def crowd(port: int, visitors: int, seconds: float, drawn: Sequence[bytes]) -> tuple[list[float], int]:
    """All of them at once: every wait, and the number of wrong answers."""
    waits: list[float] = []
    until = time.perf_counter() + seconds
    wrong = await asyncio.gather(*(visit(port, number, drawn, until, waits) for number in range(visitors)))
    return waits, sum(wrong)


def serve() -> tuple[subprocess.Popen[str], int]:
    """The app in a process of its own, and its port."""
    command = [sys.executable, "-m", "digitlens.cli.main", "app", "--no-browser", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    found = re.search(r":(\d+)/", process.stdout.readline())
    assert found is not None, "the app did not start"
    return process, int(found[1])


def main() -> int:
    """Measure, and say whether it is good enough: exit code 1 if not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--size", type=int, default=280)
    parser.add_argument("--cores", type=int, default=2)
    asked = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: asked.cores])
    drawn = pictures(asked.size)
    process, port = serve()
    try:
        asyncio.run(crowd(port, 4, 1, drawn))  # warm
        waits, wrong = asyncio.run(crowd(port, asked.visitors, asked.seconds, drawn))
        alone, _ = asyncio.run(crowd(port, 1, 2, drawn))
    finally:
        process.terminate()
        process.wait(10)
    median, high, most = (float(n) for n in np.quantile(waits, (0.5, 0.99, 1.0)))
    print(
        f"{asked.visitors} visitors at once for {asked.seconds:g} s, pictures of {asked.size}×{asked.size}, "
        f"{len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()} cores:\n"
        f"{len(waits):,} readings, {wrong} wrong or refused, {len(waits) / asked.seconds:.0f} a second; "
        f"waits: median {median * 1e3:.0f} ms, 99th percentile {high * 1e3:.0f} ms, longest {most * 1e3:.0f} ms; "
        f"one visitor alone: median {np.median(alone) * 1e3:.1f} ms"
    )
    good = wrong == 0 and high <= BOUND
    print(f"{'good enough' if good else 'NOT good enough'}: wanted no error, and 99 of 100 within {BOUND * 1e3:.0f} ms")
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
