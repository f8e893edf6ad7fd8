"""What all tests share: how hypothesis draws its examples, and what the soak tests draw from."""

from __future__ import annotations

import importlib.util
import os
import secrets
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

# Timings belong in benchmarks, so no deadline. Where CI runs, the same examples each time; elsewhere new ones.
settings.register_profile("digitlens", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("digitlens")

if importlib.util.find_spec("atheris") is None:
    collect_ignore = ["fuzz/mutators.py"]  # what only `make fuzz` imports, which installs it

os.environ.setdefault("DIGITLENS_SOAK_SEED", str(secrets.randbits(32)))


def pytest_report_header() -> str:
    """The seed of this run's soak tests, printed even when all goes well."""
    part = "in full" if os.environ.get("DIGITLENS_SOAK") == "full" else "one fiftieth"
    return f"soak tests: {part}, DIGITLENS_SOAK_SEED={os.environ['DIGITLENS_SOAK_SEED']}"


@pytest.fixture(scope="session", autouse=True)
def _no_signal_is_ignored() -> Iterator[None]:
    """Children inherit what is ignored: Ctrl-C in a script's background job, hang-ups under nohup."""
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    ignored = [number for number in numbers if signal.getsignal(number) == signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, signal.SIG_DFL)
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.fixture(scope="session", autouse=True)
def _runs_of_the_app_are_kept_elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Than in the home of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DIGITLENS_RUNS", str(tmp_path_factory.mktemp("runs")))
        yield
