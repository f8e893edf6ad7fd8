"""Event loops for tests that need one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor


def elsewhere(main: Callable[[], Coroutine[None, None, None]]) -> None:
    """Run it in a thread of its own: in this one, the tests of the page may have a loop running."""
    with ThreadPoolExecutor(1) as threads:
        threads.submit(lambda: asyncio.run(main())).result()
