"""Two hundred runs, killed twenty times at random moments: each is there once, as in an undisturbed sweep."""

from __future__ import annotations

import random
import signal
import time
from pathlib import Path

import pytest
from tests.learning.sweeping import start, timeless
from tests.learning.test_sweeping import journal_rows
from tests.soak import draw

KILLS, SEEDS, EPOCHS = 20, 20, 40  # ten recipes from each seed, long enough for twenty kills


@pytest.mark.soak
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nothing was killed: this system knows no SIGKILL")
def test_a_sweep_that_is_killed_again_and_again_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    kills, chance = draw.count(KILLS), random.Random(draw.seed())
    seeds = SEEDS if kills == KILLS else 2
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    cut_short = 0
    for _ in range(kills):
        process = start(killed, seeds, EPOCHS)
        assert process.stdout
        process.stdout.readline()  # it has begun
        time.sleep(chance.uniform(0, 0.1))
        process.kill()
        process.communicate(timeout=60)
        cut_short += len(journal_rows(killed)) < 10 * seeds
    print(f"{cut_short} of {kills} kills came before the end")
    assert cut_short >= kills / 2
    for path in (killed, whole):
        process = start(path, seeds, EPOCHS)
        process.communicate(timeout=600)
        assert process.returncode == 0
    rows, expected = (sorted(timeless(journal_rows(path)), key=str) for path in (killed, whole))
    assert len(rows) == 10 * seeds
    assert rows == expected
