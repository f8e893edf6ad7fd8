"""How long do 64 visitors wait who all want a picture read at the same moment, again and again?

    python benchmarks/visitors.py --seconds 30

The app runs in a process of its own, as `digitlens app` starts it; the visitors are one more process, with a
connection each. As soon as a visitor has their answer they ask again, without a pause to think, so that at every moment
64 requests are under way: a closed loop. The pictures are the ten example drawings, 280×280 PNG, or as large as --size
says. Both processes together have as many cores as --cores says (where the system can arrange that). The exit code is 1
if an answer is wrong, or if one in a hundred takes longer than a quarter of a second.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence

import click
import numpy as np
from PIL import Image

from digitlens.cli.terminal import out, print_json, say
from digitlens.digits.sources.examples import example_files

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
    command = [sys.executable, "-m", "digitlens", "app", "--no-browser", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    found = re.search(r":(\d+)/", process.stdout.readline())
    assert found is not None, "the app did not start"
    return process, int(found[1])


@click.command()
@click.option("--visitors", type=click.IntRange(1, 500), default=64, show_default=True, help="Requests at once.")
@click.option("--seconds", type=click.FloatRange(1), default=20, show_default=True, help="For so long.")
@click.option("--size", type=click.IntRange(28, 4_000), default=280, show_default=True, help="Pixels wide and high.")
@click.option("--cores", type=click.IntRange(1), default=2, show_default=True, help="For server and visitors together.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of sentences.")
def main(visitors: int, seconds: float, size: int, cores: int, as_json: bool) -> None:
    """Measure how long readings take through POST /api/read while so many are under way."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
        cores = len(os.sched_getaffinity(0))
    drawn = pictures(size)
    process, port = serve()
    try:
        asyncio.run(crowd(port, 4, 1, drawn))  # what is loaded with the first picture is not what is measured
        waits, wrong = asyncio.run(crowd(port, visitors, seconds, drawn))
        alone, _ = asyncio.run(crowd(port, 1, 2, drawn))
    finally:
        process.terminate()
        process.wait(10)
    median, high, most = (float(n) for n in np.quantile(waits, (0.5, 0.99, 1.0)))
    good = wrong == 0 and high <= BOUND
    if as_json:
        told = {"visitors": visitors, "seconds": seconds, "size": size, "cores": cores, "readings": len(waits)}
        told |= {"wrong": wrong, "median": median, "percentile_99": high, "longest": most, "good": good}
        print_json(told | {"median_alone": float(np.median(alone))})
    else:
        console = out()
        say(console, f"{visitors} visitors at once for {seconds:g} s, {size}×{size} pixels, {cores} cores together")
        say(console, f"{len(waits):,} readings, {len(waits) / seconds:.0f} a second; {wrong} wrong or refused")
        say(console, f"waits: median {median:.3f} s, 99th percentile {high:.3f} s, longest {most:.3f} s")
        say(console, f"one visitor alone: median {np.median(alone):.4f} s")
        wanted = f"wanted: none wrong, and 99 of 100 within {BOUND:g} s"
        say(console, f"{wanted}: {'so it is' if good else 'that is missed'}")
    sys.exit(int(not good))


if __name__ == "__main__":
    main()
