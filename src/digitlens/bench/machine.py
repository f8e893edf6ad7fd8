"""A description of the machine for the readers of the figures: its hardware and versions, nothing about its owner."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from digitlens.bench.peers import DISTRIBUTIONS
from digitlens.kernel import native


def describe() -> dict[str, Any]:
    """Processor, cores, system, instruction sets of the kernel, and the versions of all libraries that take part."""
    sets = native.instruction_sets()
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "cores_used": 1,
        "pinned": hasattr(os, "sched_setaffinity"),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "versions": _versions(),
        "blas": _blas(),
        "instruction_sets": sets,
        "instruction_set": sets[0] if sets else None,  # the one in use; None: there is no kernel
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass  # not Linux
    return platform.processor() or platform.machine()


def _versions() -> dict[str, str]:
    versions = {}
    for name in ("digitlens", "numpy", *(library for names in DISTRIBUTIONS.values() for library in names)):
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return versions


def _blas() -> str:
    """The library behind NumPy's matrix products."""
    config: Any = np.show_config(mode="dicts")
    blas = config.get("Build Dependencies", {}).get("blas", {})
    return f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip()
