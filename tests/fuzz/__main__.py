"""Fuzz one target, or all of them in turn, with feedback: bytes that reach new code are kept, and changed further.

    python -m tests.fuzz [TARGET ...] [--seconds N] [--keep FOLDER]

Each target has a process of its own, because a fuzzer ends its process. What it finds is written to FOLDER/TARGET, by
default build/fuzz/TARGET, with `found-` before its name. The exit code is 1 where something was found.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

CORPUS = Path(__file__).with_name("corpus")
NAMES = ("model_file", "picture", "idx_file", "table", "message", "http")
LARGEST = {
    "model_file": 8192,
    "picture": 4096,
    "idx_file": 2048,
    "table": 2048,
    "message": 4096,
    "http": 16_384,
}  # bytes
SLOWEST = 10  # seconds for one input, on a busy machine
MEMORY = 8192  # megabytes of the process: the mutators of atheris lose a few kilobytes each time
LAST = re.compile(r"stat::(\w+):\s+(\d+)")


def run(name: str) -> None:
    """Fuzz `name` in this process, with libFuzzer's own options in sys.argv; never returns."""
    import atheris

    _import_from_files()
    with atheris.instrument_imports(include=["digitlens", "h11", "websockets", "uvicorn"]):
        from tests.fuzz.mutators import MUTATORS
        from tests.fuzz.targets import TARGETS

    more = {"custom_mutator": MUTATORS[name]} if name in MUTATORS else {}
    atheris.Setup(sys.argv, TARGETS[name], **more)
    atheris.Fuzz()


def _import_from_files() -> None:
    """Let digitlens be imported by Python's own loader: atheris cannot instrument what an editable install loads."""
    package = importlib.util.find_spec("digitlens")
    assert package is not None
    assert package.origin is not None
    sys.meta_path[:] = [finder for finder in sys.meta_path if not type(finder).__module__.startswith("_editable")]
    sys.path.insert(0, str(Path(package.origin).parent.parent))


def fuzz(name: str, seconds: int, keep: Path) -> bool:
    """Fuzz `name` for so long in a process of its own, and print how that went. Whether nothing was found."""
    own = keep / name
    own.mkdir(parents=True, exist_ok=True)
    options = [
        f"-max_total_time={seconds}", f"-max_len={LARGEST[name]}", f"-timeout={SLOWEST}", f"-rss_limit_mb={MEMORY}",
        f"-artifact_prefix={own}/found-", "-print_final_stats=1",
    ]  # fmt: skip
    command = [sys.executable, "-m", "tests.fuzz", "--here", name, *options, str(own), str(CORPUS / name)]
    with (keep / f"{name}.log").open("w") as log:
        code = subprocess.run(command, stdout=log, stderr=log, check=False).returncode
    stats = dict(LAST.findall((keep / f"{name}.log").read_text(errors="replace")))
    found = sorted(path.name for path in own.glob("found-*"))
    executed, rate = (int(stats.get(key, 0)) for key in ("number_of_executed_units", "average_exec_per_sec"))
    print(f"{name}: {executed:,} executions, {rate:,} a second; {', '.join(found) or 'nothing found'}", flush=True)
    if code and not found:
        print(f"  it ended with {code}; see {keep / f'{name}.log'}", file=sys.stderr)
    return code == 0


def main() -> int:
    """Fuzz as asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Fuzz what parses bytes from outside.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=f"of {', '.join(NAMES)}; all by default")
    parser.add_argument("--seconds", type=int, default=60, help="for each")
    parser.add_argument("--keep", type=Path, default=Path("build/fuzz"), help="where what is found goes")
    given = parser.parse_args()
    if unknown := set(given.targets) - set(NAMES):
        parser.error(f"there is no target {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    clean = [fuzz(name, given.seconds, given.keep) for name in given.targets or NAMES]
    return 0 if all(clean) else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--here"]:
        name = sys.argv.pop(2)
        del sys.argv[1]
        run(name)
    sys.exit(main())
