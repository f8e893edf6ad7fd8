"""What all tests share: how hypothesis draws its examples."""

from __future__ import annotations

import os

from hypothesis import settings

# Timings belong in benchmarks, so no deadline. Where CI runs, the same examples each time; elsewhere new ones.
settings.register_profile("digitlens", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("digitlens")
