"""Other readers of writing, behind one face: from pictures of one line to the digits on it. Run by ocr.py.

It imports nothing of Digitlens, so that it also runs in an environment of its own, where the peers are installed:

    echo '{"engine": "ddddocr", "files": ["seven.png"]}' | python benchmarks/ocr_peers.py

prints {"texts": [...], "seconds": ...}, or {"missing": why}. The seconds are those of reading alone: the engine has
begun and has read one picture before. Every engine is told that it reads one line of digits, as far as it can be told;
of what it reads, letters that look like a digit count as one, and everything else is left out.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

LOOK_ALIKE = str.maketrans("OoQDIl|i!SsBZzgq", "0000111115582299")

Engine = Callable[[list[str]], list[str]]  # files -> what stands in each


def digits_of(text: str) -> str:
    """The digits of a text; letters that look like one count."""
    return "".join(c for c in text.translate(LOOK_ALIKE) if c in "0123456789")


def tesseract() -> Engine:
    """Tesseract, its command: one process for all files. Raises ImportError where it is not installed."""
    command = shutil.which("tesseract")
    if command is None:
        raise ImportError("the command tesseract is not in PATH")

    def read(files: list[str]) -> list[str]:
        with tempfile.TemporaryDirectory() as folder:
            names, answer = Path(folder, "names.txt"), Path(folder, "answer")
            names.write_text("\n".join(files) + "\n")
            options = ["--psm", "7", "-c", "tessedit_char_whitelist=0123456789"]
            subprocess.run([command, str(names), str(answer), *options], capture_output=True, check=True)
            return answer.with_suffix(".txt").read_text(encoding="utf-8").split("\f")[: len(files)]

    return read


def rapidocr() -> Engine:
    """RapidOCR with its default weights, its recogniser alone: the picture is one line. Raises ImportError."""
    from rapidocr_onnxruntime import RapidOCR  # type: ignore[import-not-found,unused-ignore]

    engine: Any = RapidOCR()

    def text_of(file: str) -> str:
        found, _ = engine(file, use_det=False, use_cls=False, use_rec=True)
        return "".join(str(line[0]) for line in found or [])

    return lambda files: [text_of(file) for file in files]


def ddddocr() -> Engine:
    """Ddddocr with its default weights, told that there are digits only. Raises ImportError."""
    import ddddocr as library  # type: ignore[import-not-found,unused-ignore]

    engine: Any = library.DdddOcr(show_ad=False)
    return lambda files: [str(engine.classification(Path(file).read_bytes())) for file in files]


ENGINES: dict[str, Callable[[], Engine]] = {"tesseract": tesseract, "rapidocr": rapidocr, "ddddocr": ddddocr}


def main() -> None:
    """Answer one request from standard input."""
    asked = json.load(sys.stdin)
    try:
        read = ENGINES[asked["engine"]]()
    except ImportError as error:
        print(json.dumps({"missing": str(error)}))
        return
    read(asked["files"][:1])
    began = time.perf_counter()
    texts = read(asked["files"])
    seconds = time.perf_counter() - began
    print(json.dumps({"texts": [digits_of(text) for text in texts], "seconds": seconds}))


if __name__ == "__main__":
    main()
