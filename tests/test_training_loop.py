"""docs/training-loop.md: its code runs, learns, and says what the page says it does."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "training-loop.md"


def test_the_code_of_the_page_runs_and_learns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 6
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, PAGE.name, "exec"), names)
    printed = capsys.readouterr().out
    accuracies = [float(number) for number in re.findall(r"epoch \d+: ([\d.]+)%", printed)]
    assert len(accuracies) == 10
    assert accuracies[-1] > 80 > accuracies[0]
    assert names["after"] < names["before"]
    assert names["ratio"] == pytest.approx(4, abs=0.05)
    assert names["reader"].evaluate(names["digits"][5_000:]).accuracy == pytest.approx(names["accuracy"])
    assert (tmp_path / "mine.digitlens").exists()
    assert names["network"].sizes == (784, 30, 10)
