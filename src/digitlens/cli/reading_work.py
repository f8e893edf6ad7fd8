"""Many pictures or pages, read by all cores or on a cluster: paths go in, what `--json` prints of each comes out.

Workers get the network itself, and open the pictures by their paths; see parallel/.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from digitlens.cli.pictures import answer_for, page_answer_for
from digitlens.parallel.local import cores
from digitlens.parallel.tasks import Tasks
from digitlens.parallel.work import Control

if TYPE_CHECKING:
    from digitlens.reading.reader import Reader

Answer = dict[str, Any]

PICTURES, PAGES = 1_000, 8  # fewer are read here: a worker takes as long to start as some hundred pictures
AT_ONCE = {False: 64, True: 1}  # pictures, or pages, in one task


@dataclass(frozen=True, slots=True, eq=False)
class ReadingWork:
    """Read pictures, or pages, with one network."""

    reader: Reader
    page: bool = False

    def begin(self) -> Callable[[Sequence[str], Control], list[Answer]]:
        """What reads the pictures at some paths."""
        answer = page_answer_for if self.page else answer_for
        return lambda paths, control: [answer(self.reader, path) for path in paths]


def read_all(
    reader: Reader, paths: Sequence[str], *, page: bool = False, jobs: int | None = None, cluster: str = ""
) -> Iterator[Answer]:
    """An answer for each path, in order, each as soon as those before it are there.

    jobs, cluster: as for Tasks; where neither is given, a few pictures are read by this process. So is whatever stands
    on standard input, which nobody else can read. A picture whose workers died is answered with an error.
    """
    jobs = 1 if not cluster and jobs is None and len(paths) < (PAGES if page else PICTURES) else jobs
    if "-" in paths or (not cluster and (jobs or cores()) == 1):
        answer = page_answer_for if page else answer_for
        yield from (answer(reader, path) for path in paths)
        return
    size = AT_ONCE[page]
    tasks = (tuple(paths[first : first + size]) for first in range(0, len(paths), size))
    with closing(iter(Tasks(ReadingWork(reader, page), tasks, jobs=jobs, cluster=cluster, in_order=True))) as walk:
        for done in walk:
            yield from done.result or [{"path": path, "error": done.lost} for path in done.task]
