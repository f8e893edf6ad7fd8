"""What the tests of the command line share: real pictures, and two ways to run a command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.waiting import PATIENCE

from digitlens.cli.main import _run
from digitlens.digits.synthetic.pen.writer import pen_digits

WORDS = ("one", "seven", "zero")  # as the names of classes, in the order of folders
_DIGITS = {1: "one", 7: "seven", 0: "zero"}


@dataclass(frozen=True)
class Answer:
    """What a command did."""

    code: int
    out: str
    err: str


Run = Callable[..., Answer]


@pytest.fixture
def digitlens(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process."""

    def run(*arguments: str | Path) -> Answer:
        capsys.readouterr()
        code = _run([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return run


def command(*arguments: str | Path) -> list[str]:
    """A command for a process of its own."""
    return [sys.executable, "-m", "digitlens", *map(str, arguments)]


def environment(**changes: str | None) -> dict[str, str]:
    """This process's environment with some variables changed, or (None) taken out."""
    merged = {**os.environ, **changes}
    return {name: value for name, value in merged.items() if value is not None}


def process(*arguments: str | Path, cwd: Path | None = None, **changes: str | None) -> Answer:
    """Run a command in a process of its own, with a changed environment."""
    done = subprocess.run(
        command(*arguments), cwd=cwd, env=environment(**changes), capture_output=True, timeout=PATIENCE, check=False
    )
    return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """0.png to 9.png, dark on light, each eight times as large as MNIST's."""
    folder = tmp_path_factory.mktemp("pictures")
    written = pen_digits(200, seed=5).digits
    for digit in range(10):
        save(written.images[np.flatnonzero(written.digits == digit)[0]], folder / f"{digit}.png")
    return folder


@pytest.fixture(scope="session")
def words(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of labelled pictures whose classes are words: 20 of each."""
    folder = tmp_path_factory.mktemp("labelled") / "words"
    written = pen_digits(1_000, seed=6).digits
    for digit, name in _DIGITS.items():
        (folder / name).mkdir(parents=True)
        for number, which in enumerate(np.flatnonzero(written.digits == digit)[:20]):
            save(written.images[which], folder / name / f"{number}.png", times=2)
    return folder


def save(image: np.ndarray, path: Path, times: int = 8) -> Path:
    """Ink, (28, 28) uint8, as a larger picture, dark on light."""
    Image.fromarray(255 - np.kron(image, np.ones((times, times), np.uint8))).save(path)
    return path


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    """A sheet of paper on which nobody wrote."""
    Image.new("L", (60, 60), 255).save(tmp_path / "blank.png")
    return tmp_path / "blank.png"
