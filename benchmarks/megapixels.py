"""How long does a large photo take, and how much memory? The photo of a page with rows of digits, as JPEG.

    python benchmarks/megapixels.py

Each size is read three times in a process of its own, as a page, file and decoding included; the fastest is told, and
how much processor time it took, which says more on a busy machine. Memory is what the process needed at most beyond
what it had before (Linux; elsewhere it is left out). Bars: 12 megapixels in 1 s, 48 in 2.5 s and 400 MiB. The exit code
is 1 where one is missed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from digitlens.cli.terminal import out, print_json
from digitlens.digits.synthetic.pen.rows import sheet

BARS = {12: (1.0, None), 24: (None, None), 48: (2.5, 400)}  # megapixels: seconds, mebibytes
LINES = 14
CHILD = """
import json, sys, time
from pathlib import Path
import digitlens as dl, numpy as np
def peak():
    try:
        status = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
reader = dl.load("reader")
page = np.full((200, 300), 255, np.uint8)
page[50:150, 100:110] = 0
reader.read_page(page)
import PIL.JpegImagePlugin
before, times, used = peak(), [], []
for _ in range(3):
    began, busy = time.perf_counter(), time.process_time()
    text = reader.read_page(sys.argv[1]).text
    times.append(time.perf_counter() - began)
    used.append(time.process_time() - busy)
after = peak()
found = {"seconds": min(times), "processor_seconds": min(used), "text": text}
print(json.dumps(found | {"mebibytes": None if after is None else after - before}))
"""


def photo(megapixels: int, rng: np.random.Generator) -> tuple[Image.Image, list[str]]:
    """A page of so many millions of pixels, four to three, in uneven light and with grain; and what stands on it."""
    columns = round((megapixels * 1e6 * 4 / 3) ** 0.5)
    rows = columns * 3 // 4
    lines = ["".join(map(str, rng.integers(0, 10, 12))) for _ in range(LINES)]
    larger = -(-rows // 2_000)  # it is inked smaller by this factor
    page = sheet(lines, rng, height=rows / (2.1 * LINES * larger), gap=0.3).grey()
    inked = Image.fromarray(page).resize((page.shape[1] * larger, page.shape[0] * larger), Image.Resampling.BICUBIC)
    paper: NDArray[Any] = np.full((rows, columns), 235, np.uint8)
    grey = np.asarray(inked)[:rows, :columns]
    paper[: grey.shape[0], : grey.shape[1]] = 40 + grey.astype(np.uint16) * 195 // 255
    light = np.linspace(1.0, 0.75, columns)[None, :]
    for some in range(0, rows, 500):  # a part at a time, or it would take gigabytes
        part = paper[some : some + 500] * light + rng.normal(0, 3, (len(paper[some : some + 500]), columns))
        paper[some : some + 500] = np.clip(part, 0, 255)
    return Image.merge("RGB", [Image.fromarray(paper)] * 3), lines


@click.command()
@click.option("--json", "as_json", is_flag=True)
def main(as_json: bool) -> None:
    """Make a photo of each size and read it."""
    results, missed = [], False
    for megapixels, (seconds, mebibytes) in BARS.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "photo.jpg")
            image, lines = photo(megapixels, np.random.default_rng(megapixels))
            image.save(path, quality=85)
            size = path.stat().st_size / 2**20
            done = subprocess.run([sys.executable, "-c", CHILD, str(path)], capture_output=True, check=True)
        found = json.loads(done.stdout)
        read = [line.replace(" ", "") for line in found.pop("text").splitlines()]
        right = sum(a == b for a, b in zip(read, lines, strict=False)) if len(read) == len(lines) else 0
        results.append(found | {"megapixels": megapixels, "lines": LINES, "right": right})
        memory = "" if found["mebibytes"] is None else f", {found['mebibytes']:.0f} MiB"
        out().print(
            f"{megapixels} megapixels ({size:.1f} MiB of JPEG): {found['seconds']:.2f} s "
            f"({found['processor_seconds']:.2f} of the processor){memory}, {right} of {LINES} lines",
            markup=False,
        )
        missed |= seconds is not None and found["seconds"] > seconds
        missed |= mebibytes is not None and (found["mebibytes"] or 0) > mebibytes
    if as_json:
        print_json(results)
    sys.exit(missed)


if __name__ == "__main__":
    main()
