"""The largest pictures that are accepted, of every kind, are read in 400 MiB over the baseline."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.soak.draw import count, seed

SIDE = 4000  # squared: 16 megapixels
MEBIBYTES = 400
KINDS = {
    "grey.png": lambda page: page,
    "colour.png": lambda page: page.convert("RGB"),
    "transparent.png": lambda page: Image.merge("LA", (page, Image.eval(page, lambda v: 255 - v))).convert("RGBA"),
    "palette.png": lambda page: page.quantize(8),
    "deep.png": lambda page: Image.fromarray(np.asarray(page).astype(np.uint16) * 257),
    "colour.jpg": lambda page: page.convert("RGB"),
    "cmyk.jpg": lambda page: page.convert("CMYK"),
    "grey.gif": lambda page: page,
    "colour.webp": lambda page: page.convert("RGB"),
    "bits.bmp": lambda page: page.convert("1"),
}
READ = """
import json, sys, time
import numpy as np
from digitlens.digits.preparation.prepare import prepare
import PIL.BmpImagePlugin, PIL.GifImagePlugin, PIL.JpegImagePlugin, PIL.PngImagePlugin, PIL.WebPImagePlugin
def peak():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) / 1024
prepare(np.eye(28))
before, started = peak(), time.process_time()
found = prepare(sys.argv[1]).ink_found
print(json.dumps({"seconds": time.process_time() - started, "mebibytes": peak() - before, "found": found}))
"""


def page(grainy: bool) -> Image.Image:
    """A stroke on a page; grainy ones are lit from above, as a photo is."""
    grey = np.full((SIDE, SIDE), 255, np.uint8)
    if grainy:
        light = np.linspace(200, 140, SIDE)[:, None]
        grey = (light + np.random.default_rng(0).normal(0, 6, grey.shape)).clip(0, 255).astype(np.uint8)
    grey[SIDE // 10 : SIDE * 9 // 10, SIDE // 2 - 200 : SIDE // 2 + 200] = 0
    return Image.fromarray(grey)


@pytest.mark.soak
@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="peak memory was not measured: this system has no /proc"
)
def test_the_largest_pictures_take_little_memory(tmp_path: Path) -> None:
    cases = [(kind, grainy) for kind in KINDS for grainy in (False, True) if not (grainy and kind.endswith("png"))]
    for kind, grainy in random.Random(seed()).sample(cases, count(len(cases))):
        options = {"quality": 35} if kind.endswith(("jpg", "webp")) else {}
        file = tmp_path / kind
        KINDS[kind](page(grainy)).save(file, **options)
        if file.stat().st_size > 5 * 2**20:
            continue  # refused for its size, as another test shows
        done = subprocess.run([sys.executable, "-c", READ, file], capture_output=True, text=True, check=True)
        measured = json.loads(done.stdout)
        print(kind, "grainy" if grainy else "clean", measured)
        assert measured["found"], (kind, grainy)
        assert measured["mebibytes"] <= MEBIBYTES, (kind, grainy, measured)
