"""What is printed while many pictures are read: progress on stderr, and the answers as one JSON list."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from digitlens.cli.terminal import print_json, progress

MANY = 4  # pictures or pages: fewer are read before a bar could be seen


def with_progress(answers: Iterator[dict[str, Any]], total: int, *, lines: bool = True) -> Iterator[dict[str, Any]]:
    """The answers as they come, under a bar with the time left. lines: they are printed, a line or more for each.

    Lines on a terminal are progress enough, and a bar would stand between them.
    """
    from rich.progress import BarColumn, MofNCompleteColumn, TimeRemainingColumn

    if total < MANY or (lines and sys.stdout.isatty()):
        yield from answers
        return
    with progress("reading", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()) as bar:
        task = bar.add_task("", total=total) if bar else None
        for answer in answers:
            yield answer
            if bar and task is not None:
                bar.advance(task)


def print_answers(answers: Iterator[dict[str, Any]], total: int) -> int:
    """All answers as one JSON list; where Ctrl-C comes in between, those that are there. 1 if nothing could be read."""
    read: list[dict[str, Any]] = []
    try:
        read.extend(with_progress(answers, total, lines=False))
    except KeyboardInterrupt:
        print_json(read)
        raise
    print_json(read)
    return int(all("error" in answer for answer in read))
