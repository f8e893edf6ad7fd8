#!/usr/bin/env python3
"""The kernel as WebAssembly, web/train/kernel.wasm, which is committed, from the sources of kernel/native/.

    python tools/build_wasm.py            builds it, and writes down beside it what it was built from
    python tools/build_wasm.py --check    builds it elsewhere and compares: the same sources give the same bytes

Needs ziglang from PyPI, which brings clang with a C++ library for WebAssembly. Which version, the extra `dev` says.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
NATIVE = ROOT / "src/digitlens/kernel/native"
WASM = ROOT / "src/digitlens/web/train/kernel.wasm"
MANIFEST = WASM.with_suffix(".json")
COMPILED = ("kernel.cpp", "bend.cpp", "wasm.cpp")
ONLY_PYTHON = ("processor.h", "python_lock.h")  # headers of the extension alone
FLAGS = (
    *("-target", "wasm32-wasi", "-mcpu=generic+simd128", "-mexec-model=reactor"),
    *("-O3", "-std=c++17", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"),
    *("-fno-exceptions", "-fno-rtti", "-Wall", "-Wextra", "-Werror", "-Wl,--strip-all"),
    *("-DKERNEL=kernel_wasm", "-DBEND=bend_wasm", '-DKERNEL_NAME="WebAssembly"'),
)


def sources() -> list[Path]:
    """Every file that the result depends on: what is compiled, and the headers of the kernel."""
    headers = [path for path in sorted(NATIVE.glob("*.h")) if path.name not in ONLY_PYTHON]
    return [*(NATIVE / name for name in COMPILED), *headers]


def sha256(path: Path) -> str:
    """Of a file; of a source, whatever its line ends were turned into by Git."""
    data = path.read_bytes()
    return hashlib.sha256(data if path.suffix == ".wasm" else data.replace(b"\r\n", b"\n")).hexdigest()


def missing() -> str:
    """Why it cannot be built here; empty if it can."""
    if importlib.util.find_spec("ziglang") is None:
        return "ziglang is not installed: pip install ziglang, in the version that pyproject.toml names"
    return ""


def build(to: Path) -> None:
    """Compile and link."""
    command = [sys.executable, "-m", "ziglang", "c++", *FLAGS, *COMPILED, "-o", str(to)]
    subprocess.run(command, cwd=NATIVE, check=True)
    to.with_suffix(".pdb").unlink(missing_ok=True)
    to.chmod(0o644)


def manifest() -> dict[str, Any]:
    """What the committed bytes were built from."""
    return {
        "built_by": "tools/build_wasm.py",
        "ziglang": importlib.metadata.version("ziglang"),
        "flags": list(FLAGS),
        "sources": {path.name: sha256(path) for path in sources()},
        "sha256": sha256(WASM),
    }


def changed() -> list[str]:
    """What is another thing now than when the committed bytes were built: names of files, or "flags"; empty if none."""
    told = json.loads(MANIFEST.read_text(encoding="utf-8"))
    now = {path.name: sha256(path) for path in sources()}
    names = sorted(name for name in {*now, *told["sources"]} if now.get(name) != told["sources"].get(name))
    return [*names, *["flags"] * (told["flags"] != list(FLAGS)), *[WASM.name] * (told["sha256"] != sha256(WASM))]


def check() -> str:
    """What is wrong with the committed bytes; empty if nothing is."""
    again = "run `python tools/build_wasm.py` and commit what it writes"
    if names := changed():
        return f"{WASM.name} was built from other files than these: {', '.join(names)} changed; {again}"
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder) / WASM.name
        build(built)
        if built.read_bytes() != WASM.read_bytes():
            return f"building {WASM.name} again gives {sha256(built)[:12]}, committed is {sha256(WASM)[:12]}; {again}"
    return ""


if __name__ == "__main__":
    if problem := missing():
        sys.exit(problem)
    if "--check" in sys.argv:
        sys.exit(check() or 0)
    build(WASM)
    MANIFEST.write_text(json.dumps(manifest(), indent=2) + "\n", encoding="utf-8")
    print(f"{WASM.name}: {WASM.stat().st_size:,} bytes")
