#!/usr/bin/env bash
# Where there is no compiler, the install still succeeds, and `bench` and `train` say that the plain engine serves.
set -euo pipefail
cd "$(dirname "$0")/.."
PYTHON=${PYTHON:-python3}
rm -rf build/without_compiler    # a virtual environment of its own
"$PYTHON" -m venv build/without_compiler
BIN=$PWD/build/without_compiler/bin
CXX=/bin/false "$BIN/python" -m pip install --quiet --disable-pip-version-check .
cd build/without_compiler
"$BIN/digitlens" read --examples >/dev/null
"$BIN/digitlens" data --data pen --write pictures --count 200 >/dev/null
"$BIN/digitlens" train --data pictures --epochs 1 --out small.digitlens | tee train.txt
grep -q "plain engine" train.txt
"$BIN/digitlens" bench --data pen --quick --only numpy 2>&1 | tee bench.txt
grep -q "plain engine" bench.txt
echo "Without a compiler: installed, and the plain engine serves."
