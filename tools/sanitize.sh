#!/usr/bin/env bash
# The kernel once more under AddressSanitizer and UndefinedBehaviorSanitizer: its tests pass, and nothing is reported.
# Wants g++ and a development install (`make test`); builds into build/sanitized and touches nothing else.
set -euo pipefail
cd "$(dirname "$0")/.."
BIN=${VENV:-.venv}/bin
rm -rf build/sanitized
CXXFLAGS="-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -g" \
    "$BIN/python" -m pip install --quiet --disable-pip-version-check --no-deps --target build/sanitized .
LIBRARIES=$("$BIN/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
export PYTHONPATH=$PWD/build/sanitized:$LIBRARIES    # and -S below: or the development install would come first
export ASAN_OPTIONS=detect_leaks=0    # Python itself keeps memory until it ends
LD_PRELOAD="$(g++ -print-file-name=libasan.so) $(g++ -print-file-name=libstdc++.so)"
export LD_PRELOAD
"$BIN/python" -S -c "
from digitlens.kernel import native
assert 'sanitized' in native.module().__file__, native.module()
print('sanitized kernel on', ', '.join(native.instruction_sets()))"
"$BIN/python" -S -m pytest -q -p no:cacheprovider --import-mode=importlib -o addopts= -o pythonpath=. \
    tests/kernel tests/learning/test_compiled_engine.py "$@"
