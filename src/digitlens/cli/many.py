"""A large pile of pictures, read by all cores: this process takes its turns, and helpers take the others.

A helper is a process of its own. Paths go to it a line each, and a line of JSON comes back for each: what `read --json`
prints of a picture. Block by block the pile is dealt out in turn, so the answers come in the order of the paths and no
more than a pipe holds is waiting. What a helper does not answer, because it was ended, is read here.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from subprocess import PIPE, Popen
from threading import Thread
from typing import Any

Answer = dict[str, Any]
Read = Callable[[str], Answer]

WORTH_IT = 1_000  # pictures: a helper needs the time of some hundred to begin
BLOCK = 64  # pictures dealt out at a time
HELPER = (  # deaf to Ctrl-C, which goes to all processes of a terminal: it ends when nobody gives or takes any more
    "import signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); sys.path[:] = sys.argv[2:]; "
    "from digitlens.cli.many import help_out; help_out(sys.argv[1])"
)
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def read_all(paths: list[str], read: Read, network: str) -> Iterator[Answer]:
    """An answer for each path, in order. network: a shipped name or a file, which the helpers open for themselves."""
    blocks = [paths[first : first + BLOCK] for first in range(0, len(paths), BLOCK)]
    takers = _cores() if len(paths) >= WORTH_IT and "-" not in paths else 1  # there is one standard input
    helpers = [_Helper(network, blocks[number::takers]) for number in range(1, takers)]
    try:
        for number, block in enumerate(blocks):
            helper = helpers[number % takers - 1] if number % takers else None
            for path in block:
                answer = helper.answer() if helper else None
                yield read(path) if answer is None else answer
    finally:
        for helper in helpers:
            helper.close()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Helper:
    """The other process, and its share of the pile."""

    def __init__(self, network: str, blocks: list[list[str]]) -> None:
        command = [sys.executable, "-c", HELPER, network, *sys.path]
        self._process = Popen(command, stdin=PIPE, stdout=PIPE, env=os.environ | ONE_THREAD)  # noqa: S603 - us
        paths = [path for block in blocks for path in block]
        Thread(target=self._give, args=(paths,), daemon=True).start()  # it may have to wait until some are read

    def _give(self, paths: list[str]) -> None:
        with suppress(OSError, ValueError), self._process.stdin as pipe:  # type: ignore[union-attr]  # asked for
            for path in paths:
                pipe.write(json.dumps(path).encode() + b"\n")  # a name may hold half a character, or a line's end

    def answer(self) -> Answer | None:
        """The next one; None where it does not answer any more."""
        line = self._process.stdout.readline()  # type: ignore[union-attr]  # asked for
        return json.loads(line) if line.endswith(b"\n") else None

    def close(self) -> None:
        """End it; it holds nothing that it could leave behind."""
        self._process.kill()
        with suppress(OSError), self._process:
            pass


def help_out(network: str) -> None:
    """The other end: paths from standard input, answers to standard output, until there are no more."""
    from digitlens.cli.pictures import answer_for
    from digitlens.cli.terminal import open_network

    reader = open_network(network)
    with suppress(OSError):
        for line in sys.stdin.buffer:
            sys.stdout.buffer.write(json.dumps(answer_for(reader, json.loads(line))).encode() + b"\n")
        sys.stdout.buffer.flush()
