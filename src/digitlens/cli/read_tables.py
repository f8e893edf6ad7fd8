"""The tables that `digitlens read` writes while it reads: CSV, and JSON with a row a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digitlens.cli.progress import WorkProgress
    from digitlens.files.growing_table import GrowingTable
    from digitlens.reading.folders import Answer


class Tables:
    """Those that were asked for, perhaps none. `done`: the names of the pictures that they have already.

    Two that are gone on with are first cut to what both have. Raises what GrowingTable raises, and UsageError where the
    rows that are there were read by another network than `network`.
    """

    def __init__(self, table: str | None, lines: str | None, network: str, *, resume: bool) -> None:
        self._open: list[GrowingTable] = []
        self._pictures = self._numbers = self._doubtful = 0
        self.done: set[str] = set()
        if table is None and lines is None:
            return
        from digitlens.reading.rows import open_table

        try:
            for path, form in ((table, "csv"), (lines, "json lines")):
                if path is not None:
                    self._open.append(open_table(path, network, form, resume=resume))
            shared = min(len(one.groups) for one in self._open)
            for one in self._open:
                one.keep(shared)
        except BaseException:
            self.close()
            raise
        self.done = {name for name, _ in self._open[0].groups}

    def missing(self, paths: Iterable[str]) -> Iterator[str]:
        """Those that are not in the tables."""
        from digitlens.files.growing_table import text_of

        return (path for path in paths if text_of(path) not in self.done) if self.done else iter(paths)

    def kept(self, answers: Iterator[Answer]) -> Iterator[Answer]:
        """The answers, each in the tables before it is given on."""
        from digitlens.cli.progress import in_one_piece

        for answer in answers:
            with in_one_piece():
                for one in self._open:
                    one.add(answer.rows)
            self._pictures += not answer.error
            self._numbers += sum(row["number"] != "" for row in answer.rows)
            self._doubtful += sum(row["doubtful"] is True for row in answer.rows)
            yield answer

    def say(self, answers: Iterator[Answer], progress: WorkProgress) -> int:
        """Draw all answers, and say what came of them; the exit code: 1 if there were some and none could be read."""
        failed = 0
        try:
            for answer in answers:
                if answer.error:
                    failed += 1
                    print_error(answer, progress)
        finally:
            before = f", and {len(self.done):,} were there already" if self.done else ""
            found = f"{_counted(self._pictures, 'picture')} with {_counted(self._numbers, 'number')}"
            text = f"{found}, {self._doubtful:,} of them doubtful; {failed:,} not read{before}"
            progress.err.print(text, markup=False, soft_wrap=True)
        return int(failed > 0 and not self._pictures and not self.done)

    def close(self) -> None:
        """Close all of them."""
        for one in self._open:
            one.close()


def print_error(answer: Answer, progress: WorkProgress) -> None:
    """Why a picture could not be read, on stderr."""
    from digitlens.files.naming import printable

    whose = "standard input, " if answer.path == "-" and not answer.error.startswith("standard") else ""
    progress.err.print(f"not read: {whose}{printable(answer.error)}", markup=False, soft_wrap=True)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"
