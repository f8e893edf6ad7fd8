"""How many small pictures a second `digitlens read` reads from a folder, files and decoding included.

    python benchmarks/read_folder.py --pictures 10000

The pictures are digits of our own pen, each a PNG file of 28 × 28 pixels. The command runs as anybody would run it,
in a process of its own that has to begin first; what it prints is checked. The exit code is 1 below 1,500 a second.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import click
from PIL import Image

from digitlens.cli.terminal import out, print_json, say
from digitlens.digits.synthetic.pen.writer import pen_digits

BAR = 1_500  # pictures a second


def write(folder: Path, count: int) -> list[int]:
    """So many files; which digit each shows."""
    digits = pen_digits(count).digits
    for number, image in enumerate(digits.images):
        Image.fromarray(image).save(folder / f"{number:06}.png")
    return digits.digits.tolist()


@click.command()
@click.option("--pictures", type=click.IntRange(1), default=10_000, show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=3, show_default=True, help="The fastest is told.")
@click.option("--network", default="reader", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a line.")
def main(pictures: int, rounds: int, network: str, as_json: bool) -> None:
    """Read a folder of small pictures, and tell how many a second."""
    command = [sys.executable, "-m", "digitlens", "read", "--json", "--network", network]
    times, processor = [], []
    with tempfile.TemporaryDirectory() as folder:
        shown = write(Path(folder), pictures)
        for _ in range(rounds):
            began, used = time.perf_counter(), os.times()
            done = subprocess.run([*command, folder], capture_output=True, check=True)
            times.append(time.perf_counter() - began)
            now = os.times()
            processor.append(now.children_user + now.children_system - used.children_user - used.children_system)
    answers = json.loads(done.stdout)
    right = sum(answer["digit"] == digit for answer, digit in zip(answers, shown, strict=True))
    rate = pictures / min(times)
    found = {
        "pictures": pictures,
        "network": network,
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "seconds": min(times),
        "pictures_a_second": rate,
        "processor_ms_a_picture": 1000 * min(processor) / pictures,
        "read_rightly": right / pictures,
    }
    if as_json:
        print_json(found)
    else:
        say(
            out(),
            f"{pictures:,} pictures in {min(times):.2f} s on {found['cores']} cores: {rate:,.0f} a second, "
            f"{found['processor_ms_a_picture']:.2f} ms of processor time each; {right / pictures:.1%} read rightly",
        )
    sys.exit(rate < BAR)


if __name__ == "__main__":
    main()
