"""Hundreds of downloads from mirrors that fail at random: whatever happens, the cache holds right files or none."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.faults.server import FAULTS, FaultyServer
from tests.faults.small_mnist import CONTENTS, PACKED, SMALL
from tests.soak import draw

from digitlens.digits.sources.download import download_mnist
from digitlens.digits.sources.fetch import Patience
from digitlens.digits.sources.mnist import load_mnist
from digitlens.errors import DownloadError

RIGHT = dict(CONTENTS)
_SLOW = {"stall", "stall before headers", "drip"}  # each costs `silence` of real time


def run_faults(count: int, seed: int) -> int:
    """`count` sequences of faults over three mirrors; how many ended in success. AssertionError names the sequence."""
    rng = random.Random(seed)
    succeeded = 0
    for number in range(count):
        with FaultyServer(PACKED) as one, FaultyServer(PACKED) as two, FaultyServer(PACKED) as three:
            servers = (one, two, three)
            for server in servers:
                server.faults = [_fault(rng) for _ in range(rng.randrange(12))]
            drawn = [list(server.faults) for server in servers]
            with tempfile.TemporaryDirectory() as folder:
                try:
                    succeeded += _one_sequence(Path(folder), [server.url for server in servers], rng)
                except AssertionError as error:
                    raise AssertionError(f"sequence {number} of seed {seed}, faults {drawn}: {error}") from error
    return succeeded


def _fault(rng: random.Random) -> str | None:
    if rng.random() < 0.2:
        return None
    fault = rng.choice(FAULTS)
    return fault if fault not in _SLOW or rng.random() < 0.3 else "reset"


def _one_sequence(cache: Path, mirrors: list[str], rng: random.Random) -> bool:
    """Download, perhaps several times, and look at what is there after each."""
    patience = _patience(rng)
    for _ in range(3):
        try:
            download_mnist(cache, mirrors=mirrors, files=SMALL, patience=patience)
            done = True
        except DownloadError:
            done = False
        for path in cache.iterdir():
            if path.name in RIGHT:
                assert path.read_bytes() == RIGHT[path.name], f"{path.name} is corrupt"
            else:
                assert path.name.endswith(".part"), f"{path.name} was left behind"
        if done:
            assert sorted(path.name for path in cache.iterdir()) == sorted(RIGHT)
            assert len(load_mnist(cache, files=SMALL).test) == 5
            return True
    return False


def _patience(rng: random.Random) -> Patience:
    sleep: Callable[[float], object] = lambda seconds: None  # noqa: E731
    return Patience(silence=0.15, deadline=20, attempts=rng.randint(1, 4), sleep=sleep, chance=rng.random)


@pytest.mark.soak
def test_no_sequence_of_faults_leaves_a_corrupt_file(
    monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]
) -> None:
    for name in ("http_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    seed = draw.seed()
    record_property("DIGITLENS_SOAK_SEED", seed)
    run_faults(draw.count(500), seed)
