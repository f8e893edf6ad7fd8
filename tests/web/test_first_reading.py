"""The first reading weighs little: what goes over the wire until the page can read, as Chromium counts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from benchmarks.first_reading import Compressing, app, of_page, site

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from playwright.sync_api import Browser

REQUESTS, BYTES = 15, 156_000  # with the choice of a language


@pytest.mark.parametrize("host", [lambda: app("video"), lambda: site(Compressing, "video")], ids=["server", "site"])
def test_the_first_reading_asks_for_little(browser: Browser, host: Callable[[], AbstractContextManager[str]]) -> None:
    with host() as address:
        found = of_page(browser, address)
    assert found["requests"] <= REQUESTS
    assert found["bytes"] <= BYTES
